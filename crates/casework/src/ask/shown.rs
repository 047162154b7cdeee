//! Text by outsiders and models, made safe to look at: marks that turn or hide letters are taken
//! out and counted. Escaping is each view's work; what is stored or approved is never changed here.

/// A text without hidden marks, and how many it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean {
    /// What a reader sees.
    pub text: String,
    /// How many marks were taken out.
    pub hidden: usize,
}

/// Takes out what a reader cannot see: bidirectional controls, zero-width and tag characters,
/// control characters other than line breaks and tabs. The list follows Unicode Technical Report
/// 36, section 2.8, and the properties `Bidi_Control` and `Default_Ignorable_Code_Point`; the
/// sixteen common variation selectors stay, as emoji need them.
pub fn clean(text: &str) -> Clean {
    let hidden = text.chars().filter(|letter| is_hidden(*letter)).count();
    if hidden == 0 {
        return Clean { text: text.to_owned(), hidden };
    }
    Clean { text: text.chars().filter(|letter| !is_hidden(*letter)).collect(), hidden }
}

impl Clean {
    /// What to say about the hidden marks; empty when there are none.
    pub fn note(&self) -> String {
        match self.hidden {
            0 => String::new(),
            1 => "holds 1 hidden character that is not shown here".into(),
            hidden => format!("holds {hidden} hidden characters that are not shown here"),
        }
    }
}

fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' | '\r' => false,
        _ if letter.is_control() => true,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}'
        | '\u{17B5}' => true,
        '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' => true,
        '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' => true,
        '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn marks_that_turn_or_hide_letters_are_taken_out_and_counted() {
        let shown = clean("pay\u{202E}fdp.\u{200B}exe\u{E0041}");
        assert_eq!((shown.text.as_str(), shown.hidden), ("payfdp.exe", 3));
        assert_eq!(shown.note(), "holds 3 hidden characters that are not shown here");
    }

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in ["Grüße\n\tvon Zoë", "שלום", "日本語", "❤️ and 👍🏽", ""] {
            assert_eq!(clean(text).text, text);
        }
    }
}
