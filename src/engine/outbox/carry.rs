//! One attempt at one order.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt;
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::lanes::{Behind, Carried, Picked};
use super::{Attempt, Contact, Lane, Next, administer, broken_off};
use crate::delivery::{Mail, SendOutcome, Sms};
use crate::engine::decide::{Cause, Queued};
use crate::engine::renaming::Renaming;
use crate::engine::shelf::{is_suppressed, person_of};
use crate::engine::world::SystemRandom;
use crate::engine::{Engine, contained};
use crate::machines::{Happening, Work};
use crate::ops::fault::{self, Point};
use crate::store::StoreError;
use crate::store::records::{LiveKeyboard, OutboxEntry};
use crate::telegram::{Fault, Performed};
use crate::verification::code::Random;
use crate::verification::effect::{Channel, Effect, Keyboard, Letter, Order};
use crate::verification::event::{DeliveryOutcome, Event, What};
use crate::verification::spending::Bill;
use crate::verification::{ChallengeId, ChatId, GateId, MessageId, Timestamp, UserId};

/// An order, and where it stands.
pub(super) struct Turn {
    pub seq: u64,
    pub attempts: u32,
    pub entry: Arc<OutboxEntry>,
    /// What came before it in its lane.
    pub carried: Carried,
    behind: Behind,
}

impl Turn {
    /// What a commit after it clears away.
    pub fn cause(&self) -> Cause {
        let Carried { orders, keyboard } = self.carried.clone();
        let outbox = [orders, vec![self.seq]].concat();
        Cause { outbox, keyboard, patient: !self.behind.is_somebody(), ..Cause::default() }
    }

    /// What is to be kept of the order in the store.
    fn kept(&self) -> OutboxEntry {
        OutboxEntry { attempts: self.attempts, ..OutboxEntry::clone(&self.entry) }
    }

    /// Whether the next commit of the lane may be the first to know that it is done.
    pub fn can_wait(&self) -> bool {
        self.behind.is_somebody() && self.entry.order.may_come_twice()
    }
}

pub(super) async fn attempt(engine: Arc<Engine>, lane: Lane, seq: u64, picked: Picked) -> Attempt {
    let Picked { attempts, entry, carried, behind } = picked;
    let entry = match entry {
        Some(entry) => Ok(Some(entry)),
        None => {
            let entry = engine.store.read(move |view| view.get::<OutboxEntry>(&seq));
            let entry = entry.boxed().await;
            entry.map(|entry| entry.map(Arc::new))
        }
    };
    let entry = match entry {
        Ok(Some(entry)) => entry,
        over => {
            // Carried out already, or the store has failed closed.
            let cause =
                Cause { outbox: carried.orders, keyboard: carried.keyboard, ..Cause::default() };
            let over = over.is_ok() && engine.decide(None, cause).boxed().await.is_ok();
            let next = if over { Next::Go } else { Next::Stop };
            let (queued, contact) = (Vec::new(), Contact::None);
            return Attempt { lane, kind: "gone", queued, contact, counts: false, next };
        }
    };
    let kind = entry.order.name();
    let counts = entry.order.counts();
    let turn = Turn { seq, attempts, entry, carried, behind };
    // Boxed, like what is rare: it is large, and would be copied on its way to its task.
    let carried = match contained(carry(&engine, &turn).boxed()).await {
        Some(carried) => carried,
        None => {
            error!(
                kind,
                subject = turn.entry.order.subject().id(),
                "a panic while carrying out an order; it is dropped"
            );
            engine
                .decide(broken_off(&turn.entry), turn.cause())
                .boxed()
                .await
                .map(|queued| (queued, Contact::None, Next::Go))
        }
    };
    match carried {
        Ok((queued, contact, next)) => Attempt { lane, kind, queued, contact, counts, next },
        Err(_) => {
            let (queued, contact) = (Vec::new(), Contact::None);
            Attempt { lane, kind, queued, contact, counts, next: Next::Stop }
        }
    }
}

async fn carry(engine: &Arc<Engine>, turn: &Turn) -> Result<(Queued, Contact, Next), StoreError> {
    fault::pass(Point::OutboxBefore);
    let moved = engine.gates.moved();
    let renaming = Renaming { moved: &moved, keys: &engine.keys };
    let work = renaming.work(&turn.entry.order);
    let order = match work.as_ref() {
        Work::Verification(order) => order,
        // Boxed, like codes and decisions: what is rare should not make the usual way larger.
        Work::Administration(order) => {
            return administer::carry(engine, turn, order).boxed().await;
        }
    };
    match &order.effect {
        Effect::SendCode { gate, challenge, letter } => {
            let parcel = Parcel { gate: *gate, challenge: *challenge, letter };
            send_code(engine, turn, order, &parcel).boxed().await
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
        | Effect::RevokeInvite { .. }
        | Effect::Mute { .. }
        | Effect::Free { .. }
        | Effect::Remove { .. }
        | Effect::LookUpAdder { .. } => call_telegram(engine, turn, order).await,
    }
}

async fn call_telegram(
    engine: &Arc<Engine>,
    turn: &Turn,
    order: &Order,
) -> Result<(Queued, Contact, Next), StoreError> {
    let chat = order.chat;
    let keyboard = match (&order.effect, turn.carried.keyboard) {
        (Effect::RetireButtons | Effect::Rewrite { .. }, Some((_, known))) => known,
        (Effect::RetireButtons | Effect::Rewrite { .. }, None) => {
            newest_keyboard(engine, chat).await?
        }
        (_, _) => None,
    };
    // An invite link must not be dead before it is made, whichever of the two clocks is wrong.
    let now = engine.clock.now().max(engine.clock.wall());
    let performed = engine.telegram.perform(order, keyboard, &engine.texts, now).await;
    fault::pass(Point::OutboxPerformed);
    let made = match (&order.effect, keyboard) {
        // There was nothing to be asked for.
        (Effect::RetireButtons | Effect::Rewrite { .. }, None) => Contact::None,
        (_, _) => Contact::Made,
    };
    let (said, contact, then) = match performed {
        Performed::Done { said, then } => (said, made, then),
        Performed::Later { after, why } => return Ok(put_off(engine, turn, after, &why)),
        Performed::Dropped { why, then } => {
            info!(user = order.user.0, %why, "an order is in vain and is dropped");
            (None, Contact::of(&why), then)
        }
    };
    let keyboard = match (&order.effect, said) {
        (Effect::Say { keyboard: Keyboard::Buttons(_), .. }, Some(message)) => {
            Some((chat, Some(message)))
        }
        (Effect::RetireButtons | Effect::Rewrite { .. }, _) => Some((chat, None)),
        (_, _) => turn.carried.keyboard,
    };
    if then.is_none() && turn.can_wait() {
        return Ok((Queued::new(), contact, Next::Carried(keyboard)));
    }
    let cause = Cause { keyboard, ..turn.cause() };
    let queued = engine.decide(then.map(|what| about(order, what)), cause).boxed().await?;
    Ok((queued, contact, Next::Go))
}

async fn newest_keyboard(engine: &Engine, chat: ChatId) -> Result<Option<MessageId>, StoreError> {
    if let Some(known) = engine.keyboards.recall(chat) {
        return Ok(known);
    }
    let kept = engine.store.read(move |view| view.get::<LiveKeyboard>(&chat)).boxed().await?;
    let message = kept.map(|live| live.message);
    engine.keyboards.note(chat, message);
    Ok(message)
}

/// Telegram did not take an order now, and may later.
pub(super) fn put_off(
    engine: &Engine,
    turn: &Turn,
    after: Duration,
    why: &Fault,
) -> (Queued, Contact, Next) {
    let Turn { seq, attempts, entry, .. } = turn;
    let next = match why {
        Fault::Retry { .. } => Next::AgainWhenBack(engine.retries.after(*attempts, *seq)),
        Fault::Unauthorized { .. } => Next::AgainWhenBack(after),
        _ => Next::Again(after),
    };
    if is_worth_telling(*attempts) {
        let (kind, subject) = (entry.order.name(), entry.order.subject().id());
        warn!(kind, subject, %why, "Telegram did not take an order; trying again");
    }
    (Vec::new(), Contact::of(why), next)
}

fn about(order: &Order, what: What) -> Happening {
    Happening::Person(Event::of(order.user, what))
}

/// A code to be sent.
struct Parcel<'a> {
    gate: GateId,
    challenge: ChallengeId,
    letter: &'a Letter,
}

async fn send_code(
    engine: &Arc<Engine>,
    turn: &Turn,
    order: &Order,
    parcel: &Parcel<'_>,
) -> Result<(Queued, Contact, Next), StoreError> {
    let over = |outcome, paid| {
        let (gate, challenge) = (parcel.gate, parcel.challenge);
        let bill = Bill { paid, ..parcel.letter.bill.clone() };
        let event = about(order, What::CodeDelivery { gate, challenge, outcome, bill });
        engine.decide(Some(event), Cause { outbox: vec![turn.seq], ..Cause::default() })
    };
    if engine.clock.now() >= expires(engine, parcel.letter) {
        return Ok((over(DeliveryOutcome::GaveUp, None).await?, Contact::None, Next::Go));
    }
    let channel = parcel.letter.address.channel();
    if channel == Channel::Sms && !engine.store.has_room() {
        // On a full disk nothing could be written of it, and it would be paid for all the same.
        if is_worth_telling(turn.attempts) {
            let (user, why) = (order.user.0, "the store's disk is nearly full; make room");
            error!(user, why, "no SMS leaves; trying again");
        }
        engine.metrics.send(channel, "no_room");
        let after = engine.retries.after(turn.attempts, turn.seq);
        return delay(engine, turn, order, parcel, after).await;
    }
    let withheld = match begin(engine, turn, order.user, parcel).await? {
        Wanted::Sent => false,
        Wanted::Withheld => true,
        Wanted::Not => {
            return Ok((over(DeliveryOutcome::Dropped, None).await?, Contact::None, Next::Go));
        }
    };
    fault::pass(Point::CodeBefore);
    let sent = if withheld {
        engine.metrics.send(channel, "withheld");
        engine.pretence.pretend(channel, is_on(engine, channel)).await
    } else {
        send(engine, order, parcel.letter).await
    };
    fault::pass(Point::CodeAfter);
    let user = order.user.0;
    let to = parcel.letter.address.masked();
    match sent {
        SendOutcome::Sent => {
            Ok((over(DeliveryOutcome::Sent, None).await?, Contact::None, Next::Go))
        }
        SendOutcome::SentFor(paid) => {
            Ok((over(DeliveryOutcome::Sent, Some(paid)).await?, Contact::None, Next::Go))
        }
        SendOutcome::Refused(refusal) => {
            Ok((over(DeliveryOutcome::Refused(refusal), None).await?, Contact::None, Next::Go))
        }
        SendOutcome::Unknown { why } => {
            warn!(
                user,
                ?channel,
                to,
                why,
                "nobody knows whether a code was sent; it counts as sent"
            );
            Ok((over(DeliveryOutcome::Unknown, None).await?, Contact::None, Next::Go))
        }
        SendOutcome::NotSent { why, retry_after } => {
            if is_worth_telling(turn.attempts) {
                warn!(user, ?channel, to, why, "a code could not be sent; trying again");
            }
            let after =
                retry_after.unwrap_or_else(|| engine.retries.after(turn.attempts, turn.seq));
            delay(engine, turn, order, parcel, after).await
        }
        SendOutcome::Misconfigured { .. } => {
            delay(engine, turn, order, parcel, engine.retries.misconfigured).await
        }
    }
}

/// When a letter that has not left is given up: time in which nobody could reach us, because we
/// were off for instance, does not count.
fn expires(engine: &Engine, letter: &Letter) -> Timestamp {
    let outages = engine.hearing.outages(engine.clock.now());
    outages.extended(letter.expires.before(letter.lives), letter.expires)
}

/// What is to become of a code whose turn has come.
enum Wanted {
    Sent,
    /// Whoever has the address wants none: it does not leave, and nothing shows it.
    Withheld,
    /// A newer code has replaced it, or the dialogue is over.
    Not,
}

/// Notes that the code may leave from now on, if it is still wanted.
async fn begin(
    engine: &Arc<Engine>,
    turn: &Turn,
    user: UserId,
    parcel: &Parcel<'_>,
) -> Result<Wanted, StoreError> {
    let known = Arc::clone(engine);
    let (gate, challenge) = (parcel.gate, parcel.challenge);
    let (address, withheld) = (engine.keys.address(&parcel.letter.address), parcel.letter.withheld);
    let seq = turn.seq;
    let started = OutboxEntry { started: true, ..turn.kept() };
    engine
        .store
        .commit(move |view| {
            let person = person_of(view, &known, user)?;
            if !person.is_some_and(|person| person.awaits(gate, challenge)) {
                return Ok(Wanted::Not);
            }
            view.put(&seq, &started)?;
            // They may have said so while it waited.
            let withheld = withheld || is_suppressed(view, &address);
            Ok(if withheld { Wanted::Withheld } else { Wanted::Sent })
        })
        .await
}

/// Says once that a channel is of no use before the host has mended something, and once that it is
/// again, however many codes wait.
fn tell_of(engine: &Engine, channel: Channel, sent: &SendOutcome) {
    match sent {
        SendOutcome::Misconfigured { why } => {
            if engine.pulse.channel_is(channel, Some(why)) {
                error!(?channel, why, "codes cannot be sent: mend the configuration");
            }
        }
        SendOutcome::Sent | SendOutcome::SentFor(_) | SendOutcome::Refused(_) => {
            if engine.pulse.channel_is(channel, None) {
                info!(?channel, "codes can be sent again");
            }
        }
        // Nobody knows whether the provider would have taken it.
        SendOutcome::NotSent { .. } | SendOutcome::Unknown { .. } => {}
    }
}

/// Every attempt would be too much to read where hundreds wait.
fn is_worth_telling(attempts: u32) -> bool {
    attempts == 0 || attempts.is_power_of_two()
}

/// It has certainly not left: says so to the rules, and tries again.
async fn delay(
    engine: &Arc<Engine>,
    turn: &Turn,
    order: &Order,
    parcel: &Parcel<'_>,
    after: Duration,
) -> Result<(Queued, Contact, Next), StoreError> {
    let attempts = turn.attempts.saturating_add(1);
    let waiting = OutboxEntry { started: false, attempts, ..turn.kept() };
    let (gate, challenge) = (parcel.gate, parcel.challenge);
    let outcome = DeliveryOutcome::Delayed;
    let bill = parcel.letter.bill.clone();
    let event = about(order, What::CodeDelivery { gate, challenge, outcome, bill });
    let cause = Cause { put_back: Some((turn.seq, Box::new(waiting))), ..Cause::default() };
    let queued = engine.decide((turn.attempts == 0).then_some(event), cause).await?;
    let left = expires(engine, parcel.letter).since(engine.clock.now());
    Ok((queued, Contact::None, Next::Again(after.min(left))))
}

/// Hands the code to the provider, and notes how that went.
async fn send(engine: &Engine, order: &Order, letter: &Letter) -> SendOutcome {
    let channel = letter.address.channel();
    let began = Instant::now();
    let sent = hand_over(engine, order, letter).await;
    let took = began.elapsed();
    engine.metrics.send(channel, sent.label());
    engine.metrics.answered(provider(channel), took);
    engine.pretence.note(channel, &sent, took);
    tell_of(engine, channel, &sent);
    sent
}

fn is_on(engine: &Engine, channel: Channel) -> bool {
    match channel {
        Channel::Email => engine.mailer.is_some(),
        Channel::Sms => engine.texter.is_some(),
    }
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
                group: words.group,
                message_id: message_id(),
                date: engine.clock.wall(),
            };
            mailer.send(&mail).await
        }
        Channel::Sms => {
            let Some(texter) = &engine.texter else { return off() };
            let body = engine.texts.sms(language, letter, texter.takes_answers());
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
