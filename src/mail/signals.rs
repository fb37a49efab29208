//! Signs that a machine wrote an incoming mail: bounces and automatic answers.

use mail_parser::{HeaderName, Message, MimeHeaders};

use super::incoming::{MAX_LINE, clean_line};

/// A sign that no person wrote the mail. `matched` is the text that decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// A letter could not be delivered.
    Bounce {
        /// The deciding text.
        matched: String,
    },
    /// A machine answered.
    AutoReply {
        /// The deciding text.
        matched: String,
    },
}

/// Careful: a person's answer that counts as a machine's is worse than the reverse. A bounce is not also called an answer.
pub(super) fn signal(message: &Message<'_>) -> Option<Signal> {
    if let Some(matched) = bounce(message) {
        return Some(Signal::Bounce { matched });
    }
    auto_reply(message).map(|matched| Signal::AutoReply { matched })
}

fn bounce(message: &Message<'_>) -> Option<String> {
    let status = report_lines(message);
    let is_report = message.is_content_type("multipart", "report")
        && message
            .content_type()
            .and_then(|kind| kind.attribute("report-type"))
            .is_some_and(|report| report.eq_ignore_ascii_case("delivery-status"));
    if is_report {
        // A report that it was delivered, or that it takes longer, is no bounce.
        let mut actions = status
            .iter()
            .filter(|line| line.starts_with("action:"))
            .peekable();
        let failed = actions.peek().is_none() || actions.any(|line| line.contains("failed"));
        return failed.then(|| field(message, "Content-Type")).flatten();
    }
    let sender = field(message, "Return-Path").filter(|path| path.ends_with("<>"))?;
    let from = message.from()?.first()?.address.as_deref()?.to_lowercase();
    if from.starts_with("mailer-daemon@") || from.starts_with("postmaster@") {
        return Some(format!("{sender}, From: {}", clean_line(&from, MAX_LINE)));
    }
    let found = status.iter().find(|line| {
        line.starts_with("final-recipient:") || line.starts_with("diagnostic-code:")
    })?;
    Some(format!("{sender}, {found}"))
}

/// The lines of a delivery report, in lower case, from parts other than text that a person may have quoted.
fn report_lines(message: &Message<'_>) -> Vec<String> {
    let reports = message.parts.iter().filter(|part| {
        part.is_content_type("message", "delivery-status")
            || part.is_content_type("message", "global-delivery-status")
    });
    reports
        .flat_map(|part| part.contents().split(|byte| *byte == b'\n').take(1_000))
        .map(|line| clean_line(&String::from_utf8_lossy(line), MAX_LINE).to_lowercase())
        .collect()
}

/// Words of a subject decide nothing: people write them too.
fn auto_reply(message: &Message<'_>) -> Option<String> {
    let is_no = |found: &String| {
        let value = found.split_once(':').map_or("", |(_, value)| value);
        let first = value.split(';').next().unwrap_or_default();
        first.trim().eq_ignore_ascii_case("no") || first.trim().is_empty()
    };
    let says_auto = |found: &String| found.to_lowercase().ends_with("auto_reply");
    field(message, "Auto-Submitted")
        .filter(|found| !is_no(found))
        .or_else(|| field(message, "X-Autoreply").filter(|found| !is_no(found)))
        .or_else(|| field(message, "Precedence").filter(says_auto))
}

/// A field of the mail's own header as `Name: value` in one line.
fn field(message: &Message<'_>, name: &'static str) -> Option<String> {
    let wanted = HeaderName::from(name);
    let header = message.headers().iter().find(|one| one.name == wanted)?;
    let start = usize::try_from(header.offset_start).ok()?;
    let end = usize::try_from(header.offset_end).ok()?;
    let value = String::from_utf8_lossy(message.raw_message.get(start..end)?);
    Some(format!("{name}: {}", clean_line(&value, MAX_LINE)))
}
