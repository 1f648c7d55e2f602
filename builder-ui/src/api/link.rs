//! Whether the server answers. While it does not, the page says so, keeps what was edited, and asks every few seconds.

use super::call;
use leptos::prelude::*;
use std::sync::LazyLock;

/// The link to the server.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Link {
    /// It answers.
    Up,
    /// It has not answered since this moment (milliseconds since 1970).
    Lost {
        /// When it was first missed.
        since: f64,
    },
}

// Outside any component: calls are made by what is none.
static LINK: LazyLock<ArcRwSignal<Link>> = LazyLock::new(|| ArcRwSignal::new(Link::Up));
const FIRST_PAUSE: u32 = 1_000;
const LONGEST_PAUSE: u32 = 15_000;

/// The link at present; whoever calls this in a view follows it.
#[must_use]
pub fn link() -> Link {
    LINK.get()
}

/// Resolves once the server answers again; at once when it does.
pub async fn back() {
    while LINK.get_untracked() != Link::Up {
        crate::browser::pause(250).await;
    }
}

pub(super) fn answered() {
    if LINK.get_untracked() != Link::Up {
        LINK.set(Link::Up);
    }
}

pub(super) fn missed() {
    if LINK.get_untracked() != Link::Up {
        return;
    }
    LINK.set(Link::Lost { since: crate::browser::now() });
    leptos::task::spawn_local(async {
        let mut pause = FIRST_PAUSE;
        while LINK.get_untracked() != Link::Up {
            crate::browser::pause(pause).await;
            if call::reaches_server().await {
                answered();
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    });
}
