//! Files both ways, keys that ask for a choice, forwarded messages, commands by scope.

use teloxide::net::Download;
use teloxide::payloads::SendDocumentSetters;
use teloxide::types::{FileId, InputFile};

use super::*;
use crate::sandbox::{Rights, Scope};

#[tokio::test]
async fn a_file_comes_to_the_bot_with_its_bytes() {
    let world = World::start().await;
    let bot = bot(&world);
    let ada = world.admin();
    let lines = b"nora@example.org\r\nmia@example.org\r\n";
    ada.sends_file("roster.csv", lines);
    let [update] = &updates(&world).await[..] else { panic!("one update") };
    let UpdateKind::Message(message) = &update.kind else { panic!("{update:?}") };
    let document = message.document().unwrap();
    assert_eq!(document.file_name.as_deref(), Some("roster.csv"));
    assert_eq!(document.mime_type.as_ref().unwrap().essence_str(), "text/csv");
    assert_eq!(document.file.size as usize, lines.len());
    let file = bot.get_file(document.file.id.clone()).await.unwrap();
    let mut bytes = Vec::new();
    bot.download_file(&file.path, &mut bytes).await.unwrap();
    assert_eq!(bytes, lines);

    // The link ends after an hour; asking again gives a new one.
    world.advance(Duration::from_secs(3601));
    let link = format!("{}/file/bot{}/{}", world.telegram.url(), world.token(), file.path);
    assert_eq!(reqwest::get(&link).await.unwrap().status(), 404);
    let again = bot.get_file(document.file.id.clone()).await.unwrap();
    assert_eq!(again.path, file.path);
    assert_eq!(reqwest::get(&link).await.unwrap().bytes().await.unwrap(), &lines[..]);
    world.telegram.fails_next("file", Fault::server_error(502));
    assert_eq!(reqwest::get(&link).await.unwrap().status(), 502);

    let wrong = bot.get_file(FileId("nonsense".into())).await.unwrap_err();
    let expected = "Bad Request: wrong file_id or the file is temporarily unavailable";
    assert_eq!(text_of(wrong), expected);
    assert!(ada.try_sends_file("empty.csv", b"", "").is_err());
}

#[tokio::test]
async fn a_file_beyond_20_megabytes_cannot_be_fetched() {
    let world = World::start().await;
    let ada = world.admin();
    ada.sends_file("big.csv", &vec![b'x'; 20 * 1024 * 1024 + 1]);
    let [update] = &updates(&world).await[..] else { panic!("one update") };
    let UpdateKind::Message(message) = &update.kind else { panic!("{update:?}") };
    let id = message.document().unwrap().file.id.clone();
    let refused = bot(&world).get_file(id).await.unwrap_err();
    assert_eq!(text_of(refused), "Bad Request: file is too big");
}

#[tokio::test]
async fn the_bot_sends_files_with_words_and_buttons() {
    let world = World::start().await;
    let bot = bot(&world);
    let ada = world.admin();
    ada.types("/start");
    let file = InputFile::memory(&b"a@example.org\n"[..]).file_name("roster.csv");
    let sent = bot
        .send_document(chat(&ada), file)
        .caption("<b>12</b> addresses")
        .parse_mode(ParseMode::Html)
        .reply_markup(inline("ok"))
        .await
        .unwrap();
    assert_eq!(sent.caption(), Some("12 addresses"));
    insta::assert_snapshot!(ada.reads_next().await, @r"
    (file roster.csv) 12 addresses
    [Go]
    ");
    let (name, bytes) = ada.downloads(sent.id.0).unwrap();
    assert_eq!((name.as_str(), &bytes[..]), ("roster.csv", &b"a@example.org\n"[..]));
    let edited = bot.edit_message_text(chat(&ada), sent.id, "x").await.unwrap_err();
    assert_eq!(text_of(edited), "Bad Request: there is no text in the message to edit");

    // Once more by its id; and a form by hand, with the file under the parameter's own name.
    let id = sent.document().unwrap().file.id.clone();
    bot.send_document(chat(&ada), InputFile::file_id(id)).await.unwrap();
    let form = "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\nCHAT\r\n--b\r\n\
        Content-Disposition: form-data; name=\"document\"; filename=\"x.txt\"\r\n\r\nhi\r\n--b--\r\n";
    let by_hand = reqwest::Client::new()
        .post(format!("{}/bot{}/sendDocument", world.telegram.url(), world.token()))
        .header("content-type", "multipart/form-data; boundary=b")
        .body(form.replace("CHAT", &ada.id().to_string()));
    assert_eq!(by_hand.send().await.unwrap().status(), 200);
    insta::assert_snapshot!(ada.reads_lines(2).await, @r"
    (file roster.csv)
    ---
    (file x.txt)
    ");
    let group = world.group();
    let file = InputFile::memory(&b"x"[..]).file_name("log.txt");
    bot.send_document(ChatId(group.id()), file).await.unwrap();
    assert_eq!(group.bot_posts()[0].text, "(file log.txt)");

    let nothing = json!({"chat_id": ada.id(), "document": "nonsense"});
    let refused = description(&world, "sendDocument", nothing).await;
    assert_eq!(refused, "Bad Request: wrong file identifier/HTTP URL specified");
    world.forgive_violations();
}

fn rights(names: &[&str]) -> Value {
    let mut rights: Value = Rights::of(names.iter().copied()).unwrap().json().into();
    rights["is_anonymous"] = false.into();
    rights
}

#[tokio::test]
async fn a_key_that_asks_for_a_group_takes_only_what_fits() {
    let world = World::start().await;
    let (ada, olaf) = (world.admin(), world.person("Olaf"));
    let own = ada.creates_group("Rust Berlin 2");
    ada.types("/start");
    updates(&world).await;
    let wanted = rights(&["can_invite_users", "can_restrict_members"]);
    let request = json!({
        "request_id": 7, "chat_is_channel": false, "request_title": true,
        "user_administrator_rights": wanted, "bot_administrator_rights": wanted,
    });
    let ask = async |person: &Person, request: &Value| {
        let keyboard = json!({
            "keyboard": [[{"text": "Choose a group", "request_chat": request}], ["Not now"]],
            "one_time_keyboard": true,
        });
        let say = json!({"chat_id": person.id(), "text": "Which?", "reply_markup": keyboard});
        assert_eq!(raw(&world, "sendMessage", say).await.0, 200);
        person.reads_next().await;
    };
    ask(&ada, &request).await;
    assert!(ada.try_shares_chat("Not now", &own).is_err());
    ada.shares_chat("Choose a group", &own);
    assert!(own.has_bot() && !ada.sees_keyboard());
    assert!(own.bot_rights().unwrap().can_restrict_members);
    let (_, all) = raw(&world, "getUpdates", json!({})).await;
    let all = all["result"].as_array().unwrap().clone();
    assert_eq!(all[0]["my_chat_member"]["from"]["id"], ada.id(), "the app brought the bot along");
    let shared = &all.last().unwrap()["message"];
    let expected = json!({"request_id": 7, "chat_id": own.id(), "title": "Rust Berlin 2"});
    assert_eq!((&shared["chat_shared"], &shared["chat"]["id"]), (&expected, &json!(ada.id())));
    updates(&world).await;

    // Where the bot has the rights already, nothing changes but the choice.
    ask(&ada, &request).await;
    ada.shares_chat("Choose a group", &world.group());
    assert_eq!(updates(&world).await.len(), 1);

    olaf.types("/start");
    ask(&olaf, &request).await;
    let no = |group| olaf.try_shares_chat("Choose a group", group).unwrap_err().to_string();
    assert_eq!(no(&own), "they are not in the group");
    ada.adds_to(&own, &olaf);
    assert_eq!(no(&own), "they lack the rights that the key asks for");
    ada.promotes_in(&own, &olaf, Rights::GATEKEEPER);
    olaf.shares_chat("Choose a group", &own);
    ada.removes_bot_from(&own);
    ask(&olaf, &request).await;
    assert!(no(&own).contains("they may not add it"), "he may not promote");

    let only = |name: &str, value: bool| {
        let mut request = request.clone();
        request[name] = value.into();
        request
    };
    ask(&ada, &only("chat_has_username", true)).await;
    assert!(ada.try_shares_chat("Choose", &own).unwrap_err().0.contains("public or private"));
    ask(&ada, &only("chat_is_channel", true)).await;
    assert!(ada.try_shares_chat("Choose", &own).unwrap_err().0.contains("channel"));
    ask(&ada, &only("chat_is_created", true)).await;
    ada.shares_chat("Choose", &own);
}

#[tokio::test]
async fn people_are_chosen_and_plain_keys_are_said() {
    let world = World::start().await;
    let (ada, nora) = (world.admin(), world.person("Nora Neu"));
    ada.types("/start");
    let keyboard = json!({"keyboard": [[
        {"text": "Who?", "request_users": {"request_id": 3, "user_is_bot": false, "request_name": true}},
        "Nobody",
    ]]});
    let say = json!({"chat_id": ada.id(), "text": "Whom?", "reply_markup": keyboard});
    raw(&world, "sendMessage", say).await;
    ada.reads_next().await;
    updates(&world).await;
    ada.shares_users("Who?", &[&nora]);
    ada.presses_key("Nobody");
    let (_, all) = raw(&world, "getUpdates", json!({})).await;
    let all = &all["result"];
    let expected = json!({
        "request_id": 3,
        "users": [{"user_id": nora.id(), "first_name": "Nora", "last_name": "Neu"}],
    });
    assert_eq!(all[0]["message"]["users_shared"], expected);
    assert_eq!(all[1]["message"]["text"], "Nobody");
    assert_eq!(updates(&world).await.len(), 2, "teloxide reads both");
}

#[tokio::test]
async fn forwarded_messages_name_their_author_or_hide_them() {
    let world = World::start().await;
    let (ada, nora) = (world.admin(), world.person("Nora Neu"));
    ada.forwards_from(&nora, "let me in");
    nora.hides_forwards(true);
    ada.forwards_from(&nora, "please");
    let (_, all) = raw(&world, "getUpdates", json!({})).await;
    let origin = |index: usize| all["result"][index]["message"]["forward_origin"].clone();
    assert_eq!(
        (&origin(0)["type"], &origin(0)["sender_user"]["id"]),
        (&json!("user"), &nora.id().into())
    );
    assert_eq!(origin(1)["type"], "hidden_user");
    assert_eq!(origin(1)["sender_user_name"], "Nora Neu");
    assert_eq!(origin(1)["sender_user"], Value::Null);
    assert_eq!(updates(&world).await.len(), 2, "teloxide reads both");
}

#[tokio::test]
async fn a_link_adds_the_bot_with_the_rights_that_it_names() {
    let world = World::start().await;
    let ada = world.admin();
    let group = ada.creates_group("Rust Berlin 2");
    let name = world.bot_username();
    let link = format!("https://t.me/{name}?startgroup=abc&admin=invite_users+restrict_members");
    assert!(ada.try_opens(&link).is_err(), "it wants to know a group");
    ada.adds_bot_by_link(&link, &group);
    let expected = Rights::of(["can_invite_users", "can_restrict_members"]).unwrap();
    assert_eq!(group.bot_rights(), Some(expected));
    let (_, all) = raw(&world, "getUpdates", json!({"offset": -1})).await;
    assert_eq!(all["result"][0]["message"]["text"], format!("/start@{name} abc"));
}

#[tokio::test]
async fn commands_are_shown_by_scope_and_language() {
    let world = World::start().await;
    let (ada, group) = (world.admin(), world.group());
    let (nora, jan) = (world.person("Nora"), world.person("Jan").speaks("de"));
    group.adds(&nora);
    for person in [&ada, &nora, &jan] {
        person.types("/start");
    }
    let set = async |scope: Value, language: &str, name: &str| {
        let params = json!({
            "commands": [{"command": name, "description": name}], "scope": scope,
            "language_code": language,
        });
        assert_eq!(raw(&world, "setMyCommands", params).await.0, 200, "{scope}");
    };
    let kind = |kind: &str| json!({"type": kind});
    set(kind("default"), "", "all").await;
    assert_eq!(jan.commands(), ["/all: all"]);
    set(kind("default"), "de", "alle").await;
    assert_eq!(
        (jan.commands(), nora.commands()),
        (vec!["/alle: alle".into()], vec!["/all: all".into()])
    );
    set(kind("all_private_chats"), "", "private").await;
    set(kind("all_group_chats"), "", "groups").await;
    set(kind("all_chat_administrators"), "", "admins").await;
    assert_eq!(jan.commands(), ["/private: private"], "the nearer scope comes first");
    assert_eq!(nora.commands_in(&group), ["/groups: groups"]);
    assert_eq!(ada.commands_in(&group), ["/admins: admins"]);
    let id = group.id();
    set(json!({"type": "chat", "chat_id": ada.id()}), "", "ada").await;
    set(json!({"type": "chat", "chat_id": id}), "", "here").await;
    assert_eq!(ada.commands_in(&group), ["/here: here"]);
    set(json!({"type": "chat_administrators", "chat_id": id}), "", "gate").await;
    set(json!({"type": "chat_member", "chat_id": id, "user_id": nora.id()}), "", "nora").await;
    assert_eq!(ada.commands(), ["/ada: ada"]);
    assert_eq!(ada.commands_in(&group), ["/gate: gate"]);
    assert_eq!(nora.commands_in(&group), ["/nora: nora"]);
    assert_eq!(world.commands_of(Scope::ChatAdministrators(id), "").unwrap()[0]["command"], "gate");

    let admins = json!({"scope": {"type": "chat_administrators", "chat_id": id}});
    let (_, got) = raw(&world, "getMyCommands", admins.clone()).await;
    assert_eq!(got["result"], json!([{"command": "gate", "description": "gate"}]));
    raw(&world, "deleteMyCommands", admins.clone()).await;
    assert_eq!(raw(&world, "getMyCommands", admins).await.1["result"], json!([]));
    assert_eq!(ada.commands_in(&group), ["/here: here"]);

    let nowhere = json!({"commands": [], "scope": {"type": "chat", "chat_id": -5}});
    assert_eq!(description(&world, "setMyCommands", nowhere).await, "Bad Request: chat not found");
    assert_eq!(world.violations(), [""; 0]);
    let odd = json!({"commands": [], "scope": {"type": "everybody"}});
    assert_eq!(raw(&world, "setMyCommands", odd).await.0, 400);
    assert_eq!(world.violations().len(), 1);
    world.forgive_violations();
}
