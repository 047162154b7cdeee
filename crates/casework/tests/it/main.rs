//! The promises of the core, driven as the engine drives it: walks of whole cases, properties over
//! random workers and signals, and journals that must replay for ever. Nothing outside the core is
//! used.

mod drive;
mod journals;
mod model_led;
mod office;
mod properties;
mod random;
mod shadow;
mod triage;
mod triage_troubles;
