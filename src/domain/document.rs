//! The document of blocks: what a letter is before it becomes text, HTML, PDF or mail. Owns the structure only; four writers stand above it.

use serde::{Deserialize, Serialize};

/// A letter: who writes, to whom, when, about what, and the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// BCP 47 language of the text.
    pub language: String,
    /// The subject line: title of PDF, HTML and mail.
    pub subject: String,
    /// Sender, one line each.
    pub sender: Vec<String>,
    /// Address field, one line each.
    pub recipient: Vec<String>,
    /// The date of the letter in words.
    pub date: String,
    /// Everything below the subject.
    pub body: Vec<Block>,
}

/// One block of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// A heading inside the letter.
    Heading(Vec<Span>),
    /// A paragraph; a hard break is a span.
    Paragraph(Vec<Span>),
    /// A list; each item holds blocks.
    List {
        /// First number of a numbered list, `None` = bullets.
        start: Option<u64>,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A table: the first row is its head.
    Table(Vec<Vec<Vec<Span>>>),
}

/// A stretch of text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// Text as it is.
    Text(String, Style),
    /// A line end inside a paragraph.
    Break,
}

/// How a stretch is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Style {
    /// As the rest.
    #[default]
    Plain,
    /// Emphasised.
    Emphasis,
    /// Strongly emphasised.
    Strong,
}

/// The text of spans without style; a break becomes a line end.
#[must_use]
pub fn plain(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text, _) => text.as_str(),
            Span::Break => "\n",
        })
        .collect()
}
