//! The plain text of records.

use std::ops::{Deref, DerefMut};

use zeroize::optimization_barrier;

/// Bytes that are wiped when they are dropped, all that there was room for, in one go: most of what
/// the store handles passes through here, and `Zeroizing` wipes byte by byte.
#[derive(Default)]
pub(super) struct Wiped(Vec<u8>);

impl Wiped {
    pub(super) fn with_capacity(capacity: usize) -> Wiped {
        Wiped(Vec::with_capacity(capacity))
    }
}

impl From<&[u8]> for Wiped {
    fn from(bytes: &[u8]) -> Wiped {
        Wiped(bytes.to_vec())
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Wiped {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.clear();
        self.0.resize(self.0.capacity(), 0);
        // Nobody reads it again, and it must not be left out for that.
        optimization_barrier(&self.0[..]);
    }
}
