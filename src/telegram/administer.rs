//! Carries out what a panel or a desk ordered, by calls to the Bot API.

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use serde::de::IgnoredAny;
use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters, DeleteMessage, EditMessageTextSetters,
    GetFile, LeaveChat, SendMessage, SetMyCommands, SetMyCommandsSetters,
};
use teloxide::types::{
    BotCommand, BotCommandScope, CallbackQueryId, ChatAdministratorRights, FileId,
    InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardButtonRequestChat,
    KeyboardMarkup, KeyboardRemove, ReplyMarkup, RequestId,
};

use super::client::Client;
use super::faults::{Already, Fault};
use super::perform::{message, recipient, rewritten};
use crate::administration::effect::{About, Does, Keyboard, Order, Pick, Tag, Task};
use crate::administration::rights::{Examined, Rights};
use crate::texts::Texts;
use crate::verification::event::File;
use crate::verification::{ChatId, GateId, Language, MessageId, UserId};

/// What a machine that waits for it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Said { tag: Tag, chat: ChatId, message: MessageId },
    Unsaid { tag: Tag },
    RightsKnown { gate: GateId, who: UserId, rights: Rights, about: About },
    Examined(Examined),
    Fetched { size: Option<u64> },
    LogProved { gate: GateId, log: ChatId, posts: bool, admin: bool },
}

/// What came of an order.
#[derive(Debug)]
pub enum Performed {
    /// It is done, or was so already.
    Done(Option<Answer>),
    /// Not done; the same order may be carried out again after this wait, at the earliest.
    Later { after: Duration, why: Fault },
    /// Not done, and trying again would not help.
    Dropped { why: Fault, then: Option<Answer> },
}

impl Performed {
    /// By what kind of failure it is.
    #[must_use]
    pub fn failed(why: Fault, then: Option<Answer>) -> Performed {
        match (why.pause(), &why) {
            (Some(after), _) => Performed::Later { after, why },
            (None, Fault::AlreadyDone { .. }) => Performed::Done(then),
            (None, _) => Performed::Dropped { why, then },
        }
    }
}

impl Client {
    /// Carries out one order, but for files: those go by [`Client::fetch`] and
    /// [`Client::send_file`]. `me`, `bot`: the bot's id and username.
    pub async fn administer(
        &self,
        order: &Order,
        texts: &Texts,
        me: UserId,
        bot: &str,
    ) -> Performed {
        let Order { chat, language, task, .. } = order;
        match task {
            Task::Say { group, text, keyboard, tag } => {
                let html = texts.administer(language, group.as_deref(), text);
                let mut payload = message(*chat, html);
                payload.reply_markup = markup(keyboard, language, texts, bot);
                self.write(*chat, &payload, *tag).await
            }
            Task::Edit { message: at, group, text, keyboard, tag } => {
                let html = texts.administer(language, group.as_deref(), text);
                let mut payload = rewritten(*chat, *at, html.clone());
                if let Some(ReplyMarkup::InlineKeyboard(buttons)) =
                    markup(keyboard, language, texts, bot)
                {
                    payload = payload.reply_markup(buttons);
                }
                match self.call(&payload).await {
                    Ok(IgnoredAny) => Performed::Done(None),
                    Err(Fault::AlreadyDone { already: Already::MessageGone, .. })
                        if tag.is_some() =>
                    {
                        let mut payload = message(*chat, html);
                        payload.reply_markup = markup(keyboard, language, texts, bot);
                        self.write(*chat, &payload, *tag).await
                    }
                    Err(fault @ (Fault::Gone { .. } | Fault::NoChat { .. })) => {
                        Performed::failed(fault, tag.map(|tag| Answer::Unsaid { tag }))
                    }
                    Err(fault) => Performed::failed(fault, None),
                }
            }
            Task::Delete { message: MessageId(id) } => {
                let at = teloxide::types::MessageId(*id);
                self.attempt(&DeleteMessage::new(recipient(*chat), at)).await
            }
            Task::AnswerButton { query, text, alert } => {
                let mut payload = AnswerCallbackQuery::new(CallbackQueryId(query.clone()));
                if let Some(text) = text {
                    payload =
                        payload.text(texts.administer_alert(language, text)).show_alert(*alert);
                }
                self.attempt(&payload).await
            }
            Task::LookUpRights { gate, who, about } => {
                let told = |rights| {
                    let (gate, who, about) = (*gate, *who, about.clone());
                    Some(Answer::RightsKnown { gate, who, rights, about })
                };
                match self.rights(*gate, *who).await {
                    Ok(rights) => Performed::Done(told(rights)),
                    Err(fault) => Performed::failed(fault, told(Rights::Unknown)),
                }
            }
            Task::Examine { gate } => match self.examine(*gate, me).await {
                Ok(examined) => Performed::Done(Some(Answer::Examined(examined))),
                Err(fault) => Performed::failed(fault, Some(Answer::Examined(Examined::Unknown))),
            },
            Task::Leave { gate } => self.attempt(&LeaveChat::new(recipient(ChatId(gate.0)))).await,
            Task::ProveLog { gate, log, admin, text } => {
                let html = texts.administer(language, None, text);
                let told =
                    |posts, admin| Some(Answer::LogProved { gate: *gate, log: *log, posts, admin });
                // Who picks somebody else's chat must not make the bot write there.
                match self.rights(GateId(log.0), *admin).await {
                    Ok(Rights::Admin | Rights::Lesser) => {}
                    Ok(Rights::None) => return Performed::Done(told(false, false)),
                    // The bot itself is not there.
                    Ok(Rights::NoGroup | Rights::Unknown) => {
                        return Performed::Done(told(false, true));
                    }
                    Err(fault) => return Performed::failed(fault, told(false, true)),
                }
                match self.call(&message(*log, html)).await {
                    Ok(IgnoredAny) => Performed::Done(told(true, true)),
                    Err(fault) => Performed::failed(fault, told(false, true)),
                }
            }
            Task::OfferCommands { enrols } => {
                match self.offer_commands(*chat, *enrols, texts).await {
                    Ok(()) => Performed::Done(None),
                    Err(fault) => Performed::failed(fault, None),
                }
            }
            Task::Fetch { .. } | Task::SendRoster { .. } => {
                let why = "a file goes another way".to_owned();
                Performed::Dropped { why: Fault::Malformed { method: "Fetch", why }, then: None }
            }
        }
    }

    /// Puts the commands for admins into the menu of a chat, in every language.
    ///
    /// # Errors
    /// A [`Fault`]; `NoChat` if they have never written to the bot. Nothing depends on this call.
    pub async fn offer_commands(
        &self,
        chat: ChatId,
        enrols: bool,
        texts: &Texts,
    ) -> Result<(), Fault> {
        let commands = |language: &Language| {
            let commands = texts.admin_commands(language, enrols).into_iter();
            SetMyCommands::new(commands.map(|(name, does)| BotCommand::new(name, does)))
                .scope(BotCommandScope::Chat { chat_id: recipient(chat) })
        };
        // Telegram knows two-letter codes only.
        let languages = texts.languages().filter(|language| language.as_str().len() == 2);
        let own = languages.map(|language| commands(&language).language_code(language.as_str()));
        for payload in std::iter::once(commands(&Language::default())).chain(own) {
            let IgnoredAny = self.call(&payload).await?;
        }
        Ok(())
    }

    async fn write(&self, chat: ChatId, payload: &SendMessage, tag: Option<Tag>) -> Performed {
        #[derive(Deserialize)]
        struct Sent {
            message_id: i32,
        }
        let mut sent = self.call(payload).await;
        // Of its move the bot may not have heard yet.
        if let Err(Fault::Migrated { to, .. }) = sent {
            let mut moved = payload.clone();
            moved.chat_id = recipient(ChatId(to));
            sent = self.call(&moved).await;
        }
        match sent {
            Ok(Sent { message_id }) => Performed::Done(tag.map(|tag| Answer::Said {
                tag,
                chat,
                message: MessageId(message_id),
            })),
            Err(fault) => Performed::failed(fault, tag.map(|tag| Answer::Unsaid { tag })),
        }
    }

    /// A call whose answer says nothing.
    async fn attempt<P>(&self, payload: &P) -> Performed
    where
        P: teloxide::requests::Payload + serde::Serialize,
    {
        match self.call(payload).await {
            Ok(IgnoredAny) => Performed::Done(None),
            Err(fault) => Performed::failed(fault, None),
        }
    }

    /// The content of a file that somebody sent, of at most `most` bytes.
    ///
    /// # Errors
    /// A [`Fault`]; `Malformed` for one that is larger.
    pub async fn fetch(&self, file: &File, most: usize) -> Result<Vec<u8>, Fault> {
        #[derive(Deserialize)]
        struct Found {
            file_path: Option<String>,
        }
        const METHOD: &str = "GetFile";
        let Found { file_path } = self.call(&GetFile::new(FileId(file.id.clone()))).await?;
        let missing =
            || Fault::Malformed { method: METHOD, why: "it keeps no such file".to_owned() };
        let path = file_path.ok_or_else(missing)?;
        self.download(METHOD, &path, most).await
    }

    /// Sends a file.
    ///
    /// # Errors
    /// A [`Fault`].
    pub async fn send_file(&self, chat: ChatId, name: &str, bytes: Vec<u8>) -> Result<(), Fault> {
        let form = reqwest::multipart::Form::new().text("chat_id", chat.0.to_string());
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        self.upload("SendDocument", form.part("document", part)).await.map(|_: IgnoredAny| ())
    }
}

fn markup(
    keyboard: &Keyboard,
    language: &Language,
    texts: &Texts,
    bot: &str,
) -> Option<ReplyMarkup> {
    match keyboard {
        Keyboard::None => None,
        Keyboard::Buttons(rows) => {
            let rows = rows.iter().map(|row| {
                row.iter().filter_map(|button| {
                    let label = texts.admin_label(language, &button.label);
                    Some(match &button.does {
                        Does::Press(data) => InlineKeyboardButton::callback(label, data.clone()),
                        Does::Open(parameter) => {
                            let url = deep_link(bot, parameter)?;
                            InlineKeyboardButton::url(label, url)
                        }
                    })
                })
            });
            Some(ReplyMarkup::InlineKeyboard(InlineKeyboardMarkup::new(rows)))
        }
        Keyboard::PickChat { label, request, pick, also } => {
            let key = |label, request, pick| {
                let wanted = teloxide::types::ButtonRequest::RequestChat(picker(request, pick));
                [KeyboardButton::new(texts.admin_label(language, label)).request(wanted)]
            };
            let also = also.as_ref().map(|(label, request, pick)| key(label, *request, *pick));
            let first = std::iter::once(key(label, *request, *pick));
            let keyboard =
                KeyboardMarkup::new(first.chain(also)).resize_keyboard().one_time_keyboard();
            Some(ReplyMarkup::Keyboard(keyboard))
        }
        Keyboard::Remove => Some(ReplyMarkup::KeyboardRemove(KeyboardRemove::new())),
    }
}

/// `https://t.me/<bot>?start=<parameter>`
fn deep_link(bot: &str, parameter: &str) -> Option<Url> {
    Url::parse(&format!("https://t.me/{bot}?start={parameter}")).ok()
}

fn picker(request: i32, pick: Pick) -> KeyboardButtonRequestChat {
    let request = KeyboardButtonRequestChat::new(RequestId(request), false).request_title();
    match pick {
        Pick::GroupToGate => {
            request.user_administrator_rights(rights(true)).bot_administrator_rights(rights(false))
        }
        Pick::GroupWithBot => {
            let user = ChatAdministratorRights { can_invite_users: true, ..no_rights() };
            request.user_administrator_rights(user).bot_is_member(true)
        }
        Pick::LogChat => request.bot_is_member(true),
        Pick::LogChannel => {
            let request = KeyboardButtonRequestChat { chat_is_channel: true, ..request };
            request.bot_is_member(true)
        }
    }
}

/// What the bot needs in a group; and who makes it an administrator must be allowed to.
fn rights(can_promote_members: bool) -> ChatAdministratorRights {
    ChatAdministratorRights {
        can_manage_chat: true,
        can_delete_messages: true,
        can_restrict_members: true,
        can_promote_members,
        can_invite_users: true,
        ..no_rights()
    }
}

fn no_rights() -> ChatAdministratorRights {
    ChatAdministratorRights {
        is_anonymous: false,
        can_manage_chat: false,
        can_delete_messages: false,
        can_manage_video_chats: false,
        can_restrict_members: false,
        can_promote_members: false,
        can_change_info: false,
        can_invite_users: false,
        can_post_messages: None,
        can_edit_messages: None,
        can_pin_messages: None,
        can_manage_topics: None,
        can_post_stories: Some(false),
        can_edit_stories: Some(false),
        can_delete_stories: Some(false),
    }
}
