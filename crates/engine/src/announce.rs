//! Makes an ask visible to people. The console and the command line read open asks from the store,
//! so announcing is telling them to look; a channel that must be written to would be called here.

use crate::carry::Engine;
use casework::ask::Ask;
use casework::{Case, Event};

pub(crate) fn announce(engine: &Engine, case: &Case, ask: &Ask) -> Event {
    tracing::info!(case = %case.id(), ask = %ask.id, to = %ask.to, "a person is asked");
    engine.intake.tell(crate::seams::News::Case(case.id()));
    Event::AskAnnounced { ask: ask.id }
}
