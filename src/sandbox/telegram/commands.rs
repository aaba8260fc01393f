//! The bot's commands: one list for each scope and language, and which of them somebody sees.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Access, Place};
use super::group::Group;
use super::methods::Answer;
use super::model::Model;
use super::params::{BotCommand, ChatRef, OfCommands, SetMyCommands};
use super::refusal::Refusal;

/// The most commands in one list.
const MOST_COMMANDS: usize = 100;

/// All lists, by scope and language code (empty: for all languages).
pub type Commands = BTreeMap<(Scope, String), Vec<BotCommand>>;

/// Who a list is for. Chats by their ids.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    #[default]
    Default,
    AllPrivateChats,
    AllGroupChats,
    AllChatAdministrators,
    Chat(i64),
    ChatAdministrators(i64),
    ChatMember(i64, u64),
}

/// The scope as a bot gives it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum GivenScope {
    Default {},
    AllPrivateChats {},
    AllGroupChats {},
    AllChatAdministrators {},
    Chat { chat_id: ChatRef },
    ChatAdministrators { chat_id: ChatRef },
    ChatMember { chat_id: ChatRef, user_id: u64 },
}

impl Model {
    pub(super) fn set_my_commands(&mut self, params: SetMyCommands) -> Answer {
        let SetMyCommands { commands, scope, language_code } = params;
        if commands.len() > MOST_COMMANDS {
            return Err(Refusal::violation("BOT_COMMANDS_TOO_MUCH"));
        }
        let of_command = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        for BotCommand { command, description } in &commands {
            if !(1..=32).contains(&command.len()) || !command.bytes().all(of_command) {
                return Err(Refusal::violation("BOT_COMMAND_INVALID"));
            }
            if !(1..=256).contains(&description.chars().count()) {
                return Err(Refusal::violation("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
        }
        let of = self.command_list(scope, language_code)?;
        self.commands.insert(of, commands);
        Ok(true.into())
    }

    pub(super) fn get_my_commands(&mut self, params: OfCommands) -> Answer {
        let of = self.command_list(params.scope, params.language_code)?;
        Ok(self.commands.get(&of).map_or_else(|| json!([]), |list| as_json(list)))
    }

    pub(super) fn delete_my_commands(&mut self, params: OfCommands) -> Answer {
        let of = self.command_list(params.scope, params.language_code)?;
        self.commands.remove(&of);
        Ok(true.into())
    }

    /// The commands that somebody's app shows: in a group, or in the chat with the bot.
    pub fn commands_for(&self, user: u64, group: Option<&Group>) -> &[BotCommand] {
        let language = self.users.get(&user).and_then(|user| user.language.as_deref());
        let language = language.unwrap_or_default().split('-').next().unwrap_or_default();
        let mut scopes = Vec::new();
        match group {
            None => {
                let chat = i64::try_from(user).unwrap_or(i64::MAX);
                scopes.extend([Scope::Chat(chat), Scope::AllPrivateChats]);
            }
            Some(group) => {
                let is_admin = group.rights(user).is_some();
                scopes.push(Scope::ChatMember(group.id, user));
                scopes.extend(is_admin.then_some(Scope::ChatAdministrators(group.id)));
                scopes.push(Scope::Chat(group.id));
                scopes.extend(is_admin.then_some(Scope::AllChatAdministrators));
                scopes.push(Scope::AllGroupChats);
            }
        }
        scopes.push(Scope::Default);
        let lists = scopes.into_iter().flat_map(|scope| {
            [language, ""].map(|language| self.commands.get(&(scope, language.to_owned())))
        });
        lists.flatten().next().map_or(&[], Vec::as_slice)
    }

    fn command_list(
        &mut self,
        scope: Option<Value>,
        language: Option<String>,
    ) -> Result<(Scope, String), Refusal> {
        let language = language.unwrap_or_default();
        let two_letters = language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
        if !language.is_empty() && !two_letters {
            return Err(Refusal::violation("invalid language code specified"));
        }
        Ok((self.scope(scope)?, language))
    }

    fn scope(&mut self, scope: Option<Value>) -> Result<Scope, Refusal> {
        let unreadable = |why| Refusal::violation(format!("can't parse BotCommandScope: {why}"));
        let scope = match scope {
            None | Some(Value::Null) => return Ok(Scope::Default),
            // Form-encoded requests carry it as text.
            Some(Value::String(text)) => serde_json::from_str(&text).map_err(unreadable)?,
            Some(scope) => serde_json::from_value(scope).map_err(unreadable)?,
        };
        Ok(match scope {
            GivenScope::Default {} => Scope::Default,
            GivenScope::AllPrivateChats {} => Scope::AllPrivateChats,
            GivenScope::AllGroupChats {} => Scope::AllGroupChats,
            GivenScope::AllChatAdministrators {} => Scope::AllChatAdministrators,
            GivenScope::Chat { chat_id } => match self.place(&chat_id)? {
                Place::Private(user) => Scope::Chat(i64::try_from(user).unwrap_or(i64::MAX)),
                Place::Group(id) => Scope::Chat(self.group(id, Access::Members)?.id),
            },
            GivenScope::ChatAdministrators { chat_id } => {
                let id = self.group_id(&chat_id)?;
                Scope::ChatAdministrators(self.group(id, Access::Members)?.id)
            }
            GivenScope::ChatMember { chat_id, user_id } => {
                let id = self.group_id(&chat_id)?;
                Scope::ChatMember(self.group(id, Access::Members)?.id, user_id)
            }
        })
    }
}

pub fn as_json(commands: &[BotCommand]) -> Value {
    let one = |c: &BotCommand| json!({"command": c.command, "description": c.description});
    commands.iter().map(one).collect()
}
