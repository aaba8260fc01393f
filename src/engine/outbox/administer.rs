//! One attempt at one order of a panel or a desk.

use std::sync::Arc;

use tracing::info;

use super::carry::{Turn, put_off};
use super::{Contact, Next};
use crate::administration::effect::{About, Order, Task, Whose};
use crate::administration::rights::{Examined, Rights};
use crate::administration::{desk, panel, roster};
use crate::engine::Engine;
use crate::engine::decide::{Cause, Queued};
use crate::engine::shelf::holders;
use crate::machines::Happening;
use crate::ops::fault::{self, Point};
use crate::store::StoreError;
use crate::store::records::RosterLine;
use crate::telegram::administer::{Answer, Performed};
use crate::verification::GateId;

/// How many lines of a roster are read at a time.
const PAGE: usize = 1000;

pub(super) async fn carry(
    engine: &Arc<Engine>,
    turn: &Turn,
    order: &Order,
) -> Result<(Queued, Contact, Next), StoreError> {
    let mut upload = None;
    let performed = match &order.task {
        Task::Fetch { file } => match engine.telegram.fetch(file, roster::LARGEST).await {
            Ok(bytes) => {
                let size = Some(bytes.len() as u64);
                if let Whose::Panel(admin) = order.whose {
                    upload = Some((admin, Arc::new(bytes)));
                }
                Performed::Done(Some(Answer::Fetched { size }))
            }
            Err(fault) => Performed::failed(fault, Some(Answer::Fetched { size: None })),
        },
        Task::SendRoster { gate } => {
            let lines = roster_of(engine, *gate).await?;
            let file = roster::export(&lines);
            let sent = engine.telegram.send_file(order.chat, "roster.csv", file.into_bytes()).await;
            sent.map_or_else(|fault| Performed::failed(fault, None), |()| Performed::Done(None))
        }
        _ => engine.telegram.administer(order, &engine.texts, engine.me, &engine.username).await,
    };
    fault::pass(Point::OutboxPerformed);
    let (contact, then) = match performed {
        Performed::Done(then) => (Contact::Made, then),
        Performed::Later { after, why } => return Ok(put_off(engine, turn, after, &why)),
        Performed::Dropped { why, then } => {
            info!(task = order.task.name(), %why, "an order is in vain and is dropped");
            (Contact::of(&why), then)
        }
    };
    // The bot was not told, or not yet.
    if let (Task::Examine { gate }, Some(Answer::Examined(Examined::Moved(to)))) =
        (&order.task, &then)
    {
        engine.follow_move(*gate, GateId(to.0)).await?;
    }
    let happening = then.and_then(|answer| told(order.whose, answer));
    if happening.is_none() && turn.can_wait() {
        return Ok((Queued::new(), contact, Next::Carried(turn.carried.keyboard)));
    }
    let cause = Cause { upload, ..turn.cause() };
    Ok((engine.decide(happening, cause).await?, contact, Next::Go))
}

/// What a machine hears of an order that broke off for a reason of our own.
pub(super) fn broken_off(order: &Order) -> Option<Happening> {
    let answer = match &order.task {
        Task::LookUpRights { gate, about, who } => Answer::RightsKnown {
            gate: *gate,
            who: *who,
            rights: Rights::Unknown,
            about: about.clone(),
        },
        Task::Examine { .. } => Answer::Examined(Examined::Unknown),
        Task::Fetch { .. } => Answer::Fetched { size: None },
        Task::ProveLog { gate, log, .. } => {
            Answer::LogProved { gate: *gate, log: *log, posts: false, admin: false }
        }
        Task::Say { tag, .. } | Task::Edit { tag, .. } => Answer::Unsaid { tag: (*tag)? },
        Task::Delete { .. }
        | Task::AnswerButton { .. }
        | Task::Leave { .. }
        | Task::SendRoster { .. }
        | Task::OfferCommands { .. } => return None,
    };
    told(order.whose, answer)
}

/// The answer, as the machine that waits for it hears it.
fn told(whose: Whose, answer: Answer) -> Option<Happening> {
    Some(match whose {
        Whose::Panel(admin) => {
            let what = told_panel(answer)?;
            Happening::Panel(panel::Event { admin, language: None, name: None, what })
        }
        Whose::Desk(desk) => Happening::Desk(desk::Event { desk, what: told_desk(answer)? }),
        // It writes, and waits for nothing.
        Whose::Watch => return None,
    })
}

fn told_panel(answer: Answer) -> Option<panel::What> {
    Some(match answer {
        Answer::Said { tag, chat, message } => panel::What::Said { tag, chat, message },
        Answer::Unsaid { tag } => panel::What::Unsaid { tag },
        Answer::RightsKnown { gate, rights, about: About::Input(input), who: _ } => {
            panel::What::RightsKnown { gate, rights, input }
        }
        Answer::Fetched { size } => panel::What::Fetched { size },
        Answer::LogProved { gate, log, posts, admin } => {
            panel::What::LogProved { gate, log, posts, admin }
        }
        Answer::RightsKnown { about: About::Tag(_), .. } | Answer::Examined(_) => return None,
    })
}

fn told_desk(answer: Answer) -> Option<desk::What> {
    Some(match answer {
        Answer::Said { tag, chat, message } => desk::What::Said { tag, chat, message },
        Answer::Unsaid { tag } => desk::What::Unsaid { tag },
        Answer::RightsKnown { who, rights, about: About::Tag(tag), gate: _ } => {
            desk::What::RightsKnown { who, rights, tag }
        }
        Answer::Examined(examined) => desk::What::Examined(examined),
        Answer::RightsKnown { about: About::Input(_), .. }
        | Answer::Fetched { .. }
        | Answer::LogProved { .. } => return None,
    })
}

/// The whole roster, with those whom each address admitted.
async fn roster_of(engine: &Engine, gate: GateId) -> Result<Vec<roster::Line>, StoreError> {
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = engine
            .store
            .read(move |view| {
                let page = view.scan_of::<RosterLine>(&gate, after.as_ref(), PAGE)?;
                let page = page.into_iter().map(|(key, RosterLine { address })| {
                    (key, roster::Line { address, admitted: holders(view, gate, &key.1) })
                });
                Ok(page.collect::<Vec<_>>())
            })
            .await?;
        let more = page.len() == PAGE;
        for (key, line) in page {
            after = Some(key);
            lines.push(line);
        }
        if !more {
            return Ok(lines);
        }
    }
}
