//! A stream that bounds what a relay may answer, and what may follow its reply to STARTTLS.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest line of a reply; RFC 5321 asks for 512.
const MAX_LINE: usize = 2048;

/// The longest reply to one command.
const MAX_REPLY: usize = 64 * 1024;

/// Goes between the mail library and the connection: the library tests the length of a line only after it has read all of it.
pub(super) struct Guard<S> {
    stream: S,
    peer: SocketAddr,
    line: usize,
    reply: usize,
    tls_next: bool,
    tls: bool,
}

impl<S> Guard<S> {
    pub(super) fn new(stream: S, peer: SocketAddr) -> Guard<S> {
        Guard {
            stream,
            peer,
            line: 0,
            reply: 0,
            tls_next: false,
            tls: false,
        }
    }

    fn check(&mut self, new: &[u8]) -> Result<(), &'static str> {
        self.reply += new.len();
        if self.reply > MAX_REPLY {
            return Err("reply too large");
        }
        // Ciphertext has no lines.
        if self.tls {
            return Ok(());
        }
        let line_end = new.iter().position(|byte| *byte == b'\n');
        if self.tls_next && line_end.is_some_and(|at| at + 1 < new.len()) {
            return Err("plain text after the STARTTLS reply");
        }
        for byte in new {
            self.line = if *byte == b'\n' { 0 } else { self.line + 1 };
            if self.line > MAX_LINE {
                return Err("reply line too long");
            }
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let start = buf.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buf))?;
        let checked = this.check(buf.filled().get(start..).unwrap_or_default());
        Poll::Ready(checked.map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why)))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        // The first bytes after STARTTLS are the hello of TLS.
        this.tls |= this.tls_next;
        this.tls_next = !this.tls && data == b"STARTTLS\r\n";
        (this.line, this.reply) = (0, 0);
        Pin::new(&mut this.stream).poll_write(cx, data)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl<S> fmt::Debug for Guard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> AsyncTokioStream for Guard<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
