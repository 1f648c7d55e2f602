//! What is live: journeys with their compiled versions, segments and kinds, by workspace. A snapshot is shared by all who
//! read; a refresh builds the next one.

use crate::EngineError;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, RwLock};
use tradewind_commerce::settings::{self, WorkspaceSettings};
use tradewind_nodes::fact::Needs;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{JourneyId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::predicate::{self, Predicate};
use tradewind_nodes::run::Program;
use tradewind_nodes::script::ScriptKind;
use tradewind_store::{Db, Query, Value};

/// The most journeys that are live at a time, over all workspaces.
const MOST_JOURNEYS: i64 = 10_000;

pub(crate) const JOURNEYS: &str = "SELECT id, workspace_id, slug, status, live_version FROM journeys WHERE live_version IS NOT NULL AND status IN ('live', 'paused', 'stopped') ORDER BY id LIMIT $1";
pub(crate) const SEGMENTS: &str = "SELECT workspace_id, name, predicate FROM segments ORDER BY workspace_id, name LIMIT $1";
pub(crate) const KINDS: &str = "SELECT workspace_id, name, source FROM kinds ORDER BY workspace_id, name LIMIT $1";
pub(crate) const VERSION: &str = "SELECT graph, workspace_id FROM versions WHERE journey_id = $1 AND number = $2 LIMIT 1";

/// Whether a journey lets people in and its people move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Both.
    Live,
    /// Neither.
    Paused,
    /// Nobody enters; those inside go on.
    Stopped,
}

/// A journey that has a live version.
pub struct LiveJourney {
    /// Its id.
    pub id: JourneyId,
    /// Its address.
    pub slug: String,
    /// Whether it moves.
    pub status: Status,
    /// The number of the live version.
    pub version: u32,
    /// The live version.
    pub program: Arc<Program>,
}

/// All that is live in one workspace.
pub struct WorkspaceCatalog {
    /// The journeys, by id.
    pub journeys: BTreeMap<JourneyId, Arc<LiveJourney>>,
    /// Journeys by the names of events their triggers listen to.
    pub by_event: HashMap<String, Vec<Arc<LiveJourney>>>,
    /// Journeys with a trigger on a segment, by its name.
    pub by_segment: HashMap<String, Vec<Arc<LiveJourney>>>,
    /// Journeys with an anniversary trigger.
    pub anniversaries: Vec<Arc<LiveJourney>>,
    /// The segments.
    pub segments: Vec<(String, Predicate)>,
    /// What the segments read.
    pub segment_needs: Needs,
    /// The kinds, Rhai ones included.
    pub registry: Registry,
    /// What the workspace says for all its journeys.
    pub settings: Arc<WorkspaceSettings>,
}

impl Default for WorkspaceCatalog {
    fn default() -> Self {
        Self {
            journeys: BTreeMap::new(),
            by_event: HashMap::new(),
            by_segment: HashMap::new(),
            anniversaries: Vec::new(),
            segments: Vec::new(),
            segment_needs: Needs::default(),
            registry: Registry::builtin(),
            settings: Arc::default(),
        }
    }
}

/// All that is live.
#[derive(Default)]
pub struct Catalog {
    /// By workspace.
    pub workspaces: HashMap<WorkspaceId, WorkspaceCatalog>,
}

/// What a version is compiled with.
struct House {
    registry: Registry,
    settings: Arc<WorkspaceSettings>,
}

impl House {
    fn of(workspace: &WorkspaceCatalog) -> Self {
        Self { registry: workspace.registry.clone(), settings: workspace.settings.clone() }
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
        let mut catalog = Catalog::default();
        for row in &read.next().unwrap_or_default() {
            match settings::of_row(row) {
                Ok(stored) => {
                    catalog.workspaces.entry(WorkspaceId(row.uuid(0)?)).or_default().settings = Arc::new(stored.settings);
                }
                Err(error) => tracing::error!(%error, "the settings of a workspace do not read: its journeys go by the server's own"),
            }
        }
        let mut scripts: HashMap<WorkspaceId, Vec<Arc<ScriptKind>>> = HashMap::new();
        for row in &kinds {
            match ScriptKind::parse(row.text(2)?) {
                Ok(kind) => scripts.entry(WorkspaceId(row.uuid(0)?)).or_default().push(Arc::new(kind)),
                Err(_) => {
                    tracing::error!(kind = row.text(1)?, "a stored Rhai kind does not parse any more: correct it in the kinds editor")
                }
            }
        }
        for (workspace, kinds) in scripts {
            match Registry::with_scripts(kinds) {
                Ok(registry) => catalog.workspaces.entry(workspace).or_default().registry = registry,
                Err(issue) => tracing::error!(%workspace, issue = issue.message, "the workspace's Rhai kinds clash: rename one"),
            }
        }
        for row in &segments {
            let workspace = catalog.workspaces.entry(WorkspaceId(row.uuid(0)?)).or_default();
            match serde_json::from_str::<Predicate>(row.text(2)?) {
                Ok(predicate) => {
                    predicate::needs(&predicate, &mut workspace.segment_needs);
                    workspace.segments.push((row.text(1)?.to_owned(), predicate));
                }
                Err(error) => tracing::error!(segment = row.text(1)?, %error, "a stored segment does not parse any more: correct it"),
            }
        }
        self.forget_programs(&catalog, !kinds.is_empty());
        for row in &journeys {
            let (id, workspace) = (JourneyId(row.uuid(0)?), WorkspaceId(row.uuid(1)?));
            let status = match row.text(3)? {
                "live" => Status::Live,
                "paused" => Status::Paused,
                _ => Status::Stopped,
            };
            let version = u32::try_from(row.int(4)?).unwrap_or(0);
            let house = House::of(catalog.workspaces.entry(workspace).or_default());
            match self.program_with(db, id, version, &house).await {
                Ok(program) => {
                    let live = Arc::new(LiveJourney { id, slug: row.text(2)?.to_owned(), status, version, program });
                    catalog.workspaces.entry(workspace).or_default().add(live);
                }
                Err(error) => tracing::error!(journey = row.text(2)?, version, %error, "a live version cannot be used: its runs wait"),
            }
        }
        *self.current.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }

    fn forget_programs(&self, fresh: &Catalog, kinds: bool) {
        // A program holds the kinds and the settings it was compiled with; with Rhai kinds about, a refresh may bring new ones.
        let known = self.now();
        let changed = |(id, workspace): (&WorkspaceId, &WorkspaceCatalog)| {
            known.workspaces.get(id).is_some_and(|known| known.settings != workspace.settings)
        };
        if kinds || fresh.workspaces.iter().any(changed) {
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
        let house = House::of(self.now().workspaces.get(&workspace).unwrap_or(&WorkspaceCatalog::default()));
        self.program_with(db, journey, version, &house).await
    }

    fn cached(&self, key: Key) -> Option<Arc<Program>> {
        self.programs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&key).cloned()
    }

    async fn program_with(&self, db: &Db, journey: JourneyId, version: u32, house: &House) -> Result<Arc<Program>, EngineError> {
        if let Some(program) = self.cached((journey, version)) {
            return Ok(program);
        }
        let rows = db.query(VERSION, vec![journey.0.into(), version.into()]).await?;
        let row = rows.first().ok_or(EngineError::NoVersion { journey, version })?;
        let mut graph: Graph =
            serde_json::from_str(row.text(0)?).map_err(|error| EngineError::BadVersion { journey, version, message: error.to_string() })?;
        house.settings.inherited().fill(&mut graph);
        let program = Program::compile(&graph, &house.registry).map_err(|issues| EngineError::BadVersion {
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

impl WorkspaceCatalog {
    fn add(&mut self, live: Arc<LiveJourney>) {
        for (_, trigger) in &live.program.triggers {
            match trigger {
                Trigger::Event { names, .. } => {
                    for name in names {
                        let listeners = self.by_event.entry(name.clone()).or_default();
                        if !listeners.iter().any(|other| other.id == live.id) {
                            listeners.push(live.clone());
                        }
                    }
                }
                Trigger::Segment { segment, .. } => self.by_segment.entry(segment.clone()).or_default().push(live.clone()),
                Trigger::Anniversary { .. } => self.anniversaries.push(live.clone()),
                _ => {}
            }
        }
        self.journeys.insert(live.id, live);
    }
}
