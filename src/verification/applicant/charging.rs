//! What a code is charged to: ledgers over all applicants, of numbers and of money. Counted before
//! it is sent, compared within the same commit, and taken back only if it certainly never left.

use super::Facts;
use super::turn::{Dialogue, Turn};
use crate::verification::address::Address;
use crate::verification::alarm::{Alarm, Amount, Cap};
use crate::verification::calendar::month_of;
use crate::verification::event::DeliveryOutcome;
use crate::verification::gate::Gate;
use crate::verification::limits::Ledger;
use crate::verification::spending::{Bill, Money, midnight, runs_out};
use crate::verification::text::Text;
use crate::verification::{DAY, Timestamp, hour_begins};

/// Why a code is not sent: a ledger has no room for it.
pub(super) struct Full {
    pub text: Text,
    /// What the owners hear of it.
    pub alarm: Option<Alarm>,
    /// It is one of SMS: another channel is not concerned.
    pub by_sms: bool,
}

/// Everything that one code to this address is charged to.
pub(super) fn bill(turn: &Dialogue<'_, '_, '_>, address: &Address, key: [u8; 32]) -> Bill {
    let (now, keys, spending) = (turn.now(), turn.facts.keys, turn.facts.spending);
    let (day, hour) = (now.day(), now.hour());
    let mut charges = vec![(Ledger::Address { key, day }, 1)];
    if let Address::Phone(phone) = address {
        let prefix = keys.number_prefix(phone.prefix());
        charges.extend([
            (Ledger::Prefix { key: prefix, hour }, 1),
            (Ledger::Country { dial_code: phone.dial_code(), day }, 1),
            (Ledger::Gate { gate: turn.gate.id, day }, 1),
            (Ledger::Hour { hour }, 1),
            (Ledger::Day { day }, 1),
        ]);
        if spending.counts_money() {
            let Money(price) = spending.price_of(phone);
            let (_, last) = month_of(day);
            charges.push((Ledger::CostOfDay { day }, price));
            charges.push((Ledger::CostOfMonth { last }, price));
        }
    }
    Bill { charges, paid: None }
}

/// Which of the bill's ledgers has no room for it, the first if there are several.
pub(super) fn full(turn: &Dialogue<'_, '_, '_>, address: &Address, bill: &Bill) -> Option<Full> {
    let (gate, facts) = (turn.gate, &*turn.facts);
    let (ledger, _) = bill.charges.iter().find(|(ledger, by)| {
        let room = limit(ledger, gate, facts)
            .is_none_or(|limit| used(ledger, facts).saturating_add(*by) <= limit);
        !room || forgotten(ledger, facts)
    })?;
    let cap = cap(ledger, dial_code(address));
    let text = match ledger {
        Ledger::Address { .. } | Ledger::Password { .. } => Text::AddressHadTooMany,
        Ledger::Country { .. } => Text::CountryHadTooMany,
        Ledger::Prefix { .. }
        | Ledger::Gate { .. }
        | Ledger::Hour { .. }
        | Ledger::Day { .. }
        | Ledger::CostOfDay { .. }
        | Ledger::CostOfMonth { .. } => {
            Text::SmsHadTooMany { wait: ends(ledger, facts.now).since(facts.now) }
        }
    };
    let alarm = cap.map(|cap| Alarm::SmsUsedUp { cap, limit: amount(ledger, gate, facts) });
    Some(Full { text, alarm, by_sms: cap.is_some() })
}

/// Charges the bill, and warns of what is nearly used up.
pub(super) fn charge(turn: &mut Dialogue<'_, '_, '_>, bill: &Bill) {
    for (ledger, by) in &bill.charges {
        let by = i64::try_from(*by).unwrap_or(i64::MAX);
        turn.charge(ledger.clone(), by);
        warn(turn, ledger, by);
    }
}

/// A code has left, or never will: puts right what it was charged to.
pub(super) fn settle(turn: &mut Turn<'_, '_>, bill: &Bill, outcome: DeliveryOutcome) {
    let currency = &turn.facts.spending.currency;
    let paid = bill.paid.as_ref().filter(|paid| paid.currency.eq_ignore_ascii_case(currency));
    let paid = paid.map(|paid| paid.amount.0);
    for (ledger, by) in bill.charges.clone() {
        let is_money = matches!(ledger, Ledger::CostOfDay { .. } | Ledger::CostOfMonth { .. });
        let stays = match outcome {
            DeliveryOutcome::GaveUp | DeliveryOutcome::Dropped => 0,
            // Nothing was sent, so nothing is paid; but nobody may try out numbers at will.
            DeliveryOutcome::Refused(_) if is_money => 0,
            DeliveryOutcome::Sent if is_money => paid.unwrap_or(by),
            DeliveryOutcome::Sent
            | DeliveryOutcome::Delayed
            | DeliveryOutcome::Unknown
            | DeliveryOutcome::Refused(_) => by,
        };
        let signed = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        let change = signed(stays).saturating_sub(signed(by));
        if change != 0 {
            turn.charge(ledger.clone(), change);
        }
        if change > 0 {
            warn(turn, &ledger, change);
        }
    }
}

/// The owners hear of a budget of which four fifths are used, and when the rest is, at this pace.
fn warn(turn: &mut Turn<'_, '_>, ledger: &Ledger, by: i64) {
    let facts = &*turn.facts;
    let (cap, limit) = match ledger {
        Ledger::Day { .. } => (Cap::Day, Some(u64::from(facts.spending.per_day))),
        Ledger::CostOfDay { .. } => (Cap::CostOfDay, facts.spending.day.map(|money| money.0)),
        Ledger::CostOfMonth { .. } => (Cap::CostOfMonth, facts.spending.month.map(|money| money.0)),
        Ledger::Address { .. }
        | Ledger::Country { .. }
        | Ledger::Password { .. }
        | Ledger::Prefix { .. }
        | Ledger::Gate { .. }
        | Ledger::Hour { .. } => return,
    };
    let Some(limit) = limit else { return };
    let used = used(ledger, facts).saturating_add_signed(by);
    if u128::from(used) * 5 < u128::from(limit) * 4 {
        return;
    }
    let now = facts.now;
    let (since, lately) = match ledger {
        Ledger::CostOfMonth { last } => {
            let today = now.day();
            let spent = |day| (facts.ledger)(&Ledger::CostOfDay { day });
            let lately = spent(today - 1).saturating_add(spent(today)).saturating_add_signed(by);
            let within = now.since(midnight(today - 1));
            (midnight(month_of(*last).0), Some((lately, within)))
        }
        _ => (midnight(now.day()), None),
    };
    let end = ends(ledger, now);
    let of = |count| match cap {
        Cap::CostOfDay | Cap::CostOfMonth => {
            Amount::Money(Money(count), facts.spending.currency.clone())
        }
        _ => Amount::Sms(count),
    };
    let runs_out = runs_out(limit, used, now, since, end, lately);
    let alarm = Alarm::SmsNearlyUsedUp { cap, used: of(used), limit: of(limit), runs_out };
    turn.alarm(alarm);
}

/// How much a ledger may hold; `None`: any.
fn limit(ledger: &Ledger, gate: &Gate, facts: &Facts<'_>) -> Option<u64> {
    let (limits, spending) = (&gate.limits, facts.spending);
    match ledger {
        Ledger::Address { .. } => Some(limits.sends_per_address.into()),
        Ledger::Country { dial_code, .. } => {
            let own = spending.countries.get(dial_code);
            Some((*own.unwrap_or(&limits.sends_per_country)).into())
        }
        Ledger::Password { .. } => None,
        Ledger::Prefix { .. } => Some(spending.per_prefix.into()),
        Ledger::Gate { .. } => Some(limits.sms_per_gate.into()),
        Ledger::Hour { .. } => Some(spending.per_hour.into()),
        Ledger::Day { .. } => Some(spending.per_day.into()),
        Ledger::CostOfDay { .. } => spending.day.map(|money| money.0),
        Ledger::CostOfMonth { .. } => spending.month.map(|money| money.0),
    }
}

/// What counts as used: of a month also what a restore may have forgotten.
fn used(ledger: &Ledger, facts: &Facts<'_>) -> u64 {
    let kept = (facts.ledger)(ledger);
    match ledger {
        Ledger::CostOfMonth { last } => {
            kept.saturating_add(facts.spending.forgotten(facts.restore, *last).0)
        }
        Ledger::Address { .. }
        | Ledger::Country { .. }
        | Ledger::Password { .. }
        | Ledger::Prefix { .. }
        | Ledger::Gate { .. }
        | Ledger::Hour { .. }
        | Ledger::Day { .. }
        | Ledger::CostOfDay { .. } => kept,
    }
}

/// On a day of which a restore may have forgotten something no more SMS leave.
fn forgotten(ledger: &Ledger, facts: &Facts<'_>) -> bool {
    match ledger {
        Ledger::Country { day, .. } | Ledger::Day { day } => {
            facts.restore.is_some_and(|restore| restore.forgot_some_of(*day))
        }
        Ledger::Address { .. }
        | Ledger::Password { .. }
        | Ledger::Prefix { .. }
        | Ledger::Gate { .. }
        | Ledger::Hour { .. }
        | Ledger::CostOfDay { .. }
        | Ledger::CostOfMonth { .. } => false,
    }
}

/// The limit that the owners hear of; `None`: this is no ledger of SMS.
fn cap(ledger: &Ledger, dial_code: u16) -> Option<Cap> {
    match ledger {
        Ledger::Address { .. } | Ledger::Password { .. } => None,
        Ledger::Country { dial_code, .. } => Some(Cap::Country { dial_code: *dial_code }),
        Ledger::Prefix { .. } => Some(Cap::Prefix { dial_code }),
        Ledger::Gate { gate, .. } => Some(Cap::Gate { gate: *gate }),
        Ledger::Hour { .. } => Some(Cap::Hour),
        Ledger::Day { .. } => Some(Cap::Day),
        Ledger::CostOfDay { .. } => Some(Cap::CostOfDay),
        Ledger::CostOfMonth { .. } => Some(Cap::CostOfMonth),
    }
}

fn amount(ledger: &Ledger, gate: &Gate, facts: &Facts<'_>) -> Amount {
    let limit = limit(ledger, gate, facts).unwrap_or(u64::MAX);
    match ledger {
        Ledger::CostOfDay { .. } | Ledger::CostOfMonth { .. } => {
            Amount::Money(Money(limit), facts.spending.currency.clone())
        }
        Ledger::Address { .. }
        | Ledger::Country { .. }
        | Ledger::Password { .. }
        | Ledger::Prefix { .. }
        | Ledger::Gate { .. }
        | Ledger::Hour { .. }
        | Ledger::Day { .. } => Amount::Sms(limit),
    }
}

/// When a ledger begins anew.
fn ends(ledger: &Ledger, now: Timestamp) -> Timestamp {
    match ledger {
        Ledger::Prefix { hour, .. } | Ledger::Hour { hour } => hour_begins(hour.saturating_add(1)),
        Ledger::Address { day, .. }
        | Ledger::Country { day, .. }
        | Ledger::Gate { day, .. }
        | Ledger::Day { day }
        | Ledger::CostOfDay { day }
        | Ledger::CostOfMonth { last: day } => midnight(day.saturating_add(1)),
        Ledger::Password { .. } => now.after(DAY),
    }
}

fn dial_code(address: &Address) -> u16 {
    match address {
        Address::Phone(phone) => phone.dial_code(),
        Address::Email(_) => 0,
    }
}
