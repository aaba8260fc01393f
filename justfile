# `just` lists what there is; every line also works by itself.

default:
    @just --list

# The pretend world with the real bot in it: http://127.0.0.1:8077
demo *arguments:
    cargo run --release -- demo {{arguments}}

# Formatting, lints, documentation, tests
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps
    cargo test

# The demo's page in a real, headless Chromium
browser:
    cargo test --test main browser -- --ignored

# What is lost when things break? Half an hour of experiments, one table (docs/reliability.md)
crash-lab *arguments:
    cargo bench --profile lab --bench crash-lab -- {{arguments}}

# Dialogues a second, beside a bare loop (docs/performance.md); on a quiet machine
bench *arguments:
    cargo bench --bench dialogues -- {{arguments}}

# How many instructions a dialogue takes, against the number that is kept (needs valgrind)
instructions:
    cargo build --release
    cargo bench --profile dev --bench dialogues -- --binary target/release/countersign --instructions benches/instructions

# Every parser that meets the outside, and the rules, against made-up input (needs cargo-fuzz)
fuzz seconds="30" *targets:
    fuzz/run {{seconds}} {{targets}}

# Everything that must be green before a merge
ci:
    .ci/run

# Licences, bans and sources of what we depend on (needs cargo-deny)
deny:
    cargo deny check licenses bans sources

# The container image
image tag="countersign":
    docker build --tag {{tag}} .
