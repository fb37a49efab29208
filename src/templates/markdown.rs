//! CommonMark to the document of blocks. What a letter has no use for (links, images, code, raw HTML) is refused, so that nothing slips through unseen.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::domain::document::{Block, Span, Style, plain};

/// A letter without address field and date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedLetter {
    /// The subject line.
    pub subject: String,
    /// Everything below it.
    pub body: Vec<Block>,
}

/// Why the text is no letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMarkdown {
    /// The first block is not a heading of level one.
    #[error("the letter does not begin with one `# subject`")]
    NoSubject,
    /// The subject is empty or has several lines.
    #[error("the subject is empty or has more than one line: {0:?}")]
    BadSubject(String),
    /// Something a letter does not have.
    #[error("a letter has no {0}")]
    NotInALetter(String),
}

/// Reads the output of a template.
///
/// # Errors
/// [`BadMarkdown`].
pub fn parse_letter(markdown: &str) -> Result<ParsedLetter, BadMarkdown> {
    let mut builder = Builder::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        builder.take(event)?;
    }
    let subject = builder.subject.ok_or(BadMarkdown::NoSubject)?;
    if subject.trim().is_empty() || subject.contains('\n') {
        return Err(BadMarkdown::BadSubject(subject));
    }
    let body = builder
        .stack
        .pop()
        .map(|frame| frame.blocks)
        .unwrap_or_default();
    Ok(ParsedLetter { subject, body })
}

/// What is open: the letter itself, a quote, a list item.
#[derive(Default)]
struct Frame {
    blocks: Vec<Block>,
    list: Option<(Option<u64>, Vec<Vec<Block>>)>,
}

struct Builder {
    stack: Vec<Frame>,
    spans: Vec<Span>,
    style: Vec<Style>,
    subject: Option<String>,
    rows: Vec<Vec<Vec<Span>>>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            stack: vec![Frame::default()],
            spans: Vec::new(),
            style: Vec::new(),
            subject: None,
            rows: Vec::new(),
        }
    }
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), BadMarkdown> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            // Raw HTML is text: a template that yields it is a fault, and a person's text never gets here.
            Event::Text(text) => {
                self.text(&text);
                Ok(())
            }
            Event::SoftBreak => {
                self.text(" ");
                Ok(())
            }
            Event::HardBreak => {
                self.spans.push(Span::Break);
                Ok(())
            }
            Event::Html(_) | Event::InlineHtml(_) => Err(no("raw HTML")),
            Event::Code(_) => Err(no("code")),
            Event::Rule => Err(no("rule across the page")),
            other => Err(BadMarkdown::NotInALetter(format!("{other:?}"))),
        }
    }

    fn start(&mut self, tag: Tag<'_>) -> Result<(), BadMarkdown> {
        match tag {
            Tag::Paragraph => self.needs_subject(),
            Tag::Heading {
                level: HeadingLevel::H1,
                ..
            } => match self.subject {
                None => Ok(()),
                Some(_) => Err(no("second `#` heading")),
            },
            Tag::Heading {
                level: HeadingLevel::H2,
                ..
            } => self.needs_subject(),
            Tag::Heading { .. } => Err(no("heading below `##`")),
            Tag::List(start) => {
                self.needs_subject()?;
                // A tight item holds its text without a paragraph of its own.
                self.flush();
                if let Some(frame) = self.stack.last_mut() {
                    frame.list = Some((start, Vec::new()));
                }
                Ok(())
            }
            Tag::Item | Tag::BlockQuote(_) => {
                self.needs_subject()?;
                self.stack.push(Frame::default());
                Ok(())
            }
            Tag::Emphasis => {
                self.style.push(Style::Emphasis);
                Ok(())
            }
            Tag::Strong => {
                self.style.push(Style::Strong);
                Ok(())
            }
            Tag::Table(_) | Tag::TableHead | Tag::TableRow => {
                self.needs_subject()?;
                if !matches!(tag, Tag::Table(_)) {
                    self.rows.push(Vec::new());
                }
                Ok(())
            }
            Tag::TableCell => Ok(()),
            Tag::Link { .. } => Err(no("link; write the address as text")),
            other => Err(BadMarkdown::NotInALetter(format!("{other:?}"))),
        }
    }

    fn end(&mut self, tag: TagEnd) -> Result<(), BadMarkdown> {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::Heading(HeadingLevel::H1) => {
                self.subject = Some(plain(&std::mem::take(&mut self.spans)))
            }
            TagEnd::Heading(_) => {
                let spans = std::mem::take(&mut self.spans);
                self.push(Block::Heading(spans));
            }
            TagEnd::Item => {
                self.flush();
                let blocks = self
                    .stack
                    .pop()
                    .map(|frame| frame.blocks)
                    .unwrap_or_default();
                if let Some((_, items)) =
                    self.stack.last_mut().and_then(|frame| frame.list.as_mut())
                {
                    items.push(blocks);
                }
            }
            TagEnd::List(_) => {
                if let Some((start, items)) =
                    self.stack.last_mut().and_then(|frame| frame.list.take())
                {
                    self.push(Block::List { start, items });
                }
            }
            TagEnd::BlockQuote(_) => {
                let blocks = self
                    .stack
                    .pop()
                    .map(|frame| frame.blocks)
                    .unwrap_or_default();
                self.push(Block::Quote(blocks));
            }
            TagEnd::Emphasis | TagEnd::Strong => {
                self.style.pop();
            }
            TagEnd::TableCell => {
                let spans = std::mem::take(&mut self.spans);
                if let Some(row) = self.rows.last_mut() {
                    row.push(spans);
                }
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                self.push(Block::Table(rows));
            }
            _ => {}
        }
        Ok(())
    }

    fn needs_subject(&self) -> Result<(), BadMarkdown> {
        if self.subject.is_some() {
            Ok(())
        } else {
            Err(BadMarkdown::NoSubject)
        }
    }

    /// Adds text, joined to the stretch before it if that has the same style.
    fn text(&mut self, text: &str) {
        let style = self.style.last().copied().unwrap_or_default();
        match self.spans.last_mut() {
            Some(Span::Text(before, same)) if *same == style => before.push_str(text),
            _ => self.spans.push(Span::Text(text.to_owned(), style)),
        }
    }

    fn flush(&mut self) {
        if !self.spans.is_empty() {
            let spans = std::mem::take(&mut self.spans);
            self.push(Block::Paragraph(spans));
        }
    }

    fn push(&mut self, block: Block) {
        if let Some(frame) = self.stack.last_mut() {
            frame.blocks.push(block);
        }
    }
}

fn no(what: &str) -> BadMarkdown {
    BadMarkdown::NotInALetter(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::escape::escape_markdown;

    fn text(value: &str) -> Span {
        Span::Text(value.to_owned(), Style::Plain)
    }

    #[test]
    fn a_letter_has_a_subject_and_blocks() {
        let letter =
            parse_letter("# Objection\n\nHello **you**,\n\n1. one\n2. two\n\n> quoted\n").unwrap();
        assert_eq!(letter.subject, "Objection");
        assert_eq!(letter.body.len(), 3);
        let Block::List {
            start: Some(1),
            items,
        } = &letter.body[1]
        else {
            panic!("{:?}", letter.body)
        };
        assert_eq!(items[1], [Block::Paragraph(vec![text("two")])]);
    }

    #[test]
    fn what_a_letter_has_no_use_for_is_refused() {
        for bad in [
            "Hello",
            "# A\n\n[x](https://y.test)",
            "# A\n\n<b>x</b>",
            "# A\n\n`x`",
            "# A\n\n# B",
            "#\n\nx",
            "# A\n\n---",
            "# A\n\n![x](y)",
        ] {
            assert!(parse_letter(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_value_of_a_person_becomes_structure() {
        let hostile = [
            "# heading",
            "- item",
            "1. item",
            "1) item",
            "> quote",
            "```\ncode",
            "    code",
            "<script>alert(1)</script>",
            "[a](b)",
            "![a](b)",
            "| a | b |\n|---|---|",
            "***",
            "===",
            "a\n===",
            "a\n---",
            "&lt;b&gt;",
            "{{name}}",
            "\\",
            "*a* _b_ `c`",
            "https://x.test/?a=1&b=2",
            "a\rb",
            "a\u{2028}b",
            "~~~",
            "[^1]: x",
            "+ x",
        ];
        for value in hostile {
            let places = [
                "# S\n\nDear @,\n",
                "# S\n\n- @\n",
                "# S\n\n> @\n",
                "# S\n\n@\n",
            ];
            for place in places {
                let letter = parse_letter(&place.replace('@', &escape_markdown(value))).unwrap();
                let spans = only_paragraph(&letter.body);
                let kept: String = plain(spans).replace(['\n', '\r', ' '], "");
                assert!(
                    kept.contains(&value.replace(['\n', '\r', ' '], "")),
                    "{value:?} in {place:?} became {:?}",
                    letter.body
                );
            }
        }
    }

    fn only_paragraph(body: &[Block]) -> &[Span] {
        match body {
            [Block::Paragraph(spans)] => spans,
            [Block::Quote(blocks)] => only_paragraph(blocks),
            [Block::List { items, .. }] if items.len() == 1 => only_paragraph(&items[0]),
            other => panic!("structure appeared: {other:?}"),
        }
    }
}
