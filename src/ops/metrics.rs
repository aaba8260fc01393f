//! What the process counts and measures, for Prometheus.
//!
//! Labels are words of the program itself (`&'static str` or an enum), so that no name, address,
//! id or text of a person can become one. Times are in seconds.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::verification::Timestamp;
use crate::verification::effect::Channel;

/// The content type of [`Metrics::expose`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is counted; a cheap handle.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    updates: Family<Kind, Counter>,
    steps: Family<Step, Counter>,
    outcomes: Family<Outcome, Counter>,
    sends: Family<Send, Counter>,
    latency: Family<Provider, Histogram, fn() -> Histogram>,
    retries: Family<Kind, Counter>,
    panics: Counter,
    outbox_depth: Gauge,
    outbox_age: Gauge<f64, AtomicU64>,
    commits: Histogram,
    syncs: Counter<u64, AtomicU64>,
    records: Family<RecordKind, Gauge>,
    store_size: Gauge,
    store_free: Gauge,
    polled: Gauge<f64, AtomicU64>,
    poll_failures: Family<Reason, Counter>,
    outage: Gauge<f64, AtomicU64>,
    clock_ahead: Gauge<f64, AtomicU64>,
    backups: Family<Outcome, Counter>,
    alarms: Family<Kind, Counter>,
    backed_up: Gauge<f64, AtomicU64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RecordKind {
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Step {
    event: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Send {
    channel: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Provider {
    provider: &'static str,
}

impl Metrics {
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a second registry is never what is meant")]
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("countersign");
        let updates = Family::default();
        registry.register("updates", "Updates from Telegram, by kind", updates.clone());
        let steps = Family::default();
        registry.register("steps", "Steps of dialogues, by what caused them", steps.clone());
        let outcomes = Family::default();
        registry.register("outcomes", "What dialogues came to", outcomes.clone());
        let sends = Family::default();
        registry.register(
            "sends",
            "Codes given to a provider, by channel and outcome",
            sends.clone(),
        );
        let latency: Family<Provider, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(answer_times);
        registry.register_with_unit(
            "provider_latency",
            "How long a provider (telegram, smtp, twilio) took to answer",
            Unit::Seconds,
            latency.clone(),
        );
        let retries = Family::default();
        registry.register("retries", "Orders put back to be tried again, by kind", retries.clone());
        let panics = Counter::default();
        registry.register("panics", "Panics, caught or not", panics.clone());
        let outbox_depth = Gauge::default();
        registry.register("outbox_depth", "Orders that wait in the outbox", outbox_depth.clone());
        let outbox_age = Gauge::default();
        registry.register_with_unit(
            "outbox_oldest_age",
            "How long the oldest order in the outbox has waited",
            Unit::Seconds,
            outbox_age.clone(),
        );
        let commits = commit_times();
        registry.register_with_unit(
            "store_commit",
            "From handing a transaction to the store until it is durable",
            Unit::Seconds,
            commits.clone(),
        );
        let records = Family::default();
        registry.register("store_records", "Records in the store, by kind", records.clone());
        let syncs = Counter::<u64, AtomicU64>::default();
        registry.register(
            "store_syncs",
            "Groups of commits that were written and synced to the disk",
            syncs.clone(),
        );
        let store_size = Gauge::default();
        registry.register_with_unit(
            "store_size",
            "What the store's files take on the disk",
            Unit::Bytes,
            store_size.clone(),
        );
        let store_free = Gauge::default();
        registry.register_with_unit(
            "store_free",
            "What is free on the store's disk",
            Unit::Bytes,
            store_free.clone(),
        );
        let polled = Gauge::default();
        registry.register_with_unit(
            "polling_last_success_timestamp",
            "When getUpdates was last answered, since 1970",
            Unit::Seconds,
            polled.clone(),
        );
        let poll_failures = Family::default();
        registry.register(
            "polling_failures",
            "Questions for updates that failed, by reason",
            poll_failures.clone(),
        );
        let outage = Gauge::default();
        registry.register_with_unit(
            "outage",
            "How long nobody could reach the bot, at the last time that it came back",
            Unit::Seconds,
            outage.clone(),
        );
        let clock_ahead = Gauge::default();
        registry.register_with_unit(
            "clock_ahead",
            "How far the machine's clock is ahead of the time that the bot goes by",
            Unit::Seconds,
            clock_ahead.clone(),
        );
        let backups = Family::default();
        registry.register("backups", "Backups that the bot made by itself", backups.clone());
        let alarms = Family::default();
        registry.register("alarms", "What the owners were told of, by kind", alarms.clone());
        let backed_up = Gauge::default();
        registry.register_with_unit(
            "backup_last_success_timestamp",
            "When the newest of the bot's own backups was made, since 1970",
            Unit::Seconds,
            backed_up.clone(),
        );
        Metrics {
            registry: Arc::new(registry),
            updates,
            steps,
            outcomes,
            sends,
            latency,
            retries,
            panics,
            outbox_depth,
            outbox_age,
            commits,
            syncs,
            records,
            store_size,
            store_free,
            polled,
            poll_failures,
            outage,
            clock_ahead,
            backups,
            alarms,
            backed_up,
        }
    }

    /// An update came in; `kind` as Telegram names it (`message`, `chat_join_request`).
    pub fn update(&self, kind: &'static str) {
        self.updates.get_or_create(&Kind { kind }).inc();
    }

    /// A step was made; `event` is what caused it (`wrote`, `pressed`).
    pub fn step(&self, event: &'static str) {
        self.steps.get_or_create(&Step { event }).inc();
    }

    /// A dialogue came to something (`admitted`, `locked`, `cancelled`).
    pub fn outcome(&self, outcome: &'static str) {
        self.outcomes.get_or_create(&Outcome { outcome }).inc();
    }

    /// The owners are told of something (`sms_country_used_up`).
    pub fn alarm(&self, kind: &'static str) {
        self.alarms.get_or_create(&Kind { kind }).inc();
    }

    /// A code was given to a provider (`sent`, `not_sent`, `refused`, `unknown`, `misconfigured`), or
    /// was not because the disk is full (`no_room`).
    pub fn send(&self, channel: Channel, outcome: &'static str) {
        let channel = match channel {
            Channel::Email => "email",
            Channel::Sms => "sms",
        };
        self.sends.get_or_create(&Send { channel, outcome }).inc();
    }

    /// A provider (`telegram`, `smtp`, `twilio`) took this long to answer, well or not.
    pub fn answered(&self, provider: &'static str, took: Duration) {
        self.latency.get_or_create(&Provider { provider }).observe(took.as_secs_f64());
    }

    /// An order goes back into the outbox; `kind` is that of the order.
    pub fn retry(&self, kind: &'static str) {
        self.retries.get_or_create(&Kind { kind }).inc();
    }

    pub fn panic(&self) {
        self.panics.inc();
    }

    /// So many orders wait in the outbox now.
    pub fn outbox_depth(&self, depth: usize) {
        self.outbox_depth.set(i64::try_from(depth).unwrap_or(i64::MAX));
    }

    /// The oldest order in the outbox has waited so long; zero if there is none.
    pub fn outbox_age(&self, oldest: Duration) {
        self.outbox_age.set(oldest.as_secs_f64());
    }

    /// A transaction became durable this long after it was handed in.
    pub fn commit(&self, took: Duration) {
        self.commits.observe(took.as_secs_f64());
    }

    /// The store has written and synced so many groups of transactions since it was opened.
    pub fn syncs(&self, count: u64) {
        self.syncs.inner().store(count, Ordering::Relaxed);
    }

    /// The store holds so many records of a kind (`person`, `seen update`).
    pub fn records(&self, kind: &'static str, count: u64) {
        let kind = kind.replace([' ', '-'], "_");
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.records.get_or_create(&RecordKind { kind }).set(count);
    }

    /// So many bytes are free on the store's disk.
    pub fn store_free(&self, bytes: u64) {
        self.store_free.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// The store's files take so many bytes.
    pub fn store_size(&self, bytes: u64) {
        self.store_size.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// getUpdates was answered.
    pub fn polled(&self, now: Timestamp) {
        self.polled.set(seconds(now));
    }

    /// The bot's own backup was `made`, or `failed`.
    pub fn backup(&self, outcome: &'static str) {
        self.backups.get_or_create(&Outcome { outcome }).inc();
    }

    /// The newest of the bot's own backups was made then.
    pub fn backed_up(&self, at: Timestamp) {
        self.backed_up.set(seconds(at));
    }

    /// getUpdates failed, for this reason (`unreachable`, `conflict`, `unauthorized`).
    pub fn poll_failed(&self, reason: &'static str) {
        self.poll_failures.get_or_create(&Reason { reason }).inc();
    }

    /// Nobody could reach us for so long; it is over.
    pub fn outage(&self, took: Duration) {
        self.outage.set(took.as_secs_f64());
    }

    /// The machine's clock is so many milliseconds ahead of the rules' time; negative: behind.
    pub fn clock_ahead(&self, millis: i64) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds fit 53 bits for 285,000 years"
        )]
        self.clock_ahead.set(millis as f64 / 1000.0);
    }

    /// The text exposition, of the type [`CONTENT_TYPE`].
    #[must_use]
    pub fn expose(&self) -> String {
        let mut page = String::new();
        text::encode(&mut page, &self.registry).expect("writing to a string never fails");
        page
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds fit 53 bits for 285,000 years")]
fn seconds(at: Timestamp) -> f64 {
    at.0 as f64 / 1000.0
}

fn answer_times() -> Histogram {
    Histogram::new([0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

fn commit_times() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_exposed() {
        let metrics = Metrics::new();
        metrics.update("message");
        metrics.update("message");
        metrics.update("chat_join_request");
        metrics.step("wrote");
        metrics.outcome("admitted");
        metrics.send(Channel::Email, "sent");
        metrics.send(Channel::Sms, "refused");
        metrics.answered("twilio", Duration::from_millis(300));
        metrics.retry("say");
        metrics.panic();
        metrics.outbox_depth(3);
        metrics.outbox_age(Duration::from_millis(1500));
        metrics.commit(Duration::from_millis(2));
        metrics.syncs(5);
        metrics.records("seen update", 7);
        metrics.store_size(4096);
        metrics.store_free(8192);
        metrics.polled(Timestamp(1_700_000_000_500));
        metrics.poll_failed("conflict");
        metrics.outage(Duration::from_secs(3600));
        metrics.clock_ahead(-1500);
        metrics.backup("made");
        metrics.backed_up(Timestamp(1_700_000_001_500));
        let page = metrics.clone().expose();
        for line in [
            "countersign_updates_total{kind=\"message\"} 2",
            "countersign_updates_total{kind=\"chat_join_request\"} 1",
            "countersign_steps_total{event=\"wrote\"} 1",
            "countersign_outcomes_total{outcome=\"admitted\"} 1",
            "countersign_sends_total{channel=\"email\",outcome=\"sent\"} 1",
            "countersign_sends_total{channel=\"sms\",outcome=\"refused\"} 1",
            "countersign_provider_latency_seconds_bucket{le=\"0.25\",provider=\"twilio\"} 0",
            "countersign_provider_latency_seconds_bucket{le=\"0.5\",provider=\"twilio\"} 1",
            "countersign_retries_total{kind=\"say\"} 1",
            "countersign_panics_total 1",
            "countersign_outbox_depth 3",
            "countersign_outbox_oldest_age_seconds 1.5",
            "countersign_store_commit_seconds_bucket{le=\"0.0025\"} 1",
            "countersign_store_syncs_total 5",
            "countersign_store_records{kind=\"seen_update\"} 7",
            "countersign_store_size_bytes 4096",
            "countersign_store_free_bytes 8192",
            "countersign_polling_last_success_timestamp_seconds 1700000000.5",
            "countersign_polling_failures_total{reason=\"conflict\"} 1",
            "countersign_outage_seconds 3600.0",
            "countersign_clock_ahead_seconds -1.5",
            "countersign_backups_total{outcome=\"made\"} 1",
            "countersign_backup_last_success_timestamp_seconds 1700000001.5",
            "# EOF",
        ] {
            assert!(page.lines().any(|there| there == line), "no line {line:?} in\n{page}");
        }
    }
}
