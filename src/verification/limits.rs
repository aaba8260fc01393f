//! Attempts, waits, lockouts, and the ledgers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::compact;
use super::conversion::LEAST;
use super::restore::Restore;
use super::{GateId, Timestamp};

/// How often, how long, how many. Every one can be set per gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Digits in a code: 4 to 10, never 5 (Telegram's own login codes have five).
    pub code_length: u8,
    /// How long a code lives.
    pub code_ttl: Duration,
    /// Wrong codes before a lock; not reset by a resend (NIST SP 800-63B-4).
    pub code_attempts: u32,
    /// Wrong passwords before a lock.
    pub password_attempts: u32,
    /// The first lock, the second …; the last one repeats. Never empty.
    pub lockouts: Vec<Duration>,
    /// Wrong tries in all, after which only an admin opens the gate again.
    pub hard_stop: u32,
    /// The wait before the second code, before the third …; the last one repeats. Never empty.
    pub resend_waits: Vec<Duration>,
    /// Codes per applicant and UTC day.
    pub sends_per_day: u32,
    /// Different addresses per applicant and UTC day.
    pub addresses_per_day: u32,
    /// Codes per address and UTC day, over all applicants.
    pub sends_per_address: u32,
    /// SMS per dial code and UTC day, over all applicants.
    pub sends_per_country: u32,
    /// In percent: so many of the latest codes by SMS to a dial code have to come back, or none
    /// goes there for a while ([`super::conversion`]). 0: whatever comes back.
    pub sms_conversion: u32,
    /// SMS per gate and UTC day, over all applicants.
    pub sms_per_gate: u32,
    /// Wrong passwords (or wrong codes) in one hour at a gate, over all applicants, at which its
    /// admins are told; 0: never.
    pub guessing_alarm: u32,
    /// While a gate is guessed at, whoever begins there has one try before each lock.
    pub guessing_slows: bool,
    /// Join requests in one minute at which raid mode comes on; 0: never by itself.
    pub raid_requests: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Limits {
            code_length: 6,
            code_ttl: minutes(10),
            code_attempts: 3,
            password_attempts: 3,
            lockouts: vec![minutes(5), minutes(30), minutes(4 * 60), minutes(24 * 60)],
            hard_stop: 50,
            resend_waits: vec![minutes(1), minutes(2), minutes(5), minutes(10)],
            sends_per_day: 5,
            addresses_per_day: 3,
            sends_per_address: 6,
            sends_per_country: 50,
            sms_conversion: LEAST,
            sms_per_gate: 100,
            guessing_alarm: 30,
            guessing_slows: true,
            raid_requests: 30,
        }
    }
}

/// A counter that belongs to no single applicant. It only grows, but for what a code was charged
/// that certainly never left.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ledger {
    /// Codes sent to an address on a UTC day. The key is a keyed hash.
    Address { key: [u8; 32], day: i64 },
    /// SMS sent to a dial code on a UTC day.
    Country { dial_code: u16, day: i64 },
    /// People who came in by a gate's password. The key is a keyed hash of gate and label.
    Password { key: [u8; 32] },
    /// SMS to numbers that differ in their last four digits only, in an hour. The key is a keyed
    /// hash of the other digits.
    Prefix { key: [u8; 32], hour: i64 },
    /// SMS for one gate on a UTC day.
    Gate { gate: GateId, day: i64 },
    /// All SMS of an hour.
    Hour { hour: i64 },
    /// All SMS of a UTC day.
    Day { day: i64 },
    /// What all SMS of a UTC day cost, in millionths of the currency's unit.
    CostOfDay { day: i64 },
    /// The same of the month that ends on the day `last`.
    CostOfMonth { last: i64 },
    /// What happens at one gate, over all applicants.
    AtGate(AtGate),
}

/// What is counted at a gate, over all applicants, to notice guessers and raids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AtGate {
    /// Wrong passwords at a gate in one hour, counted from 1970.
    WrongPasswords { gate: GateId, hour: i64 },
    /// The same of codes.
    WrongCodes { gate: GateId, hour: i64 },
    /// Join requests at a gate in one minute, counted from 1970.
    Requests { gate: GateId, minute: i64 },
    /// Of those who asked to join in that minute: whom nobody could write to in time.
    Missed { gate: GateId, minute: i64 },
}

impl Limits {
    /// Whether a gate at which this happened so often within an hour is being guessed at.
    #[must_use]
    pub fn is_guessing(&self, wrong: u64) -> bool {
        self.guessing_alarm > 0 && wrong >= self.guessing_alarm.into()
    }

    /// The same limits with one try before each lock.
    #[must_use]
    pub fn with_one_try(&self) -> Limits {
        Limits { code_attempts: 1, password_attempts: 1, ..self.clone() }
    }
}

/// A person's wrong tries and locks at all gates but one: a guesser who goes from gate to gate
/// begins anew at none.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    pub wrong: u32,
    pub locks: u32,
}

/// One applicant's wrong tries. Every count here only grows, until they are admitted or an admin
/// clears it: no resend, new address, new join request or restart takes anything back
/// (NIST SP 800-63B-4 §3.2.2: a new secret shall not reset the failure count).
///
/// ```text
///          wrong × attempts            time
///   open ───────────────────▶ locked ───────▶ open …   each lock longer than the last
///     │ wrong tries = hard_stop
///     └───────────────────────▶ stopped                only an admin opens again
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub wrong_passwords: u32,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub wrong_codes: u32,
    /// How many locks there have been.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub locks: u32,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub locked_until: Option<Timestamp>,
    /// When they were last told that they are locked.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub told: Option<Timestamp>,
    /// So many wrong tries at other gates an admin of this one has forgiven.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub pardoned: u32,
}

/// Whether somebody may try.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Open,
    /// For this long still.
    Locked(Duration),
    /// Nobody may, for this long still: the store was put back from a backup.
    Restored(Duration),
    Stopped,
}

/// What a wrong try led to.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// So many tries are left before a lock.
    Left(u32),
    Locked(Duration),
    Stopped,
}

impl Tally {
    #[must_use]
    pub fn standing(
        &self,
        now: Timestamp,
        limits: &Limits,
        elsewhere: Elsewhere,
        restore: Option<Restore>,
    ) -> Standing {
        if self.in_all(elsewhere) >= limits.hard_stop {
            return Standing::Stopped;
        }
        let locks = self.locks.saturating_add(elsewhere.locks);
        let forgotten = restore.map(|restore| restore.until(locks, limits));
        match (self.locked_until, forgotten) {
            (Some(lock), forgotten)
                if now < lock && forgotten.is_none_or(|until| until <= lock) =>
            {
                Standing::Locked(lock.since(now))
            }
            (_, Some(until)) if now < until => Standing::Restored(until.since(now)),
            (_, _) => Standing::Open,
        }
    }

    /// Wrong tries of both kinds.
    #[must_use]
    pub fn wrong(&self) -> u32 {
        self.wrong_passwords.saturating_add(self.wrong_codes)
    }

    /// Those at other gates besides, but for what an admin of this one has forgiven.
    #[must_use]
    pub fn in_all(&self, elsewhere: Elsewhere) -> u32 {
        self.wrong().saturating_add(elsewhere.wrong.saturating_sub(self.pardoned))
    }

    /// Forgets the wrong tries, because they passed.
    pub fn clear(&mut self) {
        *self = Tally { pardoned: self.pardoned, ..Tally::default() };
    }

    /// Forgets the wrong tries, those at other gates too, because an admin of this one says so.
    pub fn pardon(&mut self, elsewhere: Elsewhere) {
        *self = Tally { pardoned: elsewhere.wrong, ..Tally::default() };
    }

    /// Passwords that may still be tried before a lock or the end of all tries.
    #[must_use]
    pub fn passwords_left(&self, limits: &Limits, elsewhere: Elsewhere) -> u32 {
        self.left(self.wrong_passwords, limits.password_attempts, limits, elsewhere)
    }

    pub fn wrong_password(
        &mut self,
        now: Timestamp,
        limits: &Limits,
        elsewhere: Elsewhere,
    ) -> Consequence {
        self.wrong_passwords = self.wrong_passwords.saturating_add(1);
        self.consequence(self.wrong_passwords, limits.password_attempts, now, limits, elsewhere)
    }

    pub fn wrong_code(
        &mut self,
        now: Timestamp,
        limits: &Limits,
        elsewhere: Elsewhere,
    ) -> Consequence {
        self.wrong_codes = self.wrong_codes.saturating_add(1);
        self.consequence(self.wrong_codes, limits.code_attempts, now, limits, elsewhere)
    }

    fn consequence(
        &mut self,
        wrong: u32,
        attempts: u32,
        now: Timestamp,
        limits: &Limits,
        elsewhere: Elsewhere,
    ) -> Consequence {
        if self.in_all(elsewhere) >= limits.hard_stop {
            return Consequence::Stopped;
        }
        if !wrong.is_multiple_of(attempts.max(1)) {
            return Consequence::Left(self.left(wrong, attempts, limits, elsewhere));
        }
        let wait = nth(&limits.lockouts, self.locks.saturating_add(elsewhere.locks));
        self.locks = self.locks.saturating_add(1);
        self.locked_until = Some(now.after(wait));
        self.told = Some(now);
        Consequence::Locked(wait)
    }

    fn left(&self, wrong: u32, attempts: u32, limits: &Limits, elsewhere: Elsewhere) -> u32 {
        let attempts = attempts.max(1);
        let before_the_end = limits.hard_stop.saturating_sub(self.in_all(elsewhere));
        (attempts - wrong % attempts).min(before_the_end)
    }
}

/// The `n`-th wait, counted from 0; the last one repeats.
pub(super) fn nth(waits: &[Duration], n: u32) -> Duration {
    let n = usize::try_from(n).unwrap_or(usize::MAX);
    waits.get(n).or(waits.last()).copied().unwrap_or(Duration::from_secs(60))
}

/// The codes that one applicant was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sends {
    /// The UTC day that `today` and `addresses` are about.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub day: i64,
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub today: u32,
    /// Keyed hashes of the addresses used on that day.
    #[serde(skip_serializing_if = "compact::says_nothing", with = "compact::hashes")]
    pub addresses: Vec<[u8; 32]>,
    /// When the latest code was issued.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub latest: Option<Timestamp>,
    /// Whether the latest code was the first of that day to its address.
    #[serde(skip_serializing_if = "compact::says_nothing")]
    pub first_there: bool,
}

/// Why a code is not sent to an applicant now.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum SendRefused {
    /// The wait since the last code is not over.
    Wait(Duration),
    TooManyToday,
    TooManyAddresses,
}

impl Sends {
    /// How long until another code may be asked for.
    #[must_use]
    pub fn wait(&self, now: Timestamp, limits: &Limits) -> Duration {
        let Some(latest) = self.latest else { return Duration::ZERO };
        let made = if self.day == now.day() { self.today } else { 0 };
        latest.after(nth(&limits.resend_waits, made.saturating_sub(1))).since(now)
    }

    /// Counts one more code to `address`, or says why there can be none.
    pub fn charge(
        &mut self,
        address: [u8; 32],
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(), SendRefused> {
        let wait = self.wait(now, limits);
        let (today, known) = if self.day == now.day() {
            (self.today, self.addresses.contains(&address))
        } else {
            (0, false)
        };
        let addresses = if self.day == now.day() { self.addresses.len() } else { 0 };
        if today >= limits.sends_per_day {
            return Err(SendRefused::TooManyToday);
        }
        if !known && addresses >= usize::try_from(limits.addresses_per_day).unwrap_or(usize::MAX) {
            return Err(SendRefused::TooManyAddresses);
        }
        if !wait.is_zero() {
            return Err(SendRefused::Wait(wait));
        }
        if self.day != now.day() {
            *self = Sends { day: now.day(), ..Sends::default() };
        }
        self.today += 1;
        self.latest = Some(now);
        self.first_there = !known;
        if !known {
            self.addresses.push(address);
        }
        Ok(())
    }

    /// Takes back the latest code, which certainly never left, through no fault of the person.
    pub fn refund(&mut self, address: [u8; 32]) {
        self.today = self.today.saturating_sub(1);
        self.refused(address);
    }

    /// The latest code was refused at `address`: that is none of the day's addresses, and the next
    /// code need not wait. It stays one of the day's codes: nobody may try out addresses at will.
    pub fn refused(&mut self, address: [u8; 32]) {
        self.latest = None;
        if std::mem::take(&mut self.first_there) {
            self.addresses.retain(|known| *known != address);
        }
    }
}
