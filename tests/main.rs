mod browser;
mod cli;
