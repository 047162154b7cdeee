//! What every store must do, one function per property. A store's own tests call [`all`] with a way
//! to make an empty store, and [`a_fresh_open_finds_all`] with a way to open the same place again.

mod appends;
mod arrivals;
mod claims;
mod keeping;
mod lists;

pub use appends::{
    a_closed_case_reads_back_byte_for_byte, a_lost_lease_cannot_append,
    a_standing_alone_can_be_saved, a_taken_number_is_refused, an_append_shows_in_the_row,
    entries_read_back_in_order, hundred_appends_at_once_all_stand,
    one_bad_append_in_a_group_fails_alone,
};
pub use arrivals::{
    a_closed_case_is_not_joined, a_sent_message_leads_back_to_its_case, a_signal_is_taken_once,
    another_workers_case_is_not_joined, arrivals_at_once_open_one_case_each,
    nobodys_signals_are_kept_and_shown, the_nearest_thread_key_decides,
    the_same_thread_joins_the_open_case, untaken_arrivals_of_a_closed_case_open_a_new_one,
};
pub use claims::{
    a_claimed_case_is_not_claimed_again, a_lapsed_claim_is_claimed_by_another, a_release_can_wait,
    a_release_without_a_moment_waits_for_a_signal, a_released_case_is_due_at_once,
    a_reply_wakes_a_resting_case, an_arrival_while_carried_wakes_the_case_on_release,
    claims_respect_lanes_and_order, waiters_hear_of_arrivals,
};
pub use keeping::{
    a_fresh_open_finds_all, an_erased_body_stays_erased, old_cases_are_forgotten_with_their_bodies,
    settings_are_set_and_removed, the_same_body_is_kept_once,
};
pub use lists::{
    counts_tell_who_stands_where, lessons_come_back_in_order, rows_are_found_and_paged,
};

use crate::seams::Store;
use std::future::Future;
use std::sync::Arc;

macro_rules! every {
    ($make:ident: $($property:ident),+ $(,)?) => {$(
        $property($make().await).await;
    )+};
}

/// Checks all properties, each on a store of its own.
///
/// # Panics
/// When one does not hold, with its name in the trace.
pub async fn all<F, Fut>(make: F)
where
    F: Fn() -> Fut,
    Fut: Future<Output = Arc<dyn Store>>,
{
    every!(make: a_signal_is_taken_once, the_same_thread_joins_the_open_case,
        the_nearest_thread_key_decides, a_sent_message_leads_back_to_its_case,
        another_workers_case_is_not_joined, a_closed_case_is_not_joined,
        untaken_arrivals_of_a_closed_case_open_a_new_one, nobodys_signals_are_kept_and_shown,
        arrivals_at_once_open_one_case_each);
    every!(make: claims_respect_lanes_and_order, a_claimed_case_is_not_claimed_again,
        a_lapsed_claim_is_claimed_by_another, a_released_case_is_due_at_once, a_release_can_wait,
        a_release_without_a_moment_waits_for_a_signal,
        an_arrival_while_carried_wakes_the_case_on_release, a_reply_wakes_a_resting_case,
        waiters_hear_of_arrivals);
    every!(make: entries_read_back_in_order, an_append_shows_in_the_row,
        a_standing_alone_can_be_saved, a_lost_lease_cannot_append, a_taken_number_is_refused,
        a_closed_case_reads_back_byte_for_byte, hundred_appends_at_once_all_stand,
        one_bad_append_in_a_group_fails_alone);
    every!(make: the_same_body_is_kept_once, an_erased_body_stays_erased,
        settings_are_set_and_removed, old_cases_are_forgotten_with_their_bodies);
    every!(make: lessons_come_back_in_order, counts_tell_who_stands_where,
        rows_are_found_and_paged);
}
