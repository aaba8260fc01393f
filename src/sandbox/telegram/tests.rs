//! The pretend Bot API seen through teloxide, and raw where teloxide hides something.

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

use super::Fault;
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
    asks Mia, Some("https://t.me/+main")
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
    "#);
}

#[tokio::test]
async fn the_bot_writes_only_where_it_may() {
    let world = World::start().await;
    let bot = bot(&world);
    let nora = world.person("Nora");
    let send = async || bot.send_message(chat(&nora), "hi").await.map(|_| ()).map_err(text_of);
    const NOT_STARTED: &str = "Forbidden: bot can't initiate conversation with a user";

    let refused = bot.send_message(chat(&nora), "hi").await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::ChatNotFound)), "{refused}");

    nora.requests_to_join();
    send().await.unwrap();
    world.advance(Duration::from_secs(301));
    assert_eq!(send().await.unwrap_err(), NOT_STARTED);

    nora.presses_old(1, "x");
    assert_eq!(send().await.unwrap_err(), NOT_STARTED, "a press does not open the chat");

    nora.types("/start");
    send().await.unwrap();
    nora.blocks_bot();
    let blocked = bot.send_message(chat(&nora), "hi").await.unwrap_err();
    assert!(matches!(blocked, RequestError::Api(ApiError::BotBlocked)), "{blocked}");
    nora.unblocks_bot();
    send().await.unwrap();

    let mia = world.person("Mia");
    mia.requests_to_join();
    bot.send_message(chat(&mia), "hi").await.unwrap();
    bot.decline_chat_join_request(ChatId(world.group().id()), user(&mia)).await.unwrap();
    let over = bot.send_message(chat(&mia), "hi").await.unwrap_err();
    assert_eq!(text_of(over), NOT_STARTED, "the request is decided");
    mia.reads_lines(1).await;
    nora.reads_lines(3).await;
}

#[tokio::test]
async fn join_requests_end_in_the_real_errors() {
    let world = World::start().await;
    let bot = bot(&world);
    let group = world.group();
    let id = ChatId(group.id());
    let nora = world.person("Nora");
    let approve = async || bot.approve_chat_join_request(id, user(&nora)).await.map_err(text_of);

    nora.types("hi");
    assert_eq!(approve().await.unwrap_err(), "Bad Request: HIDE_REQUESTER_MISSING");
    nora.requests_to_join();
    world.advance(Duration::from_secs(24 * 3600));
    assert_eq!(approve().await.unwrap_err(), "Bad Request: HIDE_REQUESTER_MISSING");
    nora.requests_to_join();
    nora.is_in_too_many_groups(true);
    assert_eq!(approve().await.unwrap_err(), "Bad Request: USER_CHANNELS_TOO_MUCH");
    nora.is_in_too_many_groups(false);
    group.makes_bot_admin(false);
    assert_eq!(approve().await.unwrap_err(), "Bad Request: CHAT_ADMIN_REQUIRED");
    group.makes_bot_admin(true);
    approve().await.unwrap();
    assert_eq!(approve().await.unwrap_err(), "Bad Request: USER_ALREADY_PARTICIPANT");
    assert!(nora.is_member());

    let mia = world.person("Mia");
    group.is_guarded(true);
    mia.requests_to_join();
    let (_, updates) = raw(&world, "getUpdates", json!({"offset": -1})).await;
    let query = updates["result"][0]["chat_join_request"]["query_id"].clone();
    let answer = json!({"chat_join_request_query_id": query, "result": "approve"});
    assert_eq!(raw(&world, "answerChatJoinRequestQuery", answer.clone()).await.0, 200);
    mia.becomes_member().await;
    assert_eq!(raw(&world, "answerChatJoinRequestQuery", answer).await.0, 400);
}

#[tokio::test]
async fn personal_links_let_their_owner_ask() {
    let world = World::start().await;
    let bot = bot(&world);
    let group = world.group();
    let nora = world.person("Nora");
    let link = bot
        .create_chat_invite_link(ChatId(group.id()))
        .name("Nora")
        .creates_join_request(true)
        .await
        .unwrap();
    assert!(link.creates_join_request && !link.is_primary);
    nora.opens(&link.invite_link);
    assert_eq!(
        nora.try_opens(&link.invite_link),
        Err(Impossible("they have asked to join already".into()))
    );
    let [update] = &updates(&world).await[..] else { panic!("one update") };
    let UpdateKind::ChatJoinRequest(request) = &update.kind else { panic!("{update:?}") };
    assert_eq!(request.invite_link.as_ref().unwrap().invite_link, link.invite_link);
    assert_eq!(group.living_links(), std::slice::from_ref(&link.invite_link));
    bot.revoke_chat_invite_link(ChatId(group.id()), link.invite_link.as_str()).await.unwrap();
    assert_eq!(group.living_links(), [""; 0]);
    nora.withdraws_request();
    assert_eq!(
        nora.try_opens(&link.invite_link),
        Err(Impossible("the invite link was revoked".into()))
    );

    let once = bot.create_chat_invite_link(ChatId(group.id())).member_limit(1).await.unwrap();
    assert_eq!(nora.opens(&once.invite_link), Opened::Joined { group: group.id() });
    let mia = world.person("Mia");
    assert!(mia.try_opens(&once.invite_link).is_err());
    nora.leaves();
    // It counts who is in at the same time: a used link comes alive again.
    mia.opens(&once.invite_link);

    let both = json!({
        "chat_id": group.id(), "creates_join_request": true, "member_limit": 1,
    });
    assert_eq!(raw(&world, "createChatInviteLink", both).await.0, 400);
    assert_eq!(world.violations().len(), 1);
    world.forgive_violations();
}

#[tokio::test]
async fn what_a_broken_bot_asks_is_a_violation() {
    let world = World::start().await;
    let nora = world.person("Nora");
    nora.types("/start");
    let id = nora.id();
    let to_nora = |more: Value| {
        let mut params = json!({"chat_id": id, "text": "x"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let long = "x".repeat(4097);
    let data = "x".repeat(65);
    let button = json!({"inline_keyboard": [[{"text": "x", "callback_data": data}]]});
    let bad = [
        ("sendMessages", json!({}), "Not Found"),
        ("sendMessage", to_nora(json!({"colour": "red"})), "Bad Request: unknown field `colour`"),
        ("sendMessage", json!({"chat_id": id}), "Bad Request: missing field `text`"),
        ("sendMessage", to_nora(json!({"text": 7})), "Bad Request: invalid type: integer `7`"),
        ("sendMessage", to_nora(json!({"text": " "})), "Bad Request: message text is empty"),
        ("sendMessage", to_nora(json!({"text": long})), "Bad Request: message is too long"),
        (
            "sendMessage",
            to_nora(json!({"text": "<b>x", "parse_mode": "HTML"})),
            "Bad Request: can't parse entities: Can't find end tag",
        ),
        (
            "sendMessage",
            to_nora(json!({"reply_markup": button})),
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        ("getUpdates", json!({"allowed_updates": ["mesage"]}), "Bad Request: unknown update type"),
    ];
    let count = bad.len();
    for (method, params, expected) in bad {
        let said = description(&world, method, params).await;
        assert!(said.starts_with(expected), "{method}: {said}");
    }
    let url = format!("{}/bot1:wrong/getMe", world.telegram.url());
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(world.violations().len(), count + 1, "{:#?}", world.violations());
    world.forgive_violations();
}

#[tokio::test]
async fn methods_are_found_in_any_case_and_by_get_and_form() {
    let world = World::start().await;
    let nora = world.person("Nora");
    nora.types("/start");
    let base = format!("{}/bot{}", world.telegram.url(), world.token());
    for method in ["getme", "GetMe", "getMe"] {
        assert_eq!(reqwest::get(format!("{base}/{method}")).await.unwrap().status(), 200);
    }
    let url = format!("{base}/sendMessage?chat_id={}&text=12345", nora.id());
    assert_eq!(reqwest::get(url).await.unwrap().status(), 200);
    assert_eq!(nora.reads_next().await.text(), "12345");
    let form = reqwest::Client::new()
        .post(format!("{base}/sendMessage"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "chat_id={}&text=a%20b&reply_markup=%7B%22remove_keyboard%22%3Atrue%7D",
            nora.id()
        ));
    assert_eq!(form.send().await.unwrap().status(), 200);
    assert_eq!(nora.reads_next().await.text(), "a b");
}

#[tokio::test]
async fn unconfirmed_updates_come_again_and_filters_are_remembered() {
    let world = World::start().await;
    let nora = world.person("Nora");
    nora.types("one");
    nora.types("two");
    let ids = async |params: Value| {
        let (_, answer) = raw(&world, "getUpdates", params).await;
        let updates = answer["result"].as_array().unwrap().clone();
        updates.iter().map(|u| u["update_id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let first = ids(json!({})).await;
    assert_eq!(first.len(), 2);
    assert_eq!(ids(json!({})).await, first, "nothing was confirmed");
    assert_eq!(ids(json!({"limit": 1})).await, first[..1]);
    assert_eq!(ids(json!({"offset": first[1]})).await, first[1..]);
    assert_eq!(ids(json!({"offset": first[1] + 1})).await, [0; 0]);
    assert!(world.delivers_again());
    assert_eq!(ids(json!({})).await, first[1..], "the same id once more");
    world.update_ids_continue_at(7);
    nora.types("three");
    assert_eq!(ids(json!({"offset": -1})).await, [7]);

    ids(json!({"offset": 8, "allowed_updates": ["callback_query"]})).await;
    nora.types("unheard");
    assert_eq!(ids(json!({})).await, [0; 0], "the filter is remembered");
    ids(json!({"allowed_updates": []})).await;
    nora.types("heard");
    assert_eq!(ids(json!({})).await.len(), 1);
}

#[tokio::test]
async fn a_long_poll_wakes_and_a_second_one_ends_it() {
    let world = World::start().await;
    let nora = world.person("Nora");
    let bot = bot(&world);
    let polling = bot.clone();
    let poll = tokio::spawn(async move { polling.get_updates().timeout(50).send().await });
    world.bot_is_polling().await;
    nora.types("hi");
    assert_eq!(poll.await.unwrap().unwrap().len(), 1);

    let offset = i32::MAX - 1;
    let polling = bot.clone();
    let first =
        tokio::spawn(async move { polling.get_updates().offset(offset).timeout(50).send().await });
    assert!(world.telegram.wait_for_calls("getUpdates", 2, world.patience()).await);
    assert_eq!(bot.get_updates().send().await.unwrap().len(), 0);
    let conflict = first.await.unwrap().unwrap_err();
    assert!(
        matches!(conflict, RequestError::Api(ApiError::TerminatedByOtherGetUpdates)),
        "{conflict}"
    );

    world.has_webhook(Some("https://example.org/hook"));
    assert_eq!(raw(&world, "getUpdates", json!({})).await.0, 409);
    bot.delete_webhook().await.unwrap();
    assert_eq!(raw(&world, "getUpdates", json!({})).await.0, 200);
}

#[tokio::test]
async fn messages_change_and_vanish_like_the_real_ones() {
    let world = World::start().await;
    let bot = bot(&world);
    let nora = world.person("Nora");
    let typed = nora.types("/start");
    let to = chat(&nora);
    let said = bot.send_message(to, "one").reply_markup(inline("a")).await.unwrap();
    let edit = bot.edit_message_text(to, said.id, "one").reply_markup(inline("a"));
    assert!(matches!(edit.await.unwrap_err(), RequestError::Api(ApiError::MessageNotModified)));
    bot.edit_message_reply_markup(to, said.id).await.unwrap();
    assert_eq!(nora.buttons(), [""; 0]);
    assert!(matches!(
        bot.edit_message_reply_markup(to, said.id).await.unwrap_err(),
        RequestError::Api(ApiError::MessageNotModified)
    ));
    assert!(matches!(
        bot.edit_message_text(to, MessageId(9999), "x").await.unwrap_err(),
        RequestError::Api(ApiError::MessageToEditNotFound)
    ));
    assert!(matches!(
        bot.edit_message_text(to, MessageId(typed), "x").await.unwrap_err(),
        RequestError::Api(ApiError::MessageCantBeEdited)
    ));
    bot.delete_message(to, said.id).await.unwrap();
    assert!(matches!(
        bot.delete_message(to, said.id).await.unwrap_err(),
        RequestError::Api(ApiError::MessageToDeleteNotFound)
    ));
    world.advance(Duration::from_secs(49 * 3600));
    let old = bot.delete_message(to, MessageId(typed)).await.unwrap_err();
    assert_eq!(text_of(old), "Bad Request: message can't be deleted for everyone");
    nora.reads_lines(1).await;
}

#[tokio::test]
async fn a_button_is_answered_once() {
    let world = World::start().await;
    let bot = bot(&world);
    let nora = world.person("Nora");
    nora.types("/start");
    bot.send_message(chat(&nora), "?").reply_markup(inline("a")).await.unwrap();
    nora.reads_next().await;
    assert_eq!(
        nora.try_presses("Stop").unwrap_err().to_string(),
        "Nora sees no button [Stop], but [Go] below «?»"
    );
    nora.presses("Go");
    let all = updates(&world).await;
    let UpdateKind::CallbackQuery(query) = &all.last().unwrap().kind else { panic!("{all:?}") };
    let answer = async |id: CallbackQueryId| bot.answer_callback_query(id).await;
    answer(query.id.clone()).await.unwrap();
    assert!(answer(query.id.clone()).await.is_err());
    assert!(answer(CallbackQueryId("1".into())).await.is_err());
}

#[tokio::test]
async fn a_shared_contact_needs_its_keyboard() {
    let world = World::start().await;
    let bot = bot(&world);
    let nora = world.person("Nora");
    nora.types("/start");
    let key = KeyboardButton::new("Share").request(ButtonRequest::Contact);
    let keyboard = KeyboardMarkup::new([[key]]).one_time_keyboard().resize_keyboard();
    let said = bot.send_message(chat(&nora), "Number?").reply_markup(keyboard).await.unwrap();
    insta::assert_snapshot!(nora.reads_next().await, @r"
    Number?
    keyboard: [Share]
    ");
    nora.shares_contact();
    let all = updates(&world).await;
    let UpdateKind::Message(message) = &all.last().unwrap().kind else { panic!("{all:?}") };
    let contact = message.contact().unwrap();
    assert_eq!(contact.user_id, Some(user(&nora)));
    assert_eq!(format!("+{}", contact.phone_number), nora.phone());
    assert_eq!(message.reply_to_message().unwrap().id, said.id);
    bot.send_message(chat(&nora), "Thanks").reply_markup(KeyboardRemove::new()).await.unwrap();
    nora.reads_next().await;
}

#[tokio::test]
async fn planned_faults_hit_once_or_until_lifted() {
    let world = World::start().await;
    let bot = bot(&world);
    let nora = world.person("Nora");
    nora.types("/start");
    let send = async || bot.send_message(chat(&nora), "hi").await;

    world.telegram.fails_next("sendMessage", Fault::too_many_requests(7));
    world.telegram.fails_next("sendMessage", Fault::unauthorized());
    world.telegram.fails_next("sendMessage", Fault::forbidden("bot was blocked by the user"));
    world.telegram.fails_next("sendMessage", Fault::Garbage);
    world.telegram.fails_next("sendMessage", Fault::Reset);
    let error = send().await.unwrap_err();
    assert!(matches!(error, RequestError::RetryAfter(after) if after.seconds() == 7), "{error}");
    assert!(matches!(send().await.unwrap_err(), RequestError::Api(ApiError::InvalidToken)));
    assert!(matches!(send().await.unwrap_err(), RequestError::Api(ApiError::BotBlocked)));
    assert!(matches!(send().await.unwrap_err(), RequestError::InvalidJson { .. }));
    assert!(matches!(send().await.unwrap_err(), RequestError::Network(_)));
    assert_eq!(nora.takes_unread().len(), 0, "none of these was carried out");

    world.telegram.fails_next("sendMessage", Fault::AnswerLost);
    assert!(matches!(send().await.unwrap_err(), RequestError::Network(_)));
    assert_eq!(nora.reads_next().await.text(), "hi", "this one was");

    world.telegram.fails_next("sendMessage", Fault::Hang);
    let hanging = tokio::time::timeout(Duration::from_millis(200), send());
    assert!(hanging.await.is_err());

    world.telegram.fails(super::ANY, Fault::server_error(502));
    assert_eq!(raw(&world, "getMe", json!({})).await.0, 502);
    assert_eq!(raw(&world, "getUpdates", json!({})).await.0, 502);
    world.telegram.recovers(super::ANY);
    assert_eq!(raw(&world, "getMe", json!({})).await.0, 200);
    assert_eq!(world.telegram.calls("sendMessage"), 7);
}

#[tokio::test]
async fn groups_are_seen_with_their_rights() {
    let world = World::start().await;
    let bot = bot(&world);
    let group = world.group();
    let id = ChatId(group.id());
    let full = bot.get_chat(id).await.unwrap();
    assert_eq!(
        (full.title(), full.invite_link()),
        (Some("Rust Berlin"), Some("https://t.me/+main"))
    );
    let me = bot.get_me().await.unwrap().id;
    let own = bot.get_chat_member(id, me).await.unwrap();
    assert!(matches!(&own.kind, ChatMemberKind::Administrator(a) if a.can_invite_users));
    let admins = bot.get_chat_administrators(id).await.unwrap();
    assert_eq!(admins.len(), 2);

    group.makes_bot_admin(false);
    let refused = bot.create_chat_invite_link(id).await.unwrap_err();
    assert_eq!(text_of(refused), "Bad Request: not enough rights to manage chat invite link");
    bot.leave_chat(id).await.unwrap();
    let out = bot.get_chat(id).await.unwrap_err();
    assert_eq!(text_of(out), "Forbidden: bot is not a member of the supergroup chat");
    assert_eq!(group.members(), ["Ada Admin"]);
}

#[tokio::test]
async fn commands_are_kept_by_language() {
    let world = World::start().await;
    let german = json!({
        "commands": [{"command": "help", "description": "Hilfe"}], "language_code": "de",
    });
    assert_eq!(raw(&world, "setMyCommands", german).await.0, 200);
    assert_eq!(world.commands("de").unwrap()[0]["description"], "Hilfe");
    assert_eq!(world.commands(""), None);
}

#[tokio::test]
#[should_panic(expected = "unread by Nora: hi")]
async fn what_nobody_read_fails_the_test() {
    let world = World::start().await;
    let nora = world.person("Nora");
    nora.types("/start");
    bot(&world).send_message(chat(&nora), "hi").await.unwrap();
}
