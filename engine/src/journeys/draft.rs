//! Making journeys and working on their drafts.

use super::error::{JourneyError, Result};
use super::find::find;
use super::record::{Journey, JourneyStatus};
use super::scenarios::{self, NewScenario};
use crate::tables::journeys::JOURNEYS;
use tradewind_commerce::reading::ReadError;
use tradewind_commerce::revision::{Cached, bump};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::issue::{FieldIssue, IssueCode};
use tradewind_nodes::time::Timestamp;
use tradewind_schema::insert;
use tradewind_store::{Batch, Db, Expect, Insert, StoreError, Value};
use uuid::Uuid;

static NEW: Insert = insert!(JOURNEYS, [id, workspace_id, slug, name, description, status, draft, draft_revision, created_at, updated_at]);
pub(super) const TAKEN: &str = "SELECT slug FROM journeys WHERE workspace_id = $1 AND slug = ANY($2) LIMIT 100";
pub(super) const SAVE: &str = "UPDATE journeys SET draft = $3, draft_revision = draft_revision + 1, updated_at = $5 \
    WHERE id = $1 AND workspace_id = $2 AND draft_revision = $4 AND status <> 'archived'";
pub(super) const RENAME: &str = "UPDATE journeys SET name = $3, description = $4, updated_at = $5 WHERE id = $1 AND workspace_id = $2";

/// Slugs tried when the one made of the name is taken.
const CANDIDATES: usize = 50;

/// What a new journey begins with.
#[derive(Clone, Debug, Default)]
pub struct NewJourney {
    /// What people call it.
    pub name: String,
    /// Its name in addresses; made of the name when None.
    pub slug: Option<String>,
    /// What it is for.
    pub description: String,
    /// The first draft; empty when None.
    pub graph: Option<Graph>,
    /// Its scenarios.
    pub scenarios: Vec<NewScenario>,
}

/// Makes a journey; `id` is a new UUIDv7.
pub async fn create(db: &Db, workspace: WorkspaceId, id: Uuid, new: NewJourney, now: Timestamp) -> Result<Journey> {
    let name = checked_name(&new.name)?;
    let description = checked_description(&new.description)?;
    scenarios::check(&new.scenarios)?;
    let slug = match &new.slug {
        Some(slug) => checked_slug(slug)?,
        None => free_slug(db, workspace, &name).await?,
    };
    let mut batch = Batch::new();
    let at = Value::Int(now.micros());
    let row: [Value; 10] = [
        id.into(),
        workspace.0.into(),
        slug.as_str().into(),
        name.into(),
        description.into(),
        JourneyStatus::Draft.name().into(),
        stored(&new.graph.unwrap_or_default())?,
        Value::Int(1),
        at.clone(),
        at,
    ];
    batch.insert(&NEW, [row]);
    scenarios::add(&mut batch, workspace, JourneyId(id), &new.scenarios, now);
    bump(&mut batch, workspace, Cached::Journeys);
    match db.commit(batch).await {
        Err(StoreError::Unique { .. }) => Err(JourneyError::SlugTaken(slug)),
        Err(error) => Err(error.into()),
        Ok(_) => find(db, workspace, &slug).await,
    }
}

/// Makes a journey of the draft and the scenarios of the one called `slug`; `id` is a new UUIDv7.
pub async fn duplicate(db: &Db, workspace: WorkspaceId, id: Uuid, slug: &str, name: Option<&str>, now: Timestamp) -> Result<Journey> {
    let original = find(db, workspace, slug).await?;
    let kept = scenarios::of_journey(db, original.id).await?.data;
    let scenarios = kept.into_iter().map(|scenario| NewScenario { name: scenario.name, body: scenario.body }).collect();
    // A name at its longest keeps its beginning.
    let name = name.map_or_else(|| original.name.chars().take(118).collect::<String>() + " 2", str::to_owned);
    let new = NewJourney { name, slug: None, description: original.description, graph: Some(original.draft), scenarios };
    create(db, workspace, id, new, now).await
}

/// Saves the draft over revision `given`; any revision when None.
pub async fn save(db: &Db, workspace: WorkspaceId, name: &str, graph: &Graph, given: Option<i64>, now: Timestamp) -> Result<Journey> {
    let journey = find(db, workspace, name).await?;
    refuse_archived(&journey, "change its draft")?;
    let given = given.unwrap_or(journey.draft_revision);
    let mut batch = Batch::new();
    let args = vec![journey.id.0.into(), workspace.0.into(), stored(graph)?, given.into(), now.micros().into()];
    batch.execute(SAVE, args, Expect::Rows(1));
    // What runs is a version, never a draft: no process has to reload anything for this.
    match db.commit(batch).await {
        Err(StoreError::Conflict { .. }) => {
            let current = find(db, workspace, name).await?.draft_revision;
            Err(JourneyError::Stale { slug: journey.slug, given, current })
        }
        Err(error) => Err(error.into()),
        Ok(_) => find(db, workspace, name).await,
    }
}

/// Gives the journey another name or description; None leaves it as it is.
pub async fn rename(
    db: &Db,
    workspace: WorkspaceId,
    slug: &str,
    name: Option<&str>,
    description: Option<&str>,
    now: Timestamp,
) -> Result<Journey> {
    let journey = find(db, workspace, slug).await?;
    let name = name.map_or(Ok(journey.name), checked_name)?;
    let description = description.map_or(Ok(journey.description), checked_description)?;
    let mut batch = Batch::new();
    let args = vec![journey.id.0.into(), workspace.0.into(), name.into(), description.into(), now.micros().into()];
    batch.execute(RENAME, args, Expect::Rows(1));
    bump(&mut batch, workspace, Cached::Journeys);
    db.commit(batch).await?;
    find(db, workspace, slug).await
}

pub(super) fn refuse_archived(journey: &Journey, wish: &'static str) -> Result<()> {
    if journey.status == JourneyStatus::Archived {
        let (slug, status) = (journey.slug.clone(), journey.status);
        return Err(JourneyError::Status { slug, status, wish, allowed: "not archived" });
    }
    Ok(())
}

pub(super) fn stored(graph: &Graph) -> Result<Value> {
    let text = serde_json::to_string(graph).map_err(|e| ReadError::Corrupt { thing: "a graph".to_owned(), message: e.to_string() })?;
    Ok(Value::from(text))
}

fn wrong(field: &str, message: &str) -> JourneyError {
    JourneyError::Field(FieldIssue::new(field, IssueCode::Invalid, message))
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > 120 || name.chars().any(char::is_control) {
        return Err(wrong("/name", "a journey's name has 1 to 120 letters: write another"));
    }
    Ok(name.to_owned())
}

fn checked_description(text: &str) -> Result<String> {
    if text.len() > 4_000 || text.contains('\0') {
        return Err(wrong("/description", "a description has up to 4000 bytes: shorten it"));
    }
    Ok(text.to_owned())
}

fn checked_slug(slug: &str) -> Result<String> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    // An address takes a slug or an id, so no slug may look like an id.
    let ok = (1..=64).contains(&slug.len()) && slug.chars().all(legal) && !slug.starts_with('-') && slug.parse::<Uuid>().is_err();
    if ok { Ok(slug.to_owned()) } else { Err(wrong("/slug", "a slug has 1 to 64 of a-z, 0-9 and '-', as abandoned-cart: write another")) }
}

/// The name in letters that an address can hold.
fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'ä' => slug.push_str("ae"),
            'ö' | 'ø' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            _ if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
            _ => {}
        }
        if slug.len() >= 48 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() || slug.parse::<Uuid>().is_ok() { "journey".to_owned() } else { slug.to_owned() }
}

async fn free_slug(db: &Db, workspace: WorkspaceId, name: &str) -> Result<String> {
    let base = slug_of(name);
    let candidates: Vec<String> = (1..=CANDIDATES).map(|n| if n == 1 { base.clone() } else { format!("{base}-{n}") }).collect();
    let rows = db.query(TAKEN, vec![workspace.0.into(), candidates.clone().into()]).await?;
    let taken: Vec<String> = rows.column("slug")?;
    candidates.into_iter().find(|slug| !taken.contains(slug)).ok_or(JourneyError::SlugTaken(base))
}

/// The id of a journey as an argument.
pub(super) fn key(id: JourneyId, workspace: WorkspaceId) -> Vec<Value> {
    vec![id.0.into(), workspace.0.into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_made_of_names() {
        assert_eq!(slug_of("Abandoned cart (DE)"), "abandoned-cart-de");
        assert_eq!(slug_of("Größe & Maß"), "groesse-mass");
        assert_eq!(slug_of("カート"), "journey");
        assert!(slug_of(&"x".repeat(200)).len() <= 64);
    }

    #[test]
    fn illegal_slugs_are_refused() {
        for bad in ["", "A", "a b", "-a", "ä", "01890a5d-ac96-774b-bcce-b302099a8057", &"x".repeat(65)] {
            assert!(checked_slug(bad).is_err(), "{bad}");
        }
        assert!(checked_slug("win-back-2").is_ok());
    }
}
