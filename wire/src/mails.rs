//! `/api/v1/mails`: the built-in mailbox, which keeps what journeys send while no mail server is set up.

use serde::{Deserialize, Serialize};
use tradewind_nodes::Json;
use tradewind_nodes::time::Timestamp;
use uuid::Uuid;

/// Which mails.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct MailQuery {
    /// Only mails to this address.
    pub recipient: Option<String>,
}

/// How to show a mail.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct MailPageQuery {
    /// Whether pictures are loaded from where they are.
    pub pictures: Option<bool>,
}

/// A mail in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailSummary {
    /// The delivery's id.
    pub id: Uuid,
    /// To whom.
    pub recipient: String,
    /// From whom.
    pub sender: String,
    /// The subject line.
    pub subject: String,
    /// When it was caught.
    pub at: Timestamp,
}

/// One mail with its parts and headers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mail {
    /// What the list says.
    #[serde(flatten)]
    pub summary: MailSummary,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// The headers.
    pub headers: Json,
}
