//! A relay on this machine that follows a script, faults included.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

type Stream = BufReader<TcpStream>;

/// What the relay does when it is its turn to speak.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Say {
    /// Answers.
    Text(&'static str),
    /// Closes the connection.
    Hangup,
    /// Says nothing, for ever.
    Nothing,
    /// Sends without end and without a line end.
    Flood,
    /// Tells the test that it was reached, and answers when the test lets it.
    Late(&'static str),
}

/// How the relay reads the body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    Whole,
    Hangup,
    Stall,
}

/// What comes before a letter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Front {
    pub(crate) greeting: Say,
    pub(crate) ehlo: &'static str,
    pub(crate) starttls: Say,
    pub(crate) auth: Say,
}

pub(crate) const FRONT: Front = Front {
    greeting: Say::Text("220 peer"),
    ehlo: "250-peer\r\n250 8BITMIME",
    starttls: Say::Text("220 go"),
    auth: Say::Text("235 welcome"),
};

/// How one letter is treated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    pub(crate) mail: Say,
    /// What MAIL gets on a connection that carried a letter before, if that differs.
    pub(crate) mail_again: Option<Say>,
    pub(crate) rcpt: Say,
    pub(crate) data: Say,
    pub(crate) body: Body,
    pub(crate) dot: Say,
    pub(crate) rset: Say,
}

pub(crate) const GOOD: Script = Script {
    mail: Say::Text("250 sender"),
    mail_again: None,
    rcpt: Say::Text("250 recipient"),
    data: Say::Text("354 go ahead"),
    body: Body::Whole,
    dot: Say::Text("250 queued as 1"),
    rset: Say::Text("250 reset"),
};

/// What the relay saw.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) connections: usize,
    pub(crate) bodies: Vec<Vec<u8>>,
}

struct Shared {
    front: Front,
    script: Box<dyn Fn(usize) -> Script + Send + Sync>,
    log: Mutex<Log>,
    reached: mpsc::UnboundedSender<()>,
    go_on: Notify,
}

pub(crate) struct Peer {
    pub(crate) port: u16,
    shared: Arc<Shared>,
    reached: mpsc::UnboundedReceiver<()>,
}

impl Peer {
    /// `script` goes by the number in the sender's address: `n7@sender.example`.
    pub(crate) async fn start(
        front: Front,
        script: impl Fn(usize) -> Script + Send + Sync + 'static,
    ) -> Peer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (reached, told) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            front,
            script: Box::new(script),
            log: Mutex::default(),
            reached,
            go_on: Notify::new(),
        });
        let own = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.log.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&own)));
            }
        });
        Peer {
            port,
            shared,
            reached: told,
        }
    }

    /// Ends when a [`Say::Late`] was reached.
    pub(crate) async fn reached(&mut self) {
        self.reached.recv().await.unwrap();
    }

    /// Lets one [`Say::Late`] go on.
    pub(crate) fn go_on(&self) {
        self.shared.go_on.notify_one();
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.log.lock().unwrap().connections
    }

    /// The bodies as they came over the wire, the final dot included.
    pub(crate) fn bodies(&self) -> Vec<Vec<u8>> {
        self.shared.log.lock().unwrap().bodies.clone()
    }
}

/// An error is only ever that the other side has gone.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    drop(converse(BufReader::new(stream), &shared).await);
}

async fn converse(mut stream: Stream, shared: &Shared) -> io::Result<()> {
    say(&mut stream, shared, shared.front.greeting).await?;
    let mut script = GOOD;
    let mut again = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => Say::Text(shared.front.ehlo),
            "STAR" => shared.front.starttls,
            "AUTH" => shared.front.auth,
            "MAIL" => {
                script = (shared.script)(number(&line));
                let first = script.mail_again.filter(|_| again);
                again = true;
                first.unwrap_or(script.mail)
            }
            "RCPT" => script.rcpt,
            "DATA" => script.data,
            "RSET" => script.rset,
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => Say::Text("500 what"),
        };
        say(&mut stream, shared, answer).await?;
        if verb == "DATA" && matches!(answer, Say::Text(text) if text.starts_with("354")) {
            read_body(&mut stream, shared, script.body).await?;
            say(&mut stream, shared, script.dot).await?;
        }
    }
}

fn number(line: &str) -> usize {
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

async fn read_body(stream: &mut Stream, shared: &Shared, how: Body) -> io::Result<()> {
    match how {
        Body::Stall => std::future::pending().await,
        Body::Hangup => {
            stream.fill_buf().await?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        Body::Whole => {
            let mut body = Vec::new();
            while !body.ends_with(b"\r\n.\r\n") {
                if stream.read_until(b'\n', &mut body).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            shared.log.lock().unwrap().bodies.push(body);
            Ok(())
        }
    }
}

async fn say(stream: &mut Stream, shared: &Shared, what: Say) -> io::Result<()> {
    let text = match what {
        Say::Text(text) => text,
        Say::Late(text) => {
            shared.reached.send(()).unwrap();
            shared.go_on.notified().await;
            text
        }
        Say::Hangup => return Err(io::ErrorKind::ConnectionAborted.into()),
        Say::Nothing => return std::future::pending().await,
        Say::Flood => loop {
            stream.write_all(&[b'x'; 64 * 1024]).await?;
        },
    };
    stream.write_all(format!("{text}\r\n").as_bytes()).await
}
