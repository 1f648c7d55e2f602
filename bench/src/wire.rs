//! As much of HTTP/1.1 as a load generator and a sink need: where a message ends and what a header says.
//! A general library costs several times what is measured here.

use memchr::{memchr, memmem};

/// Where the head of the message at the start of a buffer ends and how long its body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The first byte of the body.
    pub body: usize,
    /// The first byte after the body.
    pub end: usize,
}

/// The frame of the message at the start of `bytes`; None while its head is not complete.
/// A message without `Content-Length` has no body: neither side of the harness speaks chunked.
pub fn frame(bytes: &[u8]) -> Option<Frame> {
    let body = memmem::find(bytes, b"\r\n\r\n")? + 4;
    let length = header(&bytes[..body], b"content-length").and_then(number).unwrap_or(0);
    Some(Frame { body, end: body + length })
}

/// The value of the first header called `name` (in lower case) in a head.
pub fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = head;
    while let Some(end) = memchr(b'\n', rest) {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.len() > name.len() && line[name.len()] == b':' && line[..name.len()].eq_ignore_ascii_case(name) {
            return Some(line[name.len() + 1..].trim_ascii());
        }
    }
    None
}

/// The status of an answer.
pub fn status(head: &[u8]) -> Option<u16> {
    let digits = head.get(9..12)?;
    number(digits).and_then(|n| u16::try_from(n).ok())
}

/// A whole number in decimal digits and nothing else.
pub fn number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0usize, |sum, d| d.is_ascii_digit().then(|| sum * 10 + usize::from(d - b'0')))
}

/// 128 bits that stand for `bytes` (FNV-1a): enough to tell idempotency keys apart in bounded memory.
pub fn fingerprint(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_after_its_body() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyNEXT";
        let frame = frame(bytes).unwrap();
        assert_eq!(&bytes[frame.body..frame.end], b"body");
        assert_eq!(status(bytes), Some(200));
    }

    #[test]
    fn half_a_head_is_no_message() {
        assert_eq!(frame(b"HTTP/1.1 200 OK\r\nContent-Le"), None);
    }

    #[test]
    fn header_names_match_in_any_case_and_only_whole() {
        let head = b"POST / HTTP/1.1\r\nX-Idempotency-Key: no\r\nidempotency-KEY:  yes \r\n\r\n";
        assert_eq!(header(head, b"idempotency-key"), Some(b"yes".as_slice()));
        assert_eq!(header(head, b"host"), None);
    }

    #[test]
    fn numbers_are_digits_only() {
        assert_eq!(number(b"00042"), Some(42));
        assert_eq!(number(b"4x"), None);
        assert_eq!(number(b""), None);
    }
}
