//! Settings: what there is to know about this installation. What can be set is set in the office's
//! files, so this page shows and does not change.

use super::{Shell, render};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::sessions::Signed;
use crate::story::bytes_in_words;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    shell: Shell,
    size: Vec<(&'static str, String)>,
    version: &'static str,
    workers: Vec<(String, String)>,
    people: Vec<(String, String)>,
}

/// The page.
pub(crate) async fn show(
    State(desk): State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    let size = desk.history.size().await?;
    let worker = |lane: crate::desk::Lane| {
        let worker = lane.charter.worker;
        (worker.name.to_string(), worker.version.short())
    };
    render(&SettingsPage {
        shell: Shell::new(&desk, &signed, "settings").await?,
        size: vec![
            ("cases", size.cases.to_string()),
            ("journals of open cases", bytes_in_words(size.open_journal_bytes)),
            ("journals of closed cases", bytes_in_words(size.sealed_journal_bytes)),
            ("bodies of mails and files", bytes_in_words(size.body_bytes)),
            ("files on disk", bytes_in_words(size.file_bytes)),
            ("of these, free again", bytes_in_words(size.free_bytes)),
        ],
        version: env!("CARGO_PKG_VERSION"),
        workers: desk.office.workers.lanes().into_iter().map(worker).collect(),
        people: desk
            .office
            .people
            .iter()
            .map(|(who, name)| (who.to_string(), name.clone()))
            .collect(),
    })
}
