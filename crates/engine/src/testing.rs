//! What proves an implementation of a seam: suites that any store must pass. Nothing here runs in
//! the program itself.
#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a property that does not hold must stop the test that checks it"
)]

pub mod samples;
pub mod store_suite;
