//! How long an order that was not carried out waits for its next attempt.

use std::time::Duration;

/// Waits between two attempts at one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retries {
    /// After the first attempt; each further wait is twice as long.
    pub first: Duration,
    pub longest: Duration,
    /// After a provider refused our own credentials or settings: it needs its host first.
    pub misconfigured: Duration,
}

impl Default for Retries {
    fn default() -> Retries {
        Retries {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            misconfigured: Duration::from_secs(30),
        }
    }
}

impl Retries {
    /// The wait after one more attempt than `attempts`, of the order in place `seq`: orders that
    /// failed together are not all tried again at the same moment, but within a quarter of it.
    pub(super) fn after(&self, attempts: u32, seq: u64) -> Duration {
        let times = 1_u32.checked_shl(attempts).unwrap_or(u32::MAX);
        let wait = self.first.saturating_mul(times).min(self.longest);
        let sixteenths = u32::try_from(seq % 16).unwrap_or_default();
        wait - wait / 4 * sixteenths / 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        let waits = [0, 1, 2, 5, 6, 31, 32, u32::MAX].map(|n| Retries::default().after(n, 0));
        assert_eq!(waits.map(|wait| wait.as_secs()), [1, 2, 4, 32, 60, 60, 60, 60]);
    }

    #[test]
    fn what_failed_together_is_spread_out() {
        let waits: Vec<_> = (0..32).map(|seq| Retries::default().after(9, seq)).collect();
        let different: std::collections::BTreeSet<_> = waits.iter().collect();
        assert_eq!(different.len(), 16);
        let bounds = Duration::from_secs(45)..=Duration::from_secs(60);
        assert!(waits.iter().all(|wait| bounds.contains(wait)), "{waits:?}");
    }
}
