//! Pages and notices: screens as HTML, mails to our own users as plain text, and the words of both. Escaping is on for pages and off for plain text.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason,
    ScopedJson, no_escape,
};
use serde_json::Value;

use super::files;
use super::letters::TemplateError;
use super::words::{Words, all_words};

/// Words of the screens by language and key.
type ScreenWords = BTreeMap<String, BTreeMap<String, String>>;

/// The registries of pages and notices, with their words.
pub struct PageTemplates {
    pages: Handlebars<'static>,
    notices: Handlebars<'static>,
    screens: Arc<ScreenWords>,
    words: Arc<BTreeMap<String, Words>>,
}

impl PageTemplates {
    /// Reads every page, partial, notice and word that is embedded.
    ///
    /// # Errors
    /// [`TemplateError`] with the file.
    pub fn load() -> Result<PageTemplates, TemplateError> {
        let files = files::all();
        let screens = Arc::new(screens(&files)?);
        let words = Arc::new(all_words().map_err(TemplateError::Data)?);
        let mut pages = Handlebars::new();
        let mut notices = Handlebars::new();
        notices.register_escape_fn(no_escape);
        for registry in [&mut pages, &mut notices] {
            registry.set_strict_mode(true);
            registry.register_helper("t", Box::new(Translate(Arc::clone(&screens))));
            registry.register_helper(
                "date",
                Box::new(LongDate(Arc::clone(&screens), Arc::clone(&words))),
            );
        }
        for (path, source) in &files {
            let failed = |error: handlebars::TemplateError| {
                TemplateError::Syntax(format!("templates/{path}: {error}"))
            };
            if let Some(name) = path
                .strip_prefix("pages/")
                .and_then(|rest| rest.strip_suffix(".html.hbs"))
            {
                let name = name.strip_prefix("partials/").unwrap_or(name);
                pages
                    .register_template_string(name, source)
                    .map_err(failed)?;
            } else if let Some(name) = path
                .strip_prefix("notices/")
                .and_then(|rest| rest.strip_suffix(".txt.hbs"))
            {
                notices
                    .register_template_string(name, source)
                    .map_err(failed)?;
            }
        }
        Ok(PageTemplates {
            pages,
            notices,
            screens,
            words,
        })
    }

    /// Renders a page, `request/who`.
    ///
    /// # Errors
    /// [`TemplateError`] with line and column: a fault of the template or of its context.
    pub fn page(&self, name: &str, context: &Value) -> Result<String, TemplateError> {
        let failed = |error: RenderError| TemplateError::Render {
            path: format!("pages/{name}"),
            message: error.to_string(),
        };
        self.pages.render(name, context).map_err(failed)
    }

    /// Renders a notice, `de/confirm_address`: its first line is the subject.
    ///
    /// # Errors
    /// As [`PageTemplates::page`].
    pub fn notice(&self, name: &str, context: &Value) -> Result<(String, String), TemplateError> {
        let failed = |error: RenderError| TemplateError::Render {
            path: format!("notices/{name}"),
            message: error.to_string(),
        };
        let text = self.notices.render(name, context).map_err(failed)?;
        let (subject, body) = text.split_once('\n').unwrap_or((&text, ""));
        Ok((subject.trim().to_owned(), body.trim_start().to_owned()))
    }

    /// A word of the screens with its parameters; the key itself where there is none.
    #[must_use]
    pub fn word(&self, language: &str, key: &str, values: &[(&str, &str)]) -> String {
        let text = self
            .screens
            .get(language)
            .and_then(|words| words.get(key))
            .map_or(key, String::as_str);
        fill(
            text,
            values
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        )
    }

    /// A day in words with its weekday.
    #[must_use]
    pub fn long_date(&self, language: &str, day: NaiveDate) -> String {
        long_date(&self.screens, &self.words, language, day)
    }

    /// Languages of the screens.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.screens.keys().map(String::as_str)
    }
}

fn screens(files: &BTreeMap<String, String>) -> Result<ScreenWords, TemplateError> {
    let mut found = ScreenWords::new();
    for (path, text) in files {
        if let Some(language) = path
            .strip_prefix("screens/")
            .and_then(|name| name.strip_suffix(".toml"))
        {
            let words = toml::from_str(text)
                .map_err(|error| TemplateError::Data(format!("templates/{path}: {error}")))?;
            found.insert(language.to_owned(), words);
        }
    }
    Ok(found)
}

fn fill(text: &str, values: impl Iterator<Item = (impl AsRef<str>, String)>) -> String {
    values.fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{}}}", name.as_ref()), &value)
    })
}

fn long_date(
    screens: &ScreenWords,
    words: &BTreeMap<String, Words>,
    language: &str,
    day: NaiveDate,
) -> String {
    let weekday = screens
        .get(language)
        .and_then(|words| words.get(&format!("weekday.{}", day.format("%u"))));
    let date = words
        .get(language)
        .map_or_else(|| day.to_string(), |words| words.long_date(day));
    match weekday {
        Some(weekday) => weekday.replace("{date}", &date),
        None => date,
    }
}

fn language(context: &Context) -> &str {
    context
        .data()
        .get("lang")
        .and_then(Value::as_str)
        .unwrap_or("en")
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// `{{t "key" name=value}}`.
struct Translate(Arc<ScreenWords>);

impl HelperDef for Translate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let key = helper
            .param(0)
            .and_then(|param| param.value().as_str())
            .unwrap_or_default();
        let language = language(context);
        let text = self.0.get(language).and_then(|words| words.get(key));
        let text = text.ok_or_else(|| {
            RenderErrorReason::Other(format!("templates/screens/{language}.toml has no `{key}`"))
        })?;
        let values = helper
            .hash()
            .iter()
            .map(|(name, value)| (*name, as_text(value.value())));
        Ok(ScopedJson::Derived(Value::from(fill(text, values))))
    }
}

/// `{{date day}}`: a day with its weekday, nothing for null.
struct LongDate(Arc<ScreenWords>, Arc<BTreeMap<String, Words>>);

impl HelperDef for LongDate {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let text = helper
            .param(0)
            .map(|param| as_text(param.value()))
            .unwrap_or_default();
        let words = match text.parse::<NaiveDate>() {
            Ok(day) => long_date(&self.0, &self.1, language(context), day),
            Err(_) if text.is_empty() => String::new(),
            Err(_) => return Err(RenderErrorReason::Other(format!("`{text}` is no date")).into()),
        };
        Ok(ScopedJson::Derived(Value::from(words)))
    }
}
