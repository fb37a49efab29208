//! What holds for every rule on every day: a due date never lies before receipt, and a later receipt never gives an earlier date.

use chrono::{Days, NaiveDate};
use demur::config::embedded_law;
use demur::domain::deadline::Receipt;
use demur::domain::place::PlaceCode;

#[test]
fn no_due_date_lies_before_receipt_and_none_runs_backwards() {
    let book = embedded_law().unwrap();
    let places = [
        "IE", "DE-BE", "GB-SCT", "CH-GE", "US-CA", "NZ", "CN", "SG", "CO",
    ];
    let start = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let mut computed = 0;
    for rule in book.rules.values() {
        for place in places.map(|place| PlaceCode::parse(place).unwrap()) {
            let mut last = None;
            for day in 0..800 {
                let received = start + Days::new(day);
                let derived = book
                    .question(rule, &place, Receipt::On(received), false)
                    .derive();
                let Some(due) = derived.expected_due else {
                    continue;
                };
                assert!(
                    due >= received && derived.strict_due.unwrap() <= due,
                    "{} {place} {received}",
                    rule.id
                );
                assert!(
                    derived.safe_due.is_none_or(|safe| safe >= due),
                    "{} {place} {received}",
                    rule.id
                );
                assert!(derived.latest_reading.unwrap() >= due);
                assert!(
                    last.is_none_or(|last| due >= last),
                    "{} {place} {received}",
                    rule.id
                );
                last = Some(due);
                computed += 1;
            }
        }
    }
    assert!(computed > 100_000, "{computed}");
}

#[test]
fn where_an_extension_can_be_counted_two_ways_a_complaint_waits_for_the_later() {
    let book = embedded_law().unwrap();
    let rule = book.rule("gdpr_12_3").unwrap();
    let place = PlaceCode::parse("DE").unwrap();
    let received = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
    let derived = book
        .question(rule, &place, Receipt::On(received), true)
        .derive();
    // Three months from receipt: 30 April. One month rolled to Monday 2 March, then two more: 2 May, a Saturday, rolled to Monday 4 May.
    assert_eq!(derived.expected_due, NaiveDate::from_ymd_opt(2026, 4, 30));
    assert_eq!(derived.latest_reading, NaiveDate::from_ymd_opt(2026, 5, 4));
}
