//! One SQL value.

use uuid::Uuid;

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
    /// What could not be made into a value, and why: it spoils its batch, so that nothing is written as if it were empty.
    Unwritable(Box<str>),
}

impl Value {
    /// The JSON of `value` as text.
    pub fn json(value: &impl serde::Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => Self::Text(text),
            Err(error) => Self::Unwritable(error.to_string().into()),
        }
    }

    /// A word of a closed set as serde names it.
    pub fn word(value: &impl serde::Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(serde_json::Value::String(word)) => Self::Text(word),
            Ok(other) => Self::Unwritable(format!("{other} is no word").into()),
            Err(error) => Self::Unwritable(error.to_string().into()),
        }
    }

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
            Self::Unwritable(_) => "nothing that can be written",
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
