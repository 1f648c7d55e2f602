//! The words of kinds, fields and choices in the user's language. What a kind written in Rhai says stays as it says it.

use crate::i18n::{Text, format, keys};
use tradewind_nodes::field::Field;

fn find(name: &str) -> Option<String> {
    keys::find(name).map(Text::get)
}

fn key(kind: &str) -> String {
    kind.replace('.', "_")
}

/// What a field is called.
#[must_use]
pub fn field_label(kind: &str, field: &Field) -> String {
    let own = || if field.label.is_empty() { field.name.replace('_', " ") } else { field.label.clone() };
    find(&format!("fields.{}.{}", key(kind), field.name)).unwrap_or_else(own)
}

/// What helps filling a field in; empty when it speaks for itself.
#[must_use]
pub fn field_help(kind: &str, field: &Field) -> String {
    find(&format!("fields.{}.{}_help", key(kind), field.name)).unwrap_or_else(|| {
        // A built-in kind whose words are all there has no help where there is no message.
        let built_in = find(&format!("kinds.{}.help", key(kind))).is_some();
        if built_in { String::new() } else { field.help.clone() }
    })
}

/// What a built-in kind is called.
#[must_use]
pub fn kind_name(kind: &str) -> Option<String> {
    find(&format!("kinds.{}.label", key(kind)))
}

/// What a channel is called.
#[must_use]
pub fn channel_name(channel: &str) -> Option<String> {
    find(&format!("kinds.channel.{channel}"))
}

/// What a kind does, in a sentence; empty for kinds written in Rhai, whose name says it.
#[must_use]
pub fn kind_help(kind: &str) -> String {
    find(&format!("kinds.{}.help", key(kind))).unwrap_or_default()
}

/// One of a few values, in words.
#[must_use]
pub fn option_words(option: &str) -> String {
    // `else` is a word of Rust's and so no key.
    let name = if option == "else" { "otherwise".to_owned() } else { option.to_lowercase() };
    find(&format!("fields.option.{name}")).unwrap_or_else(|| option.replace('_', " "))
}

/// What a value is called that a command answers.
#[must_use]
pub fn answer_label(name: &str) -> String {
    find(&format!("fields.answer.{name}")).unwrap_or_else(|| name.replace('_', " "))
}

/// A number of bytes: `1.5 MB`.
#[must_use]
pub fn size(bytes: usize) -> String {
    let bytes = bytes as f64;
    if bytes < 1024.0 * 1024.0 {
        format::unit((bytes / 1024.0).ceil(), "kilobyte")
    } else {
        format::unit((bytes / 104_857.6).round() / 10.0, "megabyte")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_nodes::field::FieldType;
    use tradewind_nodes::kinds::Outlines;

    #[test]
    fn every_built_in_kind_and_field_has_its_words() {
        for spec in Outlines::builtin().specs() {
            assert!(!kind_help(&spec.name).is_empty(), "kinds.{}.help", key(&spec.name));
            assert!(kind_name(&spec.name).is_some(), "kinds.{}.label", key(&spec.name));
            for field in &spec.fields {
                let name = format!("fields.{}.{}", key(&spec.name), field.name);
                assert!(find(&name).is_some(), "{name}");
                assert_eq!(field.help.is_empty(), find(&format!("{name}_help")).is_none(), "{name}_help");
                if let FieldType::Choice { options } = &field.ty {
                    for option in options.iter().filter(|option| option.chars().any(char::is_lowercase)) {
                        assert!(find(&format!("fields.option.{option}")).is_some(), "fields.option.{option}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_channel_has_its_name() {
        for channel in tradewind_nodes::kinds::channels() {
            assert!(channel_name(channel.name).is_some(), "kinds.channel.{}", channel.name);
        }
    }

    #[test]
    fn a_kind_of_the_workspace_keeps_its_own_words() {
        let field = Field::new("gold_from", "Gold from, points", FieldType::Number).help("In whole points.");
        assert_eq!(field_label("shop.tier", &field), "Gold from, points");
        assert_eq!(field_help("shop.tier", &field), "In whole points.");
        assert_eq!(option_words("not_known_here"), "not known here");
    }
}
