//! A roster by a file and by hand, and what it means for those who come.

use std::fmt::Write;

use countersign::sandbox::telegram::Fault;
use countersign::sandbox::{Line, Lines, Person};
use insta::assert_snapshot;

use super::staged::{Staged, proves, proves_address};

/// Sends a file of these lines; what is read until the preview.
pub(super) async fn sends(admin: &Person, csv: &str) -> Lines {
    admin.sends_file("people.csv", csv.as_bytes());
    admin.reads().await
}

/// The newest file in what was read.
fn file_in(admin: &Person, lines: &Lines) -> (String, String) {
    let mut files = lines.iter().filter_map(Line::message).filter_map(|id| admin.downloads(id));
    let (name, bytes) = files.next_back().expect("a file");
    (name, String::from_utf8(bytes).expect("UTF-8"))
}

/// Exports the roster from its screen, which is shown.
pub(super) async fn exports(admin: &Person) -> String {
    admin.presses("Export");
    file_in(admin, &admin.reads().await).1
}

#[tokio::test]
async fn a_file_is_previewed_and_applied_and_only_those_on_it_come_in() {
    let Staged { scene, group, ada, bob } = Staged::start().await;
    ada.types("/roster");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    Roster: empty

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    ada.presses("Send a file");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Send me the roster as a CSV file. Use the paper clip, and send it as a file, not as text.

    • one address a line, in the first column: nora@example.org or +49 151 23456789
    • up to 10000 lines; other columns are left alone
    • from a spreadsheet: save it as CSV (UTF-8)

    I show you first what would change. Nobody is removed by a file.
    [⬅️ Back]
    ");
    let csv = "e-mail,name\nnora@example.org,Nora\n\"+49 151 23456789\",\"Olaf, the second\"\nNORA@example.org,again\n";
    assert_snapshot!(sends(&ada, csv).await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    Shall I put this on the roster?

    • new: 2
    • there already: 0
    • twice in the file: 1

    Every line is all right. Nobody is removed; nothing has changed yet.
    [✅ Add 2]
    [Cancel]
    ");
    ada.presses("Add 2");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    2 addresses are on the roster now.

    Roster: 2 addresses

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    ada.presses("Only who is on the roster");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Saved.

    Roster: 2 addresses

    Only these addresses may pass, each for as many accounts as you allow.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☑ Only who is on the roster]
    [⬅️ Overview]
    ---
    Rust Berlin

    ✅ I see nothing that is set up wrongly.

    Other admins’ invite links I cannot see. But I notice when somebody comes in by one that asks nobody.

    Looked at 12:00:00 UTC.
    [🔄 Check again]
    ");
    ada.types("/roster");
    ada.reads().await;
    ada.presses("List");
    let list = ada.reads().await.to_string();
    assert!(list.contains("• n•••a@example.org") && list.contains("• +49"), "{list}");
    assert!(!list.contains("nora@"), "{list}");
    ada.presses("Back");
    ada.reads().await;

    // Mia is not on it, and hears so only after proving her address.
    let mia = scene.at_the_door("Mia").await;
    let told = proves(&scene, &mia, "mia@example.org").await;
    assert_snapshot!(told, @r"
    Rust Berlin

    The code was right, but m•••@example.org is not among the addresses that this group expects. Please give me another one of yours; this costs you no try.
    [💬 By SMS]
    [🙋 Ask an admin]
    [Cancel]
    ");
    assert!(!mia.is_member());
    let nora = scene.at_the_door("Nora").await;
    proves(&scene, &nora, "nora@example.org").await;
    assert!(nora.is_member());

    ada.presses("Export");
    let lines = ada.reads().await;
    assert_snapshot!(lines, @r"
    (file roster.csv)
    ---
    (edited) Rust Berlin

    The roster with its 2 addresses comes as a file. The addresses in it are in full: please keep it safe. That you took it is in the log.

    Roster: 2 addresses

    Only these addresses may pass, each for as many accounts as you allow.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☑ Only who is on the roster]
    [⬅️ Overview]
    ");
    let (name, csv) = file_in(&ada, &lines);
    assert_eq!(name, "roster.csv");
    let mut rows: Vec<&str> = csv.lines().collect();
    rows[1..].sort_unstable();
    assert_snapshot!(rows.join("\n").replace(&nora.id().to_string(), "‹Nora›"), @r"
    address,admitted
    '+4915123456789,
    nora@example.org,‹Nora›
    ");
    bob.hears_nothing().await;
    assert_eq!(group.bot_posts(), [], "the group heard of it");
    let kept = scene.kept_bytes();
    for secret in ["nora@example.org", "Olaf, the second", "15123456789"] {
        let found = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is on the disk");
    }
    scene.ends().await;
}

#[tokio::test]
async fn one_bad_line_and_nothing_is_taken() {
    let Staged { scene, ada, .. } = Staged::start().await;
    let csv = "nora@example.org\nnobody\n+49 30 123456\n\nolaf@example.org\n=1+1\n";
    assert_snapshot!(sends(&ada, csv).await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    Nothing was changed: some lines of your file hold no address that I can read. Please mend these and send the file again:

    • line 2: neither an e-mail address nor a phone number with its dial code
    • line 3: this number cannot receive SMS
    • line 6: neither an e-mail address nor a phone number with its dial code

    The other 2 lines are all right.
    [⬅️ Back]
    ");
    ada.presses("Back");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Roster: empty

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn files_that_are_none() {
    let Staged { scene, ada, .. } = Staged::start().await;
    assert_snapshot!(sends(&ada, "\n\n").await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    There is no address in this file: each line needs one, in the first column.
    [⬅️ Back]
    ");
    ada.sends_file("picture.png", &[0x89, b'P', b'N', b'G', 0, 0, 0xff, 0xfe]);
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    This is no text file. Please save the spreadsheet as CSV (UTF-8) and send that.
    [⬅️ Back]
    ");
    let mut long = String::new();
    for n in 0..10_001 {
        writeln!(long, "u{n}@example.org").expect("memory");
    }
    assert_snapshot!(sends(&ada, &long).await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    This file has more than 10000 lines, so I have taken none. Please send it in parts.
    [⬅️ Back]
    ");
    let large = vec![b'a'; 3 * 1024 * 1024];
    ada.sends_file("large.csv", &large);
    assert_snapshot!(ada.reads().await, @"This file is larger than 2 MB, so I have not read it. Please send a CSV file with the addresses alone.");
    scene.world.telegram.fails_next("getFile", Fault::bad_request("wrong file_id"));
    assert_snapshot!(sends(&ada, "nora@example.org").await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    Telegram has not given me your file. Please send it again.
    [⬅️ Back]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn ten_thousand_lines_in_one_go() {
    let Staged { mut scene, ada, .. } = Staged::start().await;
    let mut csv = String::new();
    for n in 0..10_000 {
        writeln!(csv, "person{n}@example.org;whatever").expect("memory");
    }
    assert_snapshot!(sends(&ada, &csv).await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    Shall I put this on the roster?

    • new: 10000
    • there already: 0
    • twice in the file: 0

    Every line is all right. Nobody is removed; nothing has changed yet.
    [✅ Add 10000]
    [Cancel]
    ");
    ada.presses("Add 10");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    10000 addresses are on the roster now.

    Roster: 10000 addresses

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    scene.restarts_bot().await;
    assert_snapshot!(sends(&ada, &csv).await, @r"
    Rust Berlin

    I am reading your file. One moment, please.
    [Cancel]
    ---
    Rust Berlin

    All 10000 addresses in this file are on the roster already: there is nothing to change.
    [⬅️ Back]
    ");
    ada.presses("Back");
    ada.reads().await;
    let exported = exports(&ada).await;
    assert_eq!(exported.lines().count(), 10_001);
    for n in [0, 4_711, 9_999] {
        assert!(exported.contains(&format!("person{n}@example.org")), "{n}");
    }
    // What was exported can be sent again.
    assert!(sends(&ada, &exported).await.to_string().contains("All 10000 addresses"));
    scene.ends().await;
}

#[tokio::test]
async fn typed_by_hand() {
    let Staged { scene, ada, .. } = Staged::start().await;
    ada.types("/roster");
    ada.reads().await;
    ada.presses("➕ Add");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Which addresses shall go onto the roster? Please type one or several, apart by commas or lines.
    [⬅️ Back]
    ");
    ada.types("nora@example.org, olaf@example.org\n+49 151 23456789");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    3 addresses are on the roster now.

    Roster: 3 addresses

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    ada.presses("➕ Add");
    ada.reads().await;
    ada.types("mia@example.org, nobody");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    Nothing was changed, because I cannot take this:

    • nobody: neither an e-mail address nor a phone number with its dial code

    Which addresses shall go onto the roster? Please type one or several, apart by commas or lines.
    [⬅️ Back]
    ");
    ada.types("mia@example.org, nora@example.org");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    1 address is on the roster now. 1 was there already.

    Roster: 4 addresses

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    ada.presses("Remove");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Which addresses shall go off the roster? Please type one or several, apart by commas or lines. Whoever came in by one of them stays in the group.
    [⬅️ Back]
    ");
    ada.types("Nora@example.org olga@example.org");
    assert_snapshot!(ada.reads().await, @r"
    Rust Berlin

    1 address is off the roster. 1 was not on it.

    Roster: 3 addresses

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [📋 List] [💾 Export]
    [🗑 Empty it]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    ada.presses("Empty it");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    Shall I remove all 3 addresses from the roster? This cannot be taken back; whoever is in the group stays.
    [Yes] [No]
    ");
    ada.presses("No");
    ada.reads().await;
    ada.presses("Empty it");
    ada.reads().await;
    ada.presses("Yes");
    assert_snapshot!(ada.reads().await, @r"
    (edited) Rust Berlin

    The roster is empty: 3 addresses are gone.

    Roster: empty

    It is not required (default): other addresses may pass, too. With the last button only these may.

    You can also just send me a CSV file.
    [📄 Send a file]
    [➕ Add] [➖ Remove]
    [☐ Only who is on the roster]
    [⬅️ Overview]
    ");
    scene.ends().await;
}

#[tokio::test]
async fn taken_off_the_roster_in_the_middle_they_come_no_further() {
    let Staged { scene, ada, .. } = Staged::start().await;
    sends(&ada, "nora@example.org\nmia@example.org\n").await;
    ada.presses("Add 2");
    ada.reads().await;
    ada.presses("Only who is on the roster");
    ada.reads().await;
    let nora = scene.past_the_password("Nora").await;
    ada.types("/roster");
    ada.reads().await;
    ada.presses("Remove");
    ada.reads().await;
    ada.types("nora@example.org");
    ada.reads().await;
    proves_address(&scene, &nora, "nora@example.org").await;
    assert!(!nora.is_member());
    scene.ends().await;
}

#[tokio::test]
async fn an_exported_file_does_no_harm_in_a_spreadsheet() {
    let Staged { scene, ada, .. } = Staged::start().await;
    sends(&ada, "=cmd@example.org\n-formula@example.org\n+49 151 23456789\n").await;
    ada.presses("Add 3");
    ada.reads().await;
    let csv = exports(&ada).await;
    for cell in csv.lines().flat_map(|line| line.split(',')) {
        let bare = cell.trim_matches('"');
        assert!(!bare.starts_with(['=', '-', '+', '@']), "{csv}");
    }
    scene.ends().await;
}
