//! Other versions: a store that an older one left behind is opened and everybody goes on; one of a
//! newer version is refused. And two processes on one store.
//!
//! `fixtures/store-<version>/` is kept for each released version: its README says how it was made.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::machines::Happening;
use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Person, World};
use countersign::store::records::{
    GateTitle, InboxEntry, LedgerCount, LiveKeyboard, OutboxEntry, PersonRecord, RestoreMark,
    SeenUpdate, Wake,
};
use countersign::store::restore;
use countersign::store::{Record, Sequence, Store, backup, secret};
use countersign::verification::event::{Event, What};
use countersign::verification::{ChatId, GateId, Hidden, MessageId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::binary::{self, Ended};
use crate::process::Host;
use crate::scene::{PASSWORD, Scene, Setup, hears};

/// When everything in a fixture happened: noon of a UTC day.
const THEN: Timestamp = Timestamp(1_796_126_400_000);
/// Everybody in a fixture, in this order: so they are the same accounts in each world.
const NAMES: [&str; 14] = [
    "Nora", "Omar", "Pia", "Quin", "Rosa", "Sami", "Tara", "Uli", "Vera", "Walt", "Xena", "Yara",
    "Zeno", "Anna",
];

fn fixture(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("store-{version}"))
}

/// Every version that left a fixture behind.
fn versions() -> Vec<String> {
    let folder = fixture("").parent().expect("a folder").to_owned();
    let entries = fs::read_dir(folder).expect("fixtures");
    let names = entries.map(|entry| entry.expect("fixtures").file_name());
    let names = names.filter_map(|name| name.into_string().ok());
    names.filter_map(|name| name.strip_prefix("store-").map(str::to_owned)).collect()
}

async fn starts_with_the_word(person: &Person) {
    person.types("/start");
    hears(person, "type the password").await;
}

async fn comes_to_the_channel(person: &Person) {
    starts_with_the_word(person).await;
    person.types(PASSWORD);
    hears(person, "How may I send you your code?").await;
}

async fn comes_to_the_confirmation(person: &Person) {
    comes_to_the_channel(person).await;
    person.presses("✉️ By e-mail");
    hears(person, "type the e-mail address").await;
    person.types(&person.email());
    hears(person, "Shall I send the code").await;
}

async fn gets_a_code(world: &World, person: &Person) -> String {
    comes_to_the_confirmation(person).await;
    person.presses("Send the code");
    hears(person, "I have sent ").await;
    world.mail_for(&person.email()).await.code(6).to_owned()
}

fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

/// Not a test: makes the fixture of this version, once, when it is released. One person stands at
/// each step of a dialogue.
#[tokio::test]
#[ignore = "makes the fixture of this version, which is done once, when it is released"]
async fn the_fixture_of_this_version_is_made() {
    let mut scene = Scene::without_bot(World::start().await.lenient(), &Setup::default());
    scene.clock_stands_at(THEN);
    scene.starts_bot().await;
    let world = &scene.world;
    let [nora, omar, pia, quin, rosa, sami, tara, uli, vera, walt, xena, yara, zeno, anna] =
        &NAMES.map(|name| world.person(name));

    // Sami and Uli first, so that their wait for a resend is over with one step of the clock.
    let first = gets_a_code(world, sami).await;
    let code = gets_a_code(world, uli).await;
    scene.passes(Duration::from_secs(61));
    sami.presses("Resend");
    hears(sami, "I have sent ").await;
    let second = world.mail_for(&sami.email()).await.code(6).to_owned();
    for says in ["You have 2 tries left", "You have 1 try left", "closed for now"] {
        uli.types(&wrong(&code));
        hears(uli, says).await;
    }

    starts_with_the_word(nora).await;
    nora.types("open barley");
    hears(nora, "You have 2 tries left").await;
    starts_with_the_word(omar).await;
    for says in ["You have 2 tries left", "You have 1 try left", "closed for now"] {
        omar.types("open barley");
        hears(omar, says).await;
    }
    comes_to_the_channel(pia).await;
    comes_to_the_channel(quin).await;
    quin.presses("✉️ By e-mail");
    hears(quin, "type the e-mail address").await;
    comes_to_the_confirmation(rosa).await;

    comes_to_the_channel(tara).await;
    tara.presses("💬 By SMS");
    hears(tara, "type the mobile number").await;
    tara.types(&tara.phone());
    hears(tara, "Shall I send the code by SMS").await;
    tara.presses("Send the code");
    hears(tara, "I have sent ").await;
    let by_sms = world.sms_for(&tara.phone()).await.code(6).to_owned();

    let code = gets_a_code(world, vera).await;
    vera.types(&code);
    hears(vera, "This invite link is for you alone").await;
    walt.requests_to_join();
    hears(walt, "type the password").await;
    walt.types(PASSWORD);
    hears(walt, "How may I send you your code?").await;
    walt.presses("✉️ By e-mail");
    hears(walt, "type the e-mail address").await;
    walt.types(&walt.email());
    hears(walt, "Shall I send the code").await;
    walt.presses("Send the code");
    hears(walt, "I have sent ").await;
    let code = world.mail_for(&walt.email()).await.code(6).to_owned();
    walt.types(&code);
    hears(walt, "Welcome!").await;
    walt.becomes_member().await;
    starts_with_the_word(xena).await;
    world.group().adds(xena);
    hears(xena, "Somebody has opened the door for you").await;
    starts_with_the_word(anna).await;

    // The bot may not invite, so Yara's admission waits.
    let code = gets_a_code(world, yara).await;
    world.group().makes_bot_admin(false);
    yara.types(&code);
    world.settled().await;
    // Zeno's answer does not get out any more.
    starts_with_the_word(zeno).await;
    world.settled().await;
    let before = world.telegram.calls("sendMessage");
    world.telegram.fails("sendMessage", Fault::server_error(502));
    zeno.types(PASSWORD);
    assert!(world.telegram.wait_for_calls("sendMessage", before + 1, world.patience()).await);
    scene.stops_bot().await;

    // What Anna typed was taken, and the process ended before it was handled.
    let config = scene.config();
    let keys = secret::load(&config.store.secret_key_file).expect("a key").seal_key();
    let store = Store::open(&config.store.path, &keys).expect("the store");
    let (user, chat) = (UserId(anna.id()), ChatId(anna.id().cast_signed()));
    let (message, text) = (MessageId(4711), Hidden::new(PASSWORD));
    let what = What::Wrote { chat, message, text, forwarded: false, origin: None };
    let event = Happening::Person(Event::of(user, what));
    let entry = InboxEntry { update_id: Some(4_000_000_000), received: THEN, event };
    let taken = store.commit(move |view| {
        let place = view.next_sequence(Sequence::Inbox)?;
        view.put(&place, &entry)
    });
    taken.await.expect("a commit");
    let contents = contents(&store).await;
    store.close().await;

    let folder = fixture(env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(&folder).expect("a writable folder");
    backup::write(&config.store.path, &keys, &folder.join("dialogues.backup"), THEN)
        .expect("a backup");
    copy_store(&config.store.path, &folder.join("dialogues"));
    fs::copy(&config.store.secret_key_file, folder.join("secret.key")).expect("a key");
    let codes = Codes { first, second, by_sms };
    fs::write(folder.join("codes.json"), serde_json::to_string(&codes).expect("codes"))
        .expect("a writable folder");
    fs::write(folder.join("contents.txt"), contents).expect("a writable folder");
}

/// What makes a store, without its lock and its key.
fn copy_store(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("db/blobs")).expect("a writable folder");
    for name in ["manifest", "db/conf", "db/db"] {
        fs::copy(from.join(name), to.join(name)).expect("a file of the store");
    }
    for entry in fs::read_dir(from.join("db")).expect("a folder") {
        let name = entry.expect("a folder").file_name();
        if name.to_string_lossy().starts_with("snap") {
            fs::copy(from.join("db").join(&name), to.join("db").join(&name)).expect("a file");
        }
    }
}

/// The codes that are open in a fixture.
#[derive(Serialize, Deserialize)]
struct Codes {
    /// Sami's, replaced and live.
    first: String,
    second: String,
    /// Tara's.
    by_sms: String,
}

/// Every record, by kind and key.
async fn contents(store: &Store) -> String {
    async fn of<R>(store: &Store) -> String
    where
        R: Record + Send + 'static,
        R::Key: Send + 'static,
    {
        let all = store.read(|view| view.scan::<R>(None, usize::MAX)).await.expect("records");
        let lines = all.into_iter().map(|(key, _)| format!("{} {key:?}\n", R::NAME));
        lines.collect()
    }
    of::<InboxEntry>(store).await
        + &of::<SeenUpdate>(store).await
        + &of::<OutboxEntry>(store).await
        + &of::<PersonRecord>(store).await
        + &of::<LedgerCount>(store).await
        + &of::<Wake>(store).await
        + &of::<LiveKeyboard>(store).await
        + &of::<GateTitle>(store).await
}

/// How a store comes to a later version.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum By {
    /// Its folder is where it was.
    Folder,
    Backup,
}

/// A world with the same accounts, and the store that an older version left.
async fn left_by(version: &str, by: By, world: World) -> (Scene, [Person; 14], Codes) {
    let scene = Scene::without_bot(world, &Setup::default());
    scene.clock_stands_at(THEN.after(Duration::from_secs(120)));
    let people = NAMES.map(|name| scene.world.person(name));
    let config = scene.config();
    let from = fixture(version);
    fs::create_dir_all(&config.store.path).expect("a writable folder");
    fs::copy(from.join("secret.key"), &config.store.secret_key_file).expect("a key");
    let keys = secret::load(&config.store.secret_key_file).expect("a key").seal_key();
    match by {
        By::Folder => copy_store(&from.join("dialogues"), &config.store.path),
        By::Backup => {
            let backup = from.join("dialogues.backup");
            let path = &config.store.path;
            restore::put_back(&backup, path, &keys, false, THEN).expect("it is restored");
            // That nobody may try for a while after that is another test's business.
            let store = Store::open(path, &keys).expect("the store");
            let unmarked = store.commit(|view| {
                view.remove::<RestoreMark>(&());
                Ok(())
            });
            unmarked.await.expect("a commit");
            store.close().await;
        }
    }
    let codes = fs::read_to_string(from.join("codes.json")).expect("codes");
    (scene, people, serde_json::from_str(&codes).expect("codes"))
}

#[tokio::test]
async fn what_an_older_version_left_is_there_record_by_record() {
    let ways = || [By::Folder, By::Backup];
    for (version, by) in versions().into_iter().flat_map(|v| ways().map(|by| (v.clone(), by))) {
        let (scene, ..) = left_by(&version, by, World::start().await).await;
        let config = scene.config();
        let keys = secret::load(&config.store.secret_key_file).expect("a key").seal_key();
        let store = Store::open(&config.store.path, &keys).expect("the store of an older version");
        let contents = contents(&store).await;
        store.close().await;
        let then = fs::read_to_string(fixture(&version).join("contents.txt")).expect("contents");
        assert_eq!(contents, then, "{version}, {by:?}");
        for kind in [
            InboxEntry::NAME,
            SeenUpdate::NAME,
            OutboxEntry::NAME,
            PersonRecord::NAME,
            LedgerCount::NAME,
            Wake::NAME,
            LiveKeyboard::NAME,
            GateTitle::NAME,
        ] {
            assert!(contents.contains(&format!("{kind} ")), "{version} has no {kind}");
        }
        scene.ends().await;
    }
}

/// Everybody goes on from where an older version left them.
#[tokio::test]
async fn everybody_goes_on_where_an_older_version_left_them() {
    for version in versions() {
        // The world is a new one: it knows nothing of the messages that were there.
        let (mut scene, people, codes) =
            left_by(&version, By::Folder, World::start().await.lenient()).await;
        let [nora, omar, pia, quin, rosa, sami, tara, uli, vera, _walt, _xena, yara, zeno, anna] =
            &people;
        for person in &people {
            person.has_written_before();
        }
        scene.world.update_ids_continue_at(100_000);
        scene.starts_bot().await;

        // What was decided is done, and what was taken is handled.
        hears(zeno, "How may I send you your code?").await;
        hears(anna, "How may I send you your code?").await;
        // The counts go on.
        omar.types(PASSWORD);
        hears(omar, "the door stays closed for now").await;
        uli.types("123456");
        hears(uli, "the door stays closed for now").await;
        nora.types("open barley");
        hears(nora, "You have 1 try left").await;
        // The codes that are open do what they did.
        sami.types(&codes.first);
        hears(sami, "That was code 1. Code 2 has taken its place").await;
        sami.types(&codes.second);
        hears(sami, "This invite link is for you alone").await;
        tara.types(&codes.by_sms);
        hears(tara, "This invite link is for you alone").await;
        // Every other stage goes on, too.
        for person in [pia, quin, rosa] {
            person.types(&person.email());
            hears(person, "Shall I send the code").await;
        }
        for person in [vera, yara] {
            person.types("/start");
            hears(person, "This invite link is for you alone").await;
        }
        // And a lock ends when it was to end.
        scene.passes(Duration::from_secs(5 * 60));
        omar.types(PASSWORD);
        hears(omar, "How may I send you your code?").await;
        scene.world.settled().await;
        for person in &people {
            drop(person.takes_unread());
        }
        scene.stops_bot().await;
    }
}

/// A kind as a later version may write it.
#[derive(Clone, Serialize, Deserialize)]
struct LaterTitle {
    title: String,
    colour: String,
}

impl Record for LaterTitle {
    type Key = GateId;
    const KIND: u8 = GateTitle::KIND;
    const VERSION: u8 = GateTitle::VERSION + 1;
    const NAME: &'static str = GateTitle::NAME;

    fn encode_key(key: &GateId) -> Vec<u8> {
        GateTitle::encode_key(key)
    }

    fn decode_key(bytes: &[u8]) -> Option<GateId> {
        GateTitle::decode_key(bytes)
    }
}

/// A kind that only a later version knows.
#[derive(Clone, Serialize, Deserialize)]
struct LaterKind {}

impl Record for LaterKind {
    type Key = u64;
    const KIND: u8 = 0x6a;
    const VERSION: u8 = 1;
    const NAME: &'static str = "later kind";

    fn encode_key(key: &u64) -> Vec<u8> {
        key.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<u64> {
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }
}

/// A host whose store a later version wrote into.
async fn left_by_a_later_version<R>(key: R::Key, record: R) -> Host
where
    R: Record + Send + 'static,
    R::Key: Send + 'static,
{
    let host = Host::with(&Setup::default()).await;
    let secret = secret::load_or_make(&host.data().join("secret.key"), &host.data());
    let keys = secret.expect("a key").seal_key();
    let store = Store::open(&host.data(), &keys).expect("a new store");
    store.commit(move |view| view.put(&key, &record)).await.expect("a commit");
    store.close().await;
    host
}

/// A backup as the version after this one makes it: a head that says so, and the sum of it all.
fn later_backup(host: &Host, to: &str) {
    let secret = secret::load(&host.data().join("secret.key")).expect("a key");
    let file = host.folder().join(to);
    backup::write(&host.data(), &secret.seal_key(), &file, THEN).expect("a backup");
    let mut bytes = fs::read(&file).expect("a backup");
    let schema = b"\"schema\":";
    let at = bytes.windows(schema.len()).position(|part| part == schema).expect("a schema");
    bytes[at + schema.len()] += 1;
    let end = bytes.len() - 32;
    let sum = Sha256::digest(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum);
    fs::write(&file, bytes).expect("a writable file");
}

/// The bot does not start, and every command that opens the store says the same one sentence.
async fn is_refused(host: &Host, what: &str) {
    let data = host.data().display().to_string();
    let sentence = format!(
        "the store in {data} was written by a newer version of countersign ({what}); start that \
         version or restore a backup of this one"
    );
    let manifest = fs::read(host.data().join("manifest")).expect("a manifest");
    host.starts().ends().await.failed_with(1, &sentence);
    for arguments in [&["store", "verify"][..], &["store", "backup", "older.backup"]] {
        let ended: Ended = binary::run(host.folder(), arguments, &[]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
        assert_eq!(ended.err, format!("error: {sentence}\n"));
    }
    assert_eq!(fs::read(host.data().join("manifest")).expect("a manifest"), manifest);
    assert!(!host.folder().join("older.backup").exists());
}

#[tokio::test]
async fn a_store_with_a_record_of_a_newer_version_is_refused() {
    let title = LaterTitle { title: "Rust Berlin".to_owned(), colour: "red".to_owned() };
    let host = left_by_a_later_version(GateId(-1), title).await;
    let what = format!("gate title version {}, known is 1", LaterTitle::VERSION);
    is_refused(&host, &what).await;
}

#[tokio::test]
async fn a_store_with_records_of_an_unknown_kind_is_refused() {
    let host = left_by_a_later_version(1, LaterKind {}).await;
    is_refused(&host, "records of an unknown kind 6a").await;
}

#[tokio::test]
async fn a_store_in_a_newer_format_is_refused() {
    let host = left_by_a_later_version(GateId(-1), GateTitle { title: "Rust".to_owned() }).await;
    // A head of the format after this one: JSON, padded, and the beginning of its SHA-256.
    let path = host.data().join("manifest");
    let mut manifest = fs::read(&path).expect("a manifest");
    let head = String::from_utf8(manifest[..1008].to_vec()).expect("JSON");
    let later = head.replace(r#""format":1,"#, r#""format":2,"#);
    assert_ne!(head, later);
    manifest[..1008].copy_from_slice(later.as_bytes());
    manifest[1008..1024].copy_from_slice(&Sha256::digest(later)[..16]);
    fs::write(&path, manifest).expect("a writable file");
    is_refused(&host, "manifest 2, known is 1").await;
}

#[tokio::test]
async fn a_backup_of_a_newer_version_is_refused_and_nothing_is_replaced() {
    let host = left_by_a_later_version(GateId(-1), GateTitle { title: "Rust".to_owned() }).await;
    later_backup(&host, "later.backup");
    let before = fs::read(host.data().join("manifest")).expect("a manifest");
    let arguments = ["store", "restore", "later.backup", "--replace"];
    let ended = binary::run(host.folder(), &arguments, &[]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
    let sentence = "error: the backup later.backup cannot be used: a newer version of countersign \
                    wrote it; use that one\n";
    assert_eq!(ended.err, sentence);
    assert_eq!(fs::read(host.data().join("manifest")).expect("a manifest"), before);
}
