//! The reader of replies: what it takes for the sender's own words, what it makes of them, whom it believes.

mod authenticity;
mod gaps;
mod meaning;
mod measured;
mod own_words;
mod tables;
mod values;

use demur::domain::reading::{Reader, Reading, Reply};

/// A reader with the language files of the project.
#[expect(clippy::unwrap_used, reason = "a test without its files has to stop")]
pub(crate) fn reader() -> Reader {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/reading");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    Reader::new(
        files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
    .unwrap()
}

/// Reads a text that was sent on 10 March 2026.
pub(crate) fn read(text: &str) -> Reading {
    reader().read(&reply(text))
}

/// A reply with nothing but a text.
pub(crate) fn reply(text: &str) -> Reply<'_> {
    Reply {
        subject: "Re: Objection",
        from: "privacy@shop.example",
        text,
        sent_on: chrono::NaiveDate::from_ymd_opt(2026, 3, 10),
        ..Reply::default()
    }
}
