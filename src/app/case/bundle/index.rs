//! The index of a bundle: what a person at an authority opens first. Every letter and every answer is an annex with a number, in the order in which they went and came.

use chrono::NaiveDate;

use super::{answer_name, letter_name};
use crate::app::App;
use crate::app::case::{CaseFile, StoredLetter};
use crate::domain::document::{Block, Document, Span, Style};
use crate::storage::ReplyRow;

/// One line of the table of annexes.
struct Annex {
    /// `None` for a letter that never went.
    day: Option<NaiveDate>,
    what: String,
    how: String,
    /// Its files are those whose names begin so.
    stem: String,
}

/// The index: the annexes in the order of their days, how each went or came, and how all of it is checked.
pub(super) fn index(app: &App, file: &CaseFile, names: &[&str], language: &str) -> Document {
    let word = |key: &str| app.pages.word(language, key, &[]);
    let cell = |text: String| vec![Span::Text(text, Style::Plain)];
    let heads = ["annex", "what", "day", "how", "file"];
    let mut rows: Vec<Vec<Vec<Span>>> = vec![
        heads
            .iter()
            .map(|head| cell(word(&format!("bundle.{head}"))))
            .collect(),
    ];
    for (annex, number) in annexes(app, file, language).into_iter().zip(1..) {
        let day = annex.day.map(|day| app.pages.long_date(language, day));
        let files = names.iter().filter(|name| belongs_to(name, &annex.stem));
        rows.push(vec![
            cell(format!("{number}")),
            cell(annex.what),
            cell(day.unwrap_or_default()),
            cell(annex.how),
            cell(files.copied().collect::<Vec<_>>().join(", ")),
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

/// By their days; what never went comes last.
fn annexes(app: &App, file: &CaseFile, language: &str) -> Vec<Annex> {
    let letters = file.letters.iter().zip(1..);
    let letters = letters.map(|(letter, number)| of_letter(app, letter, number, language));
    let answers = file.replies.iter().zip(1..);
    let answers = answers.map(|(reply, number)| of_answer(app, reply, number, language));
    let mut all: Vec<Annex> = letters.chain(answers).collect();
    all.sort_by_key(|annex| (annex.day.is_none(), annex.day));
    all
}

fn of_letter(app: &App, letter: &StoredLetter, number: i32, language: &str) -> Annex {
    let kind = letter.kind.as_str();
    let sent = letter.sent.as_ref();
    let how = match sent {
        Some(sent) if sent.proof.is_empty() => {
            let way = format!("bundle.way_{}", sent.channel);
            app.pages.word(language, &way, &[])
        }
        Some(sent) => {
            let way = format!("bundle.way_{}_proof", sent.channel);
            app.pages.word(language, &way, &[("proof", &sent.proof)])
        }
        None => app.pages.word(language, "bundle.not_sent", &[]),
    };
    Annex {
        day: sent.map(|sent| sent.sent_on),
        what: app
            .pages
            .word(language, &format!("letter_kind.{kind}"), &[]),
        how,
        stem: letter_name(number, kind),
    }
}

fn of_answer(app: &App, reply: &ReplyRow, number: i32, language: &str) -> Annex {
    let word = |key: &str| app.pages.word(language, key, &[]);
    let answer = word("bundle.answer");
    let kind = reply.kind;
    let kind = kind.map(|kind| word(&format!("kind.{}", kind.as_str())));
    Annex {
        day: Some(reply.received_on),
        what: kind.map_or_else(|| answer.clone(), |kind| format!("{answer}: {kind}")),
        how: word(&format!("bundle.way_{}", reply.origin.as_str())),
        stem: answer_name(number, reply),
    }
}

/// True for `stem.pdf` and `stem-file-1.pdf`, not for another number.
fn belongs_to(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem)
        .is_some_and(|rest| rest.starts_with(['.', '-']))
}
