//! The decimal digits of every script, and the invisible characters that hide between them.

use unicode_general_category::{GeneralCategory, get_general_category};

/// The value of a decimal digit of any script, 0 to 9; `None` for every other character, also for
/// numerals that are no decimal digits (`Ⅷ`, `²`, `③`, `七`).
#[must_use]
pub fn value(character: char) -> Option<u8> {
    if let Some(ascii) = character.to_digit(10) {
        return u8::try_from(ascii).ok();
    }
    if get_general_category(character) != GeneralCategory::DecimalNumber {
        return None;
    }
    // Unicode encodes decimal digits in runs of ten, ascending from zero (its stability policy);
    // where runs touch, as those of the mathematical digits do, the length stays a multiple of ten.
    let first = (0..=u32::from(character))
        .rev()
        .take_while(|&code| is_decimal(code))
        .last()
        .unwrap_or(u32::from(character));
    u8::try_from((u32::from(character) - first) % 10).ok()
}

/// Characters that nobody sees: zero-width and direction marks, soft hyphens, and what turns a
/// digit into a keycap emoji.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    matches!(character, '\u{034f}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}')
        || get_general_category(character) == GeneralCategory::Format
}

/// Hyphens, dashes and the minus sign, of every script.
#[must_use]
pub fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2212}' | '\u{2043}')
        || get_general_category(character) == GeneralCategory::DashPunctuation
}

fn is_decimal(code: u32) -> bool {
    char::from_u32(code).is_some_and(|c| get_general_category(c) == GeneralCategory::DecimalNumber)
}

/// For tests: where the ten digits of each script begin.
#[cfg(test)]
pub(crate) fn zeros() -> Vec<char> {
    ('\0'..=char::MAX).filter(|&c| is_decimal(u32::from(c)) && value(c) == Some(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_scripts_have_their_values() {
        for (text, expected) in [
            ("0123456789", "0123456789"),
            ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
            ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
            ("०१२३४५६७८९", "0123456789"),
            ("０１２３４５６７８９", "0123456789"),
            ("๐๑๒๓๔๕๖๗๘๙", "0123456789"),
            ("𝟎𝟏𝟗𝟘𝟙𝟡𝟢𝟣𝟫𝟬𝟭𝟵𝟶𝟷𝟿", "019019019019019"),
            ("🯰🯱🯹", "019"),
        ] {
            let read: String =
                text.chars().map(|c| char::from(b'0' + value(c).expect("a digit"))).collect();
            assert_eq!(read, expected, "of {text}");
        }
    }

    #[test]
    fn every_run_of_decimal_digits_is_a_multiple_of_ten_long() {
        let mut length = 0;
        for code in 0..=u32::from(char::MAX) + 1 {
            if is_decimal(code) {
                length += 1;
            } else {
                assert_eq!(length % 10, 0, "the run before U+{code:04X}");
                length = 0;
            }
        }
        assert!(zeros().len() > 70, "only {} scripts", zeros().len());
    }

    #[test]
    fn other_numerals_are_no_digits() {
        for character in "Ⅷ²③七½৴፩⁴₇a -".chars() {
            assert_eq!(value(character), None, "of {character}");
        }
    }

    #[test]
    fn invisible_characters_and_dashes_are_told_from_others() {
        for character in "\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\u{202e}\u{2068}\u{20e3}".chars() {
            assert!(is_invisible(character), "U+{:04X}", u32::from(character));
        }
        for character in "-‐‑‒–—―−－﹣".chars() {
            assert!(is_dash(character), "U+{:04X}", u32::from(character));
            assert!(!is_invisible(character));
        }
        assert!(!is_dash('_') && !is_dash('~') && !is_invisible(' '));
    }
}
