//! `tradewind config`: the settings in force. Passwords and secrets are not shown.

use super::say;
use crate::config::Config;

/// Prints every setting, its value and its origin.
pub fn run(config: &Config) {
    let width = |text: &dyn Fn(&(&'static str, String, crate::config::Origin)) -> usize| config.shown.iter().map(text).max().unwrap_or(0);
    let (names, values) = (width(&|shown| shown.0.len()), width(&|shown| shown.1.chars().count()).min(60));
    for (name, value, origin) in &config.shown {
        say(&format!("{name:names$}  {value:values$}  {origin}"));
    }
}
