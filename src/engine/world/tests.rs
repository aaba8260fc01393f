//! The rules' clock against everything that can be done to a machine's.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use proptest::prelude::*;
use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;

use super::*;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;

/// A machine whose clocks a test sets, in milliseconds.
#[derive(Default)]
struct Machine {
    wall: AtomicI64,
    uptime: AtomicI64,
}

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp(self.wall.load(Ordering::SeqCst))
    }

    fn uptime(&self) -> Duration {
        Duration::from_millis(self.uptime.load(Ordering::SeqCst).unsigned_abs())
    }
}

impl Machine {
    fn at(wall: i64) -> (Arc<Machine>, Guarded) {
        let machine = Arc::new(Machine { wall: wall.into(), uptime: 0.into() });
        let clock = Guarded::new(Arc::clone(&machine) as Arc<dyn Clock>);
        (machine, clock)
    }

    fn passes(&self, millis: i64) {
        self.jumps(millis);
        self.uptime.fetch_add(millis, Ordering::SeqCst);
    }

    fn jumps(&self, millis: i64) {
        self.wall.fetch_add(millis, Ordering::SeqCst);
    }
}

/// A clock that begins right, and is then set by so much; what time it is a minute later, after
/// [`START`].
fn a_minute_after(jump: i64) -> i64 {
    let (machine, clock) = Machine::at(START);
    clock.begin(None);
    machine.jumps(jump);
    clock.now();
    machine.passes(MINUTE);
    clock.now().0 - START
}

#[test]
fn a_clock_that_is_put_right_a_little_is_followed_and_any_other_is_not() {
    assert_eq!(a_minute_after(0), MINUTE);
    for little in [1, SECOND, 30 * SECOND, MINUTE] {
        assert_eq!(a_minute_after(little), MINUTE + little, "{little}");
    }
    for far in [MINUTE + 1, HOUR, DAY, 30 * YEAR, -1, -SECOND, -HOUR, -DAY, -30 * YEAR] {
        assert_eq!(a_minute_after(far), MINUTE, "{far}");
    }
}

#[test]
fn before_anything_is_decided_the_clock_may_be_put_right_by_years() {
    let (machine, clock) = Machine::at(0);
    assert_eq!(clock.now(), Timestamp(0));
    machine.jumps(START + 70 * YEAR);
    assert_eq!(clock.now(), Timestamp(START + 70 * YEAR));
    machine.jumps(-70 * YEAR);
    clock.begin(Some(Timestamp(START - DAY)));
    assert_eq!(clock.now(), Timestamp(START));
}

#[test]
fn time_does_not_go_back_over_a_restart() {
    let (machine, clock) = Machine::at(START - 20 * YEAR);
    clock.begin(Some(Timestamp(START)));
    assert_eq!(clock.now(), Timestamp(START));
    assert_eq!(clock.disagreement(), -20 * YEAR);
    machine.passes(HOUR);
    assert_eq!(clock.now(), Timestamp(START + HOUR));
    // Put right: what passed while the bot was off shows now, and Telegram's dates have the say.
    machine.jumps(20 * YEAR + 6 * HOUR);
    assert_eq!(clock.now(), Timestamp(START + HOUR));
    let date = Timestamp(START + 7 * HOUR);
    let leap = Outage { from: Timestamp(START + HOUR), until: date };
    assert_eq!(clock.has_been(date), Some(leap));
    assert_eq!(clock.now(), date);
    assert_eq!(clock.disagreement(), 0);
}

#[test]
fn only_a_date_of_telegrams_that_the_wall_clock_had_before_moves_time() {
    let (machine, clock) = Machine::at(START);
    clock.begin(None);
    // Telegram's clock alone moves nothing.
    assert_eq!(clock.has_been(Timestamp(START + DAY)), None);
    assert_eq!(clock.now(), Timestamp(START));
    // Nor does an old message, once the machine's clock is wrong.
    machine.jumps(DAY);
    assert_eq!(clock.has_been(Timestamp(START - HOUR)), None);
    assert_eq!(clock.has_been(Timestamp(START + MINUTE)), None);
    assert_eq!(clock.now(), Timestamp(START));
    // What Telegram bears out in part is believed in part.
    let leap = Outage { from: Timestamp(START), until: Timestamp(START + HOUR) };
    assert_eq!(clock.has_been(leap.until), Some(leap));
    assert_eq!(clock.now(), leap.until);
    assert_eq!(clock.disagreement(), 23 * HOUR);
    // The wall clock is the bound: whatever a date says, time never leads it.
    let far = clock.has_been(Timestamp(START + 50 * YEAR)).expect("a leap");
    assert_eq!(far.until, Timestamp(START + DAY));
}

#[test]
fn a_wrong_step_that_is_taken_back_leaves_nothing_behind() {
    let (machine, clock) = Machine::at(START);
    clock.begin(None);
    for step in [DAY, -DAY, 3 * HOUR, YEAR] {
        machine.jumps(step);
        machine.passes(MINUTE);
        clock.now();
        machine.jumps(-step);
        machine.passes(MINUTE);
        clock.now();
    }
    assert_eq!(clock.now(), Timestamp(START + 8 * MINUTE));
    assert_eq!(clock.disagreement(), 0);
}

#[test]
fn a_leap_second_and_a_clock_for_summer_move_nothing() {
    // Before a leap second, the system's clock repeats the last one of the day.
    assert_eq!(a_minute_after(-SECOND), MINUTE);
    // Seconds since 1970 know no summer: the day that a region loses an hour has 24 in UTC.
    let (machine, clock) = Machine::at(1_774_746_000_000); // 2026-03-29T01:00:00Z
    clock.begin(None);
    let begun = clock.now();
    machine.passes(HOUR);
    assert_eq!(clock.now().since(begun), Duration::from_secs(3600));
    assert_eq!(clock.now().day(), begun.day());
}

/// While there is one subscriber only, tracing asks the thread that first comes by a line whether
/// anybody reads it, and keeps the answer for all: that may be another test's, which reads nothing.
static FURTHER: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [(); 2].map(|()| Dispatch::new(NoSubscriber::new())));

#[test]
fn what_becomes_of_the_clock_is_said_once() {
    LazyLock::force(&FURTHER);
    let (machine, clock) = Machine::at(START);
    clock.begin(None);
    let log = Lines::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_writer(move || written.clone());
    tracing::subscriber::with_default(subscriber.finish(), || {
        for step in [-HOUR, HOUR, DAY, -DAY] {
            machine.jumps(step);
            for _ in 0..100 {
                machine.passes(SECOND);
                clock.now();
            }
        }
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let words = |line: &str| line.split_once("clock ").map(|(_, rest)| rest[..14].to_owned());
    let said: Vec<_> = log.lines().filter_map(words).collect();
    let again = "can be followe";
    assert_eq!(said, ["is behind the ", again, "went forward b", again], "{log}");
    assert!(log.contains("by=1h") && log.contains("by=1day"), "{log}");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Move {
    Passes(i64),
    Jumps(i64),
    /// A date of Telegram's, this much behind the true time.
    Hears(i64),
    Restarts,
}

fn moves() -> impl Strategy<Value = Move> {
    let jump = prop_oneof![-2 * MINUTE..2 * MINUTE, -3 * DAY..3 * DAY, -50 * YEAR..50 * YEAR];
    prop_oneof![
        4 => (0..10 * MINUTE).prop_map(Move::Passes),
        1 => (0..2 * DAY).prop_map(Move::Passes),
        3 => jump.prop_map(Move::Jumps),
        1 => (0..HOUR).prop_map(Move::Hears),
    ]
}

proptest! {
    /// Whatever is done to the wall clock, time goes forward by what passed, and besides by no more
    /// than a minute for each time that the clock was set.
    #[test]
    fn time_goes_on_by_what_passes(moves in proptest::collection::vec(moves(), 1..60)) {
        let (machine, clock) = Machine::at(START);
        clock.begin(None);
        let (mut passed, mut jumps, mut last) = (0, 0, clock.now());
        for step in moves {
            match step {
                Move::Passes(time) => {
                    machine.passes(time);
                    passed += time;
                }
                Move::Jumps(by) => {
                    machine.jumps(by);
                    jumps += 1;
                }
                // Telegram's clock is the true one, so it proves no more than has passed.
                Move::Hears(age) => {
                    prop_assert_eq!(clock.has_been(Timestamp(START + passed - age)), None);
                }
                Move::Restarts => {}
            }
            let now = clock.now();
            prop_assert!(now >= last, "time went back");
            last = now;
            prop_assert!(now.0 >= START + passed, "time was lost");
            prop_assert!(now.0 <= START + passed + jumps * MINUTE, "time was made up");
        }
    }

    /// Over restarts it may leap forward with a wrong clock, but never back.
    #[test]
    fn time_never_goes_back(
        moves in proptest::collection::vec(
            prop_oneof![5 => moves(), 1 => Just(Move::Restarts)], 1..60),
    ) {
        let (machine, mut clock) = Machine::at(START);
        clock.begin(None);
        let mut last = clock.now();
        for step in moves {
            match step {
                Move::Passes(time) => machine.passes(time),
                Move::Jumps(by) => machine.jumps(by),
                Move::Hears(age) => drop(clock.has_been(Timestamp(machine.now().0 - age))),
                Move::Restarts => {
                    clock = Guarded::new(Arc::clone(&machine) as Arc<dyn Clock>);
                    clock.begin(Some(last));
                }
            }
            prop_assert!(clock.now() >= last);
            last = clock.now();
        }
    }
}
