//! The lines of a conversation: bounded, ended by CRLF and nothing else, and never waited for without end.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// The longest command with its end; RFC 5321 asks for 512, and extensions for somewhat more.
const MOST_LINE: usize = 2_048;

/// What is read at once.
const CHUNK: usize = 16 * 1024;

/// One line from the client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A whole line, without its end.
    Whole(Vec<u8>),
    /// It ended with LF alone, or had a CR or NUL in it: whatever follows may be somebody else's.
    Odd,
    /// It has no end within the limit.
    TooLong,
    /// The client has gone.
    Gone,
}

pub(super) struct Wire<S> {
    stream: S,
    buffer: Vec<u8>,
    answer_wait: Duration,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(super) fn new(stream: S, answer_wait: Duration) -> Wire<S> {
        Wire {
            stream,
            buffer: Vec::new(),
            answer_wait,
        }
    }

    /// The next line. May be dropped while it waits: what was read is kept.
    pub(super) async fn line(&mut self) -> io::Result<Line> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
                let ended = line.ends_with(b"\r\n");
                line.truncate(line.len().saturating_sub(2));
                let clean = ended && !line.iter().any(|byte| matches!(byte, b'\r' | 0));
                return Ok(match line.len() {
                    long if long > MOST_LINE => Line::TooLong,
                    _ if clean => Line::Whole(line),
                    _ => Line::Odd,
                });
            }
            if self.buffer.len() > MOST_LINE {
                return Ok(Line::TooLong);
            }
            if !self.fill().await? {
                return Ok(Line::Gone);
            }
        }
    }

    /// What was read ahead.
    pub(super) fn ahead(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Everything that has come, waiting for something if there is nothing. Empty: the client has gone.
    pub(super) async fn chunk(&mut self) -> io::Result<Vec<u8>> {
        if self.buffer.is_empty() && !self.fill().await? {
            return Ok(Vec::new());
        }
        Ok(std::mem::take(&mut self.buffer))
    }

    /// Puts back what belongs to the next command.
    pub(super) fn put_back(&mut self, rest: &[u8]) {
        self.buffer.splice(..0, rest.iter().copied());
    }

    /// Writes an answer, with its line ends.
    pub(super) async fn answer(&mut self, text: &str) -> io::Result<()> {
        let written = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        };
        timeout(self.answer_wait, written)
            .await
            .map_err(|_late| io::Error::from(io::ErrorKind::TimedOut))?
    }

    /// False: the client has gone.
    async fn fill(&mut self) -> io::Result<bool> {
        self.buffer.reserve(CHUNK);
        Ok(self.stream.read_buf(&mut self.buffer).await? > 0)
    }
}
