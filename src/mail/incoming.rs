//! An incoming mail, read into plain values. Nothing in it is believed, answered or unpacked; that it was read changes no case.

use std::panic::catch_unwind;

use chrono::{DateTime, NaiveDate, Utc};
use mail_parser::{
    HeaderForm, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType,
};

use super::prescan::{Scan, prescan};
use super::signals::{Signal, signal};
use super::{html, repair};

/// The most characters of text that are kept.
const MAX_TEXT: usize = 100_000;

/// The most characters of a line such as the subject.
pub(super) const MAX_LINE: usize = 1_000;

/// The most characters of a file name.
const MAX_NAME: usize = 100;

/// The most addresses that are kept.
const MAX_ADDRESSES: usize = 200;

/// Fields that say for whom a mail was. What the own server wrote on delivery comes before what the sender claims.
const RECIPIENTS: [&str; 6] = [
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "To",
    "Cc",
    "Bcc",
];

/// A mail as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingMail {
    /// The address that the sender claims.
    pub from: Option<String>,
    /// For whom: most trusted first, in lower case, at most 200.
    pub to: Vec<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The mail that it answers, without angle brackets.
    pub in_reply_to: Option<String>,
    /// When it was sent, as the sender claims.
    pub sent_at: Option<DateTime<Utc>>,
    /// The day of that, where the sender is.
    pub sent_on: Option<NaiveDate>,
    /// What mail servers wrote about the sender, topmost first; who wrote it is for the reader to judge.
    pub authentication_results: Vec<String>,
    /// It says that it went to a list.
    pub is_bulk: bool,
    /// The text, from the HTML if there is no other; at most 100,000 characters.
    pub text: String,
    /// The files.
    pub attachments: Vec<IncomingFile>,
    /// What speaks for a machine as the sender.
    pub signals: Vec<Signal>,
}

/// A file of an incoming mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingFile {
    /// A file name without folders; at most 100 characters.
    pub name: String,
    /// The media type that the sender claims.
    pub kind: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Why a mail was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not taken at all.
    #[error("the mail is refused: {0}")]
    Refused(&'static str),
    /// It is kept as it came, and only shown as a file.
    #[error("the mail is too complex to read: {0}")]
    TooComplex(&'static str),
}

/// Scans the mail and reads it.
///
/// # Errors
/// The scan or the parser did not get through; see [`Unreadable`].
pub fn read_mail(raw: &[u8]) -> Result<IncomingMail, Unreadable> {
    match prescan(raw) {
        Scan::Refuse(why) => return Err(Unreadable::Refused(why)),
        Scan::RawOnly(why) => return Err(Unreadable::TooComplex(why)),
        Scan::Parse => {}
    }
    let read = catch_unwind(|| {
        let message = MessageParser::default().parse(raw)?;
        let mail = collect(&message);
        dismantle(message);
        Some(mail)
    });
    read.map_err(|_panic| Unreadable::TooComplex("the parser failed"))?
        .ok_or(Unreadable::TooComplex("no header"))
}

/// Messages inside messages are dropped one by one: the drop of a deep nest would go as deep as the nest.
fn dismantle(message: Message<'_>) {
    let mut left = vec![message];
    while let Some(message) = left.pop() {
        left.extend(
            message
                .parts
                .into_iter()
                .filter_map(|part| match part.body {
                    PartType::Message(inner) => Some(inner),
                    _ => None,
                }),
        );
    }
}

fn collect(message: &Message<'_>) -> IncomingMail {
    let first_id = message
        .in_reply_to()
        .as_text_list()
        .and_then(|ids| ids.first());
    IncomingMail {
        from: message
            .from()
            .and_then(|from| from.first())
            .and_then(|from| from.address.as_deref())
            .map(|from| clean_line(from, MAX_LINE)),
        to: recipients(message),
        subject: message.subject().map(|text| clean_line(text, MAX_LINE)),
        message_id: message.message_id().map(|id| clean_line(id, MAX_LINE)),
        in_reply_to: first_id.map(|id| clean_line(id, MAX_LINE)),
        sent_at: message
            .date()
            .filter(|date| date.is_valid())
            .and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0)),
        sent_on: message
            .date()
            .filter(|date| date.is_valid())
            .and_then(|date| {
                NaiveDate::from_ymd_opt(
                    i32::from(date.year),
                    u32::from(date.month),
                    u32::from(date.day),
                )
            }),
        authentication_results: fields(message, "Authentication-Results"),
        is_bulk: ["List-Unsubscribe", "List-Id", "Feedback-ID"]
            .iter()
            .any(|name| !fields(message, name).is_empty()),
        text: body(message),
        attachments: message.attachments().map(file).collect(),
        signals: signal(message).into_iter().collect(),
    }
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in RECIPIENTS {
        for value in message.header_as(name, HeaderForm::Addresses) {
            let addresses = value.as_address().into_iter().flat_map(|list| list.iter());
            for address in addresses.filter_map(|one| one.address.as_deref()) {
                let address = clean_line(address, MAX_LINE).to_lowercase();
                if found.len() < MAX_ADDRESSES && !found.contains(&address) {
                    found.push(address);
                }
            }
        }
    }
    found
}

/// The text, from HTML where there is no other or only a remark that there is.
fn body(message: &Message<'_>) -> String {
    let plain = texts(message, &message.text_body);
    let shown = texts(message, &message.html_body);
    // Some programs put only "open this as HTML" into the plain part.
    let stub = own_length(&plain) * 3 < own_length(&shown);
    // Colours are lost in plain text.
    let stub = stub || shown.lines().any(|line| line.starts_with(html::ANSWER));
    let text = if stub { shown } else { plain };
    text.chars()
        .filter(|c| matches!(c, '\n' | '\t') || !is_hidden(*c))
        .take(MAX_TEXT)
        .collect()
}

/// Words outside quotes.
fn own_length(text: &str) -> usize {
    let own = text.lines().filter(|line| !line.starts_with('>'));
    own.map(|line| line.split_whitespace().count()).sum()
}

fn texts(message: &Message<'_>, parts: &[u32]) -> String {
    let parts = parts.iter().filter_map(|id| message.part(*id));
    let read = parts.filter_map(|part| match &part.body {
        PartType::Text(text) => Some(repair::text(message, part, text)),
        PartType::Html(text) => Some(html::to_text(&repair::text(message, part, text))),
        _ => None,
    });
    read.collect::<Vec<_>>().join("\n")
}

/// All fields of that name, topmost first, each on one line.
fn fields(message: &Message<'_>, name: &'static str) -> Vec<String> {
    let wanted = HeaderName::from(name);
    let found = message
        .headers()
        .iter()
        .filter(|header| header.name == wanted);
    found
        .filter_map(|header| {
            let start = usize::try_from(header.offset_start).ok()?;
            let end = usize::try_from(header.offset_end).ok()?;
            let value = String::from_utf8_lossy(message.raw_message.get(start..end)?);
            // Long, where a mail has many signatures; the verdict may stand last.
            Some(clean_line(&value, 16 * MAX_LINE))
        })
        .take(20)
        .collect()
}

fn file(part: &MessagePart<'_>) -> IncomingFile {
    let kind = part.content_type().map(|kind| {
        let sub = kind.subtype().unwrap_or_default();
        format!("{}/{sub}", kind.ctype()).to_lowercase()
    });
    IncomingFile {
        name: file_name(part.attachment_name().unwrap_or_default()),
        kind: kind
            .filter(|kind| is_media_type(kind))
            .unwrap_or_else(|| "application/octet-stream".to_owned()),
        bytes: part.contents().to_vec(),
    }
}

/// The type goes into headers of our own, so it may hold nothing but a type.
fn is_media_type(kind: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    kind.len() <= 100
        && kind
            .split_once('/')
            .is_some_and(|(kind, sub)| plain(kind) && plain(sub))
}

fn file_name(claimed: &str) -> String {
    let last = claimed.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe = clean_line(last, MAX_NAME).replace(['<', '>', ':', '"', '|', '?', '*'], "_");
    let name = safe.trim_matches(['.', ' ']);
    if name.is_empty() {
        "attachment".to_owned()
    } else {
        name.to_owned()
    }
}

/// Control characters, and those that turn the direction of writing around, so that `fdp.exe` is not shown as `exe.pdf`.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// One line without hidden characters, at most so many of them.
pub(super) fn clean_line(text: &str, most: usize) -> String {
    let shown: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .take(most)
        .collect();
    shown.trim().to_owned()
}
