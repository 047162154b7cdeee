//! What each page shows, for each kind of ask and each standing.

use crate::support::World;
use axum::http::StatusCode;
use casework::WorkerName;

#[tokio::test]
async fn each_kind_of_ask_has_its_card_and_its_form() {
    let world = World::new();
    let cases = world.one_of_each();
    let (mo, fi) = (world.sign_in("mo").await, world.sign_in("fi").await);
    let expected: [(usize, &[&str]); 8] = [
        (
            0,
            &[
                "Reply to maren.holt@lindenhof.example",
                "value=\"approve\"",
                "name=\"arg.text\"",
                "from the verified party of this case",
                "an outsider wrote this",
                "expires",
                "table-top.jpg",
            ],
        ),
        (1, &["value=\"account\"", "58 in 100", "value=\"delivery\"", "not sure enough"]),
        (2, &["name=\"field.iban\"", "the account to pay to"]),
        (3, &["C-12 · Fern &#38; Daughters", "none of them"]),
        (4, &["Which desk does the new colleague get?", "name=\"answer\""]),
        (5, &["It did happen", "It did not happen", "closed the connection"]),
        (6, &["How it ended", "for the owners"]),
        (
            9,
            &[
                "Pay 1240.5 EUR to Nordlicht GmbH",
                "payee comes from someone outside",
                "yes, by bank.discard",
                "asks to pay to another account",
            ],
        ),
    ];
    for (at, words) in expected {
        let case = cases[at];
        let ask = world.memory.ask(case);
        let browser = if ask.people[0].as_str() == "fi" { &fi } else { &mo };
        let answer = browser.get(&format!("/asks/{case}/{}", ask.id)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let digest = format!("name=\"digest\" value=\"{}\"", ask.digest);
        for word in words.iter().chain([&digest.as_str()]) {
            assert!(
                answer.body.contains(word),
                "`{word}` is not on the card of case {case}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn the_likeliest_label_comes_first_and_all_labels_are_there() {
    let world = World::new();
    let case = world.one_of_each()[1];
    let browser = world.sign_in("mo").await;
    let page = browser.get(&format!("/asks/{case}/{}", world.memory.ask(case).id)).await.body;
    let at =
        |label: &str| page.find(&format!("name=\"answer\" value=\"{label}\"")).expect("a button");
    let order = ["account", "bug", "billing", "delivery", "unwanted"].map(at);
    assert!(order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn needs_you_lists_mine_first_and_counts_only_mine() {
    let world = World::new();
    let cases = world.one_of_each();
    world.memory.strand(cases[7], "its journal does not follow");
    let browser = world.sign_in("mo").await;
    let page = browser.get("/").await.body;
    assert!(page.contains("id=\"needs-count\" class=\"count waits\">7<"), "{page}");
    let others = page.find("For others").expect("the asks of others are shown apart");
    let pay = page.find("Pay 1240.5 EUR").expect("listed");
    assert!(pay > others);
    assert!(page.contains("needs repair"));
    let stuck = browser.get(&format!("/asks/{}/0", cases[7])).await.body;
    assert!(stuck.contains("needs repair") && stuck.contains("its journal does not follow"));
}

#[tokio::test]
async fn an_empty_office_says_what_comes_next() {
    let world = World::new();
    let browser = world.sign_in("mo").await;
    for (path, words) in [
        ("/", "Nothing waits for you."),
        ("/cases", "One opens when a source hears something"),
        ("/cases?status=done", "No case fits."),
        ("/unclaimed", "Nothing is unclaimed."),
        ("/workers", "has not looked yet"),
        ("/workers/support-triage", "nothing to plot"),
        ("/settings", "files on disk"),
        ("/stop", "Pause all workers"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.body.contains(words), "`{words}` is not on {path}: {}", answer.body);
    }
}

#[tokio::test]
async fn cases_are_narrowed_and_paged() {
    let world = World::new();
    world.one_of_each();
    for _ in 0..6 {
        world.one_of_each();
    }
    let browser = world.sign_in("mo").await;
    let page = browser.get("/cases").await.body;
    assert!(page.contains("before=21\""), "the next page begins below the last row");
    let next = browser.get("/cases?before=21").await.body;
    assert!(next.contains("href=\"/cases/20\"") && !next.contains("href=\"/cases/21\""));
    let found = browser.get("/cases?status=set+aside&worker=support-triage&words=won").await.body;
    assert!(found.contains("You have won") && !found.contains("Login again"));
    let open = browser.get("/cases?status=open").await.body;
    assert!(!open.contains("You have won") && open.contains("Login again"));
}

#[tokio::test]
async fn a_changed_history_is_seen() {
    let world = World::new();
    let case = world.one_of_each()[8];
    let browser = world.sign_in("mo").await;
    assert!(browser.get(&format!("/cases/{case}")).await.body.contains("✓ verified"));
    world.memory.tamper(case);
    let page = browser.get(&format!("/cases/{case}")).await.body;
    assert!(page.contains("! not verified") && !page.contains("✓ verified"));
}

#[tokio::test]
async fn a_worker_is_paused_and_goes_on() {
    let world = World::new();
    let name = WorkerName::new("invoices");
    let browser = world.sign_in("mo").await;
    let mut news = world.intake.news();
    browser.post("/workers/invoices/pause", &[]).await;
    assert!(world.switches.is_paused(&name));
    assert!(news.try_recv().is_ok(), "open pages are told");
    assert!(browser.get("/workers/invoices").await.body.contains("paused: its cases stay"));
    browser.post("/workers/invoices/resume", &[]).await;
    assert!(!world.switches.is_paused(&name));
    browser.post("/stop", &[("what", "pause")]).await;
    assert!(world.switches.is_paused(&name) && !world.switches.is_stopping());
    browser.post("/stop", &[("what", "stop")]).await;
    assert!(world.switches.is_stopping());
}

#[tokio::test]
async fn ending_a_case_needs_a_reason() {
    let world = World::that_carries();
    let case = world.one_of_each()[4];
    let browser = world.sign_in("mo").await;
    let path = format!("/cases/{case}/cancel");
    assert_eq!(browser.post(&path, &[("why", " ")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        browser.post(&path, &[("why", "she is not coming")]).await.status,
        StatusCode::SEE_OTHER
    );
    let page = browser.get(&format!("/cases/{case}")).await.body;
    assert!(page.contains("Cancelled by mo: she is not coming"), "{page}");
    let again = browser.post(&path, &[("why", "again")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn programs_get_the_same_data() {
    let world = World::new();
    let cases = world.one_of_each();
    let browser = world.sign_in("mo").await;
    let json = |body: String| serde_json::from_str::<serde_json::Value>(&body).expect("JSON");
    let asks = json(browser.get("/api/asks").await.body);
    assert_eq!(asks["asks"].as_array().map(Vec::len), Some(8));
    assert_eq!(asks["asks"][0]["yours"], true);
    let case = json(browser.get(&format!("/api/cases/{}", cases[9])).await.body);
    assert_eq!(case["call"]["tool"], "bank.draft");
    assert_eq!(case["entries"][0]["seq"], 0);
    let workers = json(browser.get("/api/workers").await.body);
    assert_eq!(workers["workers"][0]["waits_for_people"], 2);
    assert_eq!(browser.get("/api/cases/777").await.status, StatusCode::NOT_FOUND);
}
