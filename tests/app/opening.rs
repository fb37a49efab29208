//! From the form to a confirmed case: what the mail says, how often it goes, what is swept.

use chrono::TimeDelta;
use demur::app::case::{confirm_case, refuse_case, resend_confirmation};
use demur::app::{AppError, sweep};
use demur::storage::StorageError;

use crate::{form, house};

#[test]
fn no_word_of_the_person_goes_to_an_address_that_nobody_confirmed() {
    let house = house();
    house.open(&form(), "192.0.2.1").unwrap();
    let mails = house.mails();
    let mail = &mails.first().unwrap().mail;
    for word in ["Zoë", "patients", "Example Data"] {
        assert!(
            !mail.text.contains(word) && !mail.subject.contains(word),
            "{word}"
        );
    }
    assert_eq!(mail.to, "zoe@example.org");
    assert!(mail.text.contains("http://service.example/confirm/"));
}

#[test]
fn the_link_to_the_case_is_mailed_once_the_address_is_confirmed() {
    let house = house();
    let link = house.confirmed_case();
    let ready = house.mail_of("case_ready");
    assert!(
        ready
            .mail
            .text
            .contains(&format!("http://service.example/case/{link}"))
    );
}

#[test]
fn an_address_gets_one_mail_in_ten_minutes_three_a_day_and_ten_ever() {
    let house = house();
    let opened = house.open(&form(), "192.0.2.1").unwrap();
    let again = |network: &str| resend_confirmation(&house.app, opened.id, "en", network);
    let often = |result| assert!(matches!(result, Err(AppError::TooOften)), "{result:?}");
    often(again("192.0.2.2"));
    house.forward(TimeDelta::minutes(10));
    again("192.0.2.3").unwrap();
    house.forward(TimeDelta::minutes(10));
    again("192.0.2.4").unwrap();
    house.forward(TimeDelta::minutes(10));
    often(again("192.0.2.5"));
    for mail in 4..=10 {
        house.forward(TimeDelta::days(1));
        assert!(again(&format!("198.51.100.{mail}")).is_ok(), "mail {mail}");
    }
    house.forward(TimeDelta::days(300));
    often(again("192.0.2.6"));
}

#[test]
fn a_network_gets_five_mails_an_hour_whatever_the_addresses() {
    let house = house();
    let from = |number: u32| {
        let email = format!("person{number}@example.org");
        house.open(
            &demur::app::form::FormState { email, ..form() },
            "192.0.2.9",
        )
    };
    for number in 0..5 {
        from(number).unwrap();
    }
    assert!(matches!(from(5), Err(AppError::TooOften)));
    assert_eq!(house.mails().len(), 5, "what is refused leaves nothing");
    house.forward(TimeDelta::hours(1));
    from(6).unwrap();
}

#[test]
fn an_address_that_said_not_me_is_never_written_to_again() {
    let house = house();
    let opened = house.open(&form(), "192.0.2.1").unwrap();
    refuse_case(&house.app, &house.secret("/not-me/")).unwrap();
    let gone = house
        .app
        .db
        .read::<_, StorageError>(|tx| tx.case(opened.id));
    assert!(matches!(gone, Err(StorageError::Erased)));
    let plus = demur::app::form::FormState {
        email: "Zoe+again@example.org".into(),
        ..form()
    };
    assert!(
        matches!(house.open(&plus, "192.0.2.1"), Err(AppError::TooOften)),
        "nor under a second name of the mailbox"
    );
    // Long after every other limit of the address has run out.
    house.forward(TimeDelta::days(4000));
    assert!(matches!(
        house.open(&form(), "192.0.2.1"),
        Err(AppError::TooOften)
    ));
}

#[test]
fn a_letter_that_nobody_confirmed_is_erased_when_its_last_link_has_expired() {
    let house = house();
    let opened = house.open(&form(), "192.0.2.1").unwrap();
    let first = house.secret("/confirm/");
    house.forward(TimeDelta::hours(47));
    assert_eq!(sweep(&house.app).unwrap(), 0);
    resend_confirmation(&house.app, opened.id, "en", "192.0.2.1").unwrap();
    house.forward(TimeDelta::hours(2));
    assert!(matches!(
        confirm_case(&house.app, &first),
        Err(AppError::Expired)
    ));
    assert_eq!(sweep(&house.app).unwrap(), 0, "the second link still works");
    house.forward(TimeDelta::hours(47));
    assert_eq!(
        sweep(&house.app).unwrap(),
        0,
        "for a day a new link can still be asked for"
    );
    house.forward(TimeDelta::hours(24));
    assert_eq!(sweep(&house.app).unwrap(), 1);
    let gone = house
        .app
        .db
        .read::<_, StorageError>(|tx| tx.case(opened.id));
    assert!(matches!(gone, Err(StorageError::Erased)));
    assert!(house.mails().is_empty());
}

#[test]
fn a_confirmed_case_is_never_swept() {
    let house = house();
    let link = house.confirmed_case();
    house.forward(TimeDelta::days(400));
    assert_eq!(sweep(&house.app).unwrap(), 0);
    house.file(&link);
}

#[test]
fn a_link_that_is_pressed_after_the_case_was_confirmed_by_another_changes_nothing() {
    let house = house();
    let opened = house.open(&form(), "192.0.2.1").unwrap();
    let (first, not_me) = (house.secret("/confirm/"), house.secret("/not-me/"));
    let link = confirm_case(&house.app, &first).unwrap();
    assert!(resend_confirmation(&house.app, opened.id, "en", "192.0.2.1").is_err());
    assert!(confirm_case(&house.app, &first).is_err());
    assert!(refuse_case(&house.app, &not_me).is_err());
    house.file(&link);
}
