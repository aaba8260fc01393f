//! The machine's clock is wrong, is put right, stands still or is asleep: no lock opens too soon or
//! lasts too long, no code lives too long, and no day comes twice.

use std::time::Duration;

use countersign::sandbox::{Person, World};

use crate::logged::Log;
use crate::scene::{PASSWORD, Scene, Setup, hears};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Somebody who is locked out for five minutes.
async fn locked_out(scene: &Scene, name: &str) -> Person {
    let person = scene.at_the_door(name).await;
    for _ in 0..3 {
        person.types("barley");
        person.reads().await;
    }
    person
}

/// How long the door stays closed, as it is said.
async fn closed_for(person: &Person) -> String {
    person.types("/start");
    let said = person.reads().await.to_string();
    let (_, rest) = said.split_once("try again in ").unwrap_or_else(|| panic!("open: {said}"));
    rest.split('.').next().unwrap_or_default().to_owned()
}

async fn may_try(person: &Person) {
    person.types(PASSWORD);
    hears(person, "How may I send you your code?").await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_no_lock_and_no_code_last_longer() {
    let (log, _guard) = Log::starts();
    let mut scene = Scene::start().await;
    let nora = locked_out(&scene, "Nora").await;
    let (omar, code) = scene.with_a_code("Omar").await;
    let (pia, late) = scene.with_a_code("Pia").await;
    for back in [30 * SECOND, HOUR, 400 * DAY] {
        scene.clock_jumps_back(back);
        scene.passes(MINUTE);
        scene.world.settled().await;
    }
    assert_eq!(closed_for(&nora).await, "2 minutes");
    // Over a restart too.
    scene.restarts_bot().await;
    assert_eq!(closed_for(&nora).await, "2 minutes");
    scene.passes(2 * MINUTE);
    may_try(&nora).await;
    scene.passes(4 * MINUTE);
    omar.types(&code);
    hears(&omar, "Welcome!").await;
    scene.passes(MINUTE + SECOND);
    pia.types(&late);
    hears(&pia, "is too old").await;
    let said = log.lines_with("the machine's clock is behind");
    assert_eq!(said.len(), 2, "once in each run: {said:?}");
    scene.ends().await;
}

#[tokio::test]
async fn a_clock_that_leaps_forward_opens_no_lock_and_ends_no_code() {
    let (log, _guard) = Log::starts();
    let scene = Scene::start().await;
    let nora = locked_out(&scene, "Nora").await;
    let (omar, code) = scene.with_a_code("Omar").await;
    scene.clock_jumps_forward(2 * DAY);
    scene.passes(MINUTE);
    scene.sweeps().await;
    assert_eq!(closed_for(&nora).await, "4 minutes");
    omar.types(&code);
    hears(&omar, "Welcome!").await;
    let said = log.lines_with("went forward by more than the time that has passed");
    assert_eq!(said.len(), 1, "{said:?}");
    // It is put right again.
    scene.clock_jumps_back(2 * DAY);
    scene.passes(MINUTE);
    assert_eq!(closed_for(&nora).await, "3 minutes");
    assert_eq!(log.lines_with("can be followed again").len(), 1);
    scene.passes(3 * MINUTE);
    may_try(&nora).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_start_with_a_clock_that_is_years_behind_goes_on_where_time_was() {
    let mut scene = Scene::start().await;
    let nora = locked_out(&scene, "Nora").await;
    let (omar, code) = scene.with_a_code("Omar").await;
    scene.stops_bot().await;
    // A board without a battery: its clock begins anew, and is put right a while later.
    scene.clock_jumps_back(20 * YEAR);
    scene.starts_bot().await;
    assert_eq!(closed_for(&nora).await, "5 minutes");
    scene.passes(MINUTE);
    scene.clock_jumps_forward(20 * YEAR);
    assert_eq!(closed_for(&nora).await, "4 minutes");
    omar.types(&code);
    hears(&omar, "Welcome!").await;
    scene.passes(4 * MINUTE);
    may_try(&nora).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_first_start_with_a_clock_that_is_years_behind_is_put_right_by_the_first_message() {
    let mut scene = Scene::without_bot(World::start().await, &Setup::default());
    scene.clock_jumps_back(20 * YEAR);
    scene.starts_bot().await;
    let nora = locked_out(&scene, "Nora").await;
    scene.clock_jumps_forward(20 * YEAR);
    scene.passes(MINUTE);
    // Telegram's dates bear it out. That the lock is over by then is what the clock says as well.
    may_try(&nora).await;
    nora.types(&nora.email());
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    let code = scene.world.mail_for(&nora.email()).await.code(6).to_owned();
    scene.passes(9 * MINUTE);
    nora.types(&code);
    // By the clock that her request was made by, it is years old.
    hears(&nora, "This invite link is for you alone").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_start_with_a_clock_that_is_years_ahead_is_put_up_with() {
    let mut scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    nora.types("barley");
    nora.reads().await;
    scene.stops_bot().await;
    // Nobody can know better at a start: it looks like a long absence.
    scene.clock_jumps_forward(20 * YEAR);
    scene.starts_bot().await;
    nora.types("/start");
    hears(&nora, "You have 2 tries").await;
    let omar = locked_out(&scene, "Omar").await;
    scene.clock_jumps_back(20 * YEAR);
    scene.passes(MINUTE);
    assert_eq!(closed_for(&omar).await, "4 minutes");
    scene.restarts_bot().await;
    assert_eq!(closed_for(&omar).await, "4 minutes");
    scene.passes(4 * MINUTE);
    may_try(&omar).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_day_that_comes_twice_brings_no_second_codes() {
    let limits = "sends_per_day = 1\nsends_per_address = 1";
    let mut scene = Scene::with(Setup { limits, ..Setup::default() }).await;
    let (nora, _) = scene.with_a_code("Nora").await;
    let refused = async |scene: &Scene| {
        scene.passes(2 * MINUTE);
        nora.presses("Resend");
        let said = nora.reads().await.to_string();
        assert!(said.contains("today"), "{said}");
    };
    refused(&scene).await;
    scene.clock_jumps_forward(DAY);
    refused(&scene).await;
    scene.clock_jumps_back(2 * DAY);
    refused(&scene).await;
    scene.restarts_bot().await;
    refused(&scene).await;
    scene.clock_jumps_forward(DAY);
    refused(&scene).await;
    // The real next day.
    scene.passes(13 * HOUR);
    nora.presses("Resend");
    hears(&nora, "I have sent code 2").await;
    scene.world.mail_for(&nora.email()).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_machine_that_slept_for_hours_owes_nobody_a_code() {
    let (log, _guard) = Log::starts();
    let scene = Scene::start().await;
    let nora = locked_out(&scene, "Nora").await;
    let (omar, code) = scene.with_a_code("Omar").await;
    let pia = scene.past_the_password("Pia").await;
    scene.passes(20 * HOUR - 12 * HOUR);
    let (quin, fresh) = scene.with_a_code("Quin").await;
    // The question that waits is answered after all: only the machine's clocks tell.
    scene.sleeps_for(20 * HOUR);
    scene.sweeps().await;
    assert!(!pia.buttons().is_empty(), "put away while nobody could go on");
    quin.types(&fresh);
    hears(&quin, "Welcome!").await;
    omar.types(&code);
    hears(&omar, "is too old").await;
    may_try(&nora).await;
    let said = log.lines_with("nobody could reach the bot for so long");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(log.lines_with("the machine's clock").is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn a_machine_that_stood_still_for_hours_believes_telegrams_dates() {
    let (log, _guard) = Log::starts();
    let scene = Scene::start().await;
    let nora = locked_out(&scene, "Nora").await;
    let (omar, code) = scene.with_a_code("Omar").await;
    scene.stands_still_for(8 * HOUR);
    omar.types(&code);
    hears(&omar, "Welcome!").await;
    may_try(&nora).await;
    assert_eq!(log.lines_with("bear out that so much time has passed").len(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn mails_bear_the_date_of_the_machines_clock() {
    let scene = Scene::start().await;
    scene.clock_jumps_back(3 * DAY);
    let (nora, code) = scene.with_a_code("Nora").await;
    let mails = scene.world.smtp.mails();
    let date = mails[0].header("Date").expect("a date");
    let written = mail_parser::DateTime::parse_rfc822(date).expect("a date").to_timestamp();
    let world = scene.world.now_ms() / 1000;
    let behind = world - written;
    assert!((3 * 86_400 - 60..=3 * 86_400 + 60).contains(&behind), "{behind} s behind");
    nora.types(&code);
    hears(&nora, "Welcome!").await;
    scene.ends().await;
}
