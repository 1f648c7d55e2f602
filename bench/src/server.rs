//! The product under test: a child process with a folder, a port and nothing else in common with the harness.

use crate::api::Api;
use crate::database::Database;
use crate::{Fallible, SiteArgs, clock};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const KEY_LINE: &str = "Your first API key (shown once): ";
const START_WITHIN: Duration = Duration::from_secs(120);
const STOP_WITHIN: Duration = Duration::from_secs(120);

/// Where a server lives: what its restarts share.
pub struct Site {
    binary: PathBuf,
    folder: PathBuf,
    database: Database,
    address: SocketAddr,
    key: Option<String>,
}

impl Site {
    /// A new, empty folder, a new database and a free port.
    pub fn new(args: &SiteArgs, name: &str) -> Fallible<Self> {
        let (binary, data) = (&args.binary, &args.data);
        let binary =
            binary.canonicalize().map_err(|error| format!("{}: {error}; build it first or name another by --binary", binary.display()))?;
        let folder = data.join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let address = free_address().ok_or("no port between 20000 and 32000 is free")?;
        let folder = folder.canonicalize()?;
        let database = Database::new(args.database, &folder);
        Ok(Self { binary, folder, database, address, key: None })
    }

    /// Its database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Starts the server; it may not be ready yet. The first start waits for the API key.
    pub fn start(&mut self) -> Fallible<Server> {
        let log = OpenOptions::new().create(true).append(true).open(self.log())?;
        let begun = clock::now();
        let mut child = Command::new(&self.binary)
            .arg("serve")
            .current_dir(&self.folder)
            .env("TRADEWIND_DATABASE", self.database.url())
            .env("TRADEWIND_LISTEN", self.address.to_string())
            .env("TRADEWIND_WEBHOOKS_ALLOW_PRIVATE", "127.0.0.0/8")
            .env("TRADEWIND_LOG_LEVEL", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let (keys, found) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            // Read to its end: a full pipe would stop the server.
            std::thread::spawn(move || {
                for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                    if let Some((_, key)) = line.split_once(KEY_LINE) {
                        let _ = keys.send(key.trim().to_owned());
                    }
                }
            });
        }
        let mut server = Server { child, begun, api: Api { address: self.address, key: String::new() }, log: self.log() };
        let key = match self.key.take() {
            Some(key) => key,
            None => found.recv_timeout(START_WITHIN).map_err(|_| server.complaint("printed no API key"))?,
        };
        server.api.key.clone_from(&key);
        self.key = Some(key);
        Ok(server)
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// Removes the folder and all that is in it.
    pub fn remove(self) -> Fallible<()> {
        Ok(fs::remove_dir_all(&self.folder)?)
    }

    /// Where the folder is, for a person who wants to look.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// A port below the range from which the system numbers outgoing connections. Above it, a client that keeps trying while
/// the server is down would sooner or later be given the server's own port, connect to itself and hold the port.
fn free_address() -> Option<SocketAddr> {
    let from = std::process::id() as usize * 37;
    let port = |i: usize| 20_000 + ((from + i) % 12_000) as u16;
    (0..12_000).find_map(|i| TcpListener::bind(("127.0.0.1", port(i))).ok()?.local_addr().ok())
}

/// A server at work; killed when dropped.
pub struct Server {
    child: Child,
    begun: u64,
    log: PathBuf,
    /// Its API.
    pub api: Api,
}

impl Server {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for `/readyz`; the seconds since the start.
    pub fn ready(&mut self) -> Fallible<f64> {
        let mut gone = false;
        let ready = clock::until(START_WITHIN, Duration::from_millis(2), || {
            gone = matches!(self.child.try_wait(), Ok(Some(_)));
            gone || self.api.ready()
        });
        if !ready || gone {
            return Err(self.complaint(if gone { "ended by itself" } else { "did not become ready" }).into());
        }
        Ok(clock::seconds(self.begun, clock::now()))
    }

    /// `kill -9`.
    pub fn kill(mut self) -> Fallible<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end in order, and waits; the seconds that took.
    pub fn stop(mut self) -> Fallible<f64> {
        let asked = clock::now();
        Command::new("kill").args(["-TERM", &self.pid().to_string()]).status()?;
        let ended = clock::until(STOP_WITHIN, Duration::from_millis(5), || matches!(self.child.try_wait(), Ok(Some(_))));
        if ended { Ok(clock::seconds(asked, clock::now())) } else { Err(self.complaint("did not stop when asked to").into()) }
    }

    fn complaint(&self, what: &str) -> String {
        let mut tail: Vec<String> = Vec::new();
        if let Ok(file) = File::open(&self.log) {
            for line in BufReader::new(file).lines().map_while(Result::ok) {
                if tail.len() == 20 {
                    tail.remove(0);
                }
                tail.push(line);
            }
        }
        format!("the server {what}; the end of its log:\n{}", tail.join("\n"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
