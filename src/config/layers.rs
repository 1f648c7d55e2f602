//! Where settings come from, and what to say when one is written wrong.

use super::{SETTINGS, Setting, Shown};
use clap::{Arg, ArgMatches, Command};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use url::Url;

const FILE: &str = "tradewind.toml";
const PREFIX: &str = "TRADEWIND_";
/// Variables of the command line that are no settings.
const OTHERS: [&str; 3] = ["TRADEWIND_CONFIG", "TRADEWIND_URL", "TRADEWIND_KEY"];
/// A file of settings is small; a larger one is another file by mistake.
const MAX_FILE: u64 = 1024 * 1024;

/// Where a value came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// The file.
    File(String),
    /// The variable.
    Variable(String),
    /// The flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {path}"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value.
    #[error("setting {name} ({origin}): {message}")]
    Value {
        /// The setting.
        name: &'static str,
        /// Where its value came from.
        origin: Origin,
        /// What to write.
        message: String,
    },
    /// A name.
    #[error("{origin}: there is no setting {name}: did you mean {nearest}?")]
    Unknown {
        /// As it was written.
        name: String,
        /// The one most like it.
        nearest: String,
        /// Where.
        origin: Origin,
    },
    /// The file.
    #[error("settings file {path}: {message}")]
    File {
        /// The file.
        path: String,
        /// What is wrong and what to do.
        message: String,
    },
}

/// The settings given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    file: Option<PathBuf>,
    given: Vec<(&'static str, String)>,
}

impl Flags {
    /// The same flags and one more, unless it was given.
    #[must_use]
    pub fn with_default(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if !self.given.iter().any(|(given, _)| *given == name) {
            self.given.push((name, value.into()));
        }
        self
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS.iter().filter_map(|setting| Some((setting.name, matches.get_one::<String>(setting.name)?.clone())));
        Ok(Self { file: matches.get_one::<PathBuf>("config").cloned(), given: given.collect() })
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .env("TRADEWIND_CONFIG")
            .value_parser(clap::value_parser!(PathBuf))
            .global(true)
            .help("The file of settings; tradewind.toml in this folder when it is there");
        let flag = |setting: &'static Setting| {
            let name = flag_name(setting.name);
            let help = if setting.default.is_empty() {
                setting.help.to_owned()
            } else {
                format!("{} [default: {}]", setting.help, setting.default)
            };
            Arg::new(setting.name).long(name).value_name("VALUE").global(true).hide_short_help(true).help_heading("Settings").help(help)
        };
        command.arg(file).args(SETTINGS.iter().map(flag))
    }
    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn flag_name(name: &str) -> String {
    name.replace(['.', '_'], "-")
}

fn variable_name(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_").to_uppercase())
}

/// The value of every setting, and where it came from.
pub struct Layers(HashMap<&'static str, (String, Origin)>);

impl Layers {
    /// Reads the file and the environment of this process.
    pub fn read(flags: &Flags) -> Result<Self, ConfigError> {
        let env = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
        Self::stack(file(flags.file.as_deref())?, env, &flags.given)
    }

    /// Lays file, environment and flags over the defaults.
    pub fn stack(
        file: Option<(String, String)>,
        env: Vec<(String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Self, ConfigError> {
        let mut values: HashMap<_, _> =
            SETTINGS.iter().map(|setting| (setting.name, (setting.default.to_owned(), Origin::Default))).collect();
        if let Some((path, text)) = file {
            let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::File {
                path: path.clone(),
                // The whole error repeats the line, which may hold a password.
                message: format!("{}: it must be TOML, as `listen = \"127.0.0.1:7311\"`", error.message()),
            })?;
            let mut found = Vec::new();
            flatten("", table, &mut found);
            for (name, value) in found {
                let origin = Origin::File(path.clone());
                let known = known(&name, &origin, ToString::to_string)?;
                values.insert(known, (value, origin));
            }
        }
        for (variable, value) in env {
            if !variable.starts_with(PREFIX) || OTHERS.contains(&variable.as_str()) {
                continue;
            }
            let origin = Origin::Variable(variable.clone());
            let known = known(&variable, &origin, variable_name)?;
            values.insert(known, (value, origin));
        }
        for (name, value) in flags {
            values.insert(name, (value.clone(), Origin::Flag(format!("--{}", flag_name(name)))));
        }
        Ok(Self(values))
    }

    /// A setting as text; empty when it is not set.
    pub fn text(&self, name: &'static str) -> &str {
        self.0.get(name).map_or("", |(value, _)| value.trim())
    }

    /// A setting, read.
    pub fn parse<T>(&self, name: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        read(self.text(name)).map_err(|message| {
            let origin = self.0.get(name).map_or(Origin::Default, |(_, origin)| origin.clone());
            ConfigError::Value { name, origin, message }
        })
    }

    /// A setting, read unless it is not set.
    pub fn optional<T>(&self, name: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
        if self.text(name).is_empty() { Ok(None) } else { self.parse(name, read).map(Some) }
    }

    /// Every setting, safe to show.
    pub fn shown(&self) -> Vec<(&'static str, String, Origin)> {
        let one = |setting: &Setting| {
            let origin = self.0.get(setting.name).map_or(Origin::Default, |(_, origin)| origin.clone());
            (setting.name, shown(self.text(setting.name), setting.shown), origin)
        };
        SETTINGS.iter().map(one).collect()
    }
}

fn shown(value: &str, how: Shown) -> String {
    match how {
        _ if value.is_empty() => "(not set)".into(),
        Shown::Plain => value.into(),
        Shown::Never => "(set, not shown)".into(),
        Shown::Address => match Url::parse(value) {
            Ok(mut url) if url.password().is_some() => {
                let hidden = url.set_password(Some("hidden"));
                if hidden.is_ok() { url.into() } else { "(set, not shown)".into() }
            }
            Ok(_) => value.into(),
            Err(_) => "(set, not readable)".into(),
        },
    }
}

fn file(named: Option<&Path>) -> Result<Option<(String, String)>, ConfigError> {
    let path = named.unwrap_or(Path::new(FILE));
    let wrong = |message: String| ConfigError::File { path: path.display().to_string(), message };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok(None),
        Err(error) => return Err(wrong(format!("{error}: check the path given by --config or TRADEWIND_CONFIG"))),
        Ok(about) if about.len() > MAX_FILE => return Err(wrong("is larger than 1 MiB: this is not a file of settings".into())),
        Ok(_) => {}
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("{error}: make it readable for this user")))?;
    Ok(Some((path.display().to_string(), text)))
}

fn flatten(prefix: &str, table: toml::Table, found: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(table) => flatten(&name, table, found),
            toml::Value::Array(items) => found.push((name, items.iter().map(plain).collect::<Vec<_>>().join(","))),
            other => found.push((name, plain(&other))),
        }
    }
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The setting whose name, written by `write`, is `name`.
fn known(name: &str, origin: &Origin, write: impl Fn(&str) -> String) -> Result<&'static str, ConfigError> {
    if let Some(setting) = SETTINGS.iter().find(|setting| write(setting.name) == name) {
        return Ok(setting.name);
    }
    let nearest = SETTINGS.iter().map(|setting| write(setting.name)).min_by_key(|other| strsim::damerau_levenshtein(other, name));
    Err(ConfigError::Unknown { name: name.to_owned(), nearest: nearest.unwrap_or_default(), origin: origin.clone() })
}
