//! The promises of the core, driven as the engine drives it: walks of whole cases, properties over
//! random workers and signals, and journals that must replay for ever. Nothing outside the core is
//! used.

#[cfg(test)]
mod approvals;
#[cfg(test)]
mod approvals_moves;
#[cfg(test)]
mod approvals_witness;
#[cfg(test)]
mod approvals_world;
#[cfg(test)]
mod drive;
#[cfg(test)]
mod journals;
#[cfg(test)]
mod model_led;
#[cfg(test)]
mod office;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod random;
#[cfg(test)]
mod shadow;
#[cfg(test)]
mod triage;
#[cfg(test)]
mod triage_troubles;
