//! Everything that needs the world outside: dialogues over real sockets, the real binary, the
//! demo's page in a browser.

mod admins;
mod attacks;
mod backups;
mod binary;
mod browser;
mod check;
mod cli;
mod crash;
mod demo;
mod dialogue;
mod disk;
mod health;
mod house;
mod logged;
mod memory;
mod outages;
mod power_cut;
mod process;
mod redaction;
mod run;
mod scene;
mod stop;
mod store;
mod telegram_faults;
mod versions;
mod wrong_clocks;
