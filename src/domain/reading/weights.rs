//! How much every sign counts for every kind: numbers learned from labelled replies, not from words, so that they hold for all languages.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::letter::ReplyKind;

/// An answer that would end the case is only given from here on, otherwise the likeliest of the others: to wait costs less than to be wrong.
const ENOUGH: f64 = 0.65;

/// The weights of all features.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Weights {
    /// The order of the numbers below.
    kinds: Vec<ReplyKind>,
    weights: BTreeMap<String, Vec<f64>>,
}

impl Weights {
    pub(super) fn parse(text: &str) -> Result<Weights, toml::de::Error> {
        toml::from_str(text)
    }

    /// The likeliest kind and how likely it is; `None` without weights.
    pub(super) fn judge(&self, features: &[String]) -> Option<(ReplyKind, f64)> {
        let known: Vec<&Vec<f64>> = features
            .iter()
            .filter_map(|name| self.weights.get(name))
            .collect();
        let scored = self.kinds.iter().enumerate().map(|(at, kind)| {
            let sum: f64 = known.iter().filter_map(|row| row.get(at)).sum();
            (*kind, sum.exp())
        });
        let scored: Vec<(ReplyKind, f64)> = scored.collect();
        let all: f64 = scored.iter().map(|(_, score)| score).sum();
        let likeliest = |kinds: &mut dyn Iterator<Item = &(ReplyKind, f64)>| {
            kinds
                .reduce(|best, next| if next.1 > best.1 { next } else { best })
                .map(|(kind, score)| (*kind, score / all))
        };
        let best = likeliest(&mut scored.iter())?;
        if ends_a_case(best.0) && best.1 < ENOUGH {
            return likeliest(&mut scored.iter().filter(|(kind, _)| !ends_a_case(*kind)));
        }
        Some(best)
    }
}

/// An answer after which nothing more is due.
pub(super) fn ends_a_case(kind: ReplyKind) -> bool {
    matches!(
        kind,
        ReplyKind::Complied
            | ReplyKind::Partial
            | ReplyKind::Refused
            | ReplyKind::NoData
            | ReplyKind::NotController
    )
}
