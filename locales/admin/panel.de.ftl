# Deutsch: was Admins im privaten Chat lesen. Nachrichten, deren Namen mit "panel-label-" beginnen,
# sind reiner Text auf Knöpfen, höchstens 40 Zeichen.

panel-noted =
    { $note }

    { $body }
panel-step =
    <b>Schritt { $number } von { $of }</b>

    { $body }

## Wer darf

panel-not-for-you = Das ist für Admins von Gruppen, an deren Tür ich Wache stehe. Wenn ich auch an deiner stehen soll: Bitte lass dir von der Person, die diesen Bot betreibt, einen Einladungslink für Admins geben und öffne ihn.
panel-now-owner =
    <b>Dieser Bot gehört jetzt auch dir.</b>

    /gate – mich an die Tür einer Gruppe stellen
    /enrol – einen Link machen, mit dem das auch jemand anders darf
panel-now-enrolled =
    <b>Willkommen!</b> Du darfst mich an die Türen von Gruppen stellen, in denen du Admin bist.

    /gate – anfangen und später alles ändern
panel-already-in = Du brauchst keinen solchen Link: Das alles darfst du schon. Es hat sich also nichts geändert.
panel-link-forged = Dieser Link ist nicht von mir. Bitte lass dir von der Person, von der du ihn hast, einen neuen geben.
panel-link-expired = Dieser Link ist inzwischen zu alt. Bitte lass dir von der Person, von der du ihn hast, einen neuen geben.
panel-link-used = Diesen Link hat schon jemand benutzt, und er gilt nur einmal. Bitte lass dir einen neuen geben.
panel-owners-named = Wem dieser Bot gehört, steht in seiner Konfigurationsdatei; kein Link macht jemand anderen dazu.
panel-owners-only = Einladungslinks für Admins können nur die machen, denen dieser Bot gehört.
panel-enrolment-link =
    Mit diesem Link darf <b>eine</b> Person mich an die Türen ihrer Gruppen stellen. Er gilt einmal und { $lives } lang:

    { $link }

    Bitte gib ihn nur dieser Person.

## Wege zu einer Gruppe

panel-home =
    { $any ->
        [yes] Hallo! Um welche deiner Gruppen geht es?
       *[no] Hallo! Ich kann an der Tür deiner Gruppe Wache stehen: Drück den Knopf, oder füg mich dort als Administrator hinzu.
    }

    Was du hier alles tun kannst: /help
    Selbst in eine Gruppe hineinkommen: /join
panel-help =
    <b>Das kannst du als Admin:</b>

    { $own }

    Um dich um eine Person zu kümmern, schreib ihren <code>@Namen</code> oder ihre Nummer hinter den Befehl, oder leite mir einfach eine Nachricht von ihr weiter.

    <b>Wie alle anderen:</b>

    { $everybody }
panel-help-line = /{ $command } – { $does }

panel-invitation =
    Ich bin in deiner Gruppe, danke. Soll ich an ihrer Tür Wache stehen? Solange das nicht eingerichtet ist, ändere ich dort nichts.{ $admin ->
        [yes] { "" }
       *[no] { " " }Um Wache zu stehen, muss ich Administrator sein: <b>Bearbeiten → Administratoren → Administrator hinzufügen</b>, mit <b>Nutzer per Link einladen</b>.
    }
panel-no-groups = Ich stehe noch an keiner Tür von dir. Wähl mit dem Knopf unten eine Gruppe aus, oder füg mich dort als Administrator hinzu.
panel-choose-group = Um welche Gruppe geht es?
panel-pick-group = Bitte drück einen Knopf unter der Zeile, in die du tippst, und wähl die Gruppe aus. Mit dem ersten macht mich Telegram dort zum Administrator mit dem, was ich brauche. Der zweite ist für Gruppen, in denen ich schon bin.
panel-picked = Danke. Einen Moment bitte.
panel-rights-too-few = Du bist Administrator dieser Gruppe, aber ohne das Recht <b>Nutzer per Link einladen</b>. Über die Tür entscheiden nur die, die jemanden hereinlassen dürfen. Es hat sich nichts geändert.
panel-rights-gone = Du bist kein Administrator dieser Gruppe, deshalb kann ich dort nichts für dich tun. Es hat sich nichts geändert.
panel-not-in-group = Ich bin nicht in dieser Gruppe, oder dort kein Administrator. Bitte füg mich als Administrator hinzu und versuch es dann noch einmal. Es hat sich nichts geändert.
panel-telegram-silent = Telegram hat mir nicht gesagt, ob du das darfst. Es hat sich nichts geändert: Bitte versuch es gleich noch einmal.
panel-gate-gone = An der Tür dieser Gruppe stehe ich nicht mehr: Jemand hat das beendet.
panel-cancelled = Gut, ich habe aufgehört. Mit /gate geht es weiter.
panel-left = Gut. Mit /gate kommst du zurück.

## Ein Tor

panel-overview =
    { $state }

    <b>So kommen Leute herein:</b> { $mode }{ $extra }

    <b>Passwörter:</b>{ $count ->
        [0] { " " }noch keins
       *[other] { "" }
        { $passwords }
    }

    <b>Codes gehen per:</b> { $channels ->
        [both] E-Mail oder SMS
        [email] E-Mail
        [sms] SMS
       *[none] nichts: Kein Weg ist eingerichtet
    }

    <b>Wer hineindarf:</b>
    { $who }

    <b>Grenzen:</b> { $strictness ->
        [standard] Standard
        [strict] streng
        [lenient] nachsichtig
       *[own] eigene
    } – { $figures }

    <b>Sprache</b> in der Gruppe und im Log: { $language }
    <b>Log-Chat:</b> { $log ->
        [yes] an
       *[no] aus
    }
    <b>Fremden angeboten</b>, die /start schreiben: { $listed ->
        [yes] ja
       *[no] nein
    }
    <b>Sein Link:</b> { $link }
panel-state-open = ✅ Ich stehe an dieser Tür Wache.
panel-state-ready = 📝 Alles ist da. Bitte schau noch einmal darüber und öffne dann das Tor.
panel-state-draft = 📝 Noch nicht geöffnet: { $missing }
panel-state-fixed = 📌 Dieses Tor steht in der Konfigurationsdatei des Bots; ändern kann es nur, wer den Bot betreibt. Um die Leute hier kannst du dich trotzdem kümmern, und ihre Bitten um Hilfe kommen zu dir.
panel-state-not-yours = 👀 Du kannst dich hier um Leute kümmern, aber nichts ändern: Dafür brauchst du einen Einladungslink für Admins von der Person, die den Bot betreibt.
panel-missing-password = Es fehlt ein gültiges Passwort.
panel-missing-channel = Es gibt keinen Weg, Codes zu schicken.
panel-saved = Gespeichert.
panel-examining = Ich sehe mir die Gruppe an. Was ich finde, kommt in einer eigenen Nachricht.
panel-confirm-close = Soll ich an dieser Tür nicht mehr Wache stehen? Passwörter, Liste und alles Eingestellte sind dann endgültig weg. Wer in der Gruppe ist, bleibt; wer an der Tür wartet, hört nichts mehr von mir.
panel-closed = Das Tor ist geschlossen: An dieser Tür stehe ich nicht mehr. Bitte sieh dir die Einstellungen der Gruppe selbst an, damit sie nicht offen steht.
panel-confirm-discard = Soll ich alles wegwerfen, was für diese Gruppe bisher eingestellt ist?
panel-discarded = Weggeworfen. Ich ändere nichts in dieser Gruppe.
panel-stopped = Gut: Alles bisher ist gespeichert, und die Tür wird noch nicht bewacht. Mit /gate geht es da weiter, wo du bist.
panel-cannot-open = Noch kann ich das Tor nicht öffnen: { $missing }
panel-opened =
    <b>Das Tor ist geöffnet: Ich stehe an dieser Tür Wache.</b>

    { $mode ->
        [link] Herein kommt man nur über diesen Link; bitte gib ihn denen, die kommen sollen:
       *[other] Beitrittsanfragen gehen wie gewohnt. Oder gib den Leuten diesen Link, der gleich zu mir führt:
    }

    { $link }

    Ich sehe mir jetzt die Gruppe an. Bitte lies, was ich dort finde: Da steht, wo noch jemand an mir vorbeikommen könnte.

## Passwörter

panel-passwords =
    { $count ->
        [0] <b>Es gibt noch kein Passwort.</b> Ohne eines kommt niemand herein.
       *[other] <b>Jedes dieser Passwörter öffnet die Tür:</b>
        { $list }
    }

    Mit einem Passwort für jeden Ort, an dem du es herausgibst, sagt das Log, welches weitergegeben wurde. Jedes hat eine Bezeichnung, die nur Admins sehen.
panel-password-line =
    • <b>{ $label }</b>: { $ends ->
        [yes] bis { $date } UTC
       *[no] ohne Ende
    }, { $limited ->
        [yes] { $left ->
            [0] für niemanden mehr
            [one] noch für { $left } Person
           *[other] noch für { $left } Leute
        }
       *[no] für beliebig viele
    }{ $dead ->
        [yes] { " " }– <b>öffnet nichts mehr</b>
       *[no] { "" }
    }
panel-ask-label = Wie soll dieses Passwort heißen? Bitte tippe eine kurze Bezeichnung, etwa „Mitglieder“ oder „Flyer Frühling“; nur Admins sehen sie. <b>Nicht das Passwort selbst.</b>
panel-label-length = Eine Bezeichnung hat 1 bis { $longest } Zeichen, alle davon sichtbar.
panel-label-taken = Es gibt schon ein Passwort mit der Bezeichnung <b>{ $label }</b>. Bitte nimm eine andere.
panel-too-many-passwords = Mehr als { $most } Passwörter kann es nicht geben. Bitte entfern zuerst eines.
panel-ask-password =
    { $rotating ->
        [yes] Bitte tippe das <b>neue Passwort</b> für <b>{ $label }</b>. Das alte öffnet dann nichts mehr; wer daran schon vorbei ist, kann weitermachen.
       *[no] Bitte tippe das <b>Passwort</b> für <b>{ $label }</b>.
    } Ich entferne deine Nachricht sofort und behalte nur einen Fingerabdruck: Später kann es hier niemand nachlesen, also notier es dir.
panel-password-empty = Da steht nichts. Bitte tippe das Passwort.
panel-password-too-long = Das sind mehr als 200 Zeichen. Bitte nimm ein kürzeres.
panel-password-login-code = Fünf Ziffern sehen aus wie ein Anmeldecode von Telegram, und die lese ich nie. Bitte nimm ein anderes Passwort.
panel-password-command = Was mit / beginnt, hält Telegram für einen Befehl. Bitte nimm ein anderes Passwort.
panel-password-kept = Das Passwort <b>{ $label }</b> ist gesetzt.
panel-one-password =
    { $line }

    Wie lange soll es die Tür öffnen, und für wie viele? Was du wählst, zählt ab jetzt.
panel-ask-expiry = Bis zu welchem Tag, diesen eingeschlossen? Bitte tippe ihn so: <code>31.12.2026</code> oder <code>2026-12-31</code>.
panel-bad-date = Das kann ich nicht als Tag zwischen heute und in zehn Jahren lesen.
panel-ask-uses = Wie viele dürfen damit noch herein? Bitte tippe eine Zahl von 1 bis { $most }.
panel-confirm-remove = Soll ich das Passwort <b>{ $label }</b> entfernen? Es öffnet dann nichts mehr. Wer daran schon vorbei ist, kann weitermachen.
panel-removed = Das Passwort <b>{ $label }</b> ist entfernt.
panel-last-password = <b>{ $label }</b> ist das einzige Passwort, das diese Tür öffnet, deshalb behalte ich es. Bitte füg zuerst ein anderes hinzu, oder schließ das Tor.
panel-password-gone = Das Passwort <b>{ $label }</b> gibt es nicht mehr: Jemand anders hat es entfernt.

## Wer hineindarf

panel-addresses =
    <b>Wer hineindarf:</b>
    { $who }

    Jede Adresse muss sich mit einem Code ausweisen. Hier wählst du, welche es überhaupt versuchen dürfen.{ $channels ->
        [email] { "" }
        [none] { "" }
       *[other] { " " }SMS darf ich nur an Nummern schicken, die so beginnen: <code>{ $house }</code>.
    }
panel-who-anybody = • alle mit einer eigenen Adresse
panel-who-list =
    • { $list ->
        [domains] Mailadressen, die so enden: <code>{ $entries }</code>
        [nodomains] keine Mailadressen, die so enden: <code>{ $entries }</code>
        [codes] Nummern, die so beginnen: <code>{ $entries }</code>
       *[nocodes] keine Nummern, die so beginnen: <code>{ $entries }</code>
    }
panel-who-roster =
    • { $only ->
        [yes] nur Adressen auf der Liste
       *[no] es gibt eine Liste, aber sie wird nicht gefragt
    } ({ $size ->
        [one] { $size } Adresse
       *[other] { $size } Adressen
    })
panel-who-accounts =
    • { $accounts ->
        [one] jede Adresse lässt ein Konto herein
       *[other] jede Adresse lässt { $accounts } Konten herein
    }
panel-ask-list =
    { $list ->
        [domains] <b>Welche Mailadressen dürfen hinein?</b> Bitte tippe die Domains, etwa <code>example.org</code>; <code>*.example.org</code> steht für ihre Subdomains.
        [nodomains] <b>Welche Mailadressen dürfen nie hinein?</b> Bitte tippe die Domains, etwa <code>example.org</code>; <code>*.example.org</code> steht für ihre Subdomains.
        [codes] <b>Welche Telefonnummern dürfen hinein?</b> Bitte tippe die Vorwahlen, etwa <code>+49, +43</code>.
       *[nocodes] <b>Welche Telefonnummern dürfen nie hinein?</b> Bitte tippe die Vorwahlen, etwa <code>+49, +43</code>.
    } Mehrere trennst du durch Leerzeichen, Kommas oder Zeilen; was du tippst, ersetzt die ganze Liste.

    <b>Jetzt:</b> { $count ->
        [0] { $list ->
            [domains] alle
            [codes] alle
           *[other] keine
        }
       *[other] <code>{ $now }</code>
    }{ $limited ->
        [yes] . SMS darf ich nur hierhin schicken: <code>{ $house }</code>.
       *[no] { "" }
    }
panel-bad-entries =
    So kann ich die Liste nicht nehmen, es hat sich nichts geändert:

    { $list }{ $more ->
        [0] { "" }
        [one] { " " }… und noch eines
       *[other] { " " }… und { $more } weitere
    }
panel-bad-entry =
    • <code>{ $entry }</code>: { $why ->
        [whole-address] das ist eine Adresse; hierher gehört nur, was nach dem @ kommt
        [no-domain] das ist keine Domain
        [no-dial-code] das ist keine Ländervorwahl
        [not-served] dorthin darf ich keine SMS schicken
       *[other-list] das steht auf der gegenteiligen Liste
    }
panel-too-many-entries = Eine Liste hat höchstens { $most } Einträge. Es hat sich nichts geändert.
panel-empty-list = Darin ist nichts, was ich nehmen könnte. Es hat sich nichts geändert.
panel-ask-accounts = Wie viele Telegram-Konten darf eine Adresse hereinlassen? Jetzt: { $now }. Bitte tippe eine Zahl von 1 bis { $most }.
panel-bad-number = Bitte tippe eine Zahl von { $least } bis { $most }.
panel-roster-empty = Die Liste ist leer: Niemand käme herein. Bitte setz zuerst jemanden darauf.

## Je eine Wahl

panel-channels =
    <b>Wie kommen Codes zu den Leuten?</b> Jetzt: { $now ->
        [both] per E-Mail oder SMS, wie sie mögen (E-Mail wird zuerst angeboten).
        [email] per E-Mail.
        [sms] per SMS.
       *[none] gar nicht: Kein Weg ist eingerichtet.
    }

    E-Mail kostet nichts. An viele Telefonnummern kommt man schwerer, aber jede SMS kostet Geld.
panel-limits =
    <b>Wie viele Versuche gibt es?</b> Jetzt: { $now ->
        [standard] Standard.
        [strict] streng.
        [lenient] nachsichtig.
       *[own] eigene Grenzen.
    }

    { $list }
panel-limits-line =
    • <b>{ $strictness ->
        [standard] Standard
        [strict] Streng
        [lenient] Nachsichtig
       *[own] Eigene
    }</b>: { $figures }
panel-figures = { $passwords } falsche Passwörter oder { $codes } falsche Codes sperren für { $first }, am Ende für { $last }; nach { $stop } falschen Versuchen öffnen nur noch Admins; { $sends } Codes am Tag
panel-language = <b>In welcher Sprache schreibe ich in der Gruppe und im Log-Chat?</b> Jetzt: { $now }. An der Tür spreche ich mit allen in ihrer eigenen.
panel-mode =
    <b>Wie kommen Leute herein?</b> Jetzt: { $now }{ $extra }

    • <b>Beitrittsanfrage</b> (Standard): Alle fragen an, und ich lasse herein, wer an mir vorbeikommt. Vorher sieht niemand die Gruppe. Das hält die nicht auf, die von Mitgliedern hinzugefügt werden oder über einen Link kommen, der niemanden fragt.
    • <b>Nach dem Beitritt einschränken</b>: dasselbe, und wer auf anderem Weg hereinkam, bleibt stumm, bis er an mir vorbei ist. Das verhindert Schreiben, nicht Lesen.
    • <b>Persönlicher Link</b>: Nur wer an mir vorbei ist, bekommt einen Link, der sonst niemanden hereinlässt; alle anderen Anfragen werden abgelehnt. Ein gestohlener Einladungslink ist nichts wert. Das hält die nicht auf, die von Mitgliedern hinzugefügt werden.
panel-mode-now =
    { $mode ->
        [restrict] nach dem Beitritt einschränken
        [link] persönlicher Link
       *[request] Beitrittsanfrage
    }
panel-restriction =
    { $restricts ->
        [yes] { $removes ->
            [yes] ; wer nicht rechtzeitig an mir vorbeikommt (Frist: { $after }), wird entfernt, aber nicht gesperrt
           *[no] ; wer nicht an mir vorbeikommt, bleibt stumm
        }{ $tidy ->
            [yes] ; Beitritts- und Austrittsmeldungen werden aufgeräumt
           *[no] { "" }
        }
       *[no] { "" }
    }

## Ansturm-Modus

panel-raid =
    <b>Ansturm-Modus:</b> { $on ->
        [yes] an
       *[no] aus
    }

    Für den Fall, dass sehr viele auf einmal hineinwollen. Solange er an ist, hat, wer anfängt, einen Versuch vor jeder Sperre und bekommt den Code per E-Mail, wo die Gruppe E-Mail nimmt; wer um einen Admin bittet, wird vorgemerkt, und du bekommst die Karten danach. Eine Nachricht nennt dir die Zahlen, mit einem Link für alle, denen ich nicht rechtzeitig schreiben kann.

    { $itself ->
        [yes] Er geht von selbst an, wenn binnen einer Minute { $requests } Anfragen kommen, und endet von selbst, wenn es { $quiet } lang ruhig war; schaltest du ihn ein: { $hand } lang.
       *[no] Hier geht er nicht von selbst an. Schaltest du ihn ein, endet er, wenn es { $hand } lang ruhig war.
    } Schaltest du ihn aus, bleibt er eine Stunde lang aus, wer auch kommt.

## Log-Chat

panel-log-chat =
    <b>Log-Chat:</b> { $on ->
        [yes] an
       *[no] aus (Standard)
    }

    Je Entscheidung geht eine Zeile in eine Gruppe oder einen Kanal deiner Wahl: wer kam, wer abgewiesen wurde, was ein Admin getan hat. Adressen sind verdeckt; Passwörter und Codes stehen nie darin.
panel-pick-log-chat = Bitte drück einen Knopf unter der Zeile, in die du tippst, und wähl den Chat aus. Ich muss darin sein und schreiben dürfen, und du musst dort Administrator sein.
panel-log-here = Ab jetzt schreibe ich hier auf, wer an die Tür von <b>{ $group }</b> kommt, eine Zeile je Entscheidung.
panel-log-ends = Ab jetzt schreibe ich hier nichts mehr über <b>{ $group }</b> auf: Ein Admin hat das beendet.
panel-log-proving = Danke. Ich probiere, ob ich dort schreiben kann.
panel-log-on = Ich kann dort schreiben: Die Entscheidungen gehen ab jetzt in diesen Chat.
panel-log-no-post = In diesem Chat kann ich nicht schreiben, es hat sich nichts geändert. Bitte füg mich hinzu (in einem Kanal als Administrator, der schreiben darf) und wähl ihn dann noch einmal aus.
panel-log-not-admin = Du bist kein Administrator dieses Chats, es hat sich nichts geändert. Bitte wähl einen, in dem du es bist.

## Knöpfe

panel-label-set-up = 🛡 Einrichten
panel-label-pick-group = ➕ Gruppe auswählen
panel-label-pick-own-group = 🛡 Eine Gruppe mit dem Bot darin
panel-label-pick-log-chat = 📓 Gruppe für das Log auswählen
panel-label-pick-log-channel = 📣 Kanal für das Log auswählen
panel-label-groups = 📋 Meine Gruppen
panel-label-leave = Fertig
panel-label-overview = ⬅️ Übersicht
panel-label-back = ⬅️ Zurück
panel-label-next = Weiter ➡️
panel-label-stop = ⏸ Später weiter
panel-label-discard = 🗑 Entwurf wegwerfen
panel-label-open = 🛡 Tor öffnen
panel-label-close = ⛔️ Tor schließen
panel-label-examine = 🩺 Gruppe prüfen
panel-label-yes = Ja
panel-label-no = Nein
panel-label-chosen = ✓ { $choice }
panel-label-switch =
    { $on ->
        [yes] ☑
       *[no] ☐
    } { $choice }
panel-label-words = { $words }
panel-label-passwords = 🔑 Passwörter
panel-label-channels = ✉️ E-Mail oder SMS
panel-label-addresses = 👥 Wer hineindarf
panel-label-roster = 🗂 Liste
panel-label-limits = ⏱ Grenzen
panel-label-language = 🌐 Sprache
panel-label-mode = 🚪 Wie man hereinkommt
panel-label-log-chat = 📓 Log-Chat
panel-label-add-password = ➕ Passwort hinzufügen
panel-label-main-label = „{ $label }“ nennen
panel-label-one-password =
    { $dead ->
        [yes] 🚫
       *[no] 🔑
    } { $label }
panel-label-rotate = 🔁 Neues Passwort
panel-label-remove = 🗑 Entfernen
panel-label-list =
    { $list ->
        [domains] Mail-Domains
        [nodomains] Gesperrte Domains
        [codes] Vorwahlen
       *[nocodes] Gesperrte Vorwahlen
    }
panel-label-clear-list =
    { $list ->
        [domains] Jede Domain
        [nodomains] Keine Domain sperren
        [codes] Jede Vorwahl
       *[nocodes] Keine Vorwahl sperren
    }
panel-label-channel =
    { $channel ->
        [email] Nur E-Mail
        [sms] Nur SMS
       *[all] Alle, die es gibt
    }
panel-label-strictness =
    { $strictness ->
        [strict] Streng
        [lenient] Nachsichtig
       *[standard] Standard
    }
panel-label-join-request = Beitrittsanfrage
panel-label-restrict = Nach dem Beitritt einschränken
panel-label-personal-link = Persönlicher Link
panel-label-remove-after = Entfernen: { $after }
panel-label-remove-never = Nie entfernen
panel-label-tidy = Beitrittsmeldungen aufräumen
panel-label-listed = Fremden bei /start anbieten
panel-label-valid-ever = Ohne Ende
panel-label-valid-for = { $valid }
panel-label-valid-until = Bis zu einem Tag …
panel-label-uses-any = Für beliebig viele
panel-label-uses =
    { $uses ->
        [one] { $uses } Person
       *[other] { $uses } Leute
    }
panel-label-uses-other = Für eine Anzahl …
panel-label-accounts =
    { $accounts ->
        [one] { $accounts } Konto
       *[other] { $accounts }
    }
panel-label-accounts-other = Andere …
panel-label-roster-only = Nur wer auf der Liste steht
panel-label-raid = 🚨 Ansturm-Modus
panel-label-raid-on = 🚨 Ansturm-Modus einschalten
panel-label-raid-off = Ansturm-Modus ausschalten
panel-label-log-on = Log-Chat auswählen
panel-label-log-other = Anderen auswählen
panel-label-log-off = Ausschalten
