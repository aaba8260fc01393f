//! Admins who just write to the bot: what they hear, and how they are applicants all the same.

use countersign::sandbox::{Rights, World};
use insta::assert_snapshot;

use super::staged::{Staged, keeps, proves, watched_by};
use super::types;
use crate::scene::{Scene, Setup};

#[tokio::test]
async fn start_leads_an_admin_to_their_groups() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    assert_snapshot!(types(&ada, "/start").await, @r"
    Hello! I can keep watch at the door of your group: press the button, or add me to it as an administrator.

    Everything that you can do here: /help
    Come into a group yourself: /join
    [➕ Pick a group]
    [Done]
    ");
    let group = scene.with_gate_of(&ada, "Chess Club").await;
    assert_snapshot!(types(&ada, "/start").await, @r"
    Hello! Which of your groups is it about?

    Everything that you can do here: /help
    Come into a group yourself: /join
    [Chess Club]
    [➕ Pick a group]
    [Done]
    ");
    let overview = super::press(&ada, "Chess Club").await;
    assert!(overview.contains("I am watching this door."), "{overview}");
    // A word that nobody asked for leads there too.
    let home = types(&ada, "good morning").await;
    assert!(home.contains("Which of your groups is it about?"), "{home}");
    // To everybody else the bot speaks as ever.
    let nora = scene.world.person("Nora");
    assert_snapshot!(types(&nora, "/start").await, @r"
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    assert_eq!(group.bot_posts(), []);
    scene.ends().await;
}

#[tokio::test]
async fn help_names_what_each_can_do() {
    let scene = Scene::with(Setup::from_nothing()).await;
    let ada = scene.with_owner("Ada").await;
    assert_snapshot!(types(&ada, "/help").await, @r"
    What you can do as an admin:

    /gate – Guard a group, or change how it is guarded
    /password – Passwords of a group
    /roster – Who may pass: the list of addresses
    /log – Where the decisions are written down
    /doctor – What is set up wrongly in a group
    /raid – When very many ask to join at once
    /approve – Let somebody in
    /decline – Turn somebody down
    /unlock – End a lock
    /revoke – Take an admission back
    /enrol – Let somebody else gate their groups

    To step in for one person, add their @name or number to the command, or just forward me a message of theirs.

    As everybody:

    /join – Come into a group yourself
    /start – Begin, or see where you are
    /help – What happens here
    /admin – Ask an admin of the group for help
    /cancel – Stop
    /safety – What I ask for and what never
    ");
    let cleo = scene.with_enrolled(&ada, "Cleo").await.speaks("de");
    assert_snapshot!(types(&cleo, "/help").await, @r"
    Das kannst du als Admin:

    /gate – Eine Gruppe bewachen lassen oder das ändern
    /password – Passwörter einer Gruppe
    /roster – Wer hineindarf: die Liste der Adressen
    /log – Wo die Entscheidungen notiert werden
    /doctor – Was in einer Gruppe falsch eingestellt ist
    /raid – Wenn sehr viele auf einmal hineinwollen
    /approve – Jemanden hereinlassen
    /decline – Jemanden abweisen
    /unlock – Eine Sperre beenden
    /revoke – Eine Zulassung zurücknehmen

    Um dich um eine Person zu kümmern, schreib ihren @Namen oder ihre Nummer hinter den Befehl, oder leite mir einfach eine Nachricht von ihr weiter.

    Wie alle anderen:

    /join – Selbst in eine Gruppe hineinkommen
    /start – Anfangen oder sehen, wo du bist
    /help – Was hier geschieht
    /admin – Einen Admin der Gruppe um Hilfe bitten
    /cancel – Aufhören
    /safety – Wonach ich frage und wonach nie
    ");
    let nora = scene.world.person("Nora");
    assert_snapshot!(types(&nora, "/help").await, @r"
    I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back.

    Now: I am not waiting for anything. To begin, ask to join a group or send /start.

    /start – begin, or see where you are
    /admin – ask an admin of the group for help
    /cancel – stop
    /safety – what I ask for and what never
    ");
    scene.ends().await;
}

#[tokio::test]
async fn an_admin_of_one_group_joins_another_as_everybody_else() {
    let world = World::start().await;
    let chess = world.another_group("Chess Club");
    let mut staged = Staged::without_bot(world, Setup::default(), |_, _| {}).await;
    let mut settings = watched_by("Chess Club", &[&staged.ada]);
    settings.listed = true;
    keeps(&staged.scene, &chess, settings).await;
    staged.scene.starts_bot().await;
    let Staged { scene, bob, .. } = staged;
    let home = types(&bob, "/start").await;
    assert!(home.contains("[Rust Berlin]") && !home.contains("[Chess Club]"), "{home}");
    bob.types("/join");
    assert_snapshot!(bob.reads().await, @r"
    Chess Club

    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please type the password and send it to me. You have 3 tries.

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
    ");
    // At the door, what he types is about that: as for everybody.
    assert_snapshot!(types(&bob, "/help").await, @r"
    Chess Club

    I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back.

    Now: Please type the group’s password.

    /start – begin, or see where you are
    /admin – ask an admin of the group for help
    /cancel – stop
    /safety – what I ask for and what never
    ");
    let again = types(&bob, "/start").await;
    assert!(again.contains("type the password"), "{again}");
    let passed = proves(&scene, &bob, &bob.email()).await.to_string();
    assert!(passed.contains("This invite link is for you alone"), "{passed}");
    // Passed, he is an admin again.
    let home = types(&bob, "/start").await;
    assert!(home.contains("[Rust Berlin]"), "{home}");
    scene.ends().await;
}

#[tokio::test]
async fn whoever_was_an_admin_hears_nothing_of_the_group_any_more() {
    let Staged { scene, group, ada, bob } = Staged::start().await;
    ada.demotes_in(&group, &bob);
    types(&bob, "/start").await;
    let told = super::press(&bob, "Rust Berlin").await;
    assert!(told.contains("You are no administrator of this group"), "{told}");
    ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
    types(&bob, "/start").await;
    let overview = super::press(&bob, "Rust Berlin").await;
    assert!(overview.contains("I am watching this door."), "{overview}");
    scene.ends().await;
}

#[tokio::test]
async fn owners_of_the_config_find_their_commands_from_the_start() {
    let world = World::start().await;
    let (ada, eve) = (world.admin(), world.person("Eve"));
    ada.has_written_before();
    let mut scene = Scene::without_bot(world, &Setup::default());
    // Eve has never written to the bot: that keeps it from nothing.
    let owners = format!("[telegram]\nowners = [{}, {}]", eve.id(), ada.id());
    scene.changes_config("[telegram]", &owners);
    scene.starts_bot().await;
    let commands = ada.commands().join("\n");
    assert!(commands.contains("/gate: ") && commands.contains("/enrol: "), "{commands}");
    assert!(!eve.commands().join("\n").contains("/gate: "), "{:?}", eve.commands());
    types(&eve, "/start").await;
    let commands = eve.speaks("de").commands().join("\n");
    assert!(commands.contains("/gate: Eine Gruppe bewachen lassen"), "{commands}");
    scene.ends().await;
}
