//! Guards: what must hold at the moment of sending. The engine's relay and the simulation ask the same rule, so that a dry run
//! shows what would really happen.

use crate::effect::Effect;
use crate::fact::Facts;
use crate::kinds::to_person;
use crate::predicate::{self, Predicate};
use crate::settings::{FrequencyCap, QuietHours, Settings};
use crate::time::{Duration, Timestamp, Zone};
use crate::why::{ConsentFound, Why};

/// What is to become of an effect now.
#[derive(Clone, PartialEq, Debug)]
pub enum Judgement {
    /// It is done.
    Send,
    /// It is not done, and never will be.
    Suppress(Why),
    /// It is asked again at this instant.
    Postpone(Timestamp, Why),
}

/// What is known at the moment of sending.
pub struct Moment<'a> {
    /// The person and the run as they are now; without a run nothing is asked about it.
    pub facts: Facts<'a>,
    /// Whether the run was cancelled in the meantime.
    pub cancelled: bool,
    /// How many other messages of the effect's channel count against a cap of this length: those that left within it, and
    /// those that passed their own guards and whose end is not known yet. Asked only when there is a cap.
    pub messages: &'a dyn Fn(Duration) -> usize,
}

/// Whether anything about this effect must be looked at before it is sent.
#[must_use]
pub fn guarded(effect: &Effect, settings: &Settings) -> bool {
    let guards = &effect.guards;
    guards.consent.is_some()
        || guards.still.is_some()
        || guards.not_after.is_some()
        || cap(effect, settings).is_some()
        || (guards.quiet && settings.quiet_hours.is_some())
        // A message to a person is not sent once his run was cancelled, or has reached what it was for.
        || to_person(&effect.payload)
}

/// The cap that counts for this effect.
#[must_use]
pub fn cap<'a>(effect: &Effect, settings: &'a Settings) -> Option<&'a FrequencyCap> {
    settings.frequency_cap.as_ref().filter(|_| effect.guards.capped)
}

/// The predicates that [`judge`] asks.
pub fn predicates<'a>(effect: &'a Effect, settings: &'a Settings) -> impl Iterator<Item = &'a Predicate> {
    [effect.guards.still.as_ref(), settings.goal.as_ref(), settings.exit.as_ref()].into_iter().flatten()
}

/// Judges an effect, by these rules in this order: too late, no consent, of no use any more, quiet hours, cap.
#[must_use]
pub fn judge(effect: &Effect, settings: &Settings, moment: &Moment<'_>) -> Judgement {
    let (guards, facts) = (&effect.guards, &moment.facts);
    if let Some(end) = guards.not_after.filter(|end| *end < facts.now) {
        return Judgement::Suppress(Why::TooLate(end));
    }
    if let Some(why) = no_consent(effect, facts).or_else(|| no_longer(effect, settings, moment)) {
        return Judgement::Suppress(why);
    }
    if let Some(hours) = settings.quiet_hours.as_ref().filter(|_| guards.quiet) {
        let zone = facts.customer.and_then(|c| c.zone()).or_else(|| settings.timezone.clone()).unwrap_or(Zone::UTC);
        if let Some(until) = quiet_until(hours, &zone, facts.now) {
            return Judgement::Postpone(until, Why::QuietHours { from: hours.from, to: hours.to, zone });
        }
    }
    if let Some(cap) = cap(effect, settings).filter(|_| facts.customer.is_some()) {
        let messages = (moment.messages)(cap.per);
        if messages >= cap.max as usize {
            let channel = effect.payload.channel.clone();
            return Judgement::Suppress(Why::Capped { messages, channel, per: cap.per, most: cap.max });
        }
    }
    Judgement::Send
}

fn no_consent(effect: &Effect, facts: &Facts<'_>) -> Option<Why> {
    let scope = effect.guards.consent.as_ref()?;
    let found = ConsentFound::of(facts.customer, scope);
    (!found.granted()).then_some(Why::NoConsent(found))
}

/// Why the message is of no use any more: its own guard, or the journey's goal or exit.
fn no_longer(effect: &Effect, settings: &Settings, moment: &Moment<'_>) -> Option<Why> {
    moment.facts.run?;
    let to_person = to_person(&effect.payload);
    if moment.cancelled && to_person {
        return Some(Why::CancelledBefore);
    }
    if let Some(still) = &effect.guards.still {
        let verdict = predicate::evaluate(still, &moment.facts);
        if !verdict.holds {
            return Some(Why::NoLonger(verdict.why));
        }
    }
    if !to_person {
        return None;
    }
    let met = |end: Option<&Predicate>| {
        let verdict = predicate::evaluate(end?, &moment.facts);
        verdict.holds.then_some(verdict.why)
    };
    met(settings.goal.as_ref()).map(Why::GoalBefore).or_else(|| met(settings.exit.as_ref()).map(Why::LeftBefore))
}

/// The end of the quiet hours that `now` lies in.
fn quiet_until(hours: &QuietHours, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
    let local = now.in_zone(&zone.0);
    let (from, to, time) = (hours.from.0, hours.to.0, local.time());
    let over_midnight = to <= from;
    let inside = if over_midnight { time >= from || time < to } else { time >= from && time < to };
    if !inside {
        return None;
    }
    let tomorrow = over_midnight && time >= from;
    let date = if tomorrow { local.date().tomorrow().ok()? } else { local.date() };
    // Where clocks are set back the hour of their end comes twice: the one that is still to come counts.
    let end = zone.0.to_ambiguous_zoned(date.to_datetime(to));
    let ends = [end.clone().compatible().ok()?, end.later().ok()?].map(|end| Timestamp::from_jiff(end.timestamp()));
    ends.into_iter().find(|end| *end > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{Guards, Payload};
    use crate::fact::Customer;
    use crate::id::CustomerId;
    use crate::kinds::Email;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn settings(value: crate::Json) -> Settings {
        serde_json::from_value(value).unwrap()
    }

    fn mail(guards: Guards) -> Effect {
        Effect { payload: Payload::of(&Email::default()).unwrap(), guards, delivery: crate::effect::DeliveryMode::default() }
    }

    #[test]
    fn quiet_hours_end_in_the_morning_of_the_persons_zone() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let hours = |from: &str, to: &str| serde_json::from_value::<QuietHours>(json!({ "from": from, "to": to })).unwrap();
        let night = hours("21:00", "08:00");
        assert_eq!(quiet_until(&night, &zone, at("2026-01-10T21:00:00Z")), Some(at("2026-01-11T07:00:00Z")));
        assert_eq!(quiet_until(&night, &zone, at("2026-01-11T05:00:00Z")), Some(at("2026-01-11T07:00:00Z")));
        assert_eq!(quiet_until(&night, &zone, at("2026-01-11T07:00:00Z")), None);
        assert_eq!(quiet_until(&night, &zone, at("2026-01-11T19:59:00Z")), None);
        // The hour from two to three comes twice on that night.
        let late = hours("23:00", "02:30");
        assert_eq!(quiet_until(&late, &zone, at("2026-10-25T00:10:00Z")), Some(at("2026-10-25T00:30:00Z")));
        assert_eq!(quiet_until(&late, &zone, at("2026-10-25T01:10:00Z")), Some(at("2026-10-25T01:30:00Z")));
        let noon = hours("12:00", "14:00");
        assert_eq!(quiet_until(&noon, &zone, at("2026-01-11T12:30:00Z")), Some(at("2026-01-11T13:00:00Z")));
    }

    #[test]
    fn what_waits_out_the_night_is_judged_again_and_may_be_too_late_by_then() {
        let quiet = settings(json!({"quiet_hours": {"from": "21:00", "to": "08:00"}}));
        let effect = mail(Guards { quiet: true, not_after: Some(at("2026-01-11T00:00:00Z")), ..Guards::default() });
        let judged = |now| judge(&effect, &quiet, &Moment { facts: Facts::empty(now), cancelled: false, messages: &|_| 0 });
        let Judgement::Postpone(until, _) = judged(at("2026-01-10T22:00:00Z")) else { panic!("it is night") };
        let Judgement::Suppress(why) = judged(until) else { panic!("it is too late") };
        assert_eq!(why.to_string(), "too late: it was of use until 2026-01-11T00:00:00Z");
    }

    #[test]
    fn a_cap_is_asked_only_for_what_it_counts() {
        let capped = settings(json!({"frequency_cap": {"max": 2, "per": "1d"}}));
        let now = at("2026-01-10T12:00:00Z");
        let anna = Customer::unknown(CustomerId(uuid::Uuid::nil()), now);
        let judged = |guards, before: usize| {
            let facts = Facts { customer: Some(&anna), ..Facts::empty(now) };
            judge(&mail(guards), &capped, &Moment { facts, cancelled: false, messages: &|_| before })
        };
        let marketing = || Guards { capped: true, ..Guards::default() };
        assert_eq!(judged(marketing(), 1), Judgement::Send);
        assert_eq!(judged(Guards::default(), 9), Judgement::Send, "a parcel on its way is told whatever came before");
        let Judgement::Suppress(why) = judged(marketing(), 2) else { panic!("the cap is reached") };
        assert_eq!((why.to_string().as_str(), &why.seen()["cap"]), ("had 2 messages by email within 1d: the cap is 2", &json!(2)));
    }
}
