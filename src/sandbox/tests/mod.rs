//! The world in use: a small bot over teloxide answers people who speak as tests do.

mod page;
mod page_groups;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use teloxide::payloads::{EditMessageTextSetters, GetUpdatesSetters, SendMessageSetters};
use teloxide::prelude::{Bot, Request, Requester};
use teloxide::types::{
    CallbackQuery, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, Message, ParseMode,
    UpdateKind, UserId,
};
use tokio::task::{JoinHandle, JoinSet};

use super::{Kind, World};

/// A bot that lets in whoever says "sesame", repeats everything else with a button, and answers
/// the button. `at_work` counts the updates in its hands.
fn parrot(world: &World, at_work: Arc<AtomicUsize>) -> JoinHandle<()> {
    let url = reqwest::Url::parse(&world.telegram.url()).unwrap();
    let bot = Bot::new(world.token()).set_api_url(url);
    let group = ChatId(world.group().id());
    tokio::spawn(async move {
        let mut offset = 0;
        loop {
            let poll = bot.get_updates().offset(offset).timeout(50);
            let Ok(updates) = poll.send().await else { return };
            for update in updates {
                offset = i32::try_from(update.id.0).unwrap() + 1;
                at_work.fetch_add(1, Ordering::SeqCst);
                let (bot, at_work) = (bot.clone(), Arc::clone(&at_work));
                tokio::spawn(async move {
                    match update.kind {
                        UpdateKind::ChatJoinRequest(request) => {
                            let text = "What is the <b>word</b>?";
                            let said = bot.send_message(request.user_chat_id, text);
                            said.parse_mode(ParseMode::Html).await.unwrap();
                        }
                        UpdateKind::Message(message) => hear(&bot, group, &message).await,
                        UpdateKind::CallbackQuery(query) => answer(&bot, query).await,
                        _ => {}
                    }
                    at_work.fetch_sub(1, Ordering::SeqCst);
                });
            }
        }
    })
}

async fn hear(bot: &Bot, group: ChatId, message: &Message) {
    if !message.chat.is_private() {
        return;
    }
    let text = message.text().unwrap_or("?");
    if text == "sesame" {
        bot.delete_message(message.chat.id, message.id).await.unwrap();
        let user = UserId(message.chat.id.0.unsigned_abs());
        bot.approve_chat_join_request(group, user).await.unwrap();
        bot.send_message(message.chat.id, "Welcome").await.unwrap();
    } else if text != "(silence)" {
        let button = InlineKeyboardButton::callback("Again", text);
        let said = bot.send_message(message.chat.id, text);
        said.reply_markup(InlineKeyboardMarkup::new([[button]])).await.unwrap();
    }
}

async fn answer(bot: &Bot, query: CallbackQuery) {
    let message = query.message.as_ref().unwrap();
    let text = format!("{}!", query.data.as_deref().unwrap_or_default());
    bot.answer_callback_query(query.id.clone()).await.unwrap();
    let edit = bot.edit_message_text(message.chat().id, message.id(), text);
    edit.parse_mode(ParseMode::Html).await.unwrap();
}

async fn world_with_parrot() -> (World, Arc<AtomicUsize>) {
    let world = World::start().await;
    let at_work = Arc::new(AtomicUsize::new(0));
    parrot(&world, Arc::clone(&at_work));
    world.bot_is_polling().await;
    (world, at_work)
}

#[tokio::test]
async fn people_talk_with_a_bot() {
    let (world, _) = world_with_parrot().await;
    let nora = world.person("Nora").speaks("de");
    nora.requests_to_join();
    insta::assert_snapshot!(nora.reads().await, @"What is the word?");
    assert_eq!(world.requests(), ["Nora"]);
    nora.types("please");
    insta::assert_snapshot!(nora.reads().await, @r"
    please
    [Again]
    ");
    nora.presses("Again");
    insta::assert_snapshot!(nora.reads().await, @"(edited) please!");
    nora.types("(silence)");
    nora.hears_nothing().await;
    nora.sends(&Kind::Sticker);
    assert_eq!(nora.reads().await.len(), 1);
    let word = nora.types("sesame");
    nora.becomes_member().await;
    nora.sees_deleted(word).await;
    insta::assert_snapshot!(nora.reads().await, @"Welcome");
    insta::assert_snapshot!(nora.chat_transcript(), @r"
    bot: What is the word?
    Nora: please
    bot: please!
    Nora: (silence)
    Nora: (sticker)
    bot: ?
    [Again]
    bot: Welcome
    ");
    assert_eq!(world.group().members(), ["Countersign demo", "Ada Admin", "Nora"]);
    world.nothing_unread().await;
}

#[tokio::test]
async fn a_probe_says_when_the_bot_has_settled() {
    let (world, at_work) = world_with_parrot().await;
    world.settles_by(Box::new(move || {
        let at_work = Arc::clone(&at_work);
        Box::pin(async move {
            while at_work.load(Ordering::SeqCst) > 0 {
                tokio::task::yield_now().await;
            }
        })
    }));
    let nora = world.person("Nora");
    for round in 0..20 {
        nora.types("one");
        nora.types("two");
        assert_eq!(nora.reads().await.len(), 2, "round {round}");
    }
    world.nothing_unread().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_people_talk_at_once() {
    const PEOPLE: usize = 256;
    let (world, _) = world_with_parrot().await;
    world.set_patience(Duration::from_secs(60));
    let mut talks = JoinSet::new();
    for number in 0..PEOPLE {
        let person = world.person(&format!("Person {number}"));
        talks.spawn(async move {
            person.requests_to_join();
            person.reads_next().await;
            for word in ["a", "b"] {
                person.types(word);
                assert_eq!(person.reads_next().await.text(), word);
            }
            person.presses("Again");
            assert_eq!(person.reads_next().await.text(), "b!");
            person.types("sesame");
            person.becomes_member().await;
            assert_eq!(person.reads_next().await.text(), "Welcome");
        });
    }
    while let Some(talk) = talks.join_next().await {
        talk.unwrap();
    }
    assert_eq!(world.group().members().len(), PEOPLE + 2);
    world.nothing_unread().await;
}

#[tokio::test]
#[should_panic(expected = "Nora waited and heard nothing; the chat:\nNora: hello")]
async fn silence_is_a_complaint() {
    let world = World::start().await;
    world.set_patience(Duration::from_millis(50));
    let nora = world.person("Nora");
    nora.types("hello");
    nora.reads().await;
}

#[tokio::test]
#[should_panic(expected = "Nora's press on x was never answered")]
async fn an_unanswered_press_is_left_over() {
    let world = World::start().await;
    world.person("Nora").presses_old(1, "x");
    world.nothing_unread().await;
}

#[tokio::test]
async fn everything_left_over_is_listed() {
    let world = World::start().await.lenient();
    let nora = world.person("Nora");
    nora.types("/start");
    let base = format!("{}/bot{}", world.telegram.url(), world.token());
    reqwest::get(format!("{base}/sendMessage?chat_id={}&text=hi", nora.id())).await.unwrap();
    reqwest::get(format!("{base}/dance")).await.unwrap();
    world.telegram.fails_next("getMe", super::telegram::Fault::Hang);
    let account = world.twilio.account();
    let order = format!("{}/2010-04-01/Accounts/{}/Messages.json", world.twilio.url(), account.sid);
    let order = reqwest::Client::new()
        .post(order)
        .basic_auth(&account.sid, Some(&account.auth_token))
        .form(&[("To", "+4915112345678"), ("From", "+1500"), ("Body", "code 012345")]);
    order.send().await.unwrap();
    insta::assert_snapshot!(world.leftovers().join("\n"), @r"
    unread by Nora: hi
    unread SMS to +4915112345678: code 012345
    1 planned faults hit nothing
    violation: telegram: dance: 404 Not Found
    ");
}
