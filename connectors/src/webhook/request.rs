//! From an effect to a request that may be sent.

use super::Webhook;
use crate::attempt::Envelope;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::HttpRequest;
use url::{Host, Url};

const AGENT: HeaderValue = HeaderValue::from_static(concat!("Tradewind/", env!("CARGO_PKG_VERSION")));
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What the connection and the body's framing decide; a node that sets one could split or smuggle requests.
const RESERVED: [&str; 9] =
    ["host", "connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Where a request goes.
pub(super) struct Target {
    pub(super) uri: Uri,
    /// `host:port`, the port as the scheme has it when absent.
    pub(super) authority: String,
    /// The host alone, for messages: path and query may hold secrets.
    pub(super) host: String,
}

fn wrong(code: &str, field: &str, message: impl Into<String>) -> Problem {
    Problem::new(code, message).in_field(field)
}

impl Webhook {
    /// Checks where `url` leads, as far as can be known without asking a name server.
    pub(super) fn target(&self, url: &str) -> Result<Target, Problem> {
        // `Url` reads `http://2130706433`, `http://0x7f.1` and full-width digits as the addresses they are.
        let mut url = Url::parse(url)
            .map_err(|error| wrong("http.url", "/url", format!("the address cannot be read ({error}): write http(s)://host/path")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("http.url", "/url", "the address is neither http nor https: write http(s)://host/path"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("http.url", "/url", "the address holds a login: send it as an authorization header"));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) | None => None,
        };
        if literal.is_some_and(|address| !self.rule.permits(address)) {
            return Err(refused(&host));
        }
        url.set_fragment(None);
        let uri = url
            .as_str()
            .parse()
            .map_err(|_| wrong("http.url", "/url", "the address holds characters that cannot be sent: percent-encode them"))?;
        let authority = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        Ok(Target { uri, authority, host })
    }

    /// The request of one attempt, signed when asked for.
    pub(super) fn request(&self, envelope: &Envelope<'_>, wanted: &HttpRequest, uri: Uri) -> Result<Request<Full<Bytes>>, Problem> {
        let method = match wanted.method.as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Err(wrong("http.method", "/method", "the method is none of GET, POST, PUT, PATCH, DELETE: choose one")),
        };
        let body = Bytes::copy_from_slice(wanted.body.as_bytes());
        let mut request = Request::new(Full::new(body));
        let keyed = method != Method::GET;
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.reserve(wanted.headers.len() + 6);
        for (name, value) in &wanted.headers {
            let bad = |what: &str| wrong("http.header", "/headers", format!("the header {name:?} {what}"));
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("has no legal name: use letters, digits and hyphens"))?;
            if RESERVED.contains(&name.as_str()) {
                return Err(bad("belongs to the connection: take it out"));
            }
            let value = HeaderValue::from_str(value).map_err(|_| bad("holds a line break or control character: take it out"))?;
            headers.insert(name, value);
        }
        if !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, AGENT);
        }
        if !wanted.body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, guessed_type(&wanted.body));
        }
        // A key the node sets itself is what its receiver asks for.
        if keyed && !headers.contains_key(IDEMPOTENCY_KEY) {
            headers.insert(IDEMPOTENCY_KEY, made(format!("\"{}\"", envelope.key))?);
        }
        if wanted.sign {
            let signer = self.signer.as_ref().ok_or_else(|| {
                wrong(
                    "http.unsigned",
                    "/sign",
                    "the request is to be signed but there is no signing secret: set webhook.secret, or switch signing off",
                )
            })?;
            let signed = signer.headers(envelope.key, envelope.now, wanted.body.as_bytes());
            headers.insert("webhook-id", made(signed.id)?);
            headers.insert("webhook-timestamp", made(signed.timestamp)?);
            headers.insert("webhook-signature", made(signed.signature)?);
        }
        Ok(request)
    }
}

/// The host leads to somewhere out of bounds.
pub(super) fn refused(host: &str) -> Problem {
    wrong(
        "http.address",
        "/url",
        format!("{host} is a private, local or reserved address: use a public one, or add its network to webhook.allow"),
    )
}

/// A value made of ids, digits and base64.
fn made(value: String) -> Result<HeaderValue, Problem> {
    HeaderValue::try_from(value).map_err(|_| Problem::new("http.header", "the effect's key cannot be sent as a header: rename the node"))
}

fn guessed_type(body: &str) -> HeaderValue {
    if body.trim_start().starts_with(['{', '[']) {
        HeaderValue::from_static("application/json")
    } else {
        HeaderValue::from_static("text/plain; charset=utf-8")
    }
}
