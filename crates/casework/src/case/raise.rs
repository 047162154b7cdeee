//! How asks are raised: who is asked, how many, until when, bound to what. Each is put together
//! once, from the worker's files and what the office has arranged, and then stands in the journal
//! whole.

use super::{Case, Pending, State, Step};
use crate::ask::arrangements::{Arrangements, NOTHING};
use crate::ask::bound::Bound;
use crate::ask::{About, Approved, Ask, Lapse, Quorum, Shape};
use crate::grant::Draw;
use crate::ids::{Digest, PersonId, RoleName};
use crate::journal::{Event, Outcome};
use crate::judgement::Question;
use crate::policy::Ruling;
use crate::time::Timestamp;
use crate::tool::{ToolCall, ToolSpec};
use crate::worker::Worker;
use std::sync::Arc;

/// Who changed a call before it is proposed again.
pub(super) struct Editor<'a> {
    pub(super) from: &'a ToolCall,
    pub(super) approved: Approved,
}

impl Case {
    /// Tells the case what the office has arranged about approvals. What is folded does not depend
    /// on it; what is decided from here on does.
    pub fn arrange(&mut self, arrangements: Arc<Arrangements>) {
        self.arrangements = Some(arrangements);
    }

    pub(super) fn arranged(&self) -> &Arrangements {
        self.arrangements.as_deref().unwrap_or(&NOTHING)
    }

    /// A proposal with its ruling, and with the ask that follows from it. An ask that a standing
    /// grant answers is not raised.
    pub(super) fn proposal(
        &self,
        step: Option<usize>,
        call: ToolCall,
        ruling: Ruling,
        now: Timestamp,
    ) -> Event {
        if self.is_shadow() || !matches!(ruling, Ruling::Ask { .. }) {
            return Event::CallProposed { step, call, ruling, ask: None, drawn: None };
        }
        if let Some((ruling, draw)) = self.granted(step, &call, &ruling, now) {
            return Event::CallProposed { step, call, ruling, ask: None, drawn: Some(draw) };
        }
        let ask = self.approval(step, &call, &ruling, now, None).map(Box::new);
        Event::CallProposed { step, call, ruling, ask, drawn: None }
    }

    /// After a person edited a call: the same tool with their arguments, ruled on again. They saw
    /// exactly these values, so one approval of their role is given; a denial stands, and where
    /// more people are needed they are asked for the new values.
    pub(super) fn propose_edited(
        &self,
        step: Option<usize>,
        call: &ToolCall,
        editor: &Editor<'_>,
        now: Timestamp,
    ) -> Step {
        let call = ToolCall { id: self.next_call_id(), ..call.clone() };
        let ruling = self.rule(&call, true);
        let Ruling::Ask { rule, .. } = &ruling else {
            return self.note(Event::CallProposed { step, call, ruling, ask: None, drawn: None });
        };
        let allowed =
            Ruling::Allow { rule: format!("{rule}, edited and approved").as_str().into() };
        let ask = self.approval(step, &call, &ruling, now, Some(editor)).map(Box::new);
        let enough = ask
            .as_ref()
            .is_some_and(|ask| ask.quorum.approved.len() >= usize::from(ask.quorum.needed));
        let ruling = if enough { allowed } else { ruling };
        self.note(Event::CallProposed { step, call, ruling, ask, drawn: None })
    }

    /// The grant that answers this ask, if one does.
    fn granted(
        &self,
        step: Option<usize>,
        call: &ToolCall,
        ruling: &Ruling,
        now: Timestamp,
    ) -> Option<(Ruling, Draw)> {
        let Ruling::Ask { rule, to, approvals, .. } = ruling else { return None };
        if self.needed(to, *approvals) > 1 {
            return None;
        }
        let spec = self.charter.tools.get(&call.tool)?;
        let worker = &self.charter.worker.name;
        let shape = Shape { step, tool: call.tool.clone(), rule: rule.clone() };
        let covering = |grant: &crate::grant::Grant| grant.covers(worker, &shape, spec, call, now);
        let draw = self.arranged().grants.iter().find_map(covering)?;
        Some((Ruling::Allow { rule: format!("grant {}", draw.grant).as_str().into() }, draw))
    }

    /// The ask for one exact call.
    fn approval(
        &self,
        step: Option<usize>,
        call: &ToolCall,
        ruling: &Ruling,
        now: Timestamp,
        editor: Option<&Editor<'_>>,
    ) -> Option<Ask> {
        let Ruling::Ask { rule, to, because, approvals } = ruling else { return None };
        let spec = self.charter.tools.get(&call.tool);
        let headline =
            spec.map_or_else(|| call.tool.to_string(), |spec| spec.headline(&call.arguments));
        let about = About::Approval { call: call.id };
        let mut ask = self.ask(about, to.clone(), headline, because.clone());
        self.arranged().set_terms(&mut ask, &self.charter.worker, now);
        ask.quorum = Quorum::of(self.needed(to, *approvals), self.requesters());
        ask.shape = Some(Shape { step, tool: call.tool.clone(), rule: rule.clone() });
        if let Some(editor) = editor {
            ask.edits = Some(editor.from.id);
            let Approved { who, stands_in_for, .. } = &editor.approved;
            let absent = stands_in_for.as_ref();
            let counts =
                ask.admits_person(who, absent).is_ok() && ask.admits_approval(who, absent).is_ok();
            if counts {
                ask.quorum.approved.push(Approved { at: now, ..editor.approved.clone() });
            }
        }
        Some(self.bind(step, call, ask))
    }

    fn bind(&self, step: Option<usize>, call: &ToolCall, ask: Ask) -> Ask {
        let digest = self.bound(step, call, &ask).digest(ask.id);
        Ask { digest, on_expiry: self.consequence(&ask), ..ask }
    }

    pub(super) fn bound<'a>(
        &'a self,
        step: Option<usize>,
        call: &'a ToolCall,
        ask: &Ask,
    ) -> Bound<'a> {
        Bound {
            case: self.id,
            step,
            call,
            spec: self.charter.tools.get(&call.tool),
            version: self.charter.worker.version,
            expires_at: ask.expires_at,
            needed: ask.quorum.needed,
            nonce: &self.nonce,
        }
    }

    /// Whether what was shown is still what would run: the digest, made again from what stands now.
    pub(super) fn is_bound(&self, step: Option<usize>, call: &ToolCall, ask: &Ask) -> bool {
        let bound = self.bound(step, call, ask);
        ask.digest == bound.digest(ask.id) || ask.digest == bound.first_digest()
    }

    /// How many people must approve: as many as the ruling wants, or the role.
    fn needed(&self, to: &RoleName, approvals: u8) -> u8 {
        let terms = self.arranged().terms(&self.charter.worker.name);
        approvals.max(terms.needed.get(to).copied().unwrap_or(1)).max(1)
    }

    /// People of the firm who asked for this work, where the office does not let them approve it.
    /// An address nobody has verified counts too: it can only shut people out.
    fn requesters(&self) -> Vec<PersonId> {
        let arranged = self.arranged();
        if arranged.requester_may_approve {
            return Vec::new();
        }
        let senders = ["first", "signal"].into_iter().filter_map(|name| {
            let sender = self.scope.get(name)?.data().get("sender")?;
            Some(sender.as_str()?.to_lowercase())
        });
        let party = self.party.as_ref().map(|party| party.to_lowercase());
        let known = |address: String| arranged.addresses.get(&address).cloned();
        let mut people: Vec<PersonId> = senders.chain(party).filter_map(known).collect();
        people.sort();
        people.dedup();
        people
    }

    /// Nobody answered, and somebody else is asked now.
    pub(super) fn escalate(&self, ask: &Ask, pending: &Pending, now: Timestamp) -> Step {
        let Lapse::Escalate { to, people, length_ms } = &ask.lapse else {
            return self.hand_over("nobody answered in time");
        };
        let arranged = self.arranged();
        let terms = arranged.terms(&self.charter.worker.name);
        let because = match ask.because.as_str() {
            "" => format!("{} did not answer in time", ask.to),
            because => format!("{} did not answer in time; {because}", ask.to),
        };
        let quorum = Quorum::of(ask.quorum.needed, ask.quorum.not_by.clone());
        let raised = Ask {
            id: self.next_ask_id(),
            to: to.clone(),
            people: people.clone(),
            because,
            expires_at: Some(arranged.deadline(terms, now, *length_ms)),
            lapse: Lapse::Deny,
            reminders: None,
            quorum,
            ..ask.clone()
        };
        let raised = match pending {
            Pending::Approval { step, call } => self.bind(*step, call, raised),
            _ => Ask { digest: self.plain_digest(&raised), ..raised },
        };
        let on_expiry = self.consequence(&raised);
        self.note(Event::AskRaised(Box::new(Ask { on_expiry, ..raised })))
    }

    pub(super) fn ask_event(
        &self,
        about: About,
        step: Option<usize>,
        to: RoleName,
        headline: String,
        because: String,
        now: Timestamp,
    ) -> Event {
        if self.is_shadow() {
            let why = if because.is_empty() { because } else { format!(" ({because})") };
            let how = format!("a person would be asked: {headline}{why}");
            return Event::CaseClosed(Outcome::WouldHaveEnded { how });
        }
        let mut ask = self.ask(about, to, headline, because);
        ask.step = step;
        self.arranged().set_terms(&mut ask, &self.charter.worker, now);
        ask.on_expiry = self.consequence(&ask);
        Event::AskRaised(Box::new(ask))
    }

    /// An ask without an end.
    pub(super) fn ask(&self, about: About, to: RoleName, headline: String, because: String) -> Ask {
        let people = self.charter.worker.people(&to);
        let ask = Ask {
            id: self.next_ask_id(),
            about,
            to,
            people,
            headline,
            because,
            expires_at: None,
            on_expiry: String::new(),
            step: None,
            digest: Digest([0; 32]),
            quorum: Quorum::default(),
            lapse: Lapse::Deny,
            reminders: None,
            shape: None,
            edits: None,
            form: Vec::new(),
        };
        Ask { digest: self.plain_digest(&ask), ..ask }
    }

    fn plain_digest(&self, ask: &Ask) -> Digest {
        let (about, headline) = (&ask.about, &ask.headline);
        let bound = format!("{}\n{}\n{about:?}\n{headline}", self.id, self.chain.length);
        Digest::of(bound.as_bytes())
    }

    /// What a lapse leads to, in words for the card.
    fn consequence(&self, ask: &Ask) -> String {
        match (&ask.lapse, &ask.about, ask.expires_at) {
            (Lapse::Escalate { to, .. }, ..) => format!("{to} is asked"),
            (_, _, None) => String::new(),
            (_, About::Judgement { .. }, _) => "the case is handed over".to_owned(),
            _ => "it is not done, and the case goes on as its job description says".to_owned(),
        }
    }

    pub(super) fn hand_over(&self, why: &str) -> Step {
        self.note(self.hand_over_event(why))
    }

    pub(super) fn hand_over_event(&self, why: &str) -> Event {
        if self.is_shadow() {
            let how = format!("handed over: {why}");
            return Event::CaseClosed(Outcome::WouldHaveEnded { how });
        }
        let headline = format!("Take over: {}", self.title);
        let about = About::TakeOver { why: why.into() };
        let ask = self.ask(about, Worker::default_role(), headline, why.into());
        Event::AskRaised(Box::new(ask))
    }

    /// What to record when no judge was sure: people are asked, the likeliest answers first.
    pub fn unjudged(
        &self,
        options: Vec<(String, Option<f64>)>,
        because: String,
        now: Timestamp,
    ) -> Event {
        let question = match &self.state {
            State::Judging { question, .. } => question,
            _ => &Question::Next,
        };
        if let Question::Next = question {
            return self.hand_over_event(&because);
        }
        let headline = match question {
            Question::Classify { .. } => format!("Which one? “{}”", self.title),
            other => format!("{}: “{}”", other.word(), self.title),
        };
        let about = About::Judgement { options };
        self.ask_event(about, None, Worker::default_role(), headline, because, now)
    }

    /// The card for a call whose end nobody knows. It has no expiry: only a person can say.
    pub(super) fn doubt(&self, call: &ToolCall, known: &str) -> Ask {
        let spec = self.charter.tools.get(&call.tool);
        let says = spec.map_or_else(
            || call.tool.to_string(),
            |spec: &ToolSpec| spec.headline(&call.arguments),
        );
        let about = About::InDoubt { call: call.id, known: known.to_owned() };
        let headline = format!("Did this happen? {says}");
        self.ask(about, Worker::default_role(), headline, known.to_owned())
    }
}
