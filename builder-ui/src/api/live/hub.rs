//! The part of one tab: what is listened to in it, what it says to the others, and the stream while it listens for all.

use super::lead::{self, Lead};
use super::stream::Stream;
use super::wishes::{Said, Tab, Topic, Wishes, address};
use crate::browser;
use leptos::task::spawn_local;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

/// So long is waited, in milliseconds, until a stream is opened: what tabs want changes in bursts.
const GATHER: u32 = 50;
/// So long a stream with events is kept behind the one that takes its place, in milliseconds: no event falls between two.
const OVERLAP: u32 = 2_000;

type Tell = Rc<dyn Fn(&str)>;

/// A topic that is listened to; dropping it ends that.
pub struct Live {
    id: u64,
}

/// The line to the other tabs.
struct Line {
    channel: BroadcastChannel,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

struct Hub {
    /// Tabs of other sessions must hear nothing.
    name: String,
    me: Tab,
    last: u64,
    listeners: Vec<(u64, Topic, Tell)>,
    line: Option<Line>,
    lead: Lead,
    wishes: Wishes,
    open: Option<(BTreeSet<Topic>, Stream)>,
    former: Option<Stream>,
    /// Whether a stream is about to be opened.
    due: bool,
    watched: bool,
}

thread_local! {
    static HUB: RefCell<Hub> = RefCell::new(Hub {
        name: String::new(),
        // Tabs that drew the same would take one another for gone.
        me: format!("{:x}", (browser::random() * 2f64.powi(52)) as u64),
        last: 0,
        listeners: Vec::new(),
        line: None,
        lead: Lead::No,
        wishes: Wishes::default(),
        open: None,
        former: None,
        due: false,
        watched: false,
    });
}

/// Says whose session it is: tabs share a stream with those of the same session only.
pub fn share_as(name: String) {
    let listening = HUB.with_borrow_mut(|hub| {
        if std::mem::replace(&mut hub.name, name.clone()) == name {
            return false;
        }
        hub.line = None;
        hub.step_down();
        !hub.listeners.is_empty()
    });
    if listening {
        changed(true);
    }
}

impl Live {
    /// Listens to a topic; `tell` gets what the server tells of it, JSON.
    pub fn listen(topic: Topic, tell: impl Fn(&str) + 'static) -> Self {
        let id = HUB.with_borrow_mut(|hub| {
            hub.last += 1;
            hub.listeners.push((hub.last, topic.clone(), Rc::new(tell)));
            hub.watch();
            hub.last
        });
        changed(true);
        // Who listens for all knows what was told last; the others are told it.
        spawn_local(async move {
            let known = HUB.with_borrow(|hub| hub.wishes.latest(&BTreeSet::from([topic])).next().map(|(_, data)| data.clone()));
            let tell = HUB.with_borrow(|hub| hub.listeners.iter().find(|(one, ..)| *one == id).map(|(.., tell)| tell.clone()));
            if let (Some(data), Some(tell)) = (known, tell) {
                tell(&data);
            }
        });
        Self { id }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // At the end of the page everything goes in any order.
        let _ = HUB.try_with(|hub| hub.borrow_mut().listeners.retain(|(id, ..)| *id != self.id)).map(|()| changed(false));
    }
}

impl Hub {
    /// What this tab wants to hear.
    fn mine(&self) -> BTreeSet<Topic> {
        let seen = !leptos::prelude::document().hidden();
        self.listeners.iter().filter(|_| seen).map(|(_, topic, _)| topic.clone()).collect()
    }

    fn say(&self, said: &Said) {
        if let (Some(line), Ok(text)) = (&self.line, serde_json::to_string(said)) {
            let _ = line.channel.post_message(&text.into());
        }
    }

    /// Notices from now on when the tab comes to the front or goes to the back.
    fn watch(&mut self) {
        if !self.watched {
            self.watched = true;
            let turned = Closure::<dyn FnMut()>::new(|| changed(true));
            let _ = leptos::prelude::document().add_event_listener_with_callback("visibilitychange", turned.as_ref().unchecked_ref());
            turned.forget();
        }
    }

    /// Opens the line to the other tabs. None where there can be none: then each listens for itself.
    fn join(&mut self) {
        if self.line.is_some() || !lead::is_possible() {
            return;
        }
        let Ok(channel) = BroadcastChannel::new(&format!("tradewind.live {}", self.name)) else { return };
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
            // Another version of this program may speak otherwise.
            if let Some(said) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) {
                heard(said);
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        self.line = Some(Line { channel, _heard: on_message });
    }

    /// Wants to be the one that listens.
    fn stand(&mut self) {
        if self.line.is_none() {
            self.lead = Lead::Yes(None);
            return;
        }
        self.lead = Lead::Asked;
        lead::ask(&format!("tradewind.live {}", self.name), |lock| {
            HUB.with_borrow_mut(|hub| {
                // In the background by now, or signed out.
                let wanted = !hub.mine().is_empty() && hub.line.is_some();
                hub.lead = if wanted { Lead::Yes(Some(lock)) } else { Lead::No };
                if wanted {
                    hub.wishes = Wishes::default();
                    hub.say(&Said::Ask);
                    hub.open_soon();
                }
            });
        });
    }

    fn step_down(&mut self) {
        let gone = (self.open.take(), self.former.take(), std::mem::replace(&mut self.lead, Lead::No));
        self.wishes = Wishes::default();
        // Its closures may be running at this moment.
        spawn_local(async move { drop(gone) });
    }

    fn open_soon(&mut self) {
        if !std::mem::replace(&mut self.due, true) {
            spawn_local(async {
                browser::pause(GATHER).await;
                HUB.with_borrow_mut(Self::open);
            });
        }
    }

    /// Opens the stream of what all tabs want, unless it is open.
    fn open(&mut self) {
        self.due = false;
        if !matches!(self.lead, Lead::Yes(_)) {
            return;
        }
        let all = self.wishes.gathered(&self.mine());
        self.say(&Said::Ask);
        if self.open.as_ref().is_some_and(|(open, _)| *open == all) {
            return;
        }
        let stream = Stream::listen(address(&all), &["status", "events", "watched"], told);
        let Some((topics, former)) = self.open.replace((all, stream)) else { return };
        self.former = topics.contains(&Topic::Events).then_some(former);
        spawn_local(async {
            browser::pause(OVERLAP).await;
            HUB.with_borrow_mut(|hub| hub.former = None);
        });
    }

    fn tells(&self, topic: &Topic) -> Vec<Tell> {
        self.listeners.iter().filter(|(_, wanted, _)| wanted == topic).map(|(.., tell)| tell.clone()).collect()
    }
}

/// What is listened to in this tab has changed, or whether it is in front.
fn changed(fresh: bool) {
    HUB.with_borrow_mut(|hub| {
        let mine = hub.mine();
        if !hub.listeners.is_empty() {
            hub.join();
        }
        hub.say(&Said::Wants { tab: hub.me.clone(), topics: mine.clone(), fresh });
        if hub.listeners.is_empty() {
            hub.line = None;
        }
        match (&hub.lead, mine.is_empty()) {
            (Lead::No, false) => {
                hub.stand();
                hub.open_soon();
            }
            (Lead::Yes(_), false) => hub.open_soon(),
            (Lead::Yes(_), true) => hub.step_down(),
            (Lead::No, true) | (Lead::Asked, _) => {}
        }
    });
}

/// The server told something: this tab is the one that listens.
fn told(name: &str, data: &str) {
    #[derive(Deserialize)]
    struct Watched {
        watch: String,
    }
    let topic = match name {
        "status" => Topic::Status,
        "events" => Topic::Events,
        _ => match serde_json::from_str::<Watched>(data) {
            Ok(watched) => Topic::Counts(watched.watch),
            Err(_) => return,
        },
    };
    let tells = HUB.with_borrow_mut(|hub| {
        hub.wishes.told(&topic, data);
        hub.say(&Said::Told { topic: topic.clone(), data: data.to_owned() });
        hub.tells(&topic)
    });
    tells.iter().for_each(|tell| tell(data));
}

/// Another tab said something.
fn heard(said: Said) {
    let tells = HUB.with_borrow_mut(|hub| match said {
        Said::Ask => {
            hub.say(&Said::Wants { tab: hub.me.clone(), topics: hub.mine(), fresh: false });
            Vec::new()
        }
        Said::Wants { tab, topics, fresh } => {
            if matches!(hub.lead, Lead::Yes(_)) {
                let known = hub.wishes.latest(&topics).filter(|_| fresh);
                known.for_each(|(topic, data)| hub.say(&Said::Told { topic: topic.clone(), data: data.clone() }));
                if hub.wishes.heard(tab, topics) {
                    hub.open_soon();
                }
            }
            Vec::new()
        }
        Said::Told { topic, data } => {
            let data: Rc<str> = data.into();
            hub.tells(&topic).into_iter().map(|tell| (tell, data.clone())).collect()
        }
    });
    tells.into_iter().for_each(|(tell, data)| tell(&data));
}
