//! A person before one gate, with a small model of the group and of the outbox: orders wait until
//! they are carried out, one by one, and what comes of them goes back to the rules.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::*;
use crate::verification::event::{self, Link};

pub const ADMIN: UserId = UserId(100);
pub const MEMBER: UserId = UserId(200);

/// One person, one group, and what is on its way between them.
pub struct Scene {
    pub person: Person,
    pub gates: Gates,
    keys: Keys,
    random: Counting,
    pub now: Timestamp,
    ledgers: BTreeMap<Ledger, u64>,
    /// Addresses of other accounts, and of this one.
    pub holders: BTreeMap<[u8; 32], BTreeSet<UserId>>,
    pub roster: BTreeSet<[u8; 32]>,
    orders: VecDeque<Order>,
    // As Telegram has it.
    pub member: bool,
    pub muted: bool,
    pub requested: bool,
    /// The bot may invite and restrict.
    pub rights: bool,
    pub unreadable: bool,
    /// Everything that was said, in order.
    pub said: Vec<Text>,
    keyboard: Vec<(Action, String)>,
    pub letters: Vec<Letter>,
    pub notices: Vec<Notice>,
    pub decisions: Vec<Decision>,
    wakes: BTreeSet<Timestamp>,
    message: i32,
    books: Books,
}

/// What is certain, apart from what the rules keep.
#[derive(Default)]
struct Books {
    /// Since the dialogue began.
    password_given: bool,
    /// The address whose code came back.
    proven: Option<[u8; 32]>,
    /// By an admin, and not withdrawn.
    approved: bool,
    /// How often an admin was asked for, by day.
    asked: BTreeMap<i64, u32>,
}

impl Scene {
    pub fn new(change: impl FnOnce(&mut Gate)) -> Scene {
        let mut gates = Little::new().gates;
        if let Some(gate) = gates.get_mut(&GATE) {
            change(gate);
        }
        Scene {
            person: Person::default(),
            gates,
            keys: Keys::derive(&[7; 32]),
            random: Counting(1),
            now: Timestamp(1_800_000_000_000),
            ledgers: BTreeMap::new(),
            holders: BTreeMap::new(),
            roster: BTreeSet::new(),
            orders: VecDeque::new(),
            member: false,
            muted: false,
            requested: false,
            rights: true,
            unreadable: false,
            said: Vec::new(),
            keyboard: Vec::new(),
            letters: Vec::new(),
            notices: Vec::new(),
            decisions: Vec::new(),
            wakes: BTreeSet::new(),
            message: 0,
            books: Books::default(),
        }
    }

    pub fn gate(&mut self) -> &mut Gate {
        self.gates.get_mut(&GATE).expect("the gate")
    }

    pub fn applicant(&self) -> Applicant {
        self.person.gates.get(&GATE).map(|applicant| (**applicant).clone()).unwrap_or_default()
    }

    pub fn key(&self, address: &str) -> [u8; 32] {
        let email = crate::verification::address::Email::parse(address).expect("an address");
        self.keys.address(&Address::Email(email))
    }

    pub fn token(&self, user: UserId) -> String {
        self.keys.member(user, GATE)
    }

    pub fn uses(&self, label: &str) -> u64 {
        let key = self.keys.password(GATE, label);
        self.ledgers.get(&Ledger::Password { key }).copied().unwrap_or(0)
    }

    pub fn uses_up(&mut self, label: &str, uses: u64) {
        let key = self.keys.password(GATE, label);
        self.ledgers.insert(Ledger::Password { key }, uses);
    }

    /// One event; whatever is typed is the password whose label it is.
    pub fn happens(&mut self, what: What) -> Outcome {
        // As after a restart: nothing is known but what was kept.
        let kept = serde_json::to_string(&self.person).expect("a person can be kept");
        self.person = serde_json::from_str(&kept).expect("and read back");
        let before = self.applicant();
        let event = Event::of(USER, what);
        let mut password = None;
        let outcome = loop {
            let (ledgers, holders, roster) = (&self.ledgers, &self.holders, &self.roster);
            let outages = Outages::default();
            let mut facts = Facts {
                outages: &outages,
                now: self.now,
                gates: &self.gates,
                keys: &self.keys,
                random: &mut self.random,
                ledger: &|ledger| ledgers.get(ledger).copied().unwrap_or(0),
                password,
                on_roster: &|_, key| roster.contains(key),
                holders: &|_, key| holders.get(key).into_iter().flatten().copied().collect(),
                suppressed: &|_| false,
                conversion: &|_| Conversion::default(),
                spending: &Spending::default(),
                restore: None,
            };
            match step(&mut self.person, &event, &mut facts) {
                Stepped::Done(outcome) => break outcome,
                Stepped::NeedsPassword { gate, typed, candidates } => {
                    assert!(!candidates.is_empty(), "nothing to compare with");
                    let found = candidates.into_iter().map(|(label, _)| label);
                    password = Some((gate, { found }.find(|label| label == typed.reveal())));
                }
            }
        };
        for (ledger, by) in &outcome.charges {
            let count = self.ledgers.entry(ledger.clone()).or_default();
            *count = count.saturating_add_signed(*by);
        }
        for (_, key, holds) in &outcome.holdings {
            let users = self.holders.entry(*key).or_default();
            if *holds {
                users.insert(USER)
            } else {
                users.remove(&USER)
            };
        }
        self.wakes.extend(outcome.wakes.iter().map(|(_, at)| *at));
        self.notices.extend(outcome.notices.iter().map(|(_, notice)| notice.clone()));
        self.decisions.extend(outcome.decisions.iter().map(|(_, decision)| decision.clone()));
        self.keeps_books(&before, &event.what, &outcome);
        for order in &outcome.orders {
            match &order.effect {
                Effect::Say { text, keyboard, .. } => {
                    self.said.push(text.clone());
                    if let Keyboard::Buttons(rows) = keyboard {
                        let buttons = rows.iter().flatten();
                        let actions = buttons.filter_map(|button| {
                            Some((Pressed::read(&button.data)?.action, button.data.clone()))
                        });
                        self.keyboard = actions.collect();
                    }
                }
                Effect::Rewrite { .. } | Effect::RetireButtons => self.keyboard.clear(),
                Effect::Delete { .. } | Effect::AnswerButton { .. } => {}
                Effect::SendCode { letter, .. } => {
                    self.letters.push(letter.clone());
                    self.orders.push_back(order.clone());
                }
                Effect::LookUpMember { .. }
                | Effect::Approve { .. }
                | Effect::Decline { .. }
                | Effect::Invite { .. }
                | Effect::RevokeInvite { .. }
                | Effect::Mute { .. }
                | Effect::Free { .. }
                | Effect::Remove { .. }
                | Effect::LookUpAdder { .. } => self.orders.push_back(order.clone()),
            }
        }
        outcome
    }

    /// What must hold of every single step.
    fn keeps_books(&mut self, before: &Applicant, what: &What, outcome: &Outcome) {
        let names: Vec<_> = outcome.decisions.iter().map(|(_, d)| d.name()).collect();
        let address = before.address.as_ref().map(|address| self.keys.address(address));
        for name in &names {
            match *name {
                "asked" | "cancelled" | "swept" | "left" | "admin_declined" | "admin_revoked" => {
                    (self.books.password_given, self.books.proven) = (false, None);
                }
                "right_password" => self.books.password_given = true,
                "right_code" => self.books.proven = address,
                "help_wanted" => {
                    let today = self.books.asked.entry(self.now.day()).or_default();
                    *today += 1;
                    assert!(*today <= 3, "an admin was asked for too often");
                }
                _ => {}
            }
        }
        if let What::SteppedIn { act, .. } = what {
            use event::Act::{Approve, Unlock};
            self.books.approved = *act == Approve || (self.books.approved && *act == Unlock);
        }

        // Nobody comes in without password, code and an address that may pass now, unless an admin
        // wants it.
        let opens = |order: &Order| {
            matches!(
                order.effect,
                Effect::Approve { .. } | Effect::Invite { .. } | Effect::Free { .. }
            )
        };
        let inside = matches!(before.stage, Stage::Admitted { joined: true, .. } | Stage::Member);
        // A mute that came too late is taken back; whether they have to pass is another matter.
        let late = matches!(what, What::Muted { .. } | What::AdderKnown { admin: true, .. });
        if outcome.orders.iter().any(opens) && !inside && !late && !self.books.approved {
            let gate = &self.gates[&GATE].addresses;
            let proven = self.books.proven.filter(|_| self.books.password_given);
            let Some(key) = proven else { panic!("{what:?} opened the group") };
            assert!(!gate.roster || self.roster.contains(&key), "{what:?}: not on the roster");
            let others = self.holders.get(&key).into_iter().flatten().filter(|user| **user != USER);
            assert!(others.count() < gate.accounts as usize, "{what:?}: somebody else's address");
        }

        // Counts fall by success and by admins.
        let cleared =
            ["admitted", "personal_link", "let_in_by_others", "admin_approved", "admin_unlocked"];
        let by_hand = matches!(what, What::Joined { .. } | What::AdderKnown { admin: true, .. });
        let fair = by_hand || self.books.approved || names.iter().any(|n| cleared.contains(n));
        let (was, is) = (before.tally.wrong(), self.applicant().tally.wrong());
        assert!(is >= was || fair, "{what:?}: {was} → {is}");
        assert!(is <= was + 1, "{what:?} cost more than one try");
    }

    /// Carries out the order that waits longest, as Telegram and the mail server would.
    pub fn carries_out_one(&mut self) -> bool {
        let Some(order) = self.orders.pop_front() else { return false };
        let allowed = if self.rights { Ok(()) } else { Err(AdmissionOutcome::NoRights) };
        let gate = GATE;
        match order.effect {
            Effect::SendCode { challenge, letter, .. } => {
                let (outcome, bill) = (DeliveryOutcome::Sent, letter.bill);
                self.happens(What::CodeDelivery { gate, challenge, outcome, bill });
            }
            Effect::LookUpMember { .. } => {
                let membership = match (self.unreadable, self.member) {
                    (true, _) => Membership::Unknown,
                    (false, true) => Membership::Member,
                    (false, false) => Membership::NotMember,
                };
                self.happens(What::LookedUp { gate, membership });
            }
            Effect::Approve { .. } => {
                let outcome = match allowed {
                    Err(outcome) => outcome,
                    Ok(()) if self.member => AdmissionOutcome::AlreadyMember,
                    Ok(()) if !self.requested => AdmissionOutcome::NoRequest,
                    Ok(()) => AdmissionOutcome::Approved,
                };
                if outcome == AdmissionOutcome::Approved {
                    self.requested = false;
                    self.member = true;
                    self.happens(What::Joined { gate, by: Some(UserId(1)), link: None });
                }
                self.happens(What::Admission { gate, outcome });
            }
            Effect::Invite { .. } => {
                let outcome = allowed.map(|()| "https://t.me/+own".to_owned());
                self.happens(What::Invited { gate, outcome });
            }
            Effect::Mute { .. } => {
                let outcome = self.restricts(allowed, true);
                self.happens(What::Muted { gate, outcome });
            }
            Effect::Free { .. } => {
                let outcome = self.restricts(allowed, false);
                self.happens(What::Admission { gate, outcome });
            }
            Effect::Remove { .. } => {
                let outcome = allowed.err().unwrap_or(AdmissionOutcome::Approved);
                if outcome == AdmissionOutcome::Approved && self.member {
                    self.leaves();
                }
                self.happens(What::Removed { gate, outcome });
            }
            Effect::LookUpAdder { adder, .. } => {
                self.happens(What::AdderKnown { gate, admin: adder != MEMBER });
            }
            Effect::Decline { .. } => self.requested = false,
            _ => {}
        }
        true
    }

    fn restricts(&mut self, allowed: Result<(), AdmissionOutcome>, mute: bool) -> AdmissionOutcome {
        match allowed {
            Err(outcome) => outcome,
            Ok(()) if !self.member => AdmissionOutcome::UserGone,
            Ok(()) => {
                self.muted = mute;
                AdmissionOutcome::Approved
            }
        }
    }

    /// Everything that waits is carried out.
    pub fn settles(&mut self) {
        for _ in 0..100 {
            if !self.carries_out_one() {
                return;
            }
        }
        panic!("the rules and Telegram go round in circles: {:?}", self.orders);
    }

    /// The rights come back, and everybody is told.
    pub fn mends_rights(&mut self) {
        self.rights = true;
        self.happens(What::DoorMended { gate: GATE });
    }

    pub fn asks_to_join(&mut self) {
        if self.member {
            return;
        }
        self.requested = true;
        self.happens(What::JoinRequested {
            gate: GATE,
            chat: CHAT,
            title: "Rust Berlin".into(),
            link: Some("https://t.me/+all".into()),
            query_id: None,
            asked: None,
        });
    }

    /// Becomes a member without being asked; `by`: who added them.
    pub fn joins(&mut self, by: UserId) {
        if self.member {
            return;
        }
        (self.member, self.muted, self.requested) = (true, false, false);
        let link = Link {
            url: "https://t.me/+open".into(),
            name: None,
            creator: None,
            asks: false,
            primary: true,
        };
        let link = (by == USER).then_some(link);
        self.happens(What::Joined { gate: GATE, by: Some(by), link });
    }

    pub fn leaves(&mut self) {
        if self.member {
            (self.member, self.muted) = (false, false);
            self.happens(What::Left { gate: GATE });
        }
    }

    pub fn starts(&mut self, parameter: Option<&str>) {
        let parameter = parameter.map(str::to_owned);
        self.happens(What::Started { chat: CHAT, message: MessageId(1), parameter });
    }

    pub fn types(&mut self, text: &str) {
        self.message += 1;
        self.happens(What::Wrote {
            chat: CHAT,
            message: MessageId(self.message),
            text: Hidden::new(text),
            forwarded: false,
            origin: None,
        });
    }

    pub fn commands(&mut self, command: &str) {
        self.happens(What::Commanded {
            chat: CHAT,
            message: MessageId(1),
            command: command.into(),
            rest: Hidden::default(),
        });
    }

    pub fn offers(&self, action: Action) -> bool {
        self.keyboard.iter().any(|(known, _)| *known == action)
    }

    /// Presses a button of the newest keyboard; `false` if it is not there.
    pub fn presses(&mut self, action: Action) -> bool {
        let found = self.keyboard.iter().find(|(known, _)| *known == action);
        let Some((_, data)) = found.cloned() else { return false };
        let message = Some(MessageId(1));
        let outcome = self.happens(What::Pressed { chat: CHAT, message, query: "q".into(), data });
        let is_answer = |order: &&Order| matches!(order.effect, Effect::AnswerButton { .. });
        let answers = outcome.orders.iter().filter(is_answer).count();
        assert_eq!(answers, 1, "{action:?}: {:?}", outcome.orders);
        true
    }

    pub fn types_code(&mut self) {
        if let Some(letter) = self.letters.last() {
            let code = letter.code.reveal().to_owned();
            self.types(&code);
        }
    }

    /// From wherever they stand to a code typed right.
    pub fn passes_with(&mut self, password: &str, address: &str) {
        self.settles();
        self.types(password);
        self.types(address);
        assert!(self.presses(Action::Send), "nothing to send: {:?}", self.said.last());
        self.settles();
        self.types_code();
    }

    pub fn steps_in(&mut self, act: event::Act, by: UserId) {
        self.happens(What::SteppedIn { gate: GATE, act, by });
    }

    /// Time passes; whatever is due by then comes.
    pub fn passes(&mut self, time: Duration) {
        self.now = self.now.after(time);
        loop {
            let due = self.wakes.first().copied().filter(|at| *at <= self.now);
            let Some(at) = due else { return };
            self.wakes.remove(&at);
            self.happens(What::Woken { gate: GATE });
        }
    }

    /// How the acts of admins ended, in order.
    pub fn done(&self) -> Vec<(event::Act, UserId, ActResult)> {
        let done = self.notices.iter().filter_map(|notice| match notice {
            Notice::Done { act, by, result } => Some((*act, *by, *result)),
            Notice::HelpWanted { .. }
            | Notice::HelpOver
            | Notice::Muted
            | Notice::MuteOver
            | Notice::CameBy(_)
            | Notice::Stuck
            | Notice::Rush
            | Notice::Guessing => None,
        });
        done.collect()
    }

    pub fn noticed(&self, notice: &Notice) -> usize {
        self.notices.iter().filter(|known| *known == notice).count()
    }

    #[track_caller]
    pub fn hears(&mut self, text: &Text) {
        assert!(self.said.contains(text), "{text:?} was not said, but {:?}", self.said);
        self.said.clear();
    }
}
