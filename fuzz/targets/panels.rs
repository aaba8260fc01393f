//! Panels and desks, whatever was stored and whatever happens: both steps are total and pure.
//!
//! The first line is a stored panel, the second a stored desk (`{}`: empty), the third the
//! settings of a gate (or `null`); the next ones are events of either, or `+<milliseconds>`.

#![no_main]

use countersign::administration::archive::{Archive, Facts, Listed};
use countersign::administration::desk::{self, Desk};
use countersign::administration::effect::Task;
use countersign::administration::outcome::{Change, Outcome, Stepped};
use countersign::administration::panel::{self, Panel};
use countersign::administration::settings::{House, Settings};
use countersign::administration::staff::Staff;
use countersign::administration::watch::{self, Watch};
use countersign::machines::Happening;
use countersign::verification::address::Address;
use countersign::verification::applicant::Person;
use countersign::verification::code::Keys;
use countersign::verification::effect::Channel;
use countersign::verification::gate::Gates;
use countersign::verification::limits::{Ledger, Limits};
use countersign::verification::{GateId, Hidden, Language, Timestamp, UserId};
use countersign_fuzz::{Counting, GATES, gates};
use libfuzzer_sys::fuzz_target;

struct Shelf {
    staff: Staff,
    settings: Option<Settings>,
    panel: Panel,
    upload: Option<Vec<u8>>,
}

struct World {
    shelf: Shelf,
    gates: Gates,
    keys: Keys,
    house: House,
    languages: Vec<Language>,
    now: Timestamp,
}

impl World {
    fn facts<T>(
        &self,
        hashed: Option<Hidden>,
        seed: u64,
        go_on: impl FnOnce(&mut Facts<'_>) -> T,
    ) -> T {
        go_on(&mut Facts {
            now: self.now,
            gates: &self.gates,
            fixed: &|gate| gate == GATES[2],
            fixed_log: &|_| None,
            house: &self.house,
            owners: &[UserId(1)],
            open_enrolment: true,
            keys: &self.keys,
            random: &mut Counting::new(seed),
            archive: &self.shelf,
            me: UserId(4242),
            bot: "gate_bot",
            languages: &self.languages,
            hashed,
        })
    }

    fn step(&self, panel: &mut Panel, event: &panel::Event, seed: u64) -> Outcome {
        let before = panel.clone();
        match self.facts(None, seed, |facts| panel::step(panel, event, facts)) {
            Stepped::Done(outcome) => return outcome,
            Stepped::NeedsHash(typed) => {
                assert_eq!(*panel, before, "asking for a hash changed something");
                assert!(!typed.reveal().is_empty());
            }
        }
        let hash = Some(Hidden::new("$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA"));
        match self.facts(hash, seed, |facts| panel::step(panel, event, facts)) {
            Stepped::Done(outcome) => outcome,
            Stepped::NeedsHash(_) => panic!("the same password is to be hashed again and again"),
        }
    }
}

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let mut next = || lines.next().unwrap_or_default();
    let Ok(mut panel) = serde_json::from_str::<Panel>(next()) else { return };
    let Ok(mut desk) = serde_json::from_str::<Desk>(next()) else { return };
    let Ok(settings) = serde_json::from_str::<Option<Settings>>(next()) else { return };
    let mut world = World {
        shelf: Shelf {
            staff: Staff::default(),
            settings,
            panel: panel.clone(),
            upload: Some(b"address\nnora@example.org\n+4915123456789\n".to_vec()),
        },
        gates: gates(),
        keys: Keys::derive(&[7; 32]),
        house: House {
            channels: vec![Channel::Email, Channel::Sms],
            countries: vec!["+49".to_owned()],
            limits: Limits::default(),
        },
        languages: vec![Language::new("en"), Language::new("de")],
        now: Timestamp(1_796_126_400_000),
    };
    let mut watch = Watch::default();
    for (number, line) in lines.take(60).enumerate() {
        if let Some(milliseconds) = line.strip_prefix('+').and_then(|wait| wait.parse().ok()) {
            world.now = Timestamp(world.now.0.saturating_add(milliseconds));
            continue;
        }
        let seed = number as u64;
        let outcome = match serde_json::from_str::<Happening>(line) {
            Ok(Happening::Panel(event)) => {
                let mut twin = panel.clone();
                let outcome = world.step(&mut panel, &event, seed);
                let again = world.step(&mut twin, &event, seed);
                assert_eq!(panel, twin, "one step, two ends");
                assert_eq!(format!("{outcome:?}"), format!("{again:?}"));
                outcome
            }
            Ok(Happening::Desk(event)) => {
                let mut twin = desk.clone();
                let outcome = world.facts(None, seed, |facts| desk::step(&mut desk, &event, facts));
                let again = world.facts(None, seed, |facts| desk::step(&mut twin, &event, facts));
                assert_eq!(desk, twin, "one step, two ends");
                assert_eq!(format!("{outcome:?}"), format!("{again:?}"));
                outcome
            }
            Ok(Happening::Watch(event)) => {
                let mut twin = watch.clone();
                let step = |watch: &mut Watch| {
                    world.facts(None, seed, |facts| watch::step(watch, &event, facts))
                };
                let (outcome, again) = (step(&mut watch), step(&mut twin));
                assert_eq!(watch, twin, "one step, two ends");
                assert_eq!(format!("{outcome:?}"), format!("{again:?}"));
                outcome
            }
            Ok(Happening::Person(_)) | Err(_) => continue,
        };
        let stored = serde_json::to_string(&panel).expect("a panel is JSON");
        assert_eq!(serde_json::from_str::<Panel>(&stored).ok().as_ref(), Some(&panel));
        let stored = serde_json::to_string(&desk).expect("a desk is JSON");
        assert_eq!(serde_json::from_str::<Desk>(&stored).ok().as_ref(), Some(&desk));
        let stored = serde_json::to_string(&watch).expect("a watch is JSON");
        assert_eq!(serde_json::from_str::<Watch>(&stored).ok().as_ref(), Some(&watch));
        for order in &outcome.orders {
            let text = serde_json::to_string(&order.task).expect("a task is JSON");
            assert_eq!(serde_json::from_str::<Task>(&text).ok().as_ref(), Some(&order.task));
        }
        for change in outcome.changes {
            match change {
                Change::Staff(staff) => world.shelf.staff = staff,
                Change::Settings(gate, settings) if gate == GATES[0] => {
                    world.shelf.settings = Some(*settings);
                }
                Change::Dismantle(gate) if gate == GATES[0] => world.shelf.settings = None,
                Change::DropUpload(_) => world.shelf.upload = None,
                Change::Settings(..)
                | Change::Dismantle(_)
                | Change::AddToRoster(..)
                | Change::RemoveFromRoster(..)
                | Change::ClearRoster(_) => {}
            }
        }
        world.shelf.panel = panel.clone();
    }
});

impl Archive for Shelf {
    fn staff(&self) -> Staff {
        self.staff.clone()
    }

    fn settings(&self, gate: GateId) -> Option<Settings> {
        self.settings.clone().filter(|_| gate == GATES[0])
    }

    fn settled(&self) -> Vec<GateId> {
        self.settings.iter().map(|_| GATES[0]).collect()
    }

    fn title(&self, _: GateId) -> Option<String> {
        Some("Rust <b>Berlin</b>".to_owned())
    }

    fn roster_size(&self, _: GateId) -> u32 {
        1
    }

    fn on_roster(&self, _: GateId, key: &[u8; 32]) -> bool {
        key[0] & 1 == 0
    }

    fn roster_page(&self, _: GateId, after: Option<[u8; 32]>, limit: usize) -> Vec<Listed> {
        let address = serde_json::from_str::<Address>(r#"{"Phone":{"e164":"+4915123456789"}}"#);
        let listed =
            address.map(|address| Listed { key: [7; 32], address, admitted: vec![UserId(3)] });
        listed
            .into_iter()
            .filter(|_| after.is_none_or(|after| after < [7; 32]))
            .take(limit)
            .collect()
    }

    fn user_named(&self, username: &str) -> Option<UserId> {
        (username.len() > 4).then_some(UserId(7_100_000_001))
    }

    fn person(&self, user: UserId) -> Option<Person> {
        (user == UserId(7_100_000_001)).then(Person::default)
    }

    fn panel(&self, admin: UserId) -> Option<Panel> {
        (admin == UserId(1)).then(|| self.panel.clone())
    }

    fn ledger(&self, _: &Ledger) -> u64 {
        1
    }

    fn upload(&self, _: UserId) -> Option<Vec<u8>> {
        self.upload.clone()
    }
}
