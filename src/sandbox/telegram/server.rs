//! The HTTP side of the pretend Bot API: tokens, parameters, faults, long polls.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::faults::Fault;
use super::methods;
use super::params::GetUpdates;
use super::refusal::{self, Refusal};
use super::{ANY, Telegram};
use crate::sandbox::http::{Scissors, pairs};

/// The real server's longest long poll.
const LONGEST_POLL: Duration = Duration::from_secs(50);

pub fn router(telegram: Arc<Telegram>) -> Router {
    Router::new().route("/{bot}/{method}", any(call)).fallback(nowhere).with_state(telegram)
}

async fn nowhere(State(telegram): State<Arc<Telegram>>) -> Response {
    let refusal = Refusal { violation: true, ..Refusal::new(404, "Not Found") };
    telegram.refuse("(no method)", &refusal)
}

async fn call(
    State(telegram): State<Arc<Telegram>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path((bot, method)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = method.to_ascii_lowercase();
    telegram.count(&method);
    if bot.strip_prefix("bot") != Some(telegram.model().bot.token.as_str()) {
        let refusal = Refusal { violation: true, ..Refusal::new(401, "Unauthorized") };
        return telegram.refuse(&method, &refusal);
    }
    let fault = telegram.faults.take(&method).or_else(|| telegram.faults.take(&ANY.to_owned()));
    match fault {
        None => {}
        Some(Fault::AnswerLost) => {
            let response = telegram.answer(&method, query, &headers, &body).await;
            scissors.cut();
            return response;
        }
        Some(Fault::Refused(refusal)) => return telegram.refuse(&method, &refusal),
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::Stall) => {
            let begun = stream::iter([Ok::<_, Infallible>("{\"ok\":true,\"result\":")]);
            let body = Body::from_stream(begun.chain(stream::pending()));
            return ([(header::CONTENT_TYPE, "application/json")], body).into_response();
        }
        Some(Fault::Reset) => {
            scissors.cut();
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        Some(Fault::Garbage) => {
            return ([(header::CONTENT_TYPE, "text/html")], "<html>oops").into_response();
        }
    }
    telegram.answer(&method, query, &headers, &body).await
}

impl Telegram {
    async fn answer(
        &self,
        method: &str,
        query: Option<String>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response {
        let answer = match parameters(query, headers, body) {
            Ok(params) if method == "getupdates" => self.get_updates(params).await,
            Ok(params) => {
                self.change(|model| model.call(method, params)).map(|result| result.to_string())
            }
            Err(refusal) => Err(refusal),
        };
        match answer {
            Ok(result) => {
                json_response(StatusCode::OK, format!("{{\"ok\":true,\"result\":{result}}}"))
            }
            Err(refusal) => self.refuse(method, &refusal),
        }
    }

    fn refuse(&self, method: &str, refusal: &Refusal) -> Response {
        if refusal.violation {
            let violation = format!("{method}: {} {}", refusal.code, refusal.description);
            self.model().violations.push(violation);
        }
        let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::BAD_REQUEST);
        json_response(status, refusal.json().to_string())
    }

    /// Answers with the waiting updates as a JSON array, or waits for one.
    async fn get_updates(&self, params: Value) -> Result<String, Refusal> {
        let params: GetUpdates = methods::read(params)?;
        let limit = params.limit.unwrap_or(100).clamp(1, 100);
        let wait = Duration::from_secs(params.timeout.unwrap_or(0)).min(LONGEST_POLL);
        let deadline = Instant::now() + wait;
        let (poll, changed) = {
            let mut model = self.model();
            if model.webhook.is_some() {
                return Err(Refusal::new(
                    409,
                    "Conflict: can't use getUpdates method while webhook is active; use \
                     deleteWebhook to delete the webhook first",
                ));
            }
            if let Some(kinds) = params.allowed_updates {
                model.updates.allow(kinds).map_err(|odd| {
                    Refusal::violation(format!("unknown update type {odd} in allowed_updates"))
                })?;
            }
            if let Some(offset) = params.offset {
                model.updates.confirm(offset);
            }
            (model.updates.new_poll(), Arc::clone(&model.updates.changed))
        };
        loop {
            let news = changed.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            {
                let model = self.model();
                if !model.updates.is_newest_poll(poll) {
                    return Err(refusal::other_poller());
                }
                if let Some(batch) = model.updates.batch(limit) {
                    return Ok(batch);
                }
                if model.updates.is_ended_poll(poll) {
                    return Ok("[]".to_owned());
                }
            }
            if tokio::time::timeout_at(deadline, news).await.is_err() {
                return Ok("[]".to_owned());
            }
        }
    }
}

/// The parameters of a call, from wherever they may stand.
fn parameters(query: Option<String>, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let mut params = Map::new();
    for (name, value) in pairs(query.as_deref().unwrap_or_default()) {
        let value = loosely(&name, value);
        params.insert(name, value);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        let body = std::str::from_utf8(body)
            .map_err(|_| Refusal::violation("strings must be encoded in UTF-8"))?;
        for (name, value) in pairs(body) {
            let value = loosely(&name, value);
            params.insert(name, value);
        }
    } else if !body.is_empty() {
        if !kind.starts_with("application/json") {
            return Err(Refusal::violation(format!("unexpected content type \"{kind}\"")));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(json)) => params.extend(json),
            Ok(Value::Null) => {}
            Ok(_) | Err(_) => return Err(Refusal::violation("can't parse JSON object")),
        }
    }
    Ok(params.into())
}

/// A value that came as text: numbers, booleans, lists and objects are read as JSON, except where
/// words belong.
fn loosely(name: &str, value: String) -> Value {
    const WORDS: [&str; 6] = [
        "text",
        "name",
        "result",
        "invite_link",
        "callback_query_id",
        "chat_join_request_query_id",
    ];
    if WORDS.contains(&name) {
        return Value::String(value);
    }
    serde_json::from_str(&value).unwrap_or(Value::String(value))
}

fn json_response(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
