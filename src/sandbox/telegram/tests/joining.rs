//! Ways into a group, links, and what is written there.

use super::*;
use crate::sandbox::{Rights, Terms};

async fn changes(world: &World) -> Vec<Value> {
    let kinds = json!(["message", "chat_member", "chat_join_request"]);
    let (_, all) = raw(world, "getUpdates", json!({"allowed_updates": kinds})).await;
    let all = all["result"].as_array().unwrap().clone();
    if let Some(last) = all.last() {
        let offset = last["update_id"].as_i64().unwrap() + 1;
        raw(world, "getUpdates", json!({"offset": offset})).await;
    }
    all
}

#[tokio::test]
async fn every_way_in_is_told_apart() {
    let world = World::start().await;
    let (ada, group) = (world.admin(), world.group());
    let bot = bot(&world);
    changes(&world).await;

    let added = world.person("Added");
    ada.adds_to(&group, &added);
    let primary = world.person("Primary");
    group.approves_new_members(false);
    primary.opens(&group.link());
    let plain = world.person("Plain");
    let link = group.makes_link(Terms::default()).unwrap();
    plain.opens(&link);
    let own = bot.create_chat_invite_link(ChatId(group.id())).member_limit(1).await.unwrap();
    let ours = world.person("Ours");
    ours.opens(&own.invite_link);
    group.approves_new_members(true);
    let asked = world.person("Asked");
    asked.opens(&group.link());
    bot.approve_chat_join_request(ChatId(group.id()), user(&asked)).await.unwrap();
    let alone = world.person("Alone");
    alone.requests_to_join();
    bot.approve_chat_join_request(ChatId(group.id()), user(&alone)).await.unwrap();

    let line = |update: &Value| {
        let change = &update["chat_member"];
        let link = &change["invite_link"];
        change.is_object().then(|| {
            format!(
                "{} by {}: link {} primary {} asks {} direct request {}",
                change["new_chat_member"]["user"]["first_name"].as_str().unwrap(),
                change["from"]["first_name"].as_str().unwrap(),
                link["invite_link"].as_str().unwrap_or("none"),
                link["is_primary"],
                link["creates_join_request"],
                change["via_join_request"],
            )
        })
    };
    let updates = changes(&world).await;
    let lines: Vec<String> = updates.iter().filter_map(line).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Added by Ada: link none primary null asks null direct request null
    Primary by Primary: link https://t.me/+ma... primary true asks false direct request null
    Plain by Plain: link https://t.me/+sandbox0... primary false asks false direct request null
    Ours by Ours: link https://t.me/+sandbox000000003 primary false asks false direct request null
    Asked by Countersign demo: link https://t.me/+ma... primary true asks true direct request null
    Alone by Countersign demo: link none primary null asks null direct request true
    ");
    let came: Vec<(&str, &str)> = updates
        .iter()
        .filter_map(|update| {
            let message = &update["message"];
            let came = message["new_chat_members"][0]["first_name"].as_str()?;
            Some((message["from"]["first_name"].as_str()?, came))
        })
        .collect();
    assert_eq!(came[0], ("Ada", "Added"));
    assert!(came[1..].iter().all(|(by, who)| by == who), "{came:?}");

    // The message about it can be taken away like any other.
    let note = updates.iter().find(|update| update["message"].is_object()).unwrap();
    let note = note["message"]["message_id"].as_i64().unwrap() as i32;
    assert!(group.chat().contains("— Ada Admin added Added —"), "{}", group.chat());
    bot.delete_message(ChatId(group.id()), MessageId(note)).await.unwrap();
    group.sees_deleted(note).await;
    assert!(!group.chat().contains("added Added"));
}

#[tokio::test]
async fn members_add_people_only_where_they_may() {
    let world = World::start().await;
    let (ada, group) = (world.admin(), world.group());
    let (olaf, nora) = (world.person("Olaf"), world.person("Nora"));
    ada.adds_to(&group, &olaf);
    group.members_may_add(false);
    let refused = olaf.try_adds_to(&group, &nora).unwrap_err();
    assert_eq!(refused.to_string(), "they may not add people here");
    group.members_may_add(true);
    olaf.adds_to(&group, &nora);
    assert!(group.has_member(&nora));
    assert!(olaf.try_adds_to(&group, &nora).is_err(), "she is in already");
    let robot = world.person("Robot");
    group.bans(&robot);
    assert!(olaf.try_adds_to(&group, &robot).is_err(), "an administrator may, a member may not");
    ada.adds_to(&group, &robot);
}

#[tokio::test]
async fn a_public_group_is_open_or_asks() {
    let world = World::start().await;
    let (ada, nora, mia) = (world.admin(), world.person("Nora"), world.person("Mia"));
    let group = ada.creates_public_group("Rust Berlin 2", "rust_berlin_2");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    changes(&world).await;
    assert_eq!(nora.joins(&group), Opened::Joined { group: group.id() });
    group.approves_new_members(true);
    assert_eq!(mia.opens("https://t.me/rust_berlin_2"), Opened::Requested { group: group.id() });
    let updates = changes(&world).await;
    assert_eq!(updates[1]["chat_member"]["invite_link"], Value::Null);
    assert_eq!(updates[2]["chat_join_request"]["invite_link"], Value::Null);
    assert_eq!(updates[2]["chat_join_request"]["chat"]["username"], "rust_berlin_2");
    assert!(world.group().id() != group.id() && world.groups().len() == 2);
}

#[tokio::test]
async fn links_are_made_changed_ended_and_replaced() {
    let world = World::start().await;
    let group = world.group();
    let id = group.id();
    let call = async |method: &str, params: Value| raw(&world, method, params).await;
    let made = call("createChatInviteLink", json!({"chat_id": id, "name": "one"})).await.1;
    let url = made["result"]["invite_link"].clone();
    let edit = json!({
        "chat_id": id, "invite_link": url, "name": "two", "creates_join_request": true,
    });
    let edited = call("editChatInviteLink", edit.clone()).await.1["result"].clone();
    assert_eq!((&edited["name"], &edited["creates_join_request"]), (&json!("two"), &json!(true)));
    let nora = world.person("Nora");
    assert_eq!(nora.opens(url.as_str().unwrap()), Opened::Requested { group: id });
    let others = json!({"chat_id": id, "invite_link": group.makes_link(Terms::default()).unwrap()});
    for method in ["editChatInviteLink", "revokeChatInviteLink"] {
        let refused = description(&world, method, others.clone()).await;
        assert_eq!(refused, "Bad Request: INVITE_HASH_EXPIRED", "{method}: of somebody else");
    }
    call("revokeChatInviteLink", json!({"chat_id": id, "invite_link": url})).await;
    assert_eq!(
        description(&world, "editChatInviteLink", edit).await,
        "Bad Request: INVITE_HASH_EXPIRED"
    );

    let old = group.link();
    let new = call("exportChatInviteLink", json!({"chat_id": id})).await.1["result"].clone();
    assert_eq!(new, group.link());
    let mia = world.person("Mia");
    assert_eq!(mia.try_opens(&old), Err(Impossible("the invite link was revoked".into())));
    assert_eq!(mia.opens(&group.link()), Opened::Requested { group: id }, "gated as before");
    group.makes_bot_admin(false);
    let refused = description(&world, "exportChatInviteLink", json!({"chat_id": id})).await;
    assert_eq!(refused, "Bad Request: not enough rights to manage chat invite link");

    let ended = group.makes_link(Terms::default()).unwrap();
    group.ends_link(&ended);
    let olaf = world.person("Olaf");
    assert!(olaf.try_opens(&ended).is_err());
    group.primary_link_asks(false);
    assert_eq!(olaf.opens(&group.link()), Opened::Joined { group: id });
}

#[tokio::test]
async fn the_bot_writes_changes_and_deletes_in_groups_within_its_rights() {
    let world = World::start().await;
    let (ada, group) = (world.admin(), world.group());
    let bot = bot(&world);
    let id = ChatId(group.id());
    let nora = world.person("Nora");
    ada.adds_to(&group, &nora);
    let hers = nora.writes_in(&group, "hello");
    let said = bot.send_message(id, "Pass the gate").reply_markup(inline("x")).await.unwrap();
    let deep = format!("https://t.me/{}?start=abc", world.bot_username());
    let link = json!({"inline_keyboard": [[{"text": "Pass", "url": deep}]]});
    let other = json!({
        "chat_id": group.id(), "text": "This way", "reply_markup": link,
        "reply_parameters": {"message_id": hers},
    });
    let (_, other) = raw(&world, "sendMessage", other).await;
    assert_eq!(other["result"]["reply_to_message"]["text"], "hello");
    insta::assert_snapshot!(group.chat(), @r"
    — Ada Admin created the group —
    — Ada Admin added Nora —
    Nora: hello
    bot: Pass the gate
    [Go]
    bot: This way
    [Pass]
    ");
    nora.presses_in(&group, "Pass");
    assert!(nora.chat_transcript().contains("Nora: /start abc"));

    bot.edit_message_text(id, said.id, "Passed").await.unwrap();
    let refused = bot.edit_message_text(id, MessageId(hers), "x").await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::MessageCantBeEdited)));
    let refused = bot.edit_message_text(id, MessageId(999), "x").await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::MessageToEditNotFound)));
    let refused = bot.edit_message_text(id, said.id, "Passed").await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::MessageNotModified)));

    group.gives_bot(Rights { can_delete_messages: false, ..Rights::GATEKEEPER });
    let refused = bot.delete_message(id, MessageId(hers)).await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::MessageCantBeDeleted)));
    bot.delete_message(id, said.id).await.unwrap();
    group.gives_bot(Rights::GATEKEEPER);
    bot.delete_message(id, MessageId(hers)).await.unwrap();
    let later = nora.writes_in(&group, "again");
    world.advance(Duration::from_secs(48 * 3600));
    let refused = bot.delete_message(id, MessageId(later)).await.unwrap_err();
    assert!(matches!(refused, RequestError::Api(ApiError::MessageCantBeDeleted)), "too old");
    nora.deletes_in(&group, later);
    let gone =
        json!({"chat_id": group.id(), "text": "?", "reply_parameters": {"message_id": later}});
    let refused = description(&world, "sendMessage", gone.clone()).await;
    assert_eq!(refused, "Bad Request: message to be replied not found");
    let mut anyway = gone;
    anyway["reply_parameters"]["allow_sending_without_reply"] = true.into();
    assert_eq!(raw(&world, "sendMessage", anyway).await.0, 200);
    nora.presses_old_in(&group, said.id.0, "old");
    let (_, pressed) = raw(&world, "getUpdates", json!({"offset": -1})).await;
    let pressed = &pressed["result"][0]["callback_query"];
    assert_eq!((&pressed["data"], &pressed["message"]["date"]), (&json!("old"), &json!(0)));
    let answer = json!({"callback_query_id": pressed["id"]});
    assert_eq!(raw(&world, "answerCallbackQuery", answer).await.0, 200);

    group.demotes_bot();
    group.permits(|may| may.can_send_messages = false);
    let refused = bot.send_message(id, "hush").await.unwrap_err();
    assert_eq!(
        text_of(refused),
        "Bad Request: not enough rights to send text messages to the chat"
    );
    world.forgive_violations();
}
