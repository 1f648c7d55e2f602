//! Rows read by name: a struct says which columns it is made of, and each answer's columns are found once.

use std::fmt::Display;

use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::BadColumn;
use crate::row::Names;
use crate::{Column, ReadError, Row, Value};

/// Columns a record may have.
pub const MAX_COLUMNS: usize = 32;

/// What is read from a row by the names of its columns. Made by [`crate::record!`] and [`crate::table!`].
pub trait Record: Sized {
    /// The table, for messages.
    const TABLE: &'static str;
    /// The columns that name the row, for messages; they are among those read, or the message says `?`.
    const KEY: &'static [&'static str];
    /// The columns read, in the order in which [`Record::read`] asks for them.
    const COLUMNS: &'static [Column];
    /// Reads a row.
    ///
    /// # Errors
    /// When a column does not parse.
    fn read(cells: &mut Cells<'_>) -> Result<Self, ReadError>;
}

/// Where the columns of a record stand in an answer.
#[derive(Clone, Debug, Default)]
pub struct Plan([u8; MAX_COLUMNS]);

impl Plan {
    /// Finds the columns of `T`.
    ///
    /// # Errors
    /// When there is no column of a name.
    pub fn of<T: Record>(names: &Names) -> Result<Self, ReadError> {
        const { assert!(T::COLUMNS.len() <= MAX_COLUMNS, "a record has at most 32 columns") };
        let mut plan = Self::default();
        for (place, (name, _)) in plan.0.iter_mut().zip(T::COLUMNS) {
            let at = names.position(name).ok_or(ReadError::Missing { table: T::TABLE, column: name })?;
            // A statement gives hardly more columns than its record reads; one beyond 255 counts as absent.
            *place = u8::try_from(at).map_err(|_| ReadError::Missing { table: T::TABLE, column: name })?;
        }
        Ok(plan)
    }
}

/// The cells of one row, in the order of a record's columns.
pub struct Cells<'p> {
    row: Row,
    plan: &'p Plan,
    next: usize,
}

impl<'p> Cells<'p> {
    pub(crate) fn new(row: Row, plan: &'p Plan) -> Self {
        Self { row, plan, next: 0 }
    }

    /// The next cell. Long ones are moved out, but for those that name the row: a message may need them.
    #[inline]
    fn take<T: Record>(&mut self) -> (usize, Value) {
        let index = self.next;
        self.next += 1;
        let at = usize::from(self.plan.0[index]);
        let value = match self.row.cell_at(at) {
            Some(Value::Text(_) | Value::Bytes(_)) if !T::KEY.contains(&T::COLUMNS[index].0) => self.row.take(at),
            Some(value) => value.clone(),
            None => Value::Null,
        };
        (index, value)
    }

    /// The next column.
    ///
    /// # Errors
    /// When it holds NULL or another type.
    #[inline]
    pub fn get<T: Record, R: Raw>(&mut self) -> Result<R, ReadError> {
        let (index, value) = self.take::<T>();
        let found = value.type_name();
        match R::of(value) {
            Some(raw) => Ok(raw),
            None => Err(self.bad::<T>(index, format!("holds {found}, not {}", R::NAME))),
        }
    }

    /// The next column, None for NULL.
    ///
    /// # Errors
    /// When it holds another type.
    #[inline]
    pub fn opt<T: Record, R: Raw>(&mut self) -> Result<Option<R>, ReadError> {
        if self.row.is_null(usize::from(self.plan.0[self.next])) {
            self.next += 1;
            return Ok(None);
        }
        self.get::<T, R>().map(Some)
    }

    /// The next column as an `A`.
    ///
    /// # Errors
    /// When it holds NULL, another type, or nothing an `A` can be made of.
    #[inline]
    pub fn get_as<T: Record, R: Raw, A: TryFrom<R, Error: Display>>(&mut self) -> Result<A, ReadError> {
        let index = self.next;
        let raw = self.get::<T, R>()?;
        A::try_from(raw).map_err(|error| self.bad::<T>(index, error.to_string()))
    }

    /// The next column as an `A`, None for NULL.
    ///
    /// # Errors
    /// As [`Cells::get_as`].
    #[inline]
    pub fn opt_as<T: Record, R: Raw, A: TryFrom<R, Error: Display>>(&mut self) -> Result<Option<A>, ReadError> {
        let index = self.next;
        match self.opt::<T, R>()? {
            Some(raw) => A::try_from(raw).map(Some).map_err(|error| self.bad::<T>(index, error.to_string())),
            None => Ok(None),
        }
    }

    /// The next column, which holds JSON.
    ///
    /// # Errors
    /// When it holds NULL, no text, or text that is not the JSON of an `A`.
    #[inline]
    pub fn json<T: Record, A: DeserializeOwned>(&mut self) -> Result<A, ReadError> {
        let index = self.next;
        let text = self.get::<T, String>()?;
        serde_json::from_str(&text).map_err(|error| self.bad::<T>(index, error.to_string()))
    }

    /// The next column, which holds JSON or NULL.
    ///
    /// # Errors
    /// As [`Cells::json`].
    #[inline]
    pub fn opt_json<T: Record, A: DeserializeOwned>(&mut self) -> Result<Option<A>, ReadError> {
        let index = self.next;
        match self.opt::<T, String>()? {
            Some(text) => serde_json::from_str(&text).map(Some).map_err(|error| self.bad::<T>(index, error.to_string())),
            None => Ok(None),
        }
    }

    /// The next column, a word of a closed set as serde names it (`granted`, `live`).
    ///
    /// # Errors
    /// When it holds NULL, no text, or another word.
    #[inline]
    pub fn word<T: Record, A: DeserializeOwned>(&mut self) -> Result<A, ReadError> {
        use serde::de::value::{Error, StringDeserializer};
        let index = self.next;
        let text = self.get::<T, String>()?;
        A::deserialize(StringDeserializer::<Error>::new(text)).map_err(|error| self.bad::<T>(index, error.to_string()))
    }

    /// The next column, a word of a closed set or NULL.
    ///
    /// # Errors
    /// As [`Cells::word`].
    #[inline]
    pub fn opt_word<T: Record, A: DeserializeOwned>(&mut self) -> Result<Option<A>, ReadError> {
        if self.row.is_null(usize::from(self.plan.0[self.next])) {
            self.next += 1;
            return Ok(None);
        }
        self.word::<T, A>().map(Some)
    }

    #[cold]
    fn bad<T: Record>(&self, index: usize, problem: String) -> ReadError {
        let part = |name: &&str| {
            let at = T::COLUMNS.iter().position(|(column, _)| column == name).map(|index| usize::from(self.plan.0[index]));
            at.and_then(|at| self.row.cell_at(at)).map_or_else(|| "?".to_owned(), shown)
        };
        let row = T::KEY.iter().map(part).collect::<Vec<_>>().join("/");
        ReadError::Column(Box::new(BadColumn { table: T::TABLE, row, column: T::COLUMNS[index].0, problem }))
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Uuid(id) => id.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.chars().take(100).collect(),
        other => other.type_name().to_owned(),
    }
}

/// What a cell holds before it becomes a type of the house.
pub trait Raw: Sized {
    /// The type's name, for messages.
    const NAME: &'static str;
    /// Out of a cell; None when it holds something else.
    fn of(value: Value) -> Option<Self>;
}

macro_rules! raw {
    ($($rust:ty, $name:literal: $($pattern:pat => $made:expr),+;)*) => {
        $(impl Raw for $rust {
            const NAME: &'static str = $name;
            #[inline]
            fn of(value: Value) -> Option<Self> {
                match value { $($pattern => $made,)+ _ => None }
            }
        })*
    };
}

raw! {
    Uuid, "a uuid": Value::Uuid(id) => Some(id), Value::Bytes(bytes) => Uuid::from_slice(&bytes).ok();
    i64, "an integer": Value::Int(number) => Some(number), Value::Bool(truth) => Some(i64::from(truth));
    f64, "a real": Value::Real(number) => Some(number), Value::Int(number) => Some(number as f64);
    String, "text": Value::Text(text) => Some(text);
    // SQLite keeps a boolean as a number, and 16 bytes look like an id there.
    bool, "a boolean": Value::Bool(truth) => Some(truth), Value::Int(0) => Some(false), Value::Int(1) => Some(true);
    Vec<u8>, "bytes": Value::Bytes(bytes) => Some(bytes), Value::Uuid(id) => Some(id.as_bytes().to_vec());
}

/// A column's name as SQL has it: `r#type` in Rust is `type`.
#[must_use]
pub const fn bare(name: &'static str) -> &'static str {
    let bytes = name.as_bytes();
    if bytes.len() > 2 && bytes[0] == b'r' && bytes[1] == b'#' {
        let (_, rest) = bytes.split_at(2);
        return match std::str::from_utf8(rest) {
            Ok(text) => text,
            Err(_) => name,
        };
    }
    name
}
