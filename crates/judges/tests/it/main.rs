//! The rungs of the ladder from outside: a model behind a scripted server on the loopback, and a
//! learned judge on a small synthetic corpus. No network, no key.

#[cfg(test)]
mod asked;
#[cfg(test)]
mod learned;
#[cfg(test)]
mod model;
#[cfg(test)]
mod server;
