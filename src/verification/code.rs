//! One-time codes: drawn, hashed, compared, and read from what people reply.

use super::address::Address;
use super::{ChallengeId, GateId, Hidden, UserId};

/// Where random bytes come from; the shell gives the operating system's source.
pub trait Random {
    fn fill(&mut self, bytes: &mut [u8]);
}

/// What keyed hashes are made with. It never enters the store.
pub struct Keys {
    code: [u8; 32],
    address: [u8; 32],
    link: [u8; 32],
}

/// What a code is bound to besides its digits.
#[derive(Copy, Clone)]
pub struct Binding<'a> {
    pub user: UserId,
    pub gate: GateId,
    pub challenge: ChallengeId,
    pub address: &'a [u8; 32],
}

impl Keys {
    /// One key for each purpose, drawn from the one secret of the installation.
    #[must_use]
    pub fn derive(secret: &[u8; 32]) -> Keys {
        let _ = secret;
        todo!()
    }

    /// HMAC-SHA-256 over version, purpose, user, gate, challenge, address and code.
    #[must_use]
    pub fn code(&self, binding: Binding<'_>, code: &str) -> [u8; 32] {
        let _ = (binding, code, &self.code);
        todo!()
    }

    /// HMAC-SHA-256 over the address's uniqueness key.
    #[must_use]
    pub fn address(&self, address: &Address) -> [u8; 32] {
        let _ = (address, &self.address);
        todo!()
    }

    /// The one-tap link's parameter: works only for this user, gate and challenge.
    #[must_use]
    pub fn tap(&self, user: UserId, gate: GateId, challenge: ChallengeId) -> Hidden {
        let _ = (user, gate, challenge, &self.link);
        todo!()
    }

    /// The deep link's parameter that leads to a gate; nobody can derive it from a chat id.
    #[must_use]
    pub fn gate(&self, gate: GateId) -> String {
        let _ = gate;
        todo!()
    }
}

/// Compares in constant time.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    let _ = (a, b);
    todo!()
}

/// Draws a code of `length` decimal digits without bias.
pub fn draw(length: u8, random: &mut dyn Random) -> Hidden {
    let _ = (length, random);
    todo!()
}

/// Draws the two words that chat, mail and SMS share.
pub fn draw_phrase(random: &mut dyn Random) -> String {
    let _ = random;
    todo!()
}

/// The one code of `length` digits in a reply, as ASCII digits, or `None`: digits of any script,
/// spaces and dashes between them ignored, other words around it ignored; two such numbers: none.
#[must_use]
pub fn read_reply(text: &str, length: u8) -> Option<Hidden> {
    let _ = (text, length);
    todo!()
}

/// Whether this has the shape of one of Telegram's own login codes: five digits alone, or
/// Telegram's own wording around them.
#[must_use]
pub fn looks_like_login_code(text: &str) -> bool {
    let _ = text;
    todo!()
}
