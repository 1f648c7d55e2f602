//! `/api/v1/erasures`: personal data, told and erased.

use super::{Call, Failure, escaped};
use tradewind_wire::erasures::{Erasure, ErasureAccepted};

/// Where everything that is kept about a customer can be fetched.
#[must_use]
pub fn export_address(id: &str) -> String {
    format!("/api/v1/customers/{}/export", escaped(id))
}

/// Asks for everything kept about a customer to be erased; answers the id of the erasure.
///
/// # Errors
/// When nobody is known by that id.
pub async fn ask(id: &str) -> Result<String, Failure> {
    let accepted: ErasureAccepted = Call::delete(&format!("/api/v1/customers/{}", escaped(id))).send().await?;
    Ok(accepted.erasure.to_string())
}

/// How far an erasure is, and its certificate.
///
/// # Errors
/// When there is no answer.
pub async fn get(erasure: &str) -> Result<Erasure, Failure> {
    Call::get(&format!("/api/v1/erasures/{}", escaped(erasure))).send().await
}
