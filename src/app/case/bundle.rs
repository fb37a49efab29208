//! The bundle: everything about a case in one archive that a stand-alone command checks offline. An index to read, the letters, the answers, the event log,
//! and a manifest with the hash of every file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::export::everything;
use super::file::{CaseFile, StoredLetter};
use crate::app::{App, AppError};
use crate::archive::{ArchiveError, pack, unpack};
use crate::domain::case::EventKind;
use crate::domain::document::{Block, Document, Span, Style};
use crate::domain::law::Page;
use crate::pdf::to_pdf;
use crate::storage::{ChainLink, EventRow, NewEvent, verify_links};
use crate::templates::to_text;

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

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct VerifiedBundle {
    /// The case's reference.
    pub reference: String,
    /// How many files were checked.
    pub files: usize,
    /// How many events the chain has.
    pub events: usize,
}

/// Why a bundle is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum BadBundle {
    /// The archive itself.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file is missing, added or changed.
    #[error("{0}")]
    File(String),
    /// The event log is not whole.
    #[error("the chain of events is broken")]
    Chain,
}

/// Makes the bundle of a case and records that it was taken.
///
/// # Errors
/// The database, or a PDF that cannot be written.
pub fn bundle_case(app: &App, file: &CaseFile, language: &str) -> Result<Vec<u8>, AppError> {
    let now = app.clock.now();
    app.db.write(|tx| {
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
    let mut files = BTreeMap::new();
    files.insert(
        "case.json".to_owned(),
        serde_json::to_vec_pretty(&everything(file))?,
    );
    files.insert(EVENTS.to_owned(), events(file)?);
    for (letter, number) in file.letters.iter().zip(1..) {
        let name = format!("letters/{number:02}-{}", letter.kind.as_str());
        files.insert(format!("{name}.pdf"), pdf(&letter.document, letter.page)?);
        files.insert(
            format!("{name}.txt"),
            to_text(&letter.document).into_bytes(),
        );
    }
    for (reply, number) in file.replies.iter().zip(1..) {
        files.insert(
            format!("answers/{number:02}-{}.txt", reply.received_on),
            reply.content.text.clone().into_bytes(),
        );
    }
    files.insert(
        "index.pdf".to_owned(),
        pdf(&index(app, file, language), Page::A4)?,
    );
    let manifest = manifest(file, &files);
    files.insert(MANIFEST.to_owned(), serde_json::to_vec_pretty(&manifest)?);
    pack(&files).map_err(|error| AppError::Bundle(error.to_string()))
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

fn manifest(file: &CaseFile, files: &BTreeMap<String, Vec<u8>>) -> Manifest {
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

/// What a person at an authority opens first: what lies in the bundle, and when it went or came.
fn index(app: &App, file: &CaseFile, language: &str) -> Document {
    let word = |key: &str| app.pages.word(language, key, &[]);
    let cell = |text: String| vec![Span::Text(text, Style::Plain)];
    let mut rows = vec![vec![
        cell(word("bundle.what")),
        cell(word("bundle.day")),
        cell(word("bundle.file")),
    ]];
    let letter = |(letter, number): (&StoredLetter, i32)| {
        let day = letter
            .sent
            .as_ref()
            .map(|sent| app.pages.long_date(language, sent.sent_on))
            .unwrap_or_default();
        let kind = letter.kind.as_str();
        vec![
            cell(word(&format!("letter_kind.{kind}"))),
            cell(day),
            cell(format!("letters/{number:02}-{kind}.pdf")),
        ]
    };
    rows.extend(file.letters.iter().zip(1..).map(letter));
    for (reply, number) in file.replies.iter().zip(1..) {
        let kind = reply
            .kind
            .map(|kind| word(&format!("kind.{}", kind.as_str())))
            .unwrap_or_default();
        let day = app.pages.long_date(language, reply.received_on);
        rows.push(vec![
            cell(format!("{}: {kind}", word("bundle.answer"))),
            cell(day),
            cell(format!("answers/{number:02}-{}.txt", reply.received_on)),
        ]);
    }
    let paragraph = |key: &str| Block::Paragraph(vec![Span::Text(word(key), Style::Plain)]);
    Document {
        language: language.to_owned(),
        subject: format!("{} {}", word("bundle.title"), file.row.reference),
        sender: vec![file.raw.subject.name.clone()],
        recipient: Vec::new(),
        date: app
            .pages
            .long_date(language, app.clock.today(chrono_tz::UTC)),
        body: vec![
            Block::Table(rows),
            paragraph("bundle.days"),
            paragraph("bundle.check"),
        ],
    }
}

/// Checks a bundle offline: nothing but its own bytes is needed.
///
/// # Errors
/// [`BadBundle`] with the first thing that is wrong.
pub fn verify_bundle(bytes: &[u8]) -> Result<VerifiedBundle, BadBundle> {
    let mut files = unpack(bytes)?;
    let manifest = files
        .remove(MANIFEST)
        .ok_or_else(|| BadBundle::File(format!("{MANIFEST} is missing")))?;
    let manifest: Manifest = serde_json::from_slice(&manifest)
        .map_err(|error| BadBundle::File(format!("{MANIFEST}: {error}")))?;
    for entry in &manifest.files {
        let content = files
            .get(&entry.name)
            .ok_or_else(|| BadBundle::File(format!("{} is missing", entry.name)))?;
        if hash(content) != entry.sha256 || content.len() != entry.bytes {
            return Err(BadBundle::File(format!("{} was changed", entry.name)));
        }
    }
    if let Some(name) = files
        .keys()
        .find(|name| !manifest.files.iter().any(|entry| entry.name == **name))
    {
        return Err(BadBundle::File(format!("{name} is not in the manifest")));
    }
    let events = files
        .get(EVENTS)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .unwrap_or_default();
    let lines: Result<Vec<EventLine>, _> = events.lines().map(serde_json::from_str).collect();
    let lines = lines.map_err(|error| BadBundle::File(format!("{EVENTS}: {error}")))?;
    let links: Vec<ChainLink> = lines.into_iter().map(|line| line.link).collect();
    if !verify_links(manifest.case_id, &links) {
        return Err(BadBundle::Chain);
    }
    Ok(VerifiedBundle {
        reference: manifest.reference,
        files: manifest.files.len(),
        events: links.len(),
    })
}
