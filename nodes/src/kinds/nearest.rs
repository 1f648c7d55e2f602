//! Which known name a mistyped one most likely meant.

/// The candidate nearest to `name` by edits, when it is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed = name.to_lowercase();
    let tail = |full: &str| full.rsplit('.').next().map(str::len).unwrap_or_default();
    candidates
        .map(|candidate| {
            // `send_email` and `email` mean `email.send` more than a count of edits would say.
            let part = candidate.split('.').any(|part| part == typed) || candidate.replace('.', "_") == typed;
            let edits = if part { 1 } else { edits(&typed, candidate) };
            (edits, tail(candidate), candidate)
        })
        .min()
        .filter(|(edits, _, _)| *edits <= (name.chars().count() / 3).max(1))
        .map(|(_, _, candidate)| candidate)
}

/// How many letters must be put in, taken out or replaced to make `b` of `a`.
fn edits(a: &str, b: &str) -> usize {
    // A long name cannot be near, and its distance would cost the square of its length.
    if a.len() > 80 || b.len() > 80 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_the_name_and_nonsense_does_not() {
        let names = ["email.send", "condition.if", "delay.for", "http.request"];
        assert_eq!(nearest("emial.send", names.into_iter()), Some("email.send"));
        assert_eq!(nearest("if", names.into_iter()), Some("condition.if"));
        assert_eq!(nearest("Http_Request", names.into_iter()), Some("http.request"));
        assert_eq!(nearest("launch.rocket", names.into_iter()), None);
        assert_eq!(nearest(&"x".repeat(500), names.into_iter()), None);
        assert_eq!(nearest("", names.into_iter()), None);
    }
}
