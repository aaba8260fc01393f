//! The pretend Bot API seen through teloxide, and raw where teloxide hides something.

mod calls;
mod chats;
mod files;
mod groups;
mod joining;
mod restricting;
mod standing;

use std::time::Duration;

use serde_json::{Value, json};
use teloxide::payloads::{
    AnswerCallbackQuerySetters, CreateChatInviteLinkSetters, EditMessageTextSetters,
    GetUpdatesSetters, SendMessageSetters,
};
use teloxide::prelude::{Bot, Request, Requester};
use teloxide::types::{
    AllowedUpdate, ButtonRequest, CallbackQueryId, ChatAction, ChatId, ChatMemberKind,
    InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardMarkup, KeyboardRemove,
    LinkPreviewOptions, MediaKind, MessageId, MessageKind, ParseMode, Update, UpdateKind, UserId,
};
use teloxide::{ApiError, RequestError};

use super::{ANY, Fault};
use crate::sandbox::{Impossible, Kind, Opened, Person, World};

fn bot(world: &World) -> Bot {
    let url = reqwest::Url::parse(&world.telegram.url()).unwrap();
    Bot::new(world.token()).set_api_url(url)
}

fn chat(person: &Person) -> ChatId {
    ChatId(person.id().try_into().unwrap())
}

fn user(person: &Person) -> UserId {
    UserId(person.id())
}

/// Calls a method with JSON parameters; returns the status and the answer.
async fn raw(world: &World, method: &str, params: Value) -> (u16, Value) {
    let url = format!("{}/bot{}/{method}", world.telegram.url(), world.token());
    let answer = reqwest::Client::new().post(url).json(&params).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn description(world: &World, method: &str, params: Value) -> String {
    raw(world, method, params).await.1["description"].as_str().unwrap_or_default().to_owned()
}

/// All waiting updates, confirmed; every one must be readable by teloxide.
async fn updates(world: &World) -> Vec<Update> {
    let (_, all) = raw(world, "getUpdates", json!({})).await;
    let all = all["result"].as_array().unwrap().clone();
    if let Some(last) = all.last() {
        let offset = last["update_id"].as_i64().unwrap() + 1;
        raw(world, "getUpdates", json!({"offset": offset})).await;
    }
    let read = |update: &Value| {
        let update: Update = serde_json::from_str(&update.to_string()).unwrap();
        assert!(!matches!(update.kind, UpdateKind::Error(_)), "teloxide cannot read {update:?}");
        update
    };
    all.iter().map(read).collect()
}

fn text_of(error: RequestError) -> String {
    match error {
        RequestError::Api(ApiError::Unknown(text)) => text,
        other => other.to_string(),
    }
}

fn inline(data: &str) -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Go", data)]])
}

#[tokio::test]
async fn a_whole_dialogue_runs_over_teloxide() {
    let world = World::start().await;
    let bot = bot(&world);
    let nora = world.person("Nora Neu");
    assert_eq!(bot.get_me().await.unwrap().username(), "demo_gate_bot");
    assert_eq!(bot.get_webhook_info().await.unwrap().url, None);

    nora.requests_to_join();
    let [update] = &updates(&world).await[..] else { panic!("one update") };
    let UpdateKind::ChatJoinRequest(request) = &update.kind else { panic!("{update:?}") };
    assert_eq!(request.user_chat_id, chat(&nora));
    assert_eq!(request.chat.title(), Some("Rust Berlin"));
    assert_eq!(request.invite_link, None);

    let said = bot
        .send_message(request.user_chat_id, "<b>Rust &amp; more</b>\nThe password?")
        .parse_mode(ParseMode::Html)
        .link_preview_options(LinkPreviewOptions {
            is_disabled: true,
            url: None,
            prefer_small_media: false,
            prefer_large_media: false,
            show_above_text: false,
        })
        .reply_markup(inline("go:1"))
        .await
        .unwrap();
    assert_eq!(said.text(), Some("Rust & more\nThe password?"));
    insta::assert_snapshot!(nora.reads_next().await, @r"
    Rust & more
    The password?
    [Go]
    ");

    nora.presses("Go");
    let [update] = &updates(&world).await[..] else { panic!("one update") };
    let UpdateKind::CallbackQuery(query) = &update.kind else { panic!("{update:?}") };
    assert_eq!(query.data.as_deref(), Some("go:1"));
    assert_eq!(query.regular_message().unwrap().id, said.id);
    bot.answer_callback_query(query.id.clone()).text("On it").await.unwrap();
    bot.edit_message_text(chat(&nora), said.id, "Gone").await.unwrap();
    insta::assert_snapshot!(nora.reads_lines(2).await, @r"
    (toast) On it
    ---
    (edited) Gone
    ");

    let typed = nora.types("open sesame");
    let [update] = &updates(&world).await[..] else { panic!("one update") };
    let UpdateKind::Message(message) = &update.kind else { panic!("{update:?}") };
    assert_eq!((message.id, message.text()), (MessageId(typed), Some("open sesame")));
    bot.delete_message(chat(&nora), message.id).await.unwrap();
    nora.sees_deleted(typed).await;
    bot.send_chat_action(chat(&nora), ChatAction::Typing).await.unwrap();

    let group = ChatId(world.group().id());
    bot.approve_chat_join_request(group, user(&nora)).await.unwrap();
    nora.becomes_member().await;
    let member = bot.get_chat_member(group, user(&nora)).await.unwrap();
    assert!(member.is_member());
    assert_eq!(world.requests(), [""; 0]);
    insta::assert_snapshot!(nora.chat_transcript(), @"bot: Gone");
    updates(&world).await;
    world.nothing_unread().await;
}

#[tokio::test]
async fn every_update_can_be_read_by_teloxide() {
    let world = World::start().await;
    let group = world.group();
    let (nora, mia) = (world.person("Nora"), world.person("Mia Maus").speaks("de"));
    let kinds: Vec<AllowedUpdate> = vec![
        AllowedUpdate::Message,
        AllowedUpdate::EditedMessage,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::ChatJoinRequest,
        AllowedUpdate::MyChatMember,
        AllowedUpdate::ChatMember,
    ];
    bot(&world).get_updates().allowed_updates(kinds).send().await.unwrap();

    nora.types("/start abc_-1");
    nora.forwards("12345 is your code");
    nora.shares_contact_of(&mia);
    nora.forwards_contact_of(&nora);
    let all = [Kind::Sticker, Kind::Photo, Kind::Captioned("look".into()), Kind::Voice];
    let more = [Kind::Video, Kind::Document, Kind::Location, Kind::Dice];
    for kind in all.iter().chain(&more) {
        nora.sends(kind);
    }
    let message = nora.types("one");
    nora.edits(message, "two");
    nora.presses_old(4711, "old");
    nora.blocks_bot();
    nora.unblocks_bot();
    assert_eq!(mia.opens(&group.link()), Opened::Requested { group: group.id() });
    group.approves(&mia).unwrap();
    group.restricts(&mia);
    group.bans(&mia);
    group.adds(&mia);
    mia.writes_in(&group, "hello");
    world.admin().writes_anonymously_in(&group, "hush");
    mia.leaves();
    group.makes_bot_admin(false);
    group.demotes_bot();
    group.removes_bot();

    let updates = updates(&world).await;
    let short = |update: &Update| match &update.kind {
        UpdateKind::Message(message) => match &message.kind {
            MessageKind::Common(common) => match &common.media_kind {
                MediaKind::Text(text) if common.forward_origin.is_some() => {
                    format!("forwarded {}", text.text)
                }
                MediaKind::Text(text) => format!("text {}", text.text),
                MediaKind::Contact(media) => format!(
                    "contact {} own {} forwarded {}",
                    media.contact.phone_number,
                    media.contact.user_id == message.from.as_ref().map(|from| from.id),
                    common.forward_origin.is_some(),
                ),
                MediaKind::Sticker(_) => "sticker".to_owned(),
                MediaKind::Photo(photo) => format!("photo {:?}", photo.caption),
                MediaKind::Voice(_) => "voice".to_owned(),
                MediaKind::Video(_) => "video".to_owned(),
                MediaKind::Document(_) => "document".to_owned(),
                MediaKind::Location(_) => "location".to_owned(),
                other => format!("{other:?}"),
            },
            MessageKind::Dice(_) => "dice".to_owned(),
            MessageKind::NewChatMembers(_) => "new member".to_owned(),
            MessageKind::LeftChatMember(_) => "left member".to_owned(),
            other => format!("{other:?}"),
        },
        UpdateKind::EditedMessage(message) => format!("edited {:?}", message.text()),
        UpdateKind::CallbackQuery(query) => {
            format!("pressed {:?}, message known {}", query.data, query.regular_message().is_some())
        }
        UpdateKind::ChatJoinRequest(request) => {
            let link = request.invite_link.as_ref().map(|link| link.invite_link.as_str());
            format!("asks {}, {link:?}", request.from.first_name)
        }
        UpdateKind::MyChatMember(change) => format!(
            "bot {:?} to {:?}",
            change.old_chat_member.status(),
            change.new_chat_member.status()
        ),
        UpdateKind::ChatMember(change) => format!(
            "{} by {} {:?} to {:?}",
            change.new_chat_member.user.first_name,
            change.from.first_name,
            change.old_chat_member.status(),
            change.new_chat_member.status()
        ),
        other => format!("{other:?}"),
    };
    let lines: Vec<String> = updates.iter().map(short).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    text /start abc_-1
    forwarded 12345 is your code
    contact 4915112000003 own false forwarded false
    contact 4915112000002 own true forwarded true
    sticker
    photo None
    photo Some("look")
    voice
    video
    document
    location
    dice
    text one
    edited Some("two")
    pressed Some("old"), message known false
    bot Member to Banned
    bot Banned to Member
    asks Mia, Some("https://t.me/+ma...")
    new member
    Mia by Ada Left to Member
    Mia by Ada Member to Restricted
    left member
    Mia by Ada Restricted to Banned
    new member
    Mia by Ada Banned to Member
    text hello
    text hush
    left member
    Mia by Mia Member to Left
    bot Administrator to Administrator
    bot Administrator to Member
    bot Member to Banned
    left member
    "#);
}
