//! Join requests, invite links, members and rights.

use super::*;

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
async fn a_group_that_becomes_a_supergroup_changes_its_id() {
    let world = World::start().await;
    let old = world.group();
    let nora = world.person("Nora");
    nora.requests_to_join();
    let new = old.migrates();
    let migrations = updates(&world).await;
    let [_, last, first, bot_there] = &migrations[..] else { panic!("{migrations:?}") };
    let UpdateKind::Message(last) = &last.kind else { panic!("{last:?}") };
    let UpdateKind::Message(first) = &first.kind else { panic!("{first:?}") };
    assert!(last.chat.is_group() && first.chat.is_supergroup());
    assert_eq!(last.migrate_to_chat_id(), Some(&ChatId(new.id())));
    assert_eq!(first.migrate_from_chat_id(), Some(&ChatId(old.id())));
    let UpdateKind::MyChatMember(change) = &bot_there.kind else { panic!("{bot_there:?}") };
    assert_eq!(change.chat.id, ChatId(new.id()));
    assert!(change.old_chat_member.is_left() && change.new_chat_member.is_administrator());

    let bot = bot(&world);
    let moved = bot.approve_chat_join_request(ChatId(old.id()), user(&nora)).await.unwrap_err();
    assert!(matches!(moved, RequestError::MigrateToChatId(to) if to.0 == new.id()), "{moved}");
    bot.approve_chat_join_request(ChatId(new.id()), user(&nora)).await.unwrap();
    assert!(new.has_member(&nora));
}
