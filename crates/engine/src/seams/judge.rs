//! The judges' seam: a question in its case goes in, a verdict comes out. No tool, no store.

use super::Work;
use casework::judgement::{Answer, Evidence, Question};
use casework::tool::Tools;
use casework::worker::Worker;
use casework::{Case, Timestamp};

/// Answers questions; holds no tool and no store.
pub trait Judge: Send + Sync {
    /// Its name, for the journal: `learned`, `model`.
    fn name(&self) -> &str;

    /// Whether asking leaves the process: what is owed to the journal is saved first.
    fn is_remote(&self) -> bool {
        false
    }

    /// The most that an answer can cost, in millionths of a dollar: reserved before it is asked.
    fn cost_at_most_micro_usd(&self, _asked: &Asked<'_>) -> u64 {
        0
    }

    /// Answers, or says why not.
    fn judge<'a>(&'a self, asked: Asked<'a>) -> Work<'a, Result<Verdict, JudgeError>>;
}

/// A question in its case.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Whose question.
    pub worker: &'a Worker,
    /// What there is to call.
    pub tools: &'a Tools,
    /// The step it is for; none for `next`.
    pub step: Option<&'a str>,
    /// The question.
    pub question: &'a Question,
    /// The case so far.
    pub case: &'a Case,
    /// Now.
    pub now: Timestamp,
}

/// What a judge says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It can promise the worker's error rate.
    Sure {
        /// The answer.
        answer: Answer,
        /// How it was come by.
        evidence: Evidence,
        /// Of which version of the judge.
        version: String,
    },
    /// It cannot; what it thinks likeliest, for the person who will be asked.
    Unsure {
        /// With probabilities.
        options: Vec<(String, Option<f64>)>,
        /// Why not.
        why: String,
    },
    /// Not a question for it.
    Pass,
}

/// Why a judge could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// For now.
    #[error("the judge is unavailable: {why}")]
    Unavailable {
        /// What it said.
        why: String,
        /// When it says to come back.
        retry_after_ms: Option<u64>,
    },
    /// Its answer was not an answer; asking again may help once.
    #[error("the judge gave no answer: {why}")]
    Malformed {
        /// What was wrong with it.
        why: String,
    },
    /// The operator has to act.
    #[error("the judge is broken ({code}): {why}")]
    Broken {
        /// `docs/errors/<code>.md`.
        code: &'static str,
        /// What it said.
        why: String,
    },
}
