//! Facts in, runs out: each thing that came in changes the world and queues what it means for runs. Nothing here steps a run.

mod event;
mod merge;
mod open;
mod pages;
mod schedule;
mod segment;
mod start;

use crate::inbox::Pending;
use crate::incoming::{Incoming, Order};
use crate::world::{Stimulus, World};
use tradewind_nodes::id::{PortName, RunId};

pub(crate) use pages::{page, stands_for_many};

/// Every fixed statement of the triggers.
pub(crate) const STATEMENTS: &[&str] = &[schedule::AUDIENCE, pages::INSIDE];

/// Routes one row of the inbox.
pub(crate) fn route(world: &mut World, pending: &Pending) {
    let workspace = pending.workspace;
    match &pending.incoming {
        Incoming::Event(event) => event::route(world, workspace, event),
        Incoming::Profile { customer, user_id, traits, consent } => {
            event::change_profile(world, workspace, *customer, user_id.as_deref(), traits, consent);
        }
        Incoming::Merge { from, into, user_id } => merge::route(world, workspace, *from, *into, user_id.as_deref()),
        Incoming::Start { journey, customer, user_id, data, key, via, depth } => {
            let (journey, customer, via, depth) = (*journey, *customer, *via, *depth);
            let wanted = start::Wanted { journey, customer, user_id: user_id.as_deref(), data, key: key.as_deref(), via, depth };
            start::route(world, workspace, &wanted);
        }
        Incoming::Tick { journey, node, customer, at } => schedule::tick(world, workspace, *journey, node, *customer, *at),
        // What stands for many is read a page at a time by the lane ([`page`]) and comes back as rows for each.
        Incoming::FanOut { .. } | Incoming::Backfill { .. } | Incoming::Empty { .. } | Incoming::Settle { .. } => {}
        Incoming::Segment { customer } => {
            let customer = world.resolve(*customer);
            segment::look(world, workspace, customer);
            stir(world, customer);
        }
        Incoming::Receipt { effect, receipt } => {
            let told = Stimulus::Receipt { node: effect.node.clone(), visit: effect.visit, receipt: receipt.clone() };
            world.queue.push_back((effect.run, told));
        }
        Incoming::Control { run, order } => control(world, *run, order),
    }
}

fn control(world: &mut World, run: RunId, order: &Order) {
    match order {
        Order::Retry { incident: Some(incident) } => world.out.settled_incidents.push((*incident, "retry")),
        Order::Skip { incident: Some(incident), .. } => world.out.settled_incidents.push((*incident, "skip")),
        Order::Cancel { incident: Some(incident), .. } => world.out.settled_incidents.push((*incident, "abort")),
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
    world.queue.push_back((run, stimulus));
}

/// Lets every live run of a customer look at what has changed.
fn stir(world: &mut World, customer: tradewind_nodes::id::CustomerId) {
    for run in world.live_runs(customer) {
        world.queue.push_back((run, Stimulus::Changed));
    }
}
