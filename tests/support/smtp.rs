//! A real SMTP server for tests: aiosmtpd, in a process of its own that dies with the test.
//!
//! Included by path, here and from `connectors/tests`; it needs `rcgen` and `serde_json` of whoever includes it. aiosmtpd
//! is fetched once, at a pinned version, into `target/tmp/aiosmtpd-…`.

#![allow(dead_code, clippy::expect_used, reason = "each test binary uses what it needs, and a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const AIOSMTPD: &str = "1.4.6";
/// How long a test waits for something the server was about to say.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the server speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// No TLS.
    Plain,
    /// Nothing but STARTTLS is taken before STARTTLS.
    Starttls,
    /// TLS from the first byte.
    Implicit,
}

/// What kind of server a test wants.
pub struct Wanted<'a> {
    /// How it speaks.
    pub mode: Mode,
    /// The login it requires, name and password; none when None.
    pub login: Option<(&'a str, &'a str)>,
    /// What it answers to chosen recipients: `("gone@example.com", "550 5.1.1 no such user")`.
    pub replies: &'a [(&'a str, &'a str)],
}

/// A message the server took.
#[derive(Debug)]
pub struct Received {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The client's port: two messages of one connection share it.
    pub peer: u64,
    /// Whether it came over TLS.
    pub tls: bool,
    /// Whether the client had logged in.
    pub login: bool,
    /// The message as it came, CRLF line ends.
    pub data: String,
}

impl Received {
    /// The value of header `name`, unfolded but not decoded; None when it is absent.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        head.split("\r\n").find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

/// The running server. Dropped, it is killed.
pub struct SmtpServer {
    /// It listens on 127.0.0.1; its certificate is for `localhost`.
    pub port: u16,
    /// The PEM file of the authority that signed its certificate.
    pub root_certificate: PathBuf,
    child: Child,
    lines: Receiver<serde_json::Value>,
    directory: PathBuf,
}

impl SmtpServer {
    /// Starts a server and returns once it listens.
    pub fn start(wanted: &Wanted<'_>) -> Self {
        let library = aiosmtpd();
        let directory = scratch();
        let (root, certificate, key) = certificates(&directory);
        let mode = match wanted.mode {
            Mode::Plain => "plain",
            Mode::Starttls => "starttls",
            Mode::Implicit => "implicit",
        };
        let replies: BTreeMap<&str, &str> = wanted.replies.iter().copied().collect();
        let mut settings = serde_json::json!({ "mode": mode, "cert": certificate, "key": key, "replies": replies });
        if let Some((username, password)) = wanted.login {
            settings["username"] = username.into();
            settings["password"] = password.into();
        }
        let mut child = Command::new("python3")
            .arg(script())
            .arg(settings.to_string())
            .env("PYTHONPATH", library)
            .env("PYTHONWARNINGS", "ignore")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 starts: install Python 3");
        let lines = follow(child.stdout.take().expect("stdout is piped"));
        let first = lines.recv_timeout(PATIENCE).expect("the SMTP server says its port; its error is above");
        let port = first["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        Self { port, root_certificate: root, child, lines, directory }
    }

    /// The next message it took, in order; waits for it a while.
    pub fn received(&self) -> Received {
        let line = self.lines.recv_timeout(PATIENCE).expect("a message arrives");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Received {
            from: text(&line["from"]),
            to: line["to"].as_array().into_iter().flatten().map(text).collect(),
            peer: line["peer"].as_u64().unwrap_or_default(),
            tls: line["tls"] == true,
            login: line["login"] == true,
            data: decode_base64(line["data"].as_str().unwrap_or_default()),
        }
    }

    /// Whether nothing has come that was not asked for. A message is written before the client hears that it was taken, so
    /// after an attempt ended this is certain but for what still sits in the pipe.
    pub fn is_quiet(&self) -> bool {
        self.lines.try_recv().is_err()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn follow(stdout: ChildStdout) -> Receiver<serde_json::Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(value) = serde_json::from_str(&line) else { break };
            if sender.send(value).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The project's root: the folder above `connectors/`, or the package itself.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let here = |folder: &Path| folder.join("tests/support/smtp_server.py").is_file();
    package.ancestors().find(|folder| here(folder)).expect("tests/support/smtp_server.py exists").to_owned()
}

fn script() -> PathBuf {
    root().join("tests/support/smtp_server.py")
}

/// A folder for this server alone.
fn scratch() -> PathBuf {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("smtp-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The folder aiosmtpd lives in, fetched when it is not there. Fetched aside and renamed, so that test binaries running
/// at the same time never see half of it.
fn aiosmtpd() -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let library = tmp.join(format!("aiosmtpd-{AIOSMTPD}"));
    if library.is_dir() {
        return library;
    }
    let aside = tmp.join(format!("aiosmtpd-{AIOSMTPD}.{}", std::process::id()));
    let fetched = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--target"])
        .arg(&aside)
        .args([format!("aiosmtpd=={AIOSMTPD}"), "atpublic==9.0.0".to_owned(), "attrs==26.1.0".to_owned()])
        .stdout(Stdio::null())
        .status()
        .expect("python3 starts: install Python 3 with pip");
    assert!(fetched.success(), "pip cannot fetch aiosmtpd {AIOSMTPD}: it needs PyPI or a mirror of it");
    if std::fs::rename(&aside, &library).is_err() {
        // Another process was first.
        let _ = std::fs::remove_dir_all(&aside);
    }
    assert!(library.is_dir());
    library
}

/// A new authority and a certificate of it for `localhost`: the paths of the authority, the certificate and its key.
fn certificates(folder: &Path) -> (PathBuf, PathBuf, PathBuf) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Tradewind test authority");
    let root = authority.self_signed(&authority_key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate =
        CertificateParams::new(names).expect("legal names").signed_by(&key, &Issuer::new(authority, authority_key)).expect("a certificate");
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("the target folder can be written");
        path
    };
    (write("root.pem", root.pem()), write("certificate.pem", certificate.pem()), write("key.pem", key.serialize_pem()))
}

/// Standard base64, as Python writes it: no crate for eight lines that only tests need.
fn decode_base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits) = (0_u32, 0);
    for digit in text.bytes().filter_map(|byte| DIGITS.iter().position(|d| *d == byte)) {
        (held, bits) = ((held << 6) | digit as u32, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    String::from_utf8(bytes).expect("messages are UTF-8")
}
