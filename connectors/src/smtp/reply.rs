//! What the server's answer means for the effect and for the connector.

use crate::attempt::Attempt;
use lettre::transport::smtp::Error;
use std::error::Error as _;
use tradewind_nodes::issue::Problem;

/// How far the talk had come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// Greeting, TLS, login: nothing of the mail has been said.
    Connecting,
    /// The mail itself.
    Sending,
}

/// What to do about an error of lettre.
pub(super) fn attempt(stage: Stage, error: &Error) -> Attempt {
    let problem = problem(stage, error);
    match Verdict::of(stage, error) {
        Verdict::Deferred | Verdict::Unreachable | Verdict::Tls => Attempt::Retry { after: None, problem },
        Verdict::Recipient | Verdict::Rejected => Attempt::Reject { problem },
        Verdict::Credentials | Verdict::Settings => Attempt::Reauthorise { problem },
    }
}

/// The same error in words.
pub(super) fn problem(stage: Stage, error: &Error) -> Problem {
    let said = shortened(&error.source().map(ToString::to_string).unwrap_or_default());
    let code = error.status().map(|code| format!("{code} ")).unwrap_or_default();
    let (name, remedy) = match Verdict::of(stage, error) {
        Verdict::Deferred => ("smtp.deferred", "it wants to be asked again later"),
        Verdict::Unreachable => ("smtp.connection", "check smtp.host, smtp.port and that the server runs"),
        Verdict::Tls => ("smtp.tls", "check smtp.tls, the server's certificate and smtp.root_certificate"),
        Verdict::Recipient => ("smtp.recipient", "check the recipient's address"),
        Verdict::Rejected => ("smtp.rejected", "read the server's reason and change the mail or its sender"),
        Verdict::Credentials => ("smtp.credentials", "check smtp.username and smtp.password"),
        Verdict::Settings => ("smtp.settings", "check smtp.host, smtp.port and smtp.tls against the provider's page"),
    };
    Problem::new(name, format!("the mail server said {code}{said:?}: {remedy}"))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Deferred,
    Unreachable,
    Tls,
    Recipient,
    Rejected,
    Credentials,
    Settings,
}

impl Verdict {
    fn of(stage: Stage, error: &Error) -> Self {
        if let Some(code) = error.status() {
            let said = error.source().map(ToString::to_string).unwrap_or_default();
            return Self::of_reply(stage, u16::from(code), &said);
        }
        match stage {
            _ if error.is_tls() => Self::Tls,
            Stage::Connecting if error.is_client() => Self::Settings,
            // The server cannot take an address outside ASCII; the connection itself is fine.
            Stage::Sending if error.is_client() => Self::Recipient,
            _ => Self::Unreachable,
        }
    }

    fn of_reply(stage: Stage, code: u16, said: &str) -> Self {
        match (code, stage) {
            (530 | 534 | 535 | 538, _) => Self::Credentials,
            (400..=499, _) => Self::Deferred,
            // A refusal before the mail was named says nothing about the mail: rejecting it would lose it for good.
            (_, Stage::Connecting) => Self::Settings,
            (_, Stage::Sending) if names_the_recipient(said) => Self::Recipient,
            (_, Stage::Sending) => Self::Rejected,
        }
    }
}

/// Whether the enhanced status (RFC 3463) says that the address is wrong (5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10) or its mailbox
/// closed (5.2.1). 5.1.7 and 5.1.8 are about the sender.
fn names_the_recipient(said: &str) -> bool {
    let status = said.split_whitespace().next().unwrap_or_default();
    status == "5.2.1" || (status.starts_with("5.1.") && !matches!(status, "5.1.7" | "5.1.8"))
}

/// At most 200 characters of what the server said, in one line.
pub(super) fn shortened(said: &str) -> String {
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_mean_what_the_rfc_says() {
        use Stage::{Connecting, Sending};
        for (stage, code, said, verdict) in [
            (Connecting, 535, "5.7.8 authentication failed", Verdict::Credentials),
            (Sending, 530, "5.7.0 authentication required", Verdict::Credentials),
            (Connecting, 538, "encryption required", Verdict::Credentials),
            (Connecting, 454, "4.7.0 temporary authentication failure", Verdict::Deferred),
            (Sending, 450, "4.2.0 greylisted", Verdict::Deferred),
            (Connecting, 421, "too many connections", Verdict::Deferred),
            (Connecting, 554, "no service here", Verdict::Settings),
            (Sending, 550, "5.1.1 no such user", Verdict::Recipient),
            (Sending, 550, "5.1.10 null mx", Verdict::Recipient),
            (Sending, 550, "5.2.1 mailbox disabled", Verdict::Recipient),
            (Sending, 553, "5.1.8 bad sender", Verdict::Rejected),
            (Sending, 550, "5.7.1 spam", Verdict::Rejected),
            (Sending, 554, "no", Verdict::Rejected),
        ] {
            assert_eq!(Verdict::of_reply(stage, code, said), verdict, "{stage:?} {code} {said}");
        }
    }

    #[test]
    fn what_a_server_says_is_cut_and_kept_on_one_line() {
        assert_eq!(shortened("a\r\nb"), "a  b");
        assert_eq!(shortened(&"x".repeat(1000)).len(), 200);
    }
}
