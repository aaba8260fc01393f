//! Groups, files and keys over the page's JSON API.

use reqwest::Method;
use serde_json::{Value, json};

use super::page::{Demo, demo};

impl Demo {
    async fn admin(&self) -> u64 {
        self.world().await["admins"][0]["id"].as_u64().unwrap()
    }

    /// A new applicant's id.
    async fn newcomer(&self, name: &str) -> u64 {
        let (_, new) = self.post("/api/applicants", json!({"name": name, "language": "en"})).await;
        new["id"].as_u64().unwrap()
    }

    /// The group with this id, as the page sees it.
    async fn group(&self, id: i64) -> Value {
        let world = self.world().await;
        let groups = world["groups"].as_array().unwrap();
        groups.iter().find(|group| group["id"] == id).unwrap().clone()
    }

    async fn does(&self, path: &str, body: Value) {
        let (status, answer) = self.post(path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
    }
}

#[tokio::test]
async fn an_admin_makes_a_group_and_sets_it() {
    let demo = demo().await;
    let ada = demo.admin().await;
    let found = format!("/api/users/{ada}/found-group");
    let title = json!({"title": " Rust  Potsdam ", "kind": "private", "username": null});
    let (_, new) = demo.post(&found, title).await;
    let id = new["id"].as_i64().unwrap();
    let of = |what: &str| format!("/api/groups/{id}/{what}");
    let before = demo.group(id).await;
    assert_eq!((&before["title"], &before["kind"]), (&json!("Rust Potsdam"), &json!("supergroup")));
    assert_eq!(before["bot"], json!({"present": false, "rights": null}));
    let first = &demo.world().await["group"];
    assert_eq!(first["title"], "Rust Berlin", "the first one stays the first");

    demo.does(&of("bot"), json!({"by": ada, "becomes": "member"})).await;
    assert_eq!(demo.group(id).await["bot"], json!({"present": true, "rights": null}));
    let rights = json!({"by": ada, "becomes": "admin", "rights": ["can_invite_users"]});
    demo.does(&of("bot"), rights).await;
    let bot = demo.group(id).await["bot"]["rights"].clone();
    assert_eq!(
        (&bot["can_invite_users"], &bot["can_delete_messages"]),
        (&json!(true), &json!(false))
    );
    let odd = json!({"by": ada, "becomes": "admin", "rights": ["can_fly"]});
    let (status, said) = demo.post(&of("bot"), odd).await;
    assert_eq!((status, &said["error"]), (400, &json!("can_fly is no right of an administrator")));

    let set = json!({"by": ada, "approves": true, "members_may_add": false, "anonymous": true});
    demo.does(&of("settings"), set).await;
    demo.does(&of("links"), json!({"by": ada, "asks": false})).await;
    let after = demo.group(id).await;
    assert_eq!((&after["approves"], &after["members_may_add"]), (&json!(true), &json!(false)));
    assert!(after["members"].as_array().unwrap().contains(&json!({
        "id": ada, "name": "Ada Admin", "role": "admin", "muted": false, "anonymous": true,
    })));
    let links = after["links"].as_array().unwrap();
    let asks: Vec<(&Value, &Value)> = links.iter().map(|l| (&l["primary"], &l["asks"])).collect();
    assert!(asks.contains(&(&json!(true), &json!(true))), "{links:?}");
    let plain = links.iter().find(|link| link["primary"] == false).unwrap()["url"].clone();

    let nina = demo.newcomer("Nina").await;
    let open = format!("/api/users/{nina}/open");
    demo.does(&open, json!({"url": plain})).await;
    demo.does(&of("say"), json!({"by": nina, "text": "hello"})).await;
    let mute = json!({"chat_id": id, "user_id": nina, "permissions": {}});
    let more = json!({"by": ada, "becomes": "admin", "rights": ["can_restrict_members"]});
    demo.does(&of("bot"), more).await;
    assert_eq!(demo.bot("restrictChatMember", mute).await["ok"], true);
    let (status, said) = demo.post(&of("say"), json!({"by": nina, "text": "hello?"})).await;
    assert_eq!((status, &said["error"]), (409, &json!("they may not write in this group")));
    let seen = demo.group(id).await;
    let member = seen["members"].as_array().unwrap().iter().find(|m| m["id"] == nina).unwrap();
    assert_eq!(member["muted"], true);
    let chat = seen["chat"].as_array().unwrap();
    let said = chat.iter().find(|message| message["from"] == "user").unwrap();
    assert_eq!((&said["html"], &said["author"]["name"]), (&json!("hello"), &json!("Nina")));
    assert!(chat.iter().any(|message| message["from"] == "service"));

    demo.does(&of("end-link"), json!({"by": ada, "url": plain})).await;
    let olaf = demo.newcomer("Olaf").await;
    let (status, _) = demo.post(&format!("/api/users/{olaf}/open"), json!({"url": plain})).await;
    assert_eq!(status, 409, "the link is ended");
    demo.does(&of("add"), json!({"by": ada, "user": olaf})).await;
    let (status, said) = demo.post(&of("settings"), json!({"by": olaf, "approves": false})).await;
    let only = "only an administrator of the group can do that";
    assert_eq!((status, &said["error"]), (409, &json!(only)));
    demo.does(&format!("/api/users/{olaf}/leave"), json!({"group": id})).await;
    demo.does(&of("bot"), json!({"by": ada, "becomes": "removed"})).await;
    assert_eq!(demo.group(id).await["bot"]["present"], false);
}

#[tokio::test]
async fn buttons_in_a_group_are_pressed_and_followed() {
    let demo = demo().await;
    let ada = demo.admin().await;
    let id = demo.world().await["group"]["id"].as_i64().unwrap();
    let press = format!("/api/groups/{id}/press");
    let name = demo.demo.world.bot_username();
    let rows = json!([[
        {"text": "Check", "callback_data": "check"},
        {"text": "Set up", "url": format!("https://t.me/{name}?start=gate")},
    ]]);
    let hello = json!({"chat_id": id, "text": "Hello", "reply_markup": {"inline_keyboard": rows}});
    let said = demo.bot("sendMessage", hello).await["result"]["message_id"].clone();
    let shown = demo.group(id).await["chat"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&shown["from"], &shown["buttons"][0][0]["data"]), (&json!("bot"), &json!("check")));
    demo.does(&press, json!({"by": ada, "message": said, "data": "check"})).await;
    let (status, _) = demo.post(&press, json!({"by": ada, "message": 9999, "data": "x"})).await;
    assert_eq!(status, 409, "there is no such message");
    let url = shown["buttons"][0][1]["url"].clone();
    demo.does(&format!("/api/users/{ada}/open"), json!({"url": url})).await;
    let updates = demo.bot("getUpdates", json!({})).await;
    let updates = updates["result"].as_array().unwrap();
    assert_eq!(updates[0]["callback_query"]["message"]["chat"]["id"], id);
    assert_eq!(updates[1]["message"]["text"], "/start gate");
}

#[tokio::test]
async fn files_go_to_the_bot_and_come_from_it() {
    let demo = demo().await;
    let ada = demo.admin().await;
    let user = |what: &str| format!("/api/users/{ada}/{what}");
    let roster = json!({"name": "roster.csv", "text": "nora@example.org\n"});
    demo.does(&user("send-file"), roster).await;
    let updates = demo.bot("getUpdates", json!({})).await;
    let document = &updates["result"][0]["message"]["document"];
    assert_eq!(
        (&document["file_name"], &document["mime_type"], &document["file_size"]),
        (&json!("roster.csv"), &json!("text/csv"), &json!(17))
    );
    let again = json!({"chat_id": ada, "document": document["file_id"], "caption": "<b>1</b>", "parse_mode": "HTML"});
    assert_eq!(demo.bot("sendDocument", again).await["ok"], true);
    let chat = demo.world().await["admins"][0]["chat"].clone();
    assert_eq!(chat[1]["file"], json!({"name": "roster.csv", "size": 17}));
    assert_eq!((&chat[1]["from"], &chat[1]["html"]), (&json!("bot"), &json!("<b>1</b>")));
    let home = user(&format!("files/{}", chat[1]["id"]));
    let fetched = demo.ask(Method::GET, &home).send().await.unwrap();
    assert_eq!(fetched.headers()["content-disposition"], "attachment");
    assert_eq!(fetched.text().await.unwrap(), "nora@example.org\n");
    let none = demo.ask(Method::GET, &user("files/4711")).send().await.unwrap();
    assert_eq!(none.status(), 404);
    let empty = json!({"name": "roster.csv", "text": ""});
    assert_eq!(demo.post(&user("send-file"), empty).await.0, 409);
}

#[tokio::test]
async fn keys_forwards_and_links_reach_the_bot() {
    let demo = demo().await;
    let ada = demo.admin().await;
    let user = |what: &str| format!("/api/users/{ada}/{what}");
    let private = json!({"title": "Rust Potsdam", "kind": "private", "username": null});
    let own = demo.post(&user("found-group"), private).await.1["id"].as_i64().unwrap();
    let basic = json!({"title": "Old", "kind": "basic", "username": null});
    let basic = demo.post(&user("found-group"), basic).await.1["id"].as_i64().unwrap();
    let nameless = json!({"title": "x", "kind": "public", "username": null});
    assert_eq!(demo.post(&user("found-group"), nameless).await.0, 400);
    demo.does(&user("say"), json!({"text": "/start"})).await;
    let request = json!({"request_id": 1, "chat_is_channel": false, "bot_is_member": true, "chat_is_created": true});
    let keyboard =
        json!({"keyboard": [[{"text": "Which group?", "request_chat": request}], ["None"]]});
    let ask = json!({"chat_id": ada, "text": "?", "reply_markup": keyboard});
    demo.bot("sendMessage", ask).await;
    let keys = demo.world().await["admins"][0]["reply_keyboard"].clone();
    assert_eq!(keys["share_contact"], Value::Null);
    assert_eq!(keys["rows"][1][0], json!({"text": "None", "does": "say", "groups": null}));
    let offered = keys["rows"][0][0]["groups"].as_array().unwrap();
    assert!(offered.contains(&json!(own)) && offered.len() == 3, "{offered:?}");
    demo.does(&user("share-chat"), json!({"key": "Which group?", "group": own})).await;
    demo.does(&user("press-key"), json!({"key": "None"})).await;
    let nina = demo.newcomer("Nina").await;
    demo.does(&user("forward"), json!({"person": nina, "text": "let me in"})).await;
    let name = demo.demo.world.bot_username();
    let link = format!("https://t.me/{name}?startgroup=x&admin=invite_users");
    demo.does(&user("open-in-group"), json!({"url": link, "group": basic})).await;
    demo.does(&format!("/api/groups/{basic}/upgrade"), json!({"by": ada})).await;

    let updates = demo.bot("getUpdates", json!({})).await;
    let updates = updates["result"].as_array().unwrap();
    let some = |pointer: &str, value: Value| {
        assert!(
            updates.iter().any(|u| u.pointer(pointer) == Some(&value)),
            "{pointer}: {updates:#?}"
        );
    };
    some("/message/chat_shared/chat_id", json!(own));
    some("/my_chat_member/chat/id", json!(own));
    some("/message/text", json!("None"));
    some("/message/forward_origin/sender_user/id", json!(nina));
    some("/message/text", json!(format!("/start@{name} x")));
    some("/message/migrate_from_chat_id", json!(basic));
    let groups = demo.world().await["groups"].clone();
    let titles: Vec<&str> =
        groups.as_array().unwrap().iter().map(|g| g["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Rust Berlin", "Rust Potsdam", "Old"]);
    assert_eq!(demo.demo.world.violations(), [""; 0]);
}
