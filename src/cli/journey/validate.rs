//! `tradewind journey validate`: everything wrong with journey files, without a server.
//!
//! A workspace's own kinds are not known here: those of a folder of `.rhai` files are (see [`kinds`]).

use super::{file, kinds};
use crate::cli::{Failure, Verdict, say};
use std::path::Path;
use tradewind_nodes::graph::{JourneyFile, validate};
use tradewind_nodes::issue::{Issue, Severity};

/// Checks `path` and prints every issue as `path: node/field: message`.
pub fn run(path: &Path, strict: bool, folder: Option<&Path>) -> Result<Verdict, Failure> {
    let files = file::below(path)?;
    if files.is_empty() {
        return Err(Failure::new(format!("there is no journey.json below {}: name a file or another folder", path.display())));
    }
    let mut wrong = 0;
    for path in &files {
        let (lines, is_wrong) = one(path, strict, folder)?;
        lines.iter().for_each(|line| say(&format!("{}: {line}", path.display())));
        wrong += usize::from(is_wrong);
    }
    if wrong > 0 {
        say(&format!("{wrong} of {} journeys have errors", files.len()));
        return Ok(Verdict::Bad);
    }
    say(&format!("{} journeys are sound", files.len()));
    Ok(Verdict::Good)
}

fn one(path: &Path, strict: bool, folder: Option<&Path>) -> Result<(Vec<String>, bool), Failure> {
    let registry = match kinds::registry(path, folder)? {
        Ok(registry) => registry,
        Err(line) => return Ok((vec![line], true)),
    };
    Ok(match JourneyFile::parse(&file::text(path)?) {
        Ok(journey) => {
            let issues = validate(&journey.graph, &registry);
            let is_wrong = issues.iter().any(|issue| strict || issue.severity == Severity::Error);
            (issues.iter().map(line).collect(), is_wrong)
        }
        Err(error) => (vec![error.to_string()], true),
    })
}

fn line(issue: &Issue) -> String {
    let place = match &issue.node {
        Some(node) => format!("{node}{}", issue.field),
        None if issue.field.is_empty() => "the graph".to_owned(),
        None => format!("settings{}", issue.field),
    };
    let severity = if issue.severity == Severity::Warning { "warning: " } else { "" };
    format!("{place}: {severity}{}", issue.message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_nodes::id::NodeId;
    use tradewind_nodes::issue::IssueCode;

    #[test]
    fn a_line_names_node_and_field() {
        let node = NodeId::new("mail").unwrap();
        assert_eq!(line(&Issue::error(Some(&node), "/subject", IssueCode::Missing, "write one")), "mail/subject: write one");
        assert_eq!(line(&Issue::error(None, "", IssueCode::NoTrigger, "add one")), "the graph: add one");
    }

    #[test]
    fn a_file_that_does_not_read_is_wrong() {
        let folder = std::env::temp_dir().join(format!("tradewind-validate-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("a")).unwrap();
        let path = folder.join("a/journey.json");
        std::fs::write(&path, "{").unwrap();
        assert_eq!(file::below(&folder).unwrap(), std::slice::from_ref(&path));
        let (lines, is_wrong) = one(&path, false, None).unwrap();
        assert!(is_wrong && lines[0].contains("line 1"), "{lines:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
