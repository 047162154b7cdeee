//! Checks an office without working it: its files, its examples, its policy as a table. Makes new
//! ones.

use super::Failure;
use crate::office::{self, Office, PolicyRow};
use crate::report::{Report, table};
use crate::wiring;
use casework::procedure::{Act, QuestionSpec};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;

/// `init`: a new office.
pub fn init(dir: &Path, report: &Report) -> Result<(), Failure> {
    office::write_new(dir).map_err(|error| Failure::Setting(error.to_string()))?;
    let shown = dir.display();
    report.result(
        &json!({ "ok": true, "dir": dir }),
        &format!(
            "A new office is in {shown}.\n  \
             dayshift check {shown}                 what it may do\n  \
             dayshift try {shown} --mail FOLDER     what it would do with your mail\n  \
             dayshift up {shown}                    let it work, and watch"
        ),
    );
    Ok(())
}

/// `check`: everything that can be said without working.
pub fn check(dir: &Path, report: &Report) -> Result<(), Failure> {
    let office = match office::load(dir) {
        Ok(office) => office,
        Err(problems) => {
            if report.json {
                let errors: Vec<Json> = problems.iter().map(office::Problem::to_json).collect();
                let object = json!({ "ok": false, "errors": errors, "policy": [] });
                report.result(&object, "");
                return Err(Failure::Setting(String::new()));
            }
            report.problems(&problems);
            return Err(Failure::Setting(format!("{} is not ready to work", dir.display())));
        }
    };
    report.problems(&office.warnings);
    let policy = office::policy_table(&office);
    let examples = examples(&office)?;
    let warnings: Vec<Json> = office.warnings.iter().map(office::Problem::to_json).collect();
    let object = json!({
        "ok": true,
        "errors": [],
        "warnings": warnings,
        "policy": policy,
        "examples": examples,
    });
    report.result(&object, &words(&office, &policy, &examples));
    Ok(())
}

/// `tools`: what the connectors of an office offer.
pub fn tools(dir: &Path, report: &Report) -> Result<(), Failure> {
    let office = wiring::load(dir, report)?;
    let specs = office::tool_specs(&office);
    let rows: Vec<Vec<String>> = specs
        .values()
        .map(|spec| {
            let names: Vec<String> = spec
                .parameters
                .iter()
                .map(|p| if p.authority { format!("{}!", p.name) } else { p.name.clone() })
                .collect();
            vec![
                spec.name.to_string(),
                spec.effect.word().into(),
                names.join(" "),
                spec.about.clone(),
            ]
        })
        .collect();
    let all: Vec<_> = specs.values().collect();
    let words = table(&["tool", "effect", "arguments (! = authority)", "about"], &[], &rows);
    report.result(&json!({ "ok": true, "tools": all }), &words);
    Ok(())
}

/// Labelled examples per worker, step and label; a label outside the list is a fault of the file.
fn examples(office: &Office) -> Result<Json, Failure> {
    let mut all = Vec::new();
    for file in &office.workers {
        let mut labels = BTreeMap::<String, u64>::new();
        for path in &file.examples {
            for example in super::skill::examples(path)? {
                *labels.entry(example.label).or_default() += 1;
            }
        }
        let asked = file.worker.procedure.steps.iter().filter_map(|step| match &step.act {
            Act::Judge(QuestionSpec::Classify { into, .. }) => Some(into),
            _ => None,
        });
        let known: Vec<&String> = asked.flatten().collect();
        let strangers: Vec<&String> =
            labels.keys().filter(|label| !known.contains(label)).collect();
        if !known.is_empty() && !strangers.is_empty() {
            return Err(Failure::Setting(format!(
                "{}: no step asks for the label {strangers:?}; they are {known:?}",
                file.examples_dir.display()
            )));
        }
        all.push(json!({ "worker": file.worker.name, "labels": labels }));
    }
    Ok(Json::Array(all))
}

fn words(office: &Office, policy: &[PolicyRow], examples: &Json) -> String {
    let rows: Vec<Vec<String>> = policy
        .iter()
        .map(|row| {
            let (worker, tool) = (row.worker.to_string(), row.tool.to_string());
            vec![worker, tool, row.effect.word().into(), row.ruling.clone(), row.rule.clone()]
        })
        .collect();
    let mut words = format!("{} is ready to work.\n\n", office.name);
    words.push_str(&table(&["worker", "tool", "effect", "ruling", "by"], &[], &rows));
    words.push('\n');
    for worker in examples.as_array().into_iter().flatten() {
        let name = worker.get("worker").and_then(Json::as_str).unwrap_or_default();
        let labels = worker.get("labels").and_then(Json::as_object);
        let count: u64 = labels.map_or(0, |labels| labels.values().filter_map(Json::as_u64).sum());
        words.push_str(&format!("\n{name}: {count} labelled examples to learn from"));
    }
    words
}
