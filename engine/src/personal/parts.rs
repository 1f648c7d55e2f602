//! The rows of a person, table by table, as the declarations say: how they are found, what is told of them, what becomes of them.

use super::identity::Identity;
use crate::EngineError;
use crate::incoming::Incoming;
use crate::tables::TABLES;
use crate::tables::erasures::Kept;
use std::collections::HashSet;
use std::sync::LazyLock;
use tradewind_nodes::Json;
use tradewind_nodes::id::WorkspaceId;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::policy::{Erasure, Export, Find};
use tradewind_schema::{Column, Delete, Row, Table, Ty, record};
use tradewind_store::{Batch, Db, Expect, Rows, Value};
use uuid::Uuid;

/// Rows done in one commit.
pub(super) const PAGE: i64 = if cfg!(test) { 20 } else { 500 };
/// Rows that name nobody are looked through so many at a time.
const SCAN_PAGE: i64 = 1_000;

/// Which of some runs are a person's.
const RUNS_OF: &str = "SELECT id FROM runs WHERE customer_id = ANY($2) AND id = ANY($1) LIMIT $3";

/// One table, and one way in which the rows of a person are found in it.
pub(crate) struct Part {
    pub table: &'static Table,
    find: Find,
    how: How,
    /// What is told, behind a key.
    pub told: Option<Told>,
    delete: Delete,
}

/// How rows are found and done.
enum How {
    /// By a column.
    Keyed {
        /// The keys of rows that are to be done, of the ids `$1`, up to `$2`; None when nothing is done with them.
        left: Option<&'static str>,
        /// Overwrites as many; None when the rows go.
        blank: Option<&'static str>,
        /// How many rows there are, and when the youngest became what it is.
        stay: Option<&'static str>,
        /// The keys of rows of anybody erased whose time by law is over: older than `$1`, up to `$2`.
        over: Option<&'static str>,
    },
    /// By looking through the table: key and texts behind a key.
    Scan(&'static str),
}

/// What a person is told of a table's rows.
pub(crate) struct Told {
    pub columns: &'static [&'static str],
    /// Key, texts to look through, then the columns; behind a key.
    sql: &'static str,
}

/// Every part, in the order in which they are done: rows that are found by other rows come before those, and marks last.
pub(crate) static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| {
    let parts = TABLES.iter().copied().flat_map(|table| table.policy.erasure.find().iter().map(move |find| part(table, *find)));
    let mut parts: Vec<Part> = parts.collect();
    parts.sort_by_key(|part| match part.find {
        Find::Delivery(_) => 0,
        Find::Run(_) => 1,
        Find::Mention(_) | Find::Subject(_) => 2,
        Find::Customer(_) if matches!(part.table.policy.erasure, Erasure::Delete(_)) => 3,
        Find::Customer(_) => 4,
    });
    parts
});

/// Every statement that is made here.
pub(super) fn statements() -> impl Iterator<Item = &'static str> {
    let of = |part: &'static Part| {
        let done = match &part.how {
            How::Keyed { left, blank, stay, over } => [*left, *blank, *stay, *over],
            How::Scan(sql) => [Some(*sql), None, None, None],
        };
        done.into_iter().flatten().chain(part.told.as_ref().map(|told| told.sql))
    };
    std::iter::once(RUNS_OF).chain(PARTS.iter().flat_map(of))
}

/// Kept as long as the program runs: statements are told apart by their addresses.
fn kept(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

fn part(table: &'static Table, find: Find) -> Part {
    let columns: Vec<Column> = table.key.iter().map(|name| table.column(name)).collect();
    let delete = Delete::new(table.name, Box::leak(columns.into_boxed_slice()));
    let (how, own) = match find {
        Find::Mention(texts) => (How::Scan(scan(table, texts, &[])), None),
        Find::Subject(text) => (How::Scan(scan(table, &[text], &[])), None),
        Find::Customer(column) => keyed(table, format!("{column} = ANY($1)")),
        // The names of tables before columns keep these apart from the look-ups of runs by the lane, whose plans are tested.
        Find::Run(column) => keyed(table, format!("{column} IN (SELECT runs.id FROM runs WHERE runs.customer_id = ANY($1))")),
        Find::Delivery(column) => {
            keyed(table, format!("{column} IN (SELECT deliveries.id FROM deliveries WHERE deliveries.customer_id = ANY($1))"))
        }
    };
    let told = match table.policy.export {
        Export::None => None,
        Export::Columns(columns) => {
            let sql = match (find, own) {
                (Find::Mention(texts), _) => scan(table, texts, columns),
                (Find::Subject(text), _) => scan(table, &[text], columns),
                (_, own) => told_by(table, &own.unwrap_or_default(), columns),
            };
            Some(Told { columns, sql })
        }
    };
    Part { table, find, how, told, delete }
}

fn keyed(table: &Table, own: String) -> (How, Option<String>) {
    let (name, key) = (table.name, table.key.join(", "));
    let keys = |which: &str| kept(format!("SELECT {key} FROM {name} WHERE {own}{which} LIMIT $2"));
    let (mut left, mut blank, mut stay, mut over) = (None, None, None, None);
    match table.policy.erasure {
        Erasure::None => {}
        Erasure::Delete(_) => left = Some(keys("")),
        Erasure::Blank { columns, .. } | Erasure::Law { columns, .. } => {
            if !columns.is_empty() {
                let set: Vec<String> = columns.iter().map(|(column, empty)| format!("{column} = {empty}")).collect();
                let full: Vec<String> = columns.iter().map(|(column, empty)| holds_something(column, empty)).collect();
                let which = format!(" AND ({})", full.join(" OR "));
                let page = format!("SELECT {key} FROM {name} WHERE {own}{which} LIMIT $2");
                left = Some(keys(&which));
                blank = Some(kept(format!("UPDATE {name} SET {} WHERE ({key}) IN ({page})", set.join(", "))));
            }
            let youngest = match table.policy.erasure {
                Erasure::Law { from, .. } => format!("MAX({from})"),
                _ => "CAST(NULL AS bigint)".to_owned(),
            };
            if let (Erasure::Law { from, .. }, Some((column, _))) = (table.policy.erasure, own.split_once(" = ")) {
                let erased = "SELECT erasures.customer_id FROM erasures WHERE erasures.finished_at IS NOT NULL";
                over = Some(kept(format!("SELECT {key} FROM {name} WHERE {column} IN ({erased}) AND {from} < $1 LIMIT $2")));
            }
            stay = Some(kept(format!("SELECT COUNT(*) AS found, {youngest} AS youngest FROM {name} WHERE {own}")));
        }
    }
    (How::Keyed { left, blank, stay, over }, Some(own))
}

fn holds_something(column: &str, empty: &str) -> String {
    if empty == "NULL" { format!("{column} IS NOT NULL") } else { format!("{column} <> {empty}") }
}

/// `(a, b) > ($3, $4)`, from this parameter on.
fn behind(table: &Table, first: usize) -> String {
    let places = (0..table.key.len()).map(|index| format!("${}", index + first)).collect::<Vec<_>>().join(", ");
    format!("({}) > ({places})", table.key.join(", "))
}

/// The arguments: the workspace, how many rows, then the key behind which to look.
fn scan(table: &Table, texts: &[&str], columns: &[&str]) -> &'static str {
    let key = table.key.join(", ");
    let texts = texts.iter().enumerate().map(|(index, text)| format!("{text} AS text_{index}"));
    let told = columns.iter().enumerate().map(|(index, column)| format!("{column} AS told_{index}"));
    let all = texts.chain(told).collect::<Vec<_>>().join(", ");
    kept(format!("SELECT {key}, {all} FROM {} WHERE workspace_id = $1 AND {} ORDER BY {key} LIMIT $2", table.name, behind(table, 3)))
}

/// The arguments: the ids, how many rows, then the key behind which to look. Where the key does not begin with whose the row is, the
/// person's rows are gathered first, or the whole table would be read in the order of its key.
fn told_by(table: &Table, own: &str, columns: &[&str]) -> &'static str {
    let (name, key) = (table.name, table.key.join(", "));
    let told: Vec<String> = columns.iter().enumerate().map(|(index, column)| format!("{column} AS told_{index}")).collect();
    let told = told.join(", ");
    if own.starts_with(&format!("{} = ", table.key[0])) {
        return kept(format!("SELECT {key}, {told} FROM {name} WHERE {own} AND {} ORDER BY {key} LIMIT $2", behind(table, 3)));
    }
    let own = format!("WITH own AS MATERIALIZED (SELECT {key}, {told} FROM {name} WHERE {own}) ");
    kept(format!("{own}SELECT * FROM own WHERE {} ORDER BY {key} LIMIT $2", behind(table, 3)))
}

/// The values of a row's key.
pub(super) type Key = Vec<Value>;

/// A page of what is told of a table.
pub(super) struct ToldPage {
    /// The rows, each with its key.
    pub rows: Vec<(Key, Json)>,
    /// The key behind which to go on; None at the end.
    pub next: Option<Key>,
}

/// A page of a table that was looked through.
pub(super) struct Scanned {
    /// The rows that speak of the person: the key, the texts, the columns told.
    pub found: Vec<Vec<Value>>,
    /// The key behind which to go on; None at the end.
    pub next: Option<Key>,
}

impl Part {
    /// Whether rows are found by looking through the table.
    pub fn is_scan(&self) -> bool {
        matches!(self.how, How::Scan(_))
    }

    /// A key below all others.
    pub fn first_key(&self) -> Vec<Value> {
        let lowest = |name: &&'static str| match self.table.column(name).1 {
            Ty::Uuid => Value::Uuid(Uuid::nil()),
            Ty::Int | Ty::Bool | Ty::Real => Value::Int(i64::MIN),
            Ty::Text => Value::from(""),
            Ty::Bytes => Value::Bytes(Vec::new()),
        };
        self.table.key.iter().map(lowest).collect()
    }

    /// The keys of a page of rows that are still to be done, found by a column.
    pub async fn left(&self, db: &Db, who: &Identity) -> Result<Vec<Vec<Value>>, EngineError> {
        let How::Keyed { left: Some(sql), .. } = self.how else { return Ok(Vec::new()) };
        let rows = db.query(sql, vec![who.list(), PAGE.into()]).await?;
        Ok(rows.into_iter().map(Row::into_values).collect())
    }

    /// The keys of rows that speak of the person, of a page behind `after`; and the key behind which to go on.
    pub async fn scan(&self, db: &Db, who: &Identity, after: Vec<Value>) -> Result<Scanned, EngineError> {
        let How::Scan(sql) = self.how else { return Ok(Scanned { found: Vec::new(), next: None }) };
        let mut page = self.look_through(db, who, sql, SCAN_PAGE, after).await?;
        for row in &mut page.found {
            row.truncate(self.table.key.len());
        }
        Ok(page)
    }

    /// Adds to the batch what becomes of the rows of [`Part::left`] or [`Part::scan`]. Gives whether they go.
    pub fn take(&'static self, batch: &mut Batch, who: &Identity, keys: Vec<Vec<Value>>) -> bool {
        match self.how {
            How::Keyed { blank: Some(sql), .. } => {
                batch.execute(sql, vec![who.list(), PAGE.into()], Expect::Any);
                false
            }
            _ => {
                batch.delete(&self.delete, keys);
                true
            }
        }
    }

    /// What is told of a page of rows behind `after`: each with its key; and the key behind which to go on.
    pub async fn tell(&self, db: &Db, who: &Identity, after: Key) -> Result<ToldPage, EngineError> {
        let Some(told) = &self.told else { return Ok(ToldPage { rows: Vec::new(), next: None }) };
        let width = self.table.key.len();
        let (rows, next) = if let How::Scan(_) = self.how {
            let page = self.look_through(db, who, told.sql, PAGE, after).await?;
            (page.found, page.next)
        } else {
            let args = [vec![who.list(), PAGE.into()], after].concat();
            let rows: Vec<Vec<Value>> = db.query(told.sql, args).await?.into_iter().map(Row::into_values).collect();
            let next = rows.last().filter(|_| rows.len() as i64 == PAGE).map(|row| row[..width].to_vec());
            (rows, next)
        };
        let tell = |mut row: Vec<Value>| {
            let values = row.split_off(row.len() - told.columns.len());
            row.truncate(width);
            let object = told.columns.iter().zip(values).map(|(name, value)| ((*name).to_owned(), as_json(name, value))).collect();
            (row, Json::Object(object))
        };
        Ok(ToldPage { rows: rows.into_iter().map(tell).collect(), next })
    }

    async fn look_through(&self, db: &Db, who: &Identity, sql: &'static str, page: i64, after: Vec<Value>) -> Result<Scanned, EngineError> {
        let width = self.table.key.len();
        let rows = db.query(sql, [vec![who.workspace.0.into(), page.into()], after].concat()).await?;
        let full = rows.len() as i64 == page;
        let theirs = self.runs_in(db, who, &rows).await?;
        let rows: Vec<Vec<Value>> = rows.into_iter().map(Row::into_values).collect();
        let next = rows.last().filter(|_| full).map(|row| row[..width].to_vec());
        let texts = match self.find {
            Find::Mention(texts) => texts.len(),
            _ => 1,
        };
        let found = rows.into_iter().filter(|row| row[width..width + texts].iter().any(|text| self.speaks_of(who, &theirs, text)));
        Ok(Scanned { found: found.collect(), next })
    }

    /// Which runs that the messages of a page are about are the person's.
    async fn runs_in(&self, db: &Db, who: &Identity, rows: &Rows) -> Result<HashSet<Uuid>, EngineError> {
        if !matches!(self.find, Find::Subject(_)) {
            return Ok(HashSet::new());
        }
        let width = self.table.key.len();
        let run = |row: &Row| match message(row.text(width).ok()?)? {
            Incoming::Receipt { effect, .. } => Some(effect.run.0),
            Incoming::Control { run, .. } => Some(run.0),
            _ => None,
        };
        let runs: Vec<Uuid> = rows.iter().filter_map(run).collect();
        if runs.is_empty() {
            return Ok(HashSet::new());
        }
        let limit = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        Ok(db.query(RUNS_OF, vec![runs.into(), who.list(), limit.into()]).await?.column::<Uuid>("id")?.into_iter().collect())
    }

    fn speaks_of(&self, who: &Identity, runs: &HashSet<Uuid>, text: &Value) -> bool {
        let Value::Text(text) = text else { return false };
        if who.is_named_in(text) {
            return true;
        }
        let by_subject = matches!(self.find, Find::Subject(_));
        by_subject
            && message(text)
                .is_some_and(|message| subjects(who.workspace, &message).iter().any(|id| who.ids.contains(id) || runs.contains(id)))
    }

    /// Deletes a page of rows of erased people that no law wants any more; gives how many.
    pub async fn forget(&'static self, db: &Db, now: Timestamp) -> Result<u64, EngineError> {
        let (Erasure::Law { years, .. }, How::Keyed { over: Some(sql), .. }) = (self.table.policy.erasure, &self.how) else { return Ok(0) };
        let before = now.plus_years(-i32::from(years));
        let keys: Vec<Key> = db.query(sql, vec![before.micros().into(), PAGE.into()]).await?.into_iter().map(Row::into_values).collect();
        let count = keys.len() as u64;
        let mut batch = Batch::new();
        if count > 0 {
            batch.delete(&self.delete, keys);
            db.commit(batch).await?;
        }
        Ok(count)
    }

    /// How many rows stay; with the time and the duty where the law wants them.
    pub async fn stay(&self, db: &Db, who: &Identity) -> Result<Option<(u64, Option<Kept>)>, EngineError> {
        let How::Keyed { stay: Some(sql), .. } = self.how else { return Ok(None) };
        let Some(found) = db.query(sql, vec![who.list()]).await?.first_as::<Youngest>()? else { return Ok(None) };
        let rows = u64::try_from(found.found).unwrap_or(0);
        let kept = match (self.table.policy.erasure, found.youngest) {
            (Erasure::Law { years, duty, .. }, Some(youngest)) => {
                Some(Kept { table: self.table.name.to_owned(), rows, until: youngest.plus_years(i32::from(years)), duty: duty.to_owned() })
            }
            _ => None,
        };
        Ok(Some((rows, kept)))
    }
}

record! {
    struct Youngest of "the rows" key [] {
        found: int,
        youngest: int null => Timestamp,
    }
}

fn message(text: &str) -> Option<Incoming> {
    serde_json::from_str(text).ok()
}

/// Whom a message is about.
fn subjects(workspace: WorkspaceId, message: &Incoming) -> Vec<Uuid> {
    let mut all = vec![message.subject(workspace)];
    if let Incoming::Merge { into, .. } = message {
        all.push(into.0);
    }
    all
}

/// A cell as it is told: instants as such, JSON as it is.
fn as_json(name: &str, value: Value) -> Json {
    let is_time = name == "at" || name.ends_with("_at");
    match value {
        Value::Int(micros) if is_time => Timestamp::from_micros(micros).to_string().into(),
        Value::Int(number) => number.into(),
        Value::Bool(truth) => truth.into(),
        Value::Real(number) => number.into(),
        Value::Uuid(id) => id.to_string().into(),
        Value::Text(text) if text.starts_with(['{', '[']) => serde_json::from_str(&text).unwrap_or(Json::String(text)),
        Value::Text(text) => text.into(),
        _ => Json::Null,
    }
}
