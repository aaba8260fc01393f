//! The same thing twice, many things at once, and numbers that jump.

use countersign::sandbox::Person;
use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene};

/// How often each different line was read, without the group's title.
fn tally(lines: &[countersign::sandbox::Line]) -> String {
    let mut seen: Vec<(String, u32)> = Vec::new();
    for line in lines {
        let text = line.text().split("\n\n").nth(1).unwrap_or_default().to_owned();
        match seen.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => seen.push((text, 1)),
        }
    }
    seen.iter().map(|(text, count)| format!("{count} × {text}")).collect::<Vec<_>>().join("\n")
}

/// Six digits that are not `code`.
fn not(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}

#[tokio::test]
async fn an_update_that_comes_twice_counts_once() {
    let scene = Scene::start().await;
    let again = || assert!(scene.world.delivers_again());
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    again();
    assert_eq!(nora.reads().await.len(), 1);
    again();
    nora.hears_nothing().await;

    nora.types("shut sesame");
    again();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    That is not the password. You have 2 tries left. Please type it again.
    ");
    again();
    nora.hears_nothing().await;

    nora.types(PASSWORD);
    again();
    assert_eq!(nora.reads().await.len(), 1);
    nora.presses("By e-mail");
    nora.reads().await;
    nora.types(&nora.email());
    again();
    assert_eq!(nora.reads().await.len(), 1);
    nora.presses("Send the code");
    again();
    nora.reads().await;
    let mail = scene.world.mail_for(&nora.email()).await;
    nora.types(mail.code(6));
    again();
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Welcome! The door is open: you are in the group now.
    ");
    assert_eq!(scene.world.smtp.mails().len(), 1, "more than one mail was sent");
    scene.ends().await;
}

#[tokio::test]
async fn an_update_that_comes_again_after_a_restart_counts_once() {
    let mut scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    nora.types("shut sesame");
    nora.reads().await;
    scene.stops_bot().await;
    assert!(scene.world.delivers_again());
    scene.starts_bot().await;
    nora.hears_nothing().await;
    nora.types("shut sesame");
    assert!(nora.reads().await.to_string().contains("1 try left"));
    scene.ends().await;
}

#[tokio::test]
async fn update_ids_that_jump_lose_nothing() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    for (id, left) in [(5, "2 tries left"), (2_000_000_000, "1 try left")] {
        scene.world.update_ids_continue_at(id);
        nora.types("shut sesame");
        let answer = nora.reads().await.to_string();
        assert!(answer.contains(left), "{answer}");
    }
    scene.world.update_ids_continue_at(1);
    nora.types(PASSWORD);
    assert!(nora.reads().await.to_string().contains("How may I send you your code?"));
    scene.ends().await;
}

#[tokio::test]
async fn of_fifty_wrong_passwords_at_once_three_are_compared() {
    let scene = Scene::start().await;
    let nora = scene.at_the_door("Nora").await;
    let typed: Vec<i32> = (0..50).map(|n| nora.types(&format!("sesame {n}"))).collect();
    nora.types(PASSWORD);
    assert_snapshot!(tally(&nora.reads().await), @r"
    1 × That is not the password. You have 2 tries left. Please type it again.
    1 × That is not the password. You have 1 try left. Please type it again.
    1 × There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.
    ");
    assert!(!typed.iter().any(|id| nora.sees_message(*id)), "some are still to be seen");
    scene.passes(std::time::Duration::from_secs(5 * 60));
    nora.types("shut sesame");
    assert!(nora.reads().await.to_string().contains("2 tries left"), "more were counted");
    scene.ends().await;
}

#[tokio::test]
async fn of_fifty_guesses_at_a_code_three_are_compared() {
    let scene = Scene::start().await;
    let (nora, code) = scene.with_a_code("Nora").await;
    for _ in 0..50 {
        nora.types(&not(&code));
    }
    nora.types(&code);
    assert_snapshot!(tally(&nora.reads().await), @r"
    1 × That is not the code. You have 2 tries left.
    1 × That is not the code. You have 1 try left.
    1 × There were too many wrong tries, so the door stays closed for now. You can try again in 5 minutes.
    ");
    assert!(!nora.is_member(), "a right guess was taken while locked");

    // The lock has ended the code too.
    scene.passes(std::time::Duration::from_secs(5 * 60));
    nora.types(&code);
    assert_snapshot!(nora.reads().await, @r"
    Rust Berlin

    Shall I send a new code to n•••a@example.org?
    [Send a new code]
    [Other address] [Cancel]
    ");
    assert!(!nora.is_member());
    let fresh = asks_for_another(&scene, &nora).await;
    nora.types(&not(&fresh));
    assert!(nora.reads().await.to_string().contains("2 tries left"), "more were counted");
    nora.types(&fresh);
    nora.reads().await;
    assert!(nora.is_member());
    scene.ends().await;
}

async fn asks_for_another(scene: &Scene, person: &Person) -> String {
    person.presses("Send a new code");
    person.reads().await;
    scene.world.mail_for(&person.email()).await.code(6).to_owned()
}

#[tokio::test]
async fn many_people_at_once_do_not_stand_in_each_others_way() {
    let scene = Scene::start().await;
    let people: Vec<Person> = (0..20).map(|n| scene.world.person(&format!("Person{n}"))).collect();
    for person in &people {
        person.requests_to_join();
    }
    for person in &people {
        person.reads().await;
        person.types("shut sesame");
    }
    for person in &people {
        assert!(person.reads().await.to_string().contains("2 tries left"));
    }
    scene.ends().await;
}
