//! The desk on its own: a group, its admins and a clock, without a bot around them.

mod alarms;
mod any;
mod cards;
mod doctor;
mod log;
mod notice;
mod standing;

use std::time::Duration;

use super::findings::Finding;
use super::text::DeskText;
use super::*;
use crate::administration::effect::{About, Button, Does, Keyboard, Order, Task, Whose};
use crate::administration::outcome::Message;
use crate::administration::panel::Panel;
use crate::administration::rights::Examination;
use crate::administration::settings::{House, Settings};
use crate::administration::shelf::Shelf;
use crate::administration::text::{Label, Text};
use crate::verification::applicant::ActResult;
use crate::verification::code::{Keys, Random};
use crate::verification::event::What as Did;
use crate::verification::gate::{Gates, Mode};
use crate::verification::limits::Limits;
use crate::verification::text::HelpStep;

const GROUP: GateId = GateId(-1001);
const LOG: ChatId = ChatId(-2002);
const ADA: UserId = UserId(7);
const BEN: UserId = UserId(8);
const OWNER: UserId = UserId(9);
const NORA: UserId = UserId(21);
const MARA: UserId = UserId(22);

/// The number of the first card.
const FIRST: u32 = 1_000_000_000;

const RESTRICT: Mode = Mode::Restrict { remove_after: None };

/// A group, and what is kept besides its desk.
struct World {
    id: GateId,
    desk: Desk,
    shelf: Shelf,
    gates: Gates,
    fixed: bool,
    fixed_log: Option<ChatId>,
    owners: Vec<UserId>,
    open_enrolment: bool,
    keys: Keys,
    now: Timestamp,
    /// Wakes that were asked for and have not come.
    wakes: Vec<Timestamp>,
    /// The number of the message that was written last.
    last: i32,
    /// Whether the desk is kept and read back after every step.
    thorough: bool,
}

struct Zeros;

impl Random for Zeros {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn house() -> House {
    House { channels: Vec::new(), countries: Vec::new(), limits: Limits::default() }
}

impl World {
    /// A group without a gate; Ada is enrolled.
    fn empty() -> World {
        let mut shelf = Shelf::default();
        shelf.staff.admins.insert(ADA, Timestamp(0));
        World {
            id: GROUP,
            desk: Desk::default(),
            shelf,
            gates: Gates::new(),
            fixed: false,
            fixed_log: None,
            owners: Vec::new(),
            open_enrolment: false,
            keys: Keys::derive(&[7; 32]),
            now: Timestamp(1_000_000_000_000),
            wakes: Vec::new(),
            last: 100,
            thorough: true,
        }
    }

    /// A gate that Ada and Ben set up; the bot has all rights.
    fn gated(mode: Mode) -> World {
        let mut world = World::empty();
        let mut settings = Settings::new("Rust Berlin", ADA, world.now);
        settings.admins.insert(BEN);
        settings.open = true;
        settings.mode = mode;
        world.settle(settings);
        for (admin, name) in [(ADA, "Ada"), (BEN, "Ben")] {
            let name = Some(Name { full: name.to_owned(), username: None });
            let panel = Panel { name, ..Panel::default() };
            world.shelf.panels.insert(admin, panel);
        }
        world.standing(ADA, all_rights());
        world
    }

    /// A gate of the config.
    fn configured(mode: Mode) -> World {
        let mut world = World::gated(mode);
        world.shelf.settings.clear();
        world.fixed = true;
        world
    }

    fn settle(&mut self, settings: Settings) {
        if let Some(gate) = settings.gate(self.id, &house()) {
            self.gates.insert(self.id, gate);
        }
        self.shelf.settings.insert(self.id, settings);
    }

    fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.shelf.settings.remove(&self.id).unwrap();
        change(&mut settings);
        self.settle(settings);
    }

    /// Something happens. Whatever it is, the desk can be kept afterwards, asks to be woken only
    /// later, and writes to nobody's private chat but to whom it just found to be an admin.
    fn on(&mut self, what: What) -> Outcome {
        let event = Event { desk: self.id, what };
        let fixed = self.fixed;
        let fixed_log = self.fixed_log;
        let mut random = Zeros;
        let house = house();
        let mut facts = Facts {
            now: self.now,
            gates: &self.gates,
            fixed: &|_| fixed,
            fixed_log: &|_| fixed_log.filter(|_| fixed),
            house: &house,
            owners: &self.owners,
            open_enrolment: self.open_enrolment,
            keys: &self.keys,
            random: &mut random,
            archive: &self.shelf,
            me: UserId(9_999),
            bot: "gate_bot",
            languages: &[],
            hashed: None,
        };
        let out = step(&mut self.desk, &event, &mut facts);
        if self.thorough {
            let kept = serde_json::to_string(&self.desk).unwrap();
            assert_eq!(serde_json::from_str::<Desk>(&kept).unwrap(), self.desk);
        }
        assert!(out.wakes.iter().all(|wake| *wake > self.now), "a wake in the past");
        assert!(out.orders.iter().all(|order| order.whose == Whose::Desk(self.id)));
        for order in &out.orders {
            self.check_written(&event.what, order);
        }
        self.wakes.extend(&out.wakes);
        out
    }

    fn check_written(&self, what: &What, order: &Order) {
        let (Task::Say { text, .. } | Task::Edit { text, .. }) = &order.task else { return };
        if order.chat.0 <= 0 {
            return;
        }
        let Text::Desk(text) = text else { panic!("the desk says what is not its own: {text:?}") };
        let reader = UserId(order.chat.0.unsigned_abs());
        match text {
            // These say less than what stood there, or nothing about the group.
            DeskText::CardAnswered { .. }
            | DeskText::CardOver { .. }
            | DeskText::Unexamined { .. } => {}
            DeskText::Card { .. }
            | DeskText::Alarm(_)
            | DeskText::Guessing { .. }
            | DeskText::Raid { .. } => {
                assert!(is_admin(what, reader, &[Rights::Admin]), "{what:?}")
            }
            DeskText::Findings { findings, .. } => {
                let blind = findings.iter().any(Finding::blinds);
                let blind: &[Rights] = if blind && findings.iter().all(Finding::blinds) {
                    &[Rights::Admin, Rights::NoGroup, Rights::Unknown]
                } else {
                    &[Rights::Admin]
                };
                assert!(is_admin(what, reader, blind), "{what:?}");
            }
            other => panic!("not for a private chat: {other:?}"),
        }
    }

    /// The clock goes on, and every wake comes that was asked for.
    fn pass(&mut self, time: Duration) -> Vec<Order> {
        let until = self.now.after(time);
        let mut orders = Vec::new();
        for _ in 0..10_000 {
            let Some(next) = self.wakes.iter().copied().filter(|wake| *wake <= until).min() else {
                self.now = until;
                return orders;
            };
            self.wakes.retain(|wake| *wake != next);
            self.now = self.now.max(next);
            orders.extend(self.on(What::Woken).orders);
        }
        panic!("it wakes and wakes");
    }

    fn standing(&mut self, by: UserId, rights: BotRights) -> Outcome {
        self.on(What::BotStanding {
            by,
            anonymous: false,
            language: Some(Language::new("de")),
            name: None,
            title: "Rust Berlin".to_owned(),
            channel: false,
            rights,
        })
    }

    fn rights(&mut self, who: UserId, rights: Rights, tag: Tag) -> Outcome {
        self.on(What::RightsKnown { who, rights, tag })
    }

    /// Telegram says of everybody whom the desk asks about that they are an admin; all that it
    /// writes arrives. Returns what was written.
    fn serve(&mut self, out: &Outcome) -> Vec<String> {
        self.serve_with(&out.orders, |_| Rights::Admin)
    }

    fn serve_with(&mut self, orders: &[Order], rights: impl Fn(UserId) -> Rights) -> Vec<String> {
        let mut seen = Vec::new();
        let mut queue: std::collections::VecDeque<Order> = orders.iter().cloned().collect();
        while let Some(order) = queue.pop_front() {
            match &order.task {
                Task::LookUpRights { who, about: About::Tag(tag), .. } => {
                    queue.extend(self.rights(*who, rights(*who), *tag).orders);
                    continue;
                }
                Task::Say { tag: Some(tag), .. } => {
                    self.last += 1;
                    let message = MessageId(self.last);
                    let said = What::Said { tag: *tag, chat: order.chat, message };
                    queue.extend(self.on(said).orders);
                }
                _ => {}
            }
            seen.push(brief(&order));
        }
        seen
    }

    fn news(&mut self, about: UserId, notice: News) -> Outcome {
        let full = if about == NORA { "Nora" } else { "Mara" };
        let name = Some(Name { full: full.to_owned(), username: None });
        self.on(What::Notice { about, name, language: Language::default(), notice })
    }

    /// They ask for an admin; every admin has their card.
    fn card_for(&mut self, about: UserId) -> Vec<String> {
        let out = self.news(about, help());
        self.serve(&out)
    }
}

fn is_admin(what: &What, reader: UserId, as_what: &[Rights]) -> bool {
    let What::RightsKnown { who, rights, .. } = what else { return false };
    *who == reader && as_what.contains(rights)
}

fn help() -> News {
    let masked = Some("n•••a@example.org".to_owned());
    News::HelpWanted { at: HelpStep::Locked, wrong: 3, masked, turned_back: None }
}

fn all_rights() -> BotRights {
    BotRights { present: true, admin: true, can_invite: true, can_restrict: true, can_delete: true }
}

fn member() -> BotRights {
    BotRights { present: true, ..BotRights::default() }
}

fn well() -> Examination {
    Examination {
        title: "Rust Berlin".to_owned(),
        bot: all_rights(),
        basic: false,
        public: false,
        approves_new: false,
        members_add: false,
        other_bots: Vec::new(),
    }
}

fn examined(group: Examination) -> What {
    What::Examined(Examined::Group(group))
}

/// An order in one line: `say 7 Card(1, UserId(7)): Card [approve decline unlock]`.
fn brief(order: &Order) -> String {
    let chat = order.chat.0;
    match &order.task {
        Task::Say { text, keyboard, .. } => {
            format!("say {chat}: {}{}", name_of(text), below(keyboard))
        }
        Task::Edit { message, text, keyboard, .. } => {
            format!("edit {chat}/{}: {}{}", message.0, name_of(text), below(keyboard))
        }
        Task::Delete { message } => format!("delete {chat}/{}", message.0),
        Task::AnswerButton { query, text: Some(text), alert } => {
            format!("answer {query}: {}{}", name_of(text), if *alert { " (alert)" } else { "" })
        }
        Task::AnswerButton { query, text: None, .. } => format!("answer {query}"),
        Task::LookUpRights { who, about: About::Tag(tag), .. } => format!("{} {tag:?}", who.0),
        other => other.name().to_owned(),
    }
}

fn briefs(out: &Outcome) -> Vec<String> {
    out.orders.iter().map(brief).collect()
}

/// The name of a text, and what matters of it.
fn name_of(text: &Text) -> String {
    let Text::Desk(text) = text else { return format!("{text:?}") };
    match text {
        DeskText::Findings { findings, .. } => {
            let named = findings.iter().map(|finding| first_word(&format!("{finding:?}")));
            format!("Findings({})", named.collect::<Vec<_>>().join(" "))
        }
        DeskText::CardAnswered { act, by, result, .. } => {
            format!(
                "{act:?} by {}{}",
                named(by),
                result.map_or(String::new(), |r| format!(": {r:?}"))
            )
        }
        DeskText::AlreadyAnswered { act, by } => format!("already {act:?} by {}", named(by)),
        DeskText::CardOver { why, .. } => format!("CardOver({why:?})"),
        DeskText::Signpost { admin } => format!("Signpost({admin})"),
        DeskText::Muted { name, .. } => format!("Muted({})", name.as_deref().unwrap_or("?")),
        DeskText::ManyMuted { count, more, names, .. } => {
            let more = if *more { "+" } else { "" };
            format!("ManyMuted({count}{more}: {})", names.join(", "))
        }
        DeskText::Log { lines, unkept } => {
            let first = lines.first().map_or(String::new(), |line| format!(" from {}", line.what));
            format!("Log({}{first}, {unkept} unkept)", lines.len())
        }
        other => first_word(&format!("{other:?}")),
    }
}

fn named(by: &text::Answerer) -> String {
    match by {
        text::Answerer::You => "you".to_owned(),
        text::Answerer::Other(who) => {
            who.name.as_ref().map_or(who.id.0.to_string(), |name| name.full.clone())
        }
    }
}

fn first_word(debug: &str) -> String {
    debug.chars().take_while(|c| c.is_alphanumeric()).collect()
}

fn below(keyboard: &Keyboard) -> String {
    let Keyboard::Buttons(rows) = keyboard else { return String::new() };
    let word = |button: &Button| match (&button.does, &button.label) {
        (Does::Press(data), _) => data.clone(),
        (Does::Open(parameter), Label::Desk(_)) => format!("open {}", &parameter[..1]),
        (Does::Open(_), label) => panic!("not the desk's: {label:?}"),
    };
    format!(" [{}]", rows.iter().flatten().map(word).collect::<Vec<_>>().join(" "))
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

/// The messages to applicants: who, and what.
fn to_applicants(out: &Outcome) -> Vec<(UserId, Did)> {
    let told = out.messages.iter().filter_map(|message| match message {
        Message::Applicant(event) => Some((event.user, event.what.clone())),
        Message::Panel(..) | Message::Desk(..) | Message::Watch(_) => None,
    });
    told.collect()
}
