//! Rhai in pieces, for colouring and for completing. Pure. It is lenient: whatever is written has pieces.

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "each name says what it is")]
pub enum Token {
    Plain,
    Comment,
    Text,
    Number,
    Word,
    Call,
    Fact,
}

impl Token {
    /// The class it is coloured by.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Comment => "t-comment",
            Self::Text => "t-text",
            Self::Number => "t-number",
            Self::Word => "t-word",
            Self::Call => "t-call",
            Self::Fact => "t-fact",
        }
    }
}

/// Words of the language.
pub const WORDS: [&str; 25] = [
    "let",
    "const",
    "if",
    "else",
    "switch",
    "while",
    "loop",
    "for",
    "in",
    "do",
    "until",
    "break",
    "continue",
    "return",
    "throw",
    "try",
    "catch",
    "fn",
    "private",
    "this",
    "is_def_var",
    "is_shared",
    "true",
    "false",
    "global",
];

/// What a script finds when it begins.
pub const FACTS: [&str; 6] = ["customer", "event", "steps", "run", "fields", "resume"];

/// The pieces of a script, in order; together they are the script.
#[must_use]
pub fn tokens(source: &str) -> Vec<(Token, &str)> {
    let mut found: Vec<(Token, &str)> = Vec::new();
    let (mut at, mut plain) = (0, 0);
    while let Some(first) = source[at..].chars().next() {
        let (token, length) = next(&source[at..], first);
        // Plain pieces beside one another become one: fewer elements on the page.
        if token != Token::Plain {
            if plain < at {
                found.push((Token::Plain, &source[plain..at]));
            }
            found.push((token, &source[at..at + length]));
            plain = at + length;
        }
        at += length;
    }
    if plain < source.len() {
        found.push((Token::Plain, &source[plain..]));
    }
    found
}

fn next(rest: &str, first: char) -> (Token, usize) {
    if rest.starts_with("//") {
        return (Token::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Token::Comment, comment(rest));
    }
    if first == '"' || first == '`' || first == '\'' {
        return (Token::Text, text(rest, first));
    }
    if first.is_ascii_digit() {
        return (Token::Number, rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len()));
    }
    if first.is_alphabetic() || first == '_' {
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let word = &rest[..length];
        let token = match word {
            _ if WORDS.contains(&word) => Token::Word,
            _ if rest[length..].trim_start().starts_with('(') => Token::Call,
            _ if FACTS.contains(&word) => Token::Fact,
            _ => Token::Plain,
        };
        return (token, length);
    }
    (Token::Plain, first.len_utf8())
}

/// Comments nest in Rhai; one that is not closed goes to the end.
fn comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn text(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            '\n' if quote != '`' => return at,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The word that ends at `at`, with the path before it: `customer.tr`.
#[must_use]
pub fn word_before(source: &str, at: usize) -> &str {
    let before = source.get(..at).unwrap_or_default();
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .map_or(0, |place| place + before[place..].chars().next().map_or(1, char::len_utf8));
    &before[start..]
}

/// The line and the column that an issue's words name: `…, line 3 column 7: …`.
#[must_use]
pub fn place_of(message: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<usize>().ok();
    let after = message.split_once("line ")?.1;
    let line = number(after)?;
    let column = after.split_once("column ").and_then(|(_, rest)| number(rest)).unwrap_or(1);
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Vec<(Token, &str)> {
        tokens(source).into_iter().filter(|(token, _)| *token != Token::Plain).collect()
    }

    #[test]
    fn a_script_is_in_pieces_and_nothing_is_lost() {
        let source = "/* a /* b */ c */ let x = 1.5; // end\nif event.total > 0x1f { go(\"big\\\"\") } `a\n${b}` 'x' ü";
        let whole: String = tokens(source).into_iter().map(|(_, piece)| piece).collect();
        assert_eq!(whole, source);
        assert_eq!(
            told(source)[..6],
            [
                (Token::Comment, "/* a /* b */ c */"),
                (Token::Word, "let"),
                (Token::Number, "1.5"),
                (Token::Comment, "// end"),
                (Token::Word, "if"),
                (Token::Fact, "event")
            ]
        );
        assert!(told(source).contains(&(Token::Call, "go")) && told(source).contains(&(Token::Text, "\"big\\\"\"")));
    }

    #[test]
    fn what_is_not_closed_has_pieces_too() {
        for source in ["\"abc", "/* abc", "`abc", "'", "\"a\nlet x", "1.2.3", ""] {
            assert_eq!(tokens(source).into_iter().map(|(_, piece)| piece).collect::<String>(), source);
        }
        assert_eq!(told("\"a\nlet x"), [(Token::Text, "\"a"), (Token::Word, "let")]);
    }

    #[test]
    fn the_word_before_the_caret_is_completed() {
        assert_eq!(word_before("let a = customer.tr", 19), "customer.tr");
        assert_eq!(word_before("go(", 3), "");
        assert_eq!(word_before("é add_t", 8), "add_t");
    }

    #[test]
    fn an_issue_tells_its_place() {
        assert_eq!(place_of("the script does not parse, line 3 column 7: bad"), Some((3, 7)));
        assert_eq!(place_of("too large"), None);
    }
}
