//! Skills on files of one's own: read, and classify with its certificate. The skills are pure;
//! reading and writing files and measuring time happen here.

mod invoice;

use super::Failure;
use crate::cli::SkillCommand;
use crate::report::Report;
use serde_json::json;
use skills::classify::{Classifier, Evaluation, Example, Promise};
use std::path::{Path, PathBuf};
use std::time::Instant;

pub async fn skill(command: SkillCommand, report: &Report) -> Result<(), Failure> {
    match command {
        SkillCommand::Read { file } => read(&file, report).await,
        SkillCommand::Invoice { file, ignore_xml } => {
            invoice::invoice(&file, ignore_xml, report).await
        }
        SkillCommand::Classify { train, test, promise, sure, predictions } => {
            let promise = Promise { wrong_at_most: promise, sure };
            classify(&train, &test, promise, predictions, report)
        }
    }
}

async fn read(file: &Path, report: &Report) -> Result<(), Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::file("read", file, &error))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut document = skills::read::read(&name.unwrap_or_default(), &bytes);
    if document.kind == skills::read::Kind::Pdf {
        let limited = connectors::limited::Limited::own();
        let pdf = async { limited?.pdf_with_scans(&bytes).await };
        let refused = |error| Failure::NotReached(format!("{}: {error}", file.display()));
        document = skills::read::pdf_document(&pdf.await.map_err(refused)?);
    }
    let object = serde_json::to_value(&document)
        .map_err(|error| Failure::NotReached(format!("cannot show what was read: {error}")))?;
    let mut words = String::new();
    for (name, value) in &document.fields {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let line: String = shown.replace('\n', " ").chars().take(100).collect();
        words.push_str(&format!("{name:<16} {line}\n"));
    }
    words.push_str(&format!("\n{}\n", document.text.trim_end()));
    for warning in &document.warnings {
        report.say(&format!("note: {warning}"));
    }
    report.result(&object, &words);
    Ok(())
}

fn classify(
    train: &Path,
    test: &Path,
    promise: Promise,
    predictions: Option<PathBuf>,
    report: &Report,
) -> Result<(), Failure> {
    let (train_examples, test_examples) = (examples(train)?, examples(test)?);
    let bar = report.progress("training", 1);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let began = Instant::now();
    let classifier = Classifier::train(&train_examples, promise)
        .map_err(|error| Failure::Setting(format!("{}: {error}", train.display())))?;
    let train_ms = began.elapsed().as_millis();
    bar.finish_and_clear();
    let began = Instant::now();
    let evaluation = Evaluation::of(&classifier, &test_examples);
    let per_item_us = began.elapsed().as_micros() / test_examples.len().max(1) as u128;
    if let Some(path) = predictions {
        write_predictions(&path, &evaluation)?;
    }
    let mut object = serde_json::to_value(&evaluation)
        .map_err(|error| Failure::NotReached(format!("cannot show the evaluation: {error}")))?;
    if let Some(map) = object.as_object_mut() {
        map.remove("per_item");
        map.insert("train_ms".into(), json!(u64::try_from(train_ms).unwrap_or(u64::MAX)));
        map.insert("per_item_us".into(), json!(u64::try_from(per_item_us).unwrap_or(u64::MAX)));
    }
    let alone = test_examples.len().saturating_sub(evaluation.abstained);
    let words = format!(
        "{} of {} texts named rightly. Decided alone: {alone} of {}, of these wrong: {:.2} in 100\n\
         (promised: at most {:.2} in 100, sure to {:.0} in 100, from {} held-out answers).\n\
         Training took {train_ms} ms, a text {per_item_us} µs.",
        (evaluation.accuracy * test_examples.len() as f64).round(),
        test_examples.len(),
        test_examples.len(),
        evaluation.realised_error * 100.0,
        promise.wrong_at_most * 100.0,
        promise.sure * 100.0,
        evaluation.calibration_n,
    );
    report.result(&object, &words);
    Ok(())
}

/// Reads labelled texts from a CSV file.
pub fn examples(path: &Path) -> Result<Vec<Example>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    skills::table::examples(&bytes)
        .map_err(|error| Failure::Setting(format!("{}: {error}", path.display())))
}

fn write_predictions(path: &Path, evaluation: &Evaluation) -> Result<(), Failure> {
    let mut text = String::from("id,label,confidence,alone\n");
    for (id, item) in evaluation.per_item.iter().enumerate() {
        let said = &item.classified;
        let best = said.ranked.first().map_or("", |(label, _)| label.as_str());
        let label = best.replace('"', "\"\"");
        text.push_str(&format!("{id},\"{label}\",{:.6},{}\n", said.score, said.alone));
    }
    std::fs::write(path, text).map_err(|error| Failure::file("write", path, &error))
}
