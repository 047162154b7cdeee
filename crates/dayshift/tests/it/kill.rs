//! The crash proof: the process is ended at every save, at every call and at random moments, and
//! what was begun is finished once and only once. It cuts no power: what a disk keeps then, the
//! store's own tests show.

use crate::office::{self, Replies};
use crate::program::{self, Ran, Seeded};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const MAILS: usize = 12;
const POINTS: [&str; 4] = ["save:before", "save:after", "call:before", "call:after"];
/// More often than this no point is reached with so few mails.
const COUNT_MAX: u64 = 400;
const RANDOM_COPIES: u64 = 200;
const KILLS_MAX: u64 = 3;
const THREADS: u64 = 2;

#[test]
fn a_crash_at_any_save_or_call_loses_nothing_and_does_nothing_twice() {
    for point in POINTS {
        let next = AtomicU64::new(1);
        let crashes = AtomicU64::new(0);
        on_all_threads(|| {
            loop {
                let count = next.fetch_add(1, Ordering::SeqCst);
                assert!(count < COUNT_MAX, "{point} is reached for ever");
                if !crash_and_finish(point, &[count]) {
                    break;
                }
                // And again while recovering: further on, or at once and soon after.
                let recovering = [vec![count, count + 1], vec![count, 1, 2]];
                crash_and_finish(point, &recovering[usize::from(count.is_multiple_of(2))]);
                crashes.fetch_add(1, Ordering::SeqCst);
            }
        });
        let crashes = crashes.load(Ordering::SeqCst);
        assert!(crashes >= MAILS as u64 * 2, "{point} was reached {crashes} times only");
    }
}

fn on_all_threads(work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(&work);
        }
    });
}

/// Ends the process at these counts of a point, one start after the other, and lets it finish then;
/// gives whether the first start was ended.
fn crash_and_finish(point: &str, counts: &[u64]) -> bool {
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), MAILS, Replies::Alone);
    let mut crashed = false;
    for (start, count) in counts.iter().enumerate() {
        let mut work = program::command(dir.path(), &WORK);
        work.env("DAYSHIFT_FAILPOINT", format!("{point}@{count}"));
        let ran = program::finished(&mut work);
        match ran.code {
            None if start == 0 => crashed = true,
            None => {}
            Some(code) => assert_eq!(code, 0, "{point} {counts:?}: {ran:?}"),
        }
    }
    finish(dir.path(), &format!("{point} {counts:?}"));
    crashed
}

#[test]
fn a_kill_at_any_moment_loses_nothing_and_does_nothing_twice() {
    let usual = usual_run_time();
    let next = AtomicU64::new(0);
    let kills = AtomicU64::new(0);
    on_all_threads(|| {
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= RANDOM_COPIES {
                break;
            }
            kills.fetch_add(kill_and_finish(seed, usual), Ordering::SeqCst);
        }
    });
    let kills = kills.load(Ordering::SeqCst);
    assert!(kills >= RANDOM_COPIES / 2, "only {kills} starts were under way when they were killed");
}

/// Kills up to three starts after random delays and lets the office finish then; gives how many
/// were under way when they were killed.
fn kill_and_finish(seed: u64, usual: Duration) -> u64 {
    let mut random = Seeded(seed);
    let dir = tempfile::tempdir().unwrap();
    office::write(dir.path(), MAILS, Replies::Alone);
    let (mut kills, mut delays) = (0, Vec::new());
    for _ in 0..=random.below(KILLS_MAX) {
        let delay = Duration::from_micros(random.below(usual.as_micros() as u64));
        delays.push(delay);
        let mut work = program::command(dir.path(), &WORK);
        work.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = work.spawn().unwrap();
        // The moment is what is tested here; nothing is waited for.
        std::thread::sleep(delay);
        child.kill().unwrap();
        kills += u64::from(child.wait().unwrap().code().is_none());
    }
    finish(dir.path(), &format!("seed {seed}, killed after {delays:?}"));
    kills
}

const WORK: [&str; 4] = ["run", ".", "--until-idle", "--json"];

fn usual_run_time() -> Duration {
    let measure = || {
        let dir = tempfile::tempdir().unwrap();
        office::write(dir.path(), MAILS, Replies::Alone);
        let began = Instant::now();
        program::run(dir.path(), &WORK).well();
        began.elapsed()
    };
    let mut times: Vec<Duration> = (0..5).map(|_| measure()).collect();
    times.sort();
    times[2]
}

/// Works the office to its end and counts what came of it.
fn finish(dir: &Path, story: &str) {
    let ran = program::run(dir, &WORK);
    let said = ran.well();
    let check = |holds: bool, what: &str| assert!(holds, "{story}: {what}: {}", shown(dir, &ran));
    check(said["cases"] == MAILS && said["done"] == MAILS, "a mail is not done");
    check(said["effects"] == MAILS * 2, "an effect is missing in the journals");
    check(said["duplicate_effects"] == 0, "the journals tell an effect twice");
    let mut mails: Vec<String> = (0..MAILS).map(|n| format!("mail-{n}@guest{n}.example")).collect();
    mails.sort();
    check(office::tickets(dir) == mails, "not one ticket per mail");
    let mut answered: Vec<String> = mails.iter().map(|id| format!("<{id}>")).collect();
    answered.sort();
    check(office::sent_headers(dir, "In-Reply-To") == answered, "not one answer per mail");
    let mut ids = office::sent_headers(dir, "Message-ID");
    ids.dedup();
    check(ids.len() == MAILS, "a Message-ID went out twice");
    let verified = program::run(dir, &["audit", "verify", ".", "--json"]);
    check(verified.code == Some(0) && verified.json()["ok"] == true, "the trail does not verify");
    // The office's own journal is one more.
    check(verified.json()["cases"] == MAILS + 1, "the trail holds other cases");
}

fn shown(dir: &Path, ran: &Ran) -> String {
    let notes: Vec<String> = office::cases(dir)
        .iter()
        .map(|case| format!("{} {}", case["case"], case["progress"]))
        .collect();
    let (tickets, sent) = (office::tickets(dir), office::sent(dir));
    format!("{ran:?}\ntickets {tickets:?}\nsent {sent:?}\n{}", notes.join("\n"))
}
