//! `[[step]]`: reads the plan of a worker, each step against what the steps before it give. It
//! walks no step; the core does.

use super::names::{ALWAYS, Names, is_name};
use super::reader::{Node, Said, Table, Word};
use super::tools::{choice, unknown_tool};
use super::worker::Known;
use super::{firm, form, suggest};
use casework::procedure::{Act, Otherwise, Procedure, QuestionSpec, StepSpec};
use casework::template::{LEFT_TO_MODEL, Template};
use casework::time::parse_length_ms;
use casework::tool::{Kind, ToolSpec};
use casework::{RoleName, ToolName};
use std::collections::BTreeMap;

/// The keys of which a step has exactly one.
const ACTS: [&str; 7] = ["judge", "call", "ask", "wait", "finish", "hand_over", "again"];
/// Names that mean something else where conditions are read.
const RESERVED: [&str; 8] =
    ["signal", "first", "charter", "case", "args", "origin", "found", LEFT_TO_MODEL];

/// What steps are read against.
pub(super) struct Around<'k> {
    pub(super) known: &'k Known,
    /// The tools of this worker.
    pub(super) tools: &'k [ToolName],
    pub(super) roles: &'k [String],
}

/// The steps, and the names they give.
pub(super) fn read(worker: &Table<'_>, around: &Around<'_>) -> (Procedure, Vec<String>) {
    let tables = worker.listed("step");
    let led_by_model =
        choice(worker.word("lead"), &[("steps", false), ("model", true)]).unwrap_or(false);
    let names = step_names(&tables);
    let mut steps = Vec::new();
    for (at, table) in tables.into_iter().enumerate() {
        let before = names.get(..at).unwrap_or_default();
        let later = names.get(at..).unwrap_or_default();
        let scope = Names::new(ALWAYS).and(before).later(later);
        let scope = if led_by_model { scope.and([LEFT_TO_MODEL]) } else { scope };
        let reading = Reading { table: &table, scope, before, around, led_by_model };
        let when = table.word("when").and_then(|word| reading.scope.condition(&word));
        let words = [("hand_over", Otherwise::HandOver), ("skip", Otherwise::Skip)];
        let otherwise = choice(table.word("otherwise"), &words).unwrap_or_default();
        // A step that cannot be read keeps its place: `again` counts places.
        let act = reading.act().unwrap_or(Act::Wait { length_ms: 0 });
        table.finish();
        let name = names.get(at).cloned().unwrap_or_default();
        steps.push(StepSpec { name, when, act, otherwise });
    }
    (Procedure { steps, led_by_model }, names)
}

/// The name of each step; one without gets `step_3`.
fn step_names(tables: &[Table<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let Some(word) = table.word("name") else {
            names.push(format!("step_{}", at + 1));
            continue;
        };
        if names.iter().any(|name| name == word.text) {
            let said = Said::new(format!("there are two steps named `{}`", word.text));
            word.error("W010", said.label("what a step gives goes by its name"));
        } else if RESERVED.contains(&word.text) {
            let said = Said::new(format!("a step cannot be named `{}`", word.text));
            word.error("W010", said.label("this name means something else in conditions"));
        } else if !is_name(word.text) {
            let said = Said::new(format!("a step cannot be named `{}`", word.text));
            word.error("W006", said.label("letters, digits and `_`, not beginning with a digit"));
        }
        names.push(word.text.to_owned());
    }
    names
}

struct Reading<'r, 'a> {
    table: &'r Table<'a>,
    scope: Names,
    before: &'r [String],
    around: &'r Around<'r>,
    led_by_model: bool,
}

impl<'a> Reading<'_, 'a> {
    fn act(&self) -> Option<Act> {
        let given: Vec<(&str, Node<'a>)> =
            ACTS.iter().filter_map(|key| Some((*key, self.table.get(key)?))).collect();
        let with = self.table.get("with");
        let (key, node) = match given.as_slice() {
            [(key, node)] => (*key, node),
            [] => {
                let all = suggest::list(&ACTS);
                let said = Said::new("this step does nothing");
                self.table.error("W011", said.label("it needs one thing to do").help(all));
                return None;
            }
            [_, (second, node), ..] => {
                let said = Said::new(format!("this step has a second thing to do: `{second}`"));
                node.error("W011", said.label("make it a step of its own"));
                return None;
            }
        };
        if let Some(with) = with.as_ref().filter(|_| key != "call") {
            let said = Said::new("`with` are the arguments of a `call`, and there is none");
            with.error("W011", said);
        }
        if self.led_by_model && key != "call" {
            let said = Said::new("a plan that a model carries out holds calls only");
            node.error("W011", said.label("remove it, or remove `lead = \"model\"`"));
        }
        match key {
            "judge" => self.judge(&node.table()?).map(Act::Judge),
            "call" => self.call(&node.word()?, with.as_ref()),
            "ask" => self.ask(&node.table()?),
            "wait" => {
                let word = node.word()?;
                let length = parse_length_ms(word.text);
                if length.is_none() {
                    firm::bad_length(&word);
                }
                length.map(|length_ms| Act::Wait { length_ms })
            }
            "finish" => self.finish(&node.table()?),
            "hand_over" => self.scope.text(node).map(|why| Act::HandOver { why }),
            _ => self.again(&node.table()?),
        }
    }

    fn call(&self, word: &Word<'_>, with: Option<&Node<'_>>) -> Option<Act> {
        let tool = tool(word, self.around)?;
        let heading = word.clone();
        let with = arguments(with, tool, &heading, &self.scope);
        Some(Act::Call { tool: tool.name.clone(), with })
    }

    fn ask(&self, table: &Table<'_>) -> Option<Act> {
        let to = table.word("to").map_or(Some("default".to_owned()), |word| {
            role(&word, self.around.roles).then(|| word.text.to_owned())
        });
        let text = table.need("text", "what is asked").and_then(|node| self.scope.text(&node));
        let form = table.get("form").map(|node| form::read(&node)).unwrap_or_default();
        table.report_unknown();
        Some(Act::Ask { to: RoleName::new(to?), text: text?, form })
    }

    fn finish(&self, table: &Table<'_>) -> Option<Act> {
        let (done, aside) = (table.get("done"), table.get("aside"));
        table.report_unknown();
        match (done, aside) {
            (Some(node), None) => {
                self.scope.text(&node).map(|why| Act::Finish { aside: false, why })
            }
            (None, Some(node)) => {
                self.scope.text(&node).map(|why| Act::Finish { aside: true, why })
            }
            _ => {
                let said = Said::new("a case ends in one way");
                table.error("W011", said.label("either `done = \"…\"` or `aside = \"…\"`"));
                None
            }
        }
    }

    fn again(&self, table: &Table<'_>) -> Option<Act> {
        let to = table.need_word("to", "to which earlier step it goes back");
        let at_most = table.need("at_most", "how often in one case").and_then(|n| n.whole());
        table.report_unknown();
        let word = to?;
        let Some(to) = self.before.iter().position(|name| name == word.text) else {
            let said = Said::new(format!("`{}` is not an earlier step", word.text));
            let names = self.before.iter().map(String::as_str);
            word.error("W018", said.label(suggest::meant(word.text, names)));
            return None;
        };
        Some(Act::Again { to, at_most: u32::try_from(at_most?).unwrap_or(u32::MAX) })
    }

    fn judge(&self, table: &Table<'a>) -> Option<QuestionSpec> {
        const QUESTIONS: [&str; 5] = ["classify", "extract", "match", "answer", "write"];
        let given: Vec<(&str, Node<'a>)> =
            QUESTIONS.iter().filter_map(|key| Some((*key, table.get(key)?))).collect();
        let [(key, node)] = given.as_slice() else {
            let said = Said::new("a judgement is one question");
            table.error("W011", said.label("one of these").help(suggest::list(&QUESTIONS)));
            return None;
        };
        let question = match *key {
            "classify" => {
                let text = self.scope.text(node);
                let into = table.need("into", "the labels to choose from");
                let into = into.and_then(|node| labels(&node));
                text.zip(into).map(|(text, into)| QuestionSpec::Classify { text, into })
            }
            "extract" => {
                let text = self.scope.text(node);
                let fields = table.need("fields", "what is read: name = \"meaning\"");
                let fields = fields.and_then(|node| meanings(&node));
                text.zip(fields).map(|(text, fields)| QuestionSpec::Extract { text, fields })
            }
            "match" => {
                let subject = self.scope.template(node);
                let candidates = table.need("candidates", "the records to choose from");
                let candidates = candidates.and_then(|node| self.scope.template(&node));
                let both = subject.zip(candidates);
                both.map(|(subject, candidates)| QuestionSpec::Match { subject, candidates })
            }
            "answer" => self.scope.text(node).map(|text| QuestionSpec::Answer { text }),
            _ => self.scope.text(node).map(|brief| QuestionSpec::Write { brief }),
        };
        table.report_unknown();
        question
    }
}

fn labels(node: &Node<'_>) -> Option<Vec<String>> {
    let words = node.words();
    if words.len() < 2 {
        let said = Said::new("there is nothing to choose between");
        node.error("W009", said.label("at least two labels"));
        return None;
    }
    for (at, word) in words.iter().enumerate() {
        let earlier = words.get(..at).unwrap_or_default();
        if word.text.trim().is_empty() {
            word.error("W009", Said::new("a label cannot be empty"));
        } else if earlier.iter().any(|other| other.text == word.text) {
            let said = Said::new(format!("the label `{}` stands here twice", word.text));
            word.error("W009", said.label("remove one of them"));
        }
    }
    Some(words.into_iter().map(|word| word.text.to_owned()).collect())
}

fn meanings(node: &Node<'_>) -> Option<BTreeMap<String, String>> {
    let table = node.table()?;
    let meanings: BTreeMap<String, String> = table
        .entries()
        .filter_map(|(name, node)| Some((name.text.to_owned(), node.word()?.text.to_owned())))
        .collect();
    if meanings.is_empty() {
        node.error("W009", Said::new("there is nothing to read").label("name at least one field"));
        return None;
    }
    Some(meanings)
}

/// A role of this worker; another is reported.
pub(super) fn role(word: &Word<'_>, roles: &[String]) -> bool {
    let known = roles.iter().any(|role| role == word.text);
    if !known {
        let said = Said::new(format!("`reviewers` names no role `{}`", word.text));
        let label = suggest::meant(word.text, roles.iter().map(String::as_str));
        let help = "`reviewers = { default = [\"support-lead\"], money = [\"mara\"] }`";
        word.error("W014", said.label(label).help(help));
    }
    known
}

/// A tool of the office that is also this worker's.
pub(super) fn tool<'k>(word: &Word<'_>, around: &Around<'k>) -> Option<&'k ToolSpec> {
    let known = around.known;
    let Some(spec) = known.tools.get(&ToolName::new(word.text)) else {
        unknown_tool(word, known.tools.keys().map(ToolName::as_str));
        return None;
    };
    if !around.tools.contains(&spec.name) {
        let said = Said::new(format!("`{}` is not among this worker's tools", word.text));
        word.error("W012", said.label("add it to `tools`"));
    }
    Some(spec)
}

/// The arguments of a call, compared with what its tool declares.
pub(super) fn arguments(
    with: Option<&Node<'_>>,
    tool: &ToolSpec,
    call: &Word<'_>,
    scope: &Names,
) -> BTreeMap<String, Template> {
    let table = with.and_then(Node::table);
    let mut arguments = BTreeMap::new();
    for (name, node) in table.iter().flat_map(Table::entries) {
        let Some(parameter) = tool.parameters.iter().find(|p| p.name == name.text) else {
            let said = Said::new(format!("`{}` has no argument `{}`", tool.name, name.text));
            let names = tool.parameters.iter().map(|p| p.name.as_str());
            name.error("W019", said.label(suggest::meant(name.text, names)));
            continue;
        };
        let Some(template) = scope.template(&node) else { continue };
        if let Template::Literal(value) = &template
            && !parameter.kind.fits(value)
        {
            let word = kind_word(parameter.kind);
            let said = Said::new(format!("the argument `{}` must be {word}", name.text));
            node.error("W021", said.label(format!("`{}` declares it so", tool.name)));
        }
        arguments.insert(name.text.to_owned(), template);
    }
    let missing = tool.parameters.iter().filter(|p| p.required);
    for parameter in missing.filter(|p| table.as_ref().is_none_or(|t| !t.has(&p.name))) {
        let said = Said::new(format!("`{}` needs the argument `{}`", tool.name, parameter.name));
        call.error("W020", said.label(format!("add `{} = …` to `with`", parameter.name)));
    }
    arguments
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a text",
        Kind::Identifier => "a name without spaces",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Boolean => "true or false",
        Kind::Texts => "a list of texts",
    }
}
