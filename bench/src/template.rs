//! Requests rendered once and patched in place: a request costs a few copies of eight digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::SocketAddr;

/// Stands for the number of the event, eight digits.
const NUMBER: &[u8] = b"~~~~~~~~";
/// Stands for what tells the event's person and message from others: its number, or eight letters that follow no order.
const NAME: &[u8] = b"%%%%%%%%";
/// Stands for one of [`FEW_PEOPLE`], four digits: two events in a row are about the same person.
const PERSON: &[u8] = b"^^^^";
/// How many people there are where an event names them by `^^^^`.
const FEW_PEOPLE: usize = 2000;
/// Stands for the value of the event, two digits: 75 when its number is even, 25 when it is odd.
const VALUE: &[u8] = b"@@";

/// A POST of one or many events, complete with its head.
#[derive(Clone)]
pub struct Template {
    /// The request as it goes over the wire, last filled by [`Template::fill`].
    pub bytes: Vec<u8>,
    /// How many events it carries.
    pub events: usize,
    scattered: bool,
    numbers: Vec<(usize, usize)>,
    names: Vec<(usize, usize)>,
    people: Vec<(usize, usize)>,
    values: Vec<(usize, usize)>,
}

impl Template {
    /// One event by `/v1/track`.
    pub fn track(address: SocketAddr, key: &str, event: &str) -> Self {
        Self::new(address, key, "/v1/track", event.as_bytes(), 1, &[])
    }

    /// `events` events by `/v1/batch`.
    pub fn batch(address: SocketAddr, key: &str, event: &str, events: usize) -> Self {
        let items = vec![event.replacen('{', "{\"type\":\"track\",", 1); events].join(",");
        let body = format!("{{\"batch\":[{items}]}}");
        // Items are of one length, which is what tells a marker's item by its place.
        let starts: Vec<usize> = (0..events).map(|i| 10 + i * (items.len() + 1) / events).collect();
        Self::new(address, key, "/v1/batch", body.as_bytes(), events, &starts)
    }

    fn new(address: SocketAddr, key: &str, path: &str, body: &[u8], events: usize, starts: &[usize]) -> Self {
        let secret = STANDARD.encode(format!("{key}:"));
        let length = body.len();
        let mut bytes = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic {secret}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )
        .into_bytes();
        let head = bytes.len();
        bytes.extend_from_slice(body);
        let item = |at: usize| starts.partition_point(|start| head + start <= at).saturating_sub(1);
        let find = |marker: &[u8]| memchr::memmem::find_iter(&bytes, marker).map(|at| (at, item(at))).collect();
        let (numbers, names, people, values) = (find(NUMBER), find(NAME), find(PERSON), find(VALUE));
        Self { scattered: false, numbers, names, people, values, bytes, events }
    }

    /// People and messages get names without a number in them, so that nothing about them comes in order.
    #[must_use]
    pub fn scattered(self, scattered: bool) -> Self {
        Self { scattered, ..self }
    }

    /// Makes it the request for the events numbered from `first`.
    pub fn fill(&mut self, first: usize) {
        let mut last = usize::MAX;
        let mut digits = [b'0'; 8];
        for (at, item) in &self.numbers {
            if last != *item {
                digits = eight_digits(first + item);
                last = *item;
            }
            self.bytes[*at..at + 8].copy_from_slice(&digits);
        }
        for (at, item) in &self.names {
            let name = if self.scattered { eight_letters(first + item) } else { eight_digits(first + item) };
            self.bytes[*at..at + 8].copy_from_slice(&name);
        }
        for (at, item) in &self.people {
            self.bytes[*at..at + 4].copy_from_slice(&eight_digits((first + item) / 2 % FEW_PEOPLE)[4..]);
        }
        for (at, item) in &self.values {
            let value: &[u8; 2] = if passes(first + item) { b"75" } else { b"25" };
            self.bytes[*at..at + 2].copy_from_slice(value);
        }
    }
}

/// Whether the event with this number is worth enough to go on past the first condition of J1.
pub fn passes(number: usize) -> bool {
    number.is_multiple_of(2)
}

fn eight_digits(mut number: usize) -> [u8; 8] {
    let mut digits = [b'0'; 8];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// Another eight letters for every number below 2^32, in no order: multiplying by an odd number is a bijection.
fn eight_letters(number: usize) -> [u8; 8] {
    let scattered = (number as u32).wrapping_mul(0x9E37_79B1);
    std::array::from_fn(|i| b'a' + (scattered >> (28 - 4 * i) & 15) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(template: &Template) -> serde_json::Value {
        let frame = crate::wire::frame(&template.bytes).unwrap();
        assert_eq!(frame.end, template.bytes.len());
        serde_json::from_slice(&template.bytes[frame.body..]).unwrap()
    }

    #[test]
    fn a_single_event_carries_its_number_and_value() {
        let address = "127.0.0.1:1".parse().unwrap();
        let mut template = Template::track(address, "tw_k", r#"{"userId":"u-~~~~~~~~","properties":{"n":"~~~~~~~~","value":@@}}"#);
        template.fill(41);
        assert_eq!(body(&template), serde_json::json!({"userId": "u-00000041", "properties": {"n": "00000041", "value": 25}}));
        template.fill(42);
        assert_eq!(body(&template)["properties"]["value"], 75);
    }

    #[test]
    fn names_are_numbers_or_letters_without_order() {
        let event = r#"{"userId":"u-%%%%%%%%","n":"~~~~~~~~"}"#;
        let mut template = Template::track("127.0.0.1:1".parse().unwrap(), "tw_k", event);
        template.fill(7);
        assert_eq!(body(&template), serde_json::json!({"userId": "u-00000007", "n": "00000007"}));
        let mut template = template.scattered(true);
        let names: std::collections::HashSet<String> = (0..1000)
            .map(|number| {
                template.fill(number);
                body(&template)["userId"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(names.len(), 1000);
        assert!(names.iter().all(|name| !name.contains(|c: char| c.is_ascii_digit())));
    }

    #[test]
    fn few_people_share_many_events() {
        let mut template = Template::track("127.0.0.1:1".parse().unwrap(), "tw_k", r#"{"userId":"u-^^^^"}"#);
        template.fill(4007);
        assert_eq!(body(&template)["userId"], "u-0003");
    }

    #[test]
    fn every_event_of_a_batch_has_its_own_number() {
        let address = "127.0.0.1:1".parse().unwrap();
        let mut template = Template::batch(address, "tw_k", r#"{"userId":"u-~~~~~~~~","properties":{"n":"~~~~~~~~","value":@@}}"#, 500);
        template.fill(1000);
        let body = body(&template);
        let batch = body["batch"].as_array().unwrap();
        assert_eq!(batch.len(), 500);
        for (i, event) in batch.iter().enumerate() {
            assert_eq!(event["type"], "track");
            assert_eq!(event["userId"], format!("u-{:08}", 1000 + i));
            assert_eq!(event["properties"]["n"], format!("{:08}", 1000 + i));
            assert_eq!(event["properties"]["value"], if i % 2 == 0 { 75 } else { 25 });
        }
    }
}
