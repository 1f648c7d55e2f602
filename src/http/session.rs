//! `/api/v1/session`: signing in from a browser. An API key is exchanged for a cookie that no script can read and that does
//! what the key does, until the user signs out, the key is revoked or [`LASTS`] has passed.
//!
//! A browser sends cookies along whoever made it ask. So a request that changes something and shows only the cookie must
//! come from our own page: the browser says so in `Sec-Fetch-Site` or `Origin`, which scripts cannot set.

use super::AppState;
use super::auth::Caller;
use super::extract::Json;
use super::key_ring::KeyError;
use super::problem::{ApiError, ApiResult, FieldError, ProblemDocument};
use super::sessions::{self, LASTS};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
#[cfg(test)]
use tradewind_store::Statements;
use tradewind_wire::session::{Session, SignIn};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const COOKIE_NAME: &str = "tradewind_session";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const WORKSPACE: &str = "SELECT name FROM workspaces WHERE id = $1";
/// Every statement of this file.
#[cfg(test)]
pub const STATEMENTS: Statements = Statements(&[WORKSPACE]);

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read, sign_in, sign_out))
}

/// Tells who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Session), (status = "4XX", body = ProblemDocument)))]
async fn read(State(state): State<AppState>, caller: Caller) -> ApiResult<Json<Session>> {
    Ok(Json(told(&state, &caller).await?))
}

/// Signs in: answers a cookie that does what the key does, for a browser on this server's own page.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn, security(()),
    responses((status = 201, body = Session), (status = "4XX", body = ProblemDocument)))]
async fn sign_in(State(state): State<AppState>, headers: HeaderMap, Json(wanted): Json<SignIn>) -> ApiResult<Response> {
    if foreign(&headers) {
        return Err(not_from_here());
    }
    let unknown = || {
        let detail = "no key in force is spelled like this".to_owned();
        let error = FieldError { detail, pointer: "/key".to_owned(), code: "invalid".to_owned(), ..FieldError::default() };
        ApiError::unprocessable("this API key does not exist or was revoked: `tradewind keys create` makes one", vec![error])
    };
    let key = state.keys.find(wanted.key.trim()).await?.ok_or_else(unknown)?;
    let secret = sessions::open(&state.db, key.id, state.env.now()).await.map_err(|error| match error {
        KeyError::Store(error) => error.into(),
        KeyError::Entropy => ApiError::internal(&error),
    })?;
    let session = told(&state, &Caller::by(key)).await?;
    let cookie = cookie(&state, &secret, LASTS.to_std().as_secs())?;
    Ok((StatusCode::CREATED, [(SET_COOKIE, cookie), (CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(session)).into_response())
}

/// Signs out. The cookie is worth nothing from then on.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204), (status = "4XX", body = ProblemDocument)))]
async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    if let Some(secret) = shown(&headers) {
        sessions::close(&state.db, secret).await?;
        state.keys.forget(secret);
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie(&state, "", 0)?)]).into_response())
}

async fn told(state: &AppState, caller: &Caller) -> ApiResult<Session> {
    let rows = state.db.query(WORKSPACE, vec![caller.workspace.0.into()]).await?;
    let workspace = rows.value("name")?.unwrap_or_default();
    Ok(Session {
        key: caller.name.clone(),
        scopes: caller.scopes().to_vec(),
        workspace,
        public_url: state.config.base().to_owned(),
        mailbox: state.config.smtp.is_none(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn cookie(state: &AppState, secret: &str, seconds: u64) -> ApiResult<HeaderValue> {
    let secure = if state.config.public_url.scheme() == "https" { "; Secure" } else { "" };
    let text = format!("{COOKIE_NAME}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).map_err(|error| ApiError::internal(&error))
}

/// The secret of the session a request shows.
#[must_use]
pub fn shown(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == COOKIE_NAME).map(|(_, secret)| secret)
}

/// Whether a request by cookie may do what it asks: reading always, changing only from our own page.
///
/// # Errors
/// 403 with the reason.
pub fn may_change(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || own_page(headers) == Some(true) { Ok(()) } else { Err(not_from_here()) }
}

/// Whether a page of another site asks, and says so.
fn foreign(headers: &HeaderMap) -> bool {
    own_page(headers) == Some(false)
}

/// Whether the request comes from our own page; nothing when it does not say.
fn own_page(headers: &HeaderMap) -> Option<bool> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(SEC_FETCH_SITE) {
        return Some(site == "same-origin");
    }
    let origin = text(ORIGIN)?;
    Some(origin.split_once("://").is_some_and(|(_, host)| text(HOST) == Some(host)))
}

fn not_from_here() -> ApiError {
    let detail =
        "a session's cookie changes things only for this server's own page: from elsewhere send an API key as `Authorization: Bearer tw_…`";
    ApiError::new(StatusCode::FORBIDDEN, "foreign_page", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        assert_eq!(shown(&headers(&[("cookie", "a=b; tradewind_session=tws_1; c=d")])), Some("tws_1"));
        assert_eq!(shown(&headers(&[("cookie", "xtradewind_session=tws_1")])), None);
    }

    #[test]
    fn only_our_own_page_may_change_things() {
        let may = |pairs: &[(&'static str, &str)]| may_change(&Method::POST, &headers(pairs)).is_ok();
        assert!(may(&[("sec-fetch-site", "same-origin")]));
        assert!(may(&[("origin", "https://tw.example:8443"), ("host", "tw.example:8443")]));
        assert!(!may(&[("sec-fetch-site", "same-site"), ("origin", "https://tw.example"), ("host", "tw.example")]));
        assert!(!may(&[("origin", "https://evil.example"), ("host", "tw.example")]));
        assert!(!may(&[("origin", "null"), ("host", "tw.example")]));
        assert!(!may(&[]));
        assert!(may_change(&Method::GET, &headers(&[("sec-fetch-site", "cross-site")])).is_ok());
    }
}
