//! What is kept about where codes may go.

use serde::{Deserialize, Serialize};

use super::Record;
use crate::verification::Timestamp;

/// Whoever has this address wants no codes there. Keyed by its keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    pub since: Timestamp,
}

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
