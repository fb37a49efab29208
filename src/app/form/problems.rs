//! What can be wrong with what a person typed, as words of the screens.

use crate::domain::letter::IdentifierKind;
use crate::domain::party::{BadLine, email_address, one_line, paragraphs};

/// Longest text of one ground, in characters.
const LONGEST_TEXT: usize = 1000;

/// A fault at a field, as a word of the screens with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Id of the field.
    pub field: String,
    /// Key of the words.
    pub key: &'static str,
    /// Values of the words.
    pub values: Vec<(&'static str, String)>,
}

impl Problem {
    /// A fault without values.
    #[must_use]
    pub fn new(field: impl Into<String>, key: &'static str) -> Problem {
        Problem {
            field: field.into(),
            key,
            values: Vec::new(),
        }
    }
}

/// What is wrong with a text of the person's own.
pub fn text_problem(field: &str, text: &str) -> Option<Problem> {
    let count = text.chars().count();
    if paragraphs(text).is_empty() {
        return Some(Problem::new(field, "problem.ground_text"));
    }
    if count > LONGEST_TEXT {
        let values = vec![("max", LONGEST_TEXT.to_string()), ("n", count.to_string())];
        return Some(Problem {
            values,
            ..Problem::new(field, "problem.text_long")
        });
    }
    let hidden = text.lines().any(|line| {
        matches!(
            one_line(line),
            Err(BadLine::Bidi | BadLine::Control | BadLine::LineBreak)
        )
    });
    hidden.then(|| Problem::new(field, "problem.text_hidden"))
}

/// What is wrong with a detail that finds the person.
pub(super) fn identifier_problem(kind: IdentifierKind, value: &str) -> Option<&'static str> {
    if one_line(value).is_err() {
        return Some("problem.identifier_long");
    }
    let web = matches!(
        kind,
        IdentifierKind::ProfileUrl | IdentifierKind::ImageUrl | IdentifierKind::SearchUrl
    );
    if web && !(value.starts_with("https://") || value.starts_with("http://")) {
        return Some("problem.identifier_url");
    }
    (kind == IdentifierKind::AccountEmail && email_address(value).is_err())
        .then_some("problem.identifier_email")
}

/// What is wrong with a name: nothing, or the reason in words of the screens.
pub(super) fn name_problem(field: &str, empty: &'static str, value: &str) -> Option<Problem> {
    match one_line(value) {
        Ok(_) => None,
        Err(BadLine::Empty) => Some(Problem::new(field, empty)),
        Err(BadLine::TooLong) => Some(Problem::new(field, "problem.name_long")),
        Err(BadLine::LineBreak) => {
            let start: String = value
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(30)
                .collect();
            Some(Problem {
                values: vec![("start", start)],
                ..Problem::new(field, "problem.name_line")
            })
        }
        Err(BadLine::Control | BadLine::Bidi) => Some(Problem::new(field, "problem.name_hidden")),
    }
}
