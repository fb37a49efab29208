//! One conversation, from the greeting to the end. What it acknowledges is stored; where it cannot go on it hangs up, and the client keeps its mail.

use std::fmt::Write;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;

use super::command::{Command, Wrong};
use super::dots::{Dots, Fed};
use super::wire::{Line, Wire};
use super::{Lmtp, until};
use crate::mail::intake::{Taken, hand_over};

const OK: &str = "250 2.0.0 OK\r\n";
const TOO_LARGE: &str = "552 5.3.4 the mail is too large";

/// What the client has said about a mail so far.
#[derive(Debug, Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
}

pub(super) struct Session<S> {
    lmtp: Arc<Lmtp>,
    wire: Wire<S>,
    stop: watch::Receiver<bool>,
    greeted: bool,
    envelope: Envelope,
    /// Since the last mail that was stored.
    commands: usize,
    errors: usize,
}

/// Whether the conversation goes on.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Goes,
    Ends,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn new(lmtp: Arc<Lmtp>, wire: Wire<S>, stop: watch::Receiver<bool>) -> Session<S> {
        Session {
            lmtp,
            wire,
            stop,
            greeted: false,
            envelope: Envelope::default(),
            commands: 0,
            errors: 0,
        }
    }

    pub(super) async fn run(mut self) -> io::Result<()> {
        self.wire.answer("220 localhost LMTP Demur\r\n").await?;
        while self.turn().await? == Next::Goes {}
        Ok(())
    }

    /// One command and its answer.
    async fn turn(&mut self) -> io::Result<Next> {
        let line = match self.next_line().await? {
            Ok(line) => line,
            Err(farewell) => {
                self.wire.answer(farewell).await?;
                return Ok(Next::Ends);
            }
        };
        self.commands += 1;
        if self.commands > self.lmtp.limits.commands {
            self.wire.answer("421 4.7.0 too many commands\r\n").await?;
            return Ok(Next::Ends);
        }
        match Command::read(&line) {
            Ok(command) => self.obey(command).await,
            Err(wrong) => self.object(wrong).await,
        }
    }

    /// The next line, or the last words. Between two mails the server may stop; a mail that was begun is awaited.
    async fn next_line(&mut self) -> io::Result<Result<Vec<u8>, &'static str>> {
        let limit = self.lmtp.limits.command_wait;
        let begun = self.envelope.from.is_some();
        let line = timeout(limit, self.wire.line());
        let line = if begun {
            line.await
        } else {
            match until(&mut self.stop, line).await {
                Some(line) => line,
                None => return Ok(Err("421 4.3.2 the service stops; come later\r\n")),
            }
        };
        Ok(match line {
            Err(_late) => Err("421 4.4.2 waited too long\r\n"),
            Ok(line) => match line? {
                Line::Whole(line) => Ok(line),
                Line::Odd => Err("500 5.5.2 a line ends in CR LF, and has no other CR or LF\r\n"),
                Line::TooLong => Err("500 5.5.2 the line is too long\r\n"),
                Line::Gone => return Err(io::ErrorKind::UnexpectedEof.into()),
            },
        })
    }

    async fn obey(&mut self, command: Command) -> io::Result<Next> {
        match command {
            Command::Lhlo => {
                (self.greeted, self.envelope) = (true, Envelope::default());
                let offers = format!(
                    "250-localhost\r\n250-PIPELINING\r\n250-SIZE {}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n",
                    self.lmtp.limits.bytes
                );
                self.wire.answer(&offers).await?;
            }
            Command::Mail { from, size } => return self.begin(from, size).await,
            Command::Rcpt(to) => return self.add(to).await,
            Command::Data => return self.data().await,
            Command::Rset => {
                self.envelope = Envelope::default();
                self.wire.answer(OK).await?;
            }
            Command::Noop => self.wire.answer(OK).await?,
            Command::Quit => {
                self.wire.answer("221 2.0.0 Bye\r\n").await?;
                return Ok(Next::Ends);
            }
        }
        Ok(Next::Goes)
    }

    /// Says what is wrong; a client that is mostly wrong is not one of ours.
    async fn object(&mut self, wrong: Wrong) -> io::Result<Next> {
        self.errors += 1;
        if self.errors >= self.lmtp.limits.errors {
            self.wire.answer("421 4.7.0 too many errors\r\n").await?;
            return Ok(Next::Ends);
        }
        self.wire.answer(&format!("{wrong}\r\n")).await?;
        Ok(Next::Goes)
    }

    async fn begin(&mut self, from: String, size: Option<u64>) -> io::Result<Next> {
        let most = u64::try_from(self.lmtp.limits.bytes).unwrap_or(u64::MAX);
        if !self.greeted {
            return self.object("503 5.5.1 say LHLO first").await;
        }
        if self.envelope.from.is_some() {
            return self.object("503 5.5.1 one mail at a time").await;
        }
        // That is no fault of the client.
        let answer = if size.is_some_and(|size| size > most) {
            format!("{TOO_LARGE}\r\n")
        } else {
            self.envelope.from = Some(from);
            "250 2.1.0 OK\r\n".to_owned()
        };
        self.wire.answer(&answer).await?;
        Ok(Next::Goes)
    }

    /// An address that no case has is taken like any other: a person looks at it in the holding pen, and nobody can find out which addresses there are.
    async fn add(&mut self, to: String) -> io::Result<Next> {
        if self.envelope.from.is_none() {
            return self.object("503 5.5.1 say MAIL first").await;
        }
        let domain = to.rsplit_once('@').map(|(_, domain)| domain);
        let foreign = self.lmtp.domain.as_deref().is_some_and(|own| {
            let same = |domain: &str| domain.eq_ignore_ascii_case(own);
            !domain.is_some_and(same)
        });
        let answer = if foreign {
            "550 5.7.1 mail for that domain is not taken\r\n"
        } else if self.envelope.to.len() < self.lmtp.limits.recipients {
            self.envelope.to.push(to);
            "250 2.1.5 OK\r\n"
        } else {
            "452 4.5.3 too many recipients\r\n"
        };
        self.wire.answer(answer).await?;
        Ok(Next::Goes)
    }

    async fn data(&mut self) -> io::Result<Next> {
        if self.envelope.to.is_empty() {
            return self.object("503 5.5.1 no recipient was taken").await;
        }
        // Whoever sends a mail without waiting for the 354 does not speak this language: its lines could be taken for commands.
        if self.wire.ahead() {
            self.wire
                .answer("503 5.5.0 the mail came before it was asked for\r\n")
                .await?;
            return Ok(Next::Ends);
        }
        let envelope = std::mem::take(&mut self.envelope);
        self.wire.answer("354 go ahead\r\n").await?;
        let limit = self.lmtp.limits.data_wait;
        match timeout(limit, self.body(&envelope)).await {
            Ok(Ok(Some(mail))) => self.store(mail.into_mail(), envelope.to).await,
            Ok(Ok(None)) => {
                self.wire.answer(&format!("{TOO_LARGE}\r\n")).await?;
                Ok(Next::Ends)
            }
            Ok(Err(gone)) => Err(gone),
            Err(_late) => {
                self.wire.answer("421 4.4.2 waited too long\r\n").await?;
                Ok(Next::Ends)
            }
        }
    }

    /// Reads a mail to its end. It begins with the return path, which is all that tells a bounce for sure.
    async fn body(&mut self, envelope: &Envelope) -> io::Result<Option<Dots>> {
        let from = envelope.from.as_deref().unwrap_or_default();
        let start = format!("Return-Path: <{from}>\r\n").into_bytes();
        // The line of ours is no reason to find a mail too large.
        let most = self.lmtp.limits.bytes.saturating_add(start.len());
        let mut mail = Dots::new(start, most);
        loop {
            let chunk = self.wire.chunk().await?;
            if chunk.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match mail.feed(&chunk) {
                Fed::More => {}
                Fed::Endless => return Ok(None),
                Fed::Ended(at) => {
                    self.wire.put_back(chunk.get(at..).unwrap_or_default());
                    return Ok(Some(mail));
                }
            }
        }
    }

    /// Stores the mail, then answers for each recipient. The same address twice is stored once.
    async fn store(&mut self, mail: Option<Vec<u8>>, to: Vec<String>) -> io::Result<Next> {
        let mut answers = String::new();
        let Some(mail) = mail else {
            for _ in &to {
                answers.push_str(TOO_LARGE);
                answers.push_str("\r\n");
            }
            self.wire.answer(&answers).await?;
            return Ok(Next::Goes);
        };
        let mut different: Vec<String> = Vec::new();
        let places: Vec<usize> = to
            .into_iter()
            .map(|to| {
                let known = different
                    .iter()
                    .position(|known| known.eq_ignore_ascii_case(&to));
                known.unwrap_or_else(|| {
                    different.push(to);
                    different.len() - 1
                })
            })
            .collect();
        let taken = hand_over(&self.lmtp.intake, mail, different).await;
        for place in places {
            let ended = match taken.get(place) {
                Some(Taken::Stored) => writeln!(answers, "250 2.0.0 stored\r"),
                Some(Taken::Refused(why)) => writeln!(answers, "554 5.6.0 {why}\r"),
                Some(Taken::TryAgain) | None => {
                    writeln!(answers, "451 4.3.0 not stored; try again\r")
                }
            };
            ended.map_err(io::Error::other)?;
        }
        if taken.contains(&Taken::Stored) {
            (self.commands, self.errors) = (0, 0);
        }
        self.wire.answer(&answers).await?;
        Ok(Next::Goes)
    }
}
