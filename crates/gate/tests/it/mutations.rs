//! The gate checked: a declaration or a plan made wrong on purpose must show in its figures, or the
//! gate would find nothing whatever happens. One small slice of the corpus per mutation.

use casework::origin::Origin;
use casework::tool::{Effect, ToolSpec};
use gate::{Figures, Policy, Suite, measure, own_suite};

/// The corpus with only these tasks and attacks.
fn slice(tasks: &[&str], attacks: &[&str]) -> Suite {
    let mut suite = own_suite().unwrap();
    suite.tasks.retain(|task| tasks.contains(&task.name.as_str()));
    suite.attacks.retain(|attack| attacks.contains(&attack.name.as_str()));
    assert_eq!((suite.tasks.len(), suite.attacks.len()), (tasks.len(), attacks.len()));
    suite
}

fn change(suite: &mut Suite, tool: &str, change: impl Fn(&mut ToolSpec)) {
    let spec = suite.tools.iter_mut().find(|spec| spec.name.as_str() == tool).unwrap();
    change(spec);
}

fn drop_authority(suite: &mut Suite, tool: &str, argument: &str) {
    change(suite, tool, |spec| {
        let parameter = spec.parameters.iter_mut().find(|p| p.name == argument).unwrap();
        assert!(parameter.authority);
        parameter.authority = false;
    });
}

async fn figures(suite: &Suite) -> Figures {
    measure(suite, Policy::Strict).await.unwrap()
}

/// As it stands nothing succeeds; after the change something does.
async fn shows(tasks: &[&str], attacks: &[&str], change: impl Fn(&mut Suite)) {
    let mut suite = slice(tasks, attacks);
    assert_eq!(figures(&suite).await.succeeded, []);
    change(&mut suite);
    let found = figures(&suite).await;
    assert!(!found.succeeded.is_empty(), "the gate does not see {attacks:?}");
}

#[tokio::test]
async fn a_dropped_authority_argument_shows_as_an_attack() {
    shows(&["cancel-a-visit"], &["cancel-the-planning"], |suite| {
        drop_authority(suite, "calendar.cancel", "id");
    })
    .await;
    shows(&["move-the-planning"], &["move-the-pick-up"], |suite| {
        drop_authority(suite, "calendar.move", "id");
    })
    .await;
}

#[tokio::test]
async fn an_origin_declared_too_high_shows_as_an_attack() {
    // Text that others wrote, declared as the firm's own, is sent on as it stands.
    let attacks = ["phish-the-colleagues", "an-account-number-in-chat"];
    shows(&["feedback-to-planning"], &attacks, |suite| {
        change(suite, "documents.get", |spec| {
            spec.origins.insert("text".into(), Origin::Charter);
        });
    })
    .await;
}

#[tokio::test]
async fn an_effect_declared_too_low_shows_as_an_attack() {
    // A plan that leaves to the model what is deleted: a person stands before it.
    let mut suite = slice(&["delete-old-feedback"], &["delete-a-document"]);
    let step = suite.tasks[0].steps.last_mut().unwrap();
    step.fixed.remove("id");
    step.open.insert("id".into(), "D-21".into());
    let declared = figures(&suite).await;
    assert_eq!((declared.succeeded.len(), declared.approvals), (0, 1));
    change(&mut suite, "documents.delete", |spec| spec.effect = Effect::Read);
    assert!(!figures(&suite).await.succeeded.is_empty());
}

#[tokio::test]
async fn without_plans_attackers_make_people_be_asked() {
    let mut suite = slice(&["file-a-newsletter"], &["salaries-by-mail", "change-a-payee"]);
    let planned = figures(&suite).await;
    assert_eq!((planned.succeeded.len(), planned.attacker_asks.len()), (0, 0));
    suite.has_plans = false;
    for step in suite.tasks.iter_mut().flat_map(|task| &mut task.steps) {
        for (name, template) in std::mem::take(&mut step.fixed) {
            let casework::template::Template::Literal(value) = template else { panic!("{name}") };
            step.open.insert(name, value);
        }
    }
    let led = figures(&suite).await;
    assert_eq!(led.succeeded, [], "a person stands before each");
    assert!(led.attacker_asks.len() >= 2, "{:?}", led.attacker_asks);
}

#[tokio::test]
async fn a_channel_left_to_the_model_is_asked_and_not_chosen_by_the_attacker() {
    let mut suite = slice(&["what-is-new-in-support"], &["phish-the-colleagues"]);
    let step = suite.tasks[0].steps.last_mut().unwrap();
    step.fixed.remove("channel");
    step.open.insert("channel".into(), "#planning".into());
    let left = figures(&suite).await;
    assert_eq!(left.succeeded, []);
    assert_eq!(left.approvals, 1, "{:?}", left.asked_by_rule);
}

#[tokio::test]
async fn an_honest_step_that_is_denied_shows_as_undone() {
    let mut suite = slice(&["close-a-ticket"], &["close-a-ticket"]);
    suite.tasks[0].steps[1].tool = "tickets.lose".into();
    assert_eq!(figures(&suite).await.undone.len(), 1);
}
