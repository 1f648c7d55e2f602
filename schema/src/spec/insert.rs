//! Bulk inserts.

use super::text::{Texts, array, assign, listed, parameter, returning};
use super::{Column, SEVERAL, Spec};
use crate::Dialect;

/// What an insert does with a row whose unique key exists.
#[derive(Clone, Copy, Debug)]
pub enum Conflict {
    /// The batch fails with an error of a duplicate key.
    Fail,
    /// The row is skipped and not counted, whichever unique key it hits.
    Ignore,
    /// The row with the same `key` gets the new values of `set` (no `set`: it stays but is counted).
    /// The rows of one operation must have distinct keys: PostgreSQL refuses to change a row twice.
    Update {
        /// The columns of a unique constraint.
        key: &'static [&'static str],
        /// Columns overwritten.
        set: &'static [&'static str],
    },
    /// As `Update`; besides, the new values of the integer columns `add` are added to the stored ones.
    Add {
        /// The columns of a unique constraint.
        key: &'static [&'static str],
        /// Counters increased.
        add: &'static [&'static str],
        /// Columns overwritten.
        set: &'static [&'static str],
    },
}

/// A bulk insert; a row holds one value per column.
///
/// ```
/// use tradewind_schema::{Conflict, Insert, Ty};
/// pub static EVENTS: Insert = Insert::new("events", &[("id", Ty::Uuid), ("name", Ty::Text)])
///     .on_conflict(Conflict::Ignore)
///     .returning(&["id"]);
/// ```
#[derive(Debug)]
pub struct Insert {
    table: &'static str,
    columns: &'static [Column],
    conflict: Conflict,
    returning: &'static [&'static str],
    texts: Texts,
}

impl Insert {
    /// An insert into these columns that fails on a duplicate key.
    pub const fn new(table: &'static str, columns: &'static [Column]) -> Self {
        Self { table, columns, conflict: Conflict::Fail, returning: &[], texts: Texts::new() }
    }

    /// Chooses what a duplicate key does.
    pub const fn on_conflict(mut self, conflict: Conflict) -> Self {
        self.conflict = conflict;
        self
    }

    /// Gives back these columns of every row inserted or updated, in no particular order: with
    /// [`Conflict::Ignore`] this tells which rows were new.
    pub const fn returning(mut self, columns: &'static [&'static str]) -> Self {
        self.returning = columns;
        self
    }

    /// The generated statement.
    pub fn sql(&'static self, dialect: Dialect) -> &'static str {
        self.texts.get(dialect, || match dialect {
            Dialect::Sqlite => self.sqlite_text(1),
            Dialect::Postgres => {
                let mut sql = self.head();
                sql.push_str(" SELECT * FROM UNNEST(");
                listed(&mut sql, ", ", self.columns, array);
                sql.push(')');
                self.tail(sql)
            }
        })
    }

    fn sqlite_text(&self, rows: usize) -> String {
        let mut sql = self.head();
        sql.push_str(" VALUES ");
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            listed(&mut sql, ", ", self.columns, |out, index, _| {
                parameter(out, row * self.columns.len() + index);
            });
            sql.push(')');
        }
        self.tail(sql)
    }

    fn head(&self) -> String {
        let mut sql = format!("INSERT INTO {} (", self.table);
        listed(&mut sql, ", ", self.columns, |out, _, (name, _)| out.push_str(name));
        sql.push(')');
        sql
    }

    fn tail(&self, mut sql: String) -> String {
        self.conflict_clause(&mut sql);
        returning(&mut sql, self.table, self.returning);
        sql
    }

    fn conflict_clause(&self, sql: &mut String) {
        let (key, add, set): (_, &[&str], _) = match self.conflict {
            Conflict::Fail => return,
            Conflict::Ignore => return sql.push_str(" ON CONFLICT DO NOTHING"),
            Conflict::Update { key, set } => (key, &[], set),
            Conflict::Add { key, add, set } => (key, add, set),
        };
        sql.push_str(" ON CONFLICT (");
        listed(sql, ", ", key, |out, _, name| out.push_str(name));
        sql.push_str(") DO UPDATE SET ");
        // Without a column to set, the key is set to itself: DO NOTHING would return and count no row.
        let set = if set.is_empty() && add.is_empty() { key } else { set };
        listed(sql, ", ", set, |out, _, name| assign(out, &[name, " = excluded.", name]));
        if !set.is_empty() && !add.is_empty() {
            sql.push_str(", ");
        }
        listed(sql, ", ", add, |out, _, name| assign(out, &[name, " = ", self.table, ".", name, " + excluded.", name]));
    }
}

impl Spec for Insert {
    fn table(&self) -> &'static str {
        self.table
    }
    fn text(&'static self, dialect: Dialect) -> &'static str {
        self.sql(dialect)
    }
    fn several_text(&'static self) -> Option<&'static str> {
        Some(self.texts.several(|| self.sqlite_text(SEVERAL)))
    }
    fn column(&self, index: usize) -> Option<Column> {
        self.columns.get(index).copied()
    }
    fn width(&self) -> usize {
        self.columns.len()
    }
    fn expects_all(&self) -> bool {
        false
    }
    fn returns_rows(&self) -> bool {
        !self.returning.is_empty()
    }
}
