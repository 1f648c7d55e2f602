//! Rows that commands read and write, by their table and the customer they are of.
//!
//! A command says which tables it needs ([`Kept`]); whoever keeps the data puts every row of the customers concerned here before a run
//! is stepped. A row that a command adds is known to the next command at once and is among [`Added`], to be written in the commit.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::issue::Problem;
use tradewind_schema::{Column, ReadError, Rows, Table, TableRow, Value};

/// A row of one customer. Rows are added and never changed.
pub trait CustomerRow: TableRow + Clone + Send + 'static {
    /// The column that names the customer.
    const CUSTOMER: &'static str;
    /// Whose it is.
    fn customer(&self) -> CustomerId;
    /// It becomes `customer`'s.
    fn hand_over(&mut self, customer: CustomerId);
}

/// A table whose rows commands read and write.
#[derive(Clone, Copy)]
pub struct Kept {
    /// The table.
    pub table: &'static Table,
    /// Its columns, in the order of [`Added::take`].
    pub columns: &'static [Column],
    /// The column that names the customer.
    pub customer: &'static str,
    read: fn(&mut Records, &[CustomerId], Rows) -> Result<(), ReadError>,
}

impl Kept {
    /// The table of these rows.
    #[must_use]
    pub const fn of<R: CustomerRow>() -> Self {
        Self {
            table: R::DECLARED,
            columns: R::COLUMNS,
            customer: R::CUSTOMER,
            read: |records, customers, rows| records.load::<R>(customers, rows),
        }
    }

    /// Puts `rows` into `records`: all that there are of these customers.
    ///
    /// # Errors
    /// When a row does not read.
    pub fn read(&self, records: &mut Records, customers: &[CustomerId], rows: Rows) -> Result<(), ReadError> {
        (self.read)(records, customers, rows)
    }
}

/// What is known of the rows of customers.
#[derive(Default)]
pub struct Records {
    sheets: HashMap<TypeId, Box<dyn Sheet>>,
    /// Whether there is nothing beside what is here.
    complete: bool,
}

/// The known rows of one table.
trait Sheet: Any + Send {
    fn hand_over(&mut self, from: CustomerId, into: CustomerId);
    fn any(&self) -> &dyn Any;
    fn any_mut(&mut self) -> &mut dyn Any;
}

struct Of<R>(HashMap<CustomerId, Vec<R>>);

impl<R: CustomerRow> Sheet for Of<R> {
    fn hand_over(&mut self, from: CustomerId, into: CustomerId) {
        let mut rows = self.0.remove(&from).unwrap_or_default();
        rows.iter_mut().for_each(|row| row.hand_over(into));
        self.0.entry(into).or_default().append(&mut rows);
    }
    fn any(&self) -> &dyn Any {
        self
    }
    fn any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl Records {
    /// Of a world that is wholly in memory: rows that are not here do not exist.
    #[must_use]
    pub fn complete() -> Self {
        Self { sheets: HashMap::new(), complete: true }
    }

    /// The rows of a customer, in no particular order.
    ///
    /// # Errors
    /// `engine.unread` when they were not read: to take them for none would be wrong.
    pub fn of<R: CustomerRow>(&self, customer: CustomerId) -> Result<&[R], Problem> {
        let sheet = self.sheets.get(&TypeId::of::<R>()).and_then(|sheet| sheet.any().downcast_ref::<Of<R>>());
        match sheet.and_then(|sheet| sheet.0.get(&customer)) {
            Some(rows) => Ok(rows),
            None if self.complete => Ok(&[]),
            None => {
                let words = format!("the {} of the customer were not read: report it, then retry the step", R::DECLARED.name);
                Err(Problem::new("engine.unread", words))
            }
        }
    }

    /// Notes a row that is new.
    pub fn add<R: CustomerRow>(&mut self, row: R) {
        self.sheet::<R>().entry(row.customer()).or_default().push(row);
    }

    /// The rows of one customer become another's.
    pub fn hand_over(&mut self, from: CustomerId, into: CustomerId) {
        self.sheets.values_mut().for_each(|sheet| sheet.hand_over(from, into));
    }

    /// Takes in all rows that there are of these customers.
    fn load<R: CustomerRow>(&mut self, customers: &[CustomerId], rows: Rows) -> Result<(), ReadError> {
        let rows = rows.read::<R>()?;
        let sheet = self.sheet::<R>();
        for customer in customers {
            sheet.entry(*customer).or_default();
        }
        for row in rows {
            sheet.entry(row.customer()).or_default().push(row);
        }
        Ok(())
    }

    fn sheet<R: CustomerRow>(&mut self) -> &mut HashMap<CustomerId, Vec<R>> {
        let sheet = self.sheets.entry(TypeId::of::<R>()).or_insert_with(|| Box::new(Of::<R>(HashMap::new())));
        match sheet.any_mut().downcast_mut::<Of<R>>() {
            Some(of) => &mut of.0,
            None => unreachable!("a sheet is found by the type of its rows"),
        }
    }
}

/// Rows to be written, by their table.
#[derive(Default)]
pub struct Added(BTreeMap<&'static str, Vec<Vec<Value>>>);

impl Added {
    /// Notes a row.
    pub fn push<R: CustomerRow>(&mut self, row: R) {
        self.0.entry(R::DECLARED.name).or_default().push(row.into_values());
    }

    /// Takes out the new rows of a table, each with a value a column.
    #[must_use]
    pub fn take(&mut self, kept: &Kept) -> Vec<Vec<Value>> {
        self.0.remove(kept.table.name).unwrap_or_default()
    }
}
