//! One attempt at one order.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::{Attempt, Lane, Next, broken_off};
use crate::delivery::{Mail, SendOutcome, Sms};
use crate::engine::decide::{Cause, Queued};
use crate::engine::world::SystemRandom;
use crate::engine::{Engine, contained};
use crate::ops::fault::{self, Point};
use crate::store::StoreError;
use crate::store::records::{LiveKeyboard, OutboxEntry, PersonRecord};
use crate::telegram::{Fault, Performed};
use crate::verification::code::Random;
use crate::verification::effect::{Channel, Effect, Keyboard, Letter, Order};
use crate::verification::event::{DeliveryOutcome, Event, What};
use crate::verification::{ChallengeId, GateId};

pub(super) async fn attempt(
    engine: Arc<Engine>,
    lane: Lane,
    seq: u64,
    entry: OutboxEntry,
) -> Attempt {
    let kind = entry.order.effect.name();
    let carried = match contained(carry(&engine, seq, &entry)).await {
        Some(carried) => carried,
        None => {
            error!(
                kind,
                user = entry.order.user.0,
                "a panic while carrying out an order; it is dropped"
            );
            let cause = Cause { outbox: Some(seq), ..Cause::default() };
            engine.decide(broken_off(&entry), cause).await.map(|queued| (queued, Next::Go))
        }
    };
    match carried {
        Ok((queued, next)) => Attempt { lane, kind, queued, next },
        Err(_) => Attempt { lane, kind, queued: Vec::new(), next: Next::Stop },
    }
}

async fn carry(
    engine: &Engine,
    seq: u64,
    entry: &OutboxEntry,
) -> Result<(Queued, Next), StoreError> {
    fault::pass(Point::OutboxBefore);
    match entry.order.effect.clone() {
        Effect::SendCode { gate, challenge, letter } => {
            send_code(engine, seq, entry, &Parcel { gate, challenge, letter }).await
        }
        Effect::Say { .. }
        | Effect::Rewrite { .. }
        | Effect::RetireButtons
        | Effect::Delete { .. }
        | Effect::AnswerButton { .. }
        | Effect::LookUpMember { .. }
        | Effect::Approve { .. }
        | Effect::Decline { .. }
        | Effect::Invite { .. }
        | Effect::RevokeInvite { .. } => call_telegram(engine, seq, entry).await,
    }
}

async fn call_telegram(
    engine: &Engine,
    seq: u64,
    entry: &OutboxEntry,
) -> Result<(Queued, Next), StoreError> {
    let order = &entry.order;
    let chat = order.chat;
    let keyboard = match order.effect {
        Effect::RetireButtons | Effect::Rewrite { .. } => {
            let live = engine.store.read(move |view| view.get::<LiveKeyboard>(&chat)).await?;
            live.map(|live| live.message)
        }
        _ => None,
    };
    let performed =
        engine.telegram.perform(order, keyboard, &engine.texts, engine.clock.now()).await;
    fault::pass(Point::OutboxPerformed);
    let (said, then) = match performed {
        Performed::Done { said, then } => (said, then),
        Performed::Later { after, why } => {
            let after = match why {
                Fault::Retry { .. } => engine.retries.after(entry.attempts),
                _ => after,
            };
            if entry.attempts.is_power_of_two() || entry.attempts == 0 {
                warn!(user = order.user.0, %why, "Telegram did not take an order; trying again");
            }
            return Ok((Vec::new(), Next::Again(after)));
        }
        Performed::Dropped { why, then } => {
            info!(user = order.user.0, %why, "an order is in vain and is dropped");
            (None, then)
        }
    };
    let keyboard = match (&order.effect, said) {
        (Effect::Say { keyboard: Keyboard::Buttons(_), .. }, Some(message)) => {
            Some((chat, Some(message)))
        }
        (Effect::RetireButtons | Effect::Rewrite { .. }, _) => Some((chat, None)),
        (_, _) => None,
    };
    let cause = Cause { outbox: Some(seq), keyboard, ..Cause::default() };
    let queued = engine.decide(then.map(|what| about(order, what)), cause).await?;
    Ok((queued, Next::Go))
}

fn about(order: &Order, what: What) -> Event {
    Event { user: order.user, language: None, what }
}

/// A code to be sent.
struct Parcel {
    gate: GateId,
    challenge: ChallengeId,
    letter: Letter,
}

async fn send_code(
    engine: &Engine,
    seq: u64,
    entry: &OutboxEntry,
    parcel: &Parcel,
) -> Result<(Queued, Next), StoreError> {
    let over = |outcome| {
        let (gate, challenge) = (parcel.gate, parcel.challenge);
        let event = about(&entry.order, What::CodeDelivery { gate, challenge, outcome });
        engine.decide(Some(event), Cause { outbox: Some(seq), ..Cause::default() })
    };
    if engine.clock.now() >= parcel.letter.expires {
        return Ok((over(DeliveryOutcome::GaveUp).await?, Next::Go));
    }
    let channel = parcel.letter.address.channel();
    if channel == Channel::Sms && !engine.store.has_room() {
        // On a full disk nothing could be written of it, and it would be paid for all the same.
        if entry.attempts.is_power_of_two() || entry.attempts == 0 {
            let (user, why) = (entry.order.user.0, "the store's disk is nearly full; make room");
            error!(user, why, "no SMS leaves; trying again");
        }
        engine.metrics.send(channel, "no_room");
        return delay(engine, seq, entry, parcel, engine.retries.after(entry.attempts)).await;
    }
    if !begin(engine, seq, entry, parcel).await? {
        // A newer code has replaced it, or the dialogue is over.
        let cause = Cause { outbox: Some(seq), ..Cause::default() };
        return Ok((engine.decide(None, cause).await?, Next::Go));
    }
    fault::pass(Point::CodeBefore);
    let began = Instant::now();
    let sent = hand_over(engine, &entry.order, &parcel.letter).await;
    fault::pass(Point::CodeAfter);
    engine.metrics.send(channel, sent.label());
    engine.metrics.answered(provider(channel), began.elapsed());
    let user = entry.order.user.0;
    let to = parcel.letter.address.masked();
    match sent {
        SendOutcome::Sent => Ok((over(DeliveryOutcome::Sent).await?, Next::Go)),
        SendOutcome::Refused(refusal) => {
            Ok((over(DeliveryOutcome::Refused(refusal)).await?, Next::Go))
        }
        SendOutcome::Unknown { why } => {
            warn!(
                user,
                ?channel,
                to,
                why,
                "nobody knows whether a code was sent; it counts as sent"
            );
            Ok((over(DeliveryOutcome::Unknown).await?, Next::Go))
        }
        SendOutcome::NotSent { why, retry_after } => {
            warn!(user, ?channel, to, why, "a code could not be sent; trying again");
            let after = retry_after.unwrap_or_else(|| engine.retries.after(entry.attempts));
            delay(engine, seq, entry, parcel, after).await
        }
        SendOutcome::Misconfigured { why } => {
            error!(?channel, why, "codes cannot be sent: mend the configuration");
            delay(engine, seq, entry, parcel, engine.retries.misconfigured).await
        }
    }
}

/// Notes that the code may leave from now on; `false` if it is not wanted any more.
async fn begin(
    engine: &Engine,
    seq: u64,
    entry: &OutboxEntry,
    parcel: &Parcel,
) -> Result<bool, StoreError> {
    let (gate, challenge, user) = (parcel.gate, parcel.challenge, entry.order.user);
    let started = OutboxEntry { started: true, ..entry.clone() };
    engine
        .store
        .commit(move |view| {
            let person = view.get::<PersonRecord>(&user)?;
            let wanted = person.is_some_and(|PersonRecord(person)| person.awaits(gate, challenge));
            if wanted {
                view.put(&seq, &started)?;
            }
            Ok(wanted)
        })
        .await
}

/// It has certainly not left: says so to the rules, and tries again.
async fn delay(
    engine: &Engine,
    seq: u64,
    entry: &OutboxEntry,
    parcel: &Parcel,
    after: Duration,
) -> Result<(Queued, Next), StoreError> {
    let waiting =
        OutboxEntry { started: false, attempts: entry.attempts.saturating_add(1), ..entry.clone() };
    let (gate, challenge) = (parcel.gate, parcel.challenge);
    let outcome = DeliveryOutcome::Delayed;
    let event = about(&entry.order, What::CodeDelivery { gate, challenge, outcome });
    let cause = Cause { put_back: Some((seq, waiting)), ..Cause::default() };
    let queued = engine.decide((entry.attempts == 0).then_some(event), cause).await?;
    let left = parcel.letter.expires.since(engine.clock.now());
    Ok((queued, Next::Again(after.min(left))))
}

async fn hand_over(engine: &Engine, order: &Order, letter: &Letter) -> SendOutcome {
    let off = || SendOutcome::Misconfigured { why: "this channel is switched off".to_owned() };
    let language = &order.language;
    match letter.address.channel() {
        Channel::Email => {
            let Some(mailer) = &engine.mailer else { return off() };
            let words = engine.texts.mail(language, letter, &engine.username);
            let mail = Mail {
                to: letter.address.as_str().to_owned(),
                subject: words.subject,
                text: words.text,
                html: words.html,
                group: letter.group.clone(),
                message_id: message_id(),
                date: engine.clock.now(),
            };
            mailer.send(&mail).await
        }
        Channel::Sms => {
            let Some(texter) = &engine.texter else { return off() };
            let body = engine.texts.sms(language, letter);
            let to = letter.address.as_str().to_owned();
            texter.send(&Sms { to, body, validity: letter.lives }).await
        }
    }
}

/// What makes a mail's Message-ID unique; it says nothing about the person.
fn message_id() -> String {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn provider(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "smtp",
        Channel::Sms => "twilio",
    }
}
