//! The pictures of kinds.

use icondata as i;
use tradewind_nodes::kind::Family;

/// The picture of a kind; one its family shares for those written in Rhai.
#[must_use]
pub fn of(kind: &str, family: Option<Family>) -> i::Icon {
    match kind {
        "trigger.event" => i::LuZap,
        "trigger.schedule" => i::LuCalendarClock,
        "trigger.anniversary" => i::LuCake,
        "trigger.segment" => i::LuUsers,
        "trigger.api" => i::LuPlug,
        "trigger.journey" => i::LuWorkflow,
        "condition.if" => i::LuGitFork,
        "condition.switch" => i::LuSignpost,
        "condition.split" => i::LuShuffle,
        "condition.consent" => i::LuShieldCheck,
        "delay.for" => i::LuClock,
        "delay.until_time" => i::LuSunMedium,
        "delay.until_date" => i::LuCalendarDays,
        "wait.event" => i::LuBell,
        "wait.until" => i::LuHourglass,
        "email.send" => i::LuMail,
        "http.request" => i::LuWebhook,
        "customer.set" => i::LuUserPen,
        "event.record" => i::LuListPlus,
        "journey.start" => i::LuPlay,
        "script.run" => i::LuCodeXml,
        "task.ask" => i::LuMessageCircleQuestion,
        "exit" => i::LuLogOut,
        "goal" => i::LuFlag,
        _ => match family {
            Some(Family::Trigger) => i::LuZap,
            Some(Family::Condition) => i::LuRoute,
            Some(Family::Delay) => i::LuClock,
            Some(Family::Action) => i::LuBox,
            None => i::LuTriangleAlert,
        },
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
