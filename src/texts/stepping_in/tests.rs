use std::collections::{BTreeMap, BTreeSet};

use super::super::catalogue::admin_sources;
use super::super::clean::{escape, without_tags};
use super::super::tests::messages_of;
use super::*;
use crate::administration::panel::text::{PanelLabel, PanelText};
use crate::administration::text::{Label, Text};
use crate::texts::Texts;
use crate::verification::applicant::TurnedBack;
use crate::verification::{Language, Name, UserId};

const ACTS: [Act; 4] = [Act::Approve, Act::Decline, Act::Unlock, Act::Revoke];

fn nora() -> Who {
    let name = Name { full: "Nora <Neu>".to_owned(), username: Some("nora".to_owned()) };
    Who { id: UserId(7), name: Some(name) }
}

fn nobody() -> Who {
    Who { id: UserId(4_503_599_627_370_495), name: None }
}

fn results() -> Vec<ActResult> {
    let refused = [
        AdmissionOutcome::Approved,
        AdmissionOutcome::NoRequest,
        AdmissionOutcome::AlreadyMember,
        AdmissionOutcome::NoRights,
        AdmissionOutcome::TooManyChats,
        AdmissionOutcome::UserGone,
        AdmissionOutcome::Failed,
    ];
    let mut all = vec![ActResult::Done, ActResult::LinkSent, ActResult::Nothing];
    all.extend(refused.map(ActResult::Refused));
    all
}

fn place(stand: Stand, lock: Lock) -> Place {
    let (masked, turned_back, approved) = (None, None, None);
    Place { group: None, stand, wrong: 0, lock, masked, turned_back, approved }
}

fn places() -> Vec<Place> {
    let stands = [
        Stand::Unknown,
        Stand::Idle,
        Stand::Password,
        Stand::Channel,
        Stand::Address(Channel::Email),
        Stand::Address(Channel::Sms),
        Stand::Confirm,
        Stand::Code,
        Stand::Admitting,
        Stand::Link,
        Stand::Admitted,
        Stand::Member,
        Stand::Muted,
    ];
    let mut all: Vec<Place> = stands.map(|stand| place(stand, Lock::Open)).into();
    all.push(Place {
        group: Some("Rust & Berlin".to_owned()),
        wrong: 4,
        masked: Some("n•••a@example.org".to_owned()),
        approved: Some(nora()),
        ..place(Stand::Code, Lock::Locked(Duration::from_secs(300)))
    });
    let masked = "n•••a@example.org".to_owned();
    all.push(Place {
        turned_back: Some(TurnedBack::NotOnRoster { masked }),
        ..place(Stand::Address(Channel::Email), Lock::Open)
    });
    all.push(Place { wrong: 50, ..place(Stand::Password, Lock::Stopped) });
    all
}

/// One of each; a new one must be added here to compile.
fn every_text() -> Vec<StepInText> {
    fn listed(text: &StepInText) {
        match text {
            StepInText::NoGate
            | StepInText::AskWho { .. }
            | StepInText::WhichGroup { .. }
            | StepInText::Unreadable
            | StepInText::NotSeen { .. }
            | StepInText::HiddenOrigin
            | StepInText::Yourself
            | StepInText::Myself
            | StepInText::Confirm { .. }
            | StepInText::Doing { .. }
            | StepInText::Result { .. }
            | StepInText::Card { .. } => {}
        }
    }
    let mut all = vec![
        StepInText::NoGate,
        StepInText::Unreadable,
        StepInText::NotSeen { name: "nora".to_owned() },
        StepInText::HiddenOrigin,
        StepInText::Yourself,
        StepInText::Myself,
        StepInText::Card { who: nora(), places: places() },
    ];
    for act in ACTS {
        all.push(StepInText::AskWho { act });
        all.push(StepInText::WhichGroup { act, who: None });
        for who in [nora(), nobody()] {
            all.push(StepInText::WhichGroup { act, who: Some(who.clone()) });
            all.push(StepInText::Confirm { act, who: who.clone() });
            all.push(StepInText::Doing { act, who: who.clone() });
            for result in results() {
                all.push(StepInText::Result { act, who: who.clone(), result });
            }
        }
    }
    all.iter().for_each(listed);
    all
}

fn every_label() -> Vec<StepInLabel> {
    let mut all = vec![StepInLabel::OtherGroup];
    all.extend(ACTS.map(StepInLabel::Act));
    all
}

fn say(tag: &str, text: StepInText) -> String {
    let text = Text::Panel(PanelText::StepIn(text));
    Texts::load().unwrap().administer(&Language::new(tag), Some("Rust Berlin"), &text)
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
    // What a desk says too is looked after there.
    said.retain(|id, _| id.starts_with("stepin-"));
    let sources = admin_sources();
    let ours: Vec<_> = sources.iter().filter(|(part, _, _)| *part == "stepping-in").collect();
    assert_eq!(ours.len(), 2);
    for (part, tag, source) in ours {
        let mut there = messages_of(source);
        for (id, names) in &said {
            let found = there.remove(id).unwrap_or_else(|| panic!("{part}.{tag}.ftl lacks {id}"));
            assert_eq!(&found, names, "{part}.{tag}.ftl: {id} has other values than it is given");
        }
        assert!(there.is_empty(), "{part}.{tag}.ftl: nobody says {:?}", there.keys());
    }
}

#[test]
fn everything_can_be_said_in_every_language_and_is_escaped() {
    let texts = Texts::load().unwrap();
    for tag in ["en", "de"] {
        for text in every_text() {
            let said = texts.catalogue.say_in(tag, &of_text(&text), escape);
            let said = said.unwrap_or_else(|why| panic!("{tag}: {text:?}: {why}"));
            assert!(!said.contains("<Neu>"), "{tag}: {said}");
            assert!(without_tags(&said).chars().count() < 4000, "{tag}: {text:?}");
            assert!(!said.contains("\n\n\n") && said.trim() == said, "{tag}: {said:?}");
        }
        for label in every_label() {
            let label = Label::Panel(PanelLabel::StepIn(label));
            let said = texts.admin_label(&Language::new(tag), &label);
            assert!((1..=40).contains(&said.chars().count()), "{tag}: {said}");
        }
    }
}

/// Whatever came of whatever act: who it was, in a sentence of its own.
#[test]
fn every_result_of_every_act_names_the_person_and_differs_by_act() {
    for tag in ["en", "de"] {
        for result in results() {
            for act in ACTS {
                let said = say(tag, StepInText::Result { act, who: nora(), result });
                assert!(said.contains("Nora &lt;Neu&gt; (@nora)"), "{tag}: {said}");
            }
        }
    }
}

#[test]
fn stepping_in_reads_well() {
    let act = Act::Approve;
    insta::assert_snapshot!(say("en", StepInText::Confirm { act, who: nora() }), @r#"
    <b>Rust Berlin</b>

    <b>Let <a href="tg://user?id=7">Nora &lt;Neu&gt; (@nora)</a> in?</b> Now and whenever they come again, without password or code.
    "#);
    insta::assert_snapshot!(say("de", StepInText::Confirm { act: Act::Revoke, who: nobody() }), @r#"
    <b>Rust Berlin</b>

    <b>Die Zulassung von <a href="tg://user?id=4503599627370495">4503599627370495</a> zurücknehmen?</b> Das heißt: aus der Gruppe entfernt, aber nicht gesperrt, und beim nächsten Mal wieder an mir vorbei.
    "#);
    insta::assert_snapshot!(say("en", StepInText::Result { act, who: nora(), result: ActResult::Done }), @r#"
    <b>Rust Berlin</b>

    ✅ <b><a href="tg://user?id=7">Nora &lt;Neu&gt; (@nora)</a></b> is in the group.
    "#);
    let refused = ActResult::Refused(AdmissionOutcome::TooManyChats);
    insta::assert_snapshot!(say("en", StepInText::Result { act, who: nora(), result: refused }), @r#"
    <b>Rust Berlin</b>

    ❌ Telegram does not let <b><a href="tg://user?id=7">Nora &lt;Neu&gt; (@nora)</a></b> in: they are in too many groups and channels. They have to leave one, then ask to join again; I remember that you approve.
    "#);
    insta::assert_snapshot!(say("de", StepInText::AskWho { act: Act::Unlock }), @r"
    <b>Rust Berlin</b>

    <b>Wessen Sperre soll ich beenden?</b> Bitte tippe den <code>@Namen</code> oder die Nummer, oder leite mir eine Nachricht von der Person weiter.
    ");
    let mut places = places();
    let places = places.split_off(places.len() - 2);
    insta::assert_snapshot!(say("en", StepInText::Card { who: nora(), places: places.clone() }), @r#"
    <b>Rust Berlin</b>

    👤 <b><a href="tg://user?id=7">Nora &lt;Neu&gt; (@nora)</a></b>

    Where: typing the e-mail address
    Turned back: <code>n•••a@example.org</code> is theirs, but it is not on the roster

    Where: at the password
    Wrong tries: 50
    Stopped: too many wrong tries in all; only an admin opens again
    "#);
    insta::assert_snapshot!(say("de", StepInText::Card { who: nora(), places }), @r#"
    <b>Rust Berlin</b>

    👤 <b><a href="tg://user?id=7">Nora &lt;Neu&gt; (@nora)</a></b>

    Wo: bei der E-Mail-Adresse
    Zurückgewiesen: <code>n•••a@example.org</code> gehört dieser Person, aber sie steht nicht auf der Liste

    Wo: beim Passwort
    Falsche Versuche: 50
    Gestoppt: insgesamt zu viele falsche Versuche; nur ein Admin öffnet wieder
    "#);
}
