//! Looks into folders and files for mail, and reads it. Everything here blocks; the caller runs it
//! aside.

use crate::mail::fault::{Fault, NO_MAILBOX};
use crate::mail::letter::{HEAD_BYTES, Letter, fits};
use casework::{Digest, Timestamp};
use skills::read::read_mbox;
use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// Where mail lies.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A folder of `.eml` files.
    Folder(PathBuf),
    /// A maildir.
    Maildir(PathBuf),
    /// An mbox file.
    Mbox(PathBuf),
}

/// What is remembered of what was done.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Spot {
    /// A file: the seconds with which a maildir's names begin, and the name, or the part of it that
    /// never changes.
    File(u64, String),
    /// An mbox file of this size, changed at this moment.
    Mbox(u64, Timestamp),
    /// A mail in an mbox file.
    Mail(Digest),
}

/// A file in which there is mail.
#[derive(Clone, Debug)]
pub(super) struct Find {
    /// What to remember.
    pub(super) spot: Spot,
    path: PathBuf,
    is_mbox: bool,
}

/// What reading a file gave.
pub(super) enum Read {
    /// The mails in it, each with what is remembered of it.
    Letters(Vec<(Spot, Letter)>),
    /// It is still being written.
    Unsettled,
    /// It is no longer there.
    Gone,
}

/// Largest mbox file that is read; beyond it a maildir serves better.
const MBOX_BYTES_MAX: u64 = 512 * 1024 * 1024;

impl Place {
    /// The files that are not done yet, in the order of their arrival.
    pub(super) fn look(&self, done: &HashSet<Spot>) -> Result<Vec<Find>, Fault> {
        let mut finds = match self {
            Self::Folder(folder) => in_folder(folder)?,
            Self::Maildir(folder) => in_maildir(folder)?,
            Self::Mbox(file) => vec![in_mbox(file)?],
        };
        finds.retain(|find| !done.contains(&find.spot));
        finds.sort_unstable_by(|a, b| a.spot.cmp(&b.spot));
        Ok(finds)
    }
}

impl Find {
    /// Reads the file, unless it changed less than `settle` ago.
    pub(super) fn read(&self, now: Timestamp, settle: Duration) -> Result<Read, Fault> {
        match self.read_settled(now, settle) {
            Ok(Some(Letter::Whole(bytes))) if self.is_mbox => Ok(Read::Letters(cut(&bytes))),
            Ok(Some(Letter::TooLarge { size_bytes, .. })) if self.is_mbox => {
                let file = self.path.display();
                let why = format!("read {file}: {size_bytes} bytes are too many for an mbox file");
                Err(Fault::broken(NO_MAILBOX, why))
            }
            Ok(Some(letter)) => Ok(Read::Letters(vec![(self.spot.clone(), letter)])),
            Ok(None) => Ok(Read::Unsettled),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Read::Gone),
            Err(error) => Err(Fault::of_disk(&format!("read {}", self.path.display()), &error)),
        }
    }

    /// Half a mail taken in under its Message-ID would keep the whole one out for ever, so a file
    /// has to lie still before it is read, and to be the same after.
    fn read_settled(&self, now: Timestamp, settle: Duration) -> io::Result<Option<Letter>> {
        let mut file = File::open(&self.path)?;
        let before = file.metadata()?;
        let age_ms = u128::from(now.since_ms(modified(&before)));
        if modified(&before) <= now && age_ms < settle.as_millis() {
            return Ok(None);
        }
        let size_bytes = before.len();
        let whole = if self.is_mbox { size_bytes <= MBOX_BYTES_MAX } else { fits(size_bytes) };
        let wanted = if whole { size_bytes } else { HEAD_BYTES as u64 };
        let mut bytes = Vec::new();
        file.by_ref().take(wanted).read_to_end(&mut bytes)?;
        let after = file.metadata()?;
        if after.len() != size_bytes || modified(&after) != modified(&before) {
            return Ok(None);
        }
        Ok(Some(if whole {
            Letter::Whole(bytes)
        } else {
            Letter::TooLarge { head: bytes, size_bytes }
        }))
    }
}

fn modified(metadata: &Metadata) -> Timestamp {
    let since = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let ms = since.map_or(0, |since| since.as_millis());
    Timestamp(i64::try_from(ms).unwrap_or(i64::MAX))
}

fn cut(bytes: &[u8]) -> Vec<(Spot, Letter)> {
    let mails = read_mbox(bytes).into_iter();
    mails
        .map(|(_, mail)| {
            let size_bytes = mail.len() as u64;
            let spot = Spot::Mail(Digest::of(&mail));
            if fits(size_bytes) {
                return (spot, Letter::Whole(mail.into_owned()));
            }
            let head = mail.get(..HEAD_BYTES).unwrap_or(&mail).to_vec();
            (spot, Letter::TooLarge { head, size_bytes })
        })
        .collect()
}

fn in_folder(folder: &Path) -> Result<Vec<Find>, Fault> {
    let is_mail = |name: &String| {
        let ending = Path::new(name).extension();
        !name.starts_with('.') && ending.is_some_and(|ending| ending.eq_ignore_ascii_case("eml"))
    };
    let found = names(folder)?.into_iter().filter(is_mail);
    Ok(found
        .map(|name| Find { path: folder.join(&name), spot: Spot::File(0, name), is_mbox: false })
        .collect())
}

/// The mails of a maildir. A mail that is read moves from `new` to `cur` under a longer name and is
/// still the same mail: what stands before the colon.
fn in_maildir(folder: &Path) -> Result<Vec<Find>, Fault> {
    let mut finds = Vec::new();
    for sub in ["new", "cur"] {
        let folder = folder.join(sub);
        for name in names(&folder)?.into_iter().filter(|name| !name.starts_with('.')) {
            let unique = name.split(':').next().unwrap_or_default().to_owned();
            let seconds: String = unique.chars().take_while(char::is_ascii_digit).collect();
            let spot = Spot::File(seconds.parse().unwrap_or(u64::MAX), unique);
            finds.push(Find { path: folder.join(name), spot, is_mbox: false });
        }
    }
    Ok(finds)
}

fn in_mbox(file: &Path) -> Result<Find, Fault> {
    let metadata = fs::metadata(file)
        .map_err(|error| Fault::of_disk(&format!("look at {}", file.display()), &error))?;
    let spot = Spot::Mbox(metadata.len(), modified(&metadata));
    Ok(Find { path: file.to_owned(), spot, is_mbox: true })
}

/// The names of the plain files in a folder. A name that is not text cannot be ours to read.
fn names(folder: &Path) -> Result<Vec<String>, Fault> {
    let doing = || format!("look into {}", folder.display());
    let entries = fs::read_dir(folder).map_err(|error| Fault::of_disk(&doing(), &error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Fault::of_disk(&doing(), &error))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if let Ok(name) = entry.file_name().into_string()
            && !is_folder
        {
            names.push(name);
        }
    }
    Ok(names)
}
