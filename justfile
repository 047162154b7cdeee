# What people do with this repository. `just` lists it.

# What can be done here
default:
    @just --list

# Everything that continuous integration checks, in the same words
check:
    cargo fmt --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace
    cargo deny check bans licenses sources

# The example office, worked and shown
demo:
    cargo run --release -- demo

# The habits alone: lengths, names, arrows, reasons, pages
tidy:
    cargo run --quiet -p xtask -- tidy

# Format all sources
format:
    cargo fmt
