//! What stands around the canvas: the bar, the column at the side, the dialogs.

pub mod before;
pub mod conflict;
pub mod header;
pub mod history;
pub mod inspector;
pub mod issues;
pub mod keys_help;
pub mod life;
pub mod numbers;
pub mod outline;
pub mod publish;
pub mod sheet;
pub mod side;
