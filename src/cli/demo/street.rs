//! The street before the shop: people come, do what they planned and go.

use super::shopper::{Call, Dice, plan};
use crate::cli::client::Client;
use http::Method;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// What somebody will do at an instant.
struct Planned {
    at: Instant,
    call: Call,
}

/// Sends `rate` calls in a second, for ever: what is due first, else somebody new comes in.
pub async fn run(client: Client, rate: f64, seed: u64) {
    let mut ticks = interval(Duration::from_secs_f64(1.0 / rate));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut dice, mut came, mut planned) = (Dice(seed), 0, Vec::<Planned>::new());
    let mut failed = false;
    loop {
        let now = ticks.tick().await;
        let due = planned.iter().enumerate().filter(|(_, planned)| planned.at <= now).min_by_key(|(_, planned)| planned.at).map(|(i, _)| i);
        let call = match due {
            Some(i) => planned.swap_remove(i).call,
            None => {
                came += 1;
                let mut calls = plan(came, &mut dice).into_iter();
                let Some(first) = calls.next() else { continue };
                planned.extend(calls.map(|call| Planned { at: now + Duration::from_secs_f64(call.after), call }));
                first
            }
        };
        match client.send(Method::POST, call.path, &call.body, None).await {
            Ok(_) => failed = false,
            // Told once, not at every tick.
            Err(error) if !failed => {
                failed = true;
                tracing::warn!(%error, path = call.path, "the made-up shop was not heard");
            }
            Err(_) => {}
        }
    }
}
