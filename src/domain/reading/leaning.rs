//! What the mere words of a text lean to: a net below the phrases, for ways of saying it that no phrase foresees.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::concept::{Concept, Ground};
use super::pattern::{Indexed, Phrase};

/// Lists that only help to read others.
const HELPERS: [Concept; 14] = [
    Concept::Negation,
    Concept::Condition,
    Concept::Unreal,
    Concept::Reported,
    Concept::Pending,
    Concept::And,
    Concept::Only,
    Concept::Aside,
    Concept::Earlier,
    Concept::Request,
    Concept::Able,
    Concept::Promise,
    Concept::Yes,
    Concept::No,
];

/// For every word form, the lists whose phrases hold it, and how much it says for each.
#[derive(Debug, Default)]
pub(super) struct Leaning {
    lists: HashMap<usize, Vec<(&'static str, f64)>>,
}

impl Leaning {
    /// A word in few lists says much; `small`: forms that say nothing.
    pub(super) fn of(
        say: &BTreeMap<Concept, Vec<Phrase>>,
        ground: &BTreeMap<Ground, Vec<Phrase>>,
        small: &HashSet<usize>,
    ) -> Leaning {
        let said = say
            .iter()
            .filter(|(concept, _)| !HELPERS.contains(concept))
            .map(|(concept, list)| (concept.as_str(), list));
        let reasons = ground.values().map(|list| ("why", list));
        let mut lists: HashMap<usize, Vec<&'static str>> = HashMap::new();
        for (name, phrases) in said.chain(reasons) {
            for id in phrases.iter().flat_map(Phrase::words) {
                let names = lists.entry(id).or_default();
                if !small.contains(&id) && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let weigh = |(id, names): (usize, Vec<&'static str>)| {
            let share = 1.0 / names.iter().map(|_| 1.0).sum::<f64>();
            let shares = names.into_iter().map(|name| (name, share * share));
            (id, shares.collect())
        };
        Leaning {
            lists: lists.into_iter().map(weigh).collect(),
        }
    }

    /// Adds what the words of a sentence say.
    pub(super) fn add(&self, indexed: &Indexed<'_>, sums: &mut BTreeMap<&'static str, f64>) {
        for id in indexed.forms() {
            for (name, share) in self.lists.get(&id).into_iter().flatten() {
                *sums.entry(name).or_default() += share;
            }
        }
    }
}
