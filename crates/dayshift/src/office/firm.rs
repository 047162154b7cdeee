//! `office.toml`: the firm, its people, where work arrives and what there is to work with. It reads
//! no job descriptions.

use super::reader::{File, Said, Table};
use super::{ModelConfig, Office, Person, console, hours, mail, secret, suggest, tools};
use casework::time::parse_length_ms;
use casework::{PersonId, RoleName};
use connectors::database::DatabaseConfig;
use connectors::folder::FolderConfig;
use connectors::schedule::{ScheduleConfig, Timing};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;
use toml::de::DeTable;

pub(super) fn read<'a>(dir: &Path, file: &'a File<'a>, root: &'a Spanned<DeTable<'a>>) -> Office {
    let table = Table::new(file, root.get_ref(), 0..0);
    let name = table.need_text("name", "what the firm is called");
    let about = table.text("about");
    let domains = words(&table, "domains");
    let (time_zone, zone) = time_zone(&table);
    let people = people(&table);
    let hours = hours::hours(&table);
    let arrangements = hours::arrangements(&table, &people, &zone);
    let mail = mail::read(&table, dir, &name, &domains);
    let databases = databases(&table, dir);
    let statements = tools::read(&table, &databases, &mail);
    let schedules = schedules(&table, &zone);
    let folders = folders(&table, dir);
    let models = models(&table, dir);
    let settings = console::read(&table, dir);
    let oidc = console::read_oidc(&table, dir, &people);
    table.finish();
    Office {
        dir: dir.to_owned(),
        name,
        about,
        domains,
        time_zone,
        people,
        hours,
        arrangements,
        mail,
        databases: databases.into_iter().map(|(_, config)| config).collect(),
        statements,
        schedules,
        folders,
        models,
        workers: Vec::new(),
        console: settings,
        oidc,
        warnings: Vec::new(),
    }
}

pub(super) fn words(table: &Table<'_>, key: &'static str) -> Vec<String> {
    let words = table.get(key).map(|node| node.words()).unwrap_or_default();
    words.into_iter().map(|word| word.text.to_owned()).collect()
}

fn time_zone(table: &Table<'_>) -> (String, TimeZone) {
    let Some(word) = table.word("timezone") else { return ("UTC".into(), TimeZone::UTC) };
    match TimeZone::get(word.text) {
        Ok(zone) => (word.text.to_owned(), zone),
        Err(_) => {
            let said = Said::new(format!("no time zone is named `{}`", word.text));
            let help = "names are those of the IANA database, which this machine must have";
            word.error("W006", said.label("such as `Europe/Berlin`").help(help));
            (word.text.to_owned(), TimeZone::UTC)
        }
    }
}

fn people(table: &Table<'_>) -> BTreeMap<PersonId, Person> {
    let mut people = BTreeMap::new();
    for (id, person) in table.named("people") {
        let name = person.need_text("name", "how others call them");
        let mail = person.need_text("mail", "where they can be written to");
        let roles = words(&person, "roles").into_iter().map(RoleName::new).collect();
        person.finish();
        people.insert(PersonId::new(id.text), Person { name, mail, roles });
    }
    people
}

fn databases<'a>(table: &Table<'a>, dir: &Path) -> Vec<(std::ops::Range<usize>, DatabaseConfig)> {
    let mut databases = Vec::new();
    for (name, database) in table.named("database") {
        let path = database.need_word("path", "where the SQLite file is");
        let schema = database.word("schema");
        if let Some(schema) = schema.as_ref().filter(|word| !dir.join(word.text).is_file()) {
            let said = Said::new(format!("there is no file `{}`", schema.text));
            schema.error("W022", said.label("the SQL that makes the database"));
        }
        let span = path.as_ref().map_or(name.span.clone(), |word| word.span.clone());
        if let Some(path) = path {
            if schema.is_none() && !dir.join(path.text).is_file() {
                let said = Said::new(format!("there is no database `{}`", path.text));
                let help = "`schema = \"….sql\"` makes it when it is not there";
                path.error("W022", said.label("no such file, and no schema").help(help));
            }
            let config = DatabaseConfig {
                name: name.text.to_owned(),
                path: dir.join(path.text),
                schema: schema.map(|word| dir.join(word.text)),
            };
            databases.push((span, config));
        }
        database.finish();
    }
    databases
}

fn schedules(table: &Table<'_>, zone: &TimeZone) -> Vec<ScheduleConfig> {
    let mut schedules = Vec::new();
    for (name, schedule) in table.named("schedule") {
        let every = schedule.word("every");
        let at = schedule.word("at");
        let timing = match (&every, &at) {
            (Some(every), None) => match parse_length_ms(every.text) {
                Some(length_ms) if length_ms >= 1_000 => Some(Timing::Every { length_ms }),
                _ => {
                    bad_length(every);
                    None
                }
            },
            (None, Some(at)) => match at.text.parse::<Time>() {
                Ok(time) => Some(Timing::Daily { at: time }),
                Err(_) => {
                    let said = Said::new(format!("`{}` is not a time of day", at.text));
                    at.error("W007", said.label("write it as `\"07:30\"`"));
                    None
                }
            },
            _ => {
                let said = Said::new(format!("the schedule `{}` needs one timing", name.text));
                name.error("W006", said.label("either `every = \"1h\"` or `at = \"07:30\"`"));
                None
            }
        };
        let days = days(&schedule);
        schedule.finish();
        if let Some(timing) = timing {
            let (name, zone) = (name.text.to_owned(), zone.clone());
            schedules.push(ScheduleConfig { name, timing, days, zone });
        }
    }
    schedules
}

pub(super) fn bad_length(word: &super::reader::Word<'_>) {
    let said = Said::new(format!("`{}` is not a length of time", word.text));
    word.error("W007", said.label("a number and `s`, `m`, `h`, `d` or `w`: `\"2h\"`"));
}

pub(super) fn days(schedule: &Table<'_>) -> Vec<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    let words = schedule.get("days").map(|node| node.words()).unwrap_or_default();
    let mut days = Vec::new();
    for word in words {
        match DAYS.iter().find(|(name, _)| *name == word.text) {
            Some((_, day)) => days.push(*day),
            None => {
                let said = Said::new(format!("`{}` is not a day", word.text));
                let names = DAYS.map(|(name, _)| name);
                word.error("W006", said.label(suggest::meant(word.text, names)));
            }
        }
    }
    days
}

fn folders(table: &Table<'_>, dir: &Path) -> Vec<FolderConfig> {
    let mut folders = Vec::new();
    for (name, folder) in table.named("folder") {
        if let Some(path) = folder.need_word("path", "which folder is watched") {
            folders.push(FolderConfig { name: name.text.to_owned(), path: dir.join(path.text) });
        }
        folder.finish();
    }
    folders
}

fn models(table: &Table<'_>, dir: &Path) -> BTreeMap<String, ModelConfig> {
    let mut models = BTreeMap::new();
    for (name, model) in table.named("model") {
        let price = |key| model.get(key).and_then(|node| node.number()).unwrap_or_default();
        let config = ModelConfig {
            base_url: model.need_text("base_url", "where the model is"),
            model: model.need_text("model", "what the model is called there"),
            key: model.get("key").and_then(|node| secret::read(&node, dir)),
            price_prompt_per_million_usd: price("price_prompt_per_million_usd"),
            price_completion_per_million_usd: price("price_completion_per_million_usd"),
        };
        model.finish();
        models.insert(name.text.to_owned(), config);
    }
    models
}
