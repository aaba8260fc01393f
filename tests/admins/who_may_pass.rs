//! Who may pass, as those who come to the door see it: labelled passwords, lists, rosters, and
//! addresses that somebody else has used.

use std::time::Duration;

use countersign::sandbox::{Person, World};
use countersign::verification::gate::Addresses;
use countersign::verification::{Hidden, Timestamp, password};
use insta::assert_snapshot;

use super::staged::{Staged, password as usual, proves, proves_address};
use crate::scene::{PASSWORD, Setup};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

async fn with_addresses(addresses: Addresses) -> Staged {
    Staged::with(Setup::default(), |settings| settings.addresses = addresses).await
}

// Passwords.

/// With a second password "flyer", which is "green door".
async fn with_a_flyer(
    alter: impl FnOnce(&World, &mut countersign::verification::gate::Password),
) -> Staged {
    let hash = password::hash(&Hidden::new("green door"), &[7; 16]);
    let mut flyer = countersign::verification::gate::Password { hash, ..usual("flyer") };
    let world = World::start().await;
    let mut staged = Staged::without_bot(world, Setup::default(), |world, settings| {
        alter(world, &mut flyer);
        settings.passwords.push(flyer);
    })
    .await;
    staged.scene.starts_bot().await;
    staged
}

async fn passes_by(staged: &Staged, name: &str, password: &str) -> Person {
    let person = staged.scene.at_the_door(name).await;
    person.types(password);
    person.reads().await;
    proves_address(&staged.scene, &person, &person.email()).await;
    person
}

#[tokio::test]
async fn each_live_password_opens() {
    let staged = with_a_flyer(|_, _| {}).await;
    assert!(passes_by(&staged, "Nora", "green door").await.is_member());
    assert!(passes_by(&staged, "Olaf", PASSWORD).await.is_member());
    let mia = staged.scene.at_the_door("Mia").await;
    mia.types("green  door");
    assert!(mia.reads().await.to_string().contains("That is not the password"));
    staged.scene.ends().await;
}

#[tokio::test]
async fn a_password_opens_for_so_many_people() {
    let staged = with_a_flyer(|_, flyer| flyer.uses = Some(2)).await;
    let mia = staged.scene.at_the_door("Mia").await;
    mia.types("green door");
    mia.reads().await;
    assert!(passes_by(&staged, "Nora", "green door").await.is_member());
    let olaf = staged.scene.at_the_door("Olaf").await;
    olaf.types("green door");
    assert_snapshot!(olaf.reads().await, @r"
    Rust Berlin

    That is not the password. You have 2 tries left. Please type it again.
    ");
    // Whoever passed it before goes on.
    proves_address(&staged.scene, &mia, &mia.email()).await;
    assert!(mia.is_member());
    staged.scene.ends().await;
}

#[tokio::test]
async fn an_expired_password_opens_nothing_and_throws_nobody_out() {
    let staged = with_a_flyer(|world, flyer| {
        // At one o'clock; tests begin at noon of the next day.
        let today = Timestamp(world.now_ms()).day();
        flyer.expires = Some(Timestamp(today * 24 * 60 * 60 * 1000).after(37 * HOUR));
    })
    .await;
    let nora = staged.scene.at_the_door("Nora").await;
    nora.types("green door");
    nora.reads().await;
    staged.scene.passes(HOUR + MINUTE);
    let olaf = staged.scene.at_the_door("Olaf").await;
    olaf.types("green door");
    assert_snapshot!(olaf.reads().await, @r"
    Rust Berlin

    That is not the password. You have 2 tries left. Please type it again.
    ");
    proves_address(&staged.scene, &nora, &nora.email()).await;
    assert!(nora.is_member());
    staged.scene.ends().await;
}

#[tokio::test]
async fn with_no_live_password_the_gate_is_closed_and_nobody_pays_for_it() {
    let world = World::start().await;
    let mut staged = Staged::without_bot(world, Setup::default(), |world, settings| {
        for password in &mut settings.passwords {
            password.expires = Some(Timestamp(world.now_ms()));
        }
    })
    .await;
    staged.scene.starts_bot().await;
    let nora = staged.scene.world.person("Nora");
    nora.requests_to_join();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This gate is closed for now: no password opens it. That is not your fault, and nothing you type costs you a try. Please come back later, or ask an admin of the group.
    [🙋 Ask an admin]
    [Cancel]
    ");
    nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This gate is closed for now: no password opens it. That is not your fault, and nothing you type costs you a try. Please come back later, or ask an admin of the group.
    [🙋 Ask an admin]
    [Cancel]
    ");
    staged.scene.ends().await;
}

// Lists.

#[tokio::test]
async fn domains_and_dial_codes() {
    let staged = with_addresses(Addresses {
        domains: vec!["@example.org".to_owned(), "@*.example.org".to_owned()],
        blocked_domains: vec!["@throwaway.example.org".to_owned()],
        countries: vec!["+49".to_owned()],
        ..Addresses::default()
    })
    .await;
    let nora = staged.scene.past_the_password("Nora").await;
    nora.presses("By e-mail");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Please type the e-mail address that I may send your code to. It has to end in one of these: @example.org, .example.org.
    [💬 By SMS]
    [Cancel]
    ");
    nora.types("nora@example.com");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This group takes only addresses that end in one of these: @example.org, .example.org. Please type another one; this costs you no try.
    [🙋 Ask an admin]
    [💬 By SMS]
    [Cancel]
    ");
    nora.types("nora@throwaway.example.org");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This group takes no addresses of that domain. Please type another one; this costs you no try.
    [🙋 Ask an admin]
    [💬 By SMS]
    [Cancel]
    ");
    nora.types("+436641234567");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    I may send text messages only to numbers that begin with +49. Please type another number; this costs you no try.
    [🙋 Ask an admin]
    [✉️ By e-mail]
    [Cancel]
    ");
    proves_address(&staged.scene, &nora, "nora@mail.example.org").await;
    assert!(nora.is_member());
    staged.scene.ends().await;
}

#[tokio::test]
async fn a_blocked_dial_code() {
    let blocked_countries = vec!["+49".to_owned()];
    let staged = with_addresses(Addresses { blocked_countries, ..Addresses::default() }).await;
    let nora = staged.scene.past_the_password("Nora").await;
    nora.presses("By SMS");
    nora.reads().await;
    nora.types("+4917612345678");
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    This group takes no numbers of that country. Please type another one; this costs you no try.
    [🙋 Ask an admin]
    [✉️ By e-mail]
    [Cancel]
    ");
    staged.scene.ends().await;
}

// One address, one account.

#[tokio::test]
async fn the_second_with_an_address_hears_it_only_after_proving_it() {
    let staged = Staged::start().await;
    let nora = staged.scene.at_the_door("Nora").await;
    proves(&staged.scene, &nora, "shared@example.org").await;
    assert!(nora.is_member());

    let olaf = staged.scene.at_the_door("Olaf").await;
    olaf.types(PASSWORD);
    olaf.reads().await;
    olaf.presses("By e-mail");
    olaf.reads().await;
    // Typing it tells nothing.
    olaf.types("shared@example.org");
    assert_snapshot!(olaf.reads().await, @r"
    Rust Berlin

    Shall I send the code by e-mail to this address?

    shared@example.org

    Please look closely, then press the button.
    [Send the code]
    [Other address] [Cancel]
    ");
    olaf.presses("Send the code");
    olaf.reads().await;
    let code = staged.scene.world.mail_for("shared@example.org").await.code(6).to_owned();
    olaf.types(&code);
    let told = olaf.reads().await;
    assert!(!told.to_string().contains("Nora"));
    assert_snapshot!(told, @r"
    Rust Berlin

    The code was right, but s•••d@example.org has already let another account into this group. Please give me another address of yours; this costs you no try.
    [💬 By SMS]
    [🙋 Ask an admin]
    [Cancel]
    ");
    assert!(!olaf.is_member());
    // Another one of his lets him in, without the password again; the wait between two codes holds.
    staged.scene.passes(2 * MINUTE);
    proves_address(&staged.scene, &olaf, "olaf@example.org").await;
    assert!(olaf.is_member());
    // Nora stays, and may come again with it.
    nora.leaves();
    staged.scene.world.settled().await;
    nora.requests_to_join();
    nora.reads().await;
    proves(&staged.scene, &nora, "shared@example.org").await;
    assert!(nora.is_member());
    staged.scene.ends().await;
}

#[tokio::test]
async fn spelt_otherwise_it_is_the_same_address() {
    let staged = Staged::start().await;
    let nora = staged.scene.at_the_door("Nora").await;
    proves(&staged.scene, &nora, "shared@example.org").await;
    for (name, spelling) in [("Olaf", "shared+x@example.org"), ("Mia", "SHARED@EXAMPLE.ORG")] {
        let person = staged.scene.past_the_password(name).await;
        person.presses("By e-mail");
        person.reads().await;
        person.types(spelling);
        person.reads().await;
        person.presses("Send the code");
        person.reads().await;
        let to = if name == "Mia" { "SHARED@example.org" } else { spelling };
        let code = staged.scene.world.mail_for(to).await.code(6).to_owned();
        person.types(&code);
        let told = person.reads().await.to_string();
        assert!(!person.is_member(), "{name}: {told}");
    }
    staged.scene.ends().await;
}

#[tokio::test]
async fn two_with_one_address_at_once_one_comes_in() {
    let staged = Staged::start().await;
    let mut people = Vec::new();
    for name in ["Nora", "Olaf"] {
        let person = staged.scene.past_the_password(name).await;
        person.presses("By e-mail");
        person.reads().await;
        person.types("shared@example.org");
        person.reads().await;
        person.presses("Send the code");
        person.reads().await;
        let code = staged.scene.world.mail_for("shared@example.org").await.code(6).to_owned();
        people.push((person, code));
    }
    for (person, code) in &people {
        person.types(code);
    }
    staged.scene.world.settled().await;
    let inside = people.iter().filter(|(person, _)| person.is_member()).count();
    for (person, _) in &people {
        let told = person.takes_unread().to_string();
        assert!(!told.is_empty());
    }
    assert_eq!(inside, 1);
    staged.scene.ends().await;
}

#[tokio::test]
async fn so_many_accounts_as_the_admins_allow() {
    let staged = with_addresses(Addresses { accounts: 2, ..Addresses::default() }).await;
    for (name, comes_in) in [("Nora", true), ("Olaf", true), ("Mia", false)] {
        let person = staged.scene.at_the_door(name).await;
        proves(&staged.scene, &person, "shared@example.org").await;
        assert_eq!(person.is_member(), comes_in, "{name}");
    }
    staged.scene.ends().await;
}

#[tokio::test]
async fn who_is_turned_back_can_ask_an_admin_who_lets_them_in() {
    let staged = Staged::start().await;
    let nora = staged.scene.at_the_door("Nora").await;
    proves(&staged.scene, &nora, "shared@example.org").await;
    let olaf = staged.scene.at_the_door("Olaf").await;
    proves(&staged.scene, &olaf, "shared@example.org").await;
    olaf.presses("Ask an admin");
    olaf.reads().await;
    assert_snapshot!(staged.ada.reads().await, @r"
    Rust Berlin

    🙋 Olaf (7100000004) asks for an admin.

    Where: typing the e-mail address
    Wrong tries: 0
    Turned back: s•••d@example.org is theirs, but it has let in another account already

    Approve lets them in, now and whenever they come again. Decline turns down what they ask for now. Unlock forgets the wrong tries, and they go on by themselves.
    [✅ Approve]
    [✋ Decline] [🔓 Unlock]
    ");
    staged.bob.reads().await;
    staged.ada.presses("Approve");
    staged.ada.reads().await;
    staged.bob.reads().await;
    olaf.reads().await;
    assert!(olaf.is_member());
    staged.scene.ends().await;
}

#[tokio::test]
async fn in_german_too() {
    let staged = Staged::start().await;
    let nora = staged.scene.at_the_door("Nora").await;
    proves(&staged.scene, &nora, "shared@example.org").await;
    let olaf = staged.scene.world.person("Olaf").speaks("de");
    olaf.requests_to_join();
    olaf.reads().await;
    olaf.types(PASSWORD);
    olaf.reads().await;
    olaf.presses("E-Mail");
    olaf.reads().await;
    olaf.types("shared@example.org");
    olaf.reads().await;
    olaf.presses("Code schicken");
    olaf.reads().await;
    let code = staged.scene.world.mail_for("shared@example.org").await.code(6).to_owned();
    olaf.types(&code);
    assert_snapshot!(olaf.reads().await, @r"
    Rust Berlin

    Der Code stimmt, aber s•••d@example.org hat schon ein anderes Konto in diese Gruppe gelassen. Bitte gib mir eine andere Adresse von dir; das kostet dich keinen Versuch.
    [💬 Per SMS]
    [🙋 Admin fragen]
    [Abbrechen]
    ");
    staged.scene.ends().await;
}
