//! A small world around panels: an archive in memory, groups with admins, and what is said.
//!
//! It carries out what panels order, lets every panel go through its stored form between any two
//! steps (as a restart would), and checks with each step what must always hold.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::super::word::Word;
use super::super::*;
use crate::administration::effect::{About, Does, Keyboard, Order, Task, Whose};
use crate::administration::outcome::{Change, DEEDS, Deed, Message, Outcome};
use crate::administration::settings::{House, Settings};
use crate::administration::shelf::Shelf;
use crate::administration::text::Text;
use crate::administration::{desk, door};
use crate::verification::code::{Keys, Random};
use crate::verification::effect::Channel;
use crate::verification::gate::{Addresses, Gate, Gates, Mode, Password};
use crate::verification::limits::Limits;
use crate::verification::{Timestamp, event};

pub const OWNER: UserId = UserId(1);
pub const ANNA: UserId = UserId(2);
pub const BEN: UserId = UserId(3);
pub const STRANGER: UserId = UserId(4);
pub const BOT: UserId = UserId(99);

/// Of the config.
pub const FIXED: GateId = GateId(-1001);
/// Without a gate at first.
pub const GROUP: GateId = GateId(-1002);
pub const OTHER: GateId = GateId(-1003);

/// Somebody of whom nothing else is known.
struct Nobody;

impl door::Acquaintance for Nobody {
    fn is_staff(&self) -> bool {
        false
    }

    fn is_applying(&self) -> bool {
        false
    }
}

/// Bytes that are never the same twice, and no secret.
pub struct Counting(pub u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

/// A keyboard that was shown: the message, and what each button carries.
pub type Shown = (MessageId, Vec<String>);

pub struct Little {
    pub shelf: Shelf,
    pub gates: Gates,
    pub house: House,
    pub keys: Keys,
    pub random: Counting,
    pub now: Timestamp,
    pub owners: Vec<UserId>,
    pub open_enrolment: bool,
    /// What Telegram says of somebody in a group; nothing: no admin there.
    pub rights: BTreeMap<(GateId, UserId), Rights>,
    /// Log chats in which the bot can post, and who is an administrator there.
    pub log_chats: BTreeMap<ChatId, Vec<UserId>>,
    /// Look-ups of rights stay unanswered until they are released.
    pub holding: bool,
    pub held: VecDeque<(GateId, UserId, Input)>,
    /// What Telegram keeps, by the file's handle.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Files that are fetched arrive when they are told to.
    pub slow: bool,
    pub arriving: VecDeque<(UserId, Option<Vec<u8>>)>,
    /// They have blocked the bot.
    pub unreachable: BTreeSet<UserId>,
    /// Every order, deed and message to another machine so far.
    pub orders: Vec<Order>,
    pub deeds: Vec<Deed>,
    pub told: Vec<Message>,
    /// The keyboards that each admin has seen, the newest last.
    pub keyboards: BTreeMap<UserId, Vec<Shown>>,
    /// The texts that each admin has seen, the newest last.
    pub texts: BTreeMap<UserId, Vec<PanelText>>,
    pub wakes: BTreeMap<UserId, Vec<Timestamp>>,
    message: i32,
    query: u32,
}

impl Little {
    pub fn new() -> Little {
        let limits = Limits::default();
        let channels = vec![Channel::Email, Channel::Sms];
        let house = House { channels: channels.clone(), countries: vec!["+49".into()], limits };
        let gate = Gate {
            id: FIXED,
            title: "Fixed".to_owned(),
            mode: Mode::default(),
            passwords: vec![Password {
                label: "config".to_owned(),
                hash: Hidden::new("$hash"),
                expires: None,
                uses: None,
            }],
            channels,
            listed: true,
            addresses: Addresses::default(),
            limits: house.limits.clone(),
            attended: false,
            raid: false,
        };
        let mut shelf = Shelf::default();
        shelf.staff.admins.insert(ANNA, Timestamp(0));
        shelf.staff.admins.insert(BEN, Timestamp(0));
        shelf.titles.insert(GROUP, "Rust Berlin".to_owned());
        let admins = [FIXED, GROUP, OTHER]
            .into_iter()
            .flat_map(|gate| [OWNER, ANNA, BEN].map(|admin| ((gate, admin), Rights::Admin)));
        Little {
            shelf,
            gates: Gates::from([(FIXED, gate)]),
            house,
            keys: Keys::derive(&[7; 32]),
            random: Counting(1),
            now: Timestamp(1_795_183_200_000),
            owners: vec![OWNER],
            open_enrolment: false,
            rights: admins.collect(),
            log_chats: BTreeMap::new(),
            holding: false,
            held: VecDeque::new(),
            files: BTreeMap::new(),
            slow: false,
            arriving: VecDeque::new(),
            unreachable: BTreeSet::new(),
            orders: Vec::new(),
            deeds: Vec::new(),
            told: Vec::new(),
            keyboards: BTreeMap::new(),
            texts: BTreeMap::new(),
            wakes: BTreeMap::new(),
            message: 100,
            query: 0,
        }
    }

    /// With a gate that Anna has opened, under the password "main".
    pub fn with_open_gate() -> Little {
        let mut little = Little::new();
        let mut settings = Settings::new("Rust Berlin", ANNA, little.now);
        settings.open = true;
        settings.passwords.push(Password {
            label: "main".to_owned(),
            hash: Hidden::new("$hash of main"),
            expires: None,
            uses: None,
        });
        little.shelf.settings.insert(GROUP, settings);
        little
    }

    // What people do.

    /// Writes a message: a command, or plain text. Returns whether the panel took it.
    pub fn writes(&mut self, who: UserId, text: &str) -> bool {
        let (chat, message) = (chat(who), self.next_message());
        let what = match text.strip_prefix('/') {
            Some(command) => {
                let (command, rest) = command.split_once(' ').unwrap_or((command, ""));
                match command {
                    "start" => {
                        let parameter = Some(rest.to_owned()).filter(|rest| !rest.is_empty());
                        event::What::Started { chat, message, parameter }
                    }
                    _ => event::What::Commanded {
                        chat,
                        message,
                        command: command.to_owned(),
                        rest: Hidden::new(rest),
                    },
                }
            }
            None => event::What::Wrote {
                chat,
                message,
                text: Hidden::new(text),
                forwarded: false,
                origin: None,
            },
        };
        self.does(who, what)
    }

    /// Presses the button of their newest keyboard that carries this.
    #[track_caller]
    pub fn presses(&mut self, who: UserId, word: &Word) {
        let (message, buttons) = self.keyboard(who);
        let end = format!(".{}", word.data());
        let data = buttons.iter().find(|data| data.ends_with(&end));
        let data = data.unwrap_or_else(|| panic!("no {word:?} among {buttons:?}")).clone();
        self.presses_data(who, message, &data);
    }

    /// Presses a button that carries this, wherever it came from.
    pub fn presses_data(&mut self, who: UserId, message: MessageId, data: &str) {
        self.query += 1;
        let what = event::What::Pressed {
            chat: chat(who),
            message: Some(message),
            query: format!("q{}", self.query),
            data: data.to_owned(),
        };
        assert!(self.does(who, what), "the panel takes its own buttons");
    }

    pub fn picks(&mut self, who: UserId, request: i32, picked: ChatId, title: &str) {
        let (chat, message) = (chat(who), self.next_message());
        let title = Some(title.to_owned());
        self.does(who, event::What::SharedChat { chat, message, request, picked, title });
    }

    /// Does something in their private chat. Returns whether the panel took it.
    pub fn does(&mut self, who: UserId, what: event::What) -> bool {
        let panel = self.panel(who);
        let event = event::Event { user: who, language: None, name: None, what };
        let Some(input) = door::claim(&panel, &Nobody, &event) else { return false };
        self.happens(who, What::Did(input));
        true
    }

    /// Time passes; whoever is to be woken is.
    pub fn passes(&mut self, time: Duration) {
        self.now = self.now.after(time);
        let now = self.now;
        let due: Vec<UserId> = self
            .wakes
            .iter_mut()
            .filter_map(|(admin, wakes)| {
                let before = wakes.len();
                wakes.retain(|wake| *wake > now);
                (wakes.len() < before).then_some(*admin)
            })
            .collect();
        for admin in due {
            self.happens(admin, What::Woken);
        }
    }

    /// Answers the look-ups that were held back, in their order.
    pub fn release(&mut self) {
        self.holding = false;
        while let Some((gate, who, input)) = self.held.pop_front() {
            let rights = self.rights_of(gate, who);
            self.happens(who, What::RightsKnown { gate, rights, input: Box::new(input) });
        }
    }

    // What happens.

    /// One event, and everything that follows from it.
    pub fn happens(&mut self, admin: UserId, what: What) {
        let mut queue = VecDeque::from([(admin, what)]);
        while let Some((admin, what)) = queue.pop_front() {
            let outcome = self.step(admin, what);
            self.apply(admin, outcome, &mut queue);
        }
    }

    fn step(&mut self, admin: UserId, what: What) -> Outcome {
        // Through its stored form, as a restart would lead it.
        let kept = serde_json::to_string(&self.panel(admin)).expect("a panel has a stored form");
        let mut panel: Panel = serde_json::from_str(&kept).expect("a stored form reads back");
        let event = Event { admin, language: None, name: None, what };
        let mut hashed = None;
        let outcome = loop {
            let fixed = |gate: GateId| gate == FIXED;
            let mut facts = Facts {
                now: self.now,
                gates: &self.gates,
                fixed: &fixed,
                fixed_log: &|_| None,
                house: &self.house,
                owners: &self.owners,
                open_enrolment: self.open_enrolment,
                keys: &self.keys,
                random: &mut self.random,
                archive: &self.shelf,
                me: BOT,
                bot: "gate_bot",
                languages: &[Language::new("en"), Language::new("de")],
                hashed: hashed.clone(),
            };
            let before = panel.clone();
            match step(&mut panel, &event, &mut facts) {
                Stepped::Done(outcome) => break outcome,
                Stepped::NeedsHash(password) => {
                    assert_eq!(panel, before, "nothing was changed");
                    assert!(hashed.is_none(), "a hash is asked for once");
                    hashed = Some(Hidden::new(format!("$hash of {}", password.reveal().len())));
                }
            }
        };
        self.check(&event, &outcome);
        if panel == Panel::default() {
            self.shelf.panels.remove(&admin);
        } else {
            self.shelf.panels.insert(admin, panel);
        }
        outcome
    }

    /// What must hold whatever happens.
    fn check(&self, event: &Event, outcome: &Outcome) {
        let may = match &event.what {
            What::RightsKnown { gate, rights: Rights::Admin, .. } => Some(*gate),
            _ => None,
        };
        for change in &outcome.changes {
            match change {
                Change::Settings(gate, _)
                | Change::Dismantle(gate)
                | Change::AddToRoster(gate, ..)
                | Change::RemoveFromRoster(gate, _)
                | Change::ClearRoster(gate) => {
                    assert_eq!(may, Some(*gate), "changed without knowing rights: {event:?}");
                    assert_ne!(*gate, FIXED, "changed what the config says");
                }
                Change::Staff(_) => {
                    assert!(matches!(event.what, What::Did(Input::Started { .. })), "{event:?}");
                }
                Change::DropUpload(user) => assert_eq!(*user, event.admin),
            }
        }
        for deed in outcome.deeds.iter().filter(|deed| deed.gate.is_some()) {
            assert!(DEEDS.contains(&deed.what.as_str()), "{} is not listed", deed.what);
        }
        for message in &outcome.messages {
            if let Message::Applicant(_) = message {
                assert!(may.is_some(), "stepped in without knowing rights: {event:?}");
            }
        }
        let answers: Vec<&String> = outcome
            .orders
            .iter()
            .filter_map(|order| match &order.task {
                Task::AnswerButton { query, .. } => Some(query),
                _ => None,
            })
            .collect();
        match &event.what {
            What::Did(Input::Pressed { query, data, .. }) if !data.starts_with("a.c.") => {
                assert_eq!(answers, [query], "a press is answered once");
            }
            What::RightsKnown { input, .. } if matches!(**input, Input::Pressed { .. }) => {
                let card =
                    matches!(&**input, Input::Pressed { data, .. } if data.starts_with("a.c."));
                assert!(answers.is_empty() || card, "it is answered already");
            }
            _ => {}
        }
        for order in &outcome.orders {
            assert_eq!(order.whose, Whose::Panel(event.admin));
            let farewell = matches!(
                order.task,
                Task::Say { text: Text::Panel(PanelText::LogEnds { .. }), .. }
            );
            assert!(order.chat == chat(event.admin) || farewell, "it is the admin's own chat");
        }
    }

    fn apply(&mut self, admin: UserId, outcome: Outcome, queue: &mut VecDeque<(UserId, What)>) {
        for change in outcome.changes {
            match change {
                Change::Staff(staff) => self.shelf.staff = staff,
                Change::Settings(gate, settings) => {
                    self.shelf.settings.insert(gate, *settings);
                }
                Change::Dismantle(gate) => {
                    self.shelf.settings.remove(&gate);
                    self.shelf.rosters.remove(&gate);
                }
                Change::AddToRoster(gate, key, address) => {
                    self.shelf.rosters.entry(gate).or_default().insert(key, address);
                }
                Change::RemoveFromRoster(gate, key) => {
                    self.shelf.rosters.entry(gate).or_default().remove(&key);
                }
                Change::ClearRoster(gate) => {
                    self.shelf.rosters.remove(&gate);
                }
                Change::DropUpload(user) => {
                    self.shelf.uploads.remove(&user);
                }
            }
        }
        self.wakes.entry(admin).or_default().extend(outcome.wakes);
        self.deeds.extend(outcome.deeds);
        self.told.extend(outcome.messages);
        for order in outcome.orders {
            if let Some(then) = self.carry_out(admin, &order.task) {
                queue.push_back((admin, then));
            }
            self.orders.push(order);
        }
    }

    fn carry_out(&mut self, admin: UserId, task: &Task) -> Option<What> {
        match task {
            Task::Say { text, keyboard, tag, .. } => {
                if self.unreachable.contains(&admin) {
                    return tag.map(|tag| What::Unsaid { tag });
                }
                let message = self.next_message();
                self.seen(admin, message, text, keyboard);
                tag.map(|tag| What::Said { tag, chat: chat(admin), message })
            }
            Task::Edit { message, text, keyboard, .. } => {
                self.seen(admin, *message, text, keyboard);
                None
            }
            Task::LookUpRights { gate, who, about: About::Input(input) } => {
                assert_eq!(*who, admin);
                let input = (**input).clone();
                if self.holding {
                    self.held.push_back((*gate, *who, input));
                    return None;
                }
                let rights = self.rights_of(*gate, *who);
                Some(What::RightsKnown { gate: *gate, rights, input: Box::new(input) })
            }
            Task::ProveLog { gate, log, admin, .. } => {
                let admins = self.log_chats.get(log);
                let posts = admins.is_some();
                // Of a chat that the bot is not in, nobody knows.
                let admin = admins.is_none_or(|admins| admins.contains(admin));
                Some(What::LogProved { gate: *gate, log: *log, posts, admin })
            }
            Task::Fetch { file } => {
                let content = self.files.get(&file.id).cloned();
                if self.slow || self.arriving.iter().any(|(before, _)| *before == admin) {
                    self.arriving.push_back((admin, content));
                    return None;
                }
                Some(self.take_in(admin, content))
            }
            Task::Delete { .. }
            | Task::AnswerButton { .. }
            | Task::LookUpRights { about: About::Tag(_), .. }
            | Task::Examine { .. }
            | Task::Leave { .. }
            | Task::SendRoster { .. }
            | Task::OfferCommands { .. } => None,
        }
    }

    /// The oldest file that is being fetched is there.
    pub fn arrives(&mut self) {
        let (admin, content) = self.arriving.pop_front().expect("a file is being fetched");
        let what = self.take_in(admin, content);
        self.happens(admin, what);
    }

    fn take_in(&mut self, admin: UserId, content: Option<Vec<u8>>) -> What {
        let size = content.as_ref().map(|content| content.len() as u64);
        if let Some(content) = content {
            self.shelf.uploads.insert(admin, content);
        }
        What::Fetched { size }
    }

    fn seen(&mut self, admin: UserId, message: MessageId, text: &Text, keyboard: &Keyboard) {
        let Text::Panel(text) = text else { panic!("the panel says {text:?}") };
        self.texts.entry(admin).or_default().push(text.clone());
        if let Keyboard::Buttons(rows) = keyboard {
            let data = rows.iter().flatten().map(|button| match &button.does {
                Does::Press(data) => data.clone(),
                Does::Open(link) => panic!("{link} is no press"),
            });
            let shown = (message, data.collect());
            self.keyboards.entry(admin).or_default().push(shown);
        }
    }

    // What there is to see.

    pub fn panel(&self, admin: UserId) -> Panel {
        self.shelf.panels.get(&admin).cloned().unwrap_or_default()
    }

    pub fn settings(&self) -> &Settings {
        self.shelf.settings.get(&GROUP).expect("the group has settings")
    }

    /// Their newest keyboard.
    #[track_caller]
    pub fn keyboard(&self, who: UserId) -> Shown {
        self.keyboards.get(&who).and_then(|all| all.last()).expect("a keyboard").clone()
    }

    /// What was said to them last, without the heading of its screen: note and body.
    #[track_caller]
    pub fn last(&self, who: UserId) -> (Option<PanelText>, PanelText) {
        match self.texts.get(&who).and_then(|all| all.last()).expect("a text").clone() {
            PanelText::Page { note, body, .. } => (note.map(|note| *note), *body),
            other => (None, other),
        }
    }

    #[track_caller]
    pub fn hears(&mut self, who: UserId, text: &PanelText) {
        let (note, body) = self.last(who);
        assert!(note.as_ref() == Some(text) || body == *text, "{note:?} {body:?}");
    }

    pub fn deeds(&self) -> Vec<&str> {
        self.deeds.iter().map(|deed| deed.what.as_str()).collect()
    }

    /// How often this desk heard that something was changed.
    pub fn changes_told(&self, gate: GateId) -> usize {
        let changed = |message: &&Message| matches!(message, Message::Desk(at, desk::What::Changed { .. }) if *at == gate);
        self.told.iter().filter(changed).count()
    }

    fn rights_of(&self, gate: GateId, who: UserId) -> Rights {
        self.rights.get(&(gate, who)).copied().unwrap_or(Rights::None)
    }

    fn next_message(&mut self) -> MessageId {
        self.message += 1;
        MessageId(self.message)
    }
}

pub fn chat(who: UserId) -> ChatId {
    ChatId(i64::try_from(who.0).expect("a small number"))
}
