//! The limited process itself: it bounds its own memory, time and files, then reads one document
//! from standard input. It is started by [`Limited`](super::Limited) and by nobody else.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use skills::read::{Pdf, PdfError, read_pdf};

/// The document is at fault; what is wrong stands on standard error.
pub(super) const DOCUMENT: i32 = 65;
/// The process could not begin.
pub(super) const NOT_STARTED: i32 = 71;
/// The document asks for too much time.
pub(super) const TIME: i32 = 75;

const MIB: u64 = 1024 * 1024;
/// Memory of a process that parses.
const PARSER_BYTES_MAX: u64 = 256 * MIB;
/// Memory of a program for pictures; what it reads is a bitmap.
const PICTURE_BYTES_MAX: u64 = 1536 * MIB;

/// What a limited process is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Read a PDF: pages and attachments.
    Pdf,
    /// Turn one page of a PDF into a picture, by `pdftoppm`.
    Picture {
        /// The page, from 1.
        page: u32,
    },
    /// Find the words of a picture, by `tesseract`.
    Words {
        /// Languages as `tesseract` names them, joined by `+`.
        languages: String,
    },
    /// List the languages that `tesseract` has.
    Languages,
}

/// Does the work of a limited process: bounds itself, reads standard input, writes standard output.
#[must_use]
pub fn serve(work: &Work) -> ExitCode {
    let ended = match work {
        Work::Pdf => serve_pdf(),
        Work::Picture { page } => {
            let page = page.to_string();
            become_program("pdftoppm", &["-r", "200", "-gray", "-f", &page, "-l", &page, "-"], 20)
        }
        Work::Words { languages } => {
            let words = ["stdin", "stdout", "-l", languages.as_str(), "--dpi", "200", "tsv"];
            become_program("tesseract", &words, 60)
        }
        Work::Languages => become_program("tesseract", &["--list-langs"], 5),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, words)) => {
            // Nobody is left to tell when the error stream is closed as well.
            let _ = writeln!(io::stderr(), "{words}");
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
    }
}

type Ended = Result<(), (i32, String)>;

fn not_started(error: impl std::fmt::Display) -> (i32, String) {
    (NOT_STARTED, error.to_string())
}

/// The bounds every limited process has.
fn bound(memory_bytes: u64, seconds: u64) -> Ended {
    let limits = [
        (Resource::As, memory_bytes),
        (Resource::Cpu, seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
    ];
    for (resource, most) in limits {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(not_started)?;
    }
    Ok(())
}

fn serve_pdf() -> Ended {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(not_started)?;
    // A document may have more time the larger it is; a bomb is small.
    let mib = u64::try_from(bytes.len()).unwrap_or(u64::MAX) / MIB;
    let most = Duration::from_millis(800 + 4_000 * mib.min(12));
    bound(PARSER_BYTES_MAX, most.as_secs() + 1)?;
    watch(most)?;
    // What a parser says when it gives up is noise here.
    std::panic::set_hook(Box::new(|_| {}));
    let pdf = read_pdf(&bytes).map_err(|error| (DOCUMENT, told(&error)))?;
    write_pdf(&pdf).map_err(not_started)
}

fn told(error: &PdfError) -> String {
    error.to_string().replace('\n', " ")
}

/// Ends the process when it has computed for too long. It counts the processor's time, not the
/// clock's, so that a busy machine refuses no honest document.
fn watch(most: Duration) -> Ended {
    let watching = std::thread::Builder::new().stack_size(64 * 1024).spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(10));
            let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
            let seconds = u64::try_from(spent.tv_sec).unwrap_or(0);
            let nanos = u32::try_from(spent.tv_nsec).unwrap_or(0);
            if Duration::new(seconds, nanos) > most {
                std::process::exit(TIME);
            }
        }
    });
    watching.map(drop).map_err(not_started)
}

/// Lengths and bytes: the JSON of the pages first, then each attachment.
fn write_pdf(pdf: &Pdf) -> io::Result<()> {
    let json = serde_json::to_vec(pdf)?;
    let mut out = io::stdout().lock();
    let mut part = |bytes: &[u8]| {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        out.write_all(&length.to_le_bytes())?;
        out.write_all(bytes)
    };
    part(&json)?;
    pdf.attachments.iter().try_for_each(|attached| part(&attached.bytes))?;
    out.flush()
}

/// What [`write_pdf`] wrote.
pub(super) fn pdf_of(mut answer: &[u8]) -> Option<Pdf> {
    let mut part = || {
        let (length, rest) = answer.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (bytes, rest) = rest.split_at_checked(length)?;
        answer = rest;
        Some(bytes)
    };
    let mut pdf: Pdf = serde_json::from_slice(part()?).ok()?;
    for attached in &mut pdf.attachments {
        attached.bytes = part()?.to_vec();
    }
    Some(pdf)
}

/// Bounds itself and becomes another program, which keeps the bounds.
fn become_program(program: &str, words: &[&str], seconds: u64) -> Ended {
    use std::os::unix::process::CommandExt as _;
    bound(PICTURE_BYTES_MAX, seconds)?;
    let error = std::process::Command::new(program).args(words).env("OMP_THREAD_LIMIT", "1").exec();
    Err((NOT_STARTED, format!("{program}: {error}")))
}
