//! What a new kind begins with, and the help on writing one.

use crate::tr;
use crate::words::field::kind_help;
use crate::worker::{Ask, Kinds};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tradewind_nodes::JsonMap;
use tradewind_nodes::issue::FieldIssue;
use tradewind_nodes::kind::Kind as _;
use tradewind_nodes::kind::KindSpec;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::kinds::ScriptRun;
use tradewind_nodes::script::{FUNCTIONS, ScriptKind};

/// What a new kind begins with: it works as it is.
pub const BEGINNING: &str = r#"/* tradewind {
  "name": "shop.loyalty_tier",
  "label": "Loyalty tier",
  "family": "condition",
  "version": 1,
  "fields": [
    {"name": "gold_from", "label": "Gold from, points", "type": "integer", "min": 1, "max": 1000000, "default": 1000}
  ],
  "ports": [{"name": "gold", "required": true}, {"name": "basic", "required": true}]
} */
fn step() {
    let points = customer.traits.points ?? 0;
    if points >= fields.gold_from { go("gold", #{points: points}) }
    go("basic", #{points: points, missing: fields.gold_from - points});
}

/* tests [
  {"name": "enough points", "traits": {"points": 1200}, "expect": {"port": "gold"}},
  {"name": "nobody in the programme", "expect": {"port": "basic", "output": {"missing": 1000}}}
] */
"#;

const TYPES: [(&str, &str); 12] = [
    ("text", ""),
    ("template", "\"html\": false"),
    ("integer", "\"min\": 1, \"max\": 100"),
    ("number", ""),
    ("boolean", ""),
    ("choice", "\"options\": [\"a\", \"b\"]"),
    ("duration", ""),
    ("local_time", ""),
    ("fact", ""),
    ("predicate", ""),
    ("event_name", "\"many\": true"),
    ("key_value", ""),
];

/// What does the file of a kind make?
#[derive(Serialize, Deserialize)]
pub struct Manifesting {
    /// The file.
    pub source: String,
}

impl Ask for Manifesting {
    /// The kind as forms see it, or everything wrong with the file.
    type Answer = Result<KindSpec, Vec<FieldIssue>>;
    fn answer(self, _: &Registry) -> Self::Answer {
        ScriptKind::parse(&self.source).map(|kind| kind.spec())
    }
}

/// Do these fields fit a kind that is being written?
#[derive(Serialize, Deserialize)]
pub struct Fitting {
    /// Its file.
    pub source: String,
    /// Its name.
    pub kind: String,
    /// The fields.
    pub values: Arc<JsonMap>,
}

impl Ask for Fitting {
    /// What is wrong with them.
    type Answer = Vec<FieldIssue>;
    fn answer(self, _: &Registry) -> Vec<FieldIssue> {
        Kinds(vec![self.source]).registry().parse(&self.kind, &self.values).err().unwrap_or_default()
    }
}

/// The help.
#[component]
pub fn ManifestHelp() -> impl IntoView {
    let kind = |(name, more): (&'static str, &'static str)| view! { <li><code dir="ltr">{format!("{{\"type\": \"{name}\"{}}}", if more.is_empty() { String::new() } else { format!(", {more}") })}</code></li> };
    view! {
        <div class="help">
            <h3>{tr!(kindpage.help.manifest)}</h3>
            <p>{tr!(kindpage.help.manifest_text)}</p>
            <dl class="terms">
                <div><dt><code>"name"</code></dt><dd>{tr!(kindpage.help.name)}</dd></div>
                <div><dt><code>"label"</code></dt><dd>{tr!(kindpage.help.label)}</dd></div>
                <div><dt><code>"family"</code></dt><dd>{tr!(kindpage.help.family)}</dd></div>
                <div><dt><code>"ports"</code></dt><dd>{tr!(kindpage.help.ports)}</dd></div>
                <div><dt><code>"fields"</code></dt><dd>{tr!(kindpage.help.fields)}<ul class="types">{TYPES.map(kind).collect_view()}</ul></dd></div>
            </dl>
            <h3>{tr!(kindpage.help.script)}</h3>
            <p>{move || kind_help(ScriptRun::NAME)}" "{tr!(kindpage.help.script_text)}</p>
            <ul class="functions" lang="en" dir="ltr">{FUNCTIONS.iter().map(|f| view! { <li><code>{f.says}</code></li> }).collect_view()}</ul>
            <h3>{tr!(kindpage.help.tests)}</h3>
            <p>{tr!(kindpage.help.tests_text)}</p>
        </div>
    }
}
