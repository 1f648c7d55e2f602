//! How the panel stands where it is a sheet below the canvas.

/// A sheet that is drawn lower than this lies down.
const LOW: f64 = 90.0;
/// What of the window stays above the sheet at least: the bar, the steps and some canvas.
const ABOVE: f64 = 260.0;

/// How the sheet stands.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Sheet {
    /// As nobody has moved it: up while there is a step or a panel somebody asked for, down while it would only show the journey's settings.
    #[default]
    Unmoved,
    /// As high as the style says.
    Up,
    /// As high as it was drawn, in pixels.
    Drawn(f64),
    /// Down to its handle.
    Down,
}

impl Sheet {
    /// Whether only its handle is seen; `asked` says whether there is something in it that somebody asked for.
    #[must_use]
    pub fn is_down(self, asked: bool) -> bool {
        self == Self::Down || (self == Self::Unmoved && !asked)
    }

    /// The sheet drawn so high in a window of this height.
    #[must_use]
    pub fn drawn(high: f64, window: f64) -> Self {
        if high < LOW { Self::Down } else { Self::Drawn(high.min((window - ABOVE).max(LOW))) }
    }

    /// The height, where the style does not say it.
    #[must_use]
    pub fn height(self) -> Option<String> {
        if let Self::Drawn(high) = self { Some(format!("{high}px")) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::Sheet;

    #[test]
    fn a_sheet_leaves_the_canvas_some_room_and_lies_down_when_it_is_drawn_low() {
        assert_eq!(Sheet::drawn(300.0, 844.0), Sheet::Drawn(300.0));
        assert_eq!(Sheet::drawn(900.0, 844.0), Sheet::Drawn(584.0));
        assert_eq!(Sheet::drawn(40.0, 844.0), Sheet::Down);
        assert_eq!([true, false].map(|asked| Sheet::Unmoved.is_down(asked)), [false, true]);
        assert_eq!(Sheet::Drawn(300.0).height().as_deref(), Some("300px"));
        assert_eq!((Sheet::Up.height(), Sheet::Down.is_down(true)), (None, true));
    }
}
