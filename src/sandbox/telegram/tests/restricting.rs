//! Muting, banning, letting go: what the bot may do to members, and what becomes of them.

use super::*;
use crate::sandbox::{Permissions, Rights};

async fn restrict(world: &World, person: &Person, more: Value) -> (u16, Value) {
    let mut params = json!({
        "chat_id": world.group().id(), "user_id": person.id(), "permissions": {},
    });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    raw(world, "restrictChatMember", params).await
}

async fn of(world: &World, method: &str, person: &Person) -> (u16, Value) {
    let params = json!({"chat_id": world.group().id(), "user_id": person.id()});
    raw(world, method, params).await
}

fn said(answer: &(u16, Value)) -> &str {
    answer.1["description"].as_str().unwrap_or_default()
}

/// Asks for updates with all kinds that a bot on duty wants, and confirms them.
async fn wants_members(world: &World) -> Vec<Value> {
    let kinds =
        json!(["message", "callback_query", "my_chat_member", "chat_member", "chat_join_request",]);
    let (_, all) = raw(world, "getUpdates", json!({"allowed_updates": kinds})).await;
    let all = all["result"].as_array().unwrap().clone();
    if let Some(last) = all.last() {
        let offset = last["update_id"].as_i64().unwrap() + 1;
        raw(world, "getUpdates", json!({"offset": offset})).await;
    }
    all
}

#[tokio::test]
async fn a_muted_member_writes_nothing_until_they_are_free() {
    let world = World::start().await;
    let group = world.group();
    let nora = world.person("Nora");
    group.adds(&nora);
    wants_members(&world).await;

    assert_eq!(restrict(&world, &nora, json!({})).await.0, 200);
    assert!(group.has_muted(&nora) && group.has_member(&nora));
    let refused = nora.try_writes_in(&group, "hello").unwrap_err();
    assert_eq!(refused.to_string(), "they may not write in this group");
    let member = of(&world, "getChatMember", &nora).await.1["result"].clone();
    assert_eq!(
        (&member["status"], &member["is_member"], &member["until_date"]),
        (&json!("restricted"), &json!(true), &json!(0))
    );
    assert_eq!(member["can_send_messages"], false);
    let [change] = &wants_members(&world).await[..] else { panic!("one update") };
    let change = &change["chat_member"];
    assert_eq!(change["from"]["is_bot"], true, "the bot did it");
    assert_eq!(change["old_chat_member"]["status"], "member");
    assert_eq!(change["new_chat_member"]["status"], "restricted");

    // What she may do is what both she and the group may.
    let free = json!({"permissions": Value::Object(Permissions::ALL.json())});
    group.permits(|may| may.can_send_photos = false);
    assert_eq!(restrict(&world, &nora, free).await.0, 200);
    assert_eq!(of(&world, "getChatMember", &nora).await.1["result"]["status"], "member");
    assert!(!group.permissions_of(&nora).can_send_photos);
    nora.writes_in(&group, "hello");
}

#[tokio::test]
async fn restrictions_last_as_long_as_they_say_or_for_ever() {
    let world = World::start().await;
    let group = world.group();
    let nora = world.person("Nora");
    group.adds(&nora);
    let now = world.now_ms() / 1000;
    for date in [now + 20, now + 367 * 86_400, now - 5, 0] {
        restrict(&world, &nora, json!({"until_date": date})).await;
        assert_eq!(group.restricted_until(&nora), None, "{date}: for ever");
    }
    restrict(&world, &nora, json!({"until_date": now + 3600})).await;
    assert_eq!(group.restricted_until(&nora), Some(now + 3600));
    world.advance(Duration::from_secs(3000));
    assert!(nora.try_writes_in(&group, "hello").is_err());
    world.advance(Duration::from_secs(601));
    nora.writes_in(&group, "hello");
    assert_eq!(of(&world, "getChatMember", &nora).await.1["result"]["status"], "member");
}

#[tokio::test]
async fn restricting_is_refused_as_by_the_real_server() {
    let world = World::start().await;
    let group = world.group();
    let (ada, olaf, nora) = (world.admin(), world.person("Olaf"), world.person("Nora"));
    group.adds(&nora);
    group.adds(&olaf);
    ada.promotes_in(&group, &olaf, Rights::GATEKEEPER);
    let cases = [
        (&ada, "Bad Request: can't remove chat owner"),
        (&olaf, "Bad Request: user is an administrator of the chat"),
    ];
    for (person, expected) in cases {
        assert_eq!(said(&restrict(&world, person, json!({})).await), expected);
        assert_eq!(said(&of(&world, "banChatMember", person).await), expected);
    }
    let me = raw(&world, "getMe", json!({})).await.1["result"]["id"].clone();
    let own = restrict(&world, &nora, json!({"user_id": me})).await;
    assert_eq!(said(&own), "Bad Request: can't restrict self");
    let stranger = restrict(&world, &nora, json!({"user_id": 4711})).await;
    assert_eq!(said(&stranger), "Bad Request: PARTICIPANT_ID_INVALID");

    group.gives_bot(Rights { can_restrict_members: false, ..Rights::GATEKEEPER });
    let expected = "Bad Request: not enough rights to restrict/unrestrict chat member";
    assert_eq!(said(&restrict(&world, &nora, json!({})).await), expected);
    assert_eq!(said(&of(&world, "banChatMember", &nora).await), expected);
    assert_eq!(said(&of(&world, "unbanChatMember", &nora).await), expected);

    let basic = ada.creates_basic_group("Rust Potsdam");
    ada.makes_bot_admin_of(&basic, Rights::ALL);
    ada.adds_to(&basic, &nora);
    let params = json!({"chat_id": basic.id(), "user_id": nora.id(), "permissions": {}});
    let only = description(&world, "restrictChatMember", params.clone()).await;
    assert_eq!(only, "Bad Request: method is available only for supergroups");
    let ids = json!({"chat_id": basic.id(), "user_id": nora.id()});
    let only = description(&world, "unbanChatMember", ids.clone()).await;
    assert_eq!(only, "Bad Request: method is available for supergroup and channel chats only");
    // Removing works there, and bans nobody.
    assert_eq!(raw(&world, "banChatMember", ids).await.0, 200);
    assert!(!basic.has_member(&nora) && !basic.has_banned(&nora));
    assert_eq!(world.violations(), [""; 0]);

    let odd = restrict(&world, &nora, json!({"permissions": {"can_fly": true}})).await;
    assert!(said(&odd).contains("unknown field `can_fly`"), "{odd:?}");
    world.forgive_violations();
}

#[tokio::test]
async fn banned_members_are_out_until_they_are_unbanned() {
    let world = World::start().await;
    let group = world.group();
    group.approves_new_members(false);
    let nora = world.person("Nora");
    group.adds(&nora);
    wants_members(&world).await;

    assert_eq!(of(&world, "banChatMember", &nora).await.0, 200);
    assert!(group.has_banned(&nora));
    let back = nora.try_opens(&group.link());
    assert_eq!(back, Err(Impossible("they are banned from the group".into())));
    let updates = wants_members(&world).await;
    let [left, change] = &updates[..] else { panic!("{updates:?}") };
    assert_eq!(left["message"]["left_chat_member"]["id"], nora.id());
    assert_eq!(change["chat_member"]["new_chat_member"]["status"], "kicked");

    assert_eq!(of(&world, "unbanChatMember", &nora).await.0, 200);
    assert_eq!(of(&world, "getChatMember", &nora).await.1["result"]["status"], "left");
    nora.opens(&group.link());
    wants_members(&world).await;

    let only = json!({"chat_id": group.id(), "user_id": nora.id(), "only_if_banned": true});
    assert_eq!(raw(&world, "unbanChatMember", only).await.0, 200);
    assert!(group.has_member(&nora), "nothing was done");
    // Without that, who is in goes, and may come back at once.
    assert_eq!(of(&world, "unbanChatMember", &nora).await.0, 200);
    assert!(!group.has_member(&nora) && !group.has_banned(&nora));
    let steps: Vec<Value> = wants_members(&world).await;
    let steps: Vec<&str> = steps
        .iter()
        .filter_map(|update| update["chat_member"]["new_chat_member"]["status"].as_str())
        .collect();
    assert_eq!(steps, ["kicked", "left"]);

    let until = world.now_ms() / 1000 + 60;
    let short = json!({"chat_id": group.id(), "user_id": nora.id(), "until_date": until});
    raw(&world, "banChatMember", short).await;
    assert!(nora.try_opens(&group.link()).is_err());
    world.advance(Duration::from_secs(61));
    nora.opens(&group.link());
}

#[tokio::test]
async fn who_was_muted_comes_back_muted() {
    let world = World::start().await;
    let group = world.group();
    group.approves_new_members(false);
    let nora = world.person("Nora");
    // Outsiders can be muted too, before they come.
    nora.types("/start");
    assert_eq!(restrict(&world, &nora, json!({})).await.0, 200);
    let member = of(&world, "getChatMember", &nora).await.1["result"].clone();
    assert_eq!((&member["status"], &member["is_member"]), (&json!("restricted"), &json!(false)));
    nora.opens(&group.link());
    assert!(group.has_muted(&nora));
    nora.leaves();
    nora.opens(&group.link());
    assert!(group.has_muted(&nora));
}
