//! Files dropped into a folder as signals. The folder is the user's: nothing in it is moved,
//! renamed or deleted, and a file that is still being written is left until it lies still.

mod files;

use casework::origin::{Origin, Value};
use casework::signal::Arrival;
use casework::{Digest, SourceName};
use engine::intake::Intake;
use engine::run::Stop;
use engine::seams::{Admitted, Drained, Source, SourceError, StoreError, Work};
use files::{Content, Found};
use serde_json::json;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The largest file that is read; a larger one is shown without its content.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The folder cannot be read: `docs/errors/D010.md`.
const UNREADABLE_FOLDER: &str = "D010";

/// One folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderConfig {
    /// Its name; the source is `folder:<name>`.
    pub name: String,
    /// Where it is. Folders inside it are not looked into.
    pub path: PathBuf,
}

/// A folder as a source.
pub struct FolderSource {
    name: SourceName,
    config: FolderConfig,
    poll: Duration,
    seen: Mutex<HashMap<PathBuf, Seen>>,
}

/// A file as it was at the last look.
struct Seen {
    found: Found,
    taken: bool,
}

/// Which files a pass takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Take {
    /// Those that were the same at the last look.
    Settled,
    /// All of them.
    All,
}

impl FolderSource {
    /// A source of the files of this folder, looked at every two seconds.
    pub fn new(config: FolderConfig) -> Self {
        Self::every(config, Duration::from_secs(2))
    }

    /// The same with another time between two looks.
    pub fn every(config: FolderConfig, poll: Duration) -> Self {
        let name = SourceName::new(format!("folder:{}", config.name));
        Self { name, config, poll, seen: Mutex::default() }
    }

    async fn pass(&self, intake: &Intake, take: Take) -> Result<Drained, SourceError> {
        let path = self.config.path.clone();
        let listed = files::list(path).await.map_err(|why| self.broken(why))?;
        let mut drained = Drained::default();
        for (path, found) in self.due(listed, take) {
            let Some(content) = files::read(&path, &found).await else {
                // It is gone again.
                continue;
            };
            drained.seen += 1;
            drained.unreadable += u64::from(matches!(content, Content::Unread { .. }));
            match self.take(intake, &path, content).await? {
                Admitted::Duplicate(_) => drained.duplicates += 1,
                Admitted::Opened(_) | Admitted::Joined(_) | Admitted::Unclaimed => {
                    drained.admitted += 1;
                    intake.healths().seen(&self.name, intake.now());
                }
            }
            self.taken(path, found);
        }
        Ok(drained)
    }

    /// The files to take now, by name; the others are remembered as they are.
    fn due(&self, listed: Vec<(PathBuf, Found)>, take: Take) -> Vec<(PathBuf, Found)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let there: std::collections::HashSet<&PathBuf> =
            listed.iter().map(|(path, _)| path).collect();
        seen.retain(|path, _| there.contains(path));
        let mut due = Vec::new();
        for (path, found) in listed {
            let same = seen.get(&path).filter(|seen| seen.found == found);
            let wanted = match (same, take) {
                (Some(seen), _) if seen.taken => false,
                (Some(_), _) | (None, Take::All) => true,
                (None, Take::Settled) => {
                    seen.insert(path.clone(), Seen { found: found.clone(), taken: false });
                    false
                }
            };
            if wanted {
                due.push((path, found));
            }
        }
        due
    }

    fn taken(&self, path: PathBuf, found: Found) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(path, Seen { found, taken: true });
    }

    async fn take(
        &self,
        intake: &Intake,
        path: &std::path::Path,
        content: Content,
    ) -> Result<Admitted, StoreError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (digest, fields, bodies) = match content {
            Content::Bytes(bytes) => {
                let document = skills::read::read(&name, &bytes);
                let digest = Digest::of(&bytes);
                let fields = json!({
                    "name": name,
                    "kind": document.kind,
                    "text": document.text,
                    "about": document.fields,
                    "warnings": document.warnings,
                    "size_bytes": bytes.len(),
                });
                // Kept before it is admitted: a case never names bytes that are not there.
                (digest, fields, vec![intake.keep(bytes).await?])
            }
            Content::Unread { why, state, size_bytes } => {
                let fields = json!({
                    "name": name,
                    "kind": "unknown",
                    "text": "",
                    "about": {},
                    "warnings": [why],
                    "size_bytes": size_bytes,
                });
                (Digest::of(state.as_bytes()), fields, Vec::new())
            }
        };
        let arrival = Arrival {
            title: name.clone(),
            party: None,
            thread: Vec::new(),
            fields: Value::new(fields, Origin::Outside),
            bodies,
        };
        intake.arrived(&self.name, format!("{}:{digest}:{name}", self.name), arrival).await
    }

    fn broken(&self, why: std::io::Error) -> SourceError {
        SourceError::Broken {
            source_name: self.name.clone(),
            code: UNREADABLE_FOLDER,
            why: format!("{}: {why}", self.config.path.display()),
        }
    }
}

impl Source for FolderSource {
    fn name(&self) -> &SourceName {
        &self.name
    }

    fn listen<'a>(
        &'a self,
        intake: &'a Intake,
        mut stop: Stop,
    ) -> Work<'a, Result<(), SourceError>> {
        Box::pin(async move {
            while !stop.is_given() {
                match self.pass(intake, Take::Settled).await {
                    Ok(_) => intake.healths().poll_ok(&self.name, intake.now()),
                    Err(error) => {
                        tracing::warn!(source = %self.name, %error, "the folder was not read");
                        intake.healths().trouble(&self.name, error.to_string());
                    }
                }
                tokio::select! {
                    () = tokio::time::sleep(self.poll) => {}
                    () = stop.given() => {}
                }
            }
            Ok(())
        })
    }

    fn drain<'a>(&'a self, intake: &'a Intake) -> Work<'a, Result<Drained, SourceError>> {
        Box::pin(self.pass(intake, Take::All))
    }

    fn probe<'a>(&'a self) -> Work<'a, Result<(), SourceError>> {
        Box::pin(async {
            let listed = files::list(self.config.path.clone()).await;
            listed.map(|_| ()).map_err(|why| self.broken(why))
        })
    }
}
