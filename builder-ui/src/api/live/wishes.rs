//! PURE: who wants to hear what, and what was told last.

use crate::api::escaped;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Journeys that one stream counts at most; the server has the same bound.
const MOST: usize = 32;

/// What can be listened to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Topic {
    /// How the engine and the workspace do.
    Status,
    /// The events that come in.
    Events,
    /// The counts of a journey, by what they are asked for: `carts@2~24h`.
    Counts(String),
}

impl Topic {
    /// The counts of a journey: of one version or of all, since so long ago (`24h`) or since the beginning.
    #[must_use]
    pub fn counts(slug: &str, version: Option<i64>, since: Option<&str>) -> Self {
        let version = version.map(|version| format!("@{version}")).unwrap_or_default();
        let since = since.map(|since| format!("~{since}")).unwrap_or_default();
        Self::Counts(format!("{slug}{version}{since}"))
    }
}

/// The name a tab has among the tabs.
pub(super) type Tab = String;

/// What the tabs say to one another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Said {
    /// By the one that listens: say what you want.
    Ask,
    /// What a tab wants to hear; `fresh` when somebody in it has heard nothing yet.
    Wants { tab: Tab, topics: BTreeSet<Topic>, fresh: bool },
    /// What the server told.
    Told { topic: Topic, data: String },
}

/// What the tab that listens knows of the others.
#[derive(Default)]
pub(super) struct Wishes {
    /// By tab, with the round in which it last said so.
    others: BTreeMap<Tab, (u64, BTreeSet<Topic>)>,
    round: u64,
    last: BTreeMap<Topic, String>,
}

impl Wishes {
    /// Another tab said what it wants. Tells whether that is something else than before.
    pub fn heard(&mut self, tab: Tab, topics: BTreeSet<Topic>) -> bool {
        if topics.is_empty() {
            return self.others.remove(&tab).is_some();
        }
        let former = self.others.insert(tab, (self.round, topics.clone()));
        former.is_none_or(|(_, former)| former != topics)
    }

    /// Everything anybody wants, `mine` included. Asked before each new stream: tabs that did not answer when they were asked last are
    /// gone without a word.
    pub fn gathered(&mut self, mine: &BTreeSet<Topic>) -> BTreeSet<Topic> {
        let round = self.round;
        self.others.retain(|_, (said, _)| *said == round);
        self.round += 1;
        let all: BTreeSet<Topic> = self.others.values().flat_map(|(_, topics)| topics).chain(mine).cloned().collect();
        self.last.retain(|topic, _| all.contains(topic));
        all
    }

    /// Notes what was told, for tabs that come later. Events that came before are none of theirs.
    pub fn told(&mut self, topic: &Topic, data: &str) {
        if *topic != Topic::Events {
            self.last.insert(topic.clone(), data.to_owned());
        }
    }

    /// What was told last of these.
    pub fn latest<'a>(&'a self, topics: &'a BTreeSet<Topic>) -> impl Iterator<Item = (&'a Topic, &'a String)> {
        self.last.iter().filter(|(topic, _)| topics.contains(topic))
    }
}

/// Where all of this is heard.
pub(super) fn address(topics: &BTreeSet<Topic>) -> String {
    let counts = |topic: &Topic| if let Topic::Counts(watch) = topic { Some(escaped(watch)) } else { None };
    let watched: Vec<String> = topics.iter().filter_map(counts).take(MOST).collect();
    let events = topics.contains(&Topic::Events).then(|| "events=true".to_owned());
    let watch = (!watched.is_empty()).then(|| format!("watch={}", watched.join(",")));
    let query: Vec<String> = events.into_iter().chain(watch).collect();
    format!("/api/v1/live{}{}", if query.is_empty() { "" } else { "?" }, query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(topics: &[Topic]) -> BTreeSet<Topic> {
        topics.iter().cloned().collect()
    }

    #[test]
    fn one_address_serves_all_tabs() {
        assert_eq!(address(&set(&[Topic::Status])), "/api/v1/live");
        let all = [Topic::Status, Topic::Events, Topic::counts("carts", None, Some("24h")), Topic::counts("carts", Some(2), None)];
        assert_eq!(address(&set(&all)), "/api/v1/live?events=true&watch=carts%402,carts%7E24h");
        let many: Vec<Topic> = (0..100).map(|n| Topic::counts(&format!("j{n}"), None, None)).collect();
        assert_eq!(address(&set(&many)).matches(',').count(), MOST - 1);
    }

    #[test]
    fn a_tab_that_is_gone_without_a_word_is_forgotten() {
        let (a, b) = (Topic::counts("a", None, None), Topic::counts("b", None, None));
        let mine = set(&[Topic::Status]);
        let mut wishes = Wishes::default();
        assert!(wishes.heard("one".into(), set(std::slice::from_ref(&a))));
        assert!(wishes.heard("two".into(), set(std::slice::from_ref(&b))));
        assert_eq!(wishes.gathered(&mine), set(&[Topic::Status, a.clone(), b.clone()]));
        // Asked with this, the second has answered and the first has not.
        assert!(!wishes.heard("two".into(), set(std::slice::from_ref(&b))), "an answer that brings nothing new");
        assert_eq!(wishes.gathered(&mine), set(&[Topic::Status, b]));
        assert!(wishes.heard("two".into(), set(&[])));
        assert_eq!(wishes.gathered(&mine), mine);
    }

    #[test]
    fn whoever_comes_later_hears_what_was_told_last_but_no_former_events() {
        let mut wishes = Wishes::default();
        let all = set(&[Topic::Status, Topic::Events]);
        wishes.told(&Topic::Status, "1");
        wishes.told(&Topic::Status, "2");
        wishes.told(&Topic::Events, "3");
        assert_eq!(wishes.latest(&all).collect::<Vec<_>>(), [(&Topic::Status, &"2".to_owned())]);
        // What nobody wants any more is old when somebody wants it again.
        wishes.gathered(&set(&[Topic::Events]));
        assert_eq!(wishes.latest(&all).count(), 0);
    }
}
