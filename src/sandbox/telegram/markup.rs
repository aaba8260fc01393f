//! Keyboards: read strictly from `reply_markup`, and shown again in messages.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::refusal::Refusal;

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
    /// Pressing it shares one's own contact.
    pub shares_contact: bool,
}

/// What `reply_markup` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Markup {
    None,
    Inline(Vec<Vec<Button>>),
    Keyboard(Vec<Vec<Key>>),
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
    Key(KeyboardKey),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "named so that unknown fields are noticed")]
struct KeyboardKey {
    text: String,
    request_contact: Option<bool>,
    request_location: Option<bool>,
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
        Markup::Keyboard(_) | Markup::RemoveKeyboard | Markup::ForceReply => {
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
    let key = |key| match key {
        KeyOrText::Text(text) => Key { text, shares_contact: false },
        KeyOrText::Key(key) => {
            Key { text: key.text, shares_contact: key.request_contact == Some(true) }
        }
    };
    let rows: Vec<Vec<Key>> =
        markup.keyboard.into_iter().map(|row| row.into_iter().map(key).collect()).collect();
    if rows.iter().flatten().next().is_none() {
        return Err(Refusal::violation("reply keyboard must contain at least one button"));
    }
    Ok(Markup::Keyboard(rows))
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
        let expected = vec![vec![
            Key { text: "Share".into(), shares_contact: true },
            Key { text: "No".into(), shares_contact: false },
        ]];
        assert_eq!(markup, Markup::Keyboard(expected));
        let remove = read(Some(json!({"remove_keyboard": true}))).unwrap();
        assert_eq!(remove, Markup::RemoveKeyboard);
    }
}
