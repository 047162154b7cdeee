//! The one door out. `CallStarted` is durable before a tool is called and its end is recorded
//! after; a call whose end is unknown is repeated, looked up or put to a person, as its tool
//! declares. Only a `PermittedCall` gets here, and only the core makes one.

use crate::carry::{Engine, Halt, Stint};
use crate::pace::back_off_ms;
use crate::seams::{LookUp, Tool, ToolError, ToolResult};
use casework::journal::CallEnd;
use casework::tool::{Effect, Recovery};
use casework::{Actor, Event, PermittedCall};
use std::sync::Arc;
use std::time::Duration;

/// How often a call is tried at once while the other side is away; after that the case comes back
/// later.
const ATTEMPTS_MAX: u32 = 4;
/// When a case whose tool is away comes back.
const AWAY_MS: u64 = 60_000;
/// A call without an answer for this long is in doubt.
const ANSWER_MS_MAX: u64 = 120_000;

/// Saves that the call starts, performs it, records its end.
pub(crate) async fn perform(
    engine: &Engine,
    stint: &mut Stint,
    call: &PermittedCall,
) -> Result<(), Halt> {
    let tool = find(engine, call)?;
    take_turn(engine, stint, &tool).await?;
    let started = Event::CallStarted { call: call.call().id, permit: call.permit().clone() };
    engine.record(stint, Actor::Engine, started)?;
    engine.save(stint, false).await?;
    act(engine, stint, &tool, call).await
}

/// Finds out how a call ended that was started before: never by repeating it on a guess.
pub(crate) async fn reconcile(
    engine: &Engine,
    stint: &mut Stint,
    call: &PermittedCall,
) -> Result<(), Halt> {
    let tool = find(engine, call)?;
    let spec = tool.spec();
    let repeatable = spec.recovery == Recovery::Repeat || !spec.effect.is_effect();
    take_turn(engine, stint, &tool).await?;
    if repeatable {
        return act(engine, stint, &tool, call).await;
    }
    if spec.recovery == Recovery::Ask {
        let known = "the program stopped while this was under way".to_owned();
        return end(engine, stint, call, CallEnd::InDoubt { known });
    }
    match tool.look_up(call).await {
        Ok(LookUp::Happened(result)) => succeeded(engine, stint, &tool, call, result),
        Ok(LookUp::Never) => act(engine, stint, &tool, call).await,
        Ok(LookUp::Unknown { known }) => end(engine, stint, call, CallEnd::InDoubt { known }),
        Err(error) => {
            tracing::warn!(case = %call.case(), tool = %call.tool(), %error, "look-up failed");
            Err(later(engine, tool.spec().system.as_str(), &error))
        }
    }
}

/// Reads the post-condition back and records whether it holds.
pub(crate) async fn verify(
    engine: &Engine,
    stint: &mut Stint,
    call: &PermittedCall,
) -> Result<(), Halt> {
    let tool = find(engine, call)?;
    if tool.spec().effect != Effect::Read {
        return Err(Halt::Stuck(format!("the post-condition reads by `{}`", call.tool())));
    }
    take_turn(engine, stint, &tool).await?;
    let found = match attempt(engine, stint, &tool, call).await {
        Ok(result) => tool.spec().label(result.data),
        Err(ToolError::Rejected { message }) => {
            tracing::warn!(case = %call.case(), %message, "post-condition could not be read");
            casework::Value::null()
        }
        Err(error) => return Err(later(engine, &tool.spec().system, &error)),
    };
    let event = stint.case.check(found);
    engine.record(stint, Actor::Engine, event)
}

fn find(engine: &Engine, call: &PermittedCall) -> Result<Arc<dyn Tool>, Halt> {
    let known = engine.tools.get(call.tool()).cloned();
    known.ok_or_else(|| Halt::Stuck(format!("no connector offers `{}`", call.tool())))
}

/// Waits for the system's pace; gives the case back when that takes long, or when work is paused.
/// This is the last gate before an effect: after a stop nothing passes it.
async fn take_turn(engine: &Engine, stint: &Stint, tool: &Arc<dyn Tool>) -> Result<(), Halt> {
    const WORTH_WAITING_MS: u64 = 2_000;
    loop {
        if engine.switches.holds_back(&stint.case.charter().worker.name) {
            return Err(Halt::Later(None));
        }
        let now = engine.clock.now();
        match engine.pace.turn_in_ms(&tool.spec().system, now) {
            0 => return Ok(()),
            wait_ms if wait_ms <= WORTH_WAITING_MS => engine.switches.wait_ms(wait_ms).await,
            wait_ms => return Err(Halt::Later(Some(now.plus_ms(wait_ms)))),
        }
    }
}

async fn act(
    engine: &Engine,
    stint: &mut Stint,
    tool: &Arc<dyn Tool>,
    call: &PermittedCall,
) -> Result<(), Halt> {
    engine.reach("call:before");
    let result = attempt(engine, stint, tool, call).await;
    engine.reach("call:after");
    match result {
        Ok(result) => succeeded(engine, stint, tool, call, result),
        Err(ToolError::Rejected { message }) => {
            end(engine, stint, call, CallEnd::Failed { why: message })
        }
        Err(ToolError::InDoubt { known }) => end(engine, stint, call, CallEnd::InDoubt { known }),
        // It did not happen, so it may be tried again with the same key: by looking it up or
        // repeating it where the tool can, else as a failure, for after a crash nobody could tell.
        Err(error) if tool.spec().recovery == Recovery::Ask && tool.spec().effect.is_effect() => {
            end(engine, stint, call, CallEnd::Failed { why: error.to_string() })
        }
        Err(error) => Err(later(engine, &tool.spec().system, &error)),
    }
}

/// Calls once, and again while the other side is away for short.
async fn attempt(
    engine: &Engine,
    stint: &Stint,
    tool: &Arc<dyn Tool>,
    call: &PermittedCall,
) -> Result<ToolResult, ToolError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let answered = tokio::time::timeout(Duration::from_millis(ANSWER_MS_MAX), tool.call(call));
        let error = match answered.await {
            Ok(Ok(result)) => return Ok(result),
            // What changes nothing has not happened in any way that matters: it may be tried again.
            Ok(Err(ToolError::InDoubt { known })) if !tool.spec().effect.is_effect() => {
                ToolError::Unavailable { why: known, retry_after_ms: None }
            }
            Ok(Err(error)) => error,
            Err(_) if tool.spec().effect.is_effect() => {
                let known = format!("no answer within {} s", ANSWER_MS_MAX / 1_000);
                return Err(ToolError::InDoubt { known });
            }
            Err(_) => ToolError::Unavailable { why: "no answer".into(), retry_after_ms: None },
        };
        let ToolError::Unavailable { retry_after_ms, .. } = &error else {
            return Err(error);
        };
        let wait_ms = back_off_ms(attempt, *retry_after_ms);
        let stopping = engine.switches.is_stopping();
        if attempt >= ATTEMPTS_MAX || wait_ms > 5_000 || stopping {
            return Err(error);
        }
        tracing::debug!(case = %call.case(), tool = %call.tool(), %error, attempt, "trying again");
        engine.switches.wait_ms(wait_ms).await;
        // Each attempt is a call to that system: it takes its own turn, and none begins after a
        // stop.
        if take_turn(engine, stint, tool).await.is_err() {
            return Err(error);
        }
    }
}

fn succeeded(
    engine: &Engine,
    stint: &mut Stint,
    tool: &Arc<dyn Tool>,
    call: &PermittedCall,
    result: ToolResult,
) -> Result<(), Halt> {
    stint.threads.extend(result.threads);
    end(engine, stint, call, CallEnd::Succeeded(tool.spec().label(result.data)))
}

fn end(engine: &Engine, stint: &mut Stint, call: &PermittedCall, end: CallEnd) -> Result<(), Halt> {
    let tool = call.tool();
    match &end {
        CallEnd::Succeeded(_) => tracing::info!(case = %call.case(), %tool, "done"),
        CallEnd::Failed { why } => tracing::info!(case = %call.case(), %tool, %why, "failed"),
        CallEnd::InDoubt { known } => {
            tracing::warn!(case = %call.case(), %tool, %known, "in doubt")
        }
        CallEnd::Withheld => {}
    }
    engine.record(stint, Actor::Engine, Event::CallEnded { call: call.call().id, end })
}

/// The case comes back when the system may be there again; a broken connector pauses its whole
/// system.
fn later(engine: &Engine, system: &str, error: &ToolError) -> Halt {
    let now = engine.clock.now();
    let (wait_ms, pauses) = match error {
        ToolError::Unavailable { retry_after_ms, .. } => {
            (retry_after_ms.unwrap_or(AWAY_MS), retry_after_ms.is_some())
        }
        _ => (AWAY_MS, true),
    };
    let until = now.plus_ms(wait_ms);
    if pauses {
        engine.pace.close_until(system, until);
    }
    tracing::warn!(%system, %error, "comes back later");
    Halt::Later(Some(until))
}
