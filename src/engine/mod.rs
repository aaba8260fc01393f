//! The shell's heart: inbox → step → commit → outbox.
//!
//! ```text
//!   intake ──▶ inbox (durable) ──▶ people ──▶ decide ──▶ one commit ──▶ outbox ──▶ Telegram, mail, SMS
//!                                               ▲                        │
//!                                  sweep ───────┴──── what came of it ───┘
//! ```
//!
//! * `intake` takes updates from Telegram and confirms them only once they are in the store.
//! * `people` gives each person's events to the rules in order, one at a time.
//! * `decide` is the one place where the rules meet the store: a step and everything that follows
//!   from it are one commit.
//! * `outbox` carries out what was decided, and returns what came of it to `decide`.
//! * `sweep` brings back what was put off, and removes what has had its time.
//!
//! Nothing leaves the process before the commit behind it is durable. The only clock and the only
//! random source of the rules are in `world`.

mod decide;
mod follow;
mod gates;
mod hearing;
mod intake;
mod menus;
mod moves;
mod outbox;
mod people;
mod pulse;
mod renaming;
mod rounds;
mod shelf;
mod sweep;
mod verifier;
pub mod world;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::info;

use crate::delivery::{Mailer, Texter};
use crate::machines::Happening;
use crate::ops::metrics::Metrics;
use crate::store::records::RestoreMark;
use crate::store::{Store, StoreError};
use crate::telegram::Client;
use crate::telegram::client::Me;
use crate::texts::Texts;
use crate::verification::code::Keys;
use crate::verification::restore::Restore;
use crate::verification::spending::Spending;
use crate::verification::{Language, UserId};
pub use gates::GateBook;
use hearing::Hearing;
pub use intake::Polling;
pub use outbox::Retries;
use outbox::{Keyboards, Outbox, Pretence};
use people::People;
pub use pulse::Pulse;
pub use sweep::Sweeping;
use verifier::Verifier;
use world::Guarded;

/// How long a stop waits for what is under way. Whatever is not done by then is in the store.
const GRACE: Duration = Duration::from_secs(3);

/// Why the engine ended by itself. Nothing more was acknowledged, sent or admitted.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A task of the engine itself panicked; without it the bot would be deaf or mute.
    #[error("the bot stopped on a fault of its own; start again, and please report this as a bug")]
    Panicked,
}

/// Everything that the engine works with.
pub struct Parts {
    pub store: Store,
    pub telegram: Client,
    pub mailer: Option<Mailer>,
    pub texter: Option<Texter>,
    pub texts: Texts,
    pub gates: GateBook,
    pub setting: Setting,
    pub keys: Keys,
    pub clock: Arc<Guarded>,
    pub metrics: Metrics,
    /// 0: no limit of our own.
    pub messages_per_second: u32,
    pub retries: Retries,
    pub polling: Polling,
    pub sweeping: Sweeping,
    /// Where others can see how the engine does.
    pub pulse: Arc<Pulse>,
    pub me: Me,
}

/// What the configuration says about those who run the bot.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    pub owners: Vec<UserId>,
    /// Every group admin may gate their group.
    pub open_enrolment: bool,
    /// The languages that there are words in.
    pub languages: Vec<Language>,
    /// What holds for the SMS of all gates together.
    pub spending: Spending,
}

/// What all parts of the engine share.
struct Engine {
    store: Store,
    telegram: Client,
    mailer: Option<Mailer>,
    texter: Option<Texter>,
    texts: Texts,
    gates: GateBook,
    setting: Setting,
    keys: Arc<Keys>,
    clock: Arc<Guarded>,
    hearing: Hearing,
    metrics: Metrics,
    pulse: Arc<Pulse>,
    retries: Retries,
    pretence: Pretence,
    keyboards: Keyboards,
    polling: Polling,
    sweeping: Sweeping,
    verifier: Verifier,
    /// What the machines have to tell each other, once it is in the inbox.
    told: mpsc::UnboundedSender<Vec<(u64, Happening)>>,
    /// The store was put back from a backup; only while the bot is stopped.
    restore: Option<Restore>,
    me: UserId,
    /// The bot's name in links: `https://t.me/<this>`.
    username: String,
}

/// Runs the bot until `stop` turns true or the store fails.
///
/// # Errors
///
/// The store failed closed, or the engine itself did.
pub async fn run(parts: Parts, mut stop: watch::Receiver<bool>) -> Result<(), EngineError> {
    let pace = parts.messages_per_second;
    let (told, messages) = mpsc::unbounded_channel();
    let hearing = Hearing::recall(&parts.store, Arc::clone(&parts.clock)).await?;
    let mark = parts.store.read(|view| view.get::<RestoreMark>(&())).await?;
    let engine = Arc::new(Engine {
        gates: parts.gates,
        setting: parts.setting,
        told,
        keys: Arc::new(parts.keys),
        store: parts.store,
        telegram: parts.telegram,
        mailer: parts.mailer,
        texter: parts.texter,
        texts: parts.texts,
        clock: parts.clock,
        hearing,
        metrics: parts.metrics,
        pulse: parts.pulse,
        retries: parts.retries,
        pretence: Pretence::default(),
        keyboards: Keyboards::default(),
        polling: parts.polling,
        sweeping: parts.sweeping,
        verifier: Verifier::new(),
        restore: mark.map(|RestoreMark(restore)| restore),
        me: parts.me.id,
        username: parts.me.username,
    });
    engine.gates.recall(&engine.store).await?;

    let (outbox, carrying) = Outbox::new(Arc::clone(&engine), pace);
    let people = People::new(Arc::clone(&engine), outbox.clone());
    let left = outbox.replay().await? + people.replay().await?;
    if left > 0 {
        info!(left, "going on with what the last run left in the inbox and the outbox");
    }

    let mut tasks = JoinSet::new();
    tasks.spawn(carrying.run(stop.clone()));
    tasks.spawn(people.clone().pass_on(messages, stop.clone()));
    tasks.spawn(intake::run(Arc::clone(&engine), people, stop.clone()));
    tasks.spawn(sweep::run(Arc::clone(&engine), outbox, stop.clone()));
    // Ended by `refresh`, after its first look, and by `fill`.
    engine.pulse.begin(2);
    tasks.spawn(rounds::refresh(Arc::clone(&engine), stop.clone()));
    tasks.spawn(menus::fill(Arc::clone(&engine), stop.clone()));

    let failure = tokio::select! {
        failure = engine.store.failed() => Some(EngineError::Store(failure)),
        () = a_panic(&mut tasks) => Some(EngineError::Panicked),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    if failure.is_none() {
        let all_done = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, all_done).await.is_err() {
            info!("stopping with work under way; it goes on at the next start");
        }
    }
    tasks.shutdown().await;
    match failure {
        Some(failure) => Err(failure),
        None => {
            engine.store.clone().close().await;
            Ok(())
        }
    }
}

/// Resolves when one of the engine's own tasks panics.
async fn a_panic(tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        if ended.is_err_and(|error| error.is_panic()) {
            return;
        }
    }
    std::future::pending().await
}

/// Runs work for one person; `None` if it panicked, which then hurts nobody else. The panic hook
/// says where it was.
fn contained<T>(work: impl Future<Output = T>) -> impl Future<Output = Option<T>> {
    // No `async fn`: that would keep the work twice, where it was handed in and where it is awaited.
    AssertUnwindSafe(work).catch_unwind().map(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_contained() {
        assert_eq!(contained(async { 7 }).await, Some(7));
        let broken = async {
            if std::hint::black_box(true) {
                panic!("on purpose")
            }
        };
        assert_eq!(contained(broken).await, None);
    }

    #[tokio::test]
    async fn only_a_panic_of_a_task_ends_the_engine() {
        let mut tasks = JoinSet::new();
        tasks.spawn(async {});
        let a_while = async {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            () = a_panic(&mut tasks) => panic!("nothing panicked"),
            () = a_while => assert!(tasks.is_empty(), "it did not look"),
        }
        tasks.spawn(async { panic!("on purpose") });
        a_panic(&mut tasks).await;
    }
}
