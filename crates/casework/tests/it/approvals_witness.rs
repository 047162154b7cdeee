//! The witness: whether something that runs was approved, by its own record of what each person was
//! shown and said. Nothing here asks the case.

use crate::approvals_world::World;
use casework::ask::Reply;
use casework::worker::Mode;
use casework::{AskId, CallId, Event, Permit, PermittedCall};
use std::collections::BTreeSet;

impl World {
    /// Whether this may run, by the witness's own record.
    pub fn witness(&mut self, call: &PermittedCall) {
        assert_ne!(self.config.mode, Mode::Shadow, "nothing runs in shadow");
        match call.permit() {
            Permit::ByRule(rule) => self.witness_grant(rule.as_str(), call),
            Permit::ByPerson { .. } => self.witness_people(call),
        }
    }

    fn witness_grant(&mut self, rule: &str, call: &PermittedCall) {
        assert_eq!(self.config.needed, 1, "what needs two people is not granted away");
        let name = rule.strip_prefix("grant ").expect("only grants allow this");
        let grant = self.grants.iter().find(|grant| grant.id.to_string() == name).unwrap();
        let made = self.said.iter().filter(|said| said.counted && said.ask == grant.id.ask);
        assert!(made.count() > 0, "a person made it");
        let amount = call.arguments().data()["amount"].as_str().unwrap().to_owned();
        assert!(["5", "6", "7"].contains(&amount.as_str()), "{amount} is beyond the bound");
        let uses = self.uses.entry(name.to_owned()).or_default();
        *uses += 1;
        assert!(*uses <= grant.allowance.times_max, "used {uses} times");
    }

    fn witness_people(&self, call: &PermittedCall) {
        let mut seats: BTreeSet<&str> = BTreeSet::new();
        let mut people: BTreeSet<&str> = BTreeSet::new();
        let wanted = call.arguments().data();
        // What was said to an ask that is over counts for nothing: enough must be left without it.
        for said in self.said.iter().filter(|said| said.counted && !self.is_over(said.ask)) {
            let shown = &self.shown[&said.ask];
            let payload = match &said.reply {
                Reply::Approve { digest } | Reply::Grant { digest, .. } => {
                    (*digest == shown.ask.digest && shown.call.id == call.call().id)
                        .then(|| shown.call.arguments.data().clone())
                }
                Reply::Edit { digest, arguments } if *digest == shown.ask.digest => {
                    let mut edited = shown.call.arguments.data().as_object().unwrap().clone();
                    edited.extend(arguments.clone());
                    self.follows(said.ask, call.call().id).then_some(edited.into())
                }
                _ => None,
            };
            if payload.as_ref() != Some(wanted) || shown.call.tool != *call.tool() {
                continue;
            }
            let declared = self.case.charter().tools[call.tool()].digest();
            assert_eq!(shown.declaration, declared, "the tool is as it was shown");
            let ends = shown.ask.expires_at;
            assert!(ends.is_none_or(|end| said.at < end), "approved after its expiry");
            // Changed values are asked for anew where a second person is needed, with a new end.
            let anew = self.shown.values().rev().find(|shown| shown.call.id == call.call().id);
            let ends = anew.map_or(ends, |shown| shown.ask.expires_at);
            assert!(ends.is_none_or(|end| self.now < end), "run after its expiry");
            let listed = |who: &&str| shown.ask.people.iter().any(|known| known.as_str() == *who);
            let seat = [said.who]
                .into_iter()
                .find(|who| listed(who))
                .or_else(|| said.seats.iter().copied().find(|who| listed(who)));
            let seat = seat.unwrap_or_else(|| panic!("{} is not listed", said.who));
            if !self.config.requester_may_approve {
                let asked = |who| shown.ask.quorum.not_by.iter().any(|p| p.as_str() == who);
                assert!(!asked(said.who) && !asked(seat), "{seat} asked for it");
                assert!(!self.requesters.contains(seat) || asked(seat) || self.mails > 1);
            }
            seats.insert(seat);
            people.insert(said.who);
        }
        let needed = usize::from(self.config.needed);
        assert!(people.len() >= needed, "{people:?} approved {wanted}: {}", self.story());
        assert!(seats.len() >= needed, "{seats:?} approved {wanted}: {}", self.story());
    }

    /// Whether an ask was withdrawn, ran out or was rejected.
    fn is_over(&self, wanted: AskId) -> bool {
        self.entries().iter().any(|entry| match &entry.event {
            Event::AskWithdrawn { ask, .. } | Event::AskLapsed { ask } => *ask == wanted,
            Event::AskAnswered { ask, reply: Reply::Reject { .. }, .. } => *ask == wanted,
            _ => false,
        })
    }

    /// Whether a call is the very next proposal after an ask was answered with an edit, or is about
    /// the one after it.
    fn follows(&self, ask: AskId, call: CallId) -> bool {
        let entries = self.entries();
        let edited = entries.iter().position(|entry| {
            matches!(&entry.event,
                Event::AskAnswered { ask: id, reply: Reply::Edit { .. }, .. } if *id == ask)
        });
        edited.is_some_and(|at| {
            entries.iter().skip(at + 1).find_map(|entry| match &entry.event {
                Event::CallProposed { call, .. } => Some(call.id),
                _ => None,
            }) == Some(call)
        })
    }
}
