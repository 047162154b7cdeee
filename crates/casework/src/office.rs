//! The office's own journal: who came in, who may what, which rules changed. It has the form of a
//! case's journal, under a number no case has, so that everything that chains, exports and verifies
//! journals covers it too. What is allowed because of it is not said here.

use crate::ask::arrangements::Away;
use crate::grant::GrantId;
use crate::ids::{CaseId, Digest, PersonId, ToolName, WorkerName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

impl CaseId {
    /// Under this number the office keeps its own journal; cases are counted from 1.
    pub const OFFICE: Self = Self(0);
}

/// What a person may do in an office. A person holds one or more. (The role that an ask names, such
/// as `finance`, is a [`crate::RoleName`]: it says who is asked, this says who may at all.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers what workers ask.
    Reviewer,
    /// Answers too, and lets paused workers go on.
    Operator,
    /// Sees everything and the office's own journal, and changes nothing.
    Auditor,
    /// All of that, and says who may what.
    Owner,
}

impl Role {
    /// All there are, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Reviewer, Self::Operator, Self::Auditor, Self::Owner];

    /// As people write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reviewer => "reviewer",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Owner => "owner",
        }
    }

    /// The role of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A one-time link, given by whoever runs the program or by an owner.
    Link,
    /// Their password.
    Password,
    /// The firm's identity provider.
    Provider,
}

impl Proof {
    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Link => "a one-time link",
            Self::Password => "a password",
            Self::Provider => "the firm's sign-in",
        }
    }
}

/// One change of the office, in the past tense; who made it stands in the entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Somebody signed in.
    SignedIn {
        /// Who.
        who: PersonId,
        /// How they proved it.
        proof: Proof,
        /// Attempts in their name that failed since the last that did not.
        #[serde(default, skip_serializing_if = "is_zero")]
        failed_before: u32,
    },
    /// Attempts to sign in failed. Written at the 1st, 2nd, 4th, 8th … of a row, so that nobody can
    /// fill the journal.
    SignInFailed {
        /// In whose name; none when no such person is known. What was typed is not kept.
        who: Option<PersonId>,
        /// How many so far.
        count: u32,
    },
    /// Somebody who was signed in proved again who they are.
    SteppedUp {
        /// Who.
        who: PersonId,
        /// How.
        proof: Proof,
    },
    /// Somebody signed out.
    SignedOut {
        /// Who.
        who: PersonId,
        /// All their sign-ins ended, not only this one.
        everywhere: bool,
    },
    /// A one-time link was made.
    LinkMade {
        /// For whom.
        who: PersonId,
    },
    /// A person may now sign in.
    PersonAdded {
        /// Who.
        who: PersonId,
        /// With which roles.
        roles: BTreeSet<Role>,
    },
    /// A person may no longer sign in.
    PersonRemoved {
        /// Who.
        who: PersonId,
    },
    /// What a person may do changed.
    RolesChanged {
        /// Who.
        who: PersonId,
        /// Before.
        from: BTreeSet<Role>,
        /// Now.
        to: BTreeSet<Role>,
    },
    /// A person has a new password.
    PasswordSet {
        /// Who.
        who: PersonId,
    },
    /// The program started with other files of a worker than before.
    WorkerChanged {
        /// Which.
        worker: WorkerName,
        /// The version before; none when it is new.
        from: Option<Digest>,
        /// The version now; none when it is gone.
        to: Option<Digest>,
        /// What differs, line by line; empty when the old files are gone.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        diff: String,
    },
    /// The program started with another office file than before.
    OfficeFileChanged {
        /// Its digest before; none at the first start.
        from: Option<Digest>,
        /// Its digest now.
        to: Digest,
        /// What differs, line by line.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        diff: String,
    },
    /// A secret is now fetched from another place. Secrets themselves are never written anywhere.
    SecretMoved {
        /// What it is for: `mail support: password`.
        what: String,
        /// Where it was; none when it is new.
        from: Option<String>,
        /// Where it is; none when it is no longer used.
        to: Option<String>,
    },
    /// A person allowed something from now on; the whole of it stands in the case it was made in.
    GrantMade {
        /// Its name.
        grant: GrantId,
        /// Whose asks it answers.
        worker: WorkerName,
        /// For which tool.
        tool: ToolName,
    },
    /// A grant was taken back.
    GrantRevoked {
        /// Which.
        grant: GrantId,
        /// Why.
        why: String,
    },
    /// A person is away, and another one answers in their place.
    AwaySet(Away),
    /// A person is back before the day that was said.
    AwayEnded {
        /// Who.
        person: PersonId,
    },
    /// A worker was paused.
    Paused {
        /// Which.
        worker: WorkerName,
    },
    /// A worker goes on.
    Resumed {
        /// Which.
        worker: WorkerName,
    },
    /// Everything was stopped.
    Stopped,
    /// A person's words were taken out of journals. Whose is not said: that would keep the name.
    Erased {
        /// What the request was, in the words of whoever answered it.
        why: String,
        /// The lines that were written anew.
        entries: Vec<ErasedEntry>,
    },
    /// Ended cases were removed, their time being over.
    Forgotten {
        /// Which.
        cases: Vec<ForgottenCase>,
    },
}

/// An entry whose words were erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedEntry {
    /// Of which case.
    pub case: CaseId,
    /// Which one.
    pub seq: u32,
    /// The digest of the line that stands there now.
    pub now: Digest,
}

/// A case that is no longer kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgottenCase {
    /// Which.
    pub case: CaseId,
    /// How many entries it had.
    pub entries: u32,
    /// The head of its journal.
    pub head: Digest,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references in")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
