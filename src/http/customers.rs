//! `/api/v1/customers`: people who buy.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tradewind_commerce::consents::{self, ConsentRecord};
use tradewind_commerce::customers::{self, CustomerView, Who};
use tradewind_engine::inspect::facts::{self, PersonFacts};
use tradewind_engine::inspect::timeline::{self, Place, TimelineEntry};
use tradewind_engine::{Arrival, ConsentChange, Incoming};
use tradewind_nodes::fact::ConsentStatus;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::{Json as AnyJson, JsonMap};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// Ids of shops are cut to this length nowhere: longer ones are refused.
const MAX_USER_ID: usize = 512;
const MAX_CHANGES: usize = 100;
const MAX_SCOPE: usize = 64;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, put))
        .routes(routes!(get, patch))
        .routes(routes!(list_consents))
        .routes(routes!(list_timeline))
        .routes(routes!(get_facts))
}

/// A person, named in one of three ways.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CustomerQuery {
    /// The shop's id.
    pub user_id: Option<String>,
    /// Our id.
    pub customer_id: Option<Uuid>,
    /// The mail address; the person last seen with it.
    pub email: Option<String>,
}

impl CustomerQuery {
    fn who(&self) -> ApiResult<Option<Who>> {
        let given = [self.user_id.is_some(), self.customer_id.is_some(), self.email.is_some()];
        if given.into_iter().filter(|given| *given).count() > 1 {
            return Err(ApiError::invalid("?user_id", "one of user_id, customer_id and email names a person: leave the others out"));
        }
        Ok(match (&self.user_id, self.customer_id, &self.email) {
            (Some(user_id), _, _) => Some(Who::UserId(checked_user_id(user_id)?.to_owned())),
            (_, Some(id), _) => Some(Who::Id(CustomerId(id))),
            (_, _, Some(email)) => Some(Who::Email(email.clone())),
            _ => None,
        })
    }

    /// The person.
    ///
    /// # Errors
    /// When nobody, or more than one, is named, or nobody is known by that name.
    pub async fn find(&self, state: &AppState, workspace: WorkspaceId) -> ApiResult<CustomerView> {
        let who = self.who()?.ok_or_else(|| ApiError::invalid("?user_id", "name a person: give user_id, customer_id or email"))?;
        known(state, workspace, &who).await
    }

    /// The person to start something for: one who is named by the shop's id need not be known yet. None when nobody is named.
    ///
    /// # Errors
    /// When more than one is named, or nobody is known by our id or by the address.
    pub async fn subject(&self, state: &AppState, workspace: WorkspaceId) -> ApiResult<Option<CustomerId>> {
        match self.who()? {
            None => Ok(None),
            Some(Who::UserId(user_id)) => Ok(Some(CustomerId::of_user(workspace, &user_id))),
            Some(who) => known(state, workspace, &who).await.map(|customer| Some(customer.id)),
        }
    }
}

fn checked_user_id(user_id: &str) -> ApiResult<&str> {
    if user_id.trim().is_empty() || user_id.len() > MAX_USER_ID || user_id.contains('\0') {
        return Err(ApiError::invalid("/user_id", format!("has 1 to {MAX_USER_ID} bytes: give the shop's id of the person")));
    }
    // Trimmed as ingestion does, or the same person would get two ids.
    Ok(user_id.trim())
}

async fn known(state: &AppState, workspace: WorkspaceId, who: &Who) -> ApiResult<CustomerView> {
    let name = match who {
        Who::Id(id) => id.to_string(),
        Who::UserId(text) | Who::Email(text) => text.clone(),
    };
    let found = customers::find(&state.db, workspace, who).await?.ok_or_else(|| ApiError::not_found("customer", &name))?;
    if found.erased_at.is_some() {
        return Err(ApiError::new(
            StatusCode::GONE,
            "erased",
            format!("the data of customer {} were erased: nothing is left to show", found.id),
        ));
    }
    Ok(found)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// The mail address.
    email: Option<String>,
    /// The shop's id.
    user_id: Option<String>,
    /// How the name, the mail address or the shop's id begins.
    q: Option<String>,
}

/// A change of consent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentBody {
    /// `email`, `sms`, ….
    channel: String,
    /// `marketing` when absent.
    #[serde(default = "marketing")]
    purpose: String,
    /// `granted`, `denied` or `withdrawn`.
    #[schema(value_type = String)]
    status: ConsentStatus,
    /// How: `form`, `import`, …; `api` when absent.
    #[serde(default = "api")]
    source: String,
    /// Text shown, address of the form, IP: whatever proves it.
    #[serde(default)]
    proof: AnyJson,
}
fn marketing() -> String {
    "marketing".to_owned()
}
fn api() -> String {
    "api".to_owned()
}

/// What to change of a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileBody {
    /// Traits to set; null removes one, those not named stay.
    #[serde(default)]
    #[schema(value_type = Object)]
    traits: JsonMap,
    /// Consent to record.
    #[serde(default)]
    consent: Vec<ConsentBody>,
}

/// A customer by the shop's id, and what to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutBody {
    /// The shop's id.
    user_id: String,
    /// Traits to set; null removes one, those not named stay.
    #[serde(default)]
    #[schema(value_type = Object)]
    traits: JsonMap,
    /// Consent to record.
    #[serde(default)]
    consent: Vec<ConsentBody>,
}

/// A change that was accepted: it is visible a moment later.
#[derive(Debug, Serialize, ToSchema)]
struct Accepted {
    /// The customer.
    customer: Uuid,
}

/// Lists customers, the newest first; or searches them, by one of the parameters.
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(ListQuery, PageQuery),
    responses((status = 200, body = Page<CustomerView>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<ListQuery>,
    paging: Paging,
) -> ApiResult<Page<CustomerView>> {
    let (db, workspace) = (&state.db, reader.workspace);
    if let Some(user_id) = query.user_id.as_deref().filter(|text| !text.is_empty()) {
        let who = Who::UserId(checked_user_id(user_id)?.to_owned());
        let found = customers::find(db, workspace, &who).await?.filter(|customer| customer.erased_at.is_none());
        return Ok(Page::cut(found.into_iter().collect(), &paging, |customer| customer.id));
    }
    if let Some(email) = query.email.as_deref().filter(|text| !text.is_empty()) {
        // One address belongs to a handful of people at most: they fit one page, which has none after it.
        let found = customers::by_email(db, workspace, email, i64::from(paging.limit)).await?;
        return Ok(Page::cut(found, &paging, |customer| customer.id));
    }
    if let Some(prefix) = query.q.as_deref().filter(|text| !text.trim().is_empty()) {
        let found = customers::search(db, workspace, prefix, paging.after()?, paging.fetch()).await?;
        return Ok(Page::cut(found, &paging, |customer| customer.id));
    }
    let listed = customers::list(db, workspace, paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |customer| (customer.created_at.micros(), customer.id)))
}

/// One customer. An id from before a merge leads to whom it was merged into.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = Uuid, Path, description = "Our id")),
    responses((status = 200, body = CustomerView), (status = 410, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<CustomerView>> {
    known(&state, reader.workspace, &Who::Id(CustomerId(id))).await.map(Json)
}

/// Sets traits and records consent of a customer named by the shop's id, known or not.
#[utoipa::path(put, path = "/api/v1/customers", tag = "customers", request_body = PutBody,
    responses((status = 202, body = Accepted), (status = "4XX", body = ProblemDocument)))]
async fn put(State(state): State<AppState>, writer: Writer, Json(body): Json<PutBody>) -> ApiResult<Response> {
    let user_id = checked_user_id(&body.user_id)?.to_owned();
    let customer = CustomerId::of_user(writer.workspace, &user_id);
    let profile = ProfileBody { traits: body.traits, consent: body.consent };
    accept(&state, writer.workspace, customer, Some(user_id), profile).await
}

/// Sets traits and records consent of a customer.
#[utoipa::path(patch, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = Uuid, Path, description = "Our id")),
    request_body = ProfileBody, responses((status = 202, body = Accepted), (status = "4XX", body = ProblemDocument)))]
async fn patch(State(state): State<AppState>, writer: Writer, Path(id): Path<Uuid>, Json(body): Json<ProfileBody>) -> ApiResult<Response> {
    let customer = known(&state, writer.workspace, &Who::Id(CustomerId(id))).await?;
    accept(&state, writer.workspace, customer.id, customer.user_id, body).await
}

async fn accept(
    state: &AppState,
    workspace: WorkspaceId,
    customer: CustomerId,
    user_id: Option<String>,
    body: ProfileBody,
) -> ApiResult<Response> {
    if body.traits.is_empty() && body.consent.is_empty() {
        return Err(ApiError::invalid("/traits", "nothing is to be changed: give traits, consent or both"));
    }
    if body.consent.len() > MAX_CHANGES {
        return Err(ApiError::invalid("/consent", format!("has more than {MAX_CHANGES} changes: send them in parts")));
    }
    let consent =
        body.consent.into_iter().enumerate().map(|(index, change)| checked_consent(index, change)).collect::<ApiResult<Vec<_>>>()?;
    let incoming = Incoming::Profile { customer, user_id, traits: body.traits, consent };
    let arrival = Arrival { workspace, incoming, received_at: state.env.now() };
    state.engine.accept(vec![arrival]).await?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { customer: customer.0 })).into_response())
}

fn checked_consent(index: usize, change: ConsentBody) -> ApiResult<ConsentChange> {
    let ConsentBody { channel, purpose, status, source, proof } = change;
    for (field, text) in [("channel", &channel), ("purpose", &purpose), ("source", &source)] {
        // A slash would make two scopes of one key.
        if text.trim().is_empty() || text.len() > MAX_SCOPE || text.contains(['/', '\0']) {
            return Err(ApiError::invalid(
                format!("/consent/{index}/{field}"),
                format!("has 1 to {MAX_SCOPE} bytes and no slash: write email, marketing, form, …"),
            ));
        }
    }
    Ok(ConsentChange { channel, purpose, status, source, proof })
}

/// Every change of a customer's consent with its proof, the newest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/consents", tag = "customers", params(("id" = Uuid, Path, description = "Our id"), PageQuery),
    responses((status = 200, body = Page<ConsentRecord>), (status = "4XX", body = ProblemDocument)))]
async fn list_consents(
    State(state): State<AppState>,
    reader: Reader,
    Path(id): Path<Uuid>,
    paging: Paging,
) -> ApiResult<Page<ConsentRecord>> {
    let customer = known(&state, reader.workspace, &Who::Id(CustomerId(id))).await?;
    let listed = consents::history(&state.db, reader.workspace, customer.id, paging.after()?, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, |record| record.id))
}

/// Events, journeys, deliveries and consent of a customer in one list, the newest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/timeline", tag = "customers", params(("id" = Uuid, Path, description = "Our id"), PageQuery),
    responses((status = 200, body = Page<TimelineEntry>), (status = "4XX", body = ProblemDocument)))]
async fn list_timeline(
    State(state): State<AppState>,
    reader: Reader,
    Path(id): Path<Uuid>,
    paging: Paging,
) -> ApiResult<Page<TimelineEntry>> {
    let customer = known(&state, reader.workspace, &Who::Id(CustomerId(id))).await?;
    let before: Option<Place> = paging.after()?;
    let listed = timeline::of_customer(&state.db, reader.workspace, customer.id, before, paging.fetch()).await?;
    Ok(Page::cut(listed, &paging, timeline::place))
}

/// Everything a dry run needs to know of a customer: `customer`, `segments` and `history` stand in a scenario as they are.
#[utoipa::path(get, path = "/api/v1/customers/{id}/facts", tag = "customers", params(("id" = Uuid, Path, description = "Our id")),
    responses((status = 200, body = PersonFacts), (status = 410, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn get_facts(State(state): State<AppState>, reader: Reader, Path(id): Path<Uuid>) -> ApiResult<Json<PersonFacts>> {
    let customer = known(&state, reader.workspace, &Who::Id(CustomerId(id))).await?;
    Ok(Json(facts::of_customer(&state.db, reader.workspace, customer).await?))
}
