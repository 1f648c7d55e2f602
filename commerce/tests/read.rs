//! The read side of the commerce layer on an in-memory SQLite.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use tradewind_commerce::customers::{self, Who};
use tradewind_commerce::events::{Arrived, Exploration};
use tradewind_commerce::profile::{self, NEW_CONSENTS, Profile, UPSERT, UPSERT_ALIASES, consent_values};
use tradewind_commerce::segments::SegmentError;
use tradewind_commerce::{consents, events, segments};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::predicate;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Batch, Db, Expect, Value};
use uuid::Uuid;

const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

async fn db() -> Db {
    let db = Db::sqlite_in_memory().await.unwrap();
    db.migrate().await.unwrap();
    db
}

fn person(workspace: WorkspaceId, user_id: &str, traits: serde_json::Value, at: i64) -> Profile {
    let mut profile = Profile::unknown(workspace, CustomerId::of_user(workspace, user_id), Timestamp::from_micros(at));
    profile.customer.user_id = Some(user_id.to_owned());
    profile.customer.traits = traits.as_object().unwrap().clone();
    profile
}

async fn store(db: &Db, profiles: &[Profile]) {
    let mut batch = Batch::new();
    batch.insert(&UPSERT, profiles.iter().map(|profile| profile::values(profile, profile.last_seen_at)));
    db.commit(batch).await.unwrap();
}

#[tokio::test]
async fn every_statement_prepares() {
    let db = db().await;
    for statements in [customers::STATEMENTS, consents::STATEMENTS, events::STATEMENTS, segments::STATEMENTS] {
        for sql in statements.0 {
            db.prepare(sql).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_customer_is_found_by_every_name_and_through_merges() {
    let db = db().await;
    let anna = person(HERE, "u1", serde_json::json!({"email": "Anna@Example.com", "first_name": "Anna", "last_name": "Berg"}), 5);
    let mut visitor = Profile::unknown(HERE, CustomerId::of_anonymous(HERE, "cookie"), Timestamp::from_micros(1));
    visitor.merged_into = Some(anna.customer.id);
    let stranger = person(ELSEWHERE, "u1", serde_json::json!({"email": "anna@example.com"}), 5);
    store(&db, &[anna.clone(), visitor.clone(), stranger]).await;
    let mut batch = Batch::new();
    let old = CustomerId::of_user(HERE, "old-id");
    batch.insert(&UPSERT_ALIASES, [[Value::from(old.0), HERE.0.into(), anna.customer.id.0.into(), 1i64.into()]]);
    db.commit(batch).await.unwrap();
    for who in
        [Who::UserId("u1".into()), Who::UserId("old-id".into()), Who::Id(visitor.customer.id), Who::Email(" ANNA@example.com ".into())]
    {
        let found = customers::find(&db, HERE, &who).await.unwrap().unwrap();
        assert_eq!(found.id, anna.customer.id, "{who:?}");
        assert_eq!(found.name.as_deref(), Some("Anna Berg"));
    }
    assert!(customers::find(&db, HERE, &Who::UserId("nobody".into())).await.unwrap().is_none());
    assert!(customers::find(&db, ELSEWHERE, &Who::Id(anna.customer.id)).await.unwrap().is_none());
}

#[tokio::test]
async fn lists_page_and_searches_match_beginnings() {
    let db = db().await;
    let people: Vec<Profile> = (0..5)
        .map(|n| person(HERE, &format!("u{n}"), serde_json::json!({"name": format!("Müller {n}"), "email": format!("m{n}@x.de")}), n))
        .collect();
    store(&db, &people).await;
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = customers::list(&db, HERE, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.created_at.micros(), last.id.0));
        seen.extend(page.into_iter().filter_map(|customer| customer.user_id));
    }
    assert_eq!(seen, ["u4", "u3", "u2", "u1", "u0"]);
    assert_eq!(customers::search(&db, HERE, "MÜLL", None, 10).await.unwrap().len(), 5);
    assert_eq!(customers::search(&db, HERE, "m3@", None, 10).await.unwrap().len(), 1);
    assert!(customers::search(&db, HERE, "%", None, 10).await.unwrap().is_empty());
    let first = customers::search(&db, HERE, "müller", None, 3).await.unwrap();
    let rest = customers::search(&db, HERE, "müller", Some(first[2].id.0), 10).await.unwrap();
    assert_eq!(rest.len(), 2);
}

#[tokio::test]
async fn consent_is_listed_with_its_proof() {
    let db = db().await;
    let who = CustomerId::of_user(HERE, "u1");
    let mut batch = Batch::new();
    let row = |id: u128, status| {
        consent_values(HERE, who, Uuid::from_u128(id), "email", "marketing", status, "form", "{\"ip\":\"::1\"}", Timestamp::from_micros(9))
    };
    batch.insert(&NEW_CONSENTS, [row(1, ConsentStatus::Granted), row(2, ConsentStatus::Withdrawn)]);
    db.commit(batch).await.unwrap();
    let history = consents::history(&db, HERE, who, None, 10).await.unwrap();
    assert_eq!(history.iter().map(|record| record.status).collect::<Vec<_>>(), [ConsentStatus::Withdrawn, ConsentStatus::Granted]);
    assert_eq!(history[0].proof["ip"], "::1");
    assert_eq!(consents::history(&db, HERE, who, Some(history[0].id), 10).await.unwrap().len(), 1);
    assert!(consents::history(&db, ELSEWHERE, who, None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn events_are_listed_newest_first_and_by_name() {
    let db = db().await;
    let who = CustomerId::of_user(HERE, "u1");
    let mut batch = Batch::new();
    for (n, name) in ["Cart Viewed", "Order Completed", "Cart Viewed"].into_iter().enumerate() {
        let at = Value::Int(i64::try_from(n).unwrap());
        batch.execute(
            "INSERT INTO events (customer_id, at, id, workspace_id, type, name, properties, context, message_id, received_at) \
             VALUES ($1, $2, $3, $4, 'track', $5, '{}', '{}', 'm', $2)",
            vec![who.0.into(), at, Uuid::from_u128(n as u128 + 1).into(), HERE.0.into(), name.into()],
            Expect::Rows(1),
        );
    }
    db.commit(batch).await.unwrap();
    let all = events::explore(&db, HERE, &Exploration::default(), None, 2).await.unwrap();
    assert_eq!(all.events.iter().map(|event| event.at.micros()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(all.next, Some((1, all.events[1].id.0)));
    let viewed = Exploration { name: Some("Cart Viewed".into()), ..Exploration::default() };
    let rest = events::explore(&db, HERE, &viewed, Some((2, all.events[0].id.0)), 10).await.unwrap();
    assert_eq!((rest.events.len(), rest.next), (1, None));
    let holding = async |text: &str| {
        let wanted = Exploration { holds: Some(text.into()), ..Exploration::default() };
        events::explore(&db, HERE, &wanted, None, 10).await.unwrap().events.len()
    };
    assert_eq!((holding("VIEW").await, holding("_iew").await, holding("%").await), (2, 0, 0));
    assert_eq!(events::named(&db, HERE, who, vec!["Order Completed".into()], 5).await.unwrap().len(), 1);
    assert_eq!(events::of_customer(&db, HERE, who, None, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_watcher_is_shown_the_newest_and_told_of_the_rest() {
    let db = db().await;
    let who = CustomerId::of_user(HERE, "u1");
    let came = async |ids: std::ops::Range<u128>| {
        let mut batch = Batch::new();
        for id in ids {
            batch.execute(
                "INSERT INTO events (customer_id, at, id, workspace_id, type, name, properties, context, message_id, received_at) \
                 VALUES ($1, $2, $3, $4, 'track', 'E', '{}', '{}', 'm', $2)",
                vec![who.0.into(), i64::try_from(id).unwrap().into(), Uuid::from_u128(id).into(), HERE.0.into()],
                Expect::Rows(1),
            );
        }
        db.commit(batch).await.unwrap();
    };
    let mut watched = Arrived::since(Timestamp::from_micros(100));
    let now = Timestamp::from_micros(900);
    came(90..110).await;
    let (events, skipped) = events::arrived(&db, HERE, &mut watched, 4, now).await.unwrap();
    assert_eq!((events.iter().map(|event| event.at.micros()).collect::<Vec<_>>(), skipped), (vec![106, 107, 108, 109], 6));
    // What was skipped stays out; what turns up late, but not too late, is shown.
    assert!(events::arrived(&db, HERE, &mut watched, 4, now).await.unwrap().0.is_empty());
    came(110..112).await;
    let (events, skipped) = events::arrived(&db, HERE, &mut watched, 4, now).await.unwrap();
    assert_eq!((events.len(), skipped), (2, 0));
}

#[tokio::test]
async fn segments_are_made_changed_and_deleted() {
    let db = db().await;
    let now = Timestamp::from_micros(7);
    let read = |json: serde_json::Value| predicate::from_json(&json, "").unwrap();
    let german = read(serde_json::json!({"fact": "customer.country", "is": "eq", "value": "DE"}));
    let made = segments::create(&db, HERE, Uuid::from_u128(9), "german", &german, now).await.unwrap();
    assert_eq!((made.name.as_str(), made.members), ("german", 0));
    let again = segments::create(&db, HERE, Uuid::from_u128(10), "german", &german, now).await;
    assert!(matches!(again, Err(SegmentError::Taken(_))));
    for (wrong, pointer) in [
        (serde_json::json!({"all": [{"fact": "event.properties.x", "is": "exists"}]}), "/predicate/all/0/fact"),
        (serde_json::json!({"event": "A", "since": "entry"}), "/predicate/since"),
        (serde_json::json!({"not": {"segment": "german"}}), "/predicate/not/segment"),
    ] {
        match segments::redefine(&db, HERE, "german", &read(wrong), now).await {
            Err(SegmentError::Invalid(issues)) => assert_eq!(issues[0].field, pointer),
            other => panic!("{other:?}"),
        }
    }
    store(&db, &[person(HERE, "u1", serde_json::json!({}), 1)]).await;
    let mut batch = Batch::new();
    batch.execute(
        "INSERT INTO segment_members (customer_id, segment, workspace_id, inside, since, changes_at) VALUES ($1, 'german', $2, $3, 1, NULL)",
        vec![CustomerId::of_user(HERE, "u1").0.into(), HERE.0.into(), true.into()],
        Expect::Rows(1),
    );
    db.commit(batch).await.unwrap();
    assert_eq!(segments::list(&db, HERE, None, 10).await.unwrap()[0].members, 1);
    assert_eq!(segments::members(&db, HERE, "german", None, 10).await.unwrap()[0].user_id.as_deref(), Some("u1"));
    let of_german = serde_json::from_value(serde_json::json!({"segment": "german"})).unwrap();
    segments::create(&db, HERE, Uuid::from_u128(11), "near", &of_german, now).await.unwrap();
    let of_near = serde_json::from_value(serde_json::json!({"any": [{"segment": "near"}]})).unwrap();
    match segments::redefine(&db, HERE, "german", &of_near, now).await {
        Err(SegmentError::Invalid(issues)) => assert!(issues[0].message.contains("german → near → german"), "{issues:?}"),
        other => panic!("{other:?}"),
    }
    segments::delete(&db, HERE, "german").await.unwrap();
    assert!(segments::find(&db, HERE, "german").await.unwrap().is_none());
    let revision = db.query("SELECT revision FROM revisions WHERE subject = 'segments' LIMIT 1", Vec::new()).await.unwrap();
    assert_eq!(revision[0].int(0).unwrap(), 3, "two were made and one deleted");
}
