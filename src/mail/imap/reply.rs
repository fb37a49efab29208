//! What an IMAP server says, one reply at a time: lines that are bounded, and literals of which the first is kept and none may be larger than a mail.

use tokio::io::{AsyncRead, AsyncReadExt};

use super::client::ImapError;

/// The longest line of a reply: [`super::WINDOW`] numbers with their spaces, and some words.
const MOST_LINE: usize = 64 * 1024;

/// All lines of one answer together.
const MOST_TEXT: usize = 4 * 1024 * 1024;

/// A literal that is no mail.
const MOST_OTHER: usize = 64 * 1024;

/// What is read at once.
const CHUNK: usize = 16 * 1024;

/// The most of a server's own words that is kept.
const MOST_WORDS: usize = 200;

/// One reply: its lines without the literals between them, and the first literal.
#[derive(Debug, Default)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) literal: Option<Vec<u8>>,
}

impl Reply {
    /// Whether this ends the command, and how.
    pub(super) fn ended(&self, tag: &str) -> Option<bool> {
        let rest = self.text.strip_prefix(tag)?.strip_prefix(' ')?;
        Some(
            rest.get(..2)
                .is_some_and(|word| word.eq_ignore_ascii_case("OK")),
        )
    }

    /// The number of `* 12 EXISTS`.
    pub(super) fn number(&self, word: &str) -> Option<u32> {
        let (number, said) = self.text.strip_prefix("* ")?.split_once(' ')?;
        let said = said.trim_end().eq_ignore_ascii_case(word);
        number.parse().ok().filter(|_| said)
    }

    /// The number of `* OK [UIDVALIDITY 12] …`.
    pub(super) fn code(&self, word: &str) -> Option<u32> {
        let (_, code) = self.text.split_once('[')?;
        let (code, _) = code.split_once(']')?;
        let (said, number) = code.split_once(' ')?;
        let said = said.eq_ignore_ascii_case(word);
        number.parse().ok().filter(|_| said)
    }

    /// The numbers of `* SEARCH 1 2 3`.
    pub(super) fn search(&self) -> Vec<u32> {
        let numbers = self.text.strip_prefix("* SEARCH").unwrap_or_default();
        numbers
            .split_ascii_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect()
    }

    /// True for the answer to a fetch of this mail: a server may speak of others at any time.
    pub(super) fn is_fetch_of(&self, uid: u32) -> bool {
        let Some((_, items)) = self.text.split_once(" FETCH (") else {
            return false;
        };
        let mut words = items.split([' ', '(', ')']);
        let wanted = uid.to_string();
        self.text.starts_with("* ")
            && words.any(|word| word.eq_ignore_ascii_case("UID"))
            && words.next() == Some(wanted.as_str())
    }

    pub(super) fn refused(&self, step: &'static str) -> ImapError {
        let plain = self.text.chars().filter(|letter| !letter.is_control());
        ImapError::Refused {
            step,
            words: plain.take(MOST_WORDS).collect(),
        }
    }
}

pub(super) struct Reader<S> {
    stream: S,
    buffer: Vec<u8>,
    /// How much of it was read.
    used: usize,
    most_literal: usize,
    /// How much text the command under way has brought.
    text: usize,
}

impl<S: AsyncRead + Unpin> Reader<S> {
    pub(super) fn new(stream: S, most_literal: usize) -> Reader<S> {
        Reader {
            stream,
            buffer: Vec::new(),
            used: 0,
            most_literal,
            text: 0,
        }
    }

    pub(super) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// A new command: its answer may be as long as any.
    pub(super) fn begin(&mut self) {
        self.text = 0;
    }

    /// The stream, if nothing was read ahead.
    pub(super) fn into_stream(self) -> Option<S> {
        (self.used == self.buffer.len()).then_some(self.stream)
    }

    pub(super) async fn reply(&mut self) -> Result<Reply, ImapError> {
        let mut reply = Reply::default();
        loop {
            let line = self.line().await?;
            let Some((before, length)) = literal(&line) else {
                reply.text.push_str(&line);
                return Ok(reply);
            };
            reply.text.push_str(before);
            let most = if reply.literal.is_none() {
                self.most_literal
            } else {
                MOST_OTHER
            };
            if length > most {
                return Err(ImapError::Odd("a literal is larger than what was asked"));
            }
            // What counts as text are the literals that are thrown away, too.
            let bytes = self.exactly(length).await?;
            if reply.literal.is_none() {
                reply.literal = Some(bytes);
            } else {
                self.count(length)?;
            }
        }
    }

    async fn line(&mut self) -> Result<String, ImapError> {
        loop {
            let unread = self.buffer.get(self.used..).unwrap_or_default();
            if let Some(end) = unread.iter().position(|byte| *byte == b'\n') {
                let line = String::from_utf8_lossy(unread.get(..end).unwrap_or_default());
                let line = line.trim_end_matches('\r').to_owned();
                self.used += end + 1;
                self.count(end + 1)?;
                return Ok(line);
            }
            if unread.len() > MOST_LINE {
                return Err(ImapError::Odd("a line has no end"));
            }
            self.fill().await?;
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, ImapError> {
        self.forget_used();
        while self.buffer.len() < length {
            self.fill().await?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn forget_used(&mut self) {
        self.buffer.drain(..self.used);
        self.used = 0;
    }

    async fn fill(&mut self) -> Result<(), ImapError> {
        self.forget_used();
        self.buffer.reserve(CHUNK);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(ImapError::Connection(
                std::io::ErrorKind::UnexpectedEof.into(),
            ));
        }
        Ok(())
    }

    fn count(&mut self, more: usize) -> Result<(), ImapError> {
        self.text = self.text.saturating_add(more);
        if self.text > MOST_TEXT {
            return Err(ImapError::Odd("an answer has no end"));
        }
        Ok(())
    }
}

/// A line that ends in `{12}` goes on after so many bytes.
fn literal(line: &str) -> Option<(&str, usize)> {
    let (before, length) = line.strip_suffix('}')?.rsplit_once('{')?;
    Some((before, length.parse().ok()?))
}
