//! `[tool."connector.verb"]`: declared SQL statements, each checked against its database before
//! anything can call it. It opens no database for writing.

use super::mail::MailAccount;
use super::reader::{Node, Said, Table, Word};
use super::suggest;
use casework::tool::{Effect, Kind, Parameter, Recovery, ToolSpec};
use casework::{Origin, ToolName};
use connectors::database::{
    CheckError, Checker, DatabaseConfig, Statement, StatementConfig, StatementError, complete,
};
use std::collections::BTreeMap;
use std::ops::Range;

const EFFECTS: [Effect; 6] =
    [Effect::Read, Effect::Fetch, Effect::Draft, Effect::Write, Effect::Send, Effect::Irreversible];
const ORIGINS: [Origin; 8] = [
    Origin::Charter,
    Origin::Operator,
    Origin::Record,
    Origin::Directory,
    Origin::Party,
    Origin::Colleague,
    Origin::Outside,
    Origin::Composed,
];
pub(super) const KINDS: [(&str, Kind); 6] = [
    ("text", Kind::Text),
    ("integer", Kind::Integer),
    ("number", Kind::Number),
    ("boolean", Kind::Boolean),
    ("texts", Kind::Texts),
    ("identifier", Kind::Identifier),
];

/// A declaration with what is needed to check its SQL.
struct Declared<'a> {
    database: usize,
    sql: Word<'a>,
    config: StatementConfig,
}

pub(super) fn read<'a>(
    table: &Table<'a>,
    databases: &[(Range<usize>, DatabaseConfig)],
    mail: &[MailAccount],
) -> BTreeMap<String, Vec<StatementConfig>> {
    let tools = table.named("tool");
    let mut known: Vec<String> = tools.iter().map(|(name, _)| name.text.to_owned()).collect();
    known.extend(mail.iter().flat_map(MailAccount::specs).map(|spec| spec.name.to_string()));
    let declared: Vec<Declared<'a>> =
        tools.iter().filter_map(|(name, tool)| one(name, tool, databases, &known)).collect();
    for (_, tool) in tools {
        tool.finish();
    }
    check(table, databases, &declared);
    let mut statements: BTreeMap<String, Vec<StatementConfig>> = BTreeMap::new();
    for declared in declared {
        if let Some((_, database)) = databases.get(declared.database) {
            statements.entry(database.name.clone()).or_default().push(declared.config);
        }
    }
    statements
}

fn one<'a>(
    name: &Word<'a>,
    tool: &Table<'a>,
    databases: &[(Range<usize>, DatabaseConfig)],
    known: &[String],
) -> Option<Declared<'a>> {
    if !name.text.contains('.') {
        let said = Said::new(format!("`{}` is not the name of a tool", name.text));
        name.error("W006", said.label("connector and verb: `[tool.\"crm.find\"]`"));
    }
    let database = tool.need_word("database", "on which database it works").and_then(|word| {
        let found = databases.iter().position(|(_, config)| config.name == word.text);
        if found.is_none() {
            let names = databases.iter().map(|(_, config)| config.name.as_str());
            let said = Said::new(format!("no database named `{}`", word.text));
            word.error("W028", said.label(suggest::meant(word.text, names)));
        }
        found
    });
    let effect = choice(
        tool.need_word("effect", "how hard it is to take back"),
        &EFFECTS.map(|effect| (effect.word(), effect)),
    );
    let undo = tool.word("undo").filter(|word| {
        let there = known.iter().any(|name| name == word.text);
        if !there {
            unknown_tool(word, known.iter().map(String::as_str));
        }
        there
    });
    let about = tool.need_text("about", "what it does, in one sentence");
    let says = tool.need_text("says", "its effect in one line, with arguments in it");
    let parameters = parameters(tool);
    let origins = origins(tool);
    let one = tool.get("one").and_then(|node| node.flag()).unwrap_or(false);
    let sql = tool.need_word("sql", "the statement")?;
    let statement = statement(&sql, &parameters)?;
    let database = database?;
    let (_, config) = databases.get(database)?;
    let spec = ToolSpec {
        name: ToolName::new(name.text),
        about,
        says,
        effect: effect?,
        parameters: parameters.into_iter().map(|(_, parameter)| parameter).collect(),
        origins,
        recovery: Recovery::Repeat,
        undo: undo.map(|word| ToolName::new(word.text)),
        system: String::new(),
        guard: super::guard::of_tool(tool),
    };
    let spec = complete(spec, &config.name);
    Some(Declared { database, sql, config: StatementConfig { spec, statement, one } })
}

/// One of a few words; another is reported with what there is.
pub(super) fn choice<T: Copy>(word: Option<Word<'_>>, among: &[(&'static str, T)]) -> Option<T> {
    let word = word?;
    let found = among.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value);
    if found.is_none() {
        let names = among.iter().map(|(name, _)| *name);
        let said = Said::new(format!("`{}` is not one of the words for this", word.text));
        let all: Vec<&str> = names.clone().collect();
        let help = format!("the words are {}", suggest::list(&all));
        word.error("W006", said.label(suggest::meant(word.text, names)).help(help));
    }
    found
}

pub(super) fn unknown_tool<'n>(word: &Word<'_>, known: impl IntoIterator<Item = &'n str>) {
    let said = Said::new(format!("no tool named `{}`", word.text));
    let help = "`dayshift tools` lists what the connectors of this office offer";
    word.error("W012", said.label(suggest::meant(word.text, known)).help(help));
}

fn parameters<'a>(tool: &Table<'a>) -> Vec<(Word<'a>, Parameter)> {
    let mut parameters = Vec::new();
    for (name, declared) in tool.named("parameters") {
        let kind = choice(declared.need_word("kind", "what type it has"), &KINDS);
        let flag = |key| declared.get(key).and_then(|node: Node<'_>| node.flag()).unwrap_or(false);
        let parameter = Parameter {
            name: name.text.to_owned(),
            kind: kind.unwrap_or(Kind::Text),
            required: flag("required"),
            authority: flag("authority"),
            about: declared.text("about"),
        };
        // The kind of id is read with the rest of what oversight needs.
        declared.get("record");
        declared.finish();
        parameters.push((name, parameter));
    }
    parameters
}

fn origins(tool: &Table<'_>) -> BTreeMap<String, Origin> {
    let Some(origins) = tool.get("origins").and_then(|node| node.table()) else {
        return BTreeMap::new();
    };
    let words = ORIGINS.map(|origin| (origin.word(), origin));
    origins
        .entries()
        .filter_map(|(path, node)| Some((path.text.to_owned(), choice(node.word(), &words)?)))
        .collect()
}

/// The statement of a tool, with its parameters compared to those declared.
fn statement(sql: &Word<'_>, declared: &[(Word<'_>, Parameter)]) -> Option<Statement> {
    let statement = match Statement::parse(sql.text) {
        Ok(statement) => statement,
        Err(error) => {
            let end = sql.text.len();
            let part = match error {
                StatementError::Several { at } | StatementError::Open { at } => at..end,
                StatementError::Unnamed { ref written, at } => at..at + written.len(),
                StatementError::Empty | StatementError::Kind { .. } => 0..end,
            };
            let help = "one tool is one `select`, `insert`, `update`, `delete` or `replace`";
            sql.error_within(part, "W024", Said::new(error.to_string()).help(help));
            return None;
        }
    };
    for name in &statement.parameters {
        if !declared.iter().any(|(_, parameter)| parameter.name == *name) {
            let names = declared.iter().map(|(_, parameter)| parameter.name.as_str());
            let at = sql.text.find(&format!(":{name}")).unwrap_or(0);
            let said = Said::new(format!("the parameter `{name}` is not declared"));
            let help = format!("`parameters.{name} = {{ kind = \"text\", required = true }}`");
            let label = suggest::meant(name, names);
            sql.error_within(at..at + name.len() + 1, "W025", said.label(label).help(help));
        }
    }
    for (word, parameter) in declared {
        if !statement.parameters.contains(&parameter.name) {
            let said = Said::new(format!("the SQL does not use `:{}`", parameter.name));
            let names = statement.parameters.iter().map(String::as_str);
            word.error("W025", said.label(suggest::meant(&parameter.name, names)));
        }
    }
    Some(statement)
}

/// Has SQLite prepare every statement. The connector is asynchronous and this may be called from a
/// runtime's own thread, so it gets one of its own.
fn check(
    table: &Table<'_>,
    databases: &[(Range<usize>, DatabaseConfig)],
    declared: &[Declared<'_>],
) {
    let asked: Vec<(&DatabaseConfig, Vec<(&Statement, bool)>)> = databases
        .iter()
        .enumerate()
        .map(|(at, (_, config))| {
            let own = declared.iter().filter(|declared| declared.database == at);
            let statements = own.map(|declared| {
                let reads = matches!(declared.config.spec.effect, Effect::Read | Effect::Fetch);
                (&declared.config.statement, reads)
            });
            (config, statements.collect())
        })
        .collect();
    let found = std::thread::scope(|scope| {
        let work = || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            Some(runtime.block_on(prepare(&asked)))
        };
        scope.spawn(work).join().ok().flatten()
    });
    for (at, outcome) in found.into_iter().flatten().enumerate() {
        let Some((span, _)) = databases.get(at) else { continue };
        match outcome {
            // A file that is missing was reported where it is named.
            Err(CheckError::Missing { .. }) => {}
            Err(error) => {
                let said = Said::new(error.to_string());
                table.file.report(super::Severity::Error, "W022", span.clone(), said);
            }
            Ok(outcomes) => {
                let own = declared.iter().filter(|declared| declared.database == at);
                own.zip(outcomes).for_each(|(declared, outcome)| tell(declared, outcome));
            }
        }
    }
}

type Outcomes = Vec<Result<(), CheckError>>;

async fn prepare(
    asked: &[(&DatabaseConfig, Vec<(&Statement, bool)>)],
) -> Vec<Result<Outcomes, CheckError>> {
    let mut found = Vec::new();
    for (config, statements) in asked {
        if config.schema.as_ref().is_some_and(|schema| !schema.is_file()) {
            found.push(Err(CheckError::Missing { path: config.path.display().to_string() }));
            continue;
        }
        found.push(match Checker::open(config).await {
            Err(error) => Err(error),
            Ok(mut checker) => {
                let mut outcomes = Vec::new();
                for (statement, reads) in statements {
                    outcomes.push(checker.check(statement, *reads).await);
                }
                Ok(outcomes)
            }
        });
    }
    found
}

fn tell(declared: &Declared<'_>, outcome: Result<(), CheckError>) {
    let Err(error) = outcome else { return };
    let sql = &declared.sql;
    match error {
        CheckError::Writes => {
            let said = Said::new("this statement writes, but its effect is `read`");
            sql.error("W026", said.label("say `effect = \"write\"`, or change the statement"));
        }
        CheckError::Statement { why } => {
            // `no such column: wrds` and `near "form": syntax error` name what they stumble over.
            let named = why.split(": ").last().unwrap_or_default();
            let near = why.split('"').nth(1).unwrap_or(named);
            let at = sql.text.find(near).filter(|_| !near.is_empty());
            let part = at.map_or(0..sql.text.len(), |at| at..at + near.len());
            let said = Said::new(format!("SQLite cannot prepare this statement: {why}"));
            sql.error_within(part, "W023", said.label("it does not fit the database's schema"));
        }
        error @ (CheckError::Missing { .. } | CheckError::Schema { .. }) => {
            sql.error("W022", Said::new(error.to_string()));
        }
    }
}
