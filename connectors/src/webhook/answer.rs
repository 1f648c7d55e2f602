//! What an answer means, and what of it is kept.

use crate::attempt::{Attempt, LONGEST_WAIT};
use bytes::BytesMut;
use http::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER, SET_COOKIE};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::json;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::{Json, JsonMap};

/// Reads the answer of `host` and judges it. Err when the connection broke before its end.
pub(super) async fn judge(host: &str, response: Response<Incoming>, max: usize, now: Timestamp) -> Result<Attempt, hyper::Error> {
    let (head, body) = response.into_parts();
    if head.status.is_success() {
        let (bytes, truncated) = read(body, max).await?;
        return Ok(Attempt::Done { output: output(head.status, &head.headers, &bytes, truncated) });
    }
    let status = head.status;
    let code = "http.status";
    Ok(match status.as_u16() {
        408 | 425 | 429 | 500..=599 => {
            // Read so that the connection can be used again; broken or too long, it is closed, and the verdict stays.
            let _ = read(body, max).await;
            let problem = tradewind_nodes::issue::Problem::new(code, format!("{host} answered {status}: look there for the cause"));
            Attempt::Retry { after: retry_after(&head.headers, now), problem }
        }
        300..=399 => {
            Attempt::reject(code, format!("{host} answered {status}, a redirect, which is never followed: write the final address"))
        }
        401 | 403 => Attempt::reject(code, format!("{host} answered {status}: check the request's authorization header or its signature")),
        410 => Attempt::reject(code, format!("{host} answered {status}: the address is gone for good, change or remove it")),
        _ => Attempt::reject(code, format!("{host} answered {status}: check the request's address, method and body")),
    })
}

/// At most `max` bytes, and whether there were more.
async fn read(mut body: Incoming, max: usize) -> Result<(BytesMut, bool), hyper::Error> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = max - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((bytes, true));
        }
    }
    Ok((bytes, false))
}

fn output(status: StatusCode, headers: &HeaderMap, bytes: &[u8], truncated: bool) -> Json {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    let may_be_json = !truncated && kind.is_none_or(|kind| kind.windows(4).any(|w| w == b"json"));
    let parsed = if may_be_json { serde_json::from_slice(bytes).ok() } else { None };
    let body = parsed.unwrap_or_else(|| Json::String(String::from_utf8_lossy(bytes).into_owned()));
    let mut output = json!({ "status": status.as_u16(), "headers": kept(headers), "body": body });
    if truncated {
        output["truncated"] = Json::Bool(true);
    }
    output
}

/// Headers by their names in lower case, values of the same name joined by commas. Cookies are secrets of a session that
/// does not exist and are not kept.
fn kept(headers: &HeaderMap) -> JsonMap {
    let mut kept = JsonMap::with_capacity(headers.keys_len());
    for name in headers.keys().filter(|name| *name != SET_COOKIE) {
        let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        kept.insert(name.as_str().to_owned(), Json::String(values.join(", ")));
    }
    kept
}

/// `Retry-After`, as seconds or as a date, from `now`; never negative nor longer than an hour.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are more than an hour.
        Duration::from_secs(text.parse().unwrap_or(i64::MAX))
    } else {
        let at = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Timestamp::from_micros(i64::try_from(at.as_micros()).ok()?).since(now)
    };
    Some(wait.clamp(Duration::ZERO, LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(value: &str) -> Option<i64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        let now = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
        retry_after(&headers, now).map(|d| d.micros() / 1_000_000)
    }

    #[test]
    fn retry_after_is_read_in_both_forms_and_bounded() {
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("0"), Some(0));
        assert_eq!(after("Mon, 23 Nov 2026 09:02:30 GMT"), Some(150));
        assert_eq!(after("Mon, 23 Nov 2026 08:00:00 GMT"), Some(0));
        assert_eq!(after("Mon, 23 Nov 2099 08:00:00 GMT"), Some(3600));
        assert_eq!(after("99999999999999999999999"), Some(3600));
        for nonsense in ["", "soon", "-5", "1.5"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn json_is_parsed_and_anything_else_is_text() {
        let with = |kind: Option<&str>, body: &str, truncated| {
            let mut headers = HeaderMap::new();
            if let Some(kind) = kind {
                headers.insert(CONTENT_TYPE, kind.parse().unwrap());
            }
            output(StatusCode::OK, &headers, body.as_bytes(), truncated)["body"].clone()
        };
        assert_eq!(with(Some("application/JSON; charset=utf-8"), r#"{"a":1}"#, false), json!({"a": 1}));
        assert_eq!(with(Some("application/problem+json"), "[1]", false), json!([1]));
        assert_eq!(with(None, "7", false), json!(7));
        assert_eq!(with(None, "hello", false), json!("hello"));
        assert_eq!(with(Some("text/plain"), "7", false), json!("7"));
        assert_eq!(with(Some("application/json"), r#"{"a":"#, true), json!(r#"{"a":"#));
        assert_eq!(with(Some("application/json"), "", false), json!(""));
    }

    #[test]
    fn cookies_are_not_kept() {
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, "session=1".parse().unwrap());
        headers.append("x-a", "1".parse().unwrap());
        headers.append("x-a", "2".parse().unwrap());
        assert_eq!(Json::Object(kept(&headers)), json!({"x-a": "1, 2"}));
    }
}
