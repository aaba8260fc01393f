//! How methods are called: parameters, polling, faults.

use super::*;

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

    world.telegram.fails(ANY, Fault::server_error(502));
    assert_eq!(raw(&world, "getMe", json!({})).await.0, 502);
    assert_eq!(raw(&world, "getUpdates", json!({})).await.0, 502);
    world.telegram.recovers(ANY);
    assert_eq!(raw(&world, "getMe", json!({})).await.0, 200);
    assert_eq!(world.telegram.calls("sendMessage"), 7);
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
