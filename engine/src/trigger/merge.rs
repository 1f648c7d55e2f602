//! Two customers turn out to be one: what the one had becomes the other's.
//!
//! His runs too, and with them their keys: a run key made for the one becomes the key it would be for the other. Where both hold the same
//! key then, the re-entry rule decides as if they had been one person from the beginning ([`join`]): the run entered first goes on; a
//! later one that it would have kept out is cancelled, and its entry is told as refused. A journey that nobody can enter any more
//! refuses nobody.

use super::open;
use crate::catalog::LiveJourney;
use crate::world::{Stimulus, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::run::{Holder, RefusalReason, join, key_for};
use tradewind_nodes::settings::Reentry;
use tradewind_nodes::why::Why;

/// Merges the profiles and settles the run keys; the rows follow in the same commit (`world::merge`).
pub(super) fn route(world: &mut World, workspace: WorkspaceId, from: CustomerId, into: CustomerId, user_id: Option<&str>) {
    let into = world.resolve(into);
    let Some(other) = world.customers.get(&from).map(|entry| entry.profile.clone()) else { return };
    if from == into || other.merged_into.is_some() {
        return;
    }
    let entry = world.customer(workspace, into);
    entry.profile.absorb(&other);
    if entry.profile.customer.user_id.is_none() {
        entry.profile.customer.user_id = user_id.map(str::to_owned);
    }
    entry.changed = true;
    let gone = world.customer(workspace, from);
    gone.profile.merged_into = Some(into);
    gone.changed = true;
    world.aliases.insert(from, into);
    world.out.aliases.push((workspace, from.0, into));
    world.out.mergers.push((workspace, from, into));
    hand_over_keys(world, workspace, into);
    // What he now is may open or close doors: looked at again once his events are together.
    world.send(workspace, crate::incoming::Incoming::Segment { customer: into });
}

/// Makes all run keys `into`'s. A merge has its batch for itself: every holder in it is a run of one of the two.
fn hand_over_keys(world: &mut World, workspace: WorkspaceId, into: CustomerId) {
    let mut claims: BTreeMap<(JourneyId, String), Vec<(String, Holder)>> = BTreeMap::new();
    for ((journey, key), holder) in std::mem::take(&mut world.holders) {
        claims.entry((journey, key_for(&key, into))).or_default().push((key, holder));
    }
    let catalog = world.catalog.clone();
    for ((journey, key), claims) in claims {
        let live = catalog.workspaces.get(&workspace).and_then(|w| w.journeys.get(&journey));
        let rule = live.map_or(&Reentry::Always, |live| &live.program.settings.reentry);
        let Some(joined) = join(rule, claims.iter().map(|(_, holder)| *holder).collect()) else { continue };
        for (held, holder) in claims {
            let stays = holder.run == joined.holder;
            if let Some(entry) = world.runs.get_mut(&holder.run) {
                entry.run.key = stays.then(|| key.clone());
            }
            if !stays {
                world.out.released.push(holder.run);
                continue;
            }
            if held != key {
                world.out.rekeyed.push((holder.run, key.clone()));
            }
            world.holders.insert((journey, key.clone()), holder);
        }
        for (run, why) in joined.refused {
            turn_out(world, workspace, live, into, run, why);
        }
    }
}

/// Ends a run that would not have begun, unless it is over.
fn turn_out(world: &mut World, workspace: WorkspaceId, live: Option<&Arc<LiveJourney>>, customer: CustomerId, run: RunId, why: Why) {
    let (Some(live), Some(entry)) = (live, world.runs.get(&run)) else { return };
    let event = entry.run.body.event.as_ref().map(|event| event.id);
    let why = Why::OnePerson(Box::new(why));
    world.queue.push_back((run, Stimulus::TurnOut(why.clone())));
    open::refuse(world, workspace, live, customer, event, RefusalReason::Reentry, why);
}
