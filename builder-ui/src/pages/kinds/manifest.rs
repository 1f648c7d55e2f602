//! What a new kind begins with, and the help on writing one.

use crate::form::words::kind_help;
use crate::tr;
use leptos::prelude::*;
use tradewind_nodes::script::FUNCTIONS;

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
            <p>{move || kind_help("script.run")}" "{tr!(kindpage.help.script_text)}</p>
            <ul class="functions" lang="en" dir="ltr">{FUNCTIONS.iter().map(|f| view! { <li><code>{f.says}</code></li> }).collect_view()}</ul>
            <h3>{tr!(kindpage.help.tests)}</h3>
            <p>{tr!(kindpage.help.tests_text)}</p>
        </div>
    }
}
