//! Skills: pure functions on data that read, classify, extract, match, retrieve and compose. No
//! network, clock, file or store: the same bytes give the same answer, offline.

pub mod certify;
pub mod classify;
pub mod drift;
pub mod invoice;
pub mod read;
pub mod table;
