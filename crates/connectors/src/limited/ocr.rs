//! Scanned pages: a picture of the page by `pdftoppm`, its words by `tesseract`, each within the
//! limited process. Where they are not installed a warning says so; nothing is downloaded.

use std::path::PathBuf;

use skills::read::{Page, Pdf, page_of_tsv};

use super::{Limited, LimitedError};

/// Scanned pages that are read at most.
const PAGES_MAX: usize = 20;
/// Dots per inch of the pictures that are made.
const DOTS_PER_INCH: f32 = 200.0;
/// Languages that are asked for where they are installed.
const LANGUAGES: [&str; 8] = ["eng", "deu", "fra", "spa", "ita", "nld", "por", "pol"];

/// Reads the scanned pages of a PDF; what hinders it becomes a warning.
pub(super) async fn read_scans(limited: &Limited, bytes: &[u8], pdf: &mut Pdf) {
    let scans: Vec<u32> =
        pdf.pages.iter().filter(|page| page.is_scan).map(|page| page.number).collect();
    if scans.len() > PAGES_MAX {
        let count = scans.len();
        pdf.warnings.push(format!("{count} scanned pages: only the first {PAGES_MAX} are read"));
    }
    for number in scans.into_iter().take(PAGES_MAX) {
        match page(limited, bytes, number).await {
            Ok(read) => {
                if let Some(page) = pdf.pages.iter_mut().find(|page| page.number == number) {
                    *page = read;
                }
            }
            Err(error) => {
                pdf.warnings.push(format!("page {number} is a picture and was not read: {error}"));
                return;
            }
        }
    }
}

async fn page(limited: &Limited, bytes: &[u8], number: u32) -> Result<Page, LimitedError> {
    installed("pdftoppm")?;
    installed("tesseract")?;
    let words = ["picture".into(), number.to_string().into()];
    let picture = limited.ask(&words, bytes).await?;
    page_of_picture(limited, &picture, number).await
}

/// The words of a picture.
pub(super) async fn page_of_picture(
    limited: &Limited,
    picture: &[u8],
    number: u32,
) -> Result<Page, LimitedError> {
    installed("tesseract")?;
    let listed = limited.ask(&["languages".into()], &[]).await?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let has = |language: &&&str| listed.lines().any(|line| line.trim() == **language);
    let languages: Vec<&str> = LANGUAGES.iter().filter(has).copied().collect();
    let languages = if languages.is_empty() { "eng".to_owned() } else { languages.join("+") };
    let table = limited.ask(&["words".into(), languages.into()], picture).await?;
    Ok(page_of_tsv(&String::from_utf8_lossy(&table), number, DOTS_PER_INCH))
}

fn installed(program: &'static str) -> Result<PathBuf, LimitedError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(program));
    found.find(|file| file.is_file()).ok_or(LimitedError::NotInstalled { program })
}
