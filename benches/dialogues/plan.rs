//! What both that the bot is compared with have to know: where everything is, the stages of a
//! dialogue, and what is said in it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign::sandbox::World;
use serde::{Deserialize, Serialize};

/// Where everything is.
#[derive(Serialize, Deserialize)]
pub struct Plan {
    pub telegram: SocketAddr,
    pub token: String,
    pub smtp: SocketAddr,
    pub twilio: SocketAddr,
    pub account: String,
    /// User and password of HTTP's basic authentication.
    pub login: String,
    pub group: i64,
    pub journal: PathBuf,
}

impl Plan {
    /// # Panics
    /// If this is no plan.
    pub fn read(path: &Path) -> Plan {
        let plan = std::fs::read(path).expect("a plan");
        serde_json::from_slice(&plan).expect("a plan")
    }

    pub fn of(world: &World, journal: &Path) -> Plan {
        let at = |url: String| {
            let address = url.strip_prefix("http://").and_then(|address| address.parse().ok());
            address.expect("a pretend server on loopback")
        };
        let account = world.twilio.account();
        Plan {
            telegram: at(world.telegram.url()),
            token: world.token(),
            smtp: SocketAddr::from(([127, 0, 0, 1], world.smtp.ports().clear)),
            twilio: at(world.twilio.url()),
            account: account.sid.clone(),
            login: BASE64_STANDARD.encode(format!("{}:{}", account.sid, account.auth_token)),
            group: world.group().id(),
            journal: journal.to_owned(),
        }
    }
}

/// Where somebody is.
#[derive(Clone, Debug)]
pub enum Stage {
    Password,
    Channel,
    Address { by_sms: bool },
    Confirms { to: String, by_sms: bool },
    Code { code: String },
}

// What is said, about as long as the bot's.
pub const HELLO: &str = "Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.\n\nPlease <b>type the password</b> and send it to me. You have 3 tries.\n\nI remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety";
pub const HOW: &str = "Thank you. How may I send you your code?";
pub const WHERE: &str =
    "Please type the e-mail address or type the mobile number that I may send your code to.";
pub const SHALL_I: &str = "Shall I send the code by this way to";
pub const SENT: &str = "I have sent your code. It is valid for 10 minutes. The message has the same two words in it as this chat: amber falcon. Please type the code here.";
pub const WELCOME: &str = "<b>Welcome!</b> The door is open: you are in the group now.";
pub const NOTED: &str = "Noted.";

/// With the CRLFs that SMTP wants still to be made.
pub const LETTER: &str = "From: Gate <gate@example.org>
To: <‹to›>
Subject: Your code for Rust Berlin
Date: Tue, 14 Nov 2023 22:13:20 +0000
Message-ID: <‹code›@example.org>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hello,

your code for the group Rust Berlin is ‹code›. It is valid for 10 minutes. The chat shows the same
two words as this mail: amber falcon. If you did not ask for it, somebody has typed your address
by mistake, and you need not do anything.
.
";
