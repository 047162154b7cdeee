//! Works an office: once until nothing is due, or for good with the console beside it.

use super::Failure;
use super::demo::Summary;
use crate::report::Report;
use crate::wiring::{self, House, Otherwise};
use engine::run::{Until, run};
use engine::seams::SourceError;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the learned judge looks whether people have taught it enough.
const LEARN_AGAIN: Duration = Duration::from_secs(30);

/// `up`: works and serves until stopped.
pub async fn up(dir: &Path, port: Option<u16>, report: &Report) -> Result<(), Failure> {
    let office = wiring::load(dir, report)?;
    let house = wiring::open(office, Otherwise::default(), report).await?;
    let port = port.unwrap_or(house.office.console.port);
    serve(&house, port, report).await?;
    close(house).await
}

/// `run`: works until nothing is due, or until stopped.
pub async fn work(dir: &Path, until_idle: bool, report: &Report) -> Result<(), Failure> {
    let began = Instant::now();
    let office = wiring::load(dir, report)?;
    let house = wiring::open(office, Otherwise::default(), report).await?;
    if until_idle {
        until_nothing_is_due(&house, report).await?;
    } else {
        listen_and_work(&house, report).await?;
    }
    let summary = Summary::of(&house, began.elapsed()).await?;
    report.result(&summary.json(), &summary.words());
    close(house).await
}

/// Takes in all that lies at the sources and works it until nothing is due.
pub async fn until_nothing_is_due(house: &House, report: &Report) -> Result<(), Failure> {
    let mut admitted = 0;
    for source in &house.sources {
        match source.drain(&house.engine.intake).await {
            Ok(drained) => admitted += drained.admitted,
            Err(error) => {
                house.engine.intake.healths().trouble(source.name(), error.to_string());
                report.say(&format!("note: {error}"));
                if let SourceError::Store(error) = error {
                    return Err(error.into());
                }
            }
        }
    }
    let bar = report.progress(&house.office.name, admitted);
    let mut counted = house.engine.tally.watch();
    let showing = async {
        loop {
            let now = *counted.borrow_and_update();
            bar.set_position((now.closed + now.asked + now.stuck).min(admitted));
            bar.set_message(format!("{} ended  {} asked", now.closed, now.asked));
            if counted.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let working = run(Arc::clone(&house.engine), house.lanes.clone(), Until::Idle);
    tokio::select! {
        worked = working => worked?,
        () = showing => {}
        () = wiring::checkpoints::keep(house) => {}
        () = interrupted(house) => {}
    }
    bar.finish_and_clear();
    Ok(())
}

/// Serves the console and works until Ctrl-C or "stop all".
pub async fn serve(house: &House, port: u16, report: &Report) -> Result<(), Failure> {
    let (door, bound) = house.door(port).await?;
    let sessions = house.sessions();
    let made = sessions.new_link(house.operator().await?, casework::Actor::Engine).await;
    let key = made.map_err(|error| Failure::Outside(error.to_string()))?;
    let link = format!("{}/?key={key}", wiring::address(&house.office, Some(bound)));
    let counts = house.engine.store.counts(casework::Timestamp(0)).await?;
    let waiting: u64 =
        counts.iter().filter(|count| Summary::waits(count.status)).map(|count| count.cases).sum();
    report.result(
        &json!({ "ok": true, "url": link, "waiting": waiting }),
        &format!(
            "{waiting} decisions wait for you: {link}\n(Ctrl-C stops; everything is kept. The link \
             signs in once, within ten minutes.)"
        ),
    );
    let router = console::router(house.desk(sessions)?);
    let serving = console::serve(door, router, house.engine.switches.stopped());
    let (served, worked) = tokio::join!(serving, listen_and_work(house, report));
    served.map_err(|error| Failure::Outside(format!("the console ended: {error}")))?;
    worked
}

/// Hears all sources and carries cases until stopped.
async fn listen_and_work(house: &House, report: &Report) -> Result<(), Failure> {
    let mut hearing = tokio::task::JoinSet::new();
    for source in &house.sources {
        let (source, intake) = (Arc::clone(source), house.engine.intake.clone());
        let stop = house.engine.switches.stopped();
        hearing.spawn(async move {
            if let Err(error) = source.listen(&intake, stop).await {
                tracing::error!(%error, "a source has ended");
                intake.healths().trouble(source.name(), error.to_string());
            }
        });
    }
    let learning = async {
        loop {
            tokio::time::sleep(LEARN_AGAIN).await;
            let now = house.now();
            if let Err(error) = house.learning.learn_again(&house.engine.store, now).await {
                tracing::warn!(%error, "could not train again");
            }
        }
    };
    let working = run(Arc::clone(&house.engine), house.lanes.clone(), Until::Stopped);
    let worked = tokio::select! {
        worked = working => worked,
        () = learning => Ok(()),
        () = wiring::keep_pauses(house) => Ok(()),
        () = wiring::checkpoints::keep(house) => Ok(()),
        () = stop_on_interrupt(house, report) => Ok(()),
    };
    house.engine.switches.stop();
    hearing.shutdown().await;
    Ok(worked?)
}

/// Gives the stop on the first Ctrl-C or TERM, and goes on waiting: the loop ends by itself then.
async fn stop_on_interrupt(house: &House, report: &Report) {
    interrupted(house).await;
    report.say("stopping: nothing new begins, what is under way is finished");
    std::future::pending::<()>().await;
}

async fn interrupted(house: &House) {
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => {
            if pressed.is_err() {
                std::future::pending::<()>().await;
            }
        }
        () = terminated => {}
    }
    house.engine.switches.stop();
}

/// Closes the store, so that all lies in one file.
pub async fn close(house: House) -> Result<(), Failure> {
    wiring::checkpoints::sign_the_rest(&house).await?;
    let store = Arc::clone(&house.store);
    drop(house);
    Ok(store.close().await?)
}
