//! `/api/v1/mails`: the built-in mailbox, which keeps what journeys send while no mail server is set up.

use super::AppState;
use super::auth::Reader;
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use super::wired::IntoWire;
use axum::extract::State;
use axum::response::{Html, IntoResponse};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use tradewind_engine::inspect::mails;
use tradewind_wire::mails::{Mail, MailPageQuery, MailQuery, MailSummary};
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

impl IntoWire<MailSummary> for mails::MailSummary {
    fn into_wire(self) -> ApiResult<MailSummary> {
        let Self { id, recipient, sender, subject, at } = self;
        Ok(MailSummary { id, recipient, sender, subject, at })
    }
}

impl IntoWire<Mail> for mails::Mail {
    fn into_wire(self) -> ApiResult<Mail> {
        let Self { summary, html, text, headers } = self;
        Ok(Mail { summary: summary.into_wire()?, html, text, headers })
    }
}

/// Lists the mails caught, the newest first.
#[utoipa::path(get, path = "/api/v1/mails", tag = "mails", params(MailQuery, PageQuery),
    responses((status = 200, body = Page<MailSummary>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<MailQuery>,
    paging: Paging,
) -> ApiResult<Paged<MailSummary>> {
    let recipient = comparable(query.recipient, "?recipient")?;
    let listed = mails::list(&state.db, reader.workspace, recipient.as_deref(), paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |mail| mail.id)
}

/// One mail with its parts and headers.
#[utoipa::path(get, path = "/api/v1/mails/{id}", tag = "mails", params(("id" = Uuid, Path, description = "The delivery's id")),
    responses((status = 200, body = Mail), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<Mail>> {
    mails::get(&state.db, reader.workspace, id).await?.ok_or_else(|| ApiError::not_found("mail", id))?.into_wire().map(Json)
}

/// The HTML part of a mail as a page, to be shown in a frame. It runs no scripts and loads nothing but, when asked to, pictures.
#[utoipa::path(get, path = "/api/v1/mails/{id}/html", tag = "mails", params(("id" = Uuid, Path, description = "The delivery's id"), MailPageQuery),
    responses((status = 200, body = String, content_type = "text/html"), (status = "4XX", body = ProblemDocument)))]
async fn show(
    State(state): State<AppState>,
    reader: Reader,
    Path(id): Path<Uuid>,
    Query(query): Query<MailPageQuery>,
) -> ApiResult<impl IntoResponse> {
    let mail = mails::get(&state.db, reader.workspace, id).await?.ok_or_else(|| ApiError::not_found("mail", id))?;
    let policy = if query.pictures == Some(true) { WITH_PICTURES } else { CLOSED };
    let headers = [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, Html(mail.html)))
}
