//! The mailed links: a GET shows a page with a button, only the button does something.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::frame::{Reply, Visit, page, show as show_page, take};
use crate::app::AppError;
use crate::app::case::{
    CONFIRMATION_HOURS, confirm_case, load_case_by_id, refuse_case, resend_confirmation,
};
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
        let file = load_case_by_id(&house.app, confirmation.case_id)?;
        let about = about(&file.raw.rights, visit, house);
        let entity = file.letters.first().and_then(|letter| letter.document.recipient.first());
        Ok(page("confirm/confirm", json!({ "token": secret, "from": file.raw.subject.name, "entity": entity, "about": about })))
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

/// A new link for one that has expired. The answer is the same whether a mail may go or not: it tells nobody what the limits know of an address.
pub(super) async fn again(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let secret = visit.part(2);
        let confirmation = house
            .app
            .db
            .read::<_, StorageError>(|tx| tx.confirmation(secret))?;
        let case = confirmation.case_id;
        match resend_confirmation(&house.app, case, &visit.language, &visit.network) {
            Ok(()) | Err(AppError::TooOften) => Ok(page("confirm/sent_again", json!({}))),
            Err(AppError::Used | AppError::Storage(StorageError::Conflict)) => {
                Ok(used(house.app.clock.today(chrono_tz::UTC)))
            }
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
            Err(AppError::Used | AppError::Storage(StorageError::Conflict)) => {
                Ok(used(house.app.clock.today(chrono_tz::UTC)))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}
