//! The macros by which tables, rows and bulk operations are declared.

/// Declares a struct that is read from a row by the names of its columns; each field is the column of its name.
///
/// A column is written as in SQL: `uuid`, `int`, `text`, `bytes`, `bool`, `real`, or `json` and `word` (texts that serde reads), then
/// `null` if it may be, then `=> Type` for the type of the house it becomes (by `TryFrom`).
///
/// ```
/// use tradewind_schema::{Names, Row, Rows, Value, record};
/// record! {
///     /// A shop's product.
///     pub struct Product of "products" key [sku] {
///         sku: text,
///         stock: int null => u32,
///         tags: json => Vec<String>,
///     }
/// }
/// let cells = vec![Value::from("A-1"), Value::Null, Value::from(r#"["new"]"#)];
/// let rows = Rows::new(Names::new(["sku", "stock", "tags"]), vec![Row::new(cells)]);
/// let found = rows.read::<Product>().unwrap();
/// assert_eq!((found[0].sku.as_str(), found[0].stock, found[0].tags.len()), ("A-1", None, 1));
/// ```
#[macro_export]
macro_rules! record {
    // Every field has its type: written as it stands, so that other derives can read it.
    (@fields [$(#[$meta:meta])* $vis:vis struct $name:ident of $table:literal key [$($key:ident),*]]
        [$({ [$(#[$doc:meta])*] $field:ident $sql:ident [$($null:ident)?] [$($as:ty)?] $ty:ty })*]
    ) => {
        $(#[$meta])*
        #[allow(missing_docs, reason = "each field is the column of its name")]
        #[allow(dead_code, reason = "a column may be read only to name the row in a message")]
        #[derive(Clone, Debug)]
        $vis struct $name {
            $($(#[$doc])* pub $field: $ty,)*
        }
        impl $crate::Record for $name {
            const TABLE: &'static str = $table;
            const KEY: &'static [&'static str] = &[$($crate::bare(stringify!($key))),*];
            const COLUMNS: &'static [$crate::Column] = &[$(($crate::bare(stringify!($field)), $crate::field!(@ty $sql))),*];
            fn read(cells: &mut $crate::Cells<'_>) -> ::std::result::Result<Self, $crate::ReadError> {
                Ok(Self { $($field: $crate::field!(@read cells $sql [$($null)?] [$($as)?])),* })
            }
        }
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: $sql:ident => $as:ty $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field $sql [] [$as] $as }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: $sql:ident null => $as:ty $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field $sql [null] [$as] Option<$as> }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: uuid $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field uuid [] [] $crate::Uuid }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: uuid null $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field uuid [null] [] Option<$crate::Uuid> }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: int $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field int [] [] i64 }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: int null $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field int [null] [] Option<i64> }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: text $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field text [] [] String }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: text null $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field text [null] [] Option<String> }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: bytes $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field bytes [] [] Vec<u8> }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: bytes null $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field bytes [null] [] Option<Vec<u8>> }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: bool $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field bool [] [] bool }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: bool null $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field bool [null] [] Option<bool> }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: real $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field real [] [] f64 }] $($($rest)*)?);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$doc:meta])* $field:ident: real null $(, $($rest:tt)*)?) => {
        $crate::record!(@fields $head [$($done)* { [$(#[$doc])*] $field real [null] [] Option<f64> }] $($($rest)*)?);
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident of $table:literal key [$($key:ident),* $(,)?] { $($fields:tt)* }) => {
        $crate::record!(@fields [$(#[$meta])* $vis struct $name of $table key [$($key),*]] [] $($fields)*);
    };
}

/// Declares a table: its row, its columns, its key, its policies. See [`crate::record!`] for columns and [`crate::Policy`] for the rest.
///
/// `ROWS: Row = "rows" key [id] { … } policy { … }` gives the struct `Row`, read by [`crate::Rows::read`] and written by
/// `Row::values`, and the static [`crate::Table`] `ROWS`.
#[macro_export]
macro_rules! table {
    ($(#[$meta:meta])* $vis:vis $static:ident: $name:ident = $table:literal key [$($key:ident),* $(,)?] {
        $($(#[$doc:meta])* $field:ident: $sql:ident $($null:ident)? $(=> $as:ty)?),* $(,)?
    } policy { $($policy:tt)* }) => {
        $crate::record! {
            $(#[$meta])*
            $vis struct $name of $table key [$($key),*] { $($(#[$doc])* $field: $sql $($null)? $(=> $as)?),* }
        }
        impl $crate::TableRow for $name {
            const DECLARED: &'static $crate::Table = &$static;
            fn into_values(self) -> Vec<$crate::Value> {
                self.values().into()
            }
        }
        #[allow(dead_code, reason = "not every table is written as whole rows")]
        impl $name {
            /// The row's values, in the order of its columns.
            $vis fn values(self) -> [$crate::Value; <$name as $crate::Record>::COLUMNS.len()] {
                [$($crate::field!(@write self.$field, $sql [$($null)?] [$($as)?])),*]
            }
        }
        $(#[$meta])*
        $vis static $static: $crate::Table = {
            #[allow(unused_imports, reason = "a table names only what concerns it")]
            use $crate::policy::*;
            $crate::Table {
                name: $table,
                columns: &[$($crate::Field {
                    name: $crate::bare(stringify!($field)),
                    ty: $crate::field!(@ty $sql),
                    nullable: $crate::field!(@nullable $($null)?),
                }),*],
                key: &[$($crate::bare(stringify!($key))),*],
                policy: Policy { $($policy)* },
            }
        };
    };
}

/// An insert into a declared table: into all its columns, or into those named.
///
/// `insert!(RUNS: RunRow)`, `insert!(RUNS, [id, node])`.
#[macro_export]
macro_rules! insert {
    ($table:ident: $row:ty) => {
        $crate::Insert::new($table.name, <$row as $crate::Record>::COLUMNS)
    };
    ($table:ident, [$($column:ident),* $(,)?]) => {
        $crate::Insert::new($table.name, $crate::columns!($table, [$($column),*]))
    };
}

/// An update of a declared table: `update!(RUNS, key [id, seq], set [state, node])`.
#[macro_export]
macro_rules! update {
    ($table:ident, key [$($key:ident),* $(,)?], set [$($set:ident),* $(,)?]) => {
        $crate::Update::new($table.name, $crate::columns!($table, [$($key),*]), $crate::columns!($table, [$($set),*]))
    };
}

/// A delete from a declared table: `delete!(INBOX, key [id])`.
#[macro_export]
macro_rules! delete {
    ($table:ident, key [$($key:ident),* $(,)?]) => {
        $crate::Delete::new($table.name, $crate::columns!($table, [$($key),*]))
    };
}

/// Columns of a declared table by name; one that is not there does not compile.
#[macro_export]
macro_rules! columns {
    ($table:ident, [$($column:ident),* $(,)?]) => {
        const { &[$($table.column($crate::bare(stringify!($column)))),*] }
    };
}

/// What one column becomes: its Rust type, its SQL type, how it is read and written.
#[doc(hidden)]
#[macro_export]
macro_rules! field {
    (@ty uuid) => { $crate::Ty::Uuid };
    (@ty int) => { $crate::Ty::Int };
    (@ty text) => { $crate::Ty::Text };
    (@ty json) => { $crate::Ty::Text };
    (@ty word) => { $crate::Ty::Text };
    (@ty bytes) => { $crate::Ty::Bytes };
    (@ty bool) => { $crate::Ty::Bool };
    (@ty real) => { $crate::Ty::Real };

    (@raw uuid) => { $crate::Uuid };
    (@raw int) => { i64 };
    (@raw text) => { String };
    (@raw bytes) => { Vec<u8> };
    (@raw bool) => { bool };
    (@raw real) => { f64 };

    (@nullable) => { false };
    (@nullable null) => { true };


    (@read $cells:ident json [] [$as:ty]) => { $cells.json::<Self, $as>()? };
    (@read $cells:ident json [null] [$as:ty]) => { $cells.opt_json::<Self, $as>()? };
    (@read $cells:ident word [] [$as:ty]) => { $cells.word::<Self, $as>()? };
    (@read $cells:ident word [null] [$as:ty]) => { $cells.opt_word::<Self, $as>()? };
    (@read $cells:ident $sql:ident [] []) => { $cells.get::<Self, $crate::field!(@raw $sql)>()? };
    (@read $cells:ident $sql:ident [null] []) => { $cells.opt::<Self, $crate::field!(@raw $sql)>()? };
    (@read $cells:ident $sql:ident [] [$as:ty]) => { $cells.get_as::<Self, $crate::field!(@raw $sql), $as>()? };
    (@read $cells:ident $sql:ident [null] [$as:ty]) => { $cells.opt_as::<Self, $crate::field!(@raw $sql), $as>()? };

    (@write $value:expr, json [] [$as:ty]) => { $crate::Value::json(&$value) };
    (@write $value:expr, json [null] [$as:ty]) => { $value.as_ref().map_or($crate::Value::Null, $crate::Value::json) };
    (@write $value:expr, word [] [$as:ty]) => { $crate::Value::word(&$value) };
    (@write $value:expr, word [null] [$as:ty]) => { $value.as_ref().map_or($crate::Value::Null, $crate::Value::word) };
    (@write $value:expr, $sql:ident [$($null:ident)?] []) => { $crate::Value::from($value) };
    (@write $value:expr, $sql:ident [] [$as:ty]) => {
        $crate::Value::from(<$crate::field!(@raw $sql)>::from($value))
    };
    (@write $value:expr, $sql:ident [null] [$as:ty]) => {
        $crate::Value::from($value.map(<$crate::field!(@raw $sql)>::from))
    };
}
