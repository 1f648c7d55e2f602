//! `/api/v1/keys`: the workspace's API keys. A key itself is shown once, in the answer that makes it.

use super::AppState;
use super::auth::Admin;
use super::extract::{Json, Path};
use super::key_ring::KeyError;
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
#[cfg(test)]
use tradewind_store::Statements;
use tradewind_wire::keys::{Key, MadeKey, NewKey};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const MAX_NAME: usize = 100;
const OTHER_ADMINS: &str =
    "SELECT id FROM api_keys WHERE workspace_id = $1 AND id <> $2 AND revoked_at IS NULL AND scopes LIKE '%admin%' LIMIT 1";
/// Every statement of this file.
#[cfg(test)]
pub const STATEMENTS: Statements = Statements(&[OTHER_ADMINS]);

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// Lists the API keys, revoked ones included.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", params(PageQuery),
    responses((status = 200, body = Page<Key>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, admin: Admin, paging: Paging) -> ApiResult<Paged<Key>> {
    let keys = state.keys.list(admin.workspace, paging.after()?, paging.fetch()).await?;
    Paged::cut(keys, &paging, |key| key.id)
}

/// Makes an API key.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = NewKey,
    responses((status = 201, body = MadeKey), (status = "4XX", body = ProblemDocument)))]
async fn create(State(state): State<AppState>, admin: Admin, Json(wanted): Json<NewKey>) -> ApiResult<Response> {
    let name = checked_name(&wanted.name).map_err(|detail| ApiError::invalid("/name", detail))?;
    if wanted.scopes.is_empty() {
        return Err(ApiError::invalid("/scopes", "must hold at least one of ingest, read, write, admin"));
    }
    let (id, key) = state.keys.create(admin.workspace, name, &wanted.scopes).await.map_err(|error| match error {
        KeyError::Store(error) => error.into(),
        KeyError::Entropy => ApiError::internal(&error),
    })?;
    let made = MadeKey { id, name: name.to_owned(), scopes: wanted.scopes, key };
    // Also tells the idempotency store to keep no copy of the secret.
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(made)).into_response())
}

/// Revokes an API key. It stops working at once here, within 15 seconds in other processes.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keys", params(("id" = Uuid, Path, description = "The key's id")),
    responses((status = 204), (status = "4XX", body = ProblemDocument)))]
async fn revoke(State(state): State<AppState>, admin: Admin, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    // The caller's own key counts, unless it is the one to go.
    let others = state.db.query(OTHER_ADMINS, vec![admin.workspace.0.into(), id.into()]).await?;
    if others.is_empty() {
        let detail = "this is the last key with the scope admin: make another first, or revoke it by `tradewind keys revoke`";
        return Err(ApiError::conflict("last_admin", detail));
    }
    if state.keys.revoke(admin.workspace, id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::not_found("API key", id)) }
}

/// A key's name without blanks around it.
///
/// # Errors
/// Says what is wrong with it.
pub fn checked_name(name: &str) -> Result<&str, String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains('\0') {
        return Err(format!("must have 1 to {MAX_NAME} characters: say what the key is for"));
    }
    Ok(name)
}
