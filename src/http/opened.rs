//! `/o/{token}`: the picture in a mail. Whoever fetches it has opened the mail; it becomes the event "Email Opened".

use super::AppState;
use super::unsubscribe::Tokens;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tradewind_engine::incoming::{Arrival, Call, Incoming, IncomingEvent};
use tradewind_nodes::JsonMap;
use tradewind_nodes::id::{CustomerId, EffectKey, EventId};

/// One transparent pixel.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The path of the picture in the mail `key` to `customer`.
#[must_use]
pub fn path(tokens: &Tokens, key: &EffectKey, customer: CustomerId) -> String {
    format!("/o/{}/{}.gif", tokens.make(customer), key)
}

/// The route.
pub fn router() -> Router<AppState> {
    Router::new().route("/o/{token}/{key}", get(opened))
}

async fn opened(State(state): State<AppState>, Path((token, key)): Path<(String, String)>) -> Response {
    // Always the picture: a mail must look right whatever we make of the address.
    if let Some(customer) = state.unsubscribe.read(&token)
        && let Ok(key) = key.trim_end_matches(".gif").parse::<EffectKey>()
    {
        let mut properties = JsonMap::new();
        properties.insert("run".into(), key.run.to_string().into());
        properties.insert("node".into(), key.node.to_string().into());
        let now = state.env.now();
        let event = IncomingEvent {
            id: EventId(state.env.id()),
            customer_id: Some(customer),
            call: Call::Internal,
            user_id: None,
            anonymous_id: None,
            previous_id: None,
            name: "Email Opened".into(),
            properties,
            context: JsonMap::new(),
            at: now,
            received_at: now,
            // A mail is opened once for us, however often it is looked at.
            message_id: format!("{key}.opened"),
        };
        let arrival = Arrival { workspace: state.unsubscribe.workspace, incoming: Incoming::Event(event), received_at: now };
        if let Err(error) = state.engine.accept(vec![arrival]).await {
            tracing::warn!(%error, "an opened mail could not be noted");
        }
    }
    ([(CONTENT_TYPE, "image/gif"), (CACHE_CONTROL, "no-store")], PIXEL).into_response()
}
