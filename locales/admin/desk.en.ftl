# English: what the desk of a group says, to its admins, in the group and in its log chat.
#
# Messages may use Telegram's <b>, <i> and <code>; those whose names begin with "desk-label-" are
# plain text. What stands in bold in a finding are the words in Telegram's own menus.

## In the group

desk-goodbye = Hello! I keep watch at the doors of groups, but only for people whom my owner has enrolled, and whoever brought me here is not among them. So I take my leave again; nothing here has changed.
desk-signpost =
    { $admin ->
        [yes] I can keep watch at the door of this group.
       *[no] I can keep watch at the door of this group, once I am an administrator: <b>Edit → Administrators → Add Admin</b>, with <b>Invite Users via Link</b>.
    } Whoever wants to set that up, please press the button: the rest happens in private.
desk-muted =
    <b>{ $name }</b>, please come past me first, then you can write here: press the button, the rest happens in private.{ $ends ->
        [yes] { " " }Whoever has not passed within { $wait } is removed, and may come again.
       *[no] { "" }
    }
desk-muted-nameless =
    Welcome! Please come past me first, then you can write here: press the button, the rest happens in private.{ $ends ->
        [yes] { " " }Whoever has not passed within { $wait } is removed, and may come again.
       *[no] { "" }
    }
desk-some-muted =
    <b>{ $names }</b>: please come past me first, then you can write here. Press the button, the rest happens in private.{ $ends ->
        [yes] { " " }Whoever has not passed within { $wait } is removed, and may come again.
       *[no] { "" }
    }
desk-many-muted =
    { $more ->
        [yes] More than <b>{ $count } people</b> wait
       *[no] { $count ->
            [one] <b>{ $count } person</b> waits
           *[other] <b>{ $count } people</b> wait
        }
    } at the door and cannot write here yet. Who cannot, please press the button: the rest happens in private.{ $ends ->
        [yes] { " " }Whoever has not passed within { $wait } is removed, and may come again.
       *[no] { "" }
    }
desk-nobody-muted = Nobody waits at the door.

## What is set up wrongly

desk-well = ✅ I see nothing that is set up wrongly.

    Other admins’ invite links I cannot see. But I notice when somebody comes in by one that asks nobody.

    Looked at { $time } UTC.
desk-findings =
    { $count ->
        [one] ⚠️ <b>One thing is not right yet:</b>
       *[other] ⚠️ <b>{ $count } things are not right yet:</b>
    }

    { $list }

    Looked at { $time } UTC. What you have mended goes from here when you press the button.
desk-unexamined =
    Telegram did not answer when I asked how the group is set up. Please press the button in a little while.

    Tried { $time } UTC.
desk-finding-gone = • I am <b>not in the group</b> any more, so its door stays closed. Please add me again, as an administrator with <b>Invite Users via Link</b>. Everything that was set up is kept.
desk-finding-not-admin = • I am <b>no administrator</b>: I neither see who asks to join nor can let anybody in. <b>Edit → Administrators → Add Admin</b>, pick me, with <b>Invite Users via Link</b>. Whoever waits is told that it is not their fault.
desk-finding-no-invite = • I may let nobody in. <b>Edit → Administrators</b> → me → <b>Invite Users via Link</b>: on. (Where members may not add people, it is called <b>Add Users</b> or <b>Add Members</b>.) Whoever waits is told that it is not their fault.
desk-finding-no-restrict = • I may mute nobody, so those who come by another way can write at once. <b>Edit → Administrators</b> → me → <b>Ban Users</b>: on.
desk-finding-no-delete = • I may not remove the join and leave messages. <b>Edit → Administrators</b> → me → <b>Delete Messages</b>: on.
desk-finding-basic = • In a basic group nobody can be muted. <b>Edit → Chat History for New Members → Visible</b> makes it a supergroup; I follow by myself.
desk-finding-no-approval = • Anybody can join without being asked. <b>Edit → Group Type → Public Group → Approve New Members</b>: on. (On some apps it is under <b>Who Can Send Messages → Only Members</b>.)
desk-finding-members-add = • Members may add people past me. <b>Edit → Permissions → Add Members</b>: off.
desk-finding-link = • Somebody came in by the link <code>{ $url }</code>, which asks nobody. <b>Edit → Invite Links</b> → this link → <b>Edit Link → Request Admin Approval</b>: on; or <b>Revoke Link</b>.
desk-finding-named-link = • Somebody came in by the link “{ $name }” (<code>{ $url }</code>), which asks nobody. <b>Edit → Invite Links</b> → this link → <b>Edit Link → Request Admin Approval</b>: on; or <b>Revoke Link</b>.
desk-finding-primary-link = • Somebody came in by the <b>primary link</b> (<code>{ $url }</code>), which lets everybody in without asking. <b>Edit → Invite Links → ⋮ → Revoke Link</b>, and give nobody the new one.
desk-finding-other-bots =
    { $count ->
        [one] • Another bot may answer join requests before I do: { $names }. <b>Edit → Administrators</b> → that bot → <b>Invite Users via Link</b>: off.
       *[other] • Other bots may answer join requests before I do: { $names }. <b>Edit → Administrators</b> → each of them → <b>Invite Users via Link</b>: off.
    }
desk-finding-log-gone = • I can post nothing in the log chat. Please make me an administrator there who may <b>Post Messages</b>, or choose another chat with /log. I keep the next 200 lines meanwhile.

## Cards

desk-card =
    🙋 <b>{ $person }</b> asks for an admin.

    { $facts }

    <b>Approve</b> lets them in, now and whenever they come again. <b>Decline</b> turns down what they ask for now. <b>Unlock</b> forgets the wrong tries, and they go on by themselves.
desk-card-where = Where: { $where }
desk-card-wrong = Wrong tries: { $wrong }
desk-card-address = Address: <code>{ $address }</code>
desk-card-turned-back =
    Turned back: <code>{ $address }</code> is theirs, but { $why ->
        [roster] it is not on the roster
        [taken] it has let in another account already
       *[kind] addresses of that kind may not pass
    }
desk-person = <a href="tg://user?id={ $id }">{ $name }</a>
desk-card-answered = <b>{ $person }</b> asked for an admin: { $answer }.{ $outcome }
desk-card-over = <b>{ $person }</b> asked for an admin. { $why }
desk-over-not-needed = No answer is needed any more.
desk-over-too-old = Nobody answered for a long time, so I have put this away.
desk-over-no-gate = I am not at this group’s door any more.
desk-over-not-yours = You are no admin of this group any more, so this is not for you.
desk-answered-by =
    { $act ->
        [approve] approved
        [decline] declined
        [unlock] unlocked
       *[revoke] revoked
    } by { $name }
desk-answered-by-you =
    { $act ->
        [approve] approved
        [decline] declined
        [unlock] unlocked
       *[revoke] revoked
    } by you
desk-no-outcome = { "" }
desk-outcome-done =
    { $act ->
        [approve] { " " }They are in.
        [decline] { " " }They were told.
        [unlock] { " " }They can go on.
       *[revoke] { " " }They are out.
    }
desk-outcome-link = { " " }They got a personal link, which waits to be used.
desk-outcome-nothing = { " " }There was nothing to do any more.
desk-outcome-no-rights = { " " }But I lack the right to do that in the group; /doctor says what is missing.
desk-outcome-too-many-chats = { " " }But Telegram says that they are in too many groups; they have to leave one first.
desk-outcome-user-gone = { " " }But the account is gone, or banned there.
desk-outcome-failed = { " " }But Telegram would not. Please try again a little later with /approve, /decline or /unlock.
desk-already = Already { $answer }.
desk-card-gone = No answer is needed here any more.
desk-where-nothing = not begun
desk-where-password = at the password
desk-where-channel = choosing e-mail or SMS
desk-where-email = typing the e-mail address
desk-where-phone = typing the phone number
desk-where-confirm = confirming the address
desk-where-code = waiting for the code
desk-where-locked = locked after wrong tries
desk-where-stopped = too many wrong tries in all
desk-where-admitting = passed, but the door did not open
desk-where-link = passed, with a personal link
desk-where-admitted = passed

## Guessing and raids

desk-guessing =
    🔑 <b>Unusually many wrong tries.</b> Since { $time } UTC, all applicants together have typed { $passwords ->
        [one] { $passwords } wrong password
       *[other] { $passwords } wrong passwords
    } and { $codes ->
        [one] { $codes } wrong code
       *[other] { $codes } wrong codes
    }: somebody may be guessing, with many accounts.{ $slowed ->
        [yes] { " " }While it lasts, whoever begins has one try before each lock. Nobody is locked by what others typed.
       *[no] { "" }
    }

    If the password may have got about, /password changes it; /raid makes the gate stricter for a while. I say this at most once an hour.
desk-raid =
    🚨 <b>Raid mode is on</b> since { $since } UTC{ $by }.

    Asked to join since: { $requests }{ $missed }
    Asking for an admin: { $calls }

    Whoever begins now has one try before each lock, and gets the code by e-mail where the group takes e-mail. Those who ask for an admin are collected: you get their cards when it is over.

    Telegram lets me write to only so many people at a time, and to nobody more than five minutes after they asked to join. Whoever hears nothing from me can begin by themselves, with this link; you may want to publish it where they can see it:
    { $link }

    It ends by itself when it has been quiet for { $quiet }, or at once with /raid.
desk-raid-over =
    🚨 <b>Raid mode is off again.</b> It was on from { $since } to { $until } UTC{ $by }.

    Asked to join: { $requests }{ $missed }
    Asking for an admin: { $calls }

    Whoever heard nothing from me can still begin by themselves, with this link:
    { $link }
desk-raid-by = , switched on by { $name }
desk-raid-by-itself = , because very many asked to join at once
desk-raid-none-missed = { "" }
desk-raid-missed = , of whom I could not write to { $missed } in time

## The log chat

desk-log = { $lines }
desk-log-unkept =
    { $lines }
    … and { $unkept ->
        [one] { $unkept } more line
       *[other] { $unkept } more lines
    } that I could not keep
desk-log-only-unkept =
    { $unkept ->
        [one] { $unkept } line
       *[other] { $unkept } lines
    } that I could not keep
desk-log-line = { $time } <b>{ $who }</b>: { $did }{ $more }
desk-log-by = { " " }(by { $by })
desk-log-detail = { " – " }{ $detail }
desk-log-by-detail = { " " }(by { $by }) – { $detail }
desk-log-no-more = { "" }
desk-log-bot = the bot
desk-detail-label = “{ $label }”
desk-detail-words = { $words }
desk-detail-left =
    { $left ->
        [0] that was the last try
        [one] { $left } try left
       *[other] { $left } tries left
    }
desk-detail-lock =
    { $number ->
        [1] for the first time
       *[other] lock number { $number }
    }
desk-detail-code = code { $number } to { $address }
desk-detail-count = { $count }
desk-detail-switch =
    { $on ->
        [yes] on
       *[no] off
    }
desk-detail-channels =
    { $channel ->
        [email] by e-mail only
        [sms] by SMS only
       *[all] by every way there is
    }
desk-detail-limits =
    { $strictness ->
        [strict] strict
        [lenient] lenient
       *[standard] standard
    }
desk-detail-wrong = passwords { $passwords }, codes { $codes }
desk-detail-requests = requests { $requests }, not written to in time { $missed }
desk-detail-never = never
desk-detail-after = after { $after }
desk-detail-link-sent = they got a personal link
desk-detail-nothing = there was nothing to do
desk-detail-refused = Telegram would not
desk-did-asked = asked to join
desk-did-right-password = right password
desk-did-wrong-password = wrong password
desk-did-locked = locked
desk-did-hard-stopped = stopped: too many wrong tries in all
desk-did-code-issued-email = code by e-mail
desk-did-code-issued-sms = code by SMS
desk-did-suppressed = code held back (suppressed): the address wants none
desk-did-country-off = no SMS to that country at the moment
desk-did-sms-country-off = no more SMS to a country for now: too few codes came back
desk-did-sms-country-on-again = SMS to that country again
desk-did-send-limit-reached = may get no more codes today
desk-did-address-refused = address not taken
desk-did-right-code = right code
desk-did-tap-link = right code, by its link
desk-did-wrong-code = wrong code
desk-did-old-code = an older code
desk-did-expired-code = expired code
desk-did-admitted = let in
desk-did-personal-link = passed, got a personal link
desk-did-admission-failed = passed, but Telegram would not let them in
desk-did-let-in-by-others = let in by somebody else
desk-did-left = left the group
desk-did-cancelled = stopped
desk-did-swept = forgotten after a day without a word
desk-did-login-code-seen = sent a Telegram login code; removed, with a warning
desk-did-unreachable = cannot be written to
desk-did-approved = approved
desk-did-declined = declined
desk-did-unlocked = unlocked
desk-did-revoked = admission revoked
desk-did-rights-lost = took a right from the bot that it needs
desk-did-rights-regained = gave the bot its rights back
desk-did-bot-removed = took the bot out of the group
desk-did-left-group = brought the bot here without being enrolled; it left
desk-did-not-on-roster = right code, but the address is not on the roster
desk-did-address-taken = right code, but the address has let in somebody already
desk-did-gate-closed = stopped: no password is live
desk-did-muted = came in past the gate; muted
desk-did-removed = did not pass in time; removed
desk-did-help-wanted = asks for an admin
desk-did-gate-opened = opened the gate
desk-did-gate-off = closed the gate
desk-did-setup-started = began to set the gate up
desk-did-draft-discarded = discarded what was set up so far
desk-did-password-added = added a password
desk-did-password-changed = changed a password
desk-did-password-removed = removed a password
desk-did-password-rotated = replaced a password
desk-did-mode-changed = changed how people come in
desk-did-removal-changed = changed when muted members are removed
desk-did-tidy-changed = changed what happens to join and leave messages
desk-did-channels-changed = changed how codes are sent
desk-did-limits-changed = changed the limits
desk-did-language-changed = changed the language
desk-did-listed-changed = changed whether strangers are offered the group
desk-did-accounts-changed = changed how many accounts an address lets in
desk-did-allowed-domains-changed = changed the allowed domains
desk-did-blocked-domains-changed = changed the blocked domains
desk-did-allowed-countries-changed = changed the allowed dial codes
desk-did-blocked-countries-changed = changed the blocked dial codes
desk-did-roster-only-changed = changed whether only the roster passes
desk-did-roster-added = put addresses on the roster
desk-did-roster-removed = took addresses off the roster
desk-did-roster-cleared = emptied the roster
desk-did-roster-exported = took the roster with all its addresses as a file
desk-did-log-chat-set = chose this log chat
desk-did-log-chat-off = switched the log chat off
desk-did-guessing = unusually many wrong tries, by all together
desk-did-raid-on = raid mode on
desk-did-raid-off = raid mode off
desk-did-other = { $what }

## Buttons

desk-label-check-again = 🔄 Check again
desk-label-set-up = Set up
desk-label-approve = ✅ Approve
desk-label-decline = ✋ Decline
desk-label-unlock = 🔓 Unlock
desk-label-pass = Come in
