# The commands of those who may gate groups, in Telegram's menu: at most 256 characters each.

command-gate = Guard a group, or change how it is guarded
command-password = Passwords of a group
command-roster = Who may pass: the list of addresses
command-log = Where the decisions are written down
command-doctor = What is set up wrongly in a group
command-raid = When very many ask to join at once
command-approve = Let somebody in
command-decline = Turn somebody down
command-unlock = End a lock
command-revoke = Take an admission back
command-enrol = Let somebody else gate their groups
command-join = Come into a group yourself
