//! `tradewind demo`: a server on a fresh database, a journey and a made-up shop full of people.

mod shop;
mod shopper;
mod street;

use super::client::{Client, Remote};
use super::database::RESTART;
use super::serve::{Hangup, Server, signal};
use super::{Failure, log, say};
use crate::config::{Config, Flags};
use http::Method;
use serde_json::{Value, json};
use std::os::unix::fs::DirBuilderExt as _;
use tradewind_engine::clock::Environment;
use tradewind_nodes::graph::JourneyFile;

/// The journey of the demonstration, as the examples have it.
const JOURNEY: &str = include_str!("../../examples/recipes/abandoned-cart/journey.json");
/// Delays made short enough to watch: the node, its field and what it becomes.
const SHORTENED: [(&str, &str, &str); 3] = [("quiet", "timeout", "20s"), ("patience", "duration", "40s"), ("watch", "duration", "60s")];
const MOST: f64 = 1_000.0;

/// How the demonstration runs.
#[derive(clap::Args)]
pub struct Args {
    /// Events of the made-up shop in a second.
    #[arg(long, default_value_t = 2.0)]
    pub rate: f64,
    /// Decides who buys what; the same number makes the same shop.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Runs until SIGINT or SIGTERM, then removes the database.
pub async fn run(flags: Flags, args: Args) -> Result<(), Failure> {
    if !(args.rate > 0.0 && args.rate <= MOST) {
        return Err(Failure::new(format!("--rate cannot be {}: write more than 0 and at most {MOST}", args.rate)));
    }
    let mut config = Config::load(&flags.with_default("log.level", "warn"))?;
    // Nobody else reads it, and nobody can have put it there before.
    let folder = std::env::temp_dir().join(format!("tradewind-demo-{}", Environment::system().id()));
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .map_err(|error| Failure::new(format!("cannot make {} ({error}): set TMPDIR to a folder you may write to", folder.display())))?;
    // Whatever this machine is set up for: made-up people belong into no real database and get no real mail.
    config.database = format!("sqlite:{}", folder.join("demo.db").display());
    config.smtp = None;
    log::begin(&config)?;
    say(&format!("The data are in {} and are removed at the end", folder.join("demo.db").display()));
    let served = serve(config, &args).await;
    if let Err(error) = std::fs::remove_dir_all(&folder) {
        tracing::warn!(folder = %folder.display(), %error, "the demonstration's folder was not removed");
    }
    served
}

async fn serve(config: Config, args: &Args) -> Result<(), Failure> {
    let server = Server::start(config, Some(RESTART)).await?;
    let Some(key) = server.first_key.clone() else {
        return Err(Failure::new("the demonstration's database is not fresh: remove its folder and try again"));
    };
    let base = format!("http://{}", reachable(server.address));
    let end = signal(Hangup::Ends)?;
    server.until(show(base, key, args, end)).await
}

async fn show(base: String, key: String, args: &Args, end: impl Future<Output = ()>) -> Result<(), Failure> {
    let client = Client::new(Remote::to(base.clone(), key.clone()))?;
    publish(&client).await?;
    say(&words(&base, &key, args.rate));
    // People walk in through the public door, as those of a real shop would.
    let street = tokio::spawn(street::run(client, args.rate, args.seed));
    end.await;
    street.abort();
    Ok(())
}

/// An address to call a server by that listens everywhere.
fn reachable(mut address: std::net::SocketAddr) -> std::net::SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}

async fn publish(client: &Client) -> Result<(), Failure> {
    let (name, slug, graph) = journey()?;
    let description = "The example abandoned-cart with its delays shortened, so that it can be watched.";
    let body = json!({"name": name, "slug": slug, "description": description, "graph": graph});
    client.send(Method::POST, "/api/v1/journeys", &body, None).await?;
    client.send(Method::POST, &format!("/api/v1/journeys/{slug}/publish"), &json!({"note": "the demonstration begins"}), None).await?;
    Ok(())
}

/// The example with short delays.
fn journey() -> Result<(String, String, Value), Failure> {
    let mut file =
        JourneyFile::parse(JOURNEY).map_err(|error| Failure::new(format!("the example of the demonstration cannot be read: {error}")))?;
    for (node, field, length) in SHORTENED {
        let Some(node) = file.graph.nodes.iter_mut().find(|known| known.id.as_str() == node) else {
            return Err(Failure::new(format!("the example of the demonstration has no node {node}: build Tradewind from one checkout")));
        };
        node.config.insert(field.to_owned(), length.into());
    }
    // Its days pass in minutes: a cap counted in days would soon stop every mail.
    file.graph.settings.frequency_cap = None;
    let graph =
        serde_json::to_value(&file.graph).map_err(|error| Failure::new(format!("the example cannot be written as JSON: {error}")))?;
    Ok((format!("{} (demo: 1 h is 20 s, 23 h is 40 s)", file.name), file.slug, graph))
}

fn words(base: &str, key: &str, rate: f64) -> String {
    let call = |path: &str| format!("  curl -s -H 'Authorization: Bearer {key}' '{base}{path}'");
    [
        format!("Open {base}/#key={key} in a browser; Ctrl-C ends the demonstration and removes its data"),
        format!("API key: {key}"),
        format!("A made-up shop sends {rate} events a second. The journey abandoned-cart is live with short delays: an hour is 20 seconds, 23 hours are 40."),
        "The first mails leave after half a minute. Nobody is written to: they stay in the built-in mailbox. To look:".to_owned(),
        call("/api/v1/deliveries?journey=abandoned-cart&limit=5"),
        call("/api/v1/runs?journey=abandoned-cart&limit=5"),
        call("/api/v1/journeys/abandoned-cart/why?user_id=shopper-1"),
        call("/api/v1/mails?limit=5"),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_demonstration_is_sound() {
        let (name, slug, graph) = journey().unwrap();
        assert!(name.contains("demo") && slug == "abandoned-cart", "{name} {slug}");
        let graph = serde_json::from_value(graph).unwrap();
        assert_eq!(tradewind_nodes::graph::validate(&graph, &tradewind_nodes::kinds::Registry::builtin()), []);
    }
}
