//! Messages that passed their guards and whose end is not written down yet: a frequency cap counts them, though the database does
//! not know of them.

use crate::delivery::OutboxRow;
use std::collections::{HashMap, HashSet};
use tradewind_nodes::id::CustomerId;
use tradewind_nodes::kinds::to_person;
use uuid::Uuid;

/// What is in flight, by person and channel.
#[derive(Default)]
pub(super) struct InFlight(HashMap<(CustomerId, String), HashSet<Uuid>>);

/// Requests to servers count for no cap and cost nothing here.
fn place(row: &OutboxRow) -> Option<(CustomerId, String)> {
    row.customer.filter(|_| to_person(&row.effect.payload)).map(|customer| (customer, row.effect.payload.channel.clone()))
}

impl InFlight {
    /// It passed its guards and is being sent.
    pub fn takes_off(&mut self, row: &OutboxRow) {
        if let Some(place) = place(row) {
            self.0.entry(place).or_default().insert(row.id);
        }
    }

    /// Its end is in the database.
    pub fn lands(&mut self, row: &OutboxRow) {
        let Some(place) = place(row) else { return };
        if let Some(ids) = self.0.get_mut(&place) {
            ids.remove(&row.id);
            if ids.is_empty() {
                self.0.remove(&place);
            }
        }
    }

    /// The deliveries in flight to a person by a channel.
    pub fn to(&self, customer: CustomerId, channel: &str) -> impl Iterator<Item = Uuid> {
        self.0.get(&(customer, channel.to_owned())).into_iter().flatten().copied()
    }
}
