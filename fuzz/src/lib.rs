//! What several fuzz targets need: gates, a random source without chance, and servers on loopback
//! that say what the fuzzer wants.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use countersign::verification::code::Random;
use countersign::verification::effect::Channel;
use countersign::verification::gate::{Addresses, Gate, Gates, Mode, Password};
use countersign::verification::limits::Limits;
use countersign::verification::{GateId, Hidden, Timestamp};

/// Bytes that differ from each other, and are the same in every run.
pub struct Counting(u64);

impl Counting {
    #[must_use]
    pub fn new(seed: u64) -> Counting {
        Counting(seed)
    }
}

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = self.0.to_be_bytes()[0];
        }
    }
}

/// Those of the stored records of `tests/fixtures`, so that seeds made of them have gates.
pub const GATES: [GateId; 3] = [GateId(-1_001_234_567_890), GateId(-1_009_876_543_210), GateId(-1)];

/// One gate of each mode.
#[must_use]
pub fn gates() -> Gates {
    let modes = [
        Mode::JoinRequest,
        Mode::Restrict { remove_after: Some(Duration::from_secs(3600)) },
        Mode::PersonalLink,
    ];
    let gate = |(id, mode)| Gate {
        id,
        title: "Rust <b>Berlin</b>".to_owned(),
        mode,
        passwords: vec![Password {
            label: "members".to_owned(),
            hash: Hidden::new("compared outside"),
            expires: Some(Timestamp(2_000_000_000_000)),
            uses: Some(2),
        }],
        channels: vec![Channel::Email, Channel::Sms],
        listed: true,
        addresses: Addresses {
            countries: vec!["+49".to_owned()],
            roster: id == GATES[1],
            ..Addresses::default()
        },
        limits: Limits { hard_stop: 7, ..Limits::default() },
        raid: false,
        attended: id != GATES[2],
    };
    GATES.into_iter().zip(modes).map(|(id, mode)| (id, gate((id, mode)))).collect()
}

/// The number to which nothing said of a failure may refer.
pub const PHONE: &str = "+4915123456789";
/// The same for an address.
pub const EMAIL: &str = "nora.neu@example.org";
/// The same for a bot's token.
pub const TOKEN: &str = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";

/// Whatever was said of a failure: nothing personal in it, no secret, and short.
///
/// # Panics
/// If there is.
pub fn is_harmless(said: &str) {
    for secret in [PHONE, &PHONE[1..], EMAIL, "nora.neu", TOKEN, "AAEhBP0av18yWr0fmLXG6P"] {
        assert!(!said.contains(secret), "{said}");
    }
    assert!(said.len() < 600 && !said.contains(['\n', '\r']), "{said}");
}

/// Puts personal things where the fuzzer's bytes say `{to}`, `{mail}` or `{token}`.
#[must_use]
pub fn filled_in(bytes: &[u8]) -> Vec<u8> {
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let text = text.replace("{to}", PHONE).replace("{mail}", EMAIL).replace("{token}", TOKEN);
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

/// A server on loopback: on each connection it says what it was last told to, all at once, says
/// no more, and listens until the other side has had enough.
pub struct Server {
    pub address: SocketAddr,
    answers: Sender<Vec<u8>>,
}

impl Server {
    /// `after_request`: it waits for the other side to begin, as HTTP does.
    ///
    /// # Panics
    /// If there is no loopback.
    #[must_use]
    pub fn start(after_request: bool) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (answers, told) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            while let Ok(answer) = told.recv() {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let mut heard = [0; 4096];
                if after_request {
                    let _ = stream.read(&mut heard);
                }
                let _ = stream.write_all(&answer);
                let _ = stream.shutdown(Shutdown::Write);
                while stream.read(&mut heard).is_ok_and(|length| length > 0) {}
            }
        });
        Server { address, answers }
    }

    /// What it is to say on the next connection. There must be one.
    ///
    /// # Panics
    /// If its thread has ended.
    pub fn says(&self, answer: Vec<u8>) {
        self.answers.send(answer).expect("the server runs");
    }

    /// What it is to say on the next connection: an answer of HTTP.
    ///
    /// # Panics
    /// If its thread has ended.
    pub fn answers(&self, status: u16, headers: &str, body: &[u8]) {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n"
        );
        self.says([head.as_bytes(), body].concat());
    }
}

thread_local! {
    static RUNTIME: RefCell<tokio::runtime::Runtime> = RefCell::new(
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
    );
}

/// Waits for something, on this thread.
pub fn wait_for<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with_borrow(|runtime| runtime.block_on(future))
}
