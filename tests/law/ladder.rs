//! The ladder: which one step is next, for each law and each thing that can have happened.

use chrono::NaiveDate;
use demur::config::embedded_law;
use demur::domain::case::{
    CaseState, CaseStatus, Delivery, LetterStatus, NextStep, ReplyStatus, next_step,
};
use demur::domain::deadline::{Derivation, Receipt};
use demur::domain::law::LawBook;
use demur::domain::letter::{LetterKind, ReplyKind};
use demur::domain::place::PlaceCode;

fn day(month: u32, day: u32) -> NaiveDate {
    let year = if month > 6 { 2026 } else { 2027 };
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// A letter received on 23 November 2026 in Ireland: due on 23 December.
struct Ladder {
    book: LawBook,
    regime: &'static str,
    due: Derivation,
    letters: Vec<LetterStatus>,
    replies: Vec<ReplyStatus>,
    state: CaseState,
}

impl Ladder {
    fn of(regime: &'static str, place: &str) -> Ladder {
        let book = embedded_law().unwrap();
        let rule = book
            .rule(&book.regimes.get(regime).unwrap().clock.rule)
            .unwrap();
        let due = book
            .question(
                rule,
                &PlaceCode::parse(place).unwrap(),
                Receipt::On(day(11, 23)),
                false,
            )
            .derive();
        let letters = vec![letter(LetterKind::Objection, day(11, 23))];
        Ladder {
            book,
            regime,
            due,
            letters,
            replies: Vec::new(),
            state: CaseState::AwaitingReply,
        }
    }

    fn sent(mut self, kind: LetterKind, on: NaiveDate) -> Ladder {
        self.letters.push(letter(kind, on));
        self
    }

    fn answered(mut self, kind: ReplyKind) -> Ladder {
        self.replies.push(ReplyStatus {
            kind: Some(kind),
            received_on: day(12, 10),
        });
        self
    }

    fn on(&self, today: NaiveDate) -> NextStep {
        let status = CaseStatus {
            state: self.state,
            letters: &self.letters,
            replies: &self.replies,
            due: Some(&self.due),
        };
        next_step(self.book.regimes.get(self.regime).unwrap(), &status, today)
    }
}

fn letter(kind: LetterKind, on: NaiveDate) -> LetterStatus {
    LetterStatus {
        kind,
        delivery: Delivery::Sent,
        sent_on: Some(on),
        received_on: Some(on),
    }
}

#[test]
fn silence_leads_to_a_reminder_after_the_strict_date_and_to_a_complaint_after_the_latest() {
    let ladder = Ladder::of("gdpr", "IE");
    assert_eq!(
        ladder.on(day(12, 23)),
        NextStep::Wait {
            until: Some(day(12, 24))
        }
    );
    assert_eq!(
        ladder.on(day(12, 24)),
        NextStep::Climb(LetterKind::Reminder)
    );
    let reminded = ladder.sent(LetterKind::Reminder, day(12, 24));
    assert_eq!(
        reminded.on(day(12, 25)),
        NextStep::Wait {
            until: Some(day(12, 26))
        }
    );
    assert_eq!(
        reminded.on(day(12, 26)),
        NextStep::Climb(LetterKind::Complaint)
    );
    assert_eq!(
        reminded
            .sent(LetterKind::Complaint, day(12, 27))
            .on(day(1, 30)),
        NextStep::WithRegulator
    );
}

#[test]
fn a_refusal_need_not_be_waited_out_and_is_not_reminded_of() {
    for kind in [
        ReplyKind::Refused,
        ReplyKind::Partial,
        ReplyKind::NoData,
        ReplyKind::NotController,
    ] {
        let ladder = Ladder::of("gdpr", "IE").answered(kind);
        assert_eq!(
            ladder.on(day(12, 11)),
            NextStep::Climb(LetterKind::Complaint),
            "{}",
            kind.as_str()
        );
    }
}

#[test]
fn what_is_no_answer_changes_nothing() {
    for kind in [
        ReplyKind::AutoReply,
        ReplyKind::Acknowledgement,
        ReplyKind::Unrelated,
    ] {
        let ladder = Ladder::of("gdpr", "IE").answered(kind);
        assert_eq!(
            ladder.on(day(12, 11)),
            NextStep::Wait {
                until: Some(day(12, 24))
            },
            "{}",
            kind.as_str()
        );
        assert_eq!(
            ladder.on(day(12, 24)),
            NextStep::Climb(LetterKind::Reminder)
        );
    }
}

#[test]
fn an_answer_nobody_has_read_comes_first() {
    let mut ladder = Ladder::of("gdpr", "IE");
    ladder.replies.push(ReplyStatus {
        kind: None,
        received_on: day(12, 10),
    });
    assert_eq!(ladder.on(day(12, 24)), NextStep::ReadReply);
}

#[test]
fn a_good_answer_is_graded_and_a_demand_for_identity_is_answered_once() {
    assert_eq!(
        Ladder::of("gdpr", "IE")
            .answered(ReplyKind::Complied)
            .on(day(12, 11)),
        NextStep::Grade
    );
    let asked = Ladder::of("gdpr", "IE").answered(ReplyKind::IdentityDemand);
    assert_eq!(
        asked.on(day(12, 11)),
        NextStep::Climb(LetterKind::IdentityReply)
    );
    let replied = asked.sent(LetterKind::IdentityReply, day(12, 12));
    assert!(matches!(replied.on(day(12, 13)), NextStep::Wait { .. }));
}

#[test]
fn a_letter_that_waits_to_go_comes_before_everything_else() {
    let mut ladder = Ladder::of("gdpr", "IE");
    let waiting = |delivery| LetterStatus {
        kind: LetterKind::Reminder,
        delivery,
        sent_on: None,
        received_on: None,
    };
    for (delivery, step) in [
        (Delivery::Waiting, NextStep::Send(LetterKind::Reminder)),
        (Delivery::OnItsWay, NextStep::Sending),
        (
            Delivery::NotDelivered,
            NextStep::SendAgain(LetterKind::Reminder),
        ),
        (
            Delivery::InDoubt,
            NextStep::AskArrived(LetterKind::Reminder),
        ),
    ] {
        ladder.letters.push(waiting(delivery));
        assert_eq!(ladder.on(day(12, 30)), step);
        ladder.letters.pop();
    }
    ladder.letters.push(waiting(Delivery::Waiting));
    ladder.state = CaseState::Closed;
    assert_eq!(ladder.on(day(12, 30)), NextStep::Nothing);
    ladder.state = CaseState::Unconfirmed;
    assert_eq!(ladder.on(day(12, 30)), NextStep::Confirm);
}

#[test]
fn in_the_united_kingdom_the_company_hears_the_complaint_first() {
    let ladder = Ladder::of("ukgdpr", "GB-ENG").sent(LetterKind::Reminder, day(12, 24));
    assert_eq!(
        ladder.on(day(12, 23)),
        NextStep::Wait {
            until: Some(day(12, 24))
        }
    );
    assert_eq!(
        ladder.on(day(12, 24)),
        NextStep::Climb(LetterKind::ControllerComplaint)
    );
    let complained = ladder.sent(LetterKind::ControllerComplaint, day(1, 5));
    assert_eq!(
        complained.on(day(2, 4)),
        NextStep::Wait {
            until: Some(day(2, 5))
        }
    );
    assert_eq!(
        complained.on(day(2, 5)),
        NextStep::Climb(LetterKind::Complaint)
    );
}

#[test]
fn a_refusal_before_the_complaint_to_the_company_does_not_shorten_its_time_and_one_after_it_does() {
    let refused = Ladder::of("ukgdpr", "GB-ENG").answered(ReplyKind::Refused);
    assert_eq!(
        refused.on(day(12, 11)),
        NextStep::Climb(LetterKind::ControllerComplaint)
    );
    let complained = refused.sent(LetterKind::ControllerComplaint, day(12, 12));
    assert!(matches!(complained.on(day(12, 13)), NextStep::Wait { .. }));
    let mut again = complained;
    again.replies.push(ReplyStatus {
        kind: Some(ReplyKind::Refused),
        received_on: day(12, 20),
    });
    assert_eq!(
        again.on(day(12, 20)),
        NextStep::Climb(LetterKind::Complaint)
    );
}

#[test]
fn without_a_period_in_the_law_nothing_is_offered_by_date() {
    let mut ladder = Ladder::of("gdpr", "IE");
    (
        ladder.due.strict_due,
        ladder.due.expected_due,
        ladder.due.latest_reading,
    ) = (None, None, None);
    assert_eq!(ladder.on(day(6, 30)), NextStep::Wait { until: None });
}
