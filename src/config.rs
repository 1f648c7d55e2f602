//! The settings. Each has one name, `smtp.url`, and comes from the first of: the flag `--smtp-url`, the variable
//! `TRADEWIND_SMTP_URL`, the file `tradewind.toml`, its default. What is written wrong is refused, not ignored.

mod layers;
mod smtp_url;

pub use layers::{ConfigError, Flags, Origin};

use ipnet::IpNet;
use layers::Layers;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tradewind_connectors::{Secret, Sender, smtp, webhook};
use tradewind_store::{DbSettings, Durability};
use url::Url;

/// How a setting is written and what it means: the help, the checks and `tradewind config` are made from it.
pub struct Setting {
    /// Its name in the file.
    pub name: &'static str,
    /// What holds when nobody says otherwise; none when empty.
    pub default: &'static str,
    /// How its value is shown.
    pub shown: Shown,
    /// What it does.
    pub help: &'static str,
}

/// How a value may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Plain,
    /// As an address without its password.
    Address,
    /// Only whether it is there.
    Never,
}

const fn plain(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, shown: Shown::Plain, help }
}

/// Every setting there is.
pub const SETTINGS: [Setting; 18] = [
    Setting {
        name: "database",
        default: "sqlite:tradewind.db",
        shown: Shown::Address,
        help: "Where the data is: sqlite:path, sqlite::memory: (lost at the end) or postgres://user:password@host/database",
    },
    plain("durability", "full", "What an accepted event survives: full (a power cut) or normal (a crash of the process; faster)"),
    plain("listen", "127.0.0.1:7311", "Address and port to listen on; 0.0.0.0:7311 for every network"),
    plain("public_url", "", "How the world reaches this server, for links in mails; http:// and the listen address when absent"),
    plain("mail.from", "Tradewind <tradewind@localhost>", "Who mail comes from when a step names nobody: Name <address>"),
    Setting {
        name: "smtp.url",
        default: "",
        shown: Shown::Address,
        help: "The mail server: smtps://user:password@host:465, smtp://user:password@host:587 (STARTTLS), smtp://host:25?tls=none. Without it mail is kept in the built-in mailbox and sent to nobody",
    },
    plain(
        "smtp.root_certificate",
        "",
        "A PEM file with the authority of the mail server's certificate, when it is none of the public ones",
    ),
    plain("smtp.connections", "4", "Connections to the mail server at most"),
    Setting {
        name: "webhooks.secret",
        default: "",
        shown: Shown::Never,
        help: "Signs HTTP requests by Standard Webhooks: whsec_ and base64 of 24 to 64 bytes",
    },
    plain(
        "webhooks.allow_private",
        "",
        "Private networks that journeys may call, as 10.1.0.0/16,192.168.7.4/32. None by default: whoever edits journeys could reach inside",
    ),
    plain("log.level", "info", "error, warn, info, debug or trace; or by part, as info,tradewind_engine=debug"),
    plain("log.format", "text", "text, or json for log collectors"),
    plain("history_days", "395", "Days that ended runs, deliveries and events are kept; 0 keeps them for ever"),
    plain("max_body", "2097152", "Bytes a request to /api may have (ingestion has Segment's own limits)"),
    plain("max_connections", "4096", "Connections at once; further ones wait"),
    plain("request_timeout", "30s", "How long an answer may take to begin"),
    plain("write_timeout", "30s", "How long a client may take nothing of an answer before its connection is closed"),
    plain("stop_timeout", "10s", "How long stopping may take: requests have half of it to finish, the engine and what it sends the rest"),
];

/// How log lines are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings in force, checked.
#[derive(Clone)]
pub struct Config {
    /// Where the data is.
    pub database: String,
    /// What an accepted event survives.
    pub durability: Durability,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the world reaches this server; its path ends in no slash beyond the root's.
    pub public_url: Url,
    /// Who mail comes from when a step names nobody.
    pub mail_from: Sender,
    /// The mail server; the built-in mailbox takes the mail when absent.
    pub smtp: Option<smtp::Settings>,
    /// How journeys may call out.
    pub webhooks: webhook::Settings,
    /// Filter of log lines.
    pub log_level: String,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Days that history is kept; 0 for ever.
    pub history_days: u32,
    /// Bytes of a request to `/api`.
    pub max_body: usize,
    /// Connections at once.
    pub max_connections: usize,
    /// How long an answer may take to begin.
    pub request_timeout: Duration,
    /// How long a client may take nothing of an answer.
    pub write_timeout: Duration,
    /// How long stopping may take.
    pub stop_timeout: Duration,
    /// Every setting as text, safe to show, and where it came from.
    pub shown: Vec<(&'static str, String, Origin)>,
}

impl Config {
    /// The settings of this process.
    ///
    /// # Errors
    /// Names the setting, where it came from and what to write.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        Self::from_layers(&Layers::read(flags)?)
    }

    fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        let listen: SocketAddr = parsed(layers, "listen", "an address and port, as 127.0.0.1:7311")?;
        let mail_from: Sender =
            layers.parse("mail.from", |text| text.parse().map_err(|problem: tradewind_nodes::issue::Problem| problem.message))?;
        let smtp = layers.optional("smtp.url", |text| smtp_url::read(text, mail_from.clone()))?;
        let connections: usize = number(layers, "smtp.connections", 1..=100)?;
        let root_certificate = layers.optional("smtp.root_certificate", readable_file)?;
        Ok(Self {
            database: layers.text("database").to_owned(),
            durability: layers.parse("durability", durability)?,
            listen,
            public_url: layers.optional("public_url", public_url)?.map_or_else(|| own_url(listen), Ok)?,
            mail_from,
            smtp: smtp.map(|smtp| smtp::Settings { pool: connections, root_certificate, ..smtp }),
            webhooks: webhook::Settings {
                secret: layers.optional("webhooks.secret", |text| Ok(Secret::new(text)))?,
                allow: layers.optional("webhooks.allow_private", networks)?.unwrap_or_default(),
                ..webhook::Settings::default()
            },
            log_level: layers.parse("log.level", log_filter)?,
            log_format: layers.parse("log.format", log_format)?,
            history_days: number(layers, "history_days", 0..=36_500)?,
            max_body: number(layers, "max_body", 65_536..=67_108_864)?,
            max_connections: number(layers, "max_connections", 1..=1_000_000)?,
            request_timeout: layers.parse("request_timeout", short_time)?,
            write_timeout: layers.parse("write_timeout", short_time)?,
            stop_timeout: layers.parse("stop_timeout", short_time)?,
            shown: layers.shown(),
        })
    }

    /// How to open the database.
    #[must_use]
    pub fn db(&self) -> DbSettings {
        DbSettings { durability: self.durability, ..DbSettings::new(self.database.clone()) }
    }

    /// The public address without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }
}

fn parsed<T: FromStr>(layers: &Layers, name: &'static str, wanted: &str) -> Result<T, ConfigError> {
    layers.parse(name, |text| text.parse().map_err(|_| format!("write {wanted}")))
}

fn number<T: FromStr + PartialOrd + std::fmt::Display>(
    layers: &Layers,
    name: &'static str,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, ConfigError> {
    let wanted = || format!("write a number from {} to {}", range.start(), range.end());
    layers.parse(name, |text| text.parse().ok().filter(|n| range.contains(n)).ok_or_else(wanted))
}

/// A file that is there. What is in it is looked at by whoever uses it.
fn readable_file(text: &str) -> Result<PathBuf, String> {
    match std::fs::File::open(text) {
        Ok(_) => Ok(PathBuf::from(text)),
        Err(error) => Err(format!("{text} cannot be read ({error}): write the path of a PEM file")),
    }
}

fn durability(text: &str) -> Result<Durability, String> {
    match text {
        "full" => Ok(Durability::Full),
        "normal" => Ok(Durability::Normal),
        _ => Err("write full or normal".into()),
    }
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("write text or json".into()),
    }
}

fn log_filter(text: &str) -> Result<String, String> {
    let read = tracing_subscriber::EnvFilter::try_new(text);
    read.map(|_| text.to_owned()).map_err(|_| "write error, warn, info, debug or trace, or parts as info,tradewind_engine=debug".into())
}

fn short_time(text: &str) -> Result<Duration, String> {
    let read = tradewind_nodes::time::Duration::parse(text).map(tradewind_nodes::time::Duration::to_std);
    read.filter(|time| (Duration::from_secs(1)..=Duration::from_secs(600)).contains(time))
        .ok_or_else(|| "write a time from 1s to 10m".into())
}

fn public_url(text: &str) -> Result<Url, String> {
    let wanted = "write an address without path or question mark, as https://journeys.example.com";
    let url = Url::parse(text).map_err(|_| wanted.to_owned())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && bare { Ok(url) } else { Err(wanted.into()) }
}

fn own_url(listen: SocketAddr) -> Result<Url, ConfigError> {
    let host = if listen.ip().is_unspecified() { format!("localhost:{}", listen.port()) } else { listen.to_string() };
    Url::parse(&format!("http://{host}")).map_err(|_| ConfigError::Value {
        name: "public_url",
        origin: Origin::Default,
        message: "cannot be made from listen: write it, as https://journeys.example.com".into(),
    })
}

fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let one = |net: &str| net.parse().map_err(|_| format!("{net:?} is not a network: write 10.1.0.0/16, or 10.1.2.3/32 for one address"));
    text.split(',').map(str::trim).filter(|net| !net.is_empty()).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, env: &[(&str, &str)], flags: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
        let flags = flags.iter().map(|(name, value)| (*name, (*value).to_owned())).collect::<Vec<_>>();
        Config::from_layers(&Layers::stack(Some(("tradewind.toml".into(), file.to_owned())), env, &flags)?)
    }

    fn complaint(file: &str, env: &[(&str, &str)]) -> String {
        read(file, env, &[]).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn there_are_few_settings_and_their_defaults_hold() {
        assert!(SETTINGS.len() <= 20);
        let config = read("", &[], &[]).unwrap();
        assert_eq!((config.base(), config.listen.port()), ("http://127.0.0.1:7311", 7311));
        assert!(config.smtp.is_none() && config.webhooks.allow.is_empty() && !config.webhooks.allow_private);
    }

    #[test]
    fn a_flag_beats_a_variable_beats_the_file() {
        let file = "history_days = 1\nlog.level = \"warn\"\n[smtp]\nurl = \"smtps://u:p%40ss@mail.example.com\"";
        let env = [("TRADEWIND_HISTORY_DAYS", "2"), ("TRADEWIND_LOG_LEVEL", "debug"), ("PATH", "/bin")];
        let config = read(file, &env, &[("history_days", "3")]).unwrap();
        assert_eq!((config.history_days, config.log_level.as_str()), (3, "debug"));
        let smtp = config.smtp.unwrap();
        assert_eq!((smtp.host.as_str(), smtp.password.unwrap().expose()), ("mail.example.com", "p@ss"));
        let origin = |name: &str| config.shown.iter().find(|shown| shown.0 == name).map(|shown| shown.2.to_string()).unwrap();
        assert_eq!(origin("history_days"), "flag --history-days");
        assert_eq!(origin("log.level"), "variable TRADEWIND_LOG_LEVEL");
        assert_eq!(origin("smtp.url"), "file tradewind.toml");
        assert_eq!(origin("listen"), "default");
    }

    #[test]
    fn unknown_names_are_refused_with_the_nearest() {
        assert!(complaint("databse = \"x\"", &[]).contains("did you mean database?"));
        assert!(complaint("[smtp]\nurls = \"x\"", &[]).contains("did you mean smtp.url?"));
        assert!(complaint("", &[("TRADEWIND_LISTN", "x")]).contains("did you mean TRADEWIND_LISTEN?"));
    }

    #[test]
    fn wrong_values_name_the_setting_and_the_remedy() {
        for (file, part) in [
            ("durability = \"fast\"", "write full or normal"),
            ("listen = \"7311\"", "as 127.0.0.1:7311"),
            ("history_days = -1", "from 0 to 36500"),
            ("request_timeout = \"forever\"", "from 1s to 10m"),
            ("public_url = \"https://x.example/path\"", "without path"),
            ("[webhooks]\nallow_private = [\"10.0.0.0/33\"]", "is not a network"),
            ("[smtp]\nurl = \"mail.example.com\"", "smtps://"),
            ("[smtp]\nroot_certificate = \"no/such.pem\"", "no/such.pem cannot be read"),
            ("[mail]\nfrom = \"nobody\"", "mail.from"),
            ("x = [", "tradewind.toml"),
        ] {
            let complaint = complaint(file, &[]);
            assert!(complaint.contains(part), "{file}: {complaint}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let file = "database = \"postgres://u:hunter2@h/d\"\n[smtp]\nurl = \"smtp://u:hunter2@h\"\n[webhooks]\nsecret = \"whsec_hunter2\"";
        let config = read(file, &[], &[]).unwrap();
        let text = config.shown.iter().map(|shown| shown.1.as_str()).collect::<Vec<_>>().join(" ");
        assert!(!text.contains("hunter2") && text.contains("@h"), "{text}");
        let wrong = complaint("[smtp]\nurl = \"smtpx://u:hunter2@h\"", &[]);
        assert!(!wrong.contains("hunter2"), "{wrong}");
    }
}
