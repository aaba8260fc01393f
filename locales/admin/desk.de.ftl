# Deutsch: was der Bot über eine Gruppe sagt, zu ihren Admins, in der Gruppe und im Log-Chat.

## In der Gruppe

desk-goodbye = Hallo! Ich stehe an den Türen von Gruppen Wache, aber nur für Leute, die mein Betreiber eingetragen hat, und wer mich hierhergeholt hat, gehört nicht dazu. Darum verabschiede ich mich wieder; hier hat sich nichts geändert.
desk-signpost =
    { $admin ->
        [yes] Ich kann an der Tür dieser Gruppe Wache stehen.
       *[no] Ich kann an der Tür dieser Gruppe Wache stehen, sobald ich Administrator bin: <b>Bearbeiten → Administratoren → Administrator hinzufügen</b>, mit <b>Nutzer per Link einladen</b>.
    } Wer das einrichten möchte, drückt bitte den Knopf: Alles Weitere geschieht im privaten Chat.
desk-muted =
    <b>{ $name }</b>, bitte komm zuerst an mir vorbei, dann kannst du hier schreiben: Drück den Knopf, alles Weitere geschieht im privaten Chat.{ $ends ->
        [yes] { " " }Wer es nicht rechtzeitig schafft (Frist: { $wait }), wird entfernt und darf wiederkommen.
       *[no] { "" }
    }
desk-muted-nameless =
    Willkommen! Bitte komm zuerst an mir vorbei, dann kannst du hier schreiben: Drück den Knopf, alles Weitere geschieht im privaten Chat.{ $ends ->
        [yes] { " " }Wer es nicht rechtzeitig schafft (Frist: { $wait }), wird entfernt und darf wiederkommen.
       *[no] { "" }
    }
desk-some-muted =
    <b>{ $names }</b>: Bitte kommt zuerst an mir vorbei, dann könnt ihr hier schreiben. Drückt den Knopf, alles Weitere geschieht im privaten Chat.{ $ends ->
        [yes] { " " }Wer es nicht rechtzeitig schafft (Frist: { $wait }), wird entfernt und darf wiederkommen.
       *[no] { "" }
    }
desk-many-muted =
    { $more ->
        [yes] Mehr als <b>{ $count } Leute</b> warten
       *[no] { $count ->
            [one] <b>{ $count } Person</b> wartet
           *[other] <b>{ $count } Leute</b> warten
        }
    } an der Tür und können hier noch nicht schreiben. Wer nicht schreiben kann, drückt bitte den Knopf: Alles Weitere geschieht im privaten Chat.{ $ends ->
        [yes] { " " }Wer es nicht rechtzeitig schafft (Frist: { $wait }), wird entfernt und darf wiederkommen.
       *[no] { "" }
    }
desk-nobody-muted = Niemand wartet an der Tür.

## Was falsch eingestellt ist

desk-well = ✅ Ich sehe nichts, was falsch eingestellt wäre.

    Die Einladungslinks anderer Admins sehe ich nicht. Aber ich merke es, wenn jemand über einen hereinkommt, der niemanden fragt.

    Angesehen um { $time } UTC.
desk-findings =
    { $count ->
        [one] ⚠️ <b>Eines stimmt noch nicht:</b>
       *[other] ⚠️ <b>{ $count } Dinge stimmen noch nicht:</b>
    }

    { $list }

    Angesehen um { $time } UTC. Was du behoben hast, verschwindet hier, wenn du den Knopf drückst.
desk-unexamined =
    Telegram hat nicht geantwortet, als ich gefragt habe, wie die Gruppe eingestellt ist. Bitte drück den Knopf in einer Weile noch einmal.

    Versucht um { $time } UTC.
desk-finding-gone = • Ich bin <b>nicht mehr in der Gruppe</b>, deshalb bleibt ihre Tür zu. Bitte füg mich wieder hinzu, als Administrator mit <b>Nutzer per Link einladen</b>. Alles, was eingerichtet war, bleibt erhalten.
desk-finding-not-admin = • Ich bin <b>kein Administrator</b>: Ich sehe weder, wer beitreten möchte, noch kann ich jemanden hereinlassen. <b>Bearbeiten → Administratoren → Administrator hinzufügen</b>, wähl mich aus, mit <b>Nutzer per Link einladen</b>. Wer wartet, erfährt, dass es nicht an ihm liegt.
desk-finding-no-invite = • Ich darf niemanden hereinlassen. <b>Bearbeiten → Administratoren</b> → ich → <b>Nutzer per Link einladen</b>: an. (Dürfen Mitglieder niemanden hinzufügen, heißt es <b>Nutzer hinzufügen</b> oder <b>Mitglieder hinzufügen</b>.) Wer wartet, erfährt, dass es nicht an ihm liegt.
desk-finding-no-restrict = • Ich darf niemanden stumm schalten; wer auf anderem Weg kommt, kann also sofort schreiben. <b>Bearbeiten → Administratoren</b> → ich → <b>Nutzer sperren</b>: an.
desk-finding-no-delete = • Ich darf die Meldungen über Beitritte und Austritte nicht entfernen. <b>Bearbeiten → Administratoren</b> → ich → <b>Nachrichten löschen</b>: an.
desk-finding-basic = • In einer einfachen Gruppe kann niemand stumm geschaltet werden. <b>Bearbeiten → Chatverlauf für neue Mitglieder → Sichtbar</b> macht sie zur Supergruppe; ich gehe von selbst mit.
desk-finding-no-approval = • Jeder kann ungefragt beitreten. <b>Bearbeiten → Gruppentyp → Öffentliche Gruppe → Neue Mitglieder genehmigen</b>: an. (In manchen Apps steht es unter <b>Wer kann Nachrichten senden → Nur Mitglieder</b>.)
desk-finding-members-add = • Mitglieder dürfen Leute an mir vorbei hinzufügen. <b>Bearbeiten → Berechtigungen → Mitglieder hinzufügen</b>: aus.
desk-finding-link = • Jemand kam über den Link <code>{ $url }</code> herein, der niemanden fragt. <b>Bearbeiten → Einladungslinks</b> → dieser Link → <b>Link bearbeiten → Adminbestätigung anfordern</b>: an; oder <b>Link widerrufen</b>.
desk-finding-named-link = • Jemand kam über den Link „{ $name }“ (<code>{ $url }</code>) herein, der niemanden fragt. <b>Bearbeiten → Einladungslinks</b> → dieser Link → <b>Link bearbeiten → Adminbestätigung anfordern</b>: an; oder <b>Link widerrufen</b>.
desk-finding-primary-link = • Jemand kam über den <b>Hauptlink</b> (<code>{ $url }</code>) herein, der alle ungefragt hereinlässt. <b>Bearbeiten → Einladungslinks → ⋮ → Link widerrufen</b>, und gib den neuen niemandem.
desk-finding-other-bots =
    { $count ->
        [one] • Ein anderer Bot kann Beitrittsanfragen vor mir beantworten: { $names }. <b>Bearbeiten → Administratoren</b> → dieser Bot → <b>Nutzer per Link einladen</b>: aus.
       *[other] • Andere Bots können Beitrittsanfragen vor mir beantworten: { $names }. <b>Bearbeiten → Administratoren</b> → jeder von ihnen → <b>Nutzer per Link einladen</b>: aus.
    }
desk-finding-log-gone = • Im Log-Chat kann ich nichts schreiben. Bitte mach mich dort zum Administrator, der <b>Nachrichten senden</b> darf, oder wähl mit /log einen anderen. Die nächsten 200 Zeilen hebe ich so lange auf.

## Karten

desk-card =
    🙋 <b>{ $person }</b> bittet um einen Admin.

    { $facts }

    <b>Genehmigen</b> lässt die Person herein, jetzt und künftig immer. <b>Ablehnen</b> weist nur diese Anfrage ab. <b>Entsperren</b> vergisst die falschen Versuche, und es geht ohne dich weiter.
desk-card-where = Wo: { $where }
desk-card-wrong = Falsche Versuche: { $wrong }
desk-card-address = Adresse: <code>{ $address }</code>
desk-card-turned-back =
    Zurückgewiesen: <code>{ $address }</code> gehört dieser Person, aber { $why ->
        [roster] sie steht nicht auf der Liste
        [taken] sie hat schon ein anderes Konto hereingelassen
       *[kind] solche Adressen dürfen nicht hinein
    }
desk-person = <a href="tg://user?id={ $id }">{ $name }</a>
desk-card-answered = <b>{ $person }</b> hat um einen Admin gebeten: { $answer }.{ $outcome }
desk-card-over = <b>{ $person }</b> hat um einen Admin gebeten. { $why }
desk-over-not-needed = Eine Antwort ist nicht mehr nötig.
desk-over-too-old = Lange hat niemand geantwortet, darum habe ich das weggelegt.
desk-over-no-gate = Ich stehe nicht mehr an der Tür dieser Gruppe.
desk-over-not-yours = Du bist in dieser Gruppe kein Admin mehr, darum ist das nichts für dich.
desk-answered-by =
    { $act ->
        [approve] genehmigt
        [decline] abgelehnt
        [unlock] entsperrt
       *[revoke] widerrufen
    } von { $name }
desk-answered-by-you =
    { $act ->
        [approve] genehmigt
        [decline] abgelehnt
        [unlock] entsperrt
       *[revoke] widerrufen
    } von dir
desk-no-outcome = { "" }
desk-outcome-done =
    { $act ->
        [approve] { " " }Die Tür ist auf.
        [decline] { " " }Die Absage ist verschickt.
        [unlock] { " " }Es kann weitergehen.
       *[revoke] { " " }Die Tür ist wieder zu.
    }
desk-outcome-link = { " " }Ein persönlicher Link ist verschickt und wartet darauf, benutzt zu werden.
desk-outcome-nothing = { " " }Es gab nichts mehr zu tun.
desk-outcome-no-rights = { " " }Aber mir fehlt in der Gruppe das Recht dazu; /doctor sagt, welches.
desk-outcome-too-many-chats = { " " }Aber Telegram sagt, dass dieses Konto in zu vielen Gruppen ist; es muss erst eine verlassen.
desk-outcome-user-gone = { " " }Aber das Konto gibt es nicht mehr, oder es ist dort gesperrt.
desk-outcome-failed = { " " }Aber Telegram wollte nicht. Bitte versuch es etwas später mit /approve, /decline oder /unlock.
desk-already = Schon { $answer }.
desk-card-gone = Hier ist keine Antwort mehr nötig.
desk-where-nothing = noch nicht angefangen
desk-where-password = beim Passwort
desk-where-channel = bei der Wahl zwischen E-Mail und SMS
desk-where-email = bei der E-Mail-Adresse
desk-where-phone = bei der Telefonnummer
desk-where-confirm = beim Bestätigen der Adresse
desk-where-code = beim Warten auf den Code
desk-where-locked = nach falschen Versuchen gesperrt
desk-where-stopped = insgesamt zu viele falsche Versuche
desk-where-admitting = alles geschafft, aber die Tür ging nicht auf
desk-where-link = alles geschafft, mit persönlichem Link
desk-where-admitted = alles geschafft

## Raten und Anstürme

desk-guessing =
    🔑 <b>Ungewöhnlich viele Fehlversuche.</b> Seit { $time } UTC haben alle Bewerber zusammen { $passwords ->
        [one] { $passwords } falsches Passwort
       *[other] { $passwords } falsche Passwörter
    } und { $codes ->
        [one] { $codes } falschen Code
       *[other] { $codes } falsche Codes
    } eingetippt: Vielleicht rät jemand, mit vielen Konten.{ $slowed ->
        [yes] { " " }Solange das anhält, hat, wer jetzt anfängt, einen Versuch vor jeder Sperre. Niemand wird durch das gesperrt, was andere tippen.
       *[no] { "" }
    }

    Wenn sich das Passwort herumgesprochen haben könnte: /password ändert es; /raid macht die Tür für eine Weile strenger. Ich sage das höchstens einmal in der Stunde.
desk-raid =
    🚨 <b>Der Ansturm-Modus ist an</b>, seit { $since } UTC{ $by }.

    Beitrittsanfragen seither: { $requests }{ $missed }
    Bitten um einen Admin: { $calls }

    Wer jetzt anfängt, hat einen Versuch vor jeder Sperre und bekommt den Code per E-Mail, wo die Gruppe E-Mail nimmt. Wer um einen Admin bittet, wird vorgemerkt: Die Karten bekommst du, wenn es vorbei ist.

    Telegram lässt mich nur so vielen auf einmal schreiben, und niemandem später als fünf Minuten nach der Anfrage. Wer nichts von mir hört, kann mit diesem Link selbst anfangen; vielleicht magst du ihn dort bekannt geben, wo sie ihn sehen:
    { $link }

    Er endet von selbst, wenn es { $quiet } lang ruhig war, oder sofort mit /raid.
desk-raid-over =
    🚨 <b>Der Ansturm-Modus ist wieder aus.</b> Er war an von { $since } bis { $until } UTC{ $by }.

    Beitrittsanfragen: { $requests }{ $missed }
    Bitten um einen Admin: { $calls }

    Wer nichts von mir gehört hat, kann immer noch mit diesem Link selbst anfangen:
    { $link }
desk-raid-by = , eingeschaltet von { $name }
desk-raid-by-itself = , weil sehr viele auf einmal hineinwollten
desk-raid-none-missed = { "" }
desk-raid-missed = , davon { $missed }, denen ich nicht rechtzeitig schreiben konnte

## Der Log-Chat

desk-log = { $lines }
desk-log-unkept =
    { $lines }
    … und { $unkept ->
        [one] { $unkept } weitere Zeile, die ich nicht aufheben konnte
       *[other] { $unkept } weitere Zeilen, die ich nicht aufheben konnte
    }
desk-log-only-unkept =
    { $unkept ->
        [one] { $unkept } Zeile, die ich nicht aufheben konnte
       *[other] { $unkept } Zeilen, die ich nicht aufheben konnte
    }
desk-log-line = { $time } <b>{ $who }</b>: { $did }{ $more }
desk-log-by = { " " }(von { $by })
desk-log-detail = { " – " }{ $detail }
desk-log-by-detail = { " " }(von { $by }) – { $detail }
desk-log-no-more = { "" }
desk-log-bot = der Bot
desk-detail-label = „{ $label }“
desk-detail-words = { $words }
desk-detail-left =
    { $left ->
        [0] das war der letzte Versuch
        [one] noch { $left } Versuch
       *[other] noch { $left } Versuche
    }
desk-detail-lock =
    { $number ->
        [1] zum ersten Mal
       *[other] zum { $number }. Mal
    }
desk-detail-code = Code { $number } an { $address }
desk-detail-count = { $count }
desk-detail-switch =
    { $on ->
        [yes] an
       *[no] aus
    }
desk-detail-channels =
    { $channel ->
        [email] nur per E-Mail
        [sms] nur per SMS
       *[all] auf jedem Weg, den es gibt
    }
desk-detail-limits =
    { $strictness ->
        [strict] streng
        [lenient] nachsichtig
       *[standard] Standard
    }
desk-detail-wrong = Passwörter { $passwords }, Codes { $codes }
desk-detail-requests = Anfragen { $requests }, nicht rechtzeitig erreicht { $missed }
desk-detail-never = nie
desk-detail-after = Frist: { $after }
desk-detail-link-sent = mit persönlichem Link
desk-detail-nothing = es gab nichts zu tun
desk-detail-refused = Telegram wollte nicht
desk-did-asked = möchte beitreten
desk-did-right-password = richtiges Passwort
desk-did-wrong-password = falsches Passwort
desk-did-locked = gesperrt
desk-did-hard-stopped = gestoppt: insgesamt zu viele falsche Versuche
desk-did-code-issued-email = Code per E-Mail
desk-did-code-issued-sms = Code per SMS
desk-did-suppressed = Code zurückgehalten (suppressed): Adresse hat Codes abbestellt
desk-did-country-off = gerade keine SMS in dieses Land
desk-did-sms-country-off = vorerst keine SMS mehr in ein Land: zu wenige Codes kamen zurück
desk-did-sms-country-on-again = wieder SMS in das Land
desk-did-send-limit-reached = bekommt heute keine Codes mehr
desk-did-address-refused = Adresse nicht angenommen
desk-did-right-code = richtiger Code
desk-did-tap-link = richtiger Code, über seinen Link
desk-did-wrong-code = falscher Code
desk-did-old-code = ein früherer Code
desk-did-expired-code = abgelaufener Code
desk-did-admitted = hereingelassen
desk-did-personal-link = alles geschafft, hat einen persönlichen Link
desk-did-admission-failed = alles geschafft, aber Telegram wollte nicht öffnen
desk-did-let-in-by-others = von jemand anderem hereingelassen
desk-did-left = hat die Gruppe verlassen
desk-did-cancelled = hat aufgehört
desk-did-swept = nach einem Tag ohne ein Wort vergessen
desk-did-login-code-seen = hat einen Anmeldecode von Telegram geschickt; entfernt, mit Warnung
desk-did-unreachable = ist nicht zu erreichen
desk-did-approved = genehmigt
desk-did-declined = abgelehnt
desk-did-unlocked = entsperrt
desk-did-revoked = Zulassung widerrufen
desk-did-rights-lost = hat dem Bot ein Recht genommen, das er braucht
desk-did-rights-regained = hat dem Bot seine Rechte zurückgegeben
desk-did-bot-removed = hat den Bot aus der Gruppe genommen
desk-did-left-group = hat den Bot geholt, ohne eingetragen zu sein; er ist gegangen
desk-did-not-on-roster = richtiger Code, aber die Adresse steht nicht auf der Liste
desk-did-address-taken = richtiger Code, aber die Adresse hat schon jemanden hereingelassen
desk-did-gate-closed = gestoppt: Kein Passwort gilt
desk-did-muted = kam am Tor vorbei herein; stumm geschaltet
desk-did-removed = hat es nicht rechtzeitig geschafft; entfernt
desk-did-help-wanted = bittet um einen Admin
desk-did-gate-opened = hat das Tor geöffnet
desk-did-gate-off = hat das Tor geschlossen
desk-did-setup-started = hat mit dem Einrichten angefangen
desk-did-draft-discarded = hat das bisher Eingerichtete verworfen
desk-did-password-added = hat ein Passwort hinzugefügt
desk-did-password-changed = hat ein Passwort geändert
desk-did-password-removed = hat ein Passwort entfernt
desk-did-password-rotated = hat ein Passwort ersetzt
desk-did-mode-changed = hat geändert, wie Leute hereinkommen
desk-did-removal-changed = hat geändert, wann Stummgeschaltete entfernt werden
desk-did-tidy-changed = hat geändert, was mit Beitrittsmeldungen geschieht
desk-did-channels-changed = hat geändert, wie Codes verschickt werden
desk-did-limits-changed = hat die Grenzen geändert
desk-did-language-changed = hat die Sprache geändert
desk-did-listed-changed = hat geändert, ob Fremden die Gruppe angeboten wird
desk-did-accounts-changed = hat geändert, wie viele Konten eine Adresse hereinlässt
desk-did-allowed-domains-changed = hat die erlaubten Domains geändert
desk-did-blocked-domains-changed = hat die gesperrten Domains geändert
desk-did-allowed-countries-changed = hat die erlaubten Vorwahlen geändert
desk-did-blocked-countries-changed = hat die gesperrten Vorwahlen geändert
desk-did-roster-only-changed = hat geändert, ob nur die Liste hereinkommt
desk-did-roster-added = hat Adressen auf die Liste gesetzt
desk-did-roster-removed = hat Adressen von der Liste genommen
desk-did-roster-cleared = hat die Liste geleert
desk-did-roster-exported = hat die Liste mit allen Adressen als Datei geholt
desk-did-log-chat-set = hat diesen Log-Chat gewählt
desk-did-log-chat-off = hat den Log-Chat abgeschaltet
desk-did-guessing = ungewöhnlich viele Fehlversuche, von allen zusammen
desk-did-raid-on = Ansturm-Modus an
desk-did-raid-off = Ansturm-Modus aus
desk-did-other = { $what }

## Knöpfe

desk-label-check-again = 🔄 Noch einmal prüfen
desk-label-set-up = Einrichten
desk-label-approve = ✅ Genehmigen
desk-label-decline = ✋ Ablehnen
desk-label-unlock = 🔓 Entsperren
desk-label-pass = Hereinkommen
