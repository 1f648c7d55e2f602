//! What steps ask for inside, a file a command: done on the state of the batch when the step asks for it, so that later steps see what
//! came of it, and written in the commit of the step.
//!
//! A new command is its file and one line in [`COMMANDS`]. Its arguments stand beside the kind of node that gives it, with its name.

mod reach_goal;
mod record_event;
mod set_attributes;
mod start_journey;

use crate::records::Kept;
use crate::state::State;
use tradewind_nodes::JsonMap;
use tradewind_nodes::command::{Args, Command, RecordEvent, SetAttributes};
use tradewind_nodes::id::{CustomerId, NodeId, RunId, WorkspaceId};
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::{AwardPoints, ReachGoal, StartJourney};

/// What a command does.
pub(crate) trait Run: Args {
    /// The tables whose rows it reads and writes.
    const NEEDS: &'static [Kept] = &[];
    /// Does it, as one piece: all of it or, when it fails, nothing. Done again for the same [`Giver::key`] it must change nothing and
    /// give the same answer. What it answers is put out by the step that gave it.
    ///
    /// # Errors
    /// Why it cannot be done: the step fails with it, by its `failed` port or as an incident.
    fn run(self, state: &mut State, giver: &Giver<'_>) -> Result<JsonMap, Problem>;
}

/// The step that gives a command.
pub(crate) struct Giver<'a> {
    pub workspace: WorkspaceId,
    pub run: RunId,
    pub customer: Option<CustomerId>,
    /// How many journeys what it records comes of.
    pub depth: u32,
    pub node: &'a NodeId,
    pub visit: u32,
    /// The command's place among those of its step.
    pub place: usize,
}

impl Giver<'_> {
    /// The command's own key, the same whenever the step is repeated.
    pub fn key(&self) -> String {
        format!("{}.{}.{}.{}", self.run, self.node, self.visit, self.place)
    }
}

/// A command as it is found by its name.
struct Entry {
    name: &'static str,
    needs: &'static [Kept],
    run: fn(Command, &mut State, &Giver<'_>) -> Result<JsonMap, Problem>,
}

const fn entry<C: Run>() -> Entry {
    Entry { name: C::COMMAND, needs: C::NEEDS, run: |command, state, giver| command.read::<C>()?.run(state, giver) }
}

/// Every command.
static COMMANDS: &[Entry] =
    &[entry::<SetAttributes>(), entry::<RecordEvent>(), entry::<StartJourney>(), entry::<ReachGoal>(), entry::<AwardPoints>()];

/// The tables that the command of this name needs.
#[must_use]
pub fn needs(command: &str) -> &'static [Kept] {
    COMMANDS.iter().find(|known| known.name == command).map_or(&[], |known| known.needs)
}

/// Every table that a command needs, each once.
#[must_use]
pub fn tables() -> Vec<Kept> {
    let mut tables: Vec<Kept> = COMMANDS.iter().flat_map(|known| known.needs).copied().collect();
    tables.sort_unstable_by_key(|kept| kept.table.name);
    tables.dedup_by_key(|kept| kept.table.name);
    tables
}

/// Does a command.
///
/// # Errors
/// Why it cannot be done.
pub(crate) fn run(command: Command, state: &mut State, giver: &Giver<'_>) -> Result<JsonMap, Problem> {
    match COMMANDS.iter().find(|known| known.name == command.name) {
        Some(known) => (known.run)(command, state, giver),
        None => Err(Problem::new("command.unknown", format!("no command is called {:?}: report it, then skip the step", command.name))),
    }
}
