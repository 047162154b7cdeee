//! Whether a domain is made to be taken for another one. It goes by the shape of letters and knows
//! no list of domains.

/// Whether `domain` looks like `own`, one of our domains, and is neither it nor a part of it.
pub(super) fn is_look_alike(domain: &str, own: &str) -> bool {
    let shown = shown(domain);
    if shown == own || shown.ends_with(&format!(".{own}")) {
        return false;
    }
    let own_name = name(own);
    let own_shape = shape(own_name);
    labels(&shown).any(|label| {
        let shape = shape(label);
        let same = shape == own_shape && own_name.len() >= SHAPE_LENGTH_MIN;
        let near = own_name.len() >= EDIT_LENGTH_MIN && is_one_edit_apart(&shape, &own_shape);
        let holds = own_name.len() >= EDIT_LENGTH_MIN && shape.contains(&own_shape);
        same || near || holds
    })
}

/// Whether a label of the domain mixes Latin letters with such of other alphabets that look Latin.
pub(super) fn mixes_alphabets(domain: &str) -> bool {
    shown(domain).split('.').any(|label| {
        label.chars().any(|c| c.is_ascii_alphabetic())
            && label.chars().any(|c| foreign_twin(c).is_some())
    })
}

/// The domain as a person sees it, in lower case.
fn shown(domain: &str) -> String {
    let (shown, _) = idna::domain_to_unicode(domain);
    shown.to_lowercase()
}

/// Names shorter than this are too often each other's neighbours by chance.
const SHAPE_LENGTH_MIN: usize = 4;
const EDIT_LENGTH_MIN: usize = 6;

/// All labels but the last.
fn labels(domain: &str) -> impl Iterator<Item = &str> {
    let (names, _) = domain.rsplit_once('.').unwrap_or((domain, ""));
    names.split('.')
}

/// The label that names its owner: the longest before the last.
fn name(domain: &str) -> &str {
    labels(domain).max_by_key(|label| label.len()).unwrap_or(domain)
}

/// A label with all that looks alike made the same.
fn shape(label: &str) -> String {
    let letters: String = label.chars().filter(|c| *c != '-').map(plain).collect();
    letters.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

fn plain(c: char) -> char {
    let c = foreign_twin(c).unwrap_or(c);
    match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        '3' => 'e',
        '5' => 's',
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ā' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ē' | 'ė' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ī' => 'l',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'ō' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'ū' => 'u',
        'ñ' | 'ń' | 'ň' => 'n',
        'ç' | 'ć' | 'č' => 'c',
        other => other,
    }
}

/// The Latin letter that a letter of another alphabet is taken for (after the confusables of
/// Unicode Technical Standard 39, the lower-case letters of it).
fn foreign_twin(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' | 'ɑ' => 'a',
        'в' | 'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ҽ' => 'e',
        'ɡ' => 'g',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'κ' | 'к' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'η' | 'ո' => 'n',
        'о' | 'ο' | 'օ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        _ => return None,
    })
}

/// Whether one letter added, left out, changed or swapped with its neighbour makes one the other.
fn is_one_edit_apart(one: &str, other: &str) -> bool {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (tail(&one, start), tail(&other, start));
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let (one, other) = (head(one, end), head(other, end));
    match (one, other) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

fn tail(letters: &[char], from: usize) -> &[char] {
    letters.get(from..).unwrap_or_default()
}

fn head(letters: &[char], without: usize) -> &[char] {
    letters.get(..letters.len().saturating_sub(without)).unwrap_or_default()
}
