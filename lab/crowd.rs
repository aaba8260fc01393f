//! Applicants who keep books: what they typed, what they were told it cost them, how many codes
//! they asked for. The books are checked against what they hear, and at the end against the
//! servers' records and the store.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use countersign::sandbox::{Line, Outside, Person};
use rand::RngExt;
use rand::rngs::SmallRng;

use crate::scene::PASSWORD;

/// The limits that the books are kept by; [`LIMITS`] says the same to the bot.
const ATTEMPTS: u32 = 3;
const HARD_STOP: u32 = 9;
pub const CODES_PER_DAY: u32 = 8;
const LOCKS: [u64; 3] = [2, 3, 4];
pub const LIMITS: &str = r#"
lockouts = ["2s", "3s", "4s"]
hard_stop = 9
resend_waits = ["1s"]
sends_per_day = 8
sends_per_address = 1000000
sends_per_country = 1000000
sms_per_gate = 1000000
guessing_alarm = 0
raid_requests = 0
"#;
/// Of SMS: the crowd's numbers differ in their last digits only.
pub const SPENDING: &str = r#"
per_prefix = 1000000
per_hour = 1000000
per_day = 1000000
"#;

/// Longer than any lock or wait lasts by the bot's clock, since it began before it was heard of.
const MARGIN: Duration = Duration::from_millis(50);
/// How long the pretend providers may take with what a dying process still handed them.
const ON_ITS_WAY: Duration = Duration::from_millis(300);

/// How long an answer may take once the process is left alone, while nobody else hears anything
/// either: with many before them on a busy machine, somebody may have to wait for long.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take even then.
const ENOUGH: Duration = Duration::from_secs(15 * 60);
/// How often somebody who waits looks up whether it is.
const LOOKS_UP: Duration = Duration::from_secs(5);

const SENT: &str = "I have sent ";
const UNKNOWN: &str = "broke off, so I cannot tell";
const WAITS: &str = "I can send you a new code in";
const NO_MORE: &str = "as many codes as there may be in one day";
/// Said with no question: it takes a keyboard away.
const CIVILITY: &str = "\n\nThank you.";
/// Said in between, when a provider or the disk holds up a code.
const DELAYED: &str = "That is our fault, not yours. Codes wait until it answers";
const WELCOME: &str = "Welcome!";

/// Who somebody is: what they do before they do the right thing.
#[derive(Clone, Debug)]
pub struct Role {
    /// By a join request; otherwise by /start and a personal link.
    asks_to_join: bool,
    by_sms: bool,
    wrong_passwords: u32,
    wrong_codes: u32,
    resends: u32,
    /// Types something that is no address, which costs nothing.
    slips: bool,
    /// Types the first three passwords without waiting for an answer.
    hasty: bool,
    /// Opens the link in the mail instead of typing the code.
    taps: bool,
}

impl Role {
    /// Somebody who is never locked and never waits.
    pub fn quick(rng: &mut SmallRng) -> Role {
        let wrong = rng.random_range(0..=2);
        Role { wrong_passwords: wrong, wrong_codes: 2 - wrong, resends: 0, ..Role::draw(rng) }
    }

    pub fn draw(rng: &mut SmallRng) -> Role {
        let plain = Role {
            asks_to_join: rng.random_bool(0.5),
            by_sms: rng.random_bool(0.4),
            wrong_passwords: rng.random_range(0..=2),
            wrong_codes: rng.random_range(0..=2),
            resends: rng.random_range(0..=1),
            slips: rng.random_bool(0.3),
            hasty: rng.random_bool(0.5),
            taps: rng.random_bool(0.3),
        };
        match rng.random_range(0..20) {
            // Locked for their passwords, for their codes, out of codes, out of tries.
            0..=3 => Role { wrong_passwords: rng.random_range(3..=5), ..plain },
            4 | 5 => Role { wrong_codes: rng.random_range(3..=5), ..plain },
            6 => Role { resends: u32::MAX, ..plain },
            7 | 8 => Role { wrong_passwords: HARD_STOP, ..plain },
            _ => plain,
        }
    }
}

impl Role {
    /// Whether they go on until they have no tries or no codes left.
    pub fn is_stubborn(&self) -> bool {
        self.resends == u32::MAX || self.wrong_passwords >= HARD_STOP
    }
}

/// How it ended for somebody.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum End {
    Admitted,
    /// Too many wrong tries in all.
    Stopped,
    /// No more codes today, and none in hand.
    OutOfCodes,
}

/// What must not be.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// An answer that never came, a count that fell.
    Lost(String),
    /// Something that was said, sent or counted twice.
    Doubled(String),
}

/// Since when the process is left alone. While it dies again and again, nobody can say how long an
/// answer may take; after that nothing may be missing.
pub type Calm = Arc<OnceLock<Instant>>;

/// Somebody's books.
#[derive(Clone)]
pub struct Account {
    pub person: Person,
    pub by_sms: bool,
    pub wrong_passwords: u32,
    pub wrong_codes: u32,
    pub locks: u32,
    /// Codes that were asked for and promised.
    pub codes: u32,
    /// Messages that came a second time.
    pub repeated: u64,
    /// From each thing that was done to the answer to it.
    pub answers: Vec<Duration>,
    pub end: End,
}

/// What a wrong try must lead to.
enum Costs {
    Left(u32),
    Locked(u64),
    Stopped,
}

struct Dialogue {
    outside: Arc<Outside>,
    calm: Calm,
    role: Role,
    account: Account,
    heard: Vec<String>,
    acted: Instant,
    /// The last message, which may come once more.
    last: String,
    /// What was typed and must disappear.
    secrets: Vec<i32>,
    /// Codes that came, by their number in the dialogue; with the mail's link.
    letters: Vec<(u32, String, Option<String>)>,
}

/// Plays somebody who gives up before the code, with or without a word.
pub async fn gives_up(outside: Arc<Outside>, name: &str, says_so: bool) -> Result<(), Trouble> {
    let person = outside.person(name);
    let lost = |why| Trouble::Lost(format!("{name}: {why}"));
    let heard = async |what: &str| loop {
        let line = person.try_reads_next(ENOUGH).await.map_err(lost)?;
        if line.text().contains(what) {
            return Ok(());
        }
    };
    person.types("/start");
    heard("type the password").await?;
    person.types(PASSWORD);
    heard("How may I send you your code?").await?;
    if says_so {
        person.types("/cancel");
        heard("All right, I have stopped.").await?;
    }
    Ok(())
}

/// Plays one applicant to the end.
pub async fn plays(
    outside: Arc<Outside>,
    calm: Calm,
    name: &str,
    role: Role,
) -> Result<Account, Trouble> {
    let person = outside.person(name);
    let account = Account {
        person,
        by_sms: role.by_sms,
        wrong_passwords: 0,
        wrong_codes: 0,
        locks: 0,
        codes: 0,
        repeated: 0,
        answers: Vec::new(),
        end: End::Stopped,
    };
    let mut dialogue = Dialogue {
        outside,
        calm,
        role,
        account,
        heard: Vec::new(),
        acted: Instant::now(),
        last: String::new(),
        secrets: Vec::new(),
        letters: Vec::new(),
    };
    dialogue.account.end = dialogue.goes().await?;
    for message in std::mem::take(&mut dialogue.secrets) {
        let mut waiting = dialogue.waiting();
        while dialogue.account.person.sees_message(message) {
            if waiting.is_in_vain() {
                return Err(dialogue.lost(&format!("the message {message} stays in the chat")));
            }
            tokio::time::sleep(ON_ITS_WAY).await;
        }
    }
    Ok(dialogue.account)
}

impl Account {
    fn wrong(&self) -> u32 {
        self.wrong_passwords + self.wrong_codes
    }

    /// What one more wrong try, the `nth` of its kind, must lead to.
    fn costs(&mut self, nth: u32) -> Costs {
        if self.wrong() >= HARD_STOP {
            return Costs::Stopped;
        }
        if !nth.is_multiple_of(ATTEMPTS) {
            return Costs::Left((ATTEMPTS - nth % ATTEMPTS).min(HARD_STOP - self.wrong()));
        }
        let last = LOCKS.len() - 1;
        let wait = LOCKS[usize::try_from(self.locks).map_or(last, |n| n.min(last))];
        self.locks += 1;
        Costs::Locked(wait)
    }
}

impl Dialogue {
    async fn goes(&mut self) -> Result<End, Trouble> {
        self.acted = Instant::now();
        match self.role.asks_to_join {
            true => self.account.person.requests_to_join(),
            false => drop(self.account.person.types("/start")),
        }
        self.hears(&["type the password"]).await?;
        if !self.passes_the_password().await? {
            return Ok(End::Stopped);
        }
        let (button, asks, address) = match self.role.by_sms {
            true => ("💬 By SMS", "type the mobile number", self.account.person.phone()),
            false => ("✉️ By e-mail", "type the e-mail address", self.account.person.email()),
        };
        self.presses(button)?;
        self.hears(&[asks]).await?;
        if self.role.slips {
            self.types("let me in");
            self.hears(&["this costs you no try"]).await?;
        }
        self.types(&address);
        self.hears(&["Shall I send the code by"]).await?;
        self.presses("Send the code")?;
        let said = self.hears(&[SENT, UNKNOWN]).await?;
        self.notes_code(&said).await?;
        for _ in 0..self.role.resends {
            if !self.asks_again("Resend").await? {
                break;
            }
        }
        if !self.mistypes_codes().await? || !self.has_code().await? {
            return Ok(End::OutOfCodes);
        }
        self.enters().await?;
        Ok(End::Admitted)
    }

    /// The wrong ones first; whether any try was left for the right one.
    async fn passes_the_password(&mut self) -> Result<bool, Trouble> {
        let mut typed = 0;
        while typed < self.role.wrong_passwords {
            let at_once = match self.role.hasty {
                true => ATTEMPTS.min(self.role.wrong_passwords - typed),
                false => 1,
            };
            // Never across a lock: what is typed while it lasts is another story.
            let at_once = at_once.min(ATTEMPTS - typed % ATTEMPTS);
            for n in 0..at_once {
                self.types(&format!("open barley {}", typed + n));
            }
            for _ in 0..at_once {
                typed += 1;
                self.account.wrong_passwords += 1;
                let costs = self.account.costs(self.account.wrong_passwords);
                if !self.pays("That is not the password.", costs).await? {
                    return Ok(false);
                }
            }
        }
        self.types(PASSWORD);
        self.hears(&["How may I send you your code?"]).await?;
        Ok(true)
    }

    /// Types wrong codes; whether there is a code to go on with.
    async fn mistypes_codes(&mut self) -> Result<bool, Trouble> {
        for _ in 0..self.role.wrong_codes {
            if !self.has_code().await? {
                return Ok(false);
            }
            let known: BTreeSet<&str> = self.letters.iter().map(|(_, code, _)| &**code).collect();
            let wrong = (100_000..).map(|n| n.to_string()).find(|n| !known.contains(&**n));
            self.types(&wrong.expect("few codes are known"));
            self.account.wrong_codes += 1;
            let costs = self.account.costs(self.account.wrong_codes);
            let locked = matches!(costs, Costs::Locked(_));
            self.pays("That is not the code.", costs).await?;
            if locked {
                self.types("hello?");
                self.hears(&["Shall I send a new code to"]).await?;
                if !self.asks_again("Send a new code").await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Hears what a wrong try cost, and waits as long as it must; whether there is a way on.
    async fn pays(&mut self, wrong: &str, costs: Costs) -> Result<bool, Trouble> {
        match costs {
            Costs::Left(left) => {
                let tries = if left == 1 { "try" } else { "tries" };
                self.hears(&[&format!("{wrong} You have {left} {tries} left.")]).await?;
                Ok(true)
            }
            Costs::Locked(seconds) => {
                let wait = format!("You can try again in {seconds} seconds.");
                self.hears(&[&wait]).await?;
                tokio::time::sleep(Duration::from_secs(seconds) + MARGIN).await;
                Ok(true)
            }
            Costs::Stopped => {
                self.hears(&["There were too many wrong tries in all."]).await?;
                Ok(false)
            }
        }
    }

    /// Makes sure of a code that counts; `false`: there is none any more today.
    async fn has_code(&mut self) -> Result<bool, Trouble> {
        while self.live_letter().is_none() {
            if !self.asks_again("Resend").await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Asks for another code until one is promised; `false`: the day's are used up.
    async fn asks_again(&mut self, button: &str) -> Result<bool, Trouble> {
        loop {
            self.presses(button)?;
            let said = self.hears(&[WAITS, NO_MORE, SENT, UNKNOWN]).await?;
            if said.contains(WAITS) {
                tokio::time::sleep(Duration::from_secs(1) + MARGIN).await;
                continue;
            }
            if said.contains(NO_MORE) {
                let codes = self.account.codes;
                if codes < CODES_PER_DAY {
                    let what = format!("{codes} codes were promised, and it counts more");
                    return Err(self.doubled(&what));
                }
                return Ok(false);
            }
            self.notes_code(&said).await?;
            return Ok(true);
        }
    }

    /// A code was promised. Its number must be the next one, and if it was sent it must be there.
    async fn notes_code(&mut self, said: &str) -> Result<(), Trouble> {
        self.account.codes += 1;
        let number = self.account.codes;
        let names_it = match number {
            1 => said.contains("your code"),
            number => said.contains(&format!("code {number} ")),
        };
        if !names_it {
            return Err(self.doubled(&format!("this should be code {number}: {said}")));
        }
        if number > CODES_PER_DAY {
            return Err(self.lost(&format!("a code beyond the day's {CODES_PER_DAY}: {said}")));
        }
        self.fetches().await;
        if said.contains(SENT) && self.live_letter().is_none() {
            return Err(self.lost("a code was sent, it says, and none came"));
        }
        Ok(())
    }

    /// Takes what came by mail and SMS.
    async fn fetches(&mut self) {
        let (email, phone) = (self.account.person.email(), self.account.person.phone());
        loop {
            // What is there already is taken without a wait.
            let patience = match self.live_letter() {
                Some(_) => Duration::ZERO,
                None => ON_ITS_WAY,
            };
            if self.role.by_sms {
                let Some(sms) = self.outside.twilio.next_sms(&phone, patience).await else {
                    return;
                };
                let number = number_of_sms(&sms.body);
                self.letters.push((number, sms.code(6).to_owned(), None));
            } else {
                let Some(mail) = self.outside.smtp.next_mail(&email, patience).await else {
                    return;
                };
                let number = number_in(&mail.text, "here is code ");
                let link = mail.links().first().map(|link| (*link).to_owned());
                self.letters.push((number, mail.code(6).to_owned(), link));
            }
        }
    }

    /// The code that counts now, if it came.
    fn live_letter(&self) -> Option<&(u32, String, Option<String>)> {
        self.letters.iter().find(|(number, _, _)| *number == self.account.codes)
    }

    async fn enters(&mut self) -> Result<(), Trouble> {
        let Some((_, code, link)) = self.live_letter().cloned() else {
            return Err(self.lost("the code that counts is gone"));
        };
        match link.filter(|_| self.role.taps) {
            Some(link) => self.opens(&link)?,
            None => self.types(&code),
        }
        if !self.role.asks_to_join {
            let said = self.hears(&["This invite link is for you alone"]).await?;
            let link = said.lines().find(|line| line.starts_with("https://t.me/+"));
            let Some(link) = link.map(str::to_owned) else {
                return Err(self.lost("there is no link in the message"));
            };
            self.opens(&link)?;
        }
        self.hears(&[WELCOME]).await?;
        match self.account.person.is_member() {
            true => Ok(()),
            false => Err(self.lost("welcomed, and not in the group")),
        }
    }

    fn types(&mut self, text: &str) {
        self.heard.push(format!("> {text}"));
        self.acted = Instant::now();
        let message = self.account.person.types(text);
        let passes = text == "hello?" || text == "/start" || text == "let me in";
        if !passes {
            self.secrets.push(message);
        }
    }

    fn presses(&mut self, label: &str) -> Result<(), Trouble> {
        self.heard.push(format!("> [{label}]"));
        self.acted = Instant::now();
        let pressed = self.account.person.try_presses(label);
        pressed.map_err(|why| self.lost(&format!("[{label}] cannot be pressed: {why}")))
    }

    fn opens(&mut self, link: &str) -> Result<(), Trouble> {
        self.heard.push("> (opens a link)".to_owned());
        self.acted = Instant::now();
        let opened = self.account.person.try_opens(link);
        opened.map(drop).map_err(|why| self.lost(&format!("the link is dead: {why}")))
    }

    /// Reads until a line says one of these. The last message may come once more, since its answer
    /// may have been lost with the process; a message that says anything else must not come.
    async fn hears(&mut self, what: &[&str]) -> Result<String, Trouble> {
        let mut waiting = self.waiting();
        loop {
            let Ok(line) = self.account.person.try_reads_next(LOOKS_UP).await else {
                if waiting.is_in_vain() {
                    return Err(self.lost(&format!("waits in vain for {what:?}")));
                }
                continue;
            };
            let text = line.text().to_owned();
            let message = matches!(line, Line::Message { .. });
            if message && text == self.last {
                self.account.repeated += 1;
                continue;
            }
            self.heard.push(text.clone());
            if message {
                self.last.clone_from(&text);
            }
            if what.iter().any(|what| text.contains(what)) {
                *ANYBODY_HEARD.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(Instant::now());
                self.account.answers.push(self.acted.elapsed());
                return Ok(text);
            }
            let between = text.ends_with(CIVILITY) || text.contains(DELAYED);
            if message && !between {
                return Err(self.doubled(&format!("waits for {what:?} and hears something else")));
            }
        }
    }

    fn waiting(&self) -> Waiting {
        Waiting { calm: Arc::clone(&self.calm), since: Instant::now() }
    }

    fn lost(&self, what: &str) -> Trouble {
        Trouble::Lost(self.tells(what))
    }

    fn doubled(&self, what: &str) -> Trouble {
        Trouble::Doubled(self.tells(what))
    }

    fn tells(&self, what: &str) -> String {
        let name = self.account.person.name();
        format!("{name}: {what}\n{:?}\n{}", self.role, self.heard.join("\n---\n"))
    }
}

/// Somebody waits.
struct Waiting {
    calm: Calm,
    since: Instant,
}

impl Waiting {
    /// Whether it is no use to wait any longer.
    fn is_in_vain(&mut self) -> bool {
        let Some(calm) = self.calm.get().copied() else { return false };
        let heard = ANYBODY_HEARD.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(calm);
        let mine = calm.max(self.since);
        mine.max(heard).elapsed() > PATIENCE || mine.elapsed() > ENOUGH
    }
}

/// When anybody was last answered.
static ANYBODY_HEARD: Mutex<Option<Instant>> = Mutex::new(None);

/// The same of an SMS: "Code 2: 048213 for", or only "Code 048213 for".
pub fn number_of_sms(body: &str) -> u32 {
    let numbered = body.strip_prefix("Code ").and_then(|rest| rest.split_once(": "));
    numbered.and_then(|(number, _)| number.parse().ok()).unwrap_or(1)
}

/// The number after these words; a first code does not say it.
pub fn number_in(text: &str, words: &str) -> u32 {
    let Some((_, rest)) = text.split_once(words) else { return 1 };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(1)
}
