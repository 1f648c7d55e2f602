//! Segments: who is inside, who has just come or gone, and when time alone will change it.

use super::entry::{self, Opening};
use super::events::match_triggers;
use super::start::key_of;
use crate::catalog::{SEGMENT_ENTERED, SEGMENT_LEFT};
use crate::changes::{EventRow, MembershipRow};
use crate::state::{Membership, State, Stimulus};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;
use tradewind_nodes::id::{CustomerId, EventId, WorkspaceId};
use tradewind_nodes::kind::{SegmentChange, Trigger};
use tradewind_nodes::predicate;

/// Evaluates every segment of the workspace for one customer, each after those it refers to, and tells runs and triggers which
/// edges they crossed.
pub(super) fn evaluate_memberships(state: &mut State, workspace: WorkspaceId, customer: CustomerId) {
    let catalog = state.catalog.clone();
    let Some(shared) = catalog.workspaces.get(&workspace) else { return };
    for (name, definition) in shared.segments.iter() {
        if let Some(change) = evaluate(state, workspace, customer, name, definition) {
            crossed(state, workspace, customer, name, change);
        }
    }
}

/// The same without telling anybody.
pub(super) fn note(state: &mut State, workspace: WorkspaceId, customer: CustomerId) {
    let catalog = state.catalog.clone();
    let Some(shared) = catalog.workspaces.get(&workspace) else { return };
    for (name, definition) in shared.segments.iter() {
        evaluate(state, workspace, customer, name, definition);
    }
}

/// Evaluates one segment and keeps what it found. Gives whether the customer crossed its edge.
fn evaluate(
    state: &mut State,
    workspace: WorkspaceId,
    customer: CustomerId,
    name: &str,
    definition: &predicate::Predicate,
) -> Option<SegmentChange> {
    let now = state.now;
    state.customer(workspace, customer);
    let verdict = predicate::evaluate(definition, &state.facts(Some(customer), None, now));
    let entry = state.customer(workspace, customer);
    let known = entry.memberships.get(name).copied();
    let was = known.is_some_and(|known| known.inside);
    let crossed = verdict.holds != was;
    if !crossed && known.map_or(verdict.changes_at.is_none(), |known| known.changes_at == verdict.changes_at) {
        return None;
    }
    let since = known.filter(|_| !crossed).map_or(now, |known| known.since);
    let membership = Membership { inside: verdict.holds, since, changes_at: verdict.changes_at };
    entry.memberships.insert(name.to_owned(), membership);
    if verdict.holds {
        entry.segments.insert(name.to_owned());
    } else {
        entry.segments.remove(name);
    }
    state.changes.memberships.push(MembershipRow { workspace, customer, segment: name.to_owned(), membership });
    crossed.then_some(if verdict.holds { SegmentChange::Entered } else { SegmentChange::Left })
}

/// Tells runs and triggers that a customer has crossed a segment's edge.
fn crossed(state: &mut State, workspace: WorkspaceId, customer: CustomerId, segment: &str, change: SegmentChange) {
    let name = match change {
        SegmentChange::Entered => SEGMENT_ENTERED,
        SegmentChange::Left => SEGMENT_LEFT,
    };
    let mut properties = JsonMap::new();
    properties.insert("segment".into(), segment.into());
    let id = EventId(state.ids.id());
    let event = Arc::new(Event { id, name: name.into(), at: state.now, properties, context: JsonMap::new() });
    state.changes.events.push(EventRow {
        workspace,
        customer,
        call: "internal",
        message_id: id.to_string(),
        received_at: state.now,
        event: event.clone(),
    });
    for run in state.live_runs(customer) {
        state.queue.push_back((run, Stimulus::Event(event.clone())));
    }
    let catalog = state.catalog.clone();
    let listeners = catalog.workspaces.get(&workspace).and_then(|w| w.by_segment.get(segment));
    for live in listeners.into_iter().flatten() {
        let wanted =
            |trigger: &Trigger| matches!(trigger, Trigger::Segment { segment: of, change: way } if of == segment && *way == change);
        let Some((node, _)) = live.program.triggers.iter().find(|(_, trigger)| wanted(trigger)) else { continue };
        let key = key_of(state, live, Some(customer), &event);
        let opening = |key| Opening { node: *node, key, event: Some((*event).clone()), customer: Some(customer) };
        entry::open_by(state, workspace, live, key, opening);
    }
    match_triggers(state, workspace, customer, &event);
}
