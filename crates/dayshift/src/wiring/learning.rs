//! What the learned judge learns from: the examples of each worker's folder and what people
//! answered since. Trains at the start, and again when people have taught enough.

use crate::command::Failure;
use crate::office::Office;
use crate::report::Report;
use casework::procedure::{Act, QuestionSpec};
use casework::worker::Promise;
use casework::{Timestamp, WorkerName};
use engine::seams::Store;
use judges::learned::{LearnedJudge, Trained};
use skills::classify::Example;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// So many new answers make it worth training again.
const LESSONS_WORTH_TRAINING: usize = 20;

/// All questions of an office that can be learned.
#[derive(Clone)]
pub struct Learning {
    judge: Arc<LearnedJudge>,
    questions: Arc<Vec<Learnable>>,
    taught: Arc<Mutex<BTreeMap<(WorkerName, String), usize>>>,
}

struct Learnable {
    worker: WorkerName,
    step: String,
    labels: Vec<String>,
    promise: Promise,
    files: Vec<PathBuf>,
}

impl Learning {
    /// The `classify` steps of an office's workers.
    pub fn new(office: &Office, judge: Arc<LearnedJudge>) -> Self {
        let mut questions = Vec::new();
        for file in &office.workers {
            for step in &file.worker.procedure.steps {
                if let Act::Judge(QuestionSpec::Classify { into, .. }) = &step.act {
                    questions.push(Learnable {
                        worker: file.worker.name.clone(),
                        step: step.name.clone(),
                        labels: into.clone(),
                        promise: file.worker.promise,
                        files: file.examples.clone(),
                    });
                }
            }
        }
        Self { judge, questions: Arc::new(questions), taught: Arc::default() }
    }

    /// Trains for every question; takes a second or so for several hundred examples.
    pub async fn learn_all(
        &self,
        store: &Arc<dyn Store>,
        now: Timestamp,
        report: &Report,
    ) -> Result<(), Failure> {
        let bar = report.progress("learning", self.questions.len() as u64);
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        for question in self.questions.iter() {
            self.learn(question, store, now).await?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Trains again where people have answered enough since the last time.
    pub async fn learn_again(&self, store: &Arc<dyn Store>, now: Timestamp) -> Result<(), Failure> {
        for question in self.questions.iter() {
            let lessons = lessons(question, store).await?.len();
            let key = (question.worker.clone(), question.step.clone());
            let known = self.taught.lock().ok().and_then(|taught| taught.get(&key).copied());
            if lessons >= known.unwrap_or(0) + LESSONS_WORTH_TRAINING {
                self.learn(question, store, now).await?;
            }
        }
        Ok(())
    }

    async fn learn(
        &self,
        question: &Learnable,
        store: &Arc<dyn Store>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let lessons = lessons(question, store).await?;
        let key = (question.worker.clone(), question.step.clone());
        if let Ok(mut taught) = self.taught.lock() {
            taught.insert(key.clone(), lessons.len());
        }
        let mut examples = Vec::new();
        for file in &question.files {
            examples.extend(crate::command::skill::examples(file)?);
        }
        examples.extend(lessons);
        examples.retain(|example| question.labels.contains(&example.label));
        if examples.is_empty() {
            return Ok(());
        }
        let promise = question.promise;
        let trained =
            tokio::task::spawn_blocking(move || Trained::train(&examples, promise, now)).await;
        match trained {
            Ok(Ok(trained)) => self.judge.put(key.0, key.1, trained),
            Ok(Err(error)) => {
                let words = format!("{}: step `{}`: {error}", key.0, key.1);
                return Err(Failure::Setting(words));
            }
            Err(error) => return Err(Failure::NotReached(format!("training ended: {error}"))),
        }
        Ok(())
    }
}

async fn lessons(question: &Learnable, store: &Arc<dyn Store>) -> Result<Vec<Example>, Failure> {
    let lessons = store.lessons(question.worker.clone()).await?;
    let ours = lessons.into_iter().filter(|lesson| lesson.step == question.step);
    Ok(ours.map(|lesson| Example { text: lesson.text, label: lesson.answer }).collect())
}
