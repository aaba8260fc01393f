use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::administration::outcome::DEEDS;
use crate::texts::catalogue::Catalogue;
use crate::texts::clean::{escape, without_tags};
use crate::texts::tests::messages_of;
use crate::verification::applicant::Decision;
use crate::verification::gate::Mode;
use crate::verification::{Language, Name, UserId};

const SOURCES: [(&str, &str); 2] = [
    ("en", include_str!("../../../locales/admin/desk.en.ftl")),
    ("de", include_str!("../../../locales/admin/desk.de.ftl")),
];

/// 2026-11-20, 11:57:42 UTC.
const AT: Timestamp = Timestamp(1_795_175_862_000);

fn catalogue() -> Catalogue {
    Catalogue::load().unwrap()
}

fn ada() -> Who {
    let name = Name { full: "Ada <Admin>".to_owned(), username: Some("ada".to_owned()) };
    Who { id: UserId(7), name: Some(name) }
}

fn nora() -> Who {
    Who { id: UserId(8), name: Some(Name { full: "Nora".to_owned(), username: None }) }
}

fn link(name: Option<&str>, primary: bool) -> Finding {
    let url = "https://t.me/+aBcDeFgH…".to_owned();
    Finding::UngatedLink { url, name: name.map(str::to_owned), primary }
}

/// One of each; a new one must be added here to compile.
fn every_finding() -> Vec<Finding> {
    fn listed(finding: &Finding) {
        match finding {
            Finding::Gone
            | Finding::NotAdmin
            | Finding::NoInvite
            | Finding::NoRestrict
            | Finding::NoDelete
            | Finding::Basic
            | Finding::NoApproval
            | Finding::MembersAdd
            | Finding::UngatedLink { .. }
            | Finding::OtherBots(_)
            | Finding::LogGone => {}
        }
    }
    let all = vec![
        Finding::Gone,
        Finding::NotAdmin,
        Finding::NoInvite,
        Finding::NoRestrict,
        Finding::NoDelete,
        Finding::Basic,
        Finding::NoApproval,
        Finding::MembersAdd,
        link(None, true),
        link(None, false),
        link(Some("Flyer & Poster"), false),
        Finding::OtherBots(vec!["Guard Bot".to_owned()]),
        Finding::OtherBots(vec!["Guard Bot".to_owned(), "Greeter".to_owned()]),
        Finding::LogGone,
    ];
    all.iter().for_each(listed);
    all
}

fn line(about: Option<Who>, by: Option<Who>, what: &str, detail: Detail) -> LogLine {
    LogLine { at: AT, about, by, what: what.to_owned(), detail }
}

fn card(person: Who, at: HelpStep, wrong: u32, masked: Option<String>) -> DeskText {
    DeskText::Card { person, at, wrong, masked, turned_back: None }
}

fn code() -> Detail {
    Detail::Code { number: 1, masked: "n•••a@example.org".to_owned() }
}

fn every_reason() -> [TurnedBack; 3] {
    let masked = "n•••a@example.org".to_owned();
    [
        TurnedBack::NotAllowed { masked: masked.clone() },
        TurnedBack::NotOnRoster { masked: masked.clone() },
        TurnedBack::Taken { masked },
    ]
}

/// One of each; a new one must be added here to compile.
fn every_detail() -> Vec<Detail> {
    fn listed(detail: &Detail) {
        match detail {
            Detail::None
            | Detail::Label(_)
            | Detail::Left(_)
            | Detail::Lock(_)
            | Detail::Code { .. }
            | Detail::Masked(_)
            | Detail::Count(_)
            | Detail::Switch(_)
            | Detail::Channels(_)
            | Detail::Limits(_)
            | Detail::Language(_)
            | Detail::Mode(_)
            | Detail::RemoveAfter(_)
            | Detail::DialCode(_)
            | Detail::Wrong { .. }
            | Detail::Requests { .. }
            | Detail::LinkSent
            | Detail::Nothing
            | Detail::Refused => {}
        }
    }
    let mut all = vec![
        Detail::None,
        Detail::Label("spring <b>".to_owned()),
        Detail::Masked("n•••a@example.org".to_owned()),
        code(),
        Detail::Count(3),
        Detail::Language(Language::new("de")),
        Detail::RemoveAfter(None),
        Detail::RemoveAfter(Some(Duration::from_secs(3600))),
        Detail::DialCode(49),
        Detail::Wrong { passwords: 31, codes: 2 },
        Detail::Requests { requests: 10_000, missed: 689 },
        Detail::LinkSent,
        Detail::Nothing,
        Detail::Refused,
    ];
    all.extend([0, 1, 2].map(Detail::Left));
    all.extend([1, 2].map(Detail::Lock));
    all.extend([true, false].map(Detail::Switch));
    all.extend([None, Some(Channel::Email), Some(Channel::Sms)].map(Detail::Channels));
    all.extend(Strictness::ALL.map(Detail::Limits));
    let modes = [Mode::JoinRequest, Mode::Restrict { remove_after: None }, Mode::PersonalLink];
    all.extend(modes.map(Detail::Mode));
    all.iter().for_each(listed);
    all
}

fn every_line() -> Vec<LogLine> {
    let mut lines = vec![
        line(Some(nora()), None, "wrong_password", Detail::Left(2)),
        line(Some(nora()), Some(ada()), "approved", Detail::None),
        line(Some(nora()), Some(ada()), "approved", Detail::LinkSent),
        line(None, Some(ada()), "some_new_deed", Detail::Label("spring <b>".to_owned())),
        line(None, Some(ada()), "gate_closed", Detail::None),
        line(None, None, "swept", Detail::None),
    ];
    lines.extend(every_detail().into_iter().map(|detail| line(None, Some(ada()), "asked", detail)));
    lines.extend(DID.iter().map(|(what, _)| line(Some(nora()), None, what, Detail::None)));
    lines
}

fn every_text() -> Vec<DeskText> {
    fn listed(text: &DeskText) {
        match text {
            DeskText::Goodbye
            | DeskText::Signpost { .. }
            | DeskText::Muted { .. }
            | DeskText::ManyMuted { .. }
            | DeskText::NobodyMuted
            | DeskText::Findings { .. }
            | DeskText::Unexamined { .. }
            | DeskText::Card { .. }
            | DeskText::CardAnswered { .. }
            | DeskText::CardOver { .. }
            | DeskText::Guessing { .. }
            | DeskText::Raid { .. }
            | DeskText::AlreadyAnswered { .. }
            | DeskText::CardGone
            // In the words of the owners' alarms.
            | DeskText::Alarm(_)
            | DeskText::Log { .. } => {}
        }
    }
    let hour = Some(Duration::from_secs(3600));
    let mut all = vec![
        DeskText::Goodbye,
        DeskText::Signpost { admin: true },
        DeskText::Signpost { admin: false },
        DeskText::Muted { name: Some("Nora".to_owned()), remove_after: None },
        DeskText::Muted { name: None, remove_after: hour },
        many(2, false, &["Nora", "<Bo>"]),
        many(1, true, &[]),
        many(12, false, &[]),
        many(500, true, &[]),
        DeskText::NobodyMuted,
        DeskText::Findings { at: AT, findings: BTreeSet::new() },
        DeskText::Findings { at: AT, findings: BTreeSet::from([Finding::MembersAdd]) },
        DeskText::Findings { at: AT, findings: every_finding().into_iter().collect() },
        DeskText::Unexamined { at: AT },
        DeskText::CardGone,
        DeskText::Log { lines: every_line(), unkept: 0 },
        DeskText::Log { lines: every_line(), unkept: 37 },
        DeskText::Log { lines: every_line(), unkept: 1 },
        DeskText::Log { lines: Vec::new(), unkept: 1 },
    ];
    for at in [
        HelpStep::Nothing,
        HelpStep::Password,
        HelpStep::Channel,
        HelpStep::Email,
        HelpStep::Phone,
        HelpStep::Confirm,
        HelpStep::Code,
        HelpStep::Locked,
        HelpStep::Stopped,
        HelpStep::Admitting,
        HelpStep::Link,
        HelpStep::Admitted,
    ] {
        let masked = (at == HelpStep::Code).then(|| "n•••a@example.org".to_owned());
        let turned_back = every_reason().get(at as usize).cloned();
        all.push(DeskText::Card { person: nora(), at, wrong: 3, masked, turned_back });
    }
    for act in [Act::Approve, Act::Decline, Act::Unlock, Act::Revoke] {
        for by in [Answerer::You, Answerer::Other(ada())] {
            all.push(DeskText::AlreadyAnswered { act, by: by.clone() });
            for result in [
                None,
                Some(ActResult::Done),
                Some(ActResult::LinkSent),
                Some(ActResult::Nothing),
                Some(ActResult::Refused(AdmissionOutcome::NoRights)),
                Some(ActResult::Refused(AdmissionOutcome::TooManyChats)),
                Some(ActResult::Refused(AdmissionOutcome::UserGone)),
                Some(ActResult::Refused(AdmissionOutcome::Failed)),
            ] {
                let by = by.clone();
                all.push(DeskText::CardAnswered { person: nora(), act, by, result });
            }
        }
    }
    for slowed in [false, true] {
        all.push(DeskText::Guessing { since: AT, passwords: 34, codes: 1, slowed });
    }
    for (by, missed, over) in [(None, 0, None), (Some(ada()), 12, None), (None, 1_000, Some(AT))] {
        let figures = RaidFigures { since: AT, by, requests: 10_000, missed, calls: 3, over };
        all.push(DeskText::Raid { figures, link: "https://t.me/gate_bot?start=gabc".to_owned() });
    }
    for why in [CardEnd::NotNeeded, CardEnd::TooOld, CardEnd::NoGate, CardEnd::NotYours] {
        all.push(DeskText::CardOver { person: nora(), why });
    }
    all.iter().for_each(listed);
    all
}

fn every_label() -> Vec<DeskLabel> {
    fn listed(label: &DeskLabel) {
        match label {
            DeskLabel::CheckAgain
            | DeskLabel::SetUp
            | DeskLabel::Approve
            | DeskLabel::Decline
            | DeskLabel::Unlock
            | DeskLabel::Pass => {}
        }
    }
    let all = vec![
        DeskLabel::CheckAgain,
        DeskLabel::SetUp,
        DeskLabel::Approve,
        DeskLabel::Decline,
        DeskLabel::Unlock,
        DeskLabel::Pass,
    ];
    all.iter().for_each(listed);
    all
}

fn many(count: u32, more: bool, names: &[&str]) -> DeskText {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    DeskText::ManyMuted { count, more, names, remove_after: Some(Duration::from_secs(3600)) }
}

fn every_sentence() -> Vec<Sentence> {
    let texts = every_text();
    let labels = every_label();
    texts.iter().map(of_text).chain(labels.iter().map(of_label)).collect()
}

fn say(language: &str, text: &DeskText) -> String {
    catalogue().say(&Language::new(language), &of_text(text), escape)
}

#[test]
fn both_languages_have_every_message_with_every_value_and_none_that_nobody_says() {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut queue = every_sentence();
    while let Some(sentence) = queue.pop() {
        let names = said.entry(sentence.id.to_owned()).or_default();
        for (name, value) in sentence.values {
            names.insert(name.to_owned());
            match value {
                Value::Said(inner) => queue.push(inner),
                Value::Lines(lines, _) => queue.extend(lines),
                Value::Words(_)
                | Value::Choice(_)
                | Value::Count(_)
                | Value::In(_)
                | Value::Countdown(_)
                | Value::For(_) => {}
            }
        }
    }
    // What is said in the words of the panel is looked after there.
    said.retain(|id, _| id.starts_with("desk-"));
    for (tag, source) in SOURCES {
        let there = messages_of(source);
        for (id, names) in &said {
            let found = there.get(id).unwrap_or_else(|| panic!("{tag} lacks {id}"));
            assert_eq!(found, names, "{tag}: {id} has other values than it is given");
        }
        let unsaid: Vec<_> = there.keys().filter(|id| !said.contains_key(*id)).collect();
        assert!(unsaid.is_empty(), "{tag} has messages that nobody says: {unsaid:?}");
    }
}

#[test]
fn everything_renders_in_both_languages_in_telegrams_html() {
    let catalogue = catalogue();
    for (tag, _) in SOURCES {
        for sentence in every_sentence() {
            let said = catalogue.say_in(tag, &sentence, escape).unwrap();
            let shown = without_tags(&said);
            assert!(!shown.trim().is_empty() && shown.trim_end() == shown, "{tag}: {said:?}");
            assert!(!said.contains(['{', '}', '$']) && !said.contains("  "), "{tag}: {said:?}");
            let mut open = Vec::new();
            for part in said.split('<').skip(1) {
                let (word, _) = part.split_once('>').unwrap();
                let word = if word.starts_with("a href=\"tg://user?id=") { "a" } else { word };
                match word.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{said}"),
                    None => open.push(word),
                }
                assert!(["a", "b", "i", "code"].contains(&word.trim_start_matches('/')), "{said}");
            }
            assert!(open.is_empty(), "{said}");
        }
        for label in every_label() {
            let said = catalogue.say_in(tag, &of_label(&label), str::to_owned).unwrap();
            assert!(said.chars().count() <= 40 && !said.contains('<'), "{said}");
        }
    }
}

#[test]
fn everything_that_is_wrong_at_once_fits_into_one_message() {
    let mut findings: BTreeSet<Finding> = every_finding().into_iter().collect();
    findings.retain(|finding| !finding.blinds());
    findings.retain(|finding| !matches!(finding, Finding::UngatedLink { .. }));
    let url = "x".repeat(64);
    findings.extend((0..5).map(|n| Finding::UngatedLink {
        url: format!("{n}{url}"),
        name: Some("n".repeat(32)),
        primary: false,
    }));
    for (tag, _) in SOURCES {
        let text = DeskText::Findings { at: AT, findings: findings.clone() };
        let said = say(tag, &text);
        assert!(said.encode_utf16().count() < 3_900, "{}", said.len());
    }
}

#[test]
fn every_decision_of_the_rules_has_words() {
    let (left, masked, label) = (1, String::new(), String::new());
    let decisions = [
        Decision::Asked,
        Decision::RightPassword { label },
        Decision::WrongPassword { left },
        Decision::Locked { locks: 1 },
        Decision::HardStopped,
        Decision::CodeIssued { channel: Channel::Email, number: 1, masked: masked.clone() },
        Decision::CodeIssued { channel: Channel::Sms, number: 1, masked: masked.clone() },
        Decision::SendLimitReached,
        Decision::AddressRefused { masked },
        Decision::RightCode,
        Decision::TapLink,
        Decision::WrongCode { left },
        Decision::OldCode,
        Decision::ExpiredCode,
        Decision::Admitted,
        Decision::PersonalLink,
        Decision::AdmissionFailed,
        Decision::LetInByOthers,
        Decision::Left,
        Decision::Cancelled,
        Decision::Swept,
        Decision::LoginCodeSeen,
        Decision::Unreachable,
        Decision::NotOnRoster { masked: String::new() },
        Decision::AddressTaken { masked: String::new() },
        Decision::GateClosed,
        Decision::Muted,
        Decision::Removed,
        Decision::HelpWanted,
    ];
    for decision in decisions {
        assert_ne!(did(decision.name()).id, "desk-did-other", "{}", decision.name());
    }
}

#[test]
fn every_deed_has_words() {
    for deed in DEEDS {
        assert_ne!(did(deed).id, "desk-did-other", "{deed}");
    }
}

#[test]
fn cards_read_well() {
    let masked = Some("n•••a@example.org".to_owned());
    let stopped = card(ada(), HelpStep::Stopped, 50, masked);
    insta::assert_snapshot!(say("en", &stopped), @r#"
    🙋 <b><a href="tg://user?id=7">Ada &lt;Admin&gt; (@ada)</a></b> asks for an admin.

    Where: too many wrong tries in all
    Wrong tries: 50
    Address: <code>n•••a@example.org</code>

    <b>Approve</b> lets them in, now and whenever they come again. <b>Decline</b> turns down what they ask for now. <b>Unlock</b> forgets the wrong tries, and they go on by themselves.
    "#);
    insta::assert_snapshot!(say("de", &stopped), @r#"
    🙋 <b><a href="tg://user?id=7">Ada &lt;Admin&gt; (@ada)</a></b> bittet um einen Admin.

    Wo: insgesamt zu viele falsche Versuche
    Falsche Versuche: 50
    Adresse: <code>n•••a@example.org</code>

    <b>Genehmigen</b> lässt die Person herein, jetzt und künftig immer. <b>Ablehnen</b> weist nur diese Anfrage ab. <b>Entsperren</b> vergisst die falschen Versuche, und es geht ohne dich weiter.
    "#);
    let unknown = Who { id: UserId(7_100_000_002), name: None };
    let nameless = card(unknown, HelpStep::Password, 0, None);
    insta::assert_snapshot!(say("en", &nameless), @r#"
    🙋 <b><a href="tg://user?id=7100000002">7100000002</a></b> asks for an admin.

    Where: at the password
    Wrong tries: 0

    <b>Approve</b> lets them in, now and whenever they come again. <b>Decline</b> turns down what they ask for now. <b>Unlock</b> forgets the wrong tries, and they go on by themselves.
    "#);
    let answered = |act, by, result| DeskText::CardAnswered { person: nora(), act, by, result };
    insta::assert_snapshot!(say("en", &answered(Act::Approve, Answerer::Other(ada()), None)), @r#"<b><a href="tg://user?id=8">Nora (8)</a></b> asked for an admin: approved by Ada &lt;Admin&gt; (@ada)."#);
    let mine = answered(Act::Unlock, Answerer::You, Some(ActResult::Done));
    insta::assert_snapshot!(say("de", &mine), @r#"<b><a href="tg://user?id=8">Nora (8)</a></b> hat um einen Admin gebeten: entsperrt von dir. Es kann weitergehen."#);
    let already = DeskText::AlreadyAnswered { act: Act::Decline, by: Answerer::Other(ada()) };
    insta::assert_snapshot!(say("de", &already), @"Schon abgelehnt von Ada &lt;Admin&gt; (@ada).");
}

#[test]
fn findings_are_said_in_the_words_of_telegrams_menus() {
    let findings = BTreeSet::from([Finding::NoInvite, Finding::MembersAdd, link(None, true)]);
    let text = DeskText::Findings { at: AT, findings };
    insta::assert_snapshot!(say("en", &text), @r"
    ⚠️ <b>3 things are not right yet:</b>

    • I may let nobody in. <b>Edit → Administrators</b> → me → <b>Invite Users via Link</b>: on. (Where members may not add people, it is called <b>Add Users</b> or <b>Add Members</b>.) Whoever waits is told that it is not their fault.

    • Members may add people past me. <b>Edit → Permissions → Add Members</b>: off.

    • Somebody came in by the <b>primary link</b> (<code>https://t.me/+aBcDeFgH…</code>), which lets everybody in without asking. <b>Edit → Invite Links → ⋮ → Revoke Link</b>, and give nobody the new one.

    Looked at 11:57:42 UTC. What you have mended goes from here when you press the button.
    ");
    insta::assert_snapshot!(say("de", &text), @r"
    ⚠️ <b>3 Dinge stimmen noch nicht:</b>

    • Ich darf niemanden hereinlassen. <b>Bearbeiten → Administratoren</b> → ich → <b>Nutzer per Link einladen</b>: an. (Dürfen Mitglieder niemanden hinzufügen, heißt es <b>Nutzer hinzufügen</b> oder <b>Mitglieder hinzufügen</b>.) Wer wartet, erfährt, dass es nicht an ihm liegt.

    • Mitglieder dürfen Leute an mir vorbei hinzufügen. <b>Bearbeiten → Berechtigungen → Mitglieder hinzufügen</b>: aus.

    • Jemand kam über den <b>Hauptlink</b> (<code>https://t.me/+aBcDeFgH…</code>) herein, der alle ungefragt hereinlässt. <b>Bearbeiten → Einladungslinks → ⋮ → Link widerrufen</b>, und gib den neuen niemandem.

    Angesehen um 11:57:42 UTC. Was du behoben hast, verschwindet hier, wenn du den Knopf drückst.
    ");
    let well = DeskText::Findings { at: AT, findings: BTreeSet::new() };
    insta::assert_snapshot!(say("en", &well), @r"
    ✅ I see nothing that is set up wrongly.

    Other admins’ invite links I cannot see. But I notice when somebody comes in by one that asks nobody.

    Looked at 11:57:42 UTC.
    ");
}

#[test]
fn the_log_is_one_line_for_each_decision() {
    let lines = vec![
        line(Some(nora()), None, "code_issued_email", code()),
        line(Some(nora()), Some(ada()), "approved", Detail::None),
        line(None, Some(ada()), "password_added", Detail::Label("spring".to_owned())),
        line(None, None, "swept", Detail::None),
    ];
    let text = DeskText::Log { lines, unkept: 37 };
    insta::assert_snapshot!(say("en", &text), @r"
    11:57 <b>Nora (8)</b>: code by e-mail – code 1 to n•••a@example.org
    11:57 <b>Nora (8)</b>: approved (by Ada &lt;Admin&gt; (@ada))
    11:57 <b>Ada &lt;Admin&gt; (@ada)</b>: added a password – “spring”
    11:57 <b>the bot</b>: forgotten after a day without a word
    … and 37 more lines that I could not keep
    ");
    insta::assert_snapshot!(say("de", &text), @r"
    11:57 <b>Nora (8)</b>: Code per E-Mail – Code 1 an n•••a@example.org
    11:57 <b>Nora (8)</b>: genehmigt (von Ada &lt;Admin&gt; (@ada))
    11:57 <b>Ada &lt;Admin&gt; (@ada)</b>: hat ein Passwort hinzugefügt – „spring“
    11:57 <b>der Bot</b>: nach einem Tag ohne ein Wort vergessen
    … und 37 weitere Zeilen, die ich nicht aufheben konnte
    ");
}

#[test]
fn the_notice_names_a_few_and_counts_many() {
    insta::assert_snapshot!(say("en", &many(2, false, &["Nora", "<Bo>"])), @"<b>Nora, &lt;Bo&gt;</b>: please come past me first, then you can write here. Press the button, the rest happens in private. Whoever has not passed within 1 hour is removed, and may come again.");
    insta::assert_snapshot!(say("en", &many(12, false, &[])), @"<b>12 people</b> wait at the door and cannot write here yet. Who cannot, please press the button: the rest happens in private. Whoever has not passed within 1 hour is removed, and may come again.");
    insta::assert_snapshot!(say("de", &many(500, true, &[])), @"Mehr als <b>500 Leute</b> warten an der Tür und können hier noch nicht schreiben. Wer nicht schreiben kann, drückt bitte den Knopf: Alles Weitere geschieht im privaten Chat. Wer es nicht rechtzeitig schafft (Frist: 1 Stunde), wird entfernt und darf wiederkommen.");
    let one = DeskText::Muted { name: Some("Nora\u{202e}".to_owned()), remove_after: None };
    insta::assert_snapshot!(say("de", &one), @"<b>Nora</b>, bitte komm zuerst an mir vorbei, dann kannst du hier schreiben: Drück den Knopf, alles Weitere geschieht im privaten Chat.");
}
