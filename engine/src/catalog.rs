//! What is live: journeys with their compiled versions, segments and kinds, by workspace. A snapshot is shared by all who
//! read; a refresh builds the next one.

use crate::EngineError;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, RwLock};
use tradewind_commerce::settings::{self, Preferences, WorkspaceSettings};
use tradewind_core::catalog::{LiveJourney, Segments, WorkspaceCatalog};
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::predicate::Predicate;
use tradewind_nodes::run::Program;
use tradewind_nodes::script::ScriptKind;
use tradewind_schema::record;
use tradewind_store::{Db, Query, Rows, Value};

pub use tradewind_core::catalog::Status;

/// The most journeys that are live at a time, over all workspaces.
const MOST_JOURNEYS: i64 = 10_000;

pub(crate) const JOURNEYS: &str = "SELECT id, workspace_id, slug, status, live_version FROM journeys WHERE live_version IS NOT NULL AND status IN ('live', 'paused', 'stopped') ORDER BY id LIMIT $1";
pub(crate) const SEGMENTS: &str = "SELECT workspace_id, name, predicate FROM segments ORDER BY workspace_id, name LIMIT $1";
pub(crate) const KINDS: &str = "SELECT workspace_id, name, source FROM kinds ORDER BY workspace_id, name LIMIT $1";
pub(crate) const VERSION: &str = "SELECT graph, workspace_id FROM versions WHERE journey_id = $1 AND number = $2 LIMIT 1";

record! {
    struct LiveRow of "journeys" key [id] {
        id: uuid => JourneyId,
        workspace_id: uuid => WorkspaceId,
        slug: text,
        status: text,
        live_version: int => u32,
    }
}

record! {
    struct StoredSegment of "segments" key [workspace_id, name] {
        workspace_id: uuid => WorkspaceId,
        name: text,
        predicate: json => Predicate,
    }
}

record! {
    struct OwnKind of "kinds" key [workspace_id, name] {
        workspace_id: uuid => WorkspaceId,
        name: text,
        source: text,
    }
}

/// All that is live, and what versions are compiled with.
#[derive(Default)]
pub struct Catalog {
    /// Journeys and segments.
    pub live: Arc<tradewind_core::Catalog>,
    contexts: HashMap<WorkspaceId, CompileContext>,
}

impl Catalog {
    /// What a workspace says for all its journeys.
    #[must_use]
    pub fn settings(&self, workspace: WorkspaceId) -> Arc<WorkspaceSettings> {
        self.contexts.get(&workspace).map(|context| context.settings.clone()).unwrap_or_default()
    }
}

/// What a version is compiled with.
#[derive(Clone)]
struct CompileContext {
    registry: Registry,
    settings: Arc<WorkspaceSettings>,
}

impl Default for CompileContext {
    fn default() -> Self {
        Self { registry: Registry::builtin(), settings: Arc::default() }
    }
}

type Key = (JourneyId, u32);

/// The catalogue of a process, and the programs of every version that runs are pinned to.
pub struct Catalogs {
    current: RwLock<Arc<Catalog>>,
    programs: Mutex<HashMap<Key, Arc<Program>>>,
}

/// The most programs kept; the live ones are found again in no time.
const MOST_PROGRAMS: usize = 4_096;

impl Catalogs {
    /// Reads what is live.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(db: &Db) -> Result<Self, EngineError> {
        let catalogs = Self { current: RwLock::default(), programs: Mutex::default() };
        catalogs.refresh(db).await?;
        Ok(catalogs)
    }

    /// The present catalogue.
    #[must_use]
    pub fn now(&self) -> Arc<Catalog> {
        self.current.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Reads again what is live.
    ///
    /// # Errors
    /// When the database cannot be read; the present catalogue stays.
    pub async fn refresh(&self, db: &Db) -> Result<(), EngineError> {
        let limit = || vec![Value::Int(MOST_JOURNEYS)];
        let queries = [JOURNEYS, SEGMENTS, KINDS, settings::ALL].map(|sql| Query::new(sql, limit()));
        let mut read = db.read(queries.into()).await?.into_iter();
        let (journeys, segments, kinds) =
            (read.next().unwrap_or_default(), read.next().unwrap_or_default(), read.next().unwrap_or_default());
        let settings = read.next().unwrap_or_default();
        let any_kinds = !kinds.is_empty();
        let contexts = contexts(settings, kinds)?;
        let mut live: HashMap<WorkspaceId, WorkspaceCatalog> = HashMap::new();
        for (workspace, definitions) in definitions(segments)? {
            let segments = Segments::new(definitions);
            for circle in segments.circles() {
                tracing::error!(%workspace, circle = circle.join(", "), "segments refer to one another in a circle: nobody is in them until one is changed");
            }
            live.entry(workspace).or_default().segments = segments;
        }
        self.forget_programs(&contexts, any_kinds);
        for row in journeys.read::<LiveRow>()? {
            let LiveRow { id, workspace_id: workspace, slug, status, live_version: version } = row;
            let status = match status.as_str() {
                "live" => Status::Live,
                "paused" => Status::Paused,
                _ => Status::Stopped,
            };
            let context = contexts.get(&workspace).cloned().unwrap_or_default();
            match self.program_with(db, id, version, &context).await {
                Ok(program) => {
                    let journey = Arc::new(LiveJourney { id, slug, status, version, program });
                    live.entry(workspace).or_default().add(journey);
                }
                Err(error) => tracing::error!(journey = slug, version, %error, "a live version cannot be used: its runs wait"),
            }
        }
        let catalog = Catalog { live: Arc::new(tradewind_core::Catalog { workspaces: live }), contexts };
        *self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }

    fn forget_programs(&self, fresh: &HashMap<WorkspaceId, CompileContext>, kinds: bool) {
        // A program holds the kinds and the settings it was compiled with; with Rhai kinds about, a refresh may bring new ones.
        let known = self.now();
        let changed =
            |(id, context): (&WorkspaceId, &CompileContext)| known.contexts.get(id).is_some_and(|known| known.settings != context.settings);
        if kinds || fresh.iter().any(changed) {
            self.programs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        }
    }

    /// The program of a version, compiled at first use.
    ///
    /// # Errors
    /// When the version is not there or one of its kinds is gone.
    pub async fn program(&self, db: &Db, workspace: WorkspaceId, journey: JourneyId, version: u32) -> Result<Arc<Program>, EngineError> {
        if let Some(program) = self.cached((journey, version)) {
            return Ok(program);
        }
        let context = self.now().contexts.get(&workspace).cloned().unwrap_or_default();
        self.program_with(db, journey, version, &context).await
    }

    fn cached(&self, key: Key) -> Option<Arc<Program>> {
        self.programs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&key).cloned()
    }

    async fn program_with(&self, db: &Db, journey: JourneyId, version: u32, context: &CompileContext) -> Result<Arc<Program>, EngineError> {
        if let Some(program) = self.cached((journey, version)) {
            return Ok(program);
        }
        let rows = db.query(VERSION, vec![journey.0.into(), version.into()]).await?;
        let text: String = rows.value("graph")?.ok_or(EngineError::NoVersion { journey, version })?;
        let mut graph: Graph =
            serde_json::from_str(&text).map_err(|error| EngineError::BadVersion { journey, version, message: error.to_string() })?;
        graph.inherit(&context.settings.inherited());
        let program = Program::compile(&graph, &context.registry).map_err(|issues| EngineError::BadVersion {
            journey,
            version,
            message: issues.iter().map(|issue| issue.message.as_str()).collect::<Vec<_>>().join("; "),
        })?;
        let program = Arc::new(program.of(journey));
        let mut programs = self.programs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if programs.len() >= MOST_PROGRAMS {
            programs.clear();
        }
        programs.insert((journey, version), program.clone());
        Ok(program)
    }
}

/// What the versions of each workspace are compiled with.
fn contexts(settings: Rows, kinds: Rows) -> Result<HashMap<WorkspaceId, CompileContext>, EngineError> {
    let mut contexts: HashMap<WorkspaceId, CompileContext> = HashMap::new();
    for row in settings.each::<Preferences>()? {
        match row {
            Ok(row) => {
                let id = row.id;
                contexts.entry(id).or_default().settings = Arc::new(settings::of_row(row).settings);
            }
            Err(error) => tracing::error!(%error, "the settings of a workspace do not read: its journeys go by the server's own"),
        }
    }
    let mut scripts: HashMap<WorkspaceId, Vec<Arc<ScriptKind>>> = HashMap::new();
    for row in kinds.read::<OwnKind>()? {
        match ScriptKind::parse(&row.source) {
            Ok(kind) => scripts.entry(row.workspace_id).or_default().push(Arc::new(kind)),
            Err(_) => tracing::error!(kind = row.name, "a stored Rhai kind does not parse any more: correct it in the kinds editor"),
        }
    }
    for (workspace, kinds) in scripts {
        match Registry::with_scripts(kinds) {
            Ok(registry) => contexts.entry(workspace).or_default().registry = registry,
            Err(issue) => tracing::error!(%workspace, issue = issue.message, "the workspace's Rhai kinds clash: rename one"),
        }
    }
    Ok(contexts)
}

/// The segments of each workspace.
fn definitions(rows: Rows) -> Result<HashMap<WorkspaceId, BTreeMap<String, Predicate>>, EngineError> {
    let mut definitions: HashMap<WorkspaceId, BTreeMap<String, Predicate>> = HashMap::new();
    for row in rows.each::<StoredSegment>()? {
        match row {
            Ok(row) => drop(definitions.entry(row.workspace_id).or_default().insert(row.name, row.predicate)),
            Err(error) => tracing::error!(%error, "a stored segment does not parse any more: correct it"),
        }
    }
    Ok(definitions)
}
