//! The few calls of the product's API that prepare and watch a measurement, one connection each.

use crate::{Fallible, wire};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// A server and a key for it.
#[derive(Clone)]
pub struct Api {
    /// Where it listens.
    pub address: SocketAddr,
    /// An API key.
    pub key: String,
}

impl Api {
    /// Makes one request; the answer's status and body.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Fallible<(u16, Vec<u8>)> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            self.key,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let frame = wire::frame(&answer).ok_or("the answer has no head")?;
        let status = wire::status(&answer).ok_or("the answer has no status")?;
        Ok((status, answer.split_off(frame.body)))
    }

    /// Creates a journey and publishes it.
    pub fn publish(&self, slug: &str, graph: &Value) -> Fallible<()> {
        let journey = json!({"name": slug, "slug": slug, "graph": graph});
        self.accepted("POST", "/api/v1/journeys", Some(&journey))?;
        self.accepted("POST", &format!("/api/v1/journeys/{slug}/publish"), Some(&json!({})))
    }

    fn accepted(&self, method: &str, path: &str, body: Option<&Value>) -> Fallible<()> {
        match self.call(method, path, body)? {
            (200..=299, _) => Ok(()),
            (status, text) => Err(format!("{method} {path} answered {status}: {}", String::from_utf8_lossy(&text)).into()),
        }
    }

    /// Whether the server says it is ready.
    pub fn ready(&self) -> bool {
        self.call("GET", "/readyz", None).is_ok_and(|(status, _)| status == 200)
    }

    /// How many incidents are open; the API names 200 at most.
    pub fn incidents(&self) -> Fallible<usize> {
        let (status, body) = self.call("GET", "/api/v1/incidents?limit=200", None)?;
        let page: Value = serde_json::from_slice(&body)?;
        page["data"].as_array().map(Vec::len).ok_or_else(|| format!("GET /api/v1/incidents answered {status}: {page}").into())
    }

    /// The sum of a metric over all its labels; 0 while it has not been counted.
    pub fn metric(&self, name: &str) -> Fallible<f64> {
        let (status, body) = self.call("GET", "/metrics", None)?;
        if status != 200 {
            return Err(format!("GET /metrics answered {status}").into());
        }
        Ok(sum(&String::from_utf8_lossy(&body), name))
    }
}

fn sum(text: &str, name: &str) -> f64 {
    let sample = |line: &str| {
        let rest = line.strip_prefix(name)?;
        let value = if let Some(labelled) = rest.strip_prefix('{') { labelled.rsplit_once('}')?.1 } else { rest };
        if !value.starts_with(' ') {
            return None;
        }
        value.split_whitespace().next()?.parse::<f64>().ok()
    };
    text.lines().filter_map(sample).sum()
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn a_metric_is_summed_over_its_labels_and_not_mixed_with_longer_names() {
        let text = "# TYPE steps counter\nsteps{kind=\"a b\"} 3\nsteps{kind=\"c\"} 4.5\nsteps_total 100\nsteps 1\n";
        assert!((sum(text, "steps") - 8.5).abs() < 1e-9);
        assert!(sum(text, "absent").abs() < 1e-9);
    }
}
