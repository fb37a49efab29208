//! The controller's door as JSON, for programs: the same as its pages, with the pass of a code as bearer (`config/README.md` has the guide). No cookie counts here.

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::House;
use super::door_json::{Fault, Said, entry, parsed, receipt_view};
use super::upload::MOST_BYTES;
use crate::app::AppError;
use crate::app::case::{
    CODE_MINUTES, Door, ask_door_code, door_mailbox, enter_door, enter_door_code, open_door,
};
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

pub(super) async fn enter(
    request: HttpRequest,
    house: web::Data<House>,
    body: Payload,
) -> HttpResponse {
    with_body(request, house, body, |asked, house| {
        let door = asked.door(house)?;
        let entry = entry(parsed::<Said>(&asked.body)?)?;
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
