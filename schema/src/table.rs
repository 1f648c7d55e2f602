//! A table as declared, and the difference between that and what a database says it has.

use std::fmt;

use crate::policy::Policy;
use crate::{Column, Record, Ty};

/// A table: its columns, its key and what is done with its rows. Made by [`crate::table!`].
#[derive(Debug)]
pub struct Table {
    /// The name in the database.
    pub name: &'static str,
    /// The columns.
    pub columns: &'static [Field],
    /// The primary key, in order.
    pub key: &'static [&'static str],
    /// What is done with its rows.
    pub policy: Policy,
}

/// A column as declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name in the database.
    pub name: &'static str,
    /// Its type.
    pub ty: Ty,
    /// Whether it may hold NULL.
    pub nullable: bool,
}

/// A struct that is a whole row of its table.
pub trait TableRow: Record {
    /// The table.
    const DECLARED: &'static Table;
    /// The row's values, in the order of its columns.
    fn into_values(self) -> Vec<crate::Value>;
}

impl Table {
    /// Name and type of a column, at compile time: a name that is none does not compile.
    ///
    /// # Panics
    /// When there is no such column; in a `const` that is an error of the compiler.
    #[must_use]
    pub const fn column(&self, name: &str) -> Column {
        let mut index = 0;
        while index < self.columns.len() {
            if same(self.columns[index].name, name) {
                return (self.columns[index].name, self.columns[index].ty);
            }
            index += 1;
        }
        panic!("the table has no column of this name");
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut index = 0;
    while index < a.len() {
        if a[index] != b[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// A column as a database describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its type's name, as in the `CREATE TABLE`.
    pub ty: String,
    /// Whether it may hold NULL.
    pub nullable: bool,
    /// Its place in the primary key, from 1; 0 when it is not part of it.
    pub key: usize,
}

/// Where a declaration and a database disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The column; empty when it is the table.
    pub column: String,
    /// What is different.
    pub message: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column.as_str() {
            "" => write!(f, "table {}: {}", self.table, self.message),
            column => write!(f, "column {}.{column}: {}", self.table, self.message),
        }
    }
}

/// Where `declared` and `found` disagree about the tables that are declared. Tables that nobody declared are others' business.
#[must_use]
pub fn differences(declared: &[&Table], found: &[Found]) -> Vec<Difference> {
    let mut all = Vec::new();
    for table in declared {
        let theirs: Vec<&Found> = found.iter().filter(|column| column.table == table.name).collect();
        if theirs.is_empty() {
            all.push(difference(table.name, "", "is declared and not in the database".to_owned()));
            continue;
        }
        for field in table.columns {
            match theirs.iter().find(|column| column.column == field.name) {
                None => all.push(difference(table.name, field.name, "is declared and not in the database".to_owned())),
                Some(column) => all.extend(of_column(table, field, column)),
            }
        }
        let unknown = theirs.iter().filter(|column| table.columns.iter().all(|field| field.name != column.column));
        all.extend(unknown.map(|column| difference(table.name, &column.column, "is in the database and not declared".to_owned())));
    }
    all
}

fn difference(table: &str, column: &str, message: String) -> Difference {
    Difference { table: table.to_owned(), column: column.to_owned(), message }
}

fn of_column(table: &Table, field: &Field, found: &Found) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut differs = |what: &str, declared: &str, theirs: &str| {
        all.push(difference(table.name, field.name, format!("{what}: {declared} is declared, the database has {theirs}")));
    };
    if !found.ty.eq_ignore_ascii_case(field.ty.postgres_name()) {
        differs("type", field.ty.postgres_name(), &found.ty);
    }
    let word = |nullable| if nullable { "NULL allowed" } else { "NOT NULL" };
    if found.nullable != field.nullable {
        differs("NULL", word(field.nullable), word(found.nullable));
    }
    let key = table.key.iter().position(|name| *name == field.name).map_or(0, |place| place + 1);
    if found.key != key {
        let place = |key: usize| if key == 0 { "not in it".to_owned() } else { format!("place {key}") };
        differs("primary key", &place(key), &place(found.key));
    }
    all
}
