//! From a group without a gate to an open one, in the admin's private chat.

use countersign::sandbox::Rights;
use insta::assert_snapshot;

use super::{opens, press, types};
use crate::scene::{PASSWORD, Scene, Setup, steady};

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
    [🔑 Passwords] [✉️ E-mail or SMS]
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
    [🔑 Passwords] [✉️ E-mail or SMS]
    [👥 Who may pass] [🗂 Roster]
    [⏱ Limits] [🌐 Language]
    [🚪 How people come in] [📓 Log chat]
    [☐ Offer to strangers at /start]
    [🩺 Check the group] [🚨 Raid mode]
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

    Wer hineindarf:
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

    Wie viele Versuche gibt es? Jetzt: Standard.

    • Standard: 3 falsche Passwörter oder 3 falsche Codes sperren für 5 Minuten, am Ende für 24 Stunden; nach 50 falschen Versuchen öffnen nur noch Admins; 5 Codes am Tag
    • Streng: 2 falsche Passwörter oder 2 falsche Codes sperren für 30 Minuten, am Ende für 24 Stunden; nach 15 falschen Versuchen öffnen nur noch Admins; 3 Codes am Tag
    • Nachsichtig: 5 falsche Passwörter oder 5 falsche Codes sperren für 1 Minute, am Ende für 4 Stunden; nach 100 falschen Versuchen öffnen nur noch Admins; 8 Codes am Tag
    [✓ Standard] [Streng] [Nachsichtig]
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

    • Beitrittsanfrage (Standard): Alle fragen an, und ich lasse herein, wer an mir vorbeikommt. Vorher sieht niemand die Gruppe. Das hält die nicht auf, die von Mitgliedern hinzugefügt werden oder über einen Link kommen, der niemanden fragt.
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

    Log-Chat: aus (Standard)

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

    Wer hineindarf:
    • alle mit einer eigenen Adresse
    • jede Adresse lässt ein Konto herein

    Grenzen: Standard – 3 falsche Passwörter oder 3 falsche Codes sperren für 5 Minuten, am Ende für 24 Stunden; nach 50 falschen Versuchen öffnen nur noch Admins; 5 Codes am Tag

    Sprache in der Gruppe und im Log: Deutsch
    Log-Chat: aus
    Fremden angeboten, die /start schreiben: nein
    Sein Link: https://t.me/demo_gate_bot?start=‹link›
    [🛡 Tor öffnen]
    [🔑 Passwörter] [✉️ E-Mail oder SMS]
    [👥 Wer hineindarf] [🗂 Liste]
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

    Wer hineindarf:
    • alle mit einer eigenen Adresse
    • jede Adresse lässt ein Konto herein

    Grenzen: Standard – 3 falsche Passwörter oder 3 falsche Codes sperren für 5 Minuten, am Ende für 24 Stunden; nach 50 falschen Versuchen öffnen nur noch Admins; 5 Codes am Tag

    Sprache in der Gruppe und im Log: Deutsch
    Log-Chat: aus
    Fremden angeboten, die /start schreiben: nein
    Sein Link: https://t.me/demo_gate_bot?start=‹link›
    [🔑 Passwörter] [✉️ E-Mail oder SMS]
    [👥 Wer hineindarf] [🗂 Liste]
    [⏱ Grenzen] [🌐 Sprache]
    [🚪 Wie man hereinkommt] [📓 Log-Chat]
    [☐ Fremden bei /start anbieten]
    [🩺 Gruppe prüfen] [🚨 Ansturm-Modus]
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
