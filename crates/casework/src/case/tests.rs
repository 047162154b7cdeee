//! Properties and tables of the fold. It performs nothing.
