//! The lines for the gate's log chat: collected for a moment, written together.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{DeskText, LogLine};
use super::turn::Turn;
use crate::administration::effect::{Keyboard, Tag, Task};
use crate::administration::text::Text;
use crate::verification::{ChatId, Timestamp};

/// Lines are collected for so long.
const COLLECTED: Duration = Duration::from_secs(3);
/// So many lines make a message,
const LINES: usize = 20;
/// unless they are long: Telegram takes 4096 characters.
const CHARACTERS: usize = 3_000;
/// So many are kept while the log chat takes none; more are counted.
const KEPT: usize = 200;
/// A log chat that took nothing is tried again after so long.
const RETRY: Duration = Duration::from_secs(60 * 60);
/// Nothing was heard for so long of a message on its way: it was written, or never will be.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Where the lines go.
    chat: Option<ChatId>,
    lines: Vec<LogLine>,
    /// So many more could not be kept.
    unkept: u32,
    /// So many of the first lines, and of those that could not be kept, are on their way, since
    /// then.
    flying: Option<(usize, u32, Timestamp)>,
    /// When the next lines are written.
    due: Option<Timestamp>,
    /// The chat took nothing the last time.
    gone: bool,
}

impl Log {
    /// One more line. Without a log chat there is none.
    pub fn add(&mut self, turn: &Turn<'_, '_>, line: LogLine) {
        self.follow_settings(turn);
        if self.chat.is_none() {
            return;
        }
        if self.lines.len() < KEPT {
            self.lines.push(line);
        } else {
            self.unkept = self.unkept.saturating_add(1);
        }
        self.collect(turn);
    }

    /// Settings were changed: another log chat is tried at once.
    pub fn follow_settings(&mut self, turn: &Turn<'_, '_>) {
        let chat = turn.log_chat();
        if chat == self.chat {
            return;
        }
        self.chat = chat;
        self.gone = false;
        self.flying = None;
        self.due = None;
        if chat.is_none() {
            *self = Log::default();
        } else if !self.lines.is_empty() {
            self.collect(turn);
        }
    }

    /// The first lines are written, if it was there.
    pub fn said(&mut self, turn: &Turn<'_, '_>, chat: ChatId) {
        if turn.log_chat() == Some(chat) {
            // It may have another id than when they were sent.
            self.chat = Some(chat);
        }
        if self.chat == Some(chat)
            && let Some((lines, unkept, _)) = self.flying.take()
        {
            self.landed(turn, lines, unkept);
        }
    }

    /// The log chat took nothing: the lines are kept.
    pub fn unsaid(&mut self, turn: &Turn<'_, '_>) {
        if self.flying.take().is_some() {
            self.gone = true;
            self.due = Some(turn.now().after(RETRY));
        }
    }

    pub fn is_gone(&self) -> bool {
        self.gone
    }

    pub fn sweep(&mut self, turn: &mut Turn<'_, '_>) {
        let now = turn.now();
        if let Some((lines, unkept, since)) = self.flying
            && since.after(PATIENCE) <= now
        {
            self.flying = None;
            self.landed(turn, lines, unkept);
        }
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            self.write(turn);
        }
    }

    pub fn due(&self) -> Option<Timestamp> {
        let flying = self.flying.map(|(_, _, since)| since.after(PATIENCE));
        self.due.into_iter().chain(flying).min()
    }

    pub fn is_forgettable(&self) -> bool {
        self.lines.is_empty() && self.unkept == 0 && !self.gone
    }

    fn collect(&mut self, turn: &Turn<'_, '_>) {
        if self.flying.is_none() && self.due.is_none() {
            self.due = Some(turn.now().after(COLLECTED));
        }
    }

    fn landed(&mut self, turn: &Turn<'_, '_>, lines: usize, unkept: u32) {
        self.gone = false;
        self.lines.drain(..lines.min(self.lines.len()));
        self.unkept = self.unkept.saturating_sub(unkept);
        self.due = None;
        if !self.lines.is_empty() || self.unkept > 0 {
            self.collect(turn);
        }
    }

    fn write(&mut self, turn: &mut Turn<'_, '_>) {
        self.follow_settings(turn);
        let Some(chat) = self.chat else { return };
        if self.flying.is_some() || (self.lines.is_empty() && self.unkept == 0) {
            return;
        }
        let mut characters = 0;
        let fits = |line: &&LogLine| {
            let first = characters == 0;
            characters += length(line);
            first || characters <= CHARACTERS
        };
        let lines: Vec<LogLine> = self.lines.iter().take(LINES).take_while(fits).cloned().collect();
        let rest = self.lines.len() - lines.len();
        // The count stands where the lines end that could be kept.
        let unkept = if rest == 0 { self.unkept } else { 0 };
        self.flying = Some((lines.len(), unkept, turn.now()));
        let task = Task::Say {
            group: Some(turn.title.clone()),
            text: Text::Desk(DeskText::Log { lines, unkept }),
            keyboard: Keyboard::None,
            tag: Some(Tag::Log),
        };
        let language = turn.group_language();
        turn.order(chat, language, task);
    }
}

/// At most so long is a line, in the units that Telegram counts; names are kept short.
fn length(line: &LogLine) -> usize {
    let units = |text: &str| text.encode_utf16().count();
    let people = [&line.about, &line.by].into_iter().flatten();
    let names = people.map(|who| {
        let full = who
            .name
            .as_ref()
            .map_or(0, |name| units(&name.full) + name.username.as_deref().map_or(0, units));
        full + 24
    });
    // What stands around a detail in any language is shorter than that.
    names.sum::<usize>() + units(&line.detail.to_string()) + units(&line.what) + 100
}
