//! Letters from templates: Handlebars that yields CommonMark, read into the document of blocks, and the two writers that need no craft of their own
//! (plain text, HTML). Knows no database and no network.

mod check;
mod context;
mod escape;
mod files;
mod helpers;
mod html;
mod letters;
mod markdown;
mod pages;
mod text;
mod words;

pub use check::check_templates;
pub use context::{LetterContext, letter_context};
pub use html::{escape_html, to_html};
pub use letters::{LetterTemplates, RenderedLetter, TemplateError};
pub use markdown::{BadMarkdown, ParsedLetter, parse_letter};
pub use pages::PageTemplates;
pub use text::{to_flowing_text, to_text};
pub use words::{Words, all_words};
