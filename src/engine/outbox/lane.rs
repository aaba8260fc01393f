//! What must keep its order, and which order goes in which lane.

use crate::administration::effect::{self as administration, Task, Whose};
use crate::machines::{Subject, Work};
use crate::store::records::OutboxEntry;
use crate::verification::effect::{Effect, Order};
use crate::verification::{ChatId, GateId, UserId};

/// Orders in one lane are carried out one after the other, lanes side by side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Lane {
    Chat(ChatId),
    /// What somebody typed and nobody is to see any more: it waits for no message.
    Removals(ChatId),
    Admission(GateId, UserId),
    Codes(UserId),
    /// Answers to the buttons that somebody pressed, or that belong to a desk.
    Answers(Subject),
    /// What a panel or a desk asked to know.
    Question(Whose),
}

impl Lane {
    pub fn of(entry: &OutboxEntry) -> Lane {
        match &entry.order {
            Work::Verification(order) => Lane::of_verification(order),
            Work::Administration(order) => Lane::of_administration(order),
        }
    }

    fn of_verification(order: &Order) -> Lane {
        match &order.effect {
            Effect::Say { .. } | Effect::Rewrite { .. } | Effect::RetireButtons => {
                Lane::Chat(order.chat)
            }
            Effect::Delete { .. } => Lane::Removals(order.chat),
            // After what is said before it: somebody whose request is declined may be out of reach.
            Effect::Decline { .. } => Lane::Chat(order.chat),
            Effect::AnswerButton { .. } => Lane::Answers(Subject::Person(order.user)),
            Effect::SendCode { .. } => Lane::Codes(order.user),
            Effect::LookUpMember { gate }
            | Effect::Approve { gate, .. }
            | Effect::Invite { gate }
            | Effect::RevokeInvite { gate, .. }
            | Effect::Mute { gate }
            | Effect::Free { gate }
            | Effect::Remove { gate }
            | Effect::LookUpAdder { gate, .. } => Lane::Admission(*gate, order.user),
        }
    }

    fn of_administration(order: &administration::Order) -> Lane {
        match &order.task {
            Task::Say { .. }
            | Task::Edit { .. }
            | Task::Delete { .. }
            | Task::SendRoster { .. }
            | Task::OfferCommands { .. }
            | Task::Leave { .. } => Lane::Chat(order.chat),
            Task::AnswerButton { .. } => Lane::Answers(order.whose.into()),
            Task::LookUpRights { .. }
            | Task::Examine { .. }
            | Task::Fetch { .. }
            | Task::ProveLog { .. } => Lane::Question(order.whose),
        }
    }
}
