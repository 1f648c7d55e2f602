//! What a template may look like before the parser sees it. The parser and the renderer descend once for every level of
//! nesting, and a stack that ends takes the whole process with it; so depth is measured here, in a flat loop.

/// The largest source, in bytes.
pub(super) const MAX_SOURCE: usize = 256 * 1024;
/// The deepest nesting of blocks (an `else if` counts as one level more) and of brackets inside one tag.
pub(super) const MAX_NESTING: usize = 64;

/// Why a source is refused and in which line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    pub line: usize,
    pub message: String,
}

/// Refuses what the parser must not see.
pub(super) fn vet(source: &str) -> Result<(), Refusal> {
    if source.len() > MAX_SOURCE {
        return Err(Refusal { line: 1, message: format!("the template has more than {} KiB: make it shorter", MAX_SOURCE / 1024) });
    }
    Scanner { source, bytes: source.as_bytes(), at: 0, open: Vec::new(), depth: 0 }.run()
}

/// Walks a source once, tag by tag.
struct Scanner<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    /// For every open block how many levels it counts for.
    open: Vec<usize>,
    depth: usize,
}

type Scan<T> = Result<T, Refusal>;

impl Scanner<'_> {
    fn run(mut self) -> Scan<()> {
        while let Some(found) = self.source[self.at..].find("{{") {
            let start = self.at + found;
            let slashes = self.bytes[self.at..start].iter().rev().take_while(|b| **b == b'\\').count();
            if slashes == 1 {
                // One backslash makes the braces plain text, and two more braces right behind them as well.
                self.at = start + 2;
                if self.bytes[self.at..].starts_with(b"{{") {
                    self.at += 2;
                }
                continue;
            }
            self.at = start + 2;
            self.tag(start)?;
        }
        Ok(())
    }

    fn refuse<T>(&self, start: usize, message: impl Into<String>) -> Scan<T> {
        let line = 1 + self.bytes[..start].iter().filter(|b| **b == b'\n').count();
        Err(Refusal { line, message: message.into() })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, set: &[u8]) {
        while self.peek().is_some_and(|b| set.contains(&b)) {
            self.at += 1;
        }
    }

    fn tag(&mut self, start: usize) -> Scan<()> {
        if self.bytes[self.at..].starts_with(b"{{") {
            return self.refuse(start, "raw blocks {{{{ … }}}} are not supported: write \\{{ for plain braces");
        }
        if self.peek() == Some(b'!') {
            return self.comment(start);
        }
        self.skip(b" \t\r\n~");
        let kind = self.peek();
        let triple = kind == Some(b'{');
        if matches!(kind, Some(b'#' | b'/' | b'^' | b'>' | b'*' | b'{')) {
            self.at += 1;
            self.skip(b" \t\r\n~");
        }
        let inner = self.peek();
        if kind == Some(b'*') || (kind == Some(b'#') && inner == Some(b'*')) {
            return self.refuse(start, "decorators such as {{#*inline}} are not supported: write the text where it is needed");
        }
        if kind == Some(b'>') || (kind == Some(b'#') && inner == Some(b'>')) {
            return self.refuse(start, "partials {{> …}} are not supported: write the text where it is needed");
        }
        let body = self.at;
        self.body(start, triple)?;
        let said = self.source[body..self.at].trim_end_matches(['}', '~', ' ', '\t', '\r', '\n']);
        match kind {
            Some(b'#') => self.opened(start),
            Some(b'/') => {
                self.depth -= self.open.pop().unwrap_or(0);
                Ok(())
            }
            Some(b'^') if !said.is_empty() => self.chained(start),
            _ if said.strip_prefix("else").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace())) => self.chained(start),
            _ => Ok(()),
        }
    }

    fn opened(&mut self, start: usize) -> Scan<()> {
        self.open.push(1);
        self.deeper(start)
    }

    /// An `else if` is parsed in a loop but rendered as a block inside the block before it.
    fn chained(&mut self, start: usize) -> Scan<()> {
        if let Some(last) = self.open.last_mut() {
            *last += 1;
            return self.deeper(start);
        }
        Ok(())
    }

    fn deeper(&mut self, start: usize) -> Scan<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return self.refuse(start, format!("blocks are nested more than {MAX_NESTING} deep: flatten them"));
        }
        Ok(())
    }

    /// Skips a comment exactly as the grammar does: `{{!-- … --}}` when its end is there, else up to the first `}}`.
    fn comment(&mut self, start: usize) -> Scan<()> {
        let text = self.at + 1;
        let dashes = text + self.bytes[text..].iter().take_while(|b| b" \t\r\n".contains(b)).count();
        if let Some(rest) = self.source[dashes..].strip_prefix("--")
            && let Some(end) = rest.find("--}}")
        {
            self.at = dashes + 2 + end + 4;
            return Ok(());
        }
        match self.source[text..].find("}}") {
            Some(end) => {
                self.at = text + end + 2;
                Ok(())
            }
            None => self.refuse(start, "a comment is not closed: end it with }}"),
        }
    }

    /// Goes to the end of a tag. Forms whose end depends on how the parser understands them are refused, so that this loop
    /// and the parser can never disagree about where a tag ends.
    fn body(&mut self, start: usize, triple: bool) -> Scan<()> {
        let mut brackets = 0;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' | b'\'' => self.quoted(start, byte)?,
                b'[' => self.bracketed(start)?,
                b'{' => return self.refuse(start, "a brace is not legal inside a tag: close the tag before it with }}"),
                b'}' => return self.close(start, triple),
                b'(' => {
                    brackets += 1;
                    if brackets > MAX_NESTING {
                        return self.refuse(start, format!("a tag has more than {MAX_NESTING} brackets: split it"));
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        self.refuse(start, "a tag is not closed: end it with }}")
    }

    fn quoted(&mut self, start: usize, quote: u8) -> Scan<()> {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b if b == quote => return Ok(()),
                _ => {}
            }
        }
        self.refuse(start, "a quote inside a tag is not closed")
    }

    /// `event.properties.[Order Total]`: a name with blanks in it.
    fn bracketed(&mut self, start: usize) -> Scan<()> {
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b']' => {
                    self.at += 1;
                    return Ok(());
                }
                b'"' | b'\'' | b'{' | b'}' | b'[' => break,
                _ => self.at += 1,
            }
        }
        self.refuse(start, "square brackets hold a plain name, as event.properties.[Order Total]; lists cannot be written in a template")
    }

    fn close(&mut self, start: usize, triple: bool) -> Scan<()> {
        if triple {
            self.at += 1;
            self.skip(b" \t\r\n~");
        }
        if self.bytes[self.at..].starts_with(b"}}") {
            self.at += 2;
            return Ok(());
        }
        self.refuse(start, if triple { "a tag is not closed: end it with }}}" } else { "a tag is not closed: end it with }}" })
    }
}
