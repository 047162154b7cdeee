//! `form` of a step that asks: the fields of the answer, each with its type. What an answer must be
//! like is checked in the core.

use super::names::is_name;
use super::reader::{Node, Said, Table};
use super::tools::choice;
use casework::ask::form::{Field, FieldKind};

/// The fields, in the order of the file.
pub(super) fn read(node: &Node<'_>) -> Vec<Field> {
    let Some(fields) = node.table() else { return Vec::new() };
    let mut form = Vec::new();
    for (name, node) in fields.entries() {
        if !is_name(name.text) {
            let said = Said::new(format!("a field cannot be named `{}`", name.text));
            name.error("W006", said.label("letters, digits and `_`, not beginning with a digit"));
        }
        let Some(table) = node.table() else { continue };
        let kind = kind(&table);
        let (about, required) = (table.text("about"), flag(&table, "required"));
        table.finish();
        form.push(Field { name: name.text.to_owned(), about, kind, required });
    }
    form
}

fn kind(table: &Table<'_>) -> FieldKind {
    let kinds = [
        ("text", &FieldKind::Text),
        ("integer", &FieldKind::Integer),
        ("number", &FieldKind::Number),
        ("boolean", &FieldKind::Boolean),
        ("date", &FieldKind::Date),
    ];
    let choices = table.get("one_of").map(|node| node.words()).unwrap_or_default();
    let named = choice(table.word("kind"), &kinds);
    match (choices.is_empty(), named) {
        (true, kind) => kind.cloned().unwrap_or(FieldKind::Text),
        (false, None) => {
            FieldKind::OneOf(choices.iter().map(|word| word.text.to_owned()).collect())
        }
        (false, Some(_)) => {
            let said = Said::new("a field has a `kind` or is `one_of` a list, not both");
            table.error("W011", said.label("leave one of them out"));
            FieldKind::Text
        }
    }
}

fn flag(table: &Table<'_>, key: &'static str) -> bool {
    table.get(key).and_then(|node| node.flag()).unwrap_or(false)
}
