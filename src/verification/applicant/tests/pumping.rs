//! What SMS are charged to, over many accounts: nothing exceeds its limit, and nothing falls but by
//! what certainly never left.

use super::*;
use crate::verification::address::Phone;
use crate::verification::alarm::{Alarm, Cap};
use crate::verification::calendar::month_of;
use crate::verification::spending::{Money, Paid};

const HOUR: Duration = Duration::from_secs(60 * 60);
/// 2026-11-20T00:00:00Z, in days.
const TODAY: i64 = 20_777;
const PRICE: u64 = 100_000;

#[derive(Clone, Debug)]
enum Act {
    /// Another account asks for a code to one of a few numbers.
    Asks(u8),
    /// What is the matter with one of the codes that are on their way.
    Ends(u8, DeliveryOutcome, Option<u64>),
    Passes(Duration),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let outcome = prop_oneof![
        4 => Just(DeliveryOutcome::Sent),
        1 => Just(DeliveryOutcome::Delayed),
        2 => Just(DeliveryOutcome::GaveUp),
        1 => Just(DeliveryOutcome::Dropped),
        1 => Just(DeliveryOutcome::Unknown),
        1 => Just(DeliveryOutcome::Refused(Refusal::NotMobile)),
    ];
    let paid = prop::option::of(0_u64..2 * PRICE);
    let act = prop_oneof![
        6 => any::<u8>().prop_map(Act::Asks),
        4 => (any::<u8>(), outcome, paid).prop_map(|(which, how, paid)| Act::Ends(which, how, paid)),
        1 => (1_u32..200).prop_map(|minutes| Act::Passes(Duration::from_secs(60) * minutes)),
        1 => (1_u32..40).prop_map(|hours| Act::Passes(HOUR * hours)),
    ];
    prop::collection::vec(act, 1..60)
}

/// The most that each ledger may hold; an SMS costs [`PRICE`].
#[derive(Copy, Clone, Debug)]
struct Most {
    address: u32,
    prefix: u32,
    country: u32,
    /// That of +43.
    own_country: u32,
    gate: u32,
    hour: u32,
    day: u32,
    cost_of_day: u32,
    cost_of_month: u32,
}

const MOST: Most = Most {
    address: 4,
    prefix: 3,
    country: 8,
    own_country: 2,
    gate: 10,
    hour: 5,
    day: 9,
    cost_of_day: 7,
    cost_of_month: 12,
};

/// Any of them may be the one that is reached first.
fn mosts() -> impl Strategy<Value = Most> {
    let most = || 1_u32..12;
    let numbers = (most(), most(), most(), most(), most(), most(), most(), most(), most());
    numbers.prop_map(
        |(address, prefix, country, own_country, gate, hour, day, cost_of_day, cost_of_month)| {
            Most {
                address,
                prefix,
                country,
                own_country,
                gate,
                hour,
                day,
                cost_of_day,
                cost_of_month,
            }
        },
    )
}

struct Crowd {
    most: Most,
    keys: Keys,
    random: Counting,
    gates: Gates,
    spending: Spending,
    now: Timestamp,
    restore: Option<Restore>,
    ledgers: BTreeMap<Ledger, u64>,
    /// Who waits for which code.
    pending: Vec<(Person, UserId, ChallengeId, Bill)>,
    next: u64,
    alarms: Vec<Alarm>,
}

impl Crowd {
    fn new() -> Crowd {
        Crowd::within(MOST)
    }

    fn within(most: Most) -> Crowd {
        let mut gates = Little::new().gates;
        for gate in gates.values_mut() {
            gate.channels = vec![Channel::Email, Channel::Sms];
            gate.addresses.countries = vec!["+49".to_owned(), "+43".to_owned()];
            gate.limits.sends_per_country = most.country;
            gate.limits.sends_per_address = most.address;
            gate.limits.sms_per_gate = most.gate;
        }
        let spending = Spending {
            per_prefix: most.prefix,
            countries: BTreeMap::from([(43, most.own_country)]),
            per_hour: most.hour,
            per_day: most.day,
            currency: "EUR".to_owned(),
            price: Money(PRICE),
            day: Some(Money(PRICE * u64::from(most.cost_of_day))),
            month: Some(Money(PRICE * u64::from(most.cost_of_month))),
            ..Spending::default()
        };
        Crowd {
            most,
            keys: Keys::derive(&[7; 32]),
            random: Counting(1),
            gates,
            spending,
            now: Timestamp(TODAY * 24 * 60 * 60 * 1000),
            restore: None,
            ledgers: BTreeMap::new(),
            pending: Vec::new(),
            next: 1,
            alarms: Vec::new(),
        }
    }

    fn happens(&mut self, person: &mut Person, user: UserId, what: What) -> Outcome {
        let (ledgers, outages) = (self.ledgers.clone(), Outages::default());
        let mut facts = Facts {
            now: self.now,
            outages: &outages,
            gates: &self.gates,
            keys: &self.keys,
            random: &mut self.random,
            ledger: &|ledger| ledgers.get(ledger).copied().unwrap_or(0),
            password: None,
            on_roster: &|_, _| true,
            holders: &|_, _| Vec::new(),
            suppressed: &|_| false,
            conversion: &|_| Conversion::default(),
            spending: &self.spending,
            restore: self.restore,
        };
        let Stepped::Done(outcome) = step(person, &Event::of(user, what), &mut facts) else {
            panic!("no password is typed here");
        };
        for (ledger, by) in &outcome.charges {
            let count = self.ledgers.entry(ledger.clone()).or_default();
            *count = count.checked_add_signed(*by).expect("no ledger falls below nothing");
        }
        self.alarms.extend(outcome.alarms.iter().cloned());
        outcome
    }

    /// A new account presses Send; what it was charged, if a code is on its way.
    fn asks(&mut self, number: &str) -> Option<Bill> {
        let user = UserId(self.next);
        self.next += 1;
        let address = Address::Phone(Phone::parse(number).unwrap());
        let applicant = Applicant { stage: Stage::Confirm { address }, ..Applicant::default() };
        let mut person = Person {
            active: Some(GATE),
            serial: 1,
            gates: BTreeMap::from([(GATE, Box::new(applicant))]),
            ..Person::default()
        };
        let data = Pressed { action: Action::Send, serial: 1, gate: GATE }.data();
        let what = What::Pressed { chat: CHAT, message: None, query: "q".to_owned(), data };
        let outcome = self.happens(&mut person, user, what);
        assert_eq!(person.gates[&GATE].tally, Tally::default(), "it cost a try");
        let sent = outcome.orders.into_iter().find_map(|order| match order.effect {
            Effect::SendCode { challenge, letter, .. } => Some((challenge, letter.bill)),
            _ => None,
        });
        let (challenge, bill) = sent?;
        self.pending.push((person, user, challenge, bill.clone()));
        Some(bill)
    }

    /// What may be in a ledger at most.
    fn limit(&self, ledger: &Ledger) -> Option<u64> {
        let most = match ledger {
            Ledger::Address { .. } => self.most.address,
            Ledger::Country { dial_code: 43, .. } => self.most.own_country,
            Ledger::Country { .. } => self.most.country,
            Ledger::Gate { .. } => self.most.gate,
            Ledger::Prefix { .. } => self.most.prefix,
            Ledger::Hour { .. } => self.most.hour,
            Ledger::Day { .. } => self.most.day,
            // Whoever names a higher price than was thought can exceed these.
            Ledger::CostOfDay { .. }
            | Ledger::CostOfMonth { .. }
            | Ledger::Password { .. }
            | Ledger::AtGate(_) => return None,
        };
        Some(most.into())
    }

    /// What a code to this number is to be charged to now.
    fn expected(&self, number: &str) -> Vec<(Ledger, u64)> {
        let phone = Phone::parse(number).unwrap();
        let (day, hour, dial_code) = (self.now.day(), self.now.hour(), phone.dial_code());
        let prefix = self.keys.number_prefix(phone.prefix());
        vec![
            (Ledger::Address { key: self.keys.address(&Address::Phone(phone)), day }, 1),
            (Ledger::Prefix { key: prefix, hour }, 1),
            (Ledger::Country { dial_code, day }, 1),
            (Ledger::Gate { gate: GATE, day }, 1),
            (Ledger::Hour { hour }, 1),
            (Ledger::Day { day }, 1),
            (Ledger::CostOfDay { day }, PRICE),
            (Ledger::CostOfMonth { last: month_of(day).1 }, PRICE),
        ]
    }
}

fn number(which: u8) -> String {
    let block = which % 3;
    match which % 4 {
        0 => format!("+43 664 12{block}{:04}", which),
        _ => format!("+49 151 2345{block}{:03}", which),
    }
}

fn is_money(ledger: &Ledger) -> bool {
    matches!(ledger, Ledger::CostOfDay { .. } | Ledger::CostOfMonth { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_ledger_is_exceeded_and_none_falls_but_by_what_never_left(
        acts in acts(), most in mosts(),
    ) {
        let mut crowd = Crowd::within(most);
        for act in acts {
            let before = crowd.ledgers.clone();
            let held = |ledger: &Ledger| before.get(ledger).copied().unwrap_or(0);
            match act {
                Act::Asks(which) => {
                    if let Some(bill) = crowd.asks(&number(which)) {
                        prop_assert_eq!(&bill.charges, &crowd.expected(&number(which)));
                        for (ledger, by) in &bill.charges {
                            prop_assert_eq!(crowd.ledgers[ledger], held(ledger) + by);
                        }
                        let day = crowd.now.day();
                        for (ledger, limit) in [
                            (Ledger::CostOfDay { day }, most.cost_of_day),
                            (Ledger::CostOfMonth { last: month_of(day).1 }, most.cost_of_month),
                        ] {
                            let limit = PRICE * u64::from(limit);
                            prop_assert!(crowd.ledgers[&ledger] <= limit, "{:?}", ledger);
                        }
                    } else {
                        prop_assert_eq!(&crowd.ledgers, &before, "what was refused was charged");
                    }
                }
                Act::Ends(which, outcome, paid) if !crowd.pending.is_empty() => {
                    let place = usize::from(which) % crowd.pending.len();
                    let (mut person, user, challenge, bill) = crowd.pending.remove(place);
                    let paid_in = |amount| Paid { amount: Money(amount), currency: "EUR".to_owned() };
                    let told = Bill { paid: paid.map(paid_in), ..bill.clone() };
                    let what = What::CodeDelivery { gate: GATE, challenge, outcome, bill: told };
                    crowd.happens(&mut person, user, what);
                    for (ledger, by) in &bill.charges {
                        let after = crowd.ledgers[ledger];
                        let expected = match outcome {
                            DeliveryOutcome::GaveUp | DeliveryOutcome::Dropped => held(ledger) - by,
                            DeliveryOutcome::Refused(_) if is_money(ledger) => held(ledger) - by,
                            DeliveryOutcome::Sent if is_money(ledger) => {
                                held(ledger) - by + paid.unwrap_or(*by)
                            }
                            _ => held(ledger),
                        };
                        prop_assert_eq!(after, expected, "{:?} {:?}", ledger, outcome);
                    }
                    let others = crowd.ledgers.iter().filter(|(ledger, _)| {
                        !bill.charges.iter().any(|(charged, _)| charged == *ledger)
                    });
                    for (ledger, count) in others {
                        prop_assert_eq!(*count, held(ledger));
                    }
                    if outcome == DeliveryOutcome::Delayed {
                        crowd.pending.push((person, user, challenge, bill));
                    }
                }
                Act::Ends(..) => {}
                Act::Passes(time) => crowd.now = crowd.now.after(time),
            }
            for (ledger, count) in &crowd.ledgers {
                prop_assert!(crowd.limit(ledger).is_none_or(|limit| *count <= limit), "{ledger:?}: {count}");
            }
        }
    }
}

#[test]
fn a_price_in_another_currency_counts_for_nothing() {
    for (currency, costs) in [("EUR", 1), ("eur", 1), ("USD", PRICE), ("", PRICE)] {
        let mut crowd = Crowd::new();
        crowd.asks("+49 151 23456789").unwrap();
        let (mut person, user, challenge, mut bill) = crowd.pending.remove(0);
        bill.paid = Some(Paid { amount: Money(1), currency: currency.to_owned() });
        let outcome = DeliveryOutcome::Sent;
        let what = What::CodeDelivery { gate: GATE, challenge, outcome, bill };
        crowd.happens(&mut person, user, what);
        assert_eq!(crowd.ledgers[&Ledger::CostOfDay { day: TODAY }], costs, "{currency:?}");
    }
}

#[test]
fn what_the_provider_asks_for_may_be_what_nearly_uses_up_a_budget() {
    let mut crowd = Crowd::new();
    crowd.asks("+49 151 23456789").unwrap();
    crowd.asks("+49 171 2345678").unwrap();
    let warned = |crowd: &Crowd| {
        let of_the_day =
            |alarm| matches!(alarm, &Alarm::SmsNearlyUsedUp { cap: Cap::CostOfDay, .. });
        crowd.alarms.iter().any(of_the_day)
    };
    assert!(!warned(&crowd));
    let (mut person, user, challenge, mut bill) = crowd.pending.remove(0);
    bill.paid = Some(Paid { amount: Money(5 * PRICE), currency: "EUR".to_owned() });
    let outcome = DeliveryOutcome::Sent;
    crowd.happens(&mut person, user, What::CodeDelivery { gate: GATE, challenge, outcome, bill });
    assert!(warned(&crowd), "{:?}", crowd.alarms);
}

#[test]
fn a_rush_at_the_end_of_a_month_is_told_of_by_its_own_pace() {
    let roomy = 1000;
    let mut crowd = Crowd::within(Most {
        address: roomy,
        prefix: roomy,
        country: roomy,
        gate: roomy,
        hour: roomy,
        day: roomy,
        cost_of_day: roomy,
        ..MOST
    });
    // An hour into the 25th day; the pace counts from yesterday's midnight on.
    crowd.now = crowd.now.after(HOUR * (24 * 4 + 1));
    for _ in 0..10 {
        crowd.asks("+49 151 23456789").unwrap();
    }
    let told = crowd.alarms.iter().find_map(|alarm| match alarm {
        Alarm::SmsNearlyUsedUp { cap: Cap::CostOfMonth, runs_out, .. } => Some(*runs_out),
        _ => None,
    });
    assert_eq!(told, Some(Some(crowd.now.after(HOUR * 5))));
}

#[test]
fn a_code_given_up_after_midnight_is_taken_back_where_it_was_charged() {
    let mut crowd = Crowd::new();
    crowd.now = crowd.now.after(HOUR * 24 - Duration::from_secs(60));
    crowd.asks("+49 151 23456789").unwrap();
    crowd.now = crowd.now.after(HOUR);
    // Somebody else's, on the next day.
    crowd.asks("+49 151 23456789").unwrap();
    let (mut person, user, challenge, bill) = crowd.pending.remove(0);
    let outcome = DeliveryOutcome::GaveUp;
    crowd.happens(&mut person, user, What::CodeDelivery { gate: GATE, challenge, outcome, bill });
    assert_eq!(crowd.ledgers[&Ledger::Day { day: TODAY }], 0);
    assert_eq!(crowd.ledgers[&Ledger::Day { day: TODAY + 1 }], 1);
    assert_eq!(crowd.ledgers[&Ledger::Country { dial_code: 49, day: TODAY + 1 }], 1);
}

#[test]
fn after_a_restore_no_sms_leaves_that_day_and_the_month_counts_what_may_be_forgotten() {
    let mut crowd = Crowd::new();
    // One of the 12 of this month is known to the backup.
    crowd.asks("+49 151 23456789").unwrap();
    let taken = Some(crowd.now);
    crowd.now = crowd.now.after(HOUR * 2);
    crowd.restore = Some(Restore { taken, at: crowd.now });
    // Until then nobody may do anything.
    crowd.now = crowd.now.after(HOUR * 3);
    assert!(crowd.asks("+49 151 23456789").is_none());
    let full = |cap: &Cap| matches!(cap, Cap::Country { dial_code: 49 });
    let last = crowd.alarms.last();
    assert!(matches!(last, Some(Alarm::SmsUsedUp { cap, .. }) if full(cap)), "{last:?}");
    // Seven may have gone in the forgotten hours: there is room for four more.
    crowd.now = crowd.now.after(HOUR * 19);
    for number in ["+49 151 23456789", "+49 171 2345678", "+49 172 2345678", "+49 170 2345678"] {
        assert!(crowd.asks(number).is_some(), "{number}");
        crowd.now = crowd.now.after(HOUR);
    }
    assert!(crowd.asks("+49 175 2345678").is_none());
    let last = crowd.alarms.last();
    assert!(matches!(last, Some(Alarm::SmsUsedUp { cap: Cap::CostOfMonth, .. })), "{last:?}");
}
