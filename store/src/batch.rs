//! One atomic unit of writing: build it, give it to [`crate::Db::commit`].

use tradewind_schema::{Delete, Insert, Row, Rows, Spec, Update, Value};

use crate::StoreError;

/// Rows that one batch may write; larger work is split by its caller.
pub const MAX_BATCH_ROWS: usize = 50_000;

/// How many rows a raw statement has to change or return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Any number.
    Any,
    /// Exactly this many, or the batch fails with [`StoreError::Conflict`].
    Rows(u64),
}

/// A raw reading statement with its arguments `$1, $2, …`.
#[derive(Clone, Debug)]
pub struct Query {
    /// Common SQL, or that of the database in use.
    pub sql: &'static str,
    /// The arguments in order.
    pub args: Vec<Value>,
}

impl Query {
    /// A query of this statement with these arguments.
    pub fn new(sql: &'static str, args: Vec<Value>) -> Self {
        Self { sql, args }
    }
}

/// A list of statements, so that a test can prepare every one on both databases.
#[derive(Clone, Copy, Debug)]
pub struct Statements(pub &'static [&'static str]);

/// Operations that are applied together or not at all, in the order given.
///
/// Every method that adds an operation returns its index, by which [`Committed`] answers. On PostgreSQL an
/// operation is one statement whatever its number of rows, so gather rows of one kind into one operation.
#[derive(Clone, Default)]
pub struct Batch {
    pub(crate) ops: Vec<Op>,
    pub(crate) defect: Option<StoreError>,
    rows: usize,
}

#[derive(Clone)]
pub(crate) enum Op {
    Bulk {
        spec: &'static dyn Spec,
        values: Vec<Value>,
        rows: usize,
    },
    Execute {
        sql: &'static str,
        args: Vec<Value>,
        expect: Expect,
    },
    /// Several statements without arguments: a migration.
    Script {
        sql: String,
    },
}

impl Batch {
    /// A batch that does nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows given so far; a raw statement counts as one.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty() && self.defect.is_none()
    }

    /// Inserts rows, each holding the values of the specification's columns in order.
    pub fn insert<R: IntoIterator<Item = Value>>(&mut self, spec: &'static Insert, rows: impl IntoIterator<Item = R>) -> usize {
        self.bulk(spec, rows)
    }

    /// Updates rows, each holding the key's values and then the values to set.
    pub fn update<R: IntoIterator<Item = Value>>(&mut self, spec: &'static Update, rows: impl IntoIterator<Item = R>) -> usize {
        self.bulk(spec, rows)
    }

    /// Deletes rows, each given by its key's values.
    pub fn delete<R: IntoIterator<Item = Value>>(&mut self, spec: &'static Delete, rows: impl IntoIterator<Item = R>) -> usize {
        self.bulk(spec, rows)
    }

    /// Runs one raw statement. If it returns rows, they are in [`Committed`] and their number is what
    /// `expect` is held against; otherwise it is the number of rows changed.
    pub fn execute(&mut self, sql: &'static str, args: Vec<Value>, expect: Expect) -> usize {
        self.rows += 1;
        if let Some(Value::Unwritable(problem)) = args.iter().find(|arg| matches!(arg, Value::Unwritable(_))) {
            self.defect.get_or_insert(StoreError::query(sql, format!("an argument cannot be written: {problem}")));
        }
        self.ops.push(Op::Execute { sql, args, expect });
        self.ops.len() - 1
    }

    /// Puts a raw statement before all others: the check that the writer still owns what it writes (a shard's
    /// lease and epoch). It is an [`Batch::execute`] placed first, so the indices given out before shift by one.
    pub fn fence(&mut self, sql: &'static str, args: Vec<Value>, expect: Expect) {
        self.rows += 1;
        self.ops.insert(0, Op::Execute { sql, args, expect });
    }

    pub(crate) fn script(&mut self, sql: String) {
        self.rows += 1;
        self.ops.push(Op::Script { sql });
    }

    fn bulk<R: IntoIterator<Item = Value>>(&mut self, spec: &'static dyn Spec, given: impl IntoIterator<Item = R>) -> usize {
        let op = self.ops.len();
        let given = given.into_iter();
        let width = spec.width();
        let mut values = Vec::with_capacity(given.size_hint().0.min(MAX_BATCH_ROWS) * width);
        let mut rows = 0;
        for row in given {
            rows += 1;
            values.extend(row);
            if values.len() != rows * width {
                let found = values.len() + width - rows * width;
                self.note_defect(op, spec, format!("row {} has {found} values; give {width}", rows - 1));
                break;
            }
        }
        if self.defect.is_none() {
            self.check_types(op, spec, &values);
        }
        self.rows += rows;
        self.ops.push(Op::Bulk { spec, values, rows });
        op
    }

    /// PostgreSQL is strict about types and SQLite is not; checking here makes them fail alike.
    fn check_types(&mut self, op: usize, spec: &'static dyn Spec, values: &[Value]) {
        for column in 0..spec.width() {
            let Some((name, ty)) = spec.column(column) else { continue };
            let wrong = values.iter().skip(column).step_by(spec.width()).find(|value| !ty.accepts(value));
            if let Some(Value::Unwritable(problem)) = wrong {
                return self.note_defect(op, spec, format!("column {name} cannot be written: {problem}"));
            }
            if let Some(value) = wrong {
                let message = format!("column {name} is {}; {} does not fit, convert it", ty.postgres_name(), value.type_name());
                return self.note_defect(op, spec, message);
            }
        }
    }

    fn note_defect(&mut self, op: usize, spec: &dyn Spec, message: String) {
        self.defect.get_or_insert(StoreError::Shape { op, table: spec.table(), message });
    }
}

/// What a committed batch did, by the index of its operations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Committed {
    pub(crate) effects: Vec<OpEffect>,
}

/// What one operation did.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OpEffect {
    pub(crate) affected: u64,
    pub(crate) rows: Rows,
}

impl Committed {
    /// Rows the operation changed, or returned if it returns rows; 0 for an unknown index.
    pub fn affected(&self, op: usize) -> u64 {
        self.effects.get(op).map_or(0, |effect| effect.affected)
    }

    /// Rows the operation returned; none for an unknown index.
    pub fn rows(&self, op: usize) -> &[Row] {
        self.effects.get(op).map_or(&[], |effect| &effect.rows)
    }

    /// Rows the operation returned, moved out.
    pub fn take_rows(&mut self, op: usize) -> Rows {
        self.effects.get_mut(op).map(|effect| std::mem::take(&mut effect.rows)).unwrap_or_default()
    }
}
