//! The binary. Not written yet.
fn main() {}
