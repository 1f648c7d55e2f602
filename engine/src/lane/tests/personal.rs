//! Personal data: told whole, and erased whole, whatever breaks off in the middle.

use super::fault::Break;
use super::recorder::Answer;
use super::stage::{HERE, Stage};
use super::whole_person::{ADDRESS, DEVICE, NAME, NEEDLES, OTHER, USER, journeys, me, people};
use crate::incoming::{Call, Incoming};
use crate::jobs::{Job, perform};
use crate::personal::{self, Erasure, Export};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::time::Duration;
use tradewind_schema::policy::{Erasure as Policy, Export as Told, Find, Shard};
use tradewind_schema::{Field, Ty};
use tradewind_store::{Db, DbSettings, Dialect};
use uuid::Uuid;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(seed: u64) -> Self {
        let folder = std::env::temp_dir().join(format!("tradewind-personal-{}-{seed}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
    /// Every byte of the database, its log included.
    fn bytes(&self) -> Vec<u8> {
        std::fs::read_dir(&self.0).unwrap().flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Every row of every table as text, by table.
async fn dump(db: &Db) -> BTreeMap<String, String> {
    let mut dump = BTreeMap::new();
    for table in crate::tables::TABLES.iter() {
        // Ids are bytes and no text on SQLite.
        let cell = |column: &Field| match column.ty {
            Ty::Uuid | Ty::Bytes => format!("hex({})", column.name),
            _ => format!("COALESCE(CAST({} AS text), '')", column.name),
        };
        let sql: &'static str = match db.dialect() {
            Dialect::Postgres => format!("SELECT CAST(whole AS text) FROM {} AS whole LIMIT 10000", table.name).leak(),
            Dialect::Sqlite => {
                let texts: Vec<String> = table.columns.iter().map(cell).collect();
                format!("SELECT {} FROM {} LIMIT 10000", texts.join(" || ' ' || "), table.name).leak()
            }
        };
        let rows = db.query(sql, Vec::new()).await.unwrap();
        let texts: Vec<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        dump.insert(table.name.to_owned(), texts.join("\n"));
    }
    dump
}

fn found(bytes: &[u8]) -> Vec<&'static str> {
    NEEDLES.into_iter().filter(|needle| bytes.windows(needle.len()).any(|window| window == needle.as_bytes())).collect()
}

async fn exported(stage: &Stage) -> BTreeMap<&'static str, Vec<Json>> {
    let mut export = Export::new(&stage.db, HERE, me()).await.unwrap();
    let mut all: BTreeMap<&'static str, Vec<Json>> = export.tables().into_iter().map(|table| (table, Vec::new())).collect();
    while let Some(page) = export.next().await.unwrap() {
        all.get_mut(page.table).unwrap().extend(page.rows);
    }
    all
}

/// How many runs they have, and how many of those are not over.
async fn runs(stage: &Stage) -> (u64, u64) {
    let runs = stage.rows("SELECT ended_at FROM runs WHERE customer_id = $1 LIMIT 100", vec![me().0.into()]).await;
    let live = runs.iter().filter(|run| run.opt_int(0).unwrap().is_none()).count();
    (runs.len() as u64, live as u64)
}

/// Asks for the erasure and lets it come to its end.
async fn erase(stage: &mut Stage) -> Erasure {
    let id = ask(stage).await;
    stage.lane.note_erasures().await.unwrap();
    stage.quiet().await;
    done(stage, id).await
}

async fn ask(stage: &Stage) -> Uuid {
    personal::ask(&stage.db, &stage.env, HERE, me(), "the shop's key").await.unwrap()
}

async fn done(stage: &Stage, id: Uuid) -> Erasure {
    let erasure = personal::find(&stage.db, HERE, id).await.unwrap().unwrap();
    assert!(erasure.finished_at.is_some(), "it is not done: {erasure:?} {:?}", stage.texts("SELECT progress FROM erasures").await);
    erasure
}

async fn nothing_is_left(stage: &Stage) {
    for (table, rows) in dump(&stage.db).await {
        assert_eq!(found(rows.as_bytes()), [""; 0], "{table}: {rows}");
    }
}

/// What is told before, what is left afterwards, what comes late, and that others are left alone.
async fn told_and_erased(stage: &mut Stage) {
    people(stage).await;
    let told = exported(stage).await;
    let text = json!(told).to_string();
    assert_eq!(found(text.as_bytes()), NEEDLES);
    let silent: Vec<_> = told.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| *table).collect();
    assert_eq!(silent, [""; 0], "the test leaves something in every table: {told:?}");
    assert!(!text.contains(OTHER), "nothing of others is told: {text}");
    let (all, live) = runs(stage).await;
    assert!(all > 5 && live > 2 && told["runs"].len() as u64 == all, "{:?}", told["runs"]);
    let before = dump(&stage.db).await;
    assert!(before["suppressions"].is_empty());

    let erasure = erase(stage).await;
    nothing_is_left(stage).await;
    let certificate = &erasure.certificate;
    for table in [
        "events",
        "runs",
        "steps",
        "deliveries",
        "mails",
        "tasks",
        "incidents",
        "refusals",
        "dead_letters",
        "idempotency",
        "scenarios",
        "inbox",
        "schedules",
        "segment_members",
    ] {
        assert!(certificate.deleted.get(table).is_some_and(|rows| *rows > 0), "{table}: {certificate:?}");
    }
    assert_eq!((certificate.deleted["runs"], certificate.deleted["dead_letters"]), (all, 2));
    assert_eq!((certificate.blanked["customers"], certificate.blanked["aliases"]), (2, 1), "the person and their device");
    let kept = &certificate.kept[0];
    assert_eq!((kept.table.as_str(), kept.rows, kept.until), ("consents", 2, stage.env.now().plus_years(3)));
    assert_eq!((certificate.suppressed, certificate.ended_runs), (2, live), "both addresses; those that waited: {certificate:?}");
    others_are_left_alone(stage).await;
    what_comes_late_is_dropped(stage).await;
    a_refusal_holds_for_whoever_comes_with_the_address(stage).await;
}

async fn others_are_left_alone(stage: &Stage) {
    let theirs = vec![CustomerId::of_user(HERE, OTHER).0.into()];
    for (sql, rows) in [
        ("SELECT id FROM runs WHERE customer_id = $1 LIMIT 100", 6),
        ("SELECT id FROM events WHERE customer_id = $1 LIMIT 100", 1),
        ("SELECT id FROM deliveries WHERE customer_id = $1 LIMIT 100", 3),
    ] {
        assert!(stage.rows(sql, theirs.clone()).await.len() >= rows, "{sql}");
    }
    assert_eq!(stage.texts("SELECT name FROM scenarios").await, ["made up"]);
    assert_eq!(stage.texts("SELECT key FROM idempotency").await, ["other"]);
}

async fn what_comes_late_is_dropped(stage: &mut Stage) {
    let before = dump(&stage.db).await;
    stage.track(USER, "Order Completed", json!({"name": NAME})).await;
    let seen = stage.call(Call::Page, None, Some(DEVICE), "Page Viewed", json!({"by": DEVICE}));
    stage.accept(vec![Incoming::Event(seen)]).await;
    stage.know(USER, json!({"email": ADDRESS, "firstName": NAME})).await;
    stage.quiet().await;
    assert_eq!(dump(&stage.db).await, before);
}

async fn a_refusal_holds_for_whoever_comes_with_the_address(stage: &mut Stage) {
    let sent = stage.recorder.made().len();
    stage.know("new", json!({"email": ADDRESS.to_uppercase(), "firstName": "New"})).await;
    stage.know("newer", json!({"firstName": "Newer"})).await;
    for user in ["new", "newer"] {
        stage.track(user, "Order Completed", json!({})).await;
    }
    stage.quiet().await;
    let told: Vec<String> = stage.recorder.told().split_off(sent);
    let thanked: Vec<&String> = told.iter().filter(|what| what.starts_with("Thanks")).collect();
    assert_eq!(thanked, ["Thanks Newer"], "{told:?}");
}

#[tokio::test]
async fn a_person_is_told_and_erased_on_sqlite_to_the_last_byte() {
    let folder = Folder::new(400);
    let db = Db::open(DbSettings::new(format!("sqlite://{}/t.db", folder.0.display()))).await.unwrap();
    let mut stage = Stage::on(db, 400).await;
    people(&mut stage).await;
    assert_eq!(found(&folder.bytes()), NEEDLES, "the search finds what is there");
    erase(&mut stage).await;
    assert_eq!(found(&folder.bytes()), [""; 0]);
}

#[tokio::test]
async fn a_person_is_told_and_erased_on_sqlite() {
    told_and_erased(&mut Stage::new(401).await).await;
}

#[tokio::test]
async fn a_person_is_told_and_erased_on_postgres() {
    told_and_erased(&mut Stage::on_postgres(402).await).await;
}

#[tokio::test]
async fn an_erasure_goes_on_wherever_it_broke_off() {
    for way in [Break::Before, Break::After] {
        let mut commits = 1;
        // Until the commit to break off is behind the last.
        loop {
            let mut stage = Stage::new(403).await;
            people(&mut stage).await;
            let counted = runs(&stage).await;
            stage.break_commit(commits, way);
            let erasure = erase(&mut stage).await;
            nothing_is_left(&stage).await;
            assert_eq!((erasure.certificate.deleted["runs"], erasure.certificate.ended_runs), counted, "commit {commits} {way:?}");
            if stage.restarts == 0 {
                break;
            }
            commits += 1;
        }
        assert!(commits > 15, "{commits} commits");
    }
}

#[tokio::test]
async fn another_process_goes_on_where_the_last_one_was() {
    let mut stage = Stage::new(404).await;
    people(&mut stage).await;
    let counted = runs(&stage).await;
    let id = ask(&stage).await;
    for _ in 0..100 {
        stage.restart().await;
        stage.lane.round().await.unwrap();
        stage.relay.settle_all().await.unwrap();
    }
    let certificate = done(&stage, id).await.certificate;
    assert_eq!((certificate.deleted["runs"], certificate.ended_runs), counted);
    nothing_is_left(&stage).await;
}

#[tokio::test]
async fn nobody_waits_for_the_erasure_of_somebody_of_whom_much_is_known() {
    let mut stage = Stage::new(405).await;
    people(&mut stage).await;
    let many: Vec<Incoming> = (0..2_000).map(|number| stage.event(USER, "Looked", json!({"n": number}))).collect();
    stage.accept(many).await;
    stage.quiet().await;
    let id = ask(&stage).await;
    stage.lane.note_erasures().await.unwrap();
    for _ in 0..30 {
        stage.lane.round().await.unwrap();
        stage.relay.settle_all().await.unwrap();
    }
    stage.know("carla", json!({"firstName": "Carla"})).await;
    stage.track("carla", "Order Completed", json!({})).await;
    for _ in 0..3 {
        stage.lane.round().await.unwrap();
        stage.relay.settle_all().await.unwrap();
    }
    assert!(stage.recorder.told().contains(&"Thanks Carla".to_owned()));
    assert!(personal::find(&stage.db, HERE, id).await.unwrap().unwrap().finished_at.is_none(), "the erasure is still under way");
    stage.quiet().await;
    assert!(done(&stage, id).await.certificate.deleted["events"] > 2_000);
    nothing_is_left(&stage).await;
}

#[tokio::test]
async fn what_is_on_its_way_arrives_first_and_is_not_tried_again() {
    let mut stage = Stage::new(406).await;
    journeys(&mut stage).await;
    stage.recorder.answer("Thanks", Answer::RetryUntil(3));
    stage.know(USER, json!({"firstName": NAME})).await;
    stage.track(USER, "Order Completed", json!({})).await;
    stage.quiet().await;
    let tried = stage.recorder.told().iter().filter(|what| what.starts_with("Thanks")).count();
    assert_eq!(tried, 1);
    erase(&mut stage).await;
    let then = stage.env.now().plus(Duration::from_days(40));
    stage.run_until(then, 50).await;
    assert_eq!(stage.recorder.told().iter().filter(|what| what.contains(NAME)).count(), 1, "{:?}", stage.recorder.told());
    assert_eq!(stage.count("SELECT COUNT(*) FROM deliveries").await, 0);
}

#[tokio::test]
async fn whoever_is_erased_again_has_the_certificate_they_have() {
    let mut stage = Stage::new(407).await;
    people(&mut stage).await;
    let first = erase(&mut stage).await;
    assert_eq!(ask(&stage).await, first.id);
    // An id from before a merge means the same person.
    let device = CustomerId::of_anonymous(HERE, DEVICE);
    assert_eq!(stage.count("SELECT COUNT(*) FROM erasures").await, 1);
    let again = personal::ask(&stage.db, &stage.env, HERE, device, "the shop's key").await.unwrap();
    stage.lane.note_erasures().await.unwrap();
    stage.quiet().await;
    assert_eq!(done(&stage, again).await.certificate.deleted, BTreeMap::new());
}

#[tokio::test]
async fn what_the_law_wanted_goes_when_its_time_is_over() {
    let mut stage = Stage::new(408).await;
    people(&mut stage).await;
    erase(&mut stage).await;
    for (years, left) in [(3, 2), (4, 0)] {
        stage.clock.set(stage.env.now().plus_years(years).minus(Duration::from_secs(1)));
        perform(&stage.shared, Job::Retention).await.unwrap();
        assert_eq!(stage.count("SELECT COUNT(*) FROM consents WHERE customer_id IN (SELECT customer_id FROM erasures)").await, left);
    }
}

#[test]
fn every_table_says_what_becomes_of_a_persons_rows_and_what_they_are_told() {
    for table in crate::tables::TABLES.iter() {
        let (name, policy) = (table.name, table.policy);
        let known = |column: &str| table.columns.iter().any(|field| field.name == column);
        let of_person = matches!(policy.shard, Shard::Customer { .. } | Shard::Run { .. }) || known("customer_id") || known("run_id");
        // The proof of an erasure names the one who was erased.
        let erased = !matches!(policy.erasure, Policy::None);
        assert!(erased || !of_person || name == "erasures", "{name} holds rows of people: say what an erasure does to them");
        let told = matches!(policy.export, Told::Columns(_));
        // When something is due next, and answers to the shop's own requests, are nothing kept about a person.
        assert!(told == erased || ["schedules", "idempotency"].contains(&name), "{name}: what is erased is told, and the other way round");
        let mut named: Vec<&str> = Vec::new();
        if let Told::Columns(columns) = policy.export {
            named.extend(columns);
        }
        for find in policy.erasure.find() {
            match find {
                Find::Customer(column) | Find::Run(column) | Find::Delivery(column) => named.push(column),
                Find::Subject(text) => named.extend([*text, "workspace_id"]),
                Find::Mention(texts) => named.extend(texts.iter().chain(&["workspace_id"])),
            }
        }
        if let Policy::Blank { columns, .. } | Policy::Law { columns, .. } = policy.erasure {
            named.extend(columns.iter().map(|(column, _)| *column));
        }
        if let Policy::Law { from, .. } = policy.erasure {
            named.push(from);
        }
        let unknown: Vec<&str> = named.into_iter().filter(|column| !known(column)).collect();
        assert_eq!(unknown, [""; 0], "{name} has no such columns");
    }
}
