//! The person asks Demur to send the waiting letter by e-mail: the outbox row, the event and the state are written in one transaction. Sending happens later.

use chrono::TimeDelta;
use serde_json::json;

use super::file::{CaseFile, StoredLetter};
use crate::app::notices::message_id;
use crate::app::{App, AppError};
use crate::domain::case::{CaseState, Delivery, EventKind};
use crate::domain::letter::{Channel, LetterPlan};
use crate::domain::random::{new_id, new_secret};
use crate::storage::{Limit, Mail, NewEvent, NewMail, StorageError};

/// What a letter by e-mail needs beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterMail {
    /// The company's mailbox.
    pub to: String,
    /// The case's own address.
    pub reply_address: String,
    /// The line at the top of the mail.
    pub service_line: String,
}

/// How the waiting letter would go by e-mail. `None`: it cannot. Demur itself mails only mailboxes of the directory, and no regulator.
#[must_use]
pub fn letter_mail(
    app: &App,
    file: &CaseFile,
    plan: &LetterPlan<'_>,
    letter: &StoredLetter,
) -> Option<LetterMail> {
    let by_mail = plan.controller.channel == Channel::Email && plan.controller.entity.is_some();
    if !by_mail || letter.kind.goes_to_the_regulator() {
        return None;
    }
    let operator = &app.operator;
    let words = app.letters.words(&letter.document.language)?;
    let person = &file.raw.subject.name;
    Some(LetterMail {
        to: plan.controller.email.clone()?,
        reply_address: app
            .post_office
            .reply_address(&file.row.secrets.reply_token)?,
        service_line: words.service_line(person, &operator.site, &operator.name, &operator.contact),
    })
}

/// What stands above the letter in the mail: who sends it for whom, and the link to the controller's door. The letter itself holds no link: what the person copies, prints or exports has none.
fn lines_above(app: &App, way: &LetterMail, language: &str, door: &str) -> String {
    let line = app
        .letters
        .words(language)
        .map(|words| words.door_line(&format!("{}/door/{door}", app.base_url)));
    let lines = std::iter::once(way.service_line.clone()).chain(line);
    lines.collect::<Vec<_>>().join("\n\n")
}

/// So many letters of one case by e-mail.
const A_DAY: Limit = Limit {
    count: 6,
    span: TimeDelta::days(1),
};

/// The Message-IDs of the exchange so far: our letters and the answers that came by mail, in order of time; the newest ten.
fn exchange(app: &App, file: &CaseFile) -> Result<Vec<String>, AppError> {
    let letters = app
        .db
        .read::<_, StorageError>(|tx| tx.letter_mails(file.row.id))?;
    let letters = letters
        .into_iter()
        .map(|mail| (mail.queued_at, mail.message_id));
    let answers = file.replies.iter().filter_map(|reply| {
        let id = reply.content.message_id.clone()?;
        Some((reply.arrived_at, id))
    });
    let mut all: Vec<_> = letters.chain(answers).collect();
    all.sort();
    let skipped = all.len().saturating_sub(10);
    Ok(all.into_iter().skip(skipped).map(|(_, id)| id).collect())
}

/// Queues the waiting letter. Message-ID and Date are fixed here, the bytes at the first claim.
///
/// # Errors
/// [`AppError::NotNow`] if no letter waits, it is on its way, or it cannot go by e-mail.
pub fn dispatch_letter(app: &App, file: &CaseFile, plan: &LetterPlan<'_>) -> Result<(), AppError> {
    let now = app.clock.now();
    let letter = file.unsent_letter().ok_or(AppError::NotNow)?;
    let closed = matches!(file.row.state, CaseState::Closed | CaseState::Unconfirmed);
    if closed || letter.delivery == Delivery::OnItsWay {
        return Err(AppError::NotNow);
    }
    let way = letter_mail(app, file, plan, letter).ok_or(AppError::NotNow)?;
    let exchange = exchange(app, file)?;
    let door = new_secret(app.random.as_ref());
    let mail = Mail {
        from_name: file.raw.subject.name.clone(),
        text: lines_above(app, &way, &letter.document.language, &door),
        from: way.reply_address,
        to: way.to,
        subject: format!("{} [{}]", letter.document.subject, file.row.reference),
        language: letter.document.language.clone(),
        date: now,
        text_sha256: Some(letter.text_sha256.clone()),
        in_reply_to: exchange.last().cloned(),
        references: exchange,
    };
    let id = new_id(app.random.as_ref(), now);
    let message_id = message_id(app);
    let payload = json!({
        "letter": letter.id, "mail": id, "to": mail.to, "message_id": message_id, "text_sha256": letter.text_sha256,
    });
    app.db.write(|tx| {
        tx.take_from("dispatch", &file.row.id.to_string(), A_DAY, now)?;
        tx.change_case(&file.row, CaseState::Sending, None, now)?;
        tx.settle_asked_mail(file.row.id, letter.id, now)?;
        tx.open_door(file.row.id, &door, now)?;
        tx.queue_mail(
            &file.key,
            &NewMail {
                case_id: file.row.id,
                id,
                kind: "letter",
                letter_id: Some(letter.id),
                message_id: &message_id,
                mail: &mail,
                queued_at: now,
            },
        )?;
        tx.append_event(
            file.row.id,
            &file.key,
            &NewEvent {
                kind: EventKind::LetterQueued,
                at: now,
                payload: &payload,
            },
        )
    })?;
    Ok(())
}
