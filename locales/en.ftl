# English. Every other language falls back to this file, message by message.
#
# Messages for the chat may use Telegram's <b>, <i> and <code>. Messages whose names begin with
# "label-", "command-", "mail-" or "sms" are plain text.

## Waits

# After a verb: "try again in 5 minutes".
wait-in = in { wait-for }
# How long something lasts: "valid for 5 minutes".
wait-for =
    { $unit ->
        [second] { $count ->
            [one] { $count } second
           *[other] { $count } seconds
        }
        [minute] { $count ->
            [one] { $count } minute
           *[other] { $count } minutes
        }
        [hour] { $count ->
            [one] { $count } hour
           *[other] { $count } hours
        }
       *[day] { $count ->
            [one] { $count } day
           *[other] { $count } days
        }
    }

# Stands for a group whose title cannot be shown.
nameless-group = your group
# Stands for the title of a group that is called as if it were Telegram itself.
posing-group = a group that calls itself “{ $title }”

## Ways in

ask-password =
    Hello! I keep watch at the door of this group. Two things open it: the group’s password, and a one-time code that I send to your e-mail address or phone.

    Please <b>type the password</b> and send it to me. { $tries ->
        [one] You have { $tries } try.
       *[other] You have { $tries } tries.
    }

    I remove your password, your address and your codes from this chat as soon as I have read them. What I never ask for is the login code of your Telegram account. More about that: /safety
choose-gate = Hello! I keep watch at the doors of several groups. Which one would you like to join?
no-open-gate = Hello! I keep watch at the doors of groups, but none of them is listed here. If somebody gave you an invite link, please open it and ask to join: I will write to you then.
unknown-link = This link no longer leads anywhere. Please ask the person who gave it to you for a new one.
already-member = You are a member of this group already. The door is open.
already-admitted = You have passed already. There is nothing left to do.
let-in = <b>Welcome!</b> Somebody has opened the door for you: you are in the group now, and I need nothing more from you.
banned = The admins of this group have banned this account, so I have to keep the door closed. Only they can change that.

## Password

wrong-password =
    That is not the password. { $left ->
        [0] That was your last try.
        [one] You have { $left } try left. Please type it again.
       *[other] You have { $left } tries left. Please type it again.
    }
password-too-long = That is too long to be the password. Please type the password alone; this costs you no try.

gate-closed = This gate is closed for now: no password opens it. That is not your fault, and nothing you type costs you a try. Please come back later, or ask an admin of the group.

## Locks

locked =
    There were too many wrong tries, so the door stays closed for now. You can try again <b>{ $wait }</b>.

    Nothing that you send until then counts against you.
hard-stopped = There were too many wrong tries in all. From here on only an admin of the group can open the door for you: please ask one.
restored =
    I had to be put back from a backup, and may have forgotten something. So that nobody gains by that, nobody can try anything for a while. That is not your fault, and nothing that you send until then counts against you.

    Please come back <b>{ $wait }</b> and send me /start.

## Address

ask-channel = Thank you. How may I send you your code?
ask-email =
    Please type the e-mail address that I may send your code to.{ $count ->
        [0] { "" }
        [one] { " " }It has to end in <code>{ $domains }</code>.
       *[other] { " " }It has to end in one of these: <code>{ $domains }</code>.
    }
ask-phone =
    Please type the mobile number that I may send your code to, beginning with the country code, for example <code>{ $example }</code>. Or share your own number with the button below.{ $count ->
        [0] { "" }
        [one] { " " }It has to begin with <code>{ $countries }</code>.
       *[other] { " " }It has to begin with one of these: <code>{ $countries }</code>.
    }{ $email ->
        [yes] { " " }If you would rather have a mail, type your e-mail address instead.
       *[no] { "" }
    }
email-unreadable = I cannot read that as an e-mail address. It should look like <code>name@example.org</code>. Please type it once more; this costs you no try.
email-domain-not-allowed =
    This group takes only { $count ->
        [one] addresses that end in <code>{ $domains }</code>.
       *[other] addresses that end in one of these: <code>{ $domains }</code>.
    } Please type another one; this costs you no try.
phone-unreadable =
    I cannot read that as a phone number. Please type it with its country code, for example <code>{ $example }</code>; this costs you no try.{ $count ->
        [0] { "" }
        [one] { " " }It has to begin with <code>{ $countries }</code>.
       *[other] { " " }It has to begin with one of these: <code>{ $countries }</code>.
    }
phone-country-not-allowed =
    I may send text messages only to { $count ->
        [one] numbers that begin with <code>{ $countries }</code>.
       *[other] numbers that begin with one of these: <code>{ $countries }</code>.
    } Please type another number; this costs you no try.
email-domain-blocked = This group takes no addresses of that domain. Please type another one; this costs you no try.
phone-country-blocked = This group takes no numbers of that country. Please type another one; this costs you no try.
phone-cannot-receive = That number cannot receive text messages: it is a landline or a service number. Please give me a mobile number; this costs you no try.
not-on-roster = The code was right, but <code>{ $address }</code> is not among the addresses that this group expects. Please give me another one of yours; this costs you no try.
address-taken = The code was right, but <code>{ $address }</code> has already let another account into this group. Please give me another address of yours; this costs you no try.
contact-not-own = I can take only your own number, and only from yourself: please type it with its country code, or share it with the button that I offer for that.
noted = Thank you.
confirm =
    { $channel ->
        [sms] Shall I send the code by SMS to this number?
       *[email] Shall I send the code by e-mail to this address?
    }

    <code>{ $address }</code>

    Please look closely, then press the button.
confirmed-sending = You have asked for a code to <code>{ $address }</code>.
confirm-dropped = Understood: I am not sending anything there.

## The code

code-sent =
    { $number ->
        [1] I have sent your code
       *[other] I have sent <b>code { $number }</b>
    } { $channel ->
        [sms] by SMS
       *[email] by e-mail
    } to <code>{ $address }</code>, unless its owner wants no codes from me. { $channel ->
        [sms] The message
       *[email] The mail
    } carries the same two words as this chat: <b>{ $phrase }</b>.

    Please type the { $digits } digits here. They are valid for { $lives }.{ $number ->
        [1] { "" }
       *[other] { " " }Earlier codes no longer count.
    }{ $channel ->
        [sms] { "" }
       *[email] { " " }If nothing comes, please look into the spam folder too.
    }{ $number ->
        [1] { "" }
       *[other] { " " }If you once asked me to stop sending codes there, none comes: please use another address or ask an admin of the group.
    }
code-delayed =
    { $channel ->
        [sms] Our SMS service is not answering at the moment.
       *[email] Our mail service is not answering at the moment.
    } That is our fault, not yours. Codes wait until it answers, and it costs you no try.
code-gave-up =
    No code could leave: { $channel ->
        [sms] our SMS service
       *[email] our mail service
    } is out of order. That is our fault, not yours, and it costs you no try. Please ask for a new code a little later.
code-unknown =
    { $channel ->
        [sms] Our SMS service
       *[email] Our mail service
    } broke off, so I cannot tell whether { $number ->
        [1] your code
       *[other] code { $number }
    } reached <code>{ $address }</code>. That is our fault, not yours.

    If it comes, it carries the words <b>{ $phrase }</b>: please type its { $digits } digits here within { $lives }. If it does not come, ask for a new one.
refused-no-such-address = <code>{ $address }</code> does not exist, I am told. Please check it and give me another one; this costs you no try.
refused-mailbox-full = The mailbox of <code>{ $address }</code> is full. Please make some room, or give me another address; this costs you no try.
refused-not-mobile = <code>{ $address }</code> cannot receive text messages. Please give me another number; this costs you no try.
refused-not-served = Our SMS service does not reach <code>{ $address }</code>. That is not your fault. Please give me another number; this costs you no try.
refused-policy = <code>{ $address }</code> does not take our messages. That is not your fault. Please give me another one; this costs you no try.
wrong-code =
    That is not the code. { $left ->
        [0] That was your last try.
        [one] You have { $left } try left.
       *[other] You have { $left } tries left.
    }
code-expired =
    { $number ->
        [1] Your code
       *[other] Code { $number }
    } is too old by now; this costs you no try. Shall I send you a new one?
old-code = That was code { $was }. <b>Code { $now }</b> has taken its place: please type that one. This costs you no try.
not-a-code = I am waiting for your code: { $digits } digits in one message. This costs you no try.
same-address =
    { $number ->
        [1] Your code
       *[other] Code { $number }
    } to <code>{ $address }</code> is still valid. Shall I send a new one, or do you keep that one?
offer-new-code = Shall I send a new code to <code>{ $address }</code>?
tap-link-not-yours = This link belongs to somebody else’s code, or to one that no longer counts. It does nothing here, and it costs you no try.

## Buttons pressed

button-spent = This button has done its work already.
resend-in = I can send you a new code { $wait }.
code-kept =
    { $number ->
        [1] All right: your code is still valid.
       *[other] All right: code { $number } is still valid.
    } Please type it here.

## No more codes to an address

opt-out =
    This link comes from a mail with a code. Shall I send <b>no more codes to that address</b>, whoever asks for one?

    Then nobody can pass a gate by that address any more. This link undoes it.
opt-in =
    This link comes from a mail with a code. I send no more codes to that address, because somebody who had such a mail asked for that.

    Shall I send codes there again?
opted-out = Done: I send no more codes to that address, whoever asks for one. To undo that, open the link in the mail once more.
opted-in = Done: I send codes to that address again.

## Limits on sending

no-more-codes-today = You have asked for as many codes as there may be in one day. Please come back tomorrow.
no-more-addresses-today = You have given me as many addresses as I may take in one day. Please use one of them, or come back tomorrow.
address-had-too-many = This address has had too many codes asked for today, perhaps by others. That does not lock you out: please give me another address, or come back tomorrow.
sms-had-too-many = For the moment I have sent as many text messages as I may, to everybody together. That has nothing to do with you, and costs you no try. Please choose another way, or come back { $wait }.
country-had-too-many = I have sent as many text messages to that country today as I may. That is not your fault. Please choose another way, or come back tomorrow.
country-off-or-email = I send no text messages to that country at the moment: too few of the codes there came back. That is not your fault. Please use your e-mail address instead.
country-off = I send no text messages to that country at the moment: too few of the codes there came back. That is not your fault. Please use a number of another country, or try again later.

## The end

admitted = <b>Welcome!</b> The door is open: you are in the group now.
personal-link =
    You have passed. This invite link is for you alone:

    { $link }

    Open it and ask to join: I will let you in at once. It is valid for one day; for anybody else the door stays closed.
admission-no-rights = You may come in, but I lack the right to open the door. That is our fault, not yours, and you keep your place: as soon as an admin of the group has given me that right, I let you in by myself. You can also press the button then.
admission-too-many-chats = You have passed, but Telegram says that you are in too many groups and channels. Please leave one, then press the button.
admission-failed = You have passed, but Telegram did not let me open the door. That is our fault, not yours. Please press the button in a little while, or send me /start.
cancelled = All right, I have stopped. Whenever you like: ask to join again, or send me /start.

## Other ways in

only-by-personal-link = Only personal links lead into this group, so I cannot take a request made by another link. I can give you a link of your own: please answer my questions here, and it is yours at the end.
freed = <b>Thank you!</b> You have passed: you can write in the group now.
removed-in-time = You did not pass the gate of this group within { $time }, so I have taken you out of it. That is no ban: join again whenever you like, or send me /start, and I let you in as soon as you have passed.
button-of-somebody-else = This button is for another member of the group; it does nothing for you.

## Admins

asked-admin = I have asked the admins of the group. They see your name and where you are stuck, no password and no full address. I write to you as soon as one of them has decided.
asked-admin-already = I have asked the admins already, and none has answered yet. I write to you as soon as one of them does.
no-more-asks-today = I have asked the admins for you as often as I may in one day. Please come back tomorrow.
nobody-to-ask = I can reach no admin whom I could ask for you here. Please try again later, or write to one of them yourself.
declined = An admin of the group has decided not to let you in this time.
unlocked = An admin has ended your lock: your wrong tries are forgotten, and you can try again.
revoked = An admin of the group has taken back your admission. If you would like to come in again, I have to ask you anew.

## Anything else

help =
    I keep watch at the doors of groups: I ask for the password, send a code to your e-mail address or phone, and open when it comes back.

    <b>Now:</b> { $now }

    /start – begin, or see where you are
    /admin – ask an admin of the group for help
    /cancel – stop
    /safety – what I ask for and what never
need-text = I can read only what you type. { $now }
now-nothing = I am not waiting for anything. To begin, ask to join a group or send /start.
now-password = Please type the group’s password.
now-channel = Please choose with the buttons above how I may send you your code.
now-email = Please type your e-mail address.
now-phone = Please type your mobile number with its country code, or share it with the button.
now-confirm = Please check the address above and press a button.
now-code = Please type your code.
now-locked = Please wait until the lock has ended. /start says how long that takes.
now-stopped = From here on only an admin of the group can open the door for you.
now-admitting = You have passed. If the door does not open, please send me /start.
now-link = You have passed. Please open your invite link and ask to join; /start shows it to you again.
now-admitted = The door is open for you. There is nothing left to do.
safety =
    <b>What I ask for:</b> the group’s password, one e-mail address or phone number, and the code that I sent there. I remove each from this chat as soon as I have read it.

    <b>What I never ask for:</b> the login code of your Telegram account (five digits, sent by Telegram itself), your Telegram password, money, or an app to install. Whoever asks for these is after your account.

    <b>How you know that a code is mine:</b> the mail or SMS carries the same two words as this chat and names the group.

    <b>How you know that I am I:</b> compare my @name at the top of this chat, letter by letter, with the one among the group’s administrators, or ask somebody who is in. I write to you only after you asked to join or pressed Start, and I never send you on to another bot or to a web page.
safety-before =
    { $safety }

    <b>Where you are:</b> before the { $count ->
        [one] door of <b>{ $groups }</b>.
       *[other] doors of <b>{ $groups }</b>{ $more ->
            [0] .
            [one] { " " }and { $more } more.
           *[other] { " " }and { $more } more.
        }
    } I ask, check, and open; everything else is the business of the group’s admins.
login-code-warning =
    ⚠️ <b>Stop, please.</b> That looks like a login code of your Telegram account. I have removed it without using it.

    I never ask for it, and neither does any honest group: whoever has it can take over your account. If somebody told you to send it, do not answer them, and look under Settings → Devices for logins that are not yours.
nothing-to-cancel = There is nothing to cancel.
edit-ignored = I do not read changes to earlier messages. Please send it as a new one.
forward-ignored = I do not read forwarded messages. Please type it yourself.

## Buttons

label-use-email = ✉️ By e-mail
label-use-sms = 💬 By SMS
label-send-code = Send the code
label-resend = 🔁 Resend
label-other-address = Other address
label-keep-code = Keep that code
label-new-code = Send a new code
label-ask-admin = 🙋 Ask an admin
label-try-again = Try again
label-cancel = Cancel
label-opt-out = No more codes there
label-opt-in = Send codes there again
label-share-contact = 📱 Share my phone number

## The bot's menu

command-start = Begin, or see where you are
command-help = What happens here
command-admin = Ask an admin of the group for help
command-cancel = Stop
command-safety = What I ask for and what never

## The mail

mail-subject = Your code for { $group }
mail-greeting = Hello,
mail-intro =
    { $number ->
        [1] here is your code for the Telegram group “{ $group }”:
       *[other] here is code { $number } for the Telegram group “{ $group }”; earlier codes no longer count:
    }
mail-phrase = The chat with the bot shows the same two words: { $phrase }. If it shows others, this code is not meant for you.
mail-todo = Please type the code in the chat with @{ $bot } on Telegram. It is valid for { $lives }.
mail-tap = Or open this link on the device where you use Telegram. It works for you alone:
mail-ignore = If it was not you who asked for this code, please ignore this mail: nothing happens without the code.
mail-opt-out = If you never want a code from us at this address again, whoever asks for one, open this link and press the button:
mail-promise = We never ask for the login code of your Telegram account.

## The SMS: at most 160 characters in all, only letters that an SMS knows

sms =
    { $number ->
        [1] Code
       *[other] Code { $number }:
    } { $code } for { $group }. In the chat: { $phrase }. Valid { $lives }. Type it only there. Not you? Ignore it{ $stop ->
        [yes] ; STOP ends it
       *[no] { "" }
    }.
