//! The demo's page and the JSON API behind it, on one loopback port.
//!
//! Errors are 4xx with `{"error": "one sentence"}`. Requests that were not meant for a loopback
//! name are refused, and changes must come as JSON: no foreign website can act here.

mod groups;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::http::Loopback;
use super::outside::{FIRST_GROUP, Outside};
use super::telegram::model::Model;
use super::telegram::people::{Impossible, Kind};
use super::view;

/// The longest wait for a change.
const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// The most that the world's clock jumps at once, in seconds: a week.
const LONGEST_JUMP: u64 = 7 * 24 * 60 * 60;
/// Phones on one page.
const MOST_PEOPLE: usize = 500;

#[derive(Clone)]
struct Page {
    outside: Arc<Outside>,
    /// What the page tells a newcomer to type.
    hints: Arc<Value>,
    /// Tells this world from an earlier one on the same port.
    born: i64,
}

/// The page's port, not served yet (port 0: any).
///
/// # Errors
/// If the port cannot be had.
pub async fn bind(at: SocketAddr) -> io::Result<Loopback> {
    Loopback::bind(at).await
}

/// Serves the page until the handle is aborted. `hints` is shown to newcomers:
/// `{"password": …, "wrong_code": …}`.
pub fn serve(listener: Loopback, outside: Arc<Outside>, hints: Value) -> JoinHandle<()> {
    let born = outside.now_ms();
    listener.serve(router(Page { outside, hints: Arc::new(hints), born }))
}

fn router(page: Page) -> Router {
    let user = Router::new()
        .route("/request-join", post(request_join))
        .route("/cancel-request", post(cancel_request))
        .route("/leave", post(leave))
        .route("/say", post(say))
        .route("/press", post(press))
        .route("/share-contact", post(share_contact))
        .route("/send", post(send))
        .route("/edit", post(edit))
        .route("/block", post(block))
        .route("/open", post(open))
        .merge(groups::of_a_person());
    let script = |content| move || file("text/javascript; charset=utf-8", content);
    Router::new()
        .route("/", get(|| file("text/html; charset=utf-8", include_str!("page/index.html"))))
        .route(
            "/style.css",
            get(|| file("text/css; charset=utf-8", include_str!("page/style.css"))),
        )
        .route("/app.js", get(script(include_str!("page/app.js"))))
        .route("/dom.js", get(script(include_str!("page/dom.js"))))
        .route("/phone.js", get(script(include_str!("page/phone.js"))))
        .route("/post.js", get(script(include_str!("page/post.js"))))
        .route("/groups.js", get(script(include_str!("page/groups.js"))))
        .route("/api/world", get(world))
        .route("/api/changes", get(changes))
        .route("/api/applicants", post(applicants))
        .route("/api/time", post(time))
        .nest("/api/users/{id}", user)
        .nest("/api/groups/{group}", groups::of_a_group())
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "there is no such page") })
        .layer(middleware::from_fn(only_from_here))
        .with_state(page)
}

async fn file(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    (headers, content).into_response()
}

/// Refuses requests that a foreign name led here (DNS rebinding).
async fn only_from_here(headers: HeaderMap, request: Request, next: Next) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if ["127.0.0.1", "localhost", "[::1]"].contains(&name) {
        return next.run(request).await;
    }
    let why = "the demo answers on 127.0.0.1 and localhost only";
    Problem::new(StatusCode::FORBIDDEN, why).into_response()
}

/// Why a request came to nothing.
struct Problem(StatusCode, String);

impl Problem {
    fn new(status: StatusCode, why: impl Into<String>) -> Problem {
        Problem(status, why.into())
    }
}

impl From<Impossible> for Problem {
    fn from(why: Impossible) -> Problem {
        Problem(StatusCode::CONFLICT, why.0)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

/// A JSON body, strictly.
struct Body<T>(T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(why @ JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why.body_text()))
            }
            Err(why) => Err(Problem::new(StatusCode::BAD_REQUEST, why.body_text())),
        }
    }
}

type Answer = Result<Json<Value>, Problem>;

async fn world(State(page): State<Page>) -> Response {
    let mut world = view::world(&page.outside, &page.hints);
    world["born"] = page.born.into();
    ([(header::CACHE_CONTROL, "no-store")], Json(world)).into_response()
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn changes(State(page): State<Page>, Query(After { after }): Query<After>) -> Json<Value> {
    let mut version = page.outside.version.subscribe();
    // The sender lives as long as the world: only the time can run out.
    let _ = tokio::time::timeout(LONGEST_WAIT, version.wait_for(|now| *now > after)).await;
    let now = *version.borrow();
    Json(json!({"version": now}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApplicant {
    name: String,
    language: String,
}

async fn applicants(State(page): State<Page>, Body(new): Body<NewApplicant>) -> Answer {
    let name = new.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 64 {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "a name has 1 to 64 characters"));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if !(2..=16).contains(&new.language.len()) || !new.language.bytes().all(plain) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "a language is a code like en or de"));
    }
    if page.outside.telegram.model().users.len() >= MOST_PEOPLE {
        return Err(Problem::new(StatusCode::CONFLICT, "there are enough people in this world"));
    }
    let person = page.outside.person(&name).speaks(new.language.as_str());
    Ok(Json(json!({"id": person.id()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passing {
    seconds: u64,
}

/// Lets time pass, for the bot too if it goes by the world's clock.
async fn time(State(page): State<Page>, Body(Passing { seconds }): Body<Passing>) -> Answer {
    if !(1..=LONGEST_JUMP).contains(&seconds) {
        let why = format!("1 to {LONGEST_JUMP} seconds can pass at once");
        return Err(Problem::new(StatusCode::BAD_REQUEST, why));
    }
    page.outside.advance(Duration::from_secs(seconds));
    page.outside.version.send_modify(|version| *version += 1);
    Ok(Json(json!({"now": page.outside.now_ms()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestJoin {
    link: Option<String>,
}

async fn request_join(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(RequestJoin { link }): Body<RequestJoin>,
) -> Answer {
    page.act(id, |model| match link {
        Some(link) => model.opens(id, &link).map(|_| ()),
        None => model.asks_to_join(id, FIRST_GROUP, None),
    })
}

/// Which group; if it is left out, the first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfGroup {
    group: Option<i64>,
}

async fn cancel_request(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(OfGroup { group }): Body<OfGroup>,
) -> Answer {
    page.act(id, |model| model.withdraws_request(id, group.unwrap_or(FIRST_GROUP)))
}

async fn leave(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(OfGroup { group }): Body<OfGroup>,
) -> Answer {
    page.act(id, |model| model.leaves(id, group.unwrap_or(FIRST_GROUP)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    text: String,
}

async fn say(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(Say { text }): Body<Say>,
) -> Answer {
    page.act(id, |model| model.says(id, &text).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    message: i32,
    data: String,
}

async fn press(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(Press { message, data }): Body<Press>,
) -> Answer {
    page.act(id, |model| {
        // A button that vanished a moment ago may still be pressed, as on a real phone.
        if !model.person(id)?.chat.messages.contains_key(&message) {
            return Err(Impossible("the message is gone".to_owned()));
        }
        model.presses(id, message, &data).map(|_| ())
    })
}

async fn share_contact(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(Empty {}): Body<Empty>,
) -> Answer {
    page.act(id, |model| model.shares_contact(id).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendKind {
    kind: Sendable,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sendable {
    Sticker,
    Photo,
    Voice,
}

async fn send(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(SendKind { kind }): Body<SendKind>,
) -> Answer {
    let kind = match kind {
        Sendable::Sticker => Kind::Sticker,
        Sendable::Photo => Kind::Photo,
        Sendable::Voice => Kind::Voice,
    };
    page.act(id, |model| model.sends(id, &kind).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    message: i32,
    text: String,
}

async fn edit(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(Edit { message, text }): Body<Edit>,
) -> Answer {
    page.act(id, |model| model.edits(id, message, &text))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    blocked: bool,
}

async fn block(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(Block { blocked }): Body<Block>,
) -> Answer {
    page.act(id, |model| model.blocks(id, blocked))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    url: String,
}

async fn open(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(Open { url }): Body<Open>,
) -> Answer {
    page.act(id, |model| model.opens(id, &url).map(|_| ()))
}

impl Page {
    fn act(&self, id: u64, act: impl FnOnce(&mut Model) -> Result<(), Impossible>) -> Answer {
        self.outside.telegram.change(|model| {
            if let Err(why) = model.person(id) {
                return Err(Problem::new(StatusCode::NOT_FOUND, why.0));
            }
            act(model)?;
            Ok(Json(json!({})))
        })
    }
}
