//! `web.fetch`: one page or document as text. The name is resolved once, only public addresses are
//! connected to, and the connection goes to the address that was checked. It decides nothing about
//! whether a URL may be fetched (the policy does) and never leaves the host that was asked for.

pub mod address;

use address::{Barred, may_connect};
use casework::guard::ToolGuard;
use casework::origin::Origin;
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec};
use casework::{PermittedCall, ToolName};
use engine::seams::{Tool, ToolError, ToolResult, Work};
use reqwest::{Client, Response, Url};
use serde_json::json;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Looks a name up: host and port in, addresses out. Each is checked before it is connected to.
pub type Resolve =
    Arc<dyn Fn(String, u16) -> Work<'static, std::io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// How the web is fetched from.
#[derive(Clone)]
pub struct WebConfig {
    /// The tool's name.
    pub tool: String,
    /// Most bytes of an answer; a longer one is refused, not cut off.
    pub bytes_max: usize,
    /// Time for all of it, redirects too, in milliseconds.
    pub time_ms_max: u64,
    /// Redirects that are followed at most, all to the same host.
    pub redirects_max: usize,
    /// Whether the loopback may be connected to, on any port: for tests of this machine only.
    pub allow_loopback: bool,
    /// How names are looked up.
    pub resolve: Resolve,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            tool: "web.fetch".into(),
            bytes_max: 2 << 20,
            time_ms_max: 15_000,
            redirects_max: 5,
            allow_loopback: false,
            resolve: Arc::new(|host, port| {
                Box::pin(async move {
                    Ok(tokio::net::lookup_host((host.as_str(), port)).await?.collect())
                })
            }),
        }
    }
}

/// The tool.
pub fn web_tool(config: WebConfig) -> Arc<dyn Tool> {
    let spec = web_spec(&config.tool);
    Arc::new(WebTool { config, spec })
}

/// What it declares: nothing that comes back is anyone's word but an outsider's.
pub fn web_spec(tool: &str) -> ToolSpec {
    ToolSpec {
        name: ToolName::new(tool),
        about: "Fetches one page or document from the web, as text.".into(),
        says: "Fetch {{ url }}".into(),
        effect: Effect::Fetch,
        parameters: vec![Parameter {
            name: "url".into(),
            kind: Kind::Text,
            required: true,
            authority: true,
            about: "The whole address, as someone of the firm wrote it out.".into(),
        }],
        origins: BTreeMap::from([("status".to_owned(), Origin::Record)]),
        recovery: Recovery::Repeat,
        undo: None,
        system: "web".into(),
        guard: ToolGuard::default(),
    }
}

struct WebTool {
    config: WebConfig,
    spec: ToolSpec,
}

impl Tool for WebTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn call<'a>(&'a self, call: &'a PermittedCall) -> Work<'a, Result<ToolResult, ToolError>> {
        Box::pin(async move {
            let url = call.call().argument("url").as_str().unwrap_or_default();
            let limit = Duration::from_millis(self.config.time_ms_max);
            match tokio::time::timeout(limit, self.fetch(url)).await {
                Ok(ended) => ended,
                Err(_) => {
                    let why = format!("no whole answer within {} ms", self.config.time_ms_max);
                    Err(ToolError::Unavailable { why, retry_after_ms: None })
                }
            }
        })
    }
}

impl WebTool {
    async fn fetch(&self, written: &str) -> Result<ToolResult, ToolError> {
        let mut url = Url::parse(written).map_err(|error| refused(written, &error.to_string()))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        for _ in 0..=self.config.redirects_max {
            let response = self.ask(&url).await?;
            let status = response.status();
            if !status.is_redirection() {
                return self.read(&url, response).await;
            }
            let to = response.headers().get(reqwest::header::LOCATION);
            let to = to.and_then(|to| to.to_str().ok()).unwrap_or_default();
            let next = url.join(to).map_err(|error| refused(to, &error.to_string()))?;
            if next.host_str() != Some(&host) {
                return Err(refused(next.as_str(), "a redirect to another host is not followed"));
            }
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(refused(next.as_str(), "a redirect away from https is not followed"));
            }
            url = next;
        }
        Err(refused(written, "too many redirects"))
    }

    /// One request. The client knows one name only, at the addresses that were checked: it looks
    /// nothing up again.
    async fn ask(&self, url: &Url) -> Result<Response, ToolError> {
        let addresses = self.checked(url).await?;
        let host = url.host_str().unwrap_or_default();
        let client = Client::builder()
            .tls_backend_preconfigured(tls()?)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .resolve_to_addrs(host, &addresses)
            .user_agent("dayshift")
            .build()
            .map_err(|error| refused(url.as_str(), &error.to_string()))?;
        client.get(url.clone()).send().await.map_err(away)
    }

    async fn checked(&self, url: &Url) -> Result<Vec<SocketAddr>, ToolError> {
        let bar = |barred: Barred| refused(url.as_str(), &barred.to_string());
        let port = address::port(url, self.config.allow_loopback).map_err(bar)?;
        let found = match url.host() {
            Some(url::Host::Ipv4(ip)) => vec![SocketAddr::from((ip, port))],
            Some(url::Host::Ipv6(ip)) => vec![SocketAddr::from((ip, port))],
            Some(url::Host::Domain(name)) => {
                (self.config.resolve)(name.to_owned(), port).await.map_err(|error| {
                    let why = format!("{name} cannot be looked up: {error}");
                    ToolError::Unavailable { why, retry_after_ms: None }
                })?
            }
            None => Vec::new(),
        };
        // One address inside is enough to refuse all: a name that has both is a trick.
        for found in &found {
            may_connect(found.ip(), self.config.allow_loopback).map_err(bar)?;
        }
        if found.is_empty() {
            return Err(refused(url.as_str(), "the name has no address"));
        }
        Ok(found)
    }

    async fn read(&self, url: &Url, mut response: Response) -> Result<ToolResult, ToolError> {
        let status = response.status();
        if !status.is_success() {
            let message = format!("{url}: the server said {status}");
            return Err(match status.as_u16() {
                429 | 500.. => ToolError::Unavailable { why: message, retry_after_ms: None },
                _ => ToolError::Rejected { message },
            });
        }
        let given = response.headers().get(reqwest::header::CONTENT_TYPE);
        let media_type = given.and_then(|given| given.to_str().ok()).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        let Some((_, name)) = READ.iter().find(|(known, _)| *known == media_type) else {
            return Err(refused(url.as_str(), &format!("`{media_type}` is not read as text")));
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(away)? {
            if bytes.len() + chunk.len() > self.config.bytes_max {
                let why = format!("it is longer than {} bytes", self.config.bytes_max);
                return Err(refused(url.as_str(), &why));
            }
            bytes.extend_from_slice(&chunk);
        }
        let document = skills::read::read(name, &bytes);
        let data = json!({
            "url": url.as_str(), "status": status.as_u16(), "kind": document.kind,
            "text": document.text, "warnings": document.warnings,
        });
        Ok(ToolResult { data, threads: Vec::new() })
    }
}

/// Media types that are read, with a file name that says the same to the reader.
const READ: [(&str, &str); 6] = [
    ("text/html", "page.html"),
    ("application/xhtml+xml", "page.html"),
    ("text/plain", "page.txt"),
    ("text/csv", "page.csv"),
    ("application/json", "page.json"),
    ("text/markdown", "page.txt"),
];

fn refused(url: &str, why: &str) -> ToolError {
    ToolError::Rejected { message: format!("{url} is not fetched: {why}") }
}

fn away(error: reqwest::Error) -> ToolError {
    ToolError::Unavailable { why: error.without_url().to_string(), retry_after_ms: None }
}

fn tls() -> Result<ClientConfig, ToolError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ToolError::Rejected { message: error.to_string() })?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
