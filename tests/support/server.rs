//! The program itself, as a child process with a database of its own.

use super::until;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const KEY_LINE: &str = "Your first API key (shown once): ";
const LISTENS: &str = "Tradewind listens on http://";

/// A folder with a database, in which a server can be started again and again.
pub struct Site {
    folder: PathBuf,
    settings: Vec<(String, String)>,
    key: Option<String>,
}

impl Site {
    /// A fresh one. Settings are environment variables without their prefix, as `SMTP_URL`.
    pub fn new(settings: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("server-{}-{number}", std::process::id()));
        // Left from an older process that had the same number.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the target folder can be written");
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { folder, settings, key: None }
    }

    /// One whose database is there already, in a gzip file, with its first API key.
    pub fn with_database(file: &Path, key: &str) -> Self {
        let mut site = Self::new(&[]);
        let packed = std::fs::File::open(file).expect("the fixture is there");
        let mut database = std::fs::File::create(site.folder.join("tradewind.db")).expect("the target folder can be written");
        std::io::copy(&mut flate2::read::GzDecoder::new(packed), &mut database).expect("the fixture can be unpacked");
        site.key = Some(key.to_owned());
        site
    }

    /// Where it and its database are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts the program and waits until it is ready.
    pub async fn start(&mut self) -> Server {
        let starting = self.launch(self.command(&["serve"]));
        self.ready(starting).await
    }

    /// As [`Site::start`], the program ignoring a signal (as `XFSZ`) that would end it.
    pub async fn start_ignoring(&mut self, signal: &str) -> Server {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("trap '' {signal}; exec \"$0\" serve"), env!("CARGO_BIN_EXE_tradewind")]);
        let starting = self.launch(self.at_home(shell));
        self.ready(starting).await
    }

    /// The program with these arguments, in this folder, with this database and the settings of the site.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tradewind"));
        command.args(arguments);
        self.at_home(command)
    }

    fn at_home(&self, mut command: Command) -> Command {
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::piped());
        let database = format!("sqlite:{}", self.folder.join("tradewind.db").display());
        let fixed = [("DATABASE", database.as_str()), ("LISTEN", "127.0.0.1:0"), ("LOG_LEVEL", "warn")];
        let own = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in fixed.into_iter().chain(own) {
            command.env(format!("TRADEWIND_{name}"), value);
        }
        command
    }

    /// Starts the program and waits for nothing.
    pub fn launch(&self, mut command: Command) -> Starting {
        let mut child = command.spawn().expect("the program starts");
        let said = follow(&mut child);
        Starting { child: Some(child), said }
    }

    /// Waits until a program that was launched is ready.
    pub async fn ready(&mut self, mut starting: Starting) -> Server {
        let mut address = None;
        while address.is_none() {
            let line = tokio::time::timeout(std::time::Duration::from_secs(30), starting.said.recv()).await;
            let line = line.ok().flatten().expect("the program says where it listens; its log is above");
            if let Some((_, key)) = line.split_once(KEY_LINE) {
                self.key = Some(key.trim().to_owned());
            }
            address = line.split_once(LISTENS).and_then(|(_, rest)| rest.split_whitespace().next()?.parse::<SocketAddr>().ok());
        }
        let key = self.key.clone().expect("the first start shows a key");
        let child = starting.child.take().expect("taken once");
        let server = Server { child, address: address.unwrap(), key, client: client() };
        until("/readyz", async || (server.call(Method::GET, "/readyz", None).await.status == StatusCode::OK).then_some(())).await;
        server
    }
}

/// A program that was started and may not be ready yet; killed when dropped.
pub struct Starting {
    child: Option<Child>,
    said: UnboundedReceiver<String>,
}

impl Starting {
    /// Waits until it prints a line with these words.
    pub async fn says(&mut self, words: &str) -> String {
        let looking = async {
            loop {
                let line = self.said.recv().await.expect("the program goes on; its log is above");
                if line.contains(words) {
                    return line;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), looking).await.unwrap_or_else(|_| panic!("it never said {words:?}"))
    }

    /// What it writes to its error output, when that is piped.
    pub fn stderr(&mut self) -> std::process::ChildStderr {
        self.child.as_mut().and_then(|child| child.stderr.take()).expect("stderr is piped, and taken once")
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Lines the program prints. They are read to their end: a full pipe would stop it.
fn follow(child: &mut Child) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    let stdout = child.stdout.take().expect("stdout is piped");
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

fn client() -> Client {
    // Whichever test comes first installs it; the others find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().expect("an HTTP client")
}

/// A running program; killed when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its first API key.
    pub key: String,
    client: Client,
}

/// What the program answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The content type.
    pub kind: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null when it is not JSON.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Server {
    /// Ends it as a power cut would: no word of warning.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A figure of its memory in KiB, as `VmRSS` or `VmHWM` (the most it ever had).
    pub fn memory(&self, figure: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).expect("the kernel tells it");
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Sends it a signal, as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status().unwrap();
        assert!(sent.success(), "{sent}");
    }

    /// Waits for its end and gives how it ended.
    pub async fn ended(&mut self) -> std::process::ExitStatus {
        until("the end of the program", async || self.child.try_wait().unwrap()).await
    }

    /// A request with the first key and, when given, a JSON body.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.raw(method, path, Some(&self.key), body.into_bytes()).await
    }

    /// A request with the first key, a JSON body and one more header.
    pub async fn call_with(&self, method: Method, path: &str, body: &Value, header: (&str, &str)) -> Answer {
        let request = self.request(method, path, body.to_string().into_bytes());
        answer(request.bearer_auth(&self.key).header(header.0, header.1)).await
    }

    /// A request with any key and any bytes.
    pub async fn raw(&self, method: Method, path: &str, key: Option<&str>, body: Vec<u8>) -> Answer {
        let request = self.request(method, path, body);
        answer(if let Some(key) = key { request.bearer_auth(key) } else { request }).await
    }

    /// A request with these headers alone, as a browser would send it, and a JSON body.
    pub async fn bare(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let request = self.request(method, path, body.to_string().into_bytes());
        answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
    }

    fn request(&self, method: Method, path: &str, body: Vec<u8>) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address)).header("content-type", "application/json").body(body)
    }

    /// As [`Server::call`], and it has to succeed.
    pub async fn accepted(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let answer = self.call(method.clone(), path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {answer:?}");
        answer.body
    }

    /// What is at `path`.
    pub async fn get(&self, path: &str) -> Value {
        self.accepted(Method::GET, path, None).await
    }

    /// Creates a journey and publishes it.
    pub async fn publish(&self, slug: &str, graph: &Value) {
        self.accepted(Method::POST, "/api/v1/journeys", Some(&json!({"name": slug, "slug": slug, "graph": graph}))).await;
        self.accepted(Method::POST, &format!("/api/v1/journeys/{slug}/publish"), Some(&json!({}))).await;
    }

    /// Says who somebody is.
    pub async fn identify(&self, user: &str, traits: Value) {
        self.accepted(Method::POST, "/v1/identify", Some(&json!({"userId": user, "traits": traits}))).await;
    }

    /// Says what somebody did.
    pub async fn track(&self, user: &str, event: &str, properties: Value) {
        self.accepted(Method::POST, "/v1/track", Some(&json!({"userId": user, "event": event, "properties": properties}))).await;
    }

    /// The mails in the built-in mailbox to this address, oldest first, without their texts.
    pub async fn mails(&self, recipient: &str) -> Vec<Value> {
        let page = self.get(&format!("/api/v1/mails?limit=200&recipient={recipient}")).await;
        let mut mails = page["data"].as_array().cloned().unwrap_or_default();
        mails.reverse();
        mails
    }

    /// Waits for the first mail to this address; the whole of it.
    pub async fn mail(&self, recipient: &str) -> Value {
        let first = until(&format!("a mail to {recipient}"), async || self.mails(recipient).await.into_iter().next()).await;
        self.get(&format!("/api/v1/mails/{}", first["id"].as_str().unwrap())).await
    }

    /// The incidents of a journey that are open.
    pub async fn incidents(&self, slug: &str) -> Vec<Value> {
        let page = self.get(&format!("/api/v1/incidents?state=open&journey={slug}&limit=200")).await;
        page["data"].as_array().cloned().unwrap_or_default()
    }

    /// What the shop's customer `user` did, the last first.
    pub async fn events(&self, user: &str) -> Vec<Value> {
        let found = self.get(&format!("/api/v1/customers?user_id={user}")).await;
        let Some(customer) = found["data"][0]["id"].as_str().map(str::to_owned) else { return Vec::new() };
        let page = self.get("/api/v1/events?limit=200").await;
        page["data"].as_array().into_iter().flatten().filter(|event| event["customer"] == customer.as_str()).cloned().collect()
    }
}

async fn answer(request: RequestBuilder) -> Answer {
    let Ok(response) = request.send().await else {
        // Not there yet, or gone.
        let (status, kind) = (StatusCode::SERVICE_UNAVAILABLE, String::new());
        return Answer { status, kind, headers: HeaderMap::new(), body: Value::Null, text: String::new() };
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let text = response.text().await.unwrap_or_default();
    Answer { status, kind, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
