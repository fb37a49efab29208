//! The document as plain text, wrapped at 76 columns: what goes into the mail body and the box of a web form.

use crate::domain::document::{Block, Document, Span, plain};

const WIDTH: usize = 76;

/// Writes the whole letter.
#[must_use]
pub fn to_text(document: &Document) -> String {
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
    wrap(&document.subject, "", "", &mut out);
    out.push('\n');
    blocks(&document.body, "", &mut out);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn blocks(body: &[Block], indent: &str, out: &mut String) {
    for block in body {
        match block {
            Block::Heading(spans) | Block::Paragraph(spans) => {
                wrap(&plain(spans), indent, indent, out)
            }
            Block::List { start, items } => list(*start, items, indent, out),
            Block::Quote(inner) => {
                blocks(inner, &format!("{indent}    "), out);
                continue; // its last block has left the empty line
            }
            Block::Table(rows) => table(rows, indent, out),
        }
        out.push('\n');
    }
}

fn list(start: Option<u64>, items: &[Vec<Block>], indent: &str, out: &mut String) {
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
                    wrap(&plain(spans), &first, &hanging, out);
                }
                other => blocks(std::slice::from_ref(other), &hanging, out),
            }
        }
    }
}

fn table(rows: &[Vec<Vec<Span>>], indent: &str, out: &mut String) {
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
        wrap(&cells.join("  "), indent, &format!("{indent}  "), out);
    }
}

/// Breaks at white space only: a web address or a number is never cut.
fn wrap(text: &str, first: &str, hanging: &str, out: &mut String) {
    let mut prefix = first;
    for line in text.split('\n') {
        let mut column = 0;
        for word in line.split_ascii_whitespace() {
            let length = word.chars().count();
            if column == 0 {
                out.push_str(prefix);
                column = prefix.chars().count();
            } else if column + 1 + length > WIDTH {
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
