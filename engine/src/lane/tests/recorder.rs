//! A connector that writes down what it was asked to do.

use std::collections::HashMap;
use std::sync::Mutex;
use tradewind_connectors::{Attempt, BoxFuture, Connector, Envelope};
use tradewind_nodes::id::EffectKey;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds;
use tradewind_nodes::time::{Duration, Timestamp};

/// One attempt that was made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub key: EffectKey,
    pub attempt: u32,
    pub at: Timestamp,
    /// The subject of a mail, the address of a request.
    pub what: String,
}

/// How an effect answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// Not now; done at the attempt of this number.
    RetryUntil(u32),
    /// As `RetryUntil`, after a wait the receiver names.
    RetryAfter(Duration, u32),
    /// Never.
    Reject,
    /// At once, into the built-in mailbox.
    Mailbox,
}

#[derive(Default)]
pub(crate) struct Recorder {
    made: Mutex<Vec<Made>>,
    /// By a word in the subject or address; everything else is done at once.
    answers: Mutex<HashMap<String, Answer>>,
}

impl Recorder {
    pub fn answer(&self, word: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(word.to_owned(), answer);
    }
    pub fn made(&self) -> Vec<Made> {
        self.made.lock().unwrap().clone()
    }
    /// Subjects and addresses, in the order of their attempts.
    pub fn told(&self) -> Vec<String> {
        self.made().into_iter().map(|made| made.what).collect()
    }
}

impl Connector for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }
    fn channels(&self) -> &'static [&'static str] {
        &["email", "http"]
    }
    fn perform<'a>(&'a self, envelope: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        let about = kinds::about(envelope.payload);
        let what = if kinds::to_person(envelope.payload) { about.title } else { about.recipient };
        let answer = self.answers.lock().unwrap().iter().find(|(word, _)| what.contains(word.as_str())).map(|(_, answer)| *answer);
        let made = Made { key: envelope.key.clone(), attempt: envelope.attempt, at: envelope.now, what };
        self.made.lock().unwrap().push(made);
        let problem = || Problem::new("test.refused", "the test refuses it");
        let attempt = match answer {
            Some(Answer::RetryUntil(done)) if envelope.attempt < done => Attempt::Retry { after: None, problem: problem() },
            Some(Answer::RetryAfter(after, done)) if envelope.attempt < done => Attempt::Retry { after: Some(after), problem: problem() },
            Some(Answer::Mailbox) => Attempt::Done { output: serde_json::json!({"mailbox": true}) },
            Some(Answer::Reject) => Attempt::Reject { problem: problem() },
            _ => Attempt::Done { output: serde_json::json!({"status": 200, "headers": {}, "body": {}}) },
        };
        Box::pin(std::future::ready(attempt))
    }
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
