//! Many applicants at once while Telegram, the mail server and Twilio fail in every way there is, in
//! a mix that the seed decides; and a crowd that waits for Telegram's return.

use std::time::{Duration, Instant};

use countersign::engine::Polling;
use countersign::sandbox::smtp::Verb;
use countersign::sandbox::telegram::{ANY, Fault};
use countersign::sandbox::twilio::Call;
use countersign::sandbox::{Person, smtp, twilio};
use futures_util::future::join_all;
use rand::rngs::SmallRng;
use rand::{RngExt, seq::IndexedRandom};

use crate::bench::{Lab, Row, Verdict};
use crate::crowd;
use crate::scene::{PASSWORD, Scene, Setup};

const PATIENCE: Duration = Duration::from_secs(60);
/// So many messages a second, as by default.
const PACE: u32 = 25;

const SENT: &str = "I have sent ";
const UNKNOWN: &str = "broke off, so I cannot tell";
const GAVE_UP: &str = "No code could leave";
const TOO_OLD: &str = "is too old by now";
const WAITS: &str = "I can send you a new code in";
const SPENT: &str = "This button has done its work";

pub async fn run(lab: &Lab) -> Vec<Row> {
    vec![bad_weather(lab).await, a_crowd_that_waits(lab).await]
}

async fn bad_weather(lab: &Lab) -> Row {
    let people = lab.rounds(40, 12);
    let mut seen = Seen::default();
    let mut rounds = 0;
    while rounds < lab.rounds(100, 4) && (rounds == 0 || lab.elapsed() < lab.budget * 3 / 4) {
        let round = one_round(lab.rng(rounds), people).await;
        seen.add(round);
        rounds += 1;
        lab.tell(format!("{rounds} rounds of {people} applicants; {seen:?}"));
    }
    let what = format!(
        "Network: {people} applicants at once a round; Telegram away, silent, 5xx, 429, 409, 401; SMTP and Twilio that hang, break off, stammer, talk nonsense ({} faults)",
        seen.faults
    );
    let shows_not = "One process on loopback; the world's answers are those of a model.";
    Row::held(what, rounds, shows_not).counted(seen.lost, seen.doubled, seen.complaints.join("\n"))
}

/// What was seen in some rounds.
#[derive(Default)]
struct Seen {
    faults: u64,
    /// Applicants who lost a try, a code or their way.
    lost: u64,
    /// Codes that nobody had asked for.
    doubled: u64,
    complaints: Vec<String>,
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} faults, {} lost, {} doubled", self.faults, self.lost, self.doubled)
    }
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.faults += other.faults;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.complaints.extend(other.complaints);
    }
}

fn setup() -> Setup {
    let limits =
        "raid_requests = 0\nguessing_alarm = 0\nresend_waits = [\"1s\"]\ncode_ttl = \"30m\"";
    let mut setup = Setup { limits, spending: crowd::SPENDING, ..Setup::default() };
    setup.waits.email.send = Duration::from_secs(2);
    setup.waits.sms.request = Duration::from_secs(2);
    let (grace, call) = (Duration::from_millis(300), Duration::from_secs(2));
    setup.waits.polling = Polling { seconds: 1, grace, call, ..setup.waits.polling };
    setup
}

async fn one_round(mut rng: SmallRng, people: u64) -> Seen {
    let scene = Scene::with(setup()).await;
    scene.world.set_patience(PATIENCE);
    let people: Vec<_> = (0..people).map(|n| scene.world.person(&format!("P {n}"))).collect();
    for person in &people {
        person.requests_to_join();
    }
    let mut stories: Vec<_> = people.iter().map(|person| Story::of(&scene, person)).collect();
    for story in &mut stories {
        story.hears(&["type the password"]).await;
    }
    let mut faults = 0;
    let dialogues = stories.iter_mut().enumerate().map(|(n, story)| story.comes_in(n % 2 == 0));
    let weather = async {
        for _ in 0..rng.random_range(8..20) {
            storm(&scene, &mut rng).await;
            faults += 1;
            // Each storm is over before the next.
            scene.knows_of_trouble(false).await;
            let calls = scene.world.telegram.calls("sendMessage") + rng.random_range(3..20);
            let calm = Duration::from_millis(300);
            scene.world.telegram.wait_for_calls("sendMessage", calls, calm).await;
        }
        lift(&scene);
        std::future::pending::<()>().await;
    };
    let ended = tokio::select! {
        ended = tokio::time::timeout(4 * PATIENCE, join_all(dialogues)) => ended,
        () = weather => unreachable!("it stays fine"),
    };
    // A storm may have been cut short.
    lift(&scene);
    let mut seen = Seen { faults, ..Seen::default() };
    if ended.is_err() {
        seen.complaints.push("not everybody came to an end".to_owned());
    }
    for story in &stories {
        seen.lost += u64::from(!story.is_fair());
        let codes = story.codes();
        seen.doubled += codes.saturating_sub(story.asked);
        if !story.is_fair() || codes > story.asked {
            let text = story.heard.join("\n---\n");
            seen.complaints.push(format!("{codes} codes for {} presses\n{text}", story.asked));
        }
    }
    scene.world.settled().await;
    for person in &people {
        drop(person.takes_unread());
    }
    for mail in scene.world.smtp.unread() {
        scene.world.mail_for(&mail.to).await;
    }
    for sms in scene.world.twilio.unread() {
        scene.world.sms_for(&sms.to).await;
    }
    // A server that is out of step complains of a client that is not.
    scene.world.forgive_violations();
    scene.ends().await;
    seen
}

/// Something goes wrong for a while, and is over.
async fn storm(scene: &Scene, rng: &mut SmallRng) {
    const VERBS: [Verb; 6] =
        [Verb::Connect, Verb::Ehlo, Verb::Mail, Verb::Rcpt, Verb::Data, Verb::Body];
    let telegram = &scene.world.telegram;
    let away = Duration::from_secs(rng.random_range(60..3600));
    match rng.random_range(0..8) {
        0 => {
            scene.is_heard().await;
            telegram.goes_away();
            is_away(scene, away).await;
            telegram.comes_back();
        }
        1 => {
            scene.is_heard().await;
            telegram.falls_silent();
            is_away(scene, away).await;
            telegram.comes_back();
        }
        2 => {
            let storms = [
                Fault::server_error(500),
                Fault::server_error(502),
                Fault::too_many_requests(0),
                Fault::Garbage,
                Fault::Reset,
            ];
            scene.is_heard().await;
            telegram.fails(ANY, storms.choose(rng).expect("some").clone());
            is_away(scene, away).await;
            telegram.recovers(ANY);
        }
        3 => {
            let storms = [
                Fault::Hang,
                Fault::Stall,
                Fault::other_poller(),
                Fault::unauthorized(),
                Fault::too_many_requests(0),
            ];
            scene.is_heard().await;
            telegram.fails("getUpdates", storms.choose(rng).expect("some").clone());
            is_away(scene, away).await;
            telegram.recovers("getUpdates");
        }
        4 => {
            let storms = [
                Fault::server_error(502),
                Fault::Reset,
                Fault::Garbage,
                Fault::too_many_requests(0),
            ];
            telegram.fails("sendMessage", storms.choose(rng).expect("some").clone());
            let calls = telegram.calls("sendMessage") + rng.random_range(1..20);
            telegram.wait_for_calls("sendMessage", calls, Duration::from_millis(500)).await;
            telegram.recovers("sendMessage");
        }
        5 | 6 => {
            for _ in 0..rng.random_range(1..4) {
                let faults = [
                    smtp::Fault::Hang,
                    smtp::Fault::Reset,
                    smtp::Fault::AnswerLost,
                    smtp::Fault::Stammer,
                    smtp::Fault::Garbage,
                    smtp::Fault::reply("451 4.3.0 try later"),
                    smtp::Fault::reply("421 4.3.2 closed"),
                ];
                let verb = *VERBS.choose(rng).expect("some");
                scene.world.smtp.fails_next(verb, faults.choose(rng).expect("some").clone());
            }
        }
        _ => {
            for _ in 0..rng.random_range(1..4) {
                let faults = [
                    twilio::Fault::Hang,
                    twilio::Fault::Reset,
                    twilio::Fault::AnswerLost,
                    twilio::Fault::Stammer,
                    twilio::Fault::Garbage,
                    twilio::Fault::Status(503),
                    twilio::Fault::TooManyRequests(0),
                    twilio::Fault::Error(20003),
                ];
                let fault = faults.choose(rng).expect("some").clone();
                scene.world.twilio.fails_next(Call::Message, fault);
            }
        }
    }
}

/// The bot notices, and time passes.
async fn is_away(scene: &Scene, time: Duration) {
    scene.knows_of_trouble(true).await;
    scene.passes(time);
}

fn lift(scene: &Scene) {
    let world = &scene.world;
    world.telegram.comes_back();
    for method in [ANY, "getUpdates", "sendMessage"] {
        world.telegram.recovers(method);
    }
    for verb in [Verb::Connect, Verb::Ehlo, Verb::Mail, Verb::Rcpt, Verb::Data, Verb::Body] {
        world.smtp.recovers(verb);
    }
    world.twilio.recovers(Call::Message);
}

/// One applicant, who types one wrong password and does everything else right.
struct Story<'s> {
    scene: &'s Scene,
    person: &'s Person,
    heard: Vec<String>,
    /// How many codes they asked for.
    asked: u64,
}

impl<'s> Story<'s> {
    fn of(scene: &'s Scene, person: &'s Person) -> Story<'s> {
        Story { scene, person, heard: Vec::new(), asked: 0 }
    }

    async fn hears(&mut self, what: &[&str]) -> String {
        loop {
            let text = self.person.reads_next().await.to_string();
            self.heard.push(text.clone());
            if what.iter().any(|what| text.contains(what)) {
                return text;
            }
        }
    }

    async fn comes_in(&mut self, by_email: bool) {
        let person = self.person;
        person.types("barley");
        self.hears(&["You have 2 tries left"]).await;
        person.types(PASSWORD);
        self.hears(&["How may I send you your code?"]).await;
        let address = if by_email { person.email() } else { person.phone() };
        person.types(&address);
        self.hears(&["Shall I send the code"]).await;
        person.presses("Send the code");
        self.asked += 1;
        let mut said = self.hears(&[SENT, UNKNOWN, GAVE_UP]).await;
        loop {
            if let Some(code) = self.newest_code().await {
                person.types(&code);
                said = self.hears(&["Welcome!", TOO_OLD, "That was code", "That is not"]).await;
                if said.contains("Welcome!") {
                    return;
                }
            }
            // The wait until the next code is over. Everybody's time passes: it must be little.
            self.scene.passes(Duration::from_millis(1100));
            let button = if said.contains(GAVE_UP) || said.contains(TOO_OLD) {
                "Send a new code"
            } else {
                "Resend"
            };
            if person.try_presses(button).is_ok() {
                self.asked += 1;
            }
            said = self.hears(&[SENT, UNKNOWN, GAVE_UP, WAITS, SPENT]).await;
            if said.contains(WAITS) || said.contains(SPENT) {
                self.asked -= 1;
            }
        }
    }

    async fn newest_code(&self) -> Option<String> {
        let world = &self.scene.world;
        let (email, phone) = (self.person.email(), self.person.phone());
        let mut code = None;
        for _ in world.smtp.unread().iter().filter(|mail| mail.to == email) {
            code = Some(world.mail_for(&email).await.code(6).to_owned());
        }
        for _ in world.twilio.unread().iter().filter(|sms| sms.to == phone) {
            code = Some(world.sms_for(&phone).await.code(6).to_owned());
        }
        code
    }

    /// How many codes were sent to them.
    fn codes(&self) -> u64 {
        let world = &self.scene.world;
        let (email, phone) = (self.person.email(), self.person.phone());
        let mails = world.smtp.mails().iter().filter(|mail| mail.to == email).count();
        let messages = world.twilio.messages().iter().filter(|sms| sms.to == phone).count();
        u64::try_from(mails + messages).unwrap_or(u64::MAX)
    }

    /// They are in, and paid for nothing but their own slip.
    fn is_fair(&self) -> bool {
        let text = self.heard.join("\n");
        let unfair = ["1 try left", "last try", "closed for now", TOO_OLD, "put away"];
        self.person.is_member() && !unfair.iter().any(|word| text.contains(word))
    }
}

/// A crowd asks to join while Telegram takes nothing from the bot.
async fn a_crowd_that_waits(lab: &Lab) -> Row {
    let crowd = lab.rounds(600, 100);
    let mut setup = setup();
    setup.messages_per_second = PACE;
    let scene = Scene::with(setup).await;
    scene.world.set_patience(4 * PATIENCE);
    scene.world.telegram.fails("sendMessage", Fault::server_error(502));
    let people: Vec<_> = (0..crowd).map(|n| scene.world.person(&format!("P {n}"))).collect();
    for person in &people {
        person.requests_to_join();
    }
    scene.world.settled().await;
    let knocks = scene.world.telegram.calls("sendMessage");
    scene.world.telegram.recovers("sendMessage");
    let mut times = Vec::new();
    for n in 1..=crowd {
        let back = scene.world.telegram.wait_for_calls("sendMessage", knocks + n, PATIENCE).await;
        times.push(Instant::now());
        if !back {
            break;
        }
    }
    let second = Duration::from_secs(1);
    let within = |first: &Instant| {
        times.iter().filter(|at| *first <= **at && **at < *first + second).count()
    };
    let most = times.iter().map(within).max().unwrap_or_default();
    let mut lost = 0;
    for person in &people {
        let heard = person.reads().await.to_string();
        lost += u64::from(!heard.contains("type the password"));
    }
    let calls = scene.world.telegram.calls("sendMessage") - knocks;
    let took = times.last().zip(times.first()).map(|(last, first)| *last - *first);
    let what = format!(
        "Network: {crowd} wait for Telegram's return: {knocks} knocks before it, at most {most} messages within a second after it, {:.0} s in all",
        took.unwrap_or_default().as_secs_f64()
    );
    scene.ends().await;
    let mut row =
        Row::held(what, 1, "Telegram's own flood limits, which nobody outside knows exactly.")
            .counted(
                lost,
                calls.saturating_sub(crowd + 1),
                "somebody heard nothing, or something twice",
            );
    // A second's worth at once and what a second earns, besides those on their way.
    if most > 2 * PACE as usize + 5 {
        row.verdict = Verdict::Broken(format!("{most} messages within a second"));
    }
    row
}
