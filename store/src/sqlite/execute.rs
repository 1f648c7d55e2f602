//! Running statements on one connection: binding, stepping, counting, reading rows.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rusqlite::types::{ToSql, ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, Statement};
use uuid::Uuid;

use crate::batch::{Op, OpEffect};
use crate::{Batch, Committed, Dialect, Expect, MAX_READ_ROWS, Query, Row, Rows, StoreError, Value, dialect};
use tradewind_schema::{Names, SEVERAL, Spec};

/// A connection, the translations of the common SQL it has run and the names of the columns these gave. Statements are told
/// apart by their address, which is cheaper than by their text and right because they are all `'static`.
pub(super) struct Session {
    pub(super) connection: Connection,
    translated: RefCell<HashMap<(usize, usize), Rc<str>>>,
    named: RefCell<HashMap<(usize, usize), Names>>,
}

impl Session {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, translated: RefCell::default(), named: RefCell::default() }
    }

    fn translate(&self, sql: &'static str) -> Rc<str> {
        let key = (sql.as_ptr() as usize, sql.len());
        Rc::clone(self.translated.borrow_mut().entry(key).or_insert_with(|| dialect::for_sqlite(sql).into()))
    }

    /// The names of the columns a statement gives: asked of SQLite once.
    fn names(&self, sql: &'static str, statement: &Statement<'_>) -> Names {
        let key = (sql.as_ptr() as usize, sql.len());
        self.named.borrow_mut().entry(key).or_insert_with(|| Names::new(statement.column_names())).clone()
    }

    /// Compiles the statement without running it.
    pub(super) fn prepare(&self, sql: &'static str) -> Result<(), StoreError> {
        self.connection.prepare(&self.translate(sql)).map(drop).map_err(|error| failure(sql, error))
    }

    /// Runs a statement that may only read.
    pub(super) fn read(&self, query: &Query) -> Result<Rows, StoreError> {
        let mut statement = self.bound(query.sql, &query.args)?;
        if !statement.readonly() {
            return Err(StoreError::query(query.sql, "it writes; put it into a batch and commit that"));
        }
        self.collect(query.sql, &mut statement)
    }

    /// Runs the operations in order; the caller rolls back if one fails.
    pub(super) fn apply(&self, batch: &Batch) -> Result<Committed, StoreError> {
        let mut effects = Vec::with_capacity(batch.ops.len());
        for (index, op) in batch.ops.iter().enumerate() {
            effects.push(match op {
                Op::Bulk { spec, values, rows } => self.bulk(index, *spec, values, *rows)?,
                Op::Execute { sql, args, expect } => self.execute(index, sql, args, *expect)?,
                Op::Script { sql } => {
                    self.connection.execute_batch(sql).map_err(|error| failure(sql, error))?;
                    OpEffect::default()
                }
            });
        }
        Ok(Committed { effects })
    }

    fn execute(&self, op: usize, sql: &'static str, args: &[Value], expect: Expect) -> Result<OpEffect, StoreError> {
        let mut statement = self.bound(sql, args)?;
        let mut effect = OpEffect::default();
        if statement.column_count() > 0 {
            effect.rows = self.collect(sql, &mut statement)?;
            effect.affected = effect.rows.len() as u64;
        } else {
            effect.affected = statement.raw_execute().map_err(|error| failure(sql, error))? as u64;
        }
        match expect {
            Expect::Rows(expected) if expected != effect.affected => Err(StoreError::Conflict { op, expected, affected: effect.affected }),
            _ => Ok(effect),
        }
    }

    fn bulk(&self, op: usize, spec: &'static dyn Spec, values: &[Value], rows: usize) -> Result<OpEffect, StoreError> {
        let mut effect = OpEffect::default();
        if rows == 0 {
            return Ok(effect);
        }
        let width = spec.width();
        let mut rest = values;
        if let Some(sql) = spec.several_text()
            && rows >= SEVERAL
        {
            let (several, single) = values.split_at(rows / SEVERAL * SEVERAL * width);
            self.each(sql, spec, several.chunks_exact(SEVERAL * width), &mut effect)?;
            rest = single;
        }
        self.each(spec.text(Dialect::Sqlite), spec, rest.chunks_exact(width), &mut effect)?;
        let expected = rows as u64;
        if spec.expects_all() && effect.affected != expected {
            return Err(StoreError::Conflict { op, expected, affected: effect.affected });
        }
        Ok(effect)
    }

    /// Runs one statement once for each portion of values.
    fn each<'a>(
        &self,
        sql: &'static str,
        spec: &'static dyn Spec,
        portions: impl Iterator<Item = &'a [Value]>,
        effect: &mut OpEffect,
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| failure(sql, error))?;
        if spec.returns_rows() && effect.rows.is_empty() {
            effect.rows = Rows::new(self.names(sql, &statement), Vec::new());
        }
        for portion in portions {
            bind(sql, &mut statement, portion)?;
            if spec.returns_rows() {
                let before = effect.rows.len();
                append(sql, statement.raw_query(), &mut effect.rows)?;
                effect.affected += (effect.rows.len() - before) as u64;
            } else {
                effect.affected += statement.raw_execute().map_err(|error| failure(sql, error))? as u64;
            }
        }
        Ok(())
    }

    fn collect(&self, sql: &'static str, statement: &mut Statement<'_>) -> Result<Rows, StoreError> {
        let names = self.names(sql, statement);
        let mut rows = Vec::new();
        append(sql, statement.raw_query(), &mut rows)?;
        Ok(Rows::new(names, rows))
    }

    fn bound(&self, sql: &'static str, args: &[Value]) -> Result<CachedStatement<'_>, StoreError> {
        let mut statement = self.connection.prepare_cached(&self.translate(sql)).map_err(|error| failure(sql, error))?;
        let wanted = statement.parameter_count();
        if wanted != args.len() {
            return Err(StoreError::query(sql, format!("it takes {wanted} arguments, {} were given", args.len())));
        }
        bind(sql, &mut statement, args)?;
        Ok(statement)
    }
}

fn bind(sql: &str, statement: &mut Statement<'_>, values: &[Value]) -> Result<(), StoreError> {
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Bound(value)).map_err(|error| failure(sql, error))?;
    }
    Ok(())
}

fn append(sql: &str, mut found: rusqlite::Rows<'_>, rows: &mut Vec<Row>) -> Result<(), StoreError> {
    let columns = found.as_ref().map_or(0, |statement| statement.column_count());
    while let Some(row) = found.next().map_err(|error| failure(sql, error))? {
        if rows.len() == MAX_READ_ROWS {
            return Err(StoreError::TooLarge { what: sql.to_owned(), limit: MAX_READ_ROWS });
        }
        let mut cells = Vec::with_capacity(columns);
        for column in 0..columns {
            cells
                .push(value(row.get_ref(column).map_err(|error| failure(sql, error))?).map_err(|message| StoreError::query(sql, message))?);
        }
        rows.push(Row::new(cells));
    }
    Ok(())
}

fn value(cell: ValueRef<'_>) -> Result<Value, String> {
    Ok(match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(value) => Value::Text(std::str::from_utf8(value).map_err(|error| error.to_string())?.to_owned()),
        // Ids are by far the most common 16 bytes, and this spares each an allocation.
        ValueRef::Blob(value) => Uuid::from_slice(value).map_or_else(|_| Value::Bytes(value.to_owned()), Value::Uuid),
    })
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    #[inline]
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let list = |cells: Vec<Cell>| ToSqlOutput::from_rc(Rc::new(cells), c"rarray");
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Int(value) => ToSqlOutput::Borrowed(ValueRef::Integer(*value)),
            Value::Real(value) => ToSqlOutput::Borrowed(ValueRef::Real(*value)),
            Value::Bool(value) => ToSqlOutput::Borrowed(ValueRef::Integer(i64::from(*value))),
            Value::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Value::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Value::Uuid(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value.as_bytes())),
            Value::UuidList(values) => list(values.iter().map(|value| Cell::Blob(value.as_bytes().to_vec())).collect()),
            Value::TextList(values) => list(values.iter().map(|value| Cell::Text(value.clone())).collect()),
            Value::IntList(values) => list(values.iter().map(|value| Cell::Integer(*value)).collect()),
            Value::Unwritable(problem) => return Err(rusqlite::Error::ToSqlConversionFailure((**problem).into())),
        })
    }
}

/// Whether another connection holds the lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

pub(super) fn failure(sql: &str, error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return StoreError::query(sql, error);
    };
    match code.extended_code {
        rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
            let message = message.as_deref().unwrap_or("a unique key");
            StoreError::Unique { constraint: message.strip_prefix("UNIQUE constraint failed: ").unwrap_or(message).to_owned() }
        }
        _ => match code.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase => StoreError::unavailable(&error),
            _ => StoreError::query(sql, error),
        },
    }
}
