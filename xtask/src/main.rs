//! Chores of the repository. Not written yet.
fn main() {}
