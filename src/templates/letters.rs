//! One Handlebars registry per law and language, strict, and the rendering of a letter from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::escape::escape_markdown;
use super::files;
use super::helpers::{Cited, register};
use super::markdown::{BadMarkdown, ParsedLetter, parse_letter};
use super::words::{Words, all_words};
use crate::domain::law::{Citation, LawBook};
use crate::domain::letter::LetterKind;

/// Whether a native-speaking lawyer has reviewed the letters of a law in a language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Review {
    /// `draft` or `reviewed`; the user sees it.
    pub review: String,
    /// Who reviewed, empty = nobody.
    #[serde(default)]
    pub reviewed_by: String,
    /// When, empty = never.
    #[serde(default)]
    pub reviewed_on: String,
}

/// Why a letter could not be rendered: a fault of a template or of the data, never of the person.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// There is no such template.
    #[error("there is no template {0}")]
    Missing(String),
    /// A data file of the templates cannot be read.
    #[error("{0}")]
    Data(String),
    /// The template does not parse.
    #[error("{0}")]
    Syntax(String),
    /// The template does not render with these facts.
    #[error("{path}: {message}")]
    Render {
        /// The template.
        path: String,
        /// Reason, with line and column.
        message: String,
    },
    /// It rendered to something that is no letter.
    #[error("{path}: {source}")]
    Markdown {
        /// The template.
        path: String,
        /// Reason.
        source: BadMarkdown,
    },
}

/// A letter in words, before it has an address field and a date.
#[derive(Debug, Clone)]
pub struct RenderedLetter {
    /// Subject and body.
    pub letter: ParsedLetter,
    /// Ids of everything it cites.
    pub cited: Vec<String>,
    /// Path of the template below `templates/`.
    pub template: String,
    /// Hash over the template and every partial it could use, hexadecimal.
    pub template_sha256: String,
    /// `draft` or `reviewed`.
    pub review: String,
}

struct Set {
    registry: Handlebars<'static>,
    review: Review,
    sha256: String,
}

/// All letter templates of the binary.
pub struct LetterTemplates {
    sets: BTreeMap<(String, String), Set>,
    words: BTreeMap<String, Arc<Words>>,
    citations: Arc<BTreeMap<String, Citation>>,
}

impl LetterTemplates {
    /// Reads every template that is embedded.
    ///
    /// # Errors
    /// [`TemplateError`] with file, line and column.
    pub fn load(book: &LawBook) -> Result<LetterTemplates, TemplateError> {
        let files = files::all();
        let words = all_words()
            .map_err(TemplateError::Data)?
            .into_iter()
            .map(|(language, words)| (language, Arc::new(words)))
            .collect();
        let mut sets = BTreeMap::new();
        for (path, text) in &files {
            let parts: Vec<&str> = path.split('/').collect();
            if let ["letters", regime, language, "letters.toml"] = parts.as_slice() {
                let review: Review = toml::from_str(text)
                    .map_err(|error| TemplateError::Data(format!("templates/{path}: {error}")))?;
                if let Some(fault) = fault_of(&review) {
                    return Err(TemplateError::Data(format!("templates/{path}: {fault}")));
                }
                sets.insert(
                    ((*regime).to_owned(), (*language).to_owned()),
                    load_set(&files, regime, language, review)?,
                );
            }
        }
        Ok(LetterTemplates {
            sets,
            words,
            citations: Arc::new(book.citations.clone()),
        })
    }

    /// The words of a language, or of its base.
    #[must_use]
    pub fn words(&self, language: &str) -> Option<&Arc<Words>> {
        crate::domain::law::language_fallback(language)
            .find_map(|language| self.words.get(language))
    }

    /// Which law and language have letters.
    pub fn sets(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sets
            .keys()
            .map(|(regime, language)| (regime.as_str(), language.as_str()))
    }

    /// Renders one letter.
    ///
    /// # Errors
    /// [`TemplateError`]: a fault of the template, which `check` finds before a person does.
    pub fn render<C: Serialize>(
        &self,
        regime: &str,
        language: &str,
        kind: LetterKind,
        context: &C,
    ) -> Result<RenderedLetter, TemplateError> {
        let name = format!("{}.md", kind.as_str());
        let path = format!("letters/{regime}/{language}/{name}.hbs");
        let set = self
            .sets
            .get(&(regime.to_owned(), language.to_owned()))
            .ok_or_else(|| TemplateError::Missing(path.clone()))?;
        let words = self
            .words(language)
            .ok_or_else(|| TemplateError::Missing(format!("text/{language}.toml")))?;
        let cited = Cited::default();
        let mut registry = set.registry.clone();
        register(&mut registry, &self.citations, language, words, &cited);
        let markdown = registry
            .render(&name, context)
            .map_err(|error| TemplateError::Render {
                path: path.clone(),
                message: error.to_string(),
            })?;
        let letter = parse_letter(&markdown).map_err(|source| TemplateError::Markdown {
            path: path.clone(),
            source,
        })?;
        Ok(RenderedLetter {
            letter,
            cited: cited.ids(),
            template: path,
            template_sha256: set.sha256.clone(),
            review: set.review.review.clone(),
        })
    }
}

/// A review counts only with a name and a day.
fn fault_of(review: &Review) -> Option<&'static str> {
    match review.review.as_str() {
        "draft" => None,
        "reviewed" if review.reviewed_by.is_empty() || review.reviewed_on.is_empty() => {
            Some("`reviewed` needs `reviewed_by` and `reviewed_on`")
        }
        "reviewed" => None,
        _ => Some("`review` is `draft` or `reviewed`"),
    }
}

fn load_set(
    files: &BTreeMap<String, String>,
    regime: &str,
    language: &str,
    review: Review,
) -> Result<Set, TemplateError> {
    let own = format!("letters/{regime}/{language}/");
    let shared = format!("letters/shared/{language}/");
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escape_markdown);
    let mut hash = Sha256::new();
    for (path, source) in files.iter().filter(|(path, _)| path.ends_with(".md.hbs")) {
        let Some(rest) = path
            .strip_prefix(&own)
            .or_else(|| path.strip_prefix(&shared))
        else {
            continue;
        };
        // A kind keeps its `.md`, so that no partial can be taken for a letter.
        let name = match rest.strip_prefix("partials/") {
            Some(partial) => partial.trim_end_matches(".md.hbs"),
            None if path.starts_with(&shared) => rest.trim_end_matches(".md.hbs"),
            None => rest.trim_end_matches(".hbs"),
        };
        registry
            .register_template_string(name, source)
            .map_err(|error| TemplateError::Syntax(format!("templates/{path}: {error}")))?;
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(source.as_bytes());
    }
    let sha256 = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(Set {
        registry,
        review,
        sha256,
    })
}
