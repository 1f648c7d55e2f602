//! Writing the generated statements, once each.

use std::fmt::Write as _;
use std::sync::OnceLock;

use super::Column;
use crate::Dialect;

/// The generated texts, made at first use and kept with the static they belong to.
#[derive(Debug)]
pub(super) struct Texts([OnceLock<String>; 3]);

impl Texts {
    pub(super) const fn new() -> Self {
        Self([OnceLock::new(), OnceLock::new(), OnceLock::new()])
    }

    pub(super) fn get(&'static self, dialect: Dialect, make: impl FnOnce() -> String) -> &'static str {
        self.0[dialect as usize].get_or_init(make)
    }

    /// The text for several rows at once, on SQLite.
    pub(super) fn several(&'static self, make: impl FnOnce() -> String) -> &'static str {
        self.0[2].get_or_init(make)
    }
}

pub(super) fn listed<T: Copy>(out: &mut String, between: &str, items: &[T], mut write: impl FnMut(&mut String, usize, T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        write(out, index, *item);
    }
}

pub(super) fn assign(out: &mut String, parts: &[&str]) {
    out.extend(parts.iter().copied());
}

pub(super) fn parameter(out: &mut String, index: usize) {
    let _ = write!(out, "?{}", index + 1);
}

pub(super) fn by_parameter(out: &mut String, index: usize, (name, _): Column) {
    let _ = write!(out, "{name} = ?{}", index + 1);
}

pub(super) fn array(out: &mut String, index: usize, (_, ty): Column) {
    let _ = write!(out, "${}::{}[]", index + 1, ty.postgres_name());
}

/// The given rows as a table: `key_0, key_1, …`, then the columns to set under their own names.
pub(super) fn given(sql: &mut String, keys: &[Column], sets: &[Column]) {
    sql.push_str("UNNEST(");
    let all: Vec<Column> = keys.iter().chain(sets).copied().collect();
    listed(sql, ", ", &all, array);
    sql.push_str(") AS given(");
    listed(sql, ", ", keys, |out, index, _| {
        let _ = write!(out, "key_{index}");
    });
    for (name, _) in sets {
        assign(sql, &[", ", name]);
    }
    sql.push(')');
}

pub(super) fn returning(sql: &mut String, table: &str, columns: &[&str]) {
    if !columns.is_empty() {
        sql.push_str(" RETURNING ");
        listed(sql, ", ", columns, |out, _, name| assign(out, &[table, ".", name]));
    }
}
