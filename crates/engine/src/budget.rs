//! Money for models: reserved before a call at its worst case, settled after it. What cannot be
//! reserved is not asked, so a budget is never overshot however many cases race for it.

use casework::WorkerName;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Budgets of the day: the firm's, and those of workers that have one. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Budgets(Arc<Mutex<Ledger>>);

#[derive(Debug)]
struct Ledger {
    firm_max: u64,
    worker_max: BTreeMap<WorkerName, u64>,
    day: i64,
    firm: u64,
    workers: BTreeMap<WorkerName, u64>,
}

/// An amount set aside; dropping it gives it back, settling it keeps what was really spent.
#[derive(Debug)]
pub struct Reservation {
    budgets: Budgets,
    worker: WorkerName,
    amount: u64,
    day: i64,
}

impl Budgets {
    /// Budgets in millionths of a dollar a day.
    pub fn new(firm_max: u64, worker_max: BTreeMap<WorkerName, u64>) -> Self {
        let workers = BTreeMap::new();
        Self(Arc::new(Mutex::new(Ledger { firm_max, worker_max, day: 0, firm: 0, workers })))
    }

    /// Counts what was spent before this process began.
    pub fn already_spent(&self, worker: &WorkerName, amount: u64, now: casework::Timestamp) {
        if let Ok(mut ledger) = self.0.lock() {
            ledger.turn_to(day_of(now));
            ledger.add(worker, amount);
        }
    }

    /// Sets an amount aside; `None` when a budget does not hold it.
    pub fn reserve(
        &self,
        worker: &WorkerName,
        amount: u64,
        now: casework::Timestamp,
    ) -> Option<Reservation> {
        let mut ledger = self.0.lock().ok()?;
        let day = day_of(now);
        ledger.turn_to(day);
        let used = ledger.workers.get(worker).copied().unwrap_or(0);
        let worker_max = ledger.worker_max.get(worker).copied().unwrap_or(u64::MAX);
        if ledger.firm.saturating_add(amount) > ledger.firm_max
            || used.saturating_add(amount) > worker_max
        {
            return None;
        }
        ledger.add(worker, amount);
        Some(Reservation { budgets: self.clone(), worker: worker.clone(), amount, day })
    }

    /// What the firm has spent or reserved today.
    pub fn spent_today(&self) -> u64 {
        self.0.lock().map(|ledger| ledger.firm).unwrap_or(0)
    }

    fn take_more(&self, worker: &WorkerName, amount: u64, day: i64) {
        if let Ok(mut ledger) = self.0.lock()
            && ledger.day == day
        {
            ledger.add(worker, amount);
        }
    }

    fn give_back(&self, worker: &WorkerName, amount: u64, day: i64) {
        if let Ok(mut ledger) = self.0.lock()
            && ledger.day == day
        {
            ledger.firm = ledger.firm.saturating_sub(amount);
            if let Some(used) = ledger.workers.get_mut(worker) {
                *used = used.saturating_sub(amount);
            }
        }
    }
}

impl Ledger {
    fn turn_to(&mut self, day: i64) {
        if self.day != day {
            self.day = day;
            self.firm = 0;
            self.workers.clear();
        }
    }

    fn add(&mut self, worker: &WorkerName, amount: u64) {
        self.firm = self.firm.saturating_add(amount);
        let used = self.workers.entry(worker.clone()).or_default();
        *used = used.saturating_add(amount);
    }
}

impl Reservation {
    /// Keeps what was really spent and gives the rest back; what was spent beyond it counts too.
    pub fn settle(mut self, spent: u64) {
        let reserved = std::mem::take(&mut self.amount);
        match reserved.checked_sub(spent) {
            Some(rest) => self.budgets.give_back(&self.worker, rest, self.day),
            None => self.budgets.take_more(&self.worker, spent - reserved, self.day),
        }
    }

    /// Keeps all of it: something was spent, and nobody said how much.
    pub fn keep(mut self) {
        self.amount = 0;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budgets.give_back(&self.worker, self.amount, self.day);
    }
}

fn day_of(now: casework::Timestamp) -> i64 {
    now.0.div_euclid(86_400_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use casework::Timestamp;

    #[test]
    fn sixty_four_cases_racing_on_one_budget_never_overshoot() {
        let budgets = Budgets::new(1_000, BTreeMap::new());
        let granted: u64 = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..64)
                .map(|_| {
                    scope.spawn(|| {
                        let worker = WorkerName::new("w");
                        let mut granted = 0;
                        for _ in 0..100 {
                            if let Some(reserved) = budgets.reserve(&worker, 7, Timestamp(0)) {
                                reserved.settle(7);
                                granted += 7;
                            }
                        }
                        granted
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(granted, 994);
        assert_eq!(budgets.spent_today(), 994);
    }

    #[test]
    fn what_is_spent_beyond_a_reservation_counts() {
        let budgets = Budgets::new(100, BTreeMap::new());
        let worker = WorkerName::new("w");
        budgets.reserve(&worker, 10, Timestamp(0)).unwrap().settle(70);
        assert_eq!(budgets.spent_today(), 70);
        budgets.reserve(&worker, 30, Timestamp(0)).unwrap().keep();
        assert!(budgets.reserve(&worker, 1, Timestamp(0)).is_none());
    }

    #[test]
    fn what_is_not_spent_is_given_back() {
        let budgets = Budgets::new(100, BTreeMap::new());
        let worker = WorkerName::new("w");
        drop(budgets.reserve(&worker, 100, Timestamp(0)).unwrap());
        budgets.reserve(&worker, 100, Timestamp(0)).unwrap().settle(40);
        assert_eq!(budgets.spent_today(), 40);
        assert!(budgets.reserve(&worker, 61, Timestamp(0)).is_none());
        assert!(budgets.reserve(&worker, 60, Timestamp(86_400_000)).is_some());
    }
}
