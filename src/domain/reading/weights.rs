//! How much every sign counts for every kind: numbers learned from labelled replies, not from words, so that they hold for all languages.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::letter::ReplyKind;

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
        let best = scored
            .into_iter()
            .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        Some((best.0, best.1 / all))
    }
}
