//! The operator's inbox: mails that belong to no case yet, and letters whose delivery somebody has to decide.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::account::must_be_signed_in;
use super::case::Form;
use super::case_reply::size_in_words;
use super::frame::{PageError, Reply, Visit, again, page, show, take};
use crate::app::case::{
    HeldLetter, assign_held_mail, discard_held_mail, held_mail, held_mails, letters_in_doubt,
};
use crate::app::form::Problem;
use crate::app::{AppError, resume_place, view_queue};
use crate::storage::{HeldLine, PausedPlace, StorageError};

fn when(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

pub(super) async fn list(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        must_be_signed_in(visit, house)?;
        let mail = |line: &HeldLine| {
            json!({
                "href": format!("/inbox/{}", line.id), "received_at": when(line.received_at), "why_key": line.why,
                "from": line.summary.from.clone().unwrap_or_default(), "subject": line.summary.subject.clone().unwrap_or_default(),
            })
        };
        let stuck = stuck(visit, house)?;
        let mails: Vec<Value> = held_mails(&house.app)?.iter().map(mail).collect();
        Ok(page("inbox/list", json!({ "mails": mails, "stuck": stuck })))
    })
    .await
}

/// The letters that wait for somebody's decision.
fn stuck(visit: &Visit, house: &House) -> Result<Vec<Value>, PageError> {
    let why = house.app.pages.word(&visit.language, "stuck.unknown", &[]);
    let letters = letters_in_doubt(&house.app)?.into_iter();
    let line = |(reference, since)| json!({ "reference": reference, "href": null, "why": why, "since": when(since) });
    Ok(letters.map(line).collect())
}

/// The outbox at a glance.
pub(super) async fn queue(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        must_be_signed_in(visit, house)?;
        let queue = view_queue(&house.app)?;
        let counts = queue.counts;
        let paused = |place: &PausedPlace| {
            json!({
                "place": place.place.split_once(':').map_or("", |(_, name)| name), "value": place.place,
                "letters": place.letters, "refused": place.refused, "since": when(place.paused_at),
            })
        };
        let own = json!({
            "counts": {
                "waiting": counts.waiting, "under_way": counts.under_way, "in_doubt": counts.in_doubt, "sent": counts.sent, "failed": counts.failed,
            },
            "due_since": queue.due_since.map(when),
            "paused": queue.paused.iter().map(paused).collect::<Vec<_>>(),
            "stuck": stuck(visit, house)?,
        });
        Ok(page("inbox/queue", own))
    })
    .await
}

/// Somebody has looked: letters go there again.
pub(super) async fn resume(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        must_be_signed_in(visit, house)?;
        resume_place(&house.app, fields.get("place"))?;
        Ok(Reply::ToWithNotice(
            "/queue".to_owned(),
            "notice.resumed".to_owned(),
        ))
    })
    .await
}

fn context(letter: &HeldLetter, reference: &str) -> Value {
    let read = letter.read.as_ref().ok();
    let files: Vec<Value> = read
        .map(|mail| mail.attachments.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|file| json!({ "name": file.name, "size": size_in_words(file.bytes.len()) }))
        .collect();
    json!({
        "back": "/inbox",
        "mail": {
            "id": letter.held.id, "received_at": when(letter.held.received_at), "why_key": letter.held.why, "files": files,
            "from": read.and_then(|mail| mail.from.clone()).unwrap_or_default(), "to": read.map(|mail| mail.to.join(", ")).unwrap_or_default(),
            "subject": read.and_then(|mail| mail.subject.clone()).unwrap_or_default(), "text": read.map(|mail| mail.text.clone()).unwrap_or_default(),
        },
        "values": { "reference": reference },
    })
}

fn wanted(visit: &Visit, house: &House) -> Result<HeldLetter, PageError> {
    must_be_signed_in(visit, house)?;
    let id = visit
        .part(2)
        .parse()
        .map_err(|_no_id| PageError::NotFound)?;
    Ok(held_mail(&house.app, id)?)
}

pub(super) async fn mail(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let letter = wanted(visit, house)?;
        Ok(page("inbox/mail", context(&letter, "")))
    })
    .await
}

pub(super) async fn decide(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let letter = wanted(visit, house)?;
        let reference = fields.get("reference");
        let done = match fields.get("action") {
            "discard" => discard_held_mail(&house.app, letter.held.id),
            _ => assign_held_mail(&house.app, letter.held.id, reference),
        };
        match done {
            Ok(()) => Ok(Reply::ToWithNotice(
                "/inbox".to_owned(),
                "notice.saved".to_owned(),
            )),
            Err(AppError::Storage(StorageError::NotFound | StorageError::Erased)) => {
                let problems = [Problem::new("reference", "problem.reference")];
                let context = context(&letter, reference);
                Ok(again("inbox/mail", context, visit, house, &problems))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}
