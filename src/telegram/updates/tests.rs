use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn reading(update: &Value) -> Reading {
    let raw = serde_json::value::to_raw_value(update).unwrap();
    let update = read(&raw).unwrap();
    assert_eq!(update.id, 7);
    update.reading
}

fn user() -> Value {
    json!({"id": 11, "is_bot": false, "first_name": "Nora", "language_code": "de"})
}

fn group_chat() -> Value {
    json!({"id": -1001, "type": "supergroup", "title": "Rust Berlin"})
}

/// A private message of Nora's that holds `more`.
fn message(more: &Value) -> Value {
    json!({"update_id": 7, "message": said(more)})
}

fn said(more: &Value) -> Value {
    let mut message = json!({
        "message_id": 5,
        "date": 1_700_000_000,
        "from": user(),
        "chat": {"id": 11, "type": "private", "first_name": "Nora"},
    });
    let fields = more.as_object().unwrap().clone();
    message.as_object_mut().unwrap().extend(fields);
    message
}

fn text(text: &str) -> Value {
    message(&json!({"text": text}))
}

fn forward() -> Value {
    json!({"type": "user", "date": 1, "sender_user":
        {"id": 12, "is_bot": false, "first_name": "Mia"}})
}

fn photo(caption: &str) -> Value {
    let size = json!({"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1});
    message(&json!({"photo": [size], "caption": caption}))
}

fn join_request() -> Value {
    json!({"update_id": 7, "chat_join_request": {
        "chat": group_chat(), "from": user(), "user_chat_id": 4_611_686_018_i64, "date": 1,
        "invite_link": {
            "invite_link": "https://t.me/+abc", "creator": user(), "creates_join_request": true,
            "is_primary": false, "is_revoked": false,
        },
        "query_id": "q-1",
    }})
}

fn button(more: &Value) -> Value {
    let mut query = json!({"id": "99", "from": user(), "chat_instance": "1"});
    let fields = more.as_object().unwrap().clone();
    query.as_object_mut().unwrap().extend(fields);
    json!({"update_id": 7, "callback_query": query})
}

/// A change of somebody's place in a chat.
fn change(kind: &str, chat: &Value, old: &Value, new: &Value) -> Value {
    let member = |status: &Value| {
        let mut member = json!({"user": user()});
        member.as_object_mut().unwrap().extend(status.as_object().unwrap().clone());
        member
    };
    json!({"update_id": 7, kind: {
        "chat": chat, "from": user(), "date": 1,
        "old_chat_member": member(old), "new_chat_member": member(new),
    }})
}

fn left() -> Value {
    json!({"status": "left"})
}

fn present() -> Value {
    json!({"status": "member"})
}

fn kicked() -> Value {
    json!({"status": "kicked", "until_date": 0})
}

fn restricted(is_member: bool) -> Value {
    let mut status = json!({"status": "restricted", "until_date": 0, "is_member": is_member});
    for right in [
        "can_send_messages",
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
        "can_send_other_messages",
        "can_add_web_page_previews",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
        "can_send_polls",
    ] {
        status[right] = json!(false);
    }
    status
}

fn admin(can_invite_users: bool) -> Value {
    json!({
        "status": "administrator", "can_be_edited": false, "is_anonymous": false,
        "can_manage_chat": true, "can_delete_messages": true, "can_manage_video_chats": false,
        "can_restrict_members": true, "can_promote_members": false, "can_change_info": false,
        "can_invite_users": can_invite_users,
    })
}

const CHAT: ChatId = ChatId(11);
const MESSAGE: MessageId = MessageId(5);
const GATE: GateId = GateId(-1001);

fn nora() -> Name {
    Name { full: "Nora".to_owned(), username: None }
}

fn of_nora(what: What) -> Reading {
    Reading::Event(Event {
        user: UserId(11),
        language: Some(Language::new("de")),
        name: Some(nora()),
        what,
    })
}

fn wrote(text: &str, forwarded: bool) -> Reading {
    wrote_by(text, forwarded, None)
}

fn wrote_by(text: &str, forwarded: bool, origin: Option<UserId>) -> Reading {
    let text = Hidden::new(text);
    of_nora(What::Wrote { chat: CHAT, message: MESSAGE, text, forwarded, origin })
}

fn started(parameter: Option<&str>) -> Reading {
    let parameter = parameter.map(str::to_owned);
    of_nora(What::Started { chat: CHAT, message: MESSAGE, parameter })
}

fn commanded(command: &str) -> Reading {
    let command = command.to_owned();
    of_nora(What::Commanded { chat: CHAT, message: MESSAGE, command, rest: Hidden::default() })
}

fn login_code() -> Reading {
    of_nora(What::WroteLoginCode { chat: CHAT, message: MESSAGE })
}

fn sent_other() -> Reading {
    of_nora(What::SentOther { chat: CHAT, message: MESSAGE, origin: None })
}

fn is_nothing(update: &Value) -> bool {
    matches!(reading(update), Reading::Nothing(_))
}

#[test]
fn the_tree_is_given_all_it_needs() {
    let message = serde_json::from_value(said(&json!({"text": "open sesame"}))).unwrap();
    let content = Content::Message(Arc::new(message));
    let apart = Apart { query_id: None, link: None };
    dptree::type_check(tree().sig(), &dptree::deps![content, apart], &[]);
}

#[test]
fn a_join_request_brings_all_that_is_known() {
    let expected = |query_id: Option<&str>, link: Option<&str>| {
        of_nora(What::JoinRequested {
            gate: GATE,
            chat: ChatId(4_611_686_018),
            title: "Rust Berlin".to_owned(),
            link: link.map(str::to_owned),
            query_id: query_id.map(str::to_owned),
            asked: Some(Timestamp(1000)),
        })
    };
    let mut request = join_request();
    assert_eq!(reading(&request), expected(Some("q-1"), Some("https://t.me/+abc")));
    let fields = request["chat_join_request"].as_object_mut().unwrap();
    fields.remove("query_id");
    fields.remove("invite_link");
    assert_eq!(reading(&request), expected(None, None));
}

#[test]
fn an_update_says_when_it_happened() {
    let date = |update: &Value| {
        let raw = serde_json::value::to_raw_value(update).unwrap();
        read(&raw).unwrap().date.map(|date| date.0)
    };
    assert_eq!(date(&text("open sesame")), Some(1_700_000_000_000));
    assert_eq!(date(&join_request()), Some(1000));
    let mut odd = text("open sesame");
    for strange in [json!(0), json!(-5), json!("today"), json!(null)] {
        odd["message"]["date"] = strange;
        assert_eq!(date(&odd), None);
    }
    // A press has no date; its message may be from long ago.
    let pressed = json!({"update_id": 7, "callback_query": {"id": "q", "from": user(),
        "chat_instance": "c", "data": "d", "message": text("old")["message"]}});
    assert_eq!(date(&pressed), None);
}

#[test]
fn plain_text_is_what_somebody_wrote() {
    assert_eq!(reading(&text("open sesame")), wrote("open sesame", false));
    assert_eq!(reading(&text("482913")), wrote("482913", false));
    let longest = "ä".repeat(4096);
    assert_eq!(reading(&text(&longest)), wrote(&longest, false));
    assert_eq!(reading(&text(&"ä".repeat(4097))), sent_other());
    let forwarded = message(&json!({"text": "open sesame", "forward_origin": forward()}));
    assert_eq!(reading(&forwarded), wrote_by("open sesame", true, Some(UserId(12))));
    let bot = json!({"id": 3, "is_bot": true, "first_name": "B", "username": "b_bot"});
    let inline = message(&json!({"text": "open sesame", "via_bot": bot}));
    assert_eq!(reading(&inline), wrote("open sesame", true));
}

#[test]
fn what_telegram_adds_later_does_not_hide_a_text() {
    let date = json!({"type": "date_time", "offset": 0, "length": 4, "unix_time": 1});
    let newer = json!({"text": "open sesame", "entities": [date], "reply_to_message": {"new": 1}});
    assert_eq!(reading(&message(&newer)), wrote("open sesame", false));
    let mut beside = text("open sesame");
    beside["a_new_part"] = json!({"of": "updates"});
    assert_eq!(reading(&beside), wrote("open sesame", false));
    let mut request = join_request();
    request["chat_join_request"]["invite_link"] = json!({"invite_link": "https://t.me/+abc"});
    let Reading::Event(Event { what: What::JoinRequested { link, .. }, .. }) = reading(&request)
    else {
        panic!()
    };
    assert_eq!(link.as_deref(), Some("https://t.me/+abc"));
}

#[test]
fn commands_are_told_apart() {
    assert_eq!(reading(&text("/start")), started(None));
    assert_eq!(reading(&text("/start  g-Ab_9 ")), started(Some("g-Ab_9")));
    assert_eq!(reading(&text("/Start@gate_bot g1")), started(Some("g1")));
    assert_eq!(reading(&text("/start two words")), started(None));
    assert_eq!(reading(&text(&format!("/start {}", "x".repeat(65)))), started(None));
    assert_eq!(reading(&text("/cancel")), commanded("cancel"));
    assert_eq!(reading(&text("/help@gate_bot")), commanded("help"));
    assert_eq!(reading(&text("/SAFETY now")), commanded("safety"));
    assert_eq!(reading(&text("/unknown")), commanded("unknown"));
    let approve = What::Commanded {
        chat: CHAT,
        message: MESSAGE,
        command: "approve".to_owned(),
        rest: Hidden::new("@nora"),
    };
    assert_eq!(reading(&text("/approve  @nora ")), of_nora(approve));
    // What is no name is not kept: it may be a mistyped secret.
    assert_eq!(reading(&text("/öffne dich")), commanded(""));
    assert_eq!(reading(&text("/")), commanded(""));
    let forwarded = message(&json!({"text": "/start g1", "forward_origin": forward()}));
    assert_eq!(reading(&forwarded), wrote_by("/start g1", true, Some(UserId(12))));
}

#[test]
fn login_codes_are_seen_wherever_they_stand_and_dropped() {
    let telegram = json!({"type": "user", "date": 1, "sender_user":
        {"id": 777_000, "is_bot": false, "first_name": "Telegram"}});
    let quote = json!({"text": "Login code: 48291", "position": 0});
    for update in [
        text("48291"),
        text(
            "Login code: 48291. Do not give this code to anyone, even if they say they are from Telegram!",
        ),
        message(&json!({"text": "48291", "forward_origin": forward()})),
        message(&json!({"text": "New login from Mars", "forward_origin": telegram})),
        message(&json!({"text": "this one?", "quote": quote})),
        photo("48291"),
        json!({"update_id": 7, "edited_message": said(&json!({"text": "48291"}))}),
    ] {
        let read = reading(&update);
        assert_eq!(read, login_code(), "{update}");
        assert!(!format!("{read:?}").contains("48291"));
    }
}

#[test]
fn a_contact_is_own_only_if_it_is() {
    let card = |more: Value| {
        let mut contact = json!({"phone_number": "4915123456789", "first_name": "Nora"});
        contact.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        contact
    };
    let shared = |own| {
        let phone = Hidden::new("4915123456789");
        of_nora(What::SharedContact { chat: CHAT, message: MESSAGE, phone, own })
    };
    let own = card(json!({"user_id": 11}));
    assert_eq!(reading(&message(&json!({"contact": own}))), shared(true));
    let others = card(json!({"user_id": 12}));
    assert_eq!(reading(&message(&json!({"contact": others}))), shared(false));
    let nobodys = card(json!({}));
    assert_eq!(reading(&message(&json!({"contact": nobodys}))), shared(false));
    let forwarded = message(&json!({"contact": own, "forward_origin": forward()}));
    assert_eq!(reading(&forwarded), shared(false));
}

#[test]
fn whatever_else_they_send_is_noticed_and_service_messages_are_not() {
    let sticker = json!({
        "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
        "is_animated": false, "is_video": false,
    });
    let voice = json!({"file_id": "f", "file_unique_id": "u", "duration": 1});
    assert_eq!(reading(&photo("a caption")), sent_other());
    assert_eq!(reading(&message(&json!({"sticker": sticker}))), sent_other());
    assert_eq!(reading(&message(&json!({"voice": voice}))), sent_other());
    assert_eq!(reading(&message(&json!({"dice": {"emoji": "🎲", "value": 3}}))), sent_other());
    let place = json!({"latitude": 52.5, "longitude": 13.4});
    assert_eq!(reading(&message(&json!({"location": place}))), sent_other());
    let newer = json!({"rich_message": {"blocks": []}});
    assert_eq!(reading(&message(&newer)), sent_other());
    assert!(is_nothing(&message(&json!({"pinned_message": said(&json!({"text": "x"}))}))));
    assert!(is_nothing(&message(&json!({"write_access_allowed": {}}))));
}

#[test]
fn edits_are_noticed_but_not_read() {
    let edit = |more: &Value| {
        let mut message = said(more);
        message["edit_date"] = json!(1_700_000_001);
        json!({"update_id": 7, "edited_message": message})
    };
    let edited = of_nora(What::Edited { chat: CHAT, message: MESSAGE });
    assert_eq!(reading(&edit(&json!({"text": "open sesame"}))), edited);
    let place = json!({"latitude": 52.5, "longitude": 13.4, "live_period": 60});
    assert!(is_nothing(&edit(&json!({"location": place}))));
}

#[test]
fn groups_channels_and_bots_are_left_alone() {
    let mut in_group = text("48291");
    in_group["message"]["chat"] = group_chat();
    assert!(is_nothing(&in_group));
    let mut edited = in_group["message"].clone();
    edited["edit_date"] = json!(2);
    assert!(is_nothing(&json!({"update_id": 7, "edited_message": edited})));
    let mut of_bot = text("open sesame");
    of_bot["message"]["from"]["is_bot"] = json!(true);
    assert!(is_nothing(&of_bot));
    let channel = json!({"id": -1002, "type": "channel", "title": "News"});
    let post = json!({"message_id": 1, "date": 1, "chat": channel, "text": "x"});
    assert!(is_nothing(&json!({"update_id": 7, "channel_post": post})));
    assert!(is_nothing(&json!({"update_id": 7, "something_new": {"from": user()}})));
    assert!(is_nothing(&json!({"update_id": 7})));
    assert!(is_nothing(&json!({"update_id": 7, "message": {"text": "no sender, no chat"}})));
}

#[test]
fn a_group_that_moves_or_is_renamed_is_followed() {
    let in_group = |id: i64, more: Value| {
        let mut message = message(&more);
        message["message"]["chat"] = json!({"id": id, "type": "group", "title": "Old"});
        message
    };
    let moved = Reading::Migrated { from: GateId(-5), to: GATE };
    assert_eq!(reading(&in_group(-5, json!({"migrate_to_chat_id": -1001}))), moved);
    assert_eq!(reading(&in_group(-1001, json!({"migrate_from_chat_id": -5}))), moved);
    let titled = Reading::Titled { gate: GateId(-5), title: "New".to_owned() };
    assert_eq!(reading(&in_group(-5, json!({"new_chat_title": "New"}))), titled);
}

#[test]
fn buttons_say_what_was_pressed_as_far_as_telegram_knows() {
    let pressed = |message: Option<i32>, data: &str| {
        of_nora(What::Pressed {
            chat: CHAT,
            message: message.map(MessageId),
            query: "99".to_owned(),
            data: data.to_owned(),
        })
    };
    let mut ours = said(&json!({"text": "…"}));
    ours["from"] = json!({"id": 1, "is_bot": true, "first_name": "Gate"});
    let whole = button(&json!({"message": ours, "data": "resend"}));
    assert_eq!(reading(&whole), pressed(Some(5), "resend"));
    let old = json!({"message_id": 5, "date": 0, "chat": {"id": 11, "type": "private"}});
    let inaccessible = button(&json!({"message": old, "data": "resend"}));
    assert_eq!(reading(&inaccessible), pressed(Some(5), "resend"));
    assert_eq!(reading(&button(&json!({"data": "resend"}))), pressed(None, "resend"));
    assert_eq!(reading(&button(&json!({"message": ours}))), pressed(Some(5), ""));
    assert_eq!(reading(&button(&json!({"data": "x".repeat(65)}))), pressed(None, ""));
    let mut newer = whole.clone();
    newer["callback_query"]["message"]["entities"] = json!([{"type": "new"}]);
    newer["callback_query"]["message"]["reply_markup"] = json!({"new": 1});
    assert_eq!(reading(&newer), pressed(Some(5), "resend"));
    let mut in_group = whole;
    in_group["callback_query"]["message"]["chat"] = group_chat();
    assert!(is_nothing(&in_group));
}

#[test]
fn blocking_the_bot_makes_unreachable() {
    let private = json!({"id": 11, "type": "private", "first_name": "Nora"});
    let blocked = change("my_chat_member", &private, &present(), &kicked());
    assert_eq!(reading(&blocked), of_nora(What::Unreachable));
    assert!(is_nothing(&change("my_chat_member", &private, &kicked(), &present())));
}

#[test]
fn the_bots_own_rights_are_followed() {
    let check = |old: &Value, new: &Value, [present, admin, can_invite]: [bool; 3]| {
        let update = change("my_chat_member", &group_chat(), old, new);
        let (can_restrict, can_delete) = (admin, admin);
        let rights = BotRights { present, admin, can_invite, can_restrict, can_delete };
        let Reading::Desk(desk::Event { desk: GATE, what }) = reading(&update) else {
            panic!("not for the group's desk");
        };
        let expected = desk::What::BotStanding {
            by: UserId(11),
            anonymous: false,
            language: Some(Language::new("de")),
            name: Some(nora()),
            title: "Rust Berlin".to_owned(),
            channel: false,
            rights,
        };
        assert_eq!(what, expected);
    };
    check(&present(), &admin(true), [true; 3]);
    check(&admin(true), &admin(false), [true, true, false]);
    check(&admin(true), &present(), [true, false, false]);
    check(&admin(true), &kicked(), [false; 3]);
    check(&admin(true), &left(), [false; 3]);
}

#[test]
fn who_comes_and_who_goes_is_told_by_presence() {
    let joined_by = |by| of_nora(What::Joined { gate: GATE, by: Some(UserId(by)), link: None });
    let joined = joined_by(11);
    let gone = of_nora(What::Left { gate: GATE });
    let check = |old: Value, new: Value, expected: Option<&Reading>| {
        let update = change("chat_member", &group_chat(), &old, &new);
        let read = reading(&update);
        match expected {
            Some(expected) => assert_eq!(&read, expected, "{old} → {new}"),
            None => assert!(matches!(read, Reading::Nothing(_)), "{old} → {new}"),
        }
    };
    check(left(), present(), Some(&joined));
    check(left(), restricted(true), Some(&joined));
    check(restricted(false), present(), Some(&joined));
    check(kicked(), restricted(true), Some(&joined));
    check(present(), left(), Some(&gone));
    check(present(), kicked(), Some(&gone));
    check(restricted(true), restricted(false), Some(&gone));
    check(admin(true), left(), Some(&gone));
    check(present(), restricted(true), None);
    check(present(), admin(true), None);
    check(left(), kicked(), None);
    check(restricted(false), left(), None);

    // An admin adds somebody: it is about the one who was added.
    let mut added = change("chat_member", &group_chat(), &left(), &present());
    added["chat_member"]["from"] = json!({"id": 1, "is_bot": false, "first_name": "Ada"});
    assert_eq!(reading(&added), joined_by(1));
    added["chat_member"]["new_chat_member"]["user"]["is_bot"] = json!(true);
    assert!(is_nothing(&added));
}

#[test]
fn only_an_update_without_a_number_is_unread() {
    let read =
        |raw: &str| read(&RawValue::from_string(raw.to_owned()).unwrap()).map(|read| read.id);
    assert_eq!(read("{}"), None);
    assert_eq!(read("[1,2]"), None);
    assert_eq!(read(r#"{"update_id":-1}"#), None);
    assert_eq!(read(r#"{"update_id":"7"}"#), None);
    assert_eq!(read(r#"{"update_id":4294967295}"#), Some(u32::MAX));
    assert_eq!(read(r#"{"message":{"date":"x"},"update_id":7}"#), Some(7));
    let deep = format!(r#"{{"update_id":7,"message":{}1{}}}"#, "[".repeat(9000), "]".repeat(9000));
    assert_eq!(read(&deep), Some(7));
}

/// One of each kind, to be damaged.
fn samples() -> Vec<Value> {
    let private = json!({"id": 11, "type": "private", "first_name": "Nora"});
    let contact = json!({"phone_number": "49151", "first_name": "N", "user_id": 11});
    vec![
        text("open sesame"),
        text("/start g1"),
        message(&json!({"text": "48291", "forward_origin": forward()})),
        message(&json!({"contact": contact})),
        photo("48291"),
        join_request(),
        button(&json!({"message": said(&json!({"text": "…"})), "data": "resend"})),
        change("my_chat_member", &private, &present(), &kicked()),
        change("my_chat_member", &group_chat(), &present(), &admin(true)),
        change("chat_member", &group_chat(), &left(), &restricted(true)),
        message(&json!({"migrate_to_chat_id": -1001})),
        json!({"update_id": 7, "edited_message": said(&json!({"text": "x"}))}),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "/?[a-z0-9 ]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,9}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// All places within `value`, as JSON pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                places(inner, &format!("{here}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                places(inner, &format!("{here}/{at}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_damage_makes_reading_panic_or_lose_the_number(
        sample in prop::sample::select(samples()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4),
    ) {
        let mut update = sample;
        for (place, json) in damage {
            let mut found = Vec::new();
            places(&update, "", &mut found);
            let place = place.get(&found).clone();
            if let Some(there) = update.pointer_mut(&place) {
                *there = json;
            }
        }
        let raw = serde_json::value::to_raw_value(&update).unwrap();
        let number = update.get("update_id").and_then(Value::as_u64);
        let number = number.and_then(|number| u32::try_from(number).ok());
        let read = read(&raw);
        prop_assert_eq!(read.as_ref().map(|read| read.id), number);
        let panicked = Reading::Nothing("unreadable: reading it panicked");
        prop_assert!(read.is_none_or(|read| read.reading != panicked));
    }
}
