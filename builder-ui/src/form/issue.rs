//! What is wrong with a value, in the user's language.

use super::spot::Wrong;
use crate::i18n::{Language, language};
use crate::t;
use tradewind_nodes::issue::IssueCode;

/// What is wrong, in the user's language. What is wrong with a value the engine's own sentence says best: it is English and goes
/// with it. That something is missing or leads nowhere needs no more words, least of all the names of nodes and fields.
#[must_use]
pub fn issue_words(code: IssueCode, message: &str) -> Wrong {
    let words = match code {
        IssueCode::Missing => t!(form.issue.missing),
        IssueCode::Invalid => t!(form.issue.invalid),
        IssueCode::UnknownField => t!(form.issue.unknown_field),
        IssueCode::UnknownKind => t!(form.issue.unknown_kind),
        IssueCode::UnknownFact => t!(form.issue.unknown_fact),
        IssueCode::BadTemplate => t!(form.issue.bad_template),
        IssueCode::BadCron => t!(form.issue.bad_cron),
        IssueCode::BadScript => t!(form.issue.bad_script),
        IssueCode::TooLarge => t!(form.issue.too_large),
        IssueCode::NoTrigger => t!(form.issue.no_trigger),
        IssueCode::Unreachable => t!(form.issue.unreachable),
        IssueCode::DanglingPort => t!(form.issue.dangling_port),
        IssueCode::LoopWithoutDelay => t!(form.issue.loop_without_delay),
        _ => t!(form.issue.wires),
    };
    let plain = matches!(
        code,
        IssueCode::Missing | IssueCode::NoTrigger | IssueCode::Unreachable | IssueCode::DanglingPort | IssueCode::LoopWithoutDelay
    );
    match (plain, language() == Language::En) {
        (true, _) => Wrong { words, detail: String::new() },
        (false, true) => Wrong { words: message.to_owned(), detail: String::new() },
        (false, false) => Wrong { words, detail: message.to_owned() },
    }
}
