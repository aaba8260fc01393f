//! Attempts, waits, lockouts, and the ledgers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How often, how long, how many. Every one can be set per gate.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        }
    }
}

/// A counter that belongs to no single applicant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ledger {
    /// Codes sent to an address on a UTC day. The key is a keyed hash.
    Address { key: [u8; 32], day: i64 },
    /// SMS sent to a dial code on a UTC day.
    Country { dial_code: u16, day: i64 },
}
