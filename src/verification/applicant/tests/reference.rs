//! The rules once more, in the plainest form: counters, sets and times, by which the model test
//! judges what the real rules order. Written from what the README promises, it shares nothing with
//! them but the numbers of the limits.
//!
//! Times are milliseconds. `heard`: how much of the time so far somebody could have been heard.

use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 24 * 60 * 60 * 1000;

pub type Who = (u64, i64);

#[derive(Clone, Debug)]
pub struct Rules {
    pub attempts: u32,
    pub hard_stop: u32,
    pub lockouts: Vec<i64>,
    pub waits: Vec<i64>,
    pub code_lives: i64,
    pub sends_per_day: usize,
    pub addresses_per_day: usize,
    pub sends_per_address: i64,
}

#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Outside,
    Password,
    Address,
    Confirm(u8),
    Code,
    Opening,
    /// They hold a personal link.
    Invited,
    Inside,
}

#[derive(Clone, Debug)]
pub struct Code {
    pub digits: String,
    pub address: u8,
    from: (i64, i64),
    lives: i64,
}

/// What is known of one applicant.
#[derive(Clone, Debug, Default)]
pub struct Book {
    pub place: Place,
    pub wrong_passwords: u32,
    pub wrong_codes: u32,
    locks: usize,
    pub locked_until: i64,
    /// So many tries at other gates count no more here, since somebody of this one let them in.
    pardoned: u32,
    /// They passed here.
    passed: bool,
    /// What was sent on this day: how often, and where to.
    day: i64,
    sent: usize,
    addresses: BTreeSet<u8>,
    /// The latest code, unless it never left: when, and whether its address was new that day.
    latest: Option<i64>,
    first_there: bool,
    address: Option<u8>,
    pub code: Option<Code>,
    old: Vec<String>,
    /// Something at the door is left to do: a request waits, or opening it failed.
    asked: bool,
    failed: bool,
    touched: i64,
}

/// What has to come of an event, besides a new state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// A wrong try, and what follows from it.
    pub wrong: Option<Wrong>,
    /// A code goes to this address.
    pub sends: Option<(Who, u8)>,
    /// The group is opened.
    pub opens: BTreeSet<Who>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    Left(u32),
    Locked(i64),
    Stopped,
}

#[derive(Clone, Debug)]
pub enum Said {
    Password { of: i64 },
    Address(u8),
    Digits(String),
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Became {
    Sent,
    /// Maybe.
    Unknown,
    Delayed,
    GaveUp,
    Refused,
}

pub struct Reference {
    pub rules: Rules,
    pub now: i64,
    pub heard: i64,
    pub books: BTreeMap<Who, Book>,
    pub active: BTreeMap<u64, i64>,
    /// Codes to an address on a day, over everybody.
    pub ledger: BTreeMap<(u8, i64), i64>,
    /// What each code was charged to that may still turn out never to have left.
    pub charged: BTreeMap<(Who, String), (u8, i64)>,
}

impl Book {
    pub fn wrong(&self) -> u32 {
        self.wrong_passwords + self.wrong_codes
    }

    pub fn is_open(&self) -> bool {
        !matches!(self.place, Place::Outside | Place::Invited | Place::Inside)
    }

    pub fn sent_on(&self, day: i64) -> usize {
        if self.day == day { self.sent } else { 0 }
    }

    /// The dialogue is over; the counts are not.
    fn close(&mut self, place: Place) {
        (self.place, self.address, self.code) = (place, None, None);
        (self.asked, self.failed) = (false, false);
        self.old.clear();
    }

    fn clear(&mut self) {
        (self.wrong_passwords, self.wrong_codes, self.locks, self.locked_until) = (0, 0, 0, 0);
    }
}

impl Reference {
    pub fn book(&self, who: Who) -> Book {
        self.books.get(&who).cloned().unwrap_or_default()
    }

    /// Over all gates: nobody begins anew at another one.
    pub fn is_stopped(&self, who: Who) -> bool {
        self.in_all(who) >= self.rules.hard_stop
    }

    fn in_all(&self, who: Who) -> u32 {
        let Book { pardoned, .. } = self.book(who);
        self.book(who).wrong() + self.elsewhere(who).saturating_sub(pardoned)
    }

    fn elsewhere(&self, who: Who) -> u32 {
        self.wrong(who.0) - self.book(who).wrong()
    }

    fn wrong(&self, user: u64) -> u32 {
        self.books_of(user).map(Book::wrong).sum()
    }

    fn locks(&self, user: u64) -> usize {
        self.books_of(user).map(|book| book.locks).sum()
    }

    fn books_of(&self, user: u64) -> impl Iterator<Item = &Book> {
        self.books.iter().filter(move |((owner, _), _)| *owner == user).map(|(_, book)| book)
    }

    pub fn may_try(&self, who: Who) -> bool {
        !self.is_stopped(who) && self.now >= self.book(who).locked_until
    }

    pub fn lives(&self, code: &Code) -> bool {
        let (began, heard) = code.from;
        self.heard - heard < code.lives && self.now < began + code.lives + DAY
    }

    /// Whether a silence was long enough to end a dialogue.
    pub fn is_idle(&self, who: Who) -> bool {
        self.now - self.book(who).touched >= DAY
    }

    pub fn open_at(&self, user: u64) -> Option<i64> {
        let gate = *self.active.get(&user)?;
        self.book((user, gate)).is_open().then_some(gate)
    }

    fn at(&mut self, who: Who) -> &mut Book {
        let now = self.now;
        let book = self.books.entry(who).or_default();
        book.touched = now;
        book
    }

    /// If nothing is left to be asked there, another dialogue of theirs goes on.
    pub fn asks_to_join(&mut self, who: Who) -> Verdict {
        let before = self.open_at(who.0);
        self.active.insert(who.0, who.1);
        match self.at(who).place {
            Place::Outside | Place::Inside => self.at(who).close(Place::Password),
            Place::Password | Place::Code => {}
            Place::Address | Place::Confirm(_) => self.ask_address(who),
            Place::Opening | Place::Invited => {}
        }
        self.at(who).asked = true;
        let passed = matches!(self.at(who).place, Place::Opening | Place::Invited);
        let mut verdict = if passed { self.opens(who) } else { Verdict::default() };
        verdict.opens.extend(self.takes_up_another(who.0, before, true).opens);
        verdict
    }

    /// Something typed by somebody with a dialogue open.
    pub fn types(&mut self, user: u64, said: &Said) -> Verdict {
        let who = (user, self.heard_at(user, said));
        self.active.insert(user, who.1);
        let may_try = self.may_try(who);
        let book = self.at(who);
        match (book.place, said) {
            _ if !may_try => Verdict::default(),
            (Place::Password, Said::Password { of }) if *of == who.1 => {
                book.place = Place::Address;
                Verdict::default()
            }
            (Place::Password, _) => {
                book.wrong_passwords += 1;
                let wrong = book.wrong_passwords;
                Verdict { wrong: Some(self.suffer(who, wrong)), ..Verdict::default() }
            }
            (Place::Address | Place::Confirm(_) | Place::Code, Said::Address(address)) => {
                let known = book.code.clone().filter(|code| code.address == *address);
                let known = known.is_some_and(|code| self.lives(&code));
                self.at(who).place = if known { Place::Code } else { Place::Confirm(*address) };
                Verdict::default()
            }
            (Place::Address | Place::Confirm(_) | Place::Code, Said::Digits(digits)) => {
                if book.code.is_some() {
                    return self.guesses(who, digits);
                }
                self.ask_address(who);
                Verdict::default()
            }
            (_, _) => {
                self.ask_address(who);
                Verdict::default()
            }
        }
    }

    /// The gate for which something is typed: digits alone, where only another one waits for a
    /// code, are for that one.
    fn heard_at(&self, user: u64, said: &Said) -> i64 {
        let active = self.active.get(&user).copied().unwrap_or_default();
        let here = self.book((user, active));
        let waits = |book: &Book| book.code.is_some() && book.place != Place::Opening;
        let Said::Digits(_) = said else { return active };
        if here.place == Place::Code || waits(&here) {
            return active;
        }
        let mut own = self.books.iter().filter(|((owner, _), _)| *owner == user);
        own.find(|(_, book)| waits(book)).map_or(active, |((_, gate), _)| *gate)
    }

    /// Asks for the address once more, where a question stands.
    pub fn ask_address(&mut self, who: Who) {
        let may_try = self.may_try(who);
        let book = self.at(who);
        if may_try && matches!(book.place, Place::Confirm(_)) {
            book.place = Place::Address;
        }
    }

    fn guesses(&mut self, who: Who, digits: &str) -> Verdict {
        let Some(code) = self.book(who).code else { return Verdict::default() };
        if !self.lives(&code) || self.book(who).old.iter().rev().take(8).any(|old| old == digits) {
            return Verdict::default();
        }
        if code.digits == digits {
            return self.passes(who);
        }
        let book = self.at(who);
        book.wrong_codes += 1;
        let wrong = book.wrong_codes;
        Verdict { wrong: Some(self.suffer(who, wrong)), ..Verdict::default() }
    }

    /// The link with this code was opened.
    pub fn taps(&mut self, who: Who, digits: &str) -> Verdict {
        self.active.insert(who.0, who.1);
        let code = self.book(who).code;
        let live = code.filter(|code| code.digits == digits && self.lives(code));
        self.at(who);
        if live.is_none() || !self.may_try(who) {
            return Verdict::default();
        }
        self.passes(who)
    }

    fn passes(&mut self, who: Who) -> Verdict {
        let book = self.at(who);
        book.place = Place::Opening;
        book.old.clear();
        self.opens(who)
    }

    fn suffer(&mut self, who: Who, wrong: u32) -> Wrong {
        let (now, rules) = (self.now, self.rules.clone());
        let before_the_end = rules.hard_stop.saturating_sub(self.in_all(who));
        let locks = self.locks(who.0);
        let book = self.at(who);
        if before_the_end > 0 && !wrong.is_multiple_of(rules.attempts) {
            return Wrong::Left((rules.attempts - wrong % rules.attempts).min(before_the_end));
        }
        // With the lock the code dies.
        if book.place != Place::Password {
            book.place = Place::Code;
        }
        book.code = None;
        book.old.clear();
        if before_the_end == 0 {
            return Wrong::Stopped;
        }
        let wait = rules.lockouts[locks.min(rules.lockouts.len() - 1)];
        book.locks += 1;
        book.locked_until = now + wait;
        Wrong::Locked(wait)
    }

    /// "Send" or "send a new code" was pressed: there is one if the limits allow.
    pub fn wants_a_code(&mut self, who: Who, digits: impl FnOnce() -> Option<String>) -> Verdict {
        let (now, heard, today, rules) =
            (self.now, self.heard, self.now.div_euclid(DAY), self.rules.clone());
        let book = self.book(who);
        let wanted = match book.place {
            Place::Confirm(address) => Some(address),
            Place::Code => book.address,
            _ => None,
        };
        let Some(address) = wanted else { return Verdict::default() };
        let sent = book.sent_on(today);
        let known = book.day == today && book.addresses.contains(&address);
        let addresses = if book.day == today { book.addresses.len() } else { 0 };
        let wait = rules.waits[sent.saturating_sub(1).min(rules.waits.len() - 1)];
        let fine = self.may_try(who)
            && self.ledger.get(&(address, today)).copied().unwrap_or(0) < rules.sends_per_address
            && sent < rules.sends_per_day
            && (known || addresses < rules.addresses_per_day)
            && book.latest.is_none_or(|latest| now >= latest + wait);
        let book = self.at(who);
        if !fine {
            return Verdict::default();
        }
        if book.day != today {
            (book.day, book.sent) = (today, 0);
            book.addresses.clear();
        }
        book.sent += 1;
        book.first_there = book.addresses.insert(address);
        book.latest = Some(now);
        book.address = Some(address);
        book.place = Place::Code;
        let digits = digits().unwrap_or_default();
        // Until it is known to be sent it may take twice as long.
        let (from, lives) = ((now, heard), 2 * rules.code_lives);
        let code = Code { digits: digits.clone(), address, from, lives };
        book.old.extend(book.code.replace(code).map(|before| before.digits));
        self.charged.insert((who, digits), (address, today));
        *self.ledger.entry((address, today)).or_default() += 1;
        Verdict { sends: Some((who, address)), ..Verdict::default() }
    }

    pub fn keeps_the_code(&mut self, who: Who) {
        self.at(who);
    }

    pub fn wants_another_address(&mut self, who: Who) {
        self.at(who).place = Place::Address;
    }

    /// Gives up. Another dialogue of theirs goes on, if there is one.
    pub fn cancels(&mut self, who: Who) -> Verdict {
        let before = self.open_at(who.0);
        self.at(who).close(Place::Outside);
        self.takes_up_another(who.0, before, true)
    }

    pub fn tries_again(&mut self, who: Who) -> Verdict {
        let book = self.at(who);
        let left_to_do = book.asked || book.failed;
        match book.place {
            Place::Opening => self.opens(who),
            Place::Invited if left_to_do => self.opens(who),
            _ => Verdict::default(),
        }
    }

    /// Telegram would not open the group for them.
    pub fn fails(&mut self, who: Who) {
        let book = self.books.entry(who).or_default();
        book.failed |= matches!(book.place, Place::Opening | Place::Invited);
    }

    pub fn delivered(&mut self, who: Who, digits: &str, became: Became) {
        let (now, heard, lives) = (self.now, self.heard, self.rules.code_lives);
        // Nobody pays for what never left, whatever became of the dialogue.
        if became == Became::GaveUp
            && let Some(charged) = self.charged.remove(&(who, digits.to_owned()))
        {
            *self.ledger.entry(charged).or_default() -= 1;
        }
        let book = self.books.entry(who).or_default();
        let Some(code) = book.code.as_mut().filter(|code| code.digits == digits) else { return };
        match became {
            Became::Sent | Became::Unknown => (code.from, code.lives) = ((now, heard), lives),
            Became::Delayed => {}
            // Nobody has it.
            Became::GaveUp | Became::Refused => {
                let address = code.address;
                book.code = None;
                book.latest = None;
                if std::mem::take(&mut book.first_there) {
                    book.addresses.remove(&address);
                }
                if became == Became::Refused {
                    book.address = None;
                    if book.place == Place::Code {
                        book.place = Place::Address;
                    }
                } else {
                    book.sent -= 1;
                }
            }
        }
    }

    /// They are in the group.
    pub fn is_inside(&mut self, who: Who) -> Verdict {
        let before = self.open_at(who.0);
        let elsewhere = self.elsewhere(who);
        let book = self.books.entry(who).or_default();
        if matches!(book.place, Place::Opening | Place::Invited) {
            book.passed = true;
        } else if book.place != Place::Inside || !book.passed {
            (book.passed, book.pardoned) = (false, elsewhere);
        }
        book.close(Place::Inside);
        book.clear();
        self.takes_up_another(who.0, before, false)
    }

    /// They have a personal link. (Or it is taken back, if they have no use for it.)
    pub fn is_invited(&mut self, who: Who) -> Verdict {
        let before = self.open_at(who.0);
        let book = self.books.entry(who).or_default();
        if matches!(book.place, Place::Opening | Place::Invited) {
            book.close(Place::Invited);
            book.clear();
        }
        self.takes_up_another(who.0, before, false)
    }

    /// There was no join request left to approve: they need a link, unless they are in already.
    pub fn has_no_request(&mut self, who: Who) -> Verdict {
        let book = self.books.entry(who).or_default();
        let waits = matches!(book.place, Place::Opening | Place::Invited);
        book.asked &= !waits;
        if waits { self.opens(who) } else { Verdict::default() }
    }

    pub fn leaves(&mut self, who: Who) {
        let book = self.books.entry(who).or_default();
        if !book.is_open() {
            book.close(Place::Outside);
        }
    }

    /// Their dialogue was put away after a day of silence.
    pub fn is_swept(&mut self, who: Who) -> Verdict {
        let before = self.open_at(who.0);
        self.books.entry(who).or_default().close(Place::Outside);
        let next = self.open_book_of(who.0);
        if before.is_some() && self.open_at(who.0).is_none() {
            self.active.extend(next.map(|gate| (who.0, gate)));
        }
        Verdict::default()
    }

    fn takes_up_another(&mut self, user: u64, before: Option<i64>, touches: bool) -> Verdict {
        if before.is_none() || self.open_at(user).is_some() {
            return Verdict::default();
        }
        let Some(gate) = self.open_book_of(user) else { return Verdict::default() };
        self.active.insert(user, gate);
        let touched = self.book((user, gate)).touched;
        self.ask_address((user, gate));
        let now = self.now;
        let book = self.books.entry((user, gate)).or_default();
        book.touched = if touches { now } else { touched };
        if book.place == Place::Opening { self.opens((user, gate)) } else { Verdict::default() }
    }

    /// The dialogue that was touched last.
    fn open_book_of(&self, user: u64) -> Option<i64> {
        let own = self.books.iter().filter(|((owner, _), book)| *owner == user && book.is_open());
        own.max_by_key(|((_, gate), book)| (book.touched, *gate)).map(|((_, gate), _)| *gate)
    }

    fn opens(&mut self, who: Who) -> Verdict {
        self.books.entry(who).or_default().failed = false;
        Verdict { opens: BTreeSet::from([who]), ..Verdict::default() }
    }
}
