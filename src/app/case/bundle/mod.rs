//! The bundle: everything about a case in one archive that a stand-alone command checks offline. An index to read, the letters, the answers with their raw mails
//! and files, the event log, and a manifest with the hash of every file.

mod index;
mod verify;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::export::everything;
use super::file::CaseFile;
use crate::app::{App, AppError};
use crate::archive::pack;
use crate::domain::case::EventKind;
use crate::domain::document::Document;
use crate::domain::law::Page;
use crate::pdf::to_pdf;
use crate::storage::{ChainLink, EventRow, Limit, NewEvent, ReplyFile, ReplyRow, StorageError};
use crate::templates::to_text;
use index::index;
pub use verify::{BadBundle, VerifiedBundle, verify_bundle};

type Files = BTreeMap<String, Vec<u8>>;

const MANIFEST: &str = "manifest.json";
const EVENTS: &str = "events.jsonl";

/// What the bundle says it holds.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    schema: String,
    case_id: Uuid,
    reference: String,
    files: Vec<ManifestFile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ManifestFile {
    name: String,
    bytes: usize,
    sha256: String,
}

/// One line of the event log: readable, and with what the chain is computed from.
#[derive(Debug, Serialize, Deserialize)]
struct EventLine {
    #[serde(flatten)]
    link: ChainLink,
    payload: Value,
}

/// So many bundles of one case.
const AN_HOUR: Limit = Limit {
    count: 10,
    span: TimeDelta::hours(1),
};

/// Makes the bundle of a case and records that it was taken.
///
/// # Errors
/// The database, or a PDF that cannot be written.
pub fn bundle_case(app: &App, file: &CaseFile, language: &str) -> Result<Vec<u8>, AppError> {
    let now = app.clock.now();
    app.db.write(|tx| {
        tx.take_from("export", &file.row.id.to_string(), AN_HOUR, now)?;
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::DataExported,
                at: now,
                payload: &json!({}),
            },
        )
    })?;
    let mut files = Files::new();
    let case = serde_json::to_vec_pretty(&everything(file))?;
    files.insert("case.json".to_owned(), case);
    files.insert(EVENTS.to_owned(), events(file)?);
    letters(app, file, &mut files)?;
    answers(app, file, &mut files)?;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let index = pdf(&index(app, file, &names, language), Page::A4)?;
    files.insert("index.pdf".to_owned(), index);
    let manifest = manifest(file, &files);
    files.insert(MANIFEST.to_owned(), serde_json::to_vec_pretty(&manifest)?);
    pack(&files).map_err(|error| AppError::Bundle(error.to_string()))
}

/// Where the files of a letter lie, without their ending.
fn letter_name(number: i32, kind: &str) -> String {
    format!("letters/{number:02}-{kind}")
}

/// Where the files of an answer lie, without their ending.
fn answer_name(number: i32, reply: &ReplyRow) -> String {
    format!("answers/{number:02}-{}", reply.received_on)
}

/// Each letter to read, as text, and as the exact bytes of the mail that Demur sent.
fn letters(app: &App, file: &CaseFile, files: &mut Files) -> Result<(), AppError> {
    let mails = app
        .db
        .read::<_, StorageError>(|tx| tx.letter_mails(file.row.id))?;
    for (letter, number) in file.letters.iter().zip(1..) {
        let name = letter_name(number, letter.kind.as_str());
        files.insert(format!("{name}.pdf"), pdf(&letter.document, letter.page)?);
        let text = to_text(&letter.document).into_bytes();
        files.insert(format!("{name}.txt"), text);
        let of_letter = mails
            .iter()
            .filter(|mail| mail.letter_id == Some(letter.id));
        for (bytes, copy) in of_letter.filter_map(|mail| mail.bytes.clone()).zip(1..) {
            files.insert(format!("{name}-mail-{copy}.eml"), bytes);
        }
    }
    Ok(())
}

/// Each answer as text, as the raw mail where there is one, and with its files.
fn answers(app: &App, file: &CaseFile, files: &mut Files) -> Result<(), AppError> {
    let (id, key) = (file.row.id, &file.key);
    let attached = app
        .db
        .read::<_, StorageError>(|tx| tx.reply_files(id, key))?;
    for (reply, number) in file.replies.iter().zip(1..) {
        let name = answer_name(number, reply);
        let text = reply.content.text.clone().into_bytes();
        files.insert(format!("{name}.txt"), text);
        if let Some(declared) = &reply.content.declared {
            let declared = serde_json::to_vec_pretty(declared)?;
            files.insert(format!("{name}-declared.json"), declared);
        }
        let raw = app
            .db
            .read::<_, StorageError>(|tx| tx.reply_raw(id, reply.id, key))?;
        if let Some(raw) = raw {
            files.insert(format!("{name}.eml"), raw);
        }
        let of_reply = attached.iter().filter(|one| one.reply_id == reply.id);
        for (one, part) in of_reply.zip(1..) {
            let bytes = app
                .db
                .read::<_, StorageError>(|tx| tx.reply_file_bytes(id, one.id, key))?;
            files.insert(format!("{name}-file-{part}{}", ending(one)), bytes);
        }
    }
    Ok(())
}

/// The ending that fits the media type; a name somebody else chose does not go into the archive.
fn ending(file: &ReplyFile) -> &'static str {
    match file.media_type.as_str() {
        "application/pdf" => ".pdf",
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "message/rfc822" => ".eml",
        "text/plain" => ".txt",
        _ => ".bin",
    }
}

fn pdf(document: &Document, page: Page) -> Result<Vec<u8>, AppError> {
    to_pdf(document, page).map_err(|error| AppError::Bundle(error.to_string()))
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn manifest(file: &CaseFile, files: &Files) -> Manifest {
    let entry = |(name, bytes): (&String, &Vec<u8>)| ManifestFile {
        name: name.clone(),
        bytes: bytes.len(),
        sha256: hash(bytes),
    };
    Manifest {
        schema: "demur-bundle/1".to_owned(),
        case_id: file.row.id,
        reference: file.row.reference.clone(),
        files: files.iter().map(entry).collect(),
    }
}

fn events(file: &CaseFile) -> Result<Vec<u8>, AppError> {
    let mut out = Vec::new();
    for event in &file.events {
        let line = EventLine {
            link: EventRow::link(event),
            payload: event.payload.clone(),
        };
        serde_json::to_writer(&mut out, &line)?;
        out.push(b'\n');
    }
    Ok(out)
}
