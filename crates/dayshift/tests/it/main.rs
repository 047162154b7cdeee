//! The binary from outside, on offices in temporary folders: what its commands promise, and that
//! nothing is lost or done twice when it is killed. It looks into no module of the program.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what is not as expected must stop the test"
)]

mod audit;
mod bad_input;
mod cases;
mod commands;
mod demo;
mod invoice;
mod kill;
mod office;
mod people;
mod program;
mod sending;
#[expect(clippy::print_stdout, reason = "who runs the tests should know what was skipped")]
#[path = "../../../connectors/tests/it/mail/server_process.rs"]
mod server_process;
mod serving;
mod skills;
mod trying;
