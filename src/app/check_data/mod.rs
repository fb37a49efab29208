//! Checks everything that is data: cross references of the law, files of the templates, and every template rendered with a full and a minimal case.

mod references;
mod samples;

use crate::domain::law::LawBook;
use crate::templates::{LetterTemplates, check_templates, letter_context};

pub use samples::{Sample, samples};

/// What the check found.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    /// Faults, each with its file and line where known.
    pub faults: Vec<String>,
    /// What is old or open, but no fault.
    pub remarks: Vec<String>,
    /// How many letters were rendered.
    pub letters: usize,
}

/// Checks the data. `today` tells what is older than twelve months.
#[must_use]
pub fn check_data(book: &LawBook, today: chrono::NaiveDate) -> CheckReport {
    let mut report = CheckReport::default();
    references::check(book, &mut report);
    references::check_age(book, today, &mut report);
    report.faults.extend(
        check_templates()
            .into_iter()
            .map(|(file, line, message)| format!("{file}:{line}: {message}")),
    );
    match LetterTemplates::load(book) {
        Ok(templates) => render_all(book, &templates, &mut report),
        Err(error) => report.faults.push(error.to_string()),
    }
    report
}

fn render_all(book: &LawBook, templates: &LetterTemplates, report: &mut CheckReport) {
    for sample in samples(book) {
        let plan = match crate::domain::letter::plan(book, &sample.facts) {
            Ok(plan) => plan,
            Err(error) => {
                report.faults.push(format!("{}: {error}", sample.name));
                continue;
            }
        };
        let Some(words) = templates.words(&plan.language) else {
            report.faults.push(format!(
                "{}: templates/text/{}.toml is missing",
                sample.name, plan.language
            ));
            continue;
        };
        let context = letter_context(book, &sample.facts, &plan, words);
        match templates.render(&plan.regime.id, &plan.language, plan.kind, &context) {
            Ok(rendered) if rendered.letter.body.is_empty() => report
                .faults
                .push(format!("{}: the letter is empty", sample.name)),
            Ok(_) => report.letters += 1,
            Err(error) => report.faults.push(format!("{}: {error}", sample.name)),
        }
    }
}
