//! Serves the console over invented cases, for anyone who changes how it looks: `cargo run -p
//! console --example preview [PORT]`. Replies move their cases on; nothing leaves memory.

#[path = "../tests/it/support/memory.rs"]
mod memory;
#[path = "../tests/it/support/office.rs"]
mod office;
#[path = "../tests/it/support/roll.rs"]
mod roll;
#[path = "../tests/it/support/tools.rs"]
mod tools;

use casework::signal::{Signal, SignalKind};
use casework::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use casework::{Actor, PersonId, SourceName, Timestamp};
use console::{Desk, Door, Lane, Office, Sessions, Workers};
use engine::charters::Charters;
use engine::clock::Clock;
use engine::intake::Intake;
use engine::run::Switches;
use engine::seams::Store;
use jiff::tz::TimeZone;
use memory::Memory;
use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use tokio::net::TcpListener;

/// 10 March 2026, 09:30 UTC.
const NOW: Timestamp = Timestamp(1_773_135_000_000);

/// Past cases, so that the plots have something to show.
fn two_weeks(memory: &Memory, staff: &office::Staff, clock: &Clock) {
    for day in 0..14_u64 {
        for number in 0..(5 + day * 7 % 9) {
            let text = if number % 4 == 3 { "spam" } else { "closed: where is it?" };
            let subject = format!("Order HP-{}", 24_000 + day * 40 + number);
            let sender = format!("customer{number}@example.example");
            let arrival = office::mail(&subject, &sender, text, serde_json::json!({}));
            memory.open(&staff.support, "mail:support", arrival);
        }
        clock.step_ms(DAY_MS);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).map_or(Ok(7310), |port| port.parse::<u16>())?;
    let start = Timestamp(NOW.0 - (14 * DAY_MS).cast_signed());
    let clock = Clock::stepped(start);
    let memory = Arc::new(Memory::new(clock.clone(), tools::SCRIPT, true));
    let staff = office::staff();
    two_weeks(&memory, &staff, &clock);
    // The last cases come in over the last hours; what they ask is then of different ages.
    clock.step_ms(30 * MINUTE_MS);
    let cases = office::one_of_each(&memory, &staff);
    if let Some(case) = cases.get(7) {
        memory.strand(*case, "entry 9 of its journal does not follow entry 8");
    }
    clock.step_ms(HOUR_MS + 7 * MINUTE_MS);
    memory.leave_unclaimed(Signal {
        key: "mail:unclaimed@example".into(),
        source: SourceName::new("mail:info"),
        at: clock.now(),
        kind: SignalKind::Arrived(office::mail(
            "Chamber of commerce: annual dinner",
            "events@chamber.example",
            "You are invited.",
            serde_json::json!({}),
        )),
    });

    let roll = Arc::new(memory.roll.clone());
    let store: Arc<dyn Store> = memory;
    let all = [staff.support, staff.invoices, staff.onboarding, staff.leads];
    let people = all.iter().map(|charter| Arc::clone(&charter.worker)).collect();
    let intake = Intake::new(Arc::clone(&store), people, clock.clone());
    intake.healths().seen(&SourceName::new("mail:support"), clock.now());
    intake.healths().poll_ok(&SourceName::new("mail:support"), clock.now());
    let trouble = "the password was refused (M001)";
    intake.healths().trouble(&SourceName::new("mail:invoices"), trouble.into());
    let (charters, workers) = (Charters::default(), Workers::default());
    all.iter().for_each(|charter| charters.put(charter.clone()));
    let lanes = all.into_iter().map(|charter| Lane { charter, at_once: 4 }).collect();
    workers.replace(lanes);
    let switches = Switches::default();
    let sessions = Sessions::new(clock.clone(), roll, "preview", false);
    let office = Office {
        name: "Harbour & Pine".into(),
        people: [
            (PersonId::new("mo"), "Mo Lindqvist".into()),
            (PersonId::new("fi"), "Fi Okafor".into()),
        ]
        .into(),
        zone: TimeZone::UTC,
        sign_in_hint: "Start the preview again; it prints a link for each person.".into(),
        hosts: Vec::new(),
        behind_tls: false,
        proxies: Vec::new(),
        provider: None,
        workers,
        charters,
        switches: switches.clone(),
    };
    let desk = Desk::new(store, intake, office, sessions.clone(), clock);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let at = listener.local_addr()?;
    for who in ["mo", "fi"] {
        let key = sessions.new_link(PersonId::new(who), Actor::Engine).await?;
        writeln!(std::io::stdout(), "http://{at}/?key={key}")?;
    }
    console::serve(Door::new(listener, None), console::router(desk), switches.stopped()).await?;
    Ok(())
}
