# Deutsch: was die Betreiber des Bots über ihn als Ganzes hören.

watch-used-up-country = ⚠️ <b>Heute gehen keine SMS mehr an { $code }.</b> Dorthin sind so viele gegangen, wie der Tag erlaubt (sends_per_country). Wer dort eine Nummer hat, wird gebeten, einen anderen Weg zu nehmen oder morgen wiederzukommen. Falls du nicht mit so vielen gerechnet hast: Vielleicht ist jemand hinter dem Geld her, das jede kostet.

watch-off = ⚠️ <b>An { $code } gehen { $rest } lang keine SMS.</b> Von den letzten { $of } Codes dorthin { $verified ->
        [0] kam keiner
        [one] kam einer
       *[other] kamen { $verified }
    } zurück (sms_conversion). Vielleicht verdient jemand an den SMS, vielleicht kommen sie nicht an. Wer dort eine Nummer hat, wird gebeten, eine E-Mail-Adresse zu nehmen, wenn die Gruppe das zulässt. Danach versuche ich es mit ein paar wenigen.
watch-on-again = <b>An { $code } gehen wieder SMS.</b> Von ein paar wenigen zur Probe kamen genug zurück.
