//! Ways in: one-use links, the bot's coming into a group, lists of groups, picking one.

use std::time::Duration;

use super::Input;
use super::log_chat;
use super::state::{Goal, Screen};
use super::text::{PanelLabel, PanelText};
use super::turn::{Key, Turn};
use super::visit::Visit;
use super::word::{Away, Word};
use crate::administration::desk;
use crate::administration::detail::Detail;
use crate::administration::effect::{Button, Does, Keyboard, Pick, Tag};
use crate::administration::outcome::{Change, Message};
use crate::administration::press::Press;
use crate::administration::staff::Rank;
use crate::administration::text::Label;
use crate::verification::code::{Invitation, ReadInvitation};
use crate::verification::{ChatId, GateId};

/// How long an enrolment link lives.
const ENROLMENT: Duration = Duration::from_secs(24 * 60 * 60);

/// The number of the keyboard that picks a group to gate.
pub(super) const PICK_GROUP: i32 = 1;
/// The number of its other key, for groups that the bot is in.
const PICK_OWN_GROUP: i32 = 3;
/// The number of the keyboard that picks a log chat.
pub(super) const PICK_LOG: i32 = 2;
/// The number of its other key, for channels.
pub(super) const PICK_LOG_CHANNEL: i32 = 4;

/// Whether a chat was picked for the log.
pub(super) fn is_for_log(request: i32) -> bool {
    request == PICK_LOG || request == PICK_LOG_CHANNEL
}

/// `/start` alone, or with a parameter of this room.
pub(super) fn started(turn: &mut Turn<'_, '_>, parameter: &str, input: &Input) {
    if parameter.is_empty() {
        return home(turn);
    }
    if let Some(gate) = turn.facts.keys.read_setup(parameter) {
        return look_up_if_known(turn, gate, input);
    }
    match turn.facts.keys.read_invitation(parameter) {
        Some(invitation) => invited(turn, parameter, invitation),
        None => turn.tell(PanelText::LinkForged),
    }
}

/// What they look after, and where all the rest is.
pub(super) fn home(turn: &mut Turn<'_, '_>) {
    let any = !turn.groups().is_empty();
    list_groups(turn, Goal::Overview, PanelText::Home { any });
}

/// Everything that they can do.
pub(super) fn help(turn: &mut Turn<'_, '_>) {
    let rank = turn.rank();
    turn.tell(PanelText::Help { gates: rank >= Rank::Enrolled, enrols: rank == Rank::Owner });
}

fn invited(turn: &mut Turn<'_, '_>, token: &str, invitation: ReadInvitation) {
    let now = turn.facts.now;
    let mut staff = turn.facts.archive.staff();
    let (rank, what, text) = match invitation.kind {
        Invitation::Claim => (Rank::Owner, "owner_claimed", PanelText::NowOwner),
        Invitation::Enrolment => (Rank::Enrolled, "admin_enrolled", PanelText::NowEnrolled),
    };
    if invitation.kind == Invitation::Claim && !turn.facts.owners.is_empty() {
        return turn.tell(PanelText::OwnersNamed);
    }
    if turn.rank() >= rank {
        // Left for whom it is meant.
        return turn.tell(PanelText::AlreadyIn);
    }
    if staff.spent.contains_key(token) {
        return turn.tell(PanelText::LinkUsed);
    }
    if invitation.expires <= now {
        return turn.tell(PanelText::LinkExpired);
    }
    match invitation.kind {
        Invitation::Claim => {
            staff.owners.insert(turn.admin);
        }
        Invitation::Enrolment => {
            staff.admins.insert(turn.admin, now);
        }
    }
    staff.spent.retain(|_, expires| *expires > now);
    staff.spent.insert(token.to_owned(), invitation.expires);
    turn.out.changes.push(Change::Staff(staff));
    turn.promoted = true;
    turn.deed(None, what, Detail::None);
    turn.tell(text);
    turn.offer_commands(rank);
}

/// `/enrol`: an owner makes a one-use link for an admin.
pub(super) fn enrol(turn: &mut Turn<'_, '_>) {
    match turn.rank() {
        Rank::Owner => {
            let mut nonce = [0; 4];
            turn.facts.random.fill(&mut nonce);
            let expires = turn.facts.now.after(ENROLMENT);
            let nonce = u32::from_be_bytes(nonce);
            let token = turn.facts.keys.invitation(Invitation::Enrolment, nonce, expires);
            let link = turn.link(&token);
            turn.deed(None, "enrolment_link_made", Detail::None);
            turn.tell(PanelText::EnrolmentLink { link, lives: ENROLMENT });
        }
        Rank::Enrolled => turn.tell(PanelText::OwnersOnly),
        Rank::Stranger => turn.tell(PanelText::NotForYou),
    }
}

/// The bot came into a group through this admin; `admin`: as an administrator.
pub(super) fn added_to(turn: &mut Turn<'_, '_>, gate: GateId, title: &str, admin: bool) {
    if turn.rank() < Rank::Enrolled || turn.panel.screen.gate() == Some(gate) {
        return;
    }
    turn.panel.titles.insert(gate, title.to_owned());
    turn.panel.invitations.insert(gate, None);
    let button = Button {
        label: Label::Panel(PanelLabel::SetUp),
        does: Does::Press(Press::SetUp { gate }.data()),
    };
    turn.tell_with(
        Some(title.to_owned()),
        PanelText::Invitation { admin },
        Keyboard::Buttons(vec![vec![button]]),
        Some(Tag::Invitation(gate)),
    );
}

/// A message could not be written to this admin.
pub(super) fn unsaid(turn: &mut Turn<'_, '_>, tag: Tag) {
    match tag {
        Tag::Invitation(gate) => {
            turn.panel.invitations.remove(&gate);
            let by = turn.admin;
            turn.note(Message::Desk(gate, desk::What::NeedSignpost { by }));
        }
        Tag::Panel => turn.panel.coming = turn.panel.coming.saturating_sub(1),
        Tag::Card(..)
        | Tag::Doctor(_)
        | Tag::Alarm(_)
        | Tag::Guessing(_)
        | Tag::Raid(_)
        | Tag::Notice
        | Tag::Signpost
        | Tag::Log => {}
    }
}

/// A set-up link was followed by somebody who is an admin of its group.
pub(super) fn follow_setup_link(visit: &mut Visit<'_, '_, '_>) {
    visit.tell_desk(desk::What::SignpostUsed);
    visit.go_on();
}

/// Rights are looked up only for those who may have business there; strangers cannot have the bot
/// ask Telegram about groups.
pub(super) fn look_up_if_known(turn: &mut Turn<'_, '_>, gate: GateId, input: &Input) {
    if turn.rank() >= Rank::Enrolled || turn.exists(gate) {
        turn.look_up(gate, input);
    } else {
        turn.tell(PanelText::NotForYou);
    }
}

/// A command that is about a group: the only one, or one that is chosen now.
pub(super) fn to_a_group(turn: &mut Turn<'_, '_>, goal: Goal, input: &Input) {
    let groups = turn.groups();
    match groups[..] {
        [] if turn.rank() < Rank::Enrolled => turn.tell(PanelText::NotForYou),
        [gate] => turn.look_up(gate, input),
        _ => show_groups(turn, goal),
    }
}

/// A button that is about no group.
pub(super) fn go(turn: &mut Turn<'_, '_>, away: Away) {
    match away {
        Away::Groups => show_groups(turn, Goal::Overview),
        Away::Pick if turn.rank() < Rank::Enrolled => turn.tell(PanelText::NotForYou),
        Away::Pick => {
            let keyboard = Keyboard::PickChat {
                label: Label::Panel(PanelLabel::PickGroup),
                request: PICK_GROUP,
                pick: Pick::GroupToGate,
                also: Some((
                    Label::Panel(PanelLabel::PickOwnGroup),
                    PICK_OWN_GROUP,
                    Pick::GroupWithBot,
                )),
            };
            turn.tell_with(None, PanelText::PickGroup, keyboard, None);
        }
        Away::Leave => turn.rest(PanelText::Left),
    }
}

/// The list of groups, for `goal`.
pub(super) fn show_groups(turn: &mut Turn<'_, '_>, goal: Goal) {
    let text = if turn.groups().is_empty() { PanelText::NoGroups } else { PanelText::ChooseGroup };
    list_groups(turn, goal, text);
}

fn list_groups(turn: &mut Turn<'_, '_>, goal: Goal, text: PanelText) {
    let groups = turn.groups();
    let key = |gate: GateId| {
        let label = Label::Group(turn.title(gate).unwrap_or_default());
        vec![Key { label, gate, word: Word::Go }]
    };
    let mut rows: Vec<Vec<Key>> = groups.into_iter().map(key).collect();
    if turn.rank() >= Rank::Enrolled {
        rows.push(vec![Key::away(PanelLabel::PickGroup, Away::Pick)]);
    }
    rows.push(vec![Key::away(PanelLabel::Leave, Away::Leave)]);
    turn.show(Screen::Groups(goal), None, text, rows);
}

/// A chat was picked with one of the keyboards.
pub(super) fn shared_chat(
    turn: &mut Turn<'_, '_>,
    request: i32,
    picked: ChatId,
    title: Option<&str>,
    input: &Input,
) {
    if is_for_log(request) {
        return log_chat::shared(turn, input);
    }
    let gate = GateId(picked.0);
    if turn.rank() < Rank::Enrolled && !turn.exists(gate) {
        return turn.tell_with(None, PanelText::NotForYou, Keyboard::Remove, None);
    }
    if let Some(title) = title {
        turn.panel.titles.insert(gate, title.to_owned());
    }
    turn.tell_with(None, PanelText::Picked, Keyboard::Remove, None);
    turn.look_up(gate, input);
}
