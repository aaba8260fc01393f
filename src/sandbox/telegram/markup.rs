//! Keyboards: read strictly from `reply_markup`, and shown again in messages.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::rights::WantedRights;

/// A button below a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub text: String,
    pub does: Does,
}

/// What a button does when it is pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// Sends this back to the bot.
    Send(String),
    /// Opens this address.
    Open(String),
}

/// A button of a reply keyboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub text: String,
    pub does: KeyDoes,
}

/// What a button of a reply keyboard does when it is pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyDoes {
    /// Says what is written on it.
    Say,
    /// Shares one's own contact.
    ShareContact,
    /// Lets one choose a group.
    ShareChat(RequestChat),
    /// Lets one choose people or bots.
    ShareUsers(RequestUsers),
}

/// Which groups fit (`KeyboardButtonRequestChat`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestChat {
    pub request_id: i32,
    pub chat_is_channel: bool,
    pub chat_is_forum: Option<bool>,
    pub chat_has_username: Option<bool>,
    pub chat_is_created: Option<bool>,
    pub user_administrator_rights: Option<WantedRights>,
    pub bot_administrator_rights: Option<WantedRights>,
    pub bot_is_member: Option<bool>,
    pub request_title: Option<bool>,
    pub request_username: Option<bool>,
    pub request_photo: Option<bool>,
}

/// Which people fit (`KeyboardButtonRequestUsers`).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestUsers {
    pub request_id: i32,
    pub user_is_bot: Option<bool>,
    pub user_is_premium: Option<bool>,
    /// 1 to 10; one if left out.
    pub max_quantity: Option<usize>,
    pub request_name: Option<bool>,
    pub request_username: Option<bool>,
    pub request_photo: Option<bool>,
}

/// What `reply_markup` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Markup {
    None,
    Inline(Vec<Vec<Button>>),
    /// `one_time`: gone once it was used.
    Keyboard {
        rows: Vec<Vec<Key>>,
        one_time: bool,
    },
    RemoveKeyboard,
    ForceReply,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InlineMarkup {
    inline_keyboard: Vec<Vec<InlineButton>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InlineButton {
    text: String,
    url: Option<String>,
    callback_data: Option<String>,
    style: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "named so that unknown fields are noticed")]
struct KeyboardMarkup {
    keyboard: Vec<Vec<KeyOrText>>,
    is_persistent: Option<bool>,
    resize_keyboard: Option<bool>,
    one_time_keyboard: Option<bool>,
    input_field_placeholder: Option<String>,
    selective: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum KeyOrText {
    Text(String),
    Key(Box<KeyboardKey>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "named so that unknown fields are noticed")]
struct KeyboardKey {
    text: String,
    request_contact: Option<bool>,
    request_location: Option<bool>,
    request_chat: Option<RequestChat>,
    request_users: Option<RequestUsers>,
    style: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "named so that unknown fields are noticed")]
struct RemoveMarkup {
    remove_keyboard: bool,
    selective: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "named so that unknown fields are noticed")]
struct ForceReplyMarkup {
    force_reply: bool,
    input_field_placeholder: Option<String>,
    selective: Option<bool>,
}

/// # Errors
/// A markup that Telegram would not take.
pub fn read(markup: Option<Value>) -> Result<Markup, Refusal> {
    let markup = match markup {
        None | Some(Value::Null) => return Ok(Markup::None),
        // Form-encoded requests carry it as text.
        Some(Value::String(text)) => serde_json::from_str(&text)
            .map_err(|_| Refusal::violation("can't parse reply keyboard markup JSON object"))?,
        Some(markup) => markup,
    };
    if markup.get("inline_keyboard").is_some() {
        return inline(typed(markup)?);
    }
    if markup.get("keyboard").is_some() {
        return keyboard(typed(markup)?);
    }
    if markup.get("remove_keyboard").is_some() {
        let remove: RemoveMarkup = typed(markup)?;
        return Ok(if remove.remove_keyboard { Markup::RemoveKeyboard } else { Markup::None });
    }
    if markup.get("force_reply").is_some() {
        let force: ForceReplyMarkup = typed(markup)?;
        return Ok(if force.force_reply { Markup::ForceReply } else { Markup::None });
    }
    Err(Refusal::violation("object expected as reply markup"))
}

/// # Errors
/// As [`read`], and anything but an inline keyboard: only those can be edited.
pub fn read_inline(markup: Option<Value>) -> Result<Vec<Vec<Button>>, Refusal> {
    match read(markup)? {
        Markup::None => Ok(Vec::new()),
        Markup::Inline(rows) => Ok(rows),
        Markup::Keyboard { .. } | Markup::RemoveKeyboard | Markup::ForceReply => {
            Err(Refusal::violation("inline keyboard expected"))
        }
    }
}

/// The rows as the Bot API shows them; `None` if there are none.
pub fn json(rows: &[Vec<Button>]) -> Option<Value> {
    if rows.is_empty() {
        return None;
    }
    let button = |button: &Button| match &button.does {
        Does::Send(data) => json!({"text": button.text, "callback_data": data}),
        Does::Open(url) => json!({"text": button.text, "url": url}),
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(|row| row.iter().map(button).collect()).collect();
    Some(json!({"inline_keyboard": rows}))
}

pub fn labels(rows: &[Vec<Button>]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|button| button.text.clone()).collect()).collect()
}

fn typed<T: DeserializeOwned>(markup: Value) -> Result<T, Refusal> {
    serde_json::from_value(markup)
        .map_err(|why| Refusal::violation(format!("can't parse reply markup: {why}")))
}

fn inline(markup: InlineMarkup) -> Result<Markup, Refusal> {
    let mut rows = Vec::new();
    for row in markup.inline_keyboard {
        let row = row.into_iter().map(inline_button).collect::<Result<Vec<_>, _>>()?;
        if !row.is_empty() {
            rows.push(row);
        }
    }
    if rows.iter().map(Vec::len).sum::<usize>() > 100 {
        return Err(Refusal::violation("REPLY_MARKUP_TOO_LONG"));
    }
    Ok(Markup::Inline(rows))
}

fn inline_button(button: InlineButton) -> Result<Button, Refusal> {
    let InlineButton { text, url, callback_data, style } = button;
    if text.trim().is_empty() {
        return Err(Refusal::violation(
            "can't parse inline keyboard button: Field \"text\" must be non-empty",
        ));
    }
    if let Some(style) = style
        && !["danger", "success", "primary"].contains(&style.as_str())
    {
        return Err(Refusal::violation("can't parse inline keyboard button: unknown style"));
    }
    let does = match (callback_data, url) {
        (Some(data), None) if data.is_empty() || data.len() > 64 => {
            return Err(Refusal::violation("BUTTON_DATA_INVALID"));
        }
        (Some(data), None) => Does::Send(data),
        (None, Some(url)) if reqwest::Url::parse(&url).is_err() => {
            return Err(Refusal::violation("BUTTON_URL_INVALID"));
        }
        (None, Some(url)) => Does::Open(url),
        (None, None) | (Some(_), Some(_)) => {
            return Err(Refusal::violation(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline \
                 keyboard",
            ));
        }
    };
    Ok(Button { text, does })
}

fn keyboard(markup: KeyboardMarkup) -> Result<Markup, Refusal> {
    let one_time = markup.one_time_keyboard == Some(true);
    let rows = markup.keyboard.into_iter();
    let rows: Vec<Vec<Key>> =
        rows.map(|row| row.into_iter().map(key).collect()).collect::<Result<_, Refusal>>()?;
    if rows.iter().flatten().next().is_none() {
        return Err(Refusal::violation("reply keyboard must contain at least one button"));
    }
    let ids = rows.iter().flatten().filter_map(|key| match &key.does {
        KeyDoes::ShareChat(request) => Some(request.request_id),
        KeyDoes::ShareUsers(request) => Some(request.request_id),
        KeyDoes::Say | KeyDoes::ShareContact => None,
    });
    let mut ids: Vec<i32> = ids.collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Refusal::violation("request_id must be unique within the keyboard"));
    }
    Ok(Markup::Keyboard { rows, one_time })
}

fn key(key: KeyOrText) -> Result<Key, Refusal> {
    let key = match key {
        KeyOrText::Text(text) => return Ok(Key { text, does: KeyDoes::Say }),
        KeyOrText::Key(key) => *key,
    };
    let contact = (key.request_contact == Some(true)).then_some(KeyDoes::ShareContact);
    let chat = key.request_chat.map(KeyDoes::ShareChat);
    let users = key.request_users.map(KeyDoes::ShareUsers);
    let mut does: Vec<KeyDoes> = [contact, chat, users].into_iter().flatten().collect();
    let only = does.pop().unwrap_or(KeyDoes::Say);
    if !does.is_empty() {
        return Err(Refusal::violation("can't parse keyboard button: it may do one thing only"));
    }
    match &only {
        KeyDoes::ShareChat(RequestChat {
            user_administrator_rights: user,
            bot_administrator_rights: Some(bot),
            ..
        }) => {
            let user = user.as_ref().map(WantedRights::in_a_group);
            if !user.is_some_and(|user| user.include(bot.in_a_group())) {
                return Err(Refusal::violation("USER_RIGHTS_MISSING"));
            }
        }
        KeyDoes::ShareUsers(RequestUsers { max_quantity: Some(most), .. })
            if !(1..=10).contains(most) =>
        {
            return Err(Refusal::violation("BUTTON_USER_QUANTITY_INVALID"));
        }
        KeyDoes::ShareChat(_) | KeyDoes::ShareUsers(_) | KeyDoes::Say | KeyDoes::ShareContact => {}
    }
    Ok(Key { text: key.text, does: only })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(button: Value) -> Result<Markup, Refusal> {
        read(Some(json!({"inline_keyboard": [[button]]})))
    }

    #[test]
    fn data_has_64_bytes_at_most() {
        assert!(button(json!({"text": "x", "callback_data": "x".repeat(64)})).is_ok());
        let refusal = button(json!({"text": "x", "callback_data": "ü".repeat(33)})).unwrap_err();
        assert_eq!(refusal.description, "Bad Request: BUTTON_DATA_INVALID");
        assert!(refusal.violation);
    }

    #[test]
    fn a_button_does_exactly_one_thing_and_has_no_unknown_fields() {
        assert!(button(json!({"text": "x"})).is_err());
        assert!(button(json!({"text": "x", "callback_data": "y", "url": "https://t.me"})).is_err());
        assert!(button(json!({"text": "x", "callback_data": "y", "color": "red"})).is_err());
        assert!(button(json!({"text": " ", "callback_data": "y"})).is_err());
    }

    #[test]
    fn reply_keyboards_are_read() {
        let rows = json!([[{"text": "Share", "request_contact": true}, "No"]]);
        let markup = read(Some(json!({"keyboard": rows, "one_time_keyboard": true}))).unwrap();
        let rows = vec![vec![
            Key { text: "Share".into(), does: KeyDoes::ShareContact },
            Key { text: "No".into(), does: KeyDoes::Say },
        ]];
        assert_eq!(markup, Markup::Keyboard { rows, one_time: true });
        let remove = read(Some(json!({"remove_keyboard": true}))).unwrap();
        assert_eq!(remove, Markup::RemoveKeyboard);
    }

    #[test]
    fn keys_that_ask_for_a_chat_are_read_strictly() {
        let rights = |invite: bool| {
            let mut rights: Value = super::super::rights::Rights::NONE.json().into();
            rights["is_anonymous"] = false.into();
            rights["can_invite_users"] = invite.into();
            rights
        };
        let ask = |request: Value| {
            read(Some(json!({"keyboard": [[{"text": "Which?", "request_chat": request}]]})))
        };
        let request = json!({
            "request_id": 7, "chat_is_channel": false, "bot_is_member": true,
            "user_administrator_rights": rights(true), "bot_administrator_rights": rights(true),
        });
        let Markup::Keyboard { rows, one_time: false } = ask(request.clone()).unwrap() else {
            panic!("a keyboard");
        };
        let KeyDoes::ShareChat(read_back) = &rows[0][0].does else { panic!("{rows:?}") };
        assert_eq!((read_back.request_id, read_back.bot_is_member), (7, Some(true)));
        for (name, value) in [
            ("colour", json!("red")),
            ("request_id", json!("7")),
            ("user_administrator_rights", rights(false)),
            ("bot_administrator_rights", json!({"can_invite_users": true})),
        ] {
            let mut bad = request.clone();
            bad[name] = value;
            assert!(ask(bad).is_err(), "{name}");
        }
        let key = json!({"text": "?", "request_chat": request});
        let twice = read(Some(json!({"keyboard": [[key, key]]})));
        assert!(twice.is_err(), "request ids are unique");
    }
}
