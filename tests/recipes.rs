//! The recipe gallery: what it says of a recipe is complete and true, and its mails can be read in every language.

use crate::tidy::root;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tradewind_core::simulate::{Scenario, play};
use tradewind_nodes::graph::{Graph, JourneyFile};
use tradewind_nodes::kinds::Registry;

const LANGUAGES: [&str; 8] = ["en", "es", "fr", "de", "ja", "ko", "zh", "ar"];
/// What a card takes up on the canvas, with the room for its wires.
const CARD: (f64, f64) = (250.0, 120.0);

/// `recipe.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    order: u32,
    category: String,
    attributes: Attributes,
    #[serde(default)]
    events: Vec<Needed>,
    text: BTreeMap<String, Words>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attributes {
    needed: Vec<String>,
    useful: Vec<String>,
}

/// Events of which the shop has to send one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Needed {
    any_of: Vec<String>,
    needed: bool,
    #[serde(default)]
    properties: Vec<String>,
    #[serde(default)]
    useful: Vec<String>,
}

/// What the gallery says in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    name: String,
    promise: String,
    description: String,
    /// What there is to do before it goes live.
    before: Vec<String>,
    /// Labels of the steps; those of the journey itself are the English ones.
    #[serde(default)]
    steps: BTreeMap<String, String>,
}

/// `categories.toml`.
#[derive(Deserialize)]
struct Category {
    order: u32,
    #[serde(flatten)]
    names: BTreeMap<String, String>,
}

struct Folder {
    slug: String,
    recipe: Recipe,
    journey: JourneyFile,
    scenarios: Vec<(String, String)>,
}

fn folders() -> Vec<Folder> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("examples/recipes")).unwrap().map(Result::unwrap) {
        if !entry.path().is_dir() {
            continue;
        }
        let slug = entry.file_name().to_string_lossy().into_owned();
        let text = |name: &str| fs::read_to_string(entry.path().join(name)).unwrap_or_else(|error| panic!("{slug}/{name}: {error}"));
        let names = fs::read_dir(entry.path()).unwrap().map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
        let mut tests: Vec<String> = names.filter(|name| name.ends_with(".test.json")).collect();
        tests.sort();
        found.push(Folder {
            recipe: toml::from_str(&text("recipe.toml")).unwrap_or_else(|error| panic!("{slug}: {error}")),
            journey: JourneyFile::parse(&text("journey.json")).unwrap(),
            scenarios: tests.into_iter().map(|name| (name.clone(), text(&name))).collect(),
            slug,
        });
    }
    assert!(found.len() >= 8, "the recipes are gone");
    found.sort_by_key(|folder| folder.recipe.order);
    found
}

fn languages(given: impl Iterator<Item = String>, place: &str) {
    let (given, all): (BTreeSet<String>, BTreeSet<String>) = (given.collect(), LANGUAGES.map(str::to_owned).into());
    assert_eq!(given, all, "{place}");
}

#[test]
fn every_recipe_is_described_in_every_language() {
    let shelves = fs::read_to_string(root().join("examples/recipes/categories.toml")).unwrap();
    let shelves: BTreeMap<String, Category> = toml::from_str(&shelves).unwrap();
    for (name, category) in &shelves {
        languages(category.names.keys().cloned(), name);
    }
    let shelf_orders: BTreeSet<u32> = shelves.values().map(|category| category.order).collect();
    assert_eq!(shelf_orders.len(), shelves.len(), "two categories have one place");
    let mut orders = BTreeSet::new();
    for Folder { slug, recipe, journey, .. } in folders() {
        assert!(orders.insert(recipe.order), "{slug}: another recipe has its place");
        assert!(shelves.contains_key(&recipe.category), "{slug}: no category is called {}", recipe.category);
        languages(recipe.text.keys().cloned(), &slug);
        let english = &recipe.text["en"];
        assert_eq!(journey.slug, slug);
        assert_eq!((Some(&journey.name), &journey.description), (Some(&english.name), &Some(english.description.clone())), "{slug}");
        for (language, words) in &recipe.text {
            let place = format!("{slug}, {language}");
            let own = [&words.name, &words.promise, &words.description].into_iter().chain(&words.before).chain(words.steps.values());
            assert!(own.clone().all(|text| !text.trim().is_empty() && !text.contains(['{', '}', '\n'])), "{place}");
            assert_eq!(words.before.len(), english.before.len(), "{place}");
            if language != "en" {
                assert!(words.promise != english.promise && words.description != english.description, "{place}");
                let nodes: BTreeSet<&str> = journey.graph.nodes.iter().map(|node| node.id.as_str()).collect();
                assert_eq!(words.steps.keys().map(String::as_str).collect::<BTreeSet<_>>(), nodes, "{place}: labels of steps");
            }
        }
    }
}

/// Every name of an event and of a trait or property is looked for as it stands in the journey.
#[test]
fn what_a_recipe_needs_is_what_its_journey_reads() {
    for Folder { slug, recipe, journey, .. } in folders() {
        let graph = serde_json::to_string(&journey.graph).unwrap();
        let listed: BTreeSet<&str> = recipe.events.iter().flat_map(|events| &events.any_of).map(String::as_str).collect();
        for node in journey.graph.nodes.iter().filter(|node| node.kind == "trigger.event") {
            for event in node.config["events"].as_array().unwrap() {
                let event = event.as_str().unwrap();
                let needed = recipe.events.iter().any(|events| events.needed && events.any_of.iter().any(|name| name == event));
                assert!(needed, "{slug}: {event} starts it and is not needed");
            }
        }
        for event in &listed {
            assert!(graph.contains(&format!("\"{event}\"")), "{slug}: {event} is not in the journey");
        }
        let Attributes { needed, useful } = &recipe.attributes;
        let properties = recipe.events.iter().flat_map(|events| events.properties.iter().chain(&events.useful));
        for name in useful.iter().chain(properties) {
            let last = name.rsplit('.').next().unwrap();
            let by_itself = ["timezone", "locale"].contains(&last);
            assert!(by_itself || graph.contains(last), "{slug}: nothing reads {name}");
        }
        assert!(needed.contains(&"email".to_owned()), "{slug}: a mail needs an address");
    }
}

#[test]
fn recipes_are_laid_out_without_overlaps() {
    for Folder { slug, journey, .. } in folders() {
        let placed: Vec<_> = journey.graph.nodes.iter().map(|node| (node.id.as_str(), node.position.unwrap())).collect();
        for (n, (id, at)) in placed.iter().enumerate() {
            for (other, there) in &placed[..n] {
                let apart = (at.x - there.x).abs() >= CARD.0 || (at.y - there.y).abs() >= CARD.1;
                assert!(apart, "{slug}: {id} lies on {other}");
            }
        }
        for edge in &journey.graph.edges {
            let y = |id| placed.iter().find(|(known, _)| *known == id).unwrap().1.y;
            assert!(edge.from == edge.to || y(edge.to.as_str()) > y(edge.from.as_str()), "{slug}: {} leads upwards", edge.from);
        }
    }
}

/// Every mail that a scenario brings about, by scenario and place, to somebody who speaks `language`.
fn mails(folder: &Folder, graph: &Graph, language: &str) -> BTreeMap<String, (String, String)> {
    let registry = Registry::builtin();
    let mut mails = BTreeMap::new();
    for (file, text) in &folder.scenarios {
        let mut scenario = Scenario::parse(text).unwrap();
        scenario.customer.traits.insert("locale".to_owned(), language.into());
        let report = play(&folder.slug, graph, &registry, &scenario).unwrap().report;
        for (n, message) in report.messages.into_iter().enumerate() {
            let mail = message.about();
            assert!(mail.unsubscribe, "{file}: nobody could unsubscribe");
            mails.insert(format!("{}/{file} mail {}", folder.slug, n + 1), (mail.title, mail.html));
        }
    }
    mails
}

#[test]
fn every_mail_is_written_in_every_language() {
    for folder in folders() {
        let spoken = LANGUAGES.map(|language| (language, mails(&folder, &folder.journey.graph, language)));
        assert!(spoken[0].1.len() >= 3, "{}: hardly a mail is sent", folder.slug);
        let mut subjects: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
        for (language, mails) in &spoken {
            let direction = if *language == "ar" { "rtl" } else { "ltr" };
            for (place, (subject, html)) in mails {
                assert!(html.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")), "{place}, {language}: {html}");
                assert!(!subject.is_empty() && !html.contains("{{") && !subject.contains("{}"), "{place}, {language}: {subject}");
                // Korea's Network Act wants advertising mail marked at the beginning of its subject.
                assert_eq!(subject.starts_with("(광고)"), *language == "ko", "{place}, {language}: {subject}");
                subjects.entry(place).or_default().insert(subject);
            }
        }
        for (place, subjects) in subjects {
            assert_eq!(subjects.len(), LANGUAGES.len(), "{place}: two languages have one subject, or a mail is missing: {subjects:?}");
        }
    }
}

#[test]
fn a_shop_that_writes_its_address_gets_its_button() {
    let mut tried = 0;
    for mut folder in folders() {
        let scripts = folder.journey.graph.nodes.iter_mut().filter_map(|node| node.config.get_mut("source"));
        for source in scripts.filter(|source| source.as_str().unwrap().contains("let shop = \"\";")) {
            *source = source.as_str().unwrap().replace("let shop = \"\";", "let shop = \"https://shop.example/de\";").into();
            tried += 1;
        }
        let changed = folder.journey.graph.clone();
        if serde_json::to_string(&changed).unwrap().contains("let shop = ") {
            for (place, (_, html)) in mails(&folder, &changed, "en") {
                assert!(html.contains("href=\"https://shop.example/de\""), "{place}: {html}");
            }
        }
    }
    assert_eq!(tried, 4, "welcome, birthday, vip and win-back have one");
}
