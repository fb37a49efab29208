//! The answer in full: beside the kind the ground, the date, the effect, and the words that decided.

use chrono::NaiveDate;

use super::concept::{Concept, Ground};
use super::evidence::{Finding, Sign};
use super::message::Message;
use super::weights::{Weights, ends_a_case};
use super::{Authenticity, Matched, Reading, ticket};
use crate::domain::letter::ReplyKind;

/// Below this a person looks.
const SURE: f64 = 0.8;

/// The same for an answer that would end the case: to be wrong costs more than to ask.
const SURE_OF_AN_END: f64 = 0.85;

/// A text of which fewer words are known is in another language.
const KNOWN: f64 = 0.15;

impl Message<'_> {
    /// The whole answer.
    pub(super) fn reading(&self, weights: &Weights) -> Reading {
        let (kind, confidence) = self.judge(weights);
        let refused = kind == ReplyKind::Refused;
        let extended = kind == ReplyKind::ExtensionNotice;
        Reading {
            kind,
            confidence,
            sure: self.is_sure(kind, confidence),
            matched: self.matched(kind),
            refusal_ground: refused.then(|| self.ground().refusal()),
            extension_until: self.until().filter(|_| extended),
            extension_days: self.added().filter(|_| extended),
            ticket: ticket::find(self.lexicon, self.reply.subject, self.own),
            legal_effect: self.legal_effect(kind),
            language: Some(self.lexicon.code.clone()),
        }
    }

    /// Likely enough, and for an answer that would end the case: found by the rules, too, and nothing speaks against it.
    fn is_sure(&self, kind: ReplyKind, confidence: f64) -> bool {
        if self.known < KNOWN && !self.reply.is_bounce {
            return false;
        }
        if !ends_a_case(kind) {
            return confidence >= SURE;
        }
        confidence >= SURE_OF_AN_END && self.kind().0 == kind && !self.is_contested(kind)
    }

    /// Something else is said that would make another answer of it.
    fn is_contested(&self, kind: ReplyKind) -> bool {
        let says = |list: &[Concept]| list.iter().any(|concept| self.says(*concept) > 0);
        let elsewhere = says(&[
            Concept::Identity,
            Concept::Portal,
            Concept::NotController,
            Concept::Bounce,
            Concept::Advert,
            Concept::Extended,
        ]);
        if kind == ReplyKind::Complied {
            let but = self.keeps() || self.refuses() || self.count(Sign::NotDone) > 0;
            return elsewhere || but || says(&[Concept::Partly, Concept::NoData, Concept::Clarify]);
        }
        if kind == ReplyKind::Refused {
            return elsewhere || self.deeds() > 0 || self.whys() == 0 || says(&[Concept::Granted]);
        }
        says(&[Concept::Bounce, Concept::Advert, Concept::Bot])
    }

    /// The reason that is given most, a specific one before the usual balance.
    fn ground(&self) -> Ground {
        let order = [
            Ground::NotIdentified,
            Ground::Model,
            Ground::Exemption,
            Ground::Legal,
            Ground::Excessive,
            Ground::Public,
            Ground::Contract,
            Ground::Interest,
        ];
        let counted = order
            .into_iter()
            .map(|ground| (self.count(Sign::Why(ground)), ground));
        counted
            .filter(|(count, _)| *count > 0)
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map_or(Ground::Interest, |(_, ground)| ground)
    }

    /// Dates that are promised, newest last.
    fn open_dates(&self) -> Vec<(usize, NaiveDate)> {
        let sent_on = self.reply.sent_on;
        let open = self
            .promises
            .iter()
            .filter(|(_, promise)| !promise.old && sent_on.is_some_and(|sent| promise.on > sent));
        open.map(|(sentence, promise)| (*sentence, promise.on))
            .collect()
    }

    fn until(&self) -> Option<NaiveDate> {
        let open = self.open_dates();
        let beside = self.sentences(Sign::Says(Concept::Extended));
        let near = open
            .iter()
            .filter(|(sentence, _)| beside.contains(sentence))
            .map(|(_, on)| *on)
            .max();
        near.or_else(|| open.iter().map(|(_, on)| *on).max())
    }

    fn added(&self) -> Option<u32> {
        let beside = self.sentences(Sign::Says(Concept::Extended));
        let near = self
            .lengths
            .iter()
            .find(|(sentence, _)| beside.contains(sentence));
        near.map(|(_, days)| *days)
    }

    fn legal_effect(&self, kind: ReplyKind) -> bool {
        let forged = self.reply.authenticity == Authenticity::Contradicted
            || self.reply.from_controller == Some(false);
        let changes = match kind {
            ReplyKind::Complied
            | ReplyKind::Partial
            | ReplyKind::Refused
            | ReplyKind::NoData
            | ReplyKind::NotController
            | ReplyKind::ExtensionNotice
            | ReplyKind::IdentityDemand => true,
            // The answer is in the document that the text only hands over.
            ReplyKind::Acknowledgement => {
                self.says(Concept::Attached) > 0 || (self.reply.has_document && self.sentences < 5)
            }
            _ => false,
        };
        changes && !forged
    }

    /// The words behind the kind, strongest lists first, at most eight.
    fn matched(&self, kind: ReplyKind) -> Vec<Matched> {
        let wanted = wanted(kind);
        let is_wanted = |one: &&Finding| {
            wanted.contains(&one.sign)
                || (matches!(one.sign, Sign::Why(_)) && kind == ReplyKind::Refused)
        };
        let chosen = self.findings.iter().filter(is_wanted).take(8);
        chosen
            .map(|one| Matched {
                text: one.text.clone(),
                rule: one.rule.clone(),
            })
            .collect()
    }
}

fn wanted(kind: ReplyKind) -> Vec<Sign> {
    let says = |list: &[Concept]| {
        list.iter()
            .map(|concept| Sign::Says(*concept))
            .collect::<Vec<_>>()
    };
    let done = [Concept::Done, Concept::Stopped, Concept::Granted];
    match kind {
        ReplyKind::Complied => [says(&done), vec![Sign::NotKept]].concat(),
        ReplyKind::Partial => [
            says(&done),
            says(&[Concept::Kept, Concept::Partly, Concept::Refused]),
            vec![Sign::WontDo],
        ]
        .concat(),
        ReplyKind::Refused => {
            [says(&[Concept::Refused, Concept::Kept]), vec![Sign::WontDo]].concat()
        }
        ReplyKind::NoData => says(&[Concept::NoData]),
        ReplyKind::NotController => says(&[Concept::NotController]),
        ReplyKind::IdentityDemand => says(&[Concept::Identity]),
        ReplyKind::PortalDemand => says(&[Concept::Portal]),
        ReplyKind::ClarificationDemand => says(&[Concept::Clarify]),
        ReplyKind::ExtensionNotice => says(&[Concept::Extended]),
        ReplyKind::Acknowledgement => [
            says(&[Concept::Received, Concept::Later, Concept::Attached]),
            vec![Sign::NotDone],
        ]
        .concat(),
        ReplyKind::AutoReply => says(&[
            Concept::Absence,
            Concept::Robot,
            Concept::Closed,
            Concept::Rating,
        ]),
        ReplyKind::Bounce => says(&[Concept::Bounce]),
        ReplyKind::Unrelated => says(&[Concept::Advert]),
    }
}
