//! Segments: who is in, who has just come or gone, and when time alone will change it.

use super::event::knock;
use super::open;
use crate::world::{EventRow, Stimulus, World};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{Event, Facts, NO_OUTPUTS};
use tradewind_nodes::id::{CustomerId, EventId, WorkspaceId};
use tradewind_nodes::kind::{SegmentChange, Trigger};
use tradewind_nodes::predicate;

/// Looks at every segment of the workspace for one customer.
pub(super) fn look(world: &mut World, workspace: WorkspaceId, customer: CustomerId) {
    let catalog = world.catalog.clone();
    let Some(shared) = catalog.workspaces.get(&workspace) else { return };
    let now = world.now;
    for (name, predicate) in &shared.segments {
        let entry = world.customer(workspace, customer);
        let facts = Facts {
            customer: Some(&entry.profile.customer),
            history: &entry.history,
            segments: &entry.segments,
            event: None,
            outputs: &NO_OUTPUTS,
            run: None,
            now,
        };
        let verdict = predicate::evaluate(predicate, &facts);
        let known = entry.memberships.get(name).copied();
        let was = known.is_some_and(|(inside, _, _)| inside);
        if verdict.holds == was && known.map(|(_, _, at)| at) == Some(verdict.changes_at) {
            continue;
        }
        if verdict.holds == was && known.is_none() && verdict.changes_at.is_none() {
            continue;
        }
        let since = if verdict.holds == was { known.map_or(now, |(_, since, _)| since) } else { now };
        entry.memberships.insert(name.clone(), (verdict.holds, since, verdict.changes_at));
        if verdict.holds {
            entry.segments.insert(name.clone());
        } else {
            entry.segments.remove(name);
        }
        world.out.memberships.push((workspace, customer, name.clone(), verdict.holds, since, verdict.changes_at));
        if verdict.holds != was {
            crossed(world, workspace, customer, name, if verdict.holds { SegmentChange::Entered } else { SegmentChange::Left });
        }
    }
}

/// Tells runs and triggers that a customer has crossed a segment's edge.
fn crossed(world: &mut World, workspace: WorkspaceId, customer: CustomerId, segment: &str, change: SegmentChange) {
    let name = match change {
        SegmentChange::Entered => "Segment Entered",
        SegmentChange::Left => "Segment Left",
    };
    let mut properties = JsonMap::new();
    properties.insert("segment".into(), segment.into());
    let id = EventId(world.env.id());
    let event = Arc::new(Event { id, name: name.into(), at: world.now, properties, context: JsonMap::new() });
    world.out.events.push(EventRow {
        workspace,
        customer,
        call: "internal",
        message_id: id.to_string(),
        received_at: world.now,
        event: event.clone(),
    });
    for run in world.live_runs(customer) {
        world.queue.push_back((run, Stimulus::Event(event.clone())));
    }
    let catalog = world.catalog.clone();
    let listeners = catalog.workspaces.get(&workspace).and_then(|w| w.by_segment.get(segment));
    for live in listeners.into_iter().flatten() {
        let wanted =
            |trigger: &Trigger| matches!(trigger, Trigger::Segment { segment: of, change: way } if of == segment && *way == change);
        let Some((node, _)) = live.program.triggers.iter().find(|(_, trigger)| wanted(trigger)) else { continue };
        match super::start::key_of(world, live, Some(customer), &event) {
            Ok(key) => {
                let opening = open::Opening { node: *node, key, event: Some((*event).clone()), customer: Some(customer) };
                open::open(world, workspace, live, opening);
            }
            Err(why) => open::refuse(world, workspace, live, customer, Some(id), tradewind_nodes::run::RefusalReason::Key, why),
        }
    }
    knock(world, workspace, customer, &event);
}
