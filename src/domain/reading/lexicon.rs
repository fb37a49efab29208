//! The words of one language, read from its file: what is said, why, how quotes and dates look. Holds no rules.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::concept::{Concept, Ground};
use super::file::{DateWords, File, Frame};
use super::leaning::Leaning;
use super::pattern::{Indexed, Phrase, Span, Words};
use super::phrase::{BadPhrase, Compiler};
use super::tokens::{Script, Sentence};

/// Why a language file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadLexicon {
    /// It is not TOML of the right shape.
    #[error("{file}: {reason}")]
    Shape {
        /// The file.
        file: String,
        /// What the parser says.
        reason: String,
    },
    /// A phrase is wrong.
    #[error("{file}, {list}: {reason}")]
    Phrase {
        /// The file.
        file: String,
        /// The list that the phrase is in.
        list: String,
        /// What is wrong.
        reason: BadPhrase,
    },
}

/// The words of one language, ready to be looked for.
pub struct Lexicon {
    /// The code of the language.
    pub code: String,
    pub(super) script: Script,
    pub(super) negation_after: bool,
    pub(super) common: HashSet<String>,
    /// Letters beyond ASCII that its words have.
    pub(super) letters: HashSet<char>,
    pub(super) frame: Frame,
    pub(super) dates: Dates,
    words: Words,
    say: BTreeMap<Concept, Vec<Phrase>>,
    ground: BTreeMap<Ground, Vec<Phrase>>,
    /// What single words lean to.
    pub(super) leaning: Leaning,
    footer: Vec<Phrase>,
    letter: Vec<Phrase>,
}

/// Words of dates and lengths.
pub(super) struct Dates {
    pub(super) months: Vec<Vec<String>>,
    pub(super) weekdays: Vec<Vec<String>>,
    pub(super) numbers: BTreeMap<String, u32>,
    pub(super) units: Vec<(Unit, Vec<Phrase>)>,
    pub(super) until: Vec<Phrase>,
    pub(super) was: Vec<Phrase>,
    pub(super) further: Vec<Phrase>,
    pub(super) end_of: Vec<Phrase>,
    pub(super) middle_of: Vec<Phrase>,
    pub(super) ticket: Vec<Phrase>,
    pub(super) your_ticket: Vec<Phrase>,
}

/// A unit of time in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    WorkingDay,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Lexicon {
    /// Reads a language file.
    ///
    /// # Errors
    /// [`BadLexicon`].
    pub fn parse(name: &str, text: &str) -> Result<Lexicon, BadLexicon> {
        let file: File = toml::from_str(text).map_err(|wrong| BadLexicon::Shape {
            file: name.to_owned(),
            reason: wrong.to_string(),
        })?;
        let script = Script {
            solid: file.solid,
            elision: file.elision,
            digraphs: file.digraphs,
        };
        let mut builder = Builder {
            file: name,
            script,
            words: Words::default(),
            names: HashMap::new(),
        };
        builder.time_names(&file.date)?;
        builder.own_names(text, &file.words)?;
        let mut say = BTreeMap::new();
        for (concept, list) in &file.say {
            say.insert(*concept, builder.list(concept.as_str(), list)?);
        }
        let mut ground = BTreeMap::new();
        for (reason, list) in &file.ground {
            ground.insert(*reason, builder.list(reason.as_str(), list)?);
        }
        let footer = builder.list("footer", &file.frame.footer)?;
        let letter = builder.list("letter", &file.frame.letter)?;
        let dates = builder.dates(file.date)?;
        let common: HashSet<String> = file.common.iter().map(|word| word.to_lowercase()).collect();
        let is_small = |form: &str| {
            common.contains(form) || form.chars().filter(|c| c.is_alphabetic()).count() < 3
        };
        let small = if script.solid {
            HashSet::new()
        } else {
            builder.words.which(is_small)
        };
        Ok(Lexicon {
            leaning: Leaning::of(&say, &ground, &small),
            code: file.code,
            script,
            negation_after: file.negation_after,
            letters: text
                .to_lowercase()
                .chars()
                .filter(|c| !c.is_ascii() && c.is_alphabetic())
                .collect(),
            common,
            frame: file.frame,
            dates,
            words: builder.words,
            say,
            ground,
            footer,
            letter,
        })
    }

    /// Looks the words of a sentence up, once for all questions.
    pub(super) fn index<'a>(&self, sentence: &'a Sentence) -> Indexed<'a> {
        self.words.index(sentence)
    }

    /// True for a word of four or more letters that a phrase holds as it is.
    pub(super) fn knows(&self, word: &str) -> bool {
        word.chars().count() > 3 && self.words.holds(word)
    }

    /// Where the sentence says it, with the rule's number in its list.
    pub(super) fn find(&self, concept: Concept, sentence: &Indexed<'_>) -> Vec<(usize, Span)> {
        places(self.say.get(&concept), sentence)
    }

    /// Where the sentence gives this reason.
    pub(super) fn find_ground(&self, ground: Ground, sentence: &Indexed<'_>) -> Vec<(usize, Span)> {
        places(self.ground.get(&ground), sentence)
    }

    /// A sentence that stands under every mail of the house.
    pub(super) fn is_footer(&self, sentence: &Indexed<'_>) -> bool {
        self.footer.iter().any(|phrase| sentence.holds(phrase))
    }

    /// A sentence that only we would write.
    pub(super) fn is_letter(&self, sentence: &Indexed<'_>) -> bool {
        self.letter.iter().any(|phrase| sentence.holds(phrase))
    }
}

fn places(phrases: Option<&Vec<Phrase>>, sentence: &Indexed<'_>) -> Vec<(usize, Span)> {
    let phrases = phrases.map(Vec::as_slice).unwrap_or_default();
    phrases
        .iter()
        .enumerate()
        .flat_map(|(rule, phrase)| {
            sentence
                .find(phrase)
                .into_iter()
                .map(move |span| (rule, span))
        })
        .collect()
}

/// What is known while a file is read.
struct Builder<'a> {
    file: &'a str,
    script: Script,
    words: Words,
    names: HashMap<String, Vec<Phrase>>,
}

impl Builder<'_> {
    fn list(&mut self, list: &str, phrases: &[String]) -> Result<Vec<Phrase>, BadLexicon> {
        let mut compiler = Compiler {
            script: self.script,
            words: &mut self.words,
            names: &self.names,
        };
        phrases
            .iter()
            .map(|text| {
                compiler.phrase(text).map_err(|reason| BadLexicon::Phrase {
                    file: self.file.to_owned(),
                    list: list.to_owned(),
                    reason,
                })
            })
            .collect()
    }

    fn name(&mut self, name: &str, phrases: &[String]) -> Result<(), BadLexicon> {
        let list = self.list(name, phrases)?;
        self.names.insert(name.to_owned(), list);
        Ok(())
    }

    /// `<unit>`, `<number>`, `<month>` and `<weekday>`.
    fn time_names(&mut self, date: &DateWords) -> Result<(), BadLexicon> {
        let units = [
            &date.day,
            &date.working_day,
            &date.week,
            &date.month,
            &date.quarter,
            &date.year,
        ];
        self.name(
            "unit",
            &units.into_iter().flatten().cloned().collect::<Vec<_>>(),
        )?;
        let numbers = date.numbers.keys().cloned().chain(["#".to_owned()]);
        self.name("number", &numbers.collect::<Vec<_>>())?;
        self.name("month", &date.months.concat())?;
        self.name("weekday", &date.weekdays.concat())
    }

    /// A name may use those above it, so the order of the file counts.
    fn own_names(&mut self, text: &str, table: &toml::Table) -> Result<(), BadLexicon> {
        let mut names: Vec<(&String, Vec<String>)> = table
            .iter()
            .map(|(name, list)| {
                let phrases = list.as_array().into_iter().flatten();
                (
                    name,
                    phrases
                        .filter_map(|one| one.as_str().map(str::to_owned))
                        .collect(),
                )
            })
            .collect();
        names.sort_by_key(|(name, _)| text.find(&format!("\n{name} =")).unwrap_or(usize::MAX));
        names
            .iter()
            .try_for_each(|(name, list)| self.name(name, list))
    }

    fn dates(&mut self, date: DateWords) -> Result<Dates, BadLexicon> {
        let units = [
            (Unit::WorkingDay, &date.working_day),
            (Unit::Day, &date.day),
            (Unit::Week, &date.week),
            (Unit::Month, &date.month),
            (Unit::Quarter, &date.quarter),
            (Unit::Year, &date.year),
        ];
        let units = units
            .into_iter()
            .map(|(unit, list)| Ok((unit, self.list("date", list)?)))
            .collect::<Result<_, BadLexicon>>()?;
        Ok(Dates {
            units,
            until: self.list("until", &date.until)?,
            was: self.list("was", &date.was)?,
            further: self.list("further", &date.further)?,
            end_of: self.list("end_of", &date.end_of)?,
            middle_of: self.list("middle_of", &date.middle_of)?,
            ticket: self.list("ticket", &date.ticket)?,
            your_ticket: self.list("your_ticket", &date.your_ticket)?,
            months: date.months,
            weekdays: date.weekdays,
            numbers: date.numbers,
        })
    }
}
