//! What people do in groups on the demo's page, and what else a group's admin can do there: files,
//! forwarded messages, keys that ask for a group.

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Body, Page, Problem};
use crate::sandbox::telegram::files::{File, mime_of};
use crate::sandbox::telegram::group::Kind;
use crate::sandbox::telegram::links::Terms;
use crate::sandbox::telegram::model::{Content, Model};
use crate::sandbox::telegram::people::{Done, Impossible};
use crate::sandbox::telegram::rights::Rights;

/// Bytes in a file that the page takes.
const LARGEST_FILE: usize = 2 * 1024 * 1024;
/// Groups on one page.
const MOST_GROUPS: usize = 50;

/// Below `/api/users/{id}`.
pub(super) fn of_a_person() -> Router<Page> {
    Router::new()
        .route("/found-group", post(found_group))
        .route("/open-in-group", post(open_in_group))
        .route("/press-key", post(press_key))
        .route("/share-chat", post(share_chat))
        .route("/forward", post(forward))
        .route("/send-file", post(send_file).layer(DefaultBodyLimit::max(3 * LARGEST_FILE)))
        .route("/files/{message}", get(download))
}

/// Below `/api/groups/{group}`: each names the person who does it.
pub(super) fn of_a_group() -> Router<Page> {
    Router::new()
        .route("/say", post(say))
        .route("/press", post(press))
        .route("/add", post(add))
        .route("/bot", post(bot))
        .route("/settings", post(settings))
        .route("/links", post(make_link))
        .route("/end-link", post(end_link))
        .route("/upgrade", post(upgrade))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGroup {
    title: String,
    kind: NewKind,
    /// Of a public group, without the @.
    username: Option<String>,
}

#[derive(Copy, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum NewKind {
    Private,
    Public,
    Basic,
}

async fn found_group(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(NewGroup { title, kind, username }): Body<NewGroup>,
) -> Answer {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let username = username.filter(|_| kind == NewKind::Public);
    if kind == NewKind::Public && username.is_none() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "a public group needs a name"));
    }
    let kind = match kind {
        NewKind::Private | NewKind::Public => Kind::Super,
        NewKind::Basic => Kind::Basic,
    };
    page.outside.telegram.change(|model| {
        if model.groups.len() >= MOST_GROUPS {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "there are enough groups in this world",
            ));
        }
        Ok(Json(json!({"id": model.founds(id, &title, kind, username.as_deref())?})))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenInGroup {
    url: String,
    group: i64,
}

async fn open_in_group(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(OpenInGroup { url, group }): Body<OpenInGroup>,
) -> Answer {
    page.act(id, |model| model.adds_bot_by_link(id, &url, group))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PressKey {
    key: String,
}

async fn press_key(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(PressKey { key }): Body<PressKey>,
) -> Answer {
    page.act(id, |model| model.presses_key(id, &key).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShareChat {
    key: String,
    group: i64,
}

async fn share_chat(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(ShareChat { key, group }): Body<ShareChat>,
) -> Answer {
    page.act(id, |model| model.shares_chat(id, &key, group).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forward {
    /// Who wrote it.
    person: u64,
    text: String,
}

async fn forward(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(Forward { person, text }): Body<Forward>,
) -> Answer {
    page.act(id, |model| model.forwards_message_of(id, person, text.trim()).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendFile {
    name: String,
    text: String,
}

async fn send_file(
    State(page): State<Page>,
    Path(id): Path<u64>,
    Body(SendFile { name, text }): Body<SendFile>,
) -> Answer {
    if text.len() > LARGEST_FILE || name.chars().count() > 64 {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "the file or its name is too long"));
    }
    let file = File { mime: mime_of(&name).to_owned(), name, bytes: text.into_bytes().into() };
    page.act(id, |model| model.sends_file(id, file, "").map(|_| ()))
}

/// The file in a message of the chat with the bot.
async fn download(
    State(page): State<Page>,
    Path((id, message)): Path<(u64, i32)>,
) -> Result<Response, Problem> {
    let model = page.outside.telegram.model();
    let missing = || Problem::new(StatusCode::NOT_FOUND, "there is no such file");
    let person = model.person(id).map_err(|_| missing())?;
    let message = person.chat.messages.get(&message).ok_or_else(missing)?;
    let Content::Document { file, .. } = &message.content else { return Err(missing()) };
    let bytes = model.files.get(file).ok_or_else(missing)?.bytes.to_vec();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    by: u64,
    text: String,
}

async fn say(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(Say { by, text }): Body<Say>,
) -> Answer {
    page.act(by, |model| model.writes_in_group(by, group, &text, false).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    by: u64,
    message: i32,
    data: String,
}

async fn press(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(Press { by, message, data }): Body<Press>,
) -> Answer {
    page.act(by, |model| {
        if !model.some_group(group)?.messages.contains_key(&message) {
            return Err(Impossible("the message is gone".to_owned()));
        }
        model.presses_in_group(by, group, message, &data).map(|_| ())
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    by: u64,
    user: u64,
}

async fn add(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(Add { by, user }): Body<Add>,
) -> Answer {
    page.act(by, |model| {
        model.person(user)?;
        model.adds(by, group, user)
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bot {
    by: u64,
    becomes: Becomes,
    /// Of an administrator: the names of the rights in the Bot API.
    #[serde(default)]
    rights: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Becomes {
    Member,
    Admin,
    Removed,
}

async fn bot(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(Bot { by, becomes, rights }): Body<Bot>,
) -> Answer {
    let rights = Rights::of(rights.iter().map(String::as_str)).map_err(|name| {
        Problem::new(StatusCode::BAD_REQUEST, format!("{name} is no right of an administrator"))
    })?;
    page.act(by, |model| {
        let bot = model.bot.id;
        let is_in = model.some_group(group)?.standing(bot).is_present();
        match becomes {
            Becomes::Admin => model.promotes(by, group, bot, rights, None),
            Becomes::Member if is_in => model.demotes(by, group, bot),
            Becomes::Member => model.adds(by, group, bot),
            Becomes::Removed => model.removes(by, group, bot),
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    by: u64,
    approves: Option<bool>,
    members_may_add: Option<bool>,
    anonymous: Option<bool>,
}

async fn settings(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(Settings { by, approves, members_may_add, anonymous }): Body<Settings>,
) -> Answer {
    page.act(by, |model| {
        must_be_admin(model, by, group)?;
        if let Some(on) = approves {
            model.approves_new_members(group, on)?;
        }
        if let Some(may) = members_may_add {
            model.permits(group, |permissions| permissions.can_invite_users = may)?;
        }
        match anonymous {
            Some(is) => model.goes_anonymous(by, group, is),
            None => Ok(()),
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MakeLink {
    by: u64,
    asks: bool,
}

async fn make_link(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(MakeLink { by, asks }): Body<MakeLink>,
) -> Answer {
    let terms = Terms { creates_join_request: asks, ..Terms::default() };
    page.act(by, |model| model.makes_link(by, group, terms).map(|_| ()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLink {
    by: u64,
    url: String,
}

async fn end_link(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(EndLink { by, url }): Body<EndLink>,
) -> Answer {
    page.act(by, |model| {
        must_be_admin(model, by, group)?;
        model.ends_link(group, &url)
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Upgrade {
    by: u64,
}

async fn upgrade(
    State(page): State<Page>,
    Path(group): Path<i64>,
    Body(Upgrade { by }): Body<Upgrade>,
) -> Answer {
    page.act(by, |model| {
        must_be_admin(model, by, group)?;
        if model.some_group(group)?.kind == Kind::Super {
            return Err(Impossible("it is a supergroup already".to_owned()));
        }
        model.migrates(group).map(|_| ())
    })
}

fn must_be_admin(model: &mut Model, user: u64, group: i64) -> Done<()> {
    if model.some_group(group)?.rights(user).is_none() {
        return Err(Impossible("only an administrator of the group can do that".to_owned()));
    }
    Ok(())
}
