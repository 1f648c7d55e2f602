//! Who calls: `Authorization: Bearer tw_…`, or Basic with the key as the user and no password, or the cookie of a session.

use super::AppState;
use super::key_ring::{Key, Scope};
use super::problem::ApiError;
use super::rate::{self, Allowance};
use super::session;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use std::ops::Deref;
use std::sync::Arc;
use tradewind_nodes::id::WorkspaceId;

const REMEDY: &str = "send an API key as `Authorization: Bearer tw_…`; `tradewind keys create` makes one";

/// The key a request shows in its headers.
#[must_use]
pub fn shown(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = header.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(rest).ok()?).ok()?;
    // Some clients leave the colon out.
    Some(text.split_once(':').map_or(text.clone(), |(user, _)| user.to_owned()))
}

/// A caller known by his key.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose data he may touch.
    pub workspace: WorkspaceId,
    /// The key's name: what `published_by` and `answered_by` say.
    pub name: String,
    held: Arc<Key>,
}

impl Caller {
    /// The id of the key he showed.
    #[must_use]
    pub fn key_id(&self) -> uuid::Uuid {
        self.held.id
    }

    /// Who shows this key.
    #[must_use]
    pub fn by(key: Arc<Key>) -> Self {
        Self { workspace: key.workspace, name: key.name.clone(), held: key }
    }

    /// What his key allows.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        self.held.scopes()
    }
}

/// Whoever has a key, whatever it allows: an extractor.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        known(parts)
    }
}

/// Middleware: finds the caller, if the request names one that exists, and holds him to his rate.
/// A request without a key goes on: whether it needs one is the resource's to say.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    // Only browsers say this. A challenge to Basic would make them ask for a password by themselves.
    let browser = request.headers().contains_key("sec-fetch-site");
    let key = match of(&state, request.method(), request.headers()).await {
        Ok(key) => key,
        Err(error) => return quietly(browser, error.into_response()),
    };
    let Some(key) = key else { return quietly(browser, next.run(request).await) };
    let allowance = key.limiter.take();
    if !allowance.passes {
        return too_fast(allowance).into_response();
    }
    request.extensions_mut().insert(Caller::by(key));
    let mut response = next.run(request).await;
    for (name, value) in rate_headers(allowance) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The key of a request: the one it shows, else that of its session. None without either.
async fn of(state: &AppState, method: &Method, headers: &HeaderMap) -> Result<Option<Arc<Key>>, ApiError> {
    if let Some(shown) = shown(headers) {
        let gone = || ApiError::unauthorised(format!("this API key does not exist or was revoked: {REMEDY}"));
        return state.keys.find(&shown).await?.ok_or_else(gone).map(Some);
    }
    let Some(secret) = session::shown(headers) else { return Ok(None) };
    let key = state.keys.of_session(secret).await?;
    if key.is_some() {
        session::may_change(method, headers)?;
    }
    Ok(key)
}

fn quietly(browser: bool, mut response: Response) -> Response {
    if browser && response.headers().contains_key(WWW_AUTHENTICATE) {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tradewind\""));
    }
    response
}

/// 429 with when to come back.
#[must_use]
pub fn too_fast(allowance: Allowance) -> ApiError {
    let seconds = u32::try_from(allowance.seconds).unwrap_or(1).max(1);
    let detail = format!("this API key makes more than {} requests a second: wait {seconds} s, and send events in batches", rate::QUOTA);
    let mut error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_fast", detail)
        .retry_after(seconds)
        .with_header(HeaderName::from_static("x-ratelimit-reset"), HeaderValue::from(seconds));
    for (name, value) in rate_headers(allowance) {
        error = error.with_header(name, value);
    }
    error
}

fn rate_headers(allowance: Allowance) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let policy = format!("\"default\";q={};w=1", rate::QUOTA);
    let state = format!("\"default\";r={};t={}", allowance.remaining, allowance.seconds);
    let made = [("ratelimit-policy", policy), ("ratelimit", state)];
    made.into_iter().filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?)))
}

fn known(parts: &Parts) -> Result<Caller, ApiError> {
    parts.extensions.get::<Caller>().cloned().ok_or_else(|| ApiError::unauthorised(format!("this address needs an API key: {REMEDY}")))
}

fn caller(parts: &Parts, scope: Scope) -> Result<Caller, ApiError> {
    let caller = known(parts)?;
    if caller.held.allows(scope) { Ok(caller) } else { Err(ApiError::scope_missing(scope.name())) }
}

macro_rules! callers {
    ($($(#[$doc:meta])* $name:ident => $scope:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Caller);
        impl Deref for $name {
            type Target = Caller;
            fn deref(&self) -> &Caller { &self.0 }
        }
        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = ApiError;
            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
                caller(parts, Scope::$scope).map(Self)
            }
        }
    )*};
}

callers! {
    /// A caller whose key has the scope `read`: an extractor.
    Reader => Read;
    /// A caller whose key has the scope `write`: an extractor.
    Writer => Write;
    /// A caller whose key has the scope `admin`: an extractor.
    Admin => Admin;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: &str) -> Option<String> {
        shown(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).unwrap())]))
    }

    #[test]
    fn a_key_is_read_from_either_scheme() {
        let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        assert_eq!(with("Bearer tw_abc").as_deref(), Some("tw_abc"));
        assert_eq!(with("bearer  tw_abc").as_deref(), Some("tw_abc"));
        assert_eq!(with(&basic("tw_abc:")).as_deref(), Some("tw_abc"));
        assert_eq!(with(&basic("tw_abc")).as_deref(), Some("tw_abc"));
        assert_eq!(with(&basic("tw_abc:ignored")).as_deref(), Some("tw_abc"));
        assert_eq!(with("Digest x"), None);
        assert_eq!(with("Basic %%%"), None);
    }
}
