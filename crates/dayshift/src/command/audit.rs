//! The audit trail on the command line: export, verify, prove, sign, witness. What a trail proves
//! is said in `casework::audit`; here files and the store are read and results are told.

mod check;
mod erase;
mod prove;
mod question;
mod trail;
mod witness;

use super::{Failure, store_path};
use crate::cli::{AuditCommand, ExportArguments};
use crate::report::Report;
use crate::wiring::checkpoints::{self, Checkpoints};
use casework::CaseId;
use casework::audit::note::PublicKey;
use engine::clock::Clock;
use serde_json::json;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

pub async fn audit(command: AuditCommand, report: &Report) -> Result<(), Failure> {
    match command {
        AuditCommand::Export(arguments) => export(arguments, report).await,
        AuditCommand::Verify(arguments) => check::verify(arguments, report).await,
        AuditCommand::Prove { effect, office, out } => {
            prove::prove(&effect, &office, out.as_deref(), report).await
        }
        AuditCommand::Key { dir } => key(&dir, report).await,
        AuditCommand::Checkpoint { dir, since } => {
            witness::checkpoint(&dir, since.as_deref(), report).await
        }
        AuditCommand::Erase(arguments) => erase::run(&arguments, report).await,
        AuditCommand::Witness(arguments) => witness::witness(&arguments, report),
    }
}

async fn export(arguments: ExportArguments, report: &Report) -> Result<(), Failure> {
    if arguments.question.is_some() || arguments.about.is_some() {
        return question::answer(&arguments, report).await;
    }
    let Some(out) = &arguments.out else {
        return Err(Failure::Use("say where to: `--out FILE`".into()));
    };
    let signed = Signed::open(&arguments.dir).await?;
    let mut trail = signed.trail().await?;
    let cases = match (arguments.case, &arguments.person) {
        (Some(case), _) => Some(vec![CaseId(case)]),
        (None, Some(person)) => Some(trail::concerning(&mut trail, person).await?),
        (None, None) => None,
    };
    let file = std::fs::File::create(out).map_err(|error| Failure::file("write", out, &error))?;
    let mut file = std::io::BufWriter::new(file);
    let mut write =
        |bytes: &[u8]| file.write_all(bytes).map_err(|error| Failure::file("write", out, &error));
    let key = signed.key().to_string();
    let written = match &cases {
        None => trail::write_whole(&mut trail, &key, &mut write).await?,
        Some(cases) => trail::write_part(&mut trail, &key, cases, &mut write).await?,
    };
    file.flush().map_err(|error| Failure::file("write", out, &error))?;
    signed.close().await?;
    let cases = written.map_err(|error| Failure::NotReached(error.to_string()))?;
    let words = format!("{cases} journals are in {}; signed by {key}", out.display());
    report.result(&json!({ "ok": true, "cases": cases, "file": out, "key": key }), &words);
    Ok(())
}

async fn key(dir: &Path, report: &Report) -> Result<(), Failure> {
    let signed = Signed::open(dir).await?;
    let key = signed.key().to_string();
    signed.close().await?;
    report.result(&json!({ "ok": true, "key": key }), &key);
    Ok(())
}

/// An office's store, its log signed up to the last entry.
struct Signed {
    store: Arc<store::SqliteStore>,
    checkpoints: Checkpoints,
}

impl Signed {
    async fn open(dir: &Path) -> Result<Self, Failure> {
        let store = Arc::new(open(dir).await?);
        let name = dir.canonicalize().ok();
        let name = name.as_deref().and_then(Path::file_name).unwrap_or_default();
        let path = checkpoints::key_path(&store_path(dir));
        let mut checkpoints =
            Checkpoints::open(Arc::clone(&store), &path, &name.to_string_lossy(), Clock::System)
                .await?;
        checkpoints.look(true).await?;
        Ok(Self { store, checkpoints })
    }

    fn key(&self) -> &PublicKey {
        self.checkpoints.signer().public()
    }

    async fn trail(&self) -> Result<store::Trail, Failure> {
        Ok(self.store.trail().await?)
    }

    async fn close(self) -> Result<(), Failure> {
        Ok(self.store.close().await?)
    }
}

async fn open(dir: &Path) -> Result<store::SqliteStore, Failure> {
    let path = store_path(dir);
    if !path.is_file() {
        return Err(Failure::Setting(format!("no cases yet: there is no {}", path.display())));
    }
    Ok(store::SqliteStore::open(&path, store::OpenOptions::default()).await?)
}
