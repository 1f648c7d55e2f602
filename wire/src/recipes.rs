//! `/api/v1/recipes`: the gallery of journeys to copy.

use crate::scenarios::NewScenario;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_nodes::graph::Graph;

/// Traits of the customer that a recipe reads.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecipeAttributes {
    /// Without these nobody is written to.
    pub needed: Vec<String>,
    /// These make it better.
    pub useful: Vec<String>,
}

/// Events of which the shop has to send one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecipeEvents {
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
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecipeWords {
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

/// A shelf of the gallery.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecipeCategory {
    /// Its name in recipes.
    pub slug: String,
    /// What it is called, by language.
    pub names: BTreeMap<String, String>,
}

/// A recipe.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recipe {
    /// Its name in addresses.
    pub slug: String,
    /// Its shelf.
    pub category: String,
    /// What it says, by language.
    pub texts: BTreeMap<String, RecipeWords>,
    /// Traits of the customer it reads.
    pub attributes: RecipeAttributes,
    /// Events it listens to.
    pub events: Vec<RecipeEvents>,
    /// The journey.
    pub graph: Graph,
    /// How many scenario tests it brings.
    pub scenarios: usize,
}

impl Recipe {
    /// What it says in a language; in English where it does not speak it.
    #[must_use]
    pub fn words(&self, language: &str) -> Option<&RecipeWords> {
        self.texts.get(language).or_else(|| self.texts.get("en"))
    }
}

/// The gallery.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecipeGallery {
    /// The shelves, in their order.
    pub categories: Vec<RecipeCategory>,
    /// The recipes, in their order.
    pub data: Vec<Recipe>,
}

/// A recipe with all it brings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecipeDetail {
    /// What the gallery says.
    #[serde(flatten)]
    pub recipe: Recipe,
    /// How it works, in Markdown.
    pub readme: String,
    /// Its scenario tests.
    pub tests: Vec<NewScenario>,
}

/// How to copy a recipe.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CopyRecipe {
    /// What people call the journey; the recipe's name when absent.
    pub name: Option<String>,
    /// In which language its steps are named: `en`, `de`, …; English when absent.
    pub language: Option<String>,
}
