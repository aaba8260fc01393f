//! Carries out what the rules ordered, by calls to the Bot API.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters, ApproveChatJoinRequest, BanChatMember,
    DeclineChatJoinRequest, DeleteMessage, EditMessageReplyMarkup, EditMessageText,
    EditMessageTextSetters, RevokeChatInviteLink, SendMessage, SendMessageSetters, UnbanChatMember,
    UnbanChatMemberSetters,
};
use teloxide::requests::Payload;
use teloxide::types::{CallbackQueryId, LinkPreviewOptions, ParseMode, Recipient};

use super::client::{ChatMember, Client, group, member_query};
use super::faults::{Already, Fault};
use super::keyboards::markup;
use crate::administration::rights::Rights;
use crate::texts::Texts;
use crate::verification::effect::{Effect, Order};
use crate::verification::event::{AdmissionOutcome, Membership, What};
use crate::verification::{ChatId, GateId, MessageId, Timestamp, UserId};

/// A personal invite link that nobody used by then is dead.
const INVITE_LIVES: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of an order.
#[derive(Debug)]
pub enum Performed {
    /// It is done, or was so already. `said`: the message that a `Say` made. `then`: what the
    /// rules are to be told.
    Done { said: Option<MessageId>, then: Option<What> },
    /// Not done; the same order may be carried out again after this wait, at the earliest.
    Later { after: Duration, why: Fault },
    /// Not done, and trying again would not help. `then`: what the rules are to be told.
    Dropped { why: Fault, then: Option<What> },
}

impl Client {
    /// Carries out one order. `live_keyboard`: the message whose buttons `RetireButtons` and
    /// `Rewrite` take away. `now`: the end of a new invite link is counted from it.
    ///
    /// `SendCode` does not travel by Telegram: it is dropped here.
    pub async fn perform(
        &self,
        order: &Order,
        live_keyboard: Option<MessageId>,
        texts: &Texts,
        now: Timestamp,
    ) -> Performed {
        let Order { user, chat, language, effect, .. } = order;
        match effect {
            Effect::Say { group, text, keyboard } => {
                let html = texts.say(language, group.as_deref(), text);
                let mut payload = message(*chat, html);
                payload.reply_markup = markup(keyboard, language, texts);
                self.say(&payload).await
            }
            Effect::Rewrite { group, text } => match live_keyboard {
                Some(message) => {
                    let html = texts.say(language, group.as_deref(), text);
                    self.ask_once(&rewritten(*chat, message, html)).await
                }
                None => done(None),
            },
            Effect::RetireButtons => match live_keyboard {
                Some(MessageId(id)) => {
                    let message = teloxide::types::MessageId(id);
                    self.ask_once(&EditMessageReplyMarkup::new(recipient(*chat), message)).await
                }
                None => done(None),
            },
            Effect::Delete { message: MessageId(id) } => {
                let message = teloxide::types::MessageId(*id);
                self.ask_once(&DeleteMessage::new(recipient(*chat), message)).await
            }
            Effect::AnswerButton { query, text, alert } => {
                let mut payload = AnswerCallbackQuery::new(CallbackQueryId(query.clone()));
                if let Some(text) = text {
                    payload = payload.text(texts.alert(language, text)).show_alert(*alert);
                }
                self.ask_once(&payload).await
            }
            Effect::LookUpMember { gate } => self.look_up(*gate, *user).await,
            Effect::SendCode { .. } => {
                let why = "a code does not travel by Telegram".to_owned();
                Performed::Dropped { why: Fault::Malformed { method: "SendCode", why }, then: None }
            }
            Effect::Approve { gate, query_id: _ } => self.approve(*gate, *user).await,
            Effect::Decline { gate, query_id: _ } => {
                let id = teloxide::types::UserId(user.0);
                let asked = self.in_group(*gate, |to| DeclineChatJoinRequest::new(to, id)).await;
                asked.map_or_else(failed, |_: IgnoredAny| done(None))
            }
            Effect::Invite { gate } => self.invite(*gate, *user, now).await,
            Effect::Mute { gate } => {
                let outcome = self.restrict(*gate, *user, false).await;
                told_of(outcome, |outcome| What::Muted { gate: *gate, outcome })
            }
            Effect::Free { gate } => {
                let outcome = self.restrict(*gate, *user, true).await;
                told_of(outcome, |outcome| What::Admission { gate: *gate, outcome })
            }
            Effect::Remove { gate } => {
                let outcome = self.remove(*gate, *user).await;
                told_of(outcome, |outcome| What::Removed { gate: *gate, outcome })
            }
            Effect::LookUpAdder { gate, adder } => {
                let told = |admin| What::AdderKnown { gate: *gate, admin };
                match self.rights(*gate, *adder).await {
                    Ok(rights) => {
                        done(Some(told(matches!(rights, Rights::Admin | Rights::Lesser))))
                    }
                    Err(fault) => failed_with(fault, told(false)),
                }
            }
            Effect::RevokeInvite { gate, link } => {
                let payload = |to| RevokeChatInviteLink::new(to, link.clone());
                let asked = self.in_group(*gate, payload).await;
                asked.map_or_else(failed, |_: IgnoredAny| done(None))
            }
        }
    }

    async fn say(&self, payload: &SendMessage) -> Performed {
        #[derive(Deserialize)]
        struct Sent {
            message_id: i32,
        }
        match self.call(payload).await {
            Ok(Sent { message_id }) => {
                Performed::Done { said: Some(MessageId(message_id)), then: None }
            }
            Err(why @ (Fault::Gone { .. } | Fault::NoChat { .. })) => {
                Performed::Dropped { why, then: Some(What::Unreachable) }
            }
            Err(fault) => failed(fault),
        }
    }

    /// A call whose answer says nothing.
    async fn ask_once<P: Payload + Serialize>(&self, payload: &P) -> Performed {
        self.call(payload).await.map_or_else(failed, |_: IgnoredAny| done(None))
    }

    async fn look_up(&self, gate: GateId, user: UserId) -> Performed {
        let told = |membership| What::LookedUp { gate, membership };
        match self.membership(gate, user).await {
            Ok(membership) => done(Some(told(membership))),
            Err(fault) => failed_with(fault, told(Membership::Unknown)),
        }
    }

    async fn membership(&self, gate: GateId, user: UserId) -> Result<Membership, Fault> {
        let asked = self.in_group(gate, |to| {
            let mut payload = member_query(gate.0, user);
            payload.chat_id = to;
            payload
        });
        match asked.await {
            Ok(member) => Ok(membership(&member)),
            Err(Fault::NotMember { .. }) => Ok(Membership::NotMember),
            Err(fault) => Err(fault),
        }
    }

    async fn approve(&self, gate: GateId, user: UserId) -> Performed {
        let id = teloxide::types::UserId(user.0);
        let told = |outcome| What::Admission { gate, outcome };
        let asked = self.in_group(gate, |to| ApproveChatJoinRequest::new(to, id)).await;
        match asked.map(|_: IgnoredAny| AdmissionOutcome::Approved) {
            Ok(outcome) => done(Some(told(outcome))),
            Err(Fault::AlreadyDone { already: Already::Member, .. }) => {
                done(Some(told(AdmissionOutcome::AlreadyMember)))
            }
            // An approval whose answer was lost leaves no request behind either.
            Err(Fault::AlreadyDone { already: Already::NoRequest, .. }) => {
                match self.membership(gate, user).await {
                    Ok(Membership::Member) => done(Some(told(AdmissionOutcome::AlreadyMember))),
                    Ok(Membership::NotMember | Membership::Banned | Membership::Unknown) => {
                        done(Some(told(AdmissionOutcome::NoRequest)))
                    }
                    Err(fault) => failed_with(fault, told(AdmissionOutcome::NoRequest)),
                }
            }
            Err(fault) => {
                let outcome = refusal(&fault);
                failed_with(fault, told(outcome))
            }
        }
    }

    /// Takes away the right to write, or gives back whatever the group gives to all.
    async fn restrict(&self, gate: GateId, user: UserId, free: bool) -> Result<(), Fault> {
        let asked = self.in_group(gate, |chat_id| Restrict {
            chat_id,
            user_id: user.0,
            // All of them: then the group's own permissions are what counts.
            permissions: PERMISSIONS.into_iter().map(|permission| (permission, free)).collect(),
        });
        asked.await.map(|_: IgnoredAny| ())
    }

    /// Out of the group, without a ban that stays.
    async fn remove(&self, gate: GateId, user: UserId) -> Result<(), Fault> {
        let id = teloxide::types::UserId(user.0);
        let banned = self.in_group(gate, |to| BanChatMember::new(to, id)).await;
        let _: IgnoredAny = banned?;
        let unbanned = self.in_group(gate, |to| UnbanChatMember::new(to, id).only_if_banned(true));
        unbanned.await.map(|_: IgnoredAny| ())
    }

    async fn invite(&self, gate: GateId, user: UserId, now: Timestamp) -> Performed {
        #[derive(Deserialize)]
        struct Made {
            invite_link: String,
        }
        let asked = self.in_group(gate, |chat_id| CreatePersonalInvite {
            chat_id,
            name: format!("for {}", user.0),
            expire_date: now.after(INVITE_LIVES).0 / 1000,
            creates_join_request: true,
        });
        let told = |outcome| What::Invited { gate, outcome };
        match asked.await {
            Ok(Made { invite_link }) => done(Some(told(Ok(invite_link)))),
            Err(fault) => {
                let outcome = refusal(&fault);
                failed_with(fault, told(Err(outcome)))
            }
        }
    }

    /// Makes a call about a group, once more with its new id if it has moved.
    pub(super) async fn in_group<P, T>(
        &self,
        gate: GateId,
        payload: impl Fn(Recipient) -> P,
    ) -> Result<T, Fault>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        match self.call(&payload(group(gate.0))).await {
            Err(Fault::Migrated { to, .. }) => self.call(&payload(group(to))).await,
            result => result,
        }
    }
}

fn done(then: Option<What>) -> Performed {
    Performed::Done { said: None, then }
}

/// An act in the group whose outcome the rules wait to hear.
fn told_of(outcome: Result<(), Fault>, then: impl Fn(AdmissionOutcome) -> What) -> Performed {
    match outcome {
        Ok(()) => done(Some(then(AdmissionOutcome::Approved))),
        Err(fault) => {
            let outcome = refusal(&fault);
            failed_with(fault, then(outcome))
        }
    }
}

fn failed(why: Fault) -> Performed {
    match (why.pause(), &why) {
        (Some(after), _) => Performed::Later { after, why },
        (None, Fault::AlreadyDone { .. }) => done(None),
        (None, _) => Performed::Dropped { why, then: None },
    }
}

/// A failure of which the rules wait to hear.
fn failed_with(why: Fault, then: What) -> Performed {
    match why.pause() {
        Some(after) => Performed::Later { after, why },
        None => Performed::Dropped { why, then: Some(then) },
    }
}

/// Why Telegram would not let somebody in.
fn refusal(fault: &Fault) -> AdmissionOutcome {
    match fault {
        Fault::NoRights { .. } | Fault::NoChat { .. } => AdmissionOutcome::NoRights,
        Fault::TooManyChats { .. } => AdmissionOutcome::TooManyChats,
        Fault::Gone { .. } | Fault::NotMember { .. } => AdmissionOutcome::UserGone,
        Fault::Retry { .. }
        | Fault::RateLimited { .. }
        | Fault::Unauthorized { .. }
        | Fault::Conflict { .. }
        | Fault::AlreadyDone { .. }
        | Fault::Migrated { .. }
        | Fault::Malformed { .. } => AdmissionOutcome::Failed,
    }
}

fn membership(member: &ChatMember) -> Membership {
    match member.status.as_str() {
        "creator" | "administrator" | "member" => Membership::Member,
        "restricted" if member.is_member => Membership::Member,
        "restricted" | "left" => Membership::NotMember,
        "kicked" => Membership::Banned,
        _ => Membership::Unknown,
    }
}

pub(super) fn recipient(chat: ChatId) -> Recipient {
    Recipient::Id(teloxide::types::ChatId(chat.0))
}

pub(super) fn message(chat: ChatId, html: String) -> SendMessage {
    SendMessage::new(recipient(chat), html)
        .parse_mode(ParseMode::Html)
        .link_preview_options(no_preview())
}

pub(super) fn rewritten(chat: ChatId, message: MessageId, html: String) -> EditMessageText {
    EditMessageText::new(recipient(chat), teloxide::types::MessageId(message.0), html)
        .parse_mode(ParseMode::Html)
        .link_preview_options(no_preview())
}

/// The preview of a personal invite link would show the group before its gate is open.
fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// `restrictChatMember`; teloxide's own payload knows fewer permissions than there are.
#[derive(Serialize)]
struct Restrict {
    chat_id: Recipient,
    user_id: u64,
    permissions: BTreeMap<&'static str, bool>,
}

impl Payload for Restrict {
    type Output = IgnoredAny;
    const NAME: &'static str = "RestrictChatMember";
}

const PERMISSIONS: [&str; 14] = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
];

/// `createChatInviteLink`; teloxide's own payload wants a date type of another crate.
#[derive(Serialize)]
struct CreatePersonalInvite {
    chat_id: Recipient,
    /// At most 32 characters; admins see it in the list of links.
    name: String,
    /// In seconds since 1970.
    expire_date: i64,
    /// A link that adds at once could be handed on; a request is checked against its owner.
    creates_join_request: bool,
}

impl Payload for CreatePersonalInvite {
    type Output = IgnoredAny;
    const NAME: &'static str = "CreateChatInviteLink";
}

#[cfg(test)]
mod tests;
