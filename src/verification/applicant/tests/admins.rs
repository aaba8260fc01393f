//! Labelled passwords, who may pass, the three modes, and what admins do: case by case.

use std::time::Duration;

use super::group::{ADMIN, MEMBER, Scene};
use super::*;
use crate::verification::event::Act;

const HOUR: Duration = Duration::from_secs(60 * 60);
const NORA: &str = "nora@example.org";

fn two_passwords(gate: &mut Gate) {
    let before = &gate.passwords[0];
    let limited = Password { label: "flyer".to_owned(), uses: Some(2), ..before.clone() };
    gate.passwords.push(limited);
}

fn restrict(gate: &mut Gate) {
    gate.mode = Mode::Restrict { remove_after: Some(24 * HOUR) };
}

fn personal(gate: &mut Gate) {
    gate.mode = Mode::PersonalLink;
}

fn locked_out(scene: &mut Scene) {
    scene.asks_to_join();
    for _ in 0..3 {
        scene.types("shut sesame");
    }
    assert!(matches!(scene.said.last(), Some(Text::Locked { .. })), "{:?}", scene.said);
}

// Passwords.

#[test]
fn a_password_is_counted_once_for_each_person() {
    let mut scene = Scene::new(two_passwords);
    scene.asks_to_join();
    scene.types("flyer");
    assert!(scene.decisions.contains(&Decision::RightPassword { label: "flyer".into() }));
    scene.commands("cancel");
    scene.asks_to_join();
    scene.types("flyer");
    scene.commands("cancel");
    scene.asks_to_join();
    scene.types("members");
    assert_eq!((scene.uses("flyer"), scene.uses("members")), (1, 1));
}

#[test]
fn a_password_that_is_used_up_opens_only_to_those_who_used_it() {
    let mut scene = Scene::new(two_passwords);
    scene.asks_to_join();
    scene.uses_up("flyer", 1);
    scene.types("flyer");
    assert_eq!(scene.uses("flyer"), 2);
    scene.commands("cancel");
    scene.asks_to_join();
    scene.types("flyer");
    assert_eq!(scene.applicant().stage, Stage::Address { channel: Channel::Email });

    let mut late = Scene::new(two_passwords);
    late.uses_up("flyer", 2);
    late.asks_to_join();
    late.types("flyer");
    assert_eq!(late.applicant().stage, Stage::Password);
    assert_eq!(late.applicant().tally.wrong_passwords, 1);
}

#[test]
fn a_gate_without_a_live_password_lets_nobody_guess() {
    let mut scene = Scene::new(two_passwords);
    let now = scene.now;
    for password in &mut scene.gate().passwords {
        password.expires = Some(now);
    }
    scene.asks_to_join();
    scene.hears(&Text::GateClosed);
    assert!(scene.offers(crate::verification::applicant::Action::AskAdmin));
    for _ in 0..5 {
        scene.types("members");
        scene.hears(&Text::GateClosed);
    }
    assert_eq!(scene.applicant().tally, Tally::default());
    // A new one, and they go on where they are.
    scene.gate().passwords[0].expires = None;
    scene.types("members");
    assert_eq!(scene.applicant().stage, Stage::Address { channel: Channel::Email });
}

#[test]
fn taking_a_password_away_throws_nobody_out_who_is_past_it() {
    let mut scene = Scene::new(|_| ());
    scene.asks_to_join();
    scene.types("members");
    scene.gate().passwords.clear();
    scene.types(NORA);
    assert!(scene.presses(Action::Send));
    scene.settles();
    scene.types_code();
    scene.settles();
    assert!(scene.member);
}

// Who may pass.

#[test]
fn a_blocked_domain_is_refused_when_it_is_typed() {
    let mut scene =
        Scene::new(|gate| gate.addresses.blocked_domains = vec!["@x.example.org".into()]);
    scene.asks_to_join();
    scene.types("members");
    scene.types("nora@x.example.org");
    scene.hears(&Text::EmailDomainBlocked);
    scene.types("nora@y.example.org");
    assert!(matches!(scene.applicant().stage, Stage::Confirm { .. }));
    // Blocked between typing and sending.
    scene.gate().addresses.blocked_domains = vec!["@*.example.org".into()];
    assert!(scene.presses(Action::Send));
    scene.hears(&Text::EmailDomainBlocked);
    assert!(scene.letters.is_empty());
    assert_eq!(scene.applicant().tally, Tally::default());
}

#[test]
fn the_roster_is_spoken_of_only_after_the_right_code() {
    let mut on = Scene::new(|gate| gate.addresses.roster = true);
    on.roster.insert(on.key(NORA));
    let mut off = Scene::new(|gate| gate.addresses.roster = true);
    for scene in [&mut on, &mut off] {
        scene.asks_to_join();
        scene.types("members");
        scene.types(NORA);
        assert!(scene.presses(Action::Send));
        scene.settles();
        scene.types("not a code");
    }
    assert_eq!(on.said, off.said, "the two can be told apart before the code");
    on.types_code();
    on.settles();
    assert!(on.member);
    off.types_code();
    off.settles();
    assert!(!off.member);
    off.hears(&Text::NotOnRoster { masked: "n•••a@example.org".into() });
    assert_eq!(off.applicant().stage, Stage::Address { channel: Channel::Email });
    assert_eq!(off.applicant().tally, Tally::default());
    assert!(off.holders.values().all(std::collections::BTreeSet::is_empty));
}

#[test]
fn an_address_admits_so_many_accounts_and_its_own_again() {
    let mut scene = Scene::new(|_| ());
    let key = scene.key(NORA);
    scene.holders.entry(key).or_default().insert(MEMBER);
    scene.asks_to_join();
    scene.passes_with("members", "N.ora+x@example.org".replace("N.ora", "nora").as_str());
    scene.settles();
    assert!(!scene.member);
    scene.hears(&Text::AddressTaken { masked: "n•••x@example.org".into() });
    scene.gate().addresses.accounts = 2;
    scene.passes(HOUR);
    scene.types(NORA);
    assert!(scene.presses(Action::Send));
    scene.settles();
    scene.types_code();
    scene.settles();
    assert!(scene.member && scene.holders[&key].contains(&USER));
    // Leaving keeps the address; coming back by it is no conflict.
    scene.leaves();
    assert!(scene.holders[&key].contains(&USER));
    scene.gate().addresses.accounts = 1;
    scene.holders.entry(key).or_default().remove(&MEMBER);
    scene.passes(HOUR);
    scene.asks_to_join();
    scene.passes_with("members", NORA);
    scene.settles();
    assert!(scene.member);
}

#[test]
fn an_address_is_taken_before_the_group_is_opened() {
    let mut scene = Scene::new(|_| ());
    let key = scene.key(NORA);
    scene.asks_to_join();
    scene.passes_with("members", NORA);
    // The approval is on its way, and nobody else can come in by this address meanwhile.
    assert!(scene.holders[&key].contains(&USER) && !scene.member);
    scene.commands("cancel");
    scene.passes(25 * HOUR);
    assert!(!scene.holders[&key].contains(&USER), "nobody came in by it");
}

#[test]
fn stricter_rules_count_at_once_and_new_limits_only_for_the_next() {
    let mut scene = Scene::new(|_| ());
    scene.rights = false;
    scene.asks_to_join();
    scene.passes_with("members", NORA);
    scene.settles();
    assert_eq!(scene.applicant().stage, Stage::Admitting);
    scene.gate().addresses.roster = true;
    scene.mends_rights();
    scene.settles();
    assert!(!scene.member);
    scene.hears(&Text::NotOnRoster { masked: "n•••a@example.org".into() });

    let mut scene = Scene::new(|_| ());
    scene.asks_to_join();
    scene.gate().limits.password_attempts = 1;
    scene.types("shut sesame");
    scene.hears(&Text::WrongPassword { left: 2 });
    scene.commands("cancel");
    scene.asks_to_join();
    scene.types("shut sesame");
    assert!(matches!(scene.said.last(), Some(Text::Locked { .. })));
}

// The modes.

#[test]
fn in_personal_link_mode_only_their_own_link_lets_in() {
    let mut scene = Scene::new(personal);
    scene.asks_to_join();
    scene.hears(&Text::OnlyByPersonalLink);
    // Not before they can be written to without it.
    scene.settles();
    assert!(scene.requested);
    scene.types("members");
    scene.settles();
    assert!(!scene.requested);
    scene.types(NORA);
    assert!(scene.presses(Action::Send));
    scene.settles();
    scene.types_code();
    scene.settles();
    scene.hears(&Text::PersonalLink { link: "https://t.me/+own".into() });
    scene.asks_to_join();
    scene.settles();
    assert!(scene.member);
}

#[test]
fn a_request_that_does_not_count_is_declined_after_five_minutes_of_silence() {
    let mut scene = Scene::new(personal);
    scene.asks_to_join();
    scene.passes(Duration::from_secs(5 * 60));
    scene.settles();
    assert!(!scene.requested);
    assert_eq!(scene.applicant().stage, Stage::Password);
}

#[test]
fn whoever_joins_unasked_is_muted_and_freed_on_passing() {
    let mut scene = Scene::new(restrict);
    scene.joins(USER);
    scene.settles();
    assert!(scene.muted);
    assert_eq!(scene.noticed(&Notice::Muted), 1);
    assert!(scene.said.is_empty(), "they may not be written to");
    let token = scene.token(USER);
    scene.starts(Some(&token));
    scene.passes_with("members", NORA);
    scene.settles();
    scene.hears(&Text::Freed);
    assert!(scene.member && !scene.muted);
    assert_eq!(scene.noticed(&Notice::MuteOver), 1);
    assert!(matches!(scene.applicant().stage, Stage::Admitted { joined: true, .. }));
    assert!(scene.holders[&scene.key(NORA)].contains(&USER));
    // Their time being over means nothing any more.
    scene.passes(25 * HOUR);
    scene.settles();
    assert!(scene.member);
}

#[test]
fn somebody_elses_button_is_told_apart() {
    let mut scene = Scene::new(restrict);
    let token = scene.token(MEMBER);
    scene.starts(Some(&token));
    scene.settles();
    scene.hears(&Text::ButtonOfSomebodyElse);
    assert_eq!(scene.applicant().stage, Stage::Password);
}

#[test]
fn whoever_does_not_pass_in_time_is_removed_and_may_come_again() {
    let mut scene = Scene::new(restrict);
    scene.joins(USER);
    scene.settles();
    scene.starts(None);
    scene.settles();
    scene.passes(23 * HOUR);
    scene.settles();
    assert!(scene.member);
    scene.passes(HOUR);
    scene.settles();
    assert!(!scene.member);
    scene.hears(&Text::RemovedInTime { time: 24 * HOUR });
    assert_eq!(scene.noticed(&Notice::MuteOver), 1);
    scene.joins(USER);
    scene.settles();
    assert!(scene.muted);
}

#[test]
fn admins_let_in_by_hand_and_members_do_not() {
    let mut scene = Scene::new(restrict);
    scene.joins(ADMIN);
    scene.settles();
    assert!(scene.member && !scene.muted);
    assert_eq!(scene.applicant().stage, Stage::Member);

    let mut scene = Scene::new(restrict);
    scene.joins(MEMBER);
    scene.settles();
    assert!(scene.muted);
}

#[test]
fn in_the_other_modes_a_link_that_asks_nobody_is_only_reported() {
    let mut scene = Scene::new(|_| ());
    scene.joins(USER);
    scene.settles();
    assert!(matches!(scene.notices[..], [Notice::CameBy(_)]));
    assert!(!scene.muted);
}

// Rights lost.

#[test]
fn without_rights_they_keep_their_place_and_come_in_by_themselves() {
    let mut scene = Scene::new(|_| ());
    scene.rights = false;
    scene.asks_to_join();
    scene.passes_with("members", NORA);
    scene.settles();
    scene.hears(&Text::AdmissionNoRights);
    scene.passes(72 * HOUR);
    assert!(scene.presses(Action::TryAgain));
    scene.settles();
    assert_eq!(scene.noticed(&Notice::Stuck), 2, "once for each try of theirs");
    scene.mends_rights();
    scene.settles();
    // The request is too old by now.
    scene.hears(&Text::PersonalLink { link: "https://t.me/+own".into() });
}

#[test]
fn muting_freeing_and_removing_wait_for_rights() {
    let mut scene = Scene::new(restrict);
    scene.rights = false;
    scene.joins(USER);
    scene.settles();
    assert!(!scene.muted);
    assert_eq!(scene.notices, [Notice::Stuck]);
    scene.mends_rights();
    scene.settles();
    assert!(scene.muted);
    scene.rights = false;
    scene.passes(24 * HOUR);
    scene.settles();
    assert!(scene.member);
    assert_eq!(scene.noticed(&Notice::Stuck), 2);
    scene.mends_rights();
    scene.settles();
    assert!(!scene.member);
}

// Admins step in.

#[test]
fn approving_an_open_request_lets_in_and_is_remembered() {
    let mut scene = Scene::new(|_| ());
    locked_out(&mut scene);
    scene.steps_in(Act::Approve, ADMIN);
    assert_eq!(scene.done(), [], "nothing has come of it yet");
    scene.settles();
    assert!(scene.member);
    scene.hears(&Text::Admitted);
    assert_eq!(scene.done(), [(Act::Approve, ADMIN, ActResult::Done)]);
    assert_eq!(scene.applicant().tally, Tally::default());
    scene.leaves();
    scene.asks_to_join();
    scene.settles();
    assert!(scene.member, "they are not asked again");
    scene.hears(&Text::Admitted);
}

#[test]
fn approving_a_stranger_sends_a_link_and_a_member_nothing() {
    let mut scene = Scene::new(|_| ());
    scene.steps_in(Act::Approve, ADMIN);
    scene.settles();
    scene.hears(&Text::PersonalLink { link: "https://t.me/+own".into() });
    scene.asks_to_join();
    scene.settles();
    assert!(scene.member);
    scene.steps_in(Act::Approve, ADMIN);
    scene.settles();
    let mut unknown = Scene::new(|_| ());
    unknown.member = true;
    unknown.steps_in(Act::Approve, ADMIN);
    unknown.settles();
    assert!(unknown.said.is_empty());
    let results = [ActResult::LinkSent, ActResult::Nothing, ActResult::Nothing];
    let done: Vec<_> = scene.done().into_iter().chain(unknown.done()).map(|(.., r)| r).collect();
    assert_eq!(done, results);
}

#[test]
fn approving_the_muted_frees_them() {
    let mut scene = Scene::new(restrict);
    scene.joins(USER);
    scene.settles();
    scene.steps_in(Act::Approve, ADMIN);
    scene.settles();
    assert!(scene.member && !scene.muted);
    assert_eq!(scene.done(), [(Act::Approve, ADMIN, ActResult::Done)]);
    scene.leaves();
    scene.joins(USER);
    scene.settles();
    assert!(!scene.muted, "the approval is remembered");
}

#[test]
fn approving_without_rights_is_refused_and_made_up_for() {
    let mut scene = Scene::new(|_| ());
    scene.asks_to_join();
    scene.rights = false;
    scene.steps_in(Act::Approve, ADMIN);
    scene.settles();
    let refused = ActResult::Refused(AdmissionOutcome::NoRights);
    assert_eq!(scene.done(), [(Act::Approve, ADMIN, refused)]);
    scene.mends_rights();
    scene.settles();
    assert!(scene.member);
    assert_eq!(scene.done().len(), 1);
}

#[test]
fn declining_ends_the_dialogue_and_the_request() {
    let mut scene = Scene::new(|_| ());
    scene.asks_to_join();
    scene.types("members");
    scene.steps_in(Act::Decline, ADMIN);
    scene.settles();
    scene.hears(&Text::Declined);
    assert!(!scene.requested);
    assert_eq!(scene.applicant().stage, Stage::New);
    scene.steps_in(Act::Decline, ADMIN);
    scene.settles();
    let done: Vec<_> = scene.done().into_iter().map(|(.., result)| result).collect();
    assert_eq!(done, [ActResult::Done, ActResult::Nothing]);
}

#[test]
fn declining_overtakes_an_approval_that_is_on_its_way() {
    let mut scene = Scene::new(|_| ());
    scene.asks_to_join();
    scene.steps_in(Act::Approve, ADMIN);
    scene.steps_in(Act::Decline, MEMBER);
    scene.settles();
    assert!(!scene.member);
    let done = [(Act::Approve, ADMIN, ActResult::Nothing), (Act::Decline, MEMBER, ActResult::Done)];
    assert_eq!(scene.done(), done);
    // And the approval is withdrawn.
    scene.asks_to_join();
    scene.settles();
    assert!(!scene.member);
}

#[test]
fn declining_the_muted_removes_them() {
    let mut scene = Scene::new(restrict);
    scene.joins(USER);
    scene.settles();
    scene.starts(None);
    scene.settles();
    scene.steps_in(Act::Decline, ADMIN);
    scene.settles();
    assert!(!scene.member);
    scene.hears(&Text::Declined);
    assert_eq!(scene.done(), [(Act::Decline, ADMIN, ActResult::Done)]);
    assert_eq!(scene.noticed(&Notice::MuteOver), 1);
}

#[test]
fn unlocking_forgets_the_wrong_tries_and_asks_again() {
    let mut scene = Scene::new(|_| ());
    locked_out(&mut scene);
    scene.said.clear();
    scene.steps_in(Act::Unlock, ADMIN);
    assert_eq!(scene.said, [Text::Unlocked, Text::AskPassword { tries: 3 }]);
    scene.steps_in(Act::Unlock, ADMIN);
    let done: Vec<_> = scene.done().into_iter().map(|(.., result)| result).collect();
    assert_eq!(done, [ActResult::Done, ActResult::Nothing]);
}

#[test]
fn unlocking_opens_after_the_hard_stop_too() {
    let mut scene = Scene::new(|gate| gate.limits.hard_stop = 3);
    scene.asks_to_join();
    for _ in 0..3 {
        scene.types("shut sesame");
    }
    scene.hears(&Text::HardStopped);
    assert!(scene.offers(Action::AskAdmin));
    scene.steps_in(Act::Unlock, ADMIN);
    scene.types("members");
    assert_eq!(scene.applicant().stage, Stage::Address { channel: Channel::Email });
}

#[test]
fn revoking_takes_everything_back() {
    let mut scene = Scene::new(|_| ());
    scene.asks_to_join();
    scene.passes_with("members", NORA);
    scene.settles();
    let key = scene.key(NORA);
    assert!(scene.member && scene.holders[&key].contains(&USER));
    scene.rights = false;
    scene.steps_in(Act::Revoke, ADMIN);
    scene.settles();
    assert!(scene.holders[&key].contains(&USER), "still in, so the address is still theirs");
    scene.rights = true;
    scene.steps_in(Act::Revoke, ADMIN);
    scene.settles();
    assert!(!scene.member && !scene.holders[&key].contains(&USER));
    scene.hears(&Text::Revoked);
    scene.steps_in(Act::Revoke, ADMIN);
    scene.settles();
    let done: Vec<_> = scene.done().into_iter().map(|(.., result)| result).collect();
    let refused = ActResult::Refused(AdmissionOutcome::NoRights);
    assert_eq!(done, [refused, ActResult::Done, ActResult::Nothing]);
    scene.asks_to_join();
    assert_eq!(scene.applicant().stage, Stage::Password, "they are asked again");
}

#[test]
fn revoking_finds_members_whom_the_bot_never_saw() {
    let mut scene = Scene::new(|_| ());
    scene.member = true;
    scene.steps_in(Act::Revoke, ADMIN);
    scene.settles();
    assert!(!scene.member);
    assert_eq!(scene.done(), [(Act::Revoke, ADMIN, ActResult::Done)]);
}

// Asking an admin.

#[test]
fn asking_is_answered_once_and_only_so_often_a_day() {
    let mut scene = Scene::new(|_| ());
    locked_out(&mut scene);
    for _ in 0..3 {
        scene.said.clear();
        assert!(scene.presses(Action::AskAdmin));
        scene.hears(&Text::AskedAdmin);
        scene.commands("admin");
        scene.hears(&Text::AskedAdminAlready);
        scene.steps_in(Act::Unlock, ADMIN);
        for _ in 0..3 {
            scene.types("shut sesame");
        }
    }
    scene.commands("admin");
    scene.hears(&Text::NoMoreAsksToday);
    let wanted =
        Notice::HelpWanted { at: HelpStep::Locked, wrong: 3, masked: None, turned_back: None };
    assert_eq!(scene.noticed(&wanted), 3);
    assert_eq!(scene.noticed(&Notice::HelpOver), 3);
    scene.passes(24 * HOUR);
    scene.starts(None);
    scene.commands("admin");
    scene.hears(&Text::AskedAdmin);
    scene.commands("cancel");
    assert_eq!(scene.noticed(&Notice::HelpOver), 4);
}

#[test]
fn where_nobody_is_there_nobody_can_be_asked() {
    let mut scene = Scene::new(|gate| gate.attended = false);
    scene.commands("admin");
    scene.hears(&Text::NobodyToAsk);
    locked_out(&mut scene);
    assert!(!scene.offers(Action::AskAdmin));
    scene.commands("admin");
    scene.hears(&Text::NobodyToAsk);
    assert!(scene.notices.is_empty());
}
