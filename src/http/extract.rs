//! Extractors whose rejections are problem documents: use these in place of axum's.

use super::problem::{ApiError, from_status};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, IF_MATCH};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tradewind_nodes::issue::IssueCode;
use url::form_urlencoded;

/// Bytes of a refused body that are read, and how long that may take.
const DRAINED: usize = 16 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// How long the body is, as its sender says.
#[must_use]
pub fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads the rest of a body that is refused and throws it away. A connection closed in the middle of a body is reset, and
/// its client then never reads why it was refused.
pub async fn drain(body: &mut Body) {
    let all = async {
        let mut left = DRAINED;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Who is slower than this loses his connection.
    let _ = tokio::time::timeout(DRAIN_TIME, all).await;
}

/// A JSON body, in and out. A body that does not fit names the field it fails at.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(from_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, ""));
        }
        let bytes = Bytes::from_request(request, state).await?;
        parse(&bytes).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Reads a document; a failure names the field.
///
/// # Errors
/// When it is not JSON or not of the shape asked for.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| unreadable(&error))?;
    reader.end().map_err(|error| ApiError::invalid("", format!("{error}: send one JSON document and nothing after it")))?;
    Ok(value)
}

/// Says where and why a document could not be read.
fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let (mut pointer, words) = (pointer(error.path()), error.inner().to_string());
    if !error.inner().is_data() {
        return ApiError::invalid(pointer, format!("the body is not JSON ({words}): send one whole JSON document"));
    }
    // serde names these fields in its words alone, and the path of the one that is missing ends above it.
    let quoted = |start: &str| words.strip_prefix(start)?.split_once('`').map(|(name, _)| name.to_owned());
    if let Some(name) = quoted("missing field `") {
        pointer.push_str(&format!("/{}", escaped(&name)));
        return ApiError::wrong(IssueCode::Missing, pointer, format!("{words}: fill it in"));
    }
    let code = if quoted("unknown field `").is_some() { IssueCode::UnknownField } else { IssueCode::Invalid };
    ApiError::wrong(code, pointer, format!("{words}: correct the body"))
}

/// A key as a part of a JSON pointer.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A path into a document as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else { return false };
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json")
}

/// Parts of the path.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub struct Path<T>(pub T);

/// The query string. A parameter without a value counts as absent; one that does not fit is named.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn query<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    let given = form_urlencoded::parse(text.as_bytes()).filter(|(_, value)| !value.is_empty());
    let given = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(given.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = error.path().to_string();
        let name = if name == "." { String::new() } else { name };
        ApiError::invalid(format!("?{name}"), format!("{}: correct it, or leave it out", error.inner()))
    })
}

/// The revision a client says it changes (`If-Match`). Revisions are numbers, ETags their text in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(pub Option<i64>);

impl Revision {
    /// The ETag of a document at this revision.
    #[must_use]
    pub fn etag(revision: i64) -> (http::HeaderName, HeaderValue) {
        (ETAG, HeaderValue::from_str(&format!("\"{revision}\"")).unwrap_or(HeaderValue::from_static("\"0\"")))
    }
    /// Passes when the client named `current`, or `*`.
    ///
    /// # Errors
    /// 412 when it named another one, 428 when it named none.
    pub fn must_be(self, current: i64, thing: &str) -> Result<(), ApiError> {
        match self.0 {
            None => Err(ApiError::match_required(thing)),
            Some(Self::ANY) => Ok(()),
            Some(revision) if revision == current => Ok(()),
            Some(_) => Err(ApiError::stale(thing)),
        }
    }
    const ANY: i64 = -1;

    fn read(header: Option<&HeaderValue>) -> Self {
        let Some(text) = header.and_then(|value| value.to_str().ok()) else { return Self(None) };
        let text = text.trim();
        if text == "*" {
            return Self(Some(Self::ANY));
        }
        let number = text.trim_start_matches("W/").trim_matches('"').parse::<i64>().ok().filter(|n| *n >= 0);
        // What was never an ETag of ours matches nothing.
        Self(Some(number.unwrap_or(i64::MIN)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Revision {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::read(parts.headers.get(IF_MATCH)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code, reason = "only whether it can be read is tested")]
    struct Shape {
        list: Vec<u8>,
    }

    #[test]
    fn a_wrong_field_is_pointed_at() {
        let error = parse::<Shape>(br#"{"list":[1,"x"]}"#).unwrap_err();
        assert!(error.detail().starts_with("/list/1: "), "{}", error.detail());
        assert!(parse::<Shape>(br#"{"list":[]} x"#).is_err());
        assert!(parse::<Shape>(b"{}").unwrap_err().detail().starts_with("/list: missing field"));
        assert!(parse::<Shape>(br#"{"list": ["#).unwrap_err().detail().contains("is not JSON"));
    }

    #[derive(Debug, PartialEq, Default, serde::Deserialize)]
    #[serde(default)]
    struct Asked {
        state: Option<tradewind_wire::tasks::TaskState>,
        limit: Option<u32>,
        inside: Option<bool>,
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        let wrong = |text: &str| query::<Asked>(text).unwrap_err().detail().to_owned();
        assert!(wrong("state=bogus").starts_with("?state: unknown variant `bogus`, expected one of `open`"), "{}", wrong("state=bogus"));
        assert!(wrong("limit=x").starts_with("?limit: "), "{}", wrong("limit=x"));
        assert!(wrong("inside=perhaps").starts_with("?inside: "), "{}", wrong("inside=perhaps"));
        assert_eq!(query::<Asked>("state=&inside=true").unwrap(), Asked { inside: Some(true), ..Asked::default() });
    }

    #[test]
    fn revisions_are_compared() {
        let named = |text: &'static str| Revision::read(Some(&HeaderValue::from_static(text)));
        assert!(named("\"3\"").must_be(3, "journey").is_ok());
        assert!(named("*").must_be(3, "journey").is_ok());
        assert_eq!(named("\"2\"").must_be(3, "journey").unwrap_err().status(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(named("nonsense").must_be(3, "journey").unwrap_err().status(), StatusCode::PRECONDITION_FAILED);
        assert_eq!(Revision::read(None).must_be(3, "journey").unwrap_err().status(), StatusCode::PRECONDITION_REQUIRED);
    }

    #[test]
    fn json_is_told_by_its_content_type() {
        let with = |kind: &'static str| HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        assert!(is_json(&with("application/json; charset=utf-8")));
        assert!(is_json(&with("application/merge-patch+json")));
        assert!(!is_json(&with("text/plain")) && !is_json(&HeaderMap::new()));
    }
}
