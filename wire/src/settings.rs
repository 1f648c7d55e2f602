//! `/api/v1/settings`: what the workspace says once for all its journeys.

use serde::{Deserialize, Serialize};

/// Who mail comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SenderSetting {
    /// What the reader sees.
    #[serde(default)]
    pub name: String,
    /// The address.
    pub email: String,
}

/// Hours in which no marketing leaves.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuietHoursSetting {
    /// When they begin, on the person's clock: `21:00`.
    pub from: String,
    /// When they end; before `from` means the next morning.
    pub to: String,
}

/// Marketing to one person at most.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FrequencyCapSetting {
    /// How many.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub max: u32,
    /// Within how long, as `7d`.
    pub per: String,
}

/// The settings of a workspace; their revision is the ETag. What is absent is left to the server's own settings, or is not limited.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What people call the workspace.
    pub name: String,
    /// Who mail comes from when its step names nobody.
    pub sender: Option<SenderSetting>,
    /// Where answers go when the step says nothing.
    pub reply_to: Option<String>,
    /// The zone of people who have none of their own, and in which the workspace's day begins: `Europe/Berlin`.
    pub timezone: Option<String>,
    /// The currency amounts are shown in, ISO 4217.
    pub currency: Option<String>,
    /// The languages the shop speaks, BCP 47, the first first.
    pub languages: Vec<String>,
    /// Hours in which no marketing leaves, for journeys that name none.
    pub quiet_hours: Option<QuietHoursSetting>,
    /// Marketing to one person at most, for journeys that name no cap.
    pub frequency_cap: Option<FrequencyCapSetting>,
}
