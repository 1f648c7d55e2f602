//! Two customers turn out to be one: what the one had becomes the other's.
//!
//! Runs too, and with them their keys: a run key made for the one becomes the key it would be for the other. Where both hold the same
//! key then, the re-entry rule decides as if they had been one person from the beginning ([`join`]): the run entered first goes on; a
//! later one that it would have kept out is cancelled, and its entry is told as refused. A journey that nobody can enter any more
//! refuses nobody.

use super::entry;
use crate::catalog::LiveJourney;
use crate::changes::{AliasRow, Merger};
use crate::state::{State, Stimulus};
use std::collections::BTreeMap;
use std::sync::Arc;
use tradewind_nodes::id::{CustomerId, JourneyId, RunId, WorkspaceId};
use tradewind_nodes::run::{Holder, RefusalReason, join, key_for};
use tradewind_nodes::settings::Reentry;
use tradewind_nodes::why::Why;

/// Merges the profiles and settles the run keys; the rows follow in the same commit.
pub(super) fn route(state: &mut State, workspace: WorkspaceId, from: CustomerId, into: CustomerId, user_id: Option<&str>) {
    let into = state.resolve(into);
    let Some(other) = state.customers.get(&from).map(|entry| entry.profile.clone()) else { return };
    if from == into || other.merged_into.is_some() {
        return;
    }
    let entry = state.customer(workspace, into);
    entry.profile.absorb(&other);
    if entry.profile.customer.user_id.is_none() {
        entry.profile.customer.user_id = user_id.map(str::to_owned);
    }
    entry.changed = true;
    let gone = state.customer(workspace, from);
    gone.profile.merged_into = Some(into);
    gone.changed = true;
    state.aliases.insert(from, into);
    state.changes.aliases.push(AliasRow { workspace, from, into });
    state.changes.mergers.push(Merger { workspace, from, into });
    hand_over_keys(state, workspace, into);
    // What they now are may open or close doors: looked at again once their events are together.
    state.send(workspace, crate::message::Incoming::Segment { customer: into });
}

/// Makes all run keys `into`'s. A merge has its batch for itself: every holder in it is a run of one of the two.
fn hand_over_keys(state: &mut State, workspace: WorkspaceId, into: CustomerId) {
    let mut claims: BTreeMap<(JourneyId, String), Vec<(String, Holder)>> = BTreeMap::new();
    for ((journey, key), holder) in std::mem::take(&mut state.holders) {
        claims.entry((journey, key_for(&key, into))).or_default().push((key, holder));
    }
    let catalog = state.catalog.clone();
    for ((journey, key), claims) in claims {
        let live = catalog.journey(workspace, journey);
        let rule = live.map_or(&Reentry::Always, |live| &live.program.settings.reentry);
        let Some(joined) = join(rule, claims.iter().map(|(_, holder)| *holder).collect()) else { continue };
        for (held, holder) in claims {
            let stays = holder.run == joined.holder;
            if let Some(entry) = state.runs.get_mut(&holder.run) {
                entry.run.key = stays.then(|| key.clone());
            }
            if !stays {
                state.changes.released.push(holder.run);
                continue;
            }
            if held != key {
                state.changes.rekeyed.push((holder.run, key.clone()));
            }
            state.holders.insert((journey, key.clone()), holder);
        }
        for (run, why) in joined.refused {
            turn_out(state, workspace, live, into, run, why);
        }
    }
}

/// Ends a run that would not have begun, unless it is over.
fn turn_out(state: &mut State, workspace: WorkspaceId, live: Option<&Arc<LiveJourney>>, customer: CustomerId, run: RunId, why: Why) {
    let (Some(live), Some(entry)) = (live, state.runs.get(&run)) else { return };
    let event = entry.run.body.event.as_ref().map(|event| event.id);
    let why = Why::OnePerson(Box::new(why));
    state.queue.push_back((run, Stimulus::TurnOut(why.clone())));
    entry::refuse(state, workspace, live, (Some(customer), event), RefusalReason::Reentry, why);
}
