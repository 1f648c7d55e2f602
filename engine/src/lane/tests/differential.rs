//! The simulator and the engine on the same journeys and the same messages: what they did must be told in the same words.
//!
//! The engine takes a message a batch, or all messages of an instant in one batch, or is started anew at random points; every fiftieth
//! story is played on PostgreSQL too. Since all share the code that decides, what a wrong rule would do wrong everywhere is looked for
//! by `rules`. `TRADEWIND_SEED` plays the story of that seed alone, `TRADEWIND_STORIES` so many; both in all three ways.

use super::playing::{Batches, play_engine, play_simulation};
use super::rules;
use super::stage::Stage;
use super::story::Story;
use super::walks::{each, number};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stories played in every run of the tests.
const STORIES: u64 = 1_000;
/// Of so many stories one is played on PostgreSQL too.
const ON_POSTGRES: u64 = 50;

fn seeds() -> Vec<u64> {
    match number("TRADEWIND_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("TRADEWIND_STORIES").unwrap_or(STORIES)).collect(),
    }
}

/// How the engine plays a story: in every way when it was asked for, else in one of them, by the seed.
fn ways(seed: u64) -> Vec<Batches> {
    let all = [Batches::One, Batches::Many, Batches::Restarted];
    if number("TRADEWIND_STORIES").or(number("TRADEWIND_SEED")).is_some() {
        return all.to_vec();
    }
    vec![all[usize::try_from(seed % 3).unwrap()]]
}

async fn compare(story: &Story, richness: &Richness) {
    let seed = story.seed;
    for batches in ways(seed) {
        let mut simulated = None;
        let mut stages = vec![("SQLite", Stage::new(seed).await)];
        if seed.is_multiple_of(ON_POSTGRES) {
            stages.push(("PostgreSQL", Stage::on_postgres(seed).await));
        }
        for (database, stage) in stages {
            let (engine, programs) = play_engine(story, stage, batches).await;
            let (_, simulated) = simulated.get_or_insert_with(|| play_simulation(story, programs, batches, engine.until));
            if let Some(difference) = simulated.difference(&engine) {
                panic!(
                    "TRADEWIND_SEED={seed}: the simulator (here) and the engine on {database}, {batches:?} (there), differ: {difference}"
                );
            }
            richness.restarts.fetch_add(engine.restarts as usize, Ordering::Relaxed);
        }
        let (report, told) = simulated.unwrap();
        for (word, count) in
            [("step", &richness.steps), ("refusal", &richness.refusals), ("sent", &richness.sent), ("member", &richness.members)]
        {
            count.fetch_add(told.lines.iter().filter(|line| line.starts_with(word)).count(), Ordering::Relaxed);
        }
        let broken = rules::broken(story, &report);
        assert!(broken.is_empty(), "TRADEWIND_SEED={seed}: {broken:#?}");
    }
}

/// What all stories came to together: stories in which nothing happens would prove nothing.
#[derive(Default)]
struct Richness {
    steps: AtomicUsize,
    refusals: AtomicUsize,
    sent: AtomicUsize,
    members: AtomicUsize,
    restarts: AtomicUsize,
}

#[test]
fn simulator_and_engine_do_the_same_and_break_no_rule() {
    let richness = Richness::default();
    let stories: Vec<Story> = seeds().into_iter().map(Story::random).collect();
    let played = stories.len();
    each(stories, async |story: &Story| compare(story, &richness).await);
    if played > 100 {
        let Richness { steps, refusals, sent, members, restarts } = richness;
        let each = [steps, refusals, sent, members, restarts].map(|count| count.into_inner() / played);
        assert!(each[0] >= 5 && each.iter().sum::<usize>() > each[0] + 4, "steps, refusals, sent, members and restarts a story: {each:?}");
    }
}
