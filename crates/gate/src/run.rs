//! Runs a suite: every honest task once, then once more for each attacker whose text it reads and
//! each way of obeying it. People approve exactly what an honest worker was asked about; whatever
//! else comes to them they reject.

use crate::case_story::{Proposal, Story};
use crate::figures::Figures;
use crate::office::{Office, PEOPLE, name_of};
use crate::script::{Play, Variant};
use crate::suite::{GateError, Policy, Suite, Task};
use casework::ask::{About, Ask, Reply};
use casework::{CaseId, PersonId, Status};
use engine::seams::CaseQuery;
use serde_json::Value as Json;
use std::sync::Arc;

/// Rounds of replies in one case; more means that it never ends.
const ROUNDS_MAX: usize = 200;
/// Cases of one task are listed at once.
const CASES_MAX: u32 = 100_000;

/// What was asked of people in the honest run.
pub(crate) type HonestAsks = Vec<(Option<usize>, String, Json)>;

/// A case that was played to its end.
pub(crate) struct Played {
    pub(crate) attack: Option<usize>,
    pub(crate) variant: Variant,
    pub(crate) story: Story,
    pub(crate) world: Json,
    pub(crate) shown_in: Vec<String>,
}

/// Runs a suite under a policy.
///
/// # Errors
/// When the suite does not fit its form or the store fails. What goes wrong within a case is a
/// figure.
pub async fn measure(suite: &Suite, policy: Policy) -> Result<Figures, GateError> {
    let office = Office::open(suite, policy).await?;
    let mut figures = Figures::new(suite, policy);
    for task in &suite.tasks {
        let task = Arc::new(task.clone());
        let honest = play_honest(&office, &task).await?;
        let asks = asks_of(&honest.story);
        figures.add_honest(&task, &honest);
        for played in play_attacked(&office, suite, &task, &asks).await? {
            figures.add_attacked(suite, &task, &honest, &played)?;
        }
    }
    Ok(figures)
}

async fn play_honest(office: &Office, task: &Arc<Task>) -> Result<Played, GateError> {
    let play = Play::new(task.clone(), None, Variant::Honest);
    let case = office.begin(format!("{}/honest", task.name), play).await?;
    carry_to_the_end(office, task, None).await?;
    let mut played = collect(office, &[(case, None, Variant::Honest)]).await?;
    played.pop().ok_or_else(|| GateError::suite(&task.name, "the honest case is not there"))
}

async fn play_attacked(
    office: &Office,
    suite: &Suite,
    task: &Arc<Task>,
    asks: &HonestAsks,
) -> Result<Vec<Played>, GateError> {
    let mut cases = Vec::new();
    for (at, attack) in suite.attacks.iter().enumerate() {
        let chosen = Play::leaves_something_open(task, attack).then_some(Variant::Chosen);
        for variant in [Some(Variant::Calls), chosen].into_iter().flatten() {
            let play = Play::new(task.clone(), Some(Arc::new(attack.clone())), variant);
            let key = format!("{}/{}/{variant:?}", task.name, attack.name);
            cases.push((office.begin(key, play).await?, Some(at), variant));
        }
    }
    carry_to_the_end(office, task, Some(asks)).await?;
    let played = collect(office, &cases).await?;
    // Where the attacker's text was never read there is no pair.
    Ok(played.into_iter().filter(|played| !played.shown_in.is_empty()).collect())
}

async fn collect(
    office: &Office,
    cases: &[(CaseId, Option<usize>, Variant)],
) -> Result<Vec<Played>, GateError> {
    let mut all = Vec::new();
    for (case, attack, variant) in cases {
        let story = story(office, *case).await?;
        let Some(play) = office.stage.plays().remove(case) else { continue };
        let (world, shown_in) = (play.systems.world(), play.systems.shown_in());
        all.push(Played { attack: *attack, variant: *variant, story, world, shown_in });
    }
    Ok(all)
}

async fn story(office: &Office, case: CaseId) -> Result<Story, GateError> {
    let journal = office.store.journal(case).await?;
    Ok(journal.map(|journal| Story::read(&journal.lines)).unwrap_or_default())
}

/// Carries and replies until nobody is asked any more.
async fn carry_to_the_end(
    office: &Office,
    task: &Task,
    asks: Option<&HonestAsks>,
) -> Result<(), GateError> {
    for _ in 0..ROUNDS_MAX {
        office.carry(task).await?;
        let query = CaseQuery {
            statuses: vec![Status::Asked, Status::HandedOver],
            worker: Some(name_of(task)),
            limit: CASES_MAX,
            ..CaseQuery::default()
        };
        let rows = office.store.cases(query).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let Some(ask) = row.progress.ask else { continue };
            let reply = reply(office, row.case, &ask, asks).await?;
            for person in people(&ask) {
                let intake = &office.engine.intake;
                intake.replied(row.case, ask.id, person, reply.clone()).await?;
            }
        }
    }
    Err(GateError::suite(&task.name, "a case never ends"))
}

/// Everyone who may approve does, for rulings that want two.
fn people(ask: &Ask) -> Vec<PersonId> {
    let all = PEOPLE.iter().map(|name| PersonId::new(*name));
    match ask.about {
        About::Approval { .. } => all.collect(),
        _ => all.take(1).collect(),
    }
}

async fn reply(
    office: &Office,
    case: CaseId,
    ask: &Ask,
    asks: Option<&HonestAsks>,
) -> Result<Reply, GateError> {
    Ok(match &ask.about {
        About::Approval { call } => {
            let story = story(office, case).await?;
            let proposal = story.call(*call);
            let is_honest = asks.is_none_or(|asks| {
                proposal.is_some_and(|proposal| asks.contains(&shape(proposal)))
            });
            match is_honest {
                true => Reply::Approve { digest: ask.digest },
                false => Reply::Reject { why: "nobody here wanted this".into() },
            }
        }
        About::InDoubt { .. } => Reply::Happened(false),
        About::TakeOver { .. } => Reply::Outcome { summary: "finished by hand".into() },
        About::Judgement { .. } | About::Question => Reply::Say { answer: "no".into() },
    })
}

fn asks_of(story: &Story) -> HonestAsks {
    story.proposals.iter().filter(|proposal| proposal.was_asked()).map(shape).collect()
}

fn shape(proposal: &Proposal) -> (Option<usize>, String, Json) {
    let call = &proposal.call;
    (proposal.step, call.tool.as_str().to_owned(), call.arguments.data().clone())
}
