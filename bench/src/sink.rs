//! The receiver of the journeys' requests: answers 200 and remembers what came, when, and under which key.

use crate::clock;
use crate::wire;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// The longest request the sink takes in.
const LARGEST: usize = 256 * 1024;

/// What came for one event.
#[derive(Clone, Copy, Default)]
pub struct Seen {
    /// The key of the first request.
    pub key: u128,
    /// When the first request came; 0 when none did.
    pub first: u64,
    /// How many requests came.
    pub times: u32,
    /// How many of them bore another key than the first.
    pub other_keys: u32,
}

/// What came.
#[derive(Default)]
pub struct Record {
    /// By number of the event, the body of the request.
    pub seen: Vec<Seen>,
    /// Events that came at least once.
    pub distinct: usize,
    /// Requests in all.
    pub total: usize,
    /// The last first arrival.
    pub last: u64,
    /// Requests without a key.
    pub keyless: usize,
    /// Requests whose body was no number of an event.
    pub strays: usize,
    /// Requests whose key had come with another event: a receiver that honours keys would drop them.
    pub shared_keys: usize,
    keys: HashMap<u128, u32>,
    limit: usize,
}

impl Record {
    fn note(&mut self, key: Option<&[u8]>, body: &[u8]) {
        let at = clock::now();
        self.total += 1;
        let Some(number) = wire::number(body).filter(|number| *number < self.limit) else {
            self.strays += 1;
            return;
        };
        if key.is_none() {
            self.keyless += 1;
        }
        let key = wire::fingerprint(key.unwrap_or_default());
        match self.keys.entry(key) {
            Entry::Occupied(owner) => self.shared_keys += usize::from(*owner.get() as usize != number),
            Entry::Vacant(place) => {
                place.insert(u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
        if self.seen.len() <= number {
            self.seen.resize(number + 1, Seen::default());
        }
        let seen = &mut self.seen[number];
        seen.times += 1;
        if seen.first == 0 {
            seen.first = at;
            seen.key = key;
            self.distinct += 1;
            self.last = at;
        } else if seen.key != key {
            seen.other_keys += 1;
        }
    }

    /// When the event first came; 0 when it did not.
    pub fn first(&self, number: usize) -> u64 {
        self.seen.get(number).map_or(0, |seen| seen.first)
    }
}

/// A sink at work. It ends with the harness.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

impl Sink {
    /// Listens on a free loopback port for events numbered below `limit`.
    /// Answers wait up to `latency`, drawn from `seed`, so that crashes find requests under way.
    pub fn start(limit: usize, latency: Duration, seed: u64) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let record = Arc::new(Mutex::new(Record { limit, ..Record::default() }));
        let shared = Arc::clone(&record);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime for the sink");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("the sink's listener");
                let mut seeds = StdRng::seed_from_u64(seed);
                loop {
                    let Ok((stream, _)) = listener.accept().await else { continue };
                    tokio::spawn(serve(stream, Arc::clone(&shared), latency, StdRng::seed_from_u64(seeds.random())));
                }
            });
        });
        Ok(Self { address, record })
    }

    /// What has come so far.
    pub fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `expected` events have come; gives up when none comes for `patience`.
    pub fn wait_for(&self, expected: usize, patience: Duration) -> bool {
        let (mut before, mut idle_since) = (usize::MAX, clock::now());
        clock::until(Duration::from_secs(3600), Duration::from_millis(5), || {
            let distinct = self.record().distinct;
            if distinct != before {
                (before, idle_since) = (distinct, clock::now());
            }
            distinct >= expected || clock::seconds(idle_since, clock::now()) > patience.as_secs_f64()
        });
        self.record().distinct >= expected
    }
}

async fn serve(mut stream: TcpStream, record: Arc<Mutex<Record>>, latency: Duration, mut rng: StdRng) {
    let _ = stream.set_nodelay(true);
    let mut buffer = vec![0; 16 * 1024];
    let mut filled = 0;
    loop {
        while let Some(frame) = wire::frame(&buffer[..filled]).filter(|frame| frame.end <= filled) {
            let key = wire::header(&buffer[..frame.body], b"idempotency-key");
            record.lock().unwrap_or_else(PoisonError::into_inner).note(key, &buffer[frame.body..frame.end]);
            buffer.copy_within(frame.end..filled, 0);
            filled -= frame.end;
            if !latency.is_zero() {
                tokio::time::sleep(latency.mul_f64(rng.random())).await;
            }
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
        if filled == buffer.len() {
            if filled >= LARGEST {
                return;
            }
            buffer.resize(filled * 2, 0);
        }
        match stream.read(&mut buffer[filled..]).await {
            Ok(0) | Err(_) => return,
            Ok(read) => filled += read,
        }
    }
}
