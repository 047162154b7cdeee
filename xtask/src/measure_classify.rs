//! Measures the classify skill: coverage and realised error on Banking77, whether the promise holds
//! over many resplits and on few examples, and whether foreign texts withdraw the certificate.
//! It chooses nothing: every constant of the skill was fixed before on training files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use skills::certify::chance_of_at_most;
use skills::classify::{Classified, Classifier, Dice, Evaluation, Example, Promise};
use skills::drift::{Drift, DriftWatch};
use skills::table;

/// What the resplits and the drift are measured at.
const PROMISE: Promise = Promise { wrong_at_most: 0.01, sure: 0.90 };
/// A resplit breaks the promise beyond sampling noise when the exact binomial test of "at most
/// `wrong_at_most` are wrong" on its test part rejects at this level.
const NOISE_LEVEL: f64 = 0.05;
/// Seeds of the streams and of the small sets.
const SEEDS: u64 = 100;
/// Size of a small set, and its number of labels: about what a small office has.
const FEW_EXAMPLES: usize = 600;
const FEW_LABELS: usize = 7;

/// Figures for `data/banking77` and `data/clinc150`, as one JSON object.
pub fn measure(data: &Path) -> io::Result<Value> {
    let (train, test) = banking77(data)?;
    let mut official = Vec::new();
    for wrong_at_most in [0.01, 0.02, 0.05] {
        official.push(once(&train, &test, Promise { wrong_at_most, ..PROMISE })?);
    }
    let clinc = drift(&data.join("clinc150/data_full_without_oos_test.json"))?;
    let pool: Vec<Example> = train.into_iter().chain(test).collect();
    let few = repeated(SEEDS, |seed| few(&pool, seed), None)?;
    Ok(json!({ "banking77": official, "clinc150": clinc, "few_examples": few }))
}

/// The same on many random resplits of Banking77: minutes of work. With a file to keep them in,
/// each split's counts are added to it at once, and splits found in it are not made again; take
/// a new file when the code has changed.
pub fn measure_resplits(data: &Path, splits: u64, kept: Option<&Path>) -> io::Result<Value> {
    let (train, test) = banking77(data)?;
    let trained_on = train.len();
    let pool: Vec<Example> = train.into_iter().chain(test).collect();
    repeated(splits, |seed| resplit(&pool, trained_on, seed), kept)
}

fn banking77(data: &Path) -> io::Result<(Vec<Example>, Vec<Example>)> {
    let file = |name: &str| examples(&data.join("banking77").join(name));
    Ok((file("train.csv")?, file("test.csv")?))
}

fn examples(path: &Path) -> io::Result<Vec<Example>> {
    table::examples(&fs::read(path)?).map_err(io::Error::other)
}

fn trained(train: &[Example], promise: Promise) -> io::Result<Classifier> {
    Classifier::train(train, promise).map_err(io::Error::other)
}

/// One training and one application, timed.
fn once(train: &[Example], test: &[Example], promise: Promise) -> io::Result<Value> {
    let begun = Instant::now();
    let classifier = trained(train, promise)?;
    let training = begun.elapsed();
    let (evaluation, per_item) = applied(&classifier, test);
    Ok(json!({
        "wrong_at_most": promise.wrong_at_most, "sure": promise.sure,
        "accuracy": evaluation.accuracy,
        "certified_coverage": evaluation.certified_coverage,
        "realised_error": evaluation.realised_error,
        "abstained": evaluation.abstained,
        "drift": evaluation.drift,
        "certificate": evaluation.certificate,
        "train_ms": milliseconds(training),
        "per_item_us": per_item.as_micros() as u64,
    }))
}

fn applied(classifier: &Classifier, test: &[Example]) -> (Evaluation, Duration) {
    let begun = Instant::now();
    let evaluation = Evaluation::of(classifier, test);
    (evaluation, begun.elapsed() / (test.len().max(1) as u32))
}

/// What came of one split.
struct Trial {
    train: Vec<Example>,
    test: Vec<Example>,
}

/// A split of all texts into as many training texts as the official one and the rest.
fn resplit(pool: &[Example], train: usize, seed: u64) -> Trial {
    let mut all = pool.to_vec();
    Dice::new(seed).shuffle(&mut all);
    let test = all.split_off(train.min(all.len()));
    Trial { train: all, test }
}

/// A few hundred examples of a few labels, and all other texts of these labels.
fn few(pool: &[Example], seed: u64) -> Trial {
    let mut dice = Dice::new(seed);
    let labels: BTreeSet<&String> = pool.iter().map(|example| &example.label).collect();
    let mut labels: Vec<&String> = labels.into_iter().collect();
    dice.shuffle(&mut labels);
    labels.truncate(FEW_LABELS);
    let kept = pool.iter().filter(|example| labels.contains(&&example.label));
    let mut all: Vec<Example> = kept.cloned().collect();
    dice.shuffle(&mut all);
    let test = all.split_off(FEW_EXAMPLES.min(all.len()));
    Trial { train: all, test }
}

/// What came of one split, as it is kept.
#[derive(Serialize, Deserialize)]
struct Count {
    seed: u64,
    certified: bool,
    texts: usize,
    alone: usize,
    wrong: usize,
    accuracy: f64,
    withdrawn: bool,
}

impl Count {
    fn of(seed: u64, trial: &Trial) -> io::Result<Self> {
        let evaluation = Evaluation::of(&trained(&trial.train, PROMISE)?, &trial.test);
        let alone = evaluation.per_item.iter().filter(|item| item.classified.alone);
        Ok(Self {
            seed,
            certified: evaluation.certificate.is_some(),
            texts: evaluation.per_item.len(),
            alone: alone.clone().count(),
            wrong: alone.filter(|item| !item.right).count(),
            accuracy: evaluation.accuracy,
            withdrawn: matches!(evaluation.drift, Some(Drift::Withdrawn { .. })),
        })
    }

    fn coverage(&self) -> f64 {
        self.alone as f64 / self.texts.max(1) as f64
    }

    fn realised_error(&self) -> f64 {
        self.wrong as f64 / self.alone.max(1) as f64
    }
}

/// Trains and applies on one split per seed and counts broken promises and false alarms.
fn repeated(seeds: u64, split: impl Fn(u64) -> Trial, kept: Option<&Path>) -> io::Result<Value> {
    let mut counts: Vec<Count> = Vec::new();
    if let Some(path) = kept.filter(|path| path.exists()) {
        for line in fs::read_to_string(path)?.lines() {
            counts.push(serde_json::from_str(line).map_err(io::Error::other)?);
        }
    }
    for seed in 0..seeds {
        if counts.iter().any(|count| count.seed == seed) {
            continue;
        }
        let count = Count::of(seed, &split(seed))?;
        let (alone, wrong) = (count.alone, count.wrong);
        writeln!(io::stderr(), "split {seed}: {alone} decided alone, {wrong} of them wrong")?;
        if let Some(path) = kept {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
            writeln!(file, "{}", serde_json::to_string(&count).map_err(io::Error::other)?)?;
        }
        counts.push(count);
    }
    Ok(summary(&counts))
}

fn summary(counts: &[Count]) -> Value {
    let certified: Vec<&Count> = counts.iter().filter(|count| count.certified).collect();
    let number = |is: fn(&Count) -> bool| certified.iter().filter(|count| is(count)).count();
    let of = |figure: fn(&Count) -> f64| certified.iter().map(|count| figure(count)).collect();
    json!({
        "splits": counts.len(), "certified": certified.len(),
        "realised_above_promise": number(|c| c.realised_error() > PROMISE.wrong_at_most),
        "broken_beyond_noise": number(|c| is_beyond_noise(c.wrong, c.alone)),
        "false_alarms_of_the_watch": number(|c| c.withdrawn),
        "alone": certified.iter().map(|count| count.alone).sum::<usize>(),
        "wrong": certified.iter().map(|count| count.wrong).sum::<usize>(),
        "coverage": spread(of(Count::coverage)),
        "realised_error": spread(of(Count::realised_error)),
        "accuracy": spread(counts.iter().map(|count| count.accuracy).collect()),
    })
}

/// Whether so many errors would be rarer than [`NOISE_LEVEL`] if the promise were kept exactly.
fn is_beyond_noise(wrong: usize, alone: usize) -> bool {
    wrong > 0 && 1.0 - chance_of_at_most(wrong - 1, alone, PROMISE.wrong_at_most) < NOISE_LEVEL
}

fn spread(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values.get((share * (values.len().max(1) - 1) as f64).round() as usize);
    json!({
        "mean": values.iter().sum::<f64>() / values.len().max(1) as f64,
        "least": at(0.0), "tenth": at(0.1), "median": at(0.5), "ninetieth": at(0.9),
        "most": at(1.0),
    })
}

/// Trains on in-scope texts only, then lets streams pass with ever more out-of-scope texts.
fn drift(path: &Path) -> io::Result<Value> {
    let parts: BTreeMap<String, Vec<(String, String)>> =
        serde_json::from_slice(&fs::read(path)?).map_err(io::Error::other)?;
    let part = |name: &str| -> Vec<Example> {
        let rows = parts.get(name).map(Vec::as_slice).unwrap_or_default().iter();
        rows.map(|(text, label)| Example { text: text.clone(), label: label.clone() }).collect()
    };
    let (train, clean) = (part("train"), part("test"));
    let classifier = trained(&train, PROMISE)?;
    let (inside, per_item) = applied(&classifier, &clean);
    let (outside, _) = applied(&classifier, &part("oos_train"));
    let novelty = |evaluation: &Evaluation| -> Vec<f64> {
        evaluation.per_item.iter().map(|item| item.classified.novelty).collect()
    };
    let streams: Vec<Value> = [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5]
        .iter()
        .map(|share| streams(&classifier, &inside, &outside, *share))
        .collect();
    Ok(json!({
        "official_test": {
            "accuracy": inside.accuracy, "certified_coverage": inside.certified_coverage,
            "realised_error": inside.realised_error, "certificate": inside.certificate,
            "per_item_us": per_item.as_micros() as u64,
        },
        "out_of_scope": {
            "texts": outside.per_item.len(),
            "decided_alone": outside.certified_coverage,
            "area_under_roc_of_novelty": area(&novelty(&inside), &novelty(&outside)),
        },
        "streams": streams,
    }))
}

/// Mixes out-of-scope texts into the stream at one share, over many seeds, until either runs out.
fn streams(
    classifier: &Classifier,
    inside: &Evaluation,
    outside: &Evaluation,
    share: f64,
) -> Value {
    let Some(certificate) = classifier.certificate() else {
        return Value::Null;
    };
    let mut afters = Vec::new();
    let (mut texts, mut alone, mut wrong, mut wrong_before) = (0_u64, 0_u64, 0_u64, 0_u64);
    for seed in 0..SEEDS {
        let mut dice = Dice::new(seed);
        let mut clean: Vec<(&Classified, bool)> = answers(inside);
        let mut foreign = answers(outside);
        dice.shuffle(&mut clean);
        dice.shuffle(&mut foreign);
        let mut watch = DriftWatch::new(certificate);
        let mut withdrawn = false;
        while let Some((classified, right)) =
            if dice.share() < share { foreign.pop() } else { clean.pop() }
        {
            texts += 1;
            alone += u64::from(classified.alone);
            wrong += u64::from(classified.alone && !right);
            wrong_before += u64::from(classified.alone && !right && !withdrawn);
            if let Drift::Withdrawn { after, .. } = watch.observe(classified)
                && !withdrawn
            {
                withdrawn = true;
                afters.push(after as f64);
            }
        }
    }
    json!({
        "out_of_scope_share": share, "streams": SEEDS, "withdrawn": afters.len(),
        "texts_per_stream": texts as f64 / SEEDS as f64,
        "withdrawn_after_texts": spread(afters),
        "realised_error_had_nobody_watched": wrong as f64 / alone.max(1) as f64,
        "wrong_alone_per_stream": wrong as f64 / SEEDS as f64,
        "wrong_alone_per_stream_before_withdrawal": wrong_before as f64 / SEEDS as f64,
    })
}

fn answers(evaluation: &Evaluation) -> Vec<(&Classified, bool)> {
    evaluation.per_item.iter().map(|item| (&item.classified, item.right)).collect()
}

/// The chance that a foreign text is more novel than a known one.
fn area(known: &[f64], foreign: &[f64]) -> f64 {
    let above = foreign.iter().flat_map(|novel| {
        known.iter().map(move |usual| {
            f64::midpoint(f64::from(u8::from(novel > usual)), f64::from(u8::from(novel >= usual)))
        })
    });
    above.sum::<f64>() / (known.len() * foreign.len()).max(1) as f64
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
