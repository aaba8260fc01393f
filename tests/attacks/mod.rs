//! What attackers try, row by row of the README's table "Security". A test here turns red when the
//! rule that its name says is taken away.

mod bombing;
mod breaker;
mod clock;
mod enumeration;
mod guessing;
mod hosts;
mod injection;
mod lockout_weapon;
mod phishing;
mod pumping;
mod raids;
