//! What names of people and firms look like: legal forms of many countries, lines of senders,
//! postal codes, names of domains.

use super::super::label::plain_text;
use super::super::sheet::Sheet;

/// Legal forms as they end a name, small, without stops.
const LEGAL_FORMS: [&str; 63] = [
    "gmbh",
    "mbh",
    "ag",
    "kg",
    "ohg",
    "gbr",
    "ug",
    "ek",
    "ekfm",
    "ev",
    "eg",
    "se",
    "kgaa",
    "ag & co",
    "ltd",
    "limited",
    "llc",
    "llp",
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "plc",
    "co",
    "pty",
    "pvt",
    "bv",
    "nv",
    "vof",
    "cv",
    "sa",
    "sas",
    "sasu",
    "sarl",
    "eurl",
    "sci",
    "snc",
    "scop",
    "sl",
    "slu",
    "sau",
    "scp",
    "srl",
    "spa",
    "sas di",
    "srls",
    "oy",
    "oyj",
    "ab",
    "as",
    "asa",
    "aps",
    "a/s",
    "sro",
    "doo",
    "dd",
    "kft",
    "zrt",
    "sp zoo",
    "spzoo",
    "lda",
    "ltda",
    "sagl",
];

/// Whether one of the last words is a legal form.
pub(super) fn has_legal_form(text: &str) -> bool {
    let words: Vec<String> = text
        .split([' ', ',', '(', ')'])
        .map(|word| {
            let small = word.to_lowercase();
            small.chars().filter(|c| c.is_alphanumeric() || *c == '/').collect()
        })
        .filter(|word: &String| !word.is_empty())
        .collect();
    let joined = words.join(" ");
    // The first word is never the form.
    let known = |word: &String| LEGAL_FORMS.contains(&word.as_str());
    words.iter().skip(1).any(|word| known(word) && case_fits(text, word))
        || joined.ends_with("sp z oo")
        || joined.ends_with("a g")
        || text.trim_end().ends_with("a.G.")
}

/// Short forms must be written large, or "as" and "co" would make firms of sentences.
fn case_fits(text: &str, form: &str) -> bool {
    if form.len() > 3 || matches!(form, "ltd" | "inc") {
        return true;
    }
    text.split([' ', ',', '(', ')']).any(|word| {
        let letters: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '/').collect();
        letters.to_lowercase() == form && letters.chars().next().is_some_and(char::is_uppercase)
            || word == "e.K."
            || word == "e.V."
    })
}

/// The name at the beginning of a text, without what follows it, and where it begins.
pub(super) fn name_of(text: &str) -> Option<(String, usize)> {
    let trimmed = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let start = text.len() - trimmed.len();
    let mut name = trimmed;
    for separator in [" - ", " – ", " — ", " • ", " ● ", " · ", " | ", " * ", "   ", " -- ", " ∙ "]
    {
        name = name.split(separator).next().unwrap_or(name);
    }
    // "Somebody Ltd, Street 1, City": up to the first comma after a legal form.
    if let Some((first, _)) = name.split_once(',') {
        let second = name.get(first.len() + 1..).unwrap_or("");
        let form_follows = has_legal_form(&format!("x {}", second.split(',').next().unwrap_or("")));
        if !form_follows || has_legal_form(first) {
            name = first;
        } else {
            let end = first.len() + 1 + second.split(',').next().unwrap_or("").len();
            name = name.get(..end).unwrap_or(name);
        }
    }
    let name = name.trim().trim_end_matches([',', ';', ':', '-', '*', '(']).trim_end();
    let name = without_title(name);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let words = name.split_whitespace().count();
    let sound = letters >= 3
        && letters > digits * 3
        && words <= 9
        && name.chars().count() <= 70
        && !name.contains(['@', '€', '$', '%', '=', '?', '!', '#'])
        && !name.contains("www.")
        && !name.contains("http")
        && !name.contains(':')
        && name
            .chars()
            .next()
            .is_some_and(|c| c.is_uppercase() || c.is_numeric() || !c.is_lowercase());
    (sound && !is_title(name)).then(|| (name.to_owned(), start))
}

/// "Somebody Invoice" without the last word.
fn without_title(name: &str) -> &str {
    let Some((head, last)) = name.rsplit_once(' ') else { return name };
    if is_title(last) { head.trim_end() } else { name }
}

fn is_title(text: &str) -> bool {
    matches!(
        plain_text(text).as_str(),
        "invoice"
            | "rechnung"
            | "facture"
            | "factura"
            | "fattura"
            | "factuur"
            | "faktura"
            | "fatura"
            | "taxinvoice"
            | "bill"
            | "receipt"
            | "creditnote"
            | "gutschrift"
            | "page"
            | "seite"
            | "original"
            | "copy"
            | "kopie"
            | "kopiefactuur"
            | "statement"
            | "avoir"
            | "summary"
            | "invoicesummary"
            | "detail"
            | "details"
            | "total"
            | "warenrechnung"
            | "kostenrechnung"
            | "rechnungskorrektur"
            | "duplicate"
            | "deutschland"
            | "germany"
            | "france"
            | "nederland"
            | "italia"
            | "espana"
            | "unitedstates"
            | "usa"
    )
}

/// Names of banks are not names of sellers.
pub(super) fn is_bank(plain: &str) -> bool {
    ["bank", "banque", "banca", "banco", "sparkasse", "credit", "raiffeisen", "rabobank", "caisse"]
        .iter()
        .any(|word| plain.contains(word))
}

/// Whether two names are the same but for case, accents and what one has more at its end.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (plain_text(one), plain_text(other));
    one == other
        || one.len() > 5 && other.len() > 5 && (one.starts_with(&other) || other.starts_with(&one))
}

/// "Firm - Street 1 - 12345 City" in one line.
pub(super) fn sender_line(text: &str) -> bool {
    let parts: Vec<&str> = text
        .split([',', '|', '•', '●', '·', '∙'])
        .flat_map(|part| part.split(" - "))
        .flat_map(|part| part.split(" – "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    (3..=6).contains(&parts.len())
        && text.len() < 120
        && !text.contains(':')
        && parts.last().is_some_and(|part| has_postcode(part))
}

/// A postal code with a place: `12345 City`, `3012 CN City`, `City ST 12345`, `SW1A 1AA`.
pub(super) fn has_postcode(text: &str) -> bool {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    if words.len() > 9 {
        return false;
    }
    let digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_code = |word: &str| digits(word) && (4..=6).contains(&word.len());
    let is_place =
        |word: &str| word.chars().next().is_some_and(char::is_alphabetic) && word.len() > 1;
    let first = words.iter().take(2).position(|word| is_code(word));
    let leads = first.is_some_and(|at| words.get(at + 1).is_some_and(|word| is_place(word)));
    let trails = words.len() >= 2
        && words.last().is_some_and(|word| is_code(word) && word.len() >= 5)
        && words.first().is_some_and(|word| is_place(word));
    let british = words.windows(2).any(|pair| match pair {
        [out, inner] => {
            inner.len() == 3
                && inner.starts_with(|c: char| c.is_ascii_digit())
                && inner.get(1..).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_uppercase()))
                && (2..=4).contains(&out.len())
                && out.starts_with(|c: char| c.is_ascii_uppercase())
                && out.chars().any(|c| c.is_ascii_digit())
        }
        _ => false,
    });
    leads || trails || british
}

/// The names within addresses of mail and web, without those that everybody has.
pub(super) fn domain_names(sheet: &Sheet) -> Vec<String> {
    const COMMON: [&str; 26] = [
        "gmail",
        "googlemail",
        "hotmail",
        "outlook",
        "yahoo",
        "gmx",
        "web",
        "icloud",
        "live",
        "aol",
        "example",
        "mail",
        "email",
        "localhost",
        "tonline",
        "freenet",
        "orange",
        "wanadoo",
        "free",
        "libero",
        "google",
        "facebook",
        "twitter",
        "linkedin",
        "instagram",
        "tcpdf",
    ];
    let mut names: Vec<String> = Vec::new();
    let texts = sheet.rows.iter().flat_map(|row| &row.cells).map(|cell| cell.text.as_str());
    for word in texts.flat_map(|text| text.split([' ', ',', ';', '(', ')', '|', '•'])) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let host = match word.split_once('@') {
            Some((_, host)) => host,
            None => {
                let bare = word.trim_start_matches("https://").trim_start_matches("http://");
                if bare.len() == word.len() && !bare.starts_with("www.") {
                    continue;
                }
                bare
            }
        };
        let host = host.split(['/', ':', '?']).next().unwrap_or(host);
        let labels: Vec<&str> = host.split('.').filter(|label| *label != "www").collect();
        let own = match labels.as_slice() {
            [.., name, second, _] if second.len() <= 3 => name,
            [.., name, _] => name,
            _ => continue,
        };
        let own = plain_text(own);
        if own.len() >= 3 && !COMMON.contains(&own.as_str()) && !names.contains(&own) {
            names.push(own);
        }
    }
    names
}
