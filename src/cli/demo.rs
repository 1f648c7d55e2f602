//! `tradewind demo`: a server on a fresh database, for a look around.

use super::keys::first_key;
use super::serve::{Server, log, signal};
use super::{Failure, say};
use crate::config::{Config, Flags};

/// How the demonstration runs.
#[derive(clap::Args)]
pub struct Args {
    /// Events of the made-up shop in a second.
    #[arg(long, default_value_t = 2.0)]
    pub rate: f64,
    /// Address and port to listen on.
    #[arg(long)]
    pub address: Option<String>,
}

/// Runs until SIGINT or SIGTERM, then removes the database.
pub async fn run(flags: Flags, args: Args) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("tradewind-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| Failure::new(format!("cannot make {} ({error}): set TMPDIR to a folder you may write to", folder.display())))?;
    let mut flags = flags.with_default("database", format!("sqlite:{}", folder.join("demo.db").display()));
    if let Some(address) = args.address {
        flags = flags.with_default("listen", address);
    }
    let config = Config::load(&flags)?;
    log(&config)?;
    let served = serve(config).await;
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tracing::warn!(folder = %folder.display(), %error, "the demonstration's folder was not removed");
    }
    served
}

async fn serve(config: Config) -> Result<(), Failure> {
    let server = Server::start(config).await?;
    if let Some(key) = &server.first_key {
        say(&first_key(key));
    }
    say(&format!("The demonstration listens on http://{}; Ctrl-C ends it and removes its data", server.address));
    signal().await?;
    server.stop().await
}
