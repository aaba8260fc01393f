# English: what an admin reads when they step in for one person. Messages whose names begin with
# "stepin-label-" are plain text on buttons, at most 40 characters.

stepin-no-gate = I watch no open door where you could do that. /gate shows your groups.
stepin-ask-who =
    { $act ->
        [approve] <b>Whom shall I let in?</b>
        [decline] <b>Whom shall I turn down?</b>
        [unlock] <b>Whose lock shall I end?</b>
       *[revoke] <b>Whose admission shall I take back?</b>
    } Please type their <code>@name</code> or their number, or forward me a message of theirs.
stepin-which-group =
    { $act ->
        [approve] At which group shall I let somebody in?
        [decline] At which group shall I turn somebody down?
        [unlock] At which group shall I end a lock?
       *[revoke] At which group shall I take an admission back?
    }
stepin-which-group-for =
    { $act ->
        [approve] Into which group shall I let <b>{ $who }</b>?
        [decline] At which group shall I turn <b>{ $who }</b> down?
        [unlock] At which group shall I end the lock of <b>{ $who }</b>?
       *[revoke] At which group shall I take the admission of <b>{ $who }</b> back?
    }
stepin-unreadable = I need an <code>@name</code>, a number, or a forwarded message to know whom you mean.
stepin-not-seen = I have not seen @{ $name } yet: I know names only of people who have written to me or knocked at a door. Please check the spelling, or use their number.
stepin-hidden-origin = Telegram hides from me who wrote this message: they have set it so. Please use their <code>@name</code> or their number.
stepin-yourself = That is you, and you need nobody to open a door for you: you are an admin there.
stepin-myself = That is me, and I stay at the door.
stepin-confirm =
    { $act ->
        [approve] <b>Let { $who } in?</b> Now and whenever they come again, without password or code.
        [decline] <b>Turn { $who } down?</b> What they ask for now ends; they may ask again later. An approval by hand is taken back.
        [unlock] <b>End the lock of { $who }?</b> Their wrong tries are forgotten, and they go on by themselves.
       *[revoke] <b>Take the admission of { $who } back?</b> They are removed from the group, without a ban, and have to pass again next time.
    }
stepin-doing =
    { $act ->
        [approve] I am letting <b>{ $who }</b> in.
        [decline] I am turning <b>{ $who }</b> down.
        [unlock] I am ending the lock of <b>{ $who }</b>.
       *[revoke] I am taking the admission of <b>{ $who }</b> back.
    }

## What came of it

stepin-done =
    { $act ->
        [approve] ✅ <b>{ $who }</b> is in the group.
        [decline] ✅ <b>{ $who }</b> is turned down.
        [unlock] ✅ <b>{ $who }</b> is unlocked and can go on.
       *[revoke] ✅ <b>{ $who }</b> is out of the group and has to pass again next time.
    }
stepin-link-sent =
    { $act ->
        [approve] ✅ <b>{ $who }</b> may come in: as soon as they ask to join, I let them in. I have also sent them a personal link, if Telegram lets me write to them.
        [decline] ✅ <b>{ $who }</b> still has a personal link; /revoke takes it back.
        [unlock] ✅ <b>{ $who }</b> got a personal link and can go on.
       *[revoke] ✅ <b>{ $who }</b> still has a personal link; please try /revoke again.
    }
stepin-nothing =
    { $act ->
        [approve] <b>{ $who }</b> is in the group already. I remember that you approve.
        [decline] <b>{ $who }</b> asks for nothing here, so there was nothing to turn down.
        [unlock] <b>{ $who }</b> is not locked here, so there was nothing to end.
       *[revoke] <b>{ $who }</b> was not admitted here, so there was nothing to take back.
    }
stepin-no-rights =
    { $act ->
        [approve] ❌ I could not let <b>{ $who }</b> in: I lack the right <b>Invite Users via Link</b> in the group. Please give it to me; I remember that you approve. /doctor shows more.
        [decline] ❌ I could not turn <b>{ $who }</b> down: I lack a right in the group. Please give me <b>Invite Users via Link</b> and <b>Ban Users</b>, then try again. /doctor shows more.
        [unlock] ❌ I could not help <b>{ $who }</b>: I lack a right in the group. /doctor shows which.
       *[revoke] ❌ I could not remove <b>{ $who }</b>: I lack the right <b>Ban Users</b> in the group, or they are an admin there. Please see to that, then try again. /doctor shows more.
    }
stepin-too-many-chats =
    { $act ->
        [approve] ❌ Telegram does not let <b>{ $who }</b> in: they are in too many groups and channels. They have to leave one, then ask to join again; I remember that you approve.
       *[other] ❌ Telegram says that <b>{ $who }</b> is in too many groups and channels. They have to leave one; then please try again.
    }
stepin-user-gone =
    { $act ->
        [approve] ❌ I could not let <b>{ $who }</b> in: the account is gone, or banned in the group. If it is banned, please lift the ban in the group’s <b>Removed Users</b>, then try again.
       *[other] ❌ Nothing can be done about <b>{ $who }</b>: the account is gone, or banned in the group.
    }
stepin-no-request =
    { $act ->
        [approve] ❌ <b>{ $who }</b> does not ask to join any more. Please let them ask again: I remember that you approve.
       *[other] ❌ <b>{ $who }</b> asks for nothing any more, so there was nothing left to do.
    }
stepin-still-in =
    { $act ->
        [approve] <b>{ $who }</b> is in the group already. I remember that you approve.
       *[other] ❌ <b>{ $who }</b> is still in the group. Please try again in a minute, or remove them by hand.
    }
stepin-failed =
    { $act ->
        [approve] ❌ Telegram would not let <b>{ $who }</b> in. Please try again in a minute; I remember that you approve.
        [decline] ❌ Telegram would not turn <b>{ $who }</b> down. Please try again in a minute.
        [unlock] ❌ Telegram would not do that for <b>{ $who }</b>. Please try again in a minute.
       *[revoke] ❌ Telegram would not remove <b>{ $who }</b>. Please try again in a minute, or remove them by hand.
    }

## A card

stepin-card =
    👤 <b>{ $who }</b>

    { $places }
stepin-place = { $lines }
stepin-place-stand =
    { $named ->
        [yes] <b>{ $group }</b>: { "" }
       *[no] Where: { "" }
    }{ $stand ->
        [unknown] not seen here
        [idle] nothing under way
        [password] at the password
        [channel] choosing e-mail or SMS
        [email] typing the e-mail address
        [phone] typing the phone number
        [confirm] confirming the address
        [code] waiting for the code
        [admitting] passed, but the door has not opened yet
        [link] passed, with a personal link that waits to be used
        [admitted] passed, and in the group
        [muted] in the group, muted until they pass
       *[member] in the group; somebody else let them in
    }
stepin-place-wrong = Wrong tries: { $wrong }
stepin-place-lock =
    { $lock ->
        [locked] Locked for { $wait } still
       *[stopped] Stopped: too many wrong tries in all; only an admin opens again
    }
stepin-place-address = Address: <code>{ $address }</code>
stepin-place-approved = Approved by hand by { $by }

## Buttons

stepin-label-act =
    { $act ->
        [approve] ✅ Approve
        [decline] ✋ Decline
        [unlock] 🔓 Unlock
       *[revoke] ⛔️ Revoke
    }
stepin-label-other-group = 📋 Another group
