//! Standings as numbers, so that a partial index can tell open cases from closed ones. The words
//! for people are not here.

use casework::Status;

/// Numbers from here on are closed cases'; the indexes of the first migration say the same.
pub(crate) const CLOSED_FROM: i64 = 16;

/// The number stored for a standing. Numbers never change their meaning.
pub(crate) fn number(status: Status) -> i64 {
    match status {
        Status::Working => 0,
        Status::Asked => 1,
        Status::HandedOver => 2,
        Status::Resting => 3,
        Status::Stuck => 4,
        Status::Done => CLOSED_FROM,
        Status::SetAside => CLOSED_FROM + 1,
        Status::FinishedByPerson => CLOSED_FROM + 2,
        Status::Cancelled => CLOSED_FROM + 3,
        Status::Shadowed => CLOSED_FROM + 4,
    }
}

/// The standing of a stored number.
pub(crate) fn standing(number_stored: i64) -> Option<Status> {
    Status::ALL.into_iter().find(|status| number(*status) == number_stored)
}
