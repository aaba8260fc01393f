//! Words of strangers (group titles, addresses) made fit to stand within ours.

use unicode_general_category::{GeneralCategory, get_general_category};

/// So many combining marks may sit on one letter; more of them climb over the neighbouring lines.
const MARKS_IN_A_ROW: usize = 3;

/// On one line, without control, bidi and other invisible characters, at most `longest` characters.
pub fn clean(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut marks = 0;
    for c in text.chars() {
        let mark = is_mark(c);
        marks = if mark { marks + 1 } else { 0 };
        if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if is_visible(c) && marks <= MARKS_IN_A_ROW && !(mark && out.is_empty()) {
            out.push(c);
        }
    }
    cut(out.trim(), longest)
}

/// At most `longest` characters; what was longer ends in `…`.
pub fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    let kept = kept.trim_end_matches(|c: char| c == ' ' || is_joiner(c));
    format!("{kept}…")
}

/// For Telegram's HTML and for mail: `&`, `<`, `>` and quotes become entities.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

/// The words of an HTML text whose strange parts went through [`escape`].
pub fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut within = false;
    for c in html.chars() {
        match c {
            '<' => within = true,
            '>' => within = false,
            other if !within => out.push(other),
            _ => (),
        }
    }
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn is_visible(c: char) -> bool {
    match get_general_category(c) {
        GeneralCategory::Control
        | GeneralCategory::Surrogate
        | GeneralCategory::PrivateUse
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator => false,
        GeneralCategory::Format => is_joiner(c),
        // Letters that show nothing: the Hangul fillers and the blank Braille pattern.
        _ => !matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'),
    }
}

/// Emoji and some scripts are spelled with these.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_mark(c: char) -> bool {
    is_joiner(c)
        || matches!(
            get_general_category(c),
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_keep_what_is_read_and_lose_what_deceives() {
        let check = |given: &str, expected: &str| assert_eq!(clean(given, 64), expected);
        check("Rust Berlin", "Rust Berlin");
        check("  Rust\n\tBerlin \r\n", "Rust Berlin");
        check("Rust\u{202e}nilreB\u{2066}\u{200b}\u{feff}", "RustnilreB");
        check("Rust\u{2028}Berlin\u{0}\u{7f}", "Rust Berlin");
        check("Familie 👨‍👩‍👧 ❤️", "Familie 👨‍👩‍👧 ❤️");
        check("مجموعة רוסט ржавчина", "مجموعة רוסט ржавчина");
        check("\u{300}a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}b", "a\u{300}\u{301}\u{302}b");
        check("\u{3164}\u{2800}\u{e000}", "");
        check("\u{200d}\u{200d}", "");
        check(&"x".repeat(1000), &format!("{}…", "x".repeat(63)));
    }

    #[test]
    fn tags_of_strangers_become_words() {
        assert_eq!(
            escape("<b>A & B</b> \"quoted\""),
            "&lt;b&gt;A &amp; B&lt;/b&gt; &quot;quoted&quot;"
        );
        assert_eq!(without_tags("<b>5</b> &lt;b&gt; &amp;lt;"), "5 <b> &lt;");
    }

    proptest! {
        #[test]
        fn nothing_clean_is_long_broken_or_invisible(given in any::<String>(), longest in 1_usize..80) {
            let cleaned = clean(&given, longest);
            prop_assert!(cleaned.chars().count() <= longest);
            prop_assert!(!cleaned.chars().any(|c| c.is_control()));
            prop_assert_eq!(cleaned.trim(), &cleaned);
        }

        #[test]
        fn escaping_can_be_undone(given in any::<String>()) {
            let escaped = escape(&given);
            prop_assert!(!escaped.contains(['<', '>', '"']));
            prop_assert_eq!(without_tags(&escaped), given);
        }
    }
}
