//! The watch over the bot as a whole: [`step`].
//!
//! It hears alarms of the applicants' rules and of the desks, and writes them to the owners (those
//! of the config and those who claimed the bot): the same alarm once in its period
//! ([`Alarm::quiet_until`]), however often it is raised. There is one watch; what it remembers is
//! bounded, and forgotten when the period is over.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::archive::Facts;
use super::desk;
use super::effect::{Keyboard, Order, Task, Whose};
use super::outcome::{Message, Outcome};
use super::text::Text;
use crate::verification::alarm::Alarm;
use crate::verification::{ChatId, Timestamp, UserId};

/// So many owners are written to.
const OWNERS: usize = 50;
/// The admins of so many gates hear of what concerns them.
const GATES: usize = 200;
/// So many alarms are remembered as told; beyond that the one whose period ends first goes.
const REMEMBERED: usize = 500;

/// One thing that happened to the watch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub watch: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// A machine has raised this.
    Raised(Alarm),
    /// The time that was asked for has come.
    Woken,
}

/// What is kept of the watch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watch {
    told: Vec<Told>,
    /// The wake that was asked for.
    alarm: Option<Timestamp>,
}

/// An alarm that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    name: String,
    about: i64,
    until: Timestamp,
}

/// One event happens to the watch. Total, as the applicant's
/// [`step`](crate::verification::applicant::step).
pub fn step(watch: &mut Watch, event: &Event, facts: &mut Facts<'_>) -> Outcome {
    let mut out = Outcome::default();
    watch.forget(facts.now);
    match &event.watch {
        What::Raised(alarm) if watch.has_told(alarm, facts.now) => {}
        What::Raised(alarm) => {
            watch.remember(alarm, facts.now);
            tell(&mut out, alarm, facts);
        }
        // What is over is forgotten by now.
        What::Woken => {}
    }
    watch.set_alarm(facts.now, &mut out);
    out
}

impl Watch {
    /// Whether the owners have heard this in its period: then it need not be raised again.
    #[must_use]
    pub fn has_told(&self, alarm: &Alarm, now: Timestamp) -> bool {
        let same = |told: &Told| told.name == alarm.name() && told.about == alarm.about();
        self.told.iter().any(|told| same(told) && now < told.until)
    }

    fn remember(&mut self, alarm: &Alarm, now: Timestamp) {
        let (name, about) = (alarm.name().to_owned(), alarm.about());
        self.told.push(Told { name, about, until: alarm.quiet_until(now) });
        if self.told.len() > REMEMBERED
            && let Some((first, _)) =
                self.told.iter().enumerate().min_by_key(|(_, told)| told.until)
        {
            self.told.remove(first);
        }
    }

    fn forget(&mut self, now: Timestamp) {
        self.told.retain(|told| now < told.until);
    }

    fn set_alarm(&mut self, now: Timestamp, out: &mut Outcome) {
        let set = self.alarm.filter(|alarm| *alarm > now);
        let next = self.told.iter().map(|told| told.until).min();
        self.alarm = match (set, next) {
            (Some(set), Some(next)) if set <= next => Some(set),
            (set, None) => set,
            (_, Some(next)) => {
                out.wakes.push(next);
                Some(next)
            }
        };
    }
}

/// Writes to every owner. Whoever never wrote to the bot cannot be reached; the log has it, too.
fn tell(out: &mut Outcome, alarm: &Alarm, facts: &Facts<'_>) {
    let group = alarm.gate().and_then(|id| {
        let on_duty = facts.gates.get(&id).map(|gate| gate.title.clone());
        on_duty.filter(|title| !title.is_empty()).or_else(|| facts.archive.title(id))
    });
    let claimed = facts.archive.staff().owners;
    let owners: BTreeSet<UserId> = facts.owners.iter().copied().chain(claimed).collect();
    for owner in owners.into_iter().take(OWNERS) {
        let panel = facts.archive.panel(owner);
        let language = panel.as_ref().map(|panel| panel.language.clone()).unwrap_or_default();
        // A private chat has the number of its user.
        let private = ChatId(i64::try_from(owner.0).unwrap_or(i64::MAX));
        let chat = panel.and_then(|panel| panel.chat).unwrap_or(private);
        let task = Task::Say {
            group: group.clone(),
            text: Text::Watch(alarm.clone()),
            keyboard: Keyboard::None,
            tag: None,
        };
        out.orders.push(Order { whose: Whose::Watch, chat, language, task });
    }
    let concerned = facts.gates.values().filter(|gate| gate.attended && alarm.concerns(gate));
    for gate in concerned.take(GATES) {
        out.messages.push(Message::Desk(gate.id, desk::What::Alarm(alarm.clone())));
    }
    out.told.push(alarm.clone());
}

#[cfg(test)]
mod tests;
