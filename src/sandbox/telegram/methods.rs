//! The methods of the pretend Bot API: which there are, and who carries each out.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::files::File;
use super::json;
use super::model::Model;
use super::params::{DeleteWebhook, Nothing};
use super::refusal::Refusal;

/// What a method answers.
pub type Answer = Result<Value, Refusal>;

impl Model {
    /// Carries out any method but getUpdates, which waits. `method` in lower case; `upload`: the
    /// file that came with it.
    ///
    /// # Errors
    /// As the real server; [`Refusal::violation`] is set for an unknown method or parameter.
    pub fn call(&mut self, method: &str, params: Value, upload: Option<File>) -> Answer {
        if upload.is_some() && method != "senddocument" {
            return Err(Refusal::violation("this method takes no file"));
        }
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
            "getmycommands" => self.get_my_commands(read(params)?),
            "deletemycommands" => self.delete_my_commands(read(params)?),
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
            "editchatinvitelink" => self.edit_chat_invite_link(read(params)?),
            "exportchatinvitelink" => self.export_chat_invite_link(&read(params)?),
            "restrictchatmember" => self.restrict_chat_member(&read(params)?),
            "banchatmember" => self.ban_chat_member(&read(params)?),
            "unbanchatmember" => self.unban_chat_member(&read(params)?),
            "getfile" => self.get_file(&read(params)?),
            "senddocument" => self.send_document(read(params)?, upload),
            "leavechat" => self.leave_chat(&read(params)?),
            _ => Err(Refusal { violation: true, ..Refusal::new(404, "Not Found") }),
        }
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
}

/// # Errors
/// Unknown, missing or wrongly typed parameters: always a violation.
pub fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|why| Refusal::violation(why.to_string()))
}
