//! The bot's own standing in the group: what it may do there, who brought it, and the signpost to
//! the set-up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{DeskLabel, DeskText};
use super::turn::Turn;
use crate::administration::effect::{Button, Does, Keyboard, Tag};
use crate::administration::outcome::Message;
use crate::administration::panel;
use crate::administration::rights::BotRights;
use crate::administration::staff::Rank;
use crate::administration::text::Label;
use crate::verification::{Language, MessageId, Name, Timestamp, UserId};

/// Whoever does not show who they are acts as this user.
pub const ANONYMOUS: UserId = UserId(1_087_968_824);

/// A signpost that nobody follows is removed after so long. Telegram lets a message be removed for
/// twice as long.
const SIGNPOST_STANDS: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// As last heard.
    rights: BotRights,
    /// Somebody was invited to set the gate up since the bot came in.
    invited: bool,
    /// The language of whoever brought it.
    language: Option<Language>,
    signpost: Option<Signpost>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Signpost {
    /// `None`: it is on its way.
    message: Option<MessageId>,
    until: Timestamp,
    /// It is to go as soon as it stands.
    done: bool,
}

/// Who changed the bot's standing.
pub struct Mover {
    pub by: UserId,
    /// `None`: it was not said.
    pub name: Option<Name>,
    pub anonymous: bool,
    pub language: Option<Language>,
}

impl Standing {
    pub fn rights(&self) -> BotRights {
        self.rights
    }

    pub fn hear(&mut self, rights: BotRights) {
        self.rights = rights;
    }

    /// The bot's rights changed in a group that has neither gate nor draft.
    pub fn moved(&mut self, turn: &mut Turn<'_, '_>, mover: &Mover, now: BotRights) {
        let before = self.rights();
        let arrived = !before.present || (now.admin && !before.admin);
        if self.invited || !arrived {
            return;
        }
        self.language.clone_from(&mover.language);
        if mover.anonymous || mover.by == ANONYMOUS {
            self.invited = true;
            self.set_up_signpost(turn, now.admin);
            return;
        }
        match turn.facts.rank(mover.by) {
            Rank::Owner | Rank::Enrolled => {
                self.invited = true;
                let invitation = panel::What::AddedTo {
                    gate: turn.id,
                    title: turn.title.clone(),
                    admin: now.admin,
                };
                turn.out.messages.push(Message::Panel(mover.by, invitation));
            }
            Rank::Stranger => {
                let language = self.language.clone().unwrap_or_default();
                turn.say_in_group(language, DeskText::Goodbye, Keyboard::None, None);
                turn.leave();
                turn.deed_of(mover, "left_group");
            }
        }
    }

    /// The admin who brought the bot cannot be written to.
    pub fn need_signpost(&mut self, turn: &mut Turn<'_, '_>) {
        if self.rights().present && !turn.on_duty() {
            self.set_up_signpost(turn, self.rights().admin);
        }
    }

    /// The signpost has done its work.
    pub fn take_signpost_down(&mut self, turn: &mut Turn<'_, '_>) {
        match &mut self.signpost {
            Some(Signpost { message: Some(message), .. }) => {
                turn.delete_in_group(*message);
                self.signpost = None;
            }
            Some(on_its_way) => on_its_way.done = true,
            None => {}
        }
    }

    pub fn signpost_stands(&mut self, turn: &mut Turn<'_, '_>, message: MessageId) {
        match &mut self.signpost {
            Some(signpost) if !signpost.done => signpost.message = Some(message),
            Some(_) | None => {
                turn.delete_in_group(message);
                self.signpost = None;
            }
        }
    }

    /// It could not be put up, or the group in which it stood is another one now.
    pub fn forget_signpost(&mut self) {
        self.signpost = None;
    }

    /// The bot is out of the group: whoever brings it back is invited anew.
    pub fn left(&mut self) {
        *self = Standing::default();
    }

    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>) {
        let over = self.signpost.as_ref().is_some_and(|signpost| signpost.until <= turn.now());
        if over {
            self.take_signpost_down(turn);
            // One that has been on its way for a day is not coming.
            self.signpost = None;
        }
    }

    pub fn due(&self) -> Option<Timestamp> {
        self.signpost.as_ref().map(|signpost| signpost.until)
    }

    pub fn is_forgettable(&self) -> bool {
        !self.rights().present && self.signpost.is_none()
    }

    fn set_up_signpost(&mut self, turn: &mut Turn<'_, '_>, admin: bool) {
        if self.signpost.is_some() {
            return;
        }
        let until = turn.now().after(SIGNPOST_STANDS);
        self.signpost = Some(Signpost { message: None, until, done: false });
        let does = Does::Open(turn.facts.keys.setup(turn.id));
        let button = Button { label: Label::Desk(DeskLabel::SetUp), does };
        let keyboard = Keyboard::Buttons(vec![vec![button]]);
        let language = self.language.clone().unwrap_or_default();
        turn.say_in_group(language, DeskText::Signpost { admin }, keyboard, Some(Tag::Signpost));
    }
}
