//! `/api/v1/mails`: the built-in mailbox, which keeps what journeys send while no mail server is set up.

use super::AppState;
use super::auth::Reader;
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use serde::Deserialize;
use tradewind_engine::inspect::mails::{self, Mail, MailSummary};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// What the page of a mail may do: be framed by the builder and look as it was written. No scripts, no forms, and nothing loaded
/// from elsewhere, which would tell the sender that it was read.
const CLOSED: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      frame-ancestors 'self'; base-uri 'none'; form-action 'none'";
/// The same, with pictures.
const WITH_PICTURES: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; \
                             img-src data: https: http:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(show))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only mails to this address.
    recipient: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ShowQuery {
    /// Whether pictures are loaded from where they are.
    #[serde(default)]
    pictures: bool,
}

/// Lists the mails caught, the newest first.
#[utoipa::path(get, path = "/api/v1/mails", tag = "mails", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<MailSummary>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<ListQuery>,
    paging: Paging,
) -> ApiResult<Page<MailSummary>> {
    let recipient = comparable(query.recipient, "?recipient")?;
    let listed = mails::list(&state.db, reader.workspace, recipient.as_deref(), paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |mail| mail.id))
}

/// One mail with its parts and headers.
#[utoipa::path(get, path = "/api/v1/mails/{id}", tag = "mails", params(("id" = Uuid, Path, description = "The delivery's id")),
    responses((status = 200, body = Mail), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<Mail>> {
    mails::get(&state.db, reader.workspace, id).await?.map(Json).ok_or_else(|| ApiError::not_found("mail", id))
}

/// The HTML part of a mail as a page, to be shown in a frame. It runs no scripts and loads nothing but, when asked to, pictures.
#[utoipa::path(get, path = "/api/v1/mails/{id}/html", tag = "mails", params(("id" = Uuid, Path, description = "The delivery's id"), ShowQuery),
    responses((status = 200, body = String, content_type = "text/html"), (status = "4XX", body = ProblemDocument)))]
async fn show(
    State(state): State<AppState>,
    reader: Reader,
    Path(id): Path<Uuid>,
    Query(query): Query<ShowQuery>,
) -> ApiResult<impl IntoResponse> {
    let mail = mails::get(&state.db, reader.workspace, id).await?.ok_or_else(|| ApiError::not_found("mail", id))?;
    let policy = if query.pictures { WITH_PICTURES } else { CLOSED };
    let headers = [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, Html(mail.html)))
}
