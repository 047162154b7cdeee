//! The pure core: what a case is, what comes next in it and what is allowed. It reads no clock,
//! disk, socket or environment: time and data are handed in, so every decision can be replayed for
//! ever. It performs nothing; performing is the engine's work.

pub mod ask;
pub mod audit;
pub mod case;
pub mod condition;
pub mod grant;
pub mod guard;
pub mod ids;
pub mod journal;
pub mod judgement;
pub mod office;
pub mod origin;
pub mod party;
pub mod permit;
pub mod policy;
pub mod procedure;
pub mod signal;
pub mod template;
pub mod time;
pub mod tool;
pub mod trial;
pub mod worker;

pub use case::{Case, Progress, Status, Step};
pub use ids::{
    AskId, CallId, CaseId, Digest, PersonId, RoleName, RuleName, SourceName, ToolName, WorkerName,
};
pub use journal::{Actor, Chain, Entry, Event};
pub use origin::{Origin, Readers, Value};
pub use permit::{Permit, PermittedCall};
pub use time::Timestamp;
