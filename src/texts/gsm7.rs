//! The GSM 03.38 alphabet: what fits into one SMS, counted in septets (7 bits each).

/// One segment holds so many septets.
pub const SEGMENT: usize = 160;

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡\
    ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "^{}\\[~]|€";

/// Written with the letters nearest to them.
const NEAREST: &[(&str, &str)] = &[
    ("’‘‚‛′`´", "'"),
    ("“”„‟«»″", "\""),
    ("–—−‐‑‒•·", "-"),
    ("…", "..."),
    ("\u{a0}\u{202f}\u{2009}\t", " "),
    ("áâãāăą", "a"),
    ("ÀÁÂÃĀĂĄ", "A"),
    ("çćč", "c"),
    ("ĆČ", "C"),
    ("ďđ", "d"),
    ("ĎĐ", "D"),
    ("êëēėęě", "e"),
    ("ÈÊËĒĖĘĚ", "E"),
    ("ğģ", "g"),
    ("ĞĢ", "G"),
    ("íîïīįı", "i"),
    ("ÌÍÎÏĪĮİ", "I"),
    ("ķ", "k"),
    ("Ķ", "K"),
    ("łļľĺ", "l"),
    ("ŁĻĽĹ", "L"),
    ("ńňņ", "n"),
    ("ŃŇŅ", "N"),
    ("óôõōő", "o"),
    ("ÒÓÔÕŌŐ", "O"),
    ("œ", "oe"),
    ("Œ", "OE"),
    ("řŕ", "r"),
    ("ŘŔ", "R"),
    ("śšşș", "s"),
    ("ŚŠŞȘ", "S"),
    ("ťţț", "t"),
    ("ŤŢȚ", "T"),
    ("úûūůűų", "u"),
    ("ÙÚÛŪŮŰŲ", "U"),
    ("ýÿ", "y"),
    ("ÝŸ", "Y"),
    ("źžż", "z"),
    ("ŹŽŻ", "Z"),
    ("ẞ", "SS"),
];

/// What of `text` can be said in GSM 03.38; the rest is left out.
pub fn reduce(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if septets_of(c).is_some() {
            out.push(c);
        } else if let Some((_, near)) = NEAREST.iter().find(|(from, _)| from.contains(c)) {
            out.push_str(near);
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many septets `text` takes, or `None` if it cannot be said in GSM 03.38.
pub fn septets(text: &str) -> Option<usize> {
    text.chars().map(septets_of).sum()
}

/// The longest beginning of `text` that takes at most `room` septets.
pub fn cut(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += septets_of(c).unwrap_or(room + 1);
        if used > room {
            return text[..at].trim_end();
        }
    }
    text
}

fn septets_of(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_complete() {
        // GSM 03.38 has 128 places, one of them the escape to the extension table.
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(septets("aé\n"), Some(3));
        assert_eq!(septets("[€]"), Some(6));
        assert_eq!(septets("ç"), None);
    }

    #[test]
    fn other_letters_are_written_with_the_nearest() {
        assert_eq!(reduce("Café “Łódź” – naïve…"), "Café \"Lodz\" - naive...");
        assert_eq!(reduce("Ржавчина 🦀 Rust"), "Rust");
        assert_eq!(reduce("日本"), "");
    }

    #[test]
    fn a_cut_counts_extension_characters_twice() {
        assert_eq!(cut("a[b", 2), "a");
        assert_eq!(cut("a[b", 3), "a[");
        assert_eq!(cut("a b", 2), "a");
        assert_eq!(cut("abc", 9), "abc");
    }
}
