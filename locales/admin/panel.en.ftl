# English: what an admin reads in the private chat. Messages whose names begin with "panel-label-"
# are plain text on buttons, at most 40 characters.

# What came of the last press stands above the screen.
panel-noted =
    { $note }

    { $body }
panel-step =
    <b>Step { $number } of { $of }</b>

    { $body }

## Who may

panel-not-for-you = This is for admins of groups whose door I watch. If you would like me to watch yours: ask whoever runs this bot for an enrolment link, and open it.
panel-now-owner =
    <b>You are an owner of this bot now.</b>

    /gate – let me watch the door of a group
    /enrol – make a link by which somebody else may do that
panel-now-enrolled =
    <b>Welcome!</b> You may let me watch the doors of groups that you are an admin of.

    /gate – begin, and change everything later
panel-already-in = You need no such link: you may do all of that already. So nothing was changed.
panel-link-forged = This link is none of mine. Please ask the person who gave it to you for a new one.
panel-link-expired = This link is too old by now. Please ask the person who gave it to you for a new one.
panel-link-used = Somebody has used this link already, and it works once only. Please ask for a new one.
panel-owners-named = This bot’s config file names its owners, so no link makes anybody else one.
panel-owners-only = Only the owners of this bot can make enrolment links.
panel-enrolment-link =
    This link makes <b>one</b> person somebody who may let me watch the doors of their groups. It works once and is valid for { $lives }:

    { $link }

    Please give it to that person only.

## Ways to a group

panel-home =
    { $any ->
        [yes] Hello! Which of your groups is it about?
       *[no] Hello! I can keep watch at the door of your group: press the button, or add me to it as an administrator.
    }

    Everything that you can do here: /help
    Come into a group yourself: /join
panel-help =
    <b>What you can do as an admin:</b>

    { $own }

    To step in for one person, add their <code>@name</code> or number to the command, or just forward me a message of theirs.

    <b>As everybody:</b>

    { $everybody }
panel-help-line = /{ $command } – { $does }

panel-invitation =
    I am in your group, thank you. Shall I watch its door? Until that is set up, I change nothing there.{ $admin ->
        [yes] { "" }
       *[no] { " " }To watch it, I have to be an administrator: <b>Edit → Administrators → Add Admin</b>, with <b>Invite Users via Link</b>.
    }
panel-no-groups = I watch no group of yours yet. Pick one with the button below, or add me to it as an administrator.
panel-choose-group = Which group is it about?
panel-pick-group = Please press a button below the line where you type, and pick the group. With the first one, Telegram makes me an administrator there with what I need. The second one is for groups that I am in already.
panel-picked = Thank you. One moment, please.
panel-rights-too-few = You are an administrator of this group, but without the right <b>Invite Users via Link</b>. Only those who may let people in can decide about its door. Nothing was changed.
panel-rights-gone = You are no administrator of this group, so I can do nothing there for you. Nothing was changed.
panel-not-in-group = I am not in this group, or no administrator there. Please add me to it as an administrator, then try again. Nothing was changed.
panel-telegram-silent = Telegram has not told me whether you may do that. Nothing was changed: please try again in a moment.
panel-gate-gone = I do not watch this group’s door any more: somebody has put an end to it.
panel-cancelled = All right, I have stopped. /gate goes on.
panel-left = All right. /gate brings you back.

## A gate

panel-overview =
    { $state }

    <b>How people come in:</b> { $mode }{ $extra }

    <b>Passwords:</b>{ $count ->
        [0] { " " }none yet
       *[other] { "" }
        { $passwords }
    }

    <b>Codes go by:</b> { $channels ->
        [both] e-mail or SMS
        [email] e-mail
        [sms] SMS
       *[none] nothing: no such way is set up
    }

    <b>Who may pass:</b>
    { $who }

    <b>Limits:</b> { $strictness ->
        [standard] standard
        [strict] strict
        [lenient] lenient
       *[own] its own
    } – { $figures }

    <b>Language</b> in the group and the log: { $language }
    <b>Log chat:</b> { $log ->
        [yes] on
       *[no] off
    }
    <b>Offered to strangers</b> who write /start: { $listed ->
        [yes] yes
       *[no] no
    }
    <b>Its link:</b> { $link }
panel-state-open = ✅ I am watching this door.
panel-state-ready = 📝 Everything is there. Please look it over, then open the gate.
panel-state-draft = 📝 Not open yet: { $missing }
panel-state-fixed = 📌 This gate is written in the bot’s config file, so only whoever runs the bot can change it. You can look after people here all the same, and you get their requests for help.
panel-state-not-yours = 👀 You may look after people here, but change nothing: for that, whoever runs the bot has to give you an enrolment link.
panel-missing-password = it needs a password that is valid.
panel-missing-channel = there is no way to send codes.
panel-saved = Saved.
panel-examining = I am looking at the group. What I find comes in a message of its own.
panel-confirm-close = Shall I stop watching this door? Passwords, roster and everything that is set go for good. Who is in the group stays; who waits at the door hears nothing more from me.
panel-closed = The gate is closed: I do not watch this door any more. Please look at the group’s own settings, so that it does not stand open.
panel-confirm-discard = Shall I throw away everything that is set for this group so far?
panel-discarded = Thrown away. I change nothing in that group.
panel-stopped = All right: everything so far is kept, and the door is not watched yet. /gate goes on where you are.
panel-cannot-open = I cannot open the gate yet: { $missing }
panel-opened =
    <b>The gate is open: I am watching this door.</b>

    { $mode ->
        [link] People come in by this link only; please give it to those who shall come:
       *[other] People can ask to join in the group’s usual way. Or give them this link, which leads straight to me:
    }

    { $link }

    I am looking at the group now. Please read what I find there: it says where people could still come in past me.

## Passwords

panel-passwords =
    { $count ->
        [0] <b>There is no password yet.</b> Without one nobody can pass.
       *[other] <b>Each of these passwords opens the door:</b>
        { $list }
    }

    With one password for each place that you give it to, the log says which one was passed on. Each has a label that only admins see.
panel-password-line =
    • <b>{ $label }</b>: { $ends ->
        [yes] until { $date } UTC
       *[no] without an end
    }, { $limited ->
        [yes] { $left ->
            [0] for nobody more
            [one] for { $left } more person
           *[other] for { $left } more people
        }
       *[no] for any number of people
    }{ $dead ->
        [yes] { " " }– <b>opens nothing any more</b>
       *[no] { "" }
    }
panel-ask-label = What shall I call this password? Please type a short label, such as “members” or “flyer spring”; only admins see it. <b>Not the password itself.</b>
panel-label-length = A label has 1 to { $longest } characters, all of them visible.
panel-label-taken = There is a password with the label <b>{ $label }</b> already. Please choose another one.
panel-too-many-passwords = { $most } passwords are the most there can be. Please remove one first.
panel-ask-password =
    { $rotating ->
        [yes] Please type the <b>new password</b> for <b>{ $label }</b>. The old one opens nothing from then on; whoever has passed it stays on their way.
       *[no] Please type the <b>password</b> for <b>{ $label }</b>.
    } I remove your message at once and keep only a fingerprint: nobody can read it here later, so note it down.
panel-password-empty = That is empty. Please type the password.
panel-password-too-long = That is longer than 200 characters. Please choose a shorter one.
panel-password-login-code = Five digits look like one of Telegram’s login codes, which I never read. Please choose another password.
panel-password-command = Telegram takes what begins with / for a command. Please choose another password.
panel-password-kept = The password <b>{ $label }</b> is set.
panel-one-password =
    { $line }

    How long shall it open the door, and for how many? What you choose counts from now on.
panel-ask-expiry = Until which day, that day included? Please type it like <code>2026-12-31</code> or <code>31.12.2026</code>.
panel-bad-date = I cannot read that as a day between today and ten years from now.
panel-ask-uses = How many more people may pass by it? Please type a number from 1 to { $most }.
panel-confirm-remove = Shall I remove the password <b>{ $label }</b>? It opens nothing from then on. Whoever has passed it stays on their way.
panel-removed = The password <b>{ $label }</b> is removed.
panel-last-password = <b>{ $label }</b> is the only password that opens this door, so I keep it. Please add another one first, or close the gate.
panel-password-gone = The password <b>{ $label }</b> is not there any more: another admin has removed it.

## Who may pass

panel-addresses =
    <b>Who may pass:</b>
    { $who }

    Every address has to prove itself by a code. Here you choose which may try at all.{ $channels ->
        [email] { "" }
        [none] { "" }
       *[other] { " " }I may send SMS only to numbers that begin with: <code>{ $house }</code>.
    }
panel-who-anybody = • anybody with an address of their own
panel-who-list =
    • { $list ->
        [domains] mail addresses that end in: <code>{ $entries }</code>
        [nodomains] no mail addresses that end in: <code>{ $entries }</code>
        [codes] numbers that begin with: <code>{ $entries }</code>
       *[nocodes] no numbers that begin with: <code>{ $entries }</code>
    }
panel-who-roster =
    • { $only ->
        [yes] only addresses on the roster
       *[no] the roster is kept, but not asked
    } ({ $size ->
        [one] { $size } address
       *[other] { $size } addresses
    })
panel-who-accounts =
    • { $accounts ->
        [one] each address admits one account
       *[other] each address admits { $accounts } accounts
    }
panel-ask-list =
    { $list ->
        [domains] <b>Which mail addresses may pass?</b> Please type the domains, such as <code>example.org</code>; <code>*.example.org</code> stands for its subdomains.
        [nodomains] <b>Which mail addresses may never pass?</b> Please type the domains, such as <code>example.org</code>; <code>*.example.org</code> stands for its subdomains.
        [codes] <b>Which phone numbers may pass?</b> Please type the dial codes, such as <code>+49, +43</code>.
       *[nocodes] <b>Which phone numbers may never pass?</b> Please type the dial codes, such as <code>+49, +43</code>.
    } Several stand apart by spaces, commas or lines; what you type takes the place of the whole list.

    <b>Now:</b> { $count ->
        [0] { $list ->
            [domains] any
            [codes] any
           *[other] none
        }
       *[other] <code>{ $now }</code>
    }{ $limited ->
        [yes] . I may send SMS only to: <code>{ $house }</code>.
       *[no] { "" }
    }
panel-bad-entries =
    I cannot take this list, so nothing was changed:

    { $list }{ $more ->
        [0] { "" }
        [one] { " " }… and one more
       *[other] { " " }… and { $more } more
    }
panel-bad-entry =
    • <code>{ $entry }</code>: { $why ->
        [whole-address] this is an address; only what comes after the @ belongs here
        [no-domain] this is no domain
        [no-dial-code] this is no country’s dial code
        [not-served] I may send no SMS there
       *[other-list] this stands on the opposite list
    }
panel-too-many-entries = A list has at most { $most } entries. Nothing was changed.
panel-empty-list = There is nothing in it that I could take. Nothing was changed.
panel-ask-accounts = How many Telegram accounts may one address admit? Now: { $now }. Please type a number from 1 to { $most }.
panel-bad-number = Please type a number from { $least } to { $most }.
panel-roster-empty = The roster is empty: nobody could pass. Please put somebody on it first.

## One choice each

panel-channels =
    <b>How do codes go to people?</b> Now: { $now ->
        [both] e-mail or SMS, as they like (e-mail is offered first).
        [email] e-mail.
        [sms] SMS.
       *[none] in no way: none is set up.
    }

    E-mail costs nothing. A phone number is harder to come by many times, but each SMS costs money.
panel-limits =
    <b>How many tries do people have?</b> Now: { $now ->
        [standard] standard.
        [strict] strict.
        [lenient] lenient.
       *[own] its own.
    }

    { $list }
panel-limits-line =
    • <b>{ $strictness ->
        [standard] Standard
        [strict] Strict
        [lenient] Lenient
       *[own] Its own
    }</b>: { $figures }
panel-figures = { $passwords } wrong passwords or { $codes } wrong codes lock for { $first }, in the end for { $last }; after { $stop } wrong tries only an admin opens; { $sends } codes a day
panel-language = <b>Which language do I write in the group and the log chat?</b> Now: { $now }. Everybody who passes the door is spoken to in their own.
panel-mode =
    <b>How do people come in?</b> Now: { $now }{ $extra }

    • <b>Join request</b> (default): everybody asks to join, and I let in whoever passes. Nobody sees the group before that. It does not stop those who are added by members or come by a link that asks nobody.
    • <b>Restrict after joining</b>: the same, and whoever came in by another way is muted until they pass. It stops them from writing, not from reading.
    • <b>Personal link</b>: only who passed gets a link, which admits nobody else; all other join requests are declined. A stolen invite link is worth nothing. It does not stop those who are added by members.
panel-mode-now =
    { $mode ->
        [restrict] restrict after joining
        [link] personal link
       *[request] join request
    }
panel-restriction =
    { $restricts ->
        [yes] { $removes ->
            [yes] ; who has not passed is removed after { $after }, without a ban
           *[no] ; who has not passed stays muted
        }{ $tidy ->
            [yes] ; join and leave messages are cleaned up
           *[no] { "" }
        }
       *[no] { "" }
    }

## Raid mode

panel-raid =
    <b>Raid mode:</b> { $on ->
        [yes] on
       *[no] off
    }

    For when very many ask to join at once. While it is on, whoever begins has one try before each lock and gets the code by e-mail where the group takes e-mail; those who ask for an admin are collected, and you get their cards afterwards. One message tells you the figures, with a link for those whom I cannot write to in time.

    { $itself ->
        [yes] It comes on by itself when { $requests } ask to join within a minute, and ends by itself when it has been quiet for { $quiet }; if you switch it on: for { $hand }.
       *[no] It does not come on by itself here. If you switch it on, it ends when it has been quiet for { $hand }.
    } If you switch it off, it stays off for an hour, whoever asks.

## Log chat

panel-log-chat =
    <b>Log chat:</b> { $on ->
        [yes] on
       *[no] off (default)
    }

    One line for each decision goes to a group or channel of your choice: who came, who was turned down, what an admin did. Addresses are masked; passwords and codes are never in it.
panel-pick-log-chat = Please press a button below the line where you type, and pick the chat. I have to be in it and allowed to post, and you have to be an administrator there.
panel-log-here = From here on I write down who comes to the door of <b>{ $group }</b>, one line for each decision.
panel-log-ends = From here on I write down nothing more about <b>{ $group }</b>: an admin has ended it.
panel-log-proving = Thank you. I am trying whether I can post there.
panel-log-on = I can post there: the decisions go to that chat from now on.
panel-log-no-post = I cannot post in that chat, so nothing was changed. Please add me to it (to a channel: as an administrator who may post), then pick it again.
panel-log-not-admin = You are no administrator of that chat, so nothing was changed. Please pick one where you are.

## Buttons

panel-label-set-up = 🛡 Set up
panel-label-pick-group = ➕ Pick a group
panel-label-pick-own-group = 🛡 A group with the bot in it
panel-label-pick-log-chat = 📓 Pick a group for the log
panel-label-pick-log-channel = 📣 Pick a channel for the log
panel-label-groups = 📋 My groups
panel-label-leave = Done
panel-label-overview = ⬅️ Overview
panel-label-back = ⬅️ Back
panel-label-next = Next ➡️
panel-label-stop = ⏸ Go on later
panel-label-discard = 🗑 Throw the draft away
panel-label-open = 🛡 Open the gate
panel-label-close = ⛔️ Close the gate
panel-label-examine = 🩺 Check the group
panel-label-yes = Yes
panel-label-no = No
panel-label-chosen = ✓ { $choice }
panel-label-switch =
    { $on ->
        [yes] ☑
       *[no] ☐
    } { $choice }
panel-label-words = { $words }
panel-label-passwords = 🔑 Passwords
panel-label-channels = ✉️ E-mail or SMS
panel-label-addresses = 👥 Who may pass
panel-label-roster = 🗂 Roster
panel-label-limits = ⏱ Limits
panel-label-language = 🌐 Language
panel-label-mode = 🚪 How people come in
panel-label-log-chat = 📓 Log chat
panel-label-add-password = ➕ Add a password
panel-label-main-label = Call it “{ $label }”
panel-label-one-password =
    { $dead ->
        [yes] 🚫
       *[no] 🔑
    } { $label }
panel-label-rotate = 🔁 New password
panel-label-remove = 🗑 Remove
panel-label-list =
    { $list ->
        [domains] Mail domains
        [nodomains] Blocked domains
        [codes] Dial codes
       *[nocodes] Blocked dial codes
    }
panel-label-clear-list =
    { $list ->
        [domains] Any domain
        [nodomains] Block no domain
        [codes] Any dial code
       *[nocodes] Block no dial code
    }
panel-label-channel =
    { $channel ->
        [email] E-mail only
        [sms] SMS only
       *[all] All there are
    }
panel-label-strictness =
    { $strictness ->
        [strict] Strict
        [lenient] Lenient
       *[standard] Standard
    }
panel-label-join-request = Join request
panel-label-restrict = Restrict after joining
panel-label-personal-link = Personal link
panel-label-remove-after = Remove after { $after }
panel-label-remove-never = Never remove
panel-label-tidy = Clean up join messages
panel-label-listed = Offer to strangers at /start
panel-label-valid-ever = Without an end
panel-label-valid-for = { $valid }
panel-label-valid-until = Until a day …
panel-label-uses-any = For any number
panel-label-uses =
    { $uses ->
        [one] { $uses } person
       *[other] { $uses } people
    }
panel-label-uses-other = For a number …
panel-label-accounts =
    { $accounts ->
        [one] { $accounts } account
       *[other] { $accounts }
    }
panel-label-accounts-other = Other …
panel-label-roster-only = Only who is on the roster
panel-label-raid = 🚨 Raid mode
panel-label-raid-on = 🚨 Switch raid mode on
panel-label-raid-off = Switch raid mode off
panel-label-log-on = Pick a log chat
panel-label-log-other = Pick another one
panel-label-log-off = Switch it off
