//! The process dies, anywhere, and is started again: everybody gets to the end without saying
//! anything twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign::engine::world::SystemRandom;
use countersign::ops::fault::Point;
use countersign::sandbox::smtp::{Fault, Verb};
use countersign::sandbox::{Person, World};
use countersign::verification::code::Random;
use futures_util::future::join_all;
use rustix::process::Signal;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::process::{Host, Process};
use crate::scene::{PASSWORD, Setup};

/// SIGABRT: how a fault point ends the process.
const AT_A_FAULT_POINT: i32 = 6;
const KILLS: usize = 10;
const NAMES: [&str; 6] = ["Nora", "Omar", "Pia", "Quin", "Rosa", "Sami"];
/// Worlds at the same time.
const AT_ONCE: usize = 4;

/// Keeps the binary running, as a supervisor does.
struct Supervisor<'h> {
    host: &'h Host,
    process: Process,
    deaths: usize,
}

impl Supervisor<'_> {
    /// Starts it again whenever it dies; never returns.
    async fn watch(&mut self) {
        loop {
            let ended = self.process.ended().await;
            assert_eq!(ended.signal, Some(AT_A_FAULT_POINT), "{ended:#?}");
            self.deaths += 1;
            self.process = self.host.starts();
        }
    }
}

/// What somebody read, and how their code travelled.
#[derive(Default)]
struct Story {
    heard: Vec<String>,
    unknown: bool,
}

impl Story {
    /// Reads on until a line says this.
    async fn hears(&mut self, person: &Person, what: &[&str]) -> String {
        loop {
            let line = person.reads_next().await;
            let text = line.to_string();
            self.heard.push(text.clone());
            if what.iter().any(|what| text.contains(what)) {
                return text;
            }
        }
    }

    /// What the chat says of the code, and the code. If nobody knows whether one was sent, and none
    /// came, asks for another.
    async fn gets_code(&mut self, world: &World, person: &Person) -> String {
        let mut said = self.hears(person, &[SENT, UNKNOWN]).await;
        loop {
            if said.contains(UNKNOWN) {
                self.unknown = true;
            }
            if let Some(code) = newest_code(world, person).await {
                return code;
            }
            // There is no such button while the next word on the code is on its way.
            let _ = person.try_presses("Resend");
            said = self.hears(person, &[WAITS, SPENT, SENT, UNKNOWN]).await;
        }
    }

    /// How many messages came a second time.
    fn repeated(&self) -> usize {
        let mut times = BTreeMap::new();
        for line in self.heard.iter().filter(|line| !line.starts_with('(')) {
            *times.entry(line).or_insert(0) += 1;
        }
        times.values().map(|times| times - 1).sum()
    }

    /// No strike was counted twice, and no death brought more than one message again.
    fn is_fair(&self, deaths: usize) {
        let text = self.text();
        assert!(self.repeated() <= deaths, "{deaths} deaths\n{text}");
        for never in ["1 try left", "last try", "closed for now"] {
            assert!(!text.contains(never), "a strike was counted twice\n{text}");
        }
    }

    fn text(&self) -> String {
        self.heard.join("\n---\n")
    }
}

const WAITS: &str = "I can send you a new code in";
const SPENT: &str = "This button has done its work";
const SENT: &str = "I have sent ";
const UNKNOWN: &str = "broke off, so I cannot tell";

/// Comes in by a join request and an e-mail, with one wrong password and one wrong code.
async fn by_email(world: &World, person: &Person) -> Story {
    let mut story = Story::default();
    person.requests_to_join();
    story.hears(person, &["type the password"]).await;
    let mut typed = vec![person.types("open barley")];
    story.hears(person, &["That is not the password. You have 2 tries left."]).await;
    typed.push(person.types(PASSWORD));
    story.hears(person, &["How may I send you your code?"]).await;
    person.presses("✉️ By e-mail");
    story.hears(person, &["type the e-mail address"]).await;
    typed.push(person.types(&person.email()));
    story.hears(person, &["Shall I send the code by e-mail"]).await;
    person.presses("Send the code");
    let code = story.gets_code(world, person).await;
    typed.push(person.types(&another(&code)));
    story.hears(person, &["That is not the code. You have 2 tries left."]).await;
    typed.push(person.types(&code));
    story.hears(person, &["Welcome!"]).await;
    person.becomes_member().await;
    for message in typed {
        person.sees_deleted(message).await;
    }
    story
}

/// Comes in by /start and an SMS, with a personal link in the end.
async fn by_sms(world: &World, person: &Person) -> Story {
    let mut story = Story::default();
    person.types("/start");
    story.hears(person, &["type the password"]).await;
    let mut typed = vec![person.types(PASSWORD)];
    story.hears(person, &["How may I send you your code?"]).await;
    person.presses("💬 By SMS");
    story.hears(person, &["type the mobile number"]).await;
    typed.push(person.types(&person.phone()));
    story.hears(person, &["Shall I send the code by SMS"]).await;
    person.presses("Send the code");
    let code = story.gets_code(world, person).await;
    typed.push(person.types(&code));
    let said = story.hears(person, &["This invite link is for you alone"]).await;
    let link = said.lines().find(|line| line.starts_with("https://t.me/+")).expect("a link");
    person.opens(link);
    story.hears(person, &["Welcome!"]).await;
    person.becomes_member().await;
    for message in typed {
        person.sees_deleted(message).await;
    }
    let revoked = world.telegram.wait_for_calls("revokeChatInviteLink", 1, world.patience());
    assert!(revoked.await, "the used link is not revoked");
    story
}

/// The newest code that has come to somebody; whatever came is read.
async fn newest_code(world: &World, person: &Person) -> Option<String> {
    let (email, phone) = (person.email(), person.phone());
    let mut code = None;
    for _ in world.smtp.unread().iter().filter(|mail| mail.to == email) {
        code = Some(world.mail_for(&email).await.code(6).to_owned());
    }
    for _ in world.twilio.unread().iter().filter(|sms| sms.to == phone) {
        code = Some(world.sms_for(&phone).await.code(6).to_owned());
    }
    code
}

fn one_to_four() -> u64 {
    let mut byte = [0];
    SystemRandom.fill(&mut byte);
    1 + u64::from(byte[0] % 4)
}

/// Six digits that are not `code`.
fn another(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}

fn setup() -> Setup {
    Setup { limits: "resend_waits = [\"1s\"]", ..Setup::default() }
}

#[derive(Copy, Clone, Debug)]
enum Way {
    Email,
    Sms,
    /// By e-mail, and the mail server puts the first attempt off.
    Outage,
}

/// One newcomer, while the process dies at the `nth` pass of `point`; whether it got there.
async fn dies_once(way: Way, point: Point, nth: u32) -> bool {
    let host = Host::with(&setup()).await;
    let world = &host.world;
    if let Way::Outage = way {
        world.smtp.fails_next(Verb::Mail, Fault::reply("451 4.3.0 try later"));
    }
    let nora = world.person("Nora");
    let process = host.starts_dying_at(point, nth);
    let mut supervisor = Supervisor { host: &host, process, deaths: 0 };
    let dialogue = async {
        match way {
            Way::Email | Way::Outage => by_email(world, &nora).await,
            Way::Sms => by_sms(world, &nora).await,
        }
    };
    let story = tokio::select! {
        story = dialogue => story,
        () = supervisor.watch() => unreachable!("a watch never ends"),
    };
    let Supervisor { process, deaths, .. } = supervisor;
    let at = format!("{way:?}, {point:?} {nth}: {} deaths\n{}", deaths, story.text());
    // It may still get there at the very end, on its way out.
    process.signal(Signal::TERM);
    let ended = process.ends().await;
    let died = deaths > 0 || ended.signal == Some(AT_A_FAULT_POINT);
    assert!(ended.code == Some(0) || deaths == 0 && died, "{at}\n{ended:#?}");

    let codes = world.smtp.mail_count() + world.twilio.sms_count();
    assert_eq!(codes, 1, "one code leaves, however often the process dies; {at}");
    assert!(!story.unknown || died, "{at}");
    story.is_fair(deaths);
    let links = world.group().living_links();
    assert!(links.len() <= deaths, "{links:?} still open the door; {at}");
    drop(nora.takes_unread());
    died
}

/// Dies at the first pass of each point, and at every `stride(point)`th after that.
async fn dies_everywhere(way: Way, points: &[Point], stride: fn(Point) -> u32) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut all = JoinSet::new();
    for point in points.iter().copied() {
        let places = Arc::clone(&places);
        all.spawn(async move {
            let mut nth = 1;
            loop {
                let _place = places.acquire().await.expect("an open semaphore");
                if !dies_once(way, point, nth).await {
                    return (point, nth);
                }
                nth += stride(point);
            }
        });
    }
    for (point, end) in all.join_all().await {
        println!("{way:?} passes {} less than {end} times", point.name());
        assert!(end > 1, "{way:?} never passes {}", point.name());
    }
}

/// All but those of `countersign store`.
const IN_A_DIALOGUE: [Point; 20] = [
    Point::InboxBefore,
    Point::InboxAfter,
    Point::Confirming,
    Point::DecideBefore,
    Point::DecideAfter,
    Point::StoreBefore,
    Point::StoreWritten,
    Point::StoreAfter,
    Point::CheckpointBefore,
    Point::CheckpointSlice,
    Point::CheckpointAfter,
    Point::OutboxBefore,
    Point::OutboxPerformed,
    Point::CodeBefore,
    Point::CodeAfter,
    Point::ForgetBefore,
    Point::ForgetAfter,
    Point::FirstKey,
    Point::FirstMaking,
    Point::FirstMade,
];

/// Every pass where one more thing is durable or done; the points between two such only now and
/// then, since they leave the same behind.
fn wide(point: Point) -> u32 {
    match point {
        Point::DecideAfter | Point::OutboxPerformed | Point::CodeBefore | Point::CodeAfter => 1,
        Point::CheckpointBefore | Point::CheckpointSlice | Point::CheckpointAfter => 2,
        Point::InboxBefore | Point::InboxAfter | Point::Confirming => 3,
        Point::DecideBefore | Point::StoreWritten | Point::OutboxBefore => 7,
        Point::StoreBefore | Point::StoreAfter => 14,
        // Each comes once in a start, or never in a dialogue.
        Point::ForgetBefore
        | Point::ForgetAfter
        | Point::FirstKey
        | Point::FirstMaking
        | Point::FirstMade
        | Point::BackupCopied
        | Point::BackupChecked
        | Point::BackupAfter
        | Point::RestoreBuilt
        | Point::RestoreAside
        | Point::RestoreHalf
        | Point::RestoreAfter => 1,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_point_costs_nobody_anything() {
    dies_everywhere(Way::Email, &IN_A_DIALOGUE, wide).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_on_the_way_by_sms_and_link_costs_nobody_anything() {
    dies_everywhere(Way::Sms, &IN_A_DIALOGUE, |point| 3 * wide(point)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_in_an_outage_costs_nobody_anything() {
    dies_everywhere(Way::Outage, &[Point::CodeBefore, Point::CodeAfter], |_| 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "dies some 360 times, which takes minutes; the tests above choose from them"]
async fn a_death_at_each_pass_of_each_point_costs_nobody_anything() {
    dies_everywhere(Way::Email, &IN_A_DIALOGUE, |_| 1).await;
    dies_everywhere(Way::Sms, &IN_A_DIALOGUE, |_| 1).await;
}

/// Kills while several applicants are at it, each after a few more calls to Telegram.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_kills_in_a_row_cost_nobody_anything() {
    let host = Host::with(&setup()).await;
    let world = &host.world;
    let mut process = host.is_on_duty().await;
    let people = NAMES.map(|name| world.person(name));
    let dialogues = people.iter().enumerate().map(|(place, person)| async move {
        match place % 2 {
            0 => by_email(world, person).await,
            _ => by_sms(world, person).await,
        }
    });
    let mut kills = 0;
    let killing = async {
        while kills < KILLS {
            let calls = world.telegram.calls("sendMessage") + one_to_four();
            world.telegram.wait_for_calls("sendMessage", calls, world.patience()).await;
            process.signal(Signal::KILL);
            let ended = process.ended().await;
            assert_eq!(ended.signal, Some(Signal::KILL.as_raw()), "{ended:#?}");
            kills += 1;
            process = host.starts();
        }
        std::future::pending::<()>().await;
    };
    let stories = tokio::select! {
        stories = join_all(dialogues) => stories,
        () = killing => unreachable!("it waits for the dialogues"),
    };
    assert_eq!(kills, KILLS, "everybody was through too soon");
    for (person, story) in people.iter().zip(stories) {
        story.is_fair(kills);
        drop(person.takes_unread());
    }
    process.stops(Signal::TERM).await;
}
