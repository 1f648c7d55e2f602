//! What becomes of the rows of a customer who is merged into another: the statements that follow from [`Merge`].

use std::sync::LazyLock;
use tradewind_core::changes::Merger;
use tradewind_nodes::id::Shard;
use tradewind_schema::Table;
use tradewind_schema::policy::{Merge, Shard as Of};
use tradewind_store::{Batch, Expect, Value};

/// One table's part of a merge.
struct Part {
    sql: &'static str,
    takes: Takes,
}

/// Which arguments the statement takes.
#[derive(Clone, Copy)]
enum Takes {
    /// The one who goes.
    From,
    /// The one who stays, the one who goes.
    Both,
    /// As `Both`, and the shard of the one who stays.
    BothAndShard,
}

static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| super::TABLES.iter().filter_map(|table| part(table)).collect());

/// Every statement that is made here.
pub(crate) fn statements() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|part| part.sql)
}

fn part(table: &Table) -> Option<Part> {
    let name = table.name;
    let (sql, takes) = match table.policy.merge {
        Merge::None => return None,
        Merge::Drop { column } => (format!("DELETE FROM {name} WHERE {column} = $1"), Takes::From),
        Merge::Move { column } | Merge::Rekey { column, .. } => match table.policy.shard {
            Of::Customer { stored: Some(shard), .. } => {
                (format!("UPDATE {name} SET {column} = $1, {shard} = $3 WHERE {column} = $2"), Takes::BothAndShard)
            }
            _ => (format!("UPDATE {name} SET {column} = $1 WHERE {column} = $2"), Takes::Both),
        },
    };
    Some(Part { sql: Box::leak(sql.into_boxed_str()), takes })
}

/// Hands over the rows of merged customers.
pub(crate) fn hand_over(batch: &mut Batch, mergers: &[Merger]) {
    for Merger { workspace, from, into } in mergers {
        let shard = Shard::of(*workspace, into.0);
        for part in PARTS.iter() {
            let mut args: Vec<Value> = match part.takes {
                Takes::From => vec![from.0.into()],
                Takes::Both | Takes::BothAndShard => vec![into.0.into(), from.0.into()],
            };
            if matches!(part.takes, Takes::BothAndShard) {
                args.push(shard.0.into());
            }
            batch.execute(part.sql, args, Expect::Any);
        }
    }
}
