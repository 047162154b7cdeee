//! The loop and the seams: carries cases from signal to outcome. It performs what the core permits and
//! decides nothing itself; it knows no vendor.

pub mod clock;
pub mod health;
pub mod intake;
pub mod run;
pub mod seams;
