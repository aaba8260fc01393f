//! The world as a test sees it: people, groups, mails and SMS, and at the end nothing left over.

use std::io;
use std::ops::Deref;
use std::panic::Location;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinHandle;

use super::group::Group;
use super::outside::{FIRST_GROUP, Outside, Setup};
use super::person::Person;
use super::smtp::Mail;
use super::telegram::model::Model;
use super::twilio::Sms;

/// A pretend world with its servers running.
///
/// It is strict: when it is dropped and something is left over (see [`World::leftovers`]) it
/// panics, so that the test fails, unless [`World::lenient`] was called.
pub struct World {
    outside: Arc<Outside>,
    tasks: Vec<JoinHandle<()>>,
    strict: bool,
}

impl Deref for World {
    type Target = Arc<Outside>;

    fn deref(&self) -> &Arc<Outside> {
        &self.outside
    }
}

impl World {
    /// A world on ports that the operating system picks, with one group, "Rust Berlin", whose
    /// owner is Ada.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start() -> World {
        match World::with(Setup::default()).await {
            Ok(world) => world,
            Err(why) => panic!("the sandbox cannot listen on 127.0.0.1: {why}"),
        }
    }

    /// # Errors
    /// If a port is taken.
    pub async fn with(setup: Setup) -> io::Result<World> {
        let (outside, tasks) = Outside::start(setup).await?;
        Ok(World { outside, tasks, strict: true })
    }

    /// Leftovers are fine from now on: for the demo, for benches, for a test about a broken bot.
    #[must_use]
    pub fn lenient(mut self) -> World {
        self.strict = false;
        self
    }

    /// A handle for other tasks.
    #[must_use]
    pub fn outside(&self) -> Arc<Outside> {
        Arc::clone(&self.outside)
    }

    /// Everything left over that nobody expected: unread messages, mails and SMS, planned faults
    /// that hit nothing, and violations of a protocol.
    #[must_use]
    pub fn leftovers(&self) -> Vec<String> {
        self.outside.leftovers()
    }

    /// Waits until the bot has settled, then fails if anything is left over or a pressed button
    /// was never answered.
    ///
    /// # Panics
    /// With the list of what is left over.
    #[track_caller]
    pub fn nothing_unread(&self) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            self.settled().await;
            let mut left = self.leftovers();
            left.extend(self.outside.unanswered());
            assert!(left.is_empty(), "left over at {at}:\n{}", left.join("\n"));
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
        if self.strict && !std::thread::panicking() {
            let left = self.leftovers();
            assert!(left.is_empty(), "left over at the end of the world:\n{}", left.join("\n"));
        }
    }
}

impl Outside {
    /// Somebody new with a Telegram account: English, a German number, an address at example.org.
    pub fn person(self: &Arc<Self>, name: &str) -> Person {
        Person::new(Arc::clone(self), self.add_user(name))
    }

    /// The owner of the first group.
    #[must_use]
    pub fn admin(self: &Arc<Self>) -> Person {
        let owner = self.telegram.model().groups.get(&FIRST_GROUP).and_then(|g| g.owner());
        Person::new(Arc::clone(self), owner.unwrap_or_default())
    }

    /// The first group.
    #[must_use]
    pub fn group(self: &Arc<Self>) -> Group {
        Group::new(Arc::clone(self), FIRST_GROUP)
    }

    /// One more group, with the same owner, where our bot may invite too.
    pub fn another_group(self: &Arc<Self>, title: &str) -> Group {
        let id = self.add_group(title, self.admin().id());
        Group::new(Arc::clone(self), id)
    }

    /// The names of those who wait to be let into the first group.
    #[must_use]
    pub fn requests(self: &Arc<Self>) -> Vec<String> {
        self.group().requests()
    }

    /// The next unread mail to `address`.
    ///
    /// # Panics
    /// If none comes in time.
    #[track_caller]
    pub fn mail_for(&self, address: &str) -> impl Future<Output = Arc<Mail>> {
        let at = Location::caller();
        async move {
            let mail = self.smtp.next_mail(address, self.patience()).await;
            mail.unwrap_or_else(|| panic!("no mail for {address} came (at {at})"))
        }
    }

    /// The next unread SMS to `number` (E.164).
    ///
    /// # Panics
    /// If none comes in time.
    #[track_caller]
    pub fn sms_for(&self, number: &str) -> impl Future<Output = Arc<Sms>> {
        let at = Location::caller();
        async move {
            let sms = self.twilio.next_sms(number, self.patience()).await;
            sms.unwrap_or_else(|| panic!("no SMS for {number} came (at {at})"))
        }
    }

    /// Waits until a bot polls for updates.
    ///
    /// # Panics
    /// If none does in time.
    #[track_caller]
    pub fn bot_is_polling(&self) -> impl Future<Output = ()> {
        let at = Location::caller();
        async move {
            let polls = self.telegram.wait_for_calls("getUpdates", 1, self.patience()).await;
            assert!(polls, "no bot polls for updates (at {at})");
        }
    }

    /// Delivers any update, for instance of a kind that nobody knows yet; the id is added.
    pub fn delivers(&self, kind: &str, body: &Value) {
        self.telegram.change(|model| model.updates.push_raw(&format!("\"{kind}\":{body}")));
    }

    /// Delivers the newest update once more under its old id; whether there was one.
    pub fn delivers_again(&self) -> bool {
        self.telegram.change(|model| model.updates.repeat_last())
    }

    /// Update ids go on from here, higher or lower, as after a quiet week.
    pub fn update_ids_continue_at(&self, id: i64) {
        self.telegram.change(|model| model.updates.continue_at(id));
    }

    /// Sets or clears a webhook, as somebody else with the same token might.
    pub fn has_webhook(&self, url: Option<&str>) {
        self.telegram.change(|model| model.webhook = url.map(str::to_owned));
    }

    /// All people but the groups' owners are gone, with their chats, mails and SMS. For what runs
    /// so long that the world itself would not fit any more.
    pub fn begins_anew(&self) {
        self.telegram.change(Model::begins_anew);
        self.smtp.forgets_mails();
        self.twilio.forgets_messages();
    }

    /// The token that the pretend Telegram takes.
    #[must_use]
    pub fn token(&self) -> String {
        self.telegram.model().bot.token.clone()
    }

    #[must_use]
    pub fn bot_username(&self) -> String {
        self.telegram.model().bot.username.clone()
    }

    /// The commands that the bot has set, by language code (empty: for all).
    #[must_use]
    pub fn commands(&self, language: &str) -> Option<Value> {
        self.telegram.model().commands.get(language).cloned()
    }

    /// What a bot asked that no well-made one asks, over all three servers.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        let telegram = self.telegram.model().violations.clone();
        let telegram = telegram.into_iter().map(|what| format!("telegram: {what}"));
        telegram.chain(self.smtp.violations()).chain(self.twilio.violations()).collect()
    }

    /// The violations up to now were meant.
    pub fn forgive_violations(&self) {
        self.telegram.model().violations.clear();
        self.smtp.forgive();
        self.twilio.forgive();
    }

    fn leftovers(&self) -> Vec<String> {
        let mut left = Vec::new();
        let mut unread: Vec<(u64, String)> = Vec::new();
        for user in self.telegram.model().users.values() {
            let lines = user.chat.unread.iter();
            unread
                .extend(lines.map(|line| (user.id, format!("unread by {}: {line}", user.name()))));
        }
        // In the order of the people's ids; each one's lines in their own.
        unread.sort_by_key(|(user, _)| *user);
        left.extend(unread.into_iter().map(|(_, line)| line));
        let mails = self.smtp.unread();
        left.extend(mails.iter().map(|m| format!("unread mail to {}: {}", m.to, m.subject)));
        let messages = self.twilio.unread();
        left.extend(messages.iter().map(|sms| format!("unread SMS to {}: {}", sms.to, sms.body)));
        let faults = self.telegram.faults_waiting()
            + self.smtp.faults_waiting()
            + self.twilio.faults_waiting();
        if faults > 0 {
            left.push(format!("{faults} planned faults hit nothing"));
        }
        left.extend(self.violations().into_iter().map(|what| format!("violation: {what}")));
        left
    }

    fn unanswered(&self) -> Vec<String> {
        let model = self.telegram.model();
        let name = |user| model.person(user).map(|user| user.name()).unwrap_or_default();
        let queries = model.queries.values();
        queries
            .map(|q| format!("{}'s press on {} was never answered", name(q.user), q.data))
            .collect()
    }
}

/// The first run of exactly `length` digits in a text.
#[must_use]
pub fn code_in(text: &str, length: usize) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == length)
}

impl Mail {
    /// The code of so many digits in the text.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn code(&self, digits: usize) -> &str {
        let code = code_in(&self.text, digits);
        code.unwrap_or_else(|| panic!("no code of {digits} digits in the mail:\n{}", self.text))
    }
}

impl Sms {
    /// The code of so many digits in the text.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    #[track_caller]
    pub fn code(&self, digits: usize) -> &str {
        let code = code_in(&self.body, digits);
        code.unwrap_or_else(|| panic!("no code of {digits} digits in the SMS: {}", self.body))
    }
}
