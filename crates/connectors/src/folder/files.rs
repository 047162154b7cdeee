//! The files of a folder and what they hold. It only looks.

use super::FILE_BYTES_MAX;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How a file lies there: the same twice means that nobody is writing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) size_bytes: u64,
    pub(super) modified: Option<SystemTime>,
}

/// What a file holds.
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// It is there and cannot be taken.
    Unread {
        why: String,
        /// Stands for the bytes in its key.
        state: String,
        size_bytes: u64,
    },
}

/// The files of a folder by name; hidden ones are not looked at, so that a program can write under
/// a hidden name and rename.
pub(super) async fn list(folder: PathBuf) -> io::Result<Vec<(PathBuf, Found)>> {
    let look = move || {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            // Links are followed; what is gone again or is no file is passed over.
            let Ok(data) = std::fs::metadata(entry.path()) else { continue };
            if !data.is_file() || entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let found = Found { size_bytes: data.len(), modified: data.modified().ok() };
            files.push((entry.path(), found));
        }
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(files)
    };
    tokio::task::spawn_blocking(look).await.map_err(io::Error::other)?
}

/// Reads a file; `None` when it is gone.
pub(super) async fn read(path: &Path, found: &Found) -> Option<Content> {
    let size_bytes = found.size_bytes;
    let unread = |why: String| Content::Unread { why, state: format!("{found:?}"), size_bytes };
    if size_bytes > FILE_BYTES_MAX {
        let why = format!("{size_bytes} bytes are more than the {FILE_BYTES_MAX} that are read");
        return Some(unread(why));
    }
    match tokio::fs::read(path).await {
        Ok(bytes) => Some(Content::Bytes(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(unread(format!("the file cannot be read: {error}"))),
    }
}
