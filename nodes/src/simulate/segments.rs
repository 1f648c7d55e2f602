//! Who is in which segment, and who has just come or gone.

use super::simulation::Simulation;
use crate::JsonMap;
use crate::fact::{Facts, NO_OUTPUTS};
use crate::id::CustomerId;
use crate::kind::{SegmentChange, Trigger};
use crate::predicate::{self, Verdict};
use std::sync::Arc;

impl Simulation {
    /// Looks at every segment for one customer and tells journeys which edges he crossed.
    pub(super) fn look(&mut self, customer: CustomerId) {
        for (name, verdict) in self.verdicts(customer) {
            let Some(person) = self.people.get_mut(&customer) else { return };
            let was = person.memberships.insert(name.clone(), (verdict.holds, verdict.changes_at)).is_some_and(|(inside, _)| inside);
            if verdict.holds == was {
                continue;
            }
            if verdict.holds {
                person.segments.insert(name.clone());
            } else {
                person.segments.remove(&name);
            }
            self.crossed(customer, &name, if verdict.holds { SegmentChange::Entered } else { SegmentChange::Left });
        }
    }

    /// Notes the segments of a customer without telling anybody: he was in them before the simulation began.
    pub(super) fn remember_segments(&mut self, customer: CustomerId) {
        for (name, verdict) in self.verdicts(customer) {
            let Some(person) = self.people.get_mut(&customer) else { return };
            if verdict.holds {
                person.segments.insert(name.clone());
            }
            person.memberships.insert(name, (verdict.holds, verdict.changes_at));
        }
    }

    /// Customers of whom time has come to change a segment.
    pub(super) fn changed_by_time(&self) -> Vec<CustomerId> {
        let due = |at: &Option<_>| at.is_some_and(|at| at <= self.now);
        let changed = self.people.iter().filter(|(_, person)| person.memberships.values().any(|(_, at)| due(at)));
        changed.map(|(id, _)| *id).collect()
    }

    fn verdicts(&self, customer: CustomerId) -> Vec<(String, Verdict)> {
        let Some(person) = self.people.get(&customer) else { return Vec::new() };
        let facts = Facts {
            customer: Some(&person.customer),
            history: &person.history,
            segments: &person.segments,
            event: None,
            outputs: &NO_OUTPUTS,
            run: None,
            now: self.now,
        };
        self.definitions.iter().map(|(name, definition)| (name.clone(), predicate::evaluate(definition, &facts))).collect()
    }

    fn crossed(&mut self, customer: CustomerId, segment: &str, change: SegmentChange) {
        let name = match change {
            SegmentChange::Entered => "Segment Entered",
            SegmentChange::Left => "Segment Left",
        };
        let mut properties = JsonMap::new();
        properties.insert("segment".into(), segment.into());
        let event = Arc::new(self.event_now(name, properties));
        for journey in 0..self.journeys.len() {
            let program = self.journeys[journey].program.clone();
            let wanted =
                |trigger: &Trigger| matches!(trigger, Trigger::Segment { segment: of, change: way } if of == segment && *way == change);
            if let Some((node, _)) = program.triggers.iter().find(|(_, trigger)| wanted(trigger)) {
                self.open_by_key(journey, *node, Some(customer), (*event).clone());
            }
        }
        self.tell(customer, &event);
    }
}
