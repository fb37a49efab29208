//! The IMAP fetcher against servers that follow a script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use demur::mail::{Fetcher, ImapError, ImapLimits, Login, Mailbox, Taken, Tls};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::intake::House;

type Said = Arc<Mutex<Vec<String>>>;

/// A server: to each command, without its tag, what it says; `TAG` becomes the tag. `None`: it hangs up.
async fn server(
    greeting: &'static str,
    script: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (u16, Said) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = Said::default();
    let heard = said.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _gone = converse(stream, greeting, &script, &heard).await;
        }
    });
    (port, said)
}

async fn converse(
    stream: TcpStream,
    greeting: &str,
    script: &impl Fn(&str) -> Option<Vec<u8>>,
    said: &Said,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(greeting.as_bytes()).await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let (tag, command) = line.trim_end().split_once(' ').unwrap();
        said.lock().unwrap().push(command.to_owned());
        let Some(answer) = script(command) else {
            return Ok(());
        };
        let begins = answer.windows(3).position(|part| part == b"TAG");
        let (before, after) = answer.split_at(begins.unwrap_or(answer.len()));
        stream.write_all(before).await?;
        if let Some(after) = after.get(3..) {
            stream.write_all(tag.as_bytes()).await?;
            stream.write_all(after).await?;
        }
    }
}

const HELLO: &str = "* OK ready\r\n";
const SELECTED: &str =
    "* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\nTAG OK [READ-WRITE] done\r\n";

/// Three mails, of which 5 and 9 are unseen.
fn usual(command: &str) -> Option<Vec<u8>> {
    let answer = match command.split(' ').collect::<Vec<_>>().as_slice() {
        ["SELECT", ..] => SELECTED.to_owned(),
        ["UID", "SEARCH", ..] => "* SEARCH 5 9\r\nTAG OK\r\n".to_owned(),
        ["UID", "FETCH", uid, ..] => format!(
            "* 2 FETCH (FLAGS (\\Recent))\r\n* 1 FETCH (UID {uid} BODY[]<0> {{8}}\r\nmail\r\n {uid} FLAGS ())\r\nTAG OK\r\n"
        ),
        ["LOGOUT"] => "* BYE\r\nTAG OK\r\n".to_owned(),
        _ => "TAG OK\r\n".to_owned(),
    };
    Some(answer.into_bytes())
}

fn fetcher(port: u16, house: &Arc<House>) -> Fetcher {
    let login = Login {
        user: "demur".to_owned(),
        password: "a \"b\" \\c".to_owned(),
    };
    let mailbox = Mailbox {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::Off,
        login,
        name: "INBOX".to_owned(),
    };
    let limits = ImapLimits {
        connect: Duration::from_secs(2),
        step: Duration::from_millis(500),
        fetch: Duration::from_secs(2),
        bytes: 1_000,
    };
    Fetcher::new(mailbox, limits, house.clone())
}

#[tokio::test]
async fn what_is_unseen_is_fetched_stored_and_only_then_marked() {
    let (port, said) = server(HELLO, usual).await;
    let house = House::new();
    assert_eq!(fetcher(port, &house).look(|| false).await.unwrap(), 2);
    assert_eq!(house.texts(), ["mail\r\n 5", "mail\r\n 9"]);
    let expected = [
        "LOGIN \"demur\" \"a \\\"b\\\" \\\\c\"",
        "SELECT \"INBOX\"",
        "UID SEARCH 1:3 UNSEEN UNDELETED",
        "UID FETCH 5 (UID BODY.PEEK[]<0.1001>)",
        "UID STORE 5 +FLAGS.SILENT (\\Seen)",
        "UID FETCH 9 (UID BODY.PEEK[]<0.1001>)",
        "UID STORE 9 +FLAGS.SILENT (\\Seen)",
        "LOGOUT",
    ];
    assert_eq!(*said.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_mail_that_could_not_be_stored_stays_unseen_and_so_do_those_behind_it() {
    let (port, said) = server(HELLO, usual).await;
    let house = House::new();
    house.says("mail", Taken::TryAgain);
    let mut fetcher = fetcher(port, &house);
    assert_eq!(fetcher.look(|| false).await.unwrap(), 0);
    assert!(
        !said
            .lock()
            .unwrap()
            .iter()
            .any(|line| line.contains("STORE") || line.contains("FETCH 9"))
    );
    house.forget_what_to_say();
    assert_eq!(fetcher.look(|| false).await.unwrap(), 2);
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_left_and_not_fetched_again() {
    let large = |command: &str| {
        let mail = format!(
            "* 1 FETCH (UID 5 BODY[]<0> {{1001}}\r\n{})\r\nTAG OK\r\n",
            "x".repeat(1001)
        );
        if command.starts_with("UID FETCH 5") {
            Some(mail.into_bytes())
        } else {
            usual(command)
        }
    };
    let (port, said) = server(HELLO, large).await;
    let house = House::new();
    let mut fetcher = fetcher(port, &house);
    for _ in 0..2 {
        assert_eq!(fetcher.look(|| false).await.unwrap(), 1);
    }
    let lines = said.lock().unwrap();
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("UID FETCH 5"))
            .count(),
        1
    );
    assert!(!lines.iter().any(|line| line.starts_with("UID STORE 5")));
}

#[tokio::test]
async fn other_numbers_after_a_change_of_validity_are_other_mails() {
    let validity = Arc::new(Mutex::new(7));
    let now = validity.clone();
    let (port, said) = server(HELLO, move |command: &str| {
        if command.starts_with("SELECT") {
            return Some(
                format!(
                    "* 1 EXISTS\r\n* OK [UIDVALIDITY {}]\r\nTAG OK\r\n",
                    now.lock().unwrap()
                )
                .into_bytes(),
            );
        }
        usual(command)
    })
    .await;
    let house = House::new();
    house.says("mail", Taken::Refused("it is nothing"));
    let mut fetcher = fetcher(port, &house);
    for (value, fetched) in [(7, 2), (7, 2), (8, 4)] {
        *validity.lock().unwrap() = value;
        assert_eq!(fetcher.look(|| false).await.unwrap(), 0);
        assert_eq!(
            said.lock()
                .unwrap()
                .iter()
                .filter(|line| line.starts_with("UID FETCH"))
                .count(),
            fetched
        );
    }
}

#[tokio::test]
async fn a_line_that_breaks_in_the_middle_of_a_mail_stores_nothing() {
    let broken = |command: &str| {
        if command.starts_with("UID FETCH") {
            None
        } else {
            usual(command)
        }
    };
    let (port, _) = server(HELLO, broken).await;
    let house = House::new();
    assert!(matches!(
        fetcher(port, &house).look(|| false).await,
        Err(ImapError::Connection(_))
    ));
    assert!(house.texts().is_empty());
}

#[tokio::test]
async fn a_hundred_thousand_mails_are_asked_for_in_pieces() {
    let many = |command: &str| {
        if command.starts_with("SELECT") {
            return Some(b"* 100000 EXISTS\r\n* OK [UIDVALIDITY 1]\r\nTAG OK\r\n".to_vec());
        }
        if let Some(range) = command.strip_prefix("UID SEARCH ") {
            let (first, rest) = range.split_once(':').unwrap();
            let first: u32 = first.parse().unwrap();
            let last: u32 = rest.split(' ').next().unwrap().parse().unwrap();
            let uids: String = (first..=last)
                .map(|uid| format!(" {}", uid + 4_000_000_000))
                .collect();
            return Some(format!("* SEARCH{uids}\r\nTAG OK\r\n").into_bytes());
        }
        usual(command)
    };
    let (port, said) = server(HELLO, many).await;
    let house = House::new();
    let counted = std::cell::Cell::new(0);
    let stop = || counted.replace(counted.get() + 1) >= 3;
    assert_eq!(fetcher(port, &house).look(stop).await.unwrap(), 3);
    assert_eq!(
        said.lock()
            .unwrap()
            .iter()
            .filter(|line| line.contains("SEARCH"))
            .count(),
        20
    );
}

#[tokio::test]
async fn servers_that_say_no_or_too_much_are_left() {
    let cases: [(&str, &'static str, &'static str, &str); 8] = [
        ("* BYE no\r\n", "", "", "refuses the greeting"),
        ("* PREAUTH hello\r\n", "", "", "refuses the greeting"),
        (
            HELLO,
            "LOGIN",
            "TAG NO wrong password\r\n",
            "wrong password",
        ),
        (HELLO, "LOGIN", "* BYE bye\r\n", "bye"),
        (
            HELLO,
            "SELECT",
            "TAG OK [READ-ONLY] done\r\n",
            "only be read",
        ),
        (HELLO, "LOGIN", "+ more\r\n", "waits for more"),
        (
            HELLO,
            "UID FETCH",
            "* 1 FETCH (UID 5 BODY[] {1002}\r\n",
            "larger than",
        ),
        (HELLO, "UID FETCH", "", "took too long"),
    ];
    for (greeting, at, answer, expected) in cases {
        let script = move |command: &str| {
            if !at.is_empty() && command.starts_with(at) {
                Some(answer.as_bytes().to_vec())
            } else {
                usual(command)
            }
        };
        let (port, _) = server(greeting, script).await;
        let error = fetcher(port, &House::new())
            .look(|| false)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{at} {answer}: {error}");
    }
}

#[tokio::test]
async fn a_line_or_an_answer_without_end_is_not_kept() {
    for endless in ["x".repeat(100_000), "* OK\r\n".repeat(1_000_000)] {
        let script = move |command: &str| {
            if command.starts_with("SELECT") {
                Some(endless.clone().into_bytes())
            } else {
                usual(command)
            }
        };
        let (port, _) = server(HELLO, script).await;
        let error = fetcher(port, &House::new())
            .look(|| false)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("no end"), "{error}");
    }
}

#[tokio::test]
async fn a_starttls_that_brings_plain_text_along_is_not_believed() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"* OK hi\r\n").await.unwrap();
        let mut chunk = [0; 100];
        let _count = stream.read(&mut chunk).await.unwrap();
        stream
            .write_all(b"d0 OK go\r\n* 1 EXISTS\r\n")
            .await
            .unwrap();
        let _end = stream.read(&mut chunk).await;
    });
    let login = Login {
        user: "demur".to_owned(),
        password: "x".to_owned(),
    };
    let mailbox = Mailbox {
        host: "localhost".to_owned(),
        port,
        tls: Tls::Starttls,
        login,
        name: "INBOX".to_owned(),
    };
    let error = Fetcher::new(mailbox, ImapLimits::default(), House::new())
        .look(|| false)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("plain text after"), "{error}");
}
