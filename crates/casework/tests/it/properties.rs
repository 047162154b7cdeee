//! What must hold for every worker and every order of events. The journal alone is the witness:
//! each property is checked against its entries, not against what the case says of itself.

use crate::drive::{Walk, assert_same};
use crate::office::{mail, mail_from};
use crate::random::{Dice, Move, charter, moves};
use casework::ask::{About, Ask, Reply};
use casework::policy::Ruling;
use casework::tool::{Effect, ToolCall};
use casework::worker::{Charter, Mode};
use casework::{Actor, AskId, Case, Chain, Entry, Event, Permit, PermittedCall, Step, Timestamp};
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The card of each ask that was ever open, with the exact call it showed.
type Cards = BTreeMap<AskId, (Ask, Option<ToolCall>)>;

struct World {
    walk: Walk,
    cards: Cards,
    /// What came next, and when that was asked, after each entry.
    seen: Vec<(Timestamp, Step)>,
    mails: u32,
}

impl World {
    fn new(charter: Charter, seed: u64) -> Self {
        let mut walk = Walk::new(charter);
        walk.checks = false;
        let dice = Rc::new(RefCell::new(Dice::new(seed)));
        let judging = dice.clone();
        walk.judge = Box::new(move |question| judging.borrow_mut().judge(question));
        walk.perform = Box::new(move |call| dice.borrow_mut().perform(call));
        let mut world = Self { walk, cards: Cards::new(), seen: Vec::new(), mails: 0 };
        world.note();
        world.act(&Move::Mail(0));
        world
    }

    fn act(&mut self, one: &Move) {
        match one {
            Move::Steps(count) => {
                for _ in 0..*count {
                    self.step();
                }
            }
            Move::Go => {
                let mut steps = 0;
                while self.step() {
                    steps += 1;
                    assert!(steps < 500, "no rest: {}", self.walk.story());
                }
            }
            Move::Mail(kind) => self.mail(*kind),
            Move::Reply { who, asks_back, kind } => self.reply(who, *asks_back, *kind),
            Move::Cancel => {
                self.walk.cancel();
            }
            Move::Hours(hours) => {
                self.walk.now = self.walk.now.plus_ms(u64::from(*hours) * 3_600_000)
            }
            Move::Reopen => {
                let replayed = self.walk.replayed();
                assert_same(&self.walk.case, &replayed, self.walk.now);
                self.walk.case = replayed;
            }
        }
        self.note();
    }

    /// One step; false when there is nothing to do now.
    fn step(&mut self) -> bool {
        if let Step::Perform(call) = self.walk.case.next_step(self.walk.now) {
            self.assert_permitted(&call);
        }
        let went_on = self.walk.one_step().is_none();
        self.note();
        if let Step::Reconcile(call) = self.walk.case.next_step(self.walk.now) {
            // The other side is asked, and says what the dice say.
            let end = (self.walk.perform)(&call);
            let event = Event::CallEnded { call: call.call().id, end };
            self.walk.record(Actor::Engine, event);
            self.note();
            return true;
        }
        went_on
    }

    fn mail(&mut self, kind: u8) {
        self.mails += 1;
        let key = format!("m-{}", self.mails);
        let signal = match kind % 3 {
            0 => mail(&key, "It is broken"),
            1 => mail_from(&key, "kim@fog.example", "passed", "2 of them?"),
            _ => mail_from(&key, "jo@lantern.example", "failed", "no"),
        };
        self.walk.hear(&signal);
    }

    fn reply(&mut self, who: &str, asks_back: u8, kind: u8) {
        let back = usize::from(asks_back);
        let Some((id, (ask, _))) = self.cards.iter().rev().nth(back) else { return };
        let (id, digest) = (*id, ask.digest);
        let arguments = json!({ "text": "as I say" }).as_object().unwrap().clone();
        // Half of the replies are of the kind that was asked for.
        let kind = match &ask.about {
            About::Approval { .. } if kind.is_multiple_of(2) => kind / 2 % 5,
            About::Judgement { .. } | About::Question if kind.is_multiple_of(2) => 5,
            About::InDoubt { .. } if kind.is_multiple_of(2) => 6 + kind / 2 % 2,
            _ => kind % 9,
        };
        let reply = match kind {
            0..=2 => Reply::Approve { digest },
            3 => Reply::Edit { digest, arguments },
            4 => Reply::Reject { why: "no".into() },
            5 => Reply::Say { answer: "billing".into() },
            6 | 7 => Reply::Happened(kind == 6),
            _ => Reply::Outcome { summary: "did it".into() },
        };
        self.walk.reply_to(id, who, reply);
    }

    /// Looks at the case after something may have been recorded.
    fn note(&mut self) {
        let length = self.walk.case.chain().length as usize;
        let now = self.walk.now;
        // Of several entries at once only the last was seen; the others are seen by replaying them.
        while self.seen.len() + 1 < length {
            let known = self.seen.len() + 1;
            let prefix = replay_prefix(&self.walk.case, known);
            self.seen.push((now, prefix.next_step(now)));
        }
        if self.seen.len() < length {
            self.seen.push((now, self.walk.case.next_step(now)));
        }
        if let Some((ask, call)) = self.walk.case.open_ask() {
            assert_ne!(self.walk.case.charter().worker.mode, Mode::Shadow, "{}", ask.headline);
            self.cards.entry(ask.id).or_insert_with(|| (ask.clone(), call.cloned()));
        }
    }

    fn entries(&self) -> Vec<Entry> {
        entries(self.walk.case.journal())
    }

    /// The journal holds the reason why this may run: a ruling that allows it, or the word of a
    /// person who may give it, on exactly this call, on an ask that was open then.
    fn assert_permitted(&self, call: &PermittedCall) {
        let charter = self.walk.case.charter();
        let effect = charter.tools[call.tool()].effect;
        assert!(charter.worker.mode != Mode::Shadow || effect == Effect::Read);
        let entries = self.entries();
        let proposal = entries.iter().find_map(|entry| match &entry.event {
            Event::CallProposed { call: proposed, ruling, .. } if proposed.id == call.call().id => {
                Some((proposed, ruling))
            }
            _ => None,
        });
        let (proposed, ruling) = proposal.expect("what runs was proposed");
        assert_eq!(proposed, call.call(), "what runs is what was proposed");
        match (call.permit(), ruling) {
            (Permit::ByRule(rule), Ruling::Allow { rule: allowed }) => assert_eq!(rule, allowed),
            (Permit::ByPerson { ask, who, .. }, Ruling::Allow { .. } | Ruling::Ask { .. }) => {
                assert_approved(&entries, &self.cards[ask], call, who);
            }
            (permit, ruling) => panic!("{permit:?} on {ruling:?}"),
        }
    }
}

fn assert_approved(
    entries: &[Entry],
    (ask, shown): &(Ask, Option<ToolCall>),
    call: &PermittedCall,
    who: &casework::PersonId,
) {
    assert!(ask.people.contains(who), "{who} may not answer");
    let shown = shown.as_ref().expect("a card of a call");
    let mut approved = false;
    for entry in entries {
        match &entry.event {
            Event::AskLapsed { ask: id } | Event::AskWithdrawn { ask: id, .. } => {
                assert_ne!(*id, ask.id, "an ask that is over permits nothing");
            }
            Event::AskAnswered { ask: id, who: by, reply, .. } if *id == ask.id => {
                assert_eq!(by, who);
                approved = match reply {
                    Reply::Approve { digest } => *digest == ask.digest && shown == call.call(),
                    Reply::Edit { digest, arguments } => {
                        *digest == ask.digest && is_edit(shown, arguments, call)
                    }
                    _ => false,
                };
            }
            _ => {}
        }
    }
    assert!(approved, "{ask:?} does not cover {call:?}");
}

/// The same tool, the person's arguments, and the rest as it was shown.
fn is_edit(
    shown: &ToolCall,
    arguments: &serde_json::Map<String, serde_json::Value>,
    call: &PermittedCall,
) -> bool {
    let mut wanted = shown.arguments.data().as_object().unwrap().clone();
    wanted.extend(arguments.clone());
    shown.tool == *call.tool() && call.arguments().data() == &serde_json::Value::Object(wanted)
}

fn entries(journal: &[u8]) -> Vec<Entry> {
    let lines = journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| Entry::from_line(line).unwrap()).collect()
}

fn replay_prefix(case: &Case, length: usize) -> Case {
    let lines = case.journal().split_inclusive(|byte| *byte == b'\n').take(length);
    let prefix: Vec<u8> = lines.flatten().copied().collect();
    Case::replay(case.id(), case.charter().clone(), &prefix).unwrap()
}

fn walked(charter: Charter, moves: &[Move], seed: u64) -> World {
    let mut world = World::new(charter, seed);
    for one in moves {
        world.act(one);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_prefix_of_a_journal_folds_to_what_came_next_there(
        charter in charter(), moves in moves(), seed in any::<u64>(),
    ) {
        let world = walked(charter, &moves, seed);
        let length = world.walk.case.chain().length as usize;
        for at in (1..=length).step_by(length / 12 + 1).chain([length]) {
            let (now, next) = &world.seen[at - 1];
            assert_eq!(&replay_prefix(&world.walk.case, at).next_step(*now), next);
        }
    }

    #[test]
    fn a_closed_case_stays_closed(
        charter in charter(), moves in moves(), more in moves(), seed in any::<u64>(),
    ) {
        let mut world = walked(charter, &moves, seed);
        world.act(&Move::Go);
        world.act(&Move::Cancel);
        assert_eq!(world.walk.case.next_step(world.walk.now), Step::Closed, "a rest can be ended");
        let head = world.walk.case.chain();
        for one in &more {
            world.act(one);
        }
        for entry in world.entries() {
            assert!(world.walk.case.record(entry.at, entry.by, entry.event).is_err());
        }
        assert_eq!(world.walk.case.chain(), head);
        assert_eq!(world.walk.case.next_step(Timestamp(i64::MAX)), Step::Closed);
    }

    #[test]
    fn an_entry_that_does_not_follow_changes_nothing(
        charter in charter(), moves in moves(), seed in any::<u64>(), at in any::<usize>(),
    ) {
        let world = walked(charter, &moves, seed);
        let entries = world.entries();
        let mut case = replay_prefix(&world.walk.case, at % entries.len() + 1);
        for entry in entries {
            let before = case.clone();
            if case.record(entry.at, entry.by, entry.event).is_err() {
                assert_same(&before, &case, world.walk.now);
                assert_eq!(before.journal(), case.journal());
            } else {
                case = before;
            }
        }
    }

    #[test]
    fn any_flipped_byte_of_any_line_changes_the_head(
        charter in charter(), moves in moves(), seed in any::<u64>(), at in any::<usize>(),
        flip in 1u8..=255,
    ) {
        let world = walked(charter, &moves, seed);
        let case = &world.walk.case;
        let mut journal = case.journal().to_vec();
        let at = at % journal.len();
        journal[at] ^= flip;
        let mut chain = Chain::start(case.id());
        for line in journal.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            chain.extend(line);
        }
        assert_ne!(chain.head, case.chain().head);
        if let Ok(replayed) = Case::replay(case.id(), case.charter().clone(), &journal) {
            assert_ne!(replayed.chain().head, case.chain().head);
        }
    }

    #[test]
    fn a_case_never_starts_more_calls_than_its_limit(
        charter in charter(), moves in moves(), seed in any::<u64>(),
    ) {
        let limit = charter.worker.limits.calls_max;
        let world = walked(charter, &moves, seed);
        let started: Vec<casework::CallId> = world.entries().iter().filter_map(|entry| {
            match &entry.event {
                Event::CallStarted { call, .. } => Some(*call),
                _ => None,
            }
        }).collect();
        // A call a person says did not happen starts again on its first ruling.
        let distinct: std::collections::BTreeSet<_> = started.iter().collect();
        assert!(distinct.len() <= limit as usize, "{}", world.walk.story());
    }
}

#[test]
fn the_random_walks_reach_all_that_the_properties_are_about() {
    let mut runner = TestRunner::deterministic();
    let words = [
        "call_started",
        "approve",
        "edit",
        "ask_lapsed",
        "ask_withdrawn",
        "reply_refused",
        "in_doubt",
        "happened",
        "withheld",
        "rest_chosen",
        "by_person",
        "cancelled",
        "deny",
        "would_have_ended",
        "handed_over",
        "question_raised",
    ];
    let mut counts = BTreeMap::from(words.map(|word| (word, 0)));
    for seed in 0..400 {
        let drawn = (charter(), moves()).new_tree(&mut runner).unwrap().current();
        let story = walked(drawn.0, &drawn.1, seed * 7_919).walk.story();
        for (word, count) in &mut counts {
            *count += usize::from(story.contains(&format!("\"{word}\"")));
        }
    }
    assert!(counts.values().all(|count| *count >= 5), "{counts:?}");
}
