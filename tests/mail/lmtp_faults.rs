//! The LMTP server and clients that are slow, wrong or hostile.

use std::time::{Duration, Instant};

use demur::mail::LmtpLimits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::lmtp::{Client, server};

fn small() -> LmtpLimits {
    LmtpLimits {
        bytes: 1_000,
        connections: 2,
        ..LmtpLimits::default()
    }
}

#[tokio::test]
async fn a_mail_that_says_it_is_too_large_is_not_even_begun() {
    let server = server(small()).await;
    let mut client = Client::greeted(&server).await;
    client.say("MAIL FROM:<a@b.test> SIZE=1001\r\n").await;
    client.hears("552 5.3.4").await;
    client.say("MAIL FROM:<a@b.test> SIZE=1000\r\n").await;
    client.hears("250 2.1.0").await;
}

#[tokio::test]
async fn a_mail_of_the_very_limit_is_taken_and_one_byte_more_is_refused_for_each_recipient() {
    let server = server(small()).await;
    let mut client = Client::in_data(&server, &["a@cases.test"]).await;
    client.say(&format!("{}\r\n.\r\n", "x".repeat(998))).await;
    client.hears("250 2.0.0 stored").await;
    client.say("MAIL FROM:<a@company.test>\r\nRCPT TO:<a@cases.test>\r\nRCPT TO:<b@cases.test>\r\nDATA\r\n").await;
    client.hears("354 ").await;
    client
        .say(&format!("{}\r\n.\r\nNOOP\r\n", "x".repeat(999)))
        .await;
    let heard = client.hears("250 2.0.0 OK").await;
    assert_eq!(heard.matches("552 5.3.4").count(), 2);
    assert_eq!(server.house.texts().len(), 1);
}

#[tokio::test]
async fn a_mail_without_end_is_cut_off() {
    let server = server(small()).await;
    let mut client = Client::in_data(&server, &["a@cases.test"]).await;
    for _ in 0..10 {
        let _gone = client.0.write_all(&[b'x'; 1_000]).await;
    }
    assert!(matches!(
        client.hears_the_end().await.as_str(),
        "" | "552 5.3.4 the mail is too large\r\n"
    ));
    assert!(server.house.texts().is_empty());
}

#[tokio::test]
async fn only_a_dot_between_two_whole_line_ends_is_an_end() {
    let ends = [
        "\n.\n",
        "\n.\r\n",
        "\r\n.\n",
        "\r.\r",
        "\r\n.\r",
        "\r\n\0.\r\n",
        "\r.\r\n",
        "\r\n.\r\r\n",
        "\n.\r",
    ];
    for end in ends {
        let server = server(LmtpLimits::default()).await;
        let mut client = Client::in_data(&server, &["a@cases.test"]).await;
        let smuggled =
            "MAIL FROM:<admin@company.test>\r\nRCPT TO:<b@cases.test>\r\nDATA\r\nevil\r\n";
        client
            .say(&format!("good{end}{smuggled}.\r\nQUIT\r\n"))
            .await;
        let heard = client.hears_the_end().await;
        assert_eq!(heard, "250 2.0.0 stored\r\n221 2.0.0 Bye\r\n", "{end:?}");
        let texts = server.house.texts();
        let [one] = texts.as_slice() else {
            panic!("{end:?}: {texts:?}")
        };
        assert!(one.ends_with(smuggled), "{end:?}: {one}");
    }
}

#[tokio::test]
async fn lone_line_ends_in_a_mail_stay_as_they_came() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::in_data(&server, &["a@cases.test"]).await;
    client.say("a\nb\rc\r\r\nd\0e\n\r\n.\r\n").await;
    client.hears("250 2.0.0 stored").await;
    assert_eq!(
        server.house.texts(),
        ["Return-Path: <a@company.test>\r\na\nb\rc\r\r\nd\0e\n\r\n"]
    );
}

#[tokio::test]
async fn a_command_with_a_lone_line_end_ends_the_conversation_before_what_follows() {
    for line in ["NOOP\n", "NOOP\rx\r\n", "NO\0OP\r\n"] {
        let server = server(LmtpLimits::default()).await;
        let mut client = Client::greeted(&server).await;
        client.say(&format!("{line}QUIT\r\n")).await;
        let heard = client.hears_the_end().await;
        assert!(
            heard.starts_with("500 5.5.2") && heard.lines().count() == 1,
            "{line:?}: {heard}"
        );
    }
}

#[tokio::test]
async fn a_line_without_end_is_not_kept() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::greeted(&server).await;
    client.say(&"x".repeat(3_000)).await;
    assert!(
        client
            .hears_the_end()
            .await
            .starts_with("500 5.5.2 the line is too long")
    );
}

#[tokio::test]
async fn a_mail_that_comes_before_it_is_asked_for_is_not_taken() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::greeted(&server).await;
    client
        .say("MAIL FROM:<a@b.test>\r\nRCPT TO:<a@cases.test>\r\nDATA\r\nhello\r\n.\r\n")
        .await;
    assert!(client.hears_the_end().await.contains("503 5.5.0"));
    assert!(server.house.texts().is_empty());
}

#[tokio::test]
async fn commands_out_of_order_are_refused_and_five_of_them_end_it() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client(TcpStream::connect(server.address).await.unwrap());
    client.hears("220").await;
    for (line, answer) in [
        ("MAIL FROM:<a@b.test>", "503"),
        ("EHLO x", "500"),
        ("DATA", "503"),
        ("VRFY x", "502"),
    ] {
        client.say(&format!("{line}\r\n")).await;
        client.hears(answer).await;
    }
    client.say("EXPN x\r\n").await;
    assert!(client.hears_the_end().await.starts_with("421 4.7.0"));
}

#[tokio::test]
async fn a_browser_that_was_led_here_is_hung_up_on() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client(TcpStream::connect(server.address).await.unwrap());
    client.say("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: x\r\nAccept: */*\r\nContent-Length: 9\r\n\r\nLHLO x\r\nMAIL FROM:<>\r\n").await;
    let heard = client.hears_the_end().await;
    assert!(
        heard.contains("421 4.7.0") && !heard.contains("250"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_thousand_commands_without_a_mail_are_enough() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::greeted(&server).await;
    for _ in 0..999 {
        client.say("NOOP\r\n").await;
        client.hears("250 2.0.0").await;
    }
    client.say("NOOP\r\n").await;
    assert!(
        client
            .hears_the_end()
            .await
            .starts_with("421 4.7.0 too many commands")
    );
}

#[tokio::test]
async fn a_thousand_mails_over_one_connection_are_a_thousand_mails() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::greeted(&server).await;
    for number in 0..1_000 {
        client
            .say("MAIL FROM:<a@b.test>\r\nRCPT TO:<a@cases.test>\r\nDATA\r\n")
            .await;
        client.hears("354").await;
        client.say(&format!("mail {number}\r\n.\r\n")).await;
        client.hears("250 2.0.0 stored").await;
    }
    assert_eq!(server.house.texts().len(), 1_000);
}

#[tokio::test]
async fn the_recipient_after_the_last_is_asked_to_come_again() {
    let limits = LmtpLimits {
        recipients: 2,
        ..LmtpLimits::default()
    };
    let server = server(limits).await;
    let mut client = Client::greeted(&server).await;
    client.say("MAIL FROM:<a@b.test>\r\nRCPT TO:<a@cases.test>\r\nRCPT TO:<b@cases.test>\r\nRCPT TO:<c@cases.test>\r\nDATA\r\n").await;
    assert!(client.hears("354").await.contains("452 4.5.3"));
    client.say("x\r\n.\r\nQUIT\r\n").await;
    assert_eq!(client.hears_the_end().await.matches("stored").count(), 2);
}

#[tokio::test]
async fn one_client_too_many_is_asked_to_come_later_and_others_go_on() {
    let server = server(small()).await;
    let mut first = Client::greeted(&server).await;
    let second = Client::greeted(&server).await;
    for _ in 0..200 {
        let mut idle = Client(TcpStream::connect(server.address).await.unwrap());
        assert!(idle.hears_the_end().await.starts_with("421 4.3.2 too many"));
    }
    first.say("NOOP\r\n").await;
    first.hears("250").await;
    drop(second);
    tokio::time::sleep(Duration::from_millis(100)).await;
    Client::greeted(&server).await;
}

#[tokio::test]
async fn whoever_waits_too_long_in_a_command_or_a_mail_is_cut_off() {
    let limits = LmtpLimits {
        command_wait: Duration::from_millis(200),
        data_wait: Duration::from_millis(300),
        ..LmtpLimits::default()
    };
    let server = server(limits).await;
    let mut client = Client::greeted(&server).await;
    let began = Instant::now();
    // A byte now and then does not make it longer.
    for _ in 0..10 {
        let _gone = client.0.write_all(b"N").await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    let heard = client.hears_the_end().await;
    assert!(
        matches!(heard.as_str(), "" | "421 4.4.2 waited too long\r\n"),
        "{heard}"
    );
    let mut client = Client::in_data(&server, &["a@cases.test"]).await;
    for _ in 0..10 {
        let _gone = client.0.write_all(b"x").await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    let heard = client.hears_the_end().await;
    assert!(
        matches!(heard.as_str(), "" | "421 4.4.2 waited too long\r\n"),
        "{heard}"
    );
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(server.house.texts().is_empty());
}

#[tokio::test]
async fn a_client_that_goes_in_the_middle_leaves_nothing_behind() {
    let server = server(LmtpLimits::default()).await;
    let mut client = Client::in_data(&server, &["a@cases.test"]).await;
    client.say("half a mail\r\n.").await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(server.house.texts().is_empty());
}

#[tokio::test]
async fn a_client_that_stays_silent_does_not_hold_up_a_stop_for_ever() {
    let limits = LmtpLimits {
        stop_wait: Duration::from_millis(200),
        ..LmtpLimits::default()
    };
    let server = server(limits).await;
    let _client = Client::in_data(&server, &["a@cases.test"]).await;
    server.stop.send_replace(true);
    tokio::time::timeout(Duration::from_secs(2), server.ended)
        .await
        .unwrap()
        .unwrap();
}
