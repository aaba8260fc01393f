use std::collections::{BTreeMap, BTreeSet};

use super::super::catalogue::admin_sources;
use super::super::clean::{escape, without_tags};
use super::super::tests::messages_of;
use super::*;
use crate::administration::panel::text::{PanelLabel, PanelText};
use crate::administration::text::{Label, Text};
use crate::texts::Texts;
use crate::verification::{Hidden, Language};

/// What Telegram takes in one message.
const LONGEST: usize = 4096;

fn reasons() -> [Reason; 3] {
    [Reason::Unreadable, Reason::CannotReceive, Reason::Broken]
}

fn bad(many: u32) -> Vec<Bad> {
    (1..=many)
        .zip(reasons().into_iter().cycle())
        .map(|(n, reason)| Bad { line: n * 500, reason })
        .collect()
}

fn bad_typed(many: usize) -> Vec<BadTyped> {
    let one = |why| BadTyped { entry: Hidden::new("<nobody & nowhere>".repeat(9)), why };
    reasons().into_iter().cycle().take(many).map(one).collect()
}

fn lines(many: u32) -> Vec<Listed> {
    (0..many).map(|admitted| Listed { masked: "n•••a@example.org".to_owned(), admitted }).collect()
}

/// One of each; a new one must be added here to compile.
fn every_text() -> Vec<RosterText> {
    fn listed(text: &RosterText) {
        match text {
            RosterText::Roster { .. }
            | RosterText::List { .. }
            | RosterText::HowTo { .. }
            | RosterText::WhichGroup
            | RosterText::NoGate
            | RosterText::Fixed
            | RosterText::Reading
            | RosterText::TooLarge { .. }
            | RosterText::NotFetched
            | RosterText::Unusable { .. }
            | RosterText::Bad { .. }
            | RosterText::Preview { .. }
            | RosterText::NothingNew { .. }
            | RosterText::UploadGone
            | RosterText::UploadDropped
            | RosterText::Exporting { .. }
            | RosterText::AskAdd
            | RosterText::AskRemove
            | RosterText::BadTyped { .. }
            | RosterText::TooManyTyped { .. }
            | RosterText::NothingTyped
            | RosterText::Added { .. }
            | RosterText::Removed { .. }
            | RosterText::ConfirmClear { .. }
            | RosterText::Cleared { .. } => {}
        }
    }
    let mut all = vec![
        RosterText::HowTo { lines: 10_000 },
        RosterText::WhichGroup,
        RosterText::NoGate,
        RosterText::Fixed,
        RosterText::Reading,
        RosterText::TooLarge { most: 2 },
        RosterText::NotFetched,
        RosterText::UploadGone,
        RosterText::UploadDropped,
        RosterText::AskAdd,
        RosterText::AskRemove,
        RosterText::TooManyTyped { most: 100 },
        RosterText::NothingTyped,
        RosterText::List { lines: lines(1), size: 1 },
        RosterText::List { lines: lines(10), size: 10_000 },
    ];
    for why in [Unusable::NotText, Unusable::Empty, Unusable::TooLong] {
        all.push(RosterText::Unusable { why, lines: 10_000 });
    }
    for many in [0, 1, 2, 10_000] {
        for required in [true, false] {
            all.push(RosterText::Roster { size: many, required });
            all.push(RosterText::ConfirmClear { size: many, required });
        }
        all.push(RosterText::Bad { bad: bad(20), more: many, good: many });
        all.push(RosterText::BadTyped { bad: bad_typed(20), more: many });
        all.push(RosterText::Cleared { size: many });
        all.push(RosterText::Exporting { size: many });
        all.push(RosterText::NothingNew { known: many });
        for known in [0, 1, 2] {
            all.push(RosterText::Preview { new: many, known, repeated: known });
            all.push(RosterText::Added { new: many, known });
            all.push(RosterText::Removed { removed: many, missing: known });
        }
    }
    all.iter().for_each(listed);
    all
}

/// One of each; a new one must be added here to compile.
fn every_label() -> Vec<RosterLabel> {
    fn listed(label: &RosterLabel) {
        match label {
            RosterLabel::SendFile
            | RosterLabel::Add
            | RosterLabel::Remove
            | RosterLabel::List
            | RosterLabel::More
            | RosterLabel::FromStart
            | RosterLabel::Export
            | RosterLabel::Clear
            | RosterLabel::Apply { .. }
            | RosterLabel::Cancel => {}
        }
    }
    let all = vec![
        RosterLabel::SendFile,
        RosterLabel::Add,
        RosterLabel::Remove,
        RosterLabel::List,
        RosterLabel::More,
        RosterLabel::FromStart,
        RosterLabel::Export,
        RosterLabel::Clear,
        RosterLabel::Apply { new: 10_000 },
        RosterLabel::Cancel,
    ];
    all.iter().for_each(listed);
    all
}

#[test]
fn every_language_has_every_message_with_every_value_and_none_that_nobody_says() {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut queue: Vec<Sentence> = every_text().iter().map(of_text).collect();
    queue.extend(every_label().iter().map(of_label));
    while let Some(sentence) = queue.pop() {
        let names = said.entry(sentence.id.to_owned()).or_default();
        for (name, value) in sentence.values {
            names.insert(name.to_owned());
            if let Value::Lines(lines, _) = value {
                queue.extend(lines);
            }
        }
    }
    let sources = admin_sources();
    let ours: Vec<_> = sources.iter().filter(|(part, _, _)| *part == "roster").collect();
    assert_eq!(ours.len(), 2);
    for (_, tag, source) in ours {
        let mut there = messages_of(source);
        for (id, names) in &said {
            let found = there.remove(id).unwrap_or_else(|| panic!("roster.{tag}.ftl lacks {id}"));
            assert_eq!(&found, names, "roster.{tag}.ftl: {id} has other values than it is given");
        }
        assert!(there.is_empty(), "roster.{tag}.ftl: nobody says {:?}", there.keys());
    }
}

#[test]
fn everything_can_be_said_in_every_language_and_fits() {
    let texts = Texts::load().unwrap();
    for tag in ["en", "de"] {
        for text in every_text() {
            let said = texts.catalogue.say_in(tag, &of_text(&text), escape);
            let said = said.unwrap_or_else(|why| panic!("{tag}: {text:?}: {why}"));
            let shown = without_tags(&said);
            assert!(shown.chars().count() < LONGEST - 100, "{tag}: {text:?}");
            assert!(!said.contains("<nobody"), "{tag}: {said}");
            assert!(!said.contains("\n\n\n") && said.trim() == said, "{tag}: {said:?}");
        }
        for label in every_label() {
            let label = Label::Panel(PanelLabel::InRoster(label));
            let said = texts.admin_label(&Language::new(tag), &label);
            assert!((1..=40).contains(&said.chars().count()), "{tag}: {said}");
        }
    }
}

#[test]
fn a_file_with_bad_lines_is_answered_in_full() {
    let texts = Texts::load().unwrap();
    let say = |tag: &str, text: RosterText| {
        let text = Text::Panel(PanelText::Roster(text));
        texts.administer(&Language::new(tag), Some("Rust Berlin"), &text)
    };
    let lines = bad(3);
    insta::assert_snapshot!(say("en", RosterText::Bad { bad: lines.clone(), more: 12, good: 85 }), @r"
    <b>Rust Berlin</b>

    <b>Nothing was changed</b>: some lines of your file hold no address that I can read. Please mend these and send the file again:

    • line 500: neither an e-mail address nor a phone number with its dial code
    • line 1000: this number cannot receive SMS
    • line 1500: not UTF-8, or a quotation mark that is never closed
    … and 12 more

    The other 85 lines are all right.
    ");
    insta::assert_snapshot!(say("de", RosterText::Bad { bad: lines, more: 1, good: 1 }), @r"
    <b>Rust Berlin</b>

    <b>Es hat sich nichts geändert</b>: In einigen Zeilen deiner Datei steht keine Adresse, die ich lesen kann. Bitte verbessere diese und schick die Datei noch einmal:

    • Zeile 500: weder eine Mailadresse noch eine Telefonnummer mit Vorwahl
    • Zeile 1000: diese Nummer kann keine SMS empfangen
    • Zeile 1500: kein UTF-8, oder ein Anführungszeichen, das nie endet
    … und noch eine

    Eine andere Zeile ist in Ordnung.
    ");
    insta::assert_snapshot!(say("en", RosterText::Preview { new: 412, known: 3, repeated: 1 }), @r"
    <b>Rust Berlin</b>

    <b>Shall I put this on the roster?</b>

    • new: <b>412</b>
    • there already: 3
    • twice in the file: 1

    Every line is all right. Nobody is removed; nothing has changed yet.
    ");
    insta::assert_snapshot!(say("de", RosterText::Roster { size: 0, required: true }), @r"
    <b>Rust Berlin</b>

    <b>Liste:</b> leer

    <b>Nur Adressen darauf dürfen hinein, und es gibt keine: Niemand kommt herein.</b>

    Du kannst mir auch einfach eine CSV-Datei schicken.
    ");
    insta::assert_snapshot!(say("en", RosterText::List { lines: self::lines(3), size: 415 }), @r"
    <b>Rust Berlin</b>

    <b>Roster</b>, part of 415 addresses:

    • <code>n•••a@example.org</code>
    • <code>n•••a@example.org</code> – let 1 account in
    • <code>n•••a@example.org</code> – let 2 accounts in

    The addresses are masked here; in full they are in the exported file.
    ");
    insta::assert_snapshot!(say("de", RosterText::Added { new: 412, known: 3 }), @r"
    <b>Rust Berlin</b>

    412 Adressen stehen jetzt auf der Liste. 3 waren schon da.
    ");
}
