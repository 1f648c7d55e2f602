//! `tradewind doctor`: whether everything the server needs is there, each with its remedy.

use super::{Failure, Verdict, database, say};
use crate::config::Config;
use std::path::Path;
use std::time::Duration;
use tradewind_connectors::Connector;
use tradewind_connectors::smtp::Smtp;
use tradewind_connectors::webhook::Webhook;
use tradewind_engine::clock::Environment;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::time::Timestamp;
use tradewind_store::{Db, Dialect, Durability};

/// What one check may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// A clock before this program was written is wrong: 1 November 2026.
const WRITTEN: Timestamp = Timestamp::from_micros(1_793_491_200_000_000);
/// How far this machine's clock and the database's may be apart.
const APART: i64 = 2_000_000;
const MIB: u64 = 1024 * 1024;
/// Free space below which a warning is due.
const LITTLE: u64 = 1024 * MIB;

/// The database's clock. Only asked of PostgreSQL: SQLite has the clock of this machine.
pub const THEIR_CLOCK: &str = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS now";

/// What a check found: how it is, or what is wrong and what to do.
type Finding = Result<String, String>;

/// Checks everything and prints what it finds.
pub async fn run(config: &Config) -> Result<Verdict, Failure> {
    let mut report = Report(Verdict::Good);
    match database::file(config) {
        Some(path) if !path.exists() => {
            report.add("database", Ok(format!("{} is not there yet: `tradewind serve` makes it", path.display())));
        }
        _ => database(config, &mut report).await,
    }
    report.add("durability", Ok(durability(config.durability).into()));
    report.add("clock", clock(Environment::system().now()));
    if let Some(finding) = database::file(config).and_then(|path| disk(&path)) {
        report.add("disk space", finding);
    }
    report.add("mail", mail(config).await);
    report.add("webhooks", webhooks(config).await);
    report.add("listen", listen(config).await);
    Ok(report.0)
}

struct Report(Verdict);

impl Report {
    fn add(&mut self, what: &str, finding: Finding) {
        match finding {
            Ok(words) => say(&format!("ok    {what:<12} {words}")),
            Err(words) => {
                self.0 = Verdict::Bad;
                say(&format!("WRONG {what:<12} {words}"));
            }
        }
    }
}

async fn database(config: &Config, report: &mut Report) {
    let opened = tokio::time::timeout(PATIENCE, Db::open(config.db())).await;
    let db = match opened {
        Ok(Ok(db)) => db,
        Ok(Err(error)) => return report.add("database", Err(error.to_string())),
        Err(_) => {
            return report
                .add("database", Err(format!("did not answer within {} s: check its address and that it runs", PATIENCE.as_secs())));
        }
    };
    let kind = if db.dialect() == Dialect::Sqlite { "SQLite" } else { "PostgreSQL" };
    report.add("database", Ok(format!("{kind}, reached; its settings hold")));
    report.add("migrations", database::schema(&db).await);
    report.add("tables", tables(&db).await);
    if db.dialect() == Dialect::Postgres {
        report.add("its clock", database_clock(&db).await);
    }
    report.add("owner", owner(config).await);
    db.close().await;
}

async fn owner(config: &Config) -> Finding {
    let owner = Db::owner(&config.db()).await.map_err(|error| error.to_string())?;
    Ok(owner.unwrap_or_else(|| "no server runs on it".to_owned()))
}

/// Whether every table is there as it is declared.
async fn tables(db: &Db) -> Finding {
    match tradewind_engine::tables::check(db).await {
        Ok(()) => Ok(format!("all {} as declared", tradewind_engine::tables::TABLES.len())),
        Err(error) => Err(error.to_string()),
    }
}

async fn database_clock(db: &Db) -> Finding {
    let before = Environment::system().now();
    let rows = db.query(THEIR_CLOCK, vec![]).await;
    let theirs: Option<i64> = rows.map_err(|error| error.to_string())?.value("now").map_err(|error| error.to_string())?;
    let theirs = theirs.ok_or("the database did not say what time it is: run doctor again")?;
    let apart = (theirs - before.micros()).abs();
    if apart > APART {
        return Err(format!(
            "this machine and the database are {} s apart: let both take their time from one server (NTP)",
            apart / 1_000_000
        ));
    }
    Ok(format!("{} ms apart", apart / 1000))
}

fn durability(durability: Durability) -> &'static str {
    match durability {
        Durability::Full => "full: what was accepted survives a power cut",
        Durability::Normal => "normal: a power cut may lose the last moments; set durability = \"full\" to keep them",
    }
}

fn clock(now: Timestamp) -> Finding {
    if now < WRITTEN { Err(format!("it is {now} by this machine: set its clock")) } else { Ok(now.to_string()) }
}

fn disk(file: &Path) -> Option<Finding> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let shown = folder.display();
    Some(match rustix::fs::statvfs(folder) {
        Ok(about) => match about.f_bavail.saturating_mul(about.f_frsize) {
            free if free < LITTLE => Err(format!("{} MiB free in {shown}: make room, a full disk stops everything", free / MIB)),
            free => Ok(format!("{} MiB free in {shown}", free / MIB)),
        },
        Err(error) => Err(format!("{shown} cannot be looked at ({error}): make the folder, and let this user write to it")),
    })
}

async fn mail(config: &Config) -> Finding {
    let Some(settings) = &config.smtp else {
        return Ok("kept in the built-in mailbox, sent to nobody: set smtp.url to send it".into());
    };
    let smtp = Smtp::new(settings.clone()).map_err(words)?;
    checked(&smtp).await.map(|()| format!("{} takes mail", settings.host))
}

async fn webhooks(config: &Config) -> Finding {
    let webhook = Webhook::new(config.webhooks.clone()).map_err(words)?;
    checked(&webhook).await?;
    Ok(if config.webhooks.secret.is_some() {
        "signed".into()
    } else {
        "not signed: set webhooks.secret if receivers are to know them".into()
    })
}

async fn checked(connector: &dyn Connector) -> Result<(), String> {
    match tokio::time::timeout(PATIENCE, connector.check()).await {
        Ok(done) => done.map_err(words),
        Err(_) => Err(format!("{} did not answer within {} s: check its address and the firewall", connector.name(), PATIENCE.as_secs())),
    }
}

async fn listen(config: &Config) -> Finding {
    match tokio::net::TcpListener::bind(config.listen).await {
        Ok(_) => Ok(format!("{} is free", config.listen)),
        // The usual case of a doctor called beside a running server.
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Ok(format!("{} is taken; by a running tradewind, let us hope", config.listen))
        }
        Err(error) => Err(format!("{} cannot be listened on ({error}): choose another with --listen", config.listen)),
    }
}

// `map_err` hands over the value.
fn words(problem: Problem) -> String {
    problem.message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_in_the_past_is_wrong() {
        assert!(clock(Timestamp::from_micros(0)).is_err());
        assert!(clock(WRITTEN).is_ok());
        assert_eq!(WRITTEN.to_string(), "2026-11-01T00:00:00Z");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        assert!(disk(Path::new("/no/such/folder/x.db")).unwrap().unwrap_err().contains("/no/such/folder"));
        assert!(disk(Path::new("x.db")).is_some());
    }
}
