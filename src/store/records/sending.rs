//! What is kept about where codes may go.

use serde::{Deserialize, Serialize};

use super::Record;
use crate::verification::Timestamp;
use crate::verification::conversion::Conversion;

/// Whoever has this address wants no codes there. Keyed by its keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    pub since: Timestamp,
}

/// How one dial code does: how many of the latest codes there came back. Keyed by dial code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversionRecord(pub Conversion);

impl Record for Suppressed {
    type Key = [u8; 32];
    const KIND: u8 = 0x40;
    const VERSION: u8 = 1;
    const NAME: &'static str = "suppressed address";

    fn encode_key(key: &[u8; 32]) -> Vec<u8> {
        key.to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<[u8; 32]> {
        bytes.try_into().ok()
    }
}

impl Record for ConversionRecord {
    type Key = u16;
    const KIND: u8 = 0x41;
    const VERSION: u8 = 1;
    const NAME: &'static str = "conversion of a dial code";
    const AT_HAND: bool = true;

    fn encode_key(key: &u16) -> Vec<u8> {
        key.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<u16> {
        Some(u16::from_be_bytes(bytes.try_into().ok()?))
    }
}
