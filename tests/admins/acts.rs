//! Everything that an admin can do at an open gate, as a table: what leads up to it, the one thing
//! that does it, and by what one sees that it was done.

use std::time::Duration;

use countersign::administration::settings::Settings;
use countersign::sandbox::{Group, Person, Rights, Terms, World};
use countersign::verification::ChatId;
use countersign::verification::gate::Mode;

use super::staged::{keeps, password, watched_by, without_gates};
use crate::scene::{Scene, Setup};

/// The log chat writes what has come together for three seconds.
pub const SECONDS: Duration = Duration::from_secs(4);

/// One thing that somebody does in their private chat with the bot.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Presses the button with this label.
    Press(&'static str),
    Type(&'static str),
    /// Types this command about Nora, who waits at the door.
    About(&'static str),
    /// Sends a file of these lines.
    File(&'static str),
    /// Picks their own channel with the key for that.
    PickChannel,
}

/// By what one sees that something was done.
#[derive(Clone, Copy, Debug)]
pub enum Shows {
    /// The log chat says so.
    Logged(&'static str),
    /// Whoever did it reads so.
    Heard(&'static str),
}

#[derive(Clone, Copy)]
pub struct Act {
    pub name: &'static str,
    /// How the gate is set before.
    with: fn(&mut Settings),
    path: &'static [Step],
    pub last: Step,
    pub shows: Shows,
    /// Nora is locked, and has asked for an admin.
    called: bool,
}

use Shows::{Heard, Logged};
use Step::{About, File, PickChannel, Press, Type};

const fn act(name: &'static str, path: &'static [Step], last: Step, shows: Shows) -> Act {
    Act { name, with: |_| {}, path, last, shows, called: false }
}

const GATE: Step = Type("/gate");
const FLYER: [Step; 3] = [GATE, Press("Passwords"), Press("flyer")];
const WHO: [Step; 2] = [GATE, Press("Who may pass")];
const HOW: [Step; 2] = [GATE, Press("How people come in")];
const ON_ROSTER: [Step; 3] = [Type("/roster"), Press("➕ Add"), Type("nora@example.org")];
const CHANGED_PASSWORD: Shows = Logged("changed a password");

/// Restricts, so that there is more to choose.
fn restricting(settings: &mut Settings) {
    settings.mode = Mode::Restrict { remove_after: None };
}

fn for_one_domain(settings: &mut Settings) {
    settings.addresses.domains = vec!["@example.org".to_owned()];
}

fn not_open(settings: &mut Settings) {
    settings.open = false;
}

pub const ALL: &[Act] = &[
    // Passwords.
    act(
        "add a password",
        &[Type("/password"), Press("Add a password"), Type("poster")],
        Type("come as you are"),
        Logged("added a password – “poster”"),
    ),
    act(
        "until a day",
        &[FLYER[0], FLYER[1], FLYER[2], Press("Until a day")],
        Type("2031-12-31"),
        CHANGED_PASSWORD,
    ),
    act("for so many days", &FLYER, Press("30 days"), CHANGED_PASSWORD),
    act(
        "for so many people",
        &[FLYER[0], FLYER[1], FLYER[2], Press("For a number")],
        Type("5"),
        CHANGED_PASSWORD,
    ),
    act(
        "replace a password",
        &[FLYER[0], FLYER[1], FLYER[2], Press("New password")],
        Type("as you were"),
        Logged("replaced a password – “flyer”"),
    ),
    act(
        "remove a password",
        &[FLYER[0], FLYER[1], FLYER[2], Press("Remove")],
        Press("Yes"),
        Logged("removed a password – “flyer”"),
    ),
    // One choice each.
    act(
        "channels",
        &[GATE, Press("E-mail or SMS")],
        Press("E-mail only"),
        Logged("changed how codes are sent – by e-mail only"),
    ),
    act("limits", &[GATE, Press("Limits")], Press("Strict"), Logged("changed the limits – strict")),
    act(
        "language",
        &[GATE, Press("Language")],
        Press("Deutsch"),
        Logged("die Sprache geändert – Deutsch"),
    ),
    act(
        "offered",
        &[GATE],
        Press("Offer to strangers"),
        Logged("changed whether strangers are offered the group – on"),
    ),
    // Gating modes.
    act(
        "restrict",
        &HOW,
        Press("Restrict after joining"),
        Logged("changed how people come in – restrict after joining"),
    ),
    act(
        "personal link",
        &HOW,
        Press("Personal link"),
        Logged("changed how people come in – personal link"),
    ),
    Act {
        with: restricting,
        ..act(
            "join request",
            &HOW,
            Press("Join request"),
            Logged("changed how people come in – join request"),
        )
    },
    Act {
        with: restricting,
        ..act(
            "removal",
            &HOW,
            Press("10 minutes"),
            Logged("changed when muted members are removed – after 10 minutes"),
        )
    },
    Act {
        with: restricting,
        ..act(
            "tidy",
            &HOW,
            Press("Clean up join messages"),
            Logged("changed what happens to join and leave messages – on"),
        )
    },
    // Who may pass.
    act(
        "domains",
        &[WHO[0], WHO[1], Press("Mail domains")],
        Type("example.org"),
        Logged("changed the allowed domains"),
    ),
    Act {
        with: for_one_domain,
        ..act(
            "any domain",
            &[WHO[0], WHO[1], Press("Mail domains")],
            Press("Any domain"),
            Logged("changed the allowed domains"),
        )
    },
    act(
        "blocked domains",
        &[WHO[0], WHO[1], Press("Blocked domains")],
        Type("spam.example"),
        Logged("changed the blocked domains"),
    ),
    act(
        "dial codes",
        &[WHO[0], WHO[1], Press("[Dial codes]")],
        Type("+49"),
        Logged("changed the allowed dial codes"),
    ),
    act(
        "blocked dial codes",
        &[WHO[0], WHO[1], Press("Blocked dial codes")],
        Type("+49"),
        Logged("changed the blocked dial codes"),
    ),
    act(
        "accounts",
        &[WHO[0], WHO[1], Press("Other …")],
        Type("7"),
        Logged("changed how many accounts an address lets in – 7"),
    ),
    // The roster.
    act(
        "roster by file",
        &[File("nora@example.org\nolaf@example.org")],
        Press("Add 2"),
        Logged("put addresses on the roster – 2"),
    ),
    act(
        "roster by hand",
        &[Type("/roster"), Press("➕ Add")],
        Type("nora@example.org"),
        Logged("put addresses on the roster – 1"),
    ),
    act(
        "off the roster",
        &[ON_ROSTER[0], ON_ROSTER[1], ON_ROSTER[2], Press("➖ Remove")],
        Type("nora@example.org"),
        Logged("took addresses off the roster – 1"),
    ),
    act(
        "only the roster",
        &ON_ROSTER,
        Press("Only who is on the roster"),
        Logged("changed whether only the roster passes – on"),
    ),
    act(
        "empty the roster",
        &[ON_ROSTER[0], ON_ROSTER[1], ON_ROSTER[2], Press("Empty it")],
        Press("Yes"),
        Logged("emptied the roster – 1"),
    ),
    act(
        "export the roster",
        &ON_ROSTER,
        Press("Export"),
        Logged("took the roster with all its addresses as a file – 1"),
    ),
    // The log chat.
    act(
        "another log chat",
        &[Type("/log"), Press("Pick another one")],
        PickChannel,
        Logged("chose this log chat"),
    ),
    act(
        "no log chat",
        &[Type("/log")],
        Press("Switch it off"),
        Logged("I write down nothing more"),
    ),
    // Raids.
    act("raid mode", &[Type("/raid")], Press("Switch raid mode on"), Logged("raid mode on")),
    // Single people.
    act("approve", &[About("approve")], Press("Yes"), Logged("approved (by ")),
    act("decline", &[About("decline")], Press("Yes"), Logged("declined (by ")),
    act("unlock", &[About("unlock")], Press("Yes"), Logged("unlocked (by ")),
    act("revoke", &[About("revoke")], Press("Yes"), Logged("admission revoked (by ")),
    Act { called: true, ..act("approve by card", &[], Press("Approve"), Logged("approved (by ")) },
    Act { called: true, ..act("decline by card", &[], Press("Decline"), Logged("declined (by ")) },
    Act { called: true, ..act("unlock by card", &[], Press("Unlock"), Logged("unlocked (by ")) },
    // The gate itself.
    act("examine", &[], Type("/doctor"), Heard("Looked at")),
    act("check again", &[Type("/doctor")], Press("Check again"), Heard("Looked at")),
    Act {
        with: not_open,
        ..act(
            "open the gate",
            &[
                GATE,
                Press("Next"),
                Press("Next"),
                Press("Next"),
                Press("Next"),
                Press("Next"),
                Press("Next"),
                Press("Next"),
            ],
            Press("Open the gate"),
            Heard("The gate is open"),
        )
    },
    Act {
        with: not_open,
        ..act(
            "throw the draft away",
            &[GATE, Press("Go on later"), Press("Throw the draft away")],
            Press("Yes"),
            Heard("Thrown away."),
        )
    },
    act(
        "close the gate",
        &[GATE, Press("Close the gate")],
        Press("Yes"),
        Heard("The gate is closed"),
    ),
];

/// An open gate with two passwords and a log chat, its two admins, and somebody at the door.
pub struct Stage {
    pub scene: Scene,
    pub group: Group,
    pub ada: Person,
    pub bob: Person,
    nora: Person,
    logs: [Group; 3],
}

impl Stage {
    pub async fn of(act: &Act) -> Stage {
        let world = World::start().await;
        let group = world.group();
        Stage::at(act, world, group).await
    }

    /// The same in a basic group.
    pub async fn of_basic(act: &Act) -> Stage {
        let world = World::start().await;
        let ada = world.admin();
        let group = ada.creates_basic_group("Chess Club");
        ada.makes_bot_admin_of(&group, Rights::GATEKEEPER);
        Stage::at(act, world, group).await
    }

    async fn at(act: &Act, world: World, group: Group) -> Stage {
        let (ada, bob) = (world.admin(), world.person("Bob"));
        for admin in [&ada, &bob] {
            admin.has_written_before();
        }
        group.members_may_add(false);
        ada.adds_to(&group, &bob);
        ada.promotes_in(&group, &bob, Rights::GATEKEEPER);
        let log_of = |admin: &Person| {
            let log = admin.creates_channel("Log");
            admin.makes_bot_admin_of(&log, Rights::POSTER);
            log
        };
        let logs = [log_of(&ada), log_of(&ada), log_of(&bob)];
        let mut settings = watched_by(&group.title(), &[&ada, &bob]);
        settings.passwords.push(password("flyer"));
        settings.log_chat = Some(ChatId(logs[0].id()));
        (act.with)(&mut settings);
        let open = settings.open;
        let mut scene = Scene::without_bot(world, &Setup::default());
        without_gates(&mut scene);
        keeps(&scene, &group, settings).await;
        scene.starts_bot().await;
        let nora = scene.world.person("Nora");
        let asks = Terms { creates_join_request: true, ..Terms::default() };
        nora.opens(&group.makes_link(asks).expect("a link"));
        if open {
            for wrong in ["melon", "cherry", "plum"] {
                nora.reads().await;
                nora.types(wrong);
            }
            nora.reads().await;
        }
        if act.called {
            nora.presses("Ask an admin");
            nora.reads().await;
        }
        let stage = Stage { scene, group, ada, bob, nora, logs };
        stage.settles().await;
        stage
    }

    /// What Nora and the admins have heard so far is of no interest.
    pub async fn settles(&self) {
        self.scene.world.settled().await;
        for person in [&self.ada, &self.bob, &self.nora] {
            let _ = person.takes_unread();
        }
    }

    /// Everything up to the last step.
    pub async fn leads_up(&self, act: &Act, who: &Person) {
        for step in act.path {
            self.takes(step, who);
            let heard = who.reads().await.to_string();
            assert!(!heard.is_empty(), "{}: {step:?}", act.name);
        }
        self.settles().await;
        // What says when the group was looked at says something else from then on.
        self.scene.passes(SECONDS);
    }

    /// One step; nothing is read.
    pub fn takes(&self, step: &Step, who: &Person) {
        match step {
            Press(label) => {
                // Some labels are part of others.
                match label.strip_prefix('[').and_then(|label| label.strip_suffix(']')) {
                    Some(exact) => who.presses(exact),
                    None => who.presses(label),
                }
            }
            Type(text) => {
                who.types(text);
            }
            About(command) => {
                who.types(&format!("/{command} {}", self.nora.id()));
            }
            File(lines) => {
                who.sends_file("people.csv", lines.as_bytes());
            }
            PickChannel => {
                let own = if who.id() == self.bob.id() { 2 } else { 1 };
                who.shares_chat("Pick a channel for the log", &self.logs[own]);
            }
        }
    }

    /// All that was read by somebody once everything has settled.
    pub async fn hears(&self, who: &Person) -> String {
        self.scene.world.settled().await;
        who.takes_unread().to_string()
    }

    /// Whether it was done, to somebody who has read this.
    pub async fn shows(&self, act: &Act, heard: &str) -> bool {
        self.scene.passes(SECONDS);
        self.scene.sweeps().await;
        match act.shows {
            Logged(words) => {
                let mut posts = self.logs.iter().flat_map(Group::bot_posts);
                posts.any(|post| post.text.contains(words))
            }
            Heard(words) => heard.contains(words),
        }
    }

    pub async fn ends(self) {
        self.settles().await;
        self.scene.ends().await;
    }
}
