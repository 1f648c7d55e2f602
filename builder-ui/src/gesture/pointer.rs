//! What mouse, pen and fingers mean: one state machine for all of them. `(state, input) → (state, intents)`; it reads no clock
//! and touches nothing.

use super::geometry::{Point, Rect};
use tradewind_nodes::graph::{Edge, NoteId};
use tradewind_nodes::id::{NodeId, PortName};

/// How far a mouse or pen moves before a press becomes a drag, in pixels.
const SLOP: f64 = 4.0;
/// How far a finger does.
const FINGER_SLOP: f64 = 10.0;
/// How long a finger rests before it means the menu, in milliseconds.
pub const LONG_PRESS: f64 = 500.0;
/// How soon the second click of a double click comes.
const DOUBLE: f64 = 400.0;

/// What touches the canvas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Device {
    Mouse,
    Pen,
    Touch,
}

/// Which button.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Button {
    Main,
    Middle,
    Second,
}

/// Keys held at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// Shift.
    pub shift: bool,
    /// Control, or Command on a Mac.
    pub primary: bool,
    /// Alt: place freely.
    pub alt: bool,
}

/// What lies under the pointer when it goes down.
#[derive(Clone, PartialEq, Debug)]
pub enum Target {
    /// Nothing.
    Canvas,
    /// A card.
    Card(NodeId),
    /// A port of a card.
    Port(NodeId, PortName),
    /// A wire.
    Wire(Edge),
    /// A note.
    Note(NoteId),
    /// The corner of a note.
    NoteCorner(NoteId),
    /// A kind in the palette.
    Kind(String),
}

/// What can be moved.
#[derive(Clone, PartialEq, Debug)]
pub enum Grabbed {
    /// The card, with the rest of the selection when it belongs to it.
    Card(NodeId),
    /// A note.
    Note(NoteId),
    /// A note's size.
    NoteCorner(NoteId),
    /// A new step from the palette.
    Kind(String),
}

/// What pointers do. Points are on the screen.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Input {
    Down {
        pointer: i32,
        device: Device,
        button: Button,
        held: Held,
        at: Point,
        target: Target,
        now: f64,
    },
    Move {
        pointer: i32,
        at: Point,
        held: Held,
    },
    Up {
        pointer: i32,
        at: Point,
        now: f64,
    },
    /// The browser took the pointer away, or Escape was pressed.
    Cancel,
    /// A moment passed while something was pressed.
    Tick {
        now: f64,
    },
}

/// What is meant by it. Points are on the screen.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Intent {
    Pan(Point),
    Zoom { factor: f64, at: Point },
    Click { target: Target, held: Held },
    Open(Target),
    Menu { target: Target, at: Point },
    DragBegins(Grabbed),
    Drag { grabbed: Grabbed, by: Point, at: Point, held: Held },
    Drop { grabbed: Grabbed, by: Point, at: Point },
    DragCancelled(Grabbed),
    ConnectBegins(NodeId, PortName),
    Connect { from: NodeId, port: PortName, at: Point },
    Connected { from: NodeId, port: PortName, at: Point },
    ConnectCancelled,
    Lasso(Rect),
    LassoEnds { area: Rect, adding: bool },
    LassoCancelled,
}

/// A pointer that went down and has not said yet what it means.
#[derive(Clone, PartialEq, Debug)]
pub struct Press {
    pointer: i32,
    device: Device,
    button: Button,
    held: Held,
    at: Point,
    target: Target,
    since: f64,
}

/// What pointers are doing.
#[derive(Clone, PartialEq, Debug, Default)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Phase {
    #[default]
    Idle,
    Pressed(Press),
    /// A finger rested long enough: the menu on release, a lasso on movement.
    Rested(Press),
    Panning {
        pointer: i32,
        last: Point,
    },
    Pinching {
        a: (i32, Point),
        b: (i32, Point),
    },
    Dragging {
        pointer: i32,
        grabbed: Grabbed,
        from: Point,
        last: Point,
    },
    Connecting {
        pointer: i32,
        from: NodeId,
        port: PortName,
    },
    Lassoing {
        pointer: i32,
        from: Point,
        last: Point,
        adding: bool,
    },
}

/// The state of the hands.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct State {
    /// What they are doing.
    pub phase: Phase,
    /// The last click, for the second of a double click.
    clicked: Option<(Target, f64)>,
    /// Whether the space bar makes every drag a pan.
    pub space: bool,
}

/// A finger that rests: where, and whether it has rested long enough to mean the menu.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rest {
    /// Where it went down.
    pub at: Point,
    /// Whether it has been long enough.
    pub enough: bool,
}

impl State {
    /// The finger that will mean the menu if it goes on resting, or does already.
    #[must_use]
    pub fn rest(&self) -> Option<Rest> {
        match &self.phase {
            Phase::Pressed(press) if press.may_rest() => Some(Rest { at: press.at, enough: false }),
            Phase::Rested(press) => Some(Rest { at: press.at, enough: true }),
            _ => None,
        }
    }

    /// A key was pressed: what is clicked next is clicked for the first time.
    pub fn interrupted(&mut self) {
        self.clicked = None;
    }
}

/// One step: the next state, and what is meant.
#[must_use]
#[allow(clippy::too_many_lines, reason = "one arm a state, and the compiler counts them")]
pub fn step(state: State, input: Input) -> (State, Vec<Intent>) {
    let State { phase, clicked, space } = state;
    let with = |phase: Phase, intents: Vec<Intent>| (State { phase, clicked: None, space }, intents);
    match (phase, input) {
        (Phase::Idle, Input::Down { pointer, device, button, held, at, target, now }) => {
            let press = Press { pointer, device, button, held, at, target, since: now };
            // What was clicked last is kept: this may be its second click.
            (State { phase: Phase::Pressed(press), clicked, space }, Vec::new())
        }
        (Phase::Pressed(first) | Phase::Rested(first), Input::Down { pointer, device: Device::Touch, at, .. })
            if first.device == Device::Touch && pointer != first.pointer =>
        {
            with(Phase::Pinching { a: (first.pointer, first.at), b: (pointer, at) }, Vec::new())
        }
        (Phase::Panning { pointer: a, last }, Input::Down { pointer, device: Device::Touch, at, .. }) if pointer != a => {
            with(Phase::Pinching { a: (a, last), b: (pointer, at) }, Vec::new())
        }
        (Phase::Dragging { grabbed, .. }, Input::Down { .. }) => with(Phase::Idle, vec![Intent::DragCancelled(grabbed)]),

        (Phase::Pressed(press), Input::Move { pointer, at, held }) if pointer == press.pointer => {
            if press.at.distance(at) < press.slop() {
                return (State { phase: Phase::Pressed(press), clicked, space }, Vec::new());
            }
            let (phase, intents) = press.moved(at, held, space);
            with(phase, intents)
        }
        (Phase::Rested(press), Input::Move { pointer, at, .. }) if pointer == press.pointer => {
            if press.at.distance(at) < FINGER_SLOP {
                return with(Phase::Rested(press), Vec::new());
            }
            let area = Rect::between(press.at, at);
            with(Phase::Lassoing { pointer, from: press.at, last: at, adding: true }, vec![Intent::Lasso(area)])
        }
        (Phase::Panning { pointer, last }, Input::Move { pointer: p, at, .. }) if p == pointer => {
            with(Phase::Panning { pointer, last: at }, vec![Intent::Pan(at - last)])
        }
        (Phase::Pinching { a, b }, Input::Move { pointer, at, .. }) if pointer == a.0 || pointer == b.0 => {
            let (next_a, next_b) = if pointer == a.0 { ((a.0, at), b) } else { (a, (b.0, at)) };
            let (was, is) = (a.1.middle(b.1), next_a.1.middle(next_b.1));
            let factor = next_a.1.distance(next_b.1).max(1.0) / a.1.distance(b.1).max(1.0);
            with(Phase::Pinching { a: next_a, b: next_b }, vec![Intent::Pan(is - was), Intent::Zoom { factor, at: is }])
        }
        (Phase::Dragging { pointer, grabbed, from, .. }, Input::Move { pointer: p, at, held }) if p == pointer => {
            let drag = Intent::Drag { grabbed: grabbed.clone(), by: at - from, at, held };
            with(Phase::Dragging { pointer, grabbed, from, last: at }, vec![drag])
        }
        (Phase::Connecting { pointer, from, port }, Input::Move { pointer: p, at, .. }) if p == pointer => {
            let connect = Intent::Connect { from: from.clone(), port: port.clone(), at };
            with(Phase::Connecting { pointer, from, port }, vec![connect])
        }
        (Phase::Lassoing { pointer, from, adding, .. }, Input::Move { pointer: p, at, .. }) if p == pointer => {
            with(Phase::Lassoing { pointer, from, last: at, adding }, vec![Intent::Lasso(Rect::between(from, at))])
        }

        (Phase::Pressed(press), Input::Up { pointer, now, .. }) if pointer == press.pointer => press.released(clicked, now, space),
        (Phase::Rested(press), Input::Up { pointer, .. }) if pointer == press.pointer => {
            with(Phase::Idle, vec![Intent::Menu { target: press.target, at: press.at }])
        }
        (Phase::Panning { pointer, .. }, Input::Up { pointer: p, .. }) if p == pointer => with(Phase::Idle, Vec::new()),
        (Phase::Pinching { a, b }, Input::Up { pointer, .. }) if pointer == a.0 || pointer == b.0 => {
            // The finger that stays goes on panning.
            let (pointer, last) = if pointer == a.0 { b } else { a };
            with(Phase::Panning { pointer, last }, Vec::new())
        }
        (Phase::Dragging { pointer, grabbed, from, .. }, Input::Up { pointer: p, at, .. }) if p == pointer => {
            with(Phase::Idle, vec![Intent::Drop { grabbed, by: at - from, at }])
        }
        (Phase::Connecting { pointer, from, port }, Input::Up { pointer: p, at, .. }) if p == pointer => {
            with(Phase::Idle, vec![Intent::Connected { from, port, at }])
        }
        (Phase::Lassoing { pointer, from, adding, .. }, Input::Up { pointer: p, at, .. }) if p == pointer => {
            with(Phase::Idle, vec![Intent::LassoEnds { area: Rect::between(from, at), adding }])
        }

        (Phase::Dragging { grabbed, .. }, Input::Cancel) => with(Phase::Idle, vec![Intent::DragCancelled(grabbed)]),
        (Phase::Connecting { .. }, Input::Cancel) => with(Phase::Idle, vec![Intent::ConnectCancelled]),
        (Phase::Lassoing { .. }, Input::Cancel) => with(Phase::Idle, vec![Intent::LassoCancelled]),
        (_, Input::Cancel) => with(Phase::Idle, Vec::new()),

        (Phase::Pressed(press), Input::Tick { now }) if press.may_rest() && now - press.since >= LONG_PRESS => {
            with(Phase::Rested(press), Vec::new())
        }
        (phase, _) => (State { phase, clicked, space }, Vec::new()),
    }
}

impl Press {
    /// Whether it means the menu when it lasts.
    fn may_rest(&self) -> bool {
        self.device == Device::Touch && !matches!(self.target, Target::Kind(_))
    }

    fn slop(&self) -> f64 {
        if self.device == Device::Touch { FINGER_SLOP } else { SLOP }
    }

    /// The press has become a drag of some sort.
    fn moved(self, at: Point, held: Held, space: bool) -> (Phase, Vec<Intent>) {
        let Self { pointer, button, at: from, target, .. } = self;
        let pan = |from: Point| (Phase::Panning { pointer, last: at }, vec![Intent::Pan(at - from)]);
        if button == Button::Middle || space {
            return pan(from);
        }
        if button == Button::Second {
            return (Phase::Idle, Vec::new());
        }
        let grabbed = match target {
            Target::Canvas | Target::Wire(_) if self.held.shift && self.device != Device::Touch => {
                let adding = self.held.primary;
                return (Phase::Lassoing { pointer, from, last: at, adding }, vec![Intent::Lasso(Rect::between(from, at))]);
            }
            Target::Canvas | Target::Wire(_) => return pan(from),
            Target::Port(from, port) => {
                let begins = Intent::ConnectBegins(from.clone(), port.clone());
                let connect = Intent::Connect { from: from.clone(), port: port.clone(), at };
                return (Phase::Connecting { pointer, from, port }, vec![begins, connect]);
            }
            Target::Card(node) => Grabbed::Card(node),
            Target::Note(note) => Grabbed::Note(note),
            Target::NoteCorner(note) => Grabbed::NoteCorner(note),
            Target::Kind(kind) => Grabbed::Kind(kind),
        };
        let drag = Intent::Drag { grabbed: grabbed.clone(), by: at - from, at, held };
        (Phase::Dragging { pointer, grabbed: grabbed.clone(), from, last: at }, vec![Intent::DragBegins(grabbed), drag])
    }

    /// The press was a click, the second of two perhaps.
    fn released(self, clicked: Option<(Target, f64)>, now: f64, space: bool) -> (State, Vec<Intent>) {
        let idle = |clicked| State { phase: Phase::Idle, clicked, space };
        if self.button == Button::Second {
            return (idle(None), vec![Intent::Menu { target: self.target, at: self.at }]);
        }
        if self.button == Button::Middle {
            return (idle(None), Vec::new());
        }
        let twice = clicked.is_some_and(|(target, then)| target == self.target && now - then <= DOUBLE);
        if twice {
            return (idle(None), vec![Intent::Open(self.target)]);
        }
        let click = Intent::Click { target: self.target.clone(), held: self.held };
        (idle(Some((self.target, now))), vec![click])
    }
}

/// What a turn of the wheel means: a zoom with Control (so do pinches on a trackpad arrive), else a pan.
#[must_use]
pub fn wheel(delta: Point, held: Held, at: Point) -> Intent {
    if held.primary {
        // A notch of a mouse wheel is 100 pixels or so; a pinch comes in small parts.
        let factor = (-delta.y.clamp(-120.0, 120.0) * 0.0045).exp();
        return Intent::Zoom { factor, at };
    }
    if held.shift && delta.x == 0.0 {
        return Intent::Pan(Point::new(-delta.y, 0.0));
    }
    Intent::Pan(delta * -1.0)
}

#[cfg(test)]
#[path = "pointer_tests.rs"]
mod tests;
