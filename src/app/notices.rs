//! Notices: mails of the service to the people who use it. Written from a template, never with words of anybody else, and queued in the transaction of what causes them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, AppError};
use crate::domain::random::{new_id, new_secret};
use crate::storage::{CaseKey, Mail, NewMail, StorageError, Tx};

/// A notice that is written and not yet queued.
pub(super) struct Notice {
    case_id: Uuid,
    id: Uuid,
    kind: &'static str,
    message_id: String,
    mail: Mail,
}

impl Notice {
    /// Writes a notice. `own`: what its template uses beyond the names of the service.
    ///
    /// # Errors
    /// A template that does not render.
    pub(super) fn write(
        app: &App,
        case_id: Uuid,
        kind: &'static str,
        to: &str,
        language: &str,
        own: Value,
    ) -> Result<Notice, AppError> {
        let now = app.clock.now();
        let mut context = json!({
            "lang": language,
            "site": app.operator.site,
            "operator": app.operator.name,
            "contact": app.operator.contact,
        });
        if let (Some(context), Value::Object(own)) = (context.as_object_mut(), own) {
            context.extend(own);
        }
        let (subject, text) = app.pages.notice(&format!("{language}/{kind}"), &context)?;
        Ok(Notice {
            case_id,
            id: new_id(app.random.as_ref(), now),
            kind,
            message_id: message_id(app),
            mail: Mail {
                from_name: app.operator.site.clone(),
                from: app.post_office.notices_from.clone(),
                to: to.to_owned(),
                subject,
                text,
                language: language.to_owned(),
                date: now,
                text_sha256: None,
                in_reply_to: None,
                references: Vec::new(),
            },
        })
    }

    /// Queues it.
    ///
    /// # Errors
    /// The database.
    pub(super) fn queue(
        &self,
        tx: &mut Tx<'_>,
        key: &CaseKey,
        now: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        tx.queue_mail(
            key,
            &NewMail {
                case_id: self.case_id,
                id: self.id,
                kind: self.kind,
                letter_id: None,
                message_id: &self.message_id,
                mail: &self.mail,
                queued_at: now,
            },
        )
    }
}

/// A new Message-ID: random, so that it tells nothing about the case.
pub(super) fn message_id(app: &App) -> String {
    let domain = app
        .post_office
        .notices_from
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    format!("{}@{domain}", new_secret(app.random.as_ref()))
}
