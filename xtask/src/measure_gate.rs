//! Runs the worst-case gate by hand: our own corpus, and the suites of folders outside the project.
//! It prints; what is a figure and what an attack is said in the crate `gate`.

use gate::{Figures, Policy, Suite, agentdojo_suites, measure, own_suite, retail_suite};
use serde_json::{Value, json};
use std::io;
use std::path::Path;

/// What is measured beside our own corpus, and how it is printed.
#[derive(Default)]
pub struct Options<'a> {
    agentdojo: Option<&'a Path>,
    retail: Option<&'a Path>,
    as_json: bool,
    /// Only the suite of this name.
    only: Option<&'a str>,
}

impl<'a> Options<'a> {
    /// Reads `--agentdojo DIR`, `--tau2 DIR`, `--only SUITE` and `--json`; none for anything else.
    pub fn read(words: &[&'a str]) -> Option<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--agentdojo" => options.agentdojo = Some(Path::new(*words.next()?)),
                "--tau2" => options.retail = Some(Path::new(*words.next()?)),
                "--json" => options.as_json = true,
                "--only" => options.only = Some(words.next()?),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Runs everything and gives what to print: a table with lists, or one JSON object.
pub fn run(options: &Options<'_>) -> io::Result<String> {
    let mut suites = vec![own_suite().map_err(io::Error::other)?];
    if let Some(folder) = options.agentdojo {
        suites.extend(agentdojo_suites(folder).map_err(io::Error::other)?);
    }
    if let Some(folder) = options.retail {
        suites.push(retail_suite(folder).map_err(io::Error::other)?);
    }
    suites.retain(|suite| options.only.is_none_or(|only| suite.name == only));
    let figures = tokio::runtime::Runtime::new()?.block_on(all(&suites))?;
    Ok(match options.as_json {
        true => format!("{:#}", json(&figures)),
        false => table(&figures),
    })
}

async fn all(suites: &[Suite]) -> io::Result<Vec<Figures>> {
    let mut all = Vec::new();
    for suite in suites {
        // Where no plan binds the model and nothing is opted into, the policies are one.
        let policies = if suite.has_plans { &Policy::ALL[..] } else { &[Policy::Strict] };
        for policy in policies.iter().copied() {
            all.push(measure(suite, policy).await.map_err(io::Error::other)?);
        }
    }
    Ok(all)
}

fn json(figures: &[Figures]) -> Value {
    json!({ "suites": figures.iter().map(Figures::to_json).collect::<Vec<_>>() })
}

fn table(figures: &[Figures]) -> String {
    let mut lines = vec![Figures::heads()];
    lines.extend(figures.iter().map(Figures::line));
    for figures in figures {
        lines.push(format!("\n{}, {}", figures.suite, figures.policy));
        lines.push(format!("  attacks' text was read in: {}", counted(figures.places.iter())));
        lines.push(format!("  honest asks: {}", counted(figures.asked_by_rule.iter())));
        lines.push(format!("  denied when attacked: {}", counted(figures.denied_by_rule.iter())));
        lines.extend(findings("attacks that succeeded unasked", &figures.succeeded));
        lines.extend(findings("asks that only an attacker caused", &figures.attacker_asks));
        lines.extend(findings("honest steps not done", &figures.undone));
        lines.push("  ran unasked though an outsider had a hand in it:".to_owned());
        for (what, unasked) in &figures.unasked {
            let authority = if unasked.is_authority { ", authority" } else { "" };
            lines.push(format!(
                "    {what}{authority}: {} by an outsider or a model, {} changed by an attacker, \
                 {} chosen among trusted; e.g. {}",
                unasked.labelled, unasked.changed, unasked.chosen_among_trusted, unasked.example
            ));
        }
    }
    lines.join("\n")
}

fn counted<'a>(of: impl Iterator<Item = (&'a String, &'a usize)>) -> String {
    of.map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join(", ")
}

/// The first of them; `--json` has all.
fn findings(title: &str, all: &[gate::Finding]) -> Vec<String> {
    const SHOWN_MAX: usize = 20;
    let mut lines = vec![format!("  {title}: {}", all.len())];
    lines.extend(
        all.iter()
            .take(SHOWN_MAX)
            .map(|found| format!("    {} {} {}", found.task, found.attack, found.what)),
    );
    lines
}
