//! Cells of a PostgreSQL result, read from the wire by their type's number.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use sqlx::postgres::{PgRow, PgValueFormat, PgValueRef};
use sqlx::{Column as _, Row as _, ValueRef as _};
use tradewind_schema::Names;
use uuid::Uuid;

use crate::{Row, StoreError, Value};

/// The names of the columns each statement gave, by the statement's address: they are all `'static`, and name their columns.
static NAMED: LazyLock<RwLock<HashMap<(usize, usize), Names>>> = LazyLock::new(RwLock::default);

/// The names of the columns of a statement.
pub(super) fn names(sql: &'static str, found: &PgRow) -> Names {
    let key = (sql.as_ptr() as usize, sql.len());
    // A map whose writer died holds whole entries all the same.
    if let Some(names) = NAMED.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return names.clone();
    }
    let names = Names::new(found.columns().iter().map(|column| column.name()));
    NAMED.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(names).clone()
}

pub(super) fn row(sql: &str, found: &PgRow) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(found.len());
    for column in 0..found.len() {
        let cell = found.try_get_raw(column).map_err(|error| StoreError::query(sql, error))?;
        cells.push(value(&cell).map_err(|message| StoreError::query(sql, format!("column {column}: {message}")))?);
    }
    Ok(Row::new(cells))
}

fn value(cell: &PgValueRef<'_>) -> Result<Value, String> {
    if cell.is_null() {
        return Ok(Value::Null);
    }
    if cell.format() != PgValueFormat::Binary {
        return Err("came as text; use a statement with arguments".to_owned());
    }
    let type_info = cell.type_info();
    let bytes = cell.as_bytes().map_err(|error| error.to_string())?;
    let number = type_info.oid().map_or(0, |oid| oid.0);
    Ok(match number {
        16 => Value::Bool(bytes == [1]),
        17 => Value::Bytes(bytes.to_owned()),
        20 => Value::Int(i64::from_be_bytes(exact(bytes)?)),
        21 => Value::Int(i64::from(i16::from_be_bytes(exact(bytes)?))),
        23 => Value::Int(i64::from(i32::from_be_bytes(exact(bytes)?))),
        700 => Value::Real(f64::from(f32::from_be_bytes(exact(bytes)?))),
        701 => Value::Real(f64::from_be_bytes(exact(bytes)?)),
        2950 => Value::Uuid(Uuid::from_bytes(exact(bytes)?)),
        // name, text, json, unknown, bpchar, varchar
        19 | 25 | 114 | 705 | 1042 | 1043 => Value::Text(std::str::from_utf8(bytes).map_err(|error| error.to_string())?.to_owned()),
        _ => return Err(format!("type {type_info} cannot be read; CAST it to bigint, text, bytea, boolean, uuid or double precision")),
    })
}

fn exact<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| format!("holds {} bytes instead of {N}", bytes.len()))
}
