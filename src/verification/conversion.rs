//! Whether text messages to a country bring anybody in, or only cost money: robots that earn from
//! the messages they have sent (SMS pumping) do not type the codes.
//!
//! ```text
//!          fewer than 20 % of the last 50           the rest is over
//!     on ──────────────────────────────────▶ off ────────────────────▶ trial: 5 messages
//!     ▲                                       ▲                          │
//!     │                                       └── fewer than 20 % ───────┤
//!     └───────────────────── 20 % or more ───────────────────────────────┘
//! ```
//!
//! One record for each dial code, over all gates. A message counts once its code has had its time
//! ([`RIPE`]), or once as many more have gone out after it as are looked at. Each rest is longer
//! than the last one ([`RESTS`]), until a country has done well over a whole window again.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ChallengeId, Timestamp};

/// So many of the latest messages are looked at.
pub const WINDOW: usize = 50;
/// So many are sent to see whether a country is better again.
pub const TRIALS: usize = 5;
/// In percent, where nothing else is set: fewer verified than that, and a country is off.
pub const LEAST: u32 = 20;
/// How long it is off the first time, the second …; the last one repeats.
pub const RESTS: [Duration; 3] = [
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
];
/// Whoever has not typed the code by then hardly will.
pub const RIPE: Duration = Duration::from_secs(10 * 60);

/// How one dial code does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    state: State,
    /// Oldest first; at most twice [`WINDOW`].
    sent: VecDeque<Sent>,
    /// How often it was off, since it last did well.
    rests: u32,
}

#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    #[default]
    On,
    Off {
        until: Timestamp,
    },
    /// Everything in `sent` is a trial.
    Trial,
}

/// A message: its code, when it was ordered, whether the code was typed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent(ChallengeId, Timestamp, bool);

/// Something that the admins should hear of.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turned {
    /// Off for so long: of so many messages, so many were verified.
    Off {
        rest: Duration,
        verified: u32,
        of: u32,
    },
    /// It is tried with a few.
    Trial,
    On,
}

impl Conversion {
    /// Brings the state up to date; what has changed, if anything has. `least`: in percent; 0: never
    /// off.
    pub fn look(&mut self, now: Timestamp, least: u32) -> Option<Turned> {
        if least == 0 {
            return None;
        }
        match self.state {
            State::On => {
                let looked_at: Vec<bool> = self.ripe(now).take(WINDOW).collect();
                if looked_at.len() < WINDOW {
                    return None;
                }
                if is_enough(&looked_at, least) {
                    self.rests = 0;
                    return None;
                }
                Some(self.rest(now, &looked_at))
            }
            State::Off { until } if now < until => None,
            State::Off { .. } => {
                self.state = State::Trial;
                self.sent.clear();
                Some(Turned::Trial)
            }
            State::Trial => {
                let so_far: Vec<bool> = self.sent.iter().map(|sent| sent.2).collect();
                let verified = so_far.iter().filter(|verified| **verified).count();
                if verified * 100 >= TRIALS * as_usize(least) {
                    self.state = State::On;
                    return Some(Turned::On);
                }
                let all_ripe = so_far.len() >= TRIALS && self.ripe(now).count() == so_far.len();
                all_ripe.then(|| self.rest(now, &so_far))
            }
        }
    }

    /// Whether a message may be sent, as of the last [`Conversion::look`] with the same `least`.
    #[must_use]
    pub fn is_open(&self, least: u32) -> bool {
        match self.state {
            _ if least == 0 => true,
            State::On => true,
            State::Off { .. } => false,
            State::Trial => self.sent.len() < TRIALS,
        }
    }

    /// One more message was ordered.
    pub fn sent(&mut self, code: ChallengeId, now: Timestamp) {
        self.sent.push_back(Sent(code, now, false));
        let surplus = self.sent.len().saturating_sub(2 * WINDOW);
        self.sent.drain(..surplus);
    }

    /// The code came back. `codes`: it, and those that it had replaced at the same address.
    pub fn verified(&mut self, codes: &[ChallengeId]) {
        for sent in self.sent.iter_mut().filter(|sent| codes.contains(&sent.0)) {
            sent.2 = true;
        }
    }

    /// It certainly never left.
    pub fn withdrawn(&mut self, code: ChallengeId) {
        self.sent.retain(|sent| sent.0 != code);
    }

    /// Whether nothing in here would be missed.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        *self == Conversion::default()
    }

    fn rest(&mut self, now: Timestamp, looked_at: &[bool]) -> Turned {
        let place = as_usize(self.rests).min(RESTS.len() - 1);
        let rest = RESTS[place];
        self.rests = self.rests.saturating_add(1);
        self.state = State::Off { until: now.after(rest) };
        self.sent.clear();
        let verified = looked_at.iter().filter(|verified| **verified).count();
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        Turned::Off { rest, verified: count(verified), of: count(looked_at.len()) }
    }

    /// Whether each message that counts by now was verified, the newest first.
    fn ripe(&self, now: Timestamp) -> impl Iterator<Item = bool> {
        let newest_first = self.sent.iter().rev().enumerate();
        let counts =
            move |(younger, sent): &(usize, &Sent)| *younger >= WINDOW || now.since(sent.1) >= RIPE;
        newest_first.filter(counts).map(|(_, sent)| sent.2)
    }
}

fn is_enough(looked_at: &[bool], least: u32) -> bool {
    let verified = looked_at.iter().filter(|verified| **verified).count();
    verified * 100 >= looked_at.len() * as_usize(least)
}

fn as_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const NOON: Timestamp = Timestamp(1_700_000_000_000);

    /// A dial code, a clock, and what the engine does with them.
    struct Country {
        now: Timestamp,
        record: Conversion,
        codes: u64,
        turns: Vec<Turned>,
    }

    impl Country {
        fn new() -> Country {
            Country { now: NOON, record: Conversion::default(), codes: 0, turns: Vec::new() }
        }

        fn looks(&mut self) -> bool {
            self.turns.extend(self.record.look(self.now, LEAST));
            self.record.is_open(LEAST)
        }

        /// Somebody asks for a code; `None`: the country is off.
        fn sends(&mut self) -> Option<ChallengeId> {
            if !self.looks() {
                return None;
            }
            self.codes += 1;
            let code = ChallengeId(self.codes);
            self.record.sent(code, self.now);
            Some(code)
        }

        /// So many messages, a minute apart, of which the first so many of each ten are verified.
        fn sends_many(&mut self, many: u32, of_ten: u32) -> u32 {
            let mut sent = 0;
            for place in 0..many {
                let Some(code) = self.sends() else { break };
                sent += 1;
                if place % 10 < of_ten {
                    self.record.verified(&[code]);
                }
                self.passes(MINUTE);
            }
            sent
        }

        fn passes(&mut self, time: Duration) {
            self.now = self.now.after(time);
        }
    }

    fn off(rest: Duration, verified: u32, of: u32) -> Turned {
        Turned::Off { rest, verified, of }
    }

    #[test]
    fn a_country_whose_codes_nobody_types_is_off_after_fifty_of_them() {
        let mut country = Country::new();
        // The last nine are too young to be judged.
        assert_eq!(country.sends_many(100, 0), 59);
        assert_eq!(country.turns, [off(RESTS[0], 0, 50)]);
        country.passes(RESTS[0] - MINUTE);
        assert_eq!(country.sends(), None);
    }

    #[test]
    fn one_in_five_is_enough_and_less_is_not() {
        let mut country = Country::new();
        assert_eq!(country.sends_many(300, 2), 300);
        assert_eq!(country.turns, []);
        let mut country = Country::new();
        assert!(country.sends_many(300, 1) < 60);
        assert_eq!(country.turns, [off(RESTS[0], 5, 50)]);
    }

    #[test]
    fn fifty_at_once_may_still_be_typed_but_a_hundred_are_judged() {
        let mut country = Country::new();
        let codes: Vec<_> = (0..50).filter_map(|_| country.sends()).collect();
        assert!(codes.len() == 50 && country.looks(), "they have had no time");
        country.record.verified(&codes[..10]);
        country.passes(RIPE);
        assert!(country.looks());
        let mut country = Country::new();
        let sent = (0..200).map_while(|_| country.sends()).count();
        assert_eq!((sent, &country.turns[..]), (100, &[off(RESTS[0], 0, 50)][..]));
    }

    #[test]
    fn after_its_rest_a_few_are_tried_and_one_of_five_is_enough() {
        let mut country = Country::new();
        country.sends_many(100, 0);
        country.passes(RESTS[0]);
        let trials: Vec<_> = (0..20).map_while(|_| country.sends()).collect();
        assert_eq!(trials.len(), TRIALS, "more than a few are tried");
        country.record.verified(&trials[3..4]);
        assert!(country.looks());
        assert_eq!(country.turns, [off(RESTS[0], 0, 50), Turned::Trial, Turned::On]);
        // What was before counts no more.
        assert_eq!(country.sends_many(45, 0), 45);
    }

    #[test]
    fn each_rest_is_longer_until_it_has_done_well() {
        let mut country = Country::new();
        country.sends_many(100, 0);
        for rest in [RESTS[1], RESTS[2], RESTS[2]] {
            country.passes(Duration::from_secs(24 * 60 * 60));
            country.turns.clear();
            assert_eq!((0..20).map_while(|_| country.sends()).count(), TRIALS);
            country.passes(RIPE);
            assert!(!country.looks());
            assert_eq!(country.turns, [Turned::Trial, off(rest, 0, 5)]);
        }
        country.passes(RESTS[2]);
        let trial = country.sends().expect("a trial");
        country.record.verified(&[trial]);
        assert_eq!(country.sends_many(100, 5), 100);
        country.turns.clear();
        country.sends_many(200, 0);
        assert_eq!(country.turns, [off(RESTS[0], 9, 50)]);
    }

    #[test]
    fn a_code_that_replaced_others_speaks_for_them_and_one_that_never_left_does_not_count() {
        let mut country = Country::new();
        for _ in 0..40 {
            let codes: Vec<_> = (0..5).filter_map(|_| country.sends()).collect();
            country.record.verified(&codes);
            country.passes(MINUTE);
        }
        for _ in 0..200 {
            let code = country.sends().expect("the country is on");
            country.record.withdrawn(code);
            country.passes(MINUTE);
        }
        assert_eq!(country.turns, []);
    }

    #[test]
    fn by_a_setting_of_0_no_country_is_ever_off() {
        let mut country = Country::new();
        country.sends_many(100, 0);
        assert!(!country.record.is_open(LEAST));
        assert_eq!(country.record.look(country.now, 0), None);
        assert!(country.record.is_open(0) && !country.record.is_open(LEAST));
    }

    #[derive(Clone, Debug)]
    enum Act {
        Sends,
        Types(usize),
        NeverLeft(usize),
        Passes(u64),
        JumpsBack(u64),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            8 => Just(Act::Sends),
            2 => (0..20_usize).prop_map(Act::Types),
            1 => (0..20_usize).prop_map(Act::NeverLeft),
            2 => (0..1500_u64).prop_map(Act::Passes),
            1 => (0..500_u64).prop_map(Act::JumpsBack),
        ];
        proptest::collection::vec(act, 0..400)
    }

    proptest! {
        #[test]
        fn whatever_happens_it_stays_small_and_a_rest_is_kept(acts in acts(), least in 1..=100_u32) {
            let mut country = Country::new();
            let mut codes = Vec::new();
            let mut off_until = None;
            let mut trials = None;
            for act in acts {
                match act {
                    Act::Sends => {
                        match country.record.look(country.now, least) {
                            Some(Turned::Off { rest, verified, of }) => {
                                prop_assert!(RESTS.contains(&rest));
                                prop_assert!(verified * 100 < of * least);
                                prop_assert!(of as usize == WINDOW || of as usize == TRIALS);
                                off_until = Some(country.now.after(rest));
                                trials = None;
                            }
                            Some(Turned::Trial) => (off_until, trials) = (None, Some(0)),
                            Some(Turned::On) => (off_until, trials) = (None, None),
                            None => {}
                        }
                        if country.record.is_open(least) {
                            prop_assert!(off_until.is_none_or(|until| until <= country.now));
                            if let Some(trials) = &mut trials {
                                *trials += 1;
                            }
                            country.codes += 1;
                            let code = ChallengeId(country.codes);
                            country.record.sent(code, country.now);
                            codes.push(code);
                        }
                    }
                    Act::Types(back) => {
                        codes.iter().rev().nth(back).iter().for_each(|code| country.record.verified(&[**code]));
                    }
                    Act::NeverLeft(back) => {
                        if let Some(code) = codes.iter().rev().nth(back) {
                            let before = country.record.sent.len();
                            country.record.withdrawn(*code);
                            let gone = before - country.record.sent.len();
                            trials = trials.map(|trials: usize| trials.saturating_sub(gone));
                        }
                    }
                    Act::Passes(seconds) => country.passes(Duration::from_secs(seconds)),
                    Act::JumpsBack(seconds) => {
                        country.now = country.now.before(Duration::from_secs(seconds));
                    }
                }
                prop_assert!(trials.is_none_or(|trials| trials <= TRIALS));
                prop_assert!(country.record.sent.len() <= 2 * WINDOW);
                let kept = serde_json::to_string(&country.record).expect("it can be kept");
                prop_assert!(kept.len() < 6000, "{}", kept.len());
                let read: Conversion = serde_json::from_str(&kept).expect("and read back");
                prop_assert_eq!(&read, &country.record);
            }
        }

        #[test]
        fn where_all_codes_come_back_in_time_no_country_is_ever_off(
            waits in proptest::collection::vec((0..600_u64, 0..599_u64), 1..300),
        ) {
            let mut country = Country::new();
            let mut open: Vec<(Timestamp, ChallengeId)> = Vec::new();
            for (wait, types_after) in waits {
                country.passes(Duration::from_secs(wait));
                let now = country.now;
                for (_, code) in open.extract_if(.., |(at, _)| *at <= now) {
                    country.record.verified(&[code]);
                }
                // At most as many people at once as are given the time to type.
                if open.len() < WINDOW {
                    let code = country.sends().expect("the country is on");
                    open.push((now.after(Duration::from_secs(types_after)), code));
                }
            }
            prop_assert!(country.turns.is_empty());
        }
    }
}
