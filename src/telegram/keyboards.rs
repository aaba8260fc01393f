//! What hangs below a message, as Telegram wants it.

use teloxide::types::{
    ButtonRequest, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup,
    KeyboardRemove, ReplyMarkup,
};

use crate::texts::Texts;
use crate::verification::Language;
use crate::verification::effect::Keyboard;

pub fn markup(keyboard: &Keyboard, language: &Language, texts: &Texts) -> Option<ReplyMarkup> {
    match keyboard {
        Keyboard::None => None,
        Keyboard::Buttons(rows) => {
            let rows = rows.iter().map(|row| {
                row.iter().map(|button| {
                    let label = texts.label(language, &button.label);
                    InlineKeyboardButton::callback(label, button.data.clone())
                })
            });
            Some(ReplyMarkup::InlineKeyboard(InlineKeyboardMarkup::new(rows)))
        }
        Keyboard::ShareContact => {
            let share = KeyboardButton::new(texts.share_contact(language));
            let rows = [[share.request(ButtonRequest::Contact)]];
            let keyboard = KeyboardMarkup::new(rows).resize_keyboard().one_time_keyboard();
            Some(ReplyMarkup::Keyboard(keyboard))
        }
        Keyboard::Remove => Some(ReplyMarkup::KeyboardRemove(KeyboardRemove::new())),
    }
}
