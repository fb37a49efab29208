//! A relay with faults by dice, which stops where a test wants to kill the sender, and remembers every letter it saw.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::Dice;

/// Where the sender is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The letter before is done; this one waits for the answer to MAIL.
    Mail,
    /// Before it is allowed to send the body.
    Data,
    /// The relay has read a line of the body.
    Body,
    /// The relay has the whole letter and has not answered.
    Dot,
    /// The answer is out: the sender may be anywhere from reading it to the next letter.
    Answer,
}

/// How one transaction goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Good,
    /// Refuses a command with this answer; at DATA after the dot.
    Refuse(&'static str, &'static str),
    /// Takes the letter and closes the connection without a word.
    HangUp,
    Stop(Place),
}

fn draw(dice: &mut Dice) -> Course {
    match dice.below(100) {
        0 => Course::Refuse("MAIL", "451 4.3.0 not now"),
        1 => Course::Refuse("RCPT", "451 4.7.1 not now"),
        2 | 3 => Course::Refuse("DATA", "452 4.2.2 full"),
        4 | 5 => Course::HangUp,
        6 => Course::Refuse("RCPT", "550 5.1.1 nobody here"),
        7 => Course::Refuse("DATA", "552 5.3.4 too large"),
        _ => Course::Good,
    }
}

/// What the relay made of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Taken, and 250 answered.
    Taken,
    /// Taken, and nothing answered.
    Unanswered,
    /// 4xx.
    Later,
    /// 5xx.
    Refused,
}

/// `answer`: to the command or the dot; empty if there was none.
fn verdict_of(answer: &str) -> Verdict {
    match answer.get(..1) {
        Some("2") => Verdict::Taken,
        Some("4") => Verdict::Later,
        Some(_) => Verdict::Refused,
        None => Verdict::Unanswered,
    }
}

/// A transaction that came to an end.
pub(crate) struct Seen {
    /// The address in MAIL FROM.
    pub(crate) sender: String,
    /// The letter as it was handed over; empty if it was not let in.
    pub(crate) bytes: Vec<u8>,
    pub(crate) verdict: Verdict,
    /// The sender spoke on after the answer: it must have read it.
    pub(crate) read: bool,
}

impl Seen {
    pub(crate) fn message_id(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.bytes).ok()?;
        let mut head = text.lines().take_while(|line| !line.is_empty());
        head.find_map(|line| line.strip_prefix("Message-ID: <")?.strip_suffix('>'))
    }
}

struct State {
    dice: Dice,
    /// So many transactions until the sender is killed, and where.
    stop: Option<(u64, Place)>,
    seen: Vec<Seen>,
}

struct Shared {
    state: Mutex<State>,
    reached: Sender<()>,
}

pub(crate) struct Peer {
    pub(crate) port: u16,
    shared: Arc<Shared>,
    reached: Receiver<()>,
}

impl Peer {
    pub(crate) fn start(seed: u64) -> Peer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (reached, told) = mpsc::channel();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                dice: Dice(seed),
                stop: None,
                seen: Vec::new(),
            }),
            reached,
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let shared = Arc::clone(&own);
                // An error is only ever that the other side has gone.
                thread::spawn(move || drop(shared.converse(&stream)));
            }
        });
        Peer {
            port,
            shared,
            reached: told,
        }
    }

    /// The transaction with this number, counted from now, stops at a place.
    pub(crate) fn stop_after(&self, transactions: u64, place: Place) {
        self.shared.state.lock().unwrap().stop = Some((transactions, place));
    }

    /// True as soon as the place is reached; false if it is not within this time.
    pub(crate) fn reached(&self, within: Duration) -> bool {
        self.reached.recv_timeout(within).is_ok()
    }

    pub(crate) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.shared.state.lock().unwrap().seen)
    }
}

impl Shared {
    fn converse(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut input = BufReader::new(stream);
        say(stream, "220 relay.example")?;
        let (mut course, mut sender) = (Course::Good, String::new());
        let mut answered: Option<usize> = None;
        loop {
            let mut line = String::new();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(letter) = answered.take()
                && let Some(seen) = self.state.lock().unwrap().seen.get_mut(letter)
            {
                seen.read = true;
            }
            let verb = line.get(..4).unwrap_or_default();
            let answer = match verb {
                "EHLO" => "250 relay.example",
                "MAIL" => {
                    course = self.next_course();
                    sender = address(&line);
                    if course == Course::Stop(Place::Mail) {
                        return self.hold(&mut input);
                    }
                    self.envelope(course, verb, &sender)
                }
                "RCPT" => self.envelope(course, verb, &sender),
                "DATA" => {
                    answered = self.data(course, &sender, &mut input, stream)?;
                    if answered.is_none() {
                        return Ok(());
                    }
                    continue;
                }
                "RSET" => "250 ok",
                "QUIT" => "221 bye",
                _ => "500 what",
            };
            say(stream, answer)?;
        }
    }

    fn next_course(&self) -> Course {
        let mut state = self.state.lock().unwrap();
        let course = draw(&mut state.dice);
        let Some((left, place)) = state.stop else {
            return course;
        };
        state.stop = (left > 1).then(|| (left - 1, place));
        if left > 1 {
            course
        } else {
            Course::Stop(place)
        }
    }

    fn envelope(&self, course: Course, verb: &str, sender: &str) -> &'static str {
        match course {
            Course::Refuse(here, answer) if here == verb => {
                self.note(sender, Vec::new(), answer);
                answer
            }
            _ => "250 ok",
        }
    }

    /// Takes a letter and answers it. `None`: the conversation ends here.
    fn data(
        &self,
        course: Course,
        sender: &str,
        input: &mut impl BufRead,
        stream: &TcpStream,
    ) -> io::Result<Option<usize>> {
        if course == Course::Stop(Place::Data) {
            return self.hold(input).map(|()| None);
        }
        say(stream, "354 go on")?;
        if course == Course::Stop(Place::Body) {
            input.read_until(b'\n', &mut Vec::new())?;
            return self.hold(input).map(|()| None);
        }
        let bytes = read_body(input)?;
        let answer = match course {
            Course::Refuse("DATA", answer) => answer,
            Course::HangUp | Course::Stop(Place::Dot) => "",
            _ => "250 2.0.0 queued",
        };
        // Written down first: a letter counts as taken before its sender can know.
        let letter = self.note(sender, bytes, answer);
        match course {
            Course::HangUp => Ok(None),
            Course::Stop(Place::Dot) => self.hold(input).map(|()| None),
            _ => {
                say(stream, answer)?;
                if course == Course::Stop(Place::Answer) {
                    let _nobody_waits = self.reached.send(());
                }
                Ok(Some(letter))
            }
        }
    }

    /// Tells the test that the place is reached, and says nothing more until the other side is gone.
    fn hold(&self, input: &mut impl Read) -> io::Result<()> {
        let _nobody_waits = self.reached.send(());
        io::copy(input, &mut io::sink()).map(drop)
    }

    fn note(&self, sender: &str, bytes: Vec<u8>, answer: &str) -> usize {
        let mut state = self.state.lock().unwrap();
        state.seen.push(Seen {
            sender: sender.to_owned(),
            bytes,
            verdict: verdict_of(answer),
            read: false,
        });
        state.seen.len() - 1
    }
}

fn say(mut stream: &TcpStream, answer: &str) -> io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes())
}

fn address(line: &str) -> String {
    let inside = line.split(['<', '>']).nth(1);
    inside.unwrap_or_default().to_owned()
}

/// Reads up to the dot on its own line, takes the doubled dots back, and the line end that the sender puts before the last dot.
fn read_body(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            bytes.truncate(bytes.len().saturating_sub(2));
            return Ok(bytes);
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
