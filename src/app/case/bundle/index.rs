//! The index of a bundle: what a person at an authority opens first.

use super::{answer_name, letter_name};
use crate::app::App;
use crate::app::case::CaseFile;
use crate::domain::document::{Block, Document, Span, Style};

/// What a person at an authority opens first: what lies in the bundle, and when it went or came.
pub(super) fn index(app: &App, file: &CaseFile, names: &[&str], language: &str) -> Document {
    let word = |key: &str| app.pages.word(language, key, &[]);
    let cell = |text: String| vec![Span::Text(text, Style::Plain)];
    let mut rows = vec![vec![
        cell(word("bundle.what")),
        cell(word("bundle.day")),
        cell(word("bundle.file")),
    ]];
    let files = |stem: &str| -> String {
        let of_it = names.iter().filter(|name| belongs_to(name, stem));
        of_it.copied().collect::<Vec<_>>().join(", ")
    };
    for (letter, number) in file.letters.iter().zip(1..) {
        let sent = letter.sent.as_ref();
        let day = sent.map(|sent| app.pages.long_date(language, sent.sent_on));
        let kind = letter.kind.as_str();
        rows.push(vec![
            cell(word(&format!("letter_kind.{kind}"))),
            cell(day.unwrap_or_default()),
            cell(files(&letter_name(number, kind))),
        ]);
    }
    for (reply, number) in file.replies.iter().zip(1..) {
        let kind = reply
            .kind
            .map(|kind| word(&format!("kind.{}", kind.as_str())));
        rows.push(vec![
            cell(format!(
                "{}: {}",
                word("bundle.answer"),
                kind.unwrap_or_default()
            )),
            cell(app.pages.long_date(language, reply.received_on)),
            cell(files(&answer_name(number, reply))),
        ]);
    }
    let paragraph = |key: &str| Block::Paragraph(vec![Span::Text(word(key), Style::Plain)]);
    Document {
        language: language.to_owned(),
        subject: format!("{} {}", word("bundle.title"), file.row.reference),
        sender: vec![file.raw.subject.name.clone()],
        recipient: Vec::new(),
        date: app
            .pages
            .long_date(language, app.clock.today(chrono_tz::UTC)),
        body: vec![
            Block::Table(rows),
            paragraph("bundle.days"),
            paragraph("bundle.check"),
        ],
    }
}

/// True for `stem.pdf` and `stem-file-1.pdf`, not for another number.
fn belongs_to(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem)
        .is_some_and(|rest| rest.starts_with(['.', '-']))
}
