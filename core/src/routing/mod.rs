//! Facts in, runs out: each thing that came in changes the state and queues what it means for runs. Nothing here steps a run.

mod entry;
mod events;
mod merge;
mod schedules;
mod segments;
mod start;

pub use schedules::plan_anniversaries;

use crate::catalog::Catalog;
use crate::message::{Incoming, Order, Pending};
use crate::state::{State, Stimulus};
use tradewind_nodes::fact::Facts;
use tradewind_nodes::id::{CustomerId, JourneyId, PortName, RunId, WorkspaceId};
use tradewind_nodes::run::run_key;
use tradewind_nodes::time::Timestamp;

/// Routes one row of the inbox.
pub fn route(state: &mut State, pending: &Pending) {
    let workspace = pending.workspace;
    if is_for_erased(state, pending) {
        state.changes.for_erased += 1;
        return;
    }
    match &pending.incoming {
        Incoming::Event(event) => events::route(state, workspace, event),
        Incoming::Profile { customer, user_id, traits, consent } => {
            events::change_profile(state, workspace, *customer, user_id.as_deref(), traits, consent);
        }
        Incoming::Merge { from, into, user_id } => merge::route(state, workspace, *from, *into, user_id.as_deref()),
        Incoming::Start { journey, customer, user_id, data, key, via, depth } => {
            let (journey, customer, via, depth) = (*journey, *customer, *via, *depth);
            let wanted = start::Start { journey, customer, user_id: user_id.as_deref(), data, key: key.as_deref(), via, depth };
            start::route(state, workspace, &wanted);
        }
        Incoming::Tick { journey, node, customer, at } => schedules::tick(state, workspace, *journey, node, *customer, *at),
        // What is paged is read a page at a time by whoever holds the data, and comes back as rows for each.
        Incoming::FanOut { .. } | Incoming::Backfill { .. } | Incoming::Empty { .. } | Incoming::Settle { .. } => {}
        Incoming::Segment { customer } => {
            let customer = state.resolve(*customer);
            segments::evaluate_memberships(state, workspace, customer);
            reevaluate_waits(state, customer);
        }
        Incoming::Receipt { effect, receipt } => {
            let told = Stimulus::Receipt { node: effect.node.clone(), visit: effect.visit, receipt: receipt.clone() };
            state.queue.push_back((effect.run, told));
        }
        Incoming::Control { run, order } => control(state, *run, order),
    }
}

/// The key that a message about no customer will ask for, with its journey: who holds it must be known before it is routed. Keys of
/// customers are found with their runs.
#[must_use]
pub fn key_about_nobody(catalog: &Catalog, pending: &Pending, now: Timestamp) -> Option<(JourneyId, String)> {
    let (journey, event, given) = match &pending.incoming {
        Incoming::Start { journey, customer: None, data, key, via, .. } => (*journey, start::event(*via, data.clone(), now), key.clone()),
        Incoming::Tick { journey, customer: None, at, .. } => (*journey, schedules::event(*at), None),
        _ => return None,
    };
    let live = catalog.journey(pending.workspace, journey)?;
    let facts = Facts { event: Some(&event), ..Facts::empty(now) };
    let key = given.or_else(|| run_key(&live.program, &facts).ok().flatten())?;
    Some((journey, key))
}

/// Notes the segments of a customer without telling anybody: they were inside before anything is asked.
pub fn note_memberships(state: &mut State, workspace: WorkspaceId, customer: CustomerId) {
    segments::note(state, workspace, customer);
}

/// Whether a message is about somebody whose data were erased: it came late.
fn is_for_erased(state: &State, pending: &Pending) -> bool {
    let erased = |customer: CustomerId| {
        let entry = state.customers.get(&customer).or_else(|| state.customers.get(&state.resolve(customer)));
        entry.is_some_and(|entry| entry.profile.erased_at.is_some())
    };
    match &pending.incoming {
        Incoming::Event(event) => erased(event.customer(pending.workspace)),
        Incoming::Profile { customer, .. } | Incoming::Segment { customer } => erased(*customer),
        Incoming::Start { customer, .. } | Incoming::Tick { customer, .. } => customer.is_some_and(erased),
        Incoming::Merge { from, into, .. } => erased(*from) || erased(*into),
        // Orders and receipts are for runs, which end before their rows go.
        Incoming::Receipt { .. } | Incoming::Control { .. } => false,
        Incoming::FanOut { .. } | Incoming::Backfill { .. } | Incoming::Empty { .. } | Incoming::Settle { .. } => false,
    }
}

fn control(state: &mut State, run: RunId, order: &Order) {
    match order {
        Order::Retry { incident: Some(incident) } => state.changes.settled_incidents.push((*incident, "retry")),
        Order::Skip { incident: Some(incident), .. } => state.changes.settled_incidents.push((*incident, "skip")),
        Order::Cancel { incident: Some(incident), .. } => state.changes.settled_incidents.push((*incident, "abort")),
        _ => {}
    }
    let stimulus = match order {
        Order::Cancel { reason, .. } => Stimulus::Cancel(reason.clone()),
        Order::Retry { .. } => Stimulus::Retry,
        Order::Skip { port, .. } => Stimulus::Skip(port.clone().map_or(PortName::NEXT, PortName::new)),
        Order::Answer { task, answer, by, note } => {
            let mut given = tradewind_nodes::JsonMap::new();
            given.insert("answer".into(), answer.clone().into());
            given.insert("by".into(), by.clone().into());
            given.insert("note".into(), note.clone().into());
            Stimulus::Answer { task: *task, answer: given.into(), by: by.clone() }
        }
    };
    state.queue.push_back((run, stimulus));
}

/// Lets every live run of a customer look at what has changed.
fn reevaluate_waits(state: &mut State, customer: CustomerId) {
    for run in state.live_runs(customer) {
        state.queue.push_back((run, Stimulus::Changed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::NewIds;
    use tradewind_nodes::JsonMap;
    use uuid::Uuid;

    struct NoIds;

    impl NewIds for NoIds {
        fn id(&mut self) -> Uuid {
            Uuid::nil()
        }
    }

    #[test]
    fn what_comes_for_the_erased_is_counted_and_changes_nothing() {
        let (workspace, now) = (WorkspaceId(Uuid::from_u128(1)), Timestamp::from_micros(1));
        let mut state = State::new(now, Box::new(NoIds), std::sync::Arc::default());
        let (erased, device) = (CustomerId::of_user(workspace, "ann"), CustomerId::of_anonymous(workspace, "phone"));
        let entry = state.customer(workspace, erased);
        (entry.profile.erased_at, entry.changed) = (Some(now), false);
        state.aliases.insert(device, erased);
        let profile = |customer| Incoming::Profile { customer, user_id: None, traits: JsonMap::new(), consent: Vec::new() };
        let merge = Incoming::Merge { from: CustomerId::of_anonymous(workspace, "other"), into: erased, user_id: None };
        for incoming in [profile(erased), profile(device), merge, Incoming::Segment { customer: erased }] {
            route(&mut state, &Pending { id: None, workspace, incoming, received_at: now });
        }
        assert_eq!(state.changes.for_erased, 4);
        assert!(state.customers.values().all(|entry| !entry.changed) && state.changes.inbox.is_empty());
        route(&mut state, &Pending { id: None, workspace, incoming: profile(CustomerId::of_user(workspace, "ben")), received_at: now });
        assert_eq!((state.changes.for_erased, state.customers.len()), (4, 2), "others come in");
    }
}
