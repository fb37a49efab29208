//! What a template may call besides Handlebars itself: `cite`, `quote`, `date`, `list_and`. They format; no law is decided here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, RenderContext, RenderError, RenderErrorReason,
    ScopedJson,
};
use serde_json::Value;

use super::words::Words;
use crate::domain::law::Citation;

/// The ids that a letter cited while it was rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct Cited(Arc<Mutex<BTreeSet<String>>>);

impl Cited {
    fn add(&self, id: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned());
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}

/// Gives a registry the helpers of one language and one letter.
pub(super) fn register(
    registry: &mut Handlebars<'_>,
    citations: &Arc<BTreeMap<String, Citation>>,
    language: &str,
    words: &Arc<Words>,
    cited: &Cited,
) {
    let cite = |official| Cite {
        citations: Arc::clone(citations),
        language: language.to_owned(),
        cited: cited.clone(),
        official,
    };
    registry.register_helper("cite", Box::new(cite(false)));
    registry.register_helper("quote", Box::new(cite(true)));
    registry.register_helper("date", Box::new(Date(Arc::clone(words))));
    registry.register_helper("list_and", Box::new(ListAnd(Arc::clone(words))));
}

/// `cite` prints an article in the language of the letter, `quote` its official words.
struct Cite {
    citations: Arc<BTreeMap<String, Citation>>,
    language: String,
    cited: Cited,
    official: bool,
}

impl HelperDef for Cite {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let id = helper
            .param(0)
            .and_then(|param| param.value().as_str())
            .unwrap_or_default();
        let citation = self
            .citations
            .get(id)
            .ok_or_else(|| fault(format!("there is no citation `{id}` in config/citations")))?;
        if !citation.may_be_printed() {
            return Err(fault(format!(
                "`{id}` was not read by anyone; a letter does not cite it"
            )));
        }
        let text = if self.official {
            &citation.quote
        } else {
            &citation.text
        };
        let text = text
            .get(&self.language)
            .ok_or_else(|| fault(format!("`{id}` has no words in `{}`", self.language)))?;
        self.cited.add(id);
        Ok(ScopedJson::Derived(Value::from(text)))
    }
}

struct Date(Arc<Words>);

impl HelperDef for Date {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let value = helper
            .param(0)
            .map(|param| param.value().clone())
            .unwrap_or(Value::Null);
        let day = value
            .as_str()
            .and_then(|text| text.parse::<NaiveDate>().ok());
        let day = day.ok_or_else(|| {
            fault(format!(
                "`date` got {value}, which is no date; ask with `if` first"
            ))
        })?;
        Ok(ScopedJson::Derived(Value::from(self.0.long_date(day))))
    }
}

struct ListAnd(Arc<Words>);

impl HelperDef for ListAnd {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let values = helper.param(0).and_then(|param| param.value().as_array());
        let words: Vec<String> = values
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect();
        Ok(ScopedJson::Derived(Value::from(self.0.list(&words))))
    }
}

fn fault(message: String) -> RenderError {
    RenderErrorReason::Other(message).into()
}
