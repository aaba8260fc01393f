//! The numbers that stand by themselves in a message.
//!
//! A number is digits of any script with nothing, spaces or dashes between them, on one line. It
//! does not stand by itself, and is left out, if it is a piece of something else: of a link or a
//! mail address, of a word (`A123456`), of a phone number (`+49 …`, `(0151) …`), of a date, a time
//! or a sum (`12.03.26`, `12:30`, `1,234`, `12/34`, `€123456`).

use unicode_general_category::{GeneralCategory, get_general_category};
use zeroize::Zeroize;

use super::digits;

/// A number as it stands in a message. Wiped when dropped: it may be a code.
pub struct Number {
    /// ASCII digits.
    pub digits: String,
    /// Cut by dashes alone into pieces such as dates have: `12-03-26`, `2026-08-03`, `2025-26`.
    pub like_a_date: bool,
}

impl Drop for Number {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

/// All numbers that stand by themselves in `text`, in order.
#[must_use]
pub fn standing_alone(text: &str) -> Vec<Number> {
    let symbols = symbols(text);
    let runs = runs(&symbols);
    let mut numbers = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| runs.get(i));
        let glued_before = before.is_some_and(|b| is_glue(between(&symbols, b, run)));
        let glued_after =
            runs.get(index + 1).is_some_and(|next| is_glue(between(&symbols, run, next)));
        let left = run.start.checked_sub(1).and_then(|i| symbols.get(i));
        let right = symbols.get(run.end);
        if !glued_before
            && !glued_after
            && left.is_none_or(|&symbol| may_precede(symbol))
            && right.is_none_or(|&symbol| may_follow(symbol))
        {
            numbers.push(number(symbols.get(run.start..run.end).unwrap_or_default()));
        }
    }
    numbers
}

#[derive(Copy, Clone, PartialEq)]
enum Symbol {
    Digit(char),
    Blank,
    Dash,
    LineBreak,
    Other(char),
}

/// From its first digit to behind its last one.
struct Run {
    start: usize,
    end: usize,
}

fn symbols(text: &str) -> Vec<Symbol> {
    without_links(text)
        .chars()
        .filter(|&c| !digits::is_invisible(c))
        .map(|c| match digits::value(c) {
            Some(digit) => Symbol::Digit(char::from(b'0' + digit)),
            None if matches!(
                c,
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
            ) =>
            {
                Symbol::LineBreak
            }
            None if c.is_whitespace() => Symbol::Blank,
            None if digits::is_dash(c) => Symbol::Dash,
            None => Symbol::Other(c),
        })
        .collect()
}

/// Puts `@`, beside which no number stands alone, in the place of every link and mail address.
fn without_links(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(found) = rest.find(|c: char| c.is_ascii_graphic()) {
        kept.push_str(rest.get(..found).unwrap_or_default());
        let from = rest.get(found..).unwrap_or_default();
        let end = from.find(|c: char| !c.is_ascii_graphic()).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        kept.push_str(if is_link(word) { "@" } else { word });
        rest = after;
    }
    kept.push_str(rest);
    kept
}

fn is_link(word: &str) -> bool {
    word.contains("://")
        || word.contains("t.me/")
        || word.contains("www.")
        || word.find('@').is_some_and(|at| {
            let beside = |b: u8| b.is_ascii_alphanumeric();
            let bytes = word.as_bytes();
            at.checked_sub(1).and_then(|i| bytes.get(i)).is_some_and(|&b| beside(b))
                && bytes.get(at + 1).is_some_and(|&b| beside(b))
        })
}

/// Spaces and dashes between digits belong to the number; whatever else ends it.
fn runs(symbols: &[Symbol]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = false;
    for (index, symbol) in symbols.iter().enumerate() {
        match symbol {
            Symbol::Digit(_) => match runs.last_mut() {
                Some(run) if open => run.end = index + 1,
                _ => {
                    runs.push(Run { start: index, end: index + 1 });
                    open = true;
                }
            },
            Symbol::Blank | Symbol::Dash => {}
            Symbol::LineBreak | Symbol::Other(_) => open = false,
        }
    }
    runs
}

fn between<'a>(symbols: &'a [Symbol], left: &Run, right: &Run) -> &'a [Symbol] {
    symbols.get(left.end..right.start).unwrap_or_default()
}

/// Whether what stands between two numbers makes one thing of them: no space at all
/// (`12.03.26`), or a closing bracket or a slash and no word (`(0151) 234`, `12 / 34`).
fn is_glue(gap: &[Symbol]) -> bool {
    let has = |wanted: fn(&Symbol) -> bool| gap.iter().any(wanted);
    let word = has(|s| matches!(s, Symbol::Other(c) if c.is_alphabetic()));
    let apart = has(|s| matches!(s, Symbol::Blank | Symbol::LineBreak));
    let joint = has(|s| matches!(s, Symbol::Other(')' | '）' | '/')));
    let line = has(|s| matches!(s, Symbol::LineBreak));
    !word && !line && (!apart || joint)
}

fn may_precede(symbol: Symbol) -> bool {
    match symbol {
        Symbol::Digit(_) | Symbol::Blank | Symbol::Dash | Symbol::LineBreak => true,
        // A vowel sign ends words of many scripts: it belongs to the letter before it.
        Symbol::Other(c) => stands_apart(c) || is_mark(c),
    }
}

fn may_follow(symbol: Symbol) -> bool {
    match symbol {
        Symbol::Digit(_) | Symbol::Blank | Symbol::Dash | Symbol::LineBreak => true,
        Symbol::Other(c) => stands_apart(c),
    }
}

fn is_mark(character: char) -> bool {
    matches!(
        get_general_category(character),
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark
    )
}

/// Whether a number may touch this character and still stand by itself. Letters of scripts that
/// have no case may: many of them are written without spaces.
fn stands_apart(character: char) -> bool {
    use GeneralCategory as G;
    match get_general_category(character) {
        G::OtherLetter | G::ModifierLetter | G::OtherSymbol | G::ModifierSymbol => true,
        G::OpenPunctuation
        | G::ClosePunctuation
        | G::InitialPunctuation
        | G::FinalPunctuation
        | G::DashPunctuation => true,
        G::OtherPunctuation => !matches!(
            character,
            '@' | '#' | '%' | '&' | '/' | '\\' | '＠' | '＃' | '％' | '＆' | '／'
        ),
        G::MathSymbol => !matches!(character, '+' | '=' | '±' | '×' | '÷' | '＋' | '＝'),
        _ => false,
    }
}

fn number(symbols: &[Symbol]) -> Number {
    let mut digits = String::with_capacity(symbols.len());
    let mut pieces: Vec<usize> = Vec::new();
    let mut blank = false;
    let mut open = false;
    for symbol in symbols {
        match symbol {
            Symbol::Digit(digit) => {
                digits.push(*digit);
                match pieces.last_mut() {
                    Some(piece) if open => *piece += 1,
                    _ => pieces.push(1),
                }
                open = true;
            }
            Symbol::Blank => {
                blank = true;
                open = false;
            }
            Symbol::Dash | Symbol::LineBreak | Symbol::Other(_) => open = false,
        }
    }
    let like_a_date = !blank
        && matches!(
            pieces.as_slice(),
            [2, 2, 2] | [4, 2, 2] | [2, 2, 4] | [4, 2] | [2, 4] | [4, 4]
        );
    Number { digits, like_a_date }
}
