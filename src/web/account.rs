//! Signing in and out of the operator's inbox.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::House;
use super::case::Form;
use super::frame::{PageError, Reply, Visit, again, page, show as show_page, take};
use crate::app::form::Problem;
use crate::app::{AppError, sign_in as open_session, sign_out as end_session, signed_in};

/// Refuses whoever is not signed in; they are led to the page where one signs in.
pub(super) fn must_be_signed_in(visit: &Visit, house: &House) -> Result<(), PageError> {
    let open = match &visit.signed_in {
        Some(token) => signed_in(&house.app, token)?,
        None => false,
    };
    if open { Ok(()) } else { Err(PageError::SignIn) }
}

pub(super) async fn show(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |_, _| {
        Ok(page(
            "account/sign_in",
            json!({ "values": { "name": "" }, "back": "/" }),
        ))
    })
    .await
}

pub(super) async fn sign_in(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let name = fields.get("name");
        let opened = open_session(&house.app, name, fields.get("password"), &visit.network);
        let problem = match opened {
            Ok(Some(token)) => return Ok(Reply::Signed("/inbox".to_owned(), token)),
            Ok(None) => "problem.sign_in",
            Err(AppError::TooOften) => "problem.sign_in_often",
            Err(error) => return Err(error.into()),
        };
        let context = json!({ "values": { "name": name }, "back": "/" });
        let problems = [Problem::new("name", problem)];
        Ok(again("account/sign_in", context, visit, house, &problems))
    })
    .await
}

pub(super) async fn sign_out(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        if let Some(token) = &visit.signed_in {
            end_session(&house.app, token)?;
        }
        Ok(Reply::Signed("/sign-in".to_owned(), String::new()))
    })
    .await
}
