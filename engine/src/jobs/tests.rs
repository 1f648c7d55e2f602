#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says why")]

use super::storage::StoreQueue;
use super::table::{JobTable, TakenJob};
use crate::{Clock as _, Environment, ManualClock};
use apalis::prelude::*;
use apalis_cron::{CronScheduler, Tick};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tradewind_nodes::time::{Duration as Length, Timestamp};
use tradewind_store::{Batch, Db, Expect, StoreError};

/// Nothing here takes a second; whatever waits for a timer of the table takes a minute.
const DEADLINE: Duration = Duration::from_secs(20);
const MAIL: &str = "mail";
const NOON: Timestamp = Timestamp::from_micros(1_767_960_000_000_000);

struct Bench {
    db: Db,
    clock: Arc<ManualClock>,
    table: JobTable,
}

async fn bench() -> Bench {
    let db = Db::sqlite_in_memory().await.unwrap();
    db.migrate().await.unwrap();
    let clock = Arc::new(ManualClock::at(NOON));
    let table = JobTable::new(db.clone(), Environment::new(clock.clone(), 1));
    Bench { db, clock, table }
}

impl Bench {
    async fn add(&self, body: &str) {
        self.table.clone().add_now(MAIL, vec![self.table.job(body.to_owned(), None)]).await;
    }
    /// The next job, of a worker that dies with it.
    async fn take(&self) -> TakenJob {
        within(self.table.clone().next(MAIL)).await
    }
    async fn rows(&self) -> i64 {
        self.db.query("SELECT COUNT(*) FROM jobs", vec![]).await.unwrap()[0].int(0).unwrap()
    }
    async fn gone(&self) {
        within(async {
            while self.rows().await > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, work).await.expect("it happens within the deadline")
}

/// A worker that hands on what it is given; it stops when it is dropped.
fn worker(table: &JobTable) -> UnboundedReceiver<String> {
    let (sender, done) = unbounded_channel();
    let queue = StoreQueue::<String>::new(table.clone(), MAIL);
    let worker = WorkerBuilder::new("tests").backend(queue).concurrency(1).data(sender).build(hand_on);
    tokio::spawn(worker.run());
    done
}

async fn hand_on(body: String, done: Data<UnboundedSender<String>>) -> Result<(), BoxDynError> {
    done.send(body.clone())?;
    if body == "bad" { Err("this one fails".into()) } else { Ok(()) }
}

#[tokio::test]
async fn a_job_of_a_batch_is_done_once_that_batch_is_committed() {
    let bench = bench().await;
    let mut done = worker(&bench.table);
    let mut batch = Batch::new();
    JobTable::add(&mut batch, MAIL, &[bench.table.job(r#""one""#.to_owned(), None)]);
    bench.db.commit(batch).await.unwrap();
    // The worker may sit waiting since before the commit: the word wakes it, no timer does.
    bench.table.announce();
    assert_eq!(within(done.recv()).await.as_deref(), Some("one"));
    bench.gone().await;
}

#[tokio::test]
async fn a_batch_that_fails_brings_no_job() {
    let bench = bench().await;
    let mut batch = Batch::new();
    JobTable::add(&mut batch, MAIL, &[bench.table.job("{}".to_owned(), None)]);
    batch.execute("DELETE FROM jobs WHERE queue = 'nobody'", vec![], Expect::Rows(1));
    assert!(matches!(bench.db.commit(batch).await, Err(StoreError::Conflict { .. })));
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn a_job_added_twice_under_one_id_is_there_once() {
    let bench = bench().await;
    let jobs = [bench.table.job("{}".to_owned(), None)];
    for _ in 0..2 {
        let mut batch = Batch::new();
        JobTable::add(&mut batch, MAIL, &jobs);
        bench.db.commit(batch).await.unwrap();
    }
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_job_whose_taker_died_is_taken_again_after_the_lease_and_not_before() {
    let bench = bench().await;
    bench.add("1").await;
    let first = bench.take().await;
    let again = tokio::spawn(bench.table.clone().next(MAIL));
    bench.clock.set(NOON.plus(Length::from_secs(59)));
    bench.add("2").await;
    let other = within(again).await.unwrap();
    assert_eq!((first.body.as_str(), other.body.as_str()), ("1", "2"), "the first still belongs to its taker");
    bench.clock.set(NOON.plus(Length::from_secs(60)));
    assert_eq!(bench.take().await, TakenJob { attempt: 2, ..first });
}

#[tokio::test]
async fn a_job_under_way_keeps_its_lease_by_renewing_it() {
    let bench = bench().await;
    bench.add("1").await;
    let first = bench.take().await;
    bench.clock.set(NOON.plus(Length::from_secs(50)));
    bench.table.renew(first.id, first.attempt).await.unwrap();
    bench.clock.set(NOON.plus(Length::from_secs(100)));
    bench.add("2").await;
    assert_eq!(bench.take().await.body, "2");
    // Who was taken for dead and was not: a lease that went to another is not renewed by him.
    bench.clock.set(NOON.plus(Length::from_secs(110)));
    let second = bench.take().await;
    assert_eq!(second.body, "1");
    bench.table.renew(first.id, first.attempt).await.unwrap();
    bench.clock.set(NOON.plus(Length::from_secs(170)));
    assert_eq!(bench.take().await.body, "2");
    assert_eq!(bench.take().await.id, second.id);
}

#[tokio::test]
async fn a_job_that_never_ends_is_dropped_and_the_others_go_on() {
    let bench = bench().await;
    bench.add("deadly").await;
    for attempt in 1..=5 {
        assert_eq!(bench.take().await.attempt, attempt);
        bench.clock.set(bench.clock.now().plus(Length::from_secs(60)));
    }
    bench.add("harmless").await;
    assert_eq!(bench.take().await.body, "harmless");
    assert_eq!(bench.rows().await, 1);
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again_and_one_that_succeeds_is_not() {
    let bench = bench().await;
    let mut done = worker(&bench.table);
    bench.add(r#""bad""#).await;
    bench.add(r#""good""#).await;
    assert_eq!(within(done.recv()).await.as_deref(), Some("bad"));
    assert_eq!(within(done.recv()).await.as_deref(), Some("good"));
    within(async {
        while bench.rows().await > 1 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    bench.clock.set(NOON.plus(Length::from_secs(60)));
    bench.table.announce();
    assert_eq!(within(done.recv()).await.as_deref(), Some("bad"));
}

#[tokio::test]
async fn a_job_for_later_waits_for_its_instant() {
    let bench = bench().await;
    let later = NOON.plus(Length::from_secs(10));
    bench.table.clone().add_now(MAIL, vec![bench.table.job("later".to_owned(), Some(later))]).await;
    bench.add("now").await;
    assert_eq!(bench.take().await.body, "now");
    bench.clock.set(later);
    assert_eq!(bench.take().await.body, "later");
}

#[tokio::test]
async fn ticks_of_a_schedule_go_through_the_table() {
    async fn tick(tick: Tick, done: Data<UnboundedSender<u64>>) -> Result<(), BoxDynError> {
        Ok(done.send(tick.get_timestamp())?)
    }
    let bench = bench().await;
    let (sender, mut done) = unbounded_channel::<u64>();
    let every_second = CronScheduler::new(cron::Schedule::from_str("* * * * * *").unwrap());
    let backend = every_second.pipe_to(StoreQueue::<Tick>::new(bench.table.clone(), MAIL));
    tokio::spawn(WorkerBuilder::new("ticks").backend(backend).concurrency(1).data(sender).build(tick).run());
    let first = within(done.recv()).await.unwrap();
    let second = within(done.recv()).await.unwrap();
    assert!(first < second, "{first} {second}");
    // Each row left with its tick; another tick may just have come.
    assert!(bench.rows().await <= 1);
}
