//! The text part of a mail.

use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::Email;

/// Columns of a text part made from HTML (RFC 5322 advises at most 78).
const WIDTH: usize = 76;

/// How deep HTML may be nested to be made into text. html2text takes time by the square of the depth: 20,000 levels took
/// 14 seconds, in which the worker serves nobody. Real mails, tables in tables, stay below 100.
const DEEPEST: usize = 400;

/// Elements that have no end tag, or whose end tag is often left out and which cannot directly hold themselves.
const UNCOUNTED: [&str; 26] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "td", "th", "tr",
    "tbody", "thead", "tfoot", "dt", "dd", "option", "html", "body",
];

/// The text part, made from the HTML when there is none.
pub(super) fn part(email: &Email) -> Result<String, Problem> {
    if !email.text.is_empty() {
        return Ok(email.text.clone());
    }
    if email.html.trim().is_empty() {
        return Err(Problem::new("mail.empty", "the mail has neither HTML nor text: write one of them").in_field("/html"));
    }
    let wrong = |why: &str| {
        Problem::new("mail.text", format!("no text part can be made from the HTML ({why}): write the text yourself")).in_field("/text")
    };
    if nesting(&email.html) > DEEPEST {
        return Err(wrong("its elements are nested too deep"));
    }
    // An address broken into two lines leads nowhere.
    html2text::config::plain()
        .no_link_wrapping()
        .allow_width_overflow()
        .string_from_read(email.html.as_bytes(), WIDTH)
        .map_err(|error| wrong(&error.to_string()))
}

/// How deep the elements of `html` are nested at most, by its tags alone: more than a parser would find when end tags are
/// missing, hardly ever less.
fn nesting(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = &tag[..end];
        let counted =
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && !UNCOUNTED.iter().any(|other| name.eq_ignore_ascii_case(other));
        if counted && closes {
            depth = depth.saturating_sub(1);
        } else if counted {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(html: impl Into<String>) -> Result<String, Problem> {
        part(&Email { html: html.into(), ..Email::default() })
    }

    #[test]
    fn html_becomes_readable_text() {
        let text = text_of("<h1>Hello</h1><p>Your <b>cart</b> waits:<br><a href='https://shop.example/c'>open it</a></p>").unwrap();
        assert!(text.contains("Hello") && text.contains("https://shop.example/c"), "{text}");
        assert!(!text.contains('<'), "{text}");
        assert_eq!(part(&Email { html: "<p>a".into(), text: "b".into(), ..Email::default() }).unwrap(), "b");
    }

    #[test]
    fn html_too_deep_is_refused_before_it_costs_time() {
        let deep = |levels: usize| format!("{}x{}", "<div>".repeat(levels), "</div>".repeat(levels));
        assert!(text_of(deep(DEEPEST)).unwrap().contains('x'));
        let problem = text_of(deep(DEEPEST + 1)).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.field.as_str()), ("mail.text", "/text"));
        assert!(text_of("<b>".repeat(100_000)).is_err());
        // Written by hand, end tags left out.
        assert!(text_of("<p>a<br><img src=x><li>b".repeat(2000)).is_ok());
    }

    #[test]
    fn an_address_stays_in_one_line() {
        let address = format!("https://journeys.example.com/u/{}", "x".repeat(200));
        let text = text_of(format!("<p>Ours is the best. <a href=\"{address}\">Stop</a></p>")).unwrap();
        assert!(text.contains(&address), "{text}");
    }
}
