//! Reads documents from outside in a process of their own, with little memory, little time and no
//! files: a bomb or a bug in a parser ends that process and nothing else. It holds no parser.

mod child;
mod ocr;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

pub use child::{Work, serve};
use skills::read::Pdf;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// Bytes of a document that are handed over at most.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes that are taken back at most.
const ANSWER_BYTES_MAX: u64 = 96 * 1024 * 1024;
/// How long is waited at most, however busy the machine is. What the process may compute is bounded
/// by itself and much smaller.
const WAIT_MAX: Duration = Duration::from_secs(120);

/// How the limited process is started: this program with a hidden command.
#[derive(Debug, Clone)]
pub struct Limited {
    program: PathBuf,
    arguments: Vec<OsString>,
}

/// Why a document was not read.
#[derive(Debug, thiserror::Error)]
pub enum LimitedError {
    /// The document: it is damaged, locked or none of its kind.
    #[error("{what}")]
    Document {
        /// What the parser says.
        what: String,
    },
    /// The document asks for more memory or time than it may have, or breaks its parser.
    #[error("read a document: {what}")]
    Exceeded {
        /// Which limit.
        what: String,
    },
    /// The process could not be started or spoken to.
    #[error("start the process that reads documents: {0}")]
    Start(#[from] std::io::Error),
    /// Something that reads pictures is not installed.
    #[error("read a picture: {program} is not installed")]
    NotInstalled {
        /// The program.
        program: &'static str,
    },
}

impl Limited {
    /// By the program that runs, with the hidden command `read-child`.
    ///
    /// # Errors
    /// When the system does not say where the program is.
    pub fn own() -> Result<Self, LimitedError> {
        let program = std::env::current_exe()?;
        Ok(Self { program, arguments: vec!["read-child".into()] })
    }

    /// By another program that takes the same words after `arguments`.
    #[must_use]
    pub fn with(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self { program, arguments }
    }

    /// The words of a PDF and the files within it.
    ///
    /// # Errors
    /// See [`LimitedError`]; the caller goes on with the next document.
    pub async fn pdf(&self, bytes: &[u8]) -> Result<Pdf, LimitedError> {
        let answer = self.ask(&["pdf".into()], bytes).await?;
        child::pdf_of(&answer)
            .ok_or_else(|| LimitedError::Exceeded { what: "the answer is cut".to_owned() })
    }

    /// The same, with scanned pages read by OCR where `tesseract` and `pdftoppm` are installed;
    /// else a warning says that they are not.
    ///
    /// # Errors
    /// See [`LimitedError`].
    pub async fn pdf_with_scans(&self, bytes: &[u8]) -> Result<Pdf, LimitedError> {
        let mut pdf = self.pdf(bytes).await?;
        ocr::read_scans(self, bytes, &mut pdf).await;
        Ok(pdf)
    }

    /// The words of a picture, by OCR.
    ///
    /// # Errors
    /// [`LimitedError::NotInstalled`] where `tesseract` is not.
    pub async fn picture(&self, bytes: &[u8]) -> Result<Pdf, LimitedError> {
        let page = ocr::page_of_picture(self, bytes, 1).await?;
        Ok(Pdf { pages: vec![page], ..Pdf::default() })
    }

    /// Hands bytes to a limited process and takes its answer.
    async fn ask(&self, words: &[OsString], bytes: &[u8]) -> Result<Vec<u8>, LimitedError> {
        if bytes.len() > DOCUMENT_BYTES_MAX {
            let what = format!("{} bytes are more than {DOCUMENT_BYTES_MAX}", bytes.len());
            return Err(LimitedError::Exceeded { what });
        }
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(Stdio::piped()).kill_on_drop(true);
        command.env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        let child = command.spawn()?;
        match tokio::time::timeout(WAIT_MAX, talk(child, bytes)).await {
            Ok(answer) => answer,
            Err(_) => Err(LimitedError::Exceeded { what: "it takes too long".to_owned() }),
        }
    }
}

async fn talk(mut child: Child, bytes: &[u8]) -> Result<Vec<u8>, LimitedError> {
    let stdin = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let send = async {
        if let Some(mut stdin) = stdin {
            // A process that ended early has said why by its code.
            let _ = stdin.write_all(bytes).await;
            let _ = stdin.shutdown().await;
        }
    };
    let mut answer = Vec::new();
    let take = async {
        match stdout {
            Some(stdout) => stdout.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await,
            None => Ok(0),
        }
    };
    let mut words = Vec::new();
    let hear = async {
        match stderr {
            Some(stderr) => stderr.take(4096).read_to_end(&mut words).await,
            None => Ok(0),
        }
    };
    let (_, taken, heard) = tokio::join!(send, take, hear);
    taken?;
    heard?;
    let status = child.wait().await?;
    let said = String::from_utf8_lossy(&words).trim().to_owned();
    match status.code() {
        Some(0) => Ok(answer),
        Some(child::DOCUMENT) => Err(LimitedError::Document { what: said }),
        Some(child::NOT_STARTED) => Err(LimitedError::Start(std::io::Error::other(said))),
        Some(child::TIME) => {
            Err(LimitedError::Exceeded { what: "it asks for too much time".to_owned() })
        }
        Some(code) => {
            let what = format!("its parser failed with code {code}");
            Err(LimitedError::Exceeded { what })
        }
        // A failed allocation aborts, a deep recursion faults, the system's limit of time kills.
        None => {
            let what = "it asks for too much memory or time, or breaks its parser".to_owned();
            Err(LimitedError::Exceeded { what })
        }
    }
}
