//! The loop under all that can go wrong: processes that die at any moment, tools that fail in every
//! way, judges that fall silent, people who change their minds. Nothing leaves the process.

mod ladder;
mod memory_store;
mod simulation;
mod stuck;
mod switches;
mod world;
