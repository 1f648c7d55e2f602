//! Mail by SMTP, over connections that are kept open.

mod pool;
mod reply;

use crate::attempt::{Attempt, Connector, Envelope};
use crate::mail::{Sender, compose};
use crate::secret::Secret;
use futures::FutureExt;
use futures::future::BoxFuture;
use pool::Pool;
use reply::Stage;
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;
use tradewind_nodes::effect::Message as _;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::Email;
use tradewind_nodes::time::Duration;

/// How the connection is kept from being read on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: for a relay on the same machine.
    None,
    /// Upgraded before anything is said, or given up; usually port 587.
    #[default]
    Starttls,
    /// From the first byte; usually port 465.
    Implicit,
}

/// Where mail is handed over.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The server's name, as its certificate says it.
    pub host: String,
    /// 587 for `starttls`, 465 for `implicit`, 25 for `none` when absent.
    #[serde(default)]
    pub port: Option<u16>,
    /// `none`, `starttls` (the default) or `implicit`.
    #[serde(default)]
    pub tls: Tls,
    /// The login; none is made when absent.
    #[serde(default)]
    pub username: Option<String>,
    /// The password of `username`.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Who mail comes from when the effect names none.
    pub from: Sender,
    /// The name this machine greets with; its host name when absent.
    #[serde(default)]
    pub helo: Option<String>,
    /// How many connections are open at most.
    #[serde(default = "default_pool")]
    pub pool: usize,
    /// How long one attempt may take, from waiting for a connection to the server's last word.
    #[serde(default = "default_timeout")]
    pub timeout: Duration,
    /// A PEM file of certificate authorities trusted besides the public ones.
    #[serde(default)]
    pub root_certificate: Option<PathBuf>,
}

impl Settings {
    /// The server `host`, mail from `from`, everything else as when absent.
    #[must_use]
    pub fn new(host: impl Into<String>, from: Sender) -> Self {
        Self {
            host: host.into(),
            port: None,
            tls: Tls::default(),
            username: None,
            password: None,
            from,
            helo: None,
            pool: default_pool(),
            timeout: default_timeout(),
            root_certificate: None,
        }
    }
}

fn default_pool() -> usize {
    4
}

fn default_timeout() -> Duration {
    Duration::from_secs(60)
}

/// Sends mail by SMTP.
pub struct Smtp {
    sender: Sender,
    pool: Pool,
    timeout: Duration,
}

impl Smtp {
    /// A connector by `settings`. Reads the PEM file; opens no connection yet.
    ///
    /// # Errors
    /// `smtp.settings`, its field naming the setting: no host, a login that would go unencrypted to another machine, half
    /// a login, a PEM file that cannot be read, a deadline or pool of nothing.
    pub fn new(settings: Settings) -> Result<Self, Problem> {
        let (sender, timeout) = (settings.from.clone(), settings.timeout);
        if timeout <= Duration::ZERO {
            return Err(Problem::new("smtp.settings", "smtp.timeout must be longer than nothing: write 60s").in_field("/timeout"));
        }
        Ok(Self { sender, timeout, pool: Pool::new(settings)? })
    }

    /// Who mail comes from when the effect names none.
    #[must_use]
    pub fn sender(&self) -> &Sender {
        &self.sender
    }

    async fn send(&self, envelope: &Envelope<'_>) -> Attempt {
        let (mail, message) = match compose(envelope, &self.sender) {
            Ok(composed) => composed,
            Err(problem) => return problem.into(),
        };
        let bytes = message.formatted();
        let mut lease = match self.pool.lease().await {
            Ok(lease) => lease,
            Err(error) => return reply::attempt(Stage::Connecting, &error),
        };
        let response = match lease.connection().send(message.envelope(), &bytes).await {
            Ok(response) => response,
            Err(error) => return reply::attempt(Stage::Sending, &error),
        };
        // Only now: a connection whose conversation was cut short is out of step and must never be used again.
        lease.give_back();
        let said = response.message().collect::<Vec<_>>().join(" ");
        Attempt::Done { output: json!({ "message_id": mail.message_id, "response": reply::shortened(&said) }) }
    }
}

impl Connector for Smtp {
    fn name(&self) -> &'static str {
        "smtp"
    }

    fn channels(&self) -> &'static [&'static str] {
        &[Email::CHANNEL]
    }

    /// Done with `{"message_id", "response"}` once the server has taken the mail.
    fn perform<'a>(&'a self, envelope: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        async move {
            match tokio::time::timeout(self.timeout.to_std(), self.send(&envelope)).await {
                Ok(attempt) => attempt,
                Err(_) => Attempt::retry(
                    "smtp.timeout",
                    format!("the mail server did not take the mail within {}: check that it answers, or raise smtp.timeout", self.timeout),
                ),
            }
        }
        .boxed()
    }

    /// Connects and logs in.
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        async move {
            match tokio::time::timeout(self.timeout.to_std(), self.pool.lease()).await {
                Ok(Ok(lease)) => {
                    lease.give_back();
                    Ok(())
                }
                Ok(Err(error)) => Err(reply::problem(Stage::Connecting, &error)),
                Err(_) => Err(Problem::new(
                    "smtp.timeout",
                    format!("the mail server did not answer within {}: check smtp.host and smtp.port", self.timeout),
                )),
            }
        }
        .boxed()
    }

    fn concurrency(&self) -> usize {
        self.pool.size()
    }
}
