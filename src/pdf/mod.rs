//! The document as a tagged PDF: same document, same bytes. Layout makes pages of positioned runs and knows no PDF; the writer turns them into PDF and
//! knows no layout.

mod font;
mod layout;
mod lines;
mod page;
mod structure;
mod write;

use crate::domain::document::Document;
use crate::domain::law::Page;

/// Why no PDF could be written: a fault of the embedded fonts, never of the letter.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A font cannot be read.
    #[error("the font {0} cannot be read")]
    Font(&'static str),
    /// A font cannot be cut down to the glyphs used.
    #[error("the font {font} cannot be cut: {reason}")]
    Subset {
        /// File name.
        font: &'static str,
        /// Reason.
        reason: String,
    },
}

/// Writes the letter as PDF 1.7 after PDF/UA-1: fonts embedded, structure tagged, language and title set.
///
/// # Errors
/// [`PdfError`].
pub fn to_pdf(document: &Document, page: Page) -> Result<Vec<u8>, PdfError> {
    let fonts = font::FontSet::load()?;
    let laid_out = layout::lay_out(document, &fonts, &page::Geometry::of(page));
    write::write(document, &fonts, &laid_out)
}
