//! The files of the repository, read once for all checks. What `.gitignore` leaves out by folder is
//! left out here; whether a file is tracked is not asked, so that a copy without history is
//! checked too.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours.
const NOT_OURS: [&str; 3] = [".git", "target", ".parts"];

/// One file.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    /// Its size in bytes.
    pub(super) bytes: usize,
    /// What it says; empty when it is not text.
    pub(super) text: String,
}

impl SourceFile {
    /// Its name's last part, without folders.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Whether it is there for tests or measurements only.
    pub(super) fn is_for_tests(&self) -> bool {
        self.name() == "tests.rs"
            || ["/tests/", "/testing/", "/benches/"].iter().any(|part| self.path.contains(part))
    }
}

/// All files below a root.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
    files: Vec<SourceFile>,
}

impl Tree {
    /// Reads the files below `root`.
    ///
    /// # Errors
    /// When a folder or a file cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for found in fs::read_dir(&folder)? {
                let found = found?;
                let kind = found.file_type()?;
                let name = found.file_name();
                if kind.is_dir() && !NOT_OURS.iter().any(|left_out| name == *left_out) {
                    folders.push(found.path());
                }
                if kind.is_file() {
                    files.extend(read_file(root, &found.path())?);
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { root: root.to_path_buf(), files })
    }

    /// A tree of these files, path and text, for tests of the checks.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| SourceFile {
            path: (*path).to_owned(),
            bytes: text.len(),
            text: (*text).to_owned(),
        });
        Self { root: PathBuf::from("."), files: files.collect() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// All files.
    pub(super) fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// The sources.
    pub(super) fn sources(&self) -> impl Iterator<Item = &SourceFile> {
        self.files().filter(|file| file.path.ends_with(".rs"))
    }

    /// What a file says; nothing when it is not there.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files().find(|file| file.path == path).map(|file| file.text.as_str())
    }
}

/// One file; nothing when somebody removed it meanwhile.
fn read_file(root: &Path, path: &Path) -> io::Result<Option<SourceFile>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let shown = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let size = bytes.len();
    let text = String::from_utf8(bytes).unwrap_or_default();
    Ok(Some(SourceFile { path: shown, bytes: size, text }))
}
