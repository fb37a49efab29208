//! A letter by e-mail: queued when the person says so, fixed at the first claim, and what each end of an attempt means for the case.

use chrono::TimeDelta;
use demur::app::case::{
    approve_follow_up, close_case, dispatch_letter, draft_follow_up, report_sent, withdraw_case,
};
use demur::app::{AppError, ClaimedMail, Report, claim_mails, settle};
use demur::domain::case::{CaseState, Delivery, EventKind, NextStep, Outcome};
use demur::domain::letter::LetterKind;
use demur::domain::outbox::{MailState, Verdict};

use crate::{House, house};

impl House {
    pub(crate) fn dispatch(&self, link: &str) -> Result<(), AppError> {
        let file = self.file(link);
        let today = file.today_at_the_controller(&self.app);
        dispatch_letter(&self.app, &file, &file.plan(&self.app, today).unwrap())
    }

    /// Claims what is due until a letter comes; notices are sent on the way.
    pub(crate) fn claimed_letter(&self) -> Option<ClaimedMail> {
        loop {
            let claimed = claim_mails(&self.app, uuid::Uuid::nil(), 1).unwrap();
            for mail in claimed.mails {
                if mail.row.letter_id.is_some() {
                    return Some(mail);
                }
                self.end(&mail, Verdict::Sent);
            }
            if claimed.due == 0 {
                return None;
            }
        }
    }

    pub(crate) fn end(&self, mail: &ClaimedMail, verdict: Verdict) -> MailState {
        let report = Report {
            verdict,
            words: "250 2.0.0 queued as 4F1".into(),
        };
        settle(&self.app, &mail.row, Some(mail.lease), &report).unwrap()
    }

    /// The newest mail that carries a letter.
    fn letter_mail(&self) -> demur::storage::OutboxRow {
        let mut mails = self.mails().into_iter();
        mails.find(|mail| mail.letter_id.is_some()).unwrap()
    }

    pub(crate) fn next(&self, link: &str) -> NextStep {
        let file = self.file(link);
        let today = file.today_at_the_controller(&self.app);
        let plan = file.plan(&self.app, today).unwrap();
        file.next_step(plan.regime, plan.due.as_ref().map(|(_, due)| due), today)
    }

    /// A case whose first letter was taken by the company's mail server.
    pub(crate) fn sent_case(&self) -> String {
        let link = self.confirmed_case();
        self.dispatch(&link).unwrap();
        let mail = self.claimed_letter().unwrap();
        assert_eq!(self.end(&mail, Verdict::Sent), MailState::Sent);
        link
    }
}

#[test]
fn a_letter_that_was_taken_starts_the_clock_on_the_day_at_the_companys_place() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    assert_eq!(house.file(&link).row.state, CaseState::Sending);
    assert_eq!(house.next(&link), NextStep::Sending);
    // 23:30 UTC is the next day in Berlin.
    house.forward(TimeDelta::minutes(690));
    let mail = house.claimed_letter().unwrap();
    let text = String::from_utf8(mail.bytes.clone()).unwrap();
    for part in [
        "To: privacy@example-data.example",
        "Message-ID: <",
        "Date: Mon, 23 Nov 2026 12:00:00",
        "letter.pdf",
        "@cases.service.example",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(
        !text.contains("zoe@example.org>"),
        "the case's own address stands in From"
    );
    house.end(&mail, Verdict::Sent);
    let file = house.file(&link);
    let sent = file.letters.first().unwrap().sent.clone().unwrap();
    assert_eq!(
        (sent.channel.as_str(), sent.sent_on.to_string().as_str()),
        ("email", "2026-11-24")
    );
    assert_eq!(file.row.state, CaseState::AwaitingReply);
    assert!(matches!(
        house.next(&link),
        NextStep::Wait { until: Some(_) }
    ));
    house.mail_of("letter_sent");
}

#[test]
fn a_letter_goes_out_once_however_often_the_button_is_pressed() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    assert!(matches!(house.dispatch(&link), Err(AppError::NotNow)));
    house.claimed_letter().unwrap();
    assert!(
        house.claimed_letter().is_none(),
        "a claimed letter is not claimed again"
    );
    assert!(matches!(house.dispatch(&link), Err(AppError::NotNow)));
}

#[test]
fn a_refused_letter_starts_no_clock_and_goes_another_way() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let mail = house.claimed_letter().unwrap();
    assert_eq!(house.end(&mail, Verdict::Refused), MailState::Failed);
    let file = house.file(&link);
    assert_eq!(file.row.state, CaseState::Ready);
    assert_eq!(
        file.letters.first().unwrap().delivery,
        Delivery::NotDelivered
    );
    assert_eq!(
        house.next(&link),
        NextStep::SendAgain(LetterKind::Objection)
    );
    house.mail_of("letter_failed");
    let report = demur::app::case::Report {
        channel: "post".into(),
        sent_on: file.today_at_home(&house.app),
        proof: String::new(),
        switch: false,
    };
    report_sent(&house.app, &file, &report).unwrap();
    assert!(matches!(house.next(&link), NextStep::Wait { .. }));
}

#[test]
fn a_letter_that_was_not_taken_is_tried_again_with_the_same_bytes_until_five_days_are_over() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let first = house.claimed_letter().unwrap();
    assert_eq!(house.end(&first, Verdict::Retry), MailState::Queued);
    house.forward(TimeDelta::minutes(4));
    assert!(
        house.claimed_letter().is_none(),
        "the first wait is five minutes"
    );
    let mut tries = 1;
    let end = loop {
        house.forward(TimeDelta::hours(4));
        let mail = house.claimed_letter().unwrap();
        assert_eq!(mail.bytes, first.bytes);
        tries += 1;
        match house.end(&mail, Verdict::Retry) {
            MailState::Queued => assert!(tries < 40),
            other => break other,
        }
    };
    assert_eq!(end, MailState::Failed);
    assert!(tries > 25, "{tries}");
    assert_eq!(
        house.next(&link),
        NextStep::SendAgain(LetterKind::Objection)
    );
}

#[test]
fn a_doubtful_letter_goes_once_more_and_then_a_person_decides() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let first = house.claimed_letter().unwrap();
    assert_eq!(house.end(&first, Verdict::Unknown), MailState::Unknown);
    assert_eq!(house.next(&link), NextStep::Sending);
    house.forward(TimeDelta::minutes(5));
    let second = house.claimed_letter().unwrap();
    assert_eq!(
        (second.bytes.as_slice(), &second.row.message_id),
        (first.bytes.as_slice(), &first.row.message_id)
    );
    assert_eq!(house.end(&second, Verdict::Unknown), MailState::Ask);
    house.forward(TimeDelta::days(30));
    assert!(house.claimed_letter().is_none(), "there is no third copy");
    assert_eq!(
        house.next(&link),
        NextStep::AskArrived(LetterKind::Objection)
    );
    let doubts = |kind| {
        house
            .file(&link)
            .events
            .iter()
            .filter(|event| event.kind == kind)
            .count()
    };
    assert_eq!(doubts(EventKind::SendUnknown), 2);
}

#[test]
fn a_letter_of_a_case_that_ended_meanwhile_does_not_go() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    withdraw_case(&house.app, &house.file(&link)).unwrap();
    assert!(house.claimed_letter().is_none());
    let file = house.file(&link);
    assert_eq!(file.row.state, CaseState::Closed);
    assert!(
        file.events
            .iter()
            .any(|event| event.kind == EventKind::SendFailed)
    );
}

#[test]
fn a_letter_taken_after_its_case_was_closed_is_recorded_and_the_case_stays_closed() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let mail = house.claimed_letter().unwrap();
    close_case(&house.app, &house.file(&link), Outcome::Complied).unwrap();
    house.end(&mail, Verdict::Sent);
    let file = house.file(&link);
    assert_eq!(
        (file.row.state, file.row.outcome),
        (CaseState::Closed, Some(Outcome::Complied))
    );
    assert!(file.letters.first().unwrap().sent.is_some());
}

#[test]
fn an_outcome_of_a_claim_that_was_taken_over_changes_nothing() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let mail = house.claimed_letter().unwrap();
    let lost = Report {
        verdict: Verdict::Sent,
        words: "250 known by the journal".into(),
    };
    settle(&house.app, &mail.row, None, &lost).unwrap();
    let late = Report {
        verdict: Verdict::Refused,
        words: "550 no".into(),
    };
    assert!(settle(&house.app, &mail.row, Some(mail.lease), &late).is_err());
    assert_eq!(house.file(&link).row.state, CaseState::AwaitingReply);
}

#[test]
fn a_case_erased_while_its_letter_waits_stops_no_other_mail() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let other = house.open(
        &demur::app::form::FormState {
            email: "bob@example.org".into(),
            ..crate::form()
        },
        "192.0.2.2",
    );
    other.unwrap();
    demur::app::case::erase_case(&house.app, &house.file(&link)).unwrap();
    let claimed = claim_mails(&house.app, uuid::Uuid::nil(), 10).unwrap();
    let mail = claimed.mails.first().unwrap();
    assert_eq!(mail.row.mail.to, "bob@example.org");
}

#[test]
fn trouble_with_the_relay_fails_no_letter() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    for _ in 0..30 {
        let mail = house.claimed_letter().unwrap();
        assert_eq!(house.end(&mail, Verdict::Trouble), MailState::Queued);
        house.forward(TimeDelta::hours(6));
    }
    let mail = house.claimed_letter().unwrap();
    assert_eq!(house.end(&mail, Verdict::Sent), MailState::Sent);
}

#[test]
fn a_doubtful_letter_that_is_refused_the_second_time_may_have_arrived() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let first = house.claimed_letter().unwrap();
    house.end(&first, Verdict::Unknown);
    house.forward(TimeDelta::minutes(5));
    let second = house.claimed_letter().unwrap();
    assert_eq!(house.end(&second, Verdict::Refused), MailState::Ask);
    house.mail_of("letter_in_doubt");
}

#[test]
fn a_follow_up_stands_in_the_exchange_and_bears_the_reference() {
    let house = house();
    let link = house.sent_case();
    let first = house.letter_mail();
    house.forward(TimeDelta::days(45));
    let file = house.file(&link);
    let (_, draft) = draft_follow_up(&house.app, &file, None, "").unwrap();
    let hash = draft.meta.get("text_sha256").unwrap().as_str().unwrap();
    approve_follow_up(&house.app, &file, None, "", hash).unwrap();
    house.dispatch(&link).unwrap();
    let mail = house.claimed_letter().unwrap();
    let text = String::from_utf8(mail.bytes.clone()).unwrap();
    let unfolded = text.replace("\r\n ", " ");
    let id = &first.message_id;
    for header in [
        format!("In-Reply-To: <{id}>"),
        format!("References: <{id}>"),
    ] {
        assert!(unfolded.contains(&header), "{header}");
    }
    for kind in ["text/plain", "text/html", "application/pdf"] {
        assert!(text.contains(&format!("Content-Type: {kind}")), "{kind}");
    }
    assert!(
        mail.row
            .mail
            .subject
            .ends_with(&format!("[{}]", file.row.reference))
    );
    assert!(!text.contains("Auto-Submitted"), "a person wrote it");
}
