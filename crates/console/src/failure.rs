//! What went wrong, in plain words: as a page for people, as JSON for programs. Sorted by what the
//! reader can do about it; it never shows what only a developer could read.

use crate::access::Need;
use crate::desk::Desk;
use crate::pages;
use crate::sessions::SignInError;
use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use casework::CaseId;
use engine::seams::{AmendError, StoreError};

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody is signed in.
    #[error("this browser is not signed in")]
    SignedOut,
    /// An attempt to sign in failed.
    #[error("{note}")]
    SignInRefused {
        /// Where they wanted to go.
        next: String,
        /// Why, without telling which part is wrong.
        note: &'static str,
    },
    /// The request is not let in.
    #[error("{why}")]
    Forbidden {
        /// Why.
        why: &'static str,
    },
    /// Their roles do not allow it.
    #[error("this needs the role {}", in_words(*needs))]
    NotYours {
        /// What it needs.
        needs: Need,
    },
    /// It cannot be taken back, and the sign-in is not recent.
    #[error("this needs a sign-in of the last five minutes")]
    StepUp(Box<StepUp>),
    /// Too many attempts.
    #[error("too many attempts; try again in {seconds} seconds")]
    TooSoon {
        /// When.
        seconds: u64,
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

/// What was wanted when a proof was missing: it is done once the proof is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepUp {
    /// Where the form went.
    pub(crate) then: String,
    /// What it held.
    pub(crate) pairs: Vec<(String, String)>,
    /// The page to come back to when the form cannot be sent again.
    pub(crate) back: String,
    /// Who is signed in.
    pub(crate) csrf: String,
    /// Whether they have a password.
    pub(crate) has_password: bool,
    /// What is wrong with the last attempt.
    pub(crate) note: String,
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
            Self::SignedOut | Self::SignInRefused { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::NotYours { .. } | Self::StepUp(_) => {
                StatusCode::FORBIDDEN
            }
            Self::TooSoon { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoSuch { .. } => StatusCode::NOT_FOUND,
            Self::Bad { .. } => StatusCode::BAD_REQUEST,
            Self::Refused { .. } => StatusCode::CONFLICT,
            Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Page { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For programs: one word per kind of failure.
    fn reason(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::SignInRefused { .. } => "sign_in_refused",
            Self::Forbidden { .. } => "forbidden",
            Self::NotYours { .. } => "role",
            Self::StepUp(_) => "step_up",
            Self::TooSoon { .. } => "too_soon",
            Self::NoSuch { .. } => "no_such",
            Self::Bad { .. } => "bad",
            Self::Refused { .. } => "refused",
            Self::Store(_) => "store",
            Self::Page { .. } => "page",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::SignedOut | Self::SignInRefused { .. } => "You are not signed in",
            Self::Forbidden { .. } => "This was not let in",
            Self::NotYours { .. } => "Your role does not allow this",
            Self::StepUp(_) => "Confirm that it is you",
            Self::TooSoon { .. } => "Too many attempts",
            Self::NoSuch { .. } => "There is nothing here",
            Self::Bad { .. } => "This could not be understood",
            Self::Refused { .. } => "Your reply did not count",
            Self::Store(_) => "The store did not answer",
            Self::Page { .. } => "The page could not be written",
        }
    }

    fn next_step(&self, hint: &str) -> String {
        match self {
            Self::SignedOut | Self::SignInRefused { .. } => hint.to_owned(),
            Self::Forbidden { .. } => "Nothing was changed.".into(),
            Self::NotYours { .. } => "Nothing was changed. An owner says who may what.".into(),
            Self::StepUp(_) => "Nothing was changed. Prove at /step-up who you are.".into(),
            Self::TooSoon { .. } => "Nothing was changed.".into(),
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

    fn page(&self, hint: &str) -> Response {
        let (href, link) = match self {
            Self::Refused { case, .. } => (format!("/cases/{case}"), "Open the case as it is now"),
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
            "reason": self.reason(),
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

impl From<AmendError> for Failure {
    fn from(error: AmendError) -> Self {
        match error {
            AmendError::Refused { why } => Self::Bad { why: why.to_owned() },
            AmendError::Store(error) => Self::Store(error),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::NoRandomness(error) => Self::Bad { why: error.to_string() },
            SignInError::Amend(error) => error.into(),
        }
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
    let shown = request.method() == Method::GET;
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
        return failure.json(hint);
    }
    let page = match &failure {
        // Whoever comes here without a sign-in is shown where to sign in, and goes on from there.
        Failure::SignedOut => {
            let next = if shown { path.as_str() } else { "/" };
            pages::sign_in::form(&desk, next, "")
        }
        Failure::SignInRefused { next, note } => pages::sign_in::form(&desk, next, note),
        Failure::StepUp(wanted) => pages::step_up::form(&desk, wanted),
        _ => return failure.page(hint),
    };
    match page {
        Ok(page) => (failure.status(), page).into_response(),
        Err(_) => failure.page(hint),
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

fn in_words(needs: Need) -> String {
    let words: Vec<&str> = needs.roles().iter().map(|role| role.word()).collect();
    words.join(" or ")
}

/// Error messages begin small and end open; a page is made of sentences.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if message.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}
