//! What one sentence says for and against each answer: phrases, turned by negation and taken away by conditions, wishes and reports.

use chrono::NaiveDate;

use super::concept::{Concept, Ground};
use super::context::Context;
use super::lexicon::Lexicon;
use super::pattern::{Indexed, Span};

/// What a sentence says, after negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    /// As the lexicon has it.
    Says(Concept),
    /// Nothing was deleted.
    NotDone,
    /// It will not, or cannot, be done.
    WontDo,
    /// It is not kept or used.
    NotKept,
    /// It was gone before anybody asked.
    Before,
    /// A reason why not.
    Why(Ground),
}

impl Sign {
    /// A name for the weights.
    pub(super) fn name(self) -> String {
        match self {
            Sign::Says(concept) => concept.as_str().to_owned(),
            Sign::NotDone => "not_done".to_owned(),
            Sign::WontDo => "wont_do".to_owned(),
            Sign::NotKept => "not_kept".to_owned(),
            Sign::Before => "before".to_owned(),
            Sign::Why(ground) => format!("why.{}", ground.as_str()),
        }
    }
}

/// A sign and the words that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) sign: Sign,
    pub(super) text: String,
    pub(super) rule: String,
    /// Which sentence of the message.
    pub(super) sentence: usize,
}

/// Weighs one sentence.
///
/// `sent_on`: the day of the mail; a deed of an earlier year was no answer.
pub(super) fn weigh(
    lexicon: &Lexicon,
    indexed: &Indexed<'_>,
    number: usize,
    sent_on: Option<NaiveDate>,
) -> Vec<Finding> {
    let context = Context::of(lexicon, indexed, sent_on);
    let mut found = Vec::new();
    for concept in Concept::ALL {
        for (rule, span) in lexicon.find(*concept, indexed) {
            if let Some(sign) = context.sign(*concept, span) {
                found.push(context.finding(
                    sign,
                    &lexicon.code,
                    concept.as_str(),
                    rule,
                    span,
                    number,
                ));
            }
        }
    }
    for ground in Ground::ALL {
        for (rule, span) in lexicon.find_ground(*ground, indexed) {
            if !context.is_conditional(span) && !context.sentence.asks {
                found.push(context.finding(
                    Sign::Why(*ground),
                    &lexicon.code,
                    ground.as_str(),
                    rule,
                    span,
                    number,
                ));
            }
        }
    }
    found
}

impl Context<'_> {
    /// What the phrase means here; `None`: nothing.
    fn sign(&self, concept: Concept, span: Span) -> Option<Sign> {
        let says = Sign::Says(concept);
        match concept {
            Concept::And
            | Concept::Negation
            | Concept::Condition
            | Concept::Unreal
            | Concept::Only
            | Concept::Earlier
            | Concept::Reported => None,
            Concept::Yes => self.is_all(span).then_some(Sign::Says(Concept::Granted)),
            Concept::No => self.is_all(span).then_some(Sign::Says(Concept::Refused)),
            Concept::Done
            | Concept::Stopped
            | Concept::Granted
            | Concept::Promise
            | Concept::Able
            | Concept::Kept
            | Concept::Refused => self.fact(concept, span),
            Concept::Extended => {
                let open =
                    self.is_conditional(span) || self.is_unreal(span) || self.is_denied(span, 2);
                (!open && !self.sentence.asks).then_some(says)
            }
            Concept::Identity | Concept::Portal => (!self.is_denied(span, 2)).then_some(says),
            Concept::Clarify => Some(says),
            Concept::NoData | Concept::NotController => {
                (!self.is_conditional(span) && !self.sentence.asks).then_some(says)
            }
            _ => Some(says),
        }
    }

    fn fact(&self, concept: Concept, span: Span) -> Option<Sign> {
        if self.sentence.asks || self.is_conditional(span) {
            return None;
        }
        if self.is_reported(span) && !matches!(concept, Concept::Granted | Concept::Refused) {
            return None;
        }
        // "Nothing is left", "rebuilt without": the phrase itself begins or ends with its only negation.
        let inside: Vec<&Span> = self
            .negations
            .iter()
            .filter(|no| no.start >= span.start && no.end <= span.end)
            .collect();
        let own = concept == Concept::Done
            && inside.len() == 1
            && inside
                .iter()
                .all(|no| no.start == span.start || no.end == span.end);
        let negated = !own && self.is_negated(span);
        let unreal = self.is_unreal(span);
        if !negated && !unreal && concept == Concept::Done {
            if self.is_aside(span) {
                return Some(Sign::Says(Concept::Aside));
            }
            if self.is_old(span) {
                return Some(Sign::Before);
            }
        }
        match (concept, negated) {
            (Concept::Stopped, _) => (!unreal).then_some(Sign::Says(concept)),
            (Concept::Refused, _) => {
                (!unreal && !self.is_denied(span, 4)).then_some(Sign::Says(concept))
            }
            (Concept::Done, true) => (!unreal).then_some(Sign::NotDone),
            (Concept::Granted | Concept::Promise | Concept::Able, true) if self.pending => {
                Some(Sign::NotDone)
            }
            (Concept::Granted | Concept::Promise | Concept::Able, true) => {
                (!unreal).then_some(Sign::WontDo)
            }
            (Concept::Kept, true) => (!unreal).then_some(Sign::NotKept),
            (Concept::Able, false) => None,
            (_, false) => {
                (!unreal && !self.conditional_after(concept, span)).then_some(Sign::Says(concept))
            }
            _ => None,
        }
    }

    /// What was found, with the words.
    fn finding(
        &self,
        sign: Sign,
        code: &str,
        list: &str,
        rule: usize,
        span: Span,
        sentence: usize,
    ) -> Finding {
        let words = self
            .sentence
            .tokens
            .get(span.start..span.end)
            .unwrap_or_default();
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        Finding {
            sign,
            text: text.join(" "),
            rule: format!("{code}.{list}.{}", rule + 1),
            sentence,
        }
    }
}
