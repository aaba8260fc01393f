//! Who is what in a group, and what the bot hears of it.

use super::*;
use crate::sandbox::Rights;

async fn heard(world: &World) -> Vec<Value> {
    let kinds = json!(["message", "callback_query", "my_chat_member", "chat_member"]);
    let (_, all) = raw(world, "getUpdates", json!({"allowed_updates": kinds})).await;
    let all = all["result"].as_array().unwrap().clone();
    if let Some(last) = all.last() {
        let offset = last["update_id"].as_i64().unwrap() + 1;
        raw(world, "getUpdates", json!({"offset": offset})).await;
    }
    all
}

/// One line for each update: its kind, who did it, and what came of it.
fn told(updates: &[Value]) -> String {
    let line = |update: &Value| {
        for kind in ["my_chat_member", "chat_member"] {
            let change = &update[kind];
            if change.is_object() {
                return format!(
                    "{kind}: {} makes {} {} to {}",
                    change["from"]["first_name"].as_str().unwrap(),
                    change["new_chat_member"]["user"]["first_name"].as_str().unwrap(),
                    change["old_chat_member"]["status"].as_str().unwrap(),
                    change["new_chat_member"]["status"].as_str().unwrap(),
                );
            }
        }
        let message = &update["message"];
        let by = message["from"]["first_name"].as_str().unwrap();
        let what = ["new_chat_members", "left_chat_member", "text", "migrate_to_chat_id"]
            .into_iter()
            .find(|field| !message[field].is_null());
        format!("message by {by}: {}", what.unwrap_or("?"))
    };
    updates.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_bot_is_added_promoted_and_removed() {
    let world = World::start().await;
    let ada = world.admin();
    let group = ada.creates_group("Rust Berlin 2");
    assert!(group.is_supergroup() && group.id() < -1_000_000_000_000);
    let unknown = description(&world, "getChat", json!({"chat_id": group.id()})).await;
    assert_eq!(unknown, "Bad Request: chat not found", "the bot was never there");

    ada.adds_bot_to(&group);
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    ada.makes_bot_admin_of(&group, Rights { can_invite_users: false, ..Rights::GATEKEEPER });
    ada.demotes_bot_in(&group);
    ada.removes_bot_from(&group);
    let updates = heard(&world).await;
    insta::assert_snapshot!(told(&updates), @r"
    my_chat_member: Ada makes Countersign demo left to member
    message by Ada: new_chat_members
    my_chat_member: Ada makes Countersign demo member to administrator
    my_chat_member: Ada makes Countersign demo administrator to administrator
    my_chat_member: Ada makes Countersign demo administrator to member
    my_chat_member: Ada makes Countersign demo member to kicked
    message by Ada: left_chat_member
    ");
    assert_eq!(updates[1]["message"]["chat"]["title"], "Rust Berlin 2");
    let rights = &updates[3]["my_chat_member"]["new_chat_member"];
    assert_eq!(
        (&rights["can_invite_users"], &rights["can_restrict_members"]),
        (&json!(false), &json!(true))
    );
    let out = description(&world, "getChat", json!({"chat_id": group.id()})).await;
    assert_eq!(out, "Forbidden: bot was kicked from the supergroup chat");
    insta::assert_snapshot!(group.chat(), @r"
    — Ada Admin created the group —
    — Ada Admin added Countersign demo —
    — Ada Admin removed Countersign demo —
    ");

    // As an administrator at once, into a basic group: there, rights are not chosen.
    let basic = ada.creates_basic_group("Rust Potsdam");
    assert!((-999_999_999_999..0).contains(&basic.id()));
    ada.makes_bot_admin_of(&basic, Rights::GATEKEEPER);
    let updates = heard(&world).await;
    insta::assert_snapshot!(told(&updates), @r"
    my_chat_member: Ada makes Countersign demo left to administrator
    message by Ada: new_chat_members
    ");
    assert_eq!(updates[0]["my_chat_member"]["chat"]["type"], "group");
    assert_eq!(basic.bot_rights(), Some(Rights::BASIC));
    ada.removes_bot_from(&basic);
    let write = json!({"chat_id": basic.id(), "text": "hi"});
    let out = description(&world, "sendMessage", write).await;
    assert_eq!(out, "Forbidden: bot was kicked from the group chat");
}

#[tokio::test]
async fn only_an_administrator_hears_of_others_and_only_if_it_asked() {
    let world = World::start().await;
    let (ada, olaf) = (world.admin(), world.person("Olaf"));
    let group = ada.creates_group("Rust Berlin 2");
    ada.adds_bot_to(&group);
    heard(&world).await;
    ada.adds_to(&group, &olaf);
    ada.promotes_in(&group, &olaf, Rights::GATEKEEPER);
    olaf.writes_in(&group, "hello");
    olaf.writes_in(&group, "/help");
    olaf.writes_in(&group, "/help@another_bot");
    insta::assert_snapshot!(told(&heard(&world).await), @r"
    message by Ada: new_chat_members
    message by Olaf: text
    ");

    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    heard(&world).await;
    ada.promotes_with_title(&group, &olaf, Rights::GATEKEEPER, "Night shift");
    ada.demotes_in(&group, &olaf);
    ada.removes_from(&group, &olaf);
    let updates = heard(&world).await;
    insta::assert_snapshot!(told(&updates), @r"
    chat_member: Ada makes Olaf administrator to administrator
    chat_member: Ada makes Olaf administrator to member
    message by Ada: left_chat_member
    chat_member: Ada makes Olaf member to kicked
    ");
    assert_eq!(updates[0]["chat_member"]["new_chat_member"]["custom_title"], "Night shift");

    raw(&world, "getUpdates", json!({"allowed_updates": []})).await;
    group.adds(&olaf);
    let (_, all) = raw(&world, "getUpdates", json!({})).await;
    let all = all["result"].as_array().unwrap();
    assert_eq!(all.len(), 1, "chat_member comes on request only: {all:?}");
}

#[tokio::test]
async fn anonymous_administrators_show_only_when_they_press() {
    let world = World::start().await;
    let (ada, group) = (world.admin(), world.group());
    let olaf = world.person("Olaf");
    heard(&world).await;
    ada.is_anonymous_in(&group, true);
    ada.adds_to(&group, &olaf);
    ada.makes_bot_admin_of(&group, Rights { can_delete_messages: false, ..Rights::GATEKEEPER });
    ada.writes_in(&group, "/gate");
    let buttons = json!([[{"text": "Set up", "callback_data": "x"}]]);
    let hello = json!({
        "chat_id": group.id(), "text": "Hello", "reply_markup": {"inline_keyboard": buttons},
    });
    raw(&world, "sendMessage", hello).await;
    ada.presses_in(&group, "Set up");
    let updates = heard(&world).await;
    let (press, rest) = updates.split_last().unwrap();
    insta::assert_snapshot!(told(rest), @r"
    chat_member: Ada makes Ada creator to creator
    message by Group: new_chat_members
    chat_member: Group makes Olaf left to member
    my_chat_member: Group makes Countersign demo administrator to administrator
    message by Group: text
    ");
    for update in &rest[1..] {
        let kinds = ["message", "chat_member", "my_chat_member"];
        let from = kinds.iter().find_map(|kind| update[kind]["from"]["id"].as_u64());
        assert_eq!(from, Some(1_087_968_824), "{update}");
    }
    assert_eq!(rest[0]["chat_member"]["from"]["id"], ada.id(), "still herself");
    assert_eq!(rest.last().unwrap()["message"]["sender_chat"]["id"], group.id());
    assert_eq!(press["callback_query"]["from"]["id"], ada.id());
    assert_eq!(press["callback_query"]["message"]["chat"]["id"], group.id());
    let id = press["callback_query"]["id"].clone();
    raw(&world, "answerCallbackQuery", json!({"callback_query_id": id})).await;

    let admins = json!({"chat_id": group.id()});
    let (_, seen) = raw(&world, "getChatAdministrators", admins.clone()).await;
    let seen = seen["result"].as_array().unwrap().clone();
    assert!(seen.iter().any(|admin| admin["user"]["id"] == ada.id()
        && admin["status"] == "creator"
        && admin["is_anonymous"] == true));
    group.demotes_bot();
    let (_, hidden) = raw(&world, "getChatAdministrators", admins).await;
    assert_eq!(hidden["result"], json!([]), "seen by administrators only");
}

#[tokio::test]
async fn administrators_are_listed_with_all_their_rights() {
    let world = World::start().await;
    let (ada, group) = (world.admin(), world.group());
    let olaf = world.person("Olaf");
    ada.adds_to(&group, &olaf);
    ada.promotes_with_title(&group, &olaf, Rights::GATEKEEPER, "Night shift");
    let rose = group.has_admin_bot("Rose", Rights::of(["can_invite_users"]).unwrap());
    let list = async |bots: Option<bool>| {
        let params = json!({"chat_id": group.id(), "return_bots": bots});
        let (_, answer) = raw(&world, "getChatAdministrators", params).await;
        answer["result"].as_array().unwrap().clone()
    };
    let names = |list: &[Value]| {
        let name = |admin: &Value| admin["user"]["first_name"].as_str().unwrap().to_owned();
        list.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(&list(None).await), ["Countersign demo", "Ada", "Olaf"]);
    let all = list(Some(true)).await;
    assert_eq!(names(&all), ["Countersign demo", "Ada", "Olaf", "Rose"]);
    let other = all.iter().find(|admin| admin["user"]["id"] == rose.id()).unwrap();
    assert_eq!(
        (&other["user"]["is_bot"], &other["can_invite_users"]),
        (&json!(true), &json!(true))
    );
    let olaf = all.iter().find(|admin| admin["user"]["id"] == olaf.id()).unwrap();
    assert_eq!(olaf["custom_title"], "Night shift");
    // teloxide reads them all.
    let admins = bot(&world).get_chat_administrators(ChatId(group.id())).await.unwrap();
    assert_eq!(admins.len(), 3);
    let known = json!({
        "can_be_edited": false, "is_anonymous": false, "can_manage_chat": true,
        "can_delete_messages": true, "can_manage_video_chats": false,
        "can_restrict_members": true, "can_promote_members": false, "can_change_info": false,
        "can_invite_users": true, "can_post_stories": false, "can_edit_stories": false,
        "can_delete_stories": false, "can_pin_messages": false, "can_manage_topics": false,
        "can_manage_tags": false,
    });
    for (right, may) in known.as_object().unwrap() {
        assert_eq!(&olaf[right], may, "{right}");
    }
}

#[tokio::test]
async fn a_chat_tells_what_the_bot_may_know() {
    let world = World::start().await;
    let ada = world.admin();
    let group = ada.creates_public_group("Rust Berlin 2", "rust_berlin_2");
    let look = async |chat: Value| raw(&world, "getChat", json!({"chat_id": chat})).await.1;
    // A public group can be looked at from outside.
    let outside = look("@rust_berlin_2".into()).await["result"].clone();
    assert_eq!(outside["username"], "rust_berlin_2");
    assert_eq!(outside["active_usernames"], json!(["rust_berlin_2"]));
    assert_eq!(outside["permissions"]["can_invite_users"], true);
    assert_eq!(
        (&outside["invite_link"], &outside["join_by_request"]),
        (&Value::Null, &Value::Null)
    );
    let refused = json!({"chat_id": "@rust_berlin_2", "text": "hi"});
    let refused = description(&world, "sendMessage", refused).await;
    assert_eq!(refused, "Forbidden: bot is not a member of the supergroup chat");

    ada.makes_bot_admin_of(&group, Rights::of(["can_invite_users"]).unwrap());
    group.approves_new_members(true);
    group.members_may_add(false);
    let inside = look(group.id().into()).await["result"].clone();
    assert_eq!(inside["invite_link"], group.link());
    assert_eq!(inside["join_by_request"], true);
    assert_eq!(inside["permissions"]["can_invite_users"], false);
    assert_eq!(inside["type"], "supergroup");
    ada.makes_bot_admin_of(&group, Rights::of(["can_delete_messages"]).unwrap());
    assert_eq!(look(group.id().into()).await["result"]["invite_link"], Value::Null);
    group.is_named(None).unwrap();
    assert_eq!(look(group.id().into()).await["result"]["username"], Value::Null);
    assert!(group.is_named(Some("x y")).is_err());
}

#[tokio::test]
async fn a_basic_group_that_grew_up_sends_the_bot_on() {
    let world = World::start().await;
    let (ada, nora) = (world.admin(), world.person("Nora"));
    let old = ada.creates_basic_group("Rust Potsdam");
    ada.makes_bot_admin_of(&old, Rights::ALL);
    ada.adds_to(&old, &nora);
    heard(&world).await;
    let new = old.migrates();
    let updates = heard(&world).await;
    insta::assert_snapshot!(told(&updates), @r"
    message by Ada: migrate_to_chat_id
    message by Ada: ?
    my_chat_member: Ada makes Countersign demo left to administrator
    ");
    assert_eq!(updates[2]["my_chat_member"]["chat"]["id"], new.id());
    assert!(new.is_supergroup() && new.has_member(&nora) && new.bot_rights().is_some());
    let person = json!({"chat_id": old.id(), "user_id": nora.id()});
    for (method, params) in [
        ("sendMessage", json!({"chat_id": old.id(), "text": "hi"})),
        ("getChatMember", person.clone()),
        ("getChatAdministrators", json!({"chat_id": old.id()})),
        ("approveChatJoinRequest", person.clone()),
        ("banChatMember", person),
        ("exportChatInviteLink", json!({"chat_id": old.id()})),
    ] {
        let (status, answer) = raw(&world, method, params).await;
        assert_eq!((status, &answer["parameters"]["migrate_to_chat_id"]), (400, &new.id().into()));
        let expected = "Bad Request: group chat was upgraded to a supergroup chat";
        assert_eq!(answer["description"], expected, "{method}");
    }
    // Looking at the old one is no acting: the real server lets it pass.
    let (status, chat) = raw(&world, "getChat", json!({"chat_id": old.id()})).await;
    assert_eq!((status, &chat["result"]["type"]), (200, &json!("group")));
    assert!(nora.try_writes_in(&old, "hello").unwrap_err().0.contains("has become"));
    nora.writes_in(&new, "hello");
}
