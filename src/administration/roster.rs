//! A roster as a file: CSV in and out.

use crate::verification::UserId;
use crate::verification::address::Address;

/// One line of an exported roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub address: Address,
    pub admitted: Vec<UserId>,
}

/// The roster as CSV: `address,admitted`.
#[must_use]
pub fn export(_lines: &[Line]) -> String {
    String::new()
}
