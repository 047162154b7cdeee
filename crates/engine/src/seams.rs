//! The seams: what the loop needs from the outside, and nothing more. Stores keep, judges answer,
//! tools act on a permit, sources hear. None of them decides what is allowed.

mod judge;
mod people;
mod provider;
mod source;
mod store;
mod tool;

use casework::CaseId;
use std::future::Future;
use std::pin::Pin;

pub use judge::{Asked, Judge, JudgeError, Verdict};
pub use people::{AmendError, Amendment, Decide, Held, Pass, People, Person, Roll, office_chain};
pub use provider::{Begun, Identity, Provider, ProviderError};
pub use source::{Drained, Source, SourceError};
pub use store::{
    Addressee, Admission, Admitted, Append, CaseQuery, CaseRow, Claim, ClaimRequest, Claims, Count,
    SizeReport, Store, StoreError, StoredJournal,
};
pub use tool::{LookUp, Tool, ToolError, ToolResult};

/// A piece of asynchronous work behind a seam.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that views want to show at once.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A case changed.
    Case(CaseId),
    /// A worker was paused or resumed, a source's health changed.
    Office,
}
