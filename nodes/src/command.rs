//! Commands: what a step asks for inside, done in the commit of the step. They are an open set: a [`Command`] is a name and its
//! arguments, and whoever steps a run knows what to do for each name ([`Subject::command`](crate::run::Subject::command)).
//!
//! The type of a command's arguments stands beside the kind that gives it. Those that scripts give too stand here.

use crate::issue::Problem;
use crate::kind::Kind as _;
use crate::kinds::{CustomerSet, EventRecord};
use crate::{Json, JsonMap};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The arguments of one command, as the kind that gives it writes them and the command reads them.
pub trait Args: Serialize + DeserializeOwned {
    /// The command's name.
    const COMMAND: &'static str;
}

/// Something to do inside.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Command {
    /// The command's name.
    #[serde(rename = "type")]
    pub name: String,
    /// Its arguments.
    #[serde(flatten)]
    pub args: JsonMap,
}

impl Command {
    /// The command with these arguments.
    ///
    /// # Errors
    /// `command.arguments` when the arguments have no JSON form.
    pub fn of<A: Args>(args: &A) -> Result<Self, Problem> {
        match serde_json::to_value(args) {
            Ok(Json::Object(args)) => Ok(Self { name: A::COMMAND.to_owned(), args }),
            _ => Err(Problem::new("command.arguments", format!("the arguments of {} cannot be written down: report it", A::COMMAND))),
        }
    }

    /// Its arguments.
    ///
    /// # Errors
    /// `command.arguments` when it is another command or its arguments do not read.
    pub fn read<A: Args>(self) -> Result<A, Problem> {
        if self.name != A::COMMAND {
            let words = format!("the command {} was read as {}: report it", self.name, A::COMMAND);
            return Err(Problem::new("command.arguments", words));
        }
        A::deserialize(Json::Object(self.args)).map_err(|error| {
            let words = format!("the arguments of {} do not read: {error}: report it", A::COMMAND);
            Problem::new("command.arguments", words)
        })
    }
}

/// Sets traits and tags of the customer. A null trait is removed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SetAttributes {
    /// Traits to set; null removes.
    #[serde(default)]
    pub traits: JsonMap,
    /// Tags to add.
    #[serde(default)]
    pub add_tags: Vec<String>,
    /// Tags to take away.
    #[serde(default)]
    pub remove_tags: Vec<String>,
}

impl Args for SetAttributes {
    const COMMAND: &'static str = CustomerSet::NAME;
}

/// Records an event about the customer; it may start and wake journeys as any other.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordEvent {
    /// The event's name.
    pub name: String,
    /// Its properties.
    #[serde(default)]
    pub properties: JsonMap,
}

impl Args for RecordEvent {
    const COMMAND: &'static str = EventRecord::NAME;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_is_its_name_and_its_arguments() {
        let record = RecordEvent { name: "Tier Reached".into(), properties: JsonMap::new() };
        // An argument may be called as the event is: the command's own name is `type`.
        let command = Command::of(&record).unwrap();
        assert_eq!(serde_json::to_value(&command).unwrap(), json!({"type": "event.record", "name": "Tier Reached", "properties": {}}));
        assert_eq!(command.clone().read::<RecordEvent>(), Ok(record));
        assert_eq!(command.read::<SetAttributes>().unwrap_err().code, "command.arguments");
        let broken = Command { name: RecordEvent::COMMAND.to_owned(), args: JsonMap::new() };
        assert_eq!(broken.read::<RecordEvent>().unwrap_err().code, "command.arguments");
    }
}
