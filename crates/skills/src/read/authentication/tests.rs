//! The headers of RFC 8601 and what mail servers make of them.

use super::{AuthenticationResult, results};

fn read(headers: &[&str]) -> Vec<AuthenticationResult> {
    results(&headers.iter().map(|header| (*header).to_owned()).collect::<Vec<_>>())
}

fn result(
    header: usize,
    server: &str,
    method: &str,
    result: &str,
    properties: &[(&str, &str)],
) -> AuthenticationResult {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    AuthenticationResult {
        header,
        authserv_id: server.to_owned(),
        method: method.to_owned(),
        result: result.to_owned(),
        properties: properties.iter().map(own).collect(),
    }
}

#[test]
fn results_come_in_order_with_their_properties() {
    let found = read(&[
        "MX.x.example 1; spf=pass smtp.mailfrom=a@y.example; dkim=PASS (2048-bit key; ok) \
         header.d=y.example header.s=k; dmarc=fail (p=none) reason=\"no; match\" \
         header.from=z.example",
        "other.example; dmarc=pass header.from=z.example",
    ]);
    let expected = [
        result(0, "mx.x.example", "spf", "pass", &[("smtp.mailfrom", "a@y.example")]),
        result(0, "mx.x.example", "dkim", "pass", &[("header.d", "y.example"), ("header.s", "k")]),
        result(
            0,
            "mx.x.example",
            "dmarc",
            "fail",
            &[("reason", "no; match"), ("header.from", "z.example")],
        ),
        result(1, "other.example", "dmarc", "pass", &[("header.from", "z.example")]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn comments_and_quotes_cannot_smuggle_a_result_in() {
    let found = read(&["mx.example (; dmarc=pass); dmarc=fail (a (nested) \\) dmarc=pass) \
         header.from=\"x ; dmarc=pass\""]);
    let from = [("header.from", "x ; dmarc=pass")];
    assert_eq!(found, [result(0, "mx.example", "dmarc", "fail", &from)]);
}

#[test]
fn the_first_of_equal_properties_counts() {
    let found = read(&["mx.example; dkim=pass header.d=a.example header.d=b.example"]);
    assert_eq!(found, [result(0, "mx.example", "dkim", "pass", &[("header.d", "a.example")])]);
}

#[test]
fn nothing_checked_and_nonsense_are_told_apart() {
    assert_eq!(read(&["mx.example; none"]), [result(0, "mx.example", "", "none", &[])]);
    assert_eq!(
        read(&["mx.example 1 ; dkim/1 = neutral"]),
        [result(0, "mx.example", "dkim", "neutral", &[])]
    );
    assert!(read(&["", ";;;", "=", "\"unclosed", "(((", "mx.example; dkim"]).is_empty());
}
