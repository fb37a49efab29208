//! What every use case works with, passed in and never global.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::law::LawBook;
use crate::domain::random::Random;
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
    /// The bundle cannot be made.
    #[error("the bundle cannot be made: {0}")]
    Bundle(String),
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
