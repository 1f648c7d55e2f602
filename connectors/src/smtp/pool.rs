//! Open connections, lent one at a time. Our own, not lettre's: lettre's pool opens connections without limit and takes a
//! connection back even when its user was cancelled in mid-command (at a deadline), after which every answer read on it
//! belongs to the command before. Here a connection comes back only when its user says that its talk is finished.

use super::{Settings, Tls};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use tradewind_nodes::issue::Problem;

/// A connection idle for longer is closed rather than asked whether it still lives: a firewall may have forgotten it.
const IDLE: std::time::Duration = std::time::Duration::from_secs(60);

pub(super) struct Pool {
    host: String,
    port: u16,
    tls: Tls,
    parameters: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    size: usize,
    permits: Semaphore,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// A connection lent. Dropped without [`Lease::give_back`], the connection is closed.
pub(super) struct Lease<'p> {
    pool: &'p Pool,
    connection: AsyncSmtpConnection,
    _permit: Option<SemaphorePermit<'p>>,
}

fn wrong(field: &str, message: String) -> Problem {
    Problem::new("smtp.settings", message).in_field(field)
}

impl Pool {
    pub(super) fn new(settings: Settings) -> Result<Self, Problem> {
        if settings.host.trim().is_empty() {
            return Err(wrong("/host", "smtp.host is empty: write the name of the mail server".into()));
        }
        if settings.pool == 0 {
            return Err(wrong("/pool", "smtp.pool is 0: allow at least one connection".into()));
        }
        let credentials = match (&settings.username, &settings.password) {
            (Some(username), Some(password)) => Some(Credentials::new(username.clone(), password.expose().to_owned())),
            (None, None) => None,
            (Some(_), None) => return Err(wrong("/password", "smtp.username is set without smtp.password: set both or neither".into())),
            (None, Some(_)) => return Err(wrong("/username", "smtp.password is set without smtp.username: set both or neither".into())),
        };
        let local = matches!(settings.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if credentials.is_some() && settings.tls == Tls::None && !local {
            return Err(wrong(
                "/tls",
                "smtp.tls is none, so the password would go over the network for all to read: set starttls or implicit".into(),
            ));
        }
        let parameters = if settings.tls == Tls::None { None } else { Some(tls_parameters(&settings)?) };
        let default_port = match settings.tls {
            Tls::None => 25,
            Tls::Starttls => 587,
            Tls::Implicit => 465,
        };
        Ok(Self {
            port: settings.port.unwrap_or(default_port),
            host: settings.host,
            tls: settings.tls,
            parameters,
            credentials,
            hello: settings.helo.map_or_else(ClientId::default, ClientId::Domain),
            size: settings.pool,
            permits: Semaphore::new(settings.pool),
            idle: Mutex::new(Vec::new()),
        })
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// A connection that answered just now: an idle one, or a new one. Waits while all are lent.
    pub(super) async fn lease(&self) -> Result<Lease<'_>, Error> {
        // The semaphore is never closed; were it, going on without a permit would only lift the limit.
        let permit = self.permits.acquire().await.ok();
        while let Some(mut connection) = self.take_idle() {
            if connection.test_connected().await {
                return Ok(Lease { pool: self, connection, _permit: permit });
            }
        }
        Ok(Lease { pool: self, connection: self.connect().await?, _permit: permit })
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let server = (self.host.as_str(), self.port);
        let from_the_start = self.parameters.clone().filter(|_| self.tls == Tls::Implicit);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, from_the_start, None).await?;
        if let Some(parameters) = self.parameters.clone().filter(|_| self.tls == Tls::Starttls) {
            connection.starttls(parameters, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }
}

impl Lease<'_> {
    pub(super) fn connection(&mut self) -> &mut AsyncSmtpConnection {
        &mut self.connection
    }

    /// The talk is finished: the next user may have the connection.
    pub(super) fn give_back(self) {
        if !self.connection.has_broken() {
            let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push((self.connection, Instant::now()));
        }
    }
}

fn tls_parameters(settings: &Settings) -> Result<TlsParameters, Problem> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.root_certificate {
        let field = "/root_certificate";
        let pem = std::fs::read(path)
            .map_err(|error| wrong(field, format!("smtp.root_certificate {} cannot be read ({error}): name a PEM file", path.display())))?;
        let certificate = Certificate::from_pem(&pem)
            .ok()
            .filter(|_| pem.windows(27).any(|w| w == b"-----BEGIN CERTIFICATE-----"))
            .ok_or_else(|| wrong(field, format!("smtp.root_certificate {} holds no certificate: name a PEM file", path.display())))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|error| wrong("/root_certificate", format!("TLS cannot be set up ({error}): check smtp.root_certificate")))
}
