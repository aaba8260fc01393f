//! One-time codes: drawn, hashed, compared, and read from what people reply.

pub mod digits;
mod keys;
mod login;
mod numbers;
mod phrase;
mod reply;

pub(super) use keys::hash as keyed_hash;
pub use keys::{Binding, Invitation, Keys, ReadInvitation, same};
pub use login::looks_like_login_code;
pub use phrase::draw_phrase;
pub use reply::read_reply;

use super::{ChallengeId, Hidden};

/// Where random bytes come from; the shell gives the operating system's source.
pub trait Random {
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Draws what a challenge is known by. Never used again, so that no link of an earlier one opens it.
pub fn draw_challenge(random: &mut dyn Random) -> ChallengeId {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    ChallengeId(u64::from_be_bytes(bytes))
}

/// Draws a code of `length` decimal digits without bias, leading zeros kept.
pub fn draw(length: u8, random: &mut dyn Random) -> Hidden {
    let digits: String =
        (0..length).map(|_| char::from(b'0' + below(10, random).to_le_bytes()[0])).collect();
    Hidden::new(digits)
}

/// A number below `limit` (1 to 256), each as likely as the others: bytes that would favour the
/// small ones are drawn again. A source that gives only such bytes is broken; after 10,000 of them
/// the answer is zero rather than an endless loop.
fn below(limit: u16, random: &mut dyn Random) -> u16 {
    let fair = 256 - 256 % limit;
    for _ in 0..10_000 {
        let mut byte = [0];
        random.fill(&mut byte);
        let drawn = u16::from(byte[0]);
        if drawn < fair {
            return drawn % limit;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives these bytes, over and over.
    struct Bytes<'a>(std::iter::Cycle<std::slice::Iter<'a, u8>>);

    impl<'a> Bytes<'a> {
        fn of(bytes: &'a [u8]) -> Bytes<'a> {
            Bytes(bytes.iter().cycle())
        }
    }

    impl Random for Bytes<'_> {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill_with(|| *self.0.next().expect("never empty"));
        }
    }

    #[test]
    fn leading_zeros_are_kept() {
        assert_eq!(draw(6, &mut Bytes::of(&[0, 10, 20, 1, 249, 7])).reveal(), "000197");
        for length in 4..=10 {
            assert_eq!(draw(length, &mut Bytes::of(&[3])).reveal().len(), usize::from(length));
        }
    }

    #[test]
    fn bytes_that_would_favour_some_digits_are_drawn_again() {
        assert_eq!(draw(4, &mut Bytes::of(&[250, 1, 251, 255, 2, 253])).reveal(), "1212");
    }

    #[test]
    fn each_digit_is_as_likely_as_the_others() {
        let all: Vec<u8> = (0..=255).collect();
        let mut random = Bytes::of(&all);
        let mut seen = [0; 10];
        for _ in 0..250 {
            let digit = draw(1, &mut random).reveal().parse::<usize>().expect("a digit");
            seen[digit] += 1;
        }
        assert_eq!(seen, [25; 10]);
    }

    #[test]
    fn a_broken_source_ends_all_the_same() {
        assert_eq!(draw(6, &mut Bytes::of(&[255])).reveal(), "000000");
    }

    #[test]
    fn drawn_codes_are_read_back() {
        let bytes: Vec<u8> = (0..=255).rev().collect();
        let mut random = Bytes::of(&bytes);
        for length in 4..=10 {
            let code = draw(length, &mut random);
            assert_eq!(read_reply(code.reveal(), length).as_ref(), Some(&code));
        }
    }

    #[test]
    fn phrases_are_drawn_from_the_whole_list() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut random = Bytes::of(&bytes);
        let phrases: std::collections::BTreeSet<String> =
            (0..2000).map(|_| draw_phrase(&mut random)).collect();
        assert!(phrases.len() > 100, "only {}", phrases.len());
        assert!(phrases.iter().all(|phrase| phrase.split(' ').count() == 2));
    }
}
