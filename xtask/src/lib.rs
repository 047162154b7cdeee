//! The repository's own checks as a library, so that `cargo test -p xtask` runs each of them as a
//! test. Chores that are run by hand are in `main.rs`; nothing here is part of the program.

pub mod tidy;
