//! What tests look up in, and do to, the store in memory.

use super::memory::Memory;
use casework::ask::{Ask, Reply};
use casework::signal::{Arrival, Signal, SignalKind};
use casework::{CaseId, Digest, SourceName};

impl Memory {
    /// Makes the stored head of a case another one, as if a line had been changed.
    pub fn tamper(&self, case: CaseId) {
        if let Some(kept) = self.state().cases.get_mut(&case) {
            kept.head = Some(Digest::of(b"another history"));
        }
    }

    /// Something new arrives on a case.
    pub fn arrive(&self, case: CaseId, arrival: Arrival) {
        let signal = Signal {
            key: format!("mail:again-{case}@example"),
            source: SourceName::new("mail:support"),
            at: self.clock.now(),
            kind: SignalKind::Arrived(arrival),
        };
        if let Some(kept) = self.state().cases.get_mut(&case) {
            self.take(kept, &signal);
        }
    }

    /// The case's open ask.
    pub fn ask(&self, case: CaseId) -> Ask {
        let state = self.state();
        let kept = state.cases.get(&case).expect("the case is there");
        kept.case.open_ask().expect("the case asks").0.clone()
    }

    /// Replies that were handed in, oldest first.
    pub fn replies(&self) -> Vec<(String, Reply)> {
        let reply = |signal: &Signal| match &signal.kind {
            SignalKind::Answered { who, reply, .. } => Some((who.to_string(), reply.clone())),
            SignalKind::Arrived(_) | SignalKind::Cancelled { .. } => None,
        };
        self.state().admitted.iter().filter_map(reply).collect()
    }

    pub fn admitted(&self) -> usize {
        self.state().admitted.len()
    }
}
