//! Reads the law data of `config/` into a [`LawBook`], naming file and line of every record that is wrong. The files are embedded in the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use rust_embed::RustEmbed;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::domain::calendar::{HolidayBook, Override};
use crate::domain::deadline::Rule;
use crate::domain::law::{Citation, Controller, Jurisdiction, LawBook, Regime, Regulator};
use crate::domain::place::Place;

#[derive(RustEmbed)]
#[folder = "config/"]
pub(super) struct ConfigFiles;

/// A fault in a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// File, below `config/` or `templates/`.
    pub file: String,
    /// Line, from 1; 0 = the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// The law data that this binary carries.
///
/// # Errors
/// Every fault with file and line; a released binary has none, `check` keeps it so.
pub fn embedded_law() -> Result<LawBook, Vec<DataError>> {
    law_with(BTreeMap::new())
}

/// The companies that an operator keeps in a folder of their own, one file each.
///
/// # Errors
/// A folder or a file that cannot be read.
pub fn own_companies(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml")
            && let Some(name) = path.file_name()
        {
            let name = format!("controllers/{}", name.display());
            files.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(files)
}

/// Reads the embedded data with further files beside it; one of the same name takes the place of the embedded one.
///
/// # Errors
/// As [`embedded_law`].
pub fn law_with(own: BTreeMap<String, String>) -> Result<LawBook, Vec<DataError>> {
    let mut files = BTreeMap::new();
    for path in ConfigFiles::iter().filter(|path| !path.starts_with(super::reading_files::FOLDER)) {
        if let Some(file) = ConfigFiles::get(&path) {
            files.insert(
                path.into_owned(),
                String::from_utf8_lossy(&file.data).into_owned(),
            );
        }
    }
    files.extend(own);
    law_from(&files)
}

/// Reads a set of files, path below `config/` to content.
///
/// # Errors
/// Every fault with file and line.
pub fn law_from(files: &BTreeMap<String, String>) -> Result<LawBook, Vec<DataError>> {
    let mut reader = Reader {
        files,
        errors: Vec::new(),
    };
    let book = LawBook {
        regimes: reader.whole_files("regimes/", |regime: &Regime| &regime.id),
        citations: reader.records::<CitationFile, _>(
            "citations/",
            |file| file.citation,
            |one| &one.id,
        ),
        rules: reader.records::<RuleFile, _>("deadlines.toml", |file| file.rule, |one| &one.id),
        places: reader.records::<PlaceFile, _>("places.toml", |file| file.place, |one| &one.code),
        jurisdictions: reader.records::<JurisdictionFile, _>(
            "jurisdictions/",
            |file| file.jurisdiction,
            |one| &one.code,
        ),
        regulators: reader.in_order::<RegulatorFile, _>(
            "regulators/",
            |file| file.regulator,
            |one| &one.id,
        ),
        controllers: reader.whole_files("controllers/", |controller: &Controller| &controller.id),
        holidays: reader.holidays(),
        version: version_of(files),
    };
    if reader.errors.is_empty() {
        Ok(book)
    } else {
        Err(reader.errors)
    }
}

/// Twelve hex digits over all files: enough to tell two versions apart in `meta.json`.
fn version_of(files: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for (path, content) in files {
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(content.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

macro_rules! file_of {
    ($name:ident, $field:ident: $record:ty) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            #[serde(default, rename = "schema")]
            _schema: u32,
            #[serde(default, rename = "source")]
            _source: String,
            #[serde(default, rename = "checked_on")]
            _checked_on: Option<toml::value::Datetime>,
            $field: Vec<Spanned<$record>>,
        }
    };
}

file_of!(CitationFile, citation: Citation);
file_of!(RuleFile, rule: Rule);
file_of!(PlaceFile, place: Place);
file_of!(JurisdictionFile, jurisdiction: Jurisdiction);
file_of!(RegulatorFile, regulator: Regulator);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverrideFile {
    #[serde(rename = "schema")]
    _schema: u32,
    r#override: Vec<Spanned<Override>>,
}

struct Reader<'a> {
    files: &'a BTreeMap<String, String>,
    errors: Vec<DataError>,
}

impl Reader<'_> {
    fn add(&mut self, file: &str, line: usize, message: impl Into<String>) {
        self.errors.push(DataError {
            file: format!("config/{file}"),
            line,
            message: message.into(),
        });
    }

    fn below(&self, prefix: &str) -> Vec<(String, String)> {
        let toml = |path: &str| path.rsplit('.').next() == Some("toml");
        self.files
            .iter()
            .filter(|(path, _)| path.starts_with(prefix) && toml(path))
            .map(|(path, text)| (path.clone(), text.clone()))
            .collect()
    }

    fn parse<T: DeserializeOwned>(&mut self, file: &str, text: &str) -> Option<T> {
        match toml::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = error.span().map_or(0, |span| line_of(text, span.start));
                self.add(file, line, error.message());
                None
            }
        }
    }

    /// Files that are one record each.
    fn whole_files<T: DeserializeOwned + Sourced>(
        &mut self,
        prefix: &str,
        id: impl Fn(&T) -> &String,
    ) -> BTreeMap<String, T> {
        let mut found = BTreeMap::new();
        for (path, text) in self.below(prefix) {
            let Some(record) = self.parse::<T>(&path, &text) else {
                continue;
            };
            self.sources(&path, 1, &record);
            let stem = path
                .trim_start_matches(prefix)
                .trim_end_matches(".toml")
                .to_owned();
            if *id(&record) != stem {
                self.add(
                    &path,
                    1,
                    format!("the id `{}` is not the name of the file", id(&record)),
                );
            }
            found.insert(stem, record);
        }
        found
    }

    /// Files that hold a list of records, by id.
    fn records<F: DeserializeOwned, T: Sourced>(
        &mut self,
        prefix: &str,
        list: impl Fn(F) -> Vec<Spanned<T>>,
        id: impl Fn(&T) -> &String,
    ) -> BTreeMap<String, T> {
        let records = self.in_order(prefix, list, &id);
        records
            .into_iter()
            .map(|record| (id(&record).clone(), record))
            .collect()
    }

    /// The same in the order of the files: where several records fit, the first goes before.
    fn in_order<F: DeserializeOwned, T: Sourced>(
        &mut self,
        prefix: &str,
        list: impl Fn(F) -> Vec<Spanned<T>>,
        id: impl Fn(&T) -> &String,
    ) -> Vec<T> {
        let mut known = BTreeSet::new();
        let mut found = Vec::new();
        for (path, text) in self.below(prefix) {
            let Some(file) = self.parse::<F>(&path, &text) else {
                continue;
            };
            for record in list(file) {
                let line = line_of(&text, record.span().start);
                let record = record.into_inner();
                self.sources(&path, line, &record);
                if !known.insert(id(&record).clone()) {
                    self.add(&path, line, format!("`{}` exists twice", id(&record)));
                }
                found.push(record);
            }
        }
        found
    }

    fn sources<T: Sourced>(&mut self, path: &str, line: usize, record: &T) {
        for source in record.sources() {
            if source.trim().is_empty() {
                self.add(
                    path,
                    line,
                    "the record has no `source`: say where it was read",
                );
            }
        }
    }

    fn holidays(&mut self) -> HolidayBook {
        let table = self
            .files
            .get("holidays/generated.tsv")
            .cloned()
            .unwrap_or_default();
        let overrides: Vec<Override> = match self.files.get("holidays/overrides.toml").cloned() {
            Some(text) => self
                .parse::<OverrideFile>("holidays/overrides.toml", &text)
                .map(|file| {
                    file.r#override
                        .into_iter()
                        .map(Spanned::into_inner)
                        .collect()
                })
                .unwrap_or_default(),
            None => Vec::new(),
        };
        for one in &overrides {
            self.sources("holidays/overrides.toml", 1, one);
        }
        match HolidayBook::parse(&table, &overrides) {
            Ok(book) => book,
            Err(error) => {
                self.add("holidays/generated.tsv", error.line, error.why);
                HolidayBook::default()
            }
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset)
        .map_or(1, |before| before.matches('\n').count() + 1)
}

/// A record that must say where it was read.
trait Sourced {
    fn sources(&self) -> Vec<&str>;
}

macro_rules! sourced {
    ($($record:ty),+) => { $(impl Sourced for $record {
        fn sources(&self) -> Vec<&str> { vec![&self.source] }
    })+ };
}
sourced!(Citation, Rule, Jurisdiction, Regulator, Regime, Override);

impl Sourced for Place {
    fn sources(&self) -> Vec<&str> {
        Vec::new() // the file has one source for all
    }
}

impl Sourced for Controller {
    fn sources(&self) -> Vec<&str> {
        let entities = self.entities.iter().map(|entity| entity.source.as_str());
        entities
            .chain(
                self.ai_training
                    .as_ref()
                    .map(|training| training.source.as_str()),
            )
            .collect()
    }
}
