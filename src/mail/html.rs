//! HTML of a mail as plain text: lines where a reader sees lines, quotes marked `> `, what nobody sees left out.

use super::colours::{colour, is_bright};
use super::entities::unescape;

/// Elements whose content is not shown.
const SILENT: [&str; 5] = ["style", "script", "head", "title", "template"];

/// More HTML than this is not looked at.
const MOST_HTML: usize = 1 << 20;

/// Elements that begin and end a line.
const BLOCKS: [&str; 22] = [
    "p",
    "div",
    "br",
    "tr",
    "li",
    "ul",
    "ol",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "hr",
    "section",
    "header",
    "footer",
    "dt",
    "dd",
];

/// Elements without content.
const VOID: [&str; 8] = ["br", "hr", "img", "meta", "input", "link", "wbr", "col"];

/// Stands before a line in another colour.
pub(super) const ANSWER: &str = "❯ ";

/// How the walk stands.
#[derive(Default)]
struct Walk {
    text: String,
    /// Open elements, and whether each is a quote or hidden.
    open: Vec<(String, Kind)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Quote,
    Hidden,
    /// In another colour than text has: an answer, perhaps inside a letter of ours.
    Coloured,
}

/// The text that a reader would see.
pub(super) fn to_text(html: &str) -> String {
    let mut walk = Walk::default();
    let mut rest = html
        .get(..html.floor_char_boundary(MOST_HTML))
        .unwrap_or_default();
    while let Some(at) = rest.find('<') {
        walk.say(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at..).unwrap_or_default();
        let begins_a_tag = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
        if !tail.chars().nth(1).is_some_and(begins_a_tag) {
            walk.say("<");
            rest = tail.get(1..).unwrap_or_default();
            continue;
        }
        if tail.starts_with("<!--") {
            rest = tail.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = tail.get(1..).and_then(|tag| tag.split_once('>')) else {
            rest = "";
            break;
        };
        walk.tag(tag);
        rest = after;
    }
    walk.say(rest);
    walk.lines()
}

impl Walk {
    fn tag(&mut self, tag: &str) {
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect::<String>()
            .to_lowercase();
        if tag.starts_with('/') {
            if BLOCKS.contains(&name.as_str()) {
                self.line();
            }
            if let Some(at) = self.open.iter().rposition(|(open, _)| *open == name) {
                self.open.truncate(at);
            }
            return;
        }
        // A head need not be closed: what is shown closes it.
        if (name == "body" || BLOCKS.contains(&name.as_str()))
            && let Some(at) = self.open.iter().rposition(|(open, _)| open == "head")
        {
            self.open.truncate(at);
        }
        if BLOCKS.contains(&name.as_str()) {
            self.line();
        }
        match name.as_str() {
            "hr" => self.text.push_str("-----\n"),
            "td" | "th" => self.text.push(' '),
            "p" | "table" => self.line(),
            _ => {}
        }
        let void = VOID.contains(&name.as_str()) || tag.ends_with('/');
        // Nothing sane is nested deeper; the rest is read as if it were flat.
        if !void && self.open.len() < 500 {
            let kind = kind(&name, tag);
            self.open.push((name, kind));
        }
    }

    fn is(&self, kind: Kind) -> bool {
        self.open.iter().any(|(_, open)| *open == kind)
    }

    fn line(&mut self) {
        if !self.is(Kind::Hidden) {
            self.text.push('\n');
        }
    }

    fn say(&mut self, text: &str) {
        if self.is(Kind::Hidden) {
            return;
        }
        let telling = |(_, kind): &&(String, Kind)| *kind != Kind::Plain;
        let mark = match self.open.iter().rev().find(telling) {
            Some((_, Kind::Quote)) => "> ",
            Some((_, Kind::Coloured)) => ANSWER,
            _ => "",
        };
        for word in unescape(text).split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            if !bare.is_empty() && (self.text.is_empty() || self.text.ends_with('\n')) {
                self.text.push_str(mark);
            }
            self.text.push_str(bare);
            if bare.len() < word.len() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    /// At most one empty line in a row.
    fn lines(&self) -> String {
        let mut kept = String::new();
        let mut empty = 0;
        for line in self.text.lines().map(str::trim) {
            empty = if line.is_empty() { empty + 1 } else { 0 };
            if empty < 2 {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        kept.trim().to_owned()
    }
}

fn kind(name: &str, tag: &str) -> Kind {
    let low = tag.to_lowercase();
    let bare: String = low.chars().filter(|c| !c.is_whitespace()).collect();
    // Only what is said as a style hides; in a title the same words are words.
    let style = bare.split_once("style=").map_or("", |(_, style)| style);
    let hidden = [
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "max-height:0",
        "mso-hide:all",
    ];
    let quotes = [
        "gmail_quote",
        "yahoo_quoted",
        "moz-cite-prefix",
        "protonmail_quote",
        "zd-comment-history",
        "freshdesk_quote",
        "tutanota_quote",
    ];
    if SILENT.contains(&name)
        || (hidden.iter().any(|word| style.contains(word)) && !style.contains("font-size:0."))
    {
        Kind::Hidden
    } else if name == "blockquote"
        || (bare.contains("class=") || bare.contains("id="))
            && quotes.iter().any(|word| bare.contains(word))
    {
        Kind::Quote
    } else if name != "a" && colour(&bare).is_some_and(is_bright) {
        Kind::Coloured
    } else {
        Kind::Plain
    }
}
