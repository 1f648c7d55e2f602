//! The address of a request: a template whose facts are percent-encoded, so that no value can reach into another part of it.

use super::rendered::lone_path;
use crate::fact::{Facts, Family};
use crate::issue::Problem;
use crate::{Json, template};

/// The longest address, in bytes.
const LONGEST: usize = 8192;

/// The rendered address. `{{path}}` is percent-encoded, unless the address begins with it; `{{{path}}}` and helpers give text as it is.
pub(super) fn render(source: &str, facts: &Facts<'_>) -> Result<String, Problem> {
    let wrong = |message: String| Problem::new("http.url", message).in_field("/url");
    let mut rest = source.trim();
    let mut url = String::with_capacity(rest.len());
    while let Some(start) = rest.find("{{") {
        url.push_str(&rest[..start]);
        let tag_end = rest[start..].find("}}").map_or(rest.len(), |end| start + end + 2);
        let tag = &rest[start..tag_end];
        match lone_path(tag).filter(|path| Family::of(path.split('.').next().unwrap_or_default()).is_some()) {
            None => url.push_str(tag),
            Some(path) => match facts.get(path) {
                // An empty part would name another resource: DELETE /carts/ is not DELETE /carts/7.
                None => {
                    return Err(wrong(format!("the address needs {path}, which is missing: send it, or check for it before this node")));
                }
                Some(value) if url.is_empty() => url.push_str(&plain(&value)),
                Some(value) => encode(&plain(&value), &mut url),
            },
        }
        rest = &rest[tag_end..];
    }
    url.push_str(rest);
    if url.contains("{{") {
        url = template::render(&url, false, facts).map_err(|p| p.in_field("/url"))?.trim().to_owned();
    }
    match problem(&url) {
        Some(what) => {
            Err(wrong(format!("the address {:?} {what}: correct the url or the facts in it", url.chars().take(200).collect::<String>())))
        }
        None => Ok(url),
    }
}

fn problem(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return Some("does not begin with https:// or http://");
    };
    if rest.is_empty() || rest.starts_with(['/', '?', '#', ':']) {
        Some("names no host")
    } else if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Some("has a blank or control character in it")
    } else if url.len() > LONGEST {
        Some("is longer than 8192 bytes")
    } else {
        None
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// RFC 3986: all but unreserved characters.
fn encode(text: &str, into: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::stage::Stage;
    use serde_json::json;

    fn made(source: &str) -> Result<String, String> {
        let stage = Stage::new().event("Order", json!({"id": "a/b&c=1", "n": 7, "base": "https://shop.example/x"}));
        render(source, &stage.cx().facts).map_err(|p| p.message)
    }

    #[test]
    fn facts_are_encoded_and_cannot_leave_their_part() {
        assert_eq!(
            made("https://x.example/o/{{event.properties.id}}?n={{event.properties.n}}").unwrap(),
            "https://x.example/o/a%2Fb%26c%3D1?n=7"
        );
        assert_eq!(made("{{event.properties.base}}/y").unwrap(), "https://shop.example/x/y");
        assert_eq!(made("https://x.example/{{{event.properties.id}}}").unwrap(), "https://x.example/a/b&c=1");
        assert_eq!(made("https://x.example/{{url event.properties.id}}").unwrap(), "https://x.example/a%2Fb%26c%3D1");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (bad, word) in [
            ("https://x.example/carts/{{event.properties.none}}", "is missing"),
            ("https://x.example/?a={{event.properties.none}}", "is missing"),
            ("ftp://x.example", "does not begin"),
            ("https:///x", "names no host"),
            ("https://x.example/a b", "blank"),
        ] {
            assert!(made(bad).unwrap_err().contains(word), "{bad}");
        }
        assert!(made(&format!("https://x.example/{}", "a".repeat(9000))).unwrap_err().contains("longer"));
    }
}
