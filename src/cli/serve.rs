//! `tradewind serve`: database, engine and doors, from the first to the last.

use super::database::RESTART;
use super::keys::first_key;
use super::{Failure, complain, database, log, say};
use crate::config::Config;
use crate::http::key_ring::KeyRing;
use crate::http::live::Board;
use crate::http::serve::Limits;
use crate::http::unsubscribe::Tokens;
use crate::http::{self, App, AppState};
use crate::workspace;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tradewind_connectors::Connector;
use tradewind_connectors::mailbox::Mailbox;
use tradewind_connectors::smtp::Smtp;
use tradewind_connectors::webhook::Webhook;
use tradewind_engine::clock::Environment;
use tradewind_engine::{Connectors, Engine, EngineSettings};
use tradewind_nodes::id::{CustomerId, EffectKey};

/// How long a server of which a part broke off tries to stop in order.
const BROKEN_STOP: Duration = Duration::from_millis(700);
const HOUR: Duration = Duration::from_secs(3600);
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// How the server runs.
#[derive(clap::Args)]
pub struct Args {
    /// Wait for as long as another process owns the database, and serve as soon as it has ended.
    #[arg(long)]
    pub standby: bool,
}

/// Serves until SIGINT or SIGTERM.
pub async fn run(config: Config, args: Args) -> Result<(), Failure> {
    log::begin(&config)?;
    let end = signal(Hangup::Ignored)?;
    let mut end = std::pin::pin!(end);
    let patience = (!args.standby).then_some(RESTART);
    let server = tokio::select! {
        server = Server::start(config, patience) => server?,
        () = &mut end => return Ok(()),
    };
    if let Some(key) = &server.first_key {
        say(&first_key(key));
    }
    say(&format!("Tradewind listens on http://{}  (API: {}/api/docs)", server.address, server.state.config.base()));
    let ended = async {
        end.await;
        Ok(())
    };
    server.until(ended).await
}

/// A server that runs.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The first API key, when this was the first start.
    pub first_key: Option<String>,
    /// What its handlers use: engine, database, settings.
    pub state: AppState,
    stop: watch::Sender<bool>,
    listening: JoinHandle<()>,
    upkeep: JoinHandle<()>,
}

impl Server {
    /// Starts everything. The database comes first, and with it the wait for another owner of it; then the port, which in a
    /// restart is free by then.
    pub async fn start(config: Config, patience: Option<Duration>) -> Result<Self, Failure> {
        let connectors = connectors(&config)?;
        Self::start_with(config, connectors, patience).await
    }

    async fn start_with(config: Config, connectors: Connectors, patience: Option<Duration>) -> Result<Self, Failure> {
        let (db, applied) = database::own(&config, patience).await?;
        for name in applied {
            tracing::info!(migration = name, "applied");
        }
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            Failure::new(format!("cannot listen on {} ({error}): stop what listens there, or choose another with --listen", config.listen))
        })?;
        let address = listener.local_addr().map_err(|error| Failure::new(format!("no address to listen on: {error}")))?;
        let metrics = http::metrics::install().map_err(|error| Failure::new(format!("metrics could not be set up: {error}")))?;
        let (stop, stopping) = watch::channel(false);
        let env = Environment::system();
        let keys = KeyRing::new(db.clone(), env.clone());
        let workspace = workspace::open(&db, &env, &keys).await?;
        let settings = engine_settings(&config, workspace.tokens.clone());
        let engine = Engine::start(db.clone(), env.clone(), settings, connectors).await?;
        let limits = Limits { connections: config.max_connections, write: config.write_timeout, grace: config.stop_timeout / 2 };
        let app = App {
            started_at: env.now(),
            live: Board::default(),
            db,
            engine,
            env,
            keys,
            config: Arc::new(config),
            unsubscribe: workspace.tokens,
            metrics,
            stopping: stopping.clone(),
        };
        let state = AppState::new(app);
        let listening = tokio::spawn(http::serve::serve(listener, http::app(state.clone()), limits, stopping));
        let upkeep = tokio::spawn(upkeep(state.clone()));
        Ok(Self { address, first_key: workspace.first_key, state, stop, listening, upkeep })
    }

    /// Serves until `end`, then stops in order. A server of which a part breaks off ends at once, as a failure.
    pub async fn until(mut self, end: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
        let limit = self.state.config.stop_timeout;
        let (ended, limit) = tokio::select! {
            ended = end => (ended, limit),
            (reason, limit) = self.broken() => (Err(Failure::new(format!("{reason}: this process cannot go on and ends"))), limit),
        };
        self.stop(limit).await;
        ended
    }

    /// Returns once the server cannot go on: why, and how long it may take to stop.
    async fn broken(&mut self) -> (String, Duration) {
        tokio::select! {
            reason = self.state.engine.broken() => (reason, BROKEN_STOP),
            _ = &mut self.listening => ("the listener broke off".to_owned(), BROKEN_STOP),
            _ = &mut self.upkeep => ("the upkeep of metrics and keys broke off".to_owned(), BROKEN_STOP),
            // What is being sent is finished and written down before the next owner begins, as long as that waits for us.
            reason = self.state.db.lost() => (reason, self.state.config.stop_timeout),
        }
    }

    /// Stops in order: no new requests, the engine's batch, the database. What is not done within the limit is done again at
    /// the next start: what was accepted is in the database.
    async fn stop(self, limit: Duration) {
        tracing::info!("stopping");
        let _ = self.stop.send(true);
        self.upkeep.abort();
        let end = async {
            // Requests leave the engine time for what they bring it.
            if !self.listening.is_finished() {
                let _ = tokio::time::timeout(limit / 2, self.listening).await;
            }
            self.state.engine.stop().await;
            self.state.db.clone().close().await;
        };
        if tokio::time::timeout(limit, end).await.is_err() {
            complain(&format!("not everything stopped within {limit:?}: what was under way is done again at the next start"));
        }
    }
}

fn engine_settings(config: &Config, tokens: Tokens) -> EngineSettings {
    let base = config.base().to_owned();
    let retention = match config.history_days {
        0 => tradewind_nodes::time::Duration::from_micros(i64::MAX),
        days => tradewind_nodes::time::Duration::from_days(i64::from(days)),
    };
    let (seen_by, seen_base, hashing) = (tokens.clone(), base.clone(), tokens.clone());
    EngineSettings {
        workspace_url: base.clone(),
        opened: Some(Arc::new(move |key: &EffectKey, customer: CustomerId| {
            format!("{seen_base}{}", http::opened::path(&seen_by, key, customer))
        })),
        unsubscribe: Some(Arc::new(move |customer: CustomerId| format!("{base}/u/{}", tokens.make(customer)))),
        address_hash: Some(Arc::new(move |address: &str| hashing.address(address))),
        retention,
        ..EngineSettings::default()
    }
}

fn connectors(config: &Config) -> Result<Connectors, Failure> {
    let wrong = |problem: tradewind_nodes::issue::Problem| Failure::new(problem.message);
    let email: Arc<dyn Connector> = match &config.smtp {
        Some(settings) => Arc::new(Smtp::new(settings.clone()).map_err(wrong)?),
        None => Arc::new(Mailbox::new(config.mail_from.clone())),
    };
    let http: Arc<dyn Connector> = Arc::new(Webhook::new(config.webhooks.clone()).map_err(wrong)?);
    Ok(Connectors::new(config.mail_from.clone(), vec![email, http]))
}

async fn upkeep(state: AppState) {
    let (mut metrics, mut hour) = (tokio::time::interval(METRICS_UPKEEP), tokio::time::interval(HOUR));
    loop {
        tokio::select! {
            _ = metrics.tick() => state.metrics.run_upkeep(),
            _ = hour.tick() => http::idempotency::forget(&state.db, state.env.now()).await,
        }
    }
}

/// What SIGHUP does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hangup {
    /// Nothing: a server outlives the terminal it was started from.
    Ignored,
    /// It ends the command, as SIGTERM does.
    Ends,
}

/// Begins to wait for SIGINT or SIGTERM.
pub fn signal(hangup: Hangup) -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| Failure::new(format!("signals cannot be waited for: {error}")));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let mut hung_up = listen(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => return,
                _ = terminate.recv() => return,
                _ = hung_up.recv() => match hangup {
                    Hangup::Ignored => tracing::info!("SIGHUP changes nothing: settings are read at the start"),
                    Hangup::Ends => return,
                },
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::Parser as _;
    use tradewind_connectors::{Attempt, BoxFuture, Envelope};
    use tradewind_nodes::issue::Problem;

    /// Breaks the relay off once it is told to.
    struct Breaking(watch::Receiver<bool>);

    impl Connector for Breaking {
        fn name(&self) -> &'static str {
            "breaking"
        }
        fn channels(&self) -> &'static [&'static str] {
            &["email"]
        }
        fn perform<'a>(&'a self, _: Envelope<'a>) -> BoxFuture<'a, Attempt> {
            unreachable!("no journey is live")
        }
        fn check(&self) -> BoxFuture<'_, Result<(), Problem>> {
            Box::pin(std::future::ready(Ok(())))
        }
        fn concurrency(&self) -> usize {
            assert!(!*self.0.borrow(), "a defect");
            1
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_of_which_a_part_breaks_off_ends_as_a_failure() {
        let flags = Cli::parse_from(["tradewind", "serve"]).settings;
        let flags = flags.with_default("database", "sqlite::memory:").with_default("listen", "127.0.0.1:0");
        let config = Config::load(&flags).unwrap();
        let (break_off, broken) = watch::channel(false);
        let connectors = Connectors::new(config.mail_from.clone(), vec![Arc::new(Breaking(broken))]);
        let server = Server::start_with(config, connectors, None).await.unwrap();
        break_off.send(true).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(10), server.until(std::future::pending())).await;
        let told = ended.expect("it ends").unwrap_err().to_string();
        assert!(told.contains("the relay broke off (panic: a defect)"), "{told}");
    }
}
