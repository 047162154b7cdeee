//! The supervised loop. Written next.

use tokio::sync::watch;

/// Tells sources and carriers to stop; no new effect begins after it was given.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A stop, and the handle that gives it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether it was given.
    pub fn is_given(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is given.
    pub async fn given(&mut self) {
        // A dropped handle means that whoever could stop us is gone: the same as being stopped.
        let _ = self.0.wait_for(|given| *given).await;
    }
}
