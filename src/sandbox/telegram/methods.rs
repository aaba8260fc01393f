//! The methods of the pretend Bot API: which there are, and who carries each out.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::json;
use super::model::Model;
use super::params::{ChatRef, DeleteWebhook, Nothing, SetMyCommands};
use super::refusal::{self, Refusal};

/// What a method answers.
pub type Answer = Result<Value, Refusal>;

/// Where a chat id leads.
pub enum Place {
    Private(u64),
    Group(i64),
}

impl Model {
    /// Carries out any method but getUpdates, which waits. `method` in lower case.
    ///
    /// # Errors
    /// As the real server; [`Refusal::violation`] is set for an unknown method or parameter.
    pub fn call(&mut self, method: &str, params: Value) -> Answer {
        match method {
            "getme" => {
                read::<Nothing>(params)?;
                Ok(json::me(&self.bot))
            }
            "getwebhookinfo" => {
                read::<Nothing>(params)?;
                Ok(self.webhook_info())
            }
            "deletewebhook" => self.delete_webhook(&read(params)?),
            "setmycommands" => self.set_my_commands(read(params)?),
            "sendmessage" => self.send_message(read(params)?),
            "editmessagetext" => self.edit_message_text(read(params)?),
            "editmessagereplymarkup" => self.edit_message_reply_markup(read(params)?),
            "deletemessage" => self.delete_message(&read(params)?),
            "deletemessages" => self.delete_messages(&read(params)?),
            "answercallbackquery" => self.answer_callback_query(read(params)?),
            "sendchataction" => self.send_chat_action(&read(params)?),
            "approvechatjoinrequest" => self.approve_chat_join_request(&read(params)?),
            "declinechatjoinrequest" => self.decline_chat_join_request(&read(params)?),
            "answerchatjoinrequestquery" => self.answer_chat_join_request_query(&read(params)?),
            "getchat" => self.get_chat(&read(params)?),
            "getchatmember" => self.get_chat_member(&read(params)?),
            "getchatadministrators" => self.get_chat_administrators(&read(params)?),
            "createchatinvitelink" => self.create_chat_invite_link(read(params)?),
            "revokechatinvitelink" => self.revoke_chat_invite_link(&read(params)?),
            "leavechat" => self.leave_chat(&read(params)?),
            _ => Err(Refusal { violation: true, ..Refusal::new(404, "Not Found") }),
        }
    }

    /// # Errors
    /// "chat not found" for anything the bot has never met.
    pub fn place(&self, chat: &ChatRef) -> Result<Place, Refusal> {
        let id = chat.number().ok_or_else(refusal::chat_not_found)?;
        if self.groups.contains_key(&id) {
            return Ok(Place::Group(id));
        }
        let user = u64::try_from(id).ok();
        let known = user.filter(|id| self.users.get(id).is_some_and(|user| user.met));
        known.map(Place::Private).ok_or_else(refusal::chat_not_found)
    }

    fn webhook_info(&self) -> Value {
        let mut info = json!({
            "url": self.webhook.as_deref().unwrap_or_default(),
            "has_custom_certificate": false,
            "pending_update_count": self.updates.pending(),
        });
        if let Some(kinds) = self.updates.allowed() {
            info["allowed_updates"] = kinds.into();
        }
        info
    }

    fn delete_webhook(&mut self, params: &DeleteWebhook) -> Answer {
        self.webhook = None;
        if params.drop_pending_updates == Some(true) {
            self.updates.confirm(i64::MAX);
        }
        Ok(true.into())
    }

    fn set_my_commands(&mut self, params: SetMyCommands) -> Answer {
        let valid = |command: &str| {
            (1..=32).contains(&command.len())
                && command
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        for command in &params.commands {
            if !valid(&command.command) {
                return Err(Refusal::violation("BOT_COMMAND_INVALID"));
            }
            if !(1..=256).contains(&command.description.chars().count()) {
                return Err(Refusal::violation("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
        }
        let commands = params
            .commands
            .into_iter()
            .map(|c| json!({"command": c.command, "description": c.description}))
            .collect::<Vec<_>>();
        self.commands.insert(params.language_code.unwrap_or_default(), commands.into());
        Ok(true.into())
    }
}

/// # Errors
/// Unknown, missing or wrongly typed parameters: always a violation.
pub fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|why| Refusal::violation(why.to_string()))
}
