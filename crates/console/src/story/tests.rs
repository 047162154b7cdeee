//! The telling of every kind of entry. It performs nothing.
