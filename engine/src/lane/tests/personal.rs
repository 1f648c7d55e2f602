//! Personal data: told whole, and erased whole, whatever breaks off in the middle.

use super::fault::Break;
use super::recorder::Answer;
use super::stage::{HERE, Stage, chain};
use crate::incoming::{Call, ConsentChange, Incoming, IncomingEvent, Order};
use crate::jobs::{Job, perform};
use crate::personal::{self, Erasure, Export};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, RunId};
use tradewind_nodes::time::Duration;
use tradewind_schema::policy::{Erasure as Policy, Export as Told, Find, Shard};
use tradewind_schema::{Field, Ty};
use tradewind_store::{Db, DbSettings, Dialect, Value};
use uuid::Uuid;

const USER: &str = "zq-user-7731";
const DEVICE: &str = "zq-device-7732";
const ADDRESS: &str = "zq.mail.7733@example.com";
const OLD_ADDRESS: &str = "zq.old.7734@example.com";
const PHONE: &str = "+4915577317735";
const NAME: &str = "Zqanna";
const SURNAME: &str = "Zqsurname";
const MESSAGE: &str = "zq-message-7736";
const NEEDLES: [&str; 8] = [USER, DEVICE, ADDRESS, OLD_ADDRESS, PHONE, NAME, SURNAME, MESSAGE];
/// Whoever else is there.
const OTHER: &str = "berta";

fn ordered() -> (&'static str, &'static str, Json) {
    ("in", "trigger.event", json!({"events": ["Order Completed"]}))
}

fn mail(subject: &str) -> Json {
    json!({"subject": format!("{subject} {{{{customer.first_name}}}}"), "html": "for {{customer.email}}"})
}

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

fn me() -> CustomerId {
    CustomerId::of_user(HERE, USER)
}

/// Journeys that leave something of a person in every table.
async fn journeys(stage: &mut Stage) {
    let ask = json!({"title": "Call {{customer.first_name}}?", "answers": ["yes", "no"], "timeout": "60d"});
    let broken = json!({"subject": "{{event.properties.missing}}", "html": "x"});
    let night = json!({"quiet_hours": {"from": "10:00", "to": "23:00"}});
    let call = json!({"url": "https://shop.example/{{customer.user_id}}", "json": {"who": "{{customer.email}}"}});
    stage.publish("thanks", chain(json!({"reentry": {"rule": "once"}}), &[ordered(), ("mail", "email.send", mail("Thanks"))])).await;
    let nap = ("nap", "delay.for", json!({"duration": "30d"}));
    stage.publish("later", chain(json!({}), &[ordered(), nap, ("mail", "email.send", mail("Later"))])).await;
    stage.publish("night", chain(night, &[ordered(), ("mail", "email.send", mail("Night"))])).await;
    stage.publish("asked", chain(json!({}), &[ordered(), ("ask", "task.ask", ask)])).await;
    stage.publish("broken", chain(json!({}), &[ordered(), ("act", "email.send", broken)])).await;
    stage.publish("hook", chain(json!({}), &[ordered(), ("call", "http.request", call)])).await;
    let birthday = json!({"fact": "customer.birthday", "at": "09:00"});
    stage.publish("birthday", chain(json!({}), &[("in", "trigger.anniversary", birthday), ("mail", "email.send", mail("Birthday"))])).await;
    let segment = json!({"event": "Order Completed", "count": {"gte": 1}});
    let sql = "INSERT INTO segments (id, workspace_id, name, predicate, created_at, updated_at) VALUES ($1, $2, 'buyers', $3, 0, 0)";
    stage.execute(sql, vec![stage.env.id().into(), HERE.0.into(), segment.to_string().into()]).await;
    stage.refresh().await;
    stage.recorder.answer("Thanks", Answer::Mailbox);
}

/// A person of whom something is in every table that can hold it, and somebody else.
async fn people(stage: &mut Stage) {
    journeys(stage).await;
    stage.know(OTHER, json!({"firstName": "Berta"})).await;
    stage.track(OTHER, "Order Completed", json!({})).await;
    let seen = stage.call(Call::Page, None, Some(DEVICE), "Page Viewed", json!({"by": DEVICE}));
    stage.accept(vec![Incoming::Event(seen)]).await;
    stage.quiet().await;
    let old = json!({"email": OLD_ADDRESS, "birthday": "1990-05-05"});
    let traits = json!({"email": ADDRESS, "phone": PHONE, "firstName": NAME, "lastName": SURNAME});
    for said in [old, traits] {
        let identify = stage.call(Call::Identify, Some(USER), Some(DEVICE), "Identified", said);
        stage.accept(vec![Incoming::Event(identify)]).await;
        stage.quiet().await;
    }
    consent(stage, me(), "marketing", ConsentStatus::Granted).await;
    consent(stage, me(), "news", ConsentStatus::Denied).await;
    for number in 0..2 {
        let order = stage.call(Call::Track, Some(USER), Some(DEVICE), "Order Completed", json!({"name": NAME, "device": DEVICE}));
        let order = IncomingEvent { message_id: format!("{MESSAGE}-{number}"), ..order };
        stage.accept(vec![Incoming::Event(order)]).await;
        stage.quiet().await;
    }
    left_by_others(stage).await;
}

async fn consent(stage: &mut Stage, customer: CustomerId, purpose: &str, status: ConsentStatus) {
    let (channel, source) = ("email".to_owned(), "test".to_owned());
    let change = ConsentChange { channel, purpose: purpose.to_owned(), status, source, proof: json!({"said by": NAME}) };
    let profile = Incoming::Profile { customer, user_id: None, traits: tradewind_nodes::JsonMap::new(), consent: vec![change] };
    stage.accept(vec![profile]).await;
    stage.quiet().await;
}

/// Rows that name nobody in a column.
async fn left_by_others(stage: &mut Stage) {
    let run = RunId(stage.rows("SELECT id FROM runs WHERE customer_id = $1 LIMIT 1", vec![me().0.into()]).await[0].uuid(0).unwrap());
    let late = Incoming::Event(stage.call(Call::Track, Some(USER), None, "Late", json!({"name": NAME})));
    let order = Incoming::Control { run, order: Order::Cancel { reason: format!("{SURNAME} said so"), incident: None } };
    let letter = "INSERT INTO dead_letters (id, workspace_id, shard, kind, body, problem, at) VALUES ($1, $2, 0, 'event', $3, 'x', 5)";
    for incoming in [late, order] {
        stage.execute(letter, vec![stage.env.id().into(), HERE.0.into(), Value::json(&incoming)]).await;
    }
    let answer = json!({"headers": [], "body": json!({"user_id": USER, "first_name": NAME, "phone": PHONE}).to_string()});
    let sql = "INSERT INTO idempotency (workspace_id, route, key, fingerprint, status, body, created_at) VALUES ($1, 'POST /api/v1/x', $2, $3, 200, $4, 5)";
    stage.execute(sql, vec![HERE.0.into(), "k".into(), Value::Bytes(vec![1]), answer.to_string().into()]).await;
    stage.execute(sql, vec![HERE.0.into(), "other".into(), Value::Bytes(vec![1]), "{\"n\": 7}".into()]).await;
    let scenario = json!({"customer": {"user_id": USER, "traits": {"email": ADDRESS, "name": SURNAME}}});
    let sql = "INSERT INTO scenarios (journey_id, name, workspace_id, body, updated_at) VALUES ($1, $2, $3, $4, 5)";
    stage.execute(sql, vec![Uuid::from_u128(9).into(), "theirs".into(), HERE.0.into(), scenario.to_string().into()]).await;
    stage
        .execute(sql, vec![Uuid::from_u128(9).into(), "made up".into(), HERE.0.into(), "{\"customer\": {\"user_id\": \"eve\"}}".into()])
        .await;
    // Of a kind that this program does not know.
    let sql = "INSERT INTO inbox (id, workspace_id, shard, kind, body, received_at) VALUES ($1, $2, 0, 'event', $3, $4)";
    let strange = json!({"kind": "strange", "to": ADDRESS, "name": NAME}).to_string();
    stage.execute(sql, vec![stage.env.id().into(), HERE.0.into(), strange.into(), stage.env.now().micros().into()]).await;
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
