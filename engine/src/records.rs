//! The tables that commands read and write: read whole for the customers concerned, written in the commit of the step. The statements
//! follow from what the commands declare.

use crate::EngineError;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use tradewind_core::commands;
use tradewind_core::records::{Added, Kept, Records};
use tradewind_nodes::id::CustomerId;
use tradewind_store::{Batch, Db, Insert, Value};

/// Rows of one table that a batch reads with one statement.
const MAX_ROWS: usize = 100_000;
/// Rows of one customer in one table that are read. Who has more is not guessed at.
const MAX_OF_ONE: usize = 10_000;

/// A table and its statements.
struct Stored {
    kept: Kept,
    select: &'static str,
    insert: Insert,
}

impl From<Kept> for Stored {
    fn from(kept: Kept) -> Self {
        let columns: Vec<&str> = kept.columns.iter().map(|(name, _)| *name).collect();
        let (columns, table, customer) = (columns.join(", "), kept.table.name, kept.customer);
        let select = format!("SELECT {columns} FROM {table} WHERE {customer} = ANY($1) LIMIT $2");
        Self { kept, select: Box::leak(select.into_boxed_str()), insert: Insert::new(table, kept.columns) }
    }
}

static STORED: LazyLock<Vec<Stored>> = LazyLock::new(|| commands::tables().into_iter().map(Stored::from).collect());

/// Every statement that is made here.
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    STORED.iter().map(|stored| stored.select)
}

/// Reads everything that these commands need of these customers, each of whom is named once; seldom there is anything.
///
/// # Errors
/// When the database cannot be read, a row does not read back, or a customer has more rows than are read.
pub(crate) async fn load<'n>(
    db: &Db,
    records: &mut Records,
    wanted: impl Iterator<Item = (CustomerId, &'n BTreeSet<&'static str>)>,
) -> Result<(), EngineError> {
    let mut customers: BTreeMap<&'static str, Vec<CustomerId>> = BTreeMap::new();
    for (customer, names) in wanted {
        let tables: BTreeSet<&'static str> = names.iter().flat_map(|name| commands::needs(name)).map(|kept| kept.table.name).collect();
        tables.into_iter().for_each(|table| customers.entry(table).or_default().push(customer));
    }
    for stored in STORED.iter() {
        if let Some(customers) = customers.remove(stored.kept.table.name) {
            stored.load(db, records, &customers).await?;
        }
    }
    Ok(())
}

impl Stored {
    async fn load(&self, db: &Db, records: &mut Records, customers: &[CustomerId]) -> Result<(), EngineError> {
        let rows = db.query(self.select, args(customers, MAX_ROWS)).await?;
        if rows.len() < MAX_ROWS {
            return Ok(self.kept.read(records, customers, rows)?);
        }
        for customer in customers {
            let rows = db.query(self.select, args(&[*customer], MAX_OF_ONE + 1)).await?;
            if rows.len() > MAX_OF_ONE {
                let message = format!("customer {customer} has more than {MAX_OF_ONE} rows, which are not read");
                return Err(EngineError::Row { table: self.kept.table.name, message });
            }
            self.kept.read(records, &[*customer], rows)?;
        }
        Ok(())
    }
}

fn args(customers: &[CustomerId], most: usize) -> Vec<Value> {
    vec![Value::UuidList(customers.iter().map(|customer| customer.0).collect()), Value::Int(i64::try_from(most).unwrap_or(i64::MAX))]
}

/// Writes the rows that commands added.
pub(crate) fn write(batch: &mut Batch, added: &mut Added) {
    for stored in STORED.iter() {
        batch.insert(&stored.insert, added.take(&stored.kept));
    }
}
