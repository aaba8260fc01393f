//! A gate that somebody has set up in a chat already: its settings are in the store before the bot
//! starts.

use std::collections::BTreeSet;

use countersign::administration::settings::Settings;
use countersign::sandbox::{Group, Lines, Person, Rights, World};
use countersign::service;
use countersign::store::records::SettingsRecord;
use countersign::verification::gate::Password;
use countersign::verification::{GateId, Hidden, UserId};

use crate::scene::{PASSWORD, PASSWORD_HASH, Scene, Setup};

/// Rust Berlin, watched on behalf of Ada, who owns it, and of Bob, an administrator there. Both
/// have written to the bot before.
pub struct Staged {
    pub scene: Scene,
    pub group: Group,
    pub ada: Person,
    pub bob: Person,
}

impl Staged {
    pub async fn start() -> Staged {
        Staged::with(Setup::default(), |_| {}).await
    }

    pub async fn with(setup: Setup, alter: impl FnOnce(&mut Settings)) -> Staged {
        let mut staged = Staged::without_bot(World::start().await, setup, |_, settings| {
            alter(settings);
        })
        .await;
        staged.scene.starts_bot().await;
        staged
    }

    /// The settings are in the store; nobody is on duty yet.
    pub async fn without_bot(
        world: World,
        setup: Setup,
        alter: impl FnOnce(&World, &mut Settings),
    ) -> Staged {
        let (group, ada, bob) = (world.group(), world.admin(), world.person("Bob"));
        for admin in [&ada, &bob] {
            admin.has_written_before();
        }
        group.members_may_add(false);
        ada.adds_to(&group, &bob);
        ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
        let mut settings = watched_by(&group.title(), &[&ada, &bob]);
        alter(&world, &mut settings);
        let mut scene = Scene::without_bot(world, &setup);
        without_gates(&mut scene);
        keeps(&scene, &group, settings).await;
        Staged { scene, group, ada, bob }
    }

    /// Somebody who asked to join, and has typed so many wrong passwords.
    pub async fn with_wrong_tries(&self, name: &str, wrong: u32) -> Person {
        let person = self.scene.at_the_door(name).await;
        for _ in 0..wrong {
            person.types("melon");
            person.reads().await;
        }
        person
    }

    /// Somebody who is locked out and has asked for an admin; the cards are unread.
    pub async fn with_a_call(&self, name: &str) -> Person {
        let person = self.with_wrong_tries(name, 3).await;
        person.presses("Ask an admin");
        person.reads().await;
        person
    }
}

/// An open gate with the usual password.
pub fn watched_by(title: &str, admins: &[&Person]) -> Settings {
    let admins: BTreeSet<UserId> = admins.iter().map(|admin| UserId(admin.id())).collect();
    let first = admins.first().copied().expect("an admin");
    let mut settings =
        Settings::new(title, first, countersign::verification::Timestamp(1_700_000_000_000));
    settings.open = true;
    settings.admins = admins;
    settings.passwords = vec![password("main")];
    settings
}

/// The usual password, under this label.
pub fn password(label: &str) -> Password {
    Password {
        label: label.to_owned(),
        hash: Hidden::new(PASSWORD_HASH.trim()),
        expires: None,
        uses: None,
    }
}

/// Writes a gate's settings into the store of a bot that does not run.
pub async fn keeps(scene: &Scene, group: &Group, settings: Settings) {
    let (store, _) = service::open_store(&scene.config()).await.expect("a store");
    let gate = GateId(group.id());
    store
        .commit(move |view| view.put(&gate, &SettingsRecord(settings)))
        .await
        .expect("a store that takes a record");
    store.close().await;
}

/// No gate in the configuration.
pub fn without_gates(scene: &mut Scene) {
    let path = scene.config_path();
    let config = std::fs::read_to_string(path).expect("a readable file");
    let (_, gates) = config.split_once("[[gates]]").expect("a gate");
    scene.changes_config(&format!("[[gates]]{gates}"), "");
}

/// Goes all the way in by e-mail to `address`, from the password on; what is read at the end.
pub async fn proves(scene: &Scene, person: &Person, address: &str) -> Lines {
    person.types(PASSWORD);
    person.reads().await;
    proves_address(scene, person, address).await
}

/// The same from the choice of the channel on.
pub async fn proves_address(scene: &Scene, person: &Person, address: &str) -> Lines {
    if person.buttons().iter().any(|label| label.contains("By e-mail")) {
        person.presses("By e-mail");
        person.reads().await;
    }
    person.types(address);
    person.reads().await;
    person.presses("Send the code");
    person.reads().await;
    let code = scene.world.mail_for(address).await.code(6).to_owned();
    person.types(&code);
    person.reads().await
}
