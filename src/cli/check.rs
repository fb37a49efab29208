//! `demur check` and `demur healthcheck`: reads and renders everything that is data; tries the relay without sending anything; asks a running server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::install::Installation;
use super::{Failure, check_dns, law, print_json};
use crate::app::check_data;
use crate::config::SystemClock;
use crate::domain::clock::Clock;
use crate::mail::probe;

/// What `check` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Tries the relay of the settings, without sending a mail, and looks up the DNS records that the mail needs
    #[arg(long)]
    mail: bool,
    /// Asks this name server instead of those of the machine
    #[arg(long, requires = "mail", value_name = "ADDRESS:PORT")]
    dns: Option<std::net::SocketAddr>,
}

/// What `healthcheck` takes.
#[derive(Debug, Args)]
pub(super) struct HealthArguments {
    /// The route to ask
    #[arg(long, default_value = "http://127.0.0.1:8080/healthz")]
    url: String,
}

pub(super) fn run(
    arguments: &Arguments,
    find: impl FnOnce() -> Result<Installation, Failure>,
) -> Result<(), Failure> {
    if arguments.mail {
        return check_mail(&find()?, arguments.dns);
    }
    let book = law()?;
    let report = check_data(&book, SystemClock.today(chrono_tz::UTC));
    print_json(&json!({
        "regimes": book.regimes.len(),
        "citations": book.citations.len(),
        "rules": book.rules.len(),
        "places": book.places.len(),
        "jurisdictions": book.jurisdictions.len(),
        "regulators": book.regulators.len(),
        "controllers": book.controllers.len(),
        "calendars": book.holidays.ids().count(),
        "letters_rendered": report.letters,
        "faults": report.faults.len(),
        "remarks": report.remarks,
        "law_version": book.version,
    }))?;
    if report.faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused(report.faults.join("\n")))
    }
}

fn check_mail(
    installation: &Installation,
    server: Option<std::net::SocketAddr>,
) -> Result<(), Failure> {
    let mail = &installation.settings.mail;
    if mail.relay.is_empty() {
        let why = "the setting `mail.relay` is missing; config/default.toml says what it is";
        return Err(Failure::Refused(why.to_owned()));
    }
    let relay = installation.relay()?;
    let answer = actix_web::rt::System::new().block_on(probe(&relay));
    let dns = check_dns::findings(mail, server)?;
    print_json(&json!({
        "relay": format!("{}:{}", mail.relay, mail.port),
        "signed_in": answer.is_ok() && !mail.user.is_empty(),
        "error": answer.as_ref().err(),
        "from": mail.from,
        "reply_domain": mail.reply_domain,
        "dns": dns,
    }))?;
    answer.map_err(|why| Failure::Refused(format!("the relay does not take mail: {why}")))?;
    check_dns::faults(&dns).map_or(Ok(()), |why| Err(Failure::Refused(why)))
}

/// Asks a route over plain HTTP; a container engine calls this, so it needs no other program.
pub(super) fn health(arguments: &HealthArguments) -> Result<(), Failure> {
    let rest = arguments.url.strip_prefix("http://").ok_or_else(|| {
        Failure::Usage("`--url` begins with http://; this asks the server itself".to_owned())
    })?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(
        format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    if answer.starts_with(b"HTTP/1.1 200") {
        Ok(())
    } else {
        Err(Failure::Refused(format!(
            "{} does not answer with 200",
            arguments.url
        )))
    }
}
