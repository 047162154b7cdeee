//! Decides whether inline style or a simple style sheet makes text invisible to a person. It knows
//! the usual tricks, not the cascade: a rule it does not understand hides nothing.

use super::tokens::attributes;

/// Two colours closer than this on every channel cannot be told apart by a reader.
const COLOUR_DISTANCE_MIN: u8 = 10;
/// A font of this size or less, in pixels or points, is not readable.
const FONT_SIZE_MAX_HIDDEN: f64 = 1.0;
/// A negative offset of this many units moves text off the page.
const OFFSET_OFF_PAGE: f64 = -400.0;

type Colour = [u8; 3];

/// How the text inside one element would look; children inherit it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    hidden: bool,
    colour: Option<Colour>,
    /// `None` when it is not known, for example a background image.
    background: Option<Colour>,
    /// A font size of zero hides children only until one of them sets its own size.
    unreadable: bool,
}

impl Look {
    /// The look of a page before any style: dark text on white.
    pub(super) fn page() -> Self {
        Look { hidden: false, colour: None, background: Some([255; 3]), unreadable: false }
    }

    /// Whether a person looking at the page would not see this text.
    pub(super) fn is_hidden(&self) -> bool {
        let invisible = match (self.colour, self.background) {
            (Some(text), Some(page)) => {
                text.iter().zip(page).all(|(a, b)| a.abs_diff(b) < COLOUR_DISTANCE_MIN)
            }
            (None, _) | (_, None) => false,
        };
        self.hidden || self.unreadable || invisible
    }

    /// The look of a child element with these attributes.
    pub(super) fn child(mut self, name: &str, tag_attributes: &str, sheet: &Sheet) -> Self {
        let mut class = "";
        let mut id = "";
        let found = attributes(tag_attributes);
        for (attribute, value) in &found {
            match attribute.as_str() {
                "class" => class = value,
                "id" => id = value,
                "hidden" => self.hidden = true,
                "bgcolor" => self.background = colour(value),
                "background" => self.background = None,
                "color" if name == "font" => self.colour = colour(value),
                "text" if name == "body" => self.colour = colour(value),
                _ => {}
            }
        }
        if !(class.is_empty() && id.is_empty()) && sheet.paints_backgrounds {
            self.background = None;
        }
        for rule in sheet.rules.iter().filter(|rule| rule.concerns(name, class, id)) {
            self.apply(&rule.body);
        }
        if let Some((_, style)) = found.iter().find(|(attribute, _)| attribute == "style") {
            self.apply(style);
        }
        self
    }

    fn apply(&mut self, style: &str) {
        self.hidden |= hides(style);
        for (property, value) in declarations(style) {
            match property.as_str() {
                "color" if value != "inherit" => self.colour = colour(&value),
                "background" | "background-color" if value != "inherit" => {
                    self.background = match value.as_str() {
                        "transparent" | "none" | "initial" => self.background,
                        value => colour(value.split_whitespace().next().unwrap_or("")),
                    };
                }
                "background-image" if value != "none" => self.background = None,
                "font-size" => self.unreadable = is_unreadable_size(&value),
                _ => {}
            }
        }
    }
}

/// The rules of the document's style sheets, as far as they are simple and can hide something.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    rules: Vec<Rule>,
    paints_backgrounds: bool,
}

#[derive(Debug, Clone)]
struct Rule {
    name: String,
    class: String,
    id: String,
    body: String,
}

impl Rule {
    fn concerns(&self, name: &str, classes: &str, id: &str) -> bool {
        (self.name.is_empty() || self.name == name)
            && (self.id.is_empty() || self.id == id)
            && (self.class.is_empty()
                || classes.split_whitespace().any(|class| class == self.class))
    }
}

/// Most rules kept; each is compared with each element, so the work stays bounded.
const RULES_MAX: usize = 128;
/// Longest rule kept, in bytes.
const RULE_BYTES_MAX: usize = 500;

impl Sheet {
    /// Adds the rules of one `<style>` element. Rules for particular screens (`@media`) are left
    /// out: what they hide is usually shown elsewhere.
    pub(super) fn add(&mut self, css: &str) {
        self.paints_backgrounds |= css.contains("background");
        let css = css.replace("<!--", "").replace("-->", "");
        let mut rest = css.as_str();
        while let Some((selectors, after)) = rest.split_once('{') {
            if selectors.contains('@') {
                rest = after_block(after);
                continue;
            }
            let (body, after) = after.split_once('}').unwrap_or((after, ""));
            if body.len() <= RULE_BYTES_MAX && can_hide(body) {
                let room = RULES_MAX.saturating_sub(self.rules.len());
                let found = selectors.split(',').filter_map(|selector| rule(selector, body));
                self.rules.extend(found.take(room));
            }
            rest = after;
        }
    }
}

/// Whether a rule sets anything that decides what is seen.
fn can_hide(body: &str) -> bool {
    let mut look = Look::page();
    look.apply(body);
    look != Look::page()
}

/// What follows the block whose opening brace was just read, inner blocks included.
fn after_block(css: &str) -> &str {
    let mut depth = 1_usize;
    for (at, byte) in css.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return css.get(at + 1..).unwrap_or("");
        }
    }
    ""
}

/// A selector of one element (`td`, `.x`, `#y`, `td.x`); anything richer is left out.
fn rule(text: &str, body: &str) -> Option<Rule> {
    let text = text.trim();
    let simple = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '#');
    if text.is_empty() || !text.chars().all(simple) {
        return None;
    }
    let (rest, id) = text.split_once('#').unwrap_or((text, ""));
    let (name, class) = rest.split_once('.').unwrap_or((rest, ""));
    (!class.contains('.')).then(|| Rule {
        name: name.to_ascii_lowercase(),
        class: class.to_owned(),
        id: id.to_owned(),
        body: body.to_owned(),
    })
}

fn hides(style: &str) -> bool {
    let mut closed = false;
    let mut clipped = false;
    for (property, value) in declarations(style) {
        let hiding = match property.as_str() {
            "display" => value == "none",
            "visibility" => value == "hidden" || value == "collapse",
            "mso-hide" => value == "all",
            "opacity" => number(&value).is_some_and(|opacity| opacity < 0.05),
            "font-size" => is_unreadable_size(&value),
            "color" => value == "transparent",
            "text-indent" | "left" | "top" | "margin-left" => {
                number(&value).is_some_and(|offset| offset <= OFFSET_OFF_PAGE)
            }
            "height" | "max-height" | "width" | "max-width" => {
                closed |= number(&value) == Some(0.0);
                false
            }
            "overflow" => {
                clipped |= value == "hidden";
                false
            }
            _ => false,
        };
        // A font size alone is inherited and can be undone below, so `Look` keeps it apart.
        if hiding && property != "font-size" {
            return true;
        }
    }
    closed && clipped
}

fn is_unreadable_size(value: &str) -> bool {
    let relative = value.ends_with("em") || value.ends_with('%');
    number(value).is_some_and(
        |size| {
            if relative { size <= 0.0 } else { size <= FONT_SIZE_MAX_HIDDEN }
        },
    )
}

fn declarations(style: &str) -> impl Iterator<Item = (String, String)> {
    style.split(';').filter_map(|declaration| {
        let (property, value) = declaration.split_once(':')?;
        let value = value.trim().to_ascii_lowercase();
        let value = value.trim_end_matches("!important").trim_end().to_owned();
        Some((property.trim().to_ascii_lowercase(), value))
    })
}

/// The number a value begins with, whatever its unit.
fn number(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')));
    value.get(..end.unwrap_or(value.len()))?.parse().ok()
}

fn colour(value: &str) -> Option<Colour> {
    let value = value.trim().to_ascii_lowercase();
    if let Some(hex) = value.strip_prefix('#') {
        return hex_colour(hex);
    }
    if let Some(list) = value.strip_prefix("rgb") {
        let list = list.trim_start_matches('a').trim_matches(['(', ')', ' ']);
        let mut channels = list.split([',', ' ']).filter(|channel| !channel.is_empty());
        let mut next = || channels.next()?.trim().parse::<u8>().ok();
        return Some([next()?, next()?, next()?]);
    }
    match value.as_str() {
        "white" => Some([255; 3]),
        "black" => Some([0; 3]),
        "snow" | "ghostwhite" | "floralwhite" => Some([252; 3]),
        "whitesmoke" => Some([245; 3]),
        _ => hex_colour(&value),
    }
}

fn hex_colour(hex: &str) -> Option<Colour> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    match digits?.as_slice() {
        [r, g, b] => Some([r * 17, g * 17, b * 17]),
        [r, s, g, h, b, c, ..] => Some([r * 16 + s, g * 16 + h, b * 16 + c]),
        _ => None,
    }
}
