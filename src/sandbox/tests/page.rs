//! The page's JSON API, and the demo's world as a whole.

use std::os::unix::fs::PermissionsExt;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::engine::world::SystemRandom;
use crate::sandbox::{DemoSetup, DemoWorld};

pub(super) struct Demo {
    pub(super) demo: DemoWorld,
    folder: tempfile::TempDir,
}

pub(super) async fn demo() -> Demo {
    let folder = tempfile::tempdir().unwrap();
    let mut setup = DemoSetup::new(folder.path().to_owned());
    setup.page.set_port(0);
    Demo { demo: DemoWorld::start(setup).await.unwrap(), folder }
}

impl Demo {
    pub(super) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        Client::new().request(method, format!("http://{}{path}", self.demo.page))
    }

    pub(super) async fn world(&self) -> Value {
        self.ask(Method::GET, "/api/world").send().await.unwrap().json().await.unwrap()
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.ask(Method::POST, path).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Calls the pretend Bot API as the bot would.
    pub(super) async fn bot(&self, method: &str, params: Value) -> Value {
        let world = &self.demo.world;
        let url = format!("{}/bot{}/{method}", world.telegram.url(), world.token());
        Client::new().post(url).json(&params).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn the_files_are_served() {
    let demo = demo().await;
    let scripts = ["/app.js", "/dom.js", "/phone.js", "/post.js", "/groups.js"];
    let scripts = scripts.map(|path| (path, "text/javascript"));
    for (path, kind) in [("/", "text/html"), ("/style.css", "text/css")].into_iter().chain(scripts)
    {
        let answer = demo.ask(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind));
        assert!(!answer.text().await.unwrap().is_empty());
    }
    assert_eq!(demo.ask(Method::GET, "/nowhere").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_visit_goes_from_the_request_to_the_group() {
    let demo = demo().await;
    let before = demo.world().await;
    assert_eq!(before["applicants"], json!([]));
    assert_eq!(before["admins"][0]["name"], "Ada Admin");
    assert_eq!(before["group"]["invite_link"], "https://t.me/+main");
    assert_eq!(before["hints"]["password"], "open sesame");

    let (status, new) =
        demo.post("/api/applicants", json!({"name": "Mia Maus", "language": "de"})).await;
    assert_eq!(status, 200);
    let id = new["id"].as_u64().unwrap();
    let user = |what: &str| format!("/api/users/{id}/{what}");
    assert_eq!(demo.post(&user("request-join"), json!({"link": null})).await.0, 200);
    assert_eq!(
        demo.post(&user("request-join"), json!({"link": "https://t.me/+main"})).await,
        (409, json!({"error": "they have asked to join already"}))
    );
    let world = demo.world().await;
    assert!(world["version"].as_u64() > before["version"].as_u64());
    assert_eq!(world["group"]["requests"], json!([{"user": id, "name": "Mia Maus"}]));

    let keys = json!({"keyboard": [[{"text": "Share", "request_contact": true}]]});
    demo.bot("sendMessage", json!({"chat_id": id, "text": "?", "reply_markup": keys})).await;
    let rows = json!([
        [{"text": "Go", "callback_data": "go"}, {"text": "See", "url": "https://t.me/x"}],
    ]);
    let message = json!({
        "chat_id": id, "text": "<b>Hi</b> &amp; <a href=\"javascript:x\">bye</a>",
        "parse_mode": "HTML", "reply_markup": {"inline_keyboard": rows},
    });
    let said = demo.bot("sendMessage", message).await["result"]["message_id"].clone();
    assert_eq!(demo.post(&user("say"), json!({"text": "<i>x</i>"})).await.0, 200);
    assert_eq!(demo.post(&user("send"), json!({"kind": "sticker"})).await.0, 200);
    assert_eq!(demo.post(&user("share-contact"), json!({})).await.0, 200);
    assert_eq!(demo.post(&user("press"), json!({"message": said, "data": "go"})).await.0, 200);
    let updates = demo.bot("getUpdates", json!({})).await;
    let query =
        updates["result"].as_array().unwrap().last().unwrap()["callback_query"]["id"].clone();
    let toast = json!({"callback_query_id": query, "text": "Done", "show_alert": true});
    demo.bot("answerCallbackQuery", toast).await;

    let world = demo.world().await;
    let mia = &world["applicants"][0];
    assert_eq!((&mia["id"], &mia["language"]), (&json!(id), &json!("de")));
    assert_eq!((&mia["requested"], &mia["member"]), (&json!(true), &json!(false)));
    assert_eq!((&mia["toast"]["text"], &mia["toast"]["alert"]), (&json!("Done"), &json!(true)));
    assert_eq!(mia["reply_keyboard"], Value::Null, "used up");
    let chat = mia["chat"].as_array().unwrap();
    let html: Vec<&str> = chat.iter().map(|m| m["html"].as_str().unwrap()).collect();
    assert_eq!(html, ["?", "<b>Hi</b> &amp; bye", "&lt;i&gt;x&lt;/i&gt;", "<i>sticker</i>", ""]);
    assert_eq!(
        chat[1]["buttons"][0],
        json!([
            {"text": "Go", "data": "go", "url": null},
            {"text": "See", "data": null, "url": "https://t.me/x"},
        ])
    );
    assert_eq!(chat[4]["contact"], json!({"name": "Mia", "phone": mia["phone"]}));

    let typed = chat[2]["id"].clone();
    assert_eq!(demo.post(&user("edit"), json!({"message": typed, "text": "y"})).await.0, 200);
    demo.bot("approveChatJoinRequest", json!({"chat_id": world["group"]["id"], "user_id": id}))
        .await;
    let world = demo.world().await;
    assert_eq!(world["applicants"][0]["member"], true);
    assert_eq!(world["applicants"][0]["chat"][2]["edited"], true);
    let member = json!({
        "id": id, "name": "Mia Maus", "role": "member", "muted": false, "anonymous": false,
    });
    assert!(world["group"]["members"].as_array().unwrap().contains(&member));
    assert_eq!(demo.post(&user("leave"), json!({})).await.0, 200);
    assert_eq!(demo.post(&user("block"), json!({"blocked": true})).await.0, 200);
    let blocked = json!({"error": "Mia Maus has blocked the bot"});
    let link = json!({"url": "https://t.me/demo_gate_bot?start=x"});
    assert_eq!(demo.post(&user("open"), link).await, (409, blocked));
    assert_eq!(demo.demo.world.violations(), [""; 0]);
}

#[tokio::test]
async fn a_change_wakes_who_waits_for_it() {
    let demo = demo().await;
    let version = demo.world().await["version"].as_u64().unwrap();
    let waiting = demo.ask(Method::GET, &format!("/api/changes?after={version}")).send();
    let world = &demo.demo.world;
    let change = async {
        while world.version.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
        world.person("Nora");
    };
    let (answer, _) = tokio::join!(waiting, change);
    let now: Value = answer.unwrap().json().await.unwrap();
    assert!(now["version"].as_u64() > Some(version));
}

#[tokio::test]
async fn bad_requests_get_a_sentence() {
    let demo = demo().await;
    let bad = [
        ("/api/users/1/say", json!({"text": "x"}), 404, "there is no user 1"),
        ("/api/applicants", json!({"name": " ", "language": "de"}), 400, "a name has 1 to 64"),
        ("/api/applicants", json!({"name": "x", "language": "<>"}), 400, "a language is a code"),
        ("/api/applicants", json!({"name": "x"}), 400, "Failed to deserialize"),
    ];
    for (path, body, status, sentence) in bad {
        let (got, answer) = demo.post(path, body).await;
        let error = answer["error"].as_str().unwrap();
        assert!(got == status && error.starts_with(sentence), "{path}: {got} {error}");
    }
    let form = demo.ask(Method::POST, "/api/applicants").body("name=x").send().await.unwrap();
    assert_eq!(form.status(), 415, "a foreign website can only send forms");
    let foreign = demo.ask(Method::GET, "/api/world").header("host", "evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn the_config_leads_the_bot_to_the_servers() {
    let demo = demo().await;
    let file = demo.folder.path().join("config.toml");
    std::fs::write(&file, &demo.demo.config).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let nothing = std::iter::empty();
    let loaded = crate::config::load(Some(&file), nothing, &mut SystemRandom).unwrap();
    let warned: Vec<String> = loaded.warnings.iter().map(|w| w.key.clone()).collect();
    assert_eq!(warned, ["gates[0].password"], "in plain text, as the demo may");

    let config: toml::Table = demo.demo.config.parse().unwrap();
    let text = |table: &str, key: &str| config[table][key].as_str().unwrap().to_owned();
    let world = &demo.demo.world;
    let url = format!("{}/bot{}/getMe", text("telegram", "api_url"), text("telegram", "token"));
    assert_eq!(reqwest::get(url).await.unwrap().status(), 200);
    let account = text("sms", "account_sid");
    let url = format!("{}/2010-04-01/Accounts/{account}.json", text("sms", "api_url"));
    let look = Client::new().get(url).basic_auth(account, Some(text("sms", "auth_token")));
    assert_eq!(look.send().await.unwrap().status(), 200);
    let root = std::fs::read_to_string(text("email", "ca_file")).unwrap();
    assert_eq!(root, world.smtp.root_pem());
    assert_eq!(config["email"]["port"].as_integer(), Some(world.smtp.ports().tls.into()));
    assert_eq!(config["gates"][0]["chat_id"].as_integer(), Some(world.group().id()));
    assert_eq!(config["gates"][0]["password"].as_str(), Some("open sesame"));
}

#[tokio::test]
async fn time_passes_when_the_page_says_so() {
    let demo = demo().await;
    let before = demo.world().await;
    let (status, told) = demo.post("/api/time", json!({"seconds": 600})).await;
    assert_eq!(status, 200);
    let after = demo.world().await;
    assert!(after["version"].as_u64() > before["version"].as_u64(), "whoever waits is told");
    assert_eq!(after["born"], before["born"]);
    let ms = |world: &Value| world["now"].as_i64().unwrap();
    assert!((600_000..660_000).contains(&(ms(&after) - ms(&before))), "{before} {after}");
    assert!((ms(&before) + 600_000..=ms(&after)).contains(&ms(&told)));
    for seconds in [json!(0), json!(-1), json!(604_801), json!("60"), json!(null)] {
        let (status, told) = demo.post("/api/time", json!({"seconds": seconds})).await;
        assert_eq!(status, 400, "{seconds}");
        assert_ne!(told["error"].as_str().unwrap(), "");
    }
}

#[tokio::test]
async fn a_newcomers_address_can_be_typed_on_any_keyboard() {
    let demo = demo().await;
    for (name, address) in
        [("Jürgen Groß", "juergengross@example.org"), ("Nora", "nora@example.org")]
    {
        let (status, told) =
            demo.post("/api/applicants", json!({"name": name, "language": "de"})).await;
        assert_eq!(status, 200);
        let world = demo.world().await;
        let people = world["applicants"].as_array().unwrap();
        let person = people.iter().find(|person| person["id"] == told["id"]).unwrap();
        assert_eq!(person["email"], address);
    }
}
