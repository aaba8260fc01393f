# Die Befehle derer, die Gruppen bewachen lassen dürfen, in Telegrams Menü: höchstens 256 Zeichen.

command-gate = Eine Gruppe bewachen lassen oder das ändern
command-password = Passwörter einer Gruppe
command-roster = Wer hineindarf: die Liste der Adressen
command-log = Wo die Entscheidungen notiert werden
command-doctor = Was in einer Gruppe falsch eingestellt ist
command-raid = Wenn sehr viele auf einmal hineinwollen
command-approve = Jemanden hereinlassen
command-decline = Jemanden abweisen
command-unlock = Eine Sperre beenden
command-revoke = Eine Zulassung zurücknehmen
command-enrol = Jemand anderem erlauben, Gruppen bewachen zu lassen
command-join = Selbst in eine Gruppe hineinkommen
