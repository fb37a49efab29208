//! Phrases in a sentence: where they stand, all positions at once, one bit each.

use std::collections::{HashMap, HashSet};

use super::fold;
use super::tokens::{Script, Sentence, Token};

/// The most words a sentence may hold; longer ones are cut.
pub(super) const MOST: usize = 120;

/// Sentences are sets of positions: bit `n` is "in front of word `n`".
pub(super) type Places = u128;

/// A phrase, ready to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase(pub(super) Vec<Node>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Word(usize),
    Gap(u32),
    Any(Vec<Vec<Node>>),
}

/// Every distinct word form of a lexicon, by the way it is looked up.
#[derive(Debug, Default)]
pub(super) struct Words {
    seen: HashMap<String, usize>,
    forms: Forms,
    /// The forms with accents, without them.
    bare: Forms,
}

#[derive(Debug, Default)]
struct Forms {
    exact: HashMap<String, Vec<usize>>,
    prefix: HashMap<String, Vec<usize>>,
    glob: Vec<(String, usize)>,
    longest_prefix: usize,
}

/// A sentence with, for every word form of the lexicon, where it stands.
pub(super) struct Indexed<'a> {
    pub(super) sentence: &'a Sentence,
    at: Vec<Places>,
    marks: Places,
    end: usize,
}

/// Where a phrase stands: words `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Words {
    /// The number of a word form.
    pub(super) fn intern(&mut self, form: &str, script: Script) -> usize {
        if let Some(known) = self.seen.get(form) {
            return *known;
        }
        let id = self.seen.len();
        self.seen.insert(form.to_owned(), id);
        self.forms.add(form, id);
        for bare in fold::folded(form, script.digraphs) {
            self.bare.add(&bare, id);
        }
        id
    }

    /// The numbers of the forms for which it holds.
    pub(super) fn which(&self, holds: impl Fn(&str) -> bool) -> HashSet<usize> {
        let all = self.seen.iter().filter(|(form, _)| holds(form));
        all.map(|(_, id)| *id).collect()
    }

    /// True if the word stands in a phrase without wildcards.
    pub(super) fn holds(&self, word: &str) -> bool {
        self.forms.exact.contains_key(word)
    }

    /// Looks every word of the sentence up once.
    pub(super) fn index<'a>(&self, sentence: &'a Sentence) -> Indexed<'a> {
        let mut at: Vec<Places> = vec![0; self.seen.len()];
        let mut marks: Places = 0;
        for (place, token) in sentence.tokens.iter().take(MOST).enumerate() {
            let bit: Places = 1 << place;
            if token.is_mark {
                marks |= bit;
            }
            let mut note = |ids: &[usize]| {
                for id in ids {
                    if let Some(mask) = at.get_mut(*id) {
                        *mask |= bit;
                    }
                }
            };
            self.forms.of(token, &mut note);
            if sentence.plain {
                self.bare.of(token, &mut note);
            }
        }
        Indexed {
            sentence,
            at,
            marks,
            end: sentence.tokens.len().min(MOST),
        }
    }
}

impl Forms {
    fn add(&mut self, form: &str, id: usize) {
        let stem = form.strip_suffix('*');
        match stem {
            _ if form == "#" || stem.unwrap_or(form).contains(['*', '#']) => {
                self.glob.push((form.to_owned(), id));
            }
            Some(stem) => {
                self.longest_prefix = self.longest_prefix.max(stem.len());
                self.prefix.entry(stem.to_owned()).or_default().push(id);
            }
            None => self.exact.entry(form.to_owned()).or_default().push(id),
        }
    }

    /// The forms that the word has.
    fn of(&self, token: &Token, note: &mut impl FnMut(&[usize])) {
        let text = token.text.as_str();
        if let Some(ids) = self.exact.get(text) {
            note(ids);
        }
        let cuts = text.char_indices().map(|(cut, _)| cut).skip(1);
        for cut in cuts.chain([text.len()]) {
            if cut > self.longest_prefix {
                break;
            }
            if let Some(ids) = text.get(..cut).and_then(|stem| self.prefix.get(stem)) {
                note(ids);
            }
        }
        for (form, id) in &self.glob {
            if glob(form, text) {
                note(&[*id]);
            }
        }
    }
}

/// `*` is any letters, `#` is one or more digits.
fn glob(form: &str, text: &str) -> bool {
    let mut rest = form.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter()
                .any(|at| text.get(at..).is_some_and(|tail| glob(rest.as_str(), tail)))
        }
        Some('#') => {
            let tail = text.trim_start_matches(|c: char| c.is_ascii_digit());
            tail.len() < text.len() && glob(rest.as_str(), tail)
        }
        Some(first) => text
            .strip_prefix(first)
            .is_some_and(|tail| glob(rest.as_str(), tail)),
    }
}

impl Phrase {
    /// The numbers of all its word forms.
    pub(super) fn words(&self) -> Vec<usize> {
        fn collect(nodes: &[Node], found: &mut Vec<usize>) {
            for node in nodes {
                match node {
                    Node::Word(id) => found.push(*id),
                    Node::Gap(_) => {}
                    Node::Any(branches) => {
                        branches.iter().for_each(|branch| collect(branch, found))
                    }
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.0, &mut found);
        found
    }
}

impl Indexed<'_> {
    /// The numbers of the word forms that stand in the sentence.
    pub(super) fn forms(&self) -> impl Iterator<Item = usize> {
        let here = self
            .at
            .iter()
            .enumerate()
            .filter(|(_, places)| **places != 0);
        here.map(|(id, _)| id)
    }

    /// Where the phrase stands; of overlapping places the first and longest.
    pub(super) fn find(&self, phrase: &Phrase) -> Vec<Span> {
        let everywhere: Places = (1 << self.end) - 1;
        let mut found = Vec::new();
        if self.run(&phrase.0, everywhere) == 0 {
            return found;
        }
        let mut start = 0;
        while start < self.end {
            let ends = self.run(&phrase.0, 1 << start);
            let end = usize::try_from(ends.checked_ilog2().unwrap_or(0)).unwrap_or(0);
            if end > start {
                found.push(Span { start, end });
                start = end;
            } else {
                start += 1;
            }
        }
        found
    }

    /// True if the phrase stands anywhere.
    pub(super) fn holds(&self, phrase: &Phrase) -> bool {
        self.run(&phrase.0, (1 << self.end) - 1) != 0
    }

    fn run(&self, nodes: &[Node], from: Places) -> Places {
        nodes
            .iter()
            .fold(from, |places, node| self.step(node, places))
    }

    fn step(&self, node: &Node, from: Places) -> Places {
        if from == 0 {
            return 0;
        }
        match node {
            Node::Word(id) => {
                let start = self.over_marks(from);
                (start & self.at.get(*id).copied().unwrap_or(0)) << 1
            }
            Node::Gap(most) => {
                (0..*most).fold(from, |places, _| places | (self.over_marks(places) << 1))
            }
            Node::Any(branches) => branches
                .iter()
                .fold(0, |places, branch| places | self.run(branch, from)),
        }
    }

    /// Commas, quotes and brackets between words do not count.
    fn over_marks(&self, from: Places) -> Places {
        (0..3).fold(from, |places, _| places | ((places & self.marks) << 1))
    }
}
