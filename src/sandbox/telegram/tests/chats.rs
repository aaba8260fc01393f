//! Messages, buttons and contacts in a private chat.

use super::*;

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
#[should_panic(expected = "unread by Nora: hi")]
async fn what_nobody_read_fails_the_test() {
    let world = World::start().await;
    let nora = world.person("Nora");
    nora.types("/start");
    bot(&world).send_message(chat(&nora), "hi").await.unwrap();
}
