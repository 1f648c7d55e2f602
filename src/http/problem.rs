//! Errors as RFC 9457 problem documents: one type for every failure an answer can carry.

use axum::Json as AxumJson;
use axum::extract::rejection::{BytesRejection, FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use tradewind_engine::EngineError;
use tradewind_nodes::issue::{FieldIssue, Issue, IssueCode};
use tradewind_store::StoreError;
pub use tradewind_wire::{FieldError, ProblemDocument};

/// One wrong field of a body or a file.
#[must_use]
pub fn field_error(issue: &FieldIssue) -> FieldError {
    let (line, column) = issue.place().map_or((None, None), |(line, column)| (Some(line), column));
    FieldError { detail: issue.message.clone(), pointer: issue.field.clone(), code: name(issue.code), node: None, line, column }
}

/// One thing wrong with a graph. Its pointer leads to `/nodes/<id>/config/…`, or `/settings/…`.
#[must_use]
pub fn graph_error(issue: &Issue) -> FieldError {
    let pointer = match &issue.node {
        Some(node) => format!("/nodes/{node}/config{}", issue.field),
        None => issue.field.clone(),
    };
    let found = field_error(&FieldIssue::new(pointer, issue.code, issue.message.as_str()));
    FieldError { node: issue.node.as_ref().map(ToString::to_string), ..found }
}

fn name(code: IssueCode) -> String {
    // A variant without fields is written as a text.
    serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A failure on its way to the client.
#[derive(Clone, Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// A failure with this status, stable name and explanation (what happened and what to do).
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }
    /// 404: there is no `thing` called `name` in this workspace.
    pub fn not_found(thing: &str, name: impl std::fmt::Display) -> Self {
        let name: String = name.to_string().chars().take(120).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("there is no {thing} {name:?} in this workspace: check its id in the list of {thing}s"),
        )
    }
    /// 400: one field of the input is wrong. `pointer` is a JSON pointer (`/name`) or `?name` for a query parameter.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::wrong(IssueCode::Invalid, pointer, detail)
    }
    /// 400 as [`ApiError::invalid`], with another name for what is wrong.
    pub fn wrong(code: IssueCode, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let error = FieldError { detail: detail.into(), pointer: pointer.into(), code: name(code), ..FieldError::default() };
        // A pointer to the whole says nothing to a reader.
        let detail = if error.pointer.is_empty() { error.detail.clone() } else { format!("{}: {}", error.pointer, error.detail) };
        let mut made = Self::new(StatusCode::BAD_REQUEST, "invalid", detail);
        made.errors.push(error);
        made
    }
    /// 422: the input is well-formed but breaks rules, each named.
    pub fn unprocessable(detail: impl Into<String>, errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }
    /// 422 out of the issues of a graph. Pointers lead to `/nodes/<id>/config/…`, or `/settings/…`.
    pub fn issues(issues: &[Issue]) -> Self {
        let errors = issues.iter().map(graph_error).collect::<Vec<_>>();
        let count = match errors.len() {
            1 => "1 issue: correct it".to_owned(),
            several => format!("{several} issues: correct them"),
        };
        Self::unprocessable(format!("the journey has {count} and try again"), errors)
    }
    /// 409: the request does not fit the present state.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }
    /// 412: `If-Match` names an older revision.
    pub fn stale(thing: &str) -> Self {
        let detail =
            format!("the {thing} was changed since you read it: read it again, apply your change and send its new ETag as If-Match");
        Self::new(StatusCode::PRECONDITION_FAILED, "stale", detail)
    }
    /// 428: the request has to say which revision it changes.
    pub fn match_required(thing: &str) -> Self {
        let detail = format!("send If-Match with the ETag of the {thing} you read, so that nobody's change is overwritten unseen");
        Self::new(StatusCode::PRECONDITION_REQUIRED, "if_match_required", detail)
    }
    /// 401 with what to send.
    pub fn unauthorised(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised", detail)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tradewind\", Basic realm=\"tradewind\""))
    }
    /// 403: the key lacks a scope.
    pub fn scope_missing(scope: &str) -> Self {
        let detail = format!(
            "this API key lacks the scope {scope:?}: use a key that has it, or make one with `tradewind keys create --scopes {scope}`"
        );
        Self::new(StatusCode::FORBIDDEN, "scope_missing", detail)
    }
    /// 503: try again in `seconds`.
    pub fn busy(detail: impl Into<String>, seconds: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).retry_after(seconds)
    }
    /// 500: our fault. What went wrong is logged, never shown: it may hold other people's data.
    pub fn internal(reason: &dyn std::fmt::Display) -> Self {
        tracing::error!(%reason, "a request failed");
        let detail =
            "something broke on our side and was logged: try again, and give the x-request-id of this answer to the operator if it stays";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
    /// The same failure with `Retry-After`.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }
    /// The same failure with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
    /// The status it will be answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
    /// What happened and what to do.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ProblemDocument {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            message: self.detail.clone(),
            detail: self.detail,
            errors: self.errors,
        };
        let mut response = (self.status, AxumJson(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.extend(self.headers);
        response
    }
}

impl From<tradewind_schema::ReadError> for ApiError {
    fn from(error: tradewind_schema::ReadError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => {
                Self::conflict("changed_meanwhile", "the data changed while this request ran: read it again and retry")
            }
            StoreError::Unique { .. } => {
                Self::conflict("exists", "something with the same unique name exists: use it, or choose another name")
            }
            StoreError::Unavailable { reason } => {
                tracing::warn!(%reason, "the database is not available");
                Self::busy("the database is not available at the moment: try again shortly", 2)
            }
            StoreError::Closed | StoreError::NotOwner => {
                Self::busy("this process is stopping: try again, another one or its successor will answer", 5)
            }
            other => Self::internal(&other),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Full => Self::busy("the queues are full: try again after the time in Retry-After", 1),
            EngineError::Stopping => Self::busy("this process is stopping: try again, another one or its successor will answer", 5),
            EngineError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        from_status(rejection.status(), &rejection.body_text())
    }
}
impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        match rejection.status() {
            StatusCode::INTERNAL_SERVER_ERROR => Self::internal(&rejection.body_text()),
            // A path with an id that is none names nothing.
            _ => Self::new(StatusCode::NOT_FOUND, "not_found", format!("this address names nothing: {}", rejection.body_text())),
        }
    }
}
impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::invalid("?", format!("{}: correct the query string", rejection.body_text()))
    }
}
impl From<FormRejection> for ApiError {
    fn from(rejection: FormRejection) -> Self {
        from_status(rejection.status(), &rejection.body_text())
    }
}
impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        from_status(rejection.status(), &rejection.body_text())
    }
}

/// A plain failure by its status alone, for what axum and the layers answer themselves.
pub fn from_status(status: StatusCode, text: &str) -> ApiError {
    let (code, remedy) = match status {
        StatusCode::NOT_FOUND => ("not_found", "nothing lives at this address: see /api/docs for those that exist"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this address does not know this method: see the Allow header"),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the body is larger than this address takes: send less at a time"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "send Content-Type: application/json"),
        StatusCode::REQUEST_TIMEOUT => ("timeout", "the request took too long: send it again"),
        StatusCode::GATEWAY_TIMEOUT => ("timeout", "the answer took too long: ask for less, or try again"),
        StatusCode::INTERNAL_SERVER_ERROR => return ApiError::internal(&text),
        _ => ("refused", "the request was refused"),
    };
    let text = text.trim();
    let detail = if text.is_empty() { remedy.to_owned() } else { format!("{remedy} ({text})") };
    ApiError::new(status, code, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_field_is_named() {
        let error = ApiError::invalid("/name", "must not be empty");
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        assert_eq!(error.errors[0].pointer, "/name");
        let response = error.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(ApiError::invalid("", "send JSON").detail(), "send JSON");
    }

    #[test]
    fn issues_of_a_graph_keep_their_node_and_code() {
        let node = tradewind_nodes::id::NodeId::new("wait").unwrap();
        let of_node = Issue::error(Some(&node), "/duration", IssueCode::Missing, "is needed");
        let of_graph = Issue::error(None, "", IssueCode::NoTrigger, "add a trigger");
        let error = ApiError::issues(&[of_node, of_graph]);
        let told = serde_json::to_value(&error.errors).unwrap();
        assert_eq!(
            told[0],
            serde_json::json!({"detail": "is needed", "pointer": "/nodes/wait/config/duration", "code": "missing", "node": "wait"})
        );
        assert_eq!(told[1], serde_json::json!({"detail": "add a trigger", "pointer": "", "code": "no_trigger"}));
    }

    #[test]
    fn full_queues_ask_to_come_back() {
        let response = ApiError::from(EngineError::Full).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[RETRY_AFTER], "1");
    }
}
