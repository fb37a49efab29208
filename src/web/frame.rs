//! The frame of every page: who visits in which language, the hidden field of forms, and the way from a result to an answer.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::House;
use crate::app::form::{Fields, Problem};
use crate::app::{AppError, ComposeError};
use crate::domain::random::new_secret;
use crate::storage::StorageError;

/// One visit: what the request says about the person.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) language: String,
    pub(super) path: String,
    pub(super) query: Fields,
    /// The network the visit comes from: what limits count.
    pub(super) network: String,
    pub(super) csrf: String,
    pub(super) notice: Option<String>,
    /// The token of the operator's session, if there is one.
    pub(super) signed_in: Option<String>,
    /// The pass of somebody who typed in a code at the controller's door.
    pub(super) door_pass: Option<String>,
    session: String,
    new_cookies: Vec<(&'static str, String)>,
}

/// What a handler answers.
#[derive(Debug)]
pub(super) enum Reply {
    /// A page: template, status, its own context.
    Page(&'static str, StatusCode, Value),
    /// On to another page after a form was taken.
    To(String),
    /// On to another page that shows a word once.
    ToWithNotice(String, String),
    /// On to another page, with the operator's session opened or (empty) ended.
    Signed(String, String),
    /// On to another page, with the pass of a door.
    Passed(String, String),
    /// A file: type, name, bytes. Shown in the browser unless `download`.
    File {
        kind: &'static str,
        name: String,
        bytes: Vec<u8>,
        download: bool,
    },
}

/// What went wrong; each has its page.
#[derive(Debug)]
pub(super) enum PageError {
    NotFound,
    Erased,
    Replaced(chrono::NaiveDate),
    DraftExpired,
    FormExpired,
    /// The case behind a door has ended.
    DoorClosed,
    /// The page is for the operator.
    SignIn,
    /// A limit is reached; it is over within the hour.
    TooMany,
    /// The step does not fit the case any more, or another change came first.
    LookAgain,
    /// The database has no connection to spare.
    Busy,
    Internal(String),
}

impl From<AppError> for PageError {
    fn from(error: AppError) -> PageError {
        match error {
            AppError::Storage(StorageError::NotFound) => PageError::NotFound,
            AppError::Storage(StorageError::Erased) => PageError::Erased,
            AppError::Storage(StorageError::Replaced(at)) => PageError::Replaced(at.date_naive()),
            AppError::Storage(StorageError::Limit) => PageError::TooMany,
            AppError::NotNow | AppError::Changed | AppError::Storage(StorageError::Conflict) => {
                PageError::LookAgain
            }
            AppError::Closed => PageError::DoorClosed,
            AppError::Storage(StorageError::Pool(_)) => PageError::Busy,
            other => PageError::Internal(other.to_string()),
        }
    }
}

impl From<StorageError> for PageError {
    fn from(error: StorageError) -> PageError {
        AppError::from(error).into()
    }
}

impl From<ComposeError> for PageError {
    fn from(error: ComposeError) -> PageError {
        AppError::from(error).into()
    }
}

/// A page with status 200.
pub(super) fn page(template: &'static str, context: Value) -> Reply {
    Reply::Page(template, StatusCode::OK, context)
}

/// The same page again with what is wrong.
pub(super) fn again(
    template: &'static str,
    mut context: Value,
    visit: &Visit,
    house: &House,
    problems: &[Problem],
) -> Reply {
    let errors: Vec<Value> = problems
        .iter()
        .map(|problem| json!({ "field": problem.field, "message": message(visit, house, problem) }))
        .collect();
    if let Some(map) = context.as_object_mut() {
        map.insert("errors".to_owned(), Value::from(errors));
    }
    Reply::Page(template, StatusCode::UNPROCESSABLE_ENTITY, context)
}

fn message(visit: &Visit, house: &House, problem: &Problem) -> String {
    let values: Vec<(&str, &str)> = problem
        .values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    house.app.pages.word(&visit.language, problem.key, &values)
}

/// Runs a handler that reads.
pub(super) async fn show<F>(request: HttpRequest, house: web::Data<House>, work: F) -> HttpResponse
where
    F: FnOnce(&Visit, &House) -> Result<Reply, PageError> + Send + 'static,
{
    let visit = Visit::of(&request, &house);
    run(visit, house, work).await
}

/// Runs a handler that takes a form; the hidden field must fit the visit.
pub(super) async fn take<F>(
    request: HttpRequest,
    house: web::Data<House>,
    form: web::Form<Vec<(String, String)>>,
    work: F,
) -> HttpResponse
where
    F: FnOnce(&Visit, &House, &Fields) -> Result<Reply, PageError> + Send + 'static,
{
    take_fields(request, house, Fields(form.into_inner()), work).await
}

/// Runs a handler that takes fields which were read another way.
pub(super) async fn take_fields<F>(
    request: HttpRequest,
    house: web::Data<House>,
    fields: Fields,
    work: F,
) -> HttpResponse
where
    F: FnOnce(&Visit, &House, &Fields) -> Result<Reply, PageError> + Send + 'static,
{
    let visit = Visit::of(&request, &house);
    run(visit, house, move |visit, house| {
        if !bool::from(fields.get("csrf").as_bytes().ct_eq(visit.csrf.as_bytes())) {
            return Err(PageError::FormExpired);
        }
        work(visit, house, &fields)
    })
    .await
}

/// A form that could not be read at all.
pub(super) fn bad_form(
    error: actix_web::error::UrlencodedError,
    _: &HttpRequest,
) -> actix_web::Error {
    let answer = HttpResponse::build(StatusCode::BAD_REQUEST)
        .body("The form could not be read. Go back and send it again; nothing was done.");
    actix_web::error::InternalError::from_response(error, answer).into()
}

async fn run<F>(visit: Visit, house: web::Data<House>, work: F) -> HttpResponse
where
    F: FnOnce(&Visit, &House) -> Result<Reply, PageError> + Send + 'static,
{
    // Databases and templates block; they do it on a thread of their own.
    let done = web::block(move || {
        let reply = work(&visit, &house).unwrap_or_else(|error| error_page(error, &visit, &house));
        prepare(reply, &visit, &house)
    });
    match done.await {
        Ok(prepared) => prepared.into_response(),
        Err(_stopped) => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// An answer before it becomes one: it can cross threads.
struct Prepared {
    status: StatusCode,
    headers: Vec<(header::HeaderName, String)>,
    cookies: Vec<(&'static str, String)>,
    secure: bool,
    body: Vec<u8>,
}

impl Prepared {
    fn into_response(self) -> HttpResponse {
        let mut builder = HttpResponse::build(self.status);
        for (name, value) in self.headers {
            builder.insert_header((name, value));
        }
        for (name, value) in self.cookies {
            let full_name = format!("{}{name}", prefix(self.secure));
            let mut cookie = Cookie::build(full_name, value)
                .path("/")
                .http_only(true)
                .secure(self.secure)
                .same_site(SameSite::Lax);
            // The answers of the form are kept a day, also when the browser is closed.
            if name == "visit" {
                cookie = cookie.max_age(Duration::days(1));
            }
            builder.cookie(cookie.finish());
        }
        builder.body(self.body)
    }
}

/// A cookie with this prefix can be set by this very host alone, not by a neighbour under the same domain.
fn prefix(secure: bool) -> &'static str {
    if secure { "__Host-" } else { "" }
}

fn cookie_name(house: &House, name: &str) -> String {
    format!("{}{name}", prefix(is_secure(house)))
}

fn is_secure(house: &House) -> bool {
    house.app.base_url.starts_with("https://")
}

impl Visit {
    fn of(request: &HttpRequest, house: &House) -> Visit {
        let cookie = |name: &str| {
            let found = request.cookie(&cookie_name(house, name));
            found.map(|cookie| cookie.value().to_owned())
        };
        let query: Vec<(String, String)> = web::Query::from_query(request.query_string())
            .map(web::Query::into_inner)
            .unwrap_or_default();
        let query = Fields(query);
        let mut new_cookies = Vec::new();
        let session = cookie("visit")
            .filter(|session| session.len() == 26)
            .unwrap_or_else(|| {
                let session = new_secret(house.app.random.as_ref());
                new_cookies.push(("visit", session.clone()));
                session
            });
        let known = |language: &String| house.app.pages.languages().any(|one| one == language);
        let asked = Some(query.get("lang").to_owned()).filter(known);
        if let Some(language) = &asked {
            new_cookies.push(("lang", language.clone()));
        }
        let language = asked
            .or_else(|| cookie("lang").filter(known))
            .unwrap_or_else(|| preferred(request, house));
        let notice = cookie("notice").filter(|notice| !notice.is_empty());
        if notice.is_some() {
            new_cookies.push(("notice", String::new()));
        }
        Visit {
            csrf: csrf(&house.form_secret, &session),
            path: request.path().to_owned(),
            network: super::network::network(request, &house.trusted_proxies),
            language,
            query,
            notice,
            signed_in: cookie("session").filter(|token| !token.is_empty()),
            door_pass: cookie("door").filter(|pass| !pass.is_empty()),
            session,
            new_cookies,
        }
    }

    /// Part of the address: `/case/{secret}/…` has the secret as part 2.
    pub(super) fn part(&self, number: usize) -> &str {
        self.path.split('/').nth(number).unwrap_or_default()
    }

    /// The secret under which the draft of this visit is kept.
    pub(super) fn draft_secret(&self) -> String {
        format!("draft-{}", self.session)
    }
}

/// The first language of the browser that the screens have.
fn preferred(request: &HttpRequest, house: &House) -> String {
    let header = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let wished = header
        .split(',')
        .filter_map(|part| part.split([';', '-']).next())
        .map(str::trim);
    wished
        .into_iter()
        .find(|language| house.app.pages.languages().any(|known| known == *language))
        .unwrap_or("en")
        .to_owned()
}

fn csrf(secret: &[u8; 32], session: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(secret);
    hash.update(session.as_bytes());
    hash.update(secret);
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn error_page(error: PageError, visit: &Visit, house: &House) -> Reply {
    match error {
        PageError::SignIn => Reply::To("/sign-in".to_owned()),
        PageError::LookAgain => {
            Reply::To(match visit.path.split('/').collect::<Vec<_>>().as_slice() {
                ["", "case", secret, ..] => format!("/case/{secret}"),
                ["", "door", token, ..] => format!("/door/{token}"),
                _ => "/".to_owned(),
            })
        }
        PageError::TooMany => {
            let at = house.app.clock.now() + TimeDelta::hours(1);
            let context = json!({ "retry_at": at.format("%H:%M UTC").to_string() });
            Reply::Page("error/too_many", StatusCode::TOO_MANY_REQUESTS, context)
        }
        PageError::Busy => Reply::Page(
            "error/unavailable",
            StatusCode::SERVICE_UNAVAILABLE,
            json!({}),
        ),
        PageError::NotFound => Reply::Page("error/not_found", StatusCode::NOT_FOUND, json!({})),
        PageError::DoorClosed => Reply::Page("door/closed", StatusCode::GONE, json!({})),
        PageError::Erased => Reply::Page(
            "error/erased",
            StatusCode::GONE,
            json!({ "erased_on": null }),
        ),
        PageError::Replaced(on) => Reply::Page(
            "case/link_replaced",
            StatusCode::GONE,
            json!({ "replaced_on": on }),
        ),
        PageError::DraftExpired => Reply::Page("error/draft_expired", StatusCode::GONE, json!({})),
        PageError::FormExpired => Reply::Page(
            "error/form_expired",
            StatusCode::FORBIDDEN,
            json!({ "retry_href": visit.path }),
        ),
        PageError::Internal(reason) => {
            let incident = house.app.clock.now().format("%Y%m%d-%H%M%S%6f").to_string();
            tracing::error!(incident, reason, "a page failed");
            Reply::Page(
                "error/internal",
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({ "incident": incident }),
            )
        }
    }
}

fn prepare(reply: Reply, visit: &Visit, house: &House) -> Prepared {
    let mut cookies = visit.new_cookies.clone();
    let (status, headers, body) = match reply {
        Reply::Page(template, status, context) => {
            let html = house
                .app
                .pages
                .page(template, &framed(context, visit, house))
                .unwrap_or_else(|error| {
                    tracing::error!(%error, "a page does not render");
                    "This page failed. Nothing was lost; go back and try again.".to_owned()
                });
            let mut headers = vec![(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned())];
            match status {
                StatusCode::TOO_MANY_REQUESTS => {
                    headers.push((header::RETRY_AFTER, "3600".to_owned()));
                }
                StatusCode::SERVICE_UNAVAILABLE => {
                    headers.push((header::RETRY_AFTER, "5".to_owned()));
                }
                _ => {}
            }
            (status, headers, html.into_bytes())
        }
        Reply::To(href) => see_other(href),
        Reply::ToWithNotice(href, word) => {
            cookies.retain(|(name, _)| *name != "notice");
            cookies.push(("notice", word));
            see_other(href)
        }
        Reply::Signed(href, token) => {
            cookies.push(("session", token));
            see_other(href)
        }
        Reply::Passed(href, pass) => {
            cookies.push(("door", pass));
            see_other(href)
        }
        Reply::File {
            kind,
            name,
            bytes,
            download,
        } => {
            let how = if download { "attachment" } else { "inline" };
            let disposition = format!("{how}; filename=\"{name}\"");
            let headers = vec![
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (StatusCode::OK, headers, bytes)
        }
    };
    Prepared {
        status,
        headers,
        cookies,
        secure: is_secure(house),
        body,
    }
}

type Answer = (StatusCode, Vec<(header::HeaderName, String)>, Vec<u8>);

fn see_other(href: String) -> Answer {
    (
        StatusCode::SEE_OTHER,
        vec![(header::LOCATION, href)],
        Vec::new(),
    )
}

/// Puts the keys that every page has under those of the page itself.
fn framed(context: Value, visit: &Visit, house: &House) -> Value {
    let operator = &house.app.operator;
    let here = |code: &str| json!({ "code": code, "name": house.app.pages.word(code, "language.own_name", &[]), "href": format!("{}?lang={code}", visit.path), "current": code == visit.language });
    let languages: Vec<Value> = house.app.pages.languages().map(here).collect();
    // Only a word of the screens is shown, never the text of a cookie.
    let known = visit
        .notice
        .as_ref()
        .filter(|word| word.starts_with("notice.") || word.starts_with("demo.moved"));
    let notice = known.map(|word| house.app.pages.word(&visit.language, word, &[]));
    let mut frame = json!({
        "lang": visit.language,
        "csrf": visit.csrf,
        "site": {
            "name": operator.site, "stylesheet": "/assets/style.css", "operator": operator.name, "contact": operator.contact,
            "address": operator.address, "exit_url": operator.exit_url, "draft_days": 1,
            "regulator": operator.regulator, "processors": operator.processors, "notice": operator.notice,
        },
        "languages": languages,
        "demo": house.demo_clock.as_ref().map(|_| super::demo::bar(visit, house)),
        "back": null,
        "notice": notice,
        "errors": [],
    });
    if let (Some(frame), Value::Object(own)) = (frame.as_object_mut(), context) {
        frame.extend(own);
    }
    frame
}
