//! The loop under all that can go wrong: processes that die at any moment, tools that fail in every
//! way, judges that fall silent, people who change their minds. Nothing leaves the process.

#[cfg(test)]
mod arranged;
#[cfg(test)]
mod ladder;
#[cfg(test)]
mod memory_store;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod stuck;
#[cfg(test)]
mod switches;
#[cfg(test)]
mod world;
