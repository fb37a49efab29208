//! What guards every answer: a strict policy for the browser, no caching of pages with secrets, and the refusal of forms that come from elsewhere.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

use super::House;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Guards a request and its answer.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !is_for_us(&request) {
        let refused = HttpResponse::build(StatusCode::MISDIRECTED_REQUEST)
            .body("This service answers under another name.");
        return Ok(request.into_response(refused));
    }
    if *request.method() == Method::POST && !comes_from_here(&request) {
        let refused = HttpResponse::build(StatusCode::FORBIDDEN)
            .body("This form was sent from another site. Nothing was done.");
        return Ok(request.into_response(refused));
    }
    let secure = house(&request).is_some_and(|house| house.app.base_url.starts_with("https://"));
    // Every page carries the cookie of a visit and what was typed in it.
    let secret = !request.path().starts_with("/assets/");
    let mut answer = next.call(request).await?.map_into_boxed_body();
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: under it browsers send our own forms with `Origin: null`.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    if secret {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex"),
        );
    }
    Ok(answer)
}

fn house(request: &ServiceRequest) -> Option<&web::Data<House>> {
    request.app_data::<web::Data<House>>()
}

/// Links in mails are made from the name in the settings; a page under any other name would let somebody else choose it. Health checks may use the address.
fn is_for_us(request: &ServiceRequest) -> bool {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let known = |house: &web::Data<House>| house.hosts.iter().any(|known| known == host);
    matches!(request.path(), "/healthz" | "/readyz") || house(request).is_some_and(known)
}

/// Browsers say where a form comes from. `null` and a foreign origin are refused; a client that says nothing must still know the hidden field.
fn comes_from_here(request: &ServiceRequest) -> bool {
    let text = |name: &HeaderName| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let host = text(&header::HOST).unwrap_or_default();
    match text(&header::ORIGIN) {
        Some(origin) => origin
            .split_once("://")
            .is_some_and(|(_, origin)| origin == host),
        None => text(&HeaderName::from_static("sec-fetch-site"))
            .is_none_or(|site| matches!(site, "same-origin" | "none")),
    }
}
