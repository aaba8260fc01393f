//! A gate's roster: typed, and as a file, whatever goes wrong on the way.

use std::time::Duration;

use proptest::prelude::*;

use super::super::roster::Upload;
use super::super::roster::text::{Listed, RosterText};
use super::super::state::{Pending, Subject};
use super::super::text::PanelText;
use super::super::word::{Away, Word};
use super::super::*;
use super::little::*;
use crate::administration::desk;
use crate::administration::effect::Task;
use crate::administration::outcome::Message;
use crate::administration::roster::{self as file, Bad, Reason, Unusable};
use crate::verification::event;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Anna's open gate is the only one; Ben is an admin there, too.
fn gate() -> Little {
    let mut little = Little::with_open_gate();
    little.gates.clear();
    little.shelf.settings.get_mut(&GROUP).expect("settings").admins.insert(BEN);
    for admin in [ANNA, BEN] {
        little.writes(admin, "/gate");
    }
    little
}

/// Anna has the roster's screen before her.
fn at_roster() -> Little {
    let mut little = gate();
    little.writes(ANNA, "/roster");
    little
}

fn word(rest: &str) -> Word {
    Word::Roster(rest.to_owned())
}

impl Little {
    /// Sends a file to the bot.
    fn sends(&mut self, who: UserId, id: &str, content: &str) {
        self.files.insert(id.to_owned(), content.as_bytes().to_owned());
        self.sends_sized(who, id, Some(content.len() as u64));
    }

    fn sends_sized(&mut self, who: UserId, id: &str, size: Option<u64>) {
        let file = event::File { id: id.to_owned(), name: Some("roster.csv".to_owned()), size };
        let message = MessageId(1_000 + i32::try_from(self.orders.len()).expect("a few"));
        self.does(who, event::What::SentFile { chat: chat(who), message, file });
    }

    fn on_roster(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self
            .shelf
            .rosters
            .get(&GROUP)
            .into_iter()
            .flatten()
            .map(|(_, address)| address.as_str())
            .collect();
        all.sort_unstable();
        all
    }

    #[track_caller]
    fn shows(&self, who: UserId, text: RosterText) {
        let (note, body) = self.last(who);
        let text = PanelText::Roster(text);
        assert!(note.as_ref() == Some(&text) || body == text, "{note:?} {body:?}");
    }

    fn fetches(&self) -> usize {
        let fetch = |order: &&crate::administration::effect::Order| {
            matches!(order.task, Task::Fetch { .. })
        };
        self.orders.iter().filter(fetch).count()
    }

    #[track_caller]
    fn has_no_upload(&self, who: UserId) {
        assert_eq!(self.panel(who).upload, None::<Upload>);
        assert!(!self.shelf.uploads.contains_key(&who));
    }
}

// Typed.

#[test]
fn addresses_are_typed_one_or_several_whole_or_not_at_all() {
    let mut little = at_roster();
    little.shows(ANNA, RosterText::Roster { size: 0, required: false });
    little.presses(ANNA, &word("add"));
    little.writes(ANNA, "nora@example.org, nobody");
    assert!(matches!(
        little.last(ANNA).0,
        Some(PanelText::Roster(RosterText::BadTyped { bad, more: 0 })) if bad.len() == 1
    ));
    assert!(little.on_roster().is_empty());
    little.writes(ANNA, " ; ");
    little.shows(ANNA, RosterText::NothingTyped);
    little.writes(ANNA, &"a@example.org ".repeat(101));
    little.shows(ANNA, RosterText::TooManyTyped { most: 100 });
    little.writes(ANNA, "nora@example.org NORA@example.org\n+49 1512 3456789");
    little.shows(ANNA, RosterText::Added { new: 2, known: 0 });
    little.shows(ANNA, RosterText::Roster { size: 2, required: false });
    assert_eq!(little.on_roster(), ["+4915123456789", "nora@example.org"]);

    little.presses(ANNA, &word("add"));
    little.writes(ANNA, "nora@example.org omar@example.org");
    little.shows(ANNA, RosterText::Added { new: 1, known: 1 });
    little.presses(ANNA, &word("remove"));
    little.writes(ANNA, "nora@example.org zoe@example.org");
    little.shows(ANNA, RosterText::Removed { removed: 1, missing: 1 });
    little.shows(ANNA, RosterText::Roster { size: 2, required: false });
    assert_eq!(little.on_roster(), ["+4915123456789", "omar@example.org"]);
    assert_eq!(little.deeds(), ["roster_added", "roster_added", "roster_removed"]);
    assert!(little.deeds.iter().all(|deed| !deed.detail.to_string().contains('@')));
}

#[test]
fn the_roster_is_required_only_when_somebody_is_on_it() {
    let mut little = at_roster();
    little.presses(ANNA, &word("only"));
    little.hears(ANNA, &PanelText::RosterEmpty);
    assert!(!little.settings().addresses.roster);
    little.presses(ANNA, &word("add"));
    little.writes(ANNA, "nora@example.org");
    little.presses(ANNA, &word("only"));
    little.shows(ANNA, RosterText::Roster { size: 1, required: true });
    assert!(little.settings().addresses.roster);
    little.presses(ANNA, &word("clear"));
    little.shows(ANNA, RosterText::ConfirmClear { size: 1, required: true });
    little.presses(ANNA, &Word::Subject(Subject::Roster));
    assert_eq!(little.on_roster().len(), 1, "no is no");
    little.presses(ANNA, &word("clear"));
    little.presses(ANNA, &Word::Yes);
    little.shows(ANNA, RosterText::Cleared { size: 1 });
    little.shows(ANNA, RosterText::Roster { size: 0, required: true });
    little.presses(ANNA, &word("any"));
    assert!(!little.settings().addresses.roster);
    assert_eq!(little.on_roster().len(), 0);
    assert_eq!(
        little.deeds(),
        ["roster_added", "roster_only_changed", "roster_cleared", "roster_only_changed"]
    );
}

#[test]
fn the_list_is_masked_and_paged_and_the_export_is_recorded() {
    let mut little = at_roster();
    let lines: Vec<String> = (0..23).map(|n| format!("person{n}@example.org")).collect();
    little.presses(ANNA, &word("add"));
    little.writes(ANNA, &lines.join("\n"));
    for address in little.shelf.rosters[&GROUP].keys().copied().collect::<Vec<_>>() {
        little.shelf.admitted.insert(address, vec![UserId(70), UserId(71)]);
    }
    little.presses(ANNA, &word("list"));
    let mut pages = Vec::new();
    loop {
        match little.last(ANNA).1 {
            PanelText::Roster(RosterText::List { lines, size: 23 }) => pages.push(lines),
            other => panic!("{other:?}"),
        }
        let (message, buttons) = little.keyboard(ANNA);
        let Some(next) = buttons.iter().find(|data| data.contains(".r.list.")) else { break };
        little.presses_data(ANNA, message, next);
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 3]);
    let all: Vec<Listed> = pages.into_iter().flatten().collect();
    assert!(all.iter().all(|line| line.masked.contains('•') && line.admitted == 2));
    little.presses(ANNA, &word("export"));
    little.shows(ANNA, RosterText::Exporting { size: 23 });
    let sent = little.orders.iter().any(|order| order.task == Task::SendRoster { gate: GROUP });
    assert!(sent && little.deeds().ends_with(&["roster_exported"]));
}

// Files.

#[test]
fn a_file_is_previewed_then_applied_whole() {
    let mut little = at_roster();
    little.presses(ANNA, &word("add"));
    little.writes(ANNA, "nora@example.org");
    little.presses(ANNA, &word("file"));
    little.shows(ANNA, RosterText::HowTo { lines: 10_000 });
    let csv = "E-mail\nNora@example.org\nomar@example.org\n+49 1512 3456789\nomar@example.org\n";
    little.sends(ANNA, "f", csv);
    little.shows(ANNA, RosterText::Preview { new: 2, known: 1, repeated: 1 });
    assert_eq!(little.on_roster().len(), 1, "nothing yet");
    little.presses(ANNA, &Word::Yes);
    little.shows(ANNA, RosterText::Added { new: 2, known: 1 });
    little.shows(ANNA, RosterText::Roster { size: 3, required: false });
    assert_eq!(little.on_roster(), ["+4915123456789", "nora@example.org", "omar@example.org"]);
    little.has_no_upload(ANNA);
    let deed = little.deeds.last().expect("a deed");
    assert_eq!(
        (deed.what.as_str(), deed.detail.to_string().as_str(), deed.by),
        ("roster_added", "2", Some(ANNA))
    );

    little.sends(ANNA, "g", csv);
    little.shows(ANNA, RosterText::NothingNew { known: 3 });
    little.has_no_upload(ANNA);
}

#[test]
fn ten_thousand_lines_go_in_one_step() {
    let mut little = at_roster();
    let csv: String = (0..file::LONGEST).map(|n| format!("a{n}@example.org\n")).collect();
    little.sends(ANNA, "f", &csv);
    little.shows(ANNA, RosterText::Preview { new: 10_000, known: 0, repeated: 0 });
    let pressed = little.orders.len();
    little.presses(ANNA, &Word::Yes);
    little.shows(ANNA, RosterText::Roster { size: 10_000, required: false });
    assert_eq!(little.on_roster().len(), file::LONGEST);
    // The answer, the look-up, and the screen: the changes came with one step.
    assert_eq!(little.orders.len() - pressed, 3);
    assert_eq!(little.deeds.len(), 1);
}

#[test]
fn a_file_with_bad_lines_changes_nothing() {
    let mut little = at_roster();
    let csv = "nora@example.org\n".to_owned() + &"nobody\n+49 30 123456\n".repeat(16);
    little.sends(ANNA, "f", &csv);
    match little.last(ANNA).1 {
        PanelText::Roster(RosterText::Bad { bad, more: 12, good: 1 }) => {
            assert_eq!(bad.len(), 20);
            assert_eq!(bad[0], Bad { line: 2, reason: Reason::Unreadable });
            assert_eq!(bad[1], Bad { line: 3, reason: Reason::CannotReceive });
        }
        other => panic!("{other:?}"),
    }
    let (_, buttons) = little.keyboard(ANNA);
    assert!(!buttons.iter().any(|data| data.ends_with(".yes")), "{buttons:?}");
    assert!(little.on_roster().is_empty());
    little.has_no_upload(ANNA);
}

#[test]
fn what_is_no_roster_is_refused_in_one_sentence() {
    let long: String = (0..=file::LONGEST).map(|n| format!("a{n}@example.org\n")).collect();
    let lines = 10_000;
    for (content, why) in [
        ("PK\u{3}\u{4}\0\0", Unusable::NotText),
        ("\n\n", Unusable::Empty),
        (&long, Unusable::TooLong),
    ] {
        let mut little = at_roster();
        little.sends(ANNA, "f", content);
        little.shows(ANNA, RosterText::Unusable { why, lines });
        little.has_no_upload(ANNA);
    }
    let mut little = at_roster();
    little.sends_sized(ANNA, "huge", Some(3 * 1024 * 1024));
    little.shows(ANNA, RosterText::TooLarge { most: 2 });
    assert_eq!(little.fetches(), 0);
    little.sends_sized(ANNA, "gone", None);
    little.shows(ANNA, RosterText::NotFetched);
    little.has_no_upload(ANNA);
}

#[test]
fn several_groups_are_asked_for() {
    let mut little = gate();
    let other = little.settings().clone();
    little.shelf.settings.insert(OTHER, other);
    little.sends(ANNA, "f", "nora@example.org");
    little.shows(ANNA, RosterText::WhichGroup);
    assert_eq!(little.fetches(), 0);
    let (message, buttons) = little.keyboard(ANNA);
    let of_group = buttons.iter().find(|data| data.contains(&format!(".{}.", GROUP.0)));
    little.presses_data(ANNA, message, of_group.expect("the group"));
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.on_roster(), ["nora@example.org"]);
    assert!(!little.shelf.rosters.contains_key(&OTHER));

    // Sent while a roster is open, it is for that one.
    little.sends(ANNA, "g", "omar@example.org");
    little.shows(ANNA, RosterText::Preview { new: 1, known: 0, repeated: 0 });
    little.presses(ANNA, &word("cancel"));
    little.shows(ANNA, RosterText::UploadDropped);
    little.has_no_upload(ANNA);

    // Not chosen within an hour, it is forgotten; so it is by a button that is left over.
    little.writes(ANNA, "/gate");
    little.sends(ANNA, "h", "omar@example.org");
    let (message, buttons) = little.keyboard(ANNA);
    little.passes(HOUR);
    assert_eq!(little.panel(ANNA).upload, None);
    little.presses_data(ANNA, message, &buttons[0]);
    little.shows(ANNA, RosterText::UploadGone);
}

#[test]
fn a_file_is_forgotten_after_an_hour_or_on_cancel() {
    let mut little = at_roster();
    little.sends(ANNA, "f", "nora@example.org");
    little.passes(HOUR - Duration::from_secs(1));
    assert!(little.shelf.uploads.contains_key(&ANNA));
    little.passes(Duration::from_secs(1));
    little.has_no_upload(ANNA);
    little.presses(ANNA, &Word::Yes);
    little.shows(ANNA, RosterText::UploadGone);

    little.sends(ANNA, "g", "nora@example.org");
    assert!(little.writes(ANNA, "/cancel"), "there is something to cancel");
    little.hears(ANNA, &PanelText::Cancelled);
    little.has_no_upload(ANNA);
    assert!(!little.writes(ANNA, "/cancel"), "there is nothing left to cancel");
    assert!(little.on_roster().is_empty());

    // Forgotten while it was fetched: what comes is dropped.
    little.slow = true;
    little.sends(ANNA, "h", "nora@example.org");
    little.presses(ANNA, &word("cancel"));
    little.arrives();
    little.has_no_upload(ANNA);
    little.shows(ANNA, RosterText::UploadDropped);
}

#[test]
fn a_second_file_takes_the_place_of_the_first() {
    let mut little = at_roster();
    little.sends(ANNA, "f", "nora@example.org");
    let (message, first) = little.keyboard(ANNA);
    little.sends(ANNA, "g", "omar@example.org\nzoe@example.org");
    little.shows(ANNA, RosterText::Preview { new: 2, known: 0, repeated: 0 });
    little.presses_data(ANNA, message, &first[0]);
    assert!(little.on_roster().is_empty(), "a button of the first is spent");
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.on_roster(), ["omar@example.org", "zoe@example.org"]);

    // Both under way at once: nothing is said of the first.
    little.slow = true;
    little.sends(ANNA, "h", "ida@example.org");
    little.sends(ANNA, "i", "udo@example.org\nuwe@example.org");
    little.arrives();
    little.shows(ANNA, RosterText::Reading);
    little.arrives();
    little.shows(ANNA, RosterText::Preview { new: 2, known: 0, repeated: 0 });
}

#[test]
fn two_admins_at_once_put_nobody_on_it_twice() {
    let mut little = at_roster();
    little.sends(ANNA, "f", "nora@example.org\nomar@example.org");
    little.sends(BEN, "g", "omar@example.org\nzoe@example.org");
    little.presses(BEN, &Word::Yes);
    little.presses(ANNA, &Word::Yes);
    little.shows(ANNA, RosterText::Added { new: 1, known: 1 });
    little.shows(ANNA, RosterText::Roster { size: 3, required: false });
    assert_eq!(little.on_roster().len(), 3);
    let counts: Vec<String> = little.deeds.iter().map(|deed| deed.detail.to_string()).collect();
    assert_eq!(counts, ["2", "1"]);
}

#[test]
fn rights_lost_at_any_moment_end_it() {
    for rights in [Rights::None, Rights::Lesser, Rights::NoGroup] {
        let why = match rights {
            Rights::Lesser => PanelText::RightsTooFew,
            Rights::NoGroup => PanelText::NotInGroup,
            _ => PanelText::RightsGone,
        };
        // Before it is fetched, after, and with the yes.
        for moment in 0..3 {
            let mut little = at_roster();
            little.slow = true;
            if moment == 0 {
                little.rights.insert((GROUP, ANNA), rights);
            }
            little.sends(ANNA, "f", "nora@example.org");
            assert_eq!(little.fetches(), usize::from(moment > 0));
            if moment == 1 {
                little.rights.insert((GROUP, ANNA), rights);
            }
            if moment > 0 {
                little.arrives();
            }
            if moment == 2 {
                little.rights.insert((GROUP, ANNA), rights);
                little.presses(ANNA, &Word::Yes);
            }
            little.hears(ANNA, &why);
            little.has_no_upload(ANNA);
            assert!(little.on_roster().is_empty() && little.deeds.is_empty());
        }
    }
    // Telegram did not say: it can be tried again.
    let mut little = at_roster();
    little.sends(ANNA, "f", "nora@example.org");
    little.rights.insert((GROUP, ANNA), Rights::Unknown);
    little.presses(ANNA, &Word::Yes);
    little.hears(ANNA, &PanelText::TelegramSilent);
    assert!(little.on_roster().is_empty());
    little.rights.insert((GROUP, ANNA), Rights::Admin);
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.on_roster(), ["nora@example.org"]);
}

#[test]
fn strangers_and_gates_of_the_config_take_no_file() {
    let mut little = gate();
    let file = event::File { id: "f".to_owned(), name: None, size: None };
    let what = event::What::SentFile { chat: chat(STRANGER), message: MessageId(9), file };
    assert!(!little.does(STRANGER, what), "it is none of the panel's business");

    let mut little = Little::new();
    little.writes(ANNA, "/gate");
    little.sends(ANNA, "f", "nora@example.org");
    little.shows(ANNA, RosterText::NoGate);
    assert_eq!(little.fetches(), 0);
    let file = event::File { id: "f".to_owned(), name: None, size: None };
    let input = Input::SentFile { chat: chat(ANNA), message: MessageId(9), file };
    little.happens(
        ANNA,
        What::RightsKnown { gate: FIXED, rights: Rights::Admin, input: Box::new(input) },
    );
    little.hears(ANNA, &PanelText::Roster(RosterText::Fixed));
    assert_eq!(little.fetches(), 0);
}

#[test]
fn the_gate_is_closed_or_the_group_moves_meanwhile() {
    let mut little = at_roster();
    little.sends(ANNA, "f", "nora@example.org");
    little.shelf.settings.clear();
    little.presses(ANNA, &Word::Yes);
    little.hears(ANNA, &PanelText::GateGone);
    assert!(little.on_roster().is_empty());

    let moved = GateId(-2002);
    let mut little = at_roster();
    little.slow = true;
    little.sends(ANNA, "f", "nora@example.org");
    let settings = little.shelf.settings.remove(&GROUP).expect("settings");
    little.shelf.settings.insert(moved, settings);
    little.rights.insert((moved, ANNA), Rights::Admin);
    little.happens(ANNA, What::Moved { from: GROUP, to: moved });
    little.arrives();
    little.presses(ANNA, &Word::Yes);
    assert_eq!(little.shelf.rosters[&moved].len(), 1);
    assert!(little.on_roster().is_empty());
}

#[test]
fn in_the_set_up_the_roster_leads_back_to_who_may_pass() {
    let mut little = gate();
    little.shelf.settings.get_mut(&GROUP).expect("settings").open = false;
    little.writes(ANNA, "/roster");
    little.presses(ANNA, &word("add"));
    little.writes(ANNA, "nora@example.org");
    little.presses(ANNA, &Word::Subject(Subject::Addresses));
    assert!(matches!(little.last(ANNA).1, PanelText::Addresses { roster_size: 1, .. }));
    assert!(
        little
            .told
            .iter()
            .all(|told| !matches!(told, Message::Desk(_, desk::What::Changed { .. })))
    );
}

#[test]
fn done_puts_it_away() {
    let mut little = gate();
    let other = little.settings().clone();
    little.shelf.settings.insert(OTHER, other);
    little.sends(ANNA, "f", "nora@example.org");
    little.presses(ANNA, &Word::Away(Away::Leave));
    little.hears(ANNA, &PanelText::Left);
    assert_eq!(little.panel(ANNA).pending, None::<Pending>);
}

// Whatever happens.

const FILES: [&str; 6] = [
    "nora@example.org\nomar@example.org",
    "omar@example.org\nzoe@example.org\n+4915123456789",
    "nora@example.org\nnobody",
    "",
    "\0",
    "address\nnora@example.org",
];

#[derive(Clone, Debug)]
enum Act {
    Sends(usize),
    SendsWhatIsGone,
    Arrives,
    Slow(bool),
    Presses(usize),
    PressesOld(usize, usize),
    Types(&'static str),
    RightsChange(u8),
    Holds,
    Releases,
    TimePasses(u32),
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..FILES.len()).prop_map(Act::Sends),
        1 => Just(Act::SendsWhatIsGone),
        4 => Just(Act::Arrives),
        1 => any::<bool>().prop_map(Act::Slow),
        12 => any::<usize>().prop_map(Act::Presses),
        2 => any::<(usize, usize)>().prop_map(|(which, at)| Act::PressesOld(which, at)),
        4 => prop_oneof![
            Just("/roster"), Just("/gate"), Just("/cancel"), Just("ida@example.org"), Just("nobody"),
        ].prop_map(Act::Types),
        1 => (0..8u8).prop_map(Act::RightsChange),
        1 => Just(Act::Holds),
        2 => Just(Act::Releases),
        1 => (0..5_000u32).prop_map(Act::TimePasses),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Two admins, files and presses in any order: a roster holds nothing but what was in a good
    /// file or typed; the count in the log is what was added; no file outlives its hour.
    #[test]
    fn whatever_two_admins_do_with_files(
        acts in prop::collection::vec((any::<bool>(), acts()), 1..50),
    ) {
        let mut little = gate();
        for (anna, act) in &acts {
            let who = if *anna { ANNA } else { BEN };
            match act {
                Act::Sends(at) => little.sends(who, &format!("f{at}"), FILES[*at]),
                Act::SendsWhatIsGone => little.sends_sized(who, "gone", None),
                Act::Arrives if little.arriving.is_empty() => {}
                Act::Arrives => little.arrives(),
                Act::Slow(slow) => little.slow = *slow,
                Act::Presses(at) => {
                    let Some((message, buttons)) = little.keyboards.get(&who).and_then(|all| all.last())
                    else {
                        continue;
                    };
                    let (message, data) = (*message, buttons[at % buttons.len()].clone());
                    little.presses_data(who, message, &data);
                }
                Act::PressesOld(which, at) => {
                    let Some(all) = little.keyboards.get(&who) else { continue };
                    let (message, buttons) = &all[which % all.len()];
                    let (message, data) = (*message, buttons[at % buttons.len()].clone());
                    little.presses_data(who, message, &data);
                }
                Act::Types(text) => {
                    little.writes(who, text);
                }
                Act::RightsChange(rights) => {
                    let rights = match rights {
                        0 => Rights::None,
                        1 => Rights::Lesser,
                        2 => Rights::NoGroup,
                        3 => Rights::Unknown,
                        _ => Rights::Admin,
                    };
                    little.rights.insert((GROUP, who), rights);
                }
                Act::Holds => little.holding = true,
                Act::Releases => little.release(),
                Act::TimePasses(seconds) => little.passes(Duration::from_secs(u64::from(*seconds))),
            }
        }
        little.slow = false;
        little.release();
        while !little.arriving.is_empty() {
            little.arrives();
        }
        for address in little.on_roster() {
            prop_assert!(
                ["nora@", "omar@", "zoe@", "ida@", "+4915"].iter().any(|known| address.starts_with(known)),
                "{address}"
            );
        }
        let counted = |what: &str| -> usize {
            let deeds = little.deeds.iter().filter(|deed| deed.what == what);
            deeds.map(|deed| deed.detail.to_string().parse::<usize>().expect("a count")).sum()
        };
        let gone = counted("roster_removed") + counted("roster_cleared");
        // With its gate, a roster goes uncounted.
        if !little.deeds().contains(&"gate_closed") {
            prop_assert_eq!(counted("roster_added"), gone + little.on_roster().len());
        }
        little.passes(2 * HOUR);
        for who in [ANNA, BEN] {
            prop_assert_eq!(little.panel(who).upload, None);
            prop_assert!(!little.shelf.uploads.contains_key(&who));
        }
        // What stands in a file is never seen again.
        for order in &little.orders {
            let shown = format!("{order:?}");
            prop_assert!(!shown.contains("nora@") && !shown.contains("omar@"), "{shown}");
        }
    }
}
