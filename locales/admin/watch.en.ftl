# English: what the owners of the bot hear about it as a whole. Telegram's <b>, <i> and <code> may
# be used.

watch-used-up-country = ⚠️ <b>No more SMS go to { $code } today.</b> As many have gone there as the day allows (sends_per_country). Whoever has a number there is asked to use another way, or to come back tomorrow. If you did not expect so many, somebody may be after the money that each of them costs.
