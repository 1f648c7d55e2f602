//! What of a journey is on the page: what is in sight and a border around it. It comes and goes a share in each frame, so that
//! a move that brings hundreds of cards into sight stays smooth.

use super::stage::{FAR, InSight, Stage};
use super::state::Editor;
use leptos::prelude::*;
use std::collections::HashSet;
use std::hash::Hash;
use tradewind_nodes::id::NodeId;

/// How many cards come, and how many go, in one frame: about half of what a frame has time for.
const CARDS: usize = 12;
/// The same of wires.
const WIRES: usize = 30;

/// Where something lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lies {
    /// In sight.
    Seen,
    /// Where a small move brings it into sight.
    Near,
    /// Elsewhere.
    Far,
}

/// One frame's share of the way from what is on the page to what belongs there, in the order of `all`, and whether that is the whole way.
/// Where nothing is on the page yet, all that is seen comes at once.
fn share<T: Clone + Eq + Hash>(all: &[(T, Lies)], there: &[T], most: usize) -> (Vec<T>, bool) {
    let first = there.is_empty();
    let there: HashSet<&T> = there.iter().collect();
    let mut coming = HashSet::new();
    let (mut room, mut whole) = (most, true);
    for wanted in [Lies::Seen, Lies::Near] {
        for (item, _) in all.iter().filter(|(item, lies)| *lies == wanted && !there.contains(item)) {
            if room > 0 || (first && wanted == Lies::Seen) {
                coming.insert(item);
                room = room.saturating_sub(1);
            } else {
                whole = false;
            }
        }
    }
    let mut leaving = most;
    let mut stays = |item: &T, lies: Lies| {
        if lies != Lies::Far {
            return there.contains(item) || coming.contains(item);
        }
        let was = there.contains(item);
        if was && leaving == 0 {
            whole = false;
            return true;
        }
        leaving -= usize::from(was);
        false
    };
    (all.iter().filter(|(item, lies)| stays(item, *lies)).map(|(item, _)| item.clone()).collect(), whole)
}

impl Editor {
    /// Decides anew what is on the page. From afar nothing comes: the overview shows everything.
    pub fn recut(&self) {
        let far = self.stage.try_with_value(|stage| stage.view.zoom < FAR);
        let cut = match far {
            Some(true) => self.stage.try_with_value(|stage| self.shown_cards.with_untracked(|there| stage.keep(there))),
            Some(false) => self.stage.try_update_value(Stage::cut),
            None => None,
        };
        let Some(InSight { mut cards, wires }) = cut else { return };
        // What the keyboard is at must not vanish under it.
        if let Some(focus) = self.focus.get_untracked()
            && let Some((_, lies)) = cards.iter_mut().find(|(id, _)| *id == focus)
        {
            *lies = Lies::Seen;
        }
        let all_cards = bring(self.shown_cards, &cards, CARDS);
        let all_wires = bring(self.shown_wires, &wires, WIRES);
        if !(all_cards && all_wires) {
            self.go_on();
        }
        let lacking = |cards: &[(NodeId, Lies)]| {
            self.shown_cards.with_untracked(|there| {
                let there: HashSet<&NodeId> = there.iter().collect();
                cards.iter().any(|(id, lies)| *lies == Lies::Seen && !there.contains(id))
            })
        };
        if far == Some(false) && self.stage.with_value(Stage::is_afar) && !lacking(&cards) {
            self.stage.update_value(|stage| stage.set_afar(false));
        }
    }

    /// The next share comes with the next frame.
    fn go_on(self) {
        if self.going.try_update_value(|going| std::mem::replace(&mut going.bringing, true)) != Some(false) {
            return;
        }
        request_animation_frame(move || {
            if self.going.try_update_value(|going| going.bringing = false).is_some() {
                self.recut();
            }
        });
    }
}

fn bring<T: Clone + Eq + Hash + Send + Sync + 'static>(shown: RwSignal<Vec<T>>, all: &[(T, Lies)], most: usize) -> bool {
    let (now, whole) = shown.with_untracked(|there| share(all, there, most));
    if shown.with_untracked(|there| *there != now) {
        shown.set(now);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::Lies::{Far, Near, Seen};
    use super::*;

    fn all(lies: &[Lies]) -> Vec<(usize, Lies)> {
        lies.iter().copied().enumerate().collect()
    }

    #[test]
    fn what_is_seen_comes_at_once_to_an_empty_page_and_the_rest_in_shares() {
        let wanted = all(&[Near, Seen, Seen, Far, Seen, Near]);
        let (first, whole) = share(&wanted, &[], 2);
        assert_eq!((first.as_slice(), whole), (&[1, 2, 4][..], false));
        let (then, whole) = share(&wanted, &first, 1);
        assert_eq!((then.as_slice(), whole), (&[0, 1, 2, 4][..], false));
        assert_eq!(share(&wanted, &then, 1), (vec![0, 1, 2, 4, 5], true));
    }

    #[test]
    fn what_is_out_of_sight_goes_in_shares_and_what_is_no_more_at_once() {
        let wanted = all(&[Far, Far, Far, Seen]);
        let (first, whole) = share(&wanted, &[0, 1, 2, 3, 9], 2);
        assert_eq!((first.as_slice(), whole), (&[2, 3][..], false));
        assert_eq!(share(&wanted, &first, 2), (vec![3], true));
    }

    #[test]
    fn what_is_seen_comes_before_what_is_near() {
        let wanted = all(&[Near, Near, Seen, Seen]);
        assert_eq!(share(&wanted, &[0], 1).0, [0, 2]);
        assert_eq!(share(&wanted, &[0, 2], 1).0, [0, 2, 3]);
        assert_eq!(share(&wanted, &[0, 2, 3], 1), (vec![0, 1, 2, 3], true));
    }
}
