//! Judges: the rungs of the ladder below a person. They answer typed questions; they hold no tool
//! and no store, and whether an answer may act is never theirs to say.

pub mod learned;
pub mod model;
