//! The relaxed canonical form of a mail (RFC 6376, section 3.4): what a verifier hashes, whatever spaces a relay changed on the way.

use aws_lc_rs::digest::{Context, Digest, SHA256};

use super::DkimError;

/// One header with its folded lines, without the last line end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    pub(super) name: &'a [u8],
    value: &'a [u8],
}

/// Takes the headers off a mail; what is left is the body.
pub(super) fn split(mail: &[u8]) -> Result<(Vec<Header<'_>>, &[u8]), DkimError> {
    let mut headers = Vec::with_capacity(16);
    let mut rest = mail;
    while !rest.is_empty() {
        let start = rest;
        let (line, mut after) = take_line(rest)?;
        if line.is_empty() {
            return Ok((headers, after));
        }
        let mut length = line.len();
        // A line that begins with a space goes on with the header before it.
        while matches!(after.first(), Some(b' ' | b'\t')) {
            let (more, next) = take_line(after)?;
            length = start.len() - after.len() + more.len();
            after = next;
        }
        let whole = start.get(..length).unwrap_or(line);
        let colon = memchr::memchr(b':', line).ok_or(DkimError::NoHeader)?;
        let (name, value) = whole.split_at_checked(colon).ok_or(DkimError::NoHeader)?;
        headers.push(Header {
            name: trim_end(name),
            value: value.get(1..).unwrap_or_default(),
        });
        rest = after;
    }
    Ok((headers, rest))
}

/// Writes a header in its canonical form, without a line end.
pub(super) fn write_header(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend(name.iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let start = value.iter().position(|byte| !is_space(*byte));
    let value = start.and_then(|start| value.get(start..));
    squeeze(out, value.unwrap_or_default(), is_space);
}

impl Header<'_> {
    /// Writes the header in its canonical form, with a line end.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write_header(out, self.name, self.value);
        out.extend_from_slice(b"\r\n");
    }
}

/// The hash of the canonical body, in one pass and without a copy of it.
pub(super) fn hash_body(body: &[u8]) -> Result<Digest, DkimError> {
    let mut hash = Context::new(&SHA256);
    let mut scratch = Vec::new();
    let mut empty_lines = 0_usize;
    let mut rest = body;
    while !rest.is_empty() {
        let (line, after) = take_line(rest)?;
        let text = trim_end(line);
        if text.is_empty() {
            // Empty lines count only if another line follows.
            empty_lines += 1;
            rest = after;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            hash.update(b"\r\n");
        }
        match rest.get(..line.len() + 2) {
            // Nearly every line is canonical as it stands.
            Some(whole) if text.len() == line.len() && is_squeezed(line) => hash.update(whole),
            _ => {
                scratch.clear();
                squeeze(&mut scratch, text, |byte| matches!(byte, b' ' | b'\t'));
                scratch.extend_from_slice(b"\r\n");
                hash.update(&scratch);
            }
        }
        rest = after;
    }
    Ok(hash.finish())
}

/// A line without its CR LF, and what follows. Relays repair any other line end, which would break the signature.
fn take_line(text: &[u8]) -> Result<(&[u8], &[u8]), DkimError> {
    let Some(end) = memchr::memchr2(b'\r', b'\n', text) else {
        return Ok((text, &[]));
    };
    let (line, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    match rest.strip_prefix(b"\r\n") {
        Some(after) => Ok((line, after)),
        None => Err(DkimError::LineEnd),
    }
}

fn trim_end(mut line: &[u8]) -> &[u8] {
    while let [before @ .., b' ' | b'\t'] = line {
        line = before;
    }
    line
}

/// Whether a line without spaces at its end is canonical as it stands. Most have no space at all: files in base64.
fn is_squeezed(line: &[u8]) -> bool {
    memchr::memchr2(b' ', b'\t', line).is_none()
        || !line.contains(&b'\t') && !line.windows(2).any(|pair| pair == b"  ")
}

/// Appends a text with every run of spaces as one, and none at the end.
fn squeeze(out: &mut Vec<u8>, text: &[u8], is_space: impl Fn(u8) -> bool) {
    let mut gap = false;
    for byte in text {
        if is_space(*byte) {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(b' ');
        }
        out.push(*byte);
    }
}
