//! The pictures of kinds.

use crate::ui::Picture;
use icondata as i;
use tradewind_nodes::kind::Family;
use tradewind_nodes::kinds;

/// The picture of a kind; one its family shares for those written in Rhai.
#[must_use]
pub fn of(kind: &str, family: Option<Family>) -> Picture {
    kinds::icon(kind).map_or_else(|| shared(family).into(), Picture)
}

fn shared(family: Option<Family>) -> i::Icon {
    match family {
        Some(Family::Trigger) => i::LuZap,
        Some(Family::Condition) => i::LuRoute,
        Some(Family::Delay) => i::LuClock,
        Some(Family::Action) => i::LuBox,
        None => i::LuTriangleAlert,
    }
}

/// The name of a family in style sheets.
#[must_use]
pub const fn family(family: Option<Family>) -> &'static str {
    match family {
        Some(Family::Trigger) => "trigger",
        Some(Family::Condition) => "condition",
        Some(Family::Delay) => "delay",
        Some(Family::Action) => "action",
        None => "unknown",
    }
}
