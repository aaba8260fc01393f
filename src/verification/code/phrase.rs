//! The two words that chat, mail and SMS share, by which a person sees that they belong together.

use std::sync::LazyLock;

use super::{Random, below};

static ADJECTIVES: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../words/adjectives.txt").lines().collect());
static NOUNS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../words/nouns.txt").lines().collect());

/// Draws the two words that chat, mail and SMS share, an adjective and a noun: `amber falcon`.
pub fn draw_phrase(random: &mut dyn Random) -> String {
    format!("{} {}", word(&ADJECTIVES, random), word(&NOUNS, random))
}

fn word<'a>(list: &[&'a str], random: &mut dyn Random) -> &'a str {
    let limit = u16::try_from(list.len()).unwrap_or(256).clamp(1, 256);
    list.get(usize::from(below(limit, random))).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_long_enough_and_plain() {
        for list in [&*ADJECTIVES, &*NOUNS] {
            assert!((128..=256).contains(&list.len()), "{} words", list.len());
            for word in list {
                assert!((3..=8).contains(&word.len()), "{word}");
                assert!(word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            }
            assert!(list.is_sorted(), "sorted, to be read easily");
        }
    }

    #[test]
    fn no_two_words_look_or_sound_alike() {
        let words: Vec<&str> = ADJECTIVES.iter().chain(NOUNS.iter()).copied().collect();
        for (index, one) in words.iter().enumerate() {
            for other in words.iter().skip(index + 1) {
                assert!(distance(one, other) >= 2, "{one} and {other} look alike");
                assert_ne!(sound(one), sound(other), "{one} and {other} sound alike");
            }
        }
    }

    /// How many letters must be put in, taken out or changed to make one of the other.
    fn distance(one: &str, other: &str) -> usize {
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (i, a) in one.bytes().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, b) in other.bytes().enumerate() {
                let change = diagonal + usize::from(a != b);
                diagonal = row[j + 1];
                row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[other.len()]
    }

    /// A word as it is roughly heard: spellings of one sound made one, vowels all alike, double
    /// letters single.
    fn sound(word: &str) -> String {
        let mut heard = word.to_owned();
        for (spelt, sounds) in [
            ("ph", "f"),
            ("gh", ""),
            ("ck", "k"),
            ("kn", "n"),
            ("wr", "r"),
            ("wh", "w"),
            ("ce", "se"),
            ("ci", "si"),
            ("c", "k"),
            ("q", "k"),
            ("z", "s"),
        ] {
            heard = heard.replace(spelt, sounds);
        }
        let silent_end = heard.strip_suffix('e').unwrap_or(&heard).to_owned();
        let mut letters: Vec<char> = silent_end
            .chars()
            .map(|c| if matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') { 'a' } else { c })
            .collect();
        letters.dedup();
        letters.into_iter().collect()
    }

    #[test]
    fn the_distance_and_the_sound_are_what_they_say() {
        assert_eq!((distance("brown", "crown"), distance("ash", "mesh")), (1, 2));
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(sound("knight"), sound("nite"));
        assert_ne!(sound("amber"), sound("falcon"));
    }
}
