//! The ladder: the cheapest judge that can promise the worker's error rate answers, a person stands
//! at the end. Budgets are reserved before a judge that costs is asked. No judge gets a tool or the
//! store.

use crate::carry::{Engine, Halt, Stint};
use crate::pace::back_off_ms;
use crate::seams::{Asked, Judge, JudgeError, Verdict};
use casework::judgement::{Evidence, Judged, Question};
use casework::{Actor, Event};

/// How often one rung is tried when it is away or answers badly.
const ATTEMPTS_MAX: u32 = 5;
/// A judge that asks for more patience than this gets it: the case is given back until then, so
/// that neither its lane nor its claim is held for nothing.
const WORTH_WAITING_MS: u64 = 5_000;

/// Who answered, and what to record.
pub(crate) async fn climb(
    engine: &Engine,
    stint: &mut Stint,
    step: Option<&str>,
    question: &Question,
) -> Result<(Actor, Event), Halt> {
    let mut passed_by = Vec::new();
    let mut options: Vec<(String, Option<f64>)> = Vec::new();
    for judge in &engine.judges {
        if judge.is_remote() {
            engine.save_what_is_owed(stint).await?;
        }
        match ask(engine, judge.as_ref(), stint, step, question).await? {
            Ok(Verdict::Sure { answer, evidence, version }) => {
                let evidence = Evidence { passed_by: passed_by.clone(), ..evidence };
                match stint.case.judged(Judged { answer, evidence, who: None }) {
                    Ok(event) => {
                        let name = judge.name().to_owned();
                        return Ok((Actor::Judge { name, version }, event));
                    }
                    Err(error) => passed_by.push(format!("{}: {error}", judge.name())),
                }
            }
            Ok(Verdict::Unsure { options: likeliest, why }) => {
                passed_by.push(format!("{}: {why}", judge.name()));
                if options.is_empty() {
                    options = likeliest;
                }
            }
            Ok(Verdict::Pass) => {}
            Err(why) => passed_by.push(format!("{}: {why}", judge.name())),
        }
    }
    if let Question::Classify { into, .. } = question {
        options.retain(|(label, _)| into.contains(label));
        for label in into {
            if !options.iter().any(|(known, _)| known == label) {
                options.push((label.clone(), None));
            }
        }
    }
    let because = match passed_by.is_empty() {
        true => "no judge of this office answers such a question".to_owned(),
        false => passed_by.join("; "),
    };
    Ok((Actor::Engine, stint.case.unjudged(options, because, engine.clock.now())))
}

/// Asks one rung, again where that may help; the inner error says in words why it gave no answer.
async fn ask(
    engine: &Engine,
    judge: &dyn Judge,
    stint: &Stint,
    step: Option<&str>,
    question: &Question,
) -> Result<Result<Verdict, String>, Halt> {
    let charter = stint.case.charter();
    let asked = Asked {
        worker: &charter.worker,
        tools: &charter.tools,
        step,
        question,
        case: &stint.case,
        now: engine.clock.now(),
    };
    let worst = judge.cost_at_most_micro_usd(&asked);
    let left =
        charter.worker.limits.spend_micro_usd_max.saturating_sub(stint.case.spent().micro_usd);
    if worst > left {
        return Ok(Err("the case's budget does not hold another answer".into()));
    }
    let mut why = String::new();
    for attempt in 1..=ATTEMPTS_MAX {
        if engine.switches.holds_back(&charter.worker.name) {
            return Err(Halt::Later(None));
        }
        let now = engine.clock.now();
        let Some(reserved) = engine.budgets.reserve(&charter.worker.name, worst, now) else {
            return Ok(Err("today's budget is used up".into()));
        };
        let wait_ms = match judge.judge(asked).await {
            Ok(verdict) => {
                match &verdict {
                    Verdict::Sure { evidence, .. } => {
                        reserved.settle(evidence.usage.cost_micro_usd);
                    }
                    Verdict::Unsure { .. } => reserved.keep(),
                    Verdict::Pass => {}
                }
                return Ok(Ok(verdict));
            }
            Err(JudgeError::Unavailable { why: said, retry_after_ms }) => {
                why = said;
                back_off_ms(attempt, retry_after_ms)
            }
            // The same question once more; twice nonsense is an answer of its own. Nonsense costs.
            Err(JudgeError::Malformed { why: said }) if attempt < 2 => {
                reserved.keep();
                why = said;
                0
            }
            Err(JudgeError::Malformed { why: said }) => {
                reserved.keep();
                return Ok(Err(format!("no usable answer: {said}")));
            }
            Err(JudgeError::Broken { code, why: said }) => {
                return Ok(Err(format!("broken ({code}): {said}")));
            }
        };
        if wait_ms > WORTH_WAITING_MS {
            return Err(Halt::Later(Some(now.plus_ms(wait_ms))));
        }
        if attempt < ATTEMPTS_MAX {
            engine.switches.wait_ms(wait_ms).await;
        }
    }
    Ok(Err(format!("unavailable after {ATTEMPTS_MAX} attempts: {why}")))
}
