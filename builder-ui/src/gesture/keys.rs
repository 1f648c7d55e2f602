//! What a key means on the canvas. The list of keys under `?` is made of this table, so it cannot lie.

/// A way to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Direction {
    Up,
    Down,
    Left,
    Right,
}

/// What somebody asks for by the keyboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// To the next card that way.
    Walk(Direction),
    /// To the next card that way, keeping the selection.
    Extend(Direction),
    /// The selection one grid step that way.
    Nudge(Direction),
    /// The step's form.
    Open,
    /// A new step after this one.
    AddAfter,
    /// A wire from this step.
    Link,
    /// Take away and close the gap.
    Delete,
    /// Copy.
    Copy,
    /// Copy and take away.
    Cut,
    /// Paste.
    Paste,
    /// Copy and paste at once.
    Duplicate,
    /// One edit back.
    Undo,
    /// One edit forth.
    Redo,
    /// Select everything.
    SelectAll,
    /// Select this step and all after it.
    SelectBranch,
    /// Give the step a name.
    Rename,
    /// Look for a kind in the palette.
    SearchKinds,
    /// Look for a step on the canvas.
    SearchSteps,
    /// The list of keys.
    Help,
    /// See everything.
    Fit,
    /// Lay everything out anew.
    Tidy,
    /// Nearer.
    ZoomIn,
    /// Farther.
    ZoomOut,
    /// Life size.
    ZoomReset,
    /// To the next issue.
    NextIssue,
    /// A sticky note.
    AddNote,
    /// The menu of this step.
    Menu,
    /// Between the canvas and its outline.
    Outline,
    /// Try the journey on a person.
    DryRun,
    /// Publish the draft.
    Publish,
    /// Leave what was begun, else the selection.
    Escape,
}

/// A key with what is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stroke<'k> {
    /// The browser's name of the key.
    pub key: &'k str,
    /// Control, or Command on a Mac.
    pub primary: bool,
    /// Shift.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
}

/// A line of the list of keys: how it is written, and a command it stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// The keys, joined by `+`; `Mod` is Control, or Command on a Mac.
    pub keys: &'static str,
    /// What they do.
    pub command: Command,
}

/// Every key, in the order of the list.
pub const LINES: [Line; 32] = {
    use Command as C;
    use Direction as D;
    const fn line(keys: &'static str, command: Command) -> Line {
        Line { keys, command }
    }
    [
        line("ArrowDown", C::Walk(D::Down)),
        line("Shift+ArrowDown", C::Extend(D::Down)),
        line("Alt+ArrowDown", C::Nudge(D::Down)),
        line("Enter", C::Open),
        line("Tab", C::AddAfter),
        line("L", C::Link),
        line("F2", C::Rename),
        line("Delete", C::Delete),
        line("Mod+C", C::Copy),
        line("Mod+X", C::Cut),
        line("Mod+V", C::Paste),
        line("Mod+D", C::Duplicate),
        line("Mod+Z", C::Undo),
        line("Mod+Shift+Z", C::Redo),
        line("Mod+A", C::SelectAll),
        line("B", C::SelectBranch),
        line("/", C::SearchKinds),
        line("Mod+F", C::SearchSteps),
        line("N", C::NextIssue),
        line("S", C::AddNote),
        line("1", C::Fit),
        line("T", C::Tidy),
        line("+", C::ZoomIn),
        line("-", C::ZoomOut),
        line("0", C::ZoomReset),
        line("D", C::DryRun),
        line("P", C::Publish),
        line("O", C::Outline),
        line("Shift+F10", C::Menu),
        line("?", C::Help),
        line("Escape", C::Escape),
        line("Backspace", C::Delete),
    ]
};

fn direction(key: &str) -> Option<Direction> {
    Some(match key {
        "ArrowUp" => Direction::Up,
        "ArrowDown" => Direction::Down,
        "ArrowLeft" => Direction::Left,
        "ArrowRight" => Direction::Right,
        _ => return None,
    })
}

/// The command of a stroke; None when the browser may have it.
#[must_use]
pub fn command(stroke: Stroke<'_>) -> Option<Command> {
    let Stroke { key, primary, shift, alt } = stroke;
    if let Some(direction) = direction(key) {
        return match (primary, shift, alt) {
            (false, false, false) => Some(Command::Walk(direction)),
            (false, true, false) => Some(Command::Extend(direction)),
            (false, false, true) => Some(Command::Nudge(direction)),
            _ => None,
        };
    }
    if alt {
        return None;
    }
    let lower = key.to_lowercase();
    if primary {
        return Some(match (lower.as_str(), shift) {
            ("c", false) => Command::Copy,
            ("x", false) => Command::Cut,
            ("v", false) => Command::Paste,
            ("d", false) => Command::Duplicate,
            ("z", false) => Command::Undo,
            ("z", true) | ("y", false) => Command::Redo,
            ("a", false) => Command::SelectAll,
            ("f", false) => Command::SearchSteps,
            _ => return None,
        });
    }
    Some(match (lower.as_str(), shift) {
        // Whether Shift is needed for these is the keyboard's affair.
        ("?", _) => Command::Help,
        ("+" | "=", _) => Command::ZoomIn,
        ("-" | "_", _) => Command::ZoomOut,
        ("/", _) => Command::SearchKinds,
        ("f10", true) | ("contextmenu", _) => Command::Menu,
        ("enter", false) => Command::Open,
        ("tab", false) => Command::AddAfter,
        ("l", false) => Command::Link,
        ("delete" | "backspace", false) => Command::Delete,
        ("f2", false) => Command::Rename,
        ("b", false) => Command::SelectBranch,
        ("n", false) => Command::NextIssue,
        ("s", false) => Command::AddNote,
        ("1", _) => Command::Fit,
        ("0", _) => Command::ZoomReset,
        ("t", false) => Command::Tidy,
        ("d", false) => Command::DryRun,
        ("p", false) => Command::Publish,
        ("o", false) => Command::Outline,
        ("escape", _) => Command::Escape,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_does_what_it_says() {
        for Line { keys, command: expected } in LINES {
            let mut stroke = Stroke::default();
            for part in keys.split_inclusive('+').map(|part| if part.len() > 1 { part.trim_end_matches('+') } else { part }) {
                match part {
                    "Mod" => stroke.primary = true,
                    "Shift" => stroke.shift = true,
                    "Alt" => stroke.alt = true,
                    key => stroke.key = key,
                }
            }
            assert_eq!(command(stroke), Some(expected), "{keys}");
        }
    }

    #[test]
    fn what_belongs_to_the_browser_stays_with_it() {
        for stroke in [
            Stroke { key: "r", primary: true, ..Stroke::default() },
            Stroke { key: "Tab", shift: true, ..Stroke::default() },
            Stroke { key: "l", primary: true, ..Stroke::default() },
            Stroke { key: "ArrowLeft", primary: true, ..Stroke::default() },
            Stroke { key: "F5", ..Stroke::default() },
        ] {
            assert_eq!(command(stroke), None, "{stroke:?}");
        }
    }
}
