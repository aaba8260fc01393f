//! What attackers try, one file for each way: the bot holds, and everybody else goes on as usual.

mod guessing;
mod lockout_weapon;
mod raids;
