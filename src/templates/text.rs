//! The document as plain text: wrapped at 76 columns for mail, or with one line a paragraph for the box of a web form.

use crate::domain::document::{Block, Document, Span, plain};

/// Columns of a mail.
const WIDTH: usize = 76;

/// Writes the whole letter, wrapped.
#[must_use]
pub fn to_text(document: &Document) -> String {
    Writer { width: WIDTH }.write(document)
}

/// Writes the whole letter with one line a paragraph, for a box that wraps by itself.
#[must_use]
pub fn to_flowing_text(document: &Document) -> String {
    Writer { width: usize::MAX }.write(document)
}

struct Writer {
    width: usize,
}

impl Writer {
    fn write(&self, document: &Document) -> String {
        let mut out = String::new();
        for group in [&document.sender, &document.recipient] {
            for line in group {
                out.push_str(line);
                out.push('\n');
            }
            if !group.is_empty() {
                out.push('\n');
            }
        }
        out.push_str(&document.date);
        out.push_str("\n\n");
        self.wrap(&document.subject, "", "", &mut out);
        out.push('\n');
        self.blocks(&document.body, "", &mut out);
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    fn blocks(&self, body: &[Block], indent: &str, out: &mut String) {
        for block in body {
            match block {
                Block::Heading(spans) | Block::Paragraph(spans) => {
                    self.wrap(&plain(spans), indent, indent, out)
                }
                Block::List { start, items } => self.list(*start, items, indent, out),
                Block::Quote(inner) => {
                    self.blocks(inner, &format!("{indent}    "), out);
                    continue; // its last block has left the empty line
                }
                Block::Table(rows) => self.table(rows, indent, out),
            }
            out.push('\n');
        }
    }

    fn list(&self, start: Option<u64>, items: &[Vec<Block>], indent: &str, out: &mut String) {
        for (item, number) in items.iter().zip(start.unwrap_or(0)..) {
            let mark = if start.is_some() {
                format!("{number}. ")
            } else {
                "• ".to_owned()
            };
            let hanging = format!("{indent}{}", " ".repeat(mark.chars().count()));
            for (index, block) in item.iter().enumerate() {
                match block {
                    Block::Paragraph(spans) | Block::Heading(spans) => {
                        let first = if index == 0 {
                            format!("{indent}{mark}")
                        } else {
                            hanging.clone()
                        };
                        self.wrap(&plain(spans), &first, &hanging, out);
                    }
                    other => self.blocks(std::slice::from_ref(other), &hanging, out),
                }
            }
        }
    }

    fn table(&self, rows: &[Vec<Vec<Span>>], indent: &str, out: &mut String) {
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
            self.wrap(&cells.join("  "), indent, &format!("{indent}  "), out);
        }
    }

    /// Breaks at white space only: a web address or a number is never cut.
    fn wrap(&self, text: &str, first: &str, hanging: &str, out: &mut String) {
        let mut prefix = first;
        for line in text.split('\n') {
            let mut column = 0;
            for word in line.split_ascii_whitespace() {
                let length = word.chars().count();
                if column == 0 {
                    out.push_str(prefix);
                    column = prefix.chars().count();
                } else if column.saturating_add(1 + length) > self.width {
                    out.push('\n');
                    out.push_str(hanging);
                    column = hanging.chars().count();
                } else {
                    out.push(' ');
                    column += 1;
                }
                out.push_str(word);
                column += length;
            }
            out.push('\n');
            prefix = hanging;
        }
    }
}
