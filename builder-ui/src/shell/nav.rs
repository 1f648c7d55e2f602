//! The places of the rail. A page that deserves a place there gets its line here.

use crate::i18n::Text;
use crate::key;

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
}

/// The places, from above.
pub static NAV: [Place; 11] = [
    Place { label: key!(shell.nav.home), href: "/", icon: icondata::LuHouse, letter: "h", low: false },
    Place { label: key!(shell.nav.journeys), href: "/journeys", icon: icondata::LuWorkflow, letter: "j", low: false },
    Place { label: key!(shell.nav.recipes), href: "/recipes", icon: icondata::LuBookOpen, letter: "r", low: false },
    Place { label: key!(shell.nav.customers), href: "/customers", icon: icondata::LuUsers, letter: "c", low: false },
    Place { label: key!(shell.nav.deliveries), href: "/deliveries", icon: icondata::LuSend, letter: "d", low: false },
    Place { label: key!(shell.nav.mailbox), href: "/mailbox", icon: icondata::LuInbox, letter: "m", low: false },
    Place { label: key!(shell.nav.events), href: "/events", icon: icondata::LuActivity, letter: "e", low: false },
    Place { label: key!(shell.nav.incidents), href: "/incidents", icon: icondata::LuTriangleAlert, letter: "i", low: false },
    Place { label: key!(shell.nav.kinds), href: "/kinds", icon: icondata::LuCodeXml, letter: "k", low: true },
    Place { label: key!(shell.nav.keys), href: "/keys", icon: icondata::LuKeyRound, letter: "a", low: true },
    Place { label: key!(shell.nav.settings), href: "/settings", icon: icondata::LuSettings, letter: "s", low: true },
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
