//! Dates, lengths and references.

use chrono::NaiveDate;

use crate::{read, reader, reply};

fn until(text: &str) -> Option<NaiveDate> {
    read(text).extension_until
}

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

#[test]
fn a_spelled_date_is_read() {
    assert_eq!(
        until(
            "We are extending the deadline. You will have our answer by 8 June 2026 at the latest."
        ),
        day(2026, 6, 8)
    );
}

#[test]
fn a_numeric_date_is_day_and_month() {
    assert_eq!(
        until("Wir müssen die Frist verlängern. Rechnen Sie mit unserer Antwort bis zum 4.6.2026."),
        day(2026, 6, 4)
    );
}

#[test]
fn a_missing_year_is_taken_from_the_mail() {
    assert_eq!(
        until("We need two more months and are extending the deadline until 9 May."),
        day(2026, 5, 9)
    );
}

#[test]
fn the_old_date_is_not_the_new_one() {
    assert_eq!(
        until("Request R-1\nStatus: Open\nResponse due: 17 April 2026 (was: 18 March 2026)"),
        day(2026, 4, 17)
    );
}

#[test]
fn added_months_are_counted_in_days() {
    assert_eq!(
        read("We need a further two months for our answer because of the complexity.")
            .extension_days,
        Some(60)
    );
    assert_eq!(
        read("Wir verlängern die Frist um weitere sechs Wochen.").extension_days,
        Some(42)
    );
}

#[test]
fn the_reference_is_read_as_printed() {
    let mut mail = reply("We have received your objection.");
    mail.subject = "[#88213] Your objection";
    assert_eq!(reader().read(&mail).ticket.as_deref(), Some("88213"));
    mail.subject = "RO-118: decision";
    assert_eq!(reader().read(&mail).ticket.as_deref(), Some("RO-118"));
}

#[test]
fn our_own_reference_is_none_of_theirs() {
    assert_eq!(
        read("We have received your letter. Your reference: DM-4711.").ticket,
        None
    );
}
