//! Text in another character set than its header says.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart};

/// Bytes 0x80 to 0x9f of windows-1252; the rest is Latin-1.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a part, decoded anew if what the header says cannot be.
pub(super) fn text(message: &Message<'_>, part: &MessagePart<'_>, decoded: &str) -> String {
    let odd = |c: char| c == '\u{fffd}' || ('\u{80}'..='\u{9f}').contains(&c);
    let doubled = [
        "Ã©", "Ã¼", "Ã¤", "Ã¶", "Ã¨", "Ã±", "Ã³", "Ã§", "Ã£", "Å‚", "â€™",
    ];
    if !decoded.contains(odd) && !doubled.iter().any(|pair| decoded.contains(pair)) {
        return decoded.to_owned();
    }
    let Some(bytes) = bytes(message, part) else {
        return decoded.to_owned();
    };
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(wrong) => wrong.as_bytes().iter().map(|byte| latin(*byte)).collect(),
    }
}

fn bytes(message: &Message<'_>, part: &MessagePart<'_>) -> Option<Vec<u8>> {
    let start = usize::try_from(part.offset_body).ok()?;
    let end = usize::try_from(part.offset_end).ok()?;
    let raw = message.raw_message.get(start..end)?;
    match part.encoding {
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
        Encoding::Base64 => base64_decode(raw),
        Encoding::None => Some(raw.to_vec()),
    }
}

fn latin(byte: u8) -> char {
    match byte.checked_sub(0x80) {
        Some(high) => HIGH
            .get(usize::from(high))
            .copied()
            .unwrap_or(char::from(byte)),
        None => char::from(byte),
    }
}
