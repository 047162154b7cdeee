//! The one place where a request is let in: proxy, host, origin, sign-in, form token, role; and the
//! headers every response carries. Which page follows is not decided here.

use crate::access::Need;
use crate::desk::Desk;
use crate::door::Door;
use crate::failure::Failure;
use crate::sessions::{Signed, same_text};
use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::header::{
    self, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::IncomingStream;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// The longest reply or form that is read.
const BODY_BYTES_MAX: usize = 512 * 1024;
/// The header in which API clients repeat the token of their session.
pub(crate) const CSRF_HEADER: &str = "x-dayshift-csrf";

/// With this a page fetches itself anew, without a person.
const LIVE_HEADER: &str = "x-dayshift-live";

/// Pairs of a form, as sent.
pub(crate) type Pairs = Vec<(String, String)>;

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// From which address a request comes, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From(pub(crate) Option<IpAddr>);

/// What stands before one route.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) desk: Desk,
    pub(crate) needs: Need,
}

/// Lets in only what is addressed to us, through the proxy where there is one, and what changes
/// something only from our own pages.
pub(crate) async fn comes_from_us(
    State(desk): State<Desk>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let from = address(&desk, &request)?;
    host_is_ours(&desk, request.headers())?;
    if changes(request.method()) {
        comes_from_our_page(&desk, request.headers())?;
    }
    request.extensions_mut().insert(From(from));
    Ok(next.run(request).await)
}

/// Lets in whoever is signed in and may, or says why not.
pub(crate) async fn admit(
    State(Gate { desk, needs }): State<Gate>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    if needs == Need::Nothing {
        return Ok(next.run(request).await);
    }
    let changes = changes(request.method());
    let Some(signed) = signed(&desk, request.headers()).await? else {
        return match key_of(request.uri()) {
            Some(key) if !changes => crate::pages::sign_in::offer(&desk, &key),
            _ => Err(Failure::SignedOut),
        };
    };
    if changes {
        request = repeats_token(request, &signed).await?;
    }
    if !signed.may(needs) {
        return Err(Failure::NotYours { needs });
    }
    request.extensions_mut().insert(signed);
    Ok(next.run(request).await)
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

/// The address of the browser. A proxy is believed only where the office's files name it, and then
/// nobody else may come past it.
fn address(desk: &Desk, request: &Request) -> Result<Option<IpAddr>, Failure> {
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let Some(ConnectInfo(Peer(peer))) = peer else { return Ok(None) };
    let (peer, proxies) = (peer.ip().to_canonical(), &desk.office.proxies);
    if proxies.is_empty() {
        return Ok(Some(peer));
    }
    if !proxies.contains(&peer) {
        return Err(Failure::Forbidden { why: "this console is reached through its proxy only" });
    }
    let last = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = last.and_then(|line| line.to_str().ok()?.rsplit(',').next());
    Ok(last.and_then(|address| address.trim().parse().ok()).or(Some(peer)))
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
fn comes_from_our_page(desk: &Desk, headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let host = text(HOST.as_str()).unwrap_or_default();
    let foreign = Failure::Forbidden { why: "the request came from another site" };
    if let Some(origin) = text(ORIGIN.as_str()) {
        // Over TLS a page without it is another site: what it serves may be anyone's.
        let plain = (!desk.office.behind_tls).then(|| format!("http://{host}"));
        let ours = plain.into_iter().chain([format!("https://{host}")]);
        if !ours.into_iter().any(|known| known.eq_ignore_ascii_case(origin)) {
            return Err(foreign);
        }
    }
    match text("sec-fetch-site") {
        None | Some("same-origin") => Ok(()),
        Some(_) => Err(foreign),
    }
}

pub(crate) async fn signed(desk: &Desk, headers: &HeaderMap) -> Result<Option<Signed>, Failure> {
    // What a page fetches by itself is not a person at work.
    let counts = !headers.contains_key(LIVE_HEADER);
    for secret in cookies(headers, desk.sessions.cookie()) {
        if let Some(signed) = desk.sessions.signed(&secret, counts).await? {
            return Ok(Some(signed));
        }
    }
    Ok(None)
}

/// The values of a cookie.
pub(crate) fn cookies(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).collect()
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

/// Sets or clears the sign-in's cookie. It is sent along when somebody follows a link here from a
/// mail or a chat (`Lax`): such a request shows a page and changes nothing.
pub(crate) fn set_cookie(desk: &Desk, secret: Option<&str>, response: &mut Response) {
    let (value, age_s) =
        secret.map_or(("", 0), |secret| (secret, crate::sessions::SESSION_MS / 1_000));
    add_cookie(desk, desk.sessions.cookie(), value, age_s, response);
}

/// Adds a cookie that no script can read, over TLS only where there is TLS.
pub(crate) fn add_cookie(
    desk: &Desk,
    name: &str,
    value: &str,
    age_s: u64,
    response: &mut Response,
) {
    let secure = if desk.office.behind_tls { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    // Names and values are made of letters, digits and underscores.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// A path of ours to go on to, if that is what it is: nobody is sent to another site.
pub(crate) fn path_of_ours(path: &str) -> Option<&str> {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    ours.then_some(path)
}
