//! Lists, a page at a time: `?limit=50&cursor=…` → `{"data":[…],"next_cursor":…,"has_more":…}` and a `Link` header.
//!
//! A handler asks the database for [`Paging::fetch`] rows after [`Paging::after`] and hands them to [`Page::cut`].

use super::extract::Query;
use super::problem::{ApiError, ApiResult};
use super::wired::{self, IntoWire};
use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::{HeaderValue, LINK};
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;
pub use tradewind_wire::{Page, PageQuery};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;
/// A cursor is made of a few keys; anything longer was not made here.
const MAX_CURSOR: usize = 512;

/// The page a client asks for: an extractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// Rows wanted, 1 to 200.
    pub limit: u32,
    cursor: Option<Vec<u8>>,
}

impl Paging {
    /// Rows to ask the database for: one more than wanted, to know whether more follow.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
    /// The key of the last row of the page before; None on the first page.
    ///
    /// # Errors
    /// When the cursor belongs to another list.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, ApiError> {
        self.cursor.as_deref().map(serde_json::from_slice).transpose().map_err(|_| bad_cursor())
    }

    fn read(query: PageQuery) -> Result<Self, ApiError> {
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ApiError::invalid("?limit", format!("must be a number from 1 to {MAX_LIMIT}")));
        }
        let cursor = match query.cursor.as_deref() {
            None | Some("") => None,
            Some(text) if text.len() > MAX_CURSOR => return Err(bad_cursor()),
            Some(text) => Some(BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_cursor())?),
        };
        Ok(Self { limit, cursor })
    }
}

fn bad_cursor() -> ApiError {
    ApiError::invalid(
        "?cursor",
        "is not a cursor of this list: pass next_cursor of the page before unchanged, or leave it out to start again",
    )
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state).await?;
        Self::read(query)
    }
}

/// A page as an answer.
#[derive(Debug)]
pub struct Paged<T>(pub Page<T>);

impl<T> Paged<T> {
    /// Makes a page of up to `limit + 1` rows fetched; `key` gives what [`Paging::after`] will return for the page
    /// that follows: the sort key of a row, unique and in the order of the list.
    ///
    /// # Errors
    /// When a row cannot be told.
    pub fn cut<R: IntoWire<T>, K: Serialize>(mut rows: Vec<R>, paging: &Paging, key: impl FnOnce(&R) -> K) -> ApiResult<Self> {
        let limit = paging.limit as usize;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = if has_more { rows.last().map(key) } else { None };
        Self::looked(rows, next)
    }

    /// Makes a page of a list that looked at no more rows than it may; `next` is what [`Paging::after`] will return for the
    /// page that follows.
    ///
    /// # Errors
    /// When a row cannot be told.
    pub fn looked<R: IntoWire<T>, K: Serialize>(rows: Vec<R>, next: Option<K>) -> ApiResult<Self> {
        let next_cursor = next.and_then(|key| encode(&key));
        Ok(Self(Page { data: wired::all(rows)?, has_more: next_cursor.is_some(), next_cursor }))
    }
}

/// A key as an opaque cursor.
fn encode(key: &impl Serialize) -> Option<String> {
    serde_json::to_vec(key).ok().map(|json| BASE64_URL_SAFE_NO_PAD.encode(json))
}

#[derive(Clone)]
struct NextCursor(String);

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        let next = self.0.next_cursor.clone().map(NextCursor);
        let mut response = axum::Json(self.0).into_response();
        if let Some(next) = next {
            response.extensions_mut().insert(next);
        }
        response
    }
}

/// Middleware: adds `Link: <…>; rel="next"` to the answers that are a [`Page`]. It knows the request's address, a page does not.
pub async fn link(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    let mut response = next.run(request).await;
    if let Some(NextCursor(cursor)) = response.extensions_mut().remove() {
        let kept = uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty() && !part.starts_with("cursor="));
        let query: Vec<String> = kept.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
        if let Ok(link) = HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", uri.path(), query.join("&"))) {
            response.headers_mut().insert(LINK, link);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    impl IntoWire<&'static str> for (i64, &'static str) {
        fn into_wire(self) -> ApiResult<&'static str> {
            Ok(self.1)
        }
    }

    fn asked(limit: Option<u32>, cursor: Option<String>) -> Result<Paging, ApiError> {
        Paging::read(PageQuery { limit, cursor })
    }

    #[test]
    fn limits_are_bounded() {
        assert_eq!(asked(None, None).unwrap().fetch(), 51);
        assert_eq!(asked(Some(200), None).unwrap().limit, 200);
        for bad in [0, 201, u32::MAX] {
            assert!(asked(Some(bad), None).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cursor_leads_on_from_the_last_row() {
        let first = asked(Some(2), None).unwrap();
        assert_eq!(first.after::<(i64, String)>().unwrap(), None);
        let page = Paged::<&'static str>::cut(vec![(3_i64, "c"), (2, "b"), (1, "a")], &first, |row| (row.0, row.1.to_owned())).unwrap().0;
        assert!(page.has_more);
        assert_eq!(page.data, vec!["c", "b"]);
        let second = asked(Some(2), page.next_cursor).unwrap();
        assert_eq!(second.after::<(i64, String)>().unwrap(), Some((2, "b".to_owned())));
        assert!(second.after::<bool>().is_err());
        let last = Paged::<&'static str>::cut(vec![(1_i64, "a")], &second, |row| row.0).unwrap().0;
        assert!(!last.has_more && last.next_cursor.is_none());
    }

    #[test]
    fn a_forged_cursor_is_refused() {
        assert!(asked(None, Some("%%%".into())).is_err());
        assert!(asked(None, Some("a".repeat(1000))).is_err());
    }
}
