//! Schedules: when a trigger ticks next, and what a tick that is due becomes.

use crate::catalog::{Catalog, LiveJourney};
use crate::message::{Incoming, Pending};
use crate::state::NewIds;
use std::sync::Arc;
use tradewind_nodes::id::{CustomerId, JourneyId, NodeId, WorkspaceId, derived};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::kinds::next_tick;
use tradewind_nodes::time::{Timestamp, Zone};
use uuid::Uuid;

/// The zone of a schedule: its own, the journey's, or UTC.
fn zone_of(own: Option<&Zone>, live: &LiveJourney) -> Zone {
    own.or(live.program.settings.timezone.as_ref()).cloned().unwrap_or(Zone::UTC)
}

/// A trigger that ticks by the calendar.
pub struct Calendar<'a> {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The journey.
    pub live: &'a Arc<LiveJourney>,
    /// The trigger's node.
    pub node: &'a NodeId,
    trigger: &'a Trigger,
}

impl<'a> Calendar<'a> {
    /// Every trigger of every live journey that ticks by the calendar.
    pub fn all(catalog: &'a Catalog) -> impl Iterator<Item = Self> {
        catalog.workspaces.iter().flat_map(|(workspace, known)| {
            known.journeys.values().flat_map(|live| {
                let ticking =
                    live.program.triggers.iter().filter(|(_, t)| matches!(t, Trigger::Schedule { .. } | Trigger::Anniversary { .. }));
                ticking.map(|(index, trigger)| Self { workspace: *workspace, live, node: &live.program.nodes[*index].id, trigger })
            })
        })
    }

    /// The one of this journey and node, while it is live.
    #[must_use]
    pub fn find(catalog: &'a Catalog, workspace: WorkspaceId, journey: JourneyId, node: &str) -> Option<Self> {
        let live = catalog.journey(workspace, journey)?;
        let (index, trigger) = live.program.triggers.iter().find(|(index, _)| live.program.nodes[*index].id.as_str() == node)?;
        Some(Self { workspace, live, node: &live.program.nodes[*index].id, trigger })
    }

    /// When a schedule ticks next, after `now`. None for an anniversary, which ticks for each customer, and for an expression
    /// that never comes again.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let Trigger::Schedule { cron, zone, .. } = self.trigger else { return None };
        next_tick(cron, &zone_of(zone.as_ref(), self.live), now)
    }

    /// Whether each customer has a day of their own.
    #[must_use]
    pub fn is_anniversary(&self) -> bool {
        matches!(self.trigger, Trigger::Anniversary { .. })
    }

    /// What a tick planned for `at` becomes now that it is due; None when the version no longer ticks then. `subject` is the
    /// customer, or the journey where the tick is for nobody.
    #[must_use]
    pub fn due(&self, subject: Uuid, at: Timestamp, now: Timestamp) -> Option<Pending> {
        let (journey, node) = (self.live.id, self.node.to_string());
        let (incoming, key) = match self.trigger {
            Trigger::Schedule { audience, .. } => {
                // A version may have changed the cron since this tick was planned.
                if self.next(Timestamp::from_micros(at.micros() - 1)) != Some(at) {
                    return None;
                }
                let key = derived(self.workspace, &["tick", &journey.to_string(), &node, &at.to_string()]);
                match audience {
                    Some(_) => (Incoming::FanOut { journey, node, at, after: None }, key),
                    None => (Incoming::Tick { journey, node, customer: None, at }, key),
                }
            }
            Trigger::Anniversary { .. } if subject != journey.0 => {
                let customer = CustomerId(subject);
                let key = tick_id(self.workspace, journey, &node, customer, at);
                (Incoming::Tick { journey, node, customer: Some(customer), at }, key)
            }
            _ => return None,
        };
        Some(Pending { id: Some(key), workspace: self.workspace, incoming, received_at: now })
    }
}

/// The id of one customer's tick: the same whenever it is made, so that a repeat is no second tick.
#[must_use]
pub fn tick_id(workspace: WorkspaceId, journey: JourneyId, node: &str, customer: CustomerId, at: Timestamp) -> Uuid {
    derived(workspace, &["tick", &journey.to_string(), node, &at.to_string(), &customer.to_string()])
}

/// One page of customers of what concerns everybody: who, and after whom it goes on.
pub struct FanOutPage {
    /// The customers, by id.
    pub customers: Vec<CustomerId>,
    /// The last of them, when there may be more.
    pub next: Option<CustomerId>,
}

impl FanOutPage {
    /// The page as ticks, and the next page.
    pub fn ticks(
        &self,
        ids: &mut dyn NewIds,
        workspace: WorkspaceId,
        (journey, node): (JourneyId, &str),
        at: Timestamp,
        now: Timestamp,
    ) -> Vec<Pending> {
        let tick = |customer: &CustomerId| Pending {
            id: Some(tick_id(workspace, journey, node, *customer, at)),
            workspace,
            incoming: Incoming::Tick { journey, node: node.to_owned(), customer: Some(*customer), at },
            received_at: now,
        };
        let mut rows: Vec<Pending> = self.customers.iter().map(tick).collect();
        if let Some(next) = self.next {
            let incoming = Incoming::FanOut { journey, node: node.to_owned(), at, after: Some(next) };
            rows.push(Pending { id: Some(ids.id()), workspace, incoming, received_at: now });
        }
        rows
    }

    /// The page as evaluations of each customer's segments, and the next page.
    pub fn evaluations(&self, ids: &mut dyn NewIds, workspace: WorkspaceId, now: Timestamp) -> Vec<Pending> {
        let customers = self.customers.iter().map(|customer| Incoming::Segment { customer: *customer });
        let next = self.next.map(|after| Incoming::Backfill { after: Some(after) });
        customers.chain(next).map(|incoming| Pending { id: Some(ids.id()), workspace, incoming, received_at: now }).collect()
    }
}
