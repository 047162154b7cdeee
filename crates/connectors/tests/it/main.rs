//! The connectors against the real other side where there is one, else against a fake in this
//! process.

#[cfg(test)]
mod database;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod mail;
#[cfg(test)]
#[expect(clippy::print_stdout, reason = "who runs the tests should know what was skipped")]
mod oidc;
#[cfg(test)]
mod schedule;
#[cfg(test)]
mod support;
#[cfg(test)]
mod web;
