//! A language model behind an OpenAI-compatible endpoint, asked what comes next in a case of a
//! worker without steps. Its answer is a proposal: the policy rules on it like on any other.
//!
//! It answers `next` only; other questions pass on to a person. `prompt` writes the request,
//! `reply` reads the answer.

mod prompt;
mod reply;
#[cfg(test)]
mod tests;

use casework::judgement::{Answer, Evidence, Question, Usage};
use casework::{Digest, WorkerName};
use engine::seams::{Asked, Judge, JudgeError, Verdict, Work};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An answer may take this long.
const ANSWER_SECONDS_MAX: u64 = 120;
/// An answer may be this large.
const ANSWER_BYTES_MAX: usize = 10 << 20;
/// Tokens an answer may have where tokens cost something.
const COMPLETION_TOKENS_MAX: u64 = 2_048;

/// Where a model is and what it costs.
#[derive(Clone)]
pub struct ModelConfig {
    /// Up to and including `/v1`.
    pub base_url: String,
    /// The model's name there.
    pub model: String,
    /// Sent as a bearer token; never logged, never journaled.
    pub key: Option<String>,
    /// Price of a million prompt tokens in millionths of a dollar.
    pub prompt_price: u64,
    /// Price of a million completion tokens in millionths of a dollar.
    pub completion_price: u64,
    /// It answers for these workers; empty: for all.
    pub workers: Vec<WorkerName>,
}

/// The model as a judge.
pub struct ModelJudge {
    config: ModelConfig,
    client: reqwest::Client,
    url: reqwest::Url,
    functions: Mutex<BTreeMap<(WorkerName, Digest), Functions>>,
}

/// A worker's tools as the protocol describes them.
type Functions = Arc<Option<Box<serde_json::value::RawValue>>>;

/// A model that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Its address is not one.
    #[error("cannot read the model address `{url}`")]
    Address {
        /// As written.
        url: String,
    },
    /// The HTTP client could not be made.
    #[error("cannot set up the connection to the model: {0}")]
    Client(#[from] reqwest::Error),
    /// TLS could not be set up.
    #[error("cannot set up TLS for the model: {0}")]
    Tls(#[from] rustls::Error),
}

/// TLS with the one provider of this program and the public roots, so that a fresh machine needs
/// none.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

impl ModelJudge {
    /// Sets the connection up; calls nothing yet.
    ///
    /// # Errors
    /// When the address is not one or the client cannot be made.
    pub fn new(config: ModelConfig) -> Result<Self, ModelError> {
        let url = format!("{}/chat/completions", config.base_url.trim_end_matches('/'));
        let url = reqwest::Url::parse(&url)
            .map_err(|_| ModelError::Address { url: config.base_url.clone() })?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(ANSWER_SECONDS_MAX))
            .build()?;
        Ok(Self { config, client, url, functions: Mutex::default() })
    }

    async fn answer(&self, asked: Asked<'_>) -> Result<Verdict, JudgeError> {
        let workers = &self.config.workers;
        let ours = workers.is_empty() || workers.contains(&asked.worker.name);
        if !ours || !matches!(asked.question, Question::Next) {
            return Ok(Verdict::Pass);
        }
        let capped = self.config.completion_price > 0;
        let limit = capped.then_some(COMPLETION_TOKENS_MAX);
        let body = self.body(&asked, limit);
        let mut request = self
            .client
            .post(self.url.clone())
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(key) = &self.config.key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.map_err(away)?;
        let status = response.status();
        let retry_after_ms = retry_after_ms(&response);
        let bytes = read_bounded(response).await?;
        if !status.is_success() {
            return Err(refused(status, retry_after_ms, &bytes));
        }
        let reply = reply::read(&bytes)?;
        let usage = self.cost(reply.prompt_tokens, reply.completion_tokens);
        Ok(Verdict::Sure {
            answer: Answer::Next(reply.decision),
            evidence: Evidence { usage, ..Evidence::default() },
            version: self.config.model.clone(),
        })
    }

    fn body(&self, asked: &Asked<'_>, completion_tokens_max: Option<u64>) -> Vec<u8> {
        let tools = self.functions(asked);
        let tools = tools.as_ref().as_deref();
        prompt::request(&self.config.model, asked, tools, completion_tokens_max)
    }

    /// A worker's tools are described once: they are the same for all its cases of one version.
    fn functions(&self, asked: &Asked<'_>) -> Functions {
        let key = (asked.worker.name.clone(), asked.worker.version);
        let Ok(mut known) = self.functions.lock() else {
            return Arc::new(prompt::functions(asked));
        };
        Arc::clone(known.entry(key).or_insert_with(|| Arc::new(prompt::functions(asked))))
    }

    fn cost(&self, prompt_tokens: u64, completion_tokens: u64) -> Usage {
        // Tokens are the provider's word: whatever it says, the sum stays a number.
        let price =
            |tokens: u64, per_million: u64| tokens.saturating_mul(per_million).div_ceil(1_000_000);
        Usage {
            prompt_tokens,
            completion_tokens,
            cost_micro_usd: price(prompt_tokens, self.config.prompt_price)
                .saturating_add(price(completion_tokens, self.config.completion_price)),
        }
    }
}

impl Judge for ModelJudge {
    fn name(&self) -> &str {
        "model"
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn cost_at_most_micro_usd(&self, asked: &Asked<'_>) -> u64 {
        if self.config.prompt_price == 0 && self.config.completion_price == 0 {
            return 0;
        }
        // A token is at least one byte, so the request's length bounds its tokens.
        let body = self.body(asked, Some(COMPLETION_TOKENS_MAX));
        let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.cost(bytes, COMPLETION_TOKENS_MAX).cost_micro_usd
    }

    fn judge<'a>(&'a self, asked: Asked<'a>) -> Work<'a, Result<Verdict, JudgeError>> {
        Box::pin(self.answer(asked))
    }
}

fn away(error: reqwest::Error) -> JudgeError {
    // The address may hold a key in some set-ups: it is left out of what is said.
    let why = error.without_url().to_string();
    JudgeError::Unavailable { why, retry_after_ms: None }
}

async fn read_bounded(mut response: reqwest::Response) -> Result<Vec<u8>, JudgeError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(away)? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            let why = format!("an answer of more than {} MiB", ANSWER_BYTES_MAX >> 20);
            return Err(JudgeError::Malformed { why });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn retry_after_ms(response: &reqwest::Response) -> Option<u64> {
    let value = response.headers().get(reqwest::header::RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse::<u64>().ok().map(|seconds| seconds.saturating_mul(1_000))
}

fn refused(status: reqwest::StatusCode, retry_after_ms: Option<u64>, bytes: &[u8]) -> JudgeError {
    let said: String = String::from_utf8_lossy(bytes).chars().take(300).collect();
    let why = format!("{status}: {said}");
    match status.as_u16() {
        401 | 403 => JudgeError::Broken { code: "J001", why },
        408 | 409 | 425 | 429 | 500.. => JudgeError::Unavailable { why, retry_after_ms },
        _ => JudgeError::Broken { code: "J002", why },
    }
}
