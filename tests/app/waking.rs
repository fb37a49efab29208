//! The clock of a case: the person is told once that an answer is overdue, not before the day has passed, and nothing goes to anybody else.

use chrono::TimeDelta;
use demur::app::case::{approve_follow_up, draft_follow_up};
use demur::app::wake_cases;
use demur::domain::case::{CaseState, EventKind, NextStep};
use demur::domain::letter::LetterKind;

use crate::{House, house};

impl House {
    fn told(&self) -> usize {
        self.mails()
            .iter()
            .filter(|mail| mail.kind == "overdue")
            .count()
    }

    /// Sleeps until the database says that a case is due, day by day.
    fn days_until_told(&self, most: i64) -> i64 {
        let before = self.told();
        for day in 0..=most {
            wake_cases(&self.app).unwrap();
            if self.told() > before {
                return day;
            }
            self.forward(TimeDelta::days(1));
        }
        panic!("nobody was told");
    }
}

#[test]
fn the_person_is_told_once_and_only_after_the_day_has_passed() {
    let house = house();
    let link = house.sent_case();
    // Received on Mon 23 Nov; a month ends on Wed 23 Dec.
    assert_eq!(house.days_until_told(60), 31);
    let file = house.file(&link);
    assert_eq!(file.row.state, CaseState::Overdue);
    assert!(
        file.events
            .iter()
            .any(|event| event.kind == EventKind::BecameOverdue)
    );
    assert_eq!(house.next(&link), NextStep::Climb(LetterKind::Reminder));
    wake_cases(&house.app).unwrap();
    house.forward(TimeDelta::days(2));
    wake_cases(&house.app).unwrap();
    assert_eq!(house.told(), 1);
    let letters = house
        .mails()
        .iter()
        .filter(|mail| mail.letter_id.is_some())
        .count();
    assert_eq!(letters, 1, "nothing is sent by itself");
}

#[test]
fn a_clock_that_jumps_tells_the_person_once() {
    let house = house();
    house.sent_case();
    house.forward(TimeDelta::days(400));
    for _ in 0..5 {
        wake_cases(&house.app).unwrap();
        house.forward(TimeDelta::days(30));
    }
    assert_eq!(house.told(), 1);
}

#[test]
fn after_the_reminder_the_complaint_is_offered_and_told() {
    let house = house();
    let link = house.sent_case();
    house.days_until_told(60);
    let (_, draft) = draft_follow_up(&house.app, &house.file(&link), None, "").unwrap();
    let read = draft
        .meta
        .get("text_sha256")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    approve_follow_up(&house.app, &house.file(&link), None, "", &read).unwrap();
    let report = demur::app::case::Report {
        channel: "own_mailbox".into(),
        sent_on: house.file(&link).today_at_home(&house.app),
        proof: String::new(),
        switch: false,
    };
    demur::app::case::report_sent(&house.app, &house.file(&link), &report).unwrap();
    house.days_until_told(60);
    assert_eq!(house.next(&link), NextStep::Climb(LetterKind::Complaint));
}

#[test]
fn a_case_that_waits_for_nothing_is_not_looked_at() {
    let house = house();
    house.sent_case();
    assert_eq!(wake_cases(&house.app).unwrap(), 1);
    house.forward(TimeDelta::days(3));
    assert_eq!(
        wake_cases(&house.app).unwrap(),
        0,
        "it sleeps until its day"
    );
}
