//! `/api/v1/customers`: people who buy.

use super::AppState;
use super::auth::{Reader, Writer};
use super::extract::{Json, Path, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::problem::{ApiError, ApiResult, ProblemDocument};
use super::wired::{self, IntoWire};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tradewind_commerce::consents;
use tradewind_commerce::customers::{self, CustomerView, Who};
use tradewind_engine::inspect::facts;
use tradewind_engine::inspect::timeline::{self, Happening, Place};
use tradewind_engine::{Arrival, Incoming};
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_wire::customers::{
    ChangeCustomer, ConsentChange, ConsentRecord, Customer, CustomerAccepted, CustomerFacts, CustomerQuery, PastEvent, PersonQuery,
    PutCustomer, Subject, TimelineEntry, TimelineKind,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

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

fn who(asked: &PersonQuery) -> ApiResult<Option<Who>> {
    let given = [asked.user_id.is_some(), asked.customer_id.is_some(), asked.email.is_some()];
    if given.into_iter().filter(|given| *given).count() > 1 {
        return Err(ApiError::invalid("?user_id", "one of user_id, customer_id and email names a person: leave the others out"));
    }
    Ok(match (&asked.user_id, asked.customer_id, &asked.email) {
        (Some(user_id), _, _) => Some(Who::UserId(checked_user_id(user_id)?.to_owned())),
        (_, Some(id), _) => Some(Who::Id(id)),
        (_, _, Some(email)) => Some(Who::Email(email.clone())),
        _ => None,
    })
}

/// The person named.
///
/// # Errors
/// When nobody, or more than one, is named, or nobody is known by that name.
pub async fn named(asked: &PersonQuery, state: &AppState, workspace: WorkspaceId) -> ApiResult<CustomerView> {
    let who = who(asked)?.ok_or_else(|| ApiError::invalid("?user_id", "name a person: give user_id, customer_id or email"))?;
    known(state, workspace, &who).await
}

/// The person to start something for: one who is named by the shop's id need not be known yet. None when nobody is named.
///
/// # Errors
/// When more than one is named, or nobody is known by our id or by the address.
pub async fn subject(asked: &PersonQuery, state: &AppState, workspace: WorkspaceId) -> ApiResult<Option<CustomerId>> {
    match who(asked)? {
        None => Ok(None),
        Some(Who::UserId(user_id)) => Ok(Some(CustomerId::of_user(workspace, &user_id))),
        Some(who) => known(state, workspace, &who).await.map(|customer| Some(customer.id)),
    }
}

fn checked_user_id(user_id: &str) -> ApiResult<&str> {
    if user_id.trim().is_empty() || user_id.len() > MAX_USER_ID || user_id.contains('\0') {
        return Err(ApiError::invalid("/user_id", format!("has 1 to {MAX_USER_ID} bytes: give the shop's id of the person")));
    }
    // Trimmed as ingestion does, or the same person would get two ids.
    Ok(user_id.trim())
}

/// The customer named, who is not erased.
///
/// # Errors
/// When nobody is known by that name, or their data were erased.
pub async fn known(state: &AppState, workspace: WorkspaceId, who: &Who) -> ApiResult<CustomerView> {
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

impl IntoWire<Customer> for CustomerView {
    fn into_wire(self) -> ApiResult<Customer> {
        Ok(Customer {
            id: self.id,
            user_id: self.user_id,
            email: self.email,
            name: self.name,
            traits: self.traits,
            tags: self.tags,
            consent: self.consent,
            created_at: self.created_at,
            updated_at: self.updated_at,
            last_seen_at: self.last_seen_at,
            erased_at: self.erased_at,
        })
    }
}

impl IntoWire<ConsentRecord> for consents::ConsentRecord {
    fn into_wire(self) -> ApiResult<ConsentRecord> {
        let Self { id, channel, purpose, status, source, proof, at } = self;
        Ok(ConsentRecord { id, channel, purpose, status, source, proof, at })
    }
}

impl IntoWire<TimelineEntry> for timeline::TimelineEntry {
    fn into_wire(self) -> ApiResult<TimelineEntry> {
        let kind = match self.kind {
            Happening::Event => TimelineKind::Event,
            Happening::Entered => TimelineKind::Entered,
            Happening::Left => TimelineKind::Left,
            Happening::Delivery => TimelineKind::Delivery,
            Happening::Consent => TimelineKind::Consent,
        };
        let Self { at, id, title, journey, detail, .. } = self;
        Ok(TimelineEntry { at, kind, id, title, journey, detail })
    }
}

impl IntoWire<CustomerFacts> for facts::PersonFacts {
    fn into_wire(self) -> ApiResult<CustomerFacts> {
        let facts::Subject { id, user_id, traits, consent, tags, created_at } = self.customer;
        let customer = Subject { id: Some(id), user_id, traits, consent, tags, created_at: Some(created_at) };
        let Self { segments, member_of, history, history_complete, .. } = self;
        Ok(CustomerFacts { customer, segments, member_of, history: wired::all(history)?, history_complete })
    }
}

impl IntoWire<PastEvent> for facts::PastEvent {
    fn into_wire(self) -> ApiResult<PastEvent> {
        let Self { at, event, properties } = self;
        Ok(PastEvent { at, event, properties })
    }
}

/// Lists customers, the newest first; or searches them, by one of the parameters.
#[utoipa::path(get, path = "/api/v1/customers", tag = "customers", params(CustomerQuery, PageQuery),
    responses((status = 200, body = Page<Customer>), (status = "4XX", body = ProblemDocument)))]
async fn list(
    State(state): State<AppState>,
    reader: Reader,
    Query(query): Query<CustomerQuery>,
    paging: Paging,
) -> ApiResult<Paged<Customer>> {
    let (db, workspace) = (&state.db, reader.workspace);
    if let Some(user_id) = query.user_id.as_deref().filter(|text| !text.is_empty()) {
        let who = Who::UserId(checked_user_id(user_id)?.to_owned());
        let found = customers::find(db, workspace, &who).await?.filter(|customer| customer.erased_at.is_none());
        return Paged::cut(found.into_iter().collect(), &paging, |customer: &CustomerView| customer.id);
    }
    if let Some(email) = query.email.as_deref().filter(|text| !text.is_empty()) {
        // One address belongs to a handful of people at most: they fit one page, which has none after it.
        let found = customers::by_email(db, workspace, email, i64::from(paging.limit)).await?;
        return Paged::cut(found, &paging, |customer| customer.id);
    }
    if let Some(prefix) = query.q.as_deref().filter(|text| !text.trim().is_empty()) {
        let found = customers::search(db, workspace, prefix, paging.after()?, paging.fetch()).await?;
        return Paged::cut(found, &paging, |customer| customer.id);
    }
    let listed = customers::list(db, workspace, paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |customer| (customer.created_at.micros(), customer.id))
}

/// One customer. An id from before a merge leads to whom it was merged into.
#[utoipa::path(get, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, body = Customer), (status = 410, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn get(State(state): State<AppState>, reader: Reader, Path(id): Path<CustomerId>) -> ApiResult<Json<Customer>> {
    known(&state, reader.workspace, &Who::Id(id)).await?.into_wire().map(Json)
}

/// Sets traits and records consent of a customer named by the shop's id, known or not.
#[utoipa::path(put, path = "/api/v1/customers", tag = "customers", request_body = PutCustomer,
    responses((status = 202, body = CustomerAccepted), (status = "4XX", body = ProblemDocument)))]
async fn put(State(state): State<AppState>, writer: Writer, Json(body): Json<PutCustomer>) -> ApiResult<Response> {
    let user_id = checked_user_id(&body.user_id)?.to_owned();
    let customer = CustomerId::of_user(writer.workspace, &user_id);
    let profile = ChangeCustomer { traits: body.traits, consent: body.consent };
    accept(&state, writer.workspace, customer, Some(user_id), profile).await
}

/// Sets traits and records consent of a customer.
#[utoipa::path(patch, path = "/api/v1/customers/{id}", tag = "customers", params(("id" = CustomerId, Path, description = "Our id")),
    request_body = ChangeCustomer, responses((status = 202, body = CustomerAccepted), (status = "4XX", body = ProblemDocument)))]
async fn patch(
    State(state): State<AppState>,
    writer: Writer,
    Path(id): Path<CustomerId>,
    Json(body): Json<ChangeCustomer>,
) -> ApiResult<Response> {
    let customer = known(&state, writer.workspace, &Who::Id(id)).await?;
    accept(&state, writer.workspace, customer.id, customer.user_id, body).await
}

async fn accept(
    state: &AppState,
    workspace: WorkspaceId,
    customer: CustomerId,
    user_id: Option<String>,
    body: ChangeCustomer,
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
    Ok((StatusCode::ACCEPTED, Json(CustomerAccepted { customer })).into_response())
}

fn checked_consent(index: usize, change: ConsentChange) -> ApiResult<tradewind_engine::ConsentChange> {
    let ConsentChange { channel, purpose, status, source, proof } = change;
    for (field, text) in [("channel", &channel), ("purpose", &purpose), ("source", &source)] {
        // A slash would make two scopes of one key.
        if text.trim().is_empty() || text.len() > MAX_SCOPE || text.contains(['/', '\0']) {
            return Err(ApiError::invalid(
                format!("/consent/{index}/{field}"),
                format!("has 1 to {MAX_SCOPE} bytes and no slash: write email, marketing, form, …"),
            ));
        }
    }
    Ok(tradewind_engine::ConsentChange { channel, purpose, status, source, proof })
}

/// Every change of a customer's consent with its proof, the newest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/consents", tag = "customers", params(("id" = CustomerId, Path, description = "Our id"), PageQuery),
    responses((status = 200, body = Page<ConsentRecord>), (status = "4XX", body = ProblemDocument)))]
async fn list_consents(
    State(state): State<AppState>,
    reader: Reader,
    Path(id): Path<CustomerId>,
    paging: Paging,
) -> ApiResult<Paged<ConsentRecord>> {
    let customer = known(&state, reader.workspace, &Who::Id(id)).await?;
    let listed = consents::history(&state.db, reader.workspace, customer.id, paging.after()?, paging.fetch()).await?;
    Paged::cut(listed, &paging, |record| record.id)
}

/// Events, journeys, deliveries and consent of a customer in one list, the newest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/timeline", tag = "customers", params(("id" = CustomerId, Path, description = "Our id"), PageQuery),
    responses((status = 200, body = Page<TimelineEntry>), (status = "4XX", body = ProblemDocument)))]
async fn list_timeline(
    State(state): State<AppState>,
    reader: Reader,
    Path(id): Path<CustomerId>,
    paging: Paging,
) -> ApiResult<Paged<TimelineEntry>> {
    let customer = known(&state, reader.workspace, &Who::Id(id)).await?;
    let before: Option<Place> = paging.after()?;
    let listed = timeline::of_customer(&state.db, reader.workspace, customer.id, before, paging.fetch()).await?;
    Paged::cut(listed, &paging, timeline::place)
}

/// Everything a dry run needs to know of a customer: `customer`, `segments` and `history` stand in a scenario as they are.
#[utoipa::path(get, path = "/api/v1/customers/{id}/facts", tag = "customers", params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, body = CustomerFacts), (status = 410, body = ProblemDocument), (status = "4XX", body = ProblemDocument)))]
async fn get_facts(State(state): State<AppState>, reader: Reader, Path(id): Path<CustomerId>) -> ApiResult<Json<CustomerFacts>> {
    let customer = known(&state, reader.workspace, &Who::Id(id)).await?;
    facts::of_customer(&state.db, reader.workspace, customer).await?.into_wire().map(Json)
}
