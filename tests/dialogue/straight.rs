//! The straight ways in.

use insta::assert_snapshot;

use crate::scene::{PASSWORD, Scene};

#[tokio::test]
async fn nora_comes_in_by_email() {
    let scene = Scene::start().await;
    let nora = scene.world.person("Nora");
    nora.requests_to_join();
    assert_snapshot!(nora.reads().await, @"");
    let typed = nora.types(PASSWORD);
    assert_snapshot!(nora.reads().await, @"");
    assert!(!nora.sees_message(typed), "the password is still to be seen");
    nora.presses("E-mail");
    assert_snapshot!(nora.reads().await, @"");
    let typed = nora.types("nora@example.org");
    assert_snapshot!(nora.reads().await, @"");
    assert!(!nora.sees_message(typed), "the address is still to be seen");
    nora.presses("Send the code");
    assert_snapshot!(nora.reads().await, @"");
    let mail = scene.world.mail_for("nora@example.org").await;
    nora.types(mail.code(6));
    assert_snapshot!(nora.reads().await, @"");
    assert!(nora.is_member());
    assert_snapshot!(nora.chat_transcript(), @"");
    scene.ends().await;
}
