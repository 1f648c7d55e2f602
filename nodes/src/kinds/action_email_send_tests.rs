use super::*;
use crate::effect::Receipt;
use crate::fact::ConsentStatus;
use crate::kinds::stage::{Stage, at, failed, kind, output, port, problem, rule, wrong};
use serde_json::json;

fn consenting() -> Stage {
    Stage::new().consent("email/marketing", ConsentStatus::Granted)
}
fn sent(outcome: Outcome) -> (Email, Guards, Then) {
    match outcome {
        Outcome::Effect { effect, then, .. } => (effect.payload.read().unwrap(), effect.guards, then),
        other => panic!("{other:?}"),
    }
}

#[test]
fn marketing_goes_out_guarded_and_the_run_goes_on() {
    let config = json!({"subject": "Hi {{customer.first_name}}\n there", "html": "<p>{{customer.first_name}}</p>", "valid_for": "1d",
        "still": {"fact": "customer.traits.open", "is": "eq", "value": true}});
    let stage = consenting().has("first_name", "A<da").has("locale", "de-DE");
    let (mail, guards, then) = sent(kind("email.send", config).step(&stage.cx()));
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ada@example.com", "Hi A<da there"));
    assert_eq!(mail.html, "<p>A&lt;da</p>");
    assert_eq!((mail.locale.as_deref(), mail.unsubscribe), (Some("de-DE"), true));
    assert_eq!(guards.consent.unwrap().channel, "email");
    assert!(guards.capped && guards.quiet && guards.still.is_some());
    assert_eq!(guards.not_after, Some(at("2026-11-24T09:00:00Z")));
    assert_eq!(then, Then::Go(PortName::NEXT));
}

#[test]
fn without_consent_nothing_is_made_and_the_why_says_so() {
    let node = kind("email.send", json!({"subject": "s", "html": "h"}));
    let stage = Stage::new().consent("email/marketing", ConsentStatus::Withdrawn);
    let outcome = node.step(&stage.cx());
    assert_eq!((port(&outcome), output(&outcome)), ("next", json!({"sent": false, "reason": "consent"})));
    assert_eq!(rule(&outcome), "no consent for email/marketing: it was withdrawn");
}

#[test]
fn transactional_mail_needs_no_consent_and_has_no_guards() {
    let node = kind(
        "email.send",
        json!({"subject": "s", "html": "h", "purpose": "transactional", "to": "{{event.properties.to}}", "delivery": "at_most_once"}),
    );
    let stage = Stage::new().event("Order", json!({"to": " kim@example.org "})).wire("failed");
    let (mail, guards, then) = sent(node.step(&stage.cx()));
    assert_eq!((mail.to.as_str(), mail.unsubscribe, guards), ("kim@example.org", false, Guards::default()));
    assert_eq!(then, Then::AwaitReceipt);
}

#[test]
fn an_address_that_is_none_fails_in_its_field() {
    let node = kind("email.send", json!({"subject": "s", "html": "h"}));
    for bad in ["", "ada", "ada@localhost", "a@b.com, c@d.com", "Ada <ada@example.com>", "ada@example.com\nBcc: x@y.z"] {
        assert_eq!(problem(&node.step(&consenting().has("email", bad).cx())), ("email.address", "/to"), "{bad:?}");
    }
    let mut unknown = consenting();
    unknown.customer.as_mut().unwrap().traits.clear();
    assert_eq!(problem(&node.step(&unknown.cx())), ("email.address", "/to"));
}

#[test]
fn receipts_lead_on() {
    let node = kind("email.send", json!({"subject": "s", "html": "h"}));
    let stage = consenting().wire("failed");
    let done = Receipt::Done { output: json!({"message_id": "m"}) };
    assert_eq!(output(&node.step(&stage.resumed(Resume::Receipt(&done)))), json!({"message_id": "m", "sent": true}));
    let capped = Receipt::Suppressed { why: Why::words("cap reached") };
    let outcome = node.step(&stage.resumed(Resume::Receipt(&capped)));
    assert_eq!((port(&outcome), rule(&outcome).as_str()), ("next", "not sent: cap reached"));
    assert_eq!(output(&outcome), json!({"sent": false, "reason": "cap reached"}));
    assert_eq!(problem(&node.step(&stage.resumed(Resume::Receipt(&failed())))).0, "smtp.rejected");
}

#[test]
fn bad_configs_name_their_field() {
    assert_eq!(wrong("email.send", json!({})), ["/subject", "/html"]);
    assert_eq!(wrong("email.send", json!({"subject": "s", "html": "h", "purpose": "ads", "delivery": "once"})), ["/purpose", "/delivery"]);
    let bad = json!({"to": "{{email}}", "from": "Shop", "reply_to": "x", "subject": "{{#if}}", "html": "{{customer.plan}}", "text": "{{", "valid_for": "0s",
        "still": {"fact": "cart", "is": "exists"}});
    assert_eq!(wrong("email.send", bad), ["/to", "/from", "/reply_to", "/subject", "/html", "/text", "/still/fact", "/valid_for"]);
    assert!(wrong("email.send", json!({"from": "Shop <hello@shop.example>", "subject": "s", "html": "h"})).is_empty());
}
