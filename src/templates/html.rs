//! The document as one HTML page without scripts, styles from elsewhere or remote parts: for the preview, and as the second body of a mail.

use std::fmt::Write;

use crate::domain::document::{Block, Document, Span, Style};

const STYLE: &str = "body{font:16px/1.5 Georgia,'Noto Serif',serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}\
h1{font-size:1.15rem;margin:1.5rem 0}h2{font-size:1rem;margin:1.5rem 0 .5rem}address{font-style:normal;margin-bottom:1.5rem}\
blockquote{margin:1rem 0 1rem 1.5rem}table{border-collapse:collapse}th,td{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}";

/// Writes the whole letter.
#[must_use]
pub fn to_html(document: &Document) -> String {
    let mut out = String::new();
    let subject = escape_html(&document.subject);
    let language = escape_html(&document.language);
    out.push_str(&format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{subject}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    ));
    for group in [&document.sender, &document.recipient] {
        if !group.is_empty() {
            let lines: Vec<String> = group.iter().map(|line| escape_html(line)).collect();
            out.push_str(&format!("<address>{}</address>\n", lines.join("<br>\n")));
        }
    }
    out.push_str(&format!(
        "<p>{}</p>\n<h1>{subject}</h1>\n",
        escape_html(&document.date)
    ));
    blocks(&document.body, &mut out);
    out.push_str("</body>\n</html>\n");
    out
}

fn blocks(body: &[Block], out: &mut String) {
    for block in body {
        match block {
            Block::Heading(content) => element("h2", &spans(content), out),
            Block::Paragraph(content) => element("p", &spans(content), out),
            Block::Quote(inner) => {
                out.push_str("<blockquote>\n");
                blocks(inner, out);
                out.push_str("</blockquote>\n");
            }
            Block::List { start, items } => list(*start, items, out),
            Block::Table(rows) => table(rows, out),
        }
    }
}

fn element(name: &str, content: &str, out: &mut String) {
    out.push_str(&format!("<{name}>{content}</{name}>\n"));
}

fn list(start: Option<u64>, items: &[Vec<Block>], out: &mut String) {
    let (open, close) = match start {
        Some(1) => ("<ol>".to_owned(), "</ol>"),
        Some(number) => (format!("<ol start=\"{number}\">"), "</ol>"),
        None => ("<ul>".to_owned(), "</ul>"),
    };
    out.push_str(&open);
    out.push('\n');
    for item in items {
        match item.as_slice() {
            [Block::Paragraph(content)] => element("li", &spans(content), out),
            inner => {
                out.push_str("<li>\n");
                blocks(inner, out);
                out.push_str("</li>\n");
            }
        }
    }
    out.push_str(close);
    out.push('\n');
}

fn table(rows: &[Vec<Vec<Span>>], out: &mut String) {
    out.push_str("<table>\n");
    for (index, row) in rows.iter().enumerate() {
        let cell = if index == 0 { "th" } else { "td" };
        out.push_str("<tr>");
        for content in row {
            let scope = if index == 0 { " scope=\"col\"" } else { "" };
            // Writing to a string cannot fail.
            let _infallible = write!(out, "<{cell}{scope}>{}</{cell}>", spans(content));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn spans(content: &[Span]) -> String {
    content
        .iter()
        .map(|span| match span {
            Span::Break => "<br>\n".to_owned(),
            Span::Text(text, Style::Plain) => escape_html(text),
            Span::Text(text, Style::Emphasis) => format!("<em>{}</em>", escape_html(text)),
            Span::Text(text, Style::Strong) => format!("<strong>{}</strong>", escape_html(text)),
        })
        .collect()
}

/// Escapes text for an element or a quoted attribute.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
