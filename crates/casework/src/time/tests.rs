//! Lengths as people write them, and moments that saturate.

use super::{DAY_MS, Timestamp, parse_length_ms};

#[test]
fn lengths_are_read_as_people_write_them() {
    let table = [
        ("30s", Some(30_000)),
        ("15m", Some(900_000)),
        ("2h", Some(7_200_000)),
        ("3d", Some(3 * DAY_MS)),
        ("1w", Some(7 * DAY_MS)),
        (" 5 m ", Some(300_000)),
        ("0s", Some(0)),
        ("", None),
        ("5", None),
        ("m", None),
        ("-5m", None),
        ("1.5h", None),
        ("5 minutes", None),
        ("5M", None),
        ("٣d", None),
        ("99999999999999999999s", None),
        ("18446744073709551615w", None),
    ];
    for (text, expected) in table {
        assert_eq!(parse_length_ms(text), expected, "{text:?}");
    }
}

#[test]
fn moments_saturate_at_both_ends_of_time() {
    assert_eq!(Timestamp(5).plus_ms(u64::MAX), Timestamp(i64::MAX));
    assert_eq!(Timestamp(i64::MAX).since_ms(Timestamp(i64::MIN)), i64::MAX as u64);
    assert_eq!(Timestamp(5).since_ms(Timestamp(9)), 0);
    assert_eq!(Timestamp(9).since_ms(Timestamp(5)), 4);
}
