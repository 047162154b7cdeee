//! Mail that lies in files: a folder of `.eml`, a maildir, an mbox file. Files are read where they
//! lie; none is moved, marked or removed.

mod look;

use super::config::MailPace;
use super::fault::Fault;
use super::source::{Desk, Trouble, pause};
use engine::run::Stop;
use look::{Find, Place, Read, Spot};
use std::collections::HashSet;
use std::path::Path;

/// The files of one account.
pub(super) struct Files {
    place: Place,
    pace: MailPace,
    /// What was taken in since the start. Across starts nothing is remembered: what lies there is
    /// read again once and falls out by its key.
    done: HashSet<Spot>,
}

impl Files {
    /// A folder of `.eml` files.
    pub(super) fn folder(inbox: &Path, pace: MailPace) -> Self {
        Self { place: Place::Folder(inbox.to_owned()), pace, done: HashSet::new() }
    }

    /// A maildir.
    pub(super) fn maildir(inbox: &Path, pace: MailPace) -> Self {
        Self { place: Place::Maildir(inbox.to_owned()), pace, done: HashSet::new() }
    }

    /// An mbox file.
    pub(super) fn mbox(inbox: &Path, pace: MailPace) -> Self {
        Self { place: Place::Mbox(inbox.to_owned()), pace, done: HashSet::new() }
    }

    /// Looks again and again until stopped.
    pub(super) async fn listen(mut self, mut desk: Desk<'_>, mut stop: Stop) {
        while !stop.is_given() {
            let passed = self.pass(&mut desk, Some(&stop)).await.map(|_| ());
            desk.tell(&passed);
            let length = match passed {
                Ok(()) => self.pace.folder_poll,
                Err(_) => self.pace.folder_poll.max(self.pace.retry_first),
            };
            if !pause(length, &mut stop).await {
                return;
            }
        }
    }

    /// Takes in all that is there now, waiting for files that are just being written.
    pub(super) async fn drain(mut self, desk: &mut Desk<'_>) -> Result<(), Trouble> {
        for _ in 0..SETTLE_ROUNDS_MAX {
            if self.pass(desk, None).await? == 0 {
                break;
            }
            tokio::time::sleep(self.pace.settle).await;
        }
        Ok(())
    }

    /// Whether there is something to look into.
    pub(super) async fn probe(&self) -> Result<(), Fault> {
        let place = self.place.clone();
        in_background(move || place.look(&HashSet::new()).map(|_| ())).await
    }

    /// One look; gives the number of files that are still being written.
    async fn pass(&mut self, desk: &mut Desk<'_>, stop: Option<&Stop>) -> Result<usize, Trouble> {
        let mut unsettled = 0;
        let mut first_fault = None;
        for find in self.look().await? {
            if stop.is_some_and(Stop::is_given) {
                break;
            }
            let (now, settle, file) = (desk.intake.now(), self.pace.settle, find.clone());
            match in_background(move || file.read(now, settle)).await {
                Ok(Read::Letters(letters)) => {
                    for (spot, letter) in letters {
                        if !self.done.contains(&spot) {
                            desk.take_in(letter).await?;
                            self.done.insert(spot);
                        }
                    }
                    self.done.insert(find.spot);
                }
                Ok(Read::Unsettled) => unsettled += 1,
                Ok(Read::Gone) => {}
                // One file that cannot be read must not hold up the others.
                Err(fault) => first_fault = first_fault.or(Some(fault)),
            }
        }
        first_fault.map_or(Ok(unsettled), |fault| Err(fault.into()))
    }

    async fn look(&mut self) -> Result<Vec<Find>, Fault> {
        let (place, done) = (self.place.clone(), std::mem::take(&mut self.done));
        let (found, done) = in_background(move || Ok((place.look(&done), done))).await?;
        self.done = done;
        found
    }
}

/// A file that changes all the time is left for the next look after so many rounds.
const SETTLE_ROUNDS_MAX: usize = 50;

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.unwrap_or_else(|error| Err(Fault::unavailable(format!("read files: {error}"))))
}
