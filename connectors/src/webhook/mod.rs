//! HTTP requests, to anywhere on the public internet and nowhere else unless allowed.
//!
//! The client is hyper-util's, not reqwest: the same small POST with a signed-request's headers cost 14 µs of CPU against
//! reqwest's 31 µs (release, loopback, 64 at once; medians of three), a ratio of 0.45; with 8 at once it was 15 to 24 µs.

mod answer;
mod guard;
mod lanes;
mod request;
mod sign;

use crate::attempt::{Attempt, Connector, Envelope};
use crate::secret::Secret;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use guard::{AddressRule, GuardedResolver, Refused};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use ipnet::IpNet;
use lanes::Lanes;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use sign::Signer;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration as StdDuration;
use tradewind_nodes::effect::Message;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::HttpRequest;
use tradewind_nodes::time::Duration;

/// What one attempt may take at most, whatever its node says.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(300);
/// What connecting may take at most, so that one dead address leaves time for the next.
const LONGEST_CONNECT: StdDuration = StdDuration::from_secs(10);
/// How long a connection is kept without use.
const IDLE: StdDuration = StdDuration::from_secs(60);

/// How requests are made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether private and local addresses may be reached, this machine among them. Only where all who edit journeys may
    /// reach them anyway.
    pub allow_private: bool,
    /// Networks that may be reached besides the public internet, as `10.1.0.0/16`.
    pub allow: Vec<IpNet>,
    /// The workspace's secret of Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes.
    pub secret: Option<Secret>,
    /// How many requests to one host and port are under way at once; the others wait, against their own deadlines.
    pub max_connections_per_host: usize,
    /// A PEM file of certificate authorities trusted besides the public ones.
    pub root_certificate: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { allow_private: false, allow: Vec::new(), secret: None, max_connections_per_host: 64, root_certificate: None }
    }
}

/// Makes HTTP requests.
pub struct Webhook {
    client: Client<HttpsConnector<HttpConnector<GuardedResolver>>, Full<Bytes>>,
    rule: Arc<AddressRule>,
    signer: Option<Signer>,
    lanes: Lanes,
}

impl Webhook {
    /// A connector by `settings`. Reads the PEM file; opens no connection.
    ///
    /// # Errors
    /// `webhook.settings`, its field naming the setting: a secret that is none, a PEM file that cannot be read, no
    /// connections at all.
    pub fn new(settings: Settings) -> Result<Self, Problem> {
        if settings.max_connections_per_host == 0 {
            let message = "webhook.max_connections_per_host is 0: allow at least one";
            return Err(Problem::new("webhook.settings", message).in_field("/max_connections_per_host"));
        }
        let signer = settings.secret.as_ref().map(Signer::new).transpose()?;
        let tls = tls(settings.root_certificate.as_deref())?;
        let rule = Arc::new(AddressRule { allow_private: settings.allow_private, allow: settings.allow });
        let mut tcp = HttpConnector::new_with_resolver(GuardedResolver::new(Arc::clone(&rule)));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(LONGEST_CONNECT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(settings.max_connections_per_host)
            .build(HttpsConnector::from((tcp, tls)));
        Ok(Self { client, rule, signer, lanes: Lanes::new(settings.max_connections_per_host) })
    }

    async fn send(&self, envelope: &Envelope<'_>, wanted: &HttpRequest) -> Attempt {
        let target = match self.target(&wanted.url) {
            Ok(target) => target,
            Err(problem) => return problem.into(),
        };
        let request = match self.request(envelope, wanted, target.uri) {
            Ok(request) => request,
            Err(problem) => return problem.into(),
        };
        let deadline = wanted.timeout.clamp(Duration::from_micros(1000), LONGEST_ATTEMPT);
        let host = target.host.as_str();
        let attempt = async {
            let _permit = self.lanes.enter(target.authority).await;
            let response = match self.client.request(request).await {
                Ok(response) => response,
                Err(error) => return unreachable(host, &error),
            };
            let max = usize::try_from(wanted.max_response).unwrap_or(usize::MAX);
            match answer::judge(host, response, max, envelope.now).await {
                Ok(attempt) => attempt,
                Err(_) => Attempt::retry("http.connection", format!("{host} broke off its answer: look there for the cause")),
            }
        };
        match tokio::time::timeout(deadline.to_std(), attempt).await {
            Ok(attempt) => attempt,
            Err(_) => Attempt::retry(
                "http.timeout",
                format!("{host} did not answer in full within {deadline}: raise the request's timeout or make the receiver faster"),
            ),
        }
    }
}

impl Connector for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn channels(&self) -> &'static [&'static str] {
        &[HttpRequest::CHANNEL]
    }

    /// Done with `{"status", "headers", "body"}` on any 2xx; 408, 425, 429, 5xx and a broken connection are tried again,
    /// every other answer is final.
    fn perform<'a>(&'a self, envelope: Envelope<'a>) -> BoxFuture<'a, Attempt> {
        async move {
            match envelope.payload.read::<HttpRequest>() {
                Ok(wanted) => self.send(&envelope, &wanted).await,
                Err(problem) => problem.into(),
            }
        }
        .boxed()
    }

    /// Nothing to ask: every node has its own address.
    fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
        async { Ok(()) }.boxed()
    }

    fn concurrency(&self) -> usize {
        512
    }
}

/// No answer at all: out of bounds, or not reached.
fn unreachable(host: &str, error: &hyper_util::client::legacy::Error) -> Attempt {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(now) = cause {
        if now.is::<Refused>() {
            return request::refused(host).into();
        }
        cause = now.source();
    }
    let root = root_cause(error);
    if error.is_connect() {
        Attempt::retry("http.connect", format!("{host} cannot be reached ({root}): check the address and that the receiver runs"))
    } else {
        Attempt::retry("http.connection", format!("{host} broke off before it answered ({root}): look there for the cause"))
    }
}

/// The innermost error: the ones around it only say that connecting failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut root = error.to_string();
    let mut next = error.source();
    while let Some(now) = next {
        root = now.to_string();
        next = now.source();
    }
    root
}

fn tls(extra: Option<&std::path::Path>) -> Result<rustls::ClientConfig, Problem> {
    let wrong = |message: String| Problem::new("webhook.settings", message).in_field("/root_certificate");
    let mut roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = extra {
        let unread = |why: String| {
            wrong(format!("webhook.root_certificate {} cannot be used ({why}): name a PEM file of certificates", path.display()))
        };
        let pem = std::fs::read(path).map_err(|error| unread(error.to_string()))?;
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| unread(error.to_string()))?;
            roots.add(certificate).map_err(|error| unread(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(unread("it holds none".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(format!("TLS cannot be set up ({error})")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
