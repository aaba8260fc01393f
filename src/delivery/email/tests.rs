//! The mailer against a scripted mail server on a loopback socket.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::net::TcpListener;

use super::scripted_server::{Act, Server, Wrap, patient};
use super::*;

fn mail() -> Mail {
    mail_to("nora@example.org")
}

fn mail_to(to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Your code for Rust Berlin".to_owned(),
        text: "Your code: 012345".to_owned(),
        html: "<b>012345</b>".to_owned(),
        group: "Rust Berlin".to_owned(),
        message_id: "c0ffee".to_owned(),
        date: Timestamp(1_700_000_000_000),
    }
}

fn well(_: usize, _: usize, _: &str) -> Option<Act> {
    None
}

/// Acts at one verb only.
fn at(verb: &'static str, act: Act) -> impl Fn(usize, usize, &str) -> Option<Act> {
    move |_, _, at| (at == verb).then_some(act)
}

fn not_sent(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::NotSent { .. })
}

fn misconfigured(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::Misconfigured { .. })
}

fn unknown(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::Unknown { .. })
}

#[tokio::test]
async fn a_mail_arrives_as_composed() {
    let server = Server::start(Wrap::Clear, "localhost", well).await;
    assert_eq!(server.mailer().send(&mail()).await, SendOutcome::Sent);
    assert_eq!(server.lines("MAIL"), ["0 MAIL FROM:<gate@example.org>"]);
    assert_eq!(server.lines("RCPT"), ["0 RCPT TO:<nora@example.org>"]);
    let seen = server.seen.lock().unwrap();
    let (_, wire) = seen.iter().find(|(_, line)| line.contains("Message-ID")).unwrap();
    assert!(wire.contains("Your code: 012345"));
    assert!(wire.contains("<b>012345</b>"));
}

#[tokio::test]
async fn before_the_mail_itself_every_breakdown_is_not_sent() {
    for verb in ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"] {
        let say = Act::Say("451 4.3.0 later");
        for act in [say, Act::Say("gibberish"), Act::Close, Act::Reset] {
            let server = Server::start(Wrap::Clear, "localhost", at(verb, act)).await;
            let outcome = server.mailer().send(&mail()).await;
            assert!(not_sent(&outcome), "{verb}: {outcome:?}");
        }
        let server = Server::start(Wrap::Clear, "localhost", at(verb, Act::Hang)).await;
        let outcome = server.hurried_mailer(100).send(&mail()).await;
        assert!(not_sent(&outcome), "{verb} hangs: {outcome:?}");
    }
    // A yes to another question than was asked.
    let server = Server::start(Wrap::Clear, "localhost", at("DATA", Act::Say("250 yes"))).await;
    assert!(not_sent(&server.mailer().send(&mail()).await));
}

#[tokio::test]
async fn after_the_final_dot_only_an_answer_counts() {
    for act in [Act::Say("gibberish"), Act::Say("354 more"), Act::Close, Act::Reset] {
        let server = Server::start(Wrap::Clear, "localhost", at(".", act)).await;
        let outcome = server.mailer().send(&mail()).await;
        assert!(unknown(&outcome), "{outcome:?}");
        assert_eq!(server.lines("MAIL").len(), 1, "never repeated by itself");
    }
    let server = Server::start(Wrap::Clear, "localhost", at(".", Act::Hang)).await;
    assert!(unknown(&server.hurried_mailer(500).send(&mail()).await));

    let say = |answer| at(".", Act::Say(answer));
    let server = Server::start(Wrap::Clear, "localhost", say("452 4.3.1 no room")).await;
    assert!(not_sent(&server.mailer().send(&mail()).await));
    let server = Server::start(Wrap::Clear, "localhost", say("554 5.7.1 spam")).await;
    assert_eq!(server.mailer().send(&mail()).await, SendOutcome::Refused(Refusal::Policy));
}

#[tokio::test]
async fn final_answers_name_who_is_at_fault() {
    let cases = [
        ("GREETING", "554 no service", "not_sent"),
        ("EHLO", "550 go away", "not_sent"),
        ("MAIL", "550 5.7.1 not your address", "misconfigured"),
        ("RCPT", "530 5.7.0 log in first", "misconfigured"),
        ("RCPT", "550 5.1.1 <nora@example.org> unknown", "refused"),
        ("DATA", "554 5.5.1 no", "refused"),
    ];
    for (verb, answer, label) in cases {
        let script = at(verb, Act::Say(answer));
        let server = Server::start(Wrap::Clear, "localhost", script).await;
        let outcome = server.mailer().send(&mail()).await;
        assert_eq!(outcome.label(), label, "{verb} {answer}");
        assert!(!format!("{outcome:?}").contains("nora"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_mail_also_after_a_refusal() {
    let script = |_: usize, mail: usize, verb: &str| {
        (verb == "RCPT" && mail == 1).then_some(Act::Say("550 5.1.1 no"))
    };
    // The refused mail never gets to its end, so the refusals would go on: one only.
    let refused = Arc::new(Mutex::new(false));
    let once = move |connection: usize, mail: usize, verb: &str| {
        let act = script(connection, mail, verb)?;
        let mut refused = refused.lock().unwrap();
        (!std::mem::replace(&mut *refused, true)).then_some(act)
    };
    let server = Server::start(Wrap::Clear, "localhost", once).await;
    let mailer = server.mailer();
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Refused(Refusal::NoSuchAddress));
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);

    assert_eq!(server.lines("EHLO").len(), 1);
    assert_eq!(server.lines("MAIL").len(), 3);
    assert_eq!(server.lines("RSET"), ["0 RSET"], "only the unfinished mail is taken back");
}

#[tokio::test]
async fn a_dead_kept_connection_is_replaced_once() {
    for (verb, act) in [
        ("MAIL", Act::Close),
        ("MAIL", Act::Reset),
        ("MAIL", Act::Say("421 4.4.2 idle for too long")),
        ("RCPT", Act::Close),
        ("DATA", Act::Reset),
    ] {
        // Every connection dies at its second mail, new ones included.
        let script =
            move |_: usize, mail: usize, at: &str| (mail == 1 && at == verb).then_some(act);
        let server = Server::start(Wrap::Clear, "localhost", script).await;
        let mailer = server.mailer();
        assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
        assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent, "{verb}");
        assert_eq!(server.lines("EHLO").len(), 2, "{verb}");
    }

    // The new one is no better: that is the end of it.
    let script = |connection: usize, mail: usize, verb: &str| {
        (connection + mail > 0 && verb == "MAIL").then_some(Act::Close)
    };
    let server = Server::start(Wrap::Clear, "localhost", script).await;
    let mailer = server.mailer();
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    assert!(not_sent(&mailer.send(&mail()).await));
    assert_eq!(server.lines("EHLO").len(), 2);
}

#[tokio::test]
async fn a_silent_kept_connection_is_given_up_before_the_send_is() {
    let script = |connection: usize, mail: usize, verb: &str| {
        (connection == 0 && mail == 1 && verb == "MAIL").then_some(Act::Hang)
    };
    let server = Server::start(Wrap::Clear, "localhost", script).await;
    let limits = EmailLimits { first_answer: Duration::from_millis(50), ..patient() };
    let mailer = Mailer::with_limits(&server.settings(Security::None), limits).unwrap();
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    assert_eq!(server.lines("MAIL").len(), 3);
}

#[tokio::test]
async fn a_kept_connection_that_dies_after_the_mail_leaves_it_unknown() {
    let script =
        |_: usize, mail: usize, verb: &str| (mail == 1 && verb == ".").then_some(Act::Close);
    let server = Server::start(Wrap::Clear, "localhost", script).await;
    let mailer = server.mailer();
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    assert!(unknown(&mailer.send(&mail()).await));
    assert_eq!(server.lines("EHLO").len(), 1);
}

#[tokio::test]
async fn an_idle_connection_is_sent_home() {
    let server = Server::start(Wrap::Clear, "localhost", well).await;
    let limits = EmailLimits { idle: Duration::from_millis(30), ..patient() };
    let mailer = Mailer::with_limits(&server.settings(Security::None), limits).unwrap();
    for connection in 0..2 {
        assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
        server.wait_for(connection, "QUIT").await;
    }
    assert_eq!(server.lines("EHLO").len(), 2);
}

#[tokio::test]
async fn closing_says_goodbye_and_sends_no_more() {
    let server = Server::start(Wrap::Clear, "localhost", well).await;
    let mailer = server.mailer();
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    mailer.close().await;
    assert_eq!(server.lines("QUIT"), ["0 QUIT"]);
    assert!(not_sent(&mailer.send(&mail()).await));
}

#[tokio::test]
async fn many_mails_at_once_share_a_few_connections() {
    let server = Server::start(Wrap::Clear, "localhost", well).await;
    let mailer = server.mailer();
    let sends = (0..200).map(|_| {
        let mailer = mailer.clone();
        tokio::spawn(async move { mailer.send(&mail()).await })
    });
    for outcome in futures_util::future::join_all(sends).await {
        assert_eq!(outcome.unwrap(), SendOutcome::Sent);
    }
    let connections = server.lines("EHLO").len();
    assert!((1..=8).contains(&connections), "{connections}");
    assert_eq!(server.lines("RCPT").len(), 200);
}

#[tokio::test]
async fn a_mail_on_a_kept_connection_does_not_wait_for_acks() {
    let server = Server::start(Wrap::Clear, "localhost", well).await;
    let mailer = server.mailer();
    let mut took = Vec::new();
    for _ in 0..100 {
        let begun = Instant::now();
        assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    // With Nagle's algorithm at work, 40 ms each. A busy machine makes some of them slow, not most.
    assert!(took[50] < Duration::from_millis(40), "{took:?}");
}

#[tokio::test]
async fn waiting_for_a_free_connection_counts() {
    let server = Server::start(Wrap::Clear, "localhost", at(".", Act::Hang)).await;
    let limits =
        EmailLimits { connections: 1, send: Duration::from_millis(1500), ..EmailLimits::default() };
    let mailer = Mailer::with_limits(&server.settings(Security::None), limits).unwrap();
    let (letter, other) = (mail(), mail());
    let (first, second) = tokio::join!(mailer.send(&letter), mailer.send(&other));
    assert!(unknown(&first), "{first:?}");
    assert!(not_sent(&second), "{second:?}");
}

#[tokio::test]
async fn tls_from_the_first_byte_with_login_and_a_private_root() {
    let server = Server::start(Wrap::Tls, "localhost", well).await;
    let mailer = server.safe_mailer(Security::Tls, true);
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    // base64("\0gate\0swordfish")
    assert_eq!(server.lines("AUTH"), ["0 AUTH PLAIN AGdhdGUAc3dvcmRmaXNo"]);
    let shown = format!("{mailer:?} {:?}", server.settings(Security::Tls));
    assert!(!shown.contains("swordfish"));
}

#[tokio::test]
async fn starttls_comes_before_everything_else() {
    let server = Server::start(Wrap::StartTls, "localhost", well).await;
    let mailer = server.safe_mailer(Security::StartTls, true);
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    let seen = server.seen.lock().unwrap();
    let verbs: Vec<&str> =
        seen.iter().map(|(_, line)| line.split(' ').next().unwrap()).take(5).collect();
    assert_eq!(verbs, ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]);
}

#[tokio::test]
async fn without_starttls_nothing_is_said_in_clear_text() {
    let quiet = |server: &Server| {
        ["MAIL", "AUTH", "RCPT", "DATA"].iter().all(|verb| server.lines(verb).is_empty())
    };
    let cases = [
        ("EHLO", Act::Say("250 no extensions"), "misconfigured"),
        ("STARTTLS", Act::Say("454 4.7.0 not now"), "not_sent"),
        ("STARTTLS", Act::Say("502 5.5.1 never"), "not_sent"),
        ("STARTTLS", Act::Close, "not_sent"),
        // Slipped in by somebody in between, in one packet with the answer, for after the handshake.
        ("STARTTLS", Act::Say("220 go\r\n250-evil\r\n250 AUTH PLAIN"), "not_sent"),
        ("GREETING", Act::Say("554 no"), "not_sent"),
    ];
    for (verb, act, label) in cases {
        let server = Server::start(Wrap::StartTls, "localhost", at(verb, act)).await;
        let outcome = server.safe_mailer(Security::StartTls, true).send(&mail()).await;
        assert_eq!(outcome.label(), label, "{outcome:?}");
        assert!(quiet(&server), "{verb}");
    }
}

/// lettre panics at such an answer.
#[tokio::test]
async fn an_extension_without_a_name_is_passed_over() {
    for blank in [" ", "\u{a0}\r \t"] {
        let listed = format!(
            "250-localhost\r\n250-{blank}\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 {blank}"
        );
        for wrap in [Wrap::Clear, Wrap::StartTls] {
            let script = at("EHLO", Act::Say(listed.clone().leak()));
            let server = Server::start(wrap, "localhost", script).await;
            let mailer = match wrap {
                Wrap::StartTls => server.safe_mailer(Security::StartTls, true),
                Wrap::Clear | Wrap::Tls => server.mailer(),
            };
            assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent, "{blank:?}");
        }
    }
}

/// What the fuzzer found in the second place.
#[tokio::test]
async fn an_extension_whose_name_is_half_a_line_end_is_passed_over() {
    let listed = at("EHLO", Act::Say("250-localhost\r\n250-\n\r\n250-\n\r x\r\n250 8BITMIME"));
    let server = Server::start(Wrap::Clear, "localhost", listed).await;
    assert_eq!(server.mailer().send(&mail()).await, SendOutcome::Sent);
}

#[tokio::test]
async fn a_line_without_end_is_nonsense_and_nothing_was_sent() {
    let endless = format!("250-{}", " x".repeat(1000)).leak();
    let server = Server::start(Wrap::Clear, "localhost", at("EHLO", Act::Say(endless))).await;
    let outcome = server.mailer().send(&mail()).await;
    assert!(not_sent(&outcome), "{outcome:?}");
    assert!(server.lines("MAIL").is_empty());
}

#[tokio::test]
async fn a_certificate_that_does_not_prove_the_name_is_not_trusted() {
    for (wrap, security) in [(Wrap::Tls, Security::Tls), (Wrap::StartTls, Security::StartTls)] {
        // Another host's, though from a trusted root.
        let server = Server::start(wrap, "mail.example.org", well).await;
        let outcome = server.safe_mailer(security, true).send(&mail()).await;
        assert!(not_sent(&outcome), "{outcome:?}");
        // The right name, from nobody we know.
        let server = Server::start(wrap, "localhost", well).await;
        let outcome = Mailer::new(&server.settings(security)).unwrap().send(&mail()).await;
        assert!(not_sent(&outcome), "{outcome:?}");
        assert!(server.lines("MAIL").is_empty());
    }
    // TLS spoken to a server that does not.
    let server = Server::start(Wrap::Clear, "localhost", well).await;
    let outcome = Mailer::new(&server.settings(Security::Tls)).unwrap().send(&mail()).await;
    assert!(not_sent(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_failed_login_is_the_hosts_unless_the_server_says_later() {
    let cases = [
        (Act::Say("535 5.7.8 wrong"), "misconfigured"),
        (Act::Say("454 4.7.0 later"), "not_sent"),
        (Act::Say("421 busy"), "not_sent"),
        (Act::Close, "not_sent"),
    ];
    for (act, label) in cases {
        let server = Server::start(Wrap::Tls, "localhost", at("AUTH", act)).await;
        let outcome = server.safe_mailer(Security::Tls, true).send(&mail()).await;
        assert_eq!(outcome.label(), label, "{outcome:?}");
        assert!(server.lines("MAIL").is_empty());
    }
    let none = at("EHLO", Act::Say("250-x\r\n250 AUTH GSSAPI"));
    let server = Server::start(Wrap::Tls, "localhost", none).await;
    assert!(misconfigured(&server.safe_mailer(Security::Tls, true).send(&mail()).await));
}

#[tokio::test]
async fn international_addresses_need_smtputf8() {
    let server = Server::start(Wrap::Clear, "localhost", well).await;
    let mailer = server.mailer();
    let nora = mail_to("jürgen@example.org");
    assert_eq!(mailer.send(&nora).await, SendOutcome::Refused(Refusal::NoSuchAddress));
    assert!(server.lines("MAIL").is_empty());
    assert_eq!(mailer.send(&mail()).await, SendOutcome::Sent);
    assert_eq!(server.lines("EHLO").len(), 1, "the connection is as good as before");

    let script = at("EHLO", Act::Say("250-x\r\n250-8BITMIME\r\n250 SMTPUTF8"));
    let server = Server::start(Wrap::Clear, "localhost", script).await;
    assert_eq!(server.mailer().send(&nora).await, SendOutcome::Sent);
    let wanted = ["0 MAIL FROM:<gate@example.org> SMTPUTF8 BODY=8BITMIME"];
    assert_eq!(server.lines("MAIL"), wanted);
    assert_eq!(server.lines("RCPT"), ["0 RCPT TO:<jürgen@example.org>"]);
}

#[tokio::test]
async fn nobody_there_is_not_sent() {
    let mut settings = Server::start(Wrap::Clear, "localhost", well).await.settings(Security::None);
    settings.port = {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        gone.local_addr().unwrap().port()
    };
    assert!(not_sent(&Mailer::new(&settings).unwrap().send(&mail()).await));

    settings.security = Security::Tls;
    settings.host = "no-such-host.invalid".to_owned();
    let limits = EmailLimits { send: Duration::from_secs(2), ..EmailLimits::default() };
    let outcome = Mailer::with_limits(&settings, limits).unwrap().send(&mail()).await;
    assert!(not_sent(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_check_says_what_it_found_or_what_to_do() {
    let server = Server::start(Wrap::Tls, "localhost", well).await;
    let found = server.safe_mailer(Security::Tls, true).check().await.unwrap();
    assert_eq!(found, format!("localhost:{}, TLS, logged in", server.port));
    assert_eq!(server.lines("NOOP").len(), 1);
    server.wait_for(0, "QUIT").await;
    assert!(server.lines("MAIL").is_empty());

    let refuse = at("AUTH", Act::Say("535 5.7.8 <gate> wrong password swordfish"));
    let server = Server::start(Wrap::Tls, "localhost", refuse).await;
    let error = server.safe_mailer(Security::Tls, true).check().await.unwrap_err();
    assert!(!error.is_retryable());
    let port = server.port;
    assert_eq!(
        error.to_string(),
        format!(
            "mail server localhost:{port}: it answered 535 5.7.8 to the login; check \
             email.username and email.password (many providers want an app password)"
        )
    );

    let server = Server::start(Wrap::Clear, "localhost", at("NOOP", Act::Hang)).await;
    let error = server.hurried_mailer(100).check().await.unwrap_err();
    assert!(error.is_retryable());
    assert!(error.to_string().contains("time ran out at NOOP"), "{error}");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let good = EmailSettings {
        host: "smtp.example.org".to_owned(),
        port: 465,
        security: Security::Tls,
        username: String::new(),
        password: None,
        from: "gate@example.org".to_owned(),
        ca_file: None,
    };
    assert!(Mailer::new(&good).is_ok());
    let said = |change: fn(&mut EmailSettings)| {
        let mut settings = good.clone();
        change(&mut settings);
        Mailer::new(&settings).unwrap_err().to_string()
    };
    assert_eq!(
        said(|s| s.security = Security::None),
        "email.security: \"none\" is for loopback only, and smtp.example.org is not; use \"tls\" \
         or \"starttls\""
    );
    assert!(said(|s| s.from = "Gate".to_owned()).starts_with("email.from: "));
    assert!(said(|s| s.host = "a b".to_owned()).starts_with("email.host: "));
    assert!(said(|s| s.username = "x".to_owned()).starts_with("email.password: "));
    assert!(said(|s| s.ca_file = Some("/nowhere.pem".into())).contains("/nowhere.pem"));
    assert!(said(|s| s.ca_file = Some("/dev/null".into())).contains("holds no certificate"));
}
