//! A mail server as one address.

use percent_encoding::percent_decode_str;
use tradewind_connectors::smtp::{Settings, Tls};
use tradewind_connectors::{Secret, Sender};
use url::Url;

const WANTED: &str =
    "write smtps://user:password@host:465, smtp://user:password@host:587, or smtp://host:25?tls=none; write @ in a password as %40";

/// The server at `text`. The complaint does not repeat it: it may hold a password.
pub fn read(text: &str, from: Sender) -> Result<Settings, String> {
    let url = Url::parse(text).map_err(|_| WANTED.to_owned())?;
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(WANTED)?;
    let mut settings = Settings::new(host, from);
    settings.tls = match url.scheme() {
        "smtps" => Tls::Implicit,
        "smtp" => Tls::Starttls,
        _ => return Err(WANTED.into()),
    };
    for (name, value) in url.query_pairs() {
        settings.tls = match (&*name, &*value) {
            ("tls", "none") => Tls::None,
            ("tls", "starttls") => Tls::Starttls,
            ("tls", "implicit") => Tls::Implicit,
            _ => return Err(WANTED.into()),
        };
    }
    settings.port = url.port();
    if !url.username().is_empty() {
        settings.username = Some(decoded(url.username())?);
        settings.password = url.password().map(decoded).transpose()?.map(Secret::new);
    }
    Ok(settings)
}

fn decoded(text: &str) -> Result<String, String> {
    percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| WANTED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_says_how_the_connection_is_protected() {
        let from: Sender = "a@example.com".parse().unwrap();
        let read = |text: &str| super::read(text, from.clone());
        let plain = read("smtp://localhost:1025?tls=none").unwrap();
        assert_eq!((plain.tls, plain.port, plain.username), (Tls::None, Some(1025), None));
        assert_eq!(read("smtps://h").unwrap().tls, Tls::Implicit);
        assert_eq!(read("smtp://h").unwrap().tls, Tls::Starttls);
        for bad in ["h:25", "http://h", "smtp://", "smtp://h?tls=maybe", "smtp://h?x=1"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
