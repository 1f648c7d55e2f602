//! Who uses the builder at present.

use crate::api::session::{self, Session};
use crate::api::{self, Failure, live};
use crate::browser;
use leptos::prelude::*;
use std::cell::RefCell;
use std::sync::LazyLock;

/// What is known of the session.
#[derive(Clone, PartialEq, Debug)]
pub enum Known {
    /// Not asked yet, or the server did not answer.
    Nothing,
    /// There is none: the sign-in page is shown in place of the page asked for.
    SignedOut,
    /// There was one and it ended: sign-in is asked over the page, so that nothing on it is lost.
    Expired(Session),
    /// Somebody is signed in.
    In(Session),
}

// Outside any component: a call that finds the session ended is made by what is none.
static KNOWN: LazyLock<ArcRwSignal<Known>> = LazyLock::new(|| ArcRwSignal::new(Known::Nothing));

/// What is known; whoever calls this in a view follows it.
#[must_use]
pub fn known() -> Known {
    KNOWN.get()
}

fn begun(session: Session) {
    live::share_as(format!("{} {}", session.workspace, session.key));
    KNOWN.set(Known::In(session));
}

/// The session, the last one when it has expired; whoever calls this in a view follows it.
#[must_use]
pub fn current() -> Option<Session> {
    if let Known::In(session) | Known::Expired(session) = KNOWN.get() { Some(session) } else { None }
}

thread_local! {
    // Kept until the server has answered to it.
    static KEY: RefCell<Option<String>> = RefCell::new(browser::take_key_from_address());
}
/// How long until the server is asked again, in milliseconds, after an answer that says nothing.
const PAUSE: u32 = 2_000;

/// At the start: a key in the address signs in, else the session of the cookie counts.
pub async fn begin() {
    api::when_signed_out(ended);
    if let Some(key) = KEY.with_borrow(Clone::clone) {
        match session::sign_in(&key).await {
            Ok(session) => begun(session),
            Err(Failure::Unreachable) => return,
            Err(_) => {}
        }
        KEY.set(None);
    }
    if KNOWN.get_untracked() == Known::Nothing
        && let Ok(session) = session::read().await
    {
        begun(session);
    }
}

/// Asks until it is known who is there.
pub async fn settle() {
    while KNOWN.get_untracked() == Known::Nothing {
        begin().await;
        browser::pause(PAUSE).await;
    }
}

/// Somebody signed in. Into another workspace nothing of what is on the page may follow him.
pub fn started(session: Session) {
    if let Known::Expired(former) = KNOWN.get_untracked()
        && former.workspace != session.workspace
    {
        browser::reload();
        return;
    }
    begun(session);
}

/// The user signs out.
pub async fn leave() {
    crate::ui::toast::settle();
    if session::sign_out().await.is_ok() {
        KNOWN.set(Known::SignedOut);
    }
}

/// The server knows no session any more.
fn ended() {
    match KNOWN.get_untracked() {
        Known::In(session) => KNOWN.set(Known::Expired(session)),
        Known::Nothing => KNOWN.set(Known::SignedOut),
        Known::SignedOut | Known::Expired(_) => {}
    }
}
