//! The firm's own sign-in by OpenID Connect: authorization code flow with PKCE, and the identity
//! token verified (OpenID Connect Core 1.0, 3.1; RFC 7636). Whom an identity means here, and what
//! that person may do, is not known here.

mod token;

use crate::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use casework::Digest;
use engine::clock::Clock;
use engine::seams::{Begun, Identity, Provider, ProviderError, Work};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// An answer of the provider may take this long.
const ANSWER: Duration = Duration::from_secs(10);
/// And be this large.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// How the challenge is made of the verifier: its SHA-256 (RFC 7636, 4.2). In two pieces, because
/// it looks like an error code of ours.
const METHOD: &str = concat!("S", "256");

/// Where the firm's sign-in is and what we are called there.
#[derive(Clone, Debug)]
pub struct OidcConfig {
    /// The issuer, exactly as it calls itself.
    pub issuer: String,
    /// Our name there.
    pub client: String,
    /// The secret agreed on; none for a public client, which PKCE alone protects.
    pub secret: Option<Secret>,
    /// Where browsers come back to, exactly as registered there.
    pub redirect: String,
}

/// The provider, spoken to over HTTP.
pub struct Oidc {
    config: OidcConfig,
    client: Client,
    clock: Clock,
}

/// A sign-in that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// No client for HTTP can be made.
    #[error("cannot set up HTTP for the firm's sign-in: {0}")]
    Http(#[from] reqwest::Error),
    /// No TLS.
    #[error("cannot set up TLS for the firm's sign-in: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Granted {
    id_token: String,
}

impl Oidc {
    /// Over the network, with the one TLS provider and the public roots.
    ///
    /// # Errors
    /// When TLS or HTTP cannot be set up.
    pub fn new(config: OidcConfig, clock: Clock) -> Result<Self, OidcError> {
        use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER)
            .build()?;
        Ok(Self { config, client, clock })
    }

    /// What the provider says of itself. It must call itself what the office's files call it:
    /// otherwise another one answers in its place.
    async fn discover(&self) -> Result<Discovered, ProviderError> {
        let issuer = self.config.issuer.trim_end_matches('/');
        let found: Discovered =
            self.get(&format!("{issuer}/.well-known/openid-configuration")).await?;
        if found.issuer != self.config.issuer {
            let why = format!("it calls itself {}, not {}", found.issuer, self.config.issuer);
            return Err(ProviderError::NotProved { why });
        }
        Ok(found)
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, ProviderError> {
        let request = self.client.get(safe(url)?);
        read(request.send().await.map_err(unreached)?).await
    }

    async fn redeem(
        &self,
        endpoint: &str,
        code: &str,
        verifier: &str,
    ) -> Result<Granted, ProviderError> {
        let config = &self.config;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", config.redirect.as_str()),
            ("code_verifier", verifier),
        ];
        if config.secret.is_none() {
            form.push(("client_id", &config.client));
        }
        let pairs = form.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let mut request = self
            .client
            .post(safe(endpoint)?)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        if let Some(secret) = &config.secret {
            // Both parts are encoded before they are joined (RFC 6749, 2.3.1).
            let pair = format!("{}:{}", encoded(&config.client), encoded(secret.expose()));
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
        }
        read(request.body(body).send().await.map_err(unreached)?).await
    }
}

impl Provider for Oidc {
    fn begin(&self, again: bool) -> Work<'_, Result<Begun, ProviderError>> {
        Box::pin(async move {
            let found = self.discover().await?;
            let (state, nonce, verifier) = (random()?, random()?, random()?);
            let challenge = URL_SAFE_NO_PAD.encode(Digest::of(verifier.as_bytes()).0);
            let mut url = safe(&found.authorization_endpoint)?;
            url.query_pairs_mut()
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.config.client)
                .append_pair("redirect_uri", &self.config.redirect)
                .append_pair("scope", "openid email")
                .append_pair("state", &state)
                .append_pair("nonce", &nonce)
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", METHOD);
            if again {
                url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
            }
            Ok(Begun { url: url.into(), state, nonce, verifier, again })
        })
    }

    fn finish(&self, kept: Begun, code: String) -> Work<'_, Result<Identity, ProviderError>> {
        Box::pin(async move {
            let found = self.discover().await?;
            let granted = self.redeem(&found.token_endpoint, &code, &kept.verifier).await?;
            // Fetched each time: sign-ins are rare, and keys are exchanged without notice.
            let keys: token::Keys = self.get(&found.jwks_uri).await?;
            let wanted = token::Wanted {
                issuer: &self.config.issuer,
                client: &self.config.client,
                nonce: &kept.nonce,
                now: self.clock.now(),
            };
            token::verify(&granted.id_token, &keys, &wanted)
                .map_err(|why| ProviderError::NotProved { why: why.to_owned() })
        })
    }
}

/// An address over TLS, or on this machine.
fn safe(url: &str) -> Result<Url, ProviderError> {
    let wrong = || ProviderError::NotProved { why: format!("`{url}` is not a safe address") };
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    let local = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let is_safe = parsed.scheme() == "https" || (local && parsed.scheme() == "http");
    if is_safe { Ok(parsed) } else { Err(wrong()) }
}

async fn read<T: DeserializeOwned>(mut answer: reqwest::Response) -> Result<T, ProviderError> {
    let status = answer.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreached)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(ProviderError::Unavailable { why: "its answer has no end".into() });
        }
    }
    if !status.is_success() {
        // What it says is not shown: it may hold what was sent.
        return Err(ProviderError::NotProved { why: format!("it answered {status}") });
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| ProviderError::Unavailable { why: format!("its answer: {error}") })
}

fn unreached(error: reqwest::Error) -> ProviderError {
    ProviderError::Unavailable { why: error.without_url().to_string() }
}

fn random() -> Result<String, ProviderError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| ProviderError::Unavailable {
        why: "this machine gives no random bytes".into(),
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn encoded(text: &str) -> String {
    let mut to = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            to.push(char::from(byte));
        } else {
            to.push_str(&format!("%{byte:02X}"));
        }
    }
    to
}
