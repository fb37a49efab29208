//! The controller's door as JSON, for programs: the same as its pages, with the pass of a code as bearer (`config/README.md` has the guide). No cookie counts here.

use std::collections::BTreeMap;

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::House;
use super::upload::{MOST_BYTES, known_file};
use crate::app::AppError;
use crate::app::case::{
    CODE_MINUTES, Door, DoorEntry, DoorReceipt, Refused, ask_door_code, door_mailbox, enter_door,
    enter_door_code, open_door,
};
use crate::domain::door::{Declared, DoorFault, RightAnswer, RightDeclared};
use crate::domain::letter::{ExtensionFacts, RefusalGround, Right};
use crate::mail::IncomingFile;
use crate::storage::StorageError;
use crate::templates::to_text;

/// The longest body: the files in base64, and the words.
const MOST_BODY: usize = MOST_BYTES / 3 * 4 + 512 * 1024;

/// What is asked, before it is worked on.
struct Asked {
    token: String,
    pass: Option<String>,
    network: String,
    body: Vec<u8>,
}

impl Asked {
    fn of(request: &HttpRequest, house: &House) -> Asked {
        let bearer = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        Asked {
            token: request.match_info().query("token").to_owned(),
            pass: bearer.map(|(_, pass)| pass.trim().to_owned()),
            network: super::network::network(request, &house.trusted_proxies),
            body: Vec::new(),
        }
    }

    fn door(&self, house: &House) -> Result<Door, Fault> {
        Ok(open_door(&house.app, &self.token, self.pass.as_deref())?)
    }
}

/// Why nothing was done: status, word, and the faults of an entry.
struct Fault(StatusCode, &'static str, Vec<Value>);

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

/// Works on a thread of its own, as databases block.
async fn answer<F>(asked: Asked, house: web::Data<House>, work: F) -> HttpResponse
where
    F: FnOnce(&Asked, &House) -> Result<(StatusCode, Value), Fault> + Send + 'static,
{
    let done = web::block(move || work(&asked, &house)).await;
    match done {
        Ok(Ok((status, view))) => HttpResponse::build(status).json(view),
        Ok(Err(fault)) => refusal(&fault),
        Err(_stopped) => HttpResponse::ServiceUnavailable().finish(),
    }
}

fn refusal(fault: &Fault) -> HttpResponse {
    let mut answer = HttpResponse::build(fault.0);
    if fault.0 == StatusCode::TOO_MANY_REQUESTS {
        answer.insert_header((header::RETRY_AFTER, "600"));
    }
    answer.json(json!({ "error": fault.1, "faults": fault.2 }))
}

pub(super) async fn show(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    let asked = Asked::of(&request, &house);
    answer(asked, house, |asked, house| {
        let door = asked.door(house)?;
        Ok((StatusCode::OK, view(&door, house)?))
    })
    .await
}

/// What the door shows: without a code neither grounds nor who it is.
fn view(door: &Door, house: &House) -> Result<Value, AppError> {
    let plan = door.plan(&house.app)?;
    let due = plan.due.as_ref().and_then(|(_, due)| due.expected_due);
    let open = door.is_open();
    let raw = &door.file.raw;
    let letter = door.letter().map(|letter| {
        json!({ "subject": letter.document.subject, "text": to_text(&letter.document), "text_sha256": letter.text_sha256 })
    });
    let request = door.proven.then(|| {
        json!({
            "person": raw.subject.name, "identifiers": raw.subject.identifiers, "on_behalf_of": raw.on_behalf_of, "grounds": raw.grounds, "letter": letter,
        })
    });
    Ok(json!({
        "reference": door.file.row.reference,
        "state": if open { "open" } else { "code_needed" },
        "proven": door.proven,
        "law": open.then_some(&plan.regime.id),
        "rights": if open { plan.rights.clone() } else { Vec::new() },
        "due": due.filter(|_| open),
        "code_mailbox": door_mailbox(&plan),
        "entries": door.past(),
        "request": request,
    }))
}

pub(super) async fn ask_code(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    let asked = Asked::of(&request, &house);
    answer(asked, house, |asked, house| {
        let mailbox = ask_door_code(&house.app, &asked.door(house)?)?;
        let view = json!({ "mailbox": mailbox, "minutes": CODE_MINUTES });
        Ok((StatusCode::ACCEPTED, view))
    })
    .await
}

/// `POST …/pass`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

pub(super) async fn pass(
    request: HttpRequest,
    house: web::Data<House>,
    body: Payload,
) -> HttpResponse {
    with_body(request, house, body, |asked, house| {
        let door = asked.door(house)?;
        let Code { code } = parsed(&asked.body)?;
        match enter_door_code(&house.app, &door, &code, &asked.network)? {
            Some(pass) => Ok((StatusCode::CREATED, json!({ "pass": pass }))),
            None => Err(Fault(StatusCode::FORBIDDEN, "wrong_code", Vec::new())),
        }
    })
    .await
}

/// `POST /api/v1/door/{token}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
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

pub(super) async fn enter(
    request: HttpRequest,
    house: web::Data<House>,
    body: Payload,
) -> HttpResponse {
    with_body(request, house, body, |asked, house| {
        let door = asked.door(house)?;
        let entry = entry(parsed(&asked.body)?)?;
        let receipt = enter_door(&house.app, &door, &entry)?;
        Ok((StatusCode::CREATED, receipt_view(&receipt)))
    })
    .await
}

/// Reads the body only for a door that is there, and few at once.
async fn with_body<F>(
    request: HttpRequest,
    house: web::Data<House>,
    body: Payload,
    work: F,
) -> HttpResponse
where
    F: FnOnce(&Asked, &House) -> Result<(StatusCode, Value), Fault> + Send + 'static,
{
    let places = house.clone();
    let _place = places.uploads.acquire().await;
    let asked = Asked::of(&request, &house);
    let known = Asked::of(&request, &house);
    let looked = answer(known, house.clone(), |asked, house| {
        asked.door(house).map(|_door| (StatusCode::OK, Value::Null))
    })
    .await;
    if !looked.status().is_success() {
        return looked;
    }
    let read = tokio::time::timeout(LONGEST, body.to_bytes_limited(MOST_BODY)).await;
    let body = match read {
        Ok(Ok(Ok(body))) => body.to_vec(),
        Ok(Err(_too_large)) => {
            return refusal(&Fault(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                Vec::new(),
            ));
        }
        Ok(Ok(Err(_))) | Err(_) => {
            return refusal(&Fault(StatusCode::BAD_REQUEST, "not_whole", Vec::new()));
        }
    };
    answer(Asked { body, ..asked }, house, work).await
}

/// So long a body may take to arrive.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(120);

fn parsed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let fault = json!({ "fault": "json", "message": error.to_string() });
        Fault(StatusCode::BAD_REQUEST, "json", vec![fault])
    })
}

fn entry(said: Said) -> Result<DoorEntry, Fault> {
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

fn receipt_view(receipt: &DoorReceipt) -> Value {
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
