//! One group's desk: [`step`].
//!
//! What happens passes from here to `standing` (the bot's rights, who brought it, the signpost),
//! `doctor` with `findings` (what is set up wrongly), `stuck` (who waits for the bot's rights),
//! `cards` (who asks for an admin), `log` (the log chat), `notice` (who is muted), `guessing` (too
//! many wrong tries) or `raid` (too many requests), both of which say it in a `bulletin`, or
//! `alarms` (what the owners hear of, where it concerns the gate); what they all write with is
//! `turn`. Each of them is bounded, and says when it is `due` to be swept; the desk asks to be
//! woken for the earliest.
//!
//! **Nothing goes to an admin's private chat unless they were found to be one just before**: the
//! desk looks rights up first, and writes on the answer. What was written already may be changed
//! without that, if it says less then: a card loses its buttons. Two things are said to whoever
//! was an admin when nobody can be asked any more: that the bot is out of the group, and that it
//! is no administrator.

pub mod findings;
pub mod text;

mod alarms;
mod bulletin;
mod cards;
mod doctor;
mod guessing;
mod log;
mod notice;
pub(crate) mod raid;
mod standing;
mod stuck;
mod turn;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::archive::Facts;
use super::detail::Detail;
use super::effect::Tag;
use super::outcome::{Deed, Outcome};
use super::rights::{BotRights, Examined, Rights};
use crate::verification::alarm::Alarm;
use crate::verification::applicant::Notice as News;
use crate::verification::event::Act;
use crate::verification::{ChatId, GateId, Language, MessageId, Name, Timestamp, UserId};
use alarms::Alarms;
use cards::{Call, Cards, deed_of};
use doctor::{Doctor, Wish};
use guessing::Guessing;
use log::Log;
use notice::Notice;
use raid::Raid;
pub use standing::ANONYMOUS;
use standing::{Mover, Standing};
use stuck::Stuck;
use text::{LogLine, Who};
use turn::Turn;

/// So many admins of a gate of the config are remembered.
const ATTACHED: usize = 50;
/// Names are kept so long, in characters.
const NAME: usize = 40;
/// Telegram's titles are no longer.
const TITLE: usize = 128;
/// What else is said in a line of the log.
const DETAIL: usize = 100;

/// One thing that happened to one group's desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub desk: GateId,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The bot's own standing in the group changed (`my_chat_member`). `by`: who did it;
    /// `anonymous`: an admin who does not show who they are.
    BotStanding {
        by: UserId,
        anonymous: bool,
        language: Option<Language>,
        name: Option<Name>,
        title: String,
        /// It is no group: unless it has a gate, it is at most somebody's log chat.
        #[serde(default)]
        channel: bool,
        rights: BotRights,
    },
    /// Something about one applicant.
    Notice {
        about: UserId,
        name: Option<Name>,
        language: Language,
        notice: News,
    },
    /// One decision about one applicant, or one deed of an admin: a line for the log chat.
    Line {
        about: Option<UserId>,
        name: Option<Name>,
        deed: Deed,
    },
    /// A join or leave message stands in the group.
    ServiceMessage {
        message: MessageId,
    },
    /// An admin, whose rights were just looked at, answered a card.
    AnswerCard {
        card: u32,
        by: UserId,
        act: Act,
        query: Option<String>,
    },
    /// An admin, whose rights were just looked at, stepped in by a command: cards about the same
    /// person are answered by that.
    SteppedIn {
        about: UserId,
        by: UserId,
        act: Act,
    },
    /// An admin, whose rights were just looked at, wants the group looked at: they are answered
    /// with a new message.
    Examine {
        by: UserId,
    },
    /// The same, by the button below that message: it is changed where it stands.
    LookAgain {
        by: UserId,
    },
    /// An admin, whose rights were just looked at, wants to be told what concerns a gate of the
    /// config, and to get its cards. (Whoever acts here as an admin is told anyway.)
    Attached {
        by: UserId,
    },
    /// Settings were changed (or the gate was opened first).
    Changed {
        by: UserId,
    },
    /// An admin, whose rights were just looked at, switches raid mode on or off.
    Raid {
        on: bool,
        by: UserId,
    },
    /// The admin who brought the bot could not be written to: a signpost in the group leads them
    /// to the set-up.
    NeedSignpost {
        by: UserId,
    },
    /// The signpost in the group was followed by somebody who may set the gate up.
    SignpostUsed,
    /// What came of a look at the group.
    Examined(Examined),
    /// What an admin may do here now: asked before a card or findings go to them.
    RightsKnown {
        who: UserId,
        rights: Rights,
        tag: Tag,
    },
    Said {
        tag: Tag,
        chat: ChatId,
        message: MessageId,
    },
    Unsaid {
        tag: Tag,
    },
    /// The group has another id now; this desk is the new one, and everything kept has moved here.
    Moved {
        from: GateId,
    },
    /// Something about the bot as a whole that concerns this gate; the owners hear it anyway.
    Alarm(Alarm),
    /// The time that was asked for has come.
    Woken,
}

/// Decisions of the applicant's rules that an admin stepped in.
const BEGUN: [&str; 4] = ["admin_approved", "admin_declined", "admin_unlocked", "admin_revoked"];

/// What is kept of one group's matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    pub title: String,
    standing: Standing,
    doctor: Doctor,
    stuck: Stuck,
    cards: Cards,
    log: Log,
    notice: Notice,
    guessing: Guessing,
    raid: Raid,
    alarms: Alarms,
    /// Admins of a gate of the config who acted here as such.
    attached: BTreeSet<UserId>,
    /// The wake that was asked for.
    alarm: Option<Timestamp>,
}

/// One event happens to a desk. Total, as the applicant's [`step`](crate::verification::applicant::step).
pub fn step(desk: &mut Desk, event: &Event, facts: &mut Facts<'_>) -> Outcome {
    let mut turn = Turn::new(event.desk, &desk.title, facts);
    desk.sweep(&mut turn);
    desk.happen(&mut turn, &event.what);
    desk.set_alarm(&mut turn);
    turn.out
}

impl Desk {
    /// Whether nothing in here would be missed.
    #[must_use]
    pub fn is_forgettable(&self) -> bool {
        self.standing.is_forgettable()
            && self.doctor.is_forgettable()
            && self.stuck.is_forgettable()
            && self.cards.is_forgettable()
            && self.log.is_forgettable()
            && self.notice.is_forgettable()
            && self.guessing.is_forgettable()
            && self.raid.is_forgettable()
            && self.alarms.is_forgettable()
            && self.attached.is_empty()
    }

    /// Whether admins of a gate of the config look after it.
    #[must_use]
    pub fn is_attended(&self) -> bool {
        !self.attached.is_empty()
    }

    /// Whether raid mode is on.
    #[must_use]
    pub fn is_raided(&self) -> bool {
        self.raid.is_on()
    }

    fn happen(&mut self, turn: &mut Turn<'_, '_>, what: &What) {
        match what {
            What::BotStanding { channel: true, .. }
                if !turn.on_duty() && turn.settings.is_none() => {}
            What::BotStanding { by, anonymous, language, name, title, channel: _, rights } => {
                self.entitle(turn, title);
                let name = name.as_ref().filter(|_| !anonymous).map(kept_name);
                let (by, language) = (*by, language.clone());
                let mover = Mover { by, name, anonymous: *anonymous, language };
                self.bot_standing(turn, &mover, *rights);
            }
            What::Notice { about, name, language: _, notice } => {
                self.notice(turn, who(*about, name.as_ref()), notice);
            }
            // What came of it is a line soon, and says by name who did it.
            What::Line { deed, .. } if BEGUN.contains(&deed.what.as_str()) => {}
            What::Line { about, name, deed } => {
                let about = about.or(deed.about).map(|about| who(about, name.as_ref()));
                let by = deed.by.map(|by| match &deed.name {
                    Some(name) => who(by, Some(name)),
                    None => turn.who(by),
                });
                let line = LogLine {
                    at: turn.now(),
                    about,
                    by,
                    what: kept(&deed.what, NAME),
                    detail: deed
                        .detail
                        .clone()
                        .dressed(|words| kept(&without_addresses(words), DETAIL)),
                };
                self.log.add(turn, line);
            }
            What::ServiceMessage { message } => {
                if turn.on_duty() && turn.wants().tidy {
                    turn.delete_in_group(*message);
                }
            }
            What::AnswerCard { card, by, act, query } => {
                self.attach(turn, *by);
                self.cards.answer(turn, *card, *by, *act, query.as_deref());
            }
            What::SteppedIn { about, by, act } => {
                self.attach(turn, *by);
                self.cards.stepped_in(turn, *about, *by, *act);
            }
            What::Examine { by } => {
                self.attach(turn, *by);
                self.doctor.ask(turn, *by, Wish::Anew);
            }
            What::LookAgain { by } => {
                self.attach(turn, *by);
                self.doctor.ask(turn, *by, Wish::Again);
            }
            What::Attached { by } => self.attach(turn, *by),
            What::Alarm(alarm) => {
                if turn.on_duty() {
                    let admins = turn.attendants_but_owners(&self.attached);
                    self.alarms.tell(turn, &admins, alarm);
                    // All that concern a gate are about a dial code.
                    let detail =
                        u16::try_from(alarm.about()).map_or(Detail::None, Detail::DialCode);
                    turn.deed(alarm.name(), None, None, detail);
                }
            }
            What::Changed { by } => self.changed(turn, *by),
            What::Raid { on, by } => {
                self.attach(turn, *by);
                let attendants = turn.attendants(&self.attached);
                let calls = self.raid.switch(turn, &attendants, *on, *by);
                self.call_admins(turn, calls);
            }
            What::NeedSignpost { by: _ } => self.standing.need_signpost(turn),
            What::SignpostUsed => self.standing.take_signpost_down(turn),
            What::Examined(examined) => self.examined(turn, examined),
            What::RightsKnown { who, rights, tag } => self.rights_known(turn, *who, *rights, *tag),
            What::Said { tag, chat, message } => self.said(turn, *tag, *chat, *message),
            What::Unsaid { tag } => self.unsaid(turn, *tag),
            What::Moved { from: _ } => {
                self.standing.forget_signpost();
                self.cards.renumbered(turn);
                self.doctor.renumbered(turn);
                self.notice.renumbered(turn);
                // The wake that was asked for is another desk's.
                self.alarm = None;
            }
            // The sweep has done it.
            What::Woken => {}
        }
    }

    fn bot_standing(&mut self, turn: &mut Turn<'_, '_>, mover: &Mover, now: BotRights) {
        if !turn.on_duty() {
            if !now.present {
                self.closed_down(turn);
                self.standing.left();
            } else {
                if turn.settings.is_none() {
                    self.standing.moved(turn, mover, now);
                }
                self.standing.hear(now);
            }
            return;
        }
        self.standing.hear(now);
        let keepers = turn.keepers(&self.attached);
        self.doctor.rights_are(turn, &keepers, now, mover);
        if now.present {
            turn.examine();
            self.open_for_stuck(turn);
        } else {
            self.bot_gone(turn);
        }
    }

    /// The bot is out of a group that it keeps a gate of.
    fn bot_gone(&mut self, turn: &mut Turn<'_, '_>) {
        self.standing.left();
        self.stuck.forget();
        self.notice.forget();
        self.raid.forget(turn);
        self.guessing.forget();
        self.cards.close_all(turn);
    }

    /// The group has no gate (any more).
    fn closed_down(&mut self, turn: &mut Turn<'_, '_>) {
        self.cards.close_all(turn);
        self.notice.take_down(turn);
        self.raid.forget(turn);
        self.guessing.forget();
        self.stuck.forget();
        self.doctor.forget();
        self.alarms.forget();
        self.attached.clear();
    }

    fn open_for_stuck(&mut self, turn: &mut Turn<'_, '_>) {
        if turn.wants().can_open(self.standing.rights()) {
            self.stuck.mended(turn);
        }
    }

    fn notice(&mut self, turn: &mut Turn<'_, '_>, person: Who, news: &News) {
        let user = person.id;
        if let News::Done { act, by, result } = news {
            turn.deed(deed_of(*act), Some(*by), Some(user), Detail::of_result(*result));
            self.cards.done(turn, user, *act, *by, *result);
            return;
        }
        if !turn.on_duty() {
            return;
        }
        match news {
            News::HelpWanted { at, wrong, masked, turned_back } => {
                let masked = masked.as_deref().map(|masked| kept(masked, DETAIL));
                let (at, wrong, turned_back) = (*at, *wrong, turned_back.clone());
                let call = Call { person, at, wrong, masked, turned_back };
                let call = self.raid.collect(turn, call);
                self.call_admins(turn, call);
            }
            News::HelpOver => {
                self.raid.call_over(user);
                self.cards.over(turn, user);
            }
            News::Muted => {
                self.notice.muted(turn, user, person.name.map(|name| name.full));
            }
            News::MuteOver => self.notice.over(turn, user),
            News::CameBy(link) => {
                let keepers = turn.keepers(&self.attached);
                self.doctor.came_by(turn, &keepers, link);
            }
            News::Stuck => self.stuck.add(turn, user),
            News::Rush => {
                let attendants = turn.attendants(&self.attached);
                self.raid.rush(turn, &attendants);
            }
            News::Guessing => {
                let attendants = turn.attendants(&self.attached);
                self.guessing.noticed(turn, &attendants);
            }
            News::Done { .. } => {}
        }
    }

    /// Each of these asks for an admin: a card goes to all of them.
    fn call_admins(&mut self, turn: &mut Turn<'_, '_>, calls: impl IntoIterator<Item = Call>) {
        let attendants = turn.attendants(&self.attached);
        for call in calls {
            self.cards.call(turn, &attendants, call);
        }
    }

    fn changed(&mut self, turn: &mut Turn<'_, '_>, by: UserId) {
        self.attach(turn, by);
        self.log.follow_settings(turn);
        if turn.on_duty() {
            self.standing.take_signpost_down(turn);
            let keepers = turn.keepers(&self.attached);
            self.doctor.log_is(turn, &keepers, self.log.is_gone());
            self.doctor.changed(turn, by);
        } else if turn.settings.is_none() {
            self.closed_down(turn);
        }
    }

    fn examined(&mut self, turn: &mut Turn<'_, '_>, examined: &Examined) {
        let keepers = turn.keepers(&self.attached);
        match examined {
            Examined::Group(group) if group.bot.present => {
                self.entitle(turn, &group.title);
                self.standing.hear(group.bot);
                self.doctor.examined(turn, &keepers, group);
                if turn.on_duty() {
                    self.open_for_stuck(turn);
                }
            }
            Examined::Group(_) | Examined::NotThere => {
                self.doctor.not_there(turn, &keepers);
                self.bot_gone(turn);
            }
            // The desk under the new number looks again.
            Examined::Moved(_) => {}
            Examined::Unknown => self.doctor.unexamined(turn),
        }
    }

    fn rights_known(&mut self, turn: &mut Turn<'_, '_>, admin: UserId, rights: Rights, tag: Tag) {
        let still_admin = match tag {
            Tag::Card(number, whose) if whose == admin => {
                self.cards.rights_known(turn, number, admin, rights)
            }
            Tag::Doctor(whose) if whose == admin => self.doctor.rights_known(turn, admin, rights),
            Tag::Guessing(whose) if whose == admin => {
                self.guessing.rights_known(turn, admin, rights)
            }
            Tag::Raid(whose) if whose == admin => self.raid.rights_known(turn, admin, rights),
            Tag::Alarm(whose) if whose == admin => self.alarms.rights_known(turn, admin, rights),
            Tag::Card(..)
            | Tag::Alarm(_)
            | Tag::Doctor(_)
            | Tag::Guessing(_)
            | Tag::Raid(_)
            | Tag::Panel
            | Tag::Invitation(_)
            | Tag::Notice
            | Tag::Signpost
            | Tag::Log => true,
        };
        if !still_admin {
            self.attached.remove(&admin);
        }
    }

    fn said(&mut self, turn: &mut Turn<'_, '_>, tag: Tag, chat: ChatId, message: MessageId) {
        match tag {
            Tag::Card(number, admin) => self.cards.said(turn, number, admin, (chat, message)),
            Tag::Doctor(admin) => self.doctor.said(turn, admin, (chat, message)),
            Tag::Guessing(admin) => self.guessing.said(turn, admin, (chat, message)),
            Tag::Raid(admin) => self.raid.said(turn, admin, (chat, message)),
            Tag::Notice => self.notice.said(turn, message),
            Tag::Signpost => self.standing.signpost_stands(turn, message),
            Tag::Log => {
                self.log.said(turn, chat);
                self.tell_of_log(turn);
            }
            Tag::Panel | Tag::Invitation(_) | Tag::Alarm(_) => {}
        }
    }

    fn unsaid(&mut self, turn: &mut Turn<'_, '_>, tag: Tag) {
        match tag {
            Tag::Card(number, admin) => self.cards.unsaid(turn, number, admin),
            Tag::Doctor(admin) => self.doctor.unsaid(admin),
            Tag::Guessing(admin) => self.guessing.unsaid(admin),
            Tag::Raid(admin) => self.raid.unsaid(admin),
            Tag::Notice => self.notice.unsaid(),
            Tag::Signpost => self.standing.forget_signpost(),
            Tag::Log => {
                self.log.unsaid(turn);
                self.tell_of_log(turn);
            }
            Tag::Panel | Tag::Invitation(_) | Tag::Alarm(_) => {}
        }
    }

    fn tell_of_log(&mut self, turn: &mut Turn<'_, '_>) {
        let keepers = turn.keepers(&self.attached);
        self.doctor.log_is(turn, &keepers, self.log.is_gone());
    }

    /// Those of a gate that was made in a chat stand in its settings.
    fn attach(&mut self, turn: &Turn<'_, '_>, by: UserId) {
        if turn.fixed() && self.attached.len() < ATTACHED {
            self.attached.insert(by);
        }
    }

    fn entitle(&mut self, turn: &mut Turn<'_, '_>, title: &str) {
        let title = kept(title, TITLE);
        if !title.is_empty() {
            self.title.clone_from(&title);
            turn.title = title;
        }
    }

    fn sweep(&mut self, turn: &mut Turn<'_, '_>) {
        if turn.title.is_empty() {
            let gate = turn.facts.gates.get(&turn.id).map(|gate| gate.title.clone());
            let draft = turn.settings.as_ref().map(|settings| settings.title.clone());
            let title = gate.filter(|title| !title.is_empty()).or(draft);
            self.entitle(turn, &title.unwrap_or_default());
        }
        let keepers = turn.keepers(&self.attached);
        self.standing.sweep(turn);
        self.doctor.sweep(turn, &keepers);
        self.stuck.sweep(turn);
        self.cards.sweep(turn);
        self.log.sweep(turn);
        self.notice.sweep(turn);
        let attendants = turn.attendants(&self.attached);
        self.guessing.sweep(turn, &attendants);
        let calls = self.raid.sweep(turn);
        self.call_admins(turn, calls);
    }

    fn set_alarm(&mut self, turn: &mut Turn<'_, '_>) {
        let dues = [
            self.standing.due(),
            self.doctor.due(),
            self.stuck.due(),
            self.cards.due(),
            self.log.due(),
            self.notice.due(),
            self.guessing.due(),
            self.raid.due(),
        ];
        let next = dues.into_iter().flatten().min();
        let set = self.alarm.filter(|alarm| *alarm > turn.now());
        self.alarm = match (set, next) {
            (Some(set), Some(next)) if set <= next => Some(set),
            (set, None) => set,
            (_, Some(next)) => {
                turn.out.wakes.push(next);
                Some(next)
            }
        };
    }
}

/// The beginning of somebody's words, as much as is kept of them.
fn kept(words: &str, longest: usize) -> String {
    words.chars().take(longest).collect()
}

fn kept_name(name: &Name) -> Name {
    Name {
        full: kept(&name.full, NAME),
        username: name.username.as_deref().map(|username| kept(username, 32)),
    }
}

fn who(id: UserId, name: Option<&Name>) -> Who {
    Who { id, name: name.map(kept_name) }
}

/// No address stands in a log in full, whoever wrote the line.
fn without_addresses(detail: &str) -> String {
    let dressed = |word: &str| {
        let email = word.contains('@') && !word.starts_with('@') && !word.contains('•');
        let phone = word.starts_with('+') && word.chars().filter(char::is_ascii_digit).count() > 6;
        if email || phone { "•••".to_owned() } else { word.to_owned() }
    };
    detail.split(' ').map(dressed).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
