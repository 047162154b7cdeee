//! The loop and the seams: carries cases from signal to outcome. It performs what the core permits
//! and decides nothing itself; it knows no vendor.

mod announce;
pub mod arranged;
pub mod budget;
pub mod carry;
pub mod charters;
pub mod clock;
mod granting;
pub mod health;
pub mod intake;
mod judge;
pub mod pace;
mod perform;
pub mod run;
pub mod seams;
pub mod testing;
