//! What a person wrote lies in no file of the database in the clear: 200 canaries in every personal field, looked for in the database, its log and a copy.

use std::fs;

use chrono::TimeDelta;
use demur::domain::case::{CaseState, EventKind, Origin};
use demur::domain::door::Declared;
use demur::domain::letter::{LetterKind, ReplyKind};
use demur::domain::outbox::MailState;
use demur::storage::{
    Attempted, FormDraft, HeldMail, HeldSummary, Lease, LetterRow, Limit, Mail, NewCase,
    NewConfirmation, NewEvent, NewMail, ReplyContent, ReplyFile, ReplyRow, StorageError, Tx,
};
use serde_json::json;
use uuid::Uuid;

use crate::{id, noon, sqlite};

#[test]
fn no_canary_is_found_in_any_file() {
    let house = sqlite();
    for number in 0..200 {
        let canary = format!("canary-{number:03}-Zoë-zoe{number}@example.org");
        house.db.write(|tx| hide(tx, &canary)).unwrap();
    }
    let dir = house.dir.as_ref().unwrap().path();
    house
        .db
        .copy_to(dir.join("backup.db").to_str().unwrap())
        .unwrap();
    let mut searched = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        searched += bytes.len();
        for word in ["canary-", "example.org", "Zoë", "secret-", "c0de-"] {
            let found = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "`{word}` lies open");
        }
    }
    assert!(searched > 200_000, "{searched}");
}

/// Writes one canary into every field that takes a person's words, a secret, or what somebody sent.
fn hide(tx: &mut Tx<'_>, canary: &str) -> Result<(), StorageError> {
    let (case, secret, content) = (id(), format!("secret-{canary}"), canary.as_bytes().to_vec());
    hide_form(tx, &secret, canary)?;
    let key = tx.insert_case(&NewCase {
        id: case,
        reference: "DM-TEST-0001",
        state: CaseState::Ready,
        secrets: &crate::secrets(&secret),
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
        content,
        written_at: noon(),
    };
    tx.insert_letter(case, &key, &letter)?;
    tx.insert_confirmation(&NewConfirmation {
        case_id: case,
        secret: &format!("{secret}-yes"),
        refuse_secret: &format!("{secret}-no"),
        expires_at: noon(),
    })?;
    let number = canary.get(7..10).unwrap_or_default();
    tx.open_door(case, &format!("{secret}-door"), noon())?;
    tx.put_door_code(case, &format!("c0de-{number}"), noon())?;
    tx.put_door_pass(case, &format!("{secret}-pass"), noon())?;
    hide_mail(tx, case, canary)?;
    hide_reply(tx, case, canary)
}

/// In a mail on its way out, with its bytes and the answer to it.
fn hide_mail(tx: &mut Tx<'_>, case: Uuid, canary: &str) -> Result<(), StorageError> {
    let key = tx.case_key(case)?;
    let (mail_id, text) = (id(), || canary.to_owned());
    let mail = Mail {
        from_name: text(),
        from: text(),
        to: text(),
        subject: text(),
        text: text(),
        language: "en".to_owned(),
        date: noon(),
        text_sha256: None,
        in_reply_to: None,
        references: Vec::new(),
    };
    tx.queue_mail(
        &key,
        &NewMail {
            case_id: case,
            id: mail_id,
            kind: "letter",
            letter_id: None,
            message_id: "random@demur.invalid",
            mail: &mail,
            queued_at: noon(),
        },
    )?;
    let (row, lease) = (tx.mail(mail_id)?, id());
    let claim = Lease {
        id: lease,
        journal: id(),
        until: noon(),
    };
    tx.claim_mail(&row, &claim)?;
    tx.fix_mail_bytes(&row, &key, lease, canary.as_bytes())?;
    let done = Attempted {
        state: MailState::Failed,
        copies: 0,
        next_at: noon(),
        result: canary,
        finished_at: Some(noon()),
    };
    tx.finish_mail(&row, &key, Some(lease), &done)
}

/// In an answer, its raw mail, a file of it, and in the holding pen.
fn hide_reply(tx: &mut Tx<'_>, case: Uuid, canary: &str) -> Result<(), StorageError> {
    let key = tx.case_key(case)?;
    let reply = ReplyRow {
        id: id(),
        kind: None,
        origin: Origin::Mail,
        received_on: noon().date_naive(),
        content: ReplyContent {
            text: canary.to_owned(),
            from: Some(canary.to_owned()),
            subject: Some(canary.to_owned()),
            signal: Some((ReplyKind::Bounce, canary.to_owned())),
            message_id: Some(canary.to_owned()),
            raw_length: None,
            unreadable: None,
            said: demur::domain::letter::AnswerDetails::default(),
            declared: Some(Declared::Extension {
                until: noon().date_naive(),
            }),
        },
        arrived_at: noon(),
    };
    tx.insert_reply(case, &key, &reply, Some(canary.as_bytes()))?;
    tx.insert_reply_file(
        case,
        &key,
        &ReplyFile {
            id: id(),
            reply_id: reply.id,
            position: 0,
            name: canary.to_owned(),
            media_type: "application/pdf".to_owned(),
            length: canary.len(),
        },
        canary.as_bytes(),
    )?;
    let held = HeldMail {
        id: id(),
        raw: canary.as_bytes().to_vec(),
        why: "why.no_token".to_owned(),
        received_at: noon(),
    };
    let held = tx.hold_mail(&held)?;
    let summary = HeldSummary {
        from: Some(canary.to_owned()),
        subject: Some(canary.to_owned()),
    };
    tx.say_why_held(held, Some(case), "why.no_token", &summary)
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
    let limit = Limit {
        count: 1,
        span: TimeDelta::days(1),
    };
    tx.take_from("mails", canary, limit, noon())?;
    tx.open_session(secret, id(), noon())?;
    tx.block_address(canary, noon().date_naive())
}

/// An erased case leaves nothing that its key would open, not even in the log of the database.
#[test]
fn after_erasing_no_byte_of_the_sealed_key_is_left_in_any_file() {
    let house = sqlite();
    let case = house.open_case("erase");
    let dir = house.dir.as_ref().unwrap().path();
    let sealed = stored_key(&dir.join("demur.db"));
    assert!(sealed.len() > 32, "the key lies there before");
    house
        .db
        .write(|tx| {
            let (row, _) = tx.case(case)?;
            tx.erase_case(&row, noon())
        })
        .unwrap();
    house.db.settle_log().unwrap();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let found = bytes.windows(sealed.len()).any(|window| window == sealed);
        assert!(!found, "the sealed key lies in {}", path.display());
    }
}

/// The sealed key of the only case, read past our own code.
fn stored_key(file: &std::path::Path) -> Vec<u8> {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Binary)]
        sealed_key: Vec<u8>,
    }
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let rows: Vec<Row> = diesel::sql_query("select sealed_key from case_keys")
        .load(&mut conn)
        .unwrap();
    rows.into_iter().next().unwrap().sealed_key
}
