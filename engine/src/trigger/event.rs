//! Events and profile changes.

use super::{open, schedule, segment, stir};
use crate::incoming::{Call, ConsentChange, IncomingEvent};
use crate::world::{CustomerEntry, EventRow, Stimulus, World};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{ConsentStatus, Event};
use tradewind_nodes::id::{CustomerId, WorkspaceId, derived};
use tradewind_nodes::run::{Entry, enter};
use tradewind_nodes::time::Duration;

/// An event: known once, then his profile, his waiting runs, his segments and the triggers, in this order.
pub(super) fn route(world: &mut World, workspace: WorkspaceId, incoming: &IncomingEvent) {
    let message = derived(workspace, &["message", &incoming.message_id]);
    if !world.seen.insert(message) {
        metrics::counter!("tradewind_events_repeated_total").increment(1);
        return;
    }
    world.out.seen.push(message);
    let customer = identify(world, workspace, incoming);
    let event = Arc::new(Event {
        id: incoming.id,
        name: incoming.name.clone(),
        at: incoming.at,
        properties: incoming.properties.clone(),
        context: incoming.context.clone(),
    });
    remember(world.customer(workspace, customer), &event);
    world.out.events.push(EventRow {
        workspace,
        customer,
        call: call_name(incoming.call),
        message_id: incoming.message_id.clone(),
        received_at: incoming.received_at,
        event: event.clone(),
    });
    segment::look(world, workspace, customer);
    for run in world.live_runs(customer) {
        world.queue.push_back((run, Stimulus::Event(event.clone())));
    }
    knock(world, workspace, customer, &event);
}

/// Asks every journey that listens to `event`.
pub(super) fn knock(world: &mut World, workspace: WorkspaceId, customer: CustomerId, event: &Arc<Event>) {
    let catalog = world.catalog.clone();
    let Some(listeners) = catalog.workspaces.get(&workspace).and_then(|w| w.by_event.get(&event.name)) else { return };
    for live in listeners {
        let now = world.now;
        let entry = {
            let person = world.customer(workspace, customer);
            let subject = tradewind_nodes::run::Subject {
                customer: Some(&mut person.profile.customer),
                history: &person.history,
                segments: &person.segments,
            };
            enter(&live.program, event, &subject, now)
        };
        match entry {
            Some(Entry::Open { node, key }) => {
                let opening = open::Opening { node, key, event: Some((**event).clone()), customer: Some(customer) };
                open::open(world, workspace, live, opening);
            }
            Some(Entry::Refused { reason, why }) => open::refuse(world, workspace, live, customer, Some(event.id), reason, why),
            None => {}
        }
    }
}

fn remember(entry: &mut CustomerEntry, event: &Arc<Event>) {
    // Events come nearly in order: the place is close to the end.
    let at = entry.history.iter().rposition(|known| known.at <= event.at).map_or(0, |place| place + 1);
    entry.history.insert(at, (**event).clone());
}

fn call_name(call: Call) -> &'static str {
    match call {
        Call::Track => "track",
        Call::Page => "page",
        Call::Screen => "screen",
        Call::Identify => "identify",
        Call::Group => "group",
        Call::Alias => "alias",
        Call::Internal => "internal",
    }
}

/// How long a customer may go unwritten after he was last heard of.
const SEEN_EVERY: Duration = Duration::from_hours(1);

/// Finds the customer of an event, and what the event says about him.
fn identify(world: &mut World, workspace: WorkspaceId, incoming: &IncomingEvent) -> CustomerId {
    let customer = world.resolve(incoming.customer(workspace));
    let heard = incoming.received_at;
    let entry = world.customer(workspace, customer);
    let profile = &mut entry.profile;
    if profile.customer.user_id.is_none() && incoming.user_id.is_some() {
        profile.customer.user_id.clone_from(&incoming.user_id);
        entry.changed = true;
    }
    if heard.since(profile.last_seen_at) >= SEEN_EVERY {
        profile.last_seen_at = heard;
        entry.changed = true;
    }
    take_context(entry, &incoming.context);
    match incoming.call {
        Call::Identify => {
            entry.profile.identify(&incoming.properties);
            entry.changed = true;
            let consent = consent_trait(&incoming.properties);
            set_consent(world, workspace, customer, consent);
            link(world, workspace, incoming.anonymous_id.as_deref(), incoming.user_id.as_deref(), customer);
            schedule::plan(world, workspace, customer);
        }
        Call::Alias => {
            link(world, workspace, incoming.previous_id.as_deref(), incoming.user_id.as_deref(), customer);
            if let Some(previous) = incoming.previous_id.as_deref() {
                join(world, workspace, CustomerId::of_user(workspace, previous), customer, incoming.user_id.as_deref());
            }
        }
        // Segment's e-mail events say who does not want mail any more.
        Call::Track if incoming.name == "Unsubscribed" => {
            let change = ConsentChange {
                channel: "email".into(),
                purpose: "marketing".into(),
                status: ConsentStatus::Withdrawn,
                source: "event".into(),
                proof: incoming.message_id.clone().into(),
            };
            set_consent(world, workspace, customer, vec![change]);
        }
        _ => {}
    }
    customer
}

/// Locale and time zone of the device serve as long as nobody said better.
fn take_context(entry: &mut CustomerEntry, context: &JsonMap) {
    let traits = &mut entry.profile.customer.traits;
    for name in ["locale", "timezone"] {
        if let Some(value) = context.get(name).filter(|v| v.is_string())
            && !traits.contains_key(name)
        {
            traits.insert(name.to_owned(), value.clone());
            entry.changed = true;
        }
    }
    if let Some(said) = context.get("traits").and_then(|t| t.as_object()) {
        for (name, value) in said {
            if traits.get(name) != Some(value) && !value.is_null() {
                traits.insert(name.clone(), value.clone());
                entry.changed = true;
            }
        }
    }
}

/// `traits.consent: {"email": true}` or `{"email": {"marketing": true}}`, as many shops send it.
fn consent_trait(traits: &JsonMap) -> Vec<ConsentChange> {
    let Some(channels) = traits.get("consent").and_then(|c| c.as_object()) else { return Vec::new() };
    let change = |channel: &str, purpose: &str, yes: bool| ConsentChange {
        channel: channel.to_owned(),
        purpose: purpose.to_owned(),
        status: if yes { ConsentStatus::Granted } else { ConsentStatus::Denied },
        source: "identify".into(),
        proof: tradewind_nodes::Json::Null,
    };
    let mut changes = Vec::new();
    for (channel, said) in channels {
        if let Some(yes) = said.as_bool() {
            changes.push(change(channel, "marketing", yes));
        }
        for (purpose, yes) in said.as_object().into_iter().flatten() {
            changes.extend(yes.as_bool().map(|yes| change(channel, purpose, yes)));
        }
    }
    changes
}

fn set_consent(world: &mut World, workspace: WorkspaceId, customer: CustomerId, changes: Vec<ConsentChange>) {
    for change in changes {
        let entry = world.customer(workspace, customer);
        if entry.profile.consent(&change.channel, &change.purpose, change.status) {
            entry.changed = true;
            world.out.consents.push((workspace, customer, change));
        }
    }
}

/// From now on the visitor `anonymous` is `customer`.
fn link(world: &mut World, workspace: WorkspaceId, anonymous: Option<&str>, user: Option<&str>, customer: CustomerId) {
    if let (Some(anonymous), Some(_)) = (anonymous, user) {
        join(world, workspace, CustomerId::of_anonymous(workspace, anonymous), customer, user);
    }
}

fn join(world: &mut World, workspace: WorkspaceId, from: CustomerId, into: CustomerId, user: Option<&str>) {
    if from == into || world.resolve(from) == into {
        return;
    }
    let before = world.resolve(from);
    let known = world.customers.contains_key(&before);
    if before == from {
        world.aliases.insert(from, into);
        world.out.aliases.push((workspace, from.0, into));
    }
    // A device that changed hands keeps its old owner's past where it is; only what belongs to nobody yet is handed over.
    if known && before == from {
        world.send(workspace, crate::incoming::Incoming::Merge { from, into, user_id: user.map(str::to_owned) });
    }
}

/// A profile changed by a person or the API.
pub(super) fn change_profile(
    world: &mut World,
    workspace: WorkspaceId,
    customer: CustomerId,
    user_id: Option<&str>,
    traits: &JsonMap,
    consent: &[ConsentChange],
) {
    let customer = world.resolve(customer);
    let entry = world.customer(workspace, customer);
    entry.profile.identify(traits);
    if entry.profile.customer.user_id.is_none() {
        entry.profile.customer.user_id = user_id.map(str::to_owned);
    }
    entry.changed = true;
    set_consent(world, workspace, customer, consent.to_vec());
    schedule::plan(world, workspace, customer);
    segment::look(world, workspace, customer);
    stir(world, customer);
}
