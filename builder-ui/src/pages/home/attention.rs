//! What needs a person: the worst first.

use super::figures::LATE_MS;
use crate::api::attention::{self, Gathered};
use crate::api::status::Status;
use crate::i18n::format;
use crate::shell::engine;
use crate::ui::{Icon, use_fetched};
use crate::{said, t, tr};
use leptos::prelude::*;

/// How many groups of incidents are named; the page of incidents has the rest.
const NAMED: usize = 5;

/// One thing to see to.
struct Concern {
    icon: icondata::Icon,
    words: String,
    more: String,
    href: Option<String>,
    /// Whether nothing is wrong: somebody is only asked.
    calm: bool,
}

/// The list.
#[component]
pub fn Attention() -> impl IntoView {
    let open = Memo::new(|_| engine().map(|status| status.incidents.count));
    // Asked again whenever their number changes.
    let (groups, _) = use_fetched(move || open.get().map(|_| attention::incidents()));
    let concerns = move || {
        let groups = groups.get().and_then(Result::ok).unwrap_or_default();
        let mut all: Vec<Concern> = groups.iter().take(NAMED).map(of_incidents).collect();
        all.extend(engine().iter().flat_map(of_engine));
        all
    };
    let one = |concern: Concern| {
        let words = view! { <span><b>{concern.words}</b><small>{concern.more}</small></span> };
        match concern.href {
            Some(href) => {
                view! { <li class:calm=concern.calm><a href=href><Icon icon=concern.icon /> {words} <Icon icon=icondata::LuChevronRight size=16 /></a></li> }
                    .into_any()
            }
            None => view! { <li><div><Icon icon=concern.icon /> {words}</div></li> }.into_any(),
        }
    };
    view! {
        <section class="block" aria-labelledby="attention">
            <h2 id="attention">{tr!(home.attention)}</h2>
            {move || {
                let all = concerns();
                if all.is_empty() {
                    view! { <p class="well"><Icon icon=icondata::LuCircleCheck />{t!(home.well)}</p> }.into_any()
                } else {
                    view! { <ul class="concerns">{all.into_iter().map(one).collect_view()}</ul> }.into_any()
                }
            }}
        </section>
    }
}

fn of_incidents(group: &Gathered) -> Concern {
    Concern {
        icon: icondata::LuTriangleAlert,
        words: t!(home.stopped, n = group.open, step = said::called(&group.called), journey = &group.journey_name),
        more: group.message.clone(),
        href: Some(format!("/incidents?journey={}", group.journey)),
        calm: false,
    }
}

fn of_engine(status: &Status) -> Vec<Concern> {
    let mut all = Vec::new();
    if status.lateness.p99_ms > LATE_MS {
        let time = format::duration(status.lateness.p99_ms / 1000.0);
        all.push(Concern {
            icon: icondata::LuClockAlert,
            words: t!(home.late, time = time),
            more: t!(home.late_more),
            href: None,
            calm: false,
        });
    }
    for connector in &status.connectors {
        if let Some(problem) = &connector.problem {
            let words = t!(home.connector, name = &connector.name);
            all.push(Concern { icon: icondata::LuUnplug, words, more: problem.clone(), href: None, calm: false });
        }
    }
    for channel in status.channels.iter().filter(|channel| channel.failed + channel.retrying > 0) {
        all.push(Concern {
            icon: icondata::LuSend,
            words: t!(home.failing, n = channel.failed + channel.retrying, channel = crate::words::delivery::channel(&channel.channel)),
            more: channel.last_problem.clone().unwrap_or_default(),
            href: Some(format!("/deliveries?channel={}&state={}", channel.channel, if channel.failed > 0 { "failed" } else { "pending" })),
            calm: false,
        });
    }
    if status.dead_letters.count > 0 {
        let words = t!(home.dead, n = status.dead_letters.count);
        all.push(Concern {
            icon: icondata::LuMailX,
            words,
            more: t!(home.dead_more),
            href: Some("/incidents?tab=dead".to_owned()),
            calm: false,
        });
    }
    if status.tasks.count > 0 {
        let words = t!(home.asked, n = status.tasks.count);
        all.push(Concern {
            icon: icondata::LuMessageCircle,
            words,
            more: t!(home.asked_more),
            href: Some("/tasks".to_owned()),
            calm: true,
        });
    }
    all
}
