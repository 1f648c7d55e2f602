//! Joining two steps by the keyboard alone: first the port, then where it leads. `(state, key) → (state, outcome)`.

use super::keys::{Command, Direction};
use tradewind_nodes::id::{NodeId, PortName};

/// What is being chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Linking {
    /// The way out of `from`.
    Port {
        /// The step.
        from: NodeId,
        /// Its ports.
        ports: Vec<PortName>,
        /// The one looked at.
        at: usize,
    },
    /// Where it leads.
    Target {
        /// The step.
        from: NodeId,
        /// Its port.
        port: PortName,
        /// What it may lead to, the nearest first.
        targets: Vec<NodeId>,
        /// The one looked at.
        at: usize,
    },
}

/// What came of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Still choosing.
    Choosing(Linking),
    /// Chosen.
    Joined {
        /// The step.
        from: NodeId,
        /// Its port.
        port: PortName,
        /// Where it leads.
        to: NodeId,
    },
    /// Given up.
    Left,
}

impl Linking {
    /// Begins at `from`: with its only port at once with the target. None when there is no port or nothing to lead to.
    #[must_use]
    pub fn begin(from: NodeId, ports: Vec<PortName>, targets: impl FnOnce(&PortName) -> Vec<NodeId>) -> Option<Self> {
        match ports.as_slice() {
            [] => None,
            [only] => Self::aim(from, only.clone(), targets(only)),
            _ => Some(Self::Port { from, ports, at: 0 }),
        }
    }

    fn aim(from: NodeId, port: PortName, targets: Vec<NodeId>) -> Option<Self> {
        (!targets.is_empty()).then_some(Self::Target { from, port, targets, at: 0 })
    }

    /// The node to point at.
    #[must_use]
    pub fn aimed(&self) -> Option<&NodeId> {
        match self {
            Self::Port { .. } => None,
            Self::Target { targets, at, .. } => targets.get(*at),
        }
    }

    /// One key further. `targets` says what a port may lead to.
    #[must_use]
    pub fn step(self, command: Command, targets: impl FnOnce(&PortName) -> Vec<NodeId>) -> Outcome {
        let forward = match command {
            Command::Walk(Direction::Right | Direction::Down) | Command::AddAfter => Some(true),
            Command::Walk(Direction::Left | Direction::Up) => Some(false),
            _ => None,
        };
        let turned = |at: usize, len: usize| match forward {
            Some(true) => (at + 1) % len.max(1),
            Some(false) => (at + len.max(1) - 1) % len.max(1),
            None => at,
        };
        match (self, command) {
            (_, Command::Escape) => Outcome::Left,
            (Self::Port { from, ports, at }, Command::Open) => match ports.get(at).cloned() {
                Some(port) => {
                    let targets = targets(&port);
                    Self::aim(from, port, targets).map_or(Outcome::Left, Outcome::Choosing)
                }
                None => Outcome::Left,
            },
            (Self::Target { from, port, targets, at }, Command::Open) => match targets.get(at).cloned() {
                Some(to) => Outcome::Joined { from, port, to },
                None => Outcome::Left,
            },
            (Self::Port { from, ports, at }, _) => {
                let at = turned(at, ports.len());
                Outcome::Choosing(Self::Port { from, ports, at })
            }
            (Self::Target { from, port, targets, at }, _) => {
                let at = turned(at, targets.len());
                Outcome::Choosing(Self::Target { from, port, targets, at })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    fn targets(_: &PortName) -> Vec<NodeId> {
        vec![id("a"), id("b"), id("c")]
    }

    fn play(linking: Linking, commands: &[Command]) -> Outcome {
        let mut outcome = Outcome::Choosing(linking);
        for command in commands {
            let Outcome::Choosing(linking) = outcome else { panic!("it ended early: {outcome:?}") };
            outcome = linking.step(*command, targets);
        }
        outcome
    }

    const RIGHT: Command = Command::Walk(Direction::Right);
    const LEFT: Command = Command::Walk(Direction::Left);

    #[test]
    fn a_port_then_a_target() {
        let begun = Linking::begin(id("if"), vec![PortName::YES, PortName::NO], targets).unwrap();
        let joined = play(begun, &[RIGHT, Command::Open, RIGHT, RIGHT, RIGHT, LEFT, Command::Open]);
        assert_eq!(joined, Outcome::Joined { from: id("if"), port: PortName::NO, to: id("c") });
    }

    #[test]
    fn the_only_port_is_not_asked_for() {
        let begun = Linking::begin(id("wait"), vec![PortName::NEXT], targets).unwrap();
        assert_eq!(begun.aimed(), Some(&id("a")));
        assert_eq!(play(begun, &[Command::Open]), Outcome::Joined { from: id("wait"), port: PortName::NEXT, to: id("a") });
    }

    #[test]
    fn it_can_be_left_and_needs_something_to_choose() {
        let begun = Linking::begin(id("wait"), vec![PortName::NEXT], targets).unwrap();
        assert_eq!(play(begun, &[RIGHT, Command::Escape]), Outcome::Left);
        assert_eq!(Linking::begin(id("exit"), Vec::new(), targets), None);
        assert_eq!(Linking::begin(id("wait"), vec![PortName::NEXT], |_| Vec::new()), None);
    }
}
