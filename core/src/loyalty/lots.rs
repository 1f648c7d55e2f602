//! The ledger of points, and the lots that it adds up to.

use crate::records::CustomerRow;
use std::collections::HashMap;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::points::Points;
use tradewind_nodes::time::Timestamp;
use tradewind_schema::{Uuid, table};

table! {
    /// Points put into lots and taken out of them; append-only. A lot is the row that opens it and all rows that name it.
    pub LOYALTY_LOTS: LotRow = "loyalty_lots" key [customer_id, id] {
        customer_id: uuid => CustomerId,
        id: uuid => Uuid,
        workspace_id: uuid => WorkspaceId,
        /// The lot; its own id in the row that opens it.
        lot: uuid => Uuid,
        /// Points put in; negative when taken out.
        points: int => Points,
        /// From when on they can be spent.
        available_at: int => Timestamp,
        /// Until when; as long as there is a shop when NULL.
        expires_at: int null => Timestamp,
        /// What they were earned or spent for: the same again earns or spends nothing.
        source: text,
        at: int => Timestamp,
    }
    policy {
        shard: Shard::Customer { column: "customer_id", stored: None },
        merge: Merge::Move { column: "customer_id" },
        retention: Retention::Forever("a balance is the sum of them"),
        erasure: Erasure::Delete(&[Find::Customer("customer_id")]),
        export: Export::Columns(&["lot", "points", "available_at", "expires_at", "source", "at"]),
    }
}

impl CustomerRow for LotRow {
    const CUSTOMER: &'static str = "customer_id";
    fn customer(&self) -> CustomerId {
        self.customer_id
    }
    fn hand_over(&mut self, customer: CustomerId) {
        self.customer_id = customer;
    }
}

impl LotRow {
    /// Whether it takes points out of a lot that another row has opened.
    pub(super) fn is_debit(&self) -> bool {
        self.id != self.lot
    }
}

/// What is left in a lot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lot {
    pub id: Uuid,
    pub left: Points,
    pub available_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub earned_at: Timestamp,
}

impl Lot {
    /// Whether its points can be spent at `now`: the instant at which it expires is the first at which they cannot.
    fn is_usable(&self, now: Timestamp) -> bool {
        self.available_at <= now && !self.is_expired(now)
    }

    fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// The lots of one customer in which something is left.
pub(super) struct Lots {
    now: Timestamp,
    /// In the order in which they are spent: what expires first, of those what was earned first.
    lots: Vec<Lot>,
}

impl Lots {
    /// What the rows of one customer add up to at `now`.
    pub fn of(rows: &[LotRow], now: Timestamp) -> Self {
        let mut left: HashMap<Uuid, Points> = HashMap::new();
        for row in rows {
            let sum = left.entry(row.lot).or_default();
            *sum = [*sum, row.points].into_iter().sum();
        }
        let opened = rows.iter().filter(|row| !row.is_debit());
        let lot = |row: &LotRow| Lot {
            id: row.id,
            left: left.get(&row.lot).copied().unwrap_or_default(),
            available_at: row.available_at,
            expires_at: row.expires_at,
            earned_at: row.at,
        };
        let mut lots: Vec<Lot> = opened.map(lot).filter(|lot| lot.left > Points::ZERO).collect();
        lots.sort_unstable_by_key(|lot| (lot.expires_at.is_none(), lot.expires_at, lot.earned_at, lot.id));
        Self { now, lots }
    }

    fn usable(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter().filter(|lot| lot.is_usable(self.now))
    }

    /// The points that can be spent now.
    pub fn balance(&self) -> Points {
        self.usable().map(|lot| lot.left).sum()
    }

    /// The points that become available later.
    pub fn pending(&self) -> Points {
        let later = |lot: &&Lot| lot.available_at > self.now && !lot.is_expired(self.now);
        self.lots.iter().filter(later).map(|lot| lot.left).sum()
    }

    /// From which lots `points` are taken, and how many from each. None when there are not so many.
    pub fn take(&self, points: Points) -> Option<Vec<(Uuid, Points)>> {
        let mut wanted = points;
        let mut taken = Vec::new();
        for lot in self.usable() {
            if wanted == Points::ZERO {
                break;
            }
            let part = wanted.min(lot.left);
            taken.push((lot.id, part));
            wanted = wanted - part;
        }
        (wanted == Points::ZERO).then_some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;

    /// A row of these points in lot `lot`, opened on day `at`, available on `from` and expiring on `end`.
    fn row(id: u128, lot: u128, points: i64, (at, from, end): (i64, i64, Option<i64>)) -> LotRow {
        LotRow {
            customer_id: CustomerId(Uuid::from_u128(1)),
            id: Uuid::from_u128(id),
            workspace_id: WorkspaceId(Uuid::nil()),
            lot: Uuid::from_u128(lot),
            points: Points::try_from(points).unwrap(),
            available_at: Timestamp(from * DAY),
            expires_at: end.map(|day| Timestamp(day * DAY)),
            source: String::new(),
            at: Timestamp(at * DAY),
        }
    }

    fn taken(rows: &[LotRow], day: i64, points: i64) -> Option<Vec<(u128, i64)>> {
        let lots = Lots::of(rows, Timestamp(day * DAY));
        let part = |(lot, points): (Uuid, Points)| (lot.as_u128(), points.get());
        lots.take(Points::try_from(points).unwrap()).map(|taken| taken.into_iter().map(part).collect())
    }

    #[test]
    fn what_expires_first_is_spent_first_and_of_those_what_was_earned_first() {
        let rows = [
            row(1, 1, 10, (0, 0, None)),
            row(2, 2, 10, (3, 3, Some(60))),
            row(3, 3, 10, (2, 2, Some(30))),
            row(4, 4, 10, (1, 1, Some(60))),
        ];
        assert_eq!(taken(&rows, 5, 25), Some(vec![(3, 10), (4, 10), (2, 5)]));
        assert_eq!(taken(&rows, 5, 40), Some(vec![(3, 10), (4, 10), (2, 10), (1, 10)]));
        assert_eq!(taken(&rows, 5, 41), None);
        assert_eq!(taken(&rows, 5, 0), Some(vec![]));
    }

    #[test]
    fn points_count_from_when_they_are_available_until_they_expire() {
        let rows = [row(1, 1, 10, (0, 14, Some(30))), row(2, 1, -4, (15, 15, None))];
        let seen = |day: i64| {
            let lots = Lots::of(&rows[..1], Timestamp(day * DAY));
            (lots.balance().get(), lots.pending().get())
        };
        assert_eq!((seen(0), seen(13), seen(14), seen(29), seen(30)), ((0, 10), (0, 10), (10, 0), (10, 0), (0, 0)));
        assert_eq!(Lots::of(&rows, Timestamp(16 * DAY)).balance().get(), 6);
        assert_eq!((taken(&rows, 13, 1), taken(&rows, 30, 1)), (None, None));
    }

    /// facts/money-and-discounts §7, the first half: earn 100 until 31 January and 50 until 28 February, spend 80 on 10 January.
    #[test]
    fn a_debit_stays_in_its_lot_when_that_expires() {
        let mut rows = vec![row(1, 1, 100, (0, 0, Some(30))), row(2, 2, 50, (0, 0, Some(58)))];
        assert_eq!(taken(&rows, 9, 80), Some(vec![(1, 80)]));
        rows.push(row(3, 1, -80, (9, 9, None)));
        let balance = |day: i64| Lots::of(&rows, Timestamp(day * DAY)).balance().get();
        assert_eq!((balance(9), balance(31), balance(58)), (70, 50, 0));
    }
}
