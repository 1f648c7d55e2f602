//! Everything kept about a person, a page at a time.

use super::identity::Identity;
use super::parts::{PARTS, Part};
use crate::EngineError;
use crate::tables::TABLES;
use std::collections::HashSet;
use tradewind_nodes::Json;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_schema::Table;
use tradewind_store::{Db, Value};

/// Reads what is kept about a person, table after table. Rows that come or go meanwhile may be told or not.
pub struct Export {
    db: Db,
    who: Identity,
    /// What is still to be told, the next at the end.
    tables: Vec<Telling>,
}

/// One table, and what of it is still to be told.
struct Telling {
    table: &'static Table,
    /// Ways in which rows are found, the next at the end.
    parts: Vec<&'static Part>,
    after: Option<Vec<Value>>,
    /// Keys told, where a row may be found in more than one way.
    told: Option<HashSet<String>>,
}

/// A page of rows of one table.
#[derive(Debug)]
pub struct ExportPage {
    /// The table.
    pub table: &'static str,
    /// Its rows as objects; a table of which nothing is kept has one page without rows.
    pub rows: Vec<Json>,
    /// Whether it is the last page of the table.
    pub last: bool,
}

impl Export {
    /// Begins to tell what is kept about a customer.
    ///
    /// # Errors
    /// When the database cannot be read or a row does not read.
    pub async fn new(db: &Db, workspace: WorkspaceId, customer: CustomerId) -> Result<Self, EngineError> {
        let who = Identity::whole(db, workspace, customer).await?;
        let telling = |table: &'static Table| {
            let mut parts: Vec<&Part> = PARTS.iter().filter(|part| part.told.is_some() && part.table.name == table.name).collect();
            parts.reverse();
            let told = (parts.len() > 1).then(HashSet::new);
            (!parts.is_empty()).then_some(Telling { table, parts, after: None, told })
        };
        let mut tables: Vec<Telling> = TABLES.iter().filter_map(|table| telling(table)).collect();
        tables.reverse();
        Ok(Self { db: db.clone(), who, tables })
    }

    /// The tables that are told, in order.
    #[must_use]
    pub fn tables(&self) -> Vec<&'static str> {
        self.tables.iter().rev().map(|telling| telling.table.name).collect()
    }

    /// The next page; None when all is told.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next(&mut self) -> Result<Option<ExportPage>, EngineError> {
        let Some(telling) = self.tables.last_mut() else { return Ok(None) };
        let table = telling.table.name;
        let mut rows = Vec::new();
        while let Some(part) = telling.parts.last()
            && rows.is_empty()
        {
            let after = telling.after.take().unwrap_or_else(|| part.first_key());
            let page = part.tell(&self.db, &self.who, after).await?;
            for (key, row) in page.rows {
                if telling.told.as_mut().is_none_or(|told| told.insert(format!("{key:?}"))) {
                    rows.push(row);
                }
            }
            telling.after = page.next;
            if telling.after.is_none() {
                telling.parts.pop();
            }
        }
        let last = telling.parts.is_empty();
        if last {
            self.tables.pop();
        }
        Ok(Some(ExportPage { table, rows, last }))
    }
}
