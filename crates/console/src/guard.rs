//! The one place where a request is let in: host, origin, session, form token; and the headers
//! every response carries. Which page follows is not decided here.

use crate::desk::Desk;
use crate::failure::Failure;
use crate::sessions::{Signed, same_text};
use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::header::{
    self, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;

/// The longest reply or form that is read.
const BODY_BYTES_MAX: usize = 512 * 1024;
/// The header in which API clients repeat the token of their session.
pub(crate) const CSRF_HEADER: &str = "x-dayshift-csrf";

/// Pairs of a form, as sent.
pub(crate) type Pairs = Vec<(String, String)>;

/// Lets a request in, or says why not.
pub(crate) async fn admit(
    State(desk): State<Desk>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    host_is_ours(&desk, request.headers())?;
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes {
        comes_from_our_page(request.headers())?;
    }
    let path = request.uri().path();
    if path.starts_with("/assets/") || path == "/sign-in" {
        return Ok(next.run(request).await);
    }
    let Some(signed) = signed(&desk, request.headers()) else {
        return match key_of(request.uri()) {
            Some(key) if !changes => crate::pages::sign_in::offer(&desk, &key),
            _ => Err(Failure::SignedOut),
        };
    };
    if changes {
        request = repeats_token(request, &signed).await?;
    }
    request.extensions_mut().insert(signed);
    Ok(next.run(request).await)
}

/// Puts the same headers on every response: nothing foreign is loaded, nothing is framed or kept.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; \
                  frame-ancestors 'none'";
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, policy);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    // With `no-referrer` browsers would send `Origin: null` with our own forms.
    set(REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if !is_asset {
        set(CACHE_CONTROL, "no-store");
    }
    response
}

/// A foreign site whose name was made to point at this machine still sends its own name.
fn host_is_ours(desk: &Desk, headers: &HeaderMap) -> Result<(), Failure> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = without_port(host);
    let is_loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    if is_loopback || desk.office.hosts.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(Failure::Forbidden { why: "this console is not reached under that host name" })
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Browsers say where a changing request comes from; programs without a browser send neither header
/// and are held to the token alone.
fn comes_from_our_page(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let host = text(HOST.as_str()).unwrap_or_default();
    let foreign = Failure::Forbidden { why: "the request came from another site" };
    if let Some(origin) = text(ORIGIN.as_str()) {
        let ours = [format!("http://{host}"), format!("https://{host}")];
        if !ours.iter().any(|known| known.eq_ignore_ascii_case(origin)) {
            return Err(foreign);
        }
    }
    match text("sec-fetch-site") {
        None | Some("same-origin") => Ok(()),
        Some(_) => Err(foreign),
    }
}

fn signed(desk: &Desk, headers: &HeaderMap) -> Option<Signed> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == desk.sessions.cookie())
        .find_map(|(_, secret)| desk.sessions.signed(secret))
}

fn key_of(uri: &Uri) -> Option<String> {
    if uri.path() != "/" {
        return None;
    }
    let Query(mut query) = Query::<HashMap<String, String>>::try_from_uri(uri).ok()?;
    query.remove("key")
}

/// Checks the token of a changing request and hands the request on as it came.
async fn repeats_token(request: Request, signed: &Signed) -> Result<Request, Failure> {
    let (parts, body) = request.into_parts();
    let too_large = |_| Failure::Bad { why: "the request is too large to be a reply".into() };
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(too_large)?;
    let in_header = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
    let token = match in_header {
        Some(token) => token.to_owned(),
        None => {
            let copy = Request::from_parts(parts.clone(), Body::from(bytes.clone()));
            let pairs = Form::<Pairs>::from_request(copy, &()).await;
            let pairs = pairs.map(|Form(pairs)| pairs).unwrap_or_default();
            field(&pairs, "csrf").unwrap_or_default().to_owned()
        }
    };
    if !same_text(&token, &signed.csrf) {
        let why = "the form does not belong to this sign-in; open the page again";
        return Err(Failure::Forbidden { why });
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The first value of a form field.
pub(crate) fn field<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// A response that sets or clears the session's cookie and goes on to the start.
pub(crate) fn with_cookie(desk: &Desk, secret: Option<&str>) -> Result<Response, Failure> {
    let (value, age_s) =
        secret.map_or(("", 0), |secret| (secret, crate::sessions::SESSION_MS / 1_000));
    let secure = if desk.office.behind_tls { "; Secure" } else { "" };
    let name = desk.sessions.cookie();
    let cookie =
        format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Strict{secure}");
    let cookie = HeaderValue::from_str(&cookie)
        .map_err(|_| Failure::Bad { why: "the session cannot be written as a cookie".into() })?;
    let mut response = axum::response::Redirect::to("/").into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
