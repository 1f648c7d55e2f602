//! `email.send`: a mail to the customer.

use super::delay_for::check_length;
use super::{receipt, rendered};
use crate::description::{Draft, Output, Part, Preview, Sort, Summary};
use crate::effect::{About, Channel, DeliveryMode, Effect, Guards, Message, Payload, Personal, UNSUBSCRIBE_URL};
use crate::fact::{ConsentScope, FactScope, Needs};
use crate::field::{Field, FieldType};
use crate::id::PortName;
use crate::issue::{FieldIssue, IssueCode, Problem};
use crate::kind::{Family, Kind, Outcome, Port, Resume, StepCx, Then};
use crate::predicate::{self, Predicate};
use crate::settings::{Inherited, Sender};
use crate::template;
use crate::time::Duration;
use crate::why::{ConsentFound, Why};
use crate::{Json, JsonMap};
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// Sends a mail. Marketing needs consent, counts against caps and waits out quiet hours; transactional mail does none of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailSend {
    /// One address, a template.
    #[serde(default = "own_address")]
    pub to: String,
    /// `Name <address>`; the workspace's sender when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The subject line, a template.
    pub subject: String,
    /// The HTML part, a template.
    pub html: String,
    /// The text part, a template; made from the HTML when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub purpose: Purpose,
    /// Must still hold at the moment of sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still: Option<Predicate>,
    /// After so long it is of no use and is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for: Option<Duration>,
    /// How often it may be sent when a crash falls between sending and recording.
    #[serde(default)]
    pub delivery: DeliveryMode,
}

/// A mail, rendered.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Email {
    /// One address, checked when the step ran.
    pub to: String,
    /// `Name <address>`; the workspace's sender when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The subject line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part; made from the HTML when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Whether the recipient may unsubscribe from it in one click (RFC 8058): every mail that is not transactional.
    #[serde(default)]
    pub unsubscribe: bool,
    /// The language of the mail, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// How often a mail is tried.
const ATTEMPTS: u32 = 12;

impl Message for Email {
    const CHANNEL: &'static str = "email";

    fn about(&self) -> About {
        About {
            recipient: self.to.clone(),
            title: self.subject.clone(),
            text: self.text.clone(),
            html: self.html.clone(),
            locale: self.locale.clone(),
            attempts: ATTEMPTS,
            unsubscribe: self.unsubscribe,
        }
    }
    // Mail programs that fetch pictures by themselves open everything: a journey should not decide by opens alone.
    fn personalise(&mut self, with: &Personal<'_>) {
        if let Some(address) = with.unsubscribe {
            self.html = self.html.replace(UNSUBSCRIBE_URL, address);
            self.text = self.text.replace(UNSUBSCRIBE_URL, address);
        }
        if let Some(address) = with.opened.filter(|_| !self.html.is_empty()) {
            let picture = format!("<img src=\"{address}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:none\">");
            let end = self.html.rfind("</body>").unwrap_or(self.html.len());
            self.html.insert_str(end, &picture);
        }
    }
}

/// What a mail is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Selling: only to those who consent.
    #[default]
    Marketing,
    /// Part of what he bought: an invoice, a parcel on its way.
    Transactional,
}

fn own_address() -> String {
    "{{customer.email}}".to_owned()
}

impl EmailSend {
    fn enter(&self, cx: &StepCx<'_>) -> Result<Outcome, Problem> {
        let marketing = self.purpose == Purpose::Marketing;
        let scope = ConsentScope { channel: "email".to_owned(), purpose: "marketing".to_owned() };
        if marketing {
            let found = ConsentFound::of(cx.facts.customer, &scope);
            if !found.granted() {
                let why = Why::ConsentFor(found);
                return Ok(Outcome::Go { port: PortName::NEXT, output: Some(receipt::not_sent("consent")), why });
            }
        }
        let to = rendered::text(&self.to, &cx.facts, "/to").map_err(|p| match p.code.as_str() {
            "template.missing" => Problem::new("email.address", format!("there is no address to send to: {}", p.message)).in_field("/to"),
            _ => p,
        })?;
        let plain = Options::default().with_required_tld().without_display_text().without_domain_literal();
        if EmailAddress::parse_with_options(&to, plain).is_err() {
            let message = if to.is_empty() {
                format!("there is no address to send to: {} is empty", self.to)
            } else {
                format!("{to:?} is not an email address: correct it at its source, or wire the failed port")
            };
            return Err(Problem::new("email.address", message).in_field("/to"));
        }
        // A line break in a header would begin another header.
        let subject = rendered::text(&self.subject, &cx.facts, "/subject")?.split_whitespace().collect::<Vec<_>>().join(" ");
        let html = template::render(&self.html, true, &cx.facts).map_err(|p| p.in_field("/html"))?;
        let text = self.text.as_ref().map(|text| rendered::text(text, &cx.facts, "/text")).transpose()?;
        let locale = cx.facts.customer.and_then(|c| c.text("locale")).map(str::to_owned);
        let why = Why::SendsMail { subject: subject.clone(), to: to.clone() };
        let mail = Email {
            to,
            from: self.from.clone(),
            reply_to: self.reply_to.clone(),
            subject,
            html,
            text: text.unwrap_or_default(),
            unsubscribe: marketing,
            locale,
        };
        let guards = Guards {
            consent: marketing.then_some(scope),
            still: self.still.clone(),
            capped: marketing,
            quiet: marketing,
            not_after: self.valid_for.map(|valid| cx.now.plus(valid)),
        };
        let then = if cx.wired(&PortName::FAILED) { Then::AwaitReceipt } else { Then::Go(PortName::NEXT) };
        let effect = Effect { payload: Payload::of(&mail)?, guards, delivery: self.delivery };
        Ok(Outcome::Effect { effect: Box::new(effect), then, why })
    }
}

impl Kind for EmailSend {
    const NAME: &'static str = "email.send";
    const FAMILY: Family = Family::Action;
    const LABEL: &'static str = "Send an email";
    const ICON: &'static str = r#"<path d="m22 7-8.991 5.727a2 2 0 0 1-2.009 0L2 7" /> <rect x="2" y="4" width="20" height="16" rx="2" />"#;
    const REACHES_OUT: bool = true;
    const CHANNEL: Option<Channel> = Some(Channel::of::<Email>());
    const PREVIEW: Option<Preview> = Some(Preview::Mail);

    fn fields() -> Vec<Field> {
        let template = |html| FieldType::Template { html };
        vec![
            Field::new("to", "To", template(false)).or(own_address()),
            Field::new("from", "From", FieldType::Text).help("Name <address>; the workspace's sender when empty."),
            Field::new("reply_to", "Answers to", FieldType::Text),
            Field::new("subject", "Subject", template(false)).required(),
            Field::new("html", "Mail", template(true)).required(),
            Field::new("text", "Plain text", template(false)).help("Made from the mail when empty."),
            Field::new("purpose", "Purpose", FieldType::Choice { options: vec!["marketing".into(), "transactional".into()] })
                .or("marketing"),
            Field::new("still", "Only if still", FieldType::Predicate).help("Asked again at the moment of sending."),
            Field::new("valid_for", "Of use for", FieldType::Duration).help("Not sent when it is later than this."),
            receipt::delivery_field(),
        ]
    }
    fn summary(draft: Draft<'_>) -> Summary {
        let whom = draft.template("to").filter(|to| *to != Part::Template(own_address()));
        let still = draft.when("still").map(|what| Part::said("if_still", [("what", what)]));
        Summary::of(draft.template("subject")).with(whom.map(|whom| Part::said("to", [("whom", whom)])).into_iter().chain(still))
    }
    fn outputs(_: Draft<'_>) -> Vec<Output> {
        vec![Output::value("sent", Sort::Boolean, true)]
    }
    fn inherit(config: &mut JsonMap, from: &Inherited) {
        let sender = from.sender.as_ref().map(Sender::written);
        for (field, value) in [("from", &sender), ("reply_to", &from.reply_to)] {
            if let Some(value) = value
                && config.get(field).is_none_or(Json::is_null)
            {
                config.insert(field.to_owned(), value.clone().into());
            }
        }
    }
    fn ports(&self) -> Vec<Port> {
        vec![Port::optional(PortName::NEXT), Port::optional(PortName::FAILED)]
    }
    fn check(&self, scope: &FactScope) -> Vec<FieldIssue> {
        let mut issues = template::check(&self.to, scope, "/to");
        for (address, field) in [(&self.from, "/from"), (&self.reply_to, "/reply_to")] {
            let wrong = address.as_ref().filter(|a| EmailAddress::parse_with_options(a, Options::default().with_required_tld()).is_err());
            issues.extend(
                wrong.map(|a| FieldIssue::new(field, IssueCode::Invalid, format!("{a:?} is not a sender: write Name <name@example.com>"))),
            );
        }
        issues.extend(template::check(&self.subject, scope, "/subject"));
        issues.extend(template::check(&self.html, scope, "/html"));
        issues.extend(self.text.iter().flat_map(|text| template::check(text, scope, "/text")));
        issues.extend(self.still.iter().flat_map(|still| predicate::check(still, scope, "/still")));
        issues.extend(self.valid_for.and_then(|valid| check_length(valid, "/valid_for")));
        issues
    }
    fn needs(&self, needs: &mut Needs) {
        if let Some(still) = &self.still {
            predicate::needs(still, needs);
        }
    }
    fn step(&self, cx: &StepCx<'_>) -> Outcome {
        let Resume::Receipt(receipt) = cx.resume else {
            return self.enter(cx).unwrap_or_else(|problem| Outcome::Fail { problem });
        };
        receipt::resumed(receipt, |output| {
            let mut kept = output.as_object().cloned().unwrap_or_default();
            kept.insert("sent".to_owned(), true.into());
            Outcome::Go { port: PortName::NEXT, output: Some(kept), why: Why::MailSent }
        })
    }
}

#[cfg(test)]
#[path = "action_email_send_tests.rs"]
mod tests;
