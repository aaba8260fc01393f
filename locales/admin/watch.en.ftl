# English: what the owners of the bot hear about it as a whole. Telegram's <b>, <i> and <code> may
# be used.

watch-sms = { $count } SMS
watch-money = { $amount } { $currency }
watch-used-up-prefix = ⚠️ <b>Many SMS to numbers that are nearly the same.</b> Within an hour { $limit } went to numbers in { $code } that differ in their last four digits only (per_prefix); for the rest of the hour no more do. People's numbers are seldom so close: somebody may be after the money that each SMS costs. I say this once a day for { $code }.
watch-used-up-country = ⚠️ <b>No more SMS go to { $code } today.</b> The limit of { $limit } a day is reached (sends_per_country, country_limits). Whoever has a number there is asked to use another way, or to come back tomorrow. If you did not expect so many, somebody may be after the money that each SMS costs.
watch-used-up-gate = ⚠️ <b>No more SMS go out for this group today.</b> The limit of { $limit } a day is reached (sms_per_gate). Whoever wants to join is asked to use another way, or to come back tomorrow.
watch-used-up =
    ⚠️ <b>{ $of ->
        [hour] No more SMS go out for the rest of this hour.
        [month] No more SMS go out this month.
       *[day] No more SMS go out today.
    }</b> The limit of { $limit } { $of ->
        [hour] an hour for all groups together is reached. I say this once a day.
        [month] a month for all groups together is reached.
       *[day] a day for all groups together is reached.
    } Whoever wants to join is asked to use another way, or to come back later.
watch-nearly-used-up =
    ⚠️ <b>{ $used } of { $limit }</b> are used for SMS { $of ->
        [hour] this hour
        [month] this month
       *[day] today
    }, for all groups together. { $forecast } After that no SMS goes out until the next { $of ->
        [hour] hour
        [month] month
       *[day] day
    } begins (UTC).
watch-forecast-day = At this pace the rest is used up on <b>{ $day }</b>.
watch-forecast-time = At this pace the rest is used up at <b>{ $time } UTC</b>.
watch-forecast-lasts = At this pace it lasts.
watch-off = ⚠️ <b>No SMS go to { $code } for { $rest }.</b> Of the last { $of } codes that went there, { $verified ->
        [0] none
       *[other] { $verified }
    } came back (sms_conversion). Perhaps somebody earns from the text messages, perhaps they do not arrive. Whoever has a number there is asked to use their e-mail address, if the gate takes one. After that time I try it with a few.
watch-on-again = <b>SMS go to { $code } again.</b> Of a few that I tried it with, enough came back.
