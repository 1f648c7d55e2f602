//! Everything on record about one person and one journey.

use crate::inspect::deliveries::{self, DeliveryFilter, DeliverySummary};
use crate::inspect::incidents::{self, IncidentView};
use crate::inspect::names::Labels;
use crate::inspect::roll::{self, RunFilter};
use crate::inspect::runs::{self, RunSummary};
use crate::inspect::steps;
use crate::journeys::{self, Journey, JourneyError};
use tradewind_commerce::customers::CustomerView;
use tradewind_commerce::events::{self, EventView};
use tradewind_commerce::reading::ReadError;
use tradewind_nodes::answer::StepTaken;
use tradewind_nodes::graph::Graph;
use tradewind_nodes::id::{CustomerId, WorkspaceId};
use tradewind_nodes::kind::Trigger;
use tradewind_nodes::kinds::Registry;
use tradewind_nodes::run::{RefusalReason, RunBody};
use tradewind_nodes::time::Timestamp;
use tradewind_nodes::why::Why;
use tradewind_schema::record;
use tradewind_store::Db;
use uuid::Uuid;

pub(in crate::inspect) const REFUSALS: &str = "SELECT id, version, reason, why, at FROM refusals \
    WHERE customer_id = $1 AND workspace_id = $2 AND journey_id = $3 ORDER BY id DESC LIMIT $4";
pub(in crate::inspect) const FIRST_PUBLISHED: &str =
    "SELECT MIN(published_at) AS at FROM versions WHERE journey_id = $1 AND workspace_id = $2 LIMIT 1";

record! {
    struct Refused of "refusals" key [id] {
        id: uuid => Uuid,
        version: int,
        reason: text,
        why: json => Why,
        at: int => Timestamp,
    }
}

record! {
    struct First of "versions" key [] {
        at: int null => Timestamp,
    }
}

/// Rows of each sort that are looked at: the newest tell the story.
const LOOK: i64 = 20;

/// An entry that was refused.
pub(super) struct Refusal {
    pub version: i64,
    pub rule: RefusalReason,
    pub why: Why,
    pub at: Timestamp,
}

/// The newest run, looked at closely.
pub(super) struct Newest {
    pub body: RunBody,
    pub labels: Labels,
    pub last: Option<(Timestamp, StepTaken)>,
    pub incidents: Vec<IncidentView>,
}

/// What is on record.
pub(super) struct Gathered {
    pub runs: Vec<RunSummary>,
    pub newest: Option<Newest>,
    pub deliveries: Vec<DeliverySummary>,
    pub refusals: Vec<Refusal>,
    /// The ways into the live version.
    pub triggers: Vec<Trigger>,
    /// The newest events of the person that a trigger listens to.
    pub events: Vec<EventView>,
    pub first_published: Option<Timestamp>,
}

impl Gathered {
    /// The names of the events that start the journey.
    pub fn listens_to(&self) -> Vec<String> {
        let names = self.triggers.iter().flat_map(|trigger| match trigger {
            Trigger::Event { names, .. } => names.clone(),
            _ => Vec::new(),
        });
        names.collect()
    }
}

pub(super) async fn gather(db: &Db, workspace: WorkspaceId, journey: &Journey, customer: &CustomerView) -> Result<Gathered, ReadError> {
    let filter = RunFilter { journey: Some(journey.id), customer: Some(customer.id), ..RunFilter::default() };
    let runs = roll::list(db, workspace, &filter, None, LOOK).await?.rows;
    let newest = match runs.first() {
        Some(run) => look_closely(db, workspace, run).await?,
        None => None,
    };
    let sent = DeliveryFilter { journey: Some(journey.id), customer: Some(customer.id), ..DeliveryFilter::default() };
    let mut gathered = Gathered {
        runs,
        newest,
        deliveries: deliveries::list(db, workspace, &sent, None, LOOK).await?,
        refusals: refusals(db, workspace, journey, customer.id).await?,
        triggers: triggers(db, workspace, journey).await?,
        events: Vec::new(),
        first_published: first_published(db, workspace, journey).await?,
    };
    let names = gathered.listens_to();
    if !names.is_empty() {
        gathered.events = events::named(db, workspace, customer.id, names, LOOK).await?;
    }
    Ok(gathered)
}

async fn look_closely(db: &Db, workspace: WorkspaceId, run: &RunSummary) -> Result<Option<Newest>, ReadError> {
    let Some((_, body)) = runs::with_body(db, workspace, run.id).await? else { return Ok(None) };
    let labels = Labels::load(db, workspace, run.journey_id, run.version).await?;
    let last = steps::last(db, workspace, run.id, &labels).await?;
    let mut incidents = incidents::of_run(db, workspace, run.id, LOOK).await?;
    incidents.retain(|incident| incident.state == "open");
    Ok(Some(Newest { body, labels, last, incidents }))
}

async fn refusals(db: &Db, workspace: WorkspaceId, journey: &Journey, customer: CustomerId) -> Result<Vec<Refusal>, ReadError> {
    let rows = db.query(REFUSALS, vec![customer.0.into(), workspace.0.into(), journey.id.0.into(), LOOK.into()]).await?;
    let refusal = |row: Refused| Refusal { version: row.version, rule: RefusalReason::named(&row.reason), why: row.why, at: row.at };
    Ok(rows.read::<Refused>()?.into_iter().map(refusal).collect())
}

async fn first_published(db: &Db, workspace: WorkspaceId, journey: &Journey) -> Result<Option<Timestamp>, ReadError> {
    let rows = db.query(FIRST_PUBLISHED, vec![journey.id.0.into(), workspace.0.into()]).await?;
    Ok(rows.first_as::<First>()?.and_then(|row| row.at))
}

/// The ways into the live version; none when nothing is live or it cannot be read by this program.
async fn triggers(db: &Db, workspace: WorkspaceId, journey: &Journey) -> Result<Vec<Trigger>, ReadError> {
    let Some(number) = journey.live_version else { return Ok(Vec::new()) };
    let version = match journeys::versions::get(db, workspace, journey, number).await {
        Ok(version) => version,
        Err(JourneyError::Read(error)) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    Ok(triggers_of(&version.graph))
}

/// Triggers are always built-in kinds.
fn triggers_of(graph: &Graph) -> Vec<Trigger> {
    let registry = Registry::builtin();
    let parsed = graph.nodes.iter().filter_map(|node| registry.parse(&node.kind, &node.config).ok());
    parsed.filter_map(|kind| kind.trigger()).collect()
}
