//! Workers: what each is for, how it does today, what troubles its sources; its job description
//! with rules; and the switches that pause one or stop all.

use super::plot::{Days, Plot};
use super::{Shell, counted, render};
use crate::desk::{Desk, Lane};
use crate::failure::Failure;
use crate::sessions::Signed;
use crate::story::State;
use askama::Template;
use axum::Extension;
use axum::extract::{self, Path};
use axum::response::{IntoResponse, Redirect, Response};
use casework::office::Change;
use casework::procedure::Act;
use casework::worker::{Mode, Verdict, Worker};
use casework::{Status, WorkerName};
use engine::seams::{Count, News};

/// One worker as a card.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) goal: String,
    pub(crate) mode: &'static str,
    pub(crate) at_once: u32,
    pub(crate) paused: bool,
    /// Cases with something to do, not yet done.
    pub(crate) backlog: u64,
    pub(crate) waits: u64,
    pub(crate) rests: u64,
    pub(crate) stuck: u64,
    pub(crate) closed: u64,
    /// What closed today, in words with its base.
    pub(crate) today: String,
    pub(crate) sources: Vec<SourceLine>,
}

/// How one of its sources does.
#[derive(Clone, Debug)]
pub(crate) struct SourceLine {
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) words: String,
}

#[derive(Template)]
#[template(path = "workers.html")]
struct WorkersPage {
    shell: Shell,
    workers: Vec<Standing>,
    stopping: bool,
}

#[derive(Template)]
#[template(path = "worker.html")]
struct WorkerPage {
    shell: Shell,
    worker: Standing,
    plot: Option<Plot>,
    version: String,
    steps: Vec<(String, String, String)>,
    rules: Vec<(String, &'static str, String)>,
    tools: Vec<(String, String, String)>,
    limits: Vec<(&'static str, String)>,
    reviewers: Vec<(String, String)>,
    playbook: String,
}

#[derive(Template)]
#[template(path = "stop.html")]
struct StopPage {
    shell: Shell,
    stopping: bool,
}

/// All workers.
pub(crate) async fn list(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    render(&WorkersPage {
        shell: Shell::new(&desk, &signed, "workers").await?,
        workers: standings(&desk).await?,
        stopping: desk.office.switches.is_stopping(),
    })
}

/// One worker.
pub(crate) async fn show(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let lane = known(&desk, &name)?;
    let worker = &lane.charter.worker;
    let counts = desk.history.counts(desk.moments().day_start(0)).await?;
    let verdict = |verdict| match verdict {
        Verdict::Allow => "allow",
        Verdict::Ask => "ask",
        Verdict::Deny => "deny",
    };
    let written = |when: &Option<casework::condition::Condition>| {
        when.as_ref().map(|when| when.text().to_owned()).unwrap_or_default()
    };
    render(&WorkerPage {
        shell: Shell::new(&desk, &signed, "workers").await?,
        worker: standing(&desk, &lane, &counts),
        plot: Days::read(&desk).await?.plot(&worker.name),
        version: worker.version.short(),
        steps: worker
            .procedure
            .steps
            .iter()
            .map(|step| (step.name.clone(), act(&step.act), written(&step.when)))
            .collect(),
        rules: worker
            .rules
            .iter()
            .map(|rule| {
                (
                    format!("{} · {}", rule.name, rule.tool),
                    verdict(rule.verdict),
                    written(&rule.when),
                )
            })
            .collect(),
        tools: tools(&lane),
        limits: limits(worker),
        reviewers: worker
            .reviewers
            .iter()
            .map(|(role, people)| {
                let names: Vec<String> = people.iter().map(|who| desk.name_of(who)).collect();
                (role.to_string(), names.join(", "))
            })
            .collect(),
        playbook: worker.playbook.clone(),
    })
}

/// Pauses a worker.
pub(crate) async fn pause(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    switch(&desk, &signed, &name, true).await
}

/// Lets it go on.
pub(crate) async fn resume(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    switch(&desk, &signed, &name, false).await
}

/// Says what stopping means before anything is stopped.
pub(crate) async fn confirm_stop(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
) -> Result<Response, Failure> {
    let stopping = desk.office.switches.is_stopping();
    render(&StopPage { shell: Shell::new(&desk, &signed, "stop").await?, stopping })
}

/// Stops everything, or pauses every worker.
pub(crate) async fn stop_all(
    extract::State(desk): extract::State<Desk>,
    Extension(signed): Extension<Signed>,
    axum::Form(pairs): axum::Form<crate::guard::Pairs>,
) -> Result<Response, Failure> {
    match crate::guard::field(&pairs, "what") {
        Some("pause") => {
            let lanes = desk.office.workers.lanes();
            let paused = |lane: &Lane| Change::Paused { worker: lane.charter.worker.name.clone() };
            desk.record(&signed, lanes.iter().map(paused).collect()).await?;
            for lane in lanes {
                desk.office.switches.pause(&lane.charter.worker.name, true);
            }
            desk.intake.tell(News::Office);
            Ok(Redirect::to("/workers").into_response())
        }
        Some("stop") => {
            let shell = Shell::new(&desk, &signed, "stop").await?;
            tracing::info!(who = %signed.who, "a person stops everything");
            // The stop comes first: a store that cannot be written must not keep it away.
            desk.office.switches.stop();
            desk.record(&signed, vec![Change::Stopped]).await?;
            render(&StopPage { shell, stopping: true })
        }
        _ => Err(Failure::Bad { why: "the form does not say what is stopped".into() }),
    }
}

/// Every worker with its counts of today.
pub(crate) async fn standings(desk: &Desk) -> Result<Vec<Standing>, Failure> {
    let counts = desk.history.counts(desk.moments().day_start(0)).await?;
    Ok(desk.office.workers.lanes().iter().map(|lane| standing(desk, lane, &counts)).collect())
}

async fn switch(
    desk: &Desk,
    signed: &Signed,
    name: &str,
    paused: bool,
) -> Result<Response, Failure> {
    let worker = known(desk, name)?.charter.worker.name.clone();
    let change = match paused {
        true => Change::Paused { worker: worker.clone() },
        false => Change::Resumed { worker: worker.clone() },
    };
    desk.record(signed, vec![change]).await?;
    desk.office.switches.pause(&worker, paused);
    desk.intake.tell(News::Office);
    Ok(Redirect::to(&format!("/workers/{worker}")).into_response())
}

fn known(desk: &Desk, name: &str) -> Result<Lane, Failure> {
    let lanes = desk.office.workers.lanes();
    let found = lanes.into_iter().find(|lane| lane.charter.worker.name.as_str() == name);
    found.ok_or_else(|| Failure::NoSuch { what: format!("worker `{name}`") })
}

fn standing(desk: &Desk, lane: &Lane, counts: &[Count]) -> Standing {
    let worker = &lane.charter.worker;
    let of = |status: Status| count(counts, &worker.name, status);
    let closed: u64 = Status::ALL.into_iter().filter(|s| s.is_closed()).map(of).sum();
    let parts: Vec<String> = Status::ALL
        .into_iter()
        .filter(|status| status.is_closed() && of(*status) > 0)
        .map(|status| format!("{} {}", of(status), status.word()))
        .collect();
    let today = match closed {
        0 => "nothing closed yet".to_owned(),
        closed => format!("{} closed: {}", counted(closed, "case", "cases"), parts.join(", ")),
    };
    Standing {
        name: worker.name.to_string(),
        role: worker.role.clone(),
        goal: worker.goal.clone(),
        mode: match worker.mode {
            Mode::Shadow => "shadow",
            Mode::Supervised => "supervised",
            Mode::Trusted => "trusted",
        },
        at_once: lane.at_once,
        paused: desk.office.switches.is_paused(&worker.name),
        backlog: of(Status::Working),
        waits: of(Status::Asked) + of(Status::HandedOver),
        rests: of(Status::Resting),
        stuck: of(Status::Stuck),
        closed,
        today,
        sources: sources(desk, worker),
    }
}

fn count(counts: &[Count], worker: &WorkerName, status: Status) -> u64 {
    let ours = |count: &&Count| count.worker == *worker && count.status == status;
    counts.iter().filter(ours).map(|count| count.cases).sum()
}

fn sources(desk: &Desk, worker: &Worker) -> Vec<SourceLine> {
    let (healths, moments) = (desk.intake.healths().all(), desk.moments());
    let mut names: Vec<_> = worker.triggers.iter().map(|trigger| &trigger.source).collect();
    names.dedup();
    let line = |name: &casework::SourceName| {
        let health = healths.get(name).cloned().unwrap_or_default();
        let seen = match health.last_seen {
            Some(at) => format!("last heard something {} ago", moments.ago(at)),
            None => "has heard nothing yet".into(),
        };
        let polled = match health.last_poll_ok {
            Some(at) => format!("looked {} ago, all well", moments.ago(at)),
            None => "has not looked yet".into(),
        };
        let (state, words) = match health.trouble {
            Some(trouble) => (State::Bad, format!("{trouble}; {seen}")),
            None if health.last_poll_ok.is_none() => (State::Plain, format!("{polled}; {seen}")),
            None => (State::Good, format!("{polled}; {seen}")),
        };
        SourceLine { name: name.to_string(), state, words }
    };
    names.into_iter().map(line).collect()
}

fn act(act: &Act) -> String {
    match act {
        Act::Judge(casework::procedure::QuestionSpec::Classify { into, .. }) => {
            format!("judge: one of {}", into.join(", "))
        }
        Act::Judge(_) => "judge".into(),
        Act::Call { tool, .. } => format!("call {tool}"),
        Act::Ask { to, .. } => format!("ask {to}"),
        Act::Wait { length_ms } => format!("wait {} min", length_ms / casework::time::MINUTE_MS),
        Act::Finish { aside: true, .. } => "set aside".into(),
        Act::Finish { aside: false, .. } => "finish".into(),
        Act::HandOver { .. } => "hand over".into(),
        Act::Again { at_most, .. } => format!("go back, at most {at_most} times"),
    }
}

fn tools(lane: &Lane) -> Vec<(String, String, String)> {
    let row = |name: &casework::ToolName| match lane.charter.tools.get(name) {
        Some(spec) => (name.to_string(), spec.effect.word().to_owned(), spec.about.clone()),
        None => (name.to_string(), String::new(), "no connector of this office offers it".into()),
    };
    lane.charter.worker.tools.iter().map(row).collect()
}

fn limits(worker: &Worker) -> Vec<(&'static str, String)> {
    let limits = worker.limits;
    vec![
        ("calls", limits.calls_max.to_string()),
        ("decisions by a model", limits.thoughts_max.to_string()),
        ("spend on models", crate::story::dollars(limits.spend_micro_usd_max)),
        ("replies in a thread", limits.replies_max.to_string()),
        ("open for", counted(limits.open_days_max.into(), "day", "days")),
        ("a person has", counted(limits.ask_hours.into(), "hour", "hours")),
        (
            "promise",
            format!(
                "at most {} wrong of what it decides alone, with {} certainty",
                crate::story::share(worker.promise.wrong_at_most),
                crate::story::percent(worker.promise.sure)
            ),
        ),
    ]
}
