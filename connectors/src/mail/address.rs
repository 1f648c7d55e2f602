//! Addresses and header text, read from what people wrote.

use lettre::message::Mailbox;
use tradewind_nodes::issue::Problem;

/// Reads `Name <address>`, `"Name" <address>` or `address`. Laxer about names than RFC 5322, for people write them:
/// `Müller & Co. <shop@example.com>` needs no quotes, since the name is encoded again when it is sent.
pub(super) fn mailbox(text: &str, field: &'static str) -> Result<Mailbox, Problem> {
    let text = plain(text, field)?.trim();
    let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (name.trim(), address.trim()),
        None => ("", text),
    };
    let name = match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    };
    let wrong = || {
        Problem::new("mail.address", "this is no mail address: write one as name@example.com or Name <name@example.com>").in_field(field)
    };
    let (user, domain) = address.rsplit_once('@').ok_or_else(wrong)?;
    // In ASCII a domain needs nothing of the receiving server; as Unicode it needs SMTPUTF8.
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => ascii,
        _ => domain.to_owned(),
    };
    let address = lettre::Address::new(user, domain).map_err(|_| wrong())?;
    Ok(Mailbox::new(Some(name).filter(|name| !name.is_empty()), address))
}

/// Refuses what could forge a header.
pub(super) fn plain<'t>(text: &'t str, field: &'static str) -> Result<&'t str, Problem> {
    if text.chars().any(char::is_control) {
        let what = field.trim_start_matches('/');
        return Err(
            Problem::new("mail.header", format!("the mail's {what} holds a line break or control character: take it out")).in_field(field)
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, name, address) in [
            ("ada@example.com", None, "ada@example.com"),
            (" <ada@example.com> ", None, "ada@example.com"),
            ("Ada <ada@example.com>", Some("Ada"), "ada@example.com"),
            ("\"Lovelace, Ada\" <ada@example.com>", Some("Lovelace, Ada"), "ada@example.com"),
            ("Müller & Co. <shop@münchen.example>", Some("Müller & Co."), "shop@xn--mnchen-3ya.example"),
        ] {
            let mailbox = mailbox(text, "/to").unwrap();
            assert_eq!((mailbox.name.as_deref(), mailbox.email.to_string().as_str()), (name, address), "{text}");
        }
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "a@b@",
            "ada@exa mple.com",
            "a@example.com, b@example.com",
            "<a@example.com",
        ] {
            let problem = mailbox(bad, "/to").unwrap_err();
            assert_eq!((problem.code.as_str(), problem.field.as_str()), ("mail.address", "/to"), "{bad}");
        }
    }
}
