//! What the machine makes of an answer: a help for the person who reads it, never a decision. It is read anew each time it is shown, so it is stored nowhere.

use super::file::CaseFile;
use crate::app::{App, AppError};
use crate::domain::case::Origin;
use crate::domain::reading::{Authenticity, Reading, Reply};
use crate::mail::read_mail;
use crate::storage::{ReplyRow, StorageError};
use crate::templates::to_text;

/// A reading, with what is known of the sender.
#[derive(Debug, Clone)]
pub struct AnswerReading {
    /// What it says.
    pub reading: Reading,
    /// Whether it comes from whom it says. What a person handed in proves nothing.
    pub authenticity: Authenticity,
}

/// Reads an answer. `None` if there is nothing that can be read.
///
/// # Errors
/// The database.
pub fn read_answer(
    app: &App,
    file: &CaseFile,
    reply: &ReplyRow,
) -> Result<Option<AnswerReading>, AppError> {
    let (case, key) = (file.row.id, &file.key);
    let raw = app
        .db
        .read::<_, StorageError>(|tx| tx.reply_raw(case, reply.id, key))?;
    let letter = file.letters.iter().rfind(|letter| letter.sent.is_some());
    let letter = letter.map(|letter| to_text(&letter.document));
    let mail = raw.and_then(|raw| read_mail(&raw).ok());
    let authserv_id = app.authserv_id.as_deref();
    let content = &reply.content;
    let mut answer = match &mail {
        Some(mail) => mail.as_reply(authserv_id),
        None if content.text.trim().is_empty() => return Ok(None),
        None => Reply {
            subject: content.subject.as_deref().unwrap_or_default(),
            from: content.from.as_deref().unwrap_or_default(),
            text: &content.text,
            sent_on: Some(reply.received_on),
            ..Reply::default()
        },
    };
    answer.letter = letter.as_deref();
    if reply.origin != Origin::Mail {
        // What is known of it is known of the person's own mailbox.
        answer.authenticity = Authenticity::NotProven;
    }
    Ok(Some(AnswerReading {
        authenticity: answer.authenticity,
        reading: app.reader.read(&answer),
    }))
}
