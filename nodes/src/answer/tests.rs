use super::*;
use crate::id::PortName;

const NOON: Timestamp = Timestamp(1_795_348_800_123_456);

fn standings() -> Vec<(Standing, &'static str)> {
    let node = || Called::Kind { kind: "delay.for".into(), label: "Wait".into() };
    vec![
        (Standing::Ready { node: node(), at: NOON }, "is about to enter “Wait”, not before 2026-11-22T12:00:00Z"),
        (Standing::Queued { node: node() }, "waits for a free place in the journey before “Wait”"),
        (Standing::Sleeping { node: node(), until: NOON }, "sleeps at “Wait” until 2026-11-22T12:00:00Z"),
        (
            Standing::Awaiting { node: node(), names: vec!["A".into(), "B".into()], deadline: Some(NOON) },
            "waits at “Wait” for A or B until 2026-11-22T12:00:00Z at the latest",
        ),
        (Standing::AwaitingChange { node: node(), deadline: None }, "waits at “Wait” until its condition holds, without a limit"),
        (Standing::Calling { node: node() }, "waits at “Wait” for the outcome of its delivery"),
        (Standing::Asking { node: node(), deadline: None }, "waits at “Wait” for a person's answer without a limit"),
        (Standing::Held { node: node(), problem: "broke".into() }, "is held at “Wait” by an incident: broke"),
        (Standing::Ended { at: NOON, end: End::Completed }, "ended at 2026-11-22T12:00:00Z: completed"),
    ]
}

fn step(outcome: StepOutcome) -> StepTaken {
    StepTaken { node: Called::Name("Big spender?".into()), outcome, why: Why::Goal("bought".into()) }
}

fn answers() -> Vec<(Answer, &'static str)> {
    let (title, recipient, names) = (|| "Hello".to_owned(), || "a@b.c".to_owned(), || vec!["A".to_owned()]);
    let queued = || Some(Standing::Queued { node: Called::Name("Wait".into()) });
    let halted = Some(Halted::Paused);
    vec![
        (
            Answer::Sent { title: title(), recipient: recipient(), at: NOON, count: 2, now: queued() },
            "Yes: “Hello” was sent to a@b.c at 2026-11-22T12:00:00Z, the last of 2; the run waits for a free place in the journey before “Wait”",
        ),
        (
            Answer::Trouble { node: Called::Name("Wait".into()), problem: "broke".into() },
            "No: something went wrong at “Wait” and waits for a person: broke",
        ),
        (
            Answer::Suppressed { title: title(), reason: Some(Why::CancelledBefore) },
            "No: “Hello” was held back at the moment of sending: the run was cancelled before it was sent",
        ),
        (
            Answer::Undelivered { title: title(), recipient: recipient(), reason: None },
            "No: “Hello” could not be sent to a@b.c: no reason was recorded",
        ),
        (Answer::InOutbox { title: title(), due: Some(NOON) }, "Not yet: “Hello” waits in the outbox, next at 2026-11-22T12:00:00Z"),
        (
            Answer::Inside { entered: NOON, now: queued() },
            "Not yet: this person entered at 2026-11-22T12:00:00Z and waits for a free place in the journey before “Wait”",
        ),
        (
            Answer::Over { entered: NOON, now: None, last: Some(step(StepOutcome::Went(PortName::YES))) },
            "No: this person entered at 2026-11-22T12:00:00Z, nothing was sent on the way (last step: Big spender?: reached the goal bought; went on by yes)",
        ),
        (
            Answer::Refused { at: NOON, rule: RefusalReason::Filter, why: Why::words("no") },
            "No: entry was refused at 2026-11-22T12:00:00Z, the trigger's filter did not hold: no",
        ),
        (Answer::NeverPublished, "No: the journey was never published"),
        (
            Answer::NotStarted { ways: vec![Way::Api, Way::Schedule("0 9 * * *".into())], halted },
            "No: nothing has started it for this person; it starts by a call of the API, or on the schedule 0 9 * * *; besides, the journey is paused now",
        ),
        (Answer::NeverHad { names: names(), halted: None }, "No: it starts on A and this person never had one"),
        (
            Answer::BeforePublished { names: names(), at: NOON, published: NOON, halted: None },
            "No: it starts on A and the last, at 2026-11-22T12:00:00Z, came before the journey was first published at 2026-11-22T12:00:00Z",
        ),
        (
            Answer::NoTrace { event: "A".into(), at: NOON, halted: None },
            "No: the last A at 2026-11-22T12:00:00Z did not start it and no refusal is on record: it may still be on its way, or older than what is kept",
        ),
    ]
}

fn happened() -> Vec<(Happened, &'static str)> {
    vec![
        (Happened::Event("A".into()), "A happened"),
        (Happened::Refused { version: 2, rule: RefusalReason::Reentry }, "entry into version 2 was refused, the re-entry rule"),
        (Happened::Entered(2), "entered version 2"),
        (Happened::Left(Some("goal".into())), "left: goal"),
        (
            Happened::Delivery {
                channel: "email".into(),
                title: "Hello".into(),
                recipient: "a@b.c".into(),
                state: "failed".into(),
                reason: Some(Why::words("550 no such user")),
            },
            "email “Hello” to a@b.c: failed, 550 no such user",
        ),
        (Happened::Step(step(StepOutcome::Waits(None))), "Big spender?: reached the goal bought; waits without a limit"),
        (Happened::Trouble { node: Called::Name("Wait".into()), problem: "broke".into() }, "needs a person at “Wait”: broke"),
    ]
}

#[test]
fn english_says_what_it_always_said() {
    let said = standings().into_iter().map(|(said, words)| (said.to_string(), words));
    let said = said.chain(answers().into_iter().map(|(said, words)| (said.to_string(), words)));
    for (said, words) in said.chain(happened().into_iter().map(|(said, words)| (said.to_string(), words))) {
        assert_eq!(said, words);
    }
    let refused_since = Some(RefusedSince { at: NOON, why: Why::words("still inside") });
    let both = Answered { answer: Answer::NeverPublished, refused_since };
    let words = "No: the journey was never published; at 2026-11-22T12:00:00Z another entry was refused: still inside.";
    assert_eq!(both.to_string(), words);
}

#[test]
fn answers_read_back_what_they_wrote() {
    for (answer, _) in answers() {
        let wrote = Answered { answer, refused_since: Some(RefusedSince { at: NOON, why: Why::Paused }) };
        let text = serde_json::to_string(&wrote).unwrap();
        assert_eq!(serde_json::from_str::<Answered>(&text).unwrap(), wrote, "{text}");
    }
    for (standing, _) in standings() {
        let text = serde_json::to_string(&standing).unwrap();
        assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing, "{text}");
    }
    for (happened, _) in happened() {
        let text = serde_json::to_string(&happened).unwrap();
        assert_eq!(serde_json::from_str::<Happened>(&text).unwrap(), happened, "{text}");
    }
}
