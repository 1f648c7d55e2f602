//! Events and profile changes.

use super::{entry, reevaluate_waits, schedules, segments};
use crate::changes::{AliasRow, ConsentRow, EventRow};
use crate::message::{Call, ConsentChange, IncomingEvent};
use crate::state::{CustomerEntry, State, Stimulus};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::{ConsentStatus, Event};
use tradewind_nodes::id::{CustomerId, WorkspaceId, derived};
use tradewind_nodes::run::{Entry, enter};
use tradewind_nodes::time::Duration;

/// An event: known once, then its customer's profile, segments, waiting runs and the triggers, in this order.
pub(super) fn route(state: &mut State, workspace: WorkspaceId, incoming: &IncomingEvent) {
    let message = derived(workspace, &["message", &incoming.message_id]);
    if !state.seen.insert(message) {
        state.changes.repeated += 1;
        return;
    }
    state.changes.seen.push(message);
    let customer = identify(state, workspace, incoming);
    let event = Arc::new(Event {
        id: incoming.id,
        name: incoming.name.clone(),
        at: incoming.at,
        properties: incoming.properties.clone(),
        context: incoming.context.clone(),
    });
    remember(state.customer(workspace, customer), &event);
    state.changes.events.push(EventRow {
        workspace,
        customer,
        call: call_name(incoming.call),
        message_id: incoming.message_id.clone(),
        received_at: incoming.received_at,
        event: event.clone(),
    });
    segments::evaluate_memberships(state, workspace, customer);
    for run in state.live_runs(customer) {
        state.queue.push_back((run, Stimulus::Event(event.clone())));
    }
    match_triggers(state, workspace, customer, &event);
}

/// Asks every journey that listens to `event`.
pub(super) fn match_triggers(state: &mut State, workspace: WorkspaceId, customer: CustomerId, event: &Arc<Event>) {
    let catalog = state.catalog.clone();
    let Some(listeners) = catalog.workspaces.get(&workspace).and_then(|w| w.by_event.get(&event.name)) else { return };
    for live in listeners {
        let now = state.now;
        let entered = {
            state.customer(workspace, customer);
            enter(&live.program, event, &state.facts(Some(customer), Some(event), now))
        };
        match entered {
            Some(Entry::Open { node, key }) => {
                let opening = entry::Opening { node, key, event: Some((**event).clone()), customer: Some(customer) };
                entry::open(state, workspace, live, opening);
            }
            Some(Entry::Refused { reason, why }) => {
                entry::refuse(state, workspace, live, (Some(customer), Some(event.id)), reason, why);
            }
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

/// How long a customer may go unwritten after they were last heard of.
const SEEN_EVERY: Duration = Duration::from_hours(1);

/// Finds the customer of an event, and what the event says about them.
fn identify(state: &mut State, workspace: WorkspaceId, incoming: &IncomingEvent) -> CustomerId {
    let customer = state.resolve(incoming.customer(workspace));
    let heard = incoming.received_at;
    let entry = state.customer(workspace, customer);
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
            set_consent(state, workspace, customer, consent);
            link(state, workspace, incoming.anonymous_id.as_deref(), incoming.user_id.as_deref(), customer);
            schedules::plan_anniversaries(state, workspace, customer);
        }
        Call::Alias => {
            link(state, workspace, incoming.previous_id.as_deref(), incoming.user_id.as_deref(), customer);
            if let Some(previous) = incoming.previous_id.as_deref() {
                join(state, workspace, CustomerId::of_user(workspace, previous), customer, incoming.user_id.as_deref());
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
            set_consent(state, workspace, customer, vec![change]);
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

fn set_consent(state: &mut State, workspace: WorkspaceId, customer: CustomerId, changes: Vec<ConsentChange>) {
    for change in changes {
        let entry = state.customer(workspace, customer);
        if entry.profile.consent(&change.channel, &change.purpose, change.status) {
            entry.changed = true;
            state.changes.consents.push(ConsentRow { workspace, customer, change });
        }
    }
}

/// From now on the visitor `anonymous` is `customer`.
fn link(state: &mut State, workspace: WorkspaceId, anonymous: Option<&str>, user: Option<&str>, customer: CustomerId) {
    if let (Some(anonymous), Some(_)) = (anonymous, user) {
        join(state, workspace, CustomerId::of_anonymous(workspace, anonymous), customer, user);
    }
}

fn join(state: &mut State, workspace: WorkspaceId, from: CustomerId, into: CustomerId, user: Option<&str>) {
    if from == into || state.resolve(from) == into {
        return;
    }
    let before = state.resolve(from);
    let known = state.customers.contains_key(&before);
    if before == from {
        state.aliases.insert(from, into);
        state.changes.aliases.push(AliasRow { workspace, from, into });
    }
    // A device that changed hands keeps its old owner's past where it is; only what belongs to nobody yet is handed over.
    if known && before == from {
        state.send(workspace, crate::message::Incoming::Merge { from, into, user_id: user.map(str::to_owned) });
    }
}

/// A profile changed by a person or the API.
pub(super) fn change_profile(
    state: &mut State,
    workspace: WorkspaceId,
    customer: CustomerId,
    user_id: Option<&str>,
    traits: &JsonMap,
    consent: &[ConsentChange],
) {
    let customer = state.resolve(customer);
    let entry = state.customer(workspace, customer);
    entry.profile.identify(traits);
    if entry.profile.customer.user_id.is_none() {
        entry.profile.customer.user_id = user_id.map(str::to_owned);
    }
    entry.changed = true;
    set_consent(state, workspace, customer, consent.to_vec());
    schedules::plan_anniversaries(state, workspace, customer);
    segments::evaluate_memberships(state, workspace, customer);
    reevaluate_waits(state, customer);
}
