# Deutsch: was die Betreiber des Bots über ihn als Ganzes hören.

watch-used-up-country = ⚠️ <b>Heute gehen keine SMS mehr an { $code }.</b> Dorthin sind so viele gegangen, wie der Tag erlaubt (sends_per_country). Wer dort eine Nummer hat, wird gebeten, einen anderen Weg zu nehmen oder morgen wiederzukommen. Falls du nicht mit so vielen gerechnet hast: Vielleicht ist jemand hinter dem Geld her, das jede kostet.
