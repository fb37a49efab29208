//! Text into sentences and words, the same way for messages and for the phrases that are looked for in them.

use super::fold;

/// How a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Script {
    /// No spaces between words: every character counts as one.
    pub(super) solid: bool,
    /// Short words are cut off after an apostrophe: `n'avons`, `dell'utente`.
    pub(super) elision: bool,
    /// Without its dots, `ä` is written `ae`.
    pub(super) digraphs: bool,
}

/// A word or a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// In lower case, with plain apostrophes.
    pub(super) text: String,
    /// A comma, bracket, quote or the like.
    pub(super) is_mark: bool,
}

/// A sentence of the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// As it was written, on one line.
    pub(super) text: String,
    /// Its words and marks.
    pub(super) tokens: Vec<Token>,
    /// It ends with a question mark.
    pub(super) asks: bool,
    /// The whole text was written without accents.
    pub(super) plain: bool,
}

/// Endings that English writes together with the word in front of them.
const ENDINGS: [&str; 6] = ["n't", "'ve", "'ll", "'re", "'m", "'d"];

/// Short words before a full stop that does not end a sentence.
const ABBREVIATIONS: [&str; 60] = [
    "art", "arts", "no", "nr", "nos", "abs", "st", "dr", "mr", "mrs", "ms", "mx", "z", "b", "bzw",
    "ca", "ref", "tel", "lit", "pkt", "tj", "vs", "m", "mme", "sr", "sra", "srta", "d", "dª",
    "dott", "sig", "ssa", "avv", "ing", "prof", "par", "para", "rdn", "ust", "ul", "ust", "pt",
    "al", "tzn", "np", "p", "s", "č", "sp", "zn", "evt", "t.a.v", "mevr", "dhr", "i", "e", "o",
    "u", "pl", "ún",
];

impl Script {
    pub(super) fn short_gap(self) -> u32 {
        if self.solid { 10 } else { 5 }
    }

    pub(super) fn long_gap(self) -> u32 {
        if self.solid { 24 } else { 12 }
    }
}

/// One word of a phrase as the forms that a sentence would have in its place.
pub(super) fn forms(word: &str, script: Script) -> Vec<String> {
    let word = plain(word).to_lowercase();
    let mut found = Vec::new();
    // `n'` alone is what elision leaves of a word.
    let lone = script.elision && word.len() > 1 && word.ends_with('\'');
    if lone || word.contains(['*', '#']) && !script.solid {
        return cut(&word, script);
    }
    each_word(&word, script, &mut |token| {
        if token.text != "*" {
            found.push(token.text);
        }
    });
    found
}

/// The words of a text.
pub(super) fn words(text: &str, script: Script) -> Vec<Token> {
    let mut found = Vec::new();
    each_word(&plain(text), script, &mut |token| found.push(token));
    found
}

/// Apostrophes and digits as a keyboard has them.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{2019}' | '\u{2018}' | '\u{02bc}' | '\u{00b4}' | '`' => '\'',
            '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xff10 + 0x30).unwrap_or(c),
            '\u{ff1a}' => ':',
            '\u{ff1f}' => '?',
            '\u{ff05}' => '%',
            '\u{a0}' | '\u{202f}' | '\u{3000}' => ' ',
            // Romanian has a comma below; many keyboards write a cedilla.
            'ş' | 'Ş' => 'ș',
            'ţ' | 'Ţ' => 'ț',
            other => other,
        })
        .collect()
}

fn each_word(text: &str, script: Script, take: &mut impl FnMut(Token)) {
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    let mut last = ' ';
    while let Some(c) = characters.next() {
        let after = characters.peek().copied().unwrap_or(' ');
        let inside = last.is_alphanumeric() && after.is_alphanumeric();
        let joins = match c {
            '\'' | '-' | '@' | '_' => {
                inside || (c == '\'' && after.is_alphanumeric() && word.is_empty())
            }
            '.' | '/' => {
                inside
                    && (last.is_ascii_digit() && after.is_ascii_digit()
                        || word.contains(['@', '/', '.']))
            }
            _ => false,
        };
        if c.is_alphanumeric() && script.solid && !c.is_ascii() {
            flush(&mut word, script, take);
            take(Token {
                text: c.to_lowercase().collect(),
                is_mark: false,
            });
        } else if c.is_alphanumeric() || joins || (c == '.' && inside && word.contains('@')) {
            word.push(c);
        } else {
            flush(&mut word, script, take);
            if !c.is_whitespace() {
                take(Token {
                    text: c.to_string(),
                    is_mark: true,
                });
            }
        }
        last = c;
    }
    flush(&mut word, script, take);
}

fn flush(word: &mut String, script: Script, take: &mut impl FnMut(Token)) {
    if word.is_empty() {
        return;
    }
    for text in cut(&std::mem::take(word).to_lowercase(), script) {
        take(Token {
            text,
            is_mark: false,
        });
    }
}

/// `n'avons` is two words, so is `won't`.
fn cut(word: &str, script: Script) -> Vec<String> {
    match word {
        "cannot" => return vec!["can".to_owned(), "not".to_owned()],
        "can't" => return vec!["can".to_owned(), "n't".to_owned()],
        "won't" => return vec!["will".to_owned(), "n't".to_owned()],
        _ => {}
    }
    for ending in ENDINGS {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
            return vec![stem.to_owned(), ending.to_owned()];
        }
    }
    match word.split_once('\'') {
        Some((short, rest)) if script.elision && !short.is_empty() && !rest.is_empty() => {
            vec![format!("{short}'"), rest.to_owned()]
        }
        _ => vec![word.to_owned()],
    }
}

/// The sentences of a text; a line that stands for itself (table, list) is one, too.
pub(super) fn sentences(text: &str, script: Script) -> Vec<Sentence> {
    let mut found = Vec::new();
    let plain = fold::is_plain(&text.to_lowercase());
    for block in blocks(text) {
        let mut start = 0;
        for end in ends(&block) {
            push(block.get(start..end), script, plain, &mut found);
            start = end;
        }
        push(block.get(start..), script, plain, &mut found);
    }
    found
}

fn push(text: Option<&str>, script: Script, plain: bool, found: &mut Vec<Sentence>) {
    let text = text.unwrap_or_default().trim();
    let tokens = words(text, script);
    if tokens.iter().all(|token| token.is_mark) {
        return;
    }
    let asks = text
        .trim_end_matches(['"', ')', ' ', '»', '”'])
        .ends_with(['?', '？', ';'])
        && (text.contains(['?', '？']) || text.chars().any(|c| ('α'..='ω').contains(&c)));
    for part in tokens.chunks(super::pattern::MOST) {
        found.push(Sentence {
            text: text.to_owned(),
            tokens: part.to_vec(),
            asks,
            plain,
        });
    }
}

/// Lines that a mail program wrapped are joined again.
fn blocks(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for paragraph in text.split("\n\n") {
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        let widest = lines
            .iter()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0);
        let mut joined = false;
        for line in lines {
            if line.is_empty() {
                joined = false;
                continue;
            }
            match found.last_mut() {
                Some(last) if joined && !starts_anew(line) => {
                    last.push(' ');
                    last.push_str(line);
                }
                _ => found.push(line.to_owned()),
            }
            joined = line.chars().count() * 10 >= widest * 7 && widest > 40 || ends_open(line);
        }
    }
    found
}

/// The next line goes on: a comma or a small word cannot end a sentence.
fn ends_open(line: &str) -> bool {
    line.ends_with([',', '-', '–', ';', '('])
}

/// A bullet, or a label as in a table.
fn starts_anew(line: &str) -> bool {
    let bullet = line.starts_with(['-', '*', '•', '–', '·', '▪', '→', '☐', '✓', '|']);
    let label = line.split_once(": ").is_some_and(|(label, _)| {
        label.split_whitespace().count() <= 3
            && label.chars().next().is_some_and(char::is_uppercase)
    });
    bullet || label
}

/// Where sentences end inside a block.
fn ends(block: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut characters = block.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let after = characters.peek().map(|(_, next)| *next);
        let end = at + c.len_utf8();
        let closes = match c {
            '。' | '！' | '？' => true,
            '!' | '?' | '…' | ';' => after.is_none_or(char::is_whitespace) && c != ';',
            '.' => {
                after.is_none_or(char::is_whitespace)
                    && is_full_stop(block.get(..at), block.get(end..))
            }
            '|' => true,
            _ => false,
        };
        if closes {
            found.push(end);
        }
    }
    found
}

fn is_full_stop(before: Option<&str>, after: Option<&str>) -> bool {
    let (before, after) = (
        before.unwrap_or_default(),
        after.unwrap_or_default().trim_start(),
    );
    let last = before
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let number = !last.is_empty() && last.len() <= 2 && last.chars().all(|c| c.is_ascii_digit());
    let single = last.chars().count() == 1 && last.chars().all(char::is_alphabetic);
    let next_is_small = after.chars().next().is_some_and(char::is_lowercase);
    let year_of_hungary =
        last.len() == 4 && last.chars().all(|c| c.is_ascii_digit()) && next_is_small;
    let short = ABBREVIATIONS.contains(&last.to_lowercase().as_str());
    !(number || single || short || year_of_hungary || (next_is_small && last.len() <= 5))
}
