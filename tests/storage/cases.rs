//! Cases, events, letters and answers.

use chrono::NaiveDate;
use demur::domain::case::{CaseState, EventKind, Origin, Outcome};
use demur::domain::letter::{LetterKind, ReplyKind};
use demur::storage::{
    FormDraft, LetterRow, NewEvent, ReplyContent, ReplyRow, StorageError, verify_links,
};
use serde_json::json;

use crate::{House, id, noon, on_each};

fn event(house: &House, case: uuid::Uuid, kind: EventKind, text: &str) {
    let payload = json!({ "text": text });
    house
        .db
        .write(|tx| {
            let key = tx.case_key(case)?;
            tx.append_event(
                case,
                &key,
                &NewEvent {
                    kind,
                    at: noon(),
                    payload: &payload,
                },
            )
        })
        .unwrap();
}

#[test]
fn a_case_is_found_by_its_secret_link_and_by_nothing_else() {
    on_each(|house| {
        let case = house.open_case("secret-one");
        let (row, _) = house
            .db
            .read::<_, StorageError>(|tx| tx.case_by_link("secret-one"))
            .unwrap();
        assert_eq!(
            (row.id, row.state, row.facts.as_slice()),
            (
                case,
                CaseState::Unconfirmed,
                br#"{"name":"Zoe"}"#.as_slice()
            ),
            "{}",
            house.name
        );
        assert_eq!(row.created_at, noon());
        for wrong in ["secret-on", "", "DM-TEST-0001"] {
            let missing = house
                .db
                .read::<_, StorageError>(|tx| tx.case_by_link(wrong));
            assert!(matches!(missing, Err(StorageError::NotFound)), "{wrong}");
        }
        house
            .db
            .write(|tx| {
                let key = tx.case_key(case)?;
                tx.renew_link(&row, &key, "secret-two", noon())
            })
            .unwrap();
        assert!(
            house
                .db
                .read::<_, StorageError>(|tx| tx.case_by_link("secret-one"))
                .is_err()
        );
        assert!(
            house
                .db
                .read::<_, StorageError>(|tx| tx.case_by_link("secret-two"))
                .is_ok()
        );
    });
}

#[test]
fn of_two_changes_from_one_reading_only_the_first_is_made() {
    on_each(|house| {
        house.open_case("link");
        let (row, _) = house
            .db
            .read::<_, StorageError>(|tx| tx.case_by_link("link"))
            .unwrap();
        house
            .db
            .write(|tx| tx.change_case(&row, CaseState::Ready, None, noon()))
            .unwrap();
        let second = house
            .db
            .write(|tx| tx.change_case(&row, CaseState::Closed, Some(Outcome::Withdrawn), noon()));
        assert!(
            matches!(second, Err(StorageError::Conflict)),
            "{}",
            house.name
        );
        let (row, _) = house
            .db
            .read::<_, StorageError>(|tx| tx.case_by_link("link"))
            .unwrap();
        assert_eq!((row.state, row.version), (CaseState::Ready, 2));
    });
}

#[test]
fn a_failed_transaction_leaves_nothing() {
    on_each(|house| {
        let case = id();
        let failed: Result<(), StorageError> = house.db.write(|tx| {
            crate::insert(tx, case, "gone")?;
            Err(StorageError::Conflict)
        });
        assert!(failed.is_err());
        assert!(
            matches!(
                house.db.read::<_, StorageError>(|tx| tx.case(case)),
                Err(StorageError::NotFound)
            ),
            "{}",
            house.name
        );
    });
}

#[test]
fn many_writers_lose_no_event_and_the_chain_is_whole() {
    on_each(|house| {
        let case = house.open_case("busy");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                scope.spawn(move || {
                    for number in 0..10 {
                        let payload = json!({ "writer": writer, "number": number });
                        loop {
                            let written = house.db.write(|tx| {
                                let key = tx.case_key(case)?;
                                tx.append_event(
                                    case,
                                    &key,
                                    &NewEvent {
                                        kind: EventKind::DataExported,
                                        at: noon(),
                                        payload: &payload,
                                    },
                                )
                            });
                            match written {
                                Ok(()) => break,
                                // Two writers took the same number: one starts over.
                                Err(StorageError::Database(_)) => {}
                                Err(other) => panic!("{other}"),
                            }
                        }
                    }
                });
            }
        });
        let events = house
            .db
            .read::<_, StorageError>(|tx| {
                let key = tx.case_key(case)?;
                tx.events(case, &key)
            })
            .unwrap();
        assert_eq!(events.len(), 40, "{}", house.name);
        let links: Vec<_> = events.iter().map(demur::storage::EventRow::link).collect();
        assert!(verify_links(case, &links));
        let mut forged = links.clone();
        forged.get_mut(7).unwrap().sealed.push_str("00");
        assert!(!verify_links(case, &forged), "a changed payload is noticed");
        let mut shortened = links;
        shortened.remove(3);
        assert!(
            !verify_links(case, &shortened),
            "a missing event is noticed"
        );
    });
}

#[test]
fn an_erased_case_cannot_be_read_and_its_chain_still_holds() {
    on_each(|house| {
        let case = house.open_case("erase-me");
        event(house, case, EventKind::CaseOpened, "one");
        let draft = FormDraft {
            id: id(),
            case_id: Some(case),
            form: b"rest".to_vec(),
            expires_at: noon() + chrono::TimeDelta::days(1),
        };
        house
            .db
            .write(|tx| tx.save_form_draft("draft", &draft))
            .unwrap();
        event(house, case, EventKind::CaseWithdrawn, "two");
        let (row, _) = house
            .db
            .read::<_, StorageError>(|tx| tx.case(case))
            .unwrap();
        house.db.write(|tx| tx.erase_case(&row, noon())).unwrap();
        assert!(
            matches!(
                house
                    .db
                    .read::<_, StorageError>(|tx| tx.case_by_link("erase-me")),
                Err(StorageError::Erased)
            ),
            "{}",
            house.name
        );
        assert!(matches!(
            house.db.read::<_, StorageError>(|tx| tx.case_key(case)),
            Err(StorageError::Erased)
        ));
        let left = house
            .db
            .read::<_, StorageError>(|tx| tx.form_draft("draft", noon()))
            .unwrap();
        assert!(
            left.is_none(),
            "the rest of the form is erased with the case"
        );
        assert!(
            house
                .db
                .read::<_, StorageError>(|tx| tx.chain_is_whole(case))
                .unwrap()
        );
    });
}

fn objection() -> LetterRow {
    LetterRow {
        id: id(),
        kind: LetterKind::Objection,
        content: b"letter".to_vec(),
        written_at: noon(),
    }
}

/// An answer that nobody has read yet.
fn refusal() -> ReplyRow {
    ReplyRow {
        id: id(),
        kind: None,
        received_on: NaiveDate::from_ymd_opt(2026, 12, 1).unwrap(),
        origin: Origin::HandedIn,
        content: ReplyContent {
            text: "No.".into(),
            ..ReplyContent::default()
        },
        arrived_at: noon(),
    }
}

#[test]
fn a_letter_is_sent_once_and_an_answer_means_what_the_person_says() {
    on_each(|house| {
        let case = house.open_case("letters");
        let (letter, reply) = (objection(), refusal());
        house
            .db
            .write(|tx| {
                let key = tx.case_key(case)?;
                tx.insert_letter(case, &key, &letter)?;
                tx.insert_reply(case, &key, &reply, Some(b"raw"))
            })
            .unwrap();
        let send = || house.db.write(|tx| tx.mark_letter_sent(case, letter.id));
        send().unwrap();
        assert!(matches!(send(), Err(StorageError::Conflict)));
        house
            .db
            .write(|tx| {
                let key = tx.case_key(case)?;
                let read = ReplyRow {
                    kind: Some(ReplyKind::Refused),
                    ..reply.clone()
                };
                tx.read_reply(case, &key, &read)
            })
            .unwrap();
        let (letters, replies) = house
            .db
            .read::<_, StorageError>(|tx| {
                let key = tx.case_key(case)?;
                Ok((tx.letters(case, &key)?, tx.replies(case, &key)?))
            })
            .unwrap();
        let (letter, reply) = (letters.first().unwrap(), replies.first().unwrap());
        assert_eq!(
            (letter.content.as_slice(), letter.kind),
            (b"letter".as_slice(), LetterKind::Objection),
            "{}",
            house.name
        );
        assert_eq!(
            (
                reply.kind,
                reply.content.text.as_str(),
                reply.received_on.to_string().as_str()
            ),
            (Some(ReplyKind::Refused), "No.", "2026-12-01")
        );
    });
}
