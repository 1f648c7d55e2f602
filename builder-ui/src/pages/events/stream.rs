//! Following events as they come in.

use crate::api::events::{Arrived, Burst, Wanted};
use crate::api::{Live, Topic};
use crate::ui::Paged;
use leptos::prelude::*;

/// How many events the page keeps while it follows: the browser must not grow for ever.
const KEPT: usize = 500;

/// The stream into a list.
#[derive(Clone, Copy)]
pub struct Stream {
    /// Whether it is followed.
    pub on: RwSignal<bool>,
    /// How many came too fast to be shown.
    pub skipped: RwSignal<u64>,
}

impl Stream {
    /// Follows what is wanted, until the page is left or it is paused. After a pause the list begins anew.
    pub fn begin(list: Paged<Arrived>, wanted: Memo<Wanted>) -> Self {
        let stream = Self { on: RwSignal::new(true), skipped: RwSignal::new(0) };
        let live = StoredValue::new_local(None::<Live>);
        Effect::new(move |before: Option<bool>| {
            let on = stream.on.get();
            stream.skipped.set(0);
            live.set_value(on.then(|| {
                Live::listen(Topic::Events, move |told| {
                    if let Ok(burst) = serde_json::from_str::<Burst>(told) {
                        stream.take(list, &wanted.get_untracked(), burst);
                    }
                })
            }));
            if on && before == Some(false) {
                list.reload();
            }
            on
        });
        stream
    }

    fn take(self, list: Paged<Arrived>, wanted: &Wanted, burst: Burst) {
        let skipped = burst.skipped;
        self.skipped.try_update(|all| *all += skipped);
        list.items.try_update(|items| merge(items, burst.events.into_iter().filter(|event| wanted.takes(event))));
    }
}

/// Puts new events, the newest last, before those there.
fn merge(items: &mut Vec<Arrived>, fresh: impl Iterator<Item = Arrived>) {
    // What was fetched and what is told overlap.
    let mut new: Vec<Arrived> = fresh.filter(|event| !items.iter().take(KEPT).any(|known| known.id == event.id)).collect();
    if new.is_empty() {
        return;
    }
    new.reverse();
    items.splice(0..0, new);
    items.truncate(KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str) -> Arrived {
        let text = format!(
            r#"{{"id": "{id}", "customer": "c", "type": "track", "name": "x", "at": "2026-11-23T10:00:00Z", "received_at": "2026-11-23T10:00:00Z"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_newest_stands_first_and_none_twice() {
        let mut items = vec![event("2"), event("1")];
        merge(&mut items, ["2", "3", "4"].map(event).into_iter());
        assert_eq!(items.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["4", "3", "2", "1"]);
    }

    #[test]
    fn the_list_does_not_grow_for_ever() {
        let mut items = Vec::new();
        merge(&mut items, (0..2_000).map(|id| event(&id.to_string())));
        assert_eq!((items.len(), items[0].id.as_str()), (KEPT, "1999"));
    }
}
