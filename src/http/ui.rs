//! The builder: its page at every address that is no one else's, its files under `/assets/`.
//!
//! They are part of the program. A debug build reads them from the folder `BUILDER_UI_DIR` names, so that who works on
//! the builder need not build the server again.

use super::AppState;
use super::problem::from_status;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Method, StatusCode, Uri};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// A file of the builder in its forms.
struct Embedded {
    name: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static FILES: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/ui.rs"));
const INDEX: &str = "index.html";
/// Addresses below these are programs' business: who asks there for what is not, gets a problem, not a page.
const OTHERS: [&str; 10] = ["/api", "/v1", "/hooks", "/assets", "/healthz", "/readyz", "/metrics", "/u/", "/o/", "/favicon.ico"];
/// `wasm-unsafe-eval` allows to compile WebAssembly and nothing else. Frames are the previews of mails, without scripts.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: https:; \
                      connect-src 'self'; frame-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tradewind</title><h1>Tradewind runs</h1>\
                         <p>This program was built without the builder. Run <code>make ui</code> and build it again, or <code>make run</code>, \
                         which does both.</p><p><a href=\"/api/docs\">The API</a> is complete.</p></html>";

/// An empty page that the builder fills with a mail it previews. Mails bring styles of their own, so it has a policy of its own;
/// no script runs there, nothing is sent from there, and only the builder may frame it.
const FRAME: &str = "<!doctype html><html><head><meta charset=\"utf-8\"><title>Preview</title></head><body></body></html>";
const FRAME_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https:; font-src data: https:; \
                            base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The route of the files. The page itself is [`page`], the fallback of the whole application.
pub fn router() -> Router<AppState> {
    Router::new().route("/assets/{name}", get(asset)).route("/assets/frame/mail", get(frame))
}

async fn frame() -> impl IntoResponse {
    let policy = [(CONTENT_SECURITY_POLICY, FRAME_POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (policy, Html(FRAME))
}

/// The answer at an address nothing else lives at: the page, for whoever looks for pages; a problem for everybody else.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let taken = OTHERS
        .iter()
        .any(|other| uri.path().strip_prefix(other).is_some_and(|rest| rest.is_empty() || other.ends_with('/') || rest.starts_with('/')));
    let html = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    if taken || !html || !matches!(method, Method::GET | Method::HEAD) {
        return from_status(StatusCode::NOT_FOUND, "").into_response();
    }
    let mut response = match find(INDEX, &headers) {
        Some(found) => document(found, &headers),
        None => (StatusCode::OK, Html(NOT_BUILT)).into_response(),
    };
    let answer = response.headers_mut();
    answer.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    answer.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    response
}

/// The page with its tag: it is small, asked for at each visit, and names the other files by their content.
fn document(found: Found, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", Sha256::digest(&found.bytes)[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let known = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).is_some_and(|tags| tags.contains(&tag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { found.into_response() };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(found) = find(&name, &headers).filter(|_| name != INDEX) else {
        return from_status(StatusCode::NOT_FOUND, "").into_response();
    };
    let mut response = found.into_response();
    let answer = response.headers_mut();
    // Its name changes with what is in it.
    answer.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    answer.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// A file in the form the client takes.
struct Found {
    kind: &'static str,
    encoding: Option<&'static str>,
    bytes: Cow<'static, [u8]>,
}

impl IntoResponse for Found {
    fn into_response(self) -> Response {
        let mut response = self.bytes.into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        if let Some(encoding) = self.encoding {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

fn find(name: &str, headers: &HeaderMap) -> Option<Found> {
    let kind = kind(name);
    if let Some(bytes) = from_folder(name) {
        return Some(Found { kind, encoding: None, bytes: bytes.into() });
    }
    let file = FILES.iter().find(|file| file.name == name)?;
    let takes = |encoding| accepts(headers, encoding);
    let (encoding, bytes) = match (file.brotli.filter(|_| takes("br")), file.gzip.filter(|_| takes("gzip"))) {
        (Some(brotli), _) => (Some("br"), brotli),
        (None, Some(gzip)) => (Some("gzip"), gzip),
        (None, None) => (None, file.plain),
    };
    Some(Found { kind, encoding, bytes: bytes.into() })
}

#[cfg(debug_assertions)]
fn from_folder(name: &str) -> Option<Vec<u8>> {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && !name.starts_with('.');
    let folder = std::env::var_os("BUILDER_UI_DIR").filter(|_| plain)?;
    std::fs::read(std::path::Path::new(&folder).join(name)).ok()
}

#[cfg(not(debug_assertions))]
fn from_folder(_: &str) -> Option<Vec<u8>> {
    None
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// Whether the client takes this encoding: named and not with a weight of nothing.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let all = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut parts = all.map(|part| part.split(';').map(str::trim));
    parts.any(|mut part| {
        part.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding))
            && !part.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    async fn status(method: Method, path: &'static str, accept: &'static str) -> StatusCode {
        page(method, Uri::from_static(path), with(ACCEPT, accept)).await.status()
    }

    #[tokio::test]
    async fn a_page_is_answered_only_to_who_looks_for_pages() {
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        for path in ["/", "/journeys", "/journeys/abandoned-cart", "/unknown", "/v1ewer"] {
            assert_eq!(status(Method::GET, path, browser).await, StatusCode::OK, "{path}");
        }
        for path in ["/api/v1/nothing", "/v1/nothing", "/hooks/x", "/assets/x", "/u/x"] {
            assert_eq!(status(Method::GET, path, browser).await, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(status(Method::GET, "/journeys", "application/json").await, StatusCode::NOT_FOUND);
        assert_eq!(status(Method::POST, "/journeys", browser).await, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn the_page_allows_no_script_of_others() {
        let response = page(Method::GET, Uri::from_static("/"), with(ACCEPT, "text/html")).await;
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';") && !policy.contains("unsafe-inline"), "{policy}");
        assert_eq!(response.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[test]
    fn encodings_are_read_with_their_weights() {
        assert!(accepts(&with(ACCEPT_ENCODING, "gzip, br;q=0.5"), "br"));
        assert!(!accepts(&with(ACCEPT_ENCODING, "gzip, br;q=0"), "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }
}
