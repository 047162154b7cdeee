//! What happened in a case, one entry per line, each line chained to all before it by hash. The
//! same bytes are the audit trail, the resume point and the story on the page. Storing them is not
//! here.

use crate::ask::{Ask, Reply};
use crate::grant::Draw;
use crate::ids::{AskId, CallId, CaseId, Digest, PersonId, SourceName, WorkerName};
use crate::judgement::{Judged, Question};
use crate::office::Change;
use crate::origin::Value;
use crate::permit::Permit;
use crate::policy::Ruling;
use crate::signal::Signal;
use crate::time::Timestamp;
use crate::tool::ToolCall;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Who did what an entry says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The program itself, following its procedure and policy.
    Engine,
    /// A source.
    Source(SourceName),
    /// A judge, with its version.
    Judge {
        /// Which.
        name: String,
        /// Of which version: a model's name, a certificate's digest.
        version: String,
    },
    /// A person of the firm.
    Person(PersonId),
}

/// Most lines fit into this.
const LINE_BYTES: usize = 1 << 10;

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counted from 0 within the case.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub event: Event,
}

/// What happened, in the past tense.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The first entry of every case.
    CaseOpened {
        /// Whose case it is.
        worker: WorkerName,
        /// The version of the worker's files that it keeps.
        version: Digest,
        /// Random, so that keys made from it are this case's alone.
        nonce: String,
    },
    /// Something arrived.
    SignalReceived(Signal),
    /// A judgement is needed.
    QuestionRaised {
        /// The step it is for; none for `next`.
        step: Option<usize>,
        /// The question.
        question: Question,
    },
    /// It was answered.
    Judged(Judged),
    /// A call was proposed and ruled on.
    CallProposed {
        /// The step it is for; none when a model proposed it.
        step: Option<usize>,
        /// The call.
        call: ToolCall,
        /// The ruling.
        ruling: Ruling,
        /// What people are asked because of it, exactly as they are shown it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ask: Option<Box<Ask>>,
        /// What it uses of a standing grant, when one allows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drawn: Option<Draw>,
    },
    /// People were asked something that is not the approval of a call.
    AskRaised(Box<Ask>),
    /// The ask was made visible.
    AskAnnounced {
        /// Which.
        ask: AskId,
    },
    /// It was answered.
    AskAnswered {
        /// Which.
        ask: AskId,
        /// By whom.
        who: PersonId,
        /// How.
        reply: Reply,
        /// In whose place, when a deputy did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stands_in_for: Option<PersonId>,
    },
    /// People were reminded.
    AskReminded {
        /// Of which.
        ask: AskId,
        /// When they are reminded again, if they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_at: Option<Timestamp>,
    },
    /// A reply that did not count, and why.
    ReplyRefused {
        /// To which ask.
        ask: AskId,
        /// By whom.
        who: PersonId,
        /// Why it does not count.
        why: String,
    },
    /// Nobody answered in time.
    AskLapsed {
        /// Which.
        ask: AskId,
    },
    /// New facts came; what was asked no longer stands.
    AskWithdrawn {
        /// Which.
        ask: AskId,
        /// Why.
        why: String,
    },
    /// Saved before acting.
    CallStarted {
        /// Which.
        call: CallId,
        /// Why it may run.
        permit: Permit,
    },
    /// How it ended.
    CallEnded {
        /// Which.
        call: CallId,
        /// How.
        end: CallEnd,
    },
    /// The post-condition was read back.
    OutcomeChecked {
        /// Whether it holds.
        held: bool,
        /// What was found.
        found: Value,
    },
    /// The case rests until a moment or a signal.
    RestChosen {
        /// The step it is for; none when a model chose it.
        step: Option<usize>,
        /// Until when.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// The case ended.
    CaseClosed(Outcome),
    /// The office changed: only in the office's own journal, never in a case's.
    OfficeChanged(Change),
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// It happened, and this came back.
    Succeeded(Value),
    /// It did not happen, and will not.
    Failed {
        /// What the other side said.
        why: String,
    },
    /// Nobody knows whether it happened.
    InDoubt {
        /// What is known.
        known: String,
    },
    /// Shadow: it would have run, and was not performed.
    Withheld,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The goal was reached.
    Done {
        /// In one line.
        summary: String,
    },
    /// Nothing had to be done.
    SetAside {
        /// Why.
        why: String,
    },
    /// A person finished it.
    HandedOver {
        /// Who.
        who: PersonId,
        /// What they did.
        summary: String,
    },
    /// A person ended it.
    Cancelled {
        /// Who.
        who: PersonId,
        /// Why.
        why: String,
    },
    /// Shadow: this is where the walk ended.
    WouldHaveEnded {
        /// How.
        how: String,
    },
}

/// The running hash of a journal: `h(n) = SHA-256(h(n-1) ‖ line n)`, from a start that names the
/// case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The hash over all lines so far.
    pub head: Digest,
    /// How many lines.
    pub length: u32,
}

impl Chain {
    /// The chain of a journal without entries.
    pub fn start(case: CaseId) -> Self {
        Self { head: Digest::of(format!("dayshift journal\n{case}").as_bytes()), length: 0 }
    }

    /// Takes one line in, exactly as stored, without its line break.
    /// A line that was written anew when a person's words were erased names the head it had.
    pub fn extend(&mut self, line: &[u8]) {
        self.head = replaced_line(line).unwrap_or_else(|| {
            let mut hasher = Sha256::new();
            hasher.update(self.head.0);
            hasher.update(line);
            Digest(hasher.finalize().into())
        });
        self.length += 1;
    }

    /// The head after each of these lines, 32 bytes each: what the audit log keeps of them. Lines
    /// are ended by a line break.
    pub fn hashes(mut self, lines: &[u8]) -> Vec<u8> {
        let mut hashes = Vec::new();
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            self.extend(line);
            hashes.extend_from_slice(&self.head.0);
        }
        hashes
    }
}

/// How a line begins that stands for one whose words were erased.
const REPLACED: &[u8] = b"{\"erased\":\"";

/// The chain's head after the line that this one replaced; `None` for a line as it was written. It
/// counts only where the office's own journal names exactly this line: `audit::verify` checks that.
pub fn replaced_line(line: &[u8]) -> Option<Digest> {
    let (digits, rest) = line.strip_prefix(REPLACED)?.split_at_checked(64)?;
    rest.strip_prefix(b"\",")?;
    Digest::parse(std::str::from_utf8(digits).ok()?)
}

impl Entry {
    /// The line that is stored and hashed.
    ///
    /// # Errors
    /// Only if a value cannot be JSON, which no value of this crate can bring about.
    pub fn to_line(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut line = Vec::with_capacity(LINE_BYTES);
        serde_json::to_writer(&mut line, self)?;
        Ok(line)
    }

    /// Reads a stored line.
    ///
    /// # Errors
    /// When it is not an entry of any known version.
    pub fn from_line(line: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }
}
