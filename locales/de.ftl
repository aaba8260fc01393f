# Deutsch.

## Zeiten

wait-in =
    { $unit ->
        [second] { $count ->
            [one] in { $count } Sekunde
           *[other] in { $count } Sekunden
        }
        [minute] { $count ->
            [one] in { $count } Minute
           *[other] in { $count } Minuten
        }
        [hour] { $count ->
            [one] in { $count } Stunde
           *[other] in { $count } Stunden
        }
       *[day] { $count ->
            [one] in { $count } Tag
           *[other] in { $count } Tagen
        }
    }
wait-for =
    { $unit ->
        [second] { $count ->
            [one] { $count } Sekunde
           *[other] { $count } Sekunden
        }
        [minute] { $count ->
            [one] { $count } Minute
           *[other] { $count } Minuten
        }
        [hour] { $count ->
            [one] { $count } Stunde
           *[other] { $count } Stunden
        }
       *[day] { $count ->
            [one] { $count } Tag
           *[other] { $count } Tage
        }
    }

nameless-group = deine Gruppe
# Steht für den Namen einer Gruppe, die so heißt, als wäre sie Telegram selbst.
posing-group = eine Gruppe, die sich „{ $title }“ nennt

## Wege hinein

ask-password =
    Hallo! Ich stehe an der Tür dieser Gruppe Wache. Zwei Dinge öffnen sie: das Passwort der Gruppe und ein Einmalcode, den ich dir per E-Mail oder aufs Handy schicke.

    Bitte <b>tippe das Passwort ein</b> und schick es mir. { $tries ->
        [one] Du hast { $tries } Versuch.
       *[other] Du hast { $tries } Versuche.
    }

    Passwort, Adresse und Codes entferne ich aus diesem Chat, sobald ich sie gelesen habe. Wonach ich nie frage, ist der Anmeldecode deines Telegram-Kontos. Mehr dazu: /safety
choose-gate = Hallo! Ich stehe an den Türen mehrerer Gruppen Wache. Welcher möchtest du beitreten?
no-open-gate = Hallo! Ich stehe an den Türen von Gruppen Wache, aber hier ist keine davon aufgeführt. Falls dir jemand einen Einladungslink gegeben hat, öffne ihn bitte und stell eine Beitrittsanfrage: Dann schreibe ich dir.
unknown-link = Dieser Link führt nirgendwohin mehr. Bitte lass dir von der Person, von der du ihn hast, einen neuen geben.
already-member = Du bist schon Mitglied dieser Gruppe. Die Tür ist offen.
already-admitted = Du hast alles schon geschafft. Es ist nichts mehr zu tun.
let-in = <b>Willkommen!</b> Jemand hat dir die Tür geöffnet: Du bist jetzt in der Gruppe, und ich brauche nichts weiter von dir.
banned = Die Admins dieser Gruppe haben dieses Konto gesperrt, deshalb muss die Tür zu bleiben. Nur sie können das ändern.

## Passwort

wrong-password =
    Das ist nicht das Passwort. { $left ->
        [0] Das war dein letzter Versuch.
        [one] Du hast noch { $left } Versuch. Bitte tippe es noch einmal.
       *[other] Du hast noch { $left } Versuche. Bitte tippe es noch einmal.
    }
password-too-long = Das ist zu lang für das Passwort. Bitte tippe nur das Passwort selbst; das kostet dich keinen Versuch.

gate-closed = Diese Tür ist gerade zu: Kein Passwort öffnet sie. Das liegt nicht an dir, und was du tippst, kostet dich keinen Versuch. Bitte komm später wieder oder wende dich an einen Admin der Gruppe.

## Sperren

locked =
    Es waren zu viele falsche Versuche, deshalb bleibt die Tür erst einmal zu. Du kannst es <b>{ $wait }</b> wieder versuchen.

    Was du bis dahin schickst, zählt nicht gegen dich.
hard-stopped = Es waren insgesamt zu viele falsche Versuche. Von hier an kann dir nur noch ein Admin der Gruppe die Tür öffnen: Bitte wende dich an jemanden von ihnen.
restored =
    Ich musste aus einer Sicherung wiederhergestellt werden und habe vielleicht etwas vergessen. Damit niemand davon einen Vorteil hat, kann eine Weile lang niemand etwas versuchen. Das liegt nicht an dir, und was du bis dahin schickst, zählt nicht gegen dich.

    Bitte komm <b>{ $wait }</b> wieder und schick mir /start.

## Adresse

ask-channel = Danke. Wie darf ich dir deinen Code schicken?
ask-email =
    Bitte tippe die E-Mail-Adresse ein, an die ich deinen Code schicken darf.{ $count ->
        [0] { "" }
        [one] { " " }Sie muss auf <code>{ $domains }</code> enden.
       *[other] { " " }Sie muss eine dieser Endungen haben: <code>{ $domains }</code>.
    }
ask-phone =
    Bitte tippe die Handynummer ein, an die ich deinen Code schicken darf, mit Ländervorwahl, zum Beispiel <code>{ $example }</code>. Oder teile deine eigene Nummer mit dem Knopf unten.{ $count ->
        [0] { "" }
        [one] { " " }Sie muss mit <code>{ $countries }</code> beginnen.
       *[other] { " " }Sie muss mit einer dieser Vorwahlen beginnen: <code>{ $countries }</code>.
    }{ $email ->
        [yes] { " " }Wenn dir eine Mail lieber ist, tippe stattdessen deine E-Mail-Adresse.
       *[no] { "" }
    }
email-unreadable = Das kann ich nicht als E-Mail-Adresse lesen. Sie sollte aussehen wie <code>name@example.org</code>. Bitte tippe sie noch einmal; das kostet dich keinen Versuch.
email-domain-not-allowed =
    Diese Gruppe nimmt nur { $count ->
        [one] Adressen, die auf <code>{ $domains }</code> enden.
       *[other] Adressen mit einer dieser Endungen: <code>{ $domains }</code>.
    } Bitte tippe eine andere; das kostet dich keinen Versuch.
phone-unreadable =
    Das kann ich nicht als Telefonnummer lesen. Bitte tippe sie mit Ländervorwahl, zum Beispiel <code>{ $example }</code>; das kostet dich keinen Versuch.{ $count ->
        [0] { "" }
        [one] { " " }Sie muss mit <code>{ $countries }</code> beginnen.
       *[other] { " " }Sie muss mit einer dieser Vorwahlen beginnen: <code>{ $countries }</code>.
    }
phone-country-not-allowed =
    Ich darf SMS nur an Nummern schicken, die mit { $count ->
        [one] <code>{ $countries }</code> beginnen.
       *[other] einer dieser Vorwahlen beginnen: <code>{ $countries }</code>.
    } Bitte tippe eine andere; das kostet dich keinen Versuch.
email-domain-blocked = Diese Gruppe nimmt keine Adressen dieser Domain. Bitte tippe eine andere; das kostet dich keinen Versuch.
phone-country-blocked = Diese Gruppe nimmt keine Nummern aus diesem Land. Bitte tippe eine andere; das kostet dich keinen Versuch.
phone-cannot-receive = Diese Nummer kann keine SMS empfangen: Sie gehört zu einem Festnetzanschluss oder einem Dienst. Bitte gib mir eine Handynummer; das kostet dich keinen Versuch.
not-on-roster = Der Code stimmt, aber <code>{ $address }</code> ist keine der Adressen, die diese Gruppe erwartet. Bitte gib mir eine andere von dir; das kostet dich keinen Versuch.
address-taken = Der Code stimmt, aber <code>{ $address }</code> hat schon ein anderes Konto in diese Gruppe gelassen. Bitte gib mir eine andere Adresse von dir; das kostet dich keinen Versuch.
contact-not-own = Ich kann nur deine eigene Nummer nehmen, und nur von dir selbst: Bitte tippe sie mit Ländervorwahl ein oder teile sie mit dem Knopf, den ich dafür anbiete.
noted = Danke.
confirm =
    { $channel ->
        [sms] Soll ich den Code per SMS an diese Nummer schicken?
       *[email] Soll ich den Code per E-Mail an diese Adresse schicken?
    }

    <code>{ $address }</code>

    Bitte schau genau hin und drück dann den Knopf.
confirmed-sending = Du hast einen Code an <code>{ $address }</code> angefordert.
confirm-dropped = Verstanden: Dorthin schicke ich nichts.

## Der Code

code-sent =
    { $number ->
        [1] Ich habe deinen Code
       *[other] Ich habe <b>Code { $number }</b>
    } { $channel ->
        [sms] per SMS
       *[email] per E-Mail
    } an <code>{ $address }</code> geschickt, sofern Codes dorthin nicht abbestellt sind. { $channel ->
        [sms] In der SMS
       *[email] In der Mail
    } stehen dieselben zwei Wörter wie in diesem Chat: <b>{ $phrase }</b>.

    Bitte tippe die { $digits } Ziffern hier ein. Sie gelten { $lives }.{ $number ->
        [1] { "" }
       *[other] { " " }Frühere Codes zählen nicht mehr.
    }{ $channel ->
        [sms] { "" }
       *[email] { " " }Falls nichts ankommt, schau bitte auch in den Spam-Ordner.
    }{ $number ->
        [1] { "" }
       *[other] { " " }Falls du dort einmal keine Codes mehr wolltest, kommt auch keiner: Bitte nimm eine andere Adresse oder wende dich an einen Admin der Gruppe.
    }
code-delayed =
    { $channel ->
        [sms] Unser SMS-Dienst antwortet gerade nicht.
       *[email] Unser Mail-Dienst antwortet gerade nicht.
    } Das liegt an uns, nicht an dir. Codes warten, bis er antwortet, und es kostet dich keinen Versuch.
code-gave-up =
    Es konnte kein Code hinausgehen: { $channel ->
        [sms] Unser SMS-Dienst
       *[email] Unser Mail-Dienst
    } ist gestört. Das liegt an uns, nicht an dir, und kostet dich keinen Versuch. Bitte lass dir etwas später einen neuen Code schicken.
code-unknown =
    { $channel ->
        [sms] Unser SMS-Dienst
       *[email] Unser Mail-Dienst
    } hat mittendrin abgebrochen. Deshalb weiß ich nicht, ob { $number ->
        [1] dein Code
       *[other] Code { $number }
    } bei <code>{ $address }</code> angekommen ist. Das liegt an uns, nicht an dir.

    Falls er ankommt, stehen die Wörter <b>{ $phrase }</b> dabei: Bitte tippe seine { $digits } Ziffern hier ein, er gilt noch { $lives }. Falls nicht, lass dir einen neuen schicken.
refused-no-such-address = <code>{ $address }</code> gibt es nicht, heißt es. Bitte prüf sie und gib mir eine andere; das kostet dich keinen Versuch.
refused-mailbox-full = Das Postfach von <code>{ $address }</code> ist voll. Bitte schaff etwas Platz oder gib mir eine andere Adresse; das kostet dich keinen Versuch.
refused-not-mobile = <code>{ $address }</code> kann keine SMS empfangen. Bitte gib mir eine andere Nummer; das kostet dich keinen Versuch.
refused-not-served = Unser SMS-Dienst erreicht <code>{ $address }</code> nicht. Das liegt nicht an dir. Bitte gib mir eine andere Nummer; das kostet dich keinen Versuch.
refused-policy = <code>{ $address }</code> nimmt unsere Nachrichten nicht an. Das liegt nicht an dir. Bitte gib mir eine andere; das kostet dich keinen Versuch.
wrong-code =
    Das ist nicht der Code. { $left ->
        [0] Das war dein letzter Versuch.
        [one] Du hast noch { $left } Versuch.
       *[other] Du hast noch { $left } Versuche.
    }
code-expired =
    { $number ->
        [1] Dein Code
       *[other] Code { $number }
    } ist inzwischen abgelaufen; das kostet dich keinen Versuch. Soll ich dir einen neuen schicken?
old-code = Das war Code { $was }. An seine Stelle ist <b>Code { $now }</b> getreten: Bitte tippe diesen ein. Das kostet dich keinen Versuch.
not-a-code = Ich warte auf deinen Code: { $digits } Ziffern in einer Nachricht. Das kostet dich keinen Versuch.
same-address =
    { $number ->
        [1] Dein Code
       *[other] Code { $number }
    } an <code>{ $address }</code> gilt noch. Soll ich einen neuen schicken, oder behältst du ihn?
offer-new-code = Soll ich einen neuen Code an <code>{ $address }</code> schicken?
tap-link-not-yours = Dieser Link gehört zum Code von jemand anderem oder zu einem, der nicht mehr zählt. Er bewirkt hier nichts und kostet dich keinen Versuch.

## Gedrückte Knöpfe

button-spent = Dieser Knopf hat seine Arbeit schon getan.
resend-in = Einen neuen Code kann ich dir { $wait } schicken.
code-kept =
    { $number ->
        [1] Gut: Dein Code gilt noch.
       *[other] Gut: Code { $number } gilt noch.
    } Bitte tippe ihn hier ein.

## Keine Codes mehr an eine Adresse

opt-out =
    Dieser Link stammt aus einer Mail mit einem Code. Soll ich an die Adresse dieser Mail <b>keine Codes mehr schicken</b>, egal, wer einen anfordert?

    Dann kommt auch niemand mehr mit dieser Adresse durch eine Tür. Dieser Link macht es rückgängig.
opt-in =
    Dieser Link stammt aus einer Mail mit einem Code. An die Adresse dieser Mail schicke ich keine Codes mehr, weil jemand mit einer solchen Mail das so wollte.

    Soll ich dorthin wieder Codes schicken?
opted-out = Erledigt: An diese Adresse schicke ich keine Codes mehr, egal, wer einen anfordert. Um das rückgängig zu machen, öffne den Link in der Mail noch einmal.
opted-in = Erledigt: An diese Adresse schicke ich wieder Codes.

## Grenzen beim Senden

no-more-codes-today = Du hast so viele Codes angefordert, wie es an einem Tag geben darf. Bitte komm morgen wieder.
no-more-addresses-today = Du hast mir so viele Adressen gegeben, wie ich an einem Tag annehmen darf. Bitte nimm eine davon oder komm morgen wieder.
address-had-too-many = An diese Adresse wurden heute zu viele Codes angefordert, vielleicht von anderen. Das sperrt dich nicht aus: Bitte gib mir eine andere Adresse oder komm morgen wieder.
sms-had-too-many = Für den Augenblick habe ich so viele SMS verschickt, wie ich darf, an alle zusammen. Das liegt nicht an dir und kostet dich keinen Versuch. Bitte wähle einen anderen Weg oder komm { $wait } wieder.
country-had-too-many = In dieses Land habe ich heute so viele SMS geschickt, wie ich darf. Das liegt nicht an dir. Bitte wähle einen anderen Weg oder komm morgen wieder.
country-off-or-email = In dieses Land schicke ich gerade keine SMS: Zu wenige der Codes dorthin kamen zurück. Das liegt nicht an dir. Bitte nimm stattdessen deine E-Mail-Adresse.
country-off = In dieses Land schicke ich gerade keine SMS: Zu wenige der Codes dorthin kamen zurück. Das liegt nicht an dir. Bitte nimm eine Nummer aus einem anderen Land oder versuch es später noch einmal.

## Das Ende

admitted = <b>Willkommen!</b> Die Tür ist offen: Du bist jetzt in der Gruppe.
personal-link =
    Du hast alles geschafft. Dieser Einladungslink gilt nur für dich:

    { $link }

    Öffne ihn und stell eine Beitrittsanfrage: Ich lasse dich sofort hinein. Er gilt einen Tag; für alle anderen bleibt die Tür zu.
admission-no-rights = Du darfst herein, aber mir fehlt das Recht, die Tür zu öffnen. Das liegt an uns, nicht an dir, und du behältst deinen Platz: Sobald mir ein Admin der Gruppe dieses Recht gegeben hat, lasse ich dich von selbst hinein. Du kannst dann auch den Knopf drücken.
admission-too-many-chats = Du hast alles geschafft, aber Telegram sagt, dass du in zu vielen Gruppen und Kanälen bist. Bitte verlass eine Gruppe oder einen Kanal und drück danach den Knopf.
admission-failed = Du hast alles geschafft, aber Telegram ließ mich die Tür nicht öffnen. Das liegt an uns, nicht an dir. Bitte drück in einer Weile den Knopf oder schick mir /start.
cancelled = Gut, ich habe aufgehört. Wann immer du magst: Stell wieder eine Beitrittsanfrage oder schick mir /start.

## Andere Wege hinein

only-by-personal-link = In diese Gruppe führen nur persönliche Links, deshalb kann ich keine Anfrage über einen anderen Link annehmen. Ich kann dir einen eigenen geben: Bitte beantworte hier meine Fragen, am Ende bekommst du ihn.
freed = <b>Danke!</b> Du hast alles geschafft: Du kannst jetzt in der Gruppe schreiben.
removed-in-time = Du bist nicht innerhalb der Frist ({ $time }) durch die Tür dieser Gruppe gekommen, deshalb habe ich dich aus ihr entfernt. Das ist keine Sperre: Tritt wieder bei, wann immer du magst, oder schick mir /start, und ich lasse dich hinein, sobald du alles geschafft hast.
button-of-somebody-else = Dieser Knopf ist für ein anderes Mitglied der Gruppe; bei dir bewirkt er nichts.

## Admins

asked-admin = Ich habe die Admins der Gruppe gefragt. Sie sehen deinen Namen und wo du festhängst, kein Passwort und keine vollständige Adresse. Ich schreibe dir, sobald jemand von ihnen entschieden hat.
asked-admin-already = Ich habe die Admins schon gefragt, und noch niemand hat geantwortet. Ich schreibe dir, sobald es jemand tut.
no-more-asks-today = Ich habe die Admins heute so oft für dich gefragt, wie ich darf. Bitte komm morgen wieder.
nobody-to-ask = Ich erreiche hier keinen Admin, den ich für dich fragen könnte. Bitte versuch es später noch einmal, oder schreib einem von ihnen selbst.
declined = Ein Admin der Gruppe hat entschieden, dich diesmal nicht hineinzulassen.
unlocked = Ein Admin hat deine Sperre beendet: Deine falschen Versuche sind vergessen, und du kannst es wieder versuchen.
revoked = Ein Admin der Gruppe hat deine Aufnahme zurückgenommen. Wenn du wieder hinein möchtest, muss ich dich neu fragen.

## Alles andere

help =
    Ich stehe an den Türen von Gruppen Wache: Ich frage nach dem Passwort, schicke einen Code an deine E-Mail-Adresse oder dein Handy und öffne, wenn er zurückkommt.

    <b>Jetzt:</b> { $now }

    /start – anfangen oder sehen, wo du bist
    /admin – einen Admin der Gruppe um Hilfe bitten
    /cancel – aufhören
    /safety – wonach ich frage und wonach nie
need-text = Ich kann nur lesen, was du tippst. { $now }
now-nothing = Ich warte auf nichts. Um anzufangen, stell bei einer Gruppe eine Beitrittsanfrage oder schick /start.
now-password = Bitte tippe das Passwort der Gruppe ein.
now-channel = Bitte wähle mit den Knöpfen oben, wie ich dir deinen Code schicken darf.
now-email = Bitte tippe deine E-Mail-Adresse ein.
now-phone = Bitte tippe deine Handynummer mit Ländervorwahl ein oder teile sie mit dem Knopf.
now-confirm = Bitte prüf die Adresse oben und drück einen Knopf.
now-code = Bitte tippe deinen Code ein.
now-locked = Bitte warte, bis die Sperre vorbei ist. /start sagt dir, wie lange das dauert.
now-stopped = Von hier an kann dir nur noch ein Admin der Gruppe die Tür öffnen.
now-admitting = Du hast alles geschafft. Falls die Tür nicht aufgeht, schick mir bitte /start.
now-link = Du hast alles geschafft. Bitte öffne deinen Einladungslink und stell eine Beitrittsanfrage; /start zeigt ihn dir noch einmal.
now-admitted = Die Tür ist offen für dich. Es ist nichts mehr zu tun.
safety =
    <b>Wonach ich frage:</b> nach dem Passwort der Gruppe, einer E-Mail-Adresse oder Telefonnummer und dem Code, den ich dorthin geschickt habe. Alles davon entferne ich aus diesem Chat, sobald ich es gelesen habe.

    <b>Wonach ich nie frage:</b> nach dem Anmeldecode deines Telegram-Kontos (fünf Ziffern, von Telegram selbst geschickt), nach deinem Telegram-Passwort, nach Geld oder danach, dass du eine App installierst. Wer so etwas verlangt, will dein Konto.

    <b>Woran du meinen Code erkennst:</b> In der Mail oder SMS stehen dieselben zwei Wörter wie in diesem Chat und der Name der Gruppe.

    <b>Woran du mich erkennst:</b> Vergleich meinen @Namen oben in diesem Chat Buchstabe für Buchstabe mit dem unter den Administratoren der Gruppe, oder frag jemanden, der schon drin ist. Ich schreibe dir erst, wenn du eine Beitrittsanfrage gestellt oder auf Starten gedrückt hast, und schicke dich nie zu einem anderen Bot oder auf eine Webseite weiter.
safety-before =
    { $safety }

    <b>Wo du bist:</b> vor { $count ->
        [one] der Tür von <b>{ $groups }</b>.
       *[other] den Türen von <b>{ $groups }</b>{ $more ->
            [0] .
           *[other] { " " }und { $more } weiteren.
        }
    } Ich frage, prüfe und öffne; alles andere ist Sache der Admins der Gruppe.
login-code-warning =
    ⚠️ <b>Halt, bitte.</b> Das sieht aus wie ein Anmeldecode deines Telegram-Kontos. Ich habe ihn entfernt und nicht verwendet.

    Danach frage ich nie, und keine ehrliche Gruppe tut es: Wer ihn hat, kann dein Konto übernehmen. Falls dich jemand aufgefordert hat, ihn zu schicken, antworte nicht und sieh unter Einstellungen → Geräte nach, ob dort fremde Anmeldungen stehen.
nothing-to-cancel = Es gibt nichts abzubrechen.
edit-ignored = Änderungen an früheren Nachrichten lese ich nicht. Bitte schick es als neue Nachricht.
forward-ignored = Weitergeleitete Nachrichten lese ich nicht. Bitte tippe es selbst.

## Knöpfe

label-use-email = ✉️ Per E-Mail
label-use-sms = 💬 Per SMS
label-send-code = Code schicken
label-resend = 🔁 Neu senden
label-other-address = Andere Adresse
label-keep-code = Diesen Code behalten
label-new-code = Neuen Code schicken
label-ask-admin = 🙋 Admin fragen
label-try-again = Noch einmal versuchen
label-cancel = Abbrechen
label-opt-out = Keine Codes mehr dorthin
label-opt-in = Wieder Codes dorthin schicken
label-share-contact = 📱 Meine Nummer teilen

## Das Menü des Bots

command-start = Anfangen oder sehen, wo du bist
command-help = Was hier geschieht
command-admin = Einen Admin der Gruppe um Hilfe bitten
command-cancel = Aufhören
command-safety = Wonach ich frage und wonach nie

## Die Mail

mail-subject = Dein Code für { $group }
mail-greeting = Hallo,
mail-intro =
    { $number ->
        [1] hier ist dein Code für die Telegram-Gruppe „{ $group }“:
       *[other] hier ist Code { $number } für die Telegram-Gruppe „{ $group }“; frühere Codes zählen nicht mehr:
    }
mail-phrase = Im Chat mit dem Bot stehen dieselben zwei Wörter: { $phrase }. Stehen dort andere, ist dieser Code nicht für dich.
mail-todo = Bitte tippe den Code in den Chat mit @{ $bot } auf Telegram ein. Er gilt { $lives }.
mail-tap = Oder öffne diesen Link auf dem Gerät, auf dem du Telegram benutzt. Er funktioniert nur für dich:
mail-ignore = Falls du diesen Code nicht angefordert hast, kannst du diese Mail einfach ignorieren: Ohne den Code geschieht nichts.
mail-opt-out = Falls du an dieser Adresse nie wieder einen Code von uns möchtest, egal, wer einen anfordert, öffne diesen Link und drück den Knopf:
mail-promise = Nach dem Anmeldecode deines Telegram-Kontos fragen wir nie.

## Die SMS: höchstens 160 Zeichen, nur Zeichen, die eine SMS kennt

sms =
    { $number ->
        [1] Code
       *[other] Code { $number }:
    } { $code } für { $group }. Im Chat: { $phrase }. Gilt { $lives }. Nur dort eintippen. Nicht von dir? Ignorieren{ $stop ->
        [yes] ; STOP bestellt ab
       *[no] { "" }
    }.
