//! Which message in a chat carries the newest buttons, as far as that was asked or decided lately.
//!
//! The store knows it of every chat. Whoever is in a dialogue would ask it at each step, and wait
//! for its answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::verification::{ChatId, MessageId};

/// So many chats are remembered at most; beyond that all are forgotten, and asked for again.
const REMEMBERED: usize = 4_096;

#[derive(Default)]
pub(in crate::engine) struct Keyboards(Mutex<HashMap<ChatId, Option<MessageId>>>);

impl Keyboards {
    /// It is so in the store.
    pub fn note(&self, chat: ChatId, message: Option<MessageId>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(chat, message);
    }

    /// `None`: that is not known.
    pub fn recall(&self, chat: ChatId) -> Option<Option<MessageId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_a_chat_counts_and_memory_has_a_bound() {
        let keyboards = Keyboards::default();
        let chat = ChatId(1);
        assert_eq!(keyboards.recall(chat), None);
        keyboards.note(chat, Some(MessageId(7)));
        assert_eq!(keyboards.recall(chat), Some(Some(MessageId(7))));
        keyboards.note(chat, None);
        assert_eq!(keyboards.recall(chat), Some(None));
        for other in 2..10_000 {
            keyboards.note(ChatId(other), None);
            assert_eq!(keyboards.recall(ChatId(other)), Some(None));
        }
        assert!(keyboards.0.lock().unwrap().len() <= REMEMBERED);
    }
}
