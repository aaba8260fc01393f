//! The texter against a scripted HTTP server on a loopback socket.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// What the server does with a request that it has read to its end.
#[derive(Clone)]
enum Act {
    /// Status line, further header lines (each with CRLF), body.
    Answer(u16, &'static str, String),
    /// Promises more body than it sends.
    CutOff(u16),
    Hang,
    Close,
    Reset,
}

struct Request {
    line: String,
    head: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
}

struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    async fn start(script: impl Fn(&str) -> Act + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, script) = (requests.clone(), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, script) = (seen.clone(), script.clone());
                tokio::spawn(async move { serve(stream, &seen, &*script).await });
            }
        });
        Server { port, requests }
    }

    async fn always(act: Act) -> Server {
        Server::start(move |_| act.clone()).await
    }

    fn settings(&self) -> SmsSettings {
        SmsSettings {
            account_sid: "AC123".to_owned(),
            auth: SmsAuth::Token(SecretString::from("swordfish")),
            sender: SmsSender::From("+15005550006".to_owned()),
            api_url: Url::parse(&format!("http://127.0.0.1:{}", self.port)).unwrap(),
            allowed_countries: vec!["+49".to_owned()],
        }
    }

    fn texter(&self) -> Texter {
        Texter::new(&self.settings()).unwrap()
    }

    async fn send(&self) -> SendOutcome {
        self.texter().send(&sms()).await
    }

    fn lines(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|request| request.line.clone()).collect()
    }
}

async fn serve(
    stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    script: &(dyn Fn(&str) -> Act + Send + Sync),
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mut head = BTreeMap::new();
        loop {
            let mut field = String::new();
            stream.read_line(&mut field).await?;
            let Some((name, value)) = field.trim_end().split_once(": ") else { break };
            head.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = head.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let query = format!("http://x/?{}", String::from_utf8(body).unwrap());
        let form = Url::parse(&query).unwrap().query_pairs().into_owned().collect();
        let line = line.trim_end().to_owned();
        let act = script(&line);
        seen.lock().unwrap().push(Request { line, head, form });
        let answer = match act {
            Act::Answer(status, fields, body) => format!(
                "HTTP/1.1 {status} Scripted\r\n{fields}Content-Length: {}\r\n\r\n{body}",
                body.len()
            ),
            Act::CutOff(status) => {
                let answer = format!("HTTP/1.1 {status} Cut\r\nContent-Length: 999\r\n\r\n{{");
                return stream.write_all(answer.as_bytes()).await;
            }
            Act::Hang => {
                stream.read_line(&mut String::new()).await?;
                return Ok(());
            }
            Act::Close => return Ok(()),
            Act::Reset => return stream.get_ref().set_zero_linger(),
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

fn sms() -> Sms {
    Sms {
        to: "+4915123456789".to_owned(),
        body: "Rust Berlin: 012345 & amber falcon".to_owned(),
        validity: Duration::from_secs(540),
    }
}

fn made() -> Act {
    let body = r#"{"sid":"SM1","status":"queued","error_code":null,"to":"+4915123456789"}"#;
    Act::Answer(201, "", body.to_owned())
}

/// An error as Twilio words it, with the number in the message.
fn error(status: u16, code: u32) -> Act {
    let body = format!(
        r#"{{"code":{code},"message":"about +4915123456789","more_info":"x","status":{status}}}"#
    );
    Act::Answer(status, "", body)
}

#[tokio::test]
async fn a_message_is_posted_as_twilio_wants_it() {
    let server = Server::always(made()).await;
    assert_eq!(server.send().await, SendOutcome::Sent);

    let requests = server.requests.lock().unwrap();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!(request.line, "POST /2010-04-01/Accounts/AC123/Messages.json HTTP/1.1");
    assert_eq!(request.head["content-type"], "application/x-www-form-urlencoded");
    let basic = format!("Basic {}", BASE64_STANDARD.encode("AC123:swordfish"));
    assert_eq!(request.head["authorization"], basic);
    let form: Vec<(&str, &str)> =
        request.form.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(
        form,
        [
            ("Body", "Rust Berlin: 012345 & amber falcon"),
            ("From", "+15005550006"),
            ("To", "+4915123456789"),
            ("ValidityPeriod", "540"),
        ]
    );
}

#[tokio::test]
async fn an_api_key_and_a_messaging_service_take_their_places() {
    let server = Server::always(made()).await;
    let mut settings = server.settings();
    let secret = SecretString::from("sesame");
    settings.auth = SmsAuth::ApiKey { sid: "SK9".to_owned(), secret };
    settings.sender = SmsSender::MessagingService("MG7".to_owned());
    settings.api_url.set_path("/behind/a/proxy/");
    assert_eq!(Texter::new(&settings).unwrap().send(&sms()).await, SendOutcome::Sent);

    let requests = server.requests.lock().unwrap();
    let line = "POST /behind/a/proxy/2010-04-01/Accounts/AC123/Messages.json HTTP/1.1";
    assert_eq!(requests[0].line, line);
    let basic = format!("Basic {}", BASE64_STANDARD.encode("SK9:sesame"));
    assert_eq!(requests[0].head["authorization"], basic);
    assert_eq!(requests[0].form["MessagingServiceSid"], "MG7");
    assert!(!requests[0].form.contains_key("From"));
}

#[tokio::test]
async fn the_validity_stays_within_twilios_bounds() {
    let server = Server::always(made()).await;
    let texter = server.texter();
    for validity in [Duration::ZERO, Duration::from_millis(59_900), Duration::MAX] {
        assert_eq!(texter.send(&Sms { validity, ..sms() }).await, SendOutcome::Sent);
    }
    let requests = server.requests.lock().unwrap();
    let sent: Vec<&str> = requests.iter().map(|r| r.form["ValidityPeriod"].as_str()).collect();
    assert_eq!(sent, ["1", "59", "36000"]);
}

#[tokio::test]
async fn refusals_are_sorted_by_code() {
    use Refusal::{NoSuchAddress, NotMobile, NotServed, OptedOut, Policy};
    for (status, code, refusal) in [
        (400, 21211, NoSuchAddress),
        (400, 21614, NotMobile),
        (400, 21612, NotMobile),
        (400, 21635, NotMobile),
        (403, 21408, NotServed),
        (400, 21608, NotServed),
        (400, 21610, OptedOut),
        (400, 99999, Policy),
    ] {
        let outcome = Server::always(error(status, code)).await.send().await;
        assert_eq!(outcome, SendOutcome::Refused(refusal), "{code}");
    }
}

#[tokio::test]
async fn what_the_host_must_mend_is_told_apart_and_quotes_no_number() {
    let acts = [
        error(401, 20003),
        error(403, 20003),
        error(404, 20404),
        error(400, 21606),
        error(403, 12345),
        Act::Answer(401, "", "<html>".to_owned()),
        Act::Answer(307, "Location: /elsewhere\r\n", String::new()),
        Act::Answer(302, "Location: /elsewhere\r\n", String::new()),
    ];
    for act in acts {
        let server = Server::always(act).await;
        let outcome = server.send().await;
        assert!(matches!(outcome, SendOutcome::Misconfigured { .. }), "{outcome:?}");
        assert!(!format!("{outcome:?}").contains("49151"), "{outcome:?}");
        assert_eq!(server.lines().len(), 1, "no redirect is followed");
    }
}

#[tokio::test]
async fn too_much_at_once_was_not_sent_and_says_how_long_to_wait() {
    let wait = |fields, code: u32| {
        let body = format!(r#"{{"code":{code},"message":"Too Many Requests","status":429}}"#);
        Act::Answer(429, fields, body)
    };
    let cases = [
        (wait("Retry-After: 7\r\n", 20429), Some(Duration::from_secs(7))),
        (wait("", 20429), None),
        (wait("Retry-After: soon\r\n", 63038), None),
        (wait("Retry-After: 18446744073709551615\r\n", 20429), Some(LONGEST_WAIT)),
        (Act::Answer(429, "Retry-After: 2\r\n", "busy".to_owned()), Some(Duration::from_secs(2))),
        (error(400, 21611), None),
    ];
    for (act, wanted) in cases {
        let outcome = Server::always(act).await.send().await;
        let SendOutcome::NotSent { retry_after, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(retry_after, wanted);
    }
}

#[tokio::test]
async fn whatever_may_have_been_taken_is_unknown_and_asked_once() {
    let text = |status, body: &str| Act::Answer(status, "", body.to_owned());
    let acts = [
        error(500, 20500),
        text(503, "busy"),
        text(201, "<html>welcome</html>"),
        text(200, "{}"),
        text(201, r#"{"sid":"","status":"queued","error_code":null}"#),
        text(201, r#"{"sid":"SM1","status":"undelivered","error_code":30008}"#),
        text(201, r#"{"sid":"SM1","status":"failed","error_code":98765}"#),
        text(201, &" ".repeat(ANSWER_LENGTH + 1)),
        Act::CutOff(201),
        Act::Close,
        Act::Reset,
    ];
    for act in acts {
        let server = Server::always(act).await;
        let outcome = server.send().await;
        assert!(matches!(outcome, SendOutcome::Unknown { .. }), "{outcome:?}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_request_that_hangs_is_unknown() {
    let server = Server::always(Act::Hang).await;
    let limits = SmsLimits { connect: Duration::from_secs(5), request: Duration::from_millis(500) };
    let texter = Texter::with_limits(&server.settings(), limits).unwrap();
    let outcome = texter.send(&sms()).await;
    assert!(matches!(outcome, SendOutcome::Unknown { .. }), "{outcome:?}");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_message_that_failed_at_once_is_not_taken_for_sent() {
    let send =
        async |body: &str| Server::always(Act::Answer(201, "", body.to_owned())).await.send().await;
    let landline = send(r#"{"sid":"SM1","status":"failed","error_code":30006}"#).await;
    assert_eq!(landline, SendOutcome::Refused(Refusal::NotMobile));
    let stopped = send(r#"{"sid":"SM1","status":"queued","error_code":21610}"#).await;
    assert_eq!(stopped, SendOutcome::Refused(Refusal::OptedOut));
    let failed = send(r#"{"sid":"SM1","status":"failed","error_code":null}"#).await;
    assert!(matches!(failed, SendOutcome::NotSent { .. }), "{failed:?}");
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    // Nobody listens.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let refused = Server { port, requests: Arc::default() }.send().await;
    assert!(matches!(refused, SendOutcome::NotSent { .. }), "{refused:?}");

    // Somebody listens who speaks no TLS.
    let server = Server::always(Act::Close).await;
    let mut settings = server.settings();
    settings.api_url = Url::parse(&format!("https://localhost:{}", server.port)).unwrap();
    let outcome = Texter::new(&settings).unwrap().send(&sms()).await;
    assert!(matches!(outcome, SendOutcome::NotSent { .. }), "{outcome:?}");

    // The handshake never ends, and the limits are set unwisely.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    settings.api_url = Url::parse(&format!("https://127.0.0.1:{port}")).unwrap();
    let limits =
        SmsLimits { connect: Duration::from_secs(60), request: Duration::from_millis(400) };
    let outcome = Texter::with_limits(&settings, limits).unwrap().send(&sms()).await;
    assert!(matches!(outcome, SendOutcome::NotSent { .. }), "{outcome:?}");
}

#[tokio::test]
async fn an_untrusted_certificate_gets_no_credentials() {
    use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(pair.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![pair.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let accepted = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.is_ok()
    });
    let mut settings = Server { port, requests: Arc::default() }.settings();
    settings.api_url = Url::parse(&format!("https://localhost:{port}")).unwrap();
    let outcome = Texter::new(&settings).unwrap().send(&sms()).await;
    assert!(matches!(outcome, SendOutcome::NotSent { .. }), "{outcome:?}");
    assert!(!accepted.await.unwrap());
}

#[tokio::test]
async fn a_check_fetches_the_account_and_sends_nothing() {
    let account = |kind: &str, status: &str| {
        let body = format!(r#"{{"sid":"AC123","status":"{status}","type":"{kind}"}}"#);
        Act::Answer(200, "", body)
    };
    let server = Server::always(account("Full", "active")).await;
    let host = format!("127.0.0.1:{}", server.port);
    assert_eq!(server.texter().check().await.unwrap(), format!("{host}, account active"));
    assert_eq!(server.lines(), ["GET /2010-04-01/Accounts/AC123.json HTTP/1.1"]);

    let server = Server::always(account("Trial", "active")).await;
    assert!(server.texter().check().await.unwrap().contains("verified numbers only"));
    let server = Server::always(account("Full", "suspended")).await;
    assert!(server.texter().check().await.unwrap_err().to_string().contains("not active"));
}

#[tokio::test]
async fn a_standard_api_key_is_not_called_wrong() {
    // Such a key may not look at the account itself: Twilio says 20003 to that.
    let key = |server: &Server| {
        let mut settings = server.settings();
        let secret = SecretString::from("sesame");
        settings.auth = SmsAuth::ApiKey { sid: "SK9".to_owned(), secret };
        Texter::new(&settings).unwrap()
    };
    let list = || Act::Answer(200, "", r#"{"messages":[]}"#.to_owned());
    let server = Server::start(move |line| match line.contains("/Messages.json") {
        true => list(),
        false => error(401, 20003),
    })
    .await;
    assert!(key(&server).check().await.unwrap().ends_with("API key accepted"));
    assert_eq!(
        server.lines()[1],
        "GET /2010-04-01/Accounts/AC123/Messages.json?PageSize=1 HTTP/1.1"
    );
    // With the account's own token the same answer is final.
    assert!(server.texter().check().await.is_err());

    let server = Server::always(error(401, 20003)).await;
    assert!(key(&server).check().await.is_err());
}

#[tokio::test]
async fn a_failed_check_says_what_to_do() {
    let said = async |act| {
        let server = Server::always(act).await;
        let error = server.texter().check().await.unwrap_err();
        (error.to_string().replace(&server.port.to_string(), "PORT"), error.is_retryable())
    };
    let (text, retryable) = said(error(401, 20003)).await;
    assert_eq!(
        text,
        "Twilio at 127.0.0.1:PORT: it answered 401, error 20003; check sms.account_sid and \
         sms.auth_token, or sms.api_key_sid and sms.api_key_secret"
    );
    assert!(!retryable);
    assert!(said(error(503, 20503)).await.1);
    assert!(said(Act::Close).await.0.contains("the connection broke"));
    assert!(said(Act::Answer(200, "", "hello".to_owned())).await.0.contains("sms.api_url"));
    let (text, _) = said(Act::Answer(301, "Location: /x\r\n", String::new())).await;
    assert!(text.contains("redirects are not followed"), "{text}");
}

#[test]
fn credentials_never_go_out_in_clear_text_nor_into_debug() {
    let settings = |url: &str| SmsSettings {
        account_sid: "AC123".to_owned(),
        auth: SmsAuth::Token(SecretString::from("swordfish")),
        sender: SmsSender::From("+15005550006".to_owned()),
        api_url: Url::parse(url).unwrap(),
        allowed_countries: Vec::new(),
    };
    let error = Texter::new(&settings("http://api.example.org")).unwrap_err().to_string();
    assert_eq!(
        error,
        "sms.api_url: api.example.org must be reached by https; http is for loopback only"
    );
    assert!(Texter::new(&settings("ftp://127.0.0.1")).is_err());
    assert!(Texter::new(&settings("https://api.twilio.com")).is_ok());
    assert!(Texter::new(&settings("http://[::1]:99")).is_ok());

    let settings = settings("https://api.twilio.com");
    let shown = format!("{settings:?} {:?} {:?}", Texter::new(&settings).unwrap(), sms());
    assert!(!shown.contains("swordfish") && !shown.contains("012345"), "{shown}");
}
