//! Keyed hashes: what codes and addresses become at rest, and the tokens of our links.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::verification::address::Address;
use crate::verification::{ChallengeId, GateId, Hidden, Timestamp, UserId};

/// The version of the encoding that is hashed. A new encoding takes a new number, so that no hash
/// of the old one can be mistaken for one of the new.
const VERSION: u8 = 1;

/// Bytes of a link token: 128 bits, 22 characters.
const TOKEN_BYTES: usize = 16;

/// Bytes of the MAC in a link that ends all codes to an address: 112 bits. With the address's hash
/// and a letter it fits both a link (64 characters) and a button (64 bytes).
const OPT_OUT_BYTES: usize = 14;

/// What keyed hashes are made with. It never enters the store, is wiped when dropped, and its
/// `Debug` shows nothing.
pub struct Keys {
    code: [u8; 32],
    address: [u8; 32],
    link: [u8; 32],
}

/// What a one-use link makes of whoever opens it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Invitation {
    /// An owner of the bot.
    Claim,
    /// One who may gate groups.
    Enrolment,
}

/// An invitation as read from a link: genuine, but perhaps used or too old.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct ReadInvitation {
    pub kind: Invitation,
    pub expires: Timestamp,
}

/// What a code is bound to besides its digits.
#[derive(Copy, Clone)]
pub struct Binding<'a> {
    pub user: UserId,
    pub gate: GateId,
    pub challenge: ChallengeId,
    /// The [`Keys::address`] of the address that the code went to.
    pub address: &'a [u8; 32],
}

impl Keys {
    /// One key for each purpose, drawn from the one secret of the installation.
    #[must_use]
    pub fn derive(secret: &[u8; 32]) -> Keys {
        let key = |purpose| hash(secret, "key", &[purpose]);
        Keys { code: key(b"code"), address: key(b"address"), link: key(b"link") }
    }

    /// HMAC-SHA-256 over version, purpose, user, gate, challenge, address and code.
    #[must_use]
    pub fn code(&self, binding: Binding<'_>, code: &str) -> [u8; 32] {
        let Binding { user, gate, challenge, address } = binding;
        let fields: [&[u8]; 5] = [
            &user.0.to_be_bytes(),
            &gate.0.to_be_bytes(),
            &challenge.0.to_be_bytes(),
            address,
            code.as_bytes(),
        ];
        hash(&self.code, "code", &fields)
    }

    /// HMAC-SHA-256 over the address's uniqueness key.
    #[must_use]
    pub fn address(&self, address: &Address) -> [u8; 32] {
        hash(&self.address, "address", &[address.uniqueness_key().as_bytes()])
    }

    /// The one-tap link's parameter, `c` and 22 characters of `A-Za-z0-9_-`: works only for this
    /// user, gate and challenge.
    #[must_use]
    pub fn tap(&self, user: UserId, gate: GateId, challenge: ChallengeId) -> Hidden {
        let fields: [&[u8]; 3] =
            [&user.0.to_be_bytes(), &gate.0.to_be_bytes(), &challenge.0.to_be_bytes()];
        Hidden::new(format!("c{}", self.token("tap", &fields)))
    }

    /// The deep link's parameter that leads to a gate, `g` and 22 characters of `A-Za-z0-9_-`;
    /// nobody can derive it from a chat id. The same for as long as the secret is the same.
    #[must_use]
    pub fn gate(&self, gate: GateId) -> String {
        format!("g{}", self.token("gate", &[&gate.0.to_be_bytes()]))
    }

    /// The ledger key of all phone numbers that begin with these digits.
    #[must_use]
    pub fn number_prefix(&self, digits: &str) -> [u8; 32] {
        hash(&self.address, "number prefix", &[digits.as_bytes()])
    }

    /// The ledger key of one of a gate's passwords.
    #[must_use]
    pub fn password(&self, gate: GateId, label: &str) -> [u8; 32] {
        hash(&self.address, "password", &[&gate.0.to_be_bytes(), label.as_bytes()])
    }

    /// The key under which a username is kept. Telegram's usernames do not mind case.
    #[must_use]
    pub fn username(&self, username: &str) -> [u8; 32] {
        hash(&self.address, "username", &[username.to_ascii_lowercase().as_bytes()])
    }

    /// The deep link's parameter that leads an admin to the set-up of a group's gate: `s` and 32
    /// characters of `A-Za-z0-9_-`, in which the group can be read.
    #[must_use]
    pub fn setup(&self, group: GateId) -> String {
        self.signed('s', "setup", &group.0.to_be_bytes())
    }

    /// The group that a parameter of [`Keys::setup`] leads to; `None` if it is none of ours.
    #[must_use]
    pub fn read_setup(&self, parameter: &str) -> Option<GateId> {
        let group = self.read_signed::<8>('s', "setup", parameter)?;
        Some(GateId(i64::from_be_bytes(group)))
    }

    /// The deep link's parameter of a one-use invitation: a letter (`o` for owners, `e` for
    /// enrolment) and 38 characters of `A-Za-z0-9_-`, in which expiry and nonce can be read. That
    /// it is used once only is not in it.
    #[must_use]
    pub fn invitation(&self, kind: Invitation, nonce: u32, expires: Timestamp) -> String {
        let mut content = [0; 12];
        let bytes = expires.0.to_be_bytes().into_iter().chain(nonce.to_be_bytes());
        content.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        self.signed(kind.letter(), kind.purpose(), &content)
    }

    /// Reads a parameter of [`Keys::invitation`]; `None` if it is none of ours. The caller looks
    /// at the expiry.
    #[must_use]
    pub fn read_invitation(&self, parameter: &str) -> Option<ReadInvitation> {
        [Invitation::Claim, Invitation::Enrolment].into_iter().find_map(|kind| {
            let content = self.read_signed::<12>(kind.letter(), kind.purpose(), parameter)?;
            let expires = content.first_chunk::<8>()?;
            Some(ReadInvitation { kind, expires: Timestamp(i64::from_be_bytes(*expires)) })
        })
    }

    /// The deep link's parameter that leads this person, muted in a group, to its gate: `r` and
    /// 22 characters of `A-Za-z0-9_-`.
    #[must_use]
    pub fn member(&self, user: UserId, gate: GateId) -> String {
        format!("r{}", self.token("member", &[&user.0.to_be_bytes(), &gate.0.to_be_bytes()]))
    }

    /// The parameter of the link that ends all codes to an address (its keyed hash), and undoes
    /// that: `u` and 62 characters of `A-Za-z0-9_-`. Whoever has had a mail there has it.
    #[must_use]
    pub fn opt_out(&self, address: &[u8; 32]) -> Hidden {
        Hidden::new(format!("u{}", self.opt_out_token(address)))
    }

    /// The same without the letter, for what a button carries.
    #[must_use]
    pub fn opt_out_token(&self, address: &[u8; 32]) -> String {
        let mac = hash(&self.link, "opt-out", &[address]);
        let mac: Vec<u8> = mac.iter().take(OPT_OUT_BYTES).copied().collect();
        URL_SAFE_NO_PAD.encode([&address[..], &mac].concat())
    }

    /// The address (its keyed hash) that a token of [`Keys::opt_out_token`] is about; `None` if it
    /// is none of ours.
    #[must_use]
    pub fn read_opt_out(&self, token: &str) -> Option<[u8; 32]> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (address, _) = bytes.split_first_chunk::<32>()?;
        same(token.as_bytes(), self.opt_out_token(address).as_bytes()).then_some(*address)
    }

    fn token(&self, purpose: &str, fields: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose, fields))
    }

    /// A letter, and the content before its MAC.
    fn signed(&self, letter: char, purpose: &str, content: &[u8]) -> String {
        let bytes = [content, &self.mac(purpose, &[content])].concat();
        format!("{letter}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    fn read_signed<const N: usize>(
        &self,
        letter: char,
        purpose: &str,
        parameter: &str,
    ) -> Option<[u8; N]> {
        let bytes = URL_SAFE_NO_PAD.decode(parameter.strip_prefix(letter)?).ok()?;
        let (content, mac) = bytes.split_first_chunk::<N>()?;
        same(mac, &self.mac(purpose, &[content])).then_some(*content)
    }

    fn mac(&self, purpose: &str, fields: &[&[u8]]) -> Vec<u8> {
        hash(&self.link, purpose, fields).iter().take(TOKEN_BYTES).copied().collect()
    }
}

impl Invitation {
    fn letter(self) -> char {
        match self {
            Invitation::Claim => 'o',
            Invitation::Enrolment => 'e',
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Invitation::Claim => "claim",
            Invitation::Enrolment => "enrolment",
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(•••)")
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.code.zeroize();
        self.address.zeroize();
        self.link.zeroize();
    }
}

/// Compares in constant time; different lengths are never the same.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// HMAC-SHA-256 over the version and then each field after its length (eight bytes, big-endian),
/// so that no two lists of fields are ever the same bytes.
pub(in crate::verification) fn hash(key: &[u8; 32], purpose: &str, fields: &[&[u8]]) -> [u8; 32] {
    // HMAC pads its key to a block with zeros; padded here, no length can be wrong.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    block.zeroize();
    mac.update(&[VERSION]);
    for field in std::iter::once(purpose.as_bytes()).chain(fields.iter().copied()) {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::verification::address::{Email, Phone};

    fn keys() -> Keys {
        Keys::derive(&[7; 32])
    }

    fn binding(address: &[u8; 32]) -> Binding<'_> {
        Binding { user: UserId(11), gate: GateId(-100), challenge: ChallengeId(3), address }
    }

    #[test]
    fn a_code_counts_only_for_what_it_was_made_for() {
        let (here, there) = ([1; 32], [2; 32]);
        let hashes = [
            keys().code(binding(&here), "012345"),
            keys().code(binding(&here), "12345"),
            keys().code(binding(&there), "012345"),
            keys().code(Binding { user: UserId(12), ..binding(&here) }, "012345"),
            keys().code(Binding { gate: GateId(-101), ..binding(&here) }, "012345"),
            keys().code(Binding { challenge: ChallengeId(4), ..binding(&here) }, "012345"),
            Keys::derive(&[8; 32]).code(binding(&here), "012345"),
        ];
        assert_eq!(BTreeSet::from(hashes).len(), hashes.len());
        assert_eq!(keys().code(binding(&here), "012345"), hashes[0]);
    }

    #[test]
    fn the_hashed_form_stays_what_it_was() {
        // Computed with Python's hmac. A change here makes every stored hash useless.
        let hash = keys().code(binding(&[1; 32]), "012345");
        let hex: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "a3b3ed5f98a5e297");
        assert_eq!(keys().gate(GateId(-100)), "gfkObJins9NWF-gIhnf21dw");
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        assert_ne!(hash(&[0; 32], "a", &[b"bc", b"d"]), hash(&[0; 32], "a", &[b"b", b"cd"]));
        assert_ne!(hash(&[0; 32], "a", &[b"b"]), hash(&[0; 32], "ab", &[b""]));
        assert_ne!(hash(&[0; 32], "a", &[b""]), hash(&[0; 32], "a", &[]));
    }

    #[test]
    fn spellings_of_one_address_share_a_hash() {
        let email = |text| Address::Email(Email::parse(text).expect("an address"));
        let phone = |text| Address::Phone(Phone::parse(text).expect("a number"));
        assert_eq!(
            keys().address(&email("Nora.N+gate@gmail.com")),
            keys().address(&email("noran@GMAIL.com"))
        );
        assert_eq!(
            keys().address(&phone("0049 1512 3456789")),
            keys().address(&phone("+49-15123456789"))
        );
        assert_ne!(
            keys().address(&email("nora.n@example.org")),
            keys().address(&email("noran@example.org"))
        );
    }

    #[test]
    fn link_parameters_are_what_telegram_takes_and_differ() {
        let tap = |user, gate, challenge| {
            keys().tap(UserId(user), GateId(gate), ChallengeId(challenge)).reveal().to_owned()
        };
        let parameters = [
            tap(1, -1, 1),
            tap(2, -1, 1),
            tap(1, -2, 1),
            tap(1, -1, 2),
            keys().gate(GateId(-1)),
            keys().gate(GateId(-2)),
        ];
        assert_eq!(BTreeSet::from(parameters.clone()).len(), parameters.len());
        for parameter in &parameters {
            assert_eq!(parameter.len(), 23);
            assert!(parameter.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
        }
        assert!(parameters[0].starts_with('c') && parameters[4].starts_with('g'));
    }

    #[test]
    fn links_that_carry_something_read_back_and_cannot_be_forged() {
        let expires = Timestamp(1_800_000_000_123);
        let claim = keys().invitation(Invitation::Claim, 7, expires);
        let enrolment = keys().invitation(Invitation::Enrolment, 7, expires);
        let setup = keys().setup(GateId(-1_001_234_567_890));
        assert_eq!(
            keys().read_invitation(&claim),
            Some(ReadInvitation { kind: Invitation::Claim, expires })
        );
        assert_eq!(
            keys().read_invitation(&enrolment),
            Some(ReadInvitation { kind: Invitation::Enrolment, expires })
        );
        assert_eq!(keys().read_setup(&setup), Some(GateId(-1_001_234_567_890)));
        assert_ne!(claim, keys().invitation(Invitation::Claim, 8, expires));
        let others = Keys::derive(&[8; 32]);
        for parameter in [&claim, &enrolment, &setup] {
            assert!(parameter.len() <= 64);
            assert!(parameter.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
            assert_eq!(
                (others.read_invitation(parameter), others.read_setup(parameter)),
                (None, None)
            );
            for at in 0..parameter.len() {
                let mut forged = parameter.clone().into_bytes();
                forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
                let forged = String::from_utf8(forged).expect("ASCII");
                assert_eq!(
                    (keys().read_invitation(&forged), keys().read_setup(&forged)),
                    (None, None)
                );
            }
        }
        // A link of one kind is none of another.
        let swapped = format!("o{}", enrolment.strip_prefix('e').expect("its letter"));
        assert_eq!(keys().read_invitation(&swapped), None);
        for strange in ["", "o", "e", "s", "o====", "sAAAA", "é", &"o".repeat(64)] {
            assert_eq!((keys().read_invitation(strange), keys().read_setup(strange)), (None, None));
        }
    }

    #[test]
    fn a_link_that_ends_codes_fits_telegram_and_cannot_be_forged() {
        let address = [0xfb; 32];
        let parameter = keys().opt_out(&address);
        let token = parameter.reveal().strip_prefix('u').expect("its letter");
        assert_eq!(token, keys().opt_out_token(&address));
        assert!(parameter.reveal().len() <= 64);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
        assert_eq!(keys().read_opt_out(token), Some(address));
        assert_eq!(Keys::derive(&[8; 32]).read_opt_out(token), None);
        for at in 0..token.len() {
            for other in [b'A', b'B', b'_'] {
                let mut forged = token.as_bytes().to_vec();
                if std::mem::replace(&mut forged[at], other) != other {
                    let forged = String::from_utf8(forged).expect("ASCII");
                    assert_eq!(keys().read_opt_out(&forged), None, "{at}");
                }
            }
        }
        for strange in ["", "A", "é", &"A".repeat(62), &token[1..], &format!("{token}A")] {
            assert_eq!(keys().read_opt_out(strange), None, "{strange}");
        }
    }

    #[test]
    fn same_compares_all_of_it() {
        assert!(same(b"", b"") && same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab") && !same(b"ab", b"abc"));
    }

    #[test]
    fn keys_show_nothing() {
        assert_eq!(format!("{:?}", keys()), "Keys(•••)");
    }
}
