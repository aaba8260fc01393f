//! Words of strangers (names, titles, captions, addresses, cells of a file, answers of servers) in
//! every place where they are shown: each gets there as words and as nothing else.

use countersign::administration::desk::text::{DeskText, Who};
use countersign::administration::text::Text as AdminText;
use countersign::sandbox::smtp::{Fault as MailFault, Mail, Verb};
use countersign::sandbox::telegram::Fault;
use countersign::sandbox::telegram::html::{Formatted, parse};
use countersign::sandbox::{Kind, Line, Lines, Person, Terms, World};
use countersign::texts::Texts;
use countersign::verification::address::{Address, Email};
use countersign::verification::effect::Letter;
use countersign::verification::gate::Mode;
use countersign::verification::spending::Bill;
use countersign::verification::text::{HelpStep, Text};
use countersign::verification::{ChatId, Hidden, Language, Name, Timestamp, UserId};
use proptest::prelude::*;
use regex::Regex;
use rustix::process::Signal;
use serde_json::json;
use std::time::Duration;

use crate::admins::staged::Staged;
use crate::dialogue::steps::has_code_sent_to;
use crate::process::{Host, page};
use crate::scene::{PASSWORD, Scene, Setup, hears};

/// What a name or a title may be, and still be one.
const HOSTILE: [&str; 9] = [
    "<b>Nora</b> & \"co\" <a href=\"tg://user?id=1\">x</a>",
    "💰 t.me/evil_bot https://evil.example",
    "@evil_bot /approve help@evil.example",
    "\u{202e}nimdA\u{2066}\u{200b}\u{200f}Ada",
    "*Nora* _x_ ||y|| `z` [click](http://evil.example)",
    "Nora\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>",
    "</b></code>&lt;&#60;<",
    "{ $name } %s ${x} {{7*7}} =cmd|' /C calc'!A0",
    "N\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}ora \u{e0041}\u{2028}x",
];

/// It deceives nobody who reads it, and nothing in it can be pressed.
#[track_caller]
fn is_harmless(said: &str) {
    for part in ["evil.example", "@evil_bot", "t.me/evil", "tg://", " /approve"] {
        assert!(!said.contains(part), "{part} in {said:?}");
    }
    is_legible(said);
}

/// Nothing in it is invisible, ends its line or turns it round.
#[track_caller]
fn is_legible(said: &str) {
    let unseen = |c: &char| {
        matches!(*c, '\u{0}'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    assert_eq!(said.chars().find(unseen), None, "{said:?}");
}

#[tokio::test]
async fn names_reach_admins_the_group_and_the_log_as_words() {
    let link = std::sync::Mutex::new(String::new());
    let world = World::start().await;
    let telegram = format!("owners = [{}]", world.admin().id());
    let setup = Setup { telegram, ..Setup::default() };
    let mut staged = Staged::without_bot(world, setup, |world, settings| {
        let log = world.admin().creates_group("Log");
        world.admin().adds_bot_to(&log);
        settings.log_chat = Some(ChatId(log.id()));
        settings.mode = Mode::Restrict { remove_after: None };
        *link.lock().unwrap() = world.group().makes_link(Terms::default()).expect("a link");
    })
    .await;
    staged.scene.starts_bot().await;
    let Staged { scene, group, ada, bob } = staged;
    let _ = ada.takes_unread();
    let link = link.into_inner().unwrap();
    for name in HOSTILE {
        let nora = scene.at_the_door(name).await;
        for _ in 0..3 {
            nora.types("melon");
            nora.reads().await;
        }
        nora.presses("Ask an admin");
        nora.reads().await;
        let card = bob.reads().await.to_string();
        assert!(card.contains("asks for an admin."), "{card}");
        is_harmless(&card);
        let card: Vec<&str> = card.lines().collect();
        assert_eq!(card.iter().filter(|line| line.starts_with("Where: ")).count(), 1, "{card:?}");
        ada.presses("Decline");
        ada.reads().await;
        bob.reads().await;
        nora.reads().await;

        let eve = scene.world.person(name);
        eve.opens(&link);
        scene.world.settled().await;
        assert!(group.has_muted(&eve));
        eve.leaves();
        scene.world.settled().await;
    }
    scene.passes(Duration::from_secs(60));
    scene.sweeps().await;
    let groups = scene.world.groups();
    let log = groups.iter().find(|group| group.title() == "Log").expect("the log");
    for post in group.bot_posts().into_iter().chain(log.bot_posts()) {
        is_harmless(&post.text);
    }
    let posts: Vec<_> = log.bot_posts().into_iter().map(|post| post.text).collect();
    assert!(posts.iter().any(|post| post.contains("asks for an admin")), "{posts:?}");
    let _ = (ada.takes_unread(), bob.takes_unread());
    scene.ends().await;
}

#[tokio::test]
async fn spam_in_a_name_is_not_spread_in_the_group() {
    let setup = Setup { gate: "mode = \"restrict\"", ..Setup::default() };
    let scene = Scene::with(setup).await;
    let group = scene.world.group();
    let link = group.makes_link(Terms::default()).expect("a link");
    let eve = scene.world.person("FREE TON 👉 evil.example @evil_bot");
    eve.opens(&link);
    let post = group.shows(|post| post.by_bot && post.text.contains("come past me first")).await;
    // Whose name could be an advertisement is not named at all.
    assert!(post.text.starts_with("Welcome! Please come past me first"), "{}", post.text);
    // What passes there all the same cannot be pressed: other dots that browsers take for one.
    let mallory = scene.world.person("FREE TON 👉 evil。example");
    mallory.opens(&link);
    scene.world.settled().await;
    scene.passes(Duration::from_secs(60));
    scene.sweeps().await;
    let post = group.shows(|post| post.by_bot && post.text.contains("2 people")).await;
    is_harmless(&post.text);
    eve.leaves();
    scene.world.settled().await;
    scene.passes(Duration::from_secs(60));
    scene.sweeps().await;
    let post = group.shows(|post| post.by_bot && post.text.contains("FREE TON")).await;
    assert!(post.text.starts_with("FREE TON 👉 evil。 example, please"), "{}", post.text);
    scene.ends().await;
}

/// A mail with the headers that every mail of ours has, to one recipient, and no word in it that
/// could be pressed.
#[track_caller]
fn is_sound(mail: &Mail, to: &str) {
    assert_eq!(mail.recipients, [to]);
    let mut names: Vec<&str> = mail.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let usual = [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ];
    assert_eq!(names, usual);
    for (name, value) in &mail.headers {
        assert!(value.is_ascii(), "{name}: {value}");
    }
    assert!(mail.from.ends_with(" <gate@example.org>"), "{}", mail.from);
    for said in [&mail.subject, &mail.from, &mail.text] {
        is_harmless(&said.replace("gate@example.org", ""));
    }
    assert!(!mail.subject.contains('\n') && !mail.subject.is_empty());
    for tag in ["<script", "<b>", "evil.example", "tg://"] {
        assert!(!mail.html.contains(tag), "{tag} in {}", mail.html);
    }
}

#[tokio::test]
async fn titles_reach_chats_mails_and_sms_as_words() {
    let titles = HOSTILE.map(|title| (title, true));
    // The pretend phones share one block of numbers.
    let setup = Setup { spending: "per_prefix = 1000", ..Setup::default() };
    let (mut scene, groups) = Scene::with_gates(setup, &titles).await;
    // The group's title stands where the sender has no name.
    scene.changes_config("Gate <gate@example.org>", "gate@example.org");
    scene.restarts_bot().await;
    let lost = scene.world.person("Lost");
    lost.types("/start");
    let offered = lost.reads().await.to_string();
    assert!(offered.contains("<b>Nora</b>"), "{offered}");
    for (index, group) in groups.iter().enumerate() {
        let nora = scene.world.person(&format!("Nora {index}"));
        nora.requests_to_join_group(group);
        is_harmless(&nora.reads().await.to_string());
        nora.types(PASSWORD);
        is_harmless(&nora.reads().await.to_string());
        let email = format!("nora{index}@example.org");
        has_code_sent_to(&nora, &email).await;
        is_sound(&*scene.world.mail_for(&email).await, &email);

        let olaf = scene.world.person(&format!("Olaf {index}"));
        olaf.requests_to_join_group(group);
        olaf.reads().await;
        olaf.types(PASSWORD);
        olaf.reads().await;
        has_code_sent_to(&olaf, &olaf.phone()).await;
        let sms = scene.world.sms_for(&olaf.phone()).await;
        is_harmless(&sms.body);
        assert_eq!(sms.segments(), 1, "{}", sms.body);
        assert!(!sms.body.contains(['\n', '\r']), "{}", sms.body);
    }
    scene.ends().await;
}

#[tokio::test]
async fn an_address_is_one_address_or_none() {
    let scene = Scene::start().await;
    let nora = scene.past_the_password("Nora").await;
    nora.presses("By e-mail");
    nora.reads().await;
    for typed in [
        "nora@example.org\r\nBcc: eve@evil.example",
        "nora@example.org\nRCPT TO:<eve@evil.example>",
        "nora@example.org,eve@evil.example",
        "nora@example.org eve@evil.example",
        "nora@example.org%0d%0aBcc:eve@evil.example",
        "\"nora\\\"@evil.example\"@example.org",
        "=?utf-8?q?nora?=@example.org",
        "<script>@example.org",
        "nora@evil.example>\r\nDATA\r\n",
        "@evil.example:nora@example.org",
        "nora@[127.0.0.1]",
        "nora\u{202e}@example.org",
    ] {
        nora.types(typed);
        let said = nora.reads().await.to_string();
        if said.contains("Shall I send the code") {
            let shown = said.lines().find(|line| line.contains('@')).unwrap_or_default();
            assert_eq!(shown.trim(), "nora@example.org", "{typed:?}: {said}");
        } else {
            assert!(said.contains("I cannot read that as an e-mail address"), "{typed:?}: {said}");
        }
    }
    has_code_sent_to(&nora, "nora@example.org").await;
    let mail = scene.world.mail_for("nora@example.org").await;
    assert_eq!(mail.recipients, ["nora@example.org"]);
    assert_eq!(mail.header("To"), Some("nora@example.org"));
    assert_eq!(scene.world.smtp.mail_count(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn captions_and_files_are_not_repeated() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    for words in HOSTILE {
        nora.sends(&Kind::Captioned(words.to_owned()));
        is_harmless(&nora.reads().await.to_string());
        let _ = nora.try_sends_file(&words.replace(['/', '\r', '\n'], "-"), b"x", words);
        is_harmless(&nora.reads().await.to_string());
    }
    scene.ends().await;
}

/// Cells that a spreadsheet would compute.
const FORMULAS: [&str; 6] = [
    "=HYPERLINK(\"http://evil.example\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-1+1",
    "+1+cmd|' /C calc'!A0",
    "<b>nobody</b>@",
    "{ $line }",
];

fn file_in(admin: &Person, lines: &Lines) -> String {
    let mut files = lines.iter().filter_map(Line::message).filter_map(|id| admin.downloads(id));
    String::from_utf8(files.next_back().expect("a file").1).expect("UTF-8")
}

#[tokio::test]
async fn a_roster_takes_no_formula_and_gives_none_out() {
    let Staged { scene, ada, .. } = Staged::start().await;
    let csv = format!("address\n{}\n", FORMULAS.join("\n"));
    ada.sends_file("<b>=people.csv", csv.as_bytes());
    let told = ada.reads().await.to_string();
    // By line and reason; the cells are not repeated.
    assert!(told.contains("line 2") || told.contains("Line 2"), "{told}");
    for cell in ["HYPERLINK", "SUM", "calc", "nobody", "<b>"] {
        assert!(!told.contains(cell), "{told}");
    }

    // These are addresses all the same.
    let csv = "=cmd+x@example.org\n-nora@example.org\n+49 151 23456789\n";
    ada.sends_file("people.csv", csv.as_bytes());
    let preview = ada.reads().await.to_string();
    assert!(preview.contains('3'), "{preview}");
    ada.presses("Add 3");
    ada.reads().await;
    ada.types("/roster");
    ada.reads().await;
    ada.presses("Export");
    let out = file_in(&ada, &ada.reads().await);
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_bytes());
    let mut cells = 0;
    for row in rows.records() {
        for cell in &row.expect("a row") {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?} in\n{out}");
            cells += 1;
        }
    }
    assert_eq!(cells, 8, "{out}");
    scene.ends().await;
}

/// A line as the bot writes it, in text.
const LINE: &str =
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z (ERROR| WARN| INFO|DEBUG|TRACE) [a-z_:]+: ";
const METRIC: &str = r#"^countersign_[a-z_]+(\{[a-z]+="[A-Za-z0-9_ +.-]*"(,[a-z]+="[A-Za-z0-9_ +.-]*")*\})? [0-9.e+-]+$"#;

async fn what_is_logged_and_measured(format: &str) {
    let (host, url) = Host::with(&Setup::default()).await.with_health();
    let host = host.set("LOG__LEVEL", "debug").set("LOG__FORMAT", format);
    let world = &host.world;
    let process = host.is_on_duty().await;
    let forged = "ok\n2026-11-20T11:00:00.000000Z  INFO countersign::engine::decide: forged";
    let chat = json!({"id": world.group().id(), "type": "supergroup", "title": forged});
    let ada = json!({"id": world.admin().id(), "is_bot": false, "first_name": forged});
    world.delivers(
        "message",
        &json!({"message_id": 900, "date": 1, "chat": chat, "from": ada, "new_chat_title": forged}),
    );
    world.smtp.fails_next(Verb::Rcpt, MailFault::reply("451 4.7.1 \u{1b}[2K\u{202e}evil.example"));
    for name in HOSTILE {
        let nora = world.person(name).with_username("nora_\u{202e}\nforged");
        nora.requests_to_join();
        hears(&nora, "type the password").await;
        let description = format!("{forged} {name}");
        world.telegram.fails_next("sendMessage", Fault::bad_request(&description));
        nora.types("/help");
        world.telegram.faults_have_hit(world.patience()).await;
        nora.types(&format!("/{forged}"));
        hears(&nora, "Now:").await;
        nora.opens(&format!("https://t.me/{}?start=evil-example", world.bot_username()));
        world.settled().await;
        let _ = nora.takes_unread();
    }
    let olaf = world.person("Olaf");
    olaf.requests_to_join();
    hears(&olaf, "type the password").await;
    olaf.types(PASSWORD);
    hears(&olaf, "How may I send you your code?").await;
    olaf.types("olaf@example.org");
    hears(&olaf, "Shall I send the code").await;
    olaf.presses("Send the code");
    hears(&olaf, "I have sent your code").await;
    world.mail_for("olaf@example.org").await;

    let (_, metrics) = page(&format!("{url}/metrics")).await;
    let metric = Regex::new(METRIC).expect("a pattern");
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        assert!(metric.is_match(line), "{line}");
    }
    let ended = process.stops(Signal::TERM).await;
    let log = &ended.err;
    let text = Regex::new(LINE).expect("a pattern");
    let mut decided = 0;
    for line in log.lines() {
        match format {
            "json" => drop(serde_json::from_str::<serde_json::Value>(line).expect(line)),
            _ => assert!(text.is_match(line), "{line:?}"),
        }
        is_legible(line);
        decided += usize::from(line.contains("decided"));
        let own = line.contains("countersign::engine::decide: forged") && format == "text";
        assert!(!own || !line.starts_with("2026-11-20T11:00:00.000000Z"), "{line}");
    }
    assert!(decided > HOSTILE.len(), "{log}");
    let _ = olaf.takes_unread();
}

#[tokio::test]
async fn strangers_words_forge_no_line_of_the_log_in_text() {
    what_is_logged_and_measured("text").await;
}

#[tokio::test]
async fn strangers_words_forge_no_line_of_the_log_in_json() {
    what_is_logged_and_measured("json").await;
}

/// Any text, often with what would be taken for more than words.
fn strangers_words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        prop::sample::select(&HOSTILE[..]).prop_map(str::to_owned),
        "[<>&\"'/a-z =#;\r\n]{0,40}",
        prop::sample::select(vec!["Telegram", "<b>", "</b>", "&amp;", "&#x3c;", "\u{202e}", "]]>"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

fn kinds(read: &Formatted) -> Vec<String> {
    let kind = |entity: &serde_json::Value| entity["type"].as_str().unwrap_or_default().to_owned();
    read.entities.iter().map(kind).collect()
}

/// Tags of HTML in their order.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split('>').next()).collect()
}

fn letter(group: &str) -> Letter {
    Letter {
        address: Address::Email(Email::parse("nora@example.org").expect("an address")),
        code: Hidden::new("048213"),
        number: 1,
        phrase: "amber falcon".to_owned(),
        group: group.to_owned(),
        lives: Duration::from_secs(600),
        expires: Timestamp(600_000),
        tap: Hidden::new("t-Zx_91"),
        bill: Bill::default(),
        opt_out: Hidden::new("u-Zx_91"),
        withheld: false,
    }
}

proptest! {
    #[test]
    fn any_title_makes_sound_telegram_html(title in strangers_words(), german in any::<bool>()) {
        let texts = Texts::load().expect("the words");
        let language = Language::new(if german { "de" } else { "en" });
        let groups = vec![title.clone(), "Rust Berlin".to_owned()];
        for text in [Text::AskPassword { tries: 3 }, Text::SafetyBefore { groups }] {
            let read = parse(&texts.say(&language, Some(&title), &text));
            let usual = parse(&texts.say(&language, Some("Rust Berlin"), &text)).expect("HTML");
            let read = read.map_err(|why| TestCaseError::fail(format!("{why}: {title:?}")))?;
            // A title of which nothing can be shown is left out.
            let said = kinds(&read);
            let usual = kinds(&usual);
            prop_assert!(said == usual || said == usual[1..], "{:?} for {:?}", said, title);
            prop_assert!(read.text.encode_utf16().count() < 4096);
        }
    }

    #[test]
    fn any_name_makes_sound_telegram_html(full in strangers_words(), username in strangers_words()) {
        let texts = Texts::load().expect("the words");
        let card = |full: &str, username: &str| {
            let name = Name { full: full.to_owned(), username: Some(username.to_owned()) };
            let person = Who { id: UserId(7), name: Some(name) };
            DeskText::Card { person, at: HelpStep::Code, wrong: 3, masked: None, turned_back: None }
        };
        let muted = |name: &str| DeskText::ManyMuted {
            count: 2,
            more: false,
            names: vec![name.to_owned(), "Olaf".to_owned()],
            remove_after: None,
        };
        for (strange, usual) in [
            (card(&full, &username), card("Nora", "nora")),
            (muted(&full), muted("Nora")),
        ] {
            let say = |text| parse(&texts.administer(&Language::new("en"), None, &AdminText::Desk(text)));
            let read = say(strange).map_err(|why| TestCaseError::fail(format!("{why}: {full:?}")))?;
            prop_assert_eq!(kinds(&read), kinds(&say(usual).expect("HTML")), "{:?}", full);
        }
    }

    #[test]
    fn any_title_makes_a_sound_mail(title in strangers_words(), german in any::<bool>()) {
        let texts = Texts::load().expect("the words");
        let language = Language::new(if german { "de" } else { "en" });
        let mail = texts.mail(&language, &letter(&title), "gate_bot");
        let usual = texts.mail(&language, &letter("Rust Berlin"), "gate_bot");
        prop_assert_eq!(tags(&mail.html), tags(&usual.html), "{:?}", title);
        prop_assert!(!mail.subject.chars().any(char::is_control), "{:?}", mail.subject);
        prop_assert!(!mail.group.chars().any(char::is_control), "{:?}", mail.group);
        prop_assert!(mail.subject.chars().count() < 150);
        prop_assert_eq!(mail.text.lines().count(), usual.text.lines().count());
    }
}
