//! Drafts of the form and confirmation links.

use chrono::TimeDelta;
use demur::storage::{FormDraft, NewConfirmation, StorageError};

use crate::{id, noon, on_each};

#[test]
fn a_draft_is_found_by_its_cookie_until_its_day_is_over() {
    on_each(|house| {
        let draft = FormDraft {
            id: id(),
            case_id: None,
            form: b"first".to_vec(),
            expires_at: noon() + TimeDelta::days(1),
        };
        house
            .db
            .write(|tx| tx.save_form_draft("cookie", &draft))
            .unwrap();
        house
            .db
            .write(|tx| {
                tx.save_form_draft(
                    "cookie",
                    &FormDraft {
                        form: b"second".to_vec(),
                        ..draft.clone()
                    },
                )
            })
            .unwrap();
        let read = |secret: &str, at| {
            house
                .db
                .read::<_, StorageError>(|tx| tx.form_draft(secret, at))
                .unwrap()
                .map(|draft| draft.form)
        };
        assert_eq!(
            read("cookie", noon()),
            Some(b"second".to_vec()),
            "{}",
            house.name
        );
        assert_eq!(read("other", noon()), None);
        assert_eq!(read("cookie", noon() + TimeDelta::days(2)), None);
        assert_eq!(
            house
                .db
                .write(|tx| tx.delete_old_form_drafts(noon() + TimeDelta::days(2)))
                .unwrap(),
            1
        );
    });
}

#[test]
fn a_confirmation_link_works_once() {
    on_each(|house| {
        let case = house.open_case("confirm");
        let new = NewConfirmation {
            case_id: case,
            secret: "yes",
            refuse_secret: "no",
            expires_at: noon() + TimeDelta::days(7),
        };
        house.db.write(|tx| tx.insert_confirmation(&new)).unwrap();
        assert_eq!(
            house
                .db
                .read::<_, StorageError>(|tx| tx.confirmation("yes"))
                .unwrap()
                .used_at,
            None
        );
        assert_eq!(
            house
                .db
                .read::<_, StorageError>(|tx| tx.confirmation_to_refuse("no"))
                .unwrap()
                .case_id,
            case
        );
        assert!(
            house
                .db
                .read::<_, StorageError>(|tx| tx.confirmation("no"))
                .is_err(),
            "{}",
            house.name
        );
        house
            .db
            .write(|tx| tx.use_confirmations(case, noon()))
            .unwrap();
        assert_eq!(
            house
                .db
                .read::<_, StorageError>(|tx| tx.confirmation("yes"))
                .unwrap()
                .used_at,
            Some(noon())
        );
        assert!(matches!(
            house.db.write(|tx| tx.use_confirmations(case, noon())),
            Err(StorageError::Conflict)
        ));
    });
}
