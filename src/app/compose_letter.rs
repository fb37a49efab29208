//! Composes a letter: from the facts of a case to the document and everything written from it. Needs no database.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::domain::document::Document;
use crate::domain::law::{Checked, LawBook, Page};
use crate::domain::letter::{CaseFacts, LetterPlan, Refusal, plan};
use crate::mail::{EmlAddresses, to_eml};
use crate::pdf::{PdfError, to_pdf};
use crate::templates::{
    LetterTemplates, RenderedLetter, TemplateError, letter_context, to_html, to_text,
};

/// A letter, ready to be read, printed or sent.
#[derive(Debug, Clone)]
pub struct ComposedLetter {
    /// The document of blocks.
    pub document: Document,
    /// Plain text; its hash is what an approval fixes.
    pub text: String,
    /// One HTML page.
    pub html: String,
    /// Tagged PDF.
    pub pdf: Vec<u8>,
    /// A mail that the person's own program opens for sending.
    pub eml: Vec<u8>,
    /// What the letter is, uses and leaves open.
    pub meta: Value,
    /// The paper it is set on.
    pub page: Page,
}

impl ComposedLetter {
    /// The legal name of whom it addresses.
    #[must_use]
    pub fn controller(&self) -> &str {
        self.document
            .recipient
            .first()
            .map(String::as_str)
            .unwrap_or_default()
    }
}

/// Why no letter was composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The facts or the law do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A template is at fault.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The PDF could not be written.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// The mail could not be written.
    #[error("the mail could not be written: {0}")]
    Mail(String),
}

/// Composes the letter that `facts` ask for.
///
/// # Errors
/// [`ComposeError`]; nothing is written then.
pub fn compose_letter(
    book: &LawBook,
    templates: &LetterTemplates,
    facts: &CaseFacts,
) -> Result<ComposedLetter, ComposeError> {
    let plan = plan(book, facts)?;
    let words = templates
        .words(&plan.language)
        .ok_or_else(|| TemplateError::Missing(format!("text/{}.toml", plan.language)))?;
    let context = letter_context(book, facts, &plan, words);
    let rendered = templates.render(&plan.regime.id, &plan.language, plan.kind, &context)?;
    let document = Document {
        language: plan.language.clone(),
        subject: rendered.letter.subject.clone(),
        sender: sender(facts),
        recipient: recipient(&plan),
        date: words.long_date(facts.written_on),
        body: rendered.letter.body.clone(),
    };
    let text = to_text(&document);
    let html = to_html(&document);
    let pdf = to_pdf(&document, plan.page)?;
    let to = if plan.regulator.is_some() {
        None
    } else {
        plan.controller.email.as_deref()
    };
    let addresses = EmlAddresses {
        from_name: &facts.subject.name,
        from: facts.subject.email.as_deref(),
        to,
        copy_to: None,
    };
    let eml = to_eml(&document, &addresses, facts.written_on, &text, &html, &pdf)
        .map_err(ComposeError::Mail)?;
    let meta = meta(book, &plan, &rendered, &text);
    Ok(ComposedLetter {
        document,
        text,
        html,
        pdf,
        eml,
        meta,
        page: plan.page,
    })
}

fn sender(facts: &CaseFacts) -> Vec<String> {
    let mut lines = vec![facts.subject.name.clone()];
    lines.extend(facts.subject.address.iter().cloned());
    lines.extend(facts.subject.email.clone());
    lines
}

fn recipient(plan: &LetterPlan<'_>) -> Vec<String> {
    let (name, address) = match plan.regulator {
        Some(regulator) => (regulator.native_name.clone(), &regulator.address),
        None => (plan.controller.name.clone(), &plan.controller.address),
    };
    let mut lines = vec![name];
    lines.extend(address.iter().cloned());
    lines
}

/// What `meta.json` says. Every key is always there; unknown = null.
fn meta(book: &LawBook, plan: &LetterPlan<'_>, rendered: &RenderedLetter, text: &str) -> Value {
    let mut unverified = plan.unverified.clone();
    let uncertain = |id: &&String| {
        book.citations
            .get(*id)
            .is_some_and(|citation| citation.checked != Checked::Verified)
    };
    unverified.extend(
        rendered
            .cited
            .iter()
            .filter(uncertain)
            .map(|id| format!("citation {id}")),
    );
    let entity = match plan.regulator {
        Some(regulator) => {
            json!({ "name": regulator.name, "address": regulator.address, "country": country_of(&regulator.jurisdiction) })
        }
        None => {
            json!({ "name": plan.controller.name, "address": plan.controller.address, "country": plan.controller.country })
        }
    };
    json!({
        "kind": plan.kind.as_str(),
        "rights": plan.rights,
        "regime": plan.regime.id,
        "second_regime": plan.second_regime.map(|regime| regime.id.as_str()),
        "statute": plan.regime.words(&plan.language).statute,
        "entity": entity,
        "regulator": plan.regulator.map(|regulator| regulator.id.as_str()),
        "channel": channel(plan),
        "language": plan.language,
        "review": rendered.review,
        "subject_line": rendered.letter.subject,
        "template": rendered.template,
        "template_sha256": rendered.template_sha256,
        "text_sha256": sha256(text),
        "law_version": book.version,
        "due": due(plan),
        "cited": rendered.cited,
        "unverified": unverified,
        "notes": plan.notes,
        "warnings": plan.warnings,
    })
}

fn country_of(jurisdiction: &str) -> &str {
    jurisdiction.split('-').next().unwrap_or(jurisdiction)
}

/// A complaint goes by e-mail only where the regulator takes plain e-mail; else by its form, else by post.
fn channel(plan: &LetterPlan<'_>) -> &'static str {
    match plan.regulator {
        None => plan.controller.channel.as_str(),
        Some(regulator) if regulator.takes_email() => "email",
        Some(regulator) if !regulator.complaint_form.is_empty() => "web_form",
        Some(_) => "post",
    }
}

fn due(plan: &LetterPlan<'_>) -> Value {
    let Some((rule, derivation)) = &plan.due else {
        return json!({ "rule": null, "received_on": null, "strict_due": null, "expected_due": null, "safe_due": null, "why": null });
    };
    json!({
        "rule": rule,
        "received_on": derivation.received_on,
        "strict_due": derivation.strict_due,
        "expected_due": derivation.expected_due,
        "safe_due": derivation.safe_due,
        "why": derivation.why,
    })
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
