//! `/api/v1/mails`: the built-in mailbox, which keeps what journeys send while no mail server is set up.

use super::AppState;
use super::auth::Reader;
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::runs::comparable;
use axum::extract::State;
use serde::Deserialize;
use tradewind_engine::inspect::mails::{self, Mail, MailSummary};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only mails to this address.
    recipient: Option<String>,
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
