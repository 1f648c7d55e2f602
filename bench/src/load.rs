//! The load: keep-alive connections on one thread, each sending the next request as soon as it has its answer,
//! or when a pace says so.

use crate::clock;
use crate::template::Template;
use crate::wire;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long one request may take before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a client stays away after it was pushed back or lost its connection.
const PAUSE: Duration = Duration::from_millis(10);

/// What to send.
#[derive(Clone)]
pub struct Plan {
    /// To whom.
    pub address: SocketAddr,
    /// The request.
    pub template: Template,
    /// How many clients send at a time.
    pub connections: usize,
    /// How many requests there are.
    pub requests: usize,
    /// The number of the first event.
    pub first: usize,
    /// Requests a second; as fast as answers come when None.
    pub rate: Option<f64>,
}

/// What was sent: instants by request, 0 where it has not happened.
pub struct Log {
    /// When the first byte of the first attempt left.
    pub sent: Vec<AtomicU64>,
    /// When the answer that accepted it was read.
    pub accepted: Vec<AtomicU64>,
    /// Answers that asked to come again: 429 and 5xx.
    pub pushed_back: AtomicUsize,
    /// Connections lost or never made.
    pub broken: AtomicUsize,
    /// Requests refused for good.
    pub refused: AtomicUsize,
    /// The first answer that refused.
    pub refusal: Mutex<Option<String>>,
    next: AtomicUsize,
    stop: AtomicBool,
}

impl Log {
    fn new(requests: usize) -> Self {
        let never = || (0..requests).map(|_| AtomicU64::new(0)).collect();
        Self {
            sent: never(),
            accepted: never(),
            pushed_back: AtomicUsize::new(0),
            broken: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            refusal: Mutex::new(None),
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        }
    }
    /// Requests begun.
    pub fn begun(&self) -> usize {
        self.next.load(Ordering::Acquire).min(self.sent.len())
    }
    /// The instant the first request left.
    pub fn start(&self) -> u64 {
        self.sent.iter().map(get).filter(|at| *at > 0).min().unwrap_or(0)
    }
    /// The instant the last answer came.
    pub fn end(&self) -> u64 {
        self.accepted.iter().map(get).max().unwrap_or(0)
    }
    /// Requests that were accepted.
    pub fn accepted_count(&self) -> usize {
        self.accepted.iter().filter(|at| get(at) > 0).count()
    }
    /// The complaint about requests refused for good, if there were any.
    pub fn complaint(&self) -> Option<String> {
        let refused = self.refused.load(Ordering::Acquire);
        let first = self.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (refused > 0).then(|| format!("{refused} requests refused, the first with {}", first.unwrap_or_default()))
    }
}

fn get(at: &AtomicU64) -> u64 {
    at.load(Ordering::Acquire)
}

/// A load under way.
pub struct Load {
    /// What it has sent so far.
    pub log: Arc<Log>,
    thread: JoinHandle<()>,
}

impl Load {
    /// Begins to send.
    pub fn start(plan: Plan) -> Self {
        let log = Arc::new(Log::new(plan.requests));
        let shared = Arc::clone(&log);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime for the load");
            runtime.block_on(async move {
                let begin = tokio::time::Instant::now();
                let clients: Vec<_> =
                    (0..plan.connections).map(|_| tokio::spawn(client(plan.clone(), Arc::clone(&shared), begin))).collect();
                for client in clients {
                    client.await.expect("a client of the load does not panic");
                }
            });
        });
        Self { log, thread }
    }
    /// Waits until every request has its answer.
    pub fn finish(self) -> Arc<Log> {
        self.thread.join().expect("the load does not panic");
        self.log
    }
    /// Begins no further request, waits for those under way.
    pub fn stop(self) -> Arc<Log> {
        self.log.stop.store(true, Ordering::Release);
        self.finish()
    }
}

async fn client(plan: Plan, log: Arc<Log>, begin: tokio::time::Instant) {
    let mut template = plan.template.clone();
    let mut line = Line { address: plan.address, stream: None, buffer: vec![0; 16 * 1024] };
    while !log.stop.load(Ordering::Acquire) {
        let request = log.next.fetch_add(1, Ordering::AcqRel);
        if request >= plan.requests {
            return;
        }
        if let Some(rate) = plan.rate {
            tokio::time::sleep_until(begin + Duration::from_secs_f64(request as f64 / rate)).await;
        }
        template.fill(plan.first + request * template.events);
        log.sent[request].store(clock::now(), Ordering::Release);
        if deliver(&mut line, &template.bytes, &log).await {
            log.accepted[request].store(clock::now(), Ordering::Release);
        }
    }
}

/// Sends a request until it is accepted (true) or refused for good. Repeats carry the same message id, so the server
/// can know them.
async fn deliver(line: &mut Line, request: &[u8], log: &Log) -> bool {
    loop {
        match line.post(request).await {
            Ok((200..=299, _)) => return true,
            Ok((429 | 500.., _)) => log.pushed_back.fetch_add(1, Ordering::AcqRel),
            Ok((status, body)) => {
                log.refused.fetch_add(1, Ordering::AcqRel);
                let text = String::from_utf8_lossy(body);
                log.refusal.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| format!("{status}: {text}"));
                return false;
            }
            Err(_) => {
                line.stream = None;
                log.broken.fetch_add(1, Ordering::AcqRel)
            }
        };
        tokio::time::sleep(PAUSE).await;
    }
}

/// One keep-alive connection.
struct Line {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Line {
    async fn post(&mut self, request: &[u8]) -> io::Result<(u16, &[u8])> {
        let (status, from, to) = tokio::time::timeout(PATIENCE, self.exchange(request)).await??;
        Ok((status, &self.buffer[from..to]))
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<(u16, usize, usize)> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                return Err(io::Error::other("the answer is larger than the harness reads"));
            }
            let read = stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            if let Some(frame) = wire::frame(&self.buffer[..filled])
                && frame.end <= filled
            {
                let status = wire::status(&self.buffer[..filled]).ok_or(io::ErrorKind::InvalidData)?;
                return Ok((status, frame.body, frame.end));
            }
        }
    }
}
