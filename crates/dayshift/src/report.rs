//! What commands print: results to standard output, as words or as one JSON object; trouble and
//! progress to standard error. It computes nothing.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};
use std::io::{IsTerminal as _, Write as _};

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// One JSON object instead of words.
    pub json: bool,
}

impl Report {
    /// A result: the JSON object, or these words.
    pub fn result(&self, object: &Json, words: &str) {
        if self.json {
            self.raw(format!("{object}\n").as_bytes());
        } else {
            let end = if words.ends_with('\n') { "" } else { "\n" };
            self.raw(format!("{words}{end}").as_bytes());
        }
    }

    /// Bytes as they are. A reader that went away is no fault of ours.
    pub fn raw(&self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }

    /// Words for people only, on standard error.
    pub fn say(&self, words: &str) {
        let _ = writeln!(std::io::stderr(), "{words}");
    }

    /// How a command failed.
    pub fn failure(&self, words: &str) {
        if self.json {
            self.raw(format!("{}\n", json!({ "ok": false, "error": words })).as_bytes());
        }
        if !words.is_empty() {
            self.say(&format!("dayshift: {words}"));
        }
    }

    /// What is wrong with an office's files, each at its place.
    pub fn problems(&self, problems: &[crate::office::Problem]) {
        let colour = std::io::stderr().is_terminal() && !no_colour();
        for problem in problems {
            self.say(&problem.render(colour));
        }
    }

    /// A progress bar on standard error; invisible where nobody looks.
    pub fn progress(&self, what: &str, length: u64) -> ProgressBar {
        let visible = !self.json && std::io::stderr().is_terminal();
        let target = match visible {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let style = ProgressStyle::with_template("{prefix:<24} {bar:24} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(what.to_owned());
        bar
    }
}

/// See no-color.org.
fn no_colour() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// A table that fits 80 columns: the last column gives way first. `right` says which columns hold
/// numbers.
pub fn table(head: &[&str], right: &[usize], rows: &[Vec<String>]) -> String {
    const WIDTH_MAX: usize = 80;
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let gaps = widths.len().saturating_sub(1) * 2;
    while widths.iter().sum::<usize>() + gaps > WIDTH_MAX {
        // The widest column of words gives way; numbers stay whole.
        let widest = widths.iter().enumerate().filter(|(at, _)| !right.contains(at));
        let Some((at, _)) = widest.max_by_key(|(at, width)| (**width, *at)) else { break };
        match widths.get_mut(at) {
            Some(width) if *width > 8 => *width -= 1,
            _ => break,
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (at, (cell, width)) in cells.zip(&widths).enumerate() {
            let cell = shorten(cell, *width);
            let padding = " ".repeat(width - cell.chars().count());
            let gap = if at == 0 { "" } else { "  " };
            line.push_str(gap);
            if right.contains(&at) {
                line.push_str(&padding);
                line.push_str(&cell);
            } else {
                line.push_str(&cell);
                line.push_str(&padding);
            }
        }
        line.trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

fn shorten(text: &str, width: usize) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if text.chars().count() <= width {
        return text;
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_the_terminal_and_keeps_its_numbers() {
        let rows = vec![vec!["a".repeat(120), "12345".into()], vec!["b".into(), "7".into()]];
        let table = table(&["name", "count"], &[1], &rows);
        assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
        assert!(table.contains("12345") && table.contains('…'));
        assert!(table.lines().all(|line| line.ends_with(['5', '7', 't'])));
    }
}
