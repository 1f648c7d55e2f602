//! `journey.json`: a journey as a file, to keep in version control and to send to another workspace.

use super::Graph;
use serde::{Deserialize, Serialize};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 2 * 1024 * 1024;

/// A journey as a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyFile {
    /// What people call it.
    pub name: String,
    /// What programs call it: small letters, digits and '-'.
    pub slug: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its graph.
    pub graph: Graph,
}

/// Why a file cannot be read, where it is known with the place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{}{message}", place(*.line, *.column))]
pub struct FileError {
    /// The line, from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

fn place(line: usize, column: usize) -> String {
    if line == 0 { "journey.json: ".into() } else { format!("journey.json line {line} column {column}: ") }
}

impl FileError {
    fn whole(message: impl Into<String>) -> Self {
        Self { line: 0, column: 0, message: message.into() }
    }
}

impl JourneyFile {
    /// Reads a file. Whether its graph is sound is another question: [`validate`](super::validate).
    ///
    /// # Errors
    /// When it is too large, no JSON, has a field the format does not know or lacks one, or its name or slug is not legal.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        if text.len() > MAX_FILE {
            return Err(FileError::whole(format!("the file has {} bytes and may have {MAX_FILE}: split the journey", text.len())));
        }
        let file: Self = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| {
            let words = e.to_string();
            let bare = words.rfind(" at line ").map_or(words.as_str(), |n| &words[..n]);
            FileError { line: e.line(), column: e.column(), message: format!("{bare}: correct it, or export the journey again") }
        })?;
        if file.name.trim().is_empty() || file.name.chars().count() > 200 {
            return Err(FileError::whole("name is empty or longer than 200 letters: give the journey a name"));
        }
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let slug = &file.slug;
        if slug.is_empty() || slug.len() > 64 || !slug.chars().all(legal) || slug.starts_with('-') || slug.ends_with('-') {
            return Err(FileError::whole(format!(
                "slug {slug:?} is not legal: use 1 to 64 small letters, digits and '-' inside, as cart-recovery"
            )));
        }
        Ok(file)
    }

    /// The file's text: indented, fields in a fixed order, nodes and edges as they were drawn, so that a change of one field
    /// is a change of one line.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Strings, numbers and maps with text keys: there is nothing serde_json could refuse.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_back_what_it_wrote() {
        for seed in 0..20 {
            let graph = crate::graph::valid_graph(seed, 30);
            let file = JourneyFile { name: "Cart recovery".into(), slug: "cart-recovery".into(), description: None, graph };
            let text = file.to_text();
            let read = JourneyFile::parse(&text).unwrap();
            assert_eq!(read, file);
            assert_eq!(read.to_text(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = JourneyFile::parse("{\n  \"name\": \"A\",\n  \"sulg\": \"a\"\n}").unwrap_err();
        assert_eq!(error.line, 3);
        assert!(error.message.contains("sulg"), "{error}");
        let deep = "{\"name\": \"A\", \"slug\": \"a\", \"graph\": {\"nodes\": [\n{\"id\": \"a\", \"kind\": \"exit\", \"colour\": 1}]}}";
        let error = JourneyFile::parse(deep).unwrap_err();
        assert!(error.line == 2 && error.message.contains("colour"), "{error}");
        for bad in ["", "A", "-a", "a b", "ä"] {
            let text = format!("{{\"name\": \"A\", \"slug\": \"{bad}\", \"graph\": {{}}}}");
            assert!(JourneyFile::parse(&text).unwrap_err().message.contains("slug"), "{bad}");
        }
        assert!(JourneyFile::parse(&" ".repeat(MAX_FILE + 1)).unwrap_err().to_string().contains("split"));
    }
}
