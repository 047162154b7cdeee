//! The rungs of the ladder from outside: a model behind a scripted server on the loopback, and a
//! learned judge on a small synthetic corpus. No network, no key.

mod asked;
mod learned;
mod model;
mod server;
