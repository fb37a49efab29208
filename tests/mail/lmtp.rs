//! The LMTP server and clients that mean well.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use demur::mail::{Lmtp, LmtpLimits, Taken};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::intake::House;

/// A server of a test.
pub(crate) struct Server {
    pub(crate) house: Arc<House>,
    pub(crate) address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) ended: JoinHandle<()>,
}

pub(crate) async fn server(limits: LmtpLimits) -> Server {
    let house = House::new();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let lmtp = Lmtp::new(house.clone(), Some("cases.test".to_owned()), limits);
    let ended = tokio::spawn(lmtp.serve(listener, stopped));
    Server {
        house,
        address,
        stop,
        ended,
    }
}

/// A client that says what it is told, and reads.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    /// Connects, and is greeted on both sides.
    pub(crate) async fn greeted(server: &Server) -> Client {
        let mut client = Client(TcpStream::connect(server.address).await.unwrap());
        client.hears("220 ").await;
        client.say("LHLO test\r\n").await;
        client.hears("250 ENHANCEDSTATUSCODES").await;
        client
    }

    /// Up to the 354.
    pub(crate) async fn in_data(server: &Server, to: &[&str]) -> Client {
        let mut client = Client::greeted(server).await;
        client.say("MAIL FROM:<a@company.test>\r\n").await;
        client.hears("250 2.1.0").await;
        for to in to {
            client.say(&format!("RCPT TO:<{to}>\r\n")).await;
            client.hears("250 2.1.5").await;
        }
        client.say("DATA\r\n").await;
        client.hears("354 ").await;
        client
    }

    pub(crate) async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until a whole line that begins so has come. Returns everything that was read.
    pub(crate) async fn hears(&mut self, begin: &str) -> String {
        let mut heard = String::new();
        let whole = |heard: &str| {
            heard.ends_with('\n') && heard.lines().any(|line| line.starts_with(begin))
        };
        while !whole(&heard) {
            let mut chunk = [0; 4096];
            let read = self.0.read(&mut chunk);
            let count = tokio::time::timeout(Duration::from_secs(10), read).await;
            let count = count.unwrap_or_else(|_late| panic!("waits for {begin}, heard {heard}"));
            // A reset is as good as an end.
            let count = count.unwrap_or(0);
            assert!(
                count > 0,
                "waits for {begin}, heard {heard}, and then the end"
            );
            heard.push_str(&String::from_utf8_lossy(chunk.get(..count).unwrap()));
        }
        heard
    }

    /// Everything until the server hangs up.
    pub(crate) async fn hears_the_end(&mut self) -> String {
        let mut heard = Vec::new();
        let read = self.0.read_to_end(&mut heard);
        let _reset_or_end = tokio::time::timeout(Duration::from_secs(10), read)
            .await
            .unwrap();
        String::from_utf8_lossy(&heard).into_owned()
    }
}

#[tokio::test]
async fn a_mail_is_stored_with_the_recipient_of_its_envelope_and_its_return_path() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::in_data(&server, &["case-a@cases.test"]).await;
    client
        .say("To: case-b@cases.test\r\n\r\nHello\r\n.\r\n")
        .await;
    client.hears("250 2.0.0 stored").await;
    client.say("QUIT\r\n").await;
    assert_eq!(client.hears_the_end().await, "221 2.0.0 Bye\r\n");
    let expected = "Return-Path: <a@company.test>\r\nTo: case-b@cases.test\r\n\r\nHello\r\n";
    assert_eq!(server.house.texts(), [expected]);
    assert_eq!(
        server.house.recipients(),
        [Some("case-a@cases.test".to_owned())]
    );
}

#[tokio::test]
async fn a_bounce_keeps_its_empty_return_path() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::greeted(&server).await;
    client.say("MAIL FROM:<> SIZE=10 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<case-a@CASES.test>\r\nDATA\r\n").await;
    client.hears("354 ").await;
    client.say("Subject: Gr\u{fc}\u{df}e\r\n\r\n.\r\n").await;
    client.hears("250 2.0.0 stored").await;
    assert_eq!(
        server.house.texts(),
        ["Return-Path: <>\r\nSubject: Gr\u{fc}\u{df}e\r\n\r\n"]
    );
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_stored() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::in_data(&server, &["case-a@cases.test"]).await;
    server.house.close();
    client.say("x\r\n.\r\n").await;
    let mut byte = [0; 1];
    let early = tokio::time::timeout(Duration::from_millis(200), client.0.read(&mut byte)).await;
    assert!(early.is_err(), "it answered while nothing was stored");
    server.house.open();
    client.hears("250 2.0.0 stored").await;
}

#[tokio::test]
async fn each_recipient_gets_an_answer_and_the_same_one_twice_is_stored_once() {
    let server = server(LmtpLimits::default()).await;
    server.house.says("case-later", Taken::TryAgain);
    server
        .house
        .says("case-never", Taken::Refused("it is nothing"));
    let to = [
        "case-a@cases.test",
        "case-later@cases.test",
        "CASE-A@cases.test",
        "case-never@cases.test",
        "case-b@cases.test",
    ];
    let mut client = Client::in_data(&server, &to).await;
    client.say("x\r\n.\r\nNOOP\r\n").await;
    let heard = client.hears("250 2.0.0 OK").await;
    let codes: Vec<&str> = heard
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(codes, ["250", "451", "250", "554", "250", "250"]);
    let stored = [
        Some("case-a@cases.test".to_owned()),
        Some("case-b@cases.test".to_owned()),
    ];
    assert_eq!(server.house.recipients(), stored);
}

#[tokio::test]
async fn two_mails_in_a_pipeline_are_two_mails() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client(TcpStream::connect(server.address).await.unwrap());
    client.say("LHLO test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<case-a@cases.test>\r\nRCPT TO:<case-b@cases.test>\r\nDATA\r\n").await;
    client.hears("354 ").await;
    client
        .say("one\r\n.\r\nRSET\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<case-c@cases.test>\r\nDATA\r\n")
        .await;
    let heard = client.hears("354 ").await;
    assert_eq!(heard.matches("250 2.0.0 stored").count(), 2);
    client.say("two\r\n.\r\nQUIT\r\n").await;
    client.hears("221 ").await;
    let texts = server.house.texts();
    let [_, one, two] = texts.as_slice() else {
        panic!("{texts:?}")
    };
    assert!(one.ends_with("\r\none\r\n") && two.ends_with("\r\ntwo\r\n"));
}

#[tokio::test]
async fn the_dots_of_the_client_are_taken_away_and_those_of_the_mail_stay() {
    let server = server(LmtpLimits::default()).await;
    for size in [1, 2, 3, 100] {
        let mut client = Client::in_data(&server, &["case-a@cases.test"]).await;
        for part in b"..\r\n..a\r\n.b\r\na.\r\n...\r\n\r\n.\r\n".chunks(size) {
            client.0.write_all(part).await.unwrap();
            client.0.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        client.hears("250 2.0.0 stored").await;
    }
    let expected = "Return-Path: <a@company.test>\r\n.\r\n.a\r\nb\r\na.\r\n..\r\n\r\n";
    assert_eq!(server.house.texts(), [expected; 4]);
}

#[tokio::test]
async fn an_address_that_no_case_has_is_taken_and_one_of_another_domain_is_not() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::greeted(&server).await;
    client.say("MAIL FROM:<a@b.test>\r\nRCPT TO:<nobody@cases.test>\r\nRCPT TO:<x@elsewhere.test>\r\nRCPT TO:<@cases.test>\r\nRCPT TO:<a b@cases.test>\r\nNOOP\r\n").await;
    let heard = client.hears("250 2.0.0").await;
    let codes: Vec<&str> = heard.lines().map(|line| line.split_at(9).0).collect();
    assert_eq!(
        codes,
        [
            "250 2.1.0",
            "250 2.1.5",
            "550 5.7.1",
            "501 5.1.3",
            "501 5.1.3",
            "250 2.0.0"
        ]
    );
}

#[tokio::test]
async fn a_stop_ends_the_mail_that_was_begun_and_begins_no_other() {
    let server = server(LmtpLimits::default()).await;
    let mut idle = Client::greeted(&server).await;
    let mut busy = Client::in_data(&server, &["case-a@cases.test"]).await;
    busy.say("half\r\n").await;
    server.stop.send_replace(true);
    assert!(idle.hears_the_end().await.starts_with("421 4.3.2"));
    assert!(!server.ended.is_finished());
    busy.say("a mail\r\n.\r\n").await;
    let heard = busy.hears_the_end().await;
    assert!(
        heard.starts_with("250 2.0.0 stored\r\n421 4.3.2"),
        "{heard}"
    );
    server.ended.await.unwrap();
    assert_eq!(server.house.texts().len(), 1);
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_does_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lmtp");
    let house = House::new();
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let (stop, stopped) = watch::channel(false);
    let lmtp = Lmtp::new(house.clone(), None, LmtpLimits::default());
    let ended = tokio::spawn(lmtp.serve_unix(listener, stopped));
    let mut client = tokio::net::UnixStream::connect(&path).await.unwrap();
    client
        .write_all(b"LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<x@any.test>\r\nDATA\r\n")
        .await
        .unwrap();
    let mut heard = String::new();
    while !heard.contains("354 ") {
        let mut chunk = [0; 1024];
        let count = client.read(&mut chunk).await.unwrap();
        heard.push_str(&String::from_utf8_lossy(chunk.get(..count).unwrap()));
    }
    client.write_all(b"x\r\n.\r\nQUIT\r\n").await.unwrap();
    client.read_to_string(&mut heard).await.unwrap();
    assert!(
        heard.ends_with("250 2.0.0 stored\r\n221 2.0.0 Bye\r\n"),
        "{heard}"
    );
    stop.send_replace(true);
    ended.await.unwrap();
    assert_eq!(house.texts().len(), 1);
}
