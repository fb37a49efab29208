//! The mailed links: a GET shows a page with a button, only the button does something.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::frame::{PageError, Reply, Visit, page, show as show_page, take};
use crate::app::AppError;
use crate::app::case::{CONFIRMATION_HOURS, confirm_case, refuse_case};
use crate::domain::letter::RawCase;
use crate::storage::StorageError;

pub(super) async fn show(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        let secret = visit.part(2);
        let confirmation = house.app.db.read::<_, StorageError>(|tx| tx.confirmation(secret))?;
        if let Some(used_at) = confirmation.used_at {
            return Ok(used(used_at.date_naive()));
        }
        if confirmation.expires_at <= house.app.clock.now() {
            return Ok(expired(secret));
        }
        let (case, _) = house.app.db.read::<_, StorageError>(|tx| tx.case(confirmation.case_id))?;
        let facts: RawCase = serde_json::from_slice(&case.facts).map_err(|error| PageError::Internal(error.to_string()))?;
        let about = about(&facts.rights, visit, house);
        Ok(page("confirm/confirm", json!({ "token": secret, "from": facts.subject.name, "entity": case.controller, "about": about })))
    })
    .await
}

/// What a letter asks, in the words of the page: "Objection and erasure".
pub(super) fn about(rights: &[String], visit: &Visit, house: &House) -> String {
    let Some(words) = house.app.letters.words(&visit.language) else {
        return rights.join(", ");
    };
    let named: Vec<String> = rights
        .iter()
        .map(|right| words.right(right).to_owned())
        .collect();
    let text = words.list(&named);
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn used(on: chrono::NaiveDate) -> Reply {
    Reply::Page("confirm/used", StatusCode::GONE, json!({ "used_on": on }))
}

fn expired(secret: &str) -> Reply {
    Reply::Page(
        "confirm/expired",
        StatusCode::GONE,
        json!({ "token": secret, "hours": CONFIRMATION_HOURS }),
    )
}

pub(super) async fn confirm(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let secret = visit.part(2);
        match confirm_case(&house.app, secret) {
            Ok(link) => Ok(Reply::To(format!("/case/{link}?opened=1"))),
            Err(AppError::Used | AppError::Storage(StorageError::Conflict)) => {
                Ok(used(house.app.clock.today(chrono_tz::UTC)))
            }
            Err(AppError::Expired) => Ok(expired(secret)),
            Err(error) => Err(error.into()),
        }
    })
    .await
}

pub(super) async fn show_not_me(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        let secret = visit.part(2);
        house
            .app
            .db
            .read::<_, StorageError>(|tx| tx.confirmation_to_refuse(secret))?;
        Ok(page("confirm/not_me", json!({ "token": secret })))
    })
    .await
}

pub(super) async fn not_me(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        match refuse_case(&house.app, visit.part(2)) {
            Ok(()) => Ok(page(
                "confirm/not_me_done",
                Value::Object(serde_json::Map::new()),
            )),
            Err(AppError::Used) => Ok(used(house.app.clock.today(chrono_tz::UTC))),
            Err(error) => Err(error.into()),
        }
    })
    .await
}
