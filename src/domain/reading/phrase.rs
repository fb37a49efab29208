//! Phrases of a language file, read: words, wildcards, gaps, choices and names.

use std::collections::HashMap;

use super::pattern::{Node, Phrase, Words};
use super::tokens::{self, Script};

/// What is wrong with a phrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPhrase {
    /// A bracket without its partner.
    #[error("brackets do not match in `{0}`")]
    Brackets(String),
    /// A name without a list.
    #[error("no list of words is called `<{0}>`")]
    UnknownName(String),
    /// Nothing to look for.
    #[error("`{0}` would match everywhere")]
    Empty(String),
}

/// Reads phrases of one language; names are replaced by their lists.
pub(super) struct Compiler<'a> {
    pub(super) script: Script,
    pub(super) words: &'a mut Words,
    pub(super) names: &'a HashMap<String, Vec<Phrase>>,
}

impl Compiler<'_> {
    /// Reads one phrase.
    ///
    /// # Errors
    /// [`BadPhrase`].
    pub(super) fn phrase(&mut self, text: &str) -> Result<Phrase, BadPhrase> {
        let mut rest = text;
        let nodes = self.sequence(&mut rest, text, 0)?;
        if !rest.is_empty() {
            return Err(BadPhrase::Brackets(text.to_owned()));
        }
        if can_be_empty(&nodes) {
            return Err(BadPhrase::Empty(text.to_owned()));
        }
        Ok(Phrase(nodes))
    }

    /// Up to the end, or up to `|` or `)` inside brackets.
    fn sequence(
        &mut self,
        rest: &mut &str,
        whole: &str,
        depth: usize,
    ) -> Result<Vec<Node>, BadPhrase> {
        let mut nodes = Vec::new();
        let mut plain = String::new();
        while let Some(next) = rest.chars().next() {
            if depth > 0 && matches!(next, '|' | ')') {
                break;
            }
            *rest = rest.get(next.len_utf8()..).unwrap_or_default();
            match next {
                '(' => {
                    self.plain(&mut plain, &mut nodes);
                    nodes.push(self.choice(rest, whole, depth + 1)?);
                }
                ')' => return Err(BadPhrase::Brackets(whole.to_owned())),
                '<' => {
                    self.plain(&mut plain, &mut nodes);
                    let (name, tail) = rest
                        .split_once('>')
                        .ok_or_else(|| BadPhrase::Brackets(whole.to_owned()))?;
                    *rest = tail;
                    let list = self
                        .names
                        .get(name)
                        .ok_or_else(|| BadPhrase::UnknownName(name.to_owned()))?;
                    nodes.push(Node::Any(
                        list.iter().map(|phrase| phrase.0.clone()).collect(),
                    ));
                }
                letter => plain.push(letter),
            }
        }
        self.plain(&mut plain, &mut nodes);
        Ok(nodes)
    }

    fn choice(&mut self, rest: &mut &str, whole: &str, depth: usize) -> Result<Node, BadPhrase> {
        let mut branches = Vec::new();
        loop {
            branches.push(self.sequence(rest, whole, depth)?);
            let Some(next) = rest.chars().next() else {
                return Err(BadPhrase::Brackets(whole.to_owned()));
            };
            *rest = rest.get(next.len_utf8()..).unwrap_or_default();
            if next == ')' {
                return Ok(Node::Any(branches));
            }
        }
    }

    /// Plain words with wildcards and gaps.
    fn plain(&mut self, plain: &mut String, nodes: &mut Vec<Node>) {
        for word in std::mem::take(plain).split_whitespace() {
            match word {
                ".." => nodes.push(Node::Gap(self.script.short_gap())),
                "..." => nodes.push(Node::Gap(self.script.long_gap())),
                _ => {
                    for form in tokens::forms(word, self.script) {
                        let id = self.words.intern(&form, self.script);
                        nodes.push(Node::Word(id));
                    }
                }
            }
        }
    }
}

fn can_be_empty(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Word(_) => false,
        Node::Gap(_) => true,
        Node::Any(branches) => branches.iter().any(|branch| can_be_empty(branch)),
    })
}
