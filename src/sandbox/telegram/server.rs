//! The HTTP side of the pretend Bot API: tokens, parameters, faults, long polls.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::faults::Fault;
use super::files::{File, UPLOAD_LIMIT, mime_of};
use super::methods;
use super::multipart::{self, Part};
use super::params::GetUpdates;
use super::refusal::{self, Refusal};
use super::{ANY, Telegram};
use crate::sandbox::http::{Scissors, pairs};

/// The real server's longest long poll.
const LONGEST_POLL: Duration = Duration::from_secs(50);

pub fn router(telegram: Arc<Telegram>) -> Router {
    Router::new()
        .route("/{bot}/{method}", any(call))
        .route("/file/{bot}/{*path}", get(download))
        .fallback(nowhere)
        // A little more than a file: the fields that come with it.
        .layer(DefaultBodyLimit::max(UPLOAD_LIMIT + 64 * 1024))
        .with_state(telegram)
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
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let method = method.to_ascii_lowercase();
    telegram.count(&method);
    let Ok(body) = body else {
        let refusal = Refusal { violation: true, ..Refusal::new(413, "Request Entity Too Large") };
        return telegram.refuse(&method, &refusal);
    };
    if bot.strip_prefix("bot") != Some(telegram.model().bot.token.as_str()) {
        let refusal = Refusal { violation: true, ..Refusal::new(401, "Unauthorized") };
        return telegram.refuse(&method, &refusal);
    }
    if telegram.is_too_many(&method) {
        return telegram.refuse(&method, &Refusal::too_many_requests(1));
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

/// The bytes of a file whose path getFile has told. Its faults are those of the method "file".
async fn download(
    State(telegram): State<Arc<Telegram>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    Path((bot, path)): Path<(String, String)>,
) -> Response {
    const METHOD: &str = "file";
    telegram.count(METHOD);
    if bot.strip_prefix("bot") != Some(telegram.model().bot.token.as_str()) {
        let refusal = Refusal { violation: true, ..Refusal::new(401, "Unauthorized") };
        return telegram.refuse(METHOD, &refusal);
    }
    let found = {
        let model = telegram.model();
        model.files.behind(&path, model.clock.now_ms()).map(|file| Arc::clone(&file.bytes))
    };
    let response = match found {
        Some(bytes) => Bytes::from_owner(bytes).into_response(),
        None => telegram.refuse(METHOD, &Refusal::new(404, "Not Found")),
    };
    match telegram.faults.take(&METHOD.to_owned()) {
        None => response,
        Some(Fault::Refused(refusal)) => telegram.refuse(METHOD, &refusal),
        Some(Fault::Hang | Fault::Stall) => std::future::pending().await,
        Some(Fault::Garbage) => "<html>oops</html>".into_response(),
        Some(Fault::Reset | Fault::AnswerLost) => {
            scissors.cut();
            response
        }
    }
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
            Ok((params, _)) if method == "getupdates" => self.get_updates(params).await,
            Ok((params, file)) => self
                .change(|model| model.call(method, params, file))
                .map(|result| result.to_string()),
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

/// The parameters of a call, from wherever they may stand, and the file that came with them.
fn parameters(
    query: Option<String>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Value, Option<File>), Refusal> {
    let mut params = Map::new();
    let mut file = None;
    for (name, value) in pairs(query.as_deref().unwrap_or_default()) {
        let value = loosely(&name, value);
        params.insert(name, value);
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default();
    if let Some(boundary) = multipart::boundary(kind) {
        file = read_form(body, boundary, &mut params)?;
    } else if kind.starts_with("application/x-www-form-urlencoded") {
        let body = std::str::from_utf8(body).map_err(|_| not_utf8())?;
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
    Ok((params.into(), file))
}

/// Reads a form's fields into `params`. A file stands under the name of its parameter, or under
/// another one that the parameter names (`attach://`).
fn read_form(
    body: &[u8],
    boundary: &str,
    params: &mut Map<String, Value>,
) -> Result<Option<File>, Refusal> {
    let parts = multipart::parts(body, boundary)
        .ok_or_else(|| Refusal::violation("can't parse multipart form"))?;
    let (files, fields): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| part.file_name.is_some());
    for field in fields {
        let text = std::str::from_utf8(field.content).map_err(|_| not_utf8())?;
        let value = loosely(&field.name, text.to_owned());
        params.insert(field.name, value);
    }
    let mut files = files.into_iter();
    let Some(part) = files.next() else { return Ok(None) };
    let attached = format!("attach://{}", part.name);
    let by_name = params.values().any(|value| value.as_str() == Some(attached.as_str()));
    if files.next().is_some() || (part.name != "document" && !by_name) {
        return Err(Refusal::violation("the sandbox takes one file, as the document"));
    }
    let name = part.file_name.unwrap_or_default();
    Ok(Some(File { mime: mime_of(&name).to_owned(), name, bytes: part.content.into() }))
}

fn not_utf8() -> Refusal {
    Refusal::violation("strings must be encoded in UTF-8")
}

/// A value that came as text: numbers, booleans, lists and objects are read as JSON, except where
/// words belong.
fn loosely(name: &str, value: String) -> Value {
    const WORDS: [&str; 9] = [
        "text",
        "caption",
        "document",
        "file_id",
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
