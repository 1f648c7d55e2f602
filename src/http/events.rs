//! `/api/v1/events`: what came in, as it came in.

use super::AppState;
use super::auth::Reader;
use super::extract::{Json, Query};
use super::page::{Page, PageQuery, Paged, Paging};
use super::period::instant;
use super::problem::{ApiResult, ProblemDocument};
use super::runs::comparable;
use super::wired::{self, IntoWire};
use axum::extract::State;
use tradewind_commerce::events::{self, EventView, Exploration, Names, PropertyPath};
use tradewind_wire::events::{Event, EventName, EventNameQuery, EventNames, EventProperty, EventQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(list_names))
}

impl IntoWire<Event> for EventView {
    fn into_wire(self) -> ApiResult<Event> {
        let call = wired::word(&self.call, format_args!("the type of event {}", self.id))?;
        let Self { id, customer, name, properties, context, message_id, at, received_at, .. } = self;
        Ok(Event { id, customer, call, name, properties, context, message_id, at, received_at, person: wired::some(self.person)? })
    }
}

impl IntoWire<EventNames> for Names {
    fn into_wire(self) -> ApiResult<EventNames> {
        Ok(EventNames { data: wired::all(self.data)?, looked_at: self.looked_at, since: self.since })
    }
}

impl IntoWire<EventName> for events::EventName {
    fn into_wire(self) -> ApiResult<EventName> {
        let call = wired::word(&self.call, format_args!("the type of events {}", self.name))?;
        Ok(EventName { name: self.name, call, count: self.count, last_at: self.last_at, properties: wired::all(self.properties)? })
    }
}

impl IntoWire<EventProperty> for PropertyPath {
    fn into_wire(self) -> ApiResult<EventProperty> {
        let kind = wired::word(self.kind, format_args!("the type of property {}", self.path))?;
        Ok(EventProperty { path: self.path, kind, example: self.example })
    }
}

/// Lists events, the last received first. A page may be short although more follow: follow `next_cursor`.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventQuery, PageQuery),
    responses((status = 200, body = Page<Event>), (status = "4XX", body = ProblemDocument)))]
async fn list(State(state): State<AppState>, reader: Reader, Query(query): Query<EventQuery>, paging: Paging) -> ApiResult<Paged<Event>> {
    let now = state.env.now();
    let wanted = Exploration {
        name: comparable(query.name, "?name")?,
        holds: comparable(query.q, "?q")?,
        call: query.call.map(|call| call.name().to_owned()),
        customer: query.customer,
        since: instant(query.since.as_deref(), "?since", now)?,
        until: instant(query.until.as_deref(), "?until", now)?,
    };
    let found = events::explore(&state.db, reader.workspace, &wanted, paging.after()?, i64::from(paging.limit)).await?;
    Paged::looked(found.events, found.next)
}

/// The names of the newest events with how many there are, and what properties they have: for pickers.
#[utoipa::path(get, path = "/api/v1/events/names", tag = "events", params(EventNameQuery),
    responses((status = 200, body = EventNames), (status = "4XX", body = ProblemDocument)))]
async fn list_names(State(state): State<AppState>, reader: Reader, Query(query): Query<EventNameQuery>) -> ApiResult<Json<EventNames>> {
    events::names(&state.db, reader.workspace, query.q.as_deref()).await?.into_wire().map(Json)
}
