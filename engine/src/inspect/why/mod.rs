//! Why did, or did not, a person get what a journey sends: an answer from recorded facts alone.

mod answer;
mod gather;

pub use answer::{Explanation, FactLine, Verdict};

pub(super) use gather::{FIRST_PUBLISHED, REFUSALS};

use crate::journeys::Journey;
use tradewind_commerce::customers::CustomerView;
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::id::WorkspaceId;
use tradewind_store::Db;

/// Explains what `journey` did, or did not do, for `customer`.
pub async fn explain(db: &Db, workspace: WorkspaceId, journey: &Journey, customer: &CustomerView) -> Result<Explanation, ReadError> {
    let gathered = gather::gather(db, workspace, journey, customer).await?;
    Ok(answer::answer(journey, customer, &gathered))
}
