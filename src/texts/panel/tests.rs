use std::collections::{BTreeMap, BTreeSet};

use super::super::catalogue::admin_sources;
use super::super::clean::{escape, without_tags};
use super::super::tests::messages_of;
use super::*;
use crate::administration::panel::text::Overview;
use crate::administration::text::{Label, Text};
use crate::texts::Texts;
use crate::verification::limits::Limits;
use crate::verification::{Hidden, Timestamp};

const HOUR: Duration = Duration::from_secs(3600);
const LISTS: [List; 4] =
    [List::Domains, List::BlockedDomains, List::Countries, List::BlockedCountries];

fn texts() -> Texts {
    Texts::load().unwrap()
}

fn strings<const N: usize>(entries: [&str; N]) -> Vec<String> {
    entries.map(str::to_owned).into()
}

fn lines() -> Vec<PasswordLine> {
    let now = Timestamp(1_795_183_200_000);
    let line = |label, expires, left| PasswordLine::new(label, expires, left, now);
    vec![
        line("main", None, None),
        line("flyer <b>", Some(now.after(HOUR)), Some(1)),
        line("old & gone", Some(now), Some(20)),
        line("used up", None, Some(0)),
    ]
}

fn addresses() -> Vec<Addresses> {
    let one = Addresses { domains: strings(["@example.org"]), ..Addresses::default() };
    let all = Addresses {
        domains: (0..20).map(|n| format!("@{n}.example.org")).collect(),
        blocked_domains: strings(["@*.example.com"]),
        countries: strings(["+49", "+43"]),
        blocked_countries: strings(["+1"]),
        roster: true,
        accounts: 3,
    };
    vec![Addresses::default(), one, all]
}

fn modes() -> Vec<Mode> {
    vec![
        Mode::JoinRequest,
        Mode::Restrict { remove_after: None },
        Mode::Restrict { remove_after: Some(HOUR) },
        Mode::PersonalLink,
    ]
}

fn overview(state: GateState) -> Overview {
    Overview {
        state,
        mode: Mode::JoinRequest,
        tidy: false,
        passwords: Vec::new(),
        channels: vec![Channel::Email, Channel::Sms],
        addresses: Addresses::default(),
        roster_size: 0,
        strictness: Some(Strictness::Standard),
        figures: Figures::of(&Limits::default()),
        language: Language::new("en"),
        log_chat: false,
        listed: false,
        link: "https://t.me/gate_bot?start=gAbC_123".to_owned(),
    }
}

fn overviews() -> Vec<Overview> {
    let states = [
        GateState::Draft(vec![]),
        GateState::Draft(vec![Missing::Password]),
        GateState::Draft(vec![Missing::Password, Missing::Channel]),
        GateState::Open,
        GateState::Fixed,
        GateState::NotYours,
    ];
    let mut all: Vec<Overview> = states.map(overview).into();
    for mode in modes() {
        for addresses in addresses() {
            all.push(Overview {
                mode: mode.clone(),
                tidy: true,
                passwords: lines(),
                channels: vec![Channel::Email],
                addresses,
                roster_size: 10_000,
                strictness: None,
                language: Language::new("de"),
                log_chat: true,
                listed: true,
                ..overview(GateState::Open)
            });
        }
    }
    for channels in [vec![], vec![Channel::Sms]] {
        all.push(Overview { channels, ..overview(GateState::Open) });
    }
    all
}

/// One of each; a new one must be added here to compile.
fn every_text() -> Vec<PanelText> {
    fn listed(text: &PanelText) {
        match text {
            PanelText::Page { .. }
            | PanelText::NotForYou
            | PanelText::NowOwner
            | PanelText::NowEnrolled
            | PanelText::AlreadyIn
            | PanelText::LinkForged
            | PanelText::LinkExpired
            | PanelText::LinkUsed
            | PanelText::OwnersNamed
            | PanelText::OwnersOnly
            | PanelText::EnrolmentLink { .. }
            | PanelText::Invitation { .. }
            | PanelText::Home { .. }
            | PanelText::Help { .. }
            | PanelText::NoGroups
            | PanelText::ChooseGroup
            | PanelText::PickGroup
            | PanelText::Picked
            | PanelText::RightsTooFew
            | PanelText::RightsGone
            | PanelText::NotInGroup
            | PanelText::TelegramSilent
            | PanelText::GateGone
            | PanelText::ButtonSpent
            | PanelText::Cancelled
            | PanelText::Left
            | PanelText::Overview(_)
            | PanelText::Saved
            | PanelText::Examining
            | PanelText::ConfirmClose
            | PanelText::Closed
            | PanelText::ConfirmDiscard
            | PanelText::Discarded
            | PanelText::Stopped
            | PanelText::CannotOpen { .. }
            | PanelText::Opened { .. }
            | PanelText::Passwords { .. }
            | PanelText::AskLabel
            | PanelText::LabelLength { .. }
            | PanelText::LabelTaken { .. }
            | PanelText::TooManyPasswords { .. }
            | PanelText::AskPassword { .. }
            | PanelText::PasswordRefused { .. }
            | PanelText::PasswordKept { .. }
            | PanelText::OnePassword(_)
            | PanelText::AskExpiry
            | PanelText::BadDate
            | PanelText::AskUses { .. }
            | PanelText::ConfirmRemove { .. }
            | PanelText::Removed { .. }
            | PanelText::LastPassword { .. }
            | PanelText::PasswordGone { .. }
            | PanelText::Addresses { .. }
            | PanelText::AskList { .. }
            | PanelText::BadEntries { .. }
            | PanelText::TooManyEntries { .. }
            | PanelText::EmptyList
            | PanelText::AskAccounts { .. }
            | PanelText::BadNumber { .. }
            | PanelText::RosterEmpty
            | PanelText::Channels { .. }
            | PanelText::Limits { .. }
            | PanelText::Language { .. }
            | PanelText::Mode { .. }
            | PanelText::Raid { .. }
            | PanelText::LogChat { .. }
            | PanelText::PickLogChat
            | PanelText::LogEnds { .. }
            | PanelText::LogHere { .. }
            | PanelText::LogProving
            | PanelText::LogOn
            | PanelText::LogNoPost
            | PanelText::LogNotAdmin
            // Have samples of their own.
            | PanelText::Roster(_)
            | PanelText::StepIn(_) => {}
        }
    }
    let label = || "main <b>".to_owned();
    let link = || "https://t.me/gate_bot?start=eAbC_123".to_owned();
    let mut all = vec![
        PanelText::Page {
            note: Some(Box::new(PanelText::Saved)),
            step: Some((3, 7)),
            body: Box::new(PanelText::LogChat { on: false }),
        },
        PanelText::Page { note: None, step: None, body: Box::new(PanelText::AskLabel) },
        PanelText::NotForYou,
        PanelText::NowOwner,
        PanelText::NowEnrolled,
        PanelText::AlreadyIn,
        PanelText::LinkForged,
        PanelText::LinkExpired,
        PanelText::LinkUsed,
        PanelText::OwnersNamed,
        PanelText::OwnersOnly,
        PanelText::EnrolmentLink { link: link(), lives: 24 * HOUR },
        PanelText::Invitation { admin: true },
        PanelText::Invitation { admin: false },
        PanelText::Home { any: true },
        PanelText::Home { any: false },
        PanelText::Help { gates: true, enrols: true },
        PanelText::Help { gates: false, enrols: false },
        PanelText::NoGroups,
        PanelText::ChooseGroup,
        PanelText::PickGroup,
        PanelText::Picked,
        PanelText::RightsTooFew,
        PanelText::RightsGone,
        PanelText::NotInGroup,
        PanelText::TelegramSilent,
        PanelText::GateGone,
        PanelText::ButtonSpent,
        PanelText::Cancelled,
        PanelText::Left,
        PanelText::Saved,
        PanelText::Examining,
        PanelText::ConfirmClose,
        PanelText::Closed,
        PanelText::ConfirmDiscard,
        PanelText::Discarded,
        PanelText::Stopped,
        PanelText::CannotOpen { missing: vec![Missing::Password] },
        PanelText::Passwords { passwords: vec![] },
        PanelText::Passwords { passwords: lines() },
        PanelText::AskLabel,
        PanelText::LabelLength { longest: 32 },
        PanelText::LabelTaken { label: label() },
        PanelText::TooManyPasswords { most: 10 },
        PanelText::AskPassword { label: label(), rotating: false },
        PanelText::AskPassword { label: label(), rotating: true },
        PanelText::PasswordKept { label: label() },
        PanelText::AskExpiry,
        PanelText::BadDate,
        PanelText::AskUses { most: 9_999 },
        PanelText::ConfirmRemove { label: label() },
        PanelText::Removed { label: label() },
        PanelText::LastPassword { label: label() },
        PanelText::PasswordGone { label: label() },
        PanelText::TooManyEntries { most: 100 },
        PanelText::EmptyList,
        PanelText::AskAccounts { now: 1, most: 100 },
        PanelText::BadNumber { least: 1, most: 100 },
        PanelText::RosterEmpty,
        PanelText::PickLogChat,
        PanelText::LogHere { group: "Rust & Berlin".to_owned() },
        PanelText::LogEnds { group: "Rust & Berlin".to_owned() },
        PanelText::LogProving,
        PanelText::LogOn,
        PanelText::LogNoPost,
        PanelText::LogNotAdmin,
    ];
    all.extend(overviews().into_iter().map(|overview| PanelText::Overview(Box::new(overview))));
    all.extend(lines().into_iter().map(PanelText::OnePassword));
    all.extend(
        [
            PasswordRefused::Empty,
            PasswordRefused::TooLong,
            PasswordRefused::LooksLikeLoginCode,
            PasswordRefused::LooksLikeCommand,
        ]
        .map(|why| PanelText::PasswordRefused { why }),
    );
    for mode in modes() {
        all.push(PanelText::Opened { link: link(), mode: mode.clone() });
        for tidy in [true, false] {
            all.push(PanelText::Mode { now: mode.clone(), tidy });
        }
    }
    for channels in
        [vec![], vec![Channel::Email], vec![Channel::Sms], vec![Channel::Email, Channel::Sms]]
    {
        all.push(PanelText::Channels { now: channels.clone() });
        for addresses in addresses() {
            let (channels, house) = (channels.clone(), strings(["+49"]));
            all.push(PanelText::Addresses { channels, addresses, roster_size: 1, house });
        }
    }
    for list in LISTS {
        all.push(PanelText::AskList { list, now: vec![], house: vec![] });
        let (now, house) = (strings(["@example.org", "@*.example.com"]), strings(["+49"]));
        all.push(PanelText::AskList { list, now, house });
    }
    for many in [1, 16, 40] {
        let entry = |why| BadEntry { entry: Hidden::new("x<y".repeat(30)), why };
        let whys =
            [Why::WholeAddress, Why::NoDomain, Why::NoDialCode, Why::NotServed, Why::OnOtherList];
        let bad = whys.into_iter().cycle().take(many).map(entry).collect();
        all.push(PanelText::BadEntries { bad });
    }
    let figures: Vec<_> = Strictness::ALL
        .map(|choice| (choice, Figures::of(&choice.limits(&Limits::default()).unwrap_or_default())))
        .into();
    for now in
        [None, Some(Strictness::Standard), Some(Strictness::Strict), Some(Strictness::Lenient)]
    {
        all.push(PanelText::Limits { now, figures: figures.clone() });
    }
    for language in ["en", "de", "pt-br"] {
        all.push(PanelText::Language { now: Language::new(language) });
    }
    all.extend([true, false].map(|on| PanelText::LogChat { on }));
    all.extend(
        [(true, 30), (false, 30), (false, 0)].map(|(on, at_once)| PanelText::Raid { on, at_once }),
    );
    all.iter().for_each(listed);
    all
}

fn every_label() -> Vec<PanelLabel> {
    fn listed(label: &PanelLabel) {
        match label {
            PanelLabel::SetUp
            | PanelLabel::PickGroup
            | PanelLabel::PickOwnGroup
            | PanelLabel::PickLogChat
            | PanelLabel::PickLogChannel
            | PanelLabel::Groups
            | PanelLabel::Leave
            | PanelLabel::Overview
            | PanelLabel::Back
            | PanelLabel::Next
            | PanelLabel::Stop
            | PanelLabel::Discard
            | PanelLabel::Open
            | PanelLabel::Close
            | PanelLabel::Examine
            | PanelLabel::Yes
            | PanelLabel::No
            | PanelLabel::Choice { .. }
            | PanelLabel::Passwords
            | PanelLabel::Channels
            | PanelLabel::Addresses
            | PanelLabel::Roster
            | PanelLabel::Limits
            | PanelLabel::Language
            | PanelLabel::Mode
            | PanelLabel::LogChat
            | PanelLabel::AddPassword
            | PanelLabel::MainLabel { .. }
            | PanelLabel::OnePassword { .. }
            | PanelLabel::Rotate
            | PanelLabel::Remove
            | PanelLabel::List(_)
            | PanelLabel::ClearList(_)
            | PanelLabel::Raid
            | PanelLabel::RaidOn
            | PanelLabel::RaidOff
            | PanelLabel::LogOn
            | PanelLabel::LogOther
            | PanelLabel::LogOff
            // Have samples of their own.
            | PanelLabel::InRoster(_)
            | PanelLabel::StepIn(_) => {}
        }
    }
    let label = || "main".to_owned();
    let mut all = vec![
        PanelLabel::SetUp,
        PanelLabel::PickGroup,
        PanelLabel::PickOwnGroup,
        PanelLabel::PickLogChat,
        PanelLabel::PickLogChannel,
        PanelLabel::Groups,
        PanelLabel::Leave,
        PanelLabel::Overview,
        PanelLabel::Back,
        PanelLabel::Next,
        PanelLabel::Stop,
        PanelLabel::Discard,
        PanelLabel::Open,
        PanelLabel::Close,
        PanelLabel::Examine,
        PanelLabel::Yes,
        PanelLabel::No,
        PanelLabel::Passwords,
        PanelLabel::Channels,
        PanelLabel::Addresses,
        PanelLabel::Roster,
        PanelLabel::Limits,
        PanelLabel::Language,
        PanelLabel::Mode,
        PanelLabel::LogChat,
        PanelLabel::AddPassword,
        PanelLabel::MainLabel { label: label() },
        PanelLabel::OnePassword { label: label(), dead: false },
        PanelLabel::OnePassword { label: label(), dead: true },
        PanelLabel::Rotate,
        PanelLabel::Remove,
        PanelLabel::Raid,
        PanelLabel::RaidOn,
        PanelLabel::RaidOff,
        PanelLabel::LogOn,
        PanelLabel::LogOther,
        PanelLabel::LogOff,
    ];
    all.extend(LISTS.map(PanelLabel::List));
    all.extend(LISTS.map(PanelLabel::ClearList));
    for choice in every_choice() {
        for now in [true, false] {
            all.push(PanelLabel::Choice { now, choice: choice.clone() });
        }
    }
    all.iter().for_each(listed);
    all
}

fn every_choice() -> Vec<Choice> {
    fn listed(choice: &Choice) {
        match choice {
            Choice::AllChannels
            | Choice::Channel(_)
            | Choice::Strictness(_)
            | Choice::Language(_)
            | Choice::JoinRequest
            | Choice::Restrict
            | Choice::PersonalLink
            | Choice::RemoveAfter(_)
            | Choice::Tidy
            | Choice::Listed
            | Choice::ValidFor(_)
            | Choice::ValidUntil
            | Choice::Uses(_)
            | Choice::OtherUses
            | Choice::Accounts(_)
            | Choice::OtherAccounts
            | Choice::RosterOnly => {}
        }
    }
    let all = vec![
        Choice::AllChannels,
        Choice::Channel(Channel::Email),
        Choice::Channel(Channel::Sms),
        Choice::Strictness(Strictness::Standard),
        Choice::Strictness(Strictness::Strict),
        Choice::Strictness(Strictness::Lenient),
        Choice::Language(Language::new("de")),
        Choice::JoinRequest,
        Choice::Restrict,
        Choice::PersonalLink,
        Choice::RemoveAfter(None),
        Choice::RemoveAfter(Some(HOUR / 6)),
        Choice::Tidy,
        Choice::Listed,
        Choice::ValidFor(None),
        Choice::ValidFor(Some(24 * HOUR)),
        Choice::ValidUntil,
        Choice::Uses(None),
        Choice::Uses(Some(1)),
        Choice::Uses(Some(100)),
        Choice::OtherUses,
        Choice::Accounts(1),
        Choice::Accounts(5),
        Choice::OtherAccounts,
        Choice::RosterOnly,
    ];
    all.iter().for_each(listed);
    all
}

/// What our side gives each message.
fn messages_we_say() -> BTreeMap<String, BTreeSet<String>> {
    let mut said: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut queue: Vec<Sentence> = every_text().iter().map(of_text).collect();
    queue.extend(every_label().iter().map(of_label));
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
    // This one everybody hears.
    said.remove("button-spent");
    // What the menu says is looked after there.
    said.retain(|id, _| !id.starts_with("command-"));
    said
}

#[test]
fn every_language_has_every_message_with_every_value_and_none_that_nobody_says() {
    let said = messages_we_say();
    for (_, tag, source) in admin_sources().iter().filter(|(part, _, _)| *part == "panel") {
        let mut there = messages_of(source);
        for (id, names) in &said {
            let found = there.remove(id).unwrap_or_else(|| panic!("panel.{tag}.ftl lacks {id}"));
            assert_eq!(&found, names, "panel.{tag}.ftl: {id} has other values than it is given");
        }
        assert!(there.is_empty(), "panel.{tag}.ftl: nobody says {:?}", there.keys());
    }
}

#[test]
fn everything_renders_in_every_language_in_telegrams_html() {
    let texts = texts();
    for language in texts.languages() {
        for text in every_text() {
            let sentence = of_text(&text);
            let said = texts.catalogue.say_in(language.as_str(), &sentence, escape).unwrap();
            let shown = without_tags(&said);
            assert!(!shown.is_empty() && shown.trim() == shown, "{said:?}");
            assert!(!said.contains(['{', '}', '$']) && !said.contains("  "), "{said:?}");
            assert!(!said.contains("\n\n\n") && !said.contains(" \n"), "{said:?}");
            // Telegram's limit is 4096; the group's title comes on top.
            assert!(said.chars().count() < 3_900, "{}: {said}", said.chars().count());
            let mut open = Vec::new();
            for part in said.split('<').skip(1) {
                let (tag, _) = part.split_once('>').unwrap();
                match tag.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{said}"),
                    None => open.push(tag),
                }
                assert!(["b", "i", "code"].contains(&tag.trim_start_matches('/')), "{said}");
                assert!(open.len() < 2, "nested: {said}");
            }
            assert!(open.is_empty(), "{said}");
        }
        for label in every_label() {
            let said = texts.admin_label(&language, &Label::Panel(label));
            assert!((1..=40).contains(&said.chars().count()) && !said.contains('<'), "{said}");
            assert!(said.trim() == said && !said.contains(['\n', '{']), "{said:?}");
        }
        let spent = Text::Panel(PanelText::ButtonSpent);
        assert!(texts.administer_alert(&language, &spent).chars().count() < 200);
    }
}

#[test]
fn the_overview_reads_well() {
    let overview = Overview {
        mode: Mode::Restrict { remove_after: Some(HOUR) },
        tidy: true,
        passwords: lines(),
        addresses: addresses().pop().unwrap(),
        roster_size: 1,
        ..overview(GateState::Open)
    };
    let text = Text::Panel(PanelText::Overview(Box::new(overview)));
    let say = |tag: &str| texts().administer(&Language::new(tag), Some("Rust Berlin"), &text);
    insta::assert_snapshot!(say("en"), @r"
    <b>Rust Berlin</b>

    ✅ I am watching this door.

    <b>How people come in:</b> restrict after joining; who has not passed is removed after 1 hour, without a ban; join and leave messages are cleaned up

    <b>Passwords:</b>
    • <b>main</b>: without an end, for any number of people
    • <b>flyer &lt;b&gt;</b>: until 2026-11-20 15:00 UTC, for 1 more person
    • <b>old &amp; gone</b>: until 2026-11-20 14:00 UTC, for 20 more people – <b>opens nothing any more</b>
    • <b>used up</b>: without an end, for nobody more – <b>opens nothing any more</b>

    <b>Codes go by:</b> e-mail or SMS

    <b>Who may pass:</b>
    • mail addresses that end in: <code>@0.example.org, @1.example.org, @2.example.org, @3.example.org, @4.example.org, @5.example.org, …</code>
    • no mail addresses that end in: <code>@*.example.com</code>
    • numbers that begin with: <code>+49, +43</code>
    • no numbers that begin with: <code>+1</code>
    • only addresses on the roster (1 address)
    • each address admits 3 accounts

    <b>Limits:</b> standard – 3 wrong passwords or 3 wrong codes lock for 5 minutes, in the end for 24 hours; after 50 wrong tries only an admin opens; 5 codes a day

    <b>Language</b> in the group and the log: English
    <b>Log chat:</b> off
    <b>Offered to strangers</b> who write /start: no
    <b>Its link:</b> https://t.me/gate_bot?start=gAbC_123
    ");
    insta::assert_snapshot!(say("de"), @r"
    <b>Rust Berlin</b>

    ✅ Ich stehe an dieser Tür Wache.

    <b>So kommen Leute herein:</b> nach dem Beitritt einschränken; wer nicht rechtzeitig an mir vorbeikommt (Frist: 1 Stunde), wird entfernt, aber nicht gesperrt; Beitritts- und Austrittsmeldungen werden aufgeräumt

    <b>Passwörter:</b>
    • <b>main</b>: ohne Ende, für beliebig viele
    • <b>flyer &lt;b&gt;</b>: bis 2026-11-20 15:00 UTC, noch für 1 Person
    • <b>old &amp; gone</b>: bis 2026-11-20 14:00 UTC, noch für 20 Leute – <b>öffnet nichts mehr</b>
    • <b>used up</b>: ohne Ende, für niemanden mehr – <b>öffnet nichts mehr</b>

    <b>Codes gehen per:</b> E-Mail oder SMS

    <b>Wer hineindarf:</b>
    • Mailadressen, die so enden: <code>@0.example.org, @1.example.org, @2.example.org, @3.example.org, @4.example.org, @5.example.org, …</code>
    • keine Mailadressen, die so enden: <code>@*.example.com</code>
    • Nummern, die so beginnen: <code>+49, +43</code>
    • keine Nummern, die so beginnen: <code>+1</code>
    • nur Adressen auf der Liste (1 Adresse)
    • jede Adresse lässt 3 Konten herein

    <b>Grenzen:</b> Standard – 3 falsche Passwörter oder 3 falsche Codes sperren für 5 Minuten, am Ende für 24 Stunden; nach 50 falschen Versuchen öffnen nur noch Admins; 5 Codes am Tag

    <b>Sprache</b> in der Gruppe und im Log: English
    <b>Log-Chat:</b> aus
    <b>Fremden angeboten</b>, die /start schreiben: nein
    <b>Sein Link:</b> https://t.me/gate_bot?start=gAbC_123
    ");
}

#[test]
fn a_step_of_the_set_up_reads_well() {
    let body = PanelText::Mode { now: Mode::JoinRequest, tidy: false };
    let page = PanelText::Page {
        note: Some(Box::new(PanelText::Saved)),
        step: Some((6, 7)),
        body: Box::new(body),
    };
    let texts = texts();
    insta::assert_snapshot!(texts.administer(&Language::new("en"), Some("Rust Berlin"), &Text::Panel(page)), @r"
    <b>Rust Berlin</b>

    Saved.

    <b>Step 6 of 7</b>

    <b>How do people come in?</b> Now: join request

    • <b>Join request</b> (default): everybody asks to join, and I let in whoever passes. Nobody sees the group before that. It does not stop those who are added by members or come by a link that asks nobody.
    • <b>Restrict after joining</b>: the same, and whoever came in by another way is muted until they pass. It stops them from writing, not from reading.
    • <b>Personal link</b>: only who passed gets a link, which admits nobody else; all other join requests are declined. A stolen invite link is worth nothing. It does not stop those who are added by members.
    ");
    let bad = vec![
        BadEntry { entry: Hidden::new("nora@example.org"), why: Why::WholeAddress },
        BadEntry { entry: Hidden::new("<b>"), why: Why::NoDomain },
    ];
    let page = PanelText::Page {
        note: Some(Box::new(PanelText::BadEntries { bad })),
        step: None,
        body: Box::new(PanelText::AskList { list: List::Domains, now: vec![], house: vec![] }),
    };
    insta::assert_snapshot!(texts.administer(&Language::new("de"), None, &Text::Panel(page)), @r"
    So kann ich die Liste nicht nehmen, es hat sich nichts geändert:

    • <code>nora@example.org</code>: das ist eine Adresse; hierher gehört nur, was nach dem @ kommt
    • <code>&lt;b&gt;</code>: das ist keine Domain

    <b>Welche Mailadressen dürfen hinein?</b> Bitte tippe die Domains, etwa <code>example.org</code>; <code>*.example.org</code> steht für ihre Subdomains. Mehrere trennst du durch Leerzeichen, Kommas oder Zeilen; was du tippst, ersetzt die ganze Liste.

    <b>Jetzt:</b> alle
    ");
    let none = PanelText::Passwords { passwords: vec![] };
    insta::assert_snapshot!(texts.administer(&Language::new("en"), None, &Text::Panel(none)), @r"
    <b>There is no password yet.</b> Without one nobody can pass.

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    ");
}
