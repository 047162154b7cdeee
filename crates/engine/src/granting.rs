//! Where the loop meets what the office has arranged: a carried case is told of it, uses of grants
//! are counted before they are recorded, and new grants are kept. What a grant covers is said in
//! the core.

use crate::arranged::ArrangeError;
use crate::carry::{Engine, Stint};
use crate::seams::StoreError;
use casework::Event;
use casework::signal::{Signal, SignalKind};

impl Engine {
    /// Tells a case what is arranged. Who is away may have been said in another process: that is
    /// read again where somebody replied.
    pub(crate) async fn arrange(
        &self,
        stint: &mut Stint,
        inbox: &[Signal],
    ) -> Result<(), StoreError> {
        let arranged = self.intake.arranged();
        if inbox.iter().any(|signal| matches!(signal.kind, SignalKind::Answered { .. })) {
            arranged.refresh_away().await?;
        }
        stint.case.arrange(arranged.now());
        Ok(())
    }

    /// A proposal that a grant allows is recorded only once its use is counted; what the grant no
    /// longer allows is decided again.
    pub(crate) async fn may_record(
        &self,
        stint: &mut Stint,
        event: &Event,
    ) -> Result<bool, StoreError> {
        let Event::CallProposed { drawn: Some(draw), .. } = event else { return Ok(true) };
        let arranged = self.intake.arranged();
        let counted = arranged.draw(draw, self.clock.now()).await?;
        if !counted {
            stint.case.arrange(arranged.now());
        }
        Ok(counted)
    }

    /// Keeps grants whose making is saved. One that is lost here only means that people are asked.
    pub(crate) async fn keep_grants(&self, stint: &mut Stint) -> Result<(), StoreError> {
        for grant in std::mem::take(&mut stint.grants) {
            match self.intake.arranged().add(grant).await {
                Err(ArrangeError::Store(error)) => return Err(error),
                Err(error) => tracing::warn!(%error, "a grant is kept but not journaled"),
                Ok(()) => {}
            }
        }
        Ok(())
    }
}
