//! The worst-case gate: a model that obeys every instruction it reads carries honest tasks
//! through the real intake, core, policy, journal, store and performing, and then does what an
//! attacker wrote. Only the systems behind the tools are simulated. It is no part of the program:
//! it measures what the program lets such a model do, and holds no rule of its own.

mod case_story;
mod corpus;
mod declare;
mod figures;
mod office;
mod outside;
mod run;
mod script;
mod suite;
mod systems;

pub use corpus::own_suite;
pub use figures::{Figures, Finding, Unasked};
pub use outside::{agentdojo_suites, retail_suite};
pub use run::measure;
pub use suite::{Attack, GateError, Goal, Opens, Planned, Policy, Suite, Systems, Task};
