//! New offices: a small one to make your own, or the whole example. It writes into empty folders
//! only and overwrites nothing.

use include_dir::{Dir, File, include_dir};
use std::io::Write;
use std::path::{Path, PathBuf};

static NEW: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/office/new");
static EXAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../office");

/// Why no office was written.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is something in the folder already.
    #[error("{path} is not empty: an office is written into an empty folder only")]
    NotEmpty {
        /// The folder.
        path: String,
    },
    /// The system said no.
    #[error("cannot write {path}: {why}")]
    Unwritten {
        /// What.
        path: String,
        /// What it said.
        why: String,
    },
}

/// Writes a small new office: a folder as mailbox, a database, one worker with comments.
///
/// # Errors
/// When the folder is not empty or cannot be written.
pub fn write_new(dir: &Path) -> Result<Vec<PathBuf>, StartError> {
    write(&NEW, dir)
}

/// Writes the example office, without what a trial of it left behind.
///
/// # Errors
/// When the folder is not empty or cannot be written.
pub fn copy_example(dir: &Path) -> Result<Vec<PathBuf>, StartError> {
    write(&EXAMPLE, dir)
}

fn write(from: &Dir<'_>, dir: &Path) -> Result<Vec<PathBuf>, StartError> {
    let unwritten = |path: &Path| {
        let path = path.display().to_string();
        move |error: std::io::Error| StartError::Unwritten { path, why: error.to_string() }
    };
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(StartError::NotEmpty { path: dir.display().to_string() });
    }
    let mut written = Vec::new();
    for file in files(from).into_iter().filter(|file| !is_left_over(file.path())) {
        let path = dir.join(file.path());
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder).map_err(unwritten(folder))?;
        std::fs::File::create_new(&path)
            .and_then(|mut open| open.write_all(file.contents()))
            .map_err(unwritten(&path))?;
        written.push(path);
    }
    Ok(written)
}

fn files<'d>(dir: &'d Dir<'d>) -> Vec<&'d File<'d>> {
    let below = dir.dirs().flat_map(files);
    dir.files().chain(below).collect()
}

/// What working in the source tree's own copy leaves there.
fn is_left_over(path: &Path) -> bool {
    path.starts_with("sent")
        || path.extension().is_some_and(|end| end.as_encoded_bytes().starts_with(b"db"))
}
