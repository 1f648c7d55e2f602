//! `tradewind serve`: database, engine and doors, from the first to the last.

use super::keys::first_key;
use super::{Failure, complain, say};
use crate::config::{Config, LogFormat};
use crate::http::key_ring::KeyRing;
use crate::http::live::Board;
use crate::http::serve::Limits;
use crate::http::unsubscribe::Tokens;
use crate::http::{self, App, AppState};
use crate::workspace;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;
use tradewind_connectors::Connector;
use tradewind_connectors::mailbox::Mailbox;
use tradewind_connectors::smtp::Smtp;
use tradewind_connectors::webhook::Webhook;
use tradewind_engine::clock::Environment;
use tradewind_engine::{Connectors, Engine, EngineSettings};
use tradewind_nodes::id::{CustomerId, EffectKey};
use tradewind_store::Db;

/// How long the engine may take to finish its batch and the database to close.
const LAST_WORDS: Duration = Duration::from_secs(20);
const HOUR: Duration = Duration::from_secs(3600);
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Serves until SIGINT or SIGTERM.
pub async fn run(config: Config) -> Result<(), Failure> {
    log(&config)?;
    let server = Server::start(config).await?;
    if let Some(key) = &server.first_key {
        say(&first_key(key));
    }
    say(&format!("Tradewind listens on http://{}  (API: {}/api/docs)", server.address, server.state.config.base()));
    signal().await?;
    server.stop().await
}

/// Log lines go to the error output; the output itself is for people.
pub fn log(config: &Config) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&config.log_level).map_err(|error| Failure::new(format!("setting log.level: {error}")))?;
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let set = match config.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    set.map_err(|error| Failure::new(format!("logging could not be set up: {error}")))
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
    /// Starts everything. The port is taken first, so that a second server fails before it touches anything.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            Failure::new(format!("cannot listen on {} ({error}): stop what listens there, or choose another with --listen", config.listen))
        })?;
        let address = listener.local_addr().map_err(|error| Failure::new(format!("no address to listen on: {error}")))?;
        let metrics = http::metrics::install().map_err(|error| Failure::new(format!("metrics could not be set up: {error}")))?;
        let (stop, stopping) = watch::channel(false);
        let env = Environment::system();
        let db = Db::open(config.db()).await?;
        for name in db.migrate().await? {
            tracing::info!(migration = name, "applied");
        }
        let keys = KeyRing::new(db.clone(), env.clone());
        let workspace = workspace::open(&db, &env, &keys).await?;
        let settings = engine_settings(&config, workspace.tokens.clone());
        let engine = Engine::start(db.clone(), env.clone(), settings, connectors(&config)?).await?;
        let limits = Limits { connections: config.max_connections, write: config.write_timeout, grace: config.stop_timeout };
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

    /// Stops in order: no new requests, the engine's batch, the database. Bounded: a second is better lost than a
    /// process that never ends, and what was accepted is in the database anyway.
    pub async fn stop(self) -> Result<(), Failure> {
        tracing::info!("stopping");
        let _ = self.stop.send(true);
        let _ = self.listening.await;
        self.upkeep.abort();
        let end = async {
            self.state.engine.stop().await;
            self.state.db.clone().close().await;
        };
        if tokio::time::timeout(LAST_WORDS, end).await.is_err() {
            complain("the engine did not stop in time: what it was doing is done again at the next start");
        }
        Ok(())
    }
}

fn engine_settings(config: &Config, tokens: Tokens) -> EngineSettings {
    let base = config.base().to_owned();
    let retention = match config.history_days {
        0 => tradewind_nodes::time::Duration::from_micros(i64::MAX),
        days => tradewind_nodes::time::Duration::from_days(i64::from(days)),
    };
    let (seen_by, seen_base) = (tokens.clone(), base.clone());
    EngineSettings {
        workspace_url: base.clone(),
        opened: Some(Arc::new(move |key: &EffectKey, customer: CustomerId| {
            format!("{seen_base}{}", http::opened::path(&seen_by, key, customer))
        })),
        unsubscribe: Some(Arc::new(move |customer: CustomerId| format!("{base}/u/{}", tokens.make(customer)))),
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
    Ok(Connectors { sender: config.mail_from.clone(), email, http: Arc::new(Webhook::new(config.webhooks.clone()).map_err(wrong)?) })
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

/// Waits for SIGINT or SIGTERM.
pub async fn signal() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|error| Failure::new(format!("signals cannot be waited for: {error}")));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
