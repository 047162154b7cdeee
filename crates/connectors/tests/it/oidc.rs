//! The firm's sign-in against a real provider: the whole flow as a browser makes it, and what a
//! code, a verifier or a nonce of another sign-in are worth.

use connectors::Secret;
use connectors::oidc::{Oidc, OidcConfig};
use engine::clock::Clock;
use engine::seams::{Begun, Provider as _, ProviderError};
use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Client, Response};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

const REDIRECT: &str = "http://127.0.0.1:9/sign-in/back";

/// A provider that ends with the test.
struct Running {
    child: Child,
    /// Kept open: what it prints later must not end it.
    _printed: BufReader<ChildStdout>,
    issuer: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts one; none where its modules are not installed, which fails in CI.
#[expect(clippy::disallowed_methods, reason = "only the build server is told apart by this")]
fn start() -> Option<Running> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let modules = root.join("target/oidc-provider/node_modules");
    if !modules.join("oidc-provider").is_dir() {
        assert!(std::env::var("CI").is_err(), "in CI the provider must be there");
        println!("skipped: oidc-provider is not installed, see .ci/run");
        return None;
    }
    let node = modules.join(".bin/node");
    let node = if node.exists() { node } else { "node".into() };
    // A port that is free now; nobody else takes it within a moment.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(node)
        .arg(root.join(".ci/oidc-provider.mjs"))
        .arg(port.to_string())
        .arg(&modules)
        .arg(REDIRECT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap());
    let up = printed.by_ref().lines().map_while(Result::ok).any(|line| line == "up");
    let issuer = format!("http://127.0.0.1:{port}");
    let running = Running { child, _printed: printed, issuer };
    assert!(up, "the provider did not come up");
    Some(running)
}

fn oidc(running: &Running) -> Oidc {
    let config = OidcConfig {
        issuer: running.issuer.clone(),
        client: "desk".into(),
        secret: Some(Secret::new("a secret: with / odd + signs")),
        redirect: REDIRECT.into(),
    };
    Oidc::new(config, Clock::System).unwrap()
}

/// A browser with one jar of cookies, which goes nowhere by itself.
struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        // A second time it is there already.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let none = reqwest::redirect::Policy::none();
        let client = Client::builder().no_proxy().redirect(none).build().unwrap();
        Self { client, cookies: BTreeMap::new() }
    }

    async fn send(&mut self, url: &str, form: Option<&str>) -> Response {
        let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let request = match form {
            Some(form) => self.client.post(url).body(form.to_owned()),
            None => self.client.get(url),
        };
        let kind = "application/x-www-form-urlencoded";
        let request = request.header("cookie", cookies).header("content-type", kind);
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Signs in there as this name and gives consent; what the browser comes back with.
    async fn sign_in(&mut self, begun: &Begun, name: &str) -> BTreeMap<String, String> {
        let mut url = begun.url.clone();
        let mut form = None;
        for _ in 0..12 {
            let base = url.clone();
            let answer = self.send(&url, form.take().as_deref()).await;
            if let Some(to) = answer.headers().get(LOCATION) {
                let to = to.to_str().unwrap();
                url = reqwest::Url::parse(&base).unwrap().join(to).unwrap().into();
                if url.starts_with(REDIRECT) {
                    let came = reqwest::Url::parse(&url).unwrap();
                    return came.query_pairs().into_owned().collect();
                }
                continue;
            }
            let page = answer.text().await.unwrap();
            form = Some(match page.contains("name=\"login\"") {
                true => format!("prompt=login&login={name}&password=any"),
                false => "prompt=consent".to_owned(),
            });
        }
        panic!("the provider led nowhere: {url}");
    }
}

#[tokio::test]
async fn a_person_is_identified_by_a_real_provider_and_a_code_is_worth_something_once() {
    let Some(running) = start() else { return };
    let oidc = oidc(&running);
    let begun = oidc.begin(false).await.unwrap();
    let mut browser = Browser::new();
    let back = browser.sign_in(&begun, "mo").await;
    assert_eq!(back["state"], begun.state);
    let identity = oidc.finish(begun.clone(), back["code"].clone()).await.unwrap();
    assert_eq!(identity.subject, "mo");
    assert_eq!(identity.mail.as_deref(), Some("mo@harbour.example"));
    let twice = oidc.finish(begun, back["code"].clone()).await;
    assert!(matches!(twice, Err(ProviderError::NotProved { .. })), "{twice:?}");

    // A proof is asked for anew, though the provider still knows the browser, and says when.
    let again = oidc.begin(true).await.unwrap();
    let back = browser.sign_in(&again, "mo").await;
    let identity = oidc.finish(again, back["code"].clone()).await.unwrap();
    let age_ms = Clock::System.now().since_ms(identity.proved_at.unwrap());
    assert!(age_ms < 60_000, "proved {age_ms} ms ago");
}

#[tokio::test]
async fn another_sign_in_s_nonce_or_verifier_and_an_unverified_address_prove_nothing() {
    let Some(running) = start() else { return };
    let oidc = oidc(&running);
    for (nonce, verifier) in [(true, false), (false, true)] {
        let begun = oidc.begin(false).await.unwrap();
        let other = oidc.begin(false).await.unwrap();
        let back = Browser::new().sign_in(&begun, "mo").await;
        let kept = Begun {
            nonce: if nonce { other.nonce } else { begun.nonce.clone() },
            verifier: if verifier { other.verifier } else { begun.verifier.clone() },
            ..begun
        };
        let refused = oidc.finish(kept, back["code"].clone()).await;
        assert!(matches!(refused, Err(ProviderError::NotProved { .. })), "{refused:?}");
    }
    let begun = oidc.begin(false).await.unwrap();
    let back = Browser::new().sign_in(&begun, "unverified").await;
    let identity = oidc.finish(begun, back["code"].clone()).await.unwrap();
    assert_eq!((identity.subject.as_str(), identity.mail), ("unverified", None));
}

#[tokio::test]
async fn a_provider_that_calls_itself_otherwise_is_not_believed() {
    let Some(running) = start() else { return };
    let issuer = running.issuer.replace("127.0.0.1", "localhost");
    let config =
        OidcConfig { issuer, client: "desk".into(), secret: None, redirect: REDIRECT.into() };
    let refused = Oidc::new(config, Clock::System).unwrap().begin(false).await;
    assert!(matches!(refused, Err(ProviderError::NotProved { .. })), "{refused:?}");
}
