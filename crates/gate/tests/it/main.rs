//! The gate over our own corpus, and checks of the gate itself. It runs the real engine; only the
//! systems behind the tools are simulated.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod mutations;
