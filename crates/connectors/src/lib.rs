//! What the office is connected to: sources that hear and tools that act on a permit. A connector
//! cannot decide, cannot write history, and knows no other connector.

pub mod database;
pub mod folder;
pub mod limited;
pub mod mail;
pub mod oidc;
pub mod schedule;
pub mod web;

mod secret;

pub use secret::Secret;
