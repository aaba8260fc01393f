//! The parameters of every method the pretend Bot API knows, strictly typed: an unknown one is an
//! error. Some are only named so that they are known.

use serde::Deserialize;
use serde_json::Value;

use super::rights::GivenPermissions;

/// A chat by number, by a number written as text, or by @name.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ChatRef {
    Number(i64),
    Text(String),
}

impl ChatRef {
    pub fn number(&self) -> Option<i64> {
        match self {
            ChatRef::Number(id) => Some(*id),
            ChatRef::Text(text) => text.parse().ok(),
        }
    }

    /// The @name, without the @.
    pub fn name(&self) -> Option<&str> {
        match self {
            ChatRef::Number(_) => None,
            ChatRef::Text(text) => text.strip_prefix('@'),
        }
    }
}

/// Declares the parameters of one method.
macro_rules! params {
    ($($name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $(pub $field: $type),* }
    )*};
}

params! {
    Nothing {}
    GetUpdates {
        offset: Option<i64>,
        limit: Option<usize>,
        timeout: Option<u64>,
        allowed_updates: Option<Vec<String>>,
    }
    DeleteWebhook { drop_pending_updates: Option<bool> }
    SendMessage {
        business_connection_id: Option<String>,
        chat_id: ChatRef,
        message_thread_id: Option<i64>,
        direct_messages_topic_id: Option<i64>,
        text: String,
        parse_mode: Option<String>,
        entities: Option<Vec<Value>>,
        link_preview_options: Option<LinkPreviewOptions>,
        disable_notification: Option<bool>,
        protect_content: Option<bool>,
        allow_paid_broadcast: Option<bool>,
        message_effect_id: Option<String>,
        reply_parameters: Option<ReplyParameters>,
        reply_markup: Option<Value>,
    }
    LinkPreviewOptions {
        is_disabled: Option<bool>,
        url: Option<String>,
        prefer_small_media: Option<bool>,
        prefer_large_media: Option<bool>,
        show_above_text: Option<bool>,
    }
    ReplyParameters {
        message_id: i32,
        chat_id: Option<ChatRef>,
        allow_sending_without_reply: Option<bool>,
        quote: Option<String>,
        quote_parse_mode: Option<String>,
        quote_entities: Option<Vec<Value>>,
        quote_position: Option<i64>,
        checklist_task_id: Option<i64>,
        poll_option_id: Option<String>,
    }
    EditMessageText {
        business_connection_id: Option<String>,
        chat_id: ChatRef,
        message_id: i32,
        text: String,
        parse_mode: Option<String>,
        entities: Option<Vec<Value>>,
        link_preview_options: Option<LinkPreviewOptions>,
        reply_markup: Option<Value>,
    }
    EditMessageReplyMarkup {
        business_connection_id: Option<String>,
        chat_id: ChatRef,
        message_id: i32,
        reply_markup: Option<Value>,
    }
    DeleteMessage { chat_id: ChatRef, message_id: i32 }
    DeleteMessages { chat_id: ChatRef, message_ids: Vec<i32> }
    AnswerCallbackQuery {
        callback_query_id: String,
        text: Option<String>,
        show_alert: Option<bool>,
        url: Option<String>,
        cache_time: Option<u32>,
    }
    SendChatAction {
        business_connection_id: Option<String>,
        chat_id: ChatRef,
        message_thread_id: Option<i64>,
        action: String,
    }
    OfMember { chat_id: ChatRef, user_id: u64 }
    AnswerChatJoinRequestQuery { chat_join_request_query_id: String, result: String }
    OfChat { chat_id: ChatRef }
    GetChatAdministrators { chat_id: ChatRef, return_bots: Option<bool> }
    CreateChatInviteLink {
        chat_id: ChatRef,
        name: Option<String>,
        expire_date: Option<i64>,
        member_limit: Option<u32>,
        creates_join_request: Option<bool>,
    }
    EditChatInviteLink {
        chat_id: ChatRef,
        invite_link: String,
        name: Option<String>,
        expire_date: Option<i64>,
        member_limit: Option<u32>,
        creates_join_request: Option<bool>,
    }
    RevokeChatInviteLink { chat_id: ChatRef, invite_link: String }
    RestrictChatMember {
        chat_id: ChatRef,
        user_id: u64,
        permissions: GivenPermissions,
        use_independent_chat_permissions: Option<bool>,
        until_date: Option<i64>,
    }
    BanChatMember {
        chat_id: ChatRef,
        user_id: u64,
        until_date: Option<i64>,
        revoke_messages: Option<bool>,
    }
    UnbanChatMember { chat_id: ChatRef, user_id: u64, only_if_banned: Option<bool> }
    GetFile { file_id: String }
    SendDocument {
        business_connection_id: Option<String>,
        chat_id: ChatRef,
        message_thread_id: Option<i64>,
        direct_messages_topic_id: Option<i64>,
        document: Option<String>,
        thumbnail: Option<String>,
        caption: Option<String>,
        parse_mode: Option<String>,
        caption_entities: Option<Vec<Value>>,
        disable_content_type_detection: Option<bool>,
        disable_notification: Option<bool>,
        protect_content: Option<bool>,
        allow_paid_broadcast: Option<bool>,
        message_effect_id: Option<String>,
        suggested_post_parameters: Option<Value>,
        reply_parameters: Option<ReplyParameters>,
        reply_markup: Option<Value>,
    }
    SetMyCommands {
        commands: Vec<BotCommand>,
        scope: Option<Value>,
        language_code: Option<String>,
    }
    OfCommands { scope: Option<Value>, language_code: Option<String> }
}

/// One command of the bot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BotCommand {
    /// Without the slash.
    pub command: String,
    pub description: String,
}
