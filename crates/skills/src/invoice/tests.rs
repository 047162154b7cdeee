//! Days and amounts, whatever they were read from.

use super::{Date, Invoice};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

#[test]
fn a_day_that_the_calendar_lacks_is_no_date() {
    for text in ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "2026-01-01Z"] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
    assert!("2024-02-29".parse::<Date>().is_ok());
}

#[test]
fn an_invoice_survives_its_json() {
    let mut invoice = Invoice { number: Some("R-17".to_owned()), ..Invoice::default() };
    invoice.total = "1190.00".parse().ok();
    invoice.issue_date = Date::new(2026, 3, 31);
    let json = serde_json::to_string(&invoice).unwrap();
    assert!(json.contains(r#""total":"1190.00""#), "exact and not a float: {json}");
    assert!(json.contains(r#""issue_date":"2026-03-31""#), "{json}");
    assert_eq!(serde_json::from_str::<Invoice>(&json).unwrap(), invoice);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn so_many_days_later_is_so_many_days_away(
        year in 1900u16..2200, month in 1u8..13, day in 1u8..29, days in 0u16..800
    ) {
        let date = Date::new(year, month, day).unwrap();
        let later = date.plus_days(days).unwrap();
        prop_assert_eq!(date.days_until(later), i32::from(days));
        prop_assert_eq!(later.to_string().parse::<Date>().unwrap(), later);
    }
}
