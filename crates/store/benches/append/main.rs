//! How fast cases are saved: admissions, claims and eight appends per case by 1, 16 and 64
//! carriers, beside what one flush of the disk costs here. Nothing is judged or performed.
//!
//! `cargo bench -p store` prints a table; `cargo bench -p store -- 20000` takes so many cases a
//! row.

#![expect(clippy::indexing_slicing, reason = "a bench may stop on what it did not make")]

mod journal;

use casework::{CaseId, Chain, Progress, Status, Timestamp};
use engine::seams::{Addressee, Admission, Append, Claim, Store};
use engine::testing::samples::{WORKER, progress, room};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::{OpenOptions, SqliteStore};
use tokio::sync::Mutex;

const NOW: Timestamp = Timestamp(1_760_000_000_000);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let asked = std::env::args().filter_map(|argument| argument.parse().ok()).next();
    let cases: u64 = asked.unwrap_or(5_000);
    let folder = tempfile::tempdir().expect("a folder for the files");
    let mut out = std::io::stdout();
    let flush = flush_cost(&folder.path().join("flush"));
    writeln!(out, "one flush of 16 KB: {} us", flush.as_micros()).expect("a place to print");
    let making = making_cost();
    writeln!(out, "making a journal, part of every figure: {making} us CPU").expect("a place");
    let title =
        "carriers  cases/s  appends/s  CPU us/case  CPU us/append  disk bytes/case  raw bytes";
    writeln!(out, "{title}").expect("a place to print");
    for carriers in [1, 16, 64] {
        let path = folder.path().join(format!("{carriers}.db"));
        let cases = if carriers == 1 { cases / 10 } else { cases };
        let row = measured(&path, carriers, cases).await;
        writeln!(out, "{row}").expect("a place to print");
    }
}

async fn measured(path: &Path, carriers: u32, cases: u64) -> String {
    let store = SqliteStore::open(path, OpenOptions::default()).await.expect("a store");
    let store = Arc::new(store);
    let office = Arc::new(Office {
        store: Arc::clone(&store),
        admitted: AtomicU64::new(0),
        closed: AtomicU64::new(0),
        raw_bytes: AtomicU64::new(0),
        due: Mutex::new(Vec::new()),
        cases,
    });
    let (before, cpu) = (Instant::now(), cpu_time());
    let carried = (0..carriers).map(|_| tokio::spawn(Arc::clone(&office).carry()));
    for carrier in carried.collect::<Vec<_>>() {
        carrier.await.expect("a carrier ends by itself");
    }
    let (took, cpu) = (before.elapsed(), cpu_time() - cpu);
    store.close().await.expect("the store closes");
    let on_disk = std::fs::metadata(path).expect("the file").len();
    let per_second = |count: u64| count as f64 / took.as_secs_f64();
    let per = |count: u64| cpu.as_micros() as f64 / count as f64;
    format!(
        "{carriers:>8}  {:>7.0}  {:>9.0}  {:>11.1}  {:>13.1}  {:>15}  {:>9}",
        per_second(cases),
        per_second(cases * journal::APPENDS),
        per(cases),
        per(cases * journal::APPENDS),
        on_disk / cases,
        office.raw_bytes.load(Ordering::Relaxed) / cases,
    )
}

/// What the carriers share.
struct Office {
    store: Arc<SqliteStore>,
    admitted: AtomicU64,
    closed: AtomicU64,
    raw_bytes: AtomicU64,
    due: Mutex<Vec<Claim>>,
    cases: u64,
}

impl Office {
    async fn carry(self: Arc<Self>) {
        loop {
            let number = self.admitted.fetch_add(1, Ordering::Relaxed);
            if number >= self.cases {
                return;
            }
            let to = Addressee::Worker {
                worker: casework::WorkerName::new(WORKER),
                version: casework::Digest::of(b"the worker's files"),
                thread: vec![format!("<unknown-{number}@mail.example>")],
            };
            let admission = Admission { signal: journal::signal(number), to };
            self.store.admit(admission).await.expect("a signal is admitted");
            let claim = self.next().await;
            self.carry_one(claim).await;
            self.closed.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn next(&self) -> Claim {
        let mut due = self.due.lock().await;
        if due.is_empty() {
            let claims = self.store.claim(room(WORKER, 16, NOW)).await.expect("a claim");
            *due = claims.claims;
        }
        due.pop().expect("as many cases are due as carriers ask")
    }

    async fn carry_one(&self, claim: Claim) {
        let pieces = journal::pieces(&claim);
        let (mut whole, mut seq) = (Vec::new(), 0);
        let last = pieces.len() - 1;
        let mut chain = Chain::start(claim.case);
        for (place, lines) in pieces.into_iter().enumerate() {
            let mut hashes = Vec::new();
            lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).for_each(|line| {
                chain.extend(line);
                hashes.extend_from_slice(&chain.head.0);
            });
            whole.extend_from_slice(&lines);
            let count = u32::try_from(lines.iter().filter(|byte| **byte == b'\n').count());
            let count = count.expect("few lines");
            let append = Append {
                case: claim.case,
                lease: claim.lease,
                first_seq: seq,
                count,
                lines,
                head: chain.head,
                hashes,
                progress: standing(place == last, claim.case),
                taken: if place == 0 { vec![claim.inbox[0].key.clone()] } else { Vec::new() },
                threads: Vec::new(),
                lessons: Vec::new(),
                release: place == last,
                sealed: (place == last).then(|| std::mem::take(&mut whole)),
            };
            if let Some(sealed) = &append.sealed {
                self.raw_bytes.fetch_add(sealed.len() as u64, Ordering::Relaxed);
            }
            self.store.append(append).await.expect("entries are appended");
            seq += count;
        }
    }
}

fn standing(ended: bool, case: CaseId) -> Progress {
    let status = if ended { Status::Done } else { Status::Working };
    Progress {
        title: format!("Liefertermin für Bestellung {case}"),
        note: if ended { format!("ticket {case} in queue delivery") } else { String::new() },
        ..progress(status, None)
    }
}

/// The mean cost of appending 16 KB to a file and flushing it.
fn flush_cost(path: &Path) -> Duration {
    let mut file = std::fs::File::create(path).expect("a file to flush");
    let before = Instant::now();
    for _ in 0..500 {
        file.write_all(&[7; 16_384]).expect("room on the disk");
        file.sync_data().expect("a flush");
    }
    before.elapsed() / 500
}

/// What it costs to make one case's signal and journal, which is the bench's own work.
fn making_cost() -> u128 {
    let before = cpu_time();
    for number in 0..2_000 {
        let claim = Claim {
            case: CaseId(number),
            worker: casework::WorkerName::new(WORKER),
            version: casework::Digest::of(b"the worker's files"),
            lease: 0,
            journal: Vec::new(),
            inbox: vec![journal::signal(number)],
        };
        let mut chain = Chain::start(claim.case);
        for lines in journal::pieces(&claim) {
            lines.split(|byte| *byte == b'\n').for_each(|line| chain.extend(line));
        }
        std::hint::black_box(chain);
    }
    (cpu_time() - before).as_micros() / 2_000
}

/// Time of both cores that this process has used.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux tells what is used");
    let after_name = stat.rsplit(')').next().expect("the name ends");
    let field = |at: usize| {
        let field = after_name.split_whitespace().nth(at).and_then(|text| text.parse::<u64>().ok());
        field.expect("a count of ticks")
    };
    Duration::from_millis((field(11) + field(12)) * 10)
}
