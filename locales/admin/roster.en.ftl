# English: what an admin reads about a roster. Messages whose names begin with "roster-label-" are
# plain text on buttons, at most 40 characters.

roster-roster =
    <b>Roster:</b> { $size ->
        [0] empty
        [one] { $size } address
       *[other] { $size } addresses
    }

    { $required ->
        [yes] { $size ->
            [0] <b>Only addresses on it may pass, and there is none: nobody can pass.</b>
           *[other] Only these addresses may pass, each for as many accounts as you allow.
        }
       *[no] It is not required (default): other addresses may pass, too. With the last button only these may.
    }

    You can also just send me a CSV file.
roster-list =
    <b>Roster</b>, part of { $size ->
        [one] { $size } address
       *[other] { $size } addresses
    }:

    { $lines }

    The addresses are masked here; in full they are in the exported file.
roster-listed =
    • <code>{ $address }</code>{ $admitted ->
        [0] { "" }
        [one] { " " }– let { $admitted } account in
       *[other] { " " }– let { $admitted } accounts in
    }

## A file

roster-how-to =
    <b>Send me the roster as a CSV file.</b> Use the paper clip, and send it as a file, not as text.

    • one address a line, in the first column: <code>nora@example.org</code> or <code>+49 151 23456789</code>
    • up to { $lines } lines; other columns are left alone
    • from a spreadsheet: save it as CSV (UTF-8)

    I show you first what would change. Nobody is removed by a file.
roster-which-group = Which group is this roster for?
roster-no-gate = I watch no group’s door that you could set up, so I have no use for a file. /gate begins.
roster-fixed = This gate is written in the bot’s config file: its roster cannot be changed here.
roster-reading = I am reading your file. One moment, please.
roster-too-large = This file is larger than { $most } MB, so I have not read it. Please send a CSV file with the addresses alone.
roster-not-fetched = Telegram has not given me your file. Please send it again.
roster-not-text = This is no text file. Please save the spreadsheet as <b>CSV (UTF-8)</b> and send that.
roster-empty-file = There is no address in this file: each line needs one, in the first column.
roster-too-long = This file has more than { $lines } lines, so I have taken none. Please send it in parts.
roster-bad =
    <b>Nothing was changed</b>: some lines of your file hold no address that I can read. Please mend these and send the file again:

    { $lines }{ $more ->
        [0] { "" }
        [one] { "" }
        … and one more
       *[other] { "" }
        … and { $more } more
    }

    { $good ->
        [0] No line is all right.
        [one] One other line is all right.
       *[other] The other { $good } lines are all right.
    }
roster-bad-line =
    • line { $line }: { $why ->
        [cannot-receive] this number cannot receive SMS
        [broken] not UTF-8, or a quotation mark that is never closed
       *[unreadable] neither an e-mail address nor a phone number with its dial code
    }
roster-preview =
    <b>Shall I put this on the roster?</b>

    • new: <b>{ $new }</b>
    • there already: { $known }
    • twice in the file: { $repeated }

    Every line is all right. Nobody is removed; nothing has changed yet.
roster-nothing-new =
    { $known ->
        [one] The address in this file is on the roster already: there is nothing to change.
       *[other] All { $known } addresses in this file are on the roster already: there is nothing to change.
    }
roster-upload-gone = I do not have this file any more: I keep one for an hour at most. Nothing was changed; please send it again.
roster-upload-dropped = All right: I have forgotten the file, and nothing was changed.
roster-exporting =
    { $size ->
        [one] The roster with its { $size } address comes as a file.
       *[other] The roster with its { $size } addresses comes as a file.
    } The addresses in it are in full: please keep it safe. That you took it is in the log.

## Typed

roster-ask-add = Which addresses shall go onto the roster? Please type one or several, apart by commas or lines.
roster-ask-remove = Which addresses shall go off the roster? Please type one or several, apart by commas or lines. Whoever came in by one of them stays in the group.
roster-bad-typed =
    <b>Nothing was changed</b>, because I cannot take this:

    { $lines }{ $more ->
        [0] { "" }
        [one] { "" }
        … and one more
       *[other] { "" }
        … and { $more } more
    }
roster-bad-entry =
    • <code>{ $entry }</code>: { $why ->
        [cannot-receive] this number cannot receive SMS
        [broken] unreadable
       *[unreadable] neither an e-mail address nor a phone number with its dial code
    }
roster-too-many-typed = At most { $most } addresses fit into one message. Nothing was changed; for more, please send a file.
roster-nothing-typed = There is no address in it. Nothing was changed.

## What came of it

roster-added =
    { $new ->
        [0] Nothing new: nothing was changed.
        [one] { $new } address is on the roster now.
       *[other] { $new } addresses are on the roster now.
    }{ $known ->
        [0] { "" }
        [one] { " " }{ $known } was there already.
       *[other] { " " }{ $known } were there already.
    }
roster-removed =
    { $removed ->
        [0] Nothing was removed.
        [one] { $removed } address is off the roster.
       *[other] { $removed } addresses are off the roster.
    }{ $missing ->
        [0] { "" }
        [one] { " " }{ $missing } was not on it.
       *[other] { " " }{ $missing } were not on it.
    }
roster-confirm-clear =
    { $size ->
        [one] Shall I remove the one address on the roster?
       *[other] Shall I remove all { $size } addresses from the roster?
    } This cannot be taken back; whoever is in the group stays.{ $required ->
        [yes] { " " }<b>Only addresses on the roster may pass: nobody could, from then on.</b>
       *[no] { "" }
    }
roster-cleared =
    { $size ->
        [0] The roster was empty already.
        [one] The roster is empty: { $size } address is gone.
       *[other] The roster is empty: { $size } addresses are gone.
    }

## Buttons

roster-label-send-file = 📄 Send a file
roster-label-add = ➕ Add
roster-label-remove = ➖ Remove
roster-label-list = 📋 List
roster-label-more = More ➡️
roster-label-from-start = ⏮ From the start
roster-label-export = 💾 Export
roster-label-clear = 🗑 Empty it
roster-label-apply = ✅ Add { $new }
roster-label-cancel = Cancel
