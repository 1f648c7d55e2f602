//! The recipe gallery: journeys that are part of the program, ready to be copied.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tradewind_engine::journeys::scenarios::NewScenario;
use tradewind_nodes::graph::{Graph, JourneyFile};
use utoipa::ToSchema;

struct Files {
    categories: &'static str,
    recipes: &'static [RecipeFiles],
}

struct RecipeFiles {
    slug: &'static str,
    recipe: &'static str,
    journey: &'static str,
    readme: &'static str,
    scenarios: &'static [(&'static str, &'static str)],
}

static FILES: Files = include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

/// Traits of the customer that a recipe reads.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// Without these nobody is written to.
    pub needed: Vec<String>,
    /// These make it better.
    pub useful: Vec<String>,
}

/// Events of which the shop has to send one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NeededEvents {
    /// One of these.
    pub any_of: Vec<String>,
    /// Whether nothing happens without.
    pub needed: bool,
    /// The properties they must have.
    #[serde(default)]
    pub properties: Vec<String>,
    /// The properties that make it better.
    #[serde(default)]
    pub useful: Vec<String>,
}

/// What the gallery says in one language.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What it is called.
    pub name: String,
    /// What it does for the shop, in one line.
    pub promise: String,
    /// What it does.
    pub description: String,
    /// What there is to do before it goes live.
    pub before: Vec<String>,
    /// The labels of its steps, by node; those of the journey itself where absent.
    #[serde(default)]
    pub steps: BTreeMap<String, String>,
}

/// `recipe.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    order: u32,
    category: String,
    attributes: Attributes,
    #[serde(default)]
    events: Vec<NeededEvents>,
    text: BTreeMap<String, Words>,
}

/// A shelf of the gallery.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Category {
    /// Its name in recipes.
    pub slug: String,
    /// What it is called, by language.
    pub names: BTreeMap<String, String>,
}

/// `categories.toml`.
#[derive(Deserialize)]
struct Shelf {
    order: u32,
    #[serde(flatten)]
    names: BTreeMap<String, String>,
}

/// A recipe.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Recipe {
    /// Its name in addresses.
    pub slug: String,
    /// Its shelf.
    pub category: String,
    /// What it says, by language.
    pub texts: BTreeMap<String, Words>,
    /// Traits of the customer it reads.
    pub attributes: Attributes,
    /// Events it listens to.
    pub events: Vec<NeededEvents>,
    /// The journey.
    #[schema(value_type = Object)]
    pub graph: Graph,
    /// How many scenario tests it brings.
    pub scenarios: usize,
    #[serde(skip)]
    order: u32,
    #[serde(skip)]
    files: Place,
}

/// Which of the embedded recipes it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place(usize);

/// The gallery.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Gallery {
    /// The shelves, in their order.
    pub categories: Vec<Category>,
    /// The recipes, in their order.
    pub data: Vec<Recipe>,
}

static GALLERY: LazyLock<Result<Gallery, String>> = LazyLock::new(read);

/// The gallery.
///
/// # Errors
/// When this program was built of files that do not read; a test keeps that from happening.
pub fn gallery() -> Result<&'static Gallery, &'static str> {
    GALLERY.as_ref().map_err(String::as_str)
}

fn read() -> Result<Gallery, String> {
    let shelves: BTreeMap<String, Shelf> = toml::from_str(FILES.categories).map_err(|error| format!("categories.toml: {error}"))?;
    let mut shelves: Vec<(String, Shelf)> = shelves.into_iter().collect();
    shelves.sort_by_key(|(_, shelf)| shelf.order);
    let mut data = Vec::with_capacity(FILES.recipes.len());
    for (place, files) in FILES.recipes.iter().enumerate() {
        let slug = files.slug;
        let described: Described = toml::from_str(files.recipe).map_err(|error| format!("{slug}/recipe.toml: {error}"))?;
        let journey = JourneyFile::parse(files.journey).map_err(|error| format!("{slug}: {error}"))?;
        data.push(Recipe {
            slug: slug.to_owned(),
            category: described.category,
            texts: described.text,
            attributes: described.attributes,
            events: described.events,
            graph: journey.graph,
            scenarios: files.scenarios.len(),
            order: described.order,
            files: Place(place),
        });
    }
    data.sort_by_key(|recipe| recipe.order);
    let categories = shelves.into_iter().map(|(slug, shelf)| Category { slug, names: shelf.names }).collect();
    Ok(Gallery { categories, data })
}

impl Recipe {
    /// What it says in a language; in English where it does not speak it.
    #[must_use]
    pub fn words(&self, language: &str) -> Option<&Words> {
        self.texts.get(language).or_else(|| self.texts.get("en"))
    }

    /// Its README.
    #[must_use]
    pub fn readme(&self) -> &'static str {
        FILES.recipes.get(self.files.0).map_or("", |files| files.readme)
    }

    /// Its scenario tests.
    ///
    /// # Errors
    /// When one is no JSON; a test keeps that from happening.
    pub fn tests(&self) -> Result<Vec<NewScenario>, String> {
        let files = FILES.recipes.get(self.files.0).map_or(&[][..], |files| files.scenarios);
        let read = |(name, text): &(&str, &str)| {
            let body = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
            Ok(NewScenario { name: (*name).to_owned(), body })
        };
        files.iter().map(read).collect()
    }

    /// Its graph with the labels of a language.
    #[must_use]
    pub fn labelled(&self, language: &str) -> Graph {
        let mut graph = self.graph.clone();
        if let Some(words) = self.words(language) {
            for node in &mut graph.nodes {
                if let Some(label) = words.steps.get(node.id.as_str()) {
                    node.label.clone_from(label);
                }
            }
        }
        graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_of_the_program_reads() {
        let gallery = gallery().unwrap();
        assert!(gallery.data.len() >= 8);
        for recipe in &gallery.data {
            assert!(gallery.categories.iter().any(|category| category.slug == recipe.category), "{}", recipe.slug);
            assert_eq!(recipe.tests().unwrap().len(), recipe.scenarios, "{}", recipe.slug);
            assert!(!recipe.readme().is_empty(), "{}", recipe.slug);
            let german = recipe.labelled("de");
            assert!(german.nodes.iter().zip(&recipe.graph.nodes).any(|(a, b)| a.label != b.label), "{}", recipe.slug);
        }
    }
}
