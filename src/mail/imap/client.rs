//! The few commands that are needed of IMAP, one after the other, each with a deadline as a whole.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::reply::{Reader, Reply};
use super::{ImapLimits, Mailbox};
use crate::mail::smtp::{Login, Tls};
use crate::mail::tls;

/// Why a look into the mailbox ended early.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// The connection.
    #[error("the IMAP server cannot be reached: {0}")]
    Connection(#[from] io::Error),
    /// A step took too long.
    #[error("the IMAP server took too long")]
    Late,
    /// The server said no; its own words.
    #[error("the IMAP server refuses {step}: {words}")]
    Refused {
        /// What was asked.
        step: &'static str,
        /// The answer.
        words: String,
    },
    /// What it says is not understood, or too long.
    #[error("the IMAP server says what cannot be understood: {0}")]
    Odd(&'static str),
    /// A password must not go over such a connection.
    #[error("no password goes to another machine without TLS")]
    Plain,
}

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What is known of the mailbox that was opened.
#[derive(Debug, Default)]
pub(super) struct Selected {
    pub(super) exists: u32,
    pub(super) validity: u32,
}

pub(super) struct Client {
    reader: Reader<Box<dyn Stream>>,
    limits: ImapLimits,
    number: u32,
    /// Nobody can listen, or nobody else is there.
    private: bool,
}

impl Client {
    pub(super) async fn connect(
        mailbox: &Mailbox,
        limits: &ImapLimits,
    ) -> Result<Client, ImapError> {
        let opened = async {
            let tcp = TcpStream::connect((mailbox.host.as_str(), mailbox.port)).await?;
            tcp.set_nodelay(true)?;
            let private = mailbox.tls != Tls::Off || tcp.peer_addr()?.ip().is_loopback();
            let stream: Box<dyn Stream> = match mailbox.tls {
                Tls::Implicit => Box::new(encrypt(&mailbox.host, tcp).await?),
                Tls::Starttls => Box::new(encrypt(&mailbox.host, upgrade(tcp).await?).await?),
                Tls::Off => Box::new(tcp),
            };
            Ok::<_, ImapError>((stream, private))
        };
        let (stream, private) = within(limits.connect, opened).await?;
        let mut client = Client {
            // One byte more than is taken shows that there is more.
            reader: Reader::new(stream, limits.bytes.saturating_add(1)),
            limits: limits.clone(),
            number: 0,
            private,
        };
        // After STARTTLS there is no second greeting.
        if mailbox.tls != Tls::Starttls {
            let greeting = within(limits.step, client.reader.reply()).await?;
            greeted(&greeting)?;
        }
        Ok(client)
    }

    pub(super) async fn sign_in(&mut self, login: &Login) -> Result<(), ImapError> {
        if !self.private {
            return Err(ImapError::Plain);
        }
        let (user, password) = (quoted(&login.user)?, quoted(&login.password)?);
        let command = format!("LOGIN {user} {password}");
        self.ask("LOGIN", &command, self.limits.step, |_| {}).await
    }

    pub(super) async fn select(&mut self, name: &str) -> Result<Selected, ImapError> {
        let command = format!("SELECT {}", quoted(name)?);
        let mut selected = Selected::default();
        let mut read_only = false;
        let note = |reply: Reply| {
            if let Some(exists) = reply.number("EXISTS") {
                selected.exists = exists;
            }
            if let Some(validity) = reply.code("UIDVALIDITY") {
                selected.validity = validity;
            }
            read_only |= reply.text.contains("[READ-ONLY]");
        };
        self.ask("SELECT", &command, self.limits.step, note).await?;
        if read_only {
            return Err(ImapError::Odd("the mailbox can only be read"));
        }
        Ok(selected)
    }

    /// The lasting numbers of the mails that are unseen, among those of two passing numbers.
    pub(super) async fn unseen(&mut self, first: u32, last: u32) -> Result<Vec<u32>, ImapError> {
        let command = format!("UID SEARCH {first}:{last} UNSEEN UNDELETED");
        let mut uids = Vec::new();
        let note = |reply: Reply| uids.extend(reply.search());
        self.ask("UID SEARCH", &command, self.limits.step, note)
            .await?;
        Ok(uids)
    }

    /// One mail, without marking it; at most one byte more than is taken.
    pub(super) async fn fetch(&mut self, uid: u32) -> Result<Option<Vec<u8>>, ImapError> {
        let most = self.limits.bytes.saturating_add(1);
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<0.{most}>)");
        let mut mail = None;
        let note = |reply: Reply| {
            if reply.is_fetch_of(uid) && reply.literal.is_some() {
                mail = reply.literal;
            }
        };
        self.ask("UID FETCH", &command, self.limits.fetch, note)
            .await?;
        Ok(mail)
    }

    pub(super) async fn seen(&mut self, uid: u32) -> Result<(), ImapError> {
        let command = format!("UID STORE {uid} +FLAGS.SILENT (\\Seen)");
        self.ask("UID STORE", &command, self.limits.step, |_| {})
            .await
    }

    /// A courtesy: the answer does not matter.
    pub(super) async fn leave(mut self) {
        let limit = Duration::from_secs(2);
        drop(self.ask("LOGOUT", "LOGOUT", limit, |_| {}).await);
    }

    /// Says one command, and hears what comes until its own answer.
    async fn ask(
        &mut self,
        step: &'static str,
        command: &str,
        limit: Duration,
        mut note: impl FnMut(Reply),
    ) -> Result<(), ImapError> {
        self.number += 1;
        let tag = format!("d{}", self.number);
        let talked = async {
            self.reader.begin();
            let line = format!("{tag} {command}\r\n");
            self.reader.stream().write_all(line.as_bytes()).await?;
            self.reader.stream().flush().await?;
            loop {
                let reply = self.reader.reply().await?;
                let Some(ended) = reply.ended(&tag) else {
                    if reply.text.starts_with("* BYE") && step != "LOGOUT" {
                        return Err(reply.refused(step));
                    }
                    if reply.text.starts_with('+') {
                        return Err(ImapError::Odd("it waits for more"));
                    }
                    note(reply);
                    continue;
                };
                if ended {
                    note(reply);
                    return Ok(());
                }
                return Err(reply.refused(step));
            }
        };
        within(limit, talked).await
    }
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, ImapError>>,
) -> Result<T, ImapError> {
    timeout(limit, work)
        .await
        .map_err(|_late| ImapError::Late)?
}

async fn encrypt(host: &str, tcp: TcpStream) -> Result<impl Stream + use<>, ImapError> {
    let wrapped = tls::wrap(host, tcp).await;
    wrapped.map_err(|why| ImapError::Connection(io::Error::other(why)))
}

/// STARTTLS. What came with the answer was said by whoever sits in between, and ends it.
async fn upgrade(tcp: TcpStream) -> Result<TcpStream, ImapError> {
    let mut reader = Reader::new(tcp, 0);
    greeted(&reader.reply().await?)?;
    reader.stream().write_all(b"d0 STARTTLS\r\n").await?;
    loop {
        let reply = reader.reply().await?;
        match reply.ended("d0") {
            Some(true) => break,
            Some(false) => return Err(reply.refused("STARTTLS")),
            None => {}
        }
    }
    reader
        .into_stream()
        .ok_or(ImapError::Odd("plain text after the STARTTLS answer"))
}

/// A server that has us signed in already, or turns us away, is not the one of the settings.
fn greeted(greeting: &Reply) -> Result<(), ImapError> {
    if greeting.text.starts_with("* OK") {
        Ok(())
    } else {
        Err(greeting.refused("the greeting"))
    }
}

fn quoted(text: &str) -> Result<String, ImapError> {
    let plain = |letter: char| letter.is_ascii() && !letter.is_ascii_control();
    if !text.chars().all(plain) {
        return Err(ImapError::Odd(
            "a name or password that is not plain ASCII cannot be sent",
        ));
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("\"{escaped}\""))
}
