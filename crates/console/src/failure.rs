//! What went wrong, in plain words: as a page for people, as JSON for programs. Sorted by what the
//! reader can do about it; it never shows what only a developer could read.

use crate::desk::Desk;
use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use casework::CaseId;
use engine::seams::StoreError;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody is signed in.
    #[error("this browser is not signed in: a link works once, within ten minutes")]
    SignedOut,
    /// The request is not let in.
    #[error("{why}")]
    Forbidden {
        /// Why.
        why: &'static str,
    },
    /// There is no such thing.
    #[error("there is no {what}")]
    NoSuch {
        /// What was looked for.
        what: String,
    },
    /// The request cannot be understood.
    #[error("{why}")]
    Bad {
        /// Why.
        why: String,
    },
    /// A reply that does not count.
    #[error("{why}")]
    Refused {
        /// Why.
        why: String,
        /// The case it was for.
        case: CaseId,
    },
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A page could not be written.
    #[error("the page could not be written: {why}")]
    Page {
        /// What the template said.
        why: String,
    },
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    title: &'a str,
    why: String,
    next_step: String,
    href: String,
    link: &'a str,
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::NoSuch { .. } => StatusCode::NOT_FOUND,
            Self::Bad { .. } => StatusCode::BAD_REQUEST,
            Self::Refused { .. } => StatusCode::CONFLICT,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Page { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::SignedOut => "You are not signed in",
            Self::Forbidden { .. } => "This was not let in",
            Self::NoSuch { .. } => "There is nothing here",
            Self::Bad { .. } => "This could not be understood",
            Self::Refused { .. } => "Your reply did not count",
            Self::Store(_) => "The store did not answer",
            Self::Page { .. } => "The page could not be written",
        }
    }

    fn next_step(&self, hint: &str) -> String {
        match self {
            Self::SignedOut => hint.to_owned(),
            Self::Forbidden { .. } => "Nothing was changed.".into(),
            Self::NoSuch { .. } => "It may have been removed after its time was up.".into(),
            Self::Bad { .. } => "Nothing was changed. Go back and try again.".into(),
            Self::Refused { .. } => "Nothing was done because of it.".into(),
            Self::Store(StoreError::Broken { code, .. }) => {
                format!("Nothing was changed. docs/errors/{code}.md says what to do.")
            }
            Self::Store(_) => "Nothing was changed. Try again in a moment.".into(),
            Self::Page { .. } => "Nothing was changed by looking at it.".into(),
        }
    }

    fn page(&self, hint: &str, path: &str) -> Response {
        let (href, link) = match self {
            Self::Refused { case, .. } => (format!("/cases/{case}"), "Open the case as it is now"),
            Self::SignedOut => (path.to_owned(), "Open this page again"),
            _ => ("/".to_owned(), "To what needs you"),
        };
        let page = FailurePage {
            title: self.title(),
            why: sentence(&self.to_string()),
            next_step: self.next_step(hint),
            href,
            link,
        };
        let rendered = crate::pages::render(&page);
        (self.status(), rendered.unwrap_or_else(|_| self.title().into_response())).into_response()
    }

    fn json(&self, hint: &str) -> Response {
        let body = serde_json::json!({
            "error": self.to_string(),
            "next": self.next_step(hint),
        });
        (self.status(), Json(body)).into_response()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Self::Page { why: error.to_string() }
    }
}

/// Writes failures for whoever asked: a page, or JSON below `/api`.
pub(crate) async fn in_plain_words(
    State(desk): State<Desk>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => failure.clone(),
        None => match of_status(response.status()) {
            Some(failure) => failure,
            None => return response,
        },
    };
    if let Failure::Store(error) = &failure {
        tracing::warn!(%error, path, "the console could not use the store");
    }
    let hint = &desk.office.sign_in_hint;
    if path.starts_with("/api/") || path == "/events" {
        failure.json(hint)
    } else {
        failure.page(hint, &path)
    }
}

/// The page for an address that is none.
pub(crate) async fn no_such_page() -> Failure {
    Failure::NoSuch { what: "page of this name".into() }
}

/// Refusals that the framework makes before any of our code sees the request.
fn of_status(status: StatusCode) -> Option<Failure> {
    match status {
        StatusCode::NOT_FOUND => Some(Failure::NoSuch { what: "page of this name".into() }),
        StatusCode::METHOD_NOT_ALLOWED => {
            Some(Failure::Bad { why: "this address does not take that kind of request".into() })
        }
        status if status.is_client_error() => {
            Some(Failure::Bad { why: "the address or the form is not complete".into() })
        }
        _ => None,
    }
}

/// Error messages begin small and end open; a page is made of sentences.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
