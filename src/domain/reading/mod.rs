//! What a controller answered: read as far as a careful machine can, with the words that decided, and unsure rather than wrong.

mod concept;
mod context;
mod dates;
mod decide;
mod evidence;
mod features;
mod file;
mod fold;
mod language;
mod leaning;
mod leftovers;
mod lengths;
mod lexicon;
mod message;
mod numerals;
mod outcome;
mod own_words;
mod pattern;
mod phrase;
mod ticket;
mod tokens;
mod weights;

use chrono::NaiveDate;

pub use concept::{Concept, Ground};
pub use lexicon::{BadLexicon, Lexicon};
pub use phrase::BadPhrase;

use crate::domain::letter::{RefusalGround, ReplyKind};
use message::Message;
use own_words::Frames;
use weights::Weights;

/// Whether a mail comes from whom it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authenticity {
    /// Our own mail server found that it does.
    Proven,
    /// Nothing is known.
    #[default]
    NotProven,
    /// Our own mail server found that it does not.
    Contradicted,
}

/// A mail, as far as reading it needs it.
#[derive(Debug, Clone, Default)]
pub struct Reply<'a> {
    /// The subject.
    pub subject: &'a str,
    /// The address that the sender claims.
    pub from: &'a str,
    /// The whole text, quotes included.
    pub text: &'a str,
    /// The day it was sent.
    pub sent_on: Option<NaiveDate>,
    /// Addresses of ours, in lower case.
    pub ours: &'a [String],
    /// The letter that it answers, if known.
    pub letter: Option<&'a str>,
    /// It is a report that a letter was not delivered.
    pub is_bounce: bool,
    /// Its header says that a machine wrote it.
    pub is_automatic: bool,
    /// Its header says that it went to a list.
    pub is_bulk: bool,
    /// Its header says that it answers a mail.
    pub is_answer: bool,
    /// It brings a document.
    pub has_document: bool,
    /// Whether it comes from whom it says.
    pub authenticity: Authenticity,
    /// The sender's domain is one of the controller's; `None`: not known.
    pub from_controller: Option<bool>,
}

/// Words that decided, and the rule that found them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Matched {
    /// The words, in lower case.
    pub text: String,
    /// Language, list and number of the phrase.
    pub rule: String,
}

/// What a reply says.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Reading {
    /// The best of the 13 kinds.
    pub kind: ReplyKind,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// False: a person has to look.
    pub sure: bool,
    /// The words that decided.
    pub matched: Vec<Matched>,
    /// Why it was refused.
    pub refusal_ground: Option<RefusalGround>,
    /// The promised date.
    pub extension_until: Option<NaiveDate>,
    /// The additional length.
    pub extension_days: Option<u32>,
    /// The controller's reference.
    pub ticket: Option<String>,
    /// It changes what is due.
    pub legal_effect: bool,
    /// The language it was read in.
    pub language: Option<String>,
}

/// Reads replies; built once.
pub struct Reader {
    lexicons: Vec<Lexicon>,
    frames: Frames,
    weights: Weights,
}

impl Reader {
    /// Takes the files of `config/reading` as name and text: the languages and `weights.toml`; others are ignored.
    ///
    /// # Errors
    /// [`BadLexicon`] names the file and the phrase.
    pub fn new<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Reader, BadLexicon> {
        let mut lexicons = Vec::new();
        let mut weights = Weights::default();
        for (name, text) in files
            .into_iter()
            .filter(|(name, _)| name.ends_with(".toml"))
        {
            if name.ends_with("weights.toml") {
                weights = Weights::parse(text).map_err(|wrong| BadLexicon::Shape {
                    file: name.to_owned(),
                    reason: wrong.to_string(),
                })?;
            } else {
                lexicons.push(Lexicon::parse(name, text)?);
            }
        }
        let frames = Frames::of(&lexicons);
        Ok(Reader {
            lexicons,
            frames,
            weights,
        })
    }

    /// Reads one reply.
    #[must_use]
    pub fn read(&self, reply: &Reply<'_>) -> Reading {
        let own = self.own_words(reply);
        match self.message(reply, &own) {
            Some(message) => message.reading(&self.weights),
            None => Reading::unread(),
        }
    }

    /// The message in its language; one in no known language is read in the first, and never surely.
    fn message<'a>(&'a self, reply: &'a Reply<'a>, own: &'a str) -> Option<Message<'a>> {
        let found = language::detect(&self.lexicons, own)
            .or_else(|| language::detect(&self.lexicons, reply.subject));
        let Some(found) = found else {
            let first = self.lexicons.first()?;
            return Some(Message::of(first, 0.0, reply, own, Vec::new()));
        };
        let parts = language::split(&self.lexicons, found, own);
        Some(Message::of(found.lexicon, found.known, reply, own, parts))
    }

    /// Every sign that was found; for people who look at how a reading came about.
    #[must_use]
    pub fn explain(&self, reply: &Reply<'_>) -> Vec<String> {
        let own = self.own_words(reply);
        let message = self.message(reply, &own);
        message.map(|message| message.explain()).unwrap_or_default()
    }

    /// What the weights see, for those who learn them anew.
    #[must_use]
    pub fn features(&self, reply: &Reply<'_>) -> Vec<String> {
        let own = self.own_words(reply);
        let message = self.message(reply, &own);
        message
            .map(|message| message.features())
            .unwrap_or_default()
    }

    /// What is left of the text after quotes and frames; for people who look at how a reading came about.
    #[must_use]
    pub fn own_words(&self, reply: &Reply<'_>) -> String {
        self.frames.own_words(reply.text, reply.ours, reply.letter)
    }
}

impl Reading {
    /// A reader without languages knows nothing.
    fn unread() -> Reading {
        Reading {
            kind: ReplyKind::Acknowledgement,
            confidence: 0.0,
            sure: false,
            matched: Vec::new(),
            refusal_ground: None,
            extension_until: None,
            extension_days: None,
            ticket: None,
            legal_effect: false,
            language: None,
        }
    }
}
