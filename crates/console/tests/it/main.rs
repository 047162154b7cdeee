//! The console through its router: who is let in, what each page shows, what a reply must repeat.
//! Cases are folded by the real core; no socket is opened.

mod access;
mod hostile;
mod live;
mod pages;
mod people;
mod replies;
mod roles;
mod support;
