//! Sending without a server: a mail is a file in a folder, from where another program may take it.
//! A file is there whole or not at all, so looking one up is exact.

use super::fault::{Fault, NO_MAILBOX};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// How putting a file there ended when it did not end well.
pub(super) enum NotPut {
    /// It is not there.
    Fault(Fault),
    /// It is there now, and may not be after a power cut.
    Unsure(String),
}

/// Puts a mail into the folder, once: one that is there already stays as it is. Blocks.
pub(super) fn put(folder: &Path, id: &str, bytes: &[u8]) -> Result<(), NotPut> {
    let doing = format!("write into {}", folder.display());
    let fault = |error: io::Error| NotPut::Fault(of_disk(&doing, &error));
    fs::create_dir_all(folder).map_err(fault)?;
    let (name, temporary) = (folder.join(file_name(id)), folder.join(format!(".{id}.tmp")));
    if name.exists() {
        return Ok(());
    }
    let written = write(&temporary, bytes).and_then(|()| fs::rename(&temporary, &name));
    if let Err(error) = written {
        let _ = fs::remove_file(&temporary);
        return Err(fault(error));
    }
    // Without this the rename itself may be forgotten.
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| NotPut::Unsure(format!("{doing}: {error}")))
}

/// Whether the mail is in the folder. Blocks.
pub(super) fn holds(folder: &Path, id: &str) -> Result<bool, Fault> {
    let name = folder.join(file_name(id));
    name.try_exists().map_err(|error| of_disk(&format!("look into {}", folder.display()), &error))
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Our Message-IDs hold nothing but letters, digits, dots, hyphens and one `@`.
fn file_name(id: &str) -> String {
    format!("{id}.eml")
}

fn of_disk(doing: &str, error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory => {
            Fault::broken(NO_MAILBOX, format!("{doing}: {error}"))
        }
        _ => Fault::of_disk(doing, error),
    }
}
