//! The dialogue as a state machine.

use super::Timestamp;
use super::code::{Keys, Random};
use super::gate::Gates;
use super::limits::Ledger;

/// What the rules must be told besides the event.
pub struct Facts<'a> {
    pub now: Timestamp,
    pub gates: &'a Gates,
    pub keys: &'a Keys,
    pub random: &'a mut dyn Random,
    /// What a ledger holds.
    pub ledger: &'a dyn Fn(&Ledger) -> u32,
}
