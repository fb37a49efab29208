//! The JSON of the controller's door: what a body declares, and how receipts and faults are said. How it comes in belongs to `door_api`.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::upload::{MOST_BYTES, known_file};
use crate::app::AppError;
use crate::app::case::{DoorEntry, DoorReceipt, Refused};
use crate::domain::door::{Declared, DoorFault, RightAnswer, RightDeclared};
use crate::domain::letter::{ExtensionFacts, RefusalGround, Right};
use crate::mail::IncomingFile;
use crate::storage::StorageError;

/// Why nothing was done: status, word, and the faults of an entry.
pub(super) struct Fault(
    pub(super) StatusCode,
    pub(super) &'static str,
    pub(super) Vec<Value>,
);

impl From<AppError> for Fault {
    fn from(error: AppError) -> Fault {
        let (status, word) = match error {
            AppError::Storage(StorageError::NotFound) => (StatusCode::NOT_FOUND, "not_found"),
            AppError::Closed => (StatusCode::GONE, "closed"),
            AppError::Storage(StorageError::Limit) => (StatusCode::TOO_MANY_REQUESTS, "too_often"),
            AppError::NotNow => (StatusCode::CONFLICT, "no_mailbox"),
            AppError::Storage(StorageError::Pool(_) | StorageError::Conflict) => {
                (StatusCode::SERVICE_UNAVAILABLE, "try_again")
            }
            other => {
                tracing::error!(error = %other, "the door failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "failed")
            }
        };
        Fault(status, word, Vec::new())
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Fault {
        match refused {
            Refused::App(error) => error.into(),
            Refused::CodeNeeded => Fault(StatusCode::FORBIDDEN, "code_needed", Vec::new()),
            Refused::Faults(faults) => unprocessable(faults.into_iter().map(fault_view).collect()),
        }
    }
}

fn unprocessable(faults: Vec<Value>) -> Fault {
    Fault(StatusCode::UNPROCESSABLE_ENTITY, "faults", faults)
}

/// `POST /api/v1/door/{token}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    what: String,
    #[serde(default)]
    until: Option<NaiveDate>,
    #[serde(default)]
    rights: BTreeMap<Right, SaidOfRight>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    files: Vec<SentFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidOfRight {
    answer: RightAnswer,
    #[serde(default)]
    ground: Option<RefusalGround>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentFile {
    name: String,
    /// Base64.
    content: String,
}

/// Reads a body.
pub(super) fn parsed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let fault = json!({ "fault": "json", "message": error.to_string() });
        Fault(StatusCode::BAD_REQUEST, "json", vec![fault])
    })
}

/// What a body declares.
pub(super) fn entry(said: Said) -> Result<DoorEntry, Fault> {
    let declared = match (said.what.as_str(), said.until) {
        ("received", _) => Declared::Received,
        ("extension", Some(until)) => Declared::Extension { until },
        ("extension", None) => {
            return Err(unprocessable(vec![json!({ "fault": "until_missing" })]));
        }
        ("answer", _) => Declared::Answer {
            rights: said.rights.into_iter().map(right).collect(),
        },
        _ => return Err(unprocessable(vec![json!({ "fault": "what_unknown" })])),
    };
    let files: Result<Vec<IncomingFile>, Fault> = said.files.into_iter().map(file).collect();
    let files = files?;
    let whole: usize = files.iter().map(|file| file.bytes.len()).sum();
    if whole > MOST_BYTES {
        return Err(unprocessable(vec![json!({ "fault": "file_large" })]));
    }
    Ok(DoorEntry {
        declared,
        text: said.text.trim().to_owned(),
        files,
    })
}

fn right((right, said): (Right, SaidOfRight)) -> RightDeclared {
    RightDeclared {
        right,
        answer: said.answer,
        // A ground beside anything but a refusal was not meant.
        ground: said.ground.filter(|_| said.answer == RightAnswer::Refused),
    }
}

fn file(sent: SentFile) -> Result<IncomingFile, Fault> {
    let bytes = STANDARD.decode(sent.content.as_bytes()).ok();
    bytes
        .and_then(|bytes| known_file(&sent.name, bytes))
        .ok_or_else(|| unprocessable(vec![json!({ "fault": "file_kind", "name": sent.name })]))
}

/// What the program keeps of it.
pub(super) fn receipt_view(receipt: &DoorReceipt) -> Value {
    let extension = |worth: &ExtensionFacts| {
        json!({
            "until": worth.until, "in_time": worth.in_time, "late": worth.late, "beyond_the_law": worth.beyond, "longest_on": worth.longest_on,
        })
    };
    json!({
        "entry": receipt.entry, "reference": receipt.reference, "at": receipt.at, "sha256": receipt.sha256, "proven": receipt.proven,
        "extension": receipt.extension.as_ref().map(extension),
    })
}

fn fault_view(fault: DoorFault) -> Value {
    match fault {
        DoorFault::RightMissing(right) => json!({ "fault": "right_missing", "right": right }),
        DoorFault::RightNotAsked(right) => json!({ "fault": "right_not_asked", "right": right }),
        DoorFault::GroundMissing(right) => json!({ "fault": "ground_missing", "right": right }),
        DoorFault::UntilPast => json!({ "fault": "until_past" }),
        DoorFault::ReasonsMissing => json!({ "fault": "reasons_missing" }),
        DoorFault::TextLong => json!({ "fault": "text_long" }),
    }
}
