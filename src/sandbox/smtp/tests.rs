//! The pretend mail server seen through lettre.

use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::response::Response;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{Fault, Verb};
use crate::sandbox::World;

type Client = AsyncSmtpTransport<Tokio1Executor>;

fn trusting(world: &World) -> TlsParameters {
    let root = Certificate::from_pem(world.smtp.root_pem().as_bytes()).unwrap();
    TlsParameters::builder("127.0.0.1".to_owned()).add_root_certificate(root).build().unwrap()
}

fn client(port: u16, tls: Tls) -> Client {
    Client::builder_dangerous("127.0.0.1")
        .port(port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(60)))
        .pool_config(PoolConfig::new().max_size(1))
        .build()
}

fn with_login(port: u16, tls: Tls, password: &str, how: Mechanism) -> Client {
    Client::builder_dangerous("127.0.0.1")
        .port(port)
        .tls(tls)
        .credentials(Credentials::new("gate".into(), password.into()))
        .authentication(vec![how])
        .build()
}

fn letter(to: &str) -> Message {
    Message::builder()
        .from("Gate <gate@example.org>".parse::<Mailbox>().unwrap())
        .to(to.parse().unwrap())
        .subject("Ihr Schlüssel")
        .multipart(MultiPart::alternative_plain_html(
            "Grüße: 012345\n.\nhttps://t.me/demo_gate_bot?start=x".to_owned(),
            "<p>Grüße: <b>012345</b></p>".to_owned(),
        ))
        .unwrap()
}

async fn refused(client: &Client, to: &str) -> Option<u16> {
    status(&client.send(letter(to)).await.unwrap_err())
}

fn status(error: &lettre::transport::smtp::Error) -> Option<u16> {
    error.status().map(u16::from)
}

#[tokio::test]
async fn mails_arrive_through_every_door() {
    let world = World::start().await;
    let ports = world.smtp.ports();
    let doors = [
        (ports.clear, Tls::None, false),
        (ports.starttls, Tls::Required(trusting(&world)), true),
        (ports.tls, Tls::Wrapper(trusting(&world)), true),
    ];
    for (port, tls, encrypted) in doors {
        client(port, tls).send(letter("Nora@Example.org")).await.unwrap();
        let mail = world.mail_for("nora@example.org").await;
        assert_eq!(mail.encrypted, encrypted);
        assert_eq!(mail.to, "Nora@Example.org");
        assert_eq!(mail.from, "Gate <gate@example.org>");
        assert_eq!(mail.subject, "Ihr Schlüssel");
        assert_eq!(mail.text.trim(), "Grüße: 012345\n.\nhttps://t.me/demo_gate_bot?start=x");
        assert_eq!(mail.html.trim(), "<p>Grüße: <b>012345</b></p>");
        assert_eq!(mail.code(6), "012345");
        assert_eq!(mail.links(), ["https://t.me/demo_gate_bot?start=x"]);
        assert_eq!(mail.header("mime-version"), Some("1.0"));
    }
    assert_eq!((world.smtp.connections(), world.smtp.mail_count()), (3, 3));
}

#[tokio::test]
async fn the_certificate_is_checked_by_clients() {
    let world = World::start().await;
    let untrusting = TlsParameters::new("127.0.0.1".to_owned()).unwrap();
    let client = client(world.smtp.ports().tls, Tls::Wrapper(untrusting));
    assert!(client.send(letter("nora@example.org")).await.is_err());

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("root.pem");
    world.smtp.write_root(&file).unwrap();
    assert!(std::fs::read_to_string(file).unwrap().contains("BEGIN CERTIFICATE"));
}

#[tokio::test]
async fn a_login_is_checked() {
    let world = World::start().await;
    world.smtp.wants_login("gate", "right");
    let port = world.smtp.ports().tls;
    let tls = || Tls::Wrapper(trusting(&world));
    assert_eq!(refused(&client(port, tls()), "nora@example.org").await, Some(530));
    for how in [Mechanism::Plain, Mechanism::Login] {
        let wrong = with_login(port, tls(), "wrong", how);
        assert_eq!(refused(&wrong, "nora@example.org").await, Some(535));
        with_login(port, tls(), "right", how).send(letter("nora@example.org")).await.unwrap();
        assert_eq!(world.mail_for("nora@example.org").await.login.as_deref(), Some("gate"));
    }
    assert_eq!(world.smtp.logins(), 2);
}

#[tokio::test]
async fn every_verb_can_answer_no() {
    let world = World::start().await;
    world.smtp.wants_login("gate", "right");
    let ports = world.smtp.ports();
    let doors = [Verb::Banner, Verb::Ehlo, Verb::StartTls, Verb::Auth, Verb::Mail, Verb::Rcpt];
    for verb in doors.into_iter().chain([Verb::Data, Verb::Body]) {
        for code in ["451", "554"] {
            world.smtp.fails_next(verb, Fault::reply(&format!("{code} {}.3.0 no", &code[..1])));
            let tls = Tls::Required(trusting(&world));
            let client = with_login(ports.starttls, tls, "right", Mechanism::Plain);
            let refusal = client.send(letter("nora@example.org")).await.unwrap_err();
            assert_eq!(status(&refusal), code.parse().ok(), "{verb:?}: {refusal}");
        }
    }
    assert_eq!(world.smtp.mail_count(), 0);
}

#[tokio::test]
async fn every_verb_can_reset_or_hang() {
    let world = World::start().await;
    world.smtp.wants_login("gate", "right");
    let ports = world.smtp.ports();
    let verbs = [Verb::Connect, Verb::Banner, Verb::Ehlo, Verb::StartTls, Verb::Auth, Verb::Mail];
    for verb in verbs.into_iter().chain([Verb::Rcpt, Verb::Data, Verb::Body]) {
        let tls = || Tls::Required(trusting(&world));
        world.smtp.fails_next(verb, Fault::Reset);
        let client = with_login(ports.starttls, tls(), "right", Mechanism::Plain);
        let error = client.send(letter("nora@example.org")).await.unwrap_err();
        assert_eq!(status(&error), None, "{verb:?}: {error}");

        world.smtp.fails_next(verb, Fault::Hang);
        let client = with_login(ports.starttls, tls(), "right", Mechanism::Plain);
        let mut hanging = std::pin::pin!(client.send(letter("nora@example.org")));
        tokio::select! {
            result = &mut hanging => panic!("{verb:?} answered: {result:?}"),
            hit = world.smtp.faults_have_hit(world.patience()) => assert!(hit, "{verb:?}"),
        }
        let still = tokio::time::timeout(Duration::from_millis(50), hanging).await;
        assert!(still.is_err(), "{verb:?} answered: {still:?}");
    }
    assert_eq!(world.smtp.mail_count(), 0);

    world.smtp.fails_next(Verb::Body, Fault::AnswerLost);
    let client = client(ports.tls, Tls::Wrapper(trusting(&world)));
    world.smtp.fails_next(Verb::Connect, Fault::Reset);
    assert!(client.send(letter("nora@example.org")).await.is_err(), "implicit TLS");
    let client = with_login(ports.tls, Tls::Wrapper(trusting(&world)), "right", Mechanism::Plain);
    assert!(client.send(letter("nora@example.org")).await.is_err());
    world.mail_for("nora@example.org").await;
}

#[tokio::test]
async fn an_address_can_be_refused_and_idle_connections_closed() {
    let world = World::start().await;
    let client = client(world.smtp.ports().clear, Tls::None);
    world.smtp.refuses("nobody@example.org", "550 5.1.1 no such user");
    let refusal = client.send(letter("Nobody@example.org")).await.unwrap_err();
    assert_eq!(status(&refusal), Some(550));
    client.send(letter("nora@example.org")).await.unwrap();
    world.mail_for("nora@example.org").await;

    let connection = world.smtp.connections();
    world.smtp.hangs_up_on_idle();
    client.send(letter("nora@example.org")).await.unwrap();
    world.mail_for("nora@example.org").await;
    assert_eq!(world.smtp.connections(), connection + 1, "a new connection was needed");
}

#[tokio::test]
async fn a_client_out_of_order_is_a_violation() {
    use lettre::transport::smtp::client::SmtpConnection;
    use lettre::transport::smtp::commands::Data;
    use lettre::transport::smtp::extension::ClientId;

    let world = World::start().await;
    let port = world.smtp.ports().clear;
    let talk = move || -> Result<Response, lettre::transport::smtp::Error> {
        let id = ClientId::default();
        let mut connection = SmtpConnection::connect(("127.0.0.1", port), None, &id, None, None)?;
        connection.command(Data)
    };
    let refusal = tokio::task::spawn_blocking(talk).await.unwrap().unwrap_err();
    assert_eq!(status(&refusal), Some(503));
    assert_eq!(world.violations(), ["smtp: DATA before RCPT"]);
    world.forgive_violations();
}
