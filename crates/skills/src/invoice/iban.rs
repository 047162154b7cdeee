//! The checksum of bank accounts, ISO 13616. Whether an account exists it cannot tell.

/// Whether a text, without spaces, is an IBAN: two letters, two digits, a length that its country
/// uses where that is known, and a rest of 1 by ISO 7064 mod 97-10.
#[must_use]
pub fn is_iban(text: &str) -> bool {
    let bytes = text.as_bytes();
    let sound = (15..=34).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let (Some(head), Some(rest)) = (bytes.get(..4), bytes.get(4..)) else { return false };
    let shaped = head.iter().take(2).all(u8::is_ascii_uppercase)
        && head.iter().skip(2).all(u8::is_ascii_digit);
    if !sound || !shaped || length(text.get(..2).unwrap_or("")).is_some_and(|n| n != bytes.len()) {
        return false;
    }
    let mut remainder = 0_u32;
    for byte in rest.iter().chain(head) {
        let value = u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' + 10 });
        remainder = (remainder * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    remainder == 1
}

/// How long the accounts of a country are, by the SWIFT registry.
fn length(country: &str) -> Option<usize> {
    const LENGTHS: [(&str, usize); 44] = [
        ("AD", 24),
        ("AE", 23),
        ("AL", 28),
        ("AT", 20),
        ("BA", 20),
        ("BE", 16),
        ("BG", 22),
        ("CH", 21),
        ("CY", 28),
        ("CZ", 24),
        ("DE", 22),
        ("DK", 18),
        ("EE", 20),
        ("ES", 24),
        ("FI", 18),
        ("FO", 18),
        ("FR", 27),
        ("GB", 22),
        ("GI", 23),
        ("GR", 27),
        ("HR", 21),
        ("HU", 28),
        ("IE", 22),
        ("IL", 23),
        ("IS", 26),
        ("IT", 27),
        ("LI", 21),
        ("LT", 20),
        ("LU", 20),
        ("LV", 21),
        ("MC", 27),
        ("MD", 24),
        ("ME", 22),
        ("MK", 19),
        ("MT", 31),
        ("NL", 18),
        ("NO", 15),
        ("PL", 28),
        ("PT", 25),
        ("RO", 24),
        ("RS", 22),
        ("SE", 24),
        ("SI", 19),
        ("SK", 24),
    ];
    LENGTHS.iter().find(|(name, _)| *name == country).map(|(_, length)| *length)
}
