# Deutsch: was Admins über die Liste der Adressen lesen. Nachrichten, deren Namen mit
# "roster-label-" beginnen, sind reiner Text auf Knöpfen, höchstens 40 Zeichen.

roster-roster =
    <b>Liste:</b> { $size ->
        [0] leer
        [one] { $size } Adresse
       *[other] { $size } Adressen
    }

    { $required ->
        [yes] { $size ->
            [0] <b>Nur Adressen darauf dürfen hinein, und es gibt keine: Niemand kommt herein.</b>
           *[other] Nur diese Adressen dürfen hinein, jede für so viele Konten, wie du erlaubst.
        }
       *[no] Sie ist nicht Pflicht (Standard): Auch andere Adressen dürfen hinein. Mit dem letzten Knopf dürfen es nur diese.
    }

    Du kannst mir auch einfach eine CSV-Datei schicken.
roster-list =
    <b>Liste</b>, ein Teil von { $size ->
        [one] { $size } Adresse
       *[other] { $size } Adressen
    }:

    { $lines }

    Hier sind die Adressen verdeckt; ganz stehen sie in der exportierten Datei.
roster-listed =
    • <code>{ $address }</code>{ $admitted ->
        [0] { "" }
        [one] { " " }– hat { $admitted } Konto hereingelassen
       *[other] { " " }– hat { $admitted } Konten hereingelassen
    }

## Eine Datei

roster-how-to =
    <b>Schick mir die Liste als CSV-Datei.</b> Nimm die Büroklammer und schick sie als Datei, nicht als Text.

    • eine Adresse je Zeile, in der ersten Spalte: <code>nora@example.org</code> oder <code>+49 151 23456789</code>
    • bis zu { $lines } Zeilen; andere Spalten bleiben unbeachtet
    • aus einer Tabelle: als CSV (UTF-8) speichern

    Ich zeige dir zuerst, was sich ändern würde. Eine Datei entfernt niemanden.
roster-which-group = Für welche Gruppe ist diese Liste?
roster-no-gate = Ich stehe an keiner Tür, die du einrichten könntest, also kann ich mit einer Datei nichts anfangen. Mit /gate geht es los.
roster-fixed = Dieses Tor steht in der Konfigurationsdatei des Bots: Seine Liste lässt sich hier nicht ändern.
roster-reading = Ich lese deine Datei. Einen Moment bitte.
roster-too-large = Diese Datei ist größer als { $most } MB, darum habe ich sie nicht gelesen. Bitte schick eine CSV-Datei nur mit den Adressen.
roster-not-fetched = Telegram hat mir deine Datei nicht gegeben. Bitte schick sie noch einmal.
roster-not-text = Das ist keine Textdatei. Bitte speichere die Tabelle als <b>CSV (UTF-8)</b> und schick mir die.
roster-empty-file = In dieser Datei steht keine Adresse: Jede Zeile braucht eine, in der ersten Spalte.
roster-too-long = Diese Datei hat mehr als { $lines } Zeilen, darum habe ich keine genommen. Bitte schick sie in Teilen.
roster-bad =
    <b>Es hat sich nichts geändert</b>: In einigen Zeilen deiner Datei steht keine Adresse, die ich lesen kann. Bitte verbessere diese und schick die Datei noch einmal:

    { $lines }{ $more ->
        [0] { "" }
        [one] { "" }
        … und noch eine
       *[other] { "" }
        … und noch { $more }
    }

    { $good ->
        [0] Keine Zeile ist in Ordnung.
        [one] Eine andere Zeile ist in Ordnung.
       *[other] Die anderen { $good } Zeilen sind in Ordnung.
    }
roster-bad-line =
    • Zeile { $line }: { $why ->
        [cannot-receive] diese Nummer kann keine SMS empfangen
        [broken] kein UTF-8, oder ein Anführungszeichen, das nie endet
       *[unreadable] weder eine Mailadresse noch eine Telefonnummer mit Vorwahl
    }
roster-preview =
    <b>Soll das auf die Liste?</b>

    • neu: <b>{ $new }</b>
    • schon da: { $known }
    • doppelt in der Datei: { $repeated }

    Jede Zeile ist in Ordnung. Niemand wird entfernt; noch hat sich nichts geändert.
roster-nothing-new =
    { $known ->
        [one] Die Adresse in dieser Datei steht schon auf der Liste: Es gibt nichts zu ändern.
       *[other] Alle { $known } Adressen in dieser Datei stehen schon auf der Liste: Es gibt nichts zu ändern.
    }
roster-upload-gone = Diese Datei habe ich nicht mehr: Ich hebe eine höchstens eine Stunde auf. Es hat sich nichts geändert; bitte schick sie noch einmal.
roster-upload-dropped = Gut: Die Datei ist vergessen, und es hat sich nichts geändert.
roster-exporting =
    { $size ->
        [one] Die Liste mit ihrer { $size } Adresse kommt als Datei.
       *[other] Die Liste mit ihren { $size } Adressen kommt als Datei.
    } Darin stehen die Adressen ganz: Bitte pass gut auf sie auf. Dass du sie geholt hast, steht im Log.

## Getippt

roster-ask-add = Welche Adressen sollen auf die Liste? Bitte tippe eine oder mehrere, durch Kommas oder Zeilen getrennt.
roster-ask-remove = Welche Adressen sollen von der Liste herunter? Bitte tippe eine oder mehrere, durch Kommas oder Zeilen getrennt. Wer damit hereingekommen ist, bleibt in der Gruppe.
roster-bad-typed =
    <b>Es hat sich nichts geändert</b>, denn das kann ich nicht nehmen:

    { $lines }{ $more ->
        [0] { "" }
        [one] { "" }
        … und noch eins
       *[other] { "" }
        … und noch { $more }
    }
roster-bad-entry =
    • <code>{ $entry }</code>: { $why ->
        [cannot-receive] diese Nummer kann keine SMS empfangen
        [broken] nicht lesbar
       *[unreadable] weder eine Mailadresse noch eine Telefonnummer mit Vorwahl
    }
roster-too-many-typed = In eine Nachricht passen höchstens { $most } Adressen. Es hat sich nichts geändert; für mehr schick mir bitte eine Datei.
roster-nothing-typed = Darin steht keine Adresse. Es hat sich nichts geändert.

## Was daraus wurde

roster-added =
    { $new ->
        [0] Nichts Neues: Es hat sich nichts geändert.
        [one] { $new } Adresse steht jetzt auf der Liste.
       *[other] { $new } Adressen stehen jetzt auf der Liste.
    }{ $known ->
        [0] { "" }
        [one] { " " }{ $known } war schon da.
       *[other] { " " }{ $known } waren schon da.
    }
roster-removed =
    { $removed ->
        [0] Es wurde nichts entfernt.
        [one] { $removed } Adresse ist von der Liste herunter.
       *[other] { $removed } Adressen sind von der Liste herunter.
    }{ $missing ->
        [0] { "" }
        [one] { " " }{ $missing } stand nicht darauf.
       *[other] { " " }{ $missing } standen nicht darauf.
    }
roster-confirm-clear =
    { $size ->
        [one] Soll ich die eine Adresse von der Liste entfernen?
       *[other] Soll ich alle { $size } Adressen von der Liste entfernen?
    } Das lässt sich nicht zurücknehmen; wer in der Gruppe ist, bleibt.{ $required ->
        [yes] { " " }<b>Nur Adressen auf der Liste dürfen hinein: Danach kommt niemand mehr herein.</b>
       *[no] { "" }
    }
roster-cleared =
    { $size ->
        [0] Die Liste war schon leer.
        [one] Die Liste ist leer: { $size } Adresse ist weg.
       *[other] Die Liste ist leer: { $size } Adressen sind weg.
    }

## Knöpfe

roster-label-send-file = 📄 Datei schicken
roster-label-add = ➕ Hinzufügen
roster-label-remove = ➖ Entfernen
roster-label-list = 📋 Auflisten
roster-label-more = Weiter ➡️
roster-label-from-start = ⏮ Von vorn
roster-label-export = 💾 Exportieren
roster-label-clear = 🗑 Leeren
roster-label-apply = ✅ { $new } hinzufügen
roster-label-cancel = Abbrechen
