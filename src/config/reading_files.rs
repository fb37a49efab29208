//! The embedded language files of the reader of replies.

use super::law_files::ConfigFiles;
use crate::domain::reading::{BadLexicon, Reader};

/// The folder below `config/`; it is no law, and changes no version of the law.
pub(super) const FOLDER: &str = "reading/";

/// Builds the reader of replies; once for the whole process.
///
/// # Errors
/// [`BadLexicon`] names the file and the phrase.
pub fn reply_reader() -> Result<Reader, BadLexicon> {
    let names = ConfigFiles::iter().filter(|name| name.starts_with(FOLDER));
    let files: Vec<(String, String)> = names
        .filter_map(|name| {
            let file = ConfigFiles::get(&name)?;
            let text = String::from_utf8_lossy(&file.data).into_owned();
            Some((name.into_owned(), text))
        })
        .collect();
    let files = files.iter();
    Reader::new(files.map(|(name, text)| (name.as_str(), text.as_str())))
}
