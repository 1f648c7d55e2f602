//! The SMTP connector and the mailbox against a real SMTP server, aiosmtpd.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "../../tests/support/smtp.rs"]
mod server;

use serde_json::Value as Json;
use server::{Mode, SmtpServer, Wanted};
use tradewind_connectors::mailbox::Mailbox;
use tradewind_connectors::smtp::{Settings, Smtp, Tls};
use tradewind_connectors::{Attempt, Connector, Envelope, Secret, Sender, rendered};
use tradewind_nodes::effect::Payload;
use tradewind_nodes::id::EffectKey;
use tradewind_nodes::issue::Problem;
use tradewind_nodes::kinds::Email;
use tradewind_nodes::time::{Duration, Timestamp};

const KEY: &str = "00000000-0000-0000-0000-000000000007.welcome.1";
const LOGIN: Option<(&str, &str)> = Some(("tradewind", "correct horse"));

fn sender() -> Sender {
    "Müller & Co. <shop@mail.example.org>".parse().unwrap()
}

fn email(to: &str) -> Payload {
    let mail = Email {
        to: to.into(),
        reply_to: Some("help@example.org".into()),
        subject: "Grüße aus 東京 🚢 — und ein recht langer Betreff, der gefaltet werden muss".into(),
        html: "<h1>Grüß Gott</h1><p>.\r\n.dots and <a href=\"https://example.org/a\">a link</a></p>".into(),
        unsubscribe: true,
        locale: Some("de-AT".into()),
        ..Email::default()
    };
    Payload::of(&mail).unwrap()
}

fn settings(server: &SmtpServer, tls: Tls, password: &str) -> Settings {
    Settings {
        port: Some(server.port),
        tls,
        username: Some("tradewind".into()),
        password: Some(Secret::new(password)),
        timeout: Duration::from_secs(20),
        root_certificate: Some(server.root_certificate.clone()),
        ..Settings::new("localhost", sender())
    }
}

fn open(server: &SmtpServer) -> Settings {
    Settings { username: None, password: None, ..settings(server, Tls::None, "") }
}

async fn perform(connector: &dyn Connector, payload: &Payload) -> Attempt {
    let key: EffectKey = KEY.parse().unwrap();
    connector.perform(envelope(&key, payload)).await
}

fn envelope<'a>(key: &'a EffectKey, payload: &'a Payload) -> Envelope<'a> {
    let now = Timestamp::parse("2026-11-23T09:00:00Z").unwrap();
    Envelope { key, attempt: 1, payload, unsubscribe_url: Some("https://shop.example/u/abc"), now }
}

fn done(attempt: Attempt) -> Json {
    let Attempt::Done { output } = attempt else { panic!("{attempt:?}") };
    output
}
fn rejected(attempt: Attempt) -> Problem {
    let Attempt::Reject { problem } = attempt else { panic!("{attempt:?}") };
    problem
}
fn retried(attempt: Attempt) -> Problem {
    let Attempt::Retry { after: None, problem } = attempt else { panic!("{attempt:?}") };
    problem
}
fn reauthorise(attempt: Attempt) -> Problem {
    let Attempt::Reauthorise { problem } = attempt else { panic!("{attempt:?}") };
    problem
}

#[tokio::test]
async fn mail_goes_over_tls_with_a_login() {
    for (mode, tls) in [(Mode::Starttls, Tls::Starttls), (Mode::Implicit, Tls::Implicit)] {
        let server = SmtpServer::start(&Wanted { mode, login: LOGIN, replies: &[] });
        let connector = Smtp::new(settings(&server, tls, "correct horse")).unwrap();
        connector.check().await.unwrap();
        let output = done(perform(&connector, &email("ada@example.com")).await);
        assert_eq!(output["message_id"], format!("<{KEY}@mail.example.org>"));
        assert_eq!(output["response"], "2.0.0 taken");
        let mail = server.received();
        assert!(mail.tls && mail.login, "{mode:?}");
        assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("shop@mail.example.org", &["ada@example.com".to_owned()][..]));
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_rendered() {
    let server = SmtpServer::start(&Wanted { mode: Mode::Plain, login: None, replies: &[] });
    let connector = Smtp::new(open(&server)).unwrap();
    let payload = email("Ada Lövelace <ada@example.com>");
    done(perform(&connector, &payload).await);
    let mail = server.received();
    for (name, value) in [
        ("message-id", format!("<{KEY}@mail.example.org>")),
        ("x-tradewind-key", KEY.into()),
        ("list-unsubscribe", "<https://shop.example/u/abc>".into()),
        ("list-unsubscribe-post", "List-Unsubscribe=One-Click".into()),
        ("content-language", "de-AT".into()),
        ("reply-to", "help@example.org".into()),
        ("date", "Mon, 23 Nov 2026 09:00:00 +0000".into()),
        ("mime-version", "1.0".into()),
    ] {
        assert_eq!(mail.header(name), Some(value), "{name}");
    }
    // What Python's own parser makes of it, so that our encoder is not its own judge.
    let read = read_by_python(&mail.data);
    let key: EffectKey = KEY.parse().unwrap();
    let kept = rendered(&envelope(&key, &payload), &sender()).unwrap();
    assert_eq!(read["subject"], kept.subject);
    assert_eq!((&read["from"], &read["to"]), (&"Müller & Co. <shop@mail.example.org>".into(), &"Ada Lövelace <ada@example.com>".into()));
    assert_eq!(read["type"], "multipart/alternative");
    let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    assert_eq!(lines(read["html"].as_str().unwrap()), lines(&kept.html));
    assert_eq!(lines(read["text"].as_str().unwrap()), lines(&kept.text));
    assert_eq!(read["defects"], 0);

    done(perform(&connector, &payload).await);
    let again = server.received();
    assert_eq!(again.header("message-id"), mail.header("message-id"), "every attempt has the same id");
    assert_eq!(again.data, mail.data);
    assert_eq!(again.peer, mail.peer, "the connection is kept");
}

fn read_by_python(data: &str) -> Json {
    use std::io::Write;
    let script = "import sys, json, email, email.policy\n\
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
        part = lambda kind: m.get_body(preferencelist=(kind,)).get_content()\n\
        a = lambda h: f'{h.addresses[0].display_name} <{h.addresses[0].addr_spec}>'\n\
        print(json.dumps({'subject': str(m['subject']), 'from': a(m['from']), 'to': a(m['to']), 'type': m.get_content_type(),\n\
            'html': part('html'), 'text': part('plain'), 'defects': len(m.defects)}))\n";
    let mut python = std::process::Command::new("python3")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(data.as_bytes()).unwrap();
    serde_json::from_slice(&python.wait_with_output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn a_wrong_password_stops_the_connector() {
    for (mode, tls) in [(Mode::Starttls, Tls::Starttls), (Mode::Implicit, Tls::Implicit)] {
        let server = SmtpServer::start(&Wanted { mode, login: LOGIN, replies: &[] });
        let connector = Smtp::new(settings(&server, tls, "wrong horse")).unwrap();
        let problem = reauthorise(perform(&connector, &email("ada@example.com")).await);
        assert_eq!(problem.code, "smtp.credentials");
        assert!(problem.message.contains("smtp.password") && !problem.message.contains("horse"), "{}", problem.message);
        assert_eq!(connector.check().await.unwrap_err().code, "smtp.credentials");
        assert!(server.is_quiet());
    }
}

#[tokio::test]
async fn a_login_that_is_missing_stops_the_connector() {
    let server = SmtpServer::start(&Wanted { mode: Mode::Starttls, login: LOGIN, replies: &[] });
    let anonymous = Settings { username: None, password: None, ..settings(&server, Tls::Starttls, "") };
    let problem = reauthorise(perform(&Smtp::new(anonymous).unwrap(), &email("ada@example.com")).await);
    assert_eq!(problem.code, "smtp.credentials");
}

#[tokio::test]
async fn replies_about_the_recipient_are_told_apart() {
    let replies = [
        ("gone@example.com", "550 5.1.1 no such user"),
        ("spam@example.com", "550 5.7.1 looks like spam"),
        ("grey@example.com", "450 4.2.0 come back later"),
    ];
    let server = SmtpServer::start(&Wanted { mode: Mode::Plain, login: None, replies: &replies });
    let connector = Smtp::new(open(&server)).unwrap();
    let gone = rejected(perform(&connector, &email("gone@example.com")).await);
    assert_eq!(gone.code, "smtp.recipient");
    assert!(gone.message.contains("550") && gone.message.contains("no such user"), "{}", gone.message);
    assert_eq!(rejected(perform(&connector, &email("spam@example.com")).await).code, "smtp.rejected");
    assert_eq!(retried(perform(&connector, &email("grey@example.com")).await).code, "smtp.deferred");
    done(perform(&connector, &email("ada@example.com")).await);
    assert_eq!(server.received().to, ["ada@example.com"]);
    assert!(server.is_quiet());
    // This server has no SMTPUTF8: the address is at fault, not the connection.
    assert_eq!(rejected(perform(&connector, &email("jürgen@example.com")).await).code, "smtp.recipient");
}

#[tokio::test]
async fn a_server_that_is_gone_or_not_to_be_trusted_is_tried_again() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = Settings { port: Some(free), tls: Tls::None, ..Settings::new("127.0.0.1", sender()) };
    let connector = Smtp::new(gone).unwrap();
    assert_eq!(retried(perform(&connector, &email("ada@example.com")).await).code, "smtp.connection");
    assert_eq!(connector.check().await.unwrap_err().code, "smtp.connection");

    let server = SmtpServer::start(&Wanted { mode: Mode::Implicit, login: None, replies: &[] });
    let distrusting = Settings { root_certificate: None, username: None, password: None, ..settings(&server, Tls::Implicit, "") };
    let problem = retried(perform(&Smtp::new(distrusting).unwrap(), &email("ada@example.com")).await);
    assert!(matches!(problem.code.as_str(), "smtp.tls" | "smtp.connection"), "{problem:?}");
    assert!(server.is_quiet());
}

#[tokio::test]
async fn a_server_without_starttls_never_gets_the_password() {
    let server = SmtpServer::start(&Wanted { mode: Mode::Plain, login: None, replies: &[] });
    let connector = Smtp::new(settings(&server, Tls::Starttls, "correct horse")).unwrap();
    let problem = reauthorise(perform(&connector, &email("ada@example.com")).await);
    assert_eq!(problem.code, "smtp.settings");
    assert!(server.is_quiet());
}

#[tokio::test]
async fn a_silent_server_meets_the_deadline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let timeout = Duration::from_micros(100_000);
    let port = Some(listener.local_addr().unwrap().port());
    let connector = Smtp::new(Settings { port, tls: Tls::None, timeout, ..Settings::new("127.0.0.1", sender()) }).unwrap();
    assert_eq!(retried(perform(&connector, &email("ada@example.com")).await).code, "smtp.timeout");
    assert_eq!(connector.check().await.unwrap_err().code, "smtp.timeout");
}

/// The first talk is cut by its deadline between a command and its reply. Were its connection used again, the late reply
/// to DATA would be taken for the reply to the next mail's first command, and a mail counted as sent that was not.
#[tokio::test]
async fn a_connection_cut_in_mid_talk_is_never_used_again() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Some(listener.local_addr().unwrap().port());
    let server = tokio::spawn(async move {
        let mut talks = 0;
        while talks < 2 {
            let (stream, _) = listener.accept().await.unwrap();
            talks += 1;
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 test\r\n").await.unwrap();
            while let Ok(Some(line)) = lines.next_line().await {
                let reply: &[u8] = match line.get(..4).unwrap_or_default() {
                    "EHLO" => b"250 test\r\n",
                    // The first talk stops here until the client hangs up.
                    "MAIL" if talks == 1 => continue,
                    "MAIL" | "RCPT" | "NOOP" => b"250 ok\r\n",
                    "DATA" => b"354 go on\r\n",
                    _ if line == "." => b"250 taken\r\n",
                    _ => continue,
                };
                write.write_all(reply).await.unwrap();
                if line == "." {
                    break;
                }
            }
        }
        talks
    });
    let timeout = Duration::from_micros(500_000);
    let connector = Smtp::new(Settings { port, tls: Tls::None, timeout, pool: 1, ..Settings::new("127.0.0.1", sender()) }).unwrap();
    assert_eq!(retried(perform(&connector, &email("ada@example.com")).await).code, "smtp.timeout");
    assert_eq!(done(perform(&connector, &email("ada@example.com")).await)["response"], "taken");
    assert_eq!(server.await.unwrap(), 2);
}

#[tokio::test]
async fn many_mails_share_a_bounded_pool() {
    let server = SmtpServer::start(&Wanted { mode: Mode::Plain, login: None, replies: &[] });
    let connector = Smtp::new(Settings { pool: 2, ..open(&server) }).unwrap();
    assert_eq!(connector.concurrency(), 2);
    let payload = email("ada@example.com");
    let all = futures::future::join_all((0..20).map(|_| perform(&connector, &payload))).await;
    all.into_iter().for_each(|attempt| drop(done(attempt)));
    let peers: std::collections::BTreeSet<u64> = (0..20).map(|_| server.received().peer).collect();
    assert!(peers.len() <= 2, "{peers:?}");
}

#[tokio::test]
async fn the_mailbox_takes_and_refuses_what_smtp_does() {
    let server = SmtpServer::start(&Wanted { mode: Mode::Plain, login: None, replies: &[] });
    let smtp = Smtp::new(open(&server)).unwrap();
    let mailbox = Mailbox::new(sender());
    mailbox.check().await.unwrap();
    let good = email("ada@example.com");
    let output = done(perform(&mailbox, &good).await);
    assert_eq!((&output["message_id"], &output["mailbox"]), (&done(perform(&smtp, &good).await)["message_id"], &true.into()));
    let forged = Email { to: "a@example.com".into(), subject: "x\r\nBcc: e@example.com".into(), text: "x".into(), ..Email::default() };
    let forged = Payload::of(&forged).unwrap();
    for bad in [email("nobody"), forged] {
        let (left, right) = (rejected(perform(&mailbox, &bad).await), rejected(perform(&smtp, &bad).await));
        assert_eq!(left, right);
    }
}

#[test]
fn wrong_settings_name_their_field() {
    let base = || Settings::new("mail.example.org", sender());
    let user = || (Some("u".to_owned()), Some(Secret::new("p")));
    let refused = |settings| Smtp::new(settings).err().unwrap().field;
    assert_eq!(refused(Settings { host: " ".into(), ..base() }), "/host");
    assert_eq!(refused(Settings { pool: 0, ..base() }), "/pool");
    assert_eq!(refused(Settings { timeout: Duration::ZERO, ..base() }), "/timeout");
    assert_eq!(refused(Settings { username: user().0, ..base() }), "/password");
    assert_eq!(refused(Settings { password: user().1, ..base() }), "/username");
    assert_eq!(refused(Settings { username: user().0, password: user().1, tls: Tls::None, ..base() }), "/tls");
    assert_eq!(refused(Settings { root_certificate: Some("/no/such.pem".into()), ..base() }), "/root_certificate");
    assert_eq!(
        refused(Settings { root_certificate: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into()), ..base() }),
        "/root_certificate"
    );
}
