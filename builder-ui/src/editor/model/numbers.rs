//! The numbers on the canvas as they come.

use super::counts::{Counts, NodeCounts};
use super::state::{Editor, Panel};
use crate::api::counts::{Counted, Watched};
use crate::api::{Live, Topic};
use leptos::prelude::*;
use tradewind_nodes::id::{NodeId, PortName};

/// What is watched.
#[derive(Clone, Copy)]
pub struct Watch {
    /// The numbers as they were told last.
    pub counted: RwSignal<Counted>,
    /// The period, as the API has it; empty for all of it.
    pub since: RwSignal<&'static str>,
    /// One version; all of them when None.
    pub version: RwSignal<Option<i64>>,
    /// Whose list is shown.
    pub people: RwSignal<Option<Behind>>,
}

/// The people behind a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Behind {
    /// At which step.
    pub node: String,
    /// By which port, `!` for failing there, `.` for ending there; None for those who stand there.
    pub port: Option<String>,
}

fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn counts(counted: &Counted, percent: bool) -> Counts {
    let of = |node: &crate::api::counts::NodeCount| {
        let ports = node.ports.iter().map(|port| (PortName::new(port.port.clone()), whole(port.passed))).collect();
        let passed = node.ports.iter().map(|port| port.passed).sum::<i64>() + node.ended;
        NodeCounts { waiting: whole(node.waiting), passed: whole(passed), failed: whole(node.failed), ports }
    };
    let nodes = counted.nodes.iter().filter_map(|node| Some((NodeId::new(&node.node).ok()?, of(node))));
    Counts { nodes: nodes.collect(), percent }
}

/// Follows the numbers of the editor's journey as long as it is open, once it was published.
pub fn follow(editor: Editor) -> Watch {
    let watch = Watch { counted: RwSignal::default(), since: RwSignal::new(""), version: RwSignal::new(None), people: RwSignal::new(None) };
    let stream = StoredValue::new_local(None::<Live>);
    let published = Memo::new(move |_| editor.journey.with(|meta| meta.live_version.is_some().then(|| meta.slug.clone())));
    Effect::new(move |_| {
        let topic = published.get().map(|slug| {
            let since = watch.since.get();
            Topic::counts(&slug, watch.version.get(), Some(since).filter(|since| !since.is_empty()))
        });
        let listen = |topic| {
            Live::listen(topic, move |told| match serde_json::from_str::<Watched>(told) {
                Ok(Watched { counts: Some(counted) }) => {
                    let percent = editor.counts.with_untracked(|counts| counts.percent);
                    editor.counts.set(counts(&counted, percent));
                    watch.counted.set(counted);
                }
                // Another has deleted it.
                Ok(Watched { counts: None }) => {}
                Err(error) => leptos::logging::error!("counts do not read: {error}"),
            })
        };
        stream.set_value(topic.map(listen));
    });
    watch
}

/// Shows who stands at a step.
pub fn show_people(editor: Editor, watch: Option<Watch>, node: &NodeId) {
    if let Some(watch) = watch {
        watch.people.set(Some(Behind { node: node.to_string(), port: None }));
        editor.panel.set(Panel::People);
    }
}
