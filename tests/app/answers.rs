//! What an answer leads to: the reply that may be written, with the reason that the file shows, beside the next rung of the ladder.

use chrono::{Days, NaiveDate, TimeDelta};
use demur::app::case::{
    AnswerRead, HandedIn, Offer, Report, approve_follow_up, draft_follow_up, hand_in_reply,
    read_reply, report_sent,
};
use demur::domain::case::NextStep;
use demur::domain::letter::{AnswerDetails, LetterKind, Reasons, RefusalGround, ReplyKind};

use crate::{House, house};

impl House {
    /// An answer that came today, as the person reads it.
    fn answered(&self, link: &str, kind: ReplyKind, said: AnswerDetails) {
        let file = self.file(link);
        let received_on = file.today_at_home(&self.app);
        let handed_in = HandedIn {
            text: "We have considered your request.".into(),
            files: Vec::new(),
        };
        let id = hand_in_reply(&self.app, &file, received_on, &handed_in).unwrap();
        let answer = AnswerRead {
            kind,
            received_on,
            said,
        };
        read_reply(&self.app, &self.file(link), id, answer).unwrap();
    }

    fn offer(&self, link: &str) -> Option<Offer> {
        let file = self.file(link);
        let plan = file
            .plan(&self.app, file.today_at_the_controller(&self.app))
            .unwrap();
        file.offer(&plan, &self.next(link))
    }

    fn text(&self, link: &str, wanted: Option<LetterKind>) -> String {
        let (_, letter) = draft_follow_up(&self.app, &self.file(link), wanted, "").unwrap();
        letter.text
    }
}

fn nothing_said() -> AnswerDetails {
    AnswerDetails::default()
}

/// The last day of an extension, so many days after the letter went.
fn until(days: u64) -> AnswerDetails {
    let sent = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    AnswerDetails {
        extension_until: sent.checked_add_days(Days::new(days)),
        reasons: Some(Reasons::Given),
        ..nothing_said()
    }
}

#[test]
fn a_refusal_can_be_answered_by_its_ground_before_the_complaint() {
    let house = house();
    let link = house.sent_case();
    house.forward(TimeDelta::days(9));
    let said = AnswerDetails {
        refusal_ground: Some(RefusalGround::NotPersonalDataInModel),
        ..nothing_said()
    };
    house.answered(&link, ReplyKind::Refused, said);
    assert_eq!(house.next(&link), NextStep::Climb(LetterKind::Complaint));
    let offer = house.offer(&link).unwrap();
    assert_eq!(
        (offer.kind, offer.why),
        (LetterKind::RefusalReply, "refused")
    );
    let wanted = Some(LetterKind::RefusalReply);
    let text = house.text(&link, wanted);
    assert!(text.contains("Modell"), "{text}");
    let (_, draft) = draft_follow_up(&house.app, &house.file(&link), wanted, "").unwrap();
    let read = draft
        .meta
        .get("text_sha256")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    approve_follow_up(&house.app, &house.file(&link), wanted, "", &read).unwrap();
    assert_eq!(house.next(&link), NextStep::Send(LetterKind::RefusalReply));
    let file = house.file(&link);
    let report = Report {
        channel: "own_mailbox".into(),
        sent_on: file.today_at_home(&house.app),
        proof: String::new(),
        switch: false,
    };
    report_sent(&house.app, &file, &report).unwrap();
    assert_eq!(house.offer(&link), None, "it has gone");
    house.forward(TimeDelta::days(3));
    house.answered(&link, ReplyKind::Refused, nothing_said());
    assert!(
        house.offer(&link).is_some(),
        "a new refusal may be answered anew"
    );
}

#[test]
fn more_time_is_disputed_only_where_the_file_shows_why() {
    let cases = [
        (9, until(80), None, "in time, no longer than the law allows"),
        (
            9,
            until(120),
            Some("extension_beyond"),
            "three months are not enough",
        ),
        (
            60,
            until(80),
            Some("extension_late"),
            "told after the month",
        ),
        (
            9,
            AnswerDetails {
                reasons: Some(Reasons::Missing),
                ..until(80)
            },
            Some("extension_no_reasons"),
            "no reasons",
        ),
    ];
    for (told_after, said, why, name) in cases {
        let house = house();
        let link = house.sent_case();
        house.forward(TimeDelta::days(told_after));
        house.answered(&link, ReplyKind::ExtensionNotice, said);
        assert_eq!(house.offer(&link).map(|offer| offer.why), why, "{name}");
    }
}

#[test]
fn a_demand_to_use_a_portal_is_answered_before_anything_is_waited_for() {
    let house = house();
    let link = house.sent_case();
    house.answered(&link, ReplyKind::PortalDemand, nothing_said());
    assert_eq!(house.next(&link), NextStep::Climb(LetterKind::PortalReply));
    assert_eq!(house.offer(&link), None, "it is the next step itself");
    assert!(!house.text(&link, None).is_empty());
}

#[test]
fn a_letter_that_is_not_offered_cannot_be_drafted() {
    let house = house();
    let link = house.sent_case();
    house.answered(&link, ReplyKind::Complied, nothing_said());
    let file = house.file(&link);
    for kind in LetterKind::ALL {
        assert!(draft_follow_up(&house.app, &file, Some(*kind), "").is_err());
    }
}
