//! The side journal: an append-only file outside the database that knows which letters came near the dot, and what was said.
//!
//! It answers after a crash, a failover that lost commits, or a restored backup. Two kinds of lines: `D <message-id> <sha256>`
//! before the body leaves, `R <message-id> <code> <text>` once the reply is read. No address stands in it. A third, `J <id>`, names the journal itself: a claim says in
//! which journal its attempt was promised, and another journal knows nothing of it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The most lines that share one sync.
const GROUP: usize = 256;

/// What senders hold; cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    id: Uuid,
    entries: mpsc::Sender<Entry>,
}

#[derive(Debug)]
struct Entry {
    line: String,
    synced: oneshot::Sender<io::Result<()>>,
}

/// What the journal knows about one letter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// How often the dot was about to be sent.
    pub dots: u32,
    /// How often an answer to it was read.
    pub answers: u32,
    /// The reply to the last one, if it was read.
    pub last: Option<u16>,
    /// Its text.
    pub text: String,
}

/// What becomes of a letter that was on its way when the process, or its lease, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// Certainly not accepted: try again.
    Queued,
    /// Accepted, with this reply; only the commit was lost.
    Sent(String),
    /// Refused, with this reply.
    Failed(String),
    /// The dot may have been sent: the resend rule decides.
    Unknown,
}

/// Decides by the journal, never by time alone. `doubts`: how many attempts are already known to have ended without an answer; only one more than those is news.
pub fn recover(trace: Option<&Trace>, doubts: u32) -> Recovered {
    let Some(trace) = trace else {
        return Recovered::Queued;
    };
    match trace.last {
        Some(250) => Recovered::Sent(trace.text.clone()),
        // An answer, not a doubt.
        Some(400..=499) => Recovered::Queued,
        Some(500..=599) => Recovered::Failed(trace.text.clone()),
        None if trace.dots.saturating_sub(trace.answers) <= doubts => Recovered::Queued,
        _ => Recovered::Unknown,
    }
}

impl Journal {
    /// Reads the file, cuts off a torn last line, and starts the one writer. The map goes by Message-ID. `new_id`: for a journal that has no name yet.
    ///
    /// # Errors
    /// The file cannot be read, written or synced.
    pub fn start(path: &Path, new_id: Uuid) -> io::Result<(Journal, HashMap<String, Trace>)> {
        let (file, traces) = JournalFile::open(path, new_id)?;
        let id = file.id;
        let (entries, queue) = mpsc::channel(1024);
        std::thread::Builder::new()
            .name("mail-journal".to_owned())
            .spawn(move || file.run(queue))?;
        Ok((Journal { id, entries }, traces))
    }

    /// Its name, the same as long as the file lives.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Before the body: ends when the promise is on disk.
    ///
    /// # Errors
    /// The line could not be written; then nothing may be sent.
    pub async fn dot(&self, message_id: &str, sha256: &str) -> io::Result<()> {
        self.line(&["D", message_id, sha256]).await?.wait().await
    }

    /// As soon as a 250, 4xx or 5xx after the dot is read. The line goes to disk before any later promise does, so nobody waits for it; whoever wants to, waits for
    /// what is returned.
    ///
    /// # Errors
    /// The writer has stopped.
    pub async fn reply(&self, message_id: &str, code: u16, text: &str) -> io::Result<Synced> {
        self.line(&["R", message_id, &code.to_string(), &without_addresses(text)])
            .await
    }

    async fn line(&self, fields: &[&str]) -> io::Result<Synced> {
        let clean: Vec<String> = fields
            .iter()
            .map(|field| field.replace(char::is_control, " "))
            .collect();
        let (synced, done) = oneshot::channel();
        let entry = Entry {
            line: format!("{}\n", clean.join("\t")),
            synced,
        };
        self.entries.send(entry).await.map_err(|_unsent| gone())?;
        Ok(Synced(done))
    }
}

/// A line that is on its way to the disk.
#[derive(Debug)]
pub struct Synced(oneshot::Receiver<io::Result<()>>);

impl Synced {
    /// Ends when the line is on disk.
    ///
    /// # Errors
    /// It could not be written.
    pub async fn wait(self) -> io::Result<()> {
        self.0.await.unwrap_or_else(|_dropped| Err(gone()))
    }
}

/// Relays like to repeat the address they refuse; it has no business in a file that outlives the case.
fn without_addresses(text: &str) -> String {
    let words = text.split(' ');
    let hidden = words.map(|word| if word.contains('@') { "…" } else { word });
    hidden.collect::<Vec<_>>().join(" ")
}

fn gone() -> io::Error {
    io::Error::other("the writer of the journal has stopped")
}

struct JournalFile {
    id: Uuid,
    file: File,
    len: u64,
}

impl JournalFile {
    fn open(path: &Path, new_id: Uuid) -> io::Result<(JournalFile, HashMap<String, Trace>)> {
        let old = match std::fs::read(path) {
            Ok(old) => old,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        // A torn last line (no newline) was never synced as a whole.
        let newline = old.iter().rposition(|byte| *byte == b'\n');
        let whole = old
            .get(..newline.map_or(0, |at| at + 1))
            .unwrap_or_default();
        let len = u64::try_from(whole.len()).map_err(io::Error::other)?;
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        file.set_len(len)?;
        file.sync_all()?;
        sync_folder(path)?;
        let named = read_id(whole);
        let id = named.unwrap_or(new_id);
        let mut journal = JournalFile { id, file, len };
        if named.is_none() {
            journal.append(&format!("J\t{id}\n"))?;
        }
        Ok((journal, read_traces(whole)))
    }

    /// The one writer: whatever waits goes out as one group with one sync. While one group is synced the next one gathers.
    fn run(mut self, mut queue: mpsc::Receiver<Entry>) {
        let mut group = Vec::new();
        while let Some(first) = queue.blocking_recv() {
            group.push(first);
            while group.len() < GROUP
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            let text: String = group.iter().map(|entry| entry.line.as_str()).collect();
            let result = self.append(&text);
            for entry in group.drain(..) {
                let told = match &result {
                    Ok(()) => Ok(()),
                    Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
                };
                // A sender that was cancelled no longer listens.
                drop(entry.synced.send(told));
            }
            // A group that failed must leave no half line; if even that fails, stop: then nothing is sent.
            if result.is_err() && self.file.set_len(self.len).is_err() {
                return;
            }
        }
    }

    fn append(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.len += u64::try_from(text.len()).map_err(io::Error::other)?;
        Ok(())
    }
}

/// A new file is only on disk when its entry in the folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn read_id(whole: &[u8]) -> Option<Uuid> {
    let text = String::from_utf8_lossy(whole);
    let mut names = text.lines().filter_map(|line| line.strip_prefix("J\t"));
    names.find_map(|name| name.parse().ok())
}

fn read_traces(whole: &[u8]) -> HashMap<String, Trace> {
    let mut traces: HashMap<String, Trace> = HashMap::new();
    for line in String::from_utf8_lossy(whole).lines() {
        let mut fields = line.splitn(4, '\t');
        let (Some(kind), Some(id)) = (fields.next(), fields.next()) else {
            continue;
        };
        if !matches!(kind, "D" | "R") {
            continue;
        }
        let trace = traces.entry(id.to_owned()).or_default();
        match kind {
            "D" => {
                trace.dots += 1;
                trace.last = None;
            }
            "R" => {
                trace.answers += 1;
                trace.last = fields.next().and_then(|code| code.parse().ok());
                trace.text = fields.next().unwrap_or_default().to_owned();
            }
            _ => {}
        }
    }
    traces
}
