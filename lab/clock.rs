//! The machine's clock is set, stands still, sleeps, at moments that the seed decides: locks and
//! codes last as long as they were said to, in the time that really passed. And once, the real
//! binary stands still by the machine's own clocks.

use std::time::Duration;

use countersign::sandbox::Person;
use rand::RngExt;
use rand::rngs::SmallRng;
use rustix::process::Signal;

use crate::bench::{Lab, Row, Verdict};
use crate::process::Host;
use crate::scene::{PASSWORD, Scene, Setup, hears};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A paused process is missed after a minute.
const PAUSE: Duration = Duration::from_secs(75);

pub async fn run(lab: &Lab) -> Vec<Row> {
    vec![any_clock(lab).await, a_pause(lab).await]
}

/// The real binary is stopped for longer than a code lives, as a frozen container is.
async fn a_pause(lab: &Lab) -> Row {
    let what =
        format!("Time: the real binary is frozen for {PAUSE:?} with a code out for a minute");
    let shows_not = "A real suspend, in which the uptime goes on and the time awake does not: a \
                     machine cannot put itself to sleep for an experiment and be sure to wake.";
    let row = Row::held(what, 1, shows_not);
    if lab.quick {
        let why = "takes longer than the quick cut has".to_owned();
        return Row { rounds: 0, verdict: Verdict::Skipped(why), ..row };
    }
    let setup = Setup { limits: "code_ttl = \"1m\"", ..Setup::default() };
    let host = Host::with(&setup).await;
    let process = host.is_on_duty().await;
    let nora = host.world.person("Nora");
    nora.requests_to_join();
    hears(&nora, "type the password").await;
    nora.types(PASSWORD);
    hears(&nora, "How may I send you your code?").await;
    nora.types(&nora.email());
    hears(&nora, "Shall I send the code").await;
    nora.presses("Send the code");
    hears(&nora, "I have sent your code").await;
    let code = host.world.mail_for(&nora.email()).await.code(6).to_owned();
    process.signal(Signal::STOP);
    tokio::time::sleep(PAUSE).await;
    nora.types(&code);
    process.signal(Signal::CONT);
    // What Telegram's answer to was lost in the pause is said once more.
    let mut said = nora.reads_next().await.to_string();
    while said.contains("I have sent your code") {
        said = nora.reads_next().await.to_string();
    }
    let lost = u64::from(!said.contains("Welcome!"));
    process.stops(Signal::TERM).await;
    drop(nora.takes_unread());
    row.counted(lost, 0, said)
}

async fn any_clock(lab: &Lab) -> Row {
    let mut rounds = 0;
    let mut complaints = Vec::new();
    let mut moves = 0;
    while rounds < lab.rounds(200, 10)
        && (rounds == 0 || lab.time_left() > 2 * PAUSE || lab.quick && lab.has_time())
    {
        let mut rng = lab.rng(rounds);
        let (made, wrong) = one_round(&mut rng).await;
        moves += made;
        complaints.extend(wrong);
        rounds += 1;
    }
    let lost = u64::try_from(complaints.len()).unwrap_or(u64::MAX);
    let what = format!(
        "Time: {moves} changes of the clock (by years, back, forward, restarts, sleep) while somebody is locked out and somebody has a code"
    );
    let shows_not = "The clocks are a test's: the kernel's own were not set, and a real suspend \
                     was not tried.";
    Row::held(what, rounds, shows_not).counted(lost, 0, complaints.join("\n"))
}

/// How many changes were made, and what was wrong after them.
async fn one_round(rng: &mut SmallRng) -> (u64, Vec<String>) {
    let mut scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    for _ in 0..3 {
        nora.types("barley");
        nora.reads().await;
    }
    let (omar, code) = scene.with_a_code("Omar").await;
    // Nora is locked out for five minutes, Omar's code lives for ten.
    let (mut passed, mut awake) = (Duration::ZERO, Duration::ZERO);
    let mut story = Vec::new();
    let mut wrong = Vec::new();
    let mut ahead = Duration::ZERO;
    for _ in 0..rng.random_range(3..12) {
        let by = match rng.random_range(0..3) {
            0 => SECOND * rng.random_range(61..3600),
            1 => DAY * rng.random_range(1..4),
            _ => DAY * rng.random_range(365..20_000),
        };
        match rng.random_range(0..6) {
            0 | 1 => {
                let time = SECOND * rng.random_range(1..100);
                scene.passes(time);
                passed += time;
                awake += time;
                story.push(format!("{time:?} pass"));
            }
            2 => {
                scene.clock_jumps_back(by);
                ahead = ahead.saturating_sub(by);
                story.push(format!("back by {by:?}"));
            }
            // At a start nobody knows better than a clock that is ahead.
            3 if ahead.is_zero() => {
                scene.clock_jumps_forward(by);
                ahead += by;
                story.push(format!("forward by {by:?}"));
            }
            4 if ahead.is_zero() => {
                scene.is_heard().await;
                scene.restarts_bot().await;
                story.push("a restart".to_owned());
            }
            _ => {
                let time = SECOND * rng.random_range(10..100);
                scene.is_heard().await;
                scene.sleeps_for(time);
                scene.is_heard().await;
                passed += time;
                story.push(format!("{time:?} of sleep"));
            }
        }
        scene.is_heard().await;
        scene.sweeps().await;
        let locked = is_locked(&nora).await;
        // Within a second of the end, either answer is right.
        if passed + SECOND < 5 * MINUTE && !locked {
            wrong.push(format!("open after {passed:?}: {story:?}"));
        }
        if passed > 5 * MINUTE + SECOND && locked {
            wrong.push(format!("locked after {passed:?}: {story:?}"));
        }
    }
    omar.types(&code);
    let said = omar.reads().await.to_string();
    if awake + SECOND < 10 * MINUTE && !said.contains("Welcome!") {
        wrong.push(format!("dead after {awake:?} awake: {story:?}\n{said}"));
    }
    if awake > 10 * MINUTE + SECOND && !said.contains("too old") {
        wrong.push(format!("alive after {awake:?} awake: {story:?}\n{said}"));
    }
    if !is_locked(&nora).await {
        nora.types(PASSWORD);
        hears(&nora, "How may I send you your code?").await;
    }
    scene.ends().await;
    (u64::try_from(story.len()).unwrap_or(u64::MAX), wrong)
}

async fn is_locked(person: &Person) -> bool {
    person.types("/start");
    person.reads().await.to_string().contains("stays closed")
}
