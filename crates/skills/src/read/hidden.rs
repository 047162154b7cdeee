//! Finds characters that a reader cannot see or that turn text around. It reports them and leaves
//! the text as it is, except for names shown to people, which are cleaned.

/// Whether `c` has no width or only steers how its neighbours are shown.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether `c` turns the direction of the text after it around.
fn is_direction_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that occur in honest text: soft hyphens and joiners of Indic scripts and emoji,
/// emoji presentation, and the marks that Outlook puts around dates.
fn is_customary(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{fe0e}' | '\u{fe0f}')
}

/// A warning when `text` holds hidden characters, naming where it was found.
pub(crate) fn warning(text: &str, place: &str) -> Option<String> {
    let count = text.chars().filter(|c| is_invisible(*c) && !is_customary(*c)).count();
    let turned = text.chars().any(is_direction_override);
    let also = if turned { ", some turn the text direction around" } else { "" };
    (count > 0).then(|| format!("hidden characters in the {place}: {count}{also}"))
}

/// `text` on one line for showing: control and invisible characters gone, white space single.
pub(crate) fn cleaned(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|c| !is_invisible(*c) || is_customary(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
