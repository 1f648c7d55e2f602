//! One SQL value, and the rows made of them.

use uuid::Uuid;

use crate::StoreError;

/// One SQL value, as an argument or as a cell of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL of any type.
    Null,
    /// A 64-bit integer; times are microseconds UTC, money is minor units.
    Int(i64),
    /// A double.
    Real(f64),
    /// A truth value; 0 or 1 on SQLite.
    Bool(bool),
    /// UTF-8 text, JSON included. PostgreSQL refuses the character U+0000.
    Text(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// An id; 16 bytes on SQLite.
    Uuid(Uuid),
    /// Ids for `= ANY($n)`; arguments only.
    UuidList(Vec<Uuid>),
    /// Texts for `= ANY($n)`; arguments only.
    TextList(Vec<String>),
    /// Integers for `= ANY($n)`; arguments only.
    IntList(Vec<i64>),
}

impl Value {
    /// The type's name, for messages.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a real",
            Self::Bool(_) => "a boolean",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Uuid(_) => "a uuid",
            Self::UuidList(_) => "a list of uuids",
            Self::TextList(_) => "a list of texts",
            Self::IntList(_) => "a list of integers",
        }
    }
}

macro_rules! from {
    ($($rust:ty => |$value:ident| $made:expr;)*) => {
        $(impl From<$rust> for Value {
            #[inline]
            fn from($value: $rust) -> Self { $made }
        })*
    };
}

from! {
    i64 => |value| Self::Int(value);
    i32 => |value| Self::Int(i64::from(value));
    i16 => |value| Self::Int(i64::from(value));
    u8 => |value| Self::Int(i64::from(value));
    u16 => |value| Self::Int(i64::from(value));
    u32 => |value| Self::Int(i64::from(value));
    f64 => |value| Self::Real(value);
    bool => |value| Self::Bool(value);
    String => |value| Self::Text(value);
    &String => |value| Self::Text(value.clone());
    &str => |value| Self::Text(value.to_owned());
    Box<str> => |value| Self::Text(value.into());
    std::sync::Arc<str> => |value| Self::Text((*value).to_owned());
    &std::sync::Arc<str> => |value| Self::Text((**value).to_owned());
    std::borrow::Cow<'_, str> => |value| Self::Text(value.into_owned());
    Vec<u8> => |value| Self::Bytes(value);
    &[u8] => |value| Self::Bytes(value.to_owned());
    Uuid => |value| Self::Uuid(value);
    &Uuid => |value| Self::Uuid(*value);
    Vec<Uuid> => |value| Self::UuidList(value);
    Vec<String> => |value| Self::TextList(value);
    Vec<i64> => |value| Self::IntList(value);
    &[Uuid] => |value| Self::UuidList(value.to_owned());
    &[i64] => |value| Self::IntList(value.to_owned());
}

impl<T: Into<Value>> From<Option<T>> for Value {
    #[inline]
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of a result. Columns are read by index, from 0, in the order of the statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(Box<[Value]>);

impl Row {
    pub(crate) fn new(cells: Vec<Value>) -> Self {
        Self(cells.into_boxed_slice())
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
    fn cell(&self, column: usize, wanted: &'static str) -> Result<&Value, StoreError> {
        self.0.get(column).ok_or(StoreError::Column { column, wanted, found: "nothing (no such column)" })
    }

    #[inline]
    fn opt<'a, T>(
        &'a self,
        column: usize,
        wanted: &'static str,
        pick: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let cell = self.cell(column, wanted)?;
        if matches!(cell, Value::Null) {
            return Ok(None);
        }
        pick(cell).map(Some).ok_or(StoreError::Column { column, wanted, found: cell.type_name() })
    }

    #[inline]
    fn some<T>(column: usize, wanted: &'static str, cell: Option<T>) -> Result<T, StoreError> {
        cell.ok_or(StoreError::Column { column, wanted, found: "null" })
    }

    /// An integer or NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.opt(column, "an integer", |cell| match cell {
            Value::Int(value) => Some(*value),
            Value::Bool(value) => Some(i64::from(*value)),
            _ => None,
        })
    }

    /// An integer.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        Self::some(column, "an integer", self.opt_int(column)?)
    }

    /// A double or NULL; an integer is converted.
    pub fn opt_real(&self, column: usize) -> Result<Option<f64>, StoreError> {
        self.opt(column, "a real", |cell| match cell {
            Value::Real(value) => Some(*value),
            Value::Int(value) => Some(*value as f64),
            _ => None,
        })
    }

    /// A double; an integer is converted.
    pub fn real(&self, column: usize) -> Result<f64, StoreError> {
        Self::some(column, "a real", self.opt_real(column)?)
    }

    /// A truth value or NULL; SQLite's 0 and 1 count.
    pub fn opt_bool(&self, column: usize) -> Result<Option<bool>, StoreError> {
        self.opt(column, "a boolean", |cell| match cell {
            Value::Bool(value) => Some(*value),
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        })
    }

    /// A truth value; SQLite's 0 and 1 count.
    pub fn bool(&self, column: usize) -> Result<bool, StoreError> {
        Self::some(column, "a boolean", self.opt_bool(column)?)
    }

    /// Text or NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.opt(column, "text", |cell| match cell {
            Value::Text(value) => Some(value.as_str()),
            _ => None,
        })
    }

    /// Text.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        Self::some(column, "text", self.opt_text(column)?)
    }

    /// Text, moved out of the row without copying; the cell is NULL afterwards.
    pub fn take_text(&mut self, column: usize) -> Result<String, StoreError> {
        match self.0.get_mut(column) {
            Some(Value::Text(value)) => {
                let value = std::mem::take(value);
                self.0[column] = Value::Null;
                Ok(value)
            }
            _ => self.text(column).map(str::to_owned),
        }
    }

    /// Bytes or NULL.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        self.opt(column, "bytes", |cell| match cell {
            Value::Bytes(value) => Some(value.as_slice()),
            Value::Uuid(value) => Some(value.as_bytes().as_slice()),
            _ => None,
        })
    }

    /// Bytes.
    pub fn bytes(&self, column: usize) -> Result<&[u8], StoreError> {
        Self::some(column, "bytes", self.opt_bytes(column)?)
    }

    /// An id or NULL.
    pub fn opt_uuid(&self, column: usize) -> Result<Option<Uuid>, StoreError> {
        self.opt(column, "a uuid", |cell| match cell {
            Value::Uuid(value) => Some(*value),
            Value::Bytes(value) => Uuid::from_slice(value).ok(),
            _ => None,
        })
    }

    /// An id.
    pub fn uuid(&self, column: usize) -> Result<Uuid, StoreError> {
        Self::some(column, "a uuid", self.opt_uuid(column)?)
    }
}
