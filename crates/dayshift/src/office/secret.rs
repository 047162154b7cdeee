//! Secrets by reference: a file names where a secret is, never the secret. This is the one place
//! that fetches them, and the only one that reads the environment.

use super::reader::{Node, Said};
use connectors::Secret;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// In a variable of the environment.
    Env(String),
    /// The first line of a file.
    File(PathBuf),
    /// The first line a command prints: a password manager's.
    Command(String),
}

/// Why a secret could not be fetched. All of these are the operator's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("the environment has no variable `{name}`")]
    NoVariable {
        /// Its name.
        name: String,
    },
    /// The file cannot be read.
    #[error("the secret's file {path} cannot be read: {why}")]
    NoFile {
        /// Where.
        path: String,
        /// What the system said.
        why: String,
    },
    /// The command failed.
    #[error("the secret's command `{command}` failed: {why}")]
    NoCommand {
        /// As written.
        command: String,
        /// What it said.
        why: String,
    },
    /// There is nothing in it.
    #[error("the secret from {place} is empty")]
    Empty {
        /// Where it was looked for.
        place: String,
    },
}

impl SecretRef {
    /// Where it is, in words; never what it is.
    pub fn place(&self) -> String {
        match self {
            Self::Env(name) => format!("the variable `{name}`"),
            Self::File(path) => format!("the file {}", path.display()),
            Self::Command(command) => format!("the command `{command}`"),
        }
    }

    /// Fetches the secret.
    ///
    /// # Errors
    /// When it is not where it should be, or empty.
    pub fn fetch(&self) -> Result<Secret, SecretError> {
        let (place, text) = match self {
            Self::Env(name) => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "secrets enter here and nowhere else"
                )]
                let value = std::env::var(name);
                let missing = |_| SecretError::NoVariable { name: name.clone() };
                (format!("the variable `{name}`"), value.map_err(missing)?)
            }
            Self::File(path) => {
                let shown = path.display().to_string();
                let unread = |error: std::io::Error| SecretError::NoFile {
                    path: shown.clone(),
                    why: error.to_string(),
                };
                let text = std::fs::read_to_string(path).map_err(unread)?;
                (format!("the file {shown}"), text)
            }
            Self::Command(command) => (format!("`{command}`"), printed(command)?),
        };
        match text.lines().next().unwrap_or_default() {
            "" => Err(SecretError::Empty { place }),
            secret => Ok(Secret::new(secret)),
        }
    }
}

fn printed(command: &str) -> Result<String, SecretError> {
    let failed = |why: String| SecretError::NoCommand { command: command.to_owned(), why };
    let output = Command::new("sh")
        .args(["-c", command])
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Reads a reference from a file. A secret written there itself is an error, and not repeated in
/// it.
pub(super) fn read(node: &Node<'_>, dir: &Path) -> Option<SecretRef> {
    const WAYS: &str = "{ env = \"NAME\" }, { file = \"path\" } or { command = \"…\" }";
    if node.value.is_str() {
        let said = Said::new("a secret does not belong in this file");
        node.error("W027", said.label(format!("say where it is: {WAYS}")));
        return None;
    }
    let table = node.table()?;
    let ways = [
        table.word("env").map(|word| SecretRef::Env(word.text.to_owned())),
        table.word("file").map(|word| SecretRef::File(dir.join(word.text))),
        table.word("command").map(|word| SecretRef::Command(word.text.to_owned())),
    ];
    table.finish();
    let mut given = ways.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(way), None) => Some(way),
        _ => {
            node.error(
                "W006",
                Said::new("a secret is in one place").label(format!("write {WAYS}")),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SecretError, SecretRef};

    #[test]
    fn a_secret_is_the_first_line_of_its_place_and_an_empty_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "open sesame\nnot this\n").unwrap();
        assert_eq!(SecretRef::File(path.clone()).fetch().unwrap().expose(), "open sesame");
        let printed = SecretRef::Command("printf 'from a manager\\n'".into());
        assert_eq!(printed.fetch().unwrap().expose(), "from a manager");
        std::fs::write(&path, "\n").unwrap();
        let empty = SecretRef::File(path).fetch().map(|_| ());
        assert!(matches!(empty, Err(SecretError::Empty { .. })), "{empty:?}");
    }

    #[test]
    fn a_secret_that_is_not_there_is_told_with_its_place() {
        let missing = SecretRef::Env("DAYSHIFT_TEST_NO_SUCH_VARIABLE".into()).fetch().map(|_| ());
        let name = "DAYSHIFT_TEST_NO_SUCH_VARIABLE".to_owned();
        assert_eq!(missing.unwrap_err(), SecretError::NoVariable { name });
        let failing = SecretRef::Command("echo locked >&2; false".into()).fetch().map(|_| ());
        let (command, why) = ("echo locked >&2; false".to_owned(), "locked".to_owned());
        assert_eq!(failing.unwrap_err(), SecretError::NoCommand { command, why });
    }
}
