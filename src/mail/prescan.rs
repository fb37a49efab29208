//! A look at the bounds of an incoming mail before any parser sees it: size, parts, depth, headers, messages inside messages.
//!
//! This scan and the parser may read a broken header differently. So the structure is a first net; the plain counts of words are
//! the bound that no trick of syntax gets round.

/// The largest mail that is taken.
const MAX_BYTES: usize = 25 << 20;

/// What may be done with the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// The parser may see it.
    Parse,
    /// It is kept as it came and never parsed.
    RawOnly(&'static str),
    /// It is not taken.
    Refuse(&'static str),
}

/// Scans in one pass, without building anything.
pub fn prescan(raw: &[u8]) -> Scan {
    if raw.len() > MAX_BYTES {
        return Scan::Refuse("too large");
    }
    if count(raw, b"boundary") > 10_000 {
        return Scan::Refuse("too many boundaries");
    }
    if count(raw, b"message/rfc822") + count(raw, b"message/global") > 1_000 {
        return Scan::RawOnly("too many messages inside");
    }
    if hides_messages(raw) {
        return Scan::RawOnly("messages inside that cannot be counted");
    }
    let mut walk = Walk::default();
    for line in lines(raw) {
        if let Err(end) = walk.line(line) {
            return end;
        }
    }
    if walk.delimiters >= 1_000 {
        Scan::RawOnly("more than 1,000 parts")
    } else {
        Scan::Parse
    }
}

/// Where the scan stands: which boundaries are open, and whether the line belongs to a header.
#[derive(Default)]
struct Walk {
    open: Vec<Vec<u8>>,
    delimiters: usize,
    messages: usize,
    headers: usize,
    in_body: bool,
    embedded: bool,
    field: Vec<u8>,
}

impl Walk {
    fn line(&mut self, line: &[u8]) -> Result<(), Scan> {
        match self.delimiter(line) {
            Some((at, closes)) => self.delimit(at, closes),
            None if self.in_body => Ok(()),
            None => self.header(line),
        }
    }

    /// Which open boundary the line is, and whether it closes it.
    fn delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        let text = line.strip_prefix(b"--")?.trim_ascii_end();
        let closed = text.strip_suffix(b"--");
        let (at, open) = self
            .open
            .iter()
            .enumerate()
            .rfind(|(_, open)| text == open.as_slice() || closed == Some(open.as_slice()))?;
        Some((at, text != open.as_slice()))
    }

    fn delimit(&mut self, at: usize, closes: bool) -> Result<(), Scan> {
        self.open.truncate(if closes { at } else { at + 1 });
        self.delimiters += usize::from(!closes);
        (self.in_body, self.embedded, self.headers) = (closes, false, 0);
        self.field.clear();
        if self.delimiters >= 10_000 {
            return Err(Scan::Refuse("too many parts"));
        }
        Ok(())
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Scan> {
        if is_folded(line) {
            self.field.extend_from_slice(line);
        } else {
            self.headers += 1;
            self.close_field();
            self.field.extend_from_slice(line);
            if line.is_empty() {
                // An embedded message starts with a header again.
                (self.in_body, self.embedded, self.headers) = (!self.embedded, false, 0);
            }
        }
        if self.headers > 500 || self.field.len() > 64 * 1024 {
            return Err(Scan::RawOnly("header limits"));
        }
        if self.open.len() > 50 {
            return Err(Scan::RawOnly("nested deeper than 50"));
        }
        if self.messages > 5 {
            return Err(Scan::RawOnly("more than 5 messages inside"));
        }
        Ok(())
    }

    /// Ends one header field: notes a boundary, and whether the part is an embedded message.
    fn close_field(&mut self) {
        let field = std::mem::take(&mut self.field);
        let low = field.to_ascii_lowercase();
        if !low.starts_with(b"content-type:") {
            return;
        }
        if find(&low, b"multipart/").is_some()
            && let Some(boundary) = boundary_in(&field, &low)
        {
            self.open.push(boundary);
        }
        if find(&low, b"message/rfc822").is_some() || find(&low, b"message/global").is_some() {
            self.embedded = true;
            self.messages += 1;
        }
    }
}

fn boundary_in(field: &[u8], low: &[u8]) -> Option<Vec<u8>> {
    let value = field.get(find(low, b"boundary=")? + b"boundary=".len()..)?;
    let value = match value.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|byte| *byte == b'"').next(),
        None => value
            .split(|byte| matches!(byte, b';' | b' ' | b'\t'))
            .next(),
    };
    value.filter(|value| !value.is_empty()).map(<[u8]>::to_vec)
}

/// A message in base64 or quoted-printable (which RFC 2046, 5.2.1 forbids) is read by recursion and out of sight of every count, so it
/// could be nested until the stack ends; no net catches that. The parts of a digest are messages without saying so.
fn hides_messages(raw: &[u8]) -> bool {
    let words: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];
    if words.iter().all(|word| count(raw, word) == 0) {
        return false;
    }
    let (mut message, mut encoded) = (false, false);
    let mut field = Vec::new();
    for line in lines(raw).chain(std::iter::once(<&[u8]>::default())) {
        if !is_folded(line) {
            let holds = |word: &[u8]| find(&field, word).is_some();
            if holds(b"content-type:") {
                if holds(b"multipart") && holds(b"digest") {
                    return true;
                }
                message |= holds(b"message") && (holds(b"rfc822") || holds(b"global"));
            }
            encoded |= is_encoded(&field);
            if message && encoded {
                return true;
            }
            field.clear();
        }
        if line.is_empty() {
            (message, encoded) = (false, false);
        }
        // The parser skips white space inside the name of a field.
        field.extend(
            line.iter()
                .filter(|byte| !byte.is_ascii_whitespace())
                .map(u8::to_ascii_lowercase),
        );
    }
    false
}

/// Whether a field without white space gives a transfer encoding that is more than a name for "as it is".
fn is_encoded(field: &[u8]) -> bool {
    let name = b"content-transfer-encoding:";
    find(field, name)
        .and_then(|at| field.get(at + name.len()..))
        .is_some_and(|value| {
            let plain: [&[u8]; 3] = [b"7bit", b"8bit", b"binary"];
            !plain.iter().any(|word| value.starts_with(word))
        })
}

fn lines(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    raw.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn is_folded(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len())
        .position(|window| window == needle)
}

fn count(hay: &[u8], needle: &[u8]) -> usize {
    let first = needle.first().copied().unwrap_or_default();
    hay.windows(needle.len())
        .filter(|window| {
            window
                .first()
                .is_some_and(|byte| byte.to_ascii_lowercase() == first)
                && window.eq_ignore_ascii_case(needle)
        })
        .count()
}
