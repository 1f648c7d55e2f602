//! How the rows of each table go when their time has come: the statements that follow from [`Retention`].

use std::sync::LazyLock;
use tradewind_schema::policy::{Aged, Path, Retention};
use tradewind_schema::{Column, Delete, Table, Ty, Uuid, Value};

/// How one table is swept.
pub(crate) struct Sweep {
    pub table: &'static Table,
    pub aged: &'static Aged,
    pub delete: Delete,
    /// One way a page of rows goes, then the next.
    pub pages: Vec<Page>,
}

/// A page of keys, and what is done with them.
///
/// The arguments of `select`: the instant, the number of rows, then what [`Path`] needs, then the key behind which to look.
pub(crate) struct Page {
    pub select: &'static str,
    /// Each takes the keys as a list: rows that go with these, or are emptied.
    pub with: Vec<&'static str>,
    /// Whether the rows themselves go.
    pub deletes: bool,
}

/// Every table that is swept, in the order of [`super::TABLES`].
pub(crate) static SWEEPS: LazyLock<Vec<Sweep>> = LazyLock::new(|| {
    let aged = super::TABLES.iter().copied().filter_map(|table| match &table.policy.retention {
        Retention::Aged(aged) => Some(sweep(table, aged)),
        _ => None,
    });
    aged.collect()
});

/// Every statement that is made here.
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    SWEEPS.iter().flat_map(|sweep| &sweep.pages).flat_map(|page| std::iter::once(page.select).chain(page.with.iter().copied()))
}

impl Sweep {
    /// A key below all others, where pages go by the key.
    pub fn first_key(&self) -> Vec<Value> {
        if self.aged.path == Path::Workspace {
            return Vec::new();
        }
        let lowest = |name: &&'static str| match self.table.column(name).1 {
            Ty::Uuid => Value::Uuid(Uuid::nil()),
            Ty::Int | Ty::Bool | Ty::Real => Value::Int(i64::MIN),
            Ty::Text => Value::from(""),
            Ty::Bytes => Value::Bytes(Vec::new()),
        };
        self.table.key.iter().map(lowest).collect()
    }
}

/// Kept as long as the program runs: statements are told apart by their addresses.
fn kept(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

fn sweep(table: &'static Table, aged: &'static Aged) -> Sweep {
    let key: Vec<Column> = table.key.iter().map(|name| table.column(name)).collect();
    let delete = Delete::new(table.name, Box::leak(key.into_boxed_slice()));
    let owned: Vec<&'static str> = super::TABLES.iter().filter_map(|child| with_owner(table, child)).collect();
    let mut pages = Vec::new();
    match &aged.thin {
        None => pages.push(Page { select: select(table, aged, ""), with: owned, deletes: true }),
        Some(thin) => {
            let (column, empty) = thin.blank;
            let gone = format!(" AND NOT ({})", thin.which);
            pages.push(Page { select: select(table, aged, &gone), with: owned.clone(), deletes: true });
            let mut with = owned;
            with.push(kept(format!("UPDATE {} SET {column} = {empty} WHERE {} = ANY($1)", table.name, table.key[0])));
            let thinned = format!(" AND ({}) AND {column} <> {empty}", thin.which);
            pages.push(Page { select: select(table, aged, &thinned), with, deletes: false });
        }
    }
    Sweep { table, aged, delete, pages }
}

/// What goes of `child` with rows of `owner`, whose key is one column.
fn with_owner(owner: &Table, child: &Table) -> Option<&'static str> {
    let Retention::With { table, column, stay } = child.policy.retention else { return None };
    if table != owner.name {
        return None;
    }
    let stay = if stay.is_empty() { String::new() } else { format!(" AND NOT ({stay})") };
    Some(kept(format!("DELETE FROM {} WHERE {column} = ANY($1){stay}", child.name)))
}

fn select(table: &Table, aged: &Aged, which: &str) -> &'static str {
    let key = table.key.join(", ");
    let (path, order, first) = match aged.path {
        Path::Workspace => ("workspace_id = $3 AND ".to_owned(), aged.column.to_owned(), None),
        Path::Key => (String::new(), key.clone(), Some(3)),
        Path::Age => (format!("{} < $3 AND ", table.key[0]), key.clone(), Some(4)),
    };
    let behind = first.map(|first| {
        let places: Vec<String> = (0..table.key.len()).map(|index| format!("${}", first + index)).collect();
        format!("({key}) > ({}) AND ", places.join(", "))
    });
    let stay = if aged.stay.is_empty() { String::new() } else { format!(" AND NOT ({})", aged.stay) };
    let behind = behind.unwrap_or_default();
    kept(format!("SELECT {key} FROM {} WHERE {path}{behind}{} < $1{stay}{which} ORDER BY {order} LIMIT $2", table.name, aged.column))
}
