//! Admins and their groups: what they type and press, and what the bot says to it.

mod cards;
mod claims;
mod doctor;
mod log_chat;
mod passwords;
mod personal_link_mode;
mod restrict_mode;
mod roster;
mod setting_up;
mod settings;
mod staged;
mod stepping_in;
mod who_may_pass;
