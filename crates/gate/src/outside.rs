//! Suites that lie outside the project, read from a folder when somebody measures them by hand.

mod agentdojo;
mod recorded;
mod retail;

pub use agentdojo::agentdojo_suites;
pub use retail::retail_suite;
