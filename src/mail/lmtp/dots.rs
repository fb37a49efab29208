//! The end of a mail, and the dots before it (RFC 5321, 4.5.2). Only CR LF dot CR LF is an end: servers that took a bare LF for a line end let one mail smuggle in another.

/// Takes a mail off the wire, chunk by chunk.
#[derive(Debug)]
pub(super) struct Dots {
    state: State,
    /// The mail so far; `None`: it was too large, and is read only to find its end.
    mail: Option<Vec<u8>>,
    most: usize,
    /// How much more is read of a mail that is too large.
    patience: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a line.
    Start,
    /// In a line.
    Inside,
    /// After a CR in a line.
    Cr,
    /// After a dot at the start of a line.
    Dot,
    /// After a dot and a CR at the start of a line.
    DotCr,
}

/// Where a chunk led to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fed {
    /// More is to come.
    More,
    /// The mail ended, so many bytes into the chunk.
    Ended(usize),
    /// It is far too large, and no end is in sight.
    Endless,
}

impl Dots {
    /// `start`: bytes that stand before what the client sends; they count.
    pub(super) fn new(start: Vec<u8>, most: usize) -> Dots {
        Dots {
            state: State::Start,
            mail: Some(start),
            most,
            patience: most.saturating_mul(3),
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8]) -> Fed {
        for (at, byte) in chunk.iter().enumerate() {
            let (next, kept): (State, &[u8]) = match (self.state, byte) {
                (State::Start, b'.') => (State::Dot, b""),
                (State::Dot, b'\r') => (State::DotCr, b""),
                (State::DotCr, b'\n') => return Fed::Ended(at + 1),
                // A line that only began like the end: its first dot was added by the client. The second CR may still begin a line end.
                (State::DotCr, b'\r') => (State::Cr, b"\r\r"),
                (State::DotCr, _) => (State::Inside, b"\r"),
                (State::Cr, b'\n') => (State::Start, b"\n"),
                (State::Start | State::Inside | State::Cr, b'\r') => (State::Cr, b"\r"),
                (State::Start | State::Inside | State::Cr | State::Dot, _) => (State::Inside, b""),
            };
            self.keep(kept);
            if next == State::Inside {
                self.keep(&[*byte]);
            }
            self.state = next;
        }
        if self.mail.is_none() {
            self.patience = self.patience.saturating_sub(chunk.len());
        }
        if self.patience == 0 {
            Fed::Endless
        } else {
            Fed::More
        }
    }

    /// The mail as the client has it; `None`: it was too large.
    pub(super) fn into_mail(self) -> Option<Vec<u8>> {
        self.mail
    }

    fn keep(&mut self, bytes: &[u8]) {
        if let Some(mail) = &mut self.mail {
            if mail.len() + bytes.len() > self.most {
                self.mail = None;
            } else {
                mail.extend_from_slice(bytes);
            }
        }
    }
}
