//! What the bot does in a chat: write, change, delete, answer buttons.

use serde_json::Value;

use super::access::{Access, Place};
use super::group::Kind;
use super::html::{self, Formatted};
use super::markup::{self, Button, Markup};
use super::methods::Answer;
use super::model::{Author, Content, DELETE_WINDOW, Message, Model, ReplyKeyboard, Toast};
use super::params::{AnswerCallbackQuery, ChatRef, DeleteMessage, DeleteMessages};
use super::params::{EditMessageReplyMarkup, EditMessageText, ReplyParameters};
use super::params::{SendChatAction, SendMessage};
use super::refusal::{self, Refusal};
use crate::sandbox::line::Line;

/// Characters in a message, after the formatting is taken out.
const TEXT_LIMIT: usize = 4096;
/// Characters in the answer to a button.
const TOAST_LIMIT: usize = 200;
/// How long the app shows "typing".
const TYPING_MS: i64 = 5000;

impl Model {
    pub(super) fn send_message(&mut self, params: SendMessage) -> Answer {
        let place = self.place(&params.chat_id)?;
        let body = formatted(&params.text, params.parse_mode.as_deref(), params.entities)?;
        let markup = markup::read(params.reply_markup)?;
        let reply_to = self.answered(place, params.reply_parameters)?;
        match place {
            Place::Private(user) => {
                self.write_privately(user, body, Content::Text, markup, reply_to)
            }
            Place::Group(group) => {
                self.write_in_group(group, body, Content::Text, &markup, reply_to)
            }
        }
    }

    /// The message that is answered, if it is still there.
    pub(super) fn answered(
        &self,
        place: Place,
        reply: Option<ReplyParameters>,
    ) -> Result<Option<i32>, Refusal> {
        let Some(reply) = reply else { return Ok(None) };
        if reply.chat_id.is_some() {
            return Err(Refusal::violation("the sandbox answers within a chat only"));
        }
        let id = reply.message_id;
        let there = match place {
            Place::Private(user) => {
                self.users.get(&user).is_some_and(|user| user.chat.messages.contains_key(&id))
            }
            Place::Group(group) => {
                self.groups.get(&group).is_some_and(|group| group.messages.contains_key(&id))
            }
        };
        if !there && reply.allow_sending_without_reply != Some(true) {
            return Err(Refusal::bad_request("message to be replied not found"));
        }
        Ok(Some(id).filter(|_| there))
    }

    pub(super) fn write_privately(
        &mut self,
        to: u64,
        body: Formatted,
        content: Content,
        markup: Markup,
        reply_to: Option<i32>,
    ) -> Answer {
        self.may_write(to)?;
        let id = self.message_id();
        let mut message = Message { reply_to, ..self.own_message(id, body, content) };
        let user = self.users.get_mut(&to).ok_or_else(refusal::chat_not_found)?;
        let mut keyboard = Vec::new();
        match markup {
            Markup::None | Markup::ForceReply => {}
            Markup::Inline(rows) => message.buttons = rows,
            Markup::Keyboard { rows, one_time } => {
                keyboard =
                    rows.iter().map(|row| row.iter().map(|k| k.text.clone()).collect()).collect();
                user.chat.keyboard = Some(ReplyKeyboard { message: id, rows, one_time });
            }
            Markup::RemoveKeyboard => user.chat.keyboard = None,
        }
        let text = message.words();
        let line = Line::Message { id, text, buttons: message.labels(), keyboard };
        user.chat.typing_until_ms = 0;
        user.chat.messages.insert(id, message.clone());
        user.chat.shows(Some(line));
        let user = &self.users[&to];
        Ok(self.private_message(user, &message))
    }

    /// Keyboards other than those below a message are not shown in groups.
    pub(super) fn write_in_group(
        &mut self,
        group: i64,
        body: Formatted,
        content: Content,
        markup: &Markup,
        reply_to: Option<i32>,
    ) -> Answer {
        let bot = self.bot.id;
        let known = self.group(group, Access::Write)?;
        if known.kind == Kind::Channel && !known.has_right(bot, |rights| rights.can_post_messages) {
            let why = "need administrator rights in the channel chat";
            return Err(Refusal::bad_request(why));
        }
        let may = known.permissions_of(bot);
        let (may, what) = match content {
            Content::Document { .. } => (may.can_send_documents, "documents"),
            Content::Text
            | Content::Contact { .. }
            | Content::Service { .. }
            | Content::Other { .. } => (may.can_send_messages, "text messages"),
        };
        if !may {
            let why = format!("not enough rights to send {what} to the chat");
            return Err(Refusal::bad_request(why));
        }
        let id = self.group_message_id(group);
        let mut message = Message { reply_to, ..self.own_message(id, body, content) };
        if let Markup::Inline(rows) = markup {
            message.buttons.clone_from(rows);
        }
        let model = self.group(group, Access::Write)?;
        model.messages.insert(id, message.clone());
        model.changed.notify_waiters();
        Ok(self.group_message(&self.groups[&group], &message))
    }

    fn own_message(&self, id: i32, body: Formatted, content: Content) -> Message {
        Message {
            id,
            author: Author::Bot,
            at_ms: self.clock.now_ms(),
            edited_ms: None,
            body,
            content,
            buttons: Vec::new(),
            origin: None,
            reply_to: None,
        }
    }

    /// A bot may write to whoever wrote to it, or asked to join a moment ago.
    fn may_write(&self, to: u64) -> Result<(), Refusal> {
        let user = self.user(to).map_err(|_| refusal::chat_not_found())?;
        if user.gone {
            return Err(Refusal::forbidden("user is deactivated"));
        }
        if user.blocked {
            return Err(Refusal::forbidden("bot was blocked by the user"));
        }
        if user.is_bot {
            return Err(Refusal::forbidden("bot can't send messages to bots"));
        }
        if !user.started && !self.window_is_open(to) {
            return Err(Refusal::forbidden("bot can't initiate conversation with a user"));
        }
        Ok(())
    }

    pub(super) fn edit_message_text(&mut self, params: EditMessageText) -> Answer {
        let body = formatted(&params.text, params.parse_mode.as_deref(), params.entities)?;
        let buttons = markup::read_inline(params.reply_markup)?;
        self.edit(&params.chat_id, params.message_id, Some(body), buttons)
    }

    pub(super) fn edit_message_reply_markup(&mut self, params: EditMessageReplyMarkup) -> Answer {
        let buttons = markup::read_inline(params.reply_markup)?;
        self.edit(&params.chat_id, params.message_id, None, buttons)
    }

    fn edit(
        &mut self,
        chat: &ChatRef,
        id: i32,
        body: Option<Formatted>,
        buttons: Vec<Vec<Button>>,
    ) -> Answer {
        let now = self.clock.now_ms();
        let place = self.place(chat)?;
        let messages = match place {
            Place::Private(user) => {
                &mut self.users.get_mut(&user).ok_or_else(refusal::chat_not_found)?.chat.messages
            }
            Place::Group(group) => &mut self.group(group, Access::Edit)?.messages,
        };
        let message = messages
            .get_mut(&id)
            .ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
        if message.author != Author::Bot {
            return Err(Refusal::bad_request("message can't be edited"));
        }
        if body.is_some() && !matches!(message.content, Content::Text) {
            return Err(Refusal::bad_request("there is no text in the message to edit"));
        }
        let same_body = body.as_ref().is_none_or(|body| *body == message.body);
        if same_body && message.buttons == buttons {
            return Err(refusal::not_modified());
        }
        message.buttons = buttons;
        let says_more = body.is_some();
        if let Some(body) = body {
            message.body = body;
            message.edited_ms = Some(now);
        }
        let message = message.clone();
        let line = says_more.then(|| Line::Edit {
            id,
            text: message.body.text.clone(),
            buttons: message.labels(),
        });
        match place {
            Place::Private(user) => {
                let user = self.users.get_mut(&user).ok_or_else(refusal::chat_not_found)?;
                user.chat.shows(line);
                let id = user.id;
                Ok(self.private_message(&self.users[&id], &message))
            }
            Place::Group(group) => {
                let group = &self.groups[&group];
                group.changed.notify_waiters();
                Ok(self.group_message(group, &message))
            }
        }
    }

    pub(super) fn delete_message(&mut self, params: &DeleteMessage) -> Answer {
        self.delete(&params.chat_id, params.message_id)?;
        Ok(true.into())
    }

    pub(super) fn delete_messages(&mut self, params: &DeleteMessages) -> Answer {
        if !(1..=100).contains(&params.message_ids.len()) {
            return Err(Refusal::violation("message identifiers are not specified"));
        }
        for id in &params.message_ids {
            // Those that are not found are skipped, says the documentation.
            let _ = self.delete(&params.chat_id, *id);
        }
        Ok(true.into())
    }

    fn delete(&mut self, chat: &ChatRef, id: i32) -> Result<(), Refusal> {
        let now = self.clock.now_ms();
        let bot = self.bot.id;
        let not_found = || Refusal::bad_request("message to delete not found");
        match self.place(chat)? {
            Place::Private(user) => {
                let chat = &mut self.users.get_mut(&user).ok_or_else(refusal::chat_not_found)?.chat;
                let message = chat.messages.get(&id).ok_or_else(not_found)?;
                if now - message.at_ms > DELETE_WINDOW.as_millis() as i64 {
                    return Err(Refusal::bad_request("message can't be deleted for everyone"));
                }
                chat.messages.remove(&id);
                chat.shows(None);
            }
            Place::Group(group) => {
                let group = self.group(group, Access::Write)?;
                let message = group.messages.get(&id).ok_or_else(not_found)?;
                let may = match group.kind {
                    Kind::Basic => group.rights(bot).is_some(),
                    Kind::Super | Kind::Channel => {
                        group.has_right(bot, |rights| rights.can_delete_messages)
                    }
                };
                let is_old = now - message.at_ms >= DELETE_WINDOW.as_millis() as i64;
                if is_old || message.is_creation() || (message.author != Author::Bot && !may) {
                    return Err(Refusal::bad_request(match group.kind {
                        Kind::Basic => "message can't be deleted for everyone",
                        Kind::Super | Kind::Channel => "message can't be deleted",
                    }));
                }
                group.messages.remove(&id);
                group.changed.notify_waiters();
            }
        }
        Ok(())
    }

    pub(super) fn answer_callback_query(&mut self, params: AnswerCallbackQuery) -> Answer {
        let text = params.text.unwrap_or_default();
        if text.chars().count() > TOAST_LIMIT {
            return Err(Refusal::violation("MESSAGE_TOO_LONG"));
        }
        let query =
            self.queries.remove(&params.callback_query_id).ok_or_else(refusal::query_is_too_old)?;
        let id = self.serial();
        let user = self.users.get_mut(&query.user).ok_or_else(refusal::query_is_too_old)?;
        let alert = params.show_alert == Some(true);
        let mut line = None;
        if !text.is_empty() {
            user.chat.toast = Some(Toast { id, text: text.clone(), alert });
            line = Some(Line::Toast { text, alert });
        }
        user.chat.shows(line);
        Ok(true.into())
    }

    pub(super) fn send_chat_action(&mut self, params: &SendChatAction) -> Answer {
        const ACTIONS: [&str; 11] = [
            "typing",
            "upload_photo",
            "record_video",
            "upload_video",
            "record_voice",
            "upload_voice",
            "upload_document",
            "choose_sticker",
            "find_location",
            "record_video_note",
            "upload_video_note",
        ];
        if !ACTIONS.contains(&params.action.as_str()) {
            return Err(Refusal::violation("wrong parameter action in request"));
        }
        let until = self.clock.now_ms() + TYPING_MS;
        match self.place(&params.chat_id)? {
            Place::Private(user) => {
                self.may_write(user)?;
                let user = self.users.get_mut(&user).ok_or_else(refusal::chat_not_found)?;
                user.chat.typing_until_ms = until;
                user.chat.shows(None);
            }
            Place::Group(group) => {
                self.group(group, Access::Write)?;
            }
        }
        Ok(true.into())
    }
}

fn formatted(
    text: &str,
    parse_mode: Option<&str>,
    entities: Option<Vec<Value>>,
) -> Result<Formatted, Refusal> {
    let body = marked_up(text, parse_mode, entities)?;
    if body.text.is_empty() {
        return Err(Refusal::violation("message text is empty"));
    }
    if body.text.chars().count() > TEXT_LIMIT {
        return Err(Refusal::violation("message is too long"));
    }
    Ok(body)
}

/// A text of any length with its formatting.
pub(super) fn marked_up(
    text: &str,
    parse_mode: Option<&str>,
    entities: Option<Vec<Value>>,
) -> Result<Formatted, Refusal> {
    match parse_mode.map(str::to_ascii_lowercase).as_deref() {
        None | Some("") => {
            let mut body = html::plain(text);
            body.entities = entities.unwrap_or_default();
            Ok(body)
        }
        Some("html") => html::parse(text)
            .map_err(|why| Refusal::violation(format!("can't parse entities: {why}"))),
        Some("markdown" | "markdownv2") => {
            Err(Refusal::violation("the sandbox reads HTML only, no Markdown"))
        }
        Some(_) => Err(Refusal::violation("unsupported parse_mode")),
    }
}
