//! The places of the rail. A page that deserves a place there gets its line here.

use crate::api::status::{Bounded, Status};
use crate::i18n::Text;
use crate::{key, t};

/// A place.
pub struct Place {
    /// What it is called.
    pub label: Text,
    /// Where it is.
    pub href: &'static str,
    /// Its icon.
    pub icon: icondata::Icon,
    /// The letter that leads there after `g`.
    pub letter: &'static str,
    /// Whether it stands at the lower end: for what is set up once.
    pub low: bool,
    /// How much waits there for somebody.
    pub waiting: Option<Waiting>,
}

/// What to count, and the words for it.
pub struct Waiting {
    /// How many, of what the engine says of itself.
    pub count: fn(&Status) -> Bounded,
    /// In words.
    pub words: fn(i64) -> String,
}

/// The places, from above.
pub static NAV: [Place; 12] = [
    Place { label: key!(shell.nav.home), href: "/", icon: icondata::LuHouse, letter: "h", low: false, waiting: None },
    Place { label: key!(shell.nav.journeys), href: "/journeys", icon: icondata::LuWorkflow, letter: "j", low: false, waiting: None },
    Place { label: key!(shell.nav.recipes), href: "/recipes", icon: icondata::LuBookOpen, letter: "r", low: false, waiting: None },
    Place { label: key!(shell.nav.customers), href: "/customers", icon: icondata::LuUsers, letter: "c", low: false, waiting: None },
    Place { label: key!(shell.nav.deliveries), href: "/deliveries", icon: icondata::LuSend, letter: "d", low: false, waiting: None },
    Place { label: key!(shell.nav.mailbox), href: "/mailbox", icon: icondata::LuInbox, letter: "m", low: false, waiting: None },
    Place { label: key!(shell.nav.events), href: "/events", icon: icondata::LuActivity, letter: "e", low: false, waiting: None },
    Place { label: key!(shell.nav.incidents), href: "/incidents", icon: icondata::LuTriangleAlert, letter: "i", low: false, waiting: None },
    Place {
        label: key!(shell.nav.tasks),
        href: "/tasks",
        icon: icondata::LuMessageCircle,
        letter: "t",
        low: false,
        waiting: Some(Waiting { count: |status| status.tasks, words: |n| t!(home.asked, n = n) }),
    },
    Place { label: key!(shell.nav.kinds), href: "/kinds", icon: icondata::LuCodeXml, letter: "k", low: true, waiting: None },
    Place { label: key!(shell.nav.keys), href: "/keys", icon: icondata::LuKeyRound, letter: "a", low: true, waiting: None },
    Place { label: key!(shell.nav.settings), href: "/settings", icon: icondata::LuSettings, letter: "s", low: true, waiting: None },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_letter_leads_to_one_place() {
        let letters: BTreeSet<_> = NAV.iter().map(|place| place.letter).collect();
        assert_eq!(letters.len(), NAV.len());
    }
}
