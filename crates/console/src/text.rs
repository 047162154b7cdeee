//! Text by outsiders for pages. What hides letters is taken out in `casework::ask::shown`; escaping
//! is the templates' work.

pub(crate) use casework::ask::shown::clean;

/// The first line of a text, at most so many letters long.
pub(crate) fn one_line(text: &str, letters_max: usize) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    if line.chars().count() <= letters_max {
        return line.to_owned();
    }
    let cut: String = line.chars().take(letters_max.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_line_is_cut_between_letters_not_bytes() {
        assert_eq!(one_line("\n  äöüß and more", 5), "äöüß…");
        assert_eq!(one_line("short\nsecond", 40), "short");
    }
}
