//! Lists as admins type them: domains and dial codes, one or many in a message.

use super::state::List;
use super::text::{BadEntry, Why};
use crate::verification::Hidden;
use crate::verification::address::is_dial_code;
use crate::verification::code::digits;

/// So many entries a list may have.
pub(super) const MOST: usize = 100;

/// What is wrong with a typed list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nothing that could be an entry.
    Empty,
    TooMany,
    /// These entries; none of the others is taken either.
    Bad(Vec<BadEntry>),
}

/// Reads a list: entries stand apart by spaces, commas, semicolons or lines; each is kept once.
///
/// * `house`: dial codes that SMS may go to at all.
/// * `other`: the list of the opposite (allowed or blocked), which must not hold the same.
pub(super) fn read(
    list: List,
    typed: &str,
    house: &[String],
    other: &[String],
) -> Result<Vec<String>, Wrong> {
    let apart = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '،' | '、');
    let mut entries: Vec<String> = Vec::new();
    let mut bad: Vec<BadEntry> = Vec::new();
    for typed in typed.split(apart).filter(|entry| !entry.is_empty()) {
        let read = match list {
            List::Domains | List::BlockedDomains => domain(typed),
            List::Countries => dial_code(typed).and_then(|code| {
                let served = house.iter().any(|allowed| code.starts_with(allowed.as_str()));
                if served { Ok(code) } else { Err(Why::NotServed) }
            }),
            List::BlockedCountries => dial_code(typed),
        };
        match read {
            Ok(entry) if other.contains(&entry) => {
                bad.push(BadEntry { entry: Hidden::new(typed), why: Why::OnOtherList });
            }
            Ok(entry) if entries.contains(&entry) => {}
            Ok(entry) => entries.push(entry),
            Err(why) => bad.push(BadEntry { entry: Hidden::new(typed), why }),
        }
        if entries.len() + bad.len() > MOST {
            return Err(Wrong::TooMany);
        }
    }
    match (entries.is_empty(), bad.is_empty()) {
        (_, false) => Err(Wrong::Bad(bad)),
        (true, true) => Err(Wrong::Empty),
        (false, true) => Ok(entries),
    }
}

/// `example.org`, `@example.org`, `*.example.org` or `@*.example.org`: in lower case and ASCII,
/// with its `@`.
fn domain(typed: &str) -> Result<String, Why> {
    let rule = match typed.split_once('@') {
        Some(("", rule)) => rule,
        Some(_) => return Err(Why::WholeAddress),
        None => typed,
    };
    let (wild, domain) = match rule.strip_prefix("*.") {
        Some(domain) => ("*.", domain),
        None => ("", rule),
    };
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_unreadable| Why::NoDomain)?;
    let last = ascii.rsplit('.').next().unwrap_or_default();
    let real = ascii.contains('.') && !last.bytes().all(|b| b.is_ascii_digit());
    if real { Ok(format!("@{wild}{ascii}")) } else { Err(Why::NoDomain) }
}

/// `+49`, `49` or `0049`, in digits of any script: a country's dial code with its `+`.
fn dial_code(typed: &str) -> Result<String, Why> {
    let bare = typed.strip_prefix(['+', '\u{ff0b}']);
    let code: Option<String> = bare
        .unwrap_or(typed)
        .chars()
        .map(|c| digits::value(c).map(|value| char::from(b'0' + value)))
        .collect();
    let code = code.ok_or(Why::NoDialCode)?;
    let code = match bare {
        Some(_) => code.as_str(),
        None => code.strip_prefix("00").unwrap_or(&code),
    };
    let known = !code.starts_with('0') && code.parse().is_ok_and(is_dial_code);
    if known { Ok(format!("+{code}")) } else { Err(Why::NoDialCode) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::verification::code::looks_like_login_code;

    fn house() -> Vec<String> {
        ["+49", "+43"].map(str::to_owned).into()
    }

    #[track_caller]
    fn check(list: List, typed: &str, expected: &[&str]) {
        assert_eq!(
            read(list, typed, &house(), &[]),
            Ok(expected.iter().map(|e| (*e).to_owned()).collect()),
            "{typed:?}"
        );
    }

    #[track_caller]
    fn refused(list: List, typed: &str, expected: &[(&str, Why)]) {
        let bad =
            expected.iter().map(|(entry, why)| BadEntry { entry: Hidden::new(*entry), why: *why });
        assert_eq!(read(list, typed, &house(), &[]), Err(Wrong::Bad(bad.collect())), "{typed:?}");
    }

    #[test]
    fn domains_are_read_from_all_their_spellings() {
        check(List::Domains, "example.org", &["@example.org"]);
        check(
            List::Domains,
            "@Example.ORG, *.example.org;\n@*.example.com",
            &["@example.org", "@*.example.org", "@*.example.com"],
        );
        check(List::Domains, "bücher.example", &["@xn--bcher-kva.example"]);
        check(List::BlockedDomains, "example.org example.org", &["@example.org"]);
    }

    #[test]
    fn dial_codes_are_read_from_all_their_spellings() {
        check(List::Countries, "+49", &["+49"]);
        check(List::Countries, "49, 0043\n+49", &["+49", "+43"]);
        check(List::BlockedCountries, "+1 +7 ٤٤", &["+1", "+7", "+44"]);
    }

    #[test]
    fn every_bad_entry_is_named_with_its_reason_and_nothing_is_taken() {
        refused(
            List::Domains,
            "example.org nora@example.org localhost exa_mple.org 192.168.0.1 @ *.",
            &[
                ("nora@example.org", Why::WholeAddress),
                ("localhost", Why::NoDomain),
                ("exa_mple.org", Why::NoDomain),
                ("192.168.0.1", Why::NoDomain),
                ("@", Why::NoDomain),
                ("*.", Why::NoDomain),
            ],
        );
        refused(
            List::Countries,
            "+49 +999 germany +0 +44 +4915123456789",
            &[
                ("+999", Why::NoDialCode),
                ("germany", Why::NoDialCode),
                ("+0", Why::NoDialCode),
                ("+44", Why::NotServed),
                ("+4915123456789", Why::NoDialCode),
            ],
        );
    }

    #[test]
    fn nothing_stands_on_both_lists() {
        let other = vec!["@example.org".to_owned()];
        let bad = vec![BadEntry { entry: Hidden::new("example.org"), why: Why::OnOtherList }];
        assert_eq!(read(List::BlockedDomains, "example.org", &[], &other), Err(Wrong::Bad(bad)));
    }

    #[test]
    fn what_is_to_be_typed_here_is_never_taken_for_a_login_code() {
        for typed in [
            "+49, +43",
            "+49 +43",
            "+49, +43, +1",
            "+1, +7, +44",
            "2026-12-31",
            "31.12.2026",
            "9999",
        ] {
            assert!(!looks_like_login_code(typed), "{typed}");
        }
    }

    #[test]
    fn an_empty_list_and_an_endless_one_are_none() {
        assert_eq!(read(List::Domains, " ,\n; ", &[], &[]), Err(Wrong::Empty));
        let many: Vec<String> = (0..=MOST).map(|n| format!("d{n}.example.org")).collect();
        assert_eq!(read(List::Domains, &many.join(" "), &[], &[]), Err(Wrong::TooMany));
        assert!(read(List::Domains, &many[1..].join(" "), &[], &[]).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_read_reads_again_as_the_same(typed in "\\PC{0,60}|[@a-z.*+0-9, ]{0,40}") {
            for list in [List::Domains, List::BlockedDomains, List::Countries, List::BlockedCountries] {
                if let Ok(entries) = read(list, &typed, &house(), &[]) {
                    prop_assert!(!entries.is_empty());
                    let again = read(list, &entries.join("\n"), &house(), &[]);
                    prop_assert_eq!(again, Ok(entries));
                }
            }
        }
    }
}
