//! Decides, inside a group's transaction, which case each arrival goes to: the open case of its
//! worker that holds one of its thread keys, else a new one. It asks the tables; it does not write
//! them.

use crate::round::Saving;
use crate::rows::{Bound, Pieces, key_digest, text};
use crate::statements::{ARRIVALS, EMPTIED, LINKS, Parts, UNCLAIMED};
use casework::signal::{Arrival, Signal, SignalKind};
use casework::{CaseId, Digest, Timestamp, WorkerName};
use engine::seams::{Addressee, Admission, Admitted, StoreError};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use std::collections::{BTreeMap, HashMap};

type Key = [u8; 16];

/// The admissions of one group, in order.
pub(crate) struct Arrivals<'a>(Vec<(&'a Admission, &'a str)>);

/// What the tables are asked about them; the first column is the admission's place in the group.
#[derive(Default)]
pub(crate) struct Questions {
    /// Was this key taken before? (place, key)
    pub keys: Vec<(usize, usize)>,
    /// Which open case holds this thread key? (place, rank, key, worker)
    pub threads: Vec<(usize, usize, usize, String)>,
    /// Is there such a case? (place, case)
    pub cases: Vec<(usize, u64)>,
}

/// What the tables answered.
#[derive(Default)]
pub(crate) struct Answers {
    taken: HashMap<usize, Option<CaseId>>,
    threads: HashMap<usize, (i64, CaseId)>,
    cases: HashMap<usize, CaseId>,
    leftovers: BTreeMap<u64, Vec<Leftover>>,
    case_no: u64,
    arrival_no: i64,
}

/// An inbox row of a case that has closed.
struct Leftover {
    at: i64,
    key: Key,
    signal: String,
    worker: String,
    version: Digest,
}

impl<'a> Arrivals<'a> {
    /// Those among a group's savings.
    pub(crate) fn of(savings: impl Iterator<Item = &'a Saving>) -> Self {
        let admissions = savings.filter_map(|saving| match saving {
            Saving::Admit(admission) => Some((&admission.0, admission.1.as_str())),
            _ => None,
        });
        Self(admissions.collect())
    }

    /// What to ask about them.
    pub(crate) fn questions(&self, digests: &mut Pieces) -> Questions {
        let mut questions = Questions::default();
        for (place, (admission, _)) in self.0.iter().enumerate() {
            let key = digests.add_key(key_digest(&admission.signal.key));
            questions.keys.push((place, key));
            match &admission.to {
                Addressee::Worker { worker, thread, .. } => {
                    for (rank, key) in thread.iter().enumerate() {
                        let key = digests.add_key(key_digest(key));
                        questions.threads.push((place, rank, key, text(worker.as_str())));
                    }
                }
                Addressee::Case(case) => questions.cases.push((place, case.0)),
                Addressee::Nobody => {}
            }
        }
        questions
    }

    /// Decides on them one after the other: a later one may join the case that an earlier one
    /// opens.
    pub(crate) fn decide(
        &self,
        answers: Answers,
    ) -> (Vec<Result<Admitted, StoreError>>, SecondRound) {
        let mut round = SecondRound::after(answers.case_no, answers.arrival_no, &answers.leftovers);
        let decided = self.0.iter().enumerate().map(|(place, (admission, json))| {
            let key = key_digest(&admission.signal.key);
            if let Some(case) = answers.taken.get(&place) {
                return Ok(Admitted::Duplicate(*case));
            }
            if let Some(case) = round.taken.get(&key) {
                return Ok(Admitted::Duplicate(*case));
            }
            match &admission.to {
                Addressee::Nobody => {
                    round.keep_unclaimed(admission.signal.at, key, json);
                    Ok(Admitted::Unclaimed)
                }
                Addressee::Case(case) => match answers.cases.get(&place) {
                    None => Err(StoreError::Lost { case: *case }),
                    Some(case) => Ok(round.join(*case, &admission.signal, key, json)),
                },
                Addressee::Worker { worker, version, thread } => {
                    let stored = answers.threads.get(&place).copied();
                    match nearest(stored, round.opened_for(worker, thread)) {
                        Some(case) => Ok(round.join(case, &admission.signal, key, json)),
                        None => {
                            let case = round.open(worker.as_str(), *version, &admission.signal);
                            round.put(case, &admission.signal, key, json);
                            Ok(Admitted::Opened(case))
                        }
                    }
                }
            }
        });
        (decided.collect(), round)
    }
}

/// The case found at the nearer thread key; a stored one before one opened in this very group.
fn nearest(stored: Option<(i64, CaseId)>, opened: Option<(i64, CaseId)>) -> Option<CaseId> {
    match (stored, opened) {
        (Some(stored), Some(opened)) if opened.0 < stored.0 => Some(opened.1),
        (Some(stored), _) => Some(stored.1),
        (None, opened) => opened.map(|(_, case)| case),
    }
}

impl Answers {
    /// Reads the rows of a first round.
    pub(crate) fn read(rows: &[SqliteRow]) -> Result<Self, sqlx::Error> {
        let mut answers = Self::default();
        for row in rows {
            answers.take(row)?;
        }
        Ok(answers)
    }

    fn take(&mut self, row: &SqliteRow) -> Result<(), sqlx::Error> {
        let at = |column: usize| row.try_get_unchecked::<i64, _>(column);
        let kind = at(0)?;
        if kind == 0 {
            let leftover = Leftover {
                at: at(2)?,
                key: sized(row.try_get_unchecked(3)?)?,
                signal: row.try_get_unchecked(4)?,
                worker: row.try_get_unchecked(5)?,
                version: Digest(sized(row.try_get_unchecked(6)?)?),
            };
            self.leftovers.entry(at(1)?.unsigned_abs()).or_default().push(leftover);
            return Ok(());
        }
        if kind == 4 {
            self.case_no = at(1)?.unsigned_abs();
            self.arrival_no = at(2)?;
            return Ok(());
        }
        let place = usize::try_from(at(1)?).unwrap_or(usize::MAX);
        let case = row.try_get_unchecked::<Option<i64>, _>(2)?;
        let case = case.map(|number| CaseId(number.unsigned_abs()));
        match (kind, case) {
            (1, case) => {
                self.taken.insert(place, case);
            }
            (2, Some(case)) => {
                let found = (at(3)?, case);
                let best = self.threads.entry(place).or_insert(found);
                // The nearest key decides; of several cases with it, the newest.
                if (found.0, std::cmp::Reverse(found.1)) < (best.0, std::cmp::Reverse(best.1)) {
                    *best = found;
                }
            }
            (_, Some(case)) => {
                self.cases.insert(place, case);
            }
            (_, None) => {}
        }
        Ok(())
    }
}

/// Bytes of a known length.
pub(crate) fn sized<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a digest of the wrong length".into()))
}

type OpenedRow = (u64, String, usize, i64, String, Option<String>);

/// The rows of a group's second round.
pub(crate) struct SecondRound {
    parts: Parts,
    case_no: u64,
    arrival_no: i64,
    digests: Pieces,
    opened: Vec<OpenedRow>,
    joined: BTreeMap<u64, i64>,
    inbox: Vec<(Option<u64>, i64, i64, usize, String)>,
    links: Vec<(u64, usize)>,
    emptied: Vec<u64>,
    taken: HashMap<Key, Option<CaseId>>,
    workers: HashMap<CaseId, WorkerName>,
}

impl SecondRound {
    fn after(case_no: u64, arrival_no: i64, leftovers: &BTreeMap<u64, Vec<Leftover>>) -> Self {
        let mut round = Self {
            parts: Parts::default(),
            case_no,
            arrival_no,
            digests: Pieces::default(),
            opened: Vec::new(),
            joined: BTreeMap::new(),
            inbox: Vec::new(),
            links: Vec::new(),
            emptied: Vec::new(),
            taken: HashMap::new(),
            workers: HashMap::new(),
        };
        for (closed, rows) in leftovers {
            round.emptied.push(*closed);
            round.parts.need(EMPTIED);
            round.move_arrivals(rows);
        }
        round
    }

    /// Which statements it needs.
    pub(crate) fn parts(&self) -> Parts {
        self.parts
    }

    /// Its arguments.
    pub(crate) fn into_arguments(self) -> SqliteArguments {
        let joined: Vec<(u64, i64)> = self.joined.into_iter().collect();
        Bound::default()
            .bytes(self.digests)
            .value(i64::try_from(self.case_no).unwrap_or(i64::MAX))
            .value(self.arrival_no)
            .rows(&self.opened)
            .rows(&joined)
            .rows(&self.inbox)
            .rows(&self.links)
            .rows(&self.emptied)
            .into_arguments()
    }

    /// Arrivals that a closed case did not take open a new case of its worker; replies to it are
    /// void.
    fn move_arrivals(&mut self, rows: &[Leftover]) {
        let mut to = None;
        for row in rows {
            let Ok(signal) = serde_json::from_str::<Signal>(&row.signal) else { continue };
            if !matches!(signal.kind, SignalKind::Arrived(_)) {
                continue;
            }
            let signal = Signal { at: Timestamp(row.at), ..signal };
            let case = *to.get_or_insert_with(|| self.open(&row.worker, row.version, &signal));
            self.put(case, &signal, row.key, &row.signal);
        }
    }

    fn opened_for(&self, worker: &WorkerName, thread: &[String]) -> Option<(i64, CaseId)> {
        let found = thread.iter().enumerate().find_map(|(rank, key)| {
            let case = self.taken.get(&key_digest(key)).copied().flatten()?;
            (self.workers.get(&case) == Some(worker)).then_some((rank, case))
        })?;
        Some((i64::try_from(found.0).unwrap_or(i64::MAX), found.1))
    }

    fn open(&mut self, worker: &str, version: Digest, signal: &Signal) -> CaseId {
        self.case_no += 1;
        let case = CaseId(self.case_no);
        let (title, party) = match &signal.kind {
            SignalKind::Arrived(Arrival { title, party, .. }) => {
                (text(title), party.as_deref().map(text))
            }
            SignalKind::Answered { .. } | SignalKind::Cancelled { .. } => (String::new(), None),
        };
        let (version, _) = self.digests.add(&version.0);
        self.opened.push((case.0, text(worker), version, signal.at.0, title, party));
        self.workers.insert(case, WorkerName::new(worker));
        case
    }

    fn join(&mut self, case: CaseId, signal: &Signal, key: Key, json: &str) -> Admitted {
        if !self.workers.contains_key(&case) {
            let due_at = self.joined.entry(case.0).or_insert(signal.at.0);
            *due_at = (*due_at).min(signal.at.0);
        }
        self.put(case, signal, key, json);
        Admitted::Joined(case)
    }

    fn put(&mut self, case: CaseId, signal: &Signal, key: Key, json: &str) {
        self.keep(Some(case), signal.at, key, json);
        if let SignalKind::Arrived(arrival) = &signal.kind {
            for body in &arrival.bodies {
                self.parts.need(LINKS);
                self.links.push((case.0, self.digests.add(&body.0).0));
            }
        }
    }

    fn keep_unclaimed(&mut self, at: Timestamp, key: Key, json: &str) {
        self.parts.need(UNCLAIMED);
        self.keep(None, at, key, json);
    }

    fn keep(&mut self, case: Option<CaseId>, at: Timestamp, key: Key, json: &str) {
        self.parts.need(ARRIVALS);
        self.arrival_no += 1;
        let at_key = self.digests.add_key(key);
        let row = (case.map(|case| case.0), self.arrival_no, at.0, at_key, json.to_owned());
        self.inbox.push(row);
        self.taken.insert(key, case);
    }
}
