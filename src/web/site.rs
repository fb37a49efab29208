//! Pages about the service, and the files of the site.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::House;
use super::frame::{PageError, page, show};

const STYLE: &str = include_str!("assets/style.css");

pub(super) async fn start(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |visit, house| {
        let has_draft = super::request::draft(visit, house)?.is_some();
        Ok(page("start/start", json!({ "has_draft": has_draft })))
    })
    .await
}

pub(super) async fn about(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |_, _| {
        Ok(page("site/about", json!({ "back": "/" })))
    })
    .await
}

pub(super) async fn privacy(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |_, _| {
        Ok(page("site/privacy", json!({ "back": "/" })))
    })
    .await
}

pub(super) async fn not_found(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show(request, house, |_, _| Err(PageError::NotFound)).await
}

/// The process answers.
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// The process and its database answer.
pub(super) async fn readyz(house: web::Data<House>) -> HttpResponse {
    let alive = web::block(move || house.app.db.ping()).await;
    match alive {
        Ok(Ok(_)) => HttpResponse::Ok().body("ok\n"),
        _ => HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
            .body("the database does not answer\n"),
    }
}

pub(super) async fn stylesheet() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("cache-control", "max-age=600"))
        .body(STYLE)
}

pub(super) async fn no_icon() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
