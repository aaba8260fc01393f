//! From a group without a gate to an open one, in the admin's private chat.

use std::time::Duration;

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Group, Person, Rights};
use insta::assert_snapshot;

use super::{opens, picks, press, types};
use crate::scene::{PASSWORD, Scene, Setup, steady};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An administrator who may let nobody in.
const LESSER: Rights = Rights { can_manage_chat: true, can_delete_messages: true, ..Rights::NONE };

/// A group of `admin`'s, who has begun to set its gate up and been asked for the first password.
async fn asked_for_a_password(scene: &Scene, admin: &Person, title: &str) -> Group {
    let group = scene.with_group_of(admin, title).await;
    press(admin, "Set up").await;
    press(admin, "Add a password").await;
    press(admin, "Call it “main”").await;
    group
}

/// What stands in the group, the links as `‹link›`.
fn chat(group: &Group) -> String {
    steady(&group.chat())
}

#[tokio::test]
async fn ada_gates_her_group_from_nothing_and_nora_comes_in() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.world.person("Ada");
    ada.opens(&scene.claim_link());
    assert_snapshot!(steady(&ada.reads().await), @r"
    You are an owner of this bot now.

    /gate – let me watch the door of a group
    /enrol – make a link by which somebody else may do that
    ");
    let group = ada.creates_group("Chess Club");
    group.members_may_add(false);
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    I am in your group, thank you. Shall I watch its door? Until that is set up, I change nothing there.
    [🛡 Set up]
    ");
    ada.presses("Set up");
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    Step 1 of 7

    There is no password yet. Without one nobody can pass.

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [➕ Add a password]
    [Next ➡️]
    [⏸ Go on later]
    ");
    ada.presses("Add a password");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    What shall I call this password? Please type a short label, such as “members” or “flyer spring”; only admins see it. Not the password itself.
    [Call it “main”]
    [⬅️ Back]
    ");
    ada.presses("Call it “main”");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    Please type the password for main. I remove your message at once and keep only a fingerprint: nobody can read it here later, so note it down.
    [⬅️ Back]
    ");
    let typed = ada.types(PASSWORD);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    The password main is set.

    • main: without an end, for any number of people

    How long shall it open the door, and for how many? What you choose counts from now on.
    [✓ Without an end] [Until a day …]
    [24 hours] [7 days] [30 days]
    [✓ For any number] [For a number …]
    [1 person] [10 people] [100 people]
    [🔁 New password] [🗑 Remove]
    [⬅️ Back] [Next ➡️]
    ");
    assert!(!ada.sees_message(typed), "the password is still to be seen");
    ada.presses("Next");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    Step 2 of 7

    How do codes go to people? Now: e-mail or SMS, as they like (e-mail is offered first).

    E-mail costs nothing. A phone number is harder to come by many times, but each SMS costs money.
    [✓ All there are]
    [E-mail only] [SMS only]
    [⬅️ Back] [Next ➡️]
    [⏸ Go on later]
    ");
    ada.presses("Next");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    Step 3 of 7

    Who may pass:
    • anybody with an address of their own
    • each address admits one account

    Every address has to prove itself by a code. Here you choose which may try at all. I may send SMS only to numbers that begin with: +49.
    [Mail domains] [Blocked domains]
    [Dial codes] [Blocked dial codes]
    [✓ 1 account] [2] [5] [Other …]
    [☐ Only who is on the roster]
    [🗂 Roster]
    [⬅️ Back] [Next ➡️]
    [⏸ Go on later]
    ");
    ada.presses("Next");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    Step 4 of 7

    How many tries do people have? Now: standard.

    • Standard: 3 wrong passwords or 3 wrong codes lock for 5 minutes, in the end for 24 hours; after 50 wrong tries only an admin opens; 5 codes a day
    • Strict: 2 wrong passwords or 2 wrong codes lock for 30 minutes, in the end for 24 hours; after 15 wrong tries only an admin opens; 3 codes a day
    • Lenient: 5 wrong passwords or 5 wrong codes lock for 1 minute, in the end for 4 hours; after 100 wrong tries only an admin opens; 8 codes a day
    [✓ Standard] [Strict] [Lenient]
    [⬅️ Back] [Next ➡️]
    [⏸ Go on later]
    ");
    ada.presses("Next");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    Step 5 of 7

    Which language do I write in the group and the log chat? Now: English. Everybody who passes the door is spoken to in their own.
    [Deutsch]
    [✓ English]
    [⬅️ Back] [Next ➡️]
    [⏸ Go on later]
    ");
    ada.presses("Next");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    Step 6 of 7

    How do people come in? Now: join request

    • Join request (default): everybody asks to join, and I let in whoever passes. Nobody sees the group before that. It does not stop those who are added by members or come by a link that asks nobody.
    • Restrict after joining: the same, and whoever came in by another way is muted until they pass. It stops them from writing, not from reading.
    • Personal link: only who passed gets a link, which admits nobody else; all other join requests are declined. A stolen invite link is worth nothing. It does not stop those who are added by members.
    [✓ Join request]
    [Restrict after joining]
    [Personal link]
    [⬅️ Back] [Next ➡️]
    [⏸ Go on later]
    ");
    ada.presses("Next");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    Step 7 of 7

    Log chat: off (default)

    One line for each decision goes to a group or channel of your choice: who came, who was turned down, what an admin did. Addresses are masked; passwords and codes are never in it.
    [Pick a log chat]
    [⬅️ Back] [Next ➡️]
    [⏸ Go on later]
    ");
    ada.presses("Next");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    📝 Everything is there. Please look it over, then open the gate.

    How people come in: join request

    Passwords:
    • main: without an end, for any number of people

    Codes go by: e-mail or SMS

    Who may pass:
    • anybody with an address of their own
    • each address admits one account

    Limits: standard – 3 wrong passwords or 3 wrong codes lock for 5 minutes, in the end for 24 hours; after 50 wrong tries only an admin opens; 5 codes a day

    Language in the group and the log: English
    Log chat: off
    Offered to strangers who write /start: no
    Its link: https://t.me/demo_gate_bot?start=‹link›
    [🛡 Open the gate]
    [🔑 Passwords] [✉️ Channels]
    [👥 Who may pass] [🗂 Roster]
    [⏱ Limits] [🌐 Language]
    [🚪 How people come in] [📓 Log chat]
    [☐ Offer to strangers at /start]
    [🩺 Check the group]
    [🗑 Throw the draft away]
    [📋 My groups] [Done]
    ");
    ada.presses("Open the gate");
    assert_snapshot!(steady(&ada.reads().await), @r"
    (edited) Chess Club

    ✅ I am watching this door.

    How people come in: join request

    Passwords:
    • main: without an end, for any number of people

    Codes go by: e-mail or SMS

    Who may pass:
    • anybody with an address of their own
    • each address admits one account

    Limits: standard – 3 wrong passwords or 3 wrong codes lock for 5 minutes, in the end for 24 hours; after 50 wrong tries only an admin opens; 5 codes a day

    Language in the group and the log: English
    Log chat: off
    Offered to strangers who write /start: no
    Its link: https://t.me/demo_gate_bot?start=‹link›
    [🔑 Passwords] [✉️ Channels]
    [👥 Who may pass] [🗂 Roster]
    [⏱ Limits] [🌐 Language]
    [🚪 How people come in] [📓 Log chat]
    [☐ Offer to strangers at /start]
    [🩺 Check the group]
    [⛔️ Close the gate]
    [📋 My groups] [Done]
    ---
    Chess Club

    The gate is open: I am watching this door.

    People can ask to join in the group’s usual way. Or give them this link, which leads straight to me:

    https://t.me/demo_gate_bot?start=‹link›

    I am looking at the group now. Please read what I find there: it says where people could still come in past me.
    ---
    Chess Club

    ✅ I see nothing that is set up wrongly.

    Other admins’ invite links I cannot see. But I notice when somebody comes in by one that asks nobody.

    Looked at 12:00:00 UTC.
    [🔄 Check again]
    ");

    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    assert_snapshot!(nora.reads().await, @r"
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    nora.types(PASSWORD);
    nora.reads().await;
    nora.presses("By e-mail");
    nora.reads().await;
    nora.types(&nora.email());
    nora.reads().await;
    nora.presses("Send the code");
    nora.reads().await;
    let mail = scene.world.mail_for(&nora.email()).await;
    nora.types(mail.code(6));
    assert_snapshot!(steady(&nora.reads().await), @r"
    Chess Club

    Welcome! The door is open: you are in the group now.
    ");
    assert!(group.has_member(&nora));
    assert_eq!(group.bot_posts(), [], "the group heard of it");
    scene.ends().await;
}

#[tokio::test]
async fn all_of_it_in_german() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.world.person("Ada").speaks("de");
    assert_snapshot!(opens(&ada, &scene.claim_link()).await, @r"
    Dieser Bot gehört jetzt auch dir.

    /gate – mich an die Tür einer Gruppe stellen
    /enrol – einen Link machen, mit dem das auch jemand anders darf
    ");
    let group = ada.creates_group("Schachverein");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Schachverein

    Ich bin in deiner Gruppe, danke. Soll ich an ihrer Tür Wache stehen? Solange das nicht eingerichtet ist, ändere ich dort nichts.
    [🛡 Einrichten]
    ");
    assert_snapshot!(press(&ada, "Einrichten").await, @r"
    Schachverein

    Schritt 1 von 7

    Es gibt noch kein Passwort. Ohne eines kommt niemand herein.

    Mit einem Passwort für jeden Ort, an dem du es herausgibst, sagt das Log, welches weitergegeben wurde. Jedes hat eine Bezeichnung, die nur Admins sehen.
    [➕ Passwort hinzufügen]
    [Weiter ➡️]
    [⏸ Später weiter]
    ");
    assert_snapshot!(press(&ada, "Passwort hinzufügen").await, @r"
    (edited) Schachverein

    Wie soll dieses Passwort heißen? Bitte tippe eine kurze Bezeichnung, etwa „Mitglieder“ oder „Flyer Frühling“; nur Admins sehen sie. Nicht das Passwort selbst.
    [„main“ nennen]
    [⬅️ Zurück]
    ");
    assert_snapshot!(types(&ada, "mitglieder").await, @r"
    Schachverein

    Bitte tippe das Passwort für mitglieder. Ich entferne deine Nachricht sofort und behalte nur einen Fingerabdruck: Später kann es hier niemand nachlesen, also notier es dir.
    [⬅️ Zurück]
    ");
    assert_snapshot!(types(&ada, PASSWORD).await, @r"
    Schachverein

    Das Passwort mitglieder ist gesetzt.

    • mitglieder: ohne Ende, für beliebig viele

    Wie lange soll es die Tür öffnen, und für wie viele? Was du wählst, zählt ab jetzt.
    [✓ Ohne Ende] [Bis zu einem Tag …]
    [24 Stunden] [7 Tage] [30 Tage]
    [✓ Für beliebig viele] [Für eine Anzahl …]
    [1 Person] [10 Leute] [100 Leute]
    [🔁 Neues Passwort] [🗑 Entfernen]
    [⬅️ Zurück] [Weiter ➡️]
    ");
    assert_snapshot!(press(&ada, "Weiter").await, @r"
    (edited) Schachverein

    Schritt 2 von 7

    Wie kommen Codes zu den Leuten? Jetzt: per E-Mail oder SMS, wie sie mögen (E-Mail wird zuerst angeboten).

    E-Mail kostet nichts. An viele Telefonnummern kommt man schwerer, aber jede SMS kostet Geld.
    [✓ Alle, die es gibt]
    [Nur E-Mail] [Nur SMS]
    [⬅️ Zurück] [Weiter ➡️]
    [⏸ Später weiter]
    ");
    assert_snapshot!(press(&ada, "Weiter").await, @r"
    (edited) Schachverein

    Schritt 3 von 7

    Wer hinein darf:
    • alle mit einer eigenen Adresse
    • jede Adresse lässt ein Konto herein

    Jede Adresse muss sich mit einem Code ausweisen. Hier wählst du, welche es überhaupt versuchen dürfen. SMS darf ich nur an Nummern schicken, die so beginnen: +49.
    [Mail-Domains] [Gesperrte Domains]
    [Vorwahlen] [Gesperrte Vorwahlen]
    [✓ 1 Konto] [2] [5] [Andere …]
    [☐ Nur wer auf der Liste steht]
    [🗂 Liste]
    [⬅️ Zurück] [Weiter ➡️]
    [⏸ Später weiter]
    ");
    assert_snapshot!(press(&ada, "Weiter").await, @r"
    (edited) Schachverein

    Schritt 4 von 7

    Wie viele Versuche gibt es? Jetzt: üblich.

    • Üblich: 3 falsche Passwörter oder 3 falsche Codes sperren für 5 Minuten, am Ende für 24 Stunden; nach 50 falschen Versuchen öffnen nur noch Admins; 5 Codes am Tag
    • Streng: 2 falsche Passwörter oder 2 falsche Codes sperren für 30 Minuten, am Ende für 24 Stunden; nach 15 falschen Versuchen öffnen nur noch Admins; 3 Codes am Tag
    • Nachsichtig: 5 falsche Passwörter oder 5 falsche Codes sperren für 1 Minute, am Ende für 4 Stunden; nach 100 falschen Versuchen öffnen nur noch Admins; 8 Codes am Tag
    [✓ Üblich] [Streng] [Nachsichtig]
    [⬅️ Zurück] [Weiter ➡️]
    [⏸ Später weiter]
    ");
    assert_snapshot!(press(&ada, "Weiter").await, @r"
    (edited) Schachverein

    Schritt 5 von 7

    In welcher Sprache schreibe ich in der Gruppe und im Log-Chat? Jetzt: Deutsch. An der Tür spreche ich mit allen in ihrer eigenen.
    [✓ Deutsch]
    [English]
    [⬅️ Zurück] [Weiter ➡️]
    [⏸ Später weiter]
    ");
    assert_snapshot!(press(&ada, "Weiter").await, @r"
    (edited) Schachverein

    Schritt 6 von 7

    Wie kommen Leute herein? Jetzt: Beitrittsanfrage

    • Beitrittsanfrage (üblich): Alle fragen an, und ich lasse herein, wer an mir vorbeikommt. Vorher sieht niemand die Gruppe. Das hält die nicht auf, die von Mitgliedern hinzugefügt werden oder über einen Link kommen, der niemanden fragt.
    • Nach dem Beitritt einschränken: dasselbe, und wer auf anderem Weg hereinkam, bleibt stumm, bis er an mir vorbei ist. Das verhindert Schreiben, nicht Lesen.
    • Persönlicher Link: Nur wer an mir vorbei ist, bekommt einen Link, der sonst niemanden hereinlässt; alle anderen Anfragen werden abgelehnt. Ein gestohlener Einladungslink ist nichts wert. Das hält die nicht auf, die von Mitgliedern hinzugefügt werden.
    [✓ Beitrittsanfrage]
    [Nach dem Beitritt einschränken]
    [Persönlicher Link]
    [⬅️ Zurück] [Weiter ➡️]
    [⏸ Später weiter]
    ");
    assert_snapshot!(press(&ada, "Weiter").await, @r"
    (edited) Schachverein

    Schritt 7 von 7

    Log-Chat: aus (üblich)

    Je Entscheidung geht eine Zeile in eine Gruppe oder einen Kanal deiner Wahl: wer kam, wer abgewiesen wurde, was ein Admin getan hat. Adressen sind verdeckt; Passwörter und Codes stehen nie darin.
    [Log-Chat auswählen]
    [⬅️ Zurück] [Weiter ➡️]
    [⏸ Später weiter]
    ");
    assert_snapshot!(press(&ada, "Weiter").await, @r"
    (edited) Schachverein

    📝 Alles ist da. Bitte schau noch einmal darüber und öffne dann das Tor.

    So kommen Leute herein: Beitrittsanfrage

    Passwörter:
    • mitglieder: ohne Ende, für beliebig viele

    Codes gehen per: E-Mail oder SMS

    Wer hinein darf:
    • alle mit einer eigenen Adresse
    • jede Adresse lässt ein Konto herein

    Grenzen: üblich – 3 falsche Passwörter oder 3 falsche Codes sperren für 5 Minuten, am Ende für 24 Stunden; nach 50 falschen Versuchen öffnen nur noch Admins; 5 Codes am Tag

    Sprache in der Gruppe und im Log: Deutsch
    Log-Chat: aus
    Fremden angeboten, die /start schreiben: nein
    Sein Link: https://t.me/demo_gate_bot?start=‹link›
    [🛡 Tor öffnen]
    [🔑 Passwörter] [✉️ Wege]
    [👥 Wer hinein darf] [🗂 Liste]
    [⏱ Grenzen] [🌐 Sprache]
    [🚪 Wie man hereinkommt] [📓 Log-Chat]
    [☐ Fremden bei /start anbieten]
    [🩺 Gruppe prüfen]
    [🗑 Entwurf wegwerfen]
    [📋 Meine Gruppen] [Fertig]
    ");
    assert_snapshot!(press(&ada, "Tor öffnen").await, @r"
    (edited) Schachverein

    ✅ Ich stehe an dieser Tür Wache.

    So kommen Leute herein: Beitrittsanfrage

    Passwörter:
    • mitglieder: ohne Ende, für beliebig viele

    Codes gehen per: E-Mail oder SMS

    Wer hinein darf:
    • alle mit einer eigenen Adresse
    • jede Adresse lässt ein Konto herein

    Grenzen: üblich – 3 falsche Passwörter oder 3 falsche Codes sperren für 5 Minuten, am Ende für 24 Stunden; nach 50 falschen Versuchen öffnen nur noch Admins; 5 Codes am Tag

    Sprache in der Gruppe und im Log: Deutsch
    Log-Chat: aus
    Fremden angeboten, die /start schreiben: nein
    Sein Link: https://t.me/demo_gate_bot?start=‹link›
    [🔑 Passwörter] [✉️ Wege]
    [👥 Wer hinein darf] [🗂 Liste]
    [⏱ Grenzen] [🌐 Sprache]
    [🚪 Wie man hereinkommt] [📓 Log-Chat]
    [☐ Fremden bei /start anbieten]
    [🩺 Gruppe prüfen]
    [⛔️ Tor schließen]
    [📋 Meine Gruppen] [Fertig]
    ---
    Schachverein

    Das Tor ist geöffnet: Ich stehe an dieser Tür Wache.

    Beitrittsanfragen gehen wie gewohnt. Oder gib den Leuten diesen Link, der gleich zu mir führt:

    https://t.me/demo_gate_bot?start=‹link›

    Ich sehe mir jetzt die Gruppe an. Bitte lies, was ich dort finde: Da steht, wo noch jemand an mir vorbeikommen könnte.
    ---
    Schachverein

    ⚠️ Eines stimmt noch nicht:

    • Mitglieder dürfen Leute an mir vorbei hinzufügen. Bearbeiten → Berechtigungen → Mitglieder hinzufügen: aus.

    Angesehen um 12:00:00 UTC. Was du behoben hast, verschwindet hier, wenn du den Knopf drückst.
    [🔄 Noch einmal prüfen]
    ");
    assert_eq!(group.bot_posts(), [], "the group heard of it");
    scene.ends().await;
}

#[tokio::test]
async fn a_group_is_picked_in_the_private_chat() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_group("Chess Club");
    types(&ada, "/gate").await;
    assert_snapshot!(press(&ada, "Pick a group").await, @r"
    Please press a button below the line where you type, and pick the group. With the first one, Telegram makes me an administrator there with what I need. The second one is for groups that I am in already.
    keyboard: [➕ Pick a group]
    keyboard: [🛡 A group with the bot in it]
    ");
    ada.shares_chat("Pick a group", &group);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Thank you. One moment, please.
    ---
    Chess Club

    I am in your group, thank you. Shall I watch its door? Until that is set up, I change nothing there.
    [🛡 Set up]
    ---
    Chess Club

    Step 1 of 7

    There is no password yet. Without one nobody can pass.

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [➕ Add a password]
    [Next ➡️]
    [⏸ Go on later]
    ");
    assert!(!ada.sees_keyboard(), "the keyboard is still up");
    assert_eq!(group.bot_rights(), Some(Rights::GATEKEEPER));
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_who_cannot_be_written_to_finds_a_signpost_in_the_group() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    ada.blocks_bot();
    let group = ada.creates_group("Chess Club");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — Ada added Countersign demo —
    bot: I can keep watch at the door of this group. Whoever wants to set that up, please press the button: the rest happens in private.
    [Set up]
    ");
    ada.unblocks_bot();
    ada.presses_in(&group, "Set up");
    let set_up = ada.reads().await.to_string();
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — Ada added Countersign demo —
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_anonymous_admin_is_led_to_the_set_up_by_a_signpost_that_serves_nobody_else() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let [bob, cleo, dora] = ["Bob", "Cleo", "Dora"].map(|name| scene.world.person(name));
    let group = ada.creates_group("Chess Club");
    ada.is_anonymous_in(&group, true);
    ada.promotes_in(&group, &bob, LESSER);
    ada.promotes_in(&group, &cleo, Rights::GATEKEEPER);
    ada.adds_to(&group, &dora);
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — The group added Bob —
    — The group added Cleo —
    — The group added Dora —
    — The group added Countersign demo —
    bot: I can keep watch at the door of this group. Whoever wants to set that up, please press the button: the rest happens in private.
    [Set up]
    ");
    // Neither an admin who is not enrolled nor a member can do anything with it.
    cleo.presses_in(&group, "Set up");
    assert_snapshot!(cleo.reads().await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");
    dora.presses_in(&group, "Set up");
    assert_snapshot!(dora.reads().await, @"This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.");
    // Nor an enrolled admin without the right.
    let bob_link = {
        ada.types("/enrol");
        crate::scene::link_in(&ada.reads().await)
    };
    opens(&bob, &bob_link).await;
    bob.presses_in(&group, "Set up");
    assert_snapshot!(bob.reads().await, @"You are an administrator of this group, but without the right Invite Users via Link. Only those who may let people in can decide about its door. Nothing was changed.");
    assert!(chat(&group).contains("Set up"), "the signpost is gone");
    ada.presses_in(&group, "Set up");
    let set_up = ada.reads().await.to_string();
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    assert!(!chat(&group).contains("Set up"), "the signpost is still there");
    scene.ends().await;
}

#[tokio::test]
async fn a_signpost_that_nobody_follows_is_gone_after_a_day() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_group("Chess Club");
    ada.is_anonymous_in(&group, true);
    ada.adds_bot_to(&group);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Ada created the group —
    — The group added Countersign demo —
    bot: I can keep watch at the door of this group, once I am an administrator: Edit → Administrators → Add Admin, with Invite Users via Link. Whoever wants to set that up, please press the button: the rest happens in private.
    [Set up]
    ");
    scene.passes(DAY);
    scene.sweeps().await;
    assert_eq!(group.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn a_group_that_nobody_enrolled_is_left_politely() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let bob = scene.world.person("Bob");
    let group = bob.creates_group("Casino");
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    assert_snapshot!(chat(&group), @r"
    — Bob created the group —
    — Bob added Countersign demo —
    bot: Hello! I keep watch at the doors of groups, but only for people whom my owner has enrolled, and whoever brought me here is not among them. So I take my leave again; nothing here has changed.
    — Countersign demo left the group —
    ");
    assert!(!group.has_bot());
    // Once Bob is enrolled, he may bring it back.
    ada.types("/enrol");
    opens(&bob, &crate::scene::link_in(&ada.reads().await)).await;
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    let invited = bob.reads().await.to_string();
    assert!(invited.contains("Shall I watch its door?"), "{invited}");
    assert!(group.has_bot());
    scene.ends().await;
}

#[tokio::test]
async fn with_open_enrolment_every_group_admin_may() {
    let telegram = "open_enrolment = true".to_owned();
    let scene = Scene::with(Setup { telegram, ..Setup::from_nothing() }).await;
    // Bob has never written to the bot, so it may not write to him.
    let bob = scene.world.person("Bob");
    let group = bob.creates_group("Chess Club");
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    scene.world.settled().await;
    bob.presses_in(&group, "Set up");
    let set_up = bob.reads().await.to_string();
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    assert_eq!(group.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn a_bot_that_is_no_administrator_yet_says_what_to_do() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = ada.creates_group("Chess Club");
    group.members_may_add(false);
    ada.adds_bot_to(&group);
    assert_snapshot!(steady(&ada.reads().await), @r"
    Chess Club

    I am in your group, thank you. Shall I watch its door? Until that is set up, I change nothing there. To watch it, I have to be an administrator: Edit → Administrators → Add Admin, with Invite Users via Link.
    [🛡 Set up]
    ");
    press(&ada, "Set up").await;
    press(&ada, "Add a password").await;
    press(&ada, "Call it “main”").await;
    types(&ada, PASSWORD).await;
    for _ in 0..7 {
        press(&ada, "Next").await;
    }
    ada.presses("Open the gate");
    let opened = ada.reads().await.to_string();
    let (_, found) = opened.rsplit_once("---\n").expect("several lines");
    assert_snapshot!(found, @r"
    Chess Club

    ⚠️ One thing is not right yet:

    • I am no administrator: I neither see who asks to join nor can let anybody in. Edit → Administrators → Add Admin, pick me, with Invite Users via Link. Whoever waits is told that it is not their fault.

    Looked at 12:00:00 UTC. What you have mended goes from here when you press the button.
    [🔄 Check again]
    ");
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    let mended = ada.reads().await.to_string();
    assert!(mended.contains("(edited)") && mended.contains("✅"), "{mended}");
    scene.ends().await;
}

#[tokio::test]
async fn the_set_up_is_left_and_goes_on_where_it_was_also_after_a_restart() {
    let mut scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = asked_for_a_password(&scene, &ada, "Chess Club").await;
    scene.restarts_bot().await;
    let typed = ada.types(PASSWORD);
    let kept = ada.reads().await.to_string();
    assert!(kept.contains("The password main is set."), "{kept}");
    assert!(!ada.sees_message(typed), "the password is still to be seen");
    press(&ada, "Next").await;
    press(&ada, "E-mail only").await;
    assert_snapshot!(press(&ada, "Go on later").await, @r"
    (edited) Chess Club

    All right: everything so far is kept, and the door is not watched yet. /gate goes on where you are.
    [🛡 Set up]
    [🗑 Throw the draft away]
    ");
    scene.restarts_bot().await;
    // Until it is open, nobody is asked anything.
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.hears_nothing().await;
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("Step 3 of 7"), "{resumed}");
    assert_snapshot!(types(&ada, "/cancel").await, @"There is nothing to cancel.");
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("Step 3 of 7"), "{resumed}");
    press(&ada, "Go on later").await;
    assert_snapshot!(press(&ada, "Throw the draft away").await, @r"
    (edited) Chess Club

    Shall I throw away everything that is set for this group so far?
    [Yes] [No]
    ");
    assert_snapshot!(press(&ada, "Yes").await, @r"
    (edited) Chess Club

    Thrown away. I change nothing in that group.
    [📋 My groups]
    ");
    let begun = types(&ada, "/gate").await;
    assert!(begun.contains("I watch no group of yours yet."), "{begun}");
    scene.ends().await;
}

#[tokio::test]
async fn cancel_ends_the_waiting_for_a_password_and_what_comes_then_is_none() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    let cancelled = types(&ada, "/cancel").await;
    assert!(cancelled.contains("/gate goes on"), "{cancelled}");
    assert_snapshot!(types(&ada, "good morning").await, @"Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write to you then.");
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("There is no password yet."), "{resumed}");
    scene.ends().await;
}

#[tokio::test]
async fn who_loses_the_rights_in_the_middle_gets_no_further() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let bob = scene.with_enrolled(&ada, "Bob").await;
    let group = ada.creates_group("Chess Club");
    ada.promotes_in(&group, &bob, Rights { can_promote_members: true, ..Rights::GATEKEEPER });
    bob.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    bob.reads().await;
    press(&bob, "Set up").await;
    press(&bob, "Add a password").await;
    press(&bob, "Call it “main”").await;
    // Without the right to let people in …
    ada.promotes_in(&group, &bob, LESSER);
    let typed = bob.types(PASSWORD);
    assert_snapshot!(bob.reads().await, @r"
    Chess Club

    You are an administrator of this group, but without the right Invite Users via Link. Only those who may let people in can decide about its door. Nothing was changed.
    ");
    assert!(!bob.sees_message(typed), "the password is still to be seen");
    // … with it again: nothing was kept.
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    let resumed = types(&bob, "/gate").await;
    assert!(resumed.contains("There is no password yet."), "{resumed}");
    // … as a member …
    ada.demotes_in(&group, &bob);
    assert_snapshot!(press(&bob, "Add a password").await, @r"
    (edited) Chess Club

    You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
    ");
    // … and thrown out.
    ada.removes_from(&group, &bob);
    let expelled = types(&bob, "/gate").await;
    assert!(expelled.contains("You are no administrator of this group"), "{expelled}");
    scene.ends().await;
}

#[tokio::test]
async fn two_admins_set_up_the_same_gate_at_once() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let bob = scene.with_enrolled(&ada, "Bob").await;
    let group = scene.with_group_of(&ada, "Chess Club").await;
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    press(&ada, "Set up").await;
    let set_up = picks(&bob, &group).await;
    assert!(set_up.contains("Step 1 of 7"), "{set_up}");
    for person in [&ada, &bob] {
        press(person, "Add a password").await;
        press(person, "Call it “main”").await;
    }
    types(&ada, PASSWORD).await;
    assert_snapshot!(types(&bob, "another one").await, @r"
    Chess Club

    There is a password with the label main already. Please choose another one.

    Step 1 of 7

    Each of these passwords opens the door:
    • main: without an end, for any number of people

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
    [🔑 main]
    [➕ Add a password]
    [Next ➡️]
    [⏸ Go on later]
    ");
    press(&bob, "Add a password").await;
    types(&bob, "Bob's flyer").await;
    types(&bob, "another one").await;
    // Each sees what the other has set.
    for _ in 0..7 {
        press(&ada, "Next").await;
    }
    ada.presses("Open the gate");
    ada.reads().await;
    let seen = press(&bob, "Back").await;
    assert!(seen.contains("• main:") && seen.contains("• Bob's flyer:"), "{seen}");
    let seen = press(&bob, "Overview").await;
    assert!(seen.contains("I am watching this door."), "{seen}");
    let nora = scene.world.person("Nora");
    nora.requests_to_join_group(&group);
    nora.reads().await;
    nora.types("another one");
    let thanked = nora.reads().await.to_string();
    assert!(thanked.contains("How may I send you your code?"), "{thanked}");
    scene.ends().await;
}

#[tokio::test]
async fn the_bot_is_removed_in_the_middle_of_the_set_up() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    let group = asked_for_a_password(&scene, &ada, "Chess Club").await;
    ada.removes_bot_from(&group);
    ada.types(PASSWORD);
    assert_snapshot!(ada.reads().await, @r"
    Chess Club

    I am not in this group, or no administrator there. Please add me to it as an administrator, then try again. Nothing was changed.
    ");
    // Back again, it invites anew, and what was set is kept.
    ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
    ada.hears_nothing().await;
    let resumed = types(&ada, "/gate").await;
    assert!(resumed.contains("Step 1 of 7"), "{resumed}");
    scene.ends().await;
}

#[tokio::test]
async fn a_screen_that_is_too_old_to_be_changed_is_shown_anew() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    let old = Fault::bad_request("message can't be edited");
    scene.world.telegram.fails_next("editMessageText", old);
    let shown = press(&ada, "Back").await;
    assert!(!shown.starts_with("(edited)") && shown.contains("Step 1 of 7"), "{shown}");
    let shown = press(&ada, "Next").await;
    assert!(shown.starts_with("(edited)"), "the new one is not the live one: {shown}");
    scene.ends().await;
}

#[tokio::test]
async fn buttons_of_an_earlier_screen_do_nothing() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    scene.with_group_of(&ada, "Chess Club").await;
    press(&ada, "Set up").await;
    let (message, next) = ada.notes_button("Next");
    press(&ada, "Next").await;
    ada.presses_old(message, &next);
    assert_snapshot!(ada.reads().await, @"(toast) This button has done its work already.");
    // Somebody else's, pressed by who is nobody there.
    let bob = scene.world.person("Bob");
    bob.presses_old(message, &next);
    bob.reads().await;
    let shown = press(&ada, "Back").await;
    assert!(shown.contains("Step 1 of 7"), "{shown}");
    scene.ends().await;
}

#[tokio::test]
async fn when_telegram_does_not_say_what_an_admin_may_nothing_is_changed() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    for _ in 0..2 {
        let new = Fault::bad_request("something new");
        scene.world.telegram.fails_next("getChatMember", new);
    }
    let typed = ada.types(PASSWORD);
    assert_snapshot!(ada.reads().await, @"Telegram has not told me whether you may do that. Nothing was changed: please try again in a moment.");
    assert!(!ada.sees_message(typed), "the password is still to be seen");
    assert_snapshot!(types(&ada, PASSWORD).await, @"Telegram has not told me whether you may do that. Nothing was changed: please try again in a moment.");
    let kept = types(&ada, PASSWORD).await;
    assert!(kept.contains("The password main is set."), "{kept}");
    scene.ends().await;
}

#[tokio::test]
async fn an_outage_of_telegram_only_takes_time() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    asked_for_a_password(&scene, &ada, "Chess Club").await;
    for fault in [Fault::server_error(502), Fault::Reset, Fault::too_many_requests(1)] {
        scene.world.telegram.fails_next("getChatMember", fault);
    }
    ada.types(PASSWORD);
    let kept = ada.reads().await.to_string();
    assert!(kept.contains("The password main is set."), "{kept}");
    scene.ends().await;
}
