//! The command line: reads it, runs one command, ends with its exit code.

mod allocator;
mod cli;
mod commands;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use rustix::fs::Mode;

use cli::{Cli, Command, Exit};

fn main() -> ExitCode {
    // Whatever is written from here on, by us or by a library, is for this user's eyes alone.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    countersign::ops::log::hook_panics(|| {});
    match run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            Exit::Failed.into()
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    let config = cli.config.as_deref();
    match cli.command {
        Command::Check => one_thread()?
            .block_on(commands::check::check(config))
            .context("the checks cannot be printed"),
        Command::Run => {
            let runtime = many_threads()?;
            let ended = runtime.block_on(commands::run::run(config));
            // A name that is being looked up, or a store that is being opened, must not hold up
            // the end.
            runtime.shutdown_background();
            ended
        }
        Command::Demo { play, listen, data } => {
            many_threads()?.block_on(commands::demo::demo(play, listen, data))
        }
        Command::Store { command } => Ok(commands::store::store(config, &command)),
        Command::Claim => Ok(one_thread()?.block_on(commands::claim::claim(config))),
        Command::HashPassword => Ok(commands::hash_password::hash_password()),
        Command::Health => Ok(one_thread()?.block_on(commands::health::health(config))),
    }
}

fn many_threads() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime can be started")
}

fn one_thread() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime can be started")
}
