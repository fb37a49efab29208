//! A letter as the pages show it: the document of blocks in the shape that the templates read.

use serde_json::{Value, json};

use super::House;
use crate::domain::document::{Block, Document, Span, plain};

/// The letter for a page. `meta` is that of the composed letter.
pub(super) fn letter_view(
    document: &Document,
    meta: &Value,
    screen_language: &str,
    house: &House,
) -> Value {
    let word = |key: &str| meta.get(key).cloned().unwrap_or(Value::Null);
    let reviewed = meta.get("review").and_then(Value::as_str) == Some("reviewed");
    json!({
        "lang": document.language,
        "language_name": house.app.pages.word(screen_language, &format!("language.{}", document.language), &[]),
        "reviewed_on": if reviewed { word("reviewed_on") } else { Value::Null },
        "text_sha256": word("text_sha256"),
        "unverified": word("unverified"),
        "sender": document.sender,
        "recipient": document.recipient,
        "place_date": document.date,
        "subject": document.subject,
        "blocks": blocks(&document.body),
    })
}

fn blocks(body: &[Block]) -> Vec<Value> {
    let mut found = Vec::new();
    for block in body {
        match block {
            Block::Heading(spans) => found.push(shape("heading", json!(plain(spans)))),
            Block::Paragraph(spans) => found.push(shape("paragraph", json!(plain(spans)))),
            Block::Quote(inner) => found.push(shape("quote", json!(text_of(inner)))),
            Block::List { items, .. } => found.push(shape(
                "items",
                json!(items.iter().map(|item| text_of(item)).collect::<Vec<_>>()),
            )),
            Block::Table(rows) => {
                let row =
                    |row: &Vec<Vec<Span>>| row.iter().map(|cell| plain(cell)).collect::<Vec<_>>();
                found.push(shape(
                    "rows",
                    json!(rows.iter().map(row).collect::<Vec<_>>()),
                ));
            }
        }
    }
    found
}

/// One block with every key there, the others empty.
fn shape(key: &str, value: Value) -> Value {
    let mut block =
        json!({ "heading": null, "paragraph": null, "quote": null, "items": [], "rows": [] });
    if let Some(map) = block.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
    block
}

fn text_of(blocks: &[Block]) -> String {
    let one = |block: &Block| match block {
        Block::Heading(spans) | Block::Paragraph(spans) => plain(spans),
        Block::Quote(inner) => text_of(inner),
        Block::List { items, .. } => items
            .iter()
            .map(|item| text_of(item))
            .collect::<Vec<_>>()
            .join("\n"),
        Block::Table(rows) => rows
            .iter()
            .flatten()
            .map(|cell| plain(cell))
            .collect::<Vec<_>>()
            .join(" "),
    };
    blocks.iter().map(one).collect::<Vec<_>>().join("\n")
}
