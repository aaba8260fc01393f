//! Everything that needs the world outside: dialogues over real sockets, the real binary, the
//! demo's page in a browser.

mod browser;
mod cli;
mod crash;
mod dialogue;
mod health;
mod process;
mod redaction;
mod scene;
mod stop;
mod telegram_faults;
