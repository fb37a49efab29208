//! The web: translates requests into use cases and their results into pages. Decides nothing about the law or a case.

mod account;
mod case;
mod case_end;
mod case_letters;
mod case_reply;
mod case_reports;
mod case_ways;
mod confirm;
mod demo;
mod derivation;
mod door;
mod door_api;
mod door_json;
mod door_view;
mod frame;
mod headers;
mod inbound;
mod inbox;
mod letter_view;
mod network;
mod request;
mod request_check;
mod request_pages;
mod send;
mod site;
mod timeline;
mod upload;

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;

use actix_web::{App as Actix, HttpServer, middleware, web};

pub use inbound::Inbound;

use crate::app::App;
use crate::domain::clock::ShiftedClock;

/// So many forms with files at once: each holds its files in memory.
pub const UPLOADS: usize = 8;

/// What every handler works with.
pub struct House {
    /// The use cases.
    pub app: Arc<App>,
    /// Signs the hidden field of every form.
    pub form_secret: [u8; 32],
    /// The clock that the demo moves; `None` outside the demo.
    pub demo_clock: Option<Arc<ShiftedClock>>,
    /// The names under which it answers.
    pub hosts: Vec<String>,
    /// Who may hand in mail over HTTP; `None`: nobody.
    pub inbound: Option<Inbound>,
    /// Places for forms with files that are read at the same time.
    pub uploads: tokio::sync::Semaphore,
    /// Proxies whose word about the sender is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// Serves until it is stopped.
///
/// # Errors
/// The port is taken, or the server failed.
pub async fn serve(house: Arc<House>, listener: TcpListener) -> std::io::Result<()> {
    let data = web::Data::from(house);
    let server = move || {
        let demo = data.demo_clock.is_some();
        Actix::new()
            .app_data(data.clone())
            .app_data(
                web::FormConfig::default()
                    .limit(256 * 1024)
                    .error_handler(frame::bad_form),
            )
            .wrap(middleware::from_fn(headers::guard))
            .wrap(middleware::Compress::default())
            .configure(|config| routes(config, demo))
    };
    HttpServer::new(server)
        .workers(2)
        .shutdown_timeout(10)
        .listen(listener)?
        .run()
        .await
}

/// Every route. A case is reached by its secret link alone, its door by the link in the letter; only the inbox asks for a sign-in.
fn routes(config: &mut web::ServiceConfig, demo: bool) {
    if demo {
        config.configure(demo_routes);
    }
    config
        .configure(site_routes)
        .configure(form_routes)
        .configure(door_routes)
        .configure(case_routes);
    config.default_service(web::route().to(site::not_found));
}

fn site_routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(site::start))
        .route("/about", web::get().to(site::about))
        .route("/privacy", web::get().to(site::privacy))
        .route("/healthz", web::get().to(site::healthz))
        .route("/readyz", web::get().to(site::readyz))
        .route("/assets/style.css", web::get().to(site::stylesheet))
        .route("/favicon.ico", web::get().to(site::no_icon))
        .route("/api/v1/inbound", web::post().to(inbound::take))
        .route("/sign-in", web::get().to(account::show))
        .route("/sign-in", web::post().to(account::sign_in))
        .route("/sign-out", web::post().to(account::sign_out))
        .route("/inbox", web::get().to(inbox::list))
        .route("/inbox/{id}", web::get().to(inbox::mail))
        .route("/inbox/{id}", web::post().to(inbox::decide))
        .route("/queue", web::get().to(inbox::queue))
        .route("/queue/resume", web::post().to(inbox::resume));
}

fn demo_routes(config: &mut web::ServiceConfig) {
    config
        .route("/demo", web::get().to(demo::mailbox))
        .route("/demo/mail/{id}", web::get().to(demo::mail))
        .route("/demo/mail/{id}/answer", web::post().to(demo::answer))
        .route("/demo/mail/{id}/letter.pdf", web::get().to(demo::letter))
        .route("/demo/clock", web::post().to(demo::clock));
}

fn form_routes(config: &mut web::ServiceConfig) {
    config
        .route("/request/preview", web::get().to(send::preview))
        .route("/request/preview", web::post().to(send::change))
        .route("/request/preview.pdf", web::get().to(send::preview_pdf))
        .route("/request/send", web::post().to(send::send))
        .route("/request/sent", web::get().to(send::sent))
        .route("/request/{step}", web::get().to(request::show))
        .route("/request/{step}", web::post().to(request::answer))
        .route("/confirm/{secret}", web::get().to(confirm::show))
        .route("/confirm/{secret}", web::post().to(confirm::confirm))
        .route("/confirm/{secret}/again", web::post().to(confirm::again))
        .route("/not-me/{secret}", web::get().to(confirm::show_not_me))
        .route("/not-me/{secret}", web::post().to(confirm::not_me));
}

/// What a controller may do with the link in a letter: as pages, and the same as JSON.
fn door_routes(config: &mut web::ServiceConfig) {
    config
        .route("/door/{token}", web::get().to(door::show))
        .route("/door/{token}/received", web::get().to(door::back))
        .route("/door/{token}/received", web::post().to(door::received))
        .route("/door/{token}/code", web::get().to(door::back))
        .route("/door/{token}/code", web::post().to(door::ask_code))
        .route("/door/{token}/prove", web::get().to(door::back))
        .route("/door/{token}/prove", web::post().to(door::prove))
        .route("/door/{token}/extend", web::get().to(door::extend))
        .route("/door/{token}/extend", web::post().to(door::enter))
        .route("/door/{token}/answer", web::get().to(door::answer))
        .route("/door/{token}/answer", web::post().to(door::enter))
        .route(
            "/door/{token}/receipt/{entry}",
            web::get().to(door::receipt),
        )
        .route("/api/v1/door/{token}", web::get().to(door_api::show))
        .route("/api/v1/door/{token}", web::post().to(door_api::enter))
        .route(
            "/api/v1/door/{token}/code",
            web::post().to(door_api::ask_code),
        )
        .route("/api/v1/door/{token}/pass", web::post().to(door_api::pass));
}

fn case_routes(config: &mut web::ServiceConfig) {
    let case = web::scope("/case/{secret}")
        .route("", web::get().to(case::show))
        .route("/deadline", web::get().to(case::deadline))
        .route("/letter/{file}", web::get().to(case_letters::letter))
        .route("/draft", web::get().to(case_letters::draft))
        .route("/draft", web::post().to(case_letters::approve))
        .route("/draft.pdf", web::get().to(case_letters::draft_pdf))
        .route("/send", web::get().to(case_ways::channels))
        .route("/send", web::post().to(case_ways::choose_channel))
        .route("/email", web::get().to(case_ways::email))
        .route("/email", web::post().to(case_ways::send_email))
        .route("/kit", web::get().to(case_ways::kit))
        .route("/switch", web::get().to(case_ways::switch))
        .route("/post", web::get().to(case_ways::post))
        .route("/own-mailbox", web::get().to(case_ways::own_mailbox))
        .route("/did", web::get().to(case_reports::did))
        .route("/did", web::post().to(case_reports::report))
        .route("/answer", web::get().to(case_reports::answer))
        .route("/answer", web::post().to(case_reports::hand_in))
        .route("/reply/{id}", web::get().to(case_reply::reply))
        .route("/reply/{id}", web::post().to(case_reply::read))
        .route("/reply/{id}/raw", web::get().to(case_reply::raw))
        .route("/reply/{id}/file/{file}", web::get().to(case_reply::file))
        .configure(end_routes)
        .default_service(web::route().to(site::not_found));
    config.service(case);
}

fn end_routes(config: &mut web::ServiceConfig) {
    config
        .route("/close", web::get().to(case_end::close))
        .route("/close", web::post().to(case_end::closed))
        .route("/withdraw", web::get().to(case_end::withdraw))
        .route("/withdraw", web::post().to(case_end::withdrawn))
        .route("/erase", web::get().to(case_end::erase))
        .route("/erase", web::post().to(case_end::erased))
        .route("/export", web::get().to(case_end::export))
        .route("/export", web::post().to(case_end::exported))
        .route("/renew-link", web::get().to(case_end::renew_link))
        .route("/renew-link", web::post().to(case_end::renewed));
}
