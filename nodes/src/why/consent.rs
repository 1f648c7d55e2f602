//! Consent that was looked at.

use crate::fact::{ConsentScope, ConsentStatus, Customer};
use serde::{Deserialize, Serialize};

/// Consent that was looked at: for what, and how it stands. JSON form: `{"channel":"email","purpose":"marketing","state":"denied"}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConsentFound {
    /// The channel.
    pub channel: String,
    /// The purpose.
    pub purpose: String,
    /// How it stands.
    pub state: ConsentState,
}

/// How somebody's consent stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// He granted it.
    Granted,
    /// He denied it.
    Denied,
    /// He withdrew it.
    Withdrawn,
    /// He was never asked.
    NeverAsked,
    /// There is nobody who could grant it.
    Nobody,
}

impl ConsentState {
    /// As it is told among the values that were seen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::NeverAsked => "never asked",
            Self::Nobody => "nobody",
        }
    }
}

impl ConsentFound {
    /// What `customer` said to `scope`.
    #[must_use]
    pub fn of(customer: Option<&Customer>, scope: &ConsentScope) -> Self {
        let state = match customer.map(|customer| customer.consents(scope)) {
            None => ConsentState::Nobody,
            Some(None) => ConsentState::NeverAsked,
            Some(Some(ConsentStatus::Granted)) => ConsentState::Granted,
            Some(Some(ConsentStatus::Denied)) => ConsentState::Denied,
            Some(Some(ConsentStatus::Withdrawn)) => ConsentState::Withdrawn,
        };
        Self { channel: scope.channel.clone(), purpose: scope.purpose.clone(), state }
    }
    /// Whether it is granted.
    #[must_use]
    pub fn granted(&self) -> bool {
        self.state == ConsentState::Granted
    }
    /// `email/marketing`.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("{}/{}", self.channel, self.purpose)
    }
}
