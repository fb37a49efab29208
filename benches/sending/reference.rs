//! What Demur is measured against: Postfix's smtp-source, through its smtp-sink, and nodemailer.

use std::io::Write;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Row, Size};

/// A relay that takes everything, on this machine.
pub(crate) struct Sink {
    pub(crate) port: u16,
    process: Child,
}

impl Sink {
    /// `None` if it is not installed.
    pub(crate) fn start() -> Option<Sink> {
        Command::new("smtp-source").arg("-?").output().ok()?;
        let port = free_port();
        let mut command = Command::new("smtp-sink");
        if Command::new("id")
            .arg("-u")
            .output()
            .is_ok_and(|id| id.stdout.starts_with(b"0\n"))
        {
            command.args(["-u", "nobody"]);
        }
        let process = command
            .args(["-h", "sink.example", &format!("127.0.0.1:{port}"), "1024"])
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let sink = Sink { port, process };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Some(sink)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.process.kill());
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// How long smtp-source takes for the same mails, prebuilt, over the same connections.
pub(crate) fn source(sink: &Sink, row: Row) -> Duration {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let mail = String::from_utf8(crate::bare::mail(row.size, 0)).unwrap();
    file.write_all(mail.replace("\r\n", "\n").as_bytes())
        .unwrap();
    let start = Instant::now();
    let done = Command::new("smtp-source")
        .args(["-d", "-N", "-s", &row.connections.to_string()])
        .args(["-m", &row.mails.to_string()])
        .args(["-f", "a@example.org", "-t", "b@example.com", "-F"])
        .arg(file.path())
        .arg(format!("127.0.0.1:{}", sink.port))
        .status()
        .unwrap();
    assert!(done.success());
    start.elapsed()
}

/// How long nodemailer takes for as many mails, each built anew. `None` if it is not installed: `npm install --no-package-lock` in `benches/sending`.
pub(crate) fn nodemailer(sink: &Sink, row: Row, mails: usize) -> Option<Duration> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sending");
    let numbers = [usize::from(sink.port), row.connections, mails];
    let done = Command::new("node")
        .current_dir(folder)
        .arg("nodemailer.mjs")
        .args(numbers.map(|number| number.to_string()))
        .output()
        .ok()
        .filter(|done| done.status.success())?;
    let text = String::from_utf8(done.stdout).unwrap();
    Some(Duration::from_secs_f64(
        text.trim().parse::<f64>().unwrap() / 1000.0,
    ))
}

/// A file that makes the mail as large as a letter with its PDF.
pub(crate) fn attachment(size: Size) -> Vec<u8> {
    match size {
        Size::Text => Vec::new(),
        Size::WithFile => (0..40_000_u32)
            .map(|at| u8::try_from(at * 31 % 251).unwrap())
            .collect(),
    }
}
