//! `/api/v1/recipes`: journeys ready to be copied.

use super::journey_list::Made;
use super::{Call, Failure, escaped};
use crate::i18n;
use serde::Deserialize;
use std::collections::BTreeMap;
use tradewind_nodes::graph::Graph;

/// What the gallery says of a recipe in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Words {
    /// What it is called.
    pub name: String,
    /// What it promises, in one line.
    #[serde(default)]
    pub promise: String,
    /// What it does.
    #[serde(default)]
    pub description: String,
    /// What there is to do before it goes live.
    #[serde(default)]
    pub before: Vec<String>,
    /// What its steps are called, by their ids.
    #[serde(default)]
    pub steps: BTreeMap<String, String>,
}

/// Events a recipe lives on.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Fed {
    /// One of these.
    pub any_of: Vec<String>,
    /// Whether it does nothing without.
    #[serde(default)]
    pub needed: bool,
}

/// Traits a recipe lives on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Attributes {
    /// Those it does nothing without.
    #[serde(default)]
    pub needed: Vec<String>,
}

/// A recipe.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct Recipe {
    /// Its name in addresses.
    pub slug: String,
    /// What is said of it, by the codes of languages.
    texts: BTreeMap<String, Words>,
    /// The journey.
    pub graph: Graph,
    /// Events it needs.
    #[serde(default)]
    pub events: Vec<Fed>,
    /// Traits it needs.
    #[serde(default)]
    pub attributes: Attributes,
}

impl Recipe {
    /// What is said of it in the language in force, else in English; whoever calls this in a view follows the language.
    #[must_use]
    pub fn words(&self) -> Words {
        in_force(&self.texts)
    }
}

/// What is said of a recipe, without the journey: every page can list recipes, and those that draw none do not load what reads one.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Title {
    /// Its name in addresses.
    pub slug: String,
    texts: BTreeMap<String, Words>,
}

impl Title {
    /// What is said of it in the language in force, else in English.
    #[must_use]
    pub fn words(&self) -> Words {
        in_force(&self.texts)
    }
}

fn in_force(texts: &BTreeMap<String, Words>) -> Words {
    let wanted = i18n::language().code();
    texts.get(wanted).or_else(|| texts.get("en")).cloned().unwrap_or_default()
}

#[derive(Deserialize)]
struct Gallery<T> {
    data: Vec<T>,
}

/// All of them, in the gallery's order.
///
/// # Errors
/// When there is no answer.
pub async fn list() -> Result<Vec<Recipe>, Failure> {
    Ok(Call::get("/api/v1/recipes").send::<Gallery<Recipe>>().await?.data)
}

/// What is said of all of them, in the gallery's order.
///
/// # Errors
/// When there is no answer.
pub async fn titles() -> Result<Vec<Title>, Failure> {
    Ok(Call::get("/api/v1/recipes").send::<Gallery<Title>>().await?.data)
}

/// Makes a journey of one, its steps named in the language in force.
///
/// # Errors
/// When there is no such recipe.
pub async fn copy(slug: &str, name: &str) -> Result<Made, Failure> {
    let body = serde_json::json!({ "name": name, "language": i18n::language().code() });
    Call::post(&format!("/api/v1/recipes/{}/copy", escaped(slug))).json(&body).send().await
}
