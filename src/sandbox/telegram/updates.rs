//! The queue of updates, as getUpdates shows it.
//!
//! An update stays until a call with a higher offset confirms it. A kind that the bot did not ask
//! for is not even queued, as with the real server.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;

/// Kinds that are sent only on request.
const ON_REQUEST: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// All kinds that a bot may ask for.
const KINDS: [&str; 25] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

/// The queue.
#[derive(Debug)]
pub struct Updates {
    next_id: i64,
    pending: VecDeque<Queued>,
    last: Option<Queued>,
    /// `None`: the default set.
    allowed: Option<BTreeSet<String>>,
    /// The number of the newest getUpdates call: older ones end with a conflict.
    newest_poll: u64,
    /// Polls up to this number end without an answer of interest.
    ended_polls: u64,
    /// Rings when something is queued and when a newer poll comes.
    pub changed: Arc<Notify>,
    /// Rings when updates are confirmed.
    pub confirmed: Arc<Notify>,
}

/// One update, written out.
#[derive(Clone, Debug)]
struct Queued {
    id: i64,
    json: Arc<str>,
}

impl Updates {
    pub fn new() -> Updates {
        Updates {
            next_id: 410_000_001,
            pending: VecDeque::new(),
            last: None,
            allowed: None,
            newest_poll: 0,
            ended_polls: 0,
            changed: Arc::default(),
            confirmed: Arc::default(),
        }
    }

    /// Queues an update if the bot wants its kind.
    pub fn push(&mut self, kind: &str, body: &Value) {
        let wanted = match &self.allowed {
            None => !ON_REQUEST.contains(&kind),
            Some(kinds) => kinds.contains(kind),
        };
        if wanted {
            self.push_raw(&format!("\"{kind}\":{body}"));
        }
    }

    /// Queues whatever stands behind the id: `"kind":{…}`.
    pub fn push_raw(&mut self, rest: &str) {
        let id = self.next_id;
        self.next_id += 1;
        self.queue(Queued { id, json: format!("{{\"update_id\":{id},{rest}}}").into() });
    }

    /// Delivers the newest update once more, confirmed or not.
    pub fn repeat_last(&mut self) -> bool {
        let Some(last) = self.last.clone() else { return false };
        self.queue(last);
        true
    }

    /// The next update gets this id, as after a quiet week.
    pub fn continue_at(&mut self, id: i64) {
        self.next_id = id;
    }

    fn queue(&mut self, update: Queued) {
        self.last = Some(update.clone());
        self.pending.push_back(update);
        self.changed.notify_waiters();
    }

    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Remembers what the bot asks for. Empty: the default set.
    ///
    /// # Errors
    /// A name that is no kind of update.
    pub fn allow(&mut self, kinds: Vec<String>) -> Result<(), String> {
        if let Some(odd) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(odd.clone());
        }
        self.allowed = (!kinds.is_empty()).then(|| kinds.into_iter().collect());
        Ok(())
    }

    pub fn allowed(&self) -> Option<Vec<String>> {
        self.allowed.as_ref().map(|kinds| kinds.iter().cloned().collect())
    }

    /// A new getUpdates call: it ends an older one. Returns its number.
    pub fn new_poll(&mut self) -> u64 {
        self.newest_poll += 1;
        self.changed.notify_waiters();
        self.newest_poll
    }

    /// Lets every getUpdates that waits now answer at once.
    pub fn end_polls(&mut self) {
        self.ended_polls = self.newest_poll;
        self.changed.notify_waiters();
    }

    pub fn is_ended_poll(&self, poll: u64) -> bool {
        poll <= self.ended_polls
    }

    pub fn is_newest_poll(&self, poll: u64) -> bool {
        self.newest_poll == poll
    }

    /// Forgets what `offset` confirms: all below it, or for a negative one all but the last
    /// `-offset`.
    pub fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let drop = self.pending.len().saturating_sub(keep);
            self.pending.drain(..drop);
        } else {
            self.pending.retain(|update| update.id >= offset);
        }
        self.confirmed.notify_waiters();
    }

    /// The oldest updates, at most `limit`, as a JSON array; `None` if there are none.
    pub fn batch(&self, limit: usize) -> Option<String> {
        if self.pending.is_empty() {
            return None;
        }
        let batch: Vec<&str> = self.pending.iter().take(limit).map(|u| &*u.json).collect();
        Some(format!("[{}]", batch.join(",")))
    }
}
