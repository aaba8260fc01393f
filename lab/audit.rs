//! What the store and the servers know at the end, held against everybody's books.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign::sandbox::World;
use countersign::store::records::{InboxEntry, LedgerCount, OutboxEntry, PersonRecord};
use countersign::store::{Record, Store, secret};
use countersign::verification::UserId;
use countersign::verification::applicant::Stage;
use countersign::verification::limits::{Ledger, Tally};

use crate::crowd::{Account, CODES_PER_DAY, End, number_in};

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
        let number = number_in(&sms.body, "This is code ");
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
    if links.len() as u64 > deaths {
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
    let sum = |of: fn(&Ledger) -> bool| -> u64 {
        let counts = ledgers.iter().filter(|(ledger, _)| of(ledger));
        counts.map(|(_, kept)| u64::from(kept.count)).sum()
    };
    let asked = |sms_only: bool| -> u64 {
        let accounts = accounts.iter().filter(|account| account.by_sms || !sms_only);
        accounts.map(|account| u64::from(account.codes)).sum()
    };
    // Whoever ran out of tries never typed the right one.
    let passed = accounts.iter().filter(|account| account.end != End::Stopped).count() as u64;
    for (what, is, due) in [
        ("codes to addresses", sum(is_address), asked(false)),
        ("codes to countries", sum(is_country), asked(true)),
        ("uses of the password", sum(is_password), passed),
    ] {
        let what = format!("the ledgers hold {is} {what}, {due} there were");
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
        Ledger::Address { day, .. } | Ledger::Country { day, .. } => Some(*day),
        Ledger::Password { .. } => None,
    }
}

fn is_address(ledger: &Ledger) -> bool {
    match ledger {
        Ledger::Address { .. } => true,
        Ledger::Country { .. } | Ledger::Password { .. } => false,
    }
}

fn is_password(ledger: &Ledger) -> bool {
    match ledger {
        Ledger::Password { .. } => true,
        Ledger::Address { .. } | Ledger::Country { .. } => false,
    }
}

fn is_country(ledger: &Ledger) -> bool {
    match ledger {
        Ledger::Country { .. } => true,
        Ledger::Address { .. } | Ledger::Password { .. } => false,
    }
}
