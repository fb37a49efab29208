//! The controller's door: what the link shows and takes, what only a code opens, and that nothing of it moves the case.

use chrono::{Days, NaiveDate, TimeDelta};
use demur::app::AppError;
use demur::app::case::{
    Door, DoorEntry, DoorReceipt, Refused, ask_door_code, bundle_case, enter_door, enter_door_code,
    erase_case, open_door, withdraw_case,
};
use demur::app::{sweep, wake_cases};
use demur::archive::unpack;
use demur::domain::case::{CaseState, EventKind, NextStep, Origin};
use demur::domain::door::{Declared, DoorFault, RightAnswer, RightDeclared};
use demur::domain::letter::{LetterKind, RefusalGround, ReplyKind, Right};
use demur::domain::outbox::Verdict;
use demur::mail::IncomingFile;
use demur::storage::StorageError;
use demur::templates::to_text;

use crate::{House, house};

impl House {
    /// The token of the door that the newest letter carries.
    fn door_token(&self) -> String {
        self.secret("/door/")
    }

    fn door(&self, token: &str, pass: Option<&str>) -> Door {
        open_door(&self.app, token, pass).unwrap()
    }

    fn says_at_door(&self, door: &Door, entry: &DoorEntry) -> DoorReceipt {
        enter_door(&self.app, door, entry).unwrap()
    }

    /// Asks for a code and reads it in the mail.
    fn code(&self, token: &str) -> String {
        ask_door_code(&self.app, &self.door(token, None)).unwrap();
        self.mailed_code()
    }

    /// The code that was mailed last.
    pub(crate) fn mailed_code(&self) -> String {
        let mail = self.mail_of("door_code").mail;
        mail.subject.rsplit(' ').next().unwrap().to_owned()
    }

    fn types_in(&self, token: &str, code: &str) -> Option<String> {
        enter_door_code(&self.app, &self.door(token, None), code, "192.0.2.9").unwrap()
    }

    pub(crate) fn passed(&self, token: &str) -> String {
        let code = self.code(token);
        self.types_in(token, &code).unwrap()
    }

    fn today_there(&self, link: &str) -> NaiveDate {
        self.file(link).today_at_the_controller(&self.app)
    }
}

fn entry(declared: Declared, text: &str) -> DoorEntry {
    DoorEntry {
        declared,
        text: text.to_owned(),
        files: Vec::new(),
    }
}

fn received() -> DoorEntry {
    entry(Declared::Received, "")
}

/// Refuses the objection, does the erasure.
fn answer() -> DoorEntry {
    let one = |right, answer, ground| RightDeclared {
        right,
        answer,
        ground,
    };
    let ground = Some(RefusalGround::OverridingInterest);
    let rights = vec![
        one(Right::Objection, RightAnswer::Refused, ground),
        one(Right::Erasure, RightAnswer::Fulfilled, None),
    ];
    entry(Declared::Answer { rights }, "Our interest weighs more.")
}

#[test]
fn the_mail_carries_the_link_and_the_letter_does_not() {
    let house = house();
    let link = house.confirmed_case();
    house.dispatch(&link).unwrap();
    let mail = house.claimed_letter().unwrap();
    let token = house.door_token();
    // A line of the mail may be broken in its encoding.
    let bytes = String::from_utf8(mail.bytes).unwrap().replace("=\r\n", "");
    assert_eq!(
        bytes.matches(&format!("/door/{token}")).count(),
        2,
        "in the text and in its HTML"
    );
    let file = house.file(&link);
    let letter = &file.letters.first().unwrap().document;
    assert!(!to_text(letter).contains("/door/"));
    let events = serde_json::to_string(&file.events).unwrap();
    assert!(!events.contains(&token), "no event names it");
}

#[test]
fn the_link_shows_reference_rights_and_due_date_and_not_who_it_is() {
    let house = house();
    let link = house.sent_case();
    let door = house.door(&house.door_token(), None);
    let plan = door.plan(&house.app).unwrap();
    assert_eq!(plan.rights, [Right::Objection, Right::Erasure]);
    assert!(plan.due.unwrap().1.expected_due.is_some());
    assert_eq!(door.file.row.reference, house.file(&link).row.reference);
    assert!(door.is_open() && !door.proven && door.letter().is_none());
    let passed = house.passed(&house.door_token());
    let door = house.door(&house.door_token(), Some(&passed));
    assert!(door.proven && door.letter().is_some());
}

#[test]
fn what_comes_by_the_link_alone_is_an_answer_that_is_not_proven_and_moves_nothing() {
    let house = house();
    let link = house.sent_case();
    let before = house.file(&link);
    let receipt = house.says_at_door(&house.door(&house.door_token(), None), &answer());
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    assert_eq!(
        (reply.id, reply.origin, reply.kind, receipt.proven),
        (receipt.entry, Origin::Door, None, false)
    );
    assert_eq!(reply.content.text, "Our interest weighs more.");
    assert_eq!(reply.content.declared, Some(answer().declared));
    assert_eq!(file.row.state, before.row.state, "no state moved");
    assert_eq!(house.next(&link), NextStep::ReadReply);
    let event = file.events.last().unwrap();
    assert_eq!(
        (event.kind, event.payload.get("entry_sha256").unwrap()),
        (EventKind::ReplyReceived, &receipt.sha256.clone().into())
    );
    let notice = house.mail_of("door_entry");
    assert_eq!(notice.mail.to, "zoe@example.org");
    assert!(!notice.mail.text.contains("interest"), "it quotes nothing");
}

#[test]
fn what_is_said_at_the_door_neither_silences_nor_stops_the_clock_until_the_person_reads_it() {
    let house = house();
    let link = house.sent_case();
    house.says_at_door(&house.door(&house.door_token(), None), &received());
    house.forward(TimeDelta::days(40));
    wake_cases(&house.app).unwrap();
    house.mail_of("overdue");
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    house.says(
        &file,
        reply.id,
        ReplyKind::Acknowledgement,
        reply.received_on,
    );
    assert_eq!(house.next(&link), NextStep::Climb(LetterKind::Reminder));
}

#[test]
fn with_the_mailed_code_the_same_words_are_proven() {
    let house = house();
    let link = house.sent_case();
    let token = house.door_token();
    let code = house.code(&token);
    let mail = house.mail_of("door_code").mail;
    assert_eq!(mail.to, "privacy@example-data.example", "the directory's");
    assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()));
    for word in ["Zoë", "zoe@", "patients", "Objection", "Widerspruch"] {
        assert!(
            !mail.text.contains(word) && !mail.subject.contains(word),
            "{word}"
        );
    }
    // People type it in groups.
    let (first, second) = code.split_at(4);
    let pass = house
        .types_in(&token, &format!("{first} {second}"))
        .unwrap();
    house.says_at_door(&house.door(&token, Some(&pass)), &received());
    let file = house.file(&link);
    assert_eq!(file.replies.first().unwrap().origin, Origin::DoorProven);
    assert!(house.types_in(&token, &code).is_none(), "a code works once");
}

#[test]
fn a_pass_ends_after_two_hours_and_opens_no_other_door() {
    let house = house();
    house.sent_case();
    let token = house.door_token();
    let pass = house.passed(&token);
    house.forward(TimeDelta::minutes(10));
    let mut other = crate::form();
    other.email = "ada@example.org".into();
    house.open(&other, "192.0.2.2").unwrap();
    let link = demur::app::case::confirm_case(&house.app, &house.secret("/confirm/")).unwrap();
    house.dispatch(&link).unwrap();
    let other = house.door_token();
    assert_ne!(token, other);
    assert!(house.door(&token, Some(&pass)).proven);
    assert!(!house.door(&other, Some(&pass)).proven);
    house.forward(TimeDelta::hours(2));
    assert!(!house.door(&token, Some(&pass)).proven);
}

#[test]
fn a_code_is_void_after_a_quarter_of_an_hour_or_five_wrong_tries() {
    let house = house();
    house.sent_case();
    let token = house.door_token();
    let code = house.code(&token);
    house.forward(TimeDelta::minutes(15));
    assert!(house.types_in(&token, &code).is_none(), "too old");
    let code = house.code(&token);
    let wrong = if code == "00000000" { "1" } else { "00000000" };
    for _ in 0..4 {
        assert!(house.types_in(&token, wrong).is_none());
    }
    assert!(
        house.types_in(&token, &code).is_some(),
        "the fifth try counts"
    );
    house.forward(TimeDelta::minutes(10));
    let code = house.code(&token);
    for _ in 0..5 {
        assert!(house.types_in(&token, wrong).is_none());
    }
    assert!(house.types_in(&token, &code).is_none(), "a sixth does not");
}

#[test]
fn a_mailbox_gets_one_code_in_ten_minutes_and_five_a_day() {
    let house = house();
    house.sent_case();
    let token = house.door_token();
    let ask = || ask_door_code(&house.app, &house.door(&token, None));
    for number in 0..5 {
        ask().unwrap_or_else(|error| panic!("{number}: {error}"));
        let again = ask();
        assert!(matches!(again, Err(AppError::Storage(StorageError::Limit))));
        house.forward(TimeDelta::minutes(10));
    }
    assert!(matches!(ask(), Err(AppError::Storage(StorageError::Limit))));
    house.forward(TimeDelta::days(1));
    ask().unwrap();
}

#[test]
fn one_network_cannot_try_codes_for_ever() {
    let house = house();
    house.sent_case();
    let token = house.door_token();
    for _ in 0..60 {
        house.types_in(&token, "12345678");
    }
    let door = house.door(&token, None);
    let more = enter_door_code(&house.app, &door, "12345678", "192.0.2.9");
    assert!(matches!(more, Err(AppError::Storage(StorageError::Limit))));
    assert!(enter_door_code(&house.app, &door, "12345678", "192.0.2.8").is_ok());
}

#[test]
fn who_has_the_link_alone_cannot_use_up_the_places_of_who_has_a_code() {
    let house = house();
    house.sent_case();
    let token = house.door_token();
    let say = |pass: Option<&str>, number: u32| {
        let said = entry(Declared::Received, &number.to_string());
        enter_door(&house.app, &house.door(&token, pass), &said)
    };
    for number in 0..10 {
        say(None, number).unwrap();
    }
    let more = say(None, 10);
    let limit = |said| {
        matches!(
            said,
            Err(Refused::App(AppError::Storage(StorageError::Limit)))
        )
    };
    assert!(limit(more));
    let pass = house.passed(&token);
    say(Some(&pass), 11).unwrap();
    house.forward(TimeDelta::hours(1));
    for number in 20..30 {
        say(None, number).unwrap();
    }
    house.forward(TimeDelta::hours(1));
    assert!(limit(say(None, 30)), "twenty a day");
}

#[test]
fn the_same_words_twice_are_one_answer() {
    let house = house();
    let link = house.sent_case();
    let token = house.door_token();
    let first = house.says_at_door(&house.door(&token, None), &answer());
    let second = house.says_at_door(&house.door(&token, None), &answer());
    assert_eq!(first, second);
    assert_eq!(house.file(&link).replies.len(), 1);
    let pass = house.passed(&token);
    house.says_at_door(&house.door(&token, Some(&pass)), &answer());
    assert_eq!(house.file(&link).replies.len(), 2, "proven is more");
}

#[test]
fn more_time_is_taken_whatever_its_day_and_said_to_be_worth_what_the_law_says() {
    let house = house();
    let link = house.sent_case();
    let token = house.door_token();
    let due = house.door(&token, None).plan(&house.app).unwrap().due;
    let due = due.unwrap().1.expected_due.unwrap();
    let extend = |days, text| {
        let until = due.checked_add_days(Days::new(days)).unwrap();
        let said = entry(Declared::Extension { until }, text);
        enter_door(&house.app, &house.door(&token, None), &said)
    };
    let bare = extend(30, " ");
    assert!(matches!(bare, Err(Refused::Faults(faults)) if faults == [DoorFault::ReasonsMissing]));
    let worth = extend(30, "Many requests.").unwrap().extension.unwrap();
    assert!(worth.in_time && !worth.late && !worth.beyond, "{worth:?}");
    let worth = extend(300, "Very many.").unwrap().extension.unwrap();
    assert!(worth.in_time && worth.beyond, "{worth:?}");
    assert_eq!(house.file(&link).row.state, CaseState::AwaitingReply);
    house.forward(TimeDelta::days(40));
    let worth = extend(60, "Too late.").unwrap().extension.unwrap();
    assert!(worth.late && !worth.in_time, "{worth:?}");
    let gone = entry(
        Declared::Extension {
            until: house.today_there(&link).pred_opt().unwrap(),
        },
        "Why not.",
    );
    let past = enter_door(&house.app, &house.door(&token, None), &gone);
    assert!(matches!(past, Err(Refused::Faults(faults)) if faults == [DoorFault::UntilPast]));
}

#[test]
fn an_answer_without_a_word_on_every_right_is_refused_and_leaves_nothing() {
    let house = house();
    let link = house.sent_case();
    let only = entry(Declared::Answer { rights: Vec::new() }, "");
    let refused = enter_door(&house.app, &house.door(&house.door_token(), None), &only);
    let Err(Refused::Faults(faults)) = refused else {
        panic!("it was taken")
    };
    assert_eq!(faults.len(), 2);
    assert!(house.file(&link).replies.is_empty());
}

#[test]
fn files_are_kept_sealed_beside_the_answer_and_lie_in_the_bundle() {
    let house = house();
    let link = house.sent_case();
    let mut said = answer();
    said.files.push(IncomingFile {
        name: "decision.pdf".into(),
        kind: "application/pdf".into(),
        bytes: b"%PDF-1.7 decision".to_vec(),
    });
    house.says_at_door(&house.door(&house.door_token(), None), &said);
    let file = house.file(&link);
    let bundle = unpack(&bundle_case(&house.app, &file, "en").unwrap()).unwrap();
    let day = file.replies.first().unwrap().received_on;
    let named = |end: &str| bundle.get(&format!("answers/01-{day}{end}")).cloned();
    assert_eq!(named("-file-1.pdf").unwrap(), b"%PDF-1.7 decision");
    let declared: Declared = serde_json::from_slice(&named("-declared.json").unwrap()).unwrap();
    assert_eq!(declared, answer().declared);
}

#[test]
fn after_a_bundle_was_taken_its_link_opens_nothing_without_a_code_and_that_of_a_later_letter_does()
{
    let house = house();
    let link = house.sent_case();
    let token = house.door_token();
    house.says_at_door(&house.door(&token, None), &received());
    house.forward(TimeDelta::minutes(1));
    bundle_case(&house.app, &house.file(&link), "en").unwrap();
    let door = house.door(&token, None);
    assert!(!door.is_open() && door.past().is_empty());
    let said = enter_door(&house.app, &door, &answer());
    assert!(matches!(said, Err(Refused::CodeNeeded)));
    let pass = house.passed(&token);
    let door = house.door(&token, Some(&pass));
    assert!(door.is_open());
    house.says_at_door(&door, &answer());
    // The letter is sent anew: that mail lies in no bundle.
    house.forward(TimeDelta::minutes(30));
    let file = house.file(&link);
    let received_on = file.replies.first().unwrap().received_on;
    for reply in &file.replies {
        house.says(&house.file(&link), reply.id, ReplyKind::Bounce, received_on);
    }
    house.dispatch(&link).unwrap();
    let mail = house.claimed_letter().unwrap();
    house.end(&mail, Verdict::Sent);
    assert_ne!(house.door_token(), token);
    assert!(house.door(&house.door_token(), None).is_open());
}

#[test]
fn a_door_ends_with_its_case_and_an_unknown_one_never_was() {
    let house = house();
    let link = house.sent_case();
    let token = house.door_token();
    let stale = house.door(&token, None);
    for unknown in ["", "aaaaaaaaaaaaaaaaaaaaaaaaaa", &token.to_uppercase()] {
        let none = open_door(&house.app, unknown, None);
        assert!(
            matches!(none, Err(AppError::Storage(StorageError::NotFound))),
            "{unknown}"
        );
    }
    let pass = house.passed(&token);
    withdraw_case(&house.app, &house.file(&link)).unwrap();
    let closed = |opened| matches!(opened, Err(AppError::Closed));
    assert!(closed(open_door(&house.app, &token, None)));
    assert!(closed(open_door(&house.app, &token, Some(&pass))));
    // Somebody who had the page open before.
    let late = enter_door(&house.app, &stale, &received());
    assert!(matches!(late, Err(Refused::App(AppError::Closed))));
    erase_case(&house.app, &house.file(&link)).unwrap();
    assert!(
        closed(open_door(&house.app, &token, None)),
        "nor after that"
    );
    let late = enter_door(&house.app, &stale, &received());
    assert!(matches!(late, Err(Refused::App(AppError::Closed))));
}

#[test]
fn codes_and_passes_whose_time_is_over_are_swept() {
    let house = house();
    house.sent_case();
    let token = house.door_token();
    let pass = house.passed(&token);
    house.forward(TimeDelta::hours(3));
    sweep(&house.app).unwrap();
    assert_eq!(
        house
            .app
            .db
            .write(|tx| tx.delete_old_door_codes(crate::start() + TimeDelta::days(9)))
            .unwrap(),
        0,
        "nothing was left to delete"
    );
    assert!(!house.door(&token, Some(&pass)).proven);
}
