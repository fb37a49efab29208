//! Every letter as a snapshot that a lawyer can review, its PDF read back, and what a letter does with bad or hostile facts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod pdfs;
mod refusals;
mod snapshots;

use demur::app::{ComposedLetter, Sample, compose_letter, samples};
use demur::config::embedded_law;
use demur::domain::law::LawBook;
use demur::templates::LetterTemplates;

struct House {
    book: LawBook,
    templates: LetterTemplates,
}

impl House {
    fn new() -> House {
        let book = embedded_law().unwrap();
        let templates = LetterTemplates::load(&book).unwrap();
        House { book, templates }
    }

    fn compose(&self, sample: &Sample) -> ComposedLetter {
        compose_letter(&self.book, &self.templates, &sample.facts)
            .unwrap_or_else(|error| panic!("{}: {error}", sample.name))
    }

    /// The full and the minimal case of every letter, law and language.
    fn pairs(&self) -> Vec<Sample> {
        let all = samples(&self.book);
        all.into_iter()
            .filter(|sample| sample.name.ends_with("/full") || sample.name.ends_with("/minimal"))
            .collect()
    }
}
