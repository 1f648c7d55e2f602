//! Bulk updates and deletes by key.

use std::fmt::Write as _;

use super::text::{Texts, assign, by_parameter, given, listed, parameter, returning};
use super::{Column, Spec};
use crate::Dialect;

/// A bulk update by key; a row holds the key's values, then the values to set.
///
/// The rows of one operation must have distinct keys: PostgreSQL would apply only one of two. A NULL in a
/// key matches nothing. A key may hold more than the primary key, such as the revision that was read.
#[derive(Debug)]
pub struct Update {
    table: &'static str,
    keys: &'static [Column],
    sets: &'static [Column],
    expect_all: bool,
    returning: &'static [&'static str],
    texts: Texts,
}

impl Update {
    /// An update of the columns `sets` of the rows found by `keys`; a key that matches nothing is no error.
    pub const fn new(table: &'static str, keys: &'static [Column], sets: &'static [Column]) -> Self {
        Self { table, keys, sets, expect_all: false, returning: &[], texts: Texts::new() }
    }

    /// Fails the batch with a conflict unless as many rows match as were given.
    pub const fn expect_all(mut self) -> Self {
        self.expect_all = true;
        self
    }

    /// Gives back these columns of every row updated, in no particular order.
    pub const fn returning(mut self, columns: &'static [&'static str]) -> Self {
        self.returning = columns;
        self
    }

    /// The generated statement.
    pub fn sql(&'static self, dialect: Dialect) -> &'static str {
        self.texts.get(dialect, || {
            let Self { table, keys, sets, .. } = self;
            let mut sql = format!("UPDATE {table} SET ");
            match dialect {
                Dialect::Sqlite => {
                    listed(&mut sql, ", ", sets, |out, index, (name, _)| {
                        assign(out, &[name, " = "]);
                        parameter(out, keys.len() + index);
                    });
                    sql.push_str(" WHERE ");
                    listed(&mut sql, " AND ", keys, by_parameter);
                }
                Dialect::Postgres => {
                    listed(&mut sql, ", ", sets, |out, _, (name, _)| assign(out, &[name, " = given.", name]));
                    sql.push_str(" FROM ");
                    // A column may be both key and set (compare and swap), so the two get names of their own.
                    given(&mut sql, keys, sets);
                    sql.push_str(" WHERE ");
                    listed(&mut sql, " AND ", keys, |out, index, (name, _)| {
                        let _ = write!(out, "{table}.{name} = given.key_{index}");
                    });
                }
            }
            returning(&mut sql, table, self.returning);
            sql
        })
    }
}

impl Spec for Update {
    fn table(&self) -> &'static str {
        self.table
    }
    fn text(&'static self, dialect: Dialect) -> &'static str {
        self.sql(dialect)
    }
    fn column(&self, index: usize) -> Option<Column> {
        self.keys.iter().chain(self.sets).nth(index).copied()
    }
    fn width(&self) -> usize {
        self.keys.len() + self.sets.len()
    }
    fn expects_all(&self) -> bool {
        self.expect_all
    }
    fn returns_rows(&self) -> bool {
        !self.returning.is_empty()
    }
}

/// A bulk delete by key; a row holds the key's values. A NULL in a key matches nothing.
#[derive(Debug)]
pub struct Delete {
    table: &'static str,
    keys: &'static [Column],
    expect_all: bool,
    texts: Texts,
}

impl Delete {
    /// A delete of the rows found by `keys`; a key that matches nothing is no error.
    pub const fn new(table: &'static str, keys: &'static [Column]) -> Self {
        Self { table, keys, expect_all: false, texts: Texts::new() }
    }

    /// Fails the batch with a conflict unless as many rows match as were given.
    pub const fn expect_all(mut self) -> Self {
        self.expect_all = true;
        self
    }

    /// The generated statement.
    pub fn sql(&'static self, dialect: Dialect) -> &'static str {
        self.texts.get(dialect, || {
            let Self { table, keys, .. } = self;
            let mut sql = format!("DELETE FROM {table}");
            match dialect {
                Dialect::Sqlite => {
                    sql.push_str(" WHERE ");
                    listed(&mut sql, " AND ", keys, by_parameter);
                }
                Dialect::Postgres => {
                    sql.push_str(" USING ");
                    given(&mut sql, keys, &[]);
                    sql.push_str(" WHERE ");
                    listed(&mut sql, " AND ", keys, |out, index, (name, _)| {
                        let _ = write!(out, "{table}.{name} = given.key_{index}");
                    });
                }
            }
            sql
        })
    }
}

impl Spec for Delete {
    fn table(&self) -> &'static str {
        self.table
    }
    fn text(&'static self, dialect: Dialect) -> &'static str {
        self.sql(dialect)
    }
    fn column(&self, index: usize) -> Option<Column> {
        self.keys.get(index).copied()
    }
    fn width(&self) -> usize {
        self.keys.len()
    }
    fn expects_all(&self) -> bool {
        self.expect_all
    }
    fn returns_rows(&self) -> bool {
        false
    }
}
