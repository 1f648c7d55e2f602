//! Schedules and anniversaries.

use super::doors::Opening;
use super::simulation::Simulation;
use crate::JsonMap;
use crate::fact::{Customer, Facts, NO_OUTPUTS};
use crate::id::CustomerId;
use crate::kind::Trigger;
use crate::kinds::{day_of, next_anniversary, next_tick};
use crate::predicate::{self, Predicate};
use crate::run::{Program, RefusalReason};
use crate::time::{Timestamp, Zone};

/// A tick of one trigger for one customer (or nobody).
pub(super) struct Tick {
    journey: usize,
    trigger: usize,
    customer: Option<CustomerId>,
    at: Timestamp,
}

impl Simulation {
    /// The next instant at which a schedule ticks or an anniversary comes.
    pub(super) fn next_tick(&self) -> Option<Timestamp> {
        self.coming().into_iter().map(|tick| tick.at).min()
    }

    /// What ticks at `at`, which is the next instant at which anything does.
    pub(super) fn ticks_at(&self, at: Timestamp) -> Vec<Tick> {
        self.coming().into_iter().filter(|tick| tick.at == at).collect()
    }

    /// The next tick of each trigger and customer, strictly after now.
    fn coming(&self) -> Vec<Tick> {
        let mut ticks = Vec::new();
        for (journey, known) in self.journeys.iter().enumerate() {
            for (trigger, (_, what)) in known.program.triggers.iter().enumerate() {
                let mut add = |customer, at: Option<Timestamp>| ticks.extend(at.map(|at| Tick { journey, trigger, customer, at }));
                match what {
                    Trigger::Schedule { cron, zone, audience } => {
                        let zone = zone.clone().or_else(|| known.program.settings.timezone.clone()).unwrap_or(Zone::UTC);
                        let at = next_tick(cron, &zone, self.now);
                        match audience {
                            Some(_) => self.people.keys().for_each(|customer| add(Some(*customer), at)),
                            None => add(None, at),
                        }
                    }
                    Trigger::Anniversary { .. } => {
                        for (id, person) in &self.people {
                            add(Some(*id), self.anniversary(&known.program, what, &person.customer));
                        }
                    }
                    _ => {}
                }
            }
        }
        ticks
    }

    fn anniversary(&self, program: &Program, trigger: &Trigger, customer: &Customer) -> Option<Timestamp> {
        let Trigger::Anniversary { fact, offset_days, at, leap_day, .. } = trigger else { return None };
        let facts = Facts { customer: Some(customer), ..Facts::empty(self.now) };
        let date = day_of(facts.get(fact)?.as_ref())?;
        next_anniversary(date, *offset_days, *at, *leap_day, &zone_of(program, Some(customer)), self.now)
    }

    pub(super) fn tick(&mut self, tick: &Tick) {
        let program = self.journeys[tick.journey].program.clone();
        let (node, trigger) = &program.triggers[tick.trigger];
        let audience = match trigger {
            Trigger::Schedule { audience, .. } | Trigger::Anniversary { audience, .. } => audience.as_ref(),
            _ => None,
        };
        let mut properties = JsonMap::new();
        properties.insert("tick".into(), tick.at.to_string().into());
        let event = self.event_now("Schedule", properties);
        if let Some(why) = audience.and_then(|audience| self.outside(audience, tick.customer, &event)) {
            return self.refuse(tick.journey, tick.customer, RefusalReason::Filter, why);
        }
        if !matches!(trigger, Trigger::Anniversary { .. }) {
            return self.open_by_key(tick.journey, *node, tick.customer, event);
        }
        let customer = tick.customer.and_then(|id| self.people.get(&id)).map(|person| &person.customer);
        let year = tick.at.in_zone(&zone_of(&program, customer).0).year();
        // Once a year, whatever the re-entry rule: a birthday that is corrected does not come twice.
        let key = tick.customer.map(|id| format!("{id}/{}/{year}", program.nodes[*node].id));
        if key.as_ref().is_some_and(|key| self.holders.contains_key(&(tick.journey, key.clone()))) {
            return;
        }
        self.open(tick.journey, Opening { node: *node, key, event, customer: tick.customer });
    }

    /// Why a customer is not in the audience; None when he is.
    fn outside(&self, audience: &Predicate, customer: Option<CustomerId>, event: &crate::fact::Event) -> Option<crate::why::Why> {
        let person = self.people.get(&customer?)?;
        let facts = Facts {
            customer: Some(&person.customer),
            history: &person.history,
            segments: &person.segments,
            event: Some(event),
            outputs: &NO_OUTPUTS,
            run: None,
            now: self.now,
        };
        let verdict = predicate::evaluate(audience, &facts);
        (!verdict.holds).then(|| verdict.why.into())
    }
}

fn zone_of(program: &Program, customer: Option<&Customer>) -> Zone {
    customer.and_then(Customer::zone).or_else(|| program.settings.timezone.clone()).unwrap_or(Zone::UTC)
}
