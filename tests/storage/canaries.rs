//! What a person wrote lies in no file of the database in the clear: 200 canaries in every personal field, looked for in the database, its log and a copy.

use std::fs;

use chrono::TimeDelta;
use demur::domain::case::{CaseState, EventKind};
use demur::domain::letter::LetterKind;
use demur::storage::{
    FormDraft, LetterRow, NewCase, NewEvent, NoticeRow, ReplyRow, StorageError, Tx,
};
use serde_json::json;

use crate::{id, noon, sqlite};

#[test]
fn no_canary_is_found_in_any_file() {
    let house = sqlite();
    for number in 0..200 {
        let canary = format!("canary-{number:03}-Zoë-zoe{number}@example.org");
        house.db.write(|tx| hide(tx, &canary)).unwrap();
    }
    let dir = house.dir.as_ref().unwrap().path();
    fs::copy(dir.join("demur.db"), dir.join("backup.db")).unwrap();
    let mut searched = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        searched += bytes.len();
        for word in ["canary-", "example.org", "Zoë", "secret-"] {
            let found = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "`{word}` lies open");
        }
    }
    assert!(searched > 200_000, "{searched}");
}

/// Writes one canary into every field that takes a person's words.
fn hide(tx: &mut Tx<'_>, canary: &str) -> Result<(), StorageError> {
    let (case, secret, content) = (id(), format!("secret-{canary}"), canary.as_bytes().to_vec());
    hide_form(tx, &secret, canary)?;
    let key = tx.insert_case(&NewCase {
        id: case,
        reference: "DM-TEST-0001",
        state: CaseState::Ready,
        link_secret: &secret,
        controller: "linkedin",
        law_version: "0",
        facts: &content,
        created_at: noon(),
    })?;
    let payload = json!({ "note": canary });
    tx.append_event(
        case,
        &key,
        &NewEvent {
            kind: EventKind::CaseOpened,
            at: noon(),
            payload: &payload,
        },
    )?;
    let letter = LetterRow {
        id: id(),
        kind: LetterKind::Objection,
        content: content.clone(),
        text_sha256: "aa".into(),
        written_at: noon(),
    };
    tx.insert_letter(case, &key, &letter)?;
    let notice = NoticeRow {
        case_id: case,
        id: id(),
        kind: "confirm_address".into(),
        content: content.clone(),
        queued_at: noon(),
    };
    tx.insert_notice(&key, &notice)?;
    let received_on = noon().date_naive();
    tx.insert_reply(
        case,
        &key,
        &ReplyRow {
            id: id(),
            kind: None,
            received_on,
            text: canary.to_owned(),
            handed_in_at: noon(),
        },
    )
}

/// The same for what is kept before a case is opened.
fn hide_form(tx: &mut Tx<'_>, secret: &str, canary: &str) -> Result<(), StorageError> {
    let content = canary.as_bytes().to_vec();
    tx.save_form_draft(
        secret,
        &FormDraft {
            id: id(),
            case_id: None,
            form: content,
            expires_at: noon() + TimeDelta::days(1),
        },
    )?;
    tx.count_mail(canary, id(), noon())?;
    tx.block_address(canary, noon())
}
