//! What still speaks of a group by the id that it had before it became a supergroup, as it would
//! speak of it now: events, orders, buttons and links of that time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::administration::desk;
use crate::administration::effect::{
    self as administration, About, Does, Keyboard, Tag, Task, Whose,
};
use crate::administration::panel::{self, Input};
use crate::administration::press::Press;
use crate::machines::{Happening, Work};
use crate::verification::applicant::Pressed;
use crate::verification::code::{Keys, same};
use crate::verification::effect::Order;
use crate::verification::event::{Event, What};
use crate::verification::{ChatId, GateId, UserId};

/// The ids that groups have now, by those that they had.
pub(super) struct Renaming<'a> {
    pub moved: &'a BTreeMap<GateId, GateId>,
    pub keys: &'a Keys,
}

impl Renaming<'_> {
    pub fn happening<'h>(&self, happening: &'h Happening) -> Cow<'h, Happening> {
        if self.moved.is_empty() {
            return Cow::Borrowed(happening);
        }
        let mut renamed = happening.clone();
        match &mut renamed {
            Happening::Person(event) => self.event(event),
            Happening::Panel(panel::Event { admin, what, .. }) => self.panel(*admin, what),
            Happening::Desk(desk::Event { desk, what: _ }) => self.follow(desk),
            // Of an alarm the group's title is told, and the old one is as good.
            Happening::Watch(_) => {}
        }
        Cow::Owned(renamed)
    }

    pub fn work<'w>(&self, work: &'w Work) -> Cow<'w, Work> {
        if self.moved.is_empty() {
            return Cow::Borrowed(work);
        }
        let mut renamed = work.clone();
        match &mut renamed {
            Work::Verification(Order { effect, .. }) => {
                effect.gate_mut().into_iter().for_each(|gate| self.follow(gate));
            }
            Work::Administration(order) => self.administration(order),
        }
        Cow::Owned(renamed)
    }

    fn follow(&self, gate: &mut GateId) {
        if let Some(to) = self.moved.get(gate) {
            *gate = *to;
        }
    }

    fn follow_chat(&self, chat: &mut ChatId) {
        if let Some(to) = self.moved.get(&GateId(chat.0)) {
            *chat = ChatId(to.0);
        }
    }

    fn event(&self, Event { user, what, .. }: &mut Event) {
        match what {
            What::Started { parameter: Some(parameter), .. } => self.parameter(*user, parameter),
            What::Pressed { data, .. } => self.button(data),
            _ => what.gate_mut().into_iter().for_each(|gate| self.follow(gate)),
        }
    }

    fn panel(&self, admin: UserId, what: &mut panel::What) {
        match what {
            panel::What::Did(input) => self.input(admin, input),
            panel::What::RightsKnown { gate, input, .. } => {
                self.follow(gate);
                self.input(admin, input);
            }
            panel::What::AddedTo { gate, .. }
            | panel::What::LogProved { gate, .. }
            | panel::What::Reported { gate, .. } => self.follow(gate),
            panel::What::Said { tag, .. } | panel::What::Unsaid { tag } => self.tag(tag),
            panel::What::Fetched { .. } | panel::What::Moved { .. } | panel::What::Woken => {}
        }
    }

    fn input(&self, admin: UserId, input: &mut Input) {
        match input {
            Input::Started { parameter, .. } => self.parameter(admin, parameter),
            Input::Pressed { data, .. } => self.button(data),
            Input::SharedChat { picked, .. } => self.follow_chat(picked),
            Input::Commanded { .. }
            | Input::Wrote { .. }
            | Input::Forwarded { .. }
            | Input::SentFile { .. } => {}
        }
    }

    fn tag(&self, tag: &mut Tag) {
        match tag {
            Tag::Invitation(gate) => self.follow(gate),
            Tag::Panel
            | Tag::Card(..)
            | Tag::Doctor(_)
            | Tag::Guessing(_)
            | Tag::Raid(_)
            | Tag::Alarm(_)
            | Tag::Notice
            | Tag::Signpost
            | Tag::Log => {}
        }
    }

    /// A link to the old group leads to the new one.
    fn parameter(&self, user: UserId, parameter: &mut String) {
        let keys = self.keys;
        let leads = |from: &GateId| {
            let own = [keys.gate(*from), keys.member(user, *from), keys.setup(*from)];
            own.iter().position(|own| same(own.as_bytes(), parameter.as_bytes()))
        };
        let found = self.moved.iter().find_map(|(from, to)| Some((leads(from)?, *to)));
        match found {
            Some((0, to)) => *parameter = keys.gate(to),
            Some((1, to)) => *parameter = keys.member(user, to),
            Some((_, to)) => *parameter = keys.setup(to),
            None => {}
        }
    }

    fn button(&self, data: &mut String) {
        if let Some(mut press) = Press::read(data) {
            match &mut press {
                Press::Panel { gate, .. }
                | Press::Card { gate, .. }
                | Press::CheckAgain { gate }
                | Press::SetUp { gate } => self.follow(gate),
            }
            *data = press.data();
        } else if let Some(mut pressed) = Pressed::read(data) {
            self.follow(&mut pressed.gate);
            *data = pressed.data();
        }
    }

    fn administration(&self, order: &mut administration::Order) {
        self.follow_chat(&mut order.chat);
        let admin = match &mut order.whose {
            Whose::Panel(admin) => *admin,
            Whose::Desk(desk) => {
                self.follow(desk);
                UserId(0)
            }
            Whose::Watch => UserId(0),
        };
        match &mut order.task {
            Task::Say { keyboard, tag, .. } | Task::Edit { keyboard, tag, .. } => {
                tag.iter_mut().for_each(|tag| self.tag(tag));
                self.keyboard(keyboard);
            }
            Task::LookUpRights { gate, about, .. } => {
                self.follow(gate);
                match about {
                    About::Input(input) => self.input(admin, input),
                    About::Tag(tag) => self.tag(tag),
                }
            }
            Task::Examine { gate } | Task::Leave { gate } | Task::SendRoster { gate } => {
                self.follow(gate);
            }
            Task::ProveLog { gate, log, .. } => {
                self.follow(gate);
                self.follow_chat(log);
            }
            Task::Delete { .. }
            | Task::AnswerButton { .. }
            | Task::Fetch { .. }
            | Task::OfferCommands { .. } => {}
        }
    }

    fn keyboard(&self, keyboard: &mut Keyboard) {
        let Keyboard::Buttons(rows) = keyboard else { return };
        for button in rows.iter_mut().flatten() {
            match &mut button.does {
                Does::Press(data) => self.button(data),
                // Read when it is followed.
                Does::Open(_) => {}
            }
        }
    }
}
