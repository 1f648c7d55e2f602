//! Common SQL in the words of the database in use.

/// Common SQL in SQLite's words: `$n` becomes `?n` (SQLite numbers `$n` by appearance, not by n), `= ANY($n)`
/// becomes `IN rarray(?n)` and `<> ALL($n)` becomes `NOT IN rarray(?n)`. Texts, quoted names and comments stay.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some(at) = rest.find(['$', '=', '<', '\'', '"', '-', '/']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (taken, written) = token(rest, out.as_bytes().last().copied());
        match written {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[..taken]),
        }
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// Length of the token that `rest` starts with, and its replacement if it needs one.
fn token(rest: &str, before: Option<u8>) -> (usize, Option<String>) {
    let until = |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    match rest.as_bytes()[0] {
        b'\'' => (until(1, "'"), None),
        b'"' => (until(1, "\""), None),
        b'-' if rest.starts_with("--") => (until(2, "\n"), None),
        b'/' if rest.starts_with("/*") => (until(2, "*/"), None),
        b'$' => match number(&rest[1..]) {
            "" => (1, None),
            digits => (1 + digits.len(), Some(format!("?{digits}"))),
        },
        b'=' if !matches!(before, Some(b'<' | b'>' | b'!' | b'=')) => match list(&rest[1..], "ANY") {
            Some((len, digits)) => (1 + len, Some(format!(" IN rarray(?{digits})"))),
            None => (1, None),
        },
        b'<' if rest.starts_with("<>") => match list(&rest[2..], "ALL") {
            Some((len, digits)) => (2 + len, Some(format!(" NOT IN rarray(?{digits})"))),
            None => (2, None),
        },
        _ => (1, None),
    }
}

fn number(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// Matches ` ANY ( $n )` and gives its length and n.
fn list<'a>(text: &'a str, word: &str) -> Option<(usize, &'a str)> {
    let after = text.trim_start();
    let head = after.get(..word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    let after = after[word.len()..].trim_start().strip_prefix('(')?.trim_start().strip_prefix('$')?;
    let digits = number(after);
    let after = after[digits.len()..].trim_start().strip_prefix(')')?;
    (!digits.is_empty()).then_some((text.len() - after.len(), digits))
}

#[cfg(test)]
mod tests {
    use super::for_sqlite;

    #[test]
    fn parameters_keep_their_numbers() {
        assert_eq!(for_sqlite("UPDATE t SET a=$2 WHERE b=$1 AND c>=$10"), "UPDATE t SET a=?2 WHERE b=?1 AND c>=?10");
    }

    #[test]
    fn lists_become_table_functions() {
        assert_eq!(for_sqlite("WHERE a = ANY($1)"), "WHERE a  IN rarray(?1)");
        assert_eq!(for_sqlite("WHERE a=any ( $1 ) AND b <> ALL($2)"), "WHERE a IN rarray(?1) AND b  NOT IN rarray(?2)");
    }

    #[test]
    fn texts_names_and_comments_stay() {
        let sql = "SELECT '$1 = ANY($1)', \"$2\", 'it''s $3' /* $4 */ -- $5 = ANY($5)\n, 'é' <> 'ü'";
        assert_eq!(for_sqlite(sql), sql);
    }
}
