//! The form of a record on disk: sealed, and cut into values that sled keeps inline.
//!
//! ```text
//! first value:  format (1) | record version (1) | further pieces (1) | nonce (24) | tag (16) | text
//! other values: text
//! ```
//!
//! The text is the record's JSON under XChaCha20-Poly1305; the tag covers the record's full key
//! and the three leading bytes, so no record can stand in for another. It is the checksum, too.
//!
//! No value is longer than [`VALUE_BYTES`]. sled moves a page to a file of its own in `blobs/`
//! when it passes 128 KiB; those files would need an fsync each, and sled gives no handle on them.
//! A leaf holds up to 16 values before it is split, so values this short never get there.

use std::fmt;
use std::path::Path;

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::error::StoreError;
use super::wiped::Wiped;

/// The longest value that is written, in bytes.
pub(super) const VALUE_BYTES: usize = 4_000;
/// The longest record, in bytes of JSON.
pub(super) const RECORD_BYTES: usize = VALUE_BYTES * 250;

const FORMAT: u8 = 1;
const HEAD: usize = 3;
pub(super) const NONCE: usize = 24;
pub(super) const TAG: usize = 16;
const TEXT: usize = HEAD + NONCE + TAG;

/// What records are sealed with: derived from the installation's secret.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(•••)")
    }
}

/// A sealed record, as values in the order in which they are kept.
pub(super) struct Sealed {
    pub(super) first: Vec<u8>,
    pub(super) pieces: Vec<Vec<u8>>,
}

/// What can be read of a sealed record without its key.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) version: u8,
    pub(super) pieces: u8,
    /// Differs with every sealing, as the nonce does.
    pub(super) tag: u128,
}

impl SealKey {
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> SealKey {
        SealKey(Zeroizing::new(bytes))
    }

    /// Tells this key from others, and nothing else about it.
    pub(super) fn mark(&self) -> [u8; 16] {
        let full = super::secret::hmac_sha256(&self.0, b"which key is this");
        full.first_chunk().copied().expect("16 of 32 bytes")
    }

    /// Seals a record of at most [`RECORD_BYTES`].
    pub(super) fn seal(&self, key: &[u8], version: u8, text: &[u8]) -> Result<Sealed, SealFault> {
        let beyond = (TEXT + text.len()).saturating_sub(VALUE_BYTES);
        let pieces = u8::try_from(beyond.div_ceil(VALUE_BYTES)).map_err(|_| SealFault::TooLong)?;
        let head = [FORMAT, version, pieces];
        let mut whole = Vec::with_capacity(TEXT + text.len());
        whole.resize(TEXT, 0);
        whole.extend(text);
        let (nonce, tag) = self.seal_in_place(&bound(head, key), &mut whole[TEXT..])?;
        whole[..HEAD].copy_from_slice(&head);
        whole[HEAD..HEAD + NONCE].copy_from_slice(&nonce);
        whole[HEAD + NONCE..TEXT].copy_from_slice(&tag);
        let pieces = whole.chunks(VALUE_BYTES).skip(1).map(<[u8]>::to_vec).collect();
        whole.truncate(VALUE_BYTES);
        Ok(Sealed { first: whole, pieces })
    }

    /// Opens a record; `None` if anything of it is not as it was sealed under this key.
    pub(super) fn open<P: AsRef<[u8]>>(
        &self,
        key: &[u8],
        first: &[u8],
        pieces: &[P],
    ) -> Option<Wiped> {
        let label = Label::read(first)?;
        if usize::from(label.pieces) != pieces.len() {
            return None;
        }
        let head = *first.first_chunk::<HEAD>()?;
        let nonce = first[HEAD..].first_chunk()?;
        let tag = first[HEAD + NONCE..].first_chunk()?;
        let beyond: usize = pieces.iter().map(|piece| piece.as_ref().len()).sum();
        let mut text = Wiped::with_capacity(first.len() - TEXT + beyond);
        text.extend(&first[TEXT..]);
        for piece in pieces {
            text.extend(piece.as_ref());
        }
        self.open_in_place(&bound(head, key), nonce, tag, &mut text).then_some(text)
    }

    /// Seals `text` in its place, together with what it is `bound` to; the nonce and the tag.
    pub(super) fn seal_in_place(
        &self,
        bound: &[u8],
        text: &mut [u8],
    ) -> Result<([u8; NONCE], [u8; TAG]), SealFault> {
        let mut nonce = XNonce::default();
        SysRng.try_fill_bytes(nonce.as_mut_slice()).map_err(|_| SealFault::NoRandomness)?;
        let sealed = self.cipher().encrypt_inout_detached(&nonce, bound, text.into());
        Ok((nonce.into(), sealed.map_err(|_| SealFault::TooLong)?.into()))
    }

    /// Opens what [`SealKey::seal_in_place`] sealed; `false`: it is not as it was.
    pub(super) fn open_in_place(
        &self,
        bound: &[u8],
        nonce: &[u8; NONCE],
        tag: &[u8; TAG],
        text: &mut [u8],
    ) -> bool {
        let (nonce, tag) = (XNonce::from(*nonce), Tag::from(*tag));
        self.cipher().decrypt_inout_detached(&nonce, bound, text.into(), &tag).is_ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl Label {
    pub(super) fn read(first: &[u8]) -> Option<Label> {
        let tag = first.get(HEAD + NONCE..TEXT)?.first_chunk().copied()?;
        let [format, version, pieces] = *first.first_chunk::<HEAD>()?;
        (format == FORMAT).then_some(Label { version, pieces, tag: u128::from_be_bytes(tag) })
    }
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum SealFault {
    TooLong,
    NoRandomness,
}

impl SealFault {
    pub(super) fn into_error(self, kind: &'static str, bytes: usize, store: &Path) -> StoreError {
        match self {
            SealFault::TooLong => StoreError::TooLarge { kind, bytes, most: RECORD_BYTES },
            SealFault::NoRandomness => StoreError::Io {
                doing: "drawing random bytes for",
                path: store.to_owned(),
                why: "the operating system gave none".to_owned(),
            },
        }
    }
}

fn bound(head: [u8; HEAD], key: &[u8]) -> Vec<u8> {
    [&head, key].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(keys: &SealKey, key: &[u8], sealed: &Sealed) -> Option<Vec<u8>> {
        keys.open(key, &sealed.first, &sealed.pieces).map(|text| text.to_vec())
    }

    #[test]
    fn every_length_comes_back_in_short_values() {
        let keys = SealKey::new([1; 32]);
        let edge = VALUE_BYTES - TEXT;
        for length in [0, 1, edge - 1, edge, edge + 1, edge + VALUE_BYTES, 99_999, RECORD_BYTES] {
            let text: Vec<u8> = (0..length).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let sealed = keys.seal(b"key", 3, &text).unwrap();
            let longest = sealed.pieces.iter().map(Vec::len).max().unwrap_or(0);
            assert!(sealed.first.len() <= VALUE_BYTES && longest <= VALUE_BYTES, "{length}");
            let label = Label::read(&sealed.first).unwrap();
            assert_eq!((label.version, usize::from(label.pieces)), (3, sealed.pieces.len()));
            assert_eq!(open(&keys, b"key", &sealed).unwrap(), text, "{length}");
        }
        let beyond = vec![0; VALUE_BYTES * 256];
        assert_eq!(keys.seal(b"key", 3, &beyond).err(), Some(SealFault::TooLong));
    }

    #[test]
    fn any_flipped_bit_another_key_or_another_place_is_noticed() {
        let keys = SealKey::new([1; 32]);
        let sealed = keys.seal(b"key", 1, &[5; 4_100]).unwrap();
        assert!(open(&keys, b"key", &sealed).is_some());
        assert_eq!(open(&keys, b"kez", &sealed), None);
        assert_eq!(open(&SealKey::new([2; 32]), b"key", &sealed), None);
        assert!(keys.open::<&[u8]>(b"key", &sealed.first, &[]).is_none());
        for at in 0..sealed.first.len() * 8 {
            let mut bent = Sealed { first: sealed.first.clone(), pieces: sealed.pieces.clone() };
            bent.first[at / 8] ^= 1 << (at % 8);
            assert_eq!(open(&keys, b"key", &bent), None, "bit {at}");
        }
        let mut bent = Sealed { first: sealed.first.clone(), pieces: sealed.pieces.clone() };
        bent.pieces[0][7] ^= 1;
        assert_eq!(open(&keys, b"key", &bent), None);
    }

    #[test]
    fn sealing_the_same_twice_differs() {
        let keys = SealKey::new([1; 32]);
        let [a, b] = [0, 1].map(|_| keys.seal(b"key", 1, b"text").unwrap());
        assert_ne!(a.first, b.first);
        assert_ne!(Label::read(&a.first).unwrap().tag, Label::read(&b.first).unwrap().tag);
    }
}
