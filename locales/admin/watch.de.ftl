# Deutsch: was die Betreiber des Bots über ihn als Ganzes hören.

watch-sms = { $count } SMS
watch-money = { $amount } { $currency }
watch-used-up-prefix = ⚠️ <b>Viele SMS an fast gleiche Nummern.</b> Innerhalb einer Stunde gingen { $limit } an Nummern in { $code }, die sich nur in den letzten vier Ziffern unterscheiden (per_prefix); bis zum Ende der Stunde gehen keine mehr hin. So nah beieinander liegen die Nummern von Leuten selten: Vielleicht ist jemand hinter dem Geld her, das jede SMS kostet. Ich sage das für { $code } einmal am Tag.
watch-used-up-country = ⚠️ <b>Heute gehen keine SMS mehr an { $code }.</b> Die Grenze von { $limit } am Tag ist erreicht (sends_per_country, country_limits). Wer dort eine Nummer hat, wird gebeten, einen anderen Weg zu nehmen oder morgen wiederzukommen. Falls du nicht mit so vielen gerechnet hast: Vielleicht ist jemand hinter dem Geld her, das jede SMS kostet.
watch-used-up-gate = ⚠️ <b>Für diese Gruppe gehen heute keine SMS mehr hinaus.</b> Die Grenze von { $limit } am Tag ist erreicht (sms_per_gate). Wer beitreten möchte, wird gebeten, einen anderen Weg zu nehmen oder morgen wiederzukommen.
watch-used-up =
    ⚠️ <b>{ $of ->
        [hour] Bis zum Ende dieser Stunde gehen keine SMS mehr hinaus.
        [month] In diesem Monat gehen keine SMS mehr hinaus.
       *[day] Heute gehen keine SMS mehr hinaus.
    }</b> Die Grenze von { $limit } { $of ->
        [hour] in der Stunde für alle Gruppen zusammen ist erreicht. Ich sage das einmal am Tag.
        [month] im Monat für alle Gruppen zusammen ist erreicht.
       *[day] am Tag für alle Gruppen zusammen ist erreicht.
    } Wer beitreten möchte, wird gebeten, einen anderen Weg zu nehmen oder später wiederzukommen.
watch-nearly-used-up =
    ⚠️ <b>{ $used } von { $limit }</b> sind { $of ->
        [hour] in dieser Stunde
        [month] in diesem Monat
       *[day] heute
    } für SMS verbraucht, für alle Gruppen zusammen. { $forecast } Danach geht keine SMS mehr hinaus, bis { $of ->
        [hour] die nächste Stunde
        [month] der nächste Monat
       *[day] der nächste Tag
    } beginnt (UTC).
watch-forecast-day = Wenn es so weitergeht, ist der Rest am <b>{ $day }</b> verbraucht.
watch-forecast-time = Wenn es so weitergeht, ist der Rest um <b>{ $time } UTC</b> verbraucht.
watch-forecast-lasts = Wenn es so weitergeht, reicht es.
watch-off = ⚠️ <b>An { $code } gehen { $rest } lang keine SMS.</b> Von den letzten { $of } Codes dorthin { $verified ->
        [0] kam keiner
        [one] kam einer
       *[other] kamen { $verified }
    } zurück (sms_conversion). Vielleicht verdient jemand an den SMS, vielleicht kommen sie nicht an. Wer dort eine Nummer hat, wird gebeten, eine E-Mail-Adresse zu nehmen, wenn die Gruppe das zulässt. Danach versuche ich es mit ein paar wenigen.
watch-on-again = <b>An { $code } gehen wieder SMS.</b> Von ein paar wenigen zur Probe kamen genug zurück.
