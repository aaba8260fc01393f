//! The only clock and the only random source of the rules.

use rand::TryRng;
use rand::rngs::SysRng;

use crate::verification::Timestamp;
use crate::verification::code::Random;

/// What time it is. Tests set their own.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's random source.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Without randomness there is no code worth sending: this one update fails, and is counted.
        SysRng.try_fill_bytes(bytes).expect("the operating system gave no random bytes");
    }
}
