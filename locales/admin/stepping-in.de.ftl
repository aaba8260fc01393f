# Deutsch: was Admins lesen, wenn sie sich um jemanden kümmern. Nachrichten, deren Namen mit
# "stepin-label-" beginnen, sind reiner Text auf Knöpfen, höchstens 40 Zeichen.

stepin-no-gate = Ich stehe an keiner offenen Tür, an der du das könntest. /gate zeigt deine Gruppen.
stepin-ask-who =
    { $act ->
        [approve] <b>Wen soll ich hereinlassen?</b>
        [decline] <b>Wen soll ich abweisen?</b>
        [unlock] <b>Wessen Sperre soll ich beenden?</b>
       *[revoke] <b>Wessen Zulassung soll ich zurücknehmen?</b>
    } Bitte tippe den <code>@Namen</code> oder die Nummer, oder leite mir eine Nachricht von der Person weiter.
stepin-which-group =
    { $act ->
        [approve] In welche Gruppe soll ich jemanden hereinlassen?
        [decline] In welcher Gruppe soll ich jemanden abweisen?
        [unlock] In welcher Gruppe soll ich eine Sperre beenden?
       *[revoke] In welcher Gruppe soll ich eine Zulassung zurücknehmen?
    }
stepin-which-group-for =
    { $act ->
        [approve] In welche Gruppe soll ich <b>{ $who }</b> hereinlassen?
        [decline] In welcher Gruppe soll ich <b>{ $who }</b> abweisen?
        [unlock] In welcher Gruppe soll ich die Sperre von <b>{ $who }</b> beenden?
       *[revoke] In welcher Gruppe soll ich die Zulassung von <b>{ $who }</b> zurücknehmen?
    }
stepin-unreadable = Ich brauche einen <code>@Namen</code>, eine Nummer oder eine weitergeleitete Nachricht, um zu wissen, wen du meinst.
stepin-not-seen = @{ $name } habe ich noch nicht gesehen: Namen kenne ich nur von Leuten, die mir geschrieben oder an einer Tür geklopft haben. Bitte prüf die Schreibweise oder nimm die Nummer.
stepin-hidden-origin = Telegram verbirgt vor mir, wer diese Nachricht geschrieben hat: So ist es dort eingestellt. Bitte nimm den <code>@Namen</code> oder die Nummer.
stepin-yourself = Das bist du, und dir muss niemand eine Tür öffnen: Du bist dort Admin.
stepin-myself = Das bin ich, und ich bleibe an der Tür.
stepin-confirm =
    { $act ->
        [approve] <b>{ $who } hereinlassen?</b> Jetzt und jedes weitere Mal, ohne Passwort und Code.
        [decline] <b>{ $who } abweisen?</b> Was gerade läuft, endet; später kann eine neue Anfrage kommen. Eine Genehmigung von Hand wird zurückgenommen.
        [unlock] <b>Die Sperre von { $who } beenden?</b> Die falschen Versuche sind vergessen, und es geht von selbst weiter.
       *[revoke] <b>Die Zulassung von { $who } zurücknehmen?</b> Das heißt: aus der Gruppe entfernt, aber nicht gesperrt, und beim nächsten Mal wieder an mir vorbei.
    }
stepin-doing =
    { $act ->
        [approve] Ich lasse <b>{ $who }</b> herein.
        [decline] Ich weise <b>{ $who }</b> ab.
        [unlock] Ich beende die Sperre von <b>{ $who }</b>.
       *[revoke] Ich nehme die Zulassung von <b>{ $who }</b> zurück.
    }

## Was daraus wurde

stepin-done =
    { $act ->
        [approve] ✅ <b>{ $who }</b> ist in der Gruppe.
        [decline] ✅ <b>{ $who }</b> ist abgewiesen.
        [unlock] ✅ Die Sperre von <b>{ $who }</b> ist beendet, es kann weitergehen.
       *[revoke] ✅ <b>{ $who }</b> ist nicht mehr in der Gruppe und muss beim nächsten Mal wieder an mir vorbei.
    }
stepin-link-sent =
    { $act ->
        [approve] ✅ <b>{ $who }</b> darf herein: Sobald eine Anfrage kommt, nehme ich sie an. Einen persönlichen Link habe ich auch geschickt, wenn Telegram mich dorthin schreiben lässt.
        [decline] ✅ <b>{ $who }</b> hat noch einen persönlichen Link; /revoke nimmt ihn zurück.
        [unlock] ✅ <b>{ $who }</b> hat einen persönlichen Link bekommen, es kann weitergehen.
       *[revoke] ✅ <b>{ $who }</b> hat noch einen persönlichen Link; bitte versuch /revoke noch einmal.
    }
stepin-nothing =
    { $act ->
        [approve] <b>{ $who }</b> ist schon in der Gruppe. Deine Genehmigung merke ich mir.
        [decline] <b>{ $who }</b> fragt hier gerade nach nichts, es gab also nichts abzuweisen.
        [unlock] <b>{ $who }</b> ist hier nicht gesperrt, es gab also nichts zu beenden.
       *[revoke] <b>{ $who }</b> war hier nicht zugelassen, es gab also nichts zurückzunehmen.
    }
stepin-no-rights =
    { $act ->
        [approve] ❌ Ich konnte <b>{ $who }</b> nicht hereinlassen: Mir fehlt in der Gruppe das Recht <b>Nutzer per Link einladen</b>. Bitte gib es mir; deine Genehmigung merke ich mir. Mehr zeigt /doctor.
        [decline] ❌ Ich konnte <b>{ $who }</b> nicht abweisen: Mir fehlt in der Gruppe ein Recht. Bitte gib mir <b>Nutzer per Link einladen</b> und <b>Nutzer sperren</b> und versuch es dann noch einmal. Mehr zeigt /doctor.
        [unlock] ❌ Ich konnte <b>{ $who }</b> nicht helfen: Mir fehlt in der Gruppe ein Recht. Welches, zeigt /doctor.
       *[revoke] ❌ Ich konnte <b>{ $who }</b> nicht entfernen: Mir fehlt in der Gruppe das Recht <b>Nutzer sperren</b>, oder die Person ist dort Admin. Bitte kümmere dich darum und versuch es dann noch einmal. Mehr zeigt /doctor.
    }
stepin-too-many-chats =
    { $act ->
        [approve] ❌ Telegram lässt <b>{ $who }</b> nicht herein: Dieses Konto ist in zu vielen Gruppen und Kanälen. Es muss erst eine davon verlassen und dann neu anfragen; deine Genehmigung merke ich mir.
       *[other] ❌ Telegram sagt, dass <b>{ $who }</b> in zu vielen Gruppen und Kanälen ist. Eine davon muss weg; versuch es dann bitte noch einmal.
    }
stepin-user-gone =
    { $act ->
        [approve] ❌ Ich konnte <b>{ $who }</b> nicht hereinlassen: Das Konto gibt es nicht mehr, oder es ist in der Gruppe gesperrt. Ist es gesperrt, heb die Sperre bitte in der Gruppe unter <b>Entfernte Nutzer</b> auf und versuch es dann noch einmal.
       *[other] ❌ Bei <b>{ $who }</b> lässt sich nichts tun: Das Konto gibt es nicht mehr, oder es ist in der Gruppe gesperrt.
    }
stepin-no-request =
    { $act ->
        [approve] ❌ <b>{ $who }</b> fragt nicht mehr an. Bitte lass die Anfrage neu stellen: Deine Genehmigung merke ich mir.
       *[other] ❌ <b>{ $who }</b> fragt nach nichts mehr, es gab also nichts mehr zu tun.
    }
stepin-still-in =
    { $act ->
        [approve] <b>{ $who }</b> ist schon in der Gruppe. Deine Genehmigung merke ich mir.
       *[other] ❌ <b>{ $who }</b> ist noch in der Gruppe. Bitte versuch es in einer Minute noch einmal, oder entfern die Person von Hand.
    }
stepin-failed =
    { $act ->
        [approve] ❌ Telegram wollte <b>{ $who }</b> nicht hereinlassen. Bitte versuch es in einer Minute noch einmal; deine Genehmigung merke ich mir.
        [decline] ❌ Telegram wollte <b>{ $who }</b> nicht abweisen. Bitte versuch es in einer Minute noch einmal.
        [unlock] ❌ Telegram wollte das für <b>{ $who }</b> nicht tun. Bitte versuch es in einer Minute noch einmal.
       *[revoke] ❌ Telegram wollte <b>{ $who }</b> nicht entfernen. Bitte versuch es in einer Minute noch einmal, oder entfern die Person von Hand.
    }

## Eine Karte

stepin-card =
    👤 <b>{ $who }</b>

    { $places }
stepin-place = { $lines }
stepin-place-stand =
    { $named ->
        [yes] <b>{ $group }</b>: { "" }
       *[no] Wo: { "" }
    }{ $stand ->
        [unknown] hier nicht gesehen
        [idle] nichts im Gange
        [password] beim Passwort
        [channel] bei der Wahl zwischen E-Mail und SMS
        [email] bei der E-Mail-Adresse
        [phone] bei der Telefonnummer
        [confirm] beim Bestätigen der Adresse
        [code] beim Warten auf den Code
        [admitting] alles geschafft, aber die Tür ging noch nicht auf
        [link] alles geschafft, mit einem persönlichen Link, der noch nicht benutzt ist
        [admitted] alles geschafft und in der Gruppe
        [muted] in der Gruppe, aber noch stumm
       *[member] in der Gruppe; jemand anders hat die Tür geöffnet
    }
stepin-place-wrong = Falsche Versuche: { $wrong }
stepin-place-lock =
    { $lock ->
        [locked] Gesperrt, noch { $wait }
       *[stopped] Gestoppt: insgesamt zu viele falsche Versuche; nur ein Admin öffnet wieder
    }
stepin-place-address = Adresse: <code>{ $address }</code>
stepin-place-approved = Von Hand genehmigt von { $by }

## Knöpfe

stepin-label-act =
    { $act ->
        [approve] ✅ Genehmigen
        [decline] ✋ Ablehnen
        [unlock] 🔓 Entsperren
       *[revoke] ⛔️ Widerrufen
    }
stepin-label-other-group = 📋 Andere Gruppe
