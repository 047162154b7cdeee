//! What is made harmless, what stays, and that nothing a program would act on is left.

use super::neutralise;
use crate::origin::canonical::Canonical;
use proptest::prelude::{ProptestConfig, any, proptest};

fn plain(text: &str) -> String {
    neutralise(text, &|_| false)
}

#[test]
fn what_could_be_pressed_called_paid_or_notified_is_harmless_and_still_read() {
    let table = [
        ("see https://evil.example/x now", "see hxxps://evil[.]example/x now"),
        ("HTTP://evil.example", "hxxp://evil[.]example"),
        ("www.evil.example/pay?x=1", "www[.]evil[.]example/pay?x=1"),
        ("evil.example.", "evil[.]example."),
        ("[our portal](https://evil.example)", "(our portal)(hxxps://evil[.]example)"),
        ("<a href=\"https://evil.example\">x</a>", "‹a href=\"hxxps://evil[.]example\"›x‹/a›"),
        ("write to eve@fog.example!", "write to eve[at]fog[.]example!"),
        ("mailto:eve@fog.example", "mailto[:]eve@fog[.]example"),
        ("@channel and @jo look", "[at]channel and [at]jo look"),
        ("10.0.0.1/admin", "10[.]0[.]0[.]1/admin"),
        ("xn--e1awd7f.example", "xn--e1awd7f[.]example"),
        ("evil\u{200b}.example", "evil[.]example"),
        ("pay DE89 3704 0044 0532 0130 00 today", "pay DE8·937·040·044·053·201·300·0 today"),
        ("call +49 40 1234567 now", "call +49·401·234·567 now"),
        ("account 1234567890", "account 123·456·789·0"),
    ];
    for (text, expected) in table {
        assert_eq!(plain(text), expected, "{text}");
    }
}

#[test]
fn ordinary_words_dates_and_amounts_stay_as_they_are() {
    let texts = [
        "The chair wobbles. It came on 14.03.2026, at 10:30, for 1.250,50 EUR (2 pieces).",
        "Order INV-2041 of 2026-03-14: 1250.50\nThanks, e.g. for no. 5; see page 3/4.",
        "Größe 3,5 m² – über 20 %!",
    ];
    for text in texts {
        assert_eq!(plain(text), text);
    }
}

#[test]
fn what_someone_trusted_wrote_stays() {
    let keeps = |value: &Canonical| {
        ["https://portal.example/", "jo@lantern.example"].contains(&value.text.as_str())
    };
    let text = "https://portal.example and jo@lantern.example, not https://evil.example";
    let expected = "https://portal.example and jo@lantern.example, not hxxps://evil[.]example";
    assert_eq!(neutralise(text, &keeps), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_link_address_or_mention_is_left(before in any::<String>(), after in any::<String>()) {
        for bait in ["https://evil.example/x", "eve@fog.example", "@all", "evil.example"] {
            let out = plain(&format!("{before} {bait} {after}"));
            assert!(!out.contains("https://"), "{out}");
            assert!(!out.contains("evil.example"), "{out}");
            assert!(!out.contains("eve@"), "{out}");
            assert!(!out.contains("@all"), "{out}");
        }
    }
}
