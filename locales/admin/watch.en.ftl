# English: what the owners of the bot hear about it as a whole. Telegram's <b>, <i> and <code> may
# be used.

watch-used-up-country = ⚠️ <b>No more SMS go to { $code } today.</b> As many have gone there as the day allows (sends_per_country). Whoever has a number there is asked to use another way, or to come back tomorrow. If you did not expect so many, somebody may be after the money that each of them costs.

watch-off = ⚠️ <b>No SMS go to { $code } for { $rest }.</b> Of the last { $of } codes that went there, { $verified ->
        [0] none
       *[other] { $verified }
    } came back (sms_conversion). Perhaps somebody earns from the text messages, perhaps they do not arrive. Whoever has a number there is asked to use their e-mail address, if the gate takes one. After that time I try it with a few.
watch-on-again = <b>SMS go to { $code } again.</b> Of a few that I tried it with, enough came back.
