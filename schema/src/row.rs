//! Rows of a result: a row's cells by position, and all rows of one answer with the names of their columns.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use uuid::Uuid;

use crate::record::{Cells, Plan, Raw, Record};
use crate::{ReadError, Value};

/// One row of a result. [`Rows::read`] reads it by name; these accessors read by index, from 0, in the order of the statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Box<[Value]>);

impl Row {
    /// A row of these cells, in the order of the statement.
    pub fn new(cells: Vec<Value>) -> Self {
        Self(cells.into_boxed_slice())
    }

    /// The cell, moved out of the row; NULL is left behind. NULL when there is no such column.
    #[inline]
    pub(crate) fn take(&mut self, column: usize) -> Value {
        self.0.get_mut(column).map_or(Value::Null, |cell| std::mem::replace(cell, Value::Null))
    }

    /// The cell of a column.
    #[inline]
    pub(crate) fn cell_at(&self, column: usize) -> Option<&Value> {
        self.0.get(column)
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the row has no column.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the column is NULL; false when there is no such column.
    pub fn is_null(&self, column: usize) -> bool {
        matches!(self.0.get(column), Some(Value::Null))
    }

    /// The cells, without copying. On SQLite any 16 bytes arrive as [`Value::Uuid`] and a boolean as
    /// [`Value::Int`]; the accessors of this type even that out.
    pub fn into_values(self) -> Vec<Value> {
        self.0.into_vec()
    }

    #[inline]
    fn cell(&self, column: usize, wanted: &'static str) -> Result<&Value, ReadError> {
        self.0.get(column).ok_or(ReadError::Position { column, wanted, found: "nothing (no such column)" })
    }

    #[inline]
    fn opt<'a, T>(
        &'a self,
        column: usize,
        wanted: &'static str,
        pick: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, ReadError> {
        let cell = self.cell(column, wanted)?;
        if matches!(cell, Value::Null) {
            return Ok(None);
        }
        pick(cell).map(Some).ok_or(ReadError::Position { column, wanted, found: cell.type_name() })
    }

    #[inline]
    fn some<T>(column: usize, wanted: &'static str, cell: Option<T>) -> Result<T, ReadError> {
        cell.ok_or(ReadError::Position { column, wanted, found: "null" })
    }

    /// An integer or NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, ReadError> {
        self.opt(column, "an integer", |cell| match cell {
            Value::Int(value) => Some(*value),
            Value::Bool(value) => Some(i64::from(*value)),
            _ => None,
        })
    }

    /// An integer.
    pub fn int(&self, column: usize) -> Result<i64, ReadError> {
        Self::some(column, "an integer", self.opt_int(column)?)
    }

    /// A double or NULL; an integer is converted.
    pub fn opt_real(&self, column: usize) -> Result<Option<f64>, ReadError> {
        self.opt(column, "a real", |cell| match cell {
            Value::Real(value) => Some(*value),
            Value::Int(value) => Some(*value as f64),
            _ => None,
        })
    }

    /// A double; an integer is converted.
    pub fn real(&self, column: usize) -> Result<f64, ReadError> {
        Self::some(column, "a real", self.opt_real(column)?)
    }

    /// A truth value or NULL; SQLite's 0 and 1 count.
    pub fn opt_bool(&self, column: usize) -> Result<Option<bool>, ReadError> {
        self.opt(column, "a boolean", |cell| match cell {
            Value::Bool(value) => Some(*value),
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        })
    }

    /// A truth value; SQLite's 0 and 1 count.
    pub fn bool(&self, column: usize) -> Result<bool, ReadError> {
        Self::some(column, "a boolean", self.opt_bool(column)?)
    }

    /// Text or NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, ReadError> {
        self.opt(column, "text", |cell| match cell {
            Value::Text(value) => Some(value.as_str()),
            _ => None,
        })
    }

    /// Text.
    pub fn text(&self, column: usize) -> Result<&str, ReadError> {
        Self::some(column, "text", self.opt_text(column)?)
    }

    /// Bytes or NULL.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<&[u8]>, ReadError> {
        self.opt(column, "bytes", |cell| match cell {
            Value::Bytes(value) => Some(value.as_slice()),
            Value::Uuid(value) => Some(value.as_bytes().as_slice()),
            _ => None,
        })
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<&[u8], ReadError> {
        Self::some(column, "bytes", self.opt_bytes(column)?)
    }

    /// An id or NULL.
    pub fn opt_uuid(&self, column: usize) -> Result<Option<Uuid>, ReadError> {
        self.opt(column, "a uuid", |cell| match cell {
            Value::Uuid(value) => Some(*value),
            Value::Bytes(value) => Uuid::from_slice(value).ok(),
            _ => None,
        })
    }

    /// An id.
    pub fn uuid(&self, column: usize) -> Result<Uuid, ReadError> {
        Self::some(column, "a uuid", self.opt_uuid(column)?)
    }
}

/// The names of a statement's columns, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(Arc<[Box<str>]>);

impl Names {
    /// These names.
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().map(|name| name.as_ref().into()).collect())
    }

    /// Where the column of this name stands.
    #[inline]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| **known == *name)
    }
}

/// All rows of one answer. They are a `Vec<Row>` that also knows the names of its columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    names: Names,
    rows: Vec<Row>,
}

impl Rows {
    /// These rows of a statement with these columns.
    pub fn new(names: Names, rows: Vec<Row>) -> Self {
        Self { names, rows }
    }

    /// Every row as a `T`. The columns are found by their names once, whatever the number of rows.
    ///
    /// # Errors
    /// When the statement has no column of that name, or a row does not read: table, row and column are named.
    pub fn read<T: Record>(self) -> Result<Vec<T>, ReadError> {
        self.each::<T>()?.collect()
    }

    /// As [`Rows::read`], one after the other, so that one row that does not read leaves the others be.
    ///
    /// # Errors
    /// When the statement has no column of that name.
    pub fn each<T: Record>(self) -> Result<impl Iterator<Item = Result<T, ReadError>>, ReadError> {
        // An answer without rows may come without names.
        let plan = if self.rows.is_empty() { Plan::default() } else { Plan::of::<T>(&self.names)? };
        Ok(self.rows.into_iter().map(move |row| T::read(&mut Cells::new(row, &plan))))
    }

    /// The first row as a `T`; None when there is none.
    ///
    /// # Errors
    /// As [`Rows::read`].
    pub fn first_as<T: Record>(mut self) -> Result<Option<T>, ReadError> {
        self.rows.truncate(1);
        Ok(self.read()?.pop())
    }

    /// The values of one column, which holds no NULL.
    ///
    /// # Errors
    /// When there is no column of that name, or it holds something else.
    pub fn column<R: Raw>(self, name: &'static str) -> Result<Vec<R>, ReadError> {
        if self.rows.is_empty() {
            return Ok(Vec::new());
        }
        let at = self.names.position(name).ok_or(ReadError::Missing { table: "the answer", column: name })?;
        self.rows
            .into_iter()
            .map(|mut row| {
                let found = row.take(at);
                let kind = found.type_name();
                R::of(found).ok_or(ReadError::Position { column: at, wanted: R::NAME, found: kind })
            })
            .collect()
    }

    /// The value of one column of the first row; None without rows.
    ///
    /// # Errors
    /// As [`Rows::column`].
    pub fn value<R: Raw>(mut self, name: &'static str) -> Result<Option<R>, ReadError> {
        self.rows.truncate(1);
        Ok(self.column(name)?.pop())
    }
}

impl Deref for Rows {
    type Target = Vec<Row>;
    fn deref(&self) -> &Vec<Row> {
        &self.rows
    }
}

impl DerefMut for Rows {
    fn deref_mut(&mut self) -> &mut Vec<Row> {
        &mut self.rows
    }
}

impl IntoIterator for Rows {
    type Item = Row;
    type IntoIter = std::vec::IntoIter<Row>;
    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;
    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}
