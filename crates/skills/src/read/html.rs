//! Turns HTML into the lines a person would read, leaving out what style hides and noting which
//! lines the markup calls quoted. It fetches nothing, runs nothing and keeps no links or images.

mod lines;
mod marks;
mod style;
#[cfg(test)]
mod tests;
mod tokens;

use lines::Writer;
pub(crate) use lines::{MarkedLine, plain_lines};
pub(crate) use marks::Mark;
use marks::{Reach, mark_of};
use style::{Look, Sheet};
use tokens::{Token, Tokens, decode_entities};

/// Deepest nesting that is followed; deeper elements count as part of their ancestor.
const DEPTH_MAX: usize = 256;

/// What was found in an HTML document.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    /// The visible text.
    pub(crate) lines: Vec<MarkedLine>,
    /// How many characters, without white space, style hides from a reader.
    pub(crate) hidden_characters: usize,
}

impl Rendered {
    /// The visible text as one string.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n").trim().to_owned()
    }
}

/// Reads the visible text of `html`.
pub(crate) fn render(html: &str) -> Rendered {
    let mut page = Page::new();
    for token in Tokens::new(html) {
        page.take(&token);
    }
    Rendered { lines: page.writer.finish(), hidden_characters: page.hidden_characters }
}

/// Elements that never have content.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
/// Elements whose content is not shown.
const UNSEEN: [&str; 8] =
    ["head", "script", "style", "title", "template", "noframes", "datalist", "object"];
/// Elements that may stand in a head; any other one ends it.
const IN_HEAD: [&str; 10] =
    ["meta", "title", "link", "style", "script", "base", "noscript", "template", "object", "xml"];
/// Elements that begin and end on a line of their own.
const BLOCKS: [&str; 25] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "footer",
    "form",
    "header",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "section",
    "table",
    "tbody",
    "thead",
    "tr",
    "ul",
];
/// Blocks with an empty line around them.
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"];

struct Element {
    name: String,
    look: Look,
    mark: Mark,
    unseen: bool,
    preformatted: bool,
}

struct Page {
    open: Vec<Element>,
    /// Elements beyond `DEPTH_MAX` that are open.
    too_deep: usize,
    root_mark: Mark,
    sheet: Sheet,
    writer: Writer,
    hidden_characters: usize,
}

impl Page {
    fn new() -> Self {
        Page {
            open: Vec::new(),
            too_deep: 0,
            root_mark: Mark::Plain,
            sheet: Sheet::default(),
            writer: Writer::default(),
            hidden_characters: 0,
        }
    }

    fn take(&mut self, token: &Token<'_>) {
        match token {
            Token::Text(text) => self.text(text),
            Token::Open { name, attributes } => self.opened(name, attributes),
            Token::Close { name } => self.closed(name),
        }
    }

    fn text(&mut self, text: &str) {
        let top = self.open.last();
        if top.is_some_and(|element| element.name == "style") {
            self.sheet.add(text);
        }
        if top.is_some_and(|element| element.unseen) {
            return;
        }
        let text = decode_entities(text);
        if top.is_some_and(|element| element.look.is_hidden()) {
            let visible_count = text.chars().filter(|c| !is_blank(*c)).count();
            self.hidden_characters += visible_count;
            return;
        }
        let mark = top.map_or(self.root_mark, |element| element.mark);
        let preformatted = top.is_some_and(|element| element.preformatted);
        self.writer.write(&text, self.root_mark.max_of(mark), preformatted);
    }

    fn opened(&mut self, name: &str, attributes: &str) {
        let mark = mark_of(name, attributes);
        if let Some((mark, Reach::Rest)) = mark {
            self.root_mark = mark;
        }
        self.close_implied(name);
        self.break_before(name);
        if VOID.contains(&name) {
            return;
        }
        if self.open.len() >= DEPTH_MAX {
            self.too_deep += 1;
            return;
        }
        let parent = self.open.last();
        let inherited = parent.map_or(Mark::Plain, |element| element.mark);
        let own = mark.map_or(inherited, |(mark, _)| inherited.max_of(mark));
        let element = Element {
            name: name.to_owned(),
            look: parent.map_or(Look::page(), |element| element.look).child(
                name,
                attributes,
                &self.sheet,
            ),
            mark: own,
            unseen: parent.is_some_and(|element| element.unseen) || UNSEEN.contains(&name),
            preformatted: parent.is_some_and(|element| element.preformatted) || name == "pre",
        };
        self.open.push(element);
    }

    /// Ends the element that HTML ends without a closing tag when this one begins.
    fn close_implied(&mut self, name: &str) {
        let ends = |top: &str| match name {
            "li" | "option" => top == name,
            "tr" => matches!(top, "tr" | "td" | "th"),
            "td" | "th" => matches!(top, "td" | "th"),
            _ if top == "head" => !IN_HEAD.contains(&name),
            _ => {
                top == "p" && (BLOCKS.contains(&name) || PARAGRAPHS.contains(&name) || name == "hr")
            }
        };
        while self.too_deep == 0 && self.open.last().is_some_and(|top| ends(&top.name)) {
            self.open.pop();
        }
    }

    fn closed(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(at) = self.open.iter().rposition(|element| element.name == name) {
            self.open.truncate(at);
        } else if name != "p" {
            return;
        }
        if PARAGRAPHS.contains(&name) {
            self.writer.paragraph();
        } else if BLOCKS.contains(&name) {
            self.writer.line();
        }
    }

    fn break_before(&mut self, name: &str) {
        if self.open.last().is_some_and(|top| top.unseen || top.look.is_hidden()) {
            return;
        }
        match name {
            "br" => self.writer.hard_break(),
            "hr" => {
                let mark = self.open.last().map_or(Mark::Plain, |top| top.mark);
                self.writer.rule(self.root_mark.max_of(mark));
            }
            "td" | "th" => self.writer.cell(),
            "li" => {
                self.writer.line();
                self.writer.bullet();
            }
            name if PARAGRAPHS.contains(&name) => self.writer.paragraph(),
            name if BLOCKS.contains(&name) => self.writer.line(),
            _ => {}
        }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || crate::read::hidden::is_invisible(c)
}
