//! The one place where a mail is made. [`smtp`](crate::smtp) sends what [`rendered`] describes and
//! [`mailbox`](crate::mailbox) keeps it, so what is kept equals what would be sent.

mod address;
mod text;

use crate::attempt::Envelope;
use address::{mailbox, plain};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use std::time::{Duration as StdDuration, SystemTime};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::Email;
use tradewind_nodes::time::Timestamp;

/// A mail as it goes over the wire, decoded.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderedMail {
    /// With its angle brackets; the same for every attempt at the effect.
    pub message_id: String,
    /// `Name <address>` or an address.
    pub from: String,
    /// `Name <address>` or an address.
    pub to: String,
    /// The subject line, decoded.
    pub subject: String,
    /// The HTML part; empty when the mail has none.
    pub html: String,
    /// The text part; made from the HTML when the effect has none.
    pub text: String,
    /// All further headers, decoded, in the order they are sent.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for RenderedMail {
    /// Names the mail and nothing of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedMail").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// Who mail comes from when the effect does not say: `Name <address>` or an address. Checked when it is made.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Sender(Mailbox);

impl FromStr for Sender {
    type Err = Problem;
    /// # Errors
    /// `mail.address` when it is no address.
    fn from_str(text: &str) -> Result<Self, Problem> {
        mailbox(text, "/from").map(Self)
    }
}
impl TryFrom<String> for Sender {
    type Error = Problem;
    fn try_from(text: String) -> Result<Self, Problem> {
        text.parse()
    }
}

/// Makes the mail of `envelope`, from `sender` when the effect names none.
///
/// # Errors
/// The mail can never be sent: `mail.address`, `mail.header` (a line break or control character where one would forge a
/// header), `mail.empty`, `mail.text`, or `connector.payload` when the effect is no mail. The field is a pointer into the
/// node's config: `/to`, `/subject`, ….
pub fn rendered(envelope: &Envelope<'_>, sender: &Sender) -> Result<RenderedMail, Problem> {
    compose(envelope, sender).map(|(rendered, _)| rendered)
}

/// As [`rendered`], with the bytes to send.
pub(crate) fn compose(envelope: &Envelope<'_>, sender: &Sender) -> Result<(RenderedMail, Message), Problem> {
    let email: Email = envelope.payload.read()?;
    let to = mailbox(&email.to, "/to")?;
    let from = match &email.from {
        Some(from) => mailbox(from, "/from")?,
        None => sender.0.clone(),
    };
    let reply_to = email.reply_to.as_deref().map(|text| mailbox(text, "/reply_to")).transpose()?;
    let subject = plain(&email.subject, "/subject")?;
    let text = text::part(&email)?;
    let message_id = format!("<{}@{}>", envelope.key, from.email.domain().trim_matches(['[', ']']));
    let extra = extra_headers(envelope, &email)?;

    let mut builder = Message::builder()
        .date(system_time(envelope.now))
        .raw_header(verbatim("Message-ID", message_id.clone()))
        .from(from.clone())
        .to(to.clone())
        .subject(subject);
    if let Some(reply_to) = reply_to.clone() {
        builder = builder.reply_to(reply_to);
    }
    for (name, value) in &extra {
        builder = builder.raw_header(verbatim(name, value.clone()));
    }
    let message = if email.html.is_empty() {
        builder.singlepart(SinglePart::plain(text.clone()))
    } else {
        // Bytes made of the mail itself: an attempt repeats the mail exactly, and no template can foresee the boundary.
        let boundary = boundary(envelope, &text, &email.html);
        let parts = MultiPart::alternative().boundary(boundary);
        builder.multipart(parts.singlepart(SinglePart::plain(text.clone())).singlepart(SinglePart::html(email.html.clone())))
    }
    .map_err(|error| Problem::new("mail.header", format!("the mail cannot be put together ({error}): check its sender and recipient")))?;

    let mut headers = Vec::with_capacity(extra.len() + 2);
    if let Some(date) = message.headers().get_raw("Date") {
        headers.push(("Date".to_owned(), date.to_owned()));
    }
    headers.extend(reply_to.map(|reply_to| ("Reply-To".to_owned(), reply_to.to_string())));
    headers.extend(extra.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let rendered = RenderedMail {
        message_id,
        from: from.to_string(),
        to: to.to_string(),
        subject: subject.to_owned(),
        html: email.html.clone(),
        text,
        headers,
    };
    Ok((rendered, message))
}

/// `Content-Language`, the unsubscribe pair of RFC 8058 and the effect's key.
fn extra_headers(envelope: &Envelope<'_>, email: &Email) -> Result<Vec<(&'static str, String)>, Problem> {
    let mut headers = Vec::with_capacity(4);
    if let Some(locale) = email.locale.as_deref().filter(|locale| !locale.is_empty()) {
        if locale.len() > 35 || !locale.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(
                Problem::new("mail.header", "the language of the mail is no language tag: write one as de or pt-BR").in_field("/locale")
            );
        }
        headers.push(("Content-Language", locale.to_owned()));
    }
    if let Some(address) = envelope.unsubscribe_url.filter(|_| email.unsubscribe) {
        let wrong = || {
            Problem::new(
                "mail.unsubscribe",
                "the unsubscribe address is no absolute http(s) address: set the public address of this server",
            )
        };
        let url = url::Url::parse(address).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "https" | "http") || url.as_str().contains(['<', '>', ' ']) {
            return Err(wrong());
        }
        headers.push(("List-Unsubscribe", format!("<{url}>")));
        // RFC 8058 promises one click over https only; a server tried out over http still shows the plain link.
        if url.scheme() == "https" {
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
    }
    headers.push(("X-Tradewind-Key", envelope.key.to_string()));
    Ok(headers)
}

/// A header whose value is known to be one line of ASCII: folding or encoding would break ids and addresses.
fn verbatim(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

fn boundary(envelope: &Envelope<'_>, text: &str, html: &str) -> String {
    let mut hash = Sha256::new();
    for part in [envelope.key.to_string().as_bytes(), text.as_bytes(), html.as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold("=_tw_".to_owned(), |out, byte| format!("{out}{byte:02x}"))
}

/// A mail cannot be dated before 1970; such an instant becomes 1970.
fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + StdDuration::from_micros(at.micros().max(0).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_nodes::effect::Payload;
    use tradewind_nodes::id::EffectKey;

    const KEY: &str = "00000000-0000-0000-0000-000000000007.welcome.1";

    fn email() -> Email {
        Email { to: "ada@example.com".into(), subject: "Hello".into(), html: "<p>Hi <b>Ada</b></p>".into(), ..Email::default() }
    }

    fn made(email: Email, unsubscribe_url: Option<&str>) -> Result<(RenderedMail, String), Problem> {
        let key: EffectKey = KEY.parse().unwrap();
        let payload = Payload::of(&email).unwrap();
        let now = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
        let envelope = Envelope { key: &key, attempt: 1, payload: &payload, unsubscribe_url, now };
        let sender = "Shop <shop@mail.example.org>".parse().unwrap();
        compose(&envelope, &sender).map(|(mail, message)| (mail, String::from_utf8(message.formatted()).unwrap()))
    }

    #[test]
    fn a_mail_has_its_key_its_date_and_both_parts() {
        let (mail, wire) = made(email(), None).unwrap();
        assert_eq!(mail.message_id, format!("<{KEY}@mail.example.org>"));
        assert_eq!((mail.from.as_str(), mail.to.as_str()), ("Shop <shop@mail.example.org>", "ada@example.com"));
        assert!(mail.text.contains("Hi") && !mail.text.contains('<'), "{}", mail.text);
        for line in [
            format!("Message-ID: <{KEY}@mail.example.org>\r\n"),
            format!("X-Tradewind-Key: {KEY}\r\n"),
            "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n".into(),
            "MIME-Version: 1.0\r\n".into(),
            "multipart/alternative".into(),
            "text/plain".into(),
            "text/html".into(),
        ] {
            assert!(wire.contains(&line), "{line} in {wire}");
        }
        assert_eq!(mail.headers[0], ("Date".into(), "Mon, 23 Nov 2026 09:00:00 +0000".into()));
    }

    #[test]
    fn an_attempt_repeats_the_mail_byte_for_byte() {
        assert_eq!(made(email(), None).unwrap().1, made(email(), None).unwrap().1);
    }

    #[test]
    fn unsubscribing_is_one_click_over_https_only_and_only_when_wanted() {
        let marketing = Email { unsubscribe: true, ..email() };
        let (mail, wire) = made(marketing.clone(), Some("https://shop.example/u/abc")).unwrap();
        assert!(wire.contains("List-Unsubscribe: <https://shop.example/u/abc>\r\n"), "{wire}");
        assert!(wire.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{wire}");
        assert!(mail.headers.contains(&("List-Unsubscribe-Post".into(), "List-Unsubscribe=One-Click".into())));
        let plain = made(marketing.clone(), Some("http://localhost:8080/u/abc")).unwrap().1;
        assert!(plain.contains("List-Unsubscribe: <http://localhost:8080/u/abc>\r\n") && !plain.contains("One-Click"));
        assert!(!made(email(), Some("https://shop.example/u/abc")).unwrap().1.contains("List-Unsubscribe"));
        assert!(!made(marketing.clone(), None).unwrap().1.contains("List-Unsubscribe"));
        let long = format!("https://shop.example/u/{}", "a".repeat(400));
        assert!(made(marketing.clone(), Some(&long)).unwrap().1.contains(&format!("List-Unsubscribe: <{long}>\r\n")));
        for bad in ["/u/abc", "javascript:alert(1)", "mailto:a@b.example"] {
            assert_eq!(made(marketing.clone(), Some(bad)).unwrap_err().code, "mail.unsubscribe", "{bad}");
        }
        let sneaky = made(marketing, Some("https://shop.example/u\r\nBcc: eve@example.com")).unwrap().1;
        assert!(!sneaky.contains("\r\nBcc"), "{sneaky}");
    }

    #[test]
    fn no_field_can_forge_a_header() {
        for break_ in ["\r\n", "\n", "\r", "\0", "\u{85}"] {
            let evil = format!("x{break_}Bcc: eve@example.com");
            for (mail, field) in [
                (Email { subject: evil.clone(), ..email() }, "/subject"),
                (Email { to: format!("{evil} <ada@example.com>"), ..email() }, "/to"),
                (Email { to: format!("ada@example.com{break_}"), ..email() }, "/to"),
                (Email { from: Some(format!("{evil} <a@example.com>")), ..email() }, "/from"),
                (Email { reply_to: Some(format!("{evil} <a@example.com>")), ..email() }, "/reply_to"),
                (Email { locale: Some(evil.clone()), ..email() }, "/locale"),
            ] {
                let problem = made(mail, None).unwrap_err();
                assert_eq!((problem.code.as_str(), problem.field.as_str()), ("mail.header", field));
            }
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let empty = Email { html: "  ".into(), ..email() };
        assert_eq!(made(empty, None).unwrap_err().code, "mail.empty");
        let text_only = Email { html: String::new(), text: "Hi".into(), ..email() };
        let (mail, wire) = made(text_only, None).unwrap();
        assert_eq!((mail.html.as_str(), mail.text.as_str()), ("", "Hi"));
        assert!(!wire.contains("multipart"));
    }

    #[test]
    fn debug_shows_nothing_of_the_person() {
        let shown = format!("{:?}", made(email(), None).unwrap().0);
        assert!(!shown.contains("ada") && !shown.contains("Hello"), "{shown}");
    }
}
