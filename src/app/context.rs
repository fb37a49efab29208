//! What every use case works with, passed in and never global.

use std::sync::Arc;

use crate::config::Limits;
use crate::domain::clock::Clock;
use crate::domain::law::LawBook;
use crate::domain::pacing::SendingPace;
use crate::domain::random::Random;
use crate::domain::reading::Reader;
use crate::mail::DkimSigner;
use crate::storage::Db;
use crate::templates::{LetterTemplates, PageTemplates};

/// The house: law, templates, database, clock and chance.
pub struct App {
    /// The law.
    pub book: LawBook,
    /// The letters.
    pub letters: LetterTemplates,
    /// Pages and notices.
    pub pages: PageTemplates,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of secrets and ids.
    pub random: Arc<dyn Random>,
    /// Who runs the service.
    pub operator: Operator,
    /// Where people reach it, without a slash at the end.
    pub base_url: String,
    /// The addresses it writes from.
    pub post_office: PostOffice,
    /// What may be asked of it in which time.
    pub limits: Limits,
    /// Reads replies.
    pub reader: Reader,
    /// The mail server whose word about a sender counts; `None`: no sender is ever proven.
    pub authserv_id: Option<String>,
    /// Signs its mails; `None` where the relay does.
    pub dkim: Option<DkimSigner>,
    /// How its letters are spread over time.
    pub pace: SendingPace,
}

/// The addresses of the service.
#[derive(Debug, Clone)]
pub struct PostOffice {
    /// Sender of notices.
    pub notices_from: String,
    /// Domain of the cases' own addresses; `None`: no letter goes by e-mail.
    pub reply_domain: Option<String>,
}

impl PostOffice {
    /// The address of a case.
    #[must_use]
    pub fn reply_address(&self, token: &str) -> Option<String> {
        let domain = self.reply_domain.as_ref()?;
        Some(format!("case-{token}@{domain}"))
    }

    /// The token in an address, if it is one of ours.
    #[must_use]
    pub fn token_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let (local, domain) = address.rsplit_once('@')?;
        let ours = self.reply_domain.as_ref()?;
        if !domain.eq_ignore_ascii_case(ours) {
            return None;
        }
        local.strip_prefix("case-")
    }
}

/// Who runs the service and answers for it; every page and every mail names them.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Name of the service.
    pub site: String,
    /// Name of the operator.
    pub name: String,
    /// Their mail address.
    pub contact: String,
    /// Their postal address.
    pub address: Vec<String>,
    /// The authority that supervises them.
    pub regulator: String,
    /// Services that work for them.
    pub processors: Vec<String>,
    /// What the privacy page says in their own words.
    pub notice: String,
    /// Where "Leave this page" goes.
    pub exit_url: Option<String>,
}

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] crate::storage::StorageError),
    /// The letter cannot be written.
    #[error(transparent)]
    Compose(#[from] super::ComposeError),
    /// A notice cannot be written.
    #[error(transparent)]
    Template(#[from] crate::templates::TemplateError),
    /// The confirmation link has expired.
    #[error("the link has expired")]
    Expired,
    /// The confirmation link was used before.
    #[error("the link was used before")]
    Used,
    /// No confirmation mail may go to this address now.
    #[error("no mail may go to this address now")]
    TooOften,
    /// What was approved is not what would be sent.
    #[error("the letter changed since it was read")]
    Changed,
    /// The password is too short.
    #[error(
        "a password has at least {} characters",
        super::account::SHORTEST_PASSWORD
    )]
    Password,
    /// A mail cannot be written.
    #[error("the mail cannot be written: {0}")]
    Mail(String),
    /// The bundle cannot be made.
    #[error("the bundle cannot be made: {0}")]
    Bundle(String),
    /// The case has ended: its door is closed.
    #[error("the case has ended")]
    Closed,
    /// The step does not fit the state of the case.
    #[error("this does not fit the state of the case")]
    NotNow,
    /// Stored facts that no longer pass the check.
    #[error("the stored facts are not valid any more")]
    Facts(Vec<crate::domain::letter::FieldError>),
}

impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> AppError {
        AppError::Storage(error.into())
    }
}
