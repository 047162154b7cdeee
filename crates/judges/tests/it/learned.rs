//! The learned judge on a synthetic corpus: sure where it was certified, unsure elsewhere, and
//! silent once what arrives is unlike its examples.

use crate::asked::{ask, opened, worker};
use casework::Timestamp;
use casework::judgement::{Answer, Question};
use casework::origin::{Origin, Value};
use engine::seams::Verdict;
use judges::learned::{LearnedJudge, Trained};
use skills::classify::{Dice, Example};

const TOPICS: [(&str, [&str; 5]); 3] = [
    ("billing", ["invoice", "refund", "payment", "overdue", "receipt"]),
    ("delivery", ["parcel", "courier", "shipment", "tracking", "depot"]),
    ("warranty", ["broken", "crack", "repair", "replace", "defect"]),
];
const FILLERS: [&str; 8] = ["please", "the", "about", "today", "we", "again", "since", "our"];

fn text(topic: usize, dice: &mut Dice) -> String {
    let mut words: Vec<&str> = (0..5).map(|_| FILLERS[dice.below(FILLERS.len())]).collect();
    words.extend((0..3).map(|_| TOPICS[topic].1[dice.below(5)]));
    dice.shuffle(&mut words);
    words.join(" ")
}

fn trained(count: usize) -> Trained {
    let mut dice = Dice::new(11);
    let examples: Vec<Example> = (0..count)
        .map(|at| Example { text: text(at % 3, &mut dice), label: TOPICS[at % 3].0.to_owned() })
        .collect();
    Trained::train(&examples, worker().promise, Timestamp(5)).unwrap()
}

fn question(text: &str, into: &[&str]) -> Question {
    let into = into.iter().map(|label| (*label).to_owned()).collect();
    Question::Classify { text: Value::new(text, Origin::Outside), into }
}

fn office(count: usize) -> LearnedJudge {
    let judge = LearnedJudge::default();
    judge.put("desk".into(), "queue".into(), trained(count));
    judge
}

const ALL: [&str; 3] = ["billing", "delivery", "warranty"];

async fn said(judge: &LearnedJudge, text: &str, into: &[&str]) -> Verdict {
    ask(judge, &opened(), Some("queue"), &question(text, into)).await.unwrap()
}

#[tokio::test]
async fn it_is_sure_where_it_is_certified_and_right() {
    let judge = office(300);
    let mut dice = Dice::new(12);
    let (mut sure, mut wrong) = (0, 0);
    for at in 0..60 {
        let verdict = said(&judge, &text(at % 3, &mut dice), &ALL).await;
        if let Verdict::Sure { answer, evidence, version } = verdict {
            sure += 1;
            wrong += usize::from(answer != Answer::Label(TOPICS[at % 3].0.to_owned()));
            assert!(evidence.confidence.is_some_and(|chance| (0.0..=1.0).contains(&chance)));
            let certificate = evidence.certificate.unwrap();
            assert_eq!(
                (&certificate["examples"], &certificate["made_at"]),
                (&300.into(), &5.into())
            );
            assert_eq!(certificate["digest"], version.as_str());
            assert!(!evidence.likeliest.is_empty());
        }
    }
    assert!(sure > 30, "sure of only {sure} of 60");
    assert!(wrong <= 3, "{wrong} wrong of {sure}");
}

#[tokio::test]
async fn it_is_never_sure_of_a_label_that_nobody_asked_for() {
    let judge = office(300);
    let mut dice = Dice::new(13);
    for _ in 0..20 {
        let verdict = said(&judge, &text(0, &mut dice), &["delivery", "warranty"]).await;
        assert!(matches!(verdict, Verdict::Unsure { .. }), "{verdict:?}");
    }
}

#[tokio::test]
async fn it_is_unsure_and_says_why() {
    let few = office(6);
    let many = office(300);
    let bare = LearnedJudge::default();
    let table = [
        (&bare, "an invoice", "no examples to learn from"),
        (&few, "the invoice refund payment", "support no promise"),
        (&many, "  \n ", "no words"),
        (&many, "quantum marmalade beneath seventeen lighthouses", ""),
    ];
    for (judge, text, wanted) in table {
        match said(judge, text, &ALL).await {
            Verdict::Unsure { why, .. } => assert!(why.contains(wanted), "{text}: {why}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn it_passes_what_is_not_a_question_of_a_step() {
    let judge = office(6);
    let next = ask(&judge, &opened(), None, &Question::Next).await;
    assert_eq!(next, Ok(Verdict::Pass));
    let stepless = ask(&judge, &opened(), None, &question("an invoice", &ALL)).await;
    assert_eq!(stepless, Ok(Verdict::Pass));
}

#[tokio::test]
async fn it_falls_silent_when_what_arrives_is_unlike_its_examples() {
    let judge = office(300);
    let mut dice = Dice::new(14);
    assert!(matches!(said(&judge, &text(0, &mut dice), &ALL).await, Verdict::Sure { .. }));
    let foreign = ["gardening", "violin", "harvest", "sonata", "orchard", "cello"];
    let mut withdrawn = false;
    for _ in 0..400 {
        let words: Vec<&str> = (0..8).map(|_| foreign[dice.below(foreign.len())]).collect();
        if let Verdict::Unsure { why, .. } = said(&judge, &words.join(" "), &ALL).await {
            withdrawn |= why.contains("withdrawn");
        }
    }
    assert!(withdrawn, "four hundred foreign texts and it noticed nothing");
    let verdict = said(&judge, &text(0, &mut dice), &ALL).await;
    assert!(matches!(verdict, Verdict::Unsure { why, .. } if why.contains("withdrawn")));
}
