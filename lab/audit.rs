//! What the store and the servers know at the end, held against everybody's books.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign::sandbox::World;
use countersign::store::records::{InboxEntry, LedgerCount, OutboxEntry, PersonRecord};
use countersign::store::{Record, Store, secret};
use countersign::verification::UserId;
use countersign::verification::applicant::Stage;
use countersign::verification::limits::{Ledger, Tally};

use crate::crowd::{Account, CODES_PER_DAY, End, number_in, number_of_sms};

/// What was found that must not be.
#[derive(Default)]
pub struct Findings {
    pub lost: Vec<String>,
    pub doubled: Vec<String>,
}

impl Findings {
    fn lost(&mut self, what: String) {
        self.lost.push(what);
    }

    fn doubled(&mut self, what: String) {
        self.doubled.push(what);
    }

    /// The first few of each sort.
    pub fn text(&self) -> String {
        let some = |name: &str, all: &[String]| {
            all.iter().take(3).map(|what| format!("{name}: {what}\n")).collect::<String>()
        };
        some("lost", &self.lost) + &some("doubled", &self.doubled)
    }
}

/// Looks through the servers' records: letters, members, links.
///
/// `deaths`: how often the process died; each may have left one link that nobody was told of.
pub fn servers(world: &World, accounts: &[Account], deaths: u64, found: &mut Findings) {
    let mut letters: BTreeMap<(String, u32), u32> = BTreeMap::new();
    for mail in world.smtp.mails() {
        let number = number_in(&mail.text, "here is code ");
        *letters.entry((mail.to.clone(), number)).or_default() += 1;
    }
    for sms in world.twilio.messages() {
        let number = number_of_sms(&sms.body);
        *letters.entry((sms.to.clone(), number)).or_default() += 1;
    }
    let mut received: BTreeMap<&str, u32> = BTreeMap::new();
    for ((to, number), times) in &letters {
        *received.entry(to).or_default() += times;
        if *times > 1 {
            found.doubled(format!("code {number} went to {to} {times} times"));
        }
    }
    for account in accounts {
        let person = &account.person;
        let to = if account.by_sms { person.phone() } else { person.email() };
        let received = received.remove(to.as_str()).unwrap_or(0);
        if received > account.codes.min(CODES_PER_DAY) {
            let what = format!("{to} got {received} codes and asked for {}", account.codes);
            found.doubled(what);
        }
        if person.is_member() != (account.end == End::Admitted) {
            found.lost(format!("{} ended as {:?}, the group differs", person.name(), account.end));
        }
    }
    for (to, codes) in received {
        found.doubled(format!("{codes} codes went to {to}, who asked for none"));
    }
    let told: Vec<String> =
        accounts.iter().map(|account| account.person.chat_transcript()).collect();
    let links = world.group().living_links();
    for link in &links {
        if told.iter().any(|chat| chat.contains(link)) {
            found.doubled(format!("the used link {link} still opens the door"));
        }
    }
    // Whoever's answer died with the process gets another link, and nobody was told of the first.
    // Several may have been under way.
    if links.len() as u64 > 2 * deaths {
        found.doubled(format!("{} links are left over from {deaths} deaths", links.len()));
    }
    for violation in world.violations() {
        found.doubled(violation);
    }
}

/// Looks through the store of a bot that has ended: counts, ledgers, nothing left to do.
pub async fn store(data: &Path, accounts: &[Account], found: &mut Findings) {
    let keys = secret::load(&data.join("secret.key")).expect("the secret key").seal_key();
    let store = Store::open(data, &keys).expect("a sound store");
    let people: BTreeMap<UserId, PersonRecord> = all(&store).await.into_iter().collect();
    let ledgers: Vec<(Ledger, LedgerCount)> = all(&store).await;
    let inbox: Vec<(u64, InboxEntry)> = all(&store).await;
    let outbox: Vec<(u64, OutboxEntry)> = all(&store).await;
    store.close().await;

    for (_, entry) in inbox {
        found.lost(format!("still in the inbox: {}", entry.event.name()));
    }
    for (_, entry) in outbox {
        found.lost(format!("still in the outbox: {}", entry.order.name()));
    }
    let days: BTreeSet<i64> = ledgers.iter().filter_map(|(ledger, _)| day(ledger)).collect();
    for account in accounts {
        let name = account.person.name();
        let Some(PersonRecord(kept)) = people.get(&UserId(account.person.id())) else {
            found.lost(format!("nothing is known of {name}"));
            continue;
        };
        let Some(applicant) = kept.gates.values().next() else {
            found.lost(format!("nothing is known of {name} at the gate"));
            continue;
        };
        let mut due = Tally::default();
        if account.end != End::Admitted {
            due.wrong_passwords = account.wrong_passwords;
            due.wrong_codes = account.wrong_codes;
            due.locks = account.locks;
        }
        let tally = &applicant.tally;
        let counts = |tally: &Tally| (tally.wrong_passwords, tally.wrong_codes, tally.locks);
        if counts(tally) != counts(&due) {
            let (is, due) = (counts(tally), counts(&due));
            let what = format!("{name}: wrong passwords, codes, locks are {is:?}, not {due:?}");
            if is < due { found.lost(what) } else { found.doubled(what) }
        }
        let admitted = matches!(applicant.stage, Stage::Admitted { joined: true, .. });
        if admitted != (account.end == End::Admitted) {
            found.lost(format!("{name} ended as {:?}, not {:?}", applicant.stage, account.end));
        }
        // Over midnight the day's count begins anew.
        if days.len() <= 1 && applicant.sends.today != account.codes {
            let (is, due) = (applicant.sends.today, account.codes);
            let what = format!("{name}: {is} codes are counted, {due} were asked for");
            if is < due { found.lost(what) } else { found.doubled(what) }
        }
    }
    let sum = |of: &str| -> u64 {
        let counts = ledgers.iter().filter(|(ledger, _)| name(ledger) == Some(of));
        counts.map(|(_, kept)| kept.count).sum()
    };
    let asked = |sms_only: bool| -> u64 {
        let accounts = accounts.iter().filter(|account| account.by_sms || !sms_only);
        accounts.map(|account| u64::from(account.codes)).sum()
    };
    // Whoever ran out of tries never typed the right one.
    let passed = accounts.iter().filter(|account| account.end != End::Stopped).count() as u64;
    for (what, due) in [
        ("addresses", asked(false)),
        ("countries", asked(true)),
        ("prefixes", asked(true)),
        ("gates", asked(true)),
        ("hours", asked(true)),
        ("days", asked(true)),
        ("passwords", passed),
    ] {
        let is = sum(what);
        let what = format!("the ledgers of {what} hold {is}, {due} there were");
        match is.cmp(&due) {
            std::cmp::Ordering::Less => found.lost(what),
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => found.doubled(what),
        }
    }
}

/// Every record of one kind.
pub async fn all<R: Record + Send + 'static>(store: &Store) -> Vec<(R::Key, R)>
where
    R::Key: Send + 'static,
{
    let all = store.read(|view| view.scan::<R>(None, usize::MAX)).await;
    all.expect("readable records")
}

/// The UTC day whose codes it counts.
fn day(ledger: &Ledger) -> Option<i64> {
    match ledger {
        Ledger::Address { day, .. }
        | Ledger::Country { day, .. }
        | Ledger::Gate { day, .. }
        | Ledger::Day { day }
        | Ledger::CostOfDay { day } => Some(*day),
        Ledger::Prefix { hour, .. } | Ledger::Hour { hour } => Some(hour.div_euclid(24)),
        // Of no day, or of no code.
        Ledger::Password { .. } | Ledger::CostOfMonth { .. } | Ledger::AtGate(_) => None,
    }
}

/// By what the ledgers are called that hold one for each code, SMS or right password; the others hold
/// something else.
fn name(ledger: &Ledger) -> Option<&'static str> {
    match ledger {
        Ledger::Address { .. } => Some("addresses"),
        Ledger::Country { .. } => Some("countries"),
        Ledger::Prefix { .. } => Some("prefixes"),
        Ledger::Gate { .. } => Some("gates"),
        Ledger::Hour { .. } => Some("hours"),
        Ledger::Day { .. } => Some("days"),
        Ledger::Password { .. } => Some("passwords"),
        Ledger::CostOfDay { .. } | Ledger::CostOfMonth { .. } | Ledger::AtGate(_) => None,
    }
}
