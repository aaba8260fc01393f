//! From a group without a gate to an open one, in the admin's private chat.

use countersign::sandbox::Rights;
use insta::assert_snapshot;

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

    The password main is in force now.

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

    ✅ All is well: only those who pass me come in.

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
