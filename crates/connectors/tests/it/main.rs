//! The connectors against the real other side where there is one, else against a fake in this
//! process.

#[cfg(test)]
mod database;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod schedule;
#[cfg(test)]
mod support;
#[cfg(test)]
mod web;
