//! Personal data: what is kept about a customer, told to them, and its erasure.

use super::AppState;
use super::auth::{Reader, Writer};
use super::customers::known;
use super::extract::{Json, Path};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::wired::{self, IntoWire};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use serde_json::json;
use std::fmt::Write as _;
use tradewind_commerce::customers::{self, Who};
use tradewind_engine::EngineError;
use tradewind_engine::personal::{self, Export, ExportPage};
use tradewind_nodes::id::CustomerId;
use tradewind_wire::erasures::{Certificate, Erasure, ErasureAccepted, ErasureState, KeptByLaw, PersonalData};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(erase)).routes(routes!(export)).routes(routes!(get_erasure))
}

impl IntoWire<Erasure> for personal::Erasure {
    fn into_wire(self) -> ApiResult<Erasure> {
        let Self { id, customer_id: customer, asked_at, asked_by, finished_at, certificate } = self;
        let state = if finished_at.is_some() { ErasureState::Done } else { ErasureState::Running };
        Ok(Erasure { id, customer, state, asked_at, asked_by, finished_at, certificate: certificate.into_wire()? })
    }
}

impl IntoWire<Certificate> for personal::Certificate {
    fn into_wire(self) -> ApiResult<Certificate> {
        let Self { deleted, blanked, kept, ended_runs, suppressed } = self;
        Ok(Certificate { deleted, blanked, kept: wired::all(kept)?, ended_runs, suppressed })
    }
}

impl IntoWire<KeptByLaw> for personal::Kept {
    fn into_wire(self) -> ApiResult<KeptByLaw> {
        let Self { table, rows, until, duty } = self;
        Ok(KeptByLaw { table, rows, until, duty })
    }
}

/// Erases a customer. From the answer on it cannot be taken back: journeys end, nothing more is sent, what comes in for them is dropped, and
/// everything kept about them goes, but for what the law wants. It ends in a certificate. Asked for again, it answers the same erasure.
#[utoipa::path(delete, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 202, body = ErasureAccepted), (status = "4XX", body = ProblemDocument)))]
async fn erase(State(state): State<AppState>, writer: Writer, Path(id): Path<CustomerId>) -> ApiResult<Response> {
    let found = customers::find(&state.db, writer.workspace, &Who::Id(id)).await?.ok_or_else(|| ApiError::not_found("customer", id))?;
    let erasure = state.engine.erase(writer.workspace, found.id, &writer.name).await?;
    let place = [(LOCATION, format!("/api/v1/erasures/{erasure}"))];
    Ok((StatusCode::ACCEPTED, place, Json(ErasureAccepted { erasure })).into_response())
}

/// How far an erasure is. Once it is done the certificate says, by table, how many rows were deleted, stay as an empty mark, and are kept
/// because the law wants them, and until when.
#[utoipa::path(get, path = "/api/v1/erasures/{id}", tag = "customers", params(("id" = Uuid, Path, description = "The erasure")),
    responses((status = 200, body = Erasure), (status = "4XX", body = ProblemDocument)))]
async fn get_erasure(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<Erasure>> {
    let found = personal::find(&state.db, reader.workspace, id).await?;
    found.ok_or_else(|| ApiError::not_found("erasure", id))?.into_wire().map(Json)
}

/// Everything kept about a customer, by table. It is sent as it is read: an answer without `complete` at its end was cut off.
#[utoipa::path(get, path = "/api/v1/customers/{id}/export", tag = "customers", params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, body = PersonalData), (status = 410, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn export(State(state): State<AppState>, reader: Reader, Path(id): Path<CustomerId>) -> ApiResult<Response> {
    let customer = known(&state, reader.workspace, &Who::Id(id)).await?.id;
    let export = Export::new(&state.db, reader.workspace, customer).await?;
    let head = format!("{{\"customer\":{},\"at\":{},\"tables\":{{", json!(customer), json!(state.env.now()));
    let begun = Written { export, before: head, within: None, ended: false };
    let body = Body::from_stream(futures::stream::try_unfold(begun, next));
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response())
}

/// An export that is being written.
struct Written {
    export: Export,
    /// What stands before the next page.
    before: String,
    /// The table that is open, and whether it has a row.
    within: Option<bool>,
    ended: bool,
}

async fn next(mut written: Written) -> Result<Option<(Bytes, Written)>, EngineError> {
    if written.ended {
        return Ok(None);
    }
    let mut text = std::mem::take(&mut written.before);
    match written.export.next().await? {
        Some(page) => written.add(&mut text, &page),
        None => {
            text.push_str("},\"complete\":true}");
            written.ended = true;
        }
    }
    Ok(Some((text.into(), written)))
}

impl Written {
    fn add(&mut self, text: &mut String, page: &ExportPage) {
        let mut any = self.within.unwrap_or_else(|| {
            // Writing into a text cannot fail.
            let _ = write!(text, "{}:[", json!(page.table));
            false
        });
        for row in &page.rows {
            let comma = if any { "," } else { "" };
            let _ = write!(text, "{comma}{row}");
            any = true;
        }
        self.within = (!page.last).then_some(any);
        if page.last {
            text.push(']');
            if !self.export.tables().is_empty() {
                text.push(',');
            }
        }
    }
}
