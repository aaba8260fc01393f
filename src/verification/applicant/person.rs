//! What is kept of one person: at each gate where they stand, what they have tried, and what lasts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::helping::Asks;
use super::muted::Mute;
use super::stepping_in::{Acting, Approval};
use super::terms::Terms;
use crate::verification::address::Address;
use crate::verification::compact;
use crate::verification::effect::Channel;
use crate::verification::gate::{Gate, Gates};
use crate::verification::limits::{Elsewhere, Sends, Tally};
use crate::verification::text::HelpStep;
use crate::verification::{ChallengeId, ChatId, GateId, Language, Name, Timestamp};

/// One person, and their dialogue at each gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub language: Language,
    /// As last seen.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub name: Option<Name>,
    /// The private chat with them, once known.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub chat: Option<ChatId>,
    /// The gate that what they write is about.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub active: Option<GateId>,
    /// Whether the keyboard that offers to share one's phone number is up.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub sharing: bool,
    /// Their newest keyboard hangs below an address in full, which must not stay: at this gate.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub confirming: Option<GateId>,
    /// The number of their newest keyboard: only its buttons work.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub serial: u32,
    /// Boxed: a map takes room for eleven at once.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub gates: BTreeMap<GateId, Box<Applicant>>,
}

/// One person before one gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Applicant {
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub stage: Stage,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub tally: Tally,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub sends: Sends,
    /// The join request that waits to be approved.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub request: Option<JoinRequest>,
    /// Where the latest code went or is to go; gone with the end of the dialogue.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub address: Option<Address>,
    /// The code that opens the gate now.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub challenge: Option<Challenge>,
    /// Codes that were replaced, so that a late one is recognised.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub replaced: Vec<Challenge>,
    /// How many codes were issued in this dialogue: what people see as "code 2".
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub number: u32,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub touched: Option<Timestamp>,
    /// When a [`What::Woken`](crate::verification::event::What::Woken) is due.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub wake: Option<Timestamp>,
    /// The labels of the passwords that they typed right: each is counted once.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub labels: BTreeSet<String>,
    /// The limits and channels under which the open dialogue began.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub terms: Option<Terms>,
    /// An address (keyed hash) that they have proved to be theirs, and are not in by yet.
    #[serde(skip_serializing_if = "compact::says_nothing", with = "compact::maybe_hash")]
    pub claim: Option<[u8; 32]>,
    /// The addresses (keyed hashes) that have let them in.
    #[serde(skip_serializing_if = "compact::says_nothing", with = "compact::hashes")]
    pub holds: Vec<[u8; 32]>,
    /// A join request that does not count here and is to be declined. Declined at once, it would
    /// close the only way to write to them.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub unwanted: Option<JoinRequest>,
    /// They are in the group, may not write there, and have to pass.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub mute: Option<Mute>,
    /// They were muted by an order that came too late, and are to be freed from that.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub unmute: bool,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub approved: Option<Approval>,
    /// What an admin does for them, until it has come to its end.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub acting: Option<Acting>,
    /// An admin turned them down while the group was being opened: should that succeed all the
    /// same, they are removed.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub turned_down: bool,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub asks: Asks,
    /// The group could not be opened for want of rights; it is tried again once it can be.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub stuck: bool,
    /// They could not be written to within the five minutes after their join request, and were
    /// counted for that.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub missed: bool,
    /// The last address that they proved in the open dialogue did not let them in.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub turned_back: Option<TurnedBack>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// No dialogue is open.
    #[default]
    New,
    /// Telegram is asked whether they are in the group already.
    Arriving,
    Password,
    /// The password was right; how shall the code travel?
    Channel,
    Address {
        channel: Channel,
    },
    /// Shown the address, waiting for Send.
    Confirm {
        address: Address,
    },
    /// A code was asked for; `same`: they were asked whether to send a new one.
    Code {
        same: bool,
    },
    /// The code was right; the group is being opened.
    Admitting,
    /// Admitted by us. `address`, `masked`: what remains of the address.
    Admitted {
        at: Timestamp,
        joined: bool,
        link: Option<String>,
        #[serde(with = "compact::hash")]
        address: [u8; 32],
        masked: String,
    },
    /// Somebody else let them in.
    Member,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    pub at: Timestamp,
    pub query_id: Option<String>,
    /// Until when they may be written to by it.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// One issued code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub id: ChallengeId,
    pub number: u32,
    /// The code's keyed hash.
    #[serde(with = "compact::hash")]
    pub code: [u8; 32],
    /// The keyed hash of the address that it went to.
    #[serde(with = "compact::hash")]
    pub address: [u8; 32],
    pub digits: u8,
    pub phrase: String,
    pub expires: Timestamp,
    pub delivery: Delivery,
    /// The id that the group had then, if it has another one now: the hashes are bound to it.
    #[serde(default)]
    pub issued_at: Option<GateId>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    Queued,
    /// Tried in vain, and said so.
    Delayed,
    Sent,
    /// Maybe sent: nobody can tell.
    Unknown,
}

/// An address that somebody proved, and that does not let them in. Masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TurnedBack {
    /// Its domain or dial code is not allowed (any more).
    NotAllowed {
        masked: String,
    },
    NotOnRoster {
        masked: String,
    },
    /// It has let in as many accounts as it may.
    Taken {
        masked: String,
    },
}

impl Stage {
    /// Whether a dialogue is under way.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Stage::Arriving
            | Stage::Password
            | Stage::Channel
            | Stage::Address { .. }
            | Stage::Confirm { .. }
            | Stage::Code { .. }
            | Stage::Admitting => true,
            Stage::New | Stage::Admitted { .. } | Stage::Member => false,
        }
    }

    pub(super) fn help_step(&self) -> HelpStep {
        match self {
            Stage::New | Stage::Arriving => HelpStep::Nothing,
            Stage::Password => HelpStep::Password,
            Stage::Channel => HelpStep::Channel,
            Stage::Address { channel: Channel::Email } => HelpStep::Email,
            Stage::Address { channel: Channel::Sms } => HelpStep::Phone,
            Stage::Confirm { .. } => HelpStep::Confirm,
            Stage::Code { .. } => HelpStep::Code,
            Stage::Admitting => HelpStep::Admitting,
            Stage::Admitted { joined: false, .. } => HelpStep::Link,
            Stage::Admitted { joined: true, .. } | Stage::Member => HelpStep::Admitted,
        }
    }
}

impl Person {
    /// Whether nothing in here would be missed.
    #[must_use]
    pub fn is_forgettable(&self) -> bool {
        self.gates.is_empty() && self.serial == 0
    }

    /// Wrong tries and locks at all gates but this one.
    #[must_use]
    pub fn elsewhere(&self, gate: GateId) -> Elsewhere {
        let others = self.gates.iter().filter(|(id, _)| **id != gate);
        others.fold(Elsewhere::default(), |sum, (_, applicant)| Elsewhere {
            wrong: sum.wrong.saturating_add(applicant.tally.wrong()),
            locks: sum.locks.saturating_add(applicant.tally.locks),
        })
    }

    /// Whether a gate on duty waits for something that they do, or they for it.
    #[must_use]
    pub fn is_under_way(&self, gates: &Gates) -> bool {
        self.gates.iter().any(|(id, applicant)| {
            gates.contains_key(id) && (applicant.stage.is_open() || applicant.mute.is_some())
        })
    }

    /// Whether a code that is still to be sent is the one that opens the gate.
    #[must_use]
    pub fn awaits(&self, gate: GateId, challenge: ChallengeId) -> bool {
        let live = self.gates.get(&gate).and_then(|applicant| applicant.challenge.as_ref());
        live.is_some_and(|live| live.id == challenge)
    }
}

impl Applicant {
    /// Ends the dialogue: everything goes but the counts, and what outlasts it.
    pub(super) fn close(&mut self, stage: Stage) {
        self.stage = stage;
        self.request = None;
        self.address = None;
        self.challenge = None;
        self.replaced.clear();
        self.number = 0;
        self.terms = None;
        self.stuck = false;
        self.missed = false;
        self.turned_back = None;
    }

    /// Whether nothing in here would be missed on `today`, at this gate.
    pub(super) fn is_blank(&self, today: i64, gate: &Gate) -> bool {
        self.is_clean(gate) && self.sends.day != today && self.asks.day != today
    }

    /// Whether no dialogue is open, no try was wrong, and nothing was decided about them: this is
    /// forgotten in time.
    pub(super) fn is_clean(&self, gate: &Gate) -> bool {
        // Whoever comes again by a password of limited use must not use it up.
        let mut limited = gate.passwords.iter().filter(|password| password.uses.is_some());
        matches!(self.stage, Stage::New | Stage::Member)
            && Tally { told: None, ..self.tally.clone() } == Tally::default()
            && !limited.any(|password| self.labels.contains(&password.label))
            && self.claim.is_none()
            && self.holds.is_empty()
            && self.unwanted.is_none()
            && self.mute.is_none()
            && !self.unmute
            && self.approved.is_none()
            && self.acting.is_none()
            && self.asks.open.is_none()
    }

    pub(super) fn allows(gate: &Gate, channel: Channel) -> bool {
        gate.channels.contains(&channel)
    }
}
