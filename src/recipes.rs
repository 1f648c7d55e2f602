//! The recipe gallery: journeys that are part of the program, ready to be copied.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tradewind_nodes::graph::{Graph, JourneyFile};
use tradewind_wire::recipes::{Recipe, RecipeAttributes, RecipeCategory, RecipeEvents, RecipeGallery, RecipeWords};
use tradewind_wire::scenarios::NewScenario;

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

/// `recipe.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    order: u32,
    category: String,
    attributes: RecipeAttributes,
    #[serde(default)]
    events: Vec<RecipeEvents>,
    text: BTreeMap<String, RecipeWords>,
}

/// `categories.toml`.
#[derive(Deserialize)]
struct Shelf {
    order: u32,
    #[serde(flatten)]
    names: BTreeMap<String, String>,
}

static GALLERY: LazyLock<Result<RecipeGallery, String>> = LazyLock::new(read);

/// The gallery.
///
/// # Errors
/// When this program was built of files that do not read; a test keeps that from happening.
pub fn gallery() -> Result<&'static RecipeGallery, &'static str> {
    GALLERY.as_ref().map_err(String::as_str)
}

fn read() -> Result<RecipeGallery, String> {
    let shelves: BTreeMap<String, Shelf> = toml::from_str(FILES.categories).map_err(|error| format!("categories.toml: {error}"))?;
    let mut shelves: Vec<(String, Shelf)> = shelves.into_iter().collect();
    shelves.sort_by_key(|(_, shelf)| shelf.order);
    let mut data = Vec::with_capacity(FILES.recipes.len());
    for files in FILES.recipes {
        let slug = files.slug;
        let described: Described = toml::from_str(files.recipe).map_err(|error| format!("{slug}/recipe.toml: {error}"))?;
        let journey = JourneyFile::parse(files.journey).map_err(|error| format!("{slug}: {error}"))?;
        let recipe = Recipe {
            slug: slug.to_owned(),
            category: described.category,
            texts: described.text,
            attributes: described.attributes,
            events: described.events,
            graph: journey.graph,
            scenarios: files.scenarios.len(),
        };
        data.push((described.order, recipe));
    }
    data.sort_by_key(|(order, _)| *order);
    let categories = shelves.into_iter().map(|(slug, shelf)| RecipeCategory { slug, names: shelf.names }).collect();
    Ok(RecipeGallery { categories, data: data.into_iter().map(|(_, recipe)| recipe).collect() })
}

fn files(slug: &str) -> Option<&'static RecipeFiles> {
    FILES.recipes.iter().find(|files| files.slug == slug)
}

/// The README of a recipe.
#[must_use]
pub fn readme(slug: &str) -> &'static str {
    files(slug).map_or("", |files| files.readme)
}

/// The scenario tests of a recipe.
///
/// # Errors
/// When one is no JSON; a test keeps that from happening.
pub fn tests(slug: &str) -> Result<Vec<NewScenario>, String> {
    let read = |(name, text): &(&str, &str)| {
        let body = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
        Ok(NewScenario { name: (*name).to_owned(), body })
    };
    files(slug).map_or(&[][..], |files| files.scenarios).iter().map(read).collect()
}

/// The graph of a recipe with the labels of a language.
#[must_use]
pub fn labelled(recipe: &Recipe, language: &str) -> Graph {
    let mut graph = recipe.graph.clone();
    if let Some(words) = recipe.words(language) {
        for node in &mut graph.nodes {
            if let Some(label) = words.steps.get(node.id.as_str()) {
                node.label.clone_from(label);
            }
        }
    }
    graph
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
            assert_eq!(tests(&recipe.slug).unwrap().len(), recipe.scenarios, "{}", recipe.slug);
            assert!(!readme(&recipe.slug).is_empty(), "{}", recipe.slug);
            let german = labelled(recipe, "de");
            assert!(german.nodes.iter().zip(&recipe.graph.nodes).any(|(a, b)| a.label != b.label), "{}", recipe.slug);
        }
    }
}
