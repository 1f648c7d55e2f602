//! `/api/v1/deliveries`: what journeys sent, or meant to.

use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
#[cfg(feature = "openapi")]
use tradewind_nodes::effect::Effect;
use tradewind_nodes::id::{CustomerId, JourneyId, RunId};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use uuid::Uuid;

words! {
    /// What became of a delivery.
    DeliveryState {
        /// To be sent, or to be tried again.
        Pending = "pending",
        /// Under way.
        Sending = "sending",
        /// The other side has it.
        Sent = "sent",
        /// Given up.
        Failed = "failed",
        /// A guard stopped it.
        Suppressed = "suppressed",
    }
}

/// Which deliveries.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct DeliveryQuery {
    /// Slug or id of a journey.
    pub journey: Option<String>,
    /// A person, by our id.
    pub customer: Option<CustomerId>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// By this channel, as `email` or `http`.
    pub channel: Option<String>,
}

/// A delivery in a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// The run that asked for it.
    pub run: RunId,
    /// The node it asked at.
    pub node: String,
    /// Which visit, from 1.
    pub visit: i64,
    /// The journey's slug.
    pub journey: String,
    /// The journey's id.
    pub journey_id: JourneyId,
    /// The journey's version.
    pub version: i64,
    /// For whom.
    pub customer: Option<CustomerId>,
    /// `email` or `http`.
    pub channel: String,
    /// The address or URL it goes to.
    pub recipient: String,
    /// The subject of a mail; method and URL of a request.
    pub title: String,
    /// What became of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub due_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its outcome was known.
    pub settled_at: Option<Timestamp>,
    /// Why it failed, was suppressed, or is tried again, in English or in the words of the other side.
    pub reason: Option<String>,
    /// The same as data; see the `said` of a step's reason.
    pub said: Option<Why>,
}

/// One delivery with what it says and what became of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryDetail {
    /// What the list says.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// The effect as rendered, with its guards.
    #[cfg_attr(feature = "openapi", schema(value_type = Effect))]
    pub effect: Json,
    /// The receipt, the last problem or the reason of suppression.
    pub result: Option<Json>,
}
