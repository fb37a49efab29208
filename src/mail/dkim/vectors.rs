//! The examples of the standards, reproduced: RFC 6376 sections 3.4.4 and 3.4.5, RFC 8463 appendix A.
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::DkimKey;
use super::canonical::{hash_body, split, write_header};
use super::key::ed25519_pem;

const EXAMPLE: &str = "From: Joe SixPack <joe@football.example.com>\r
To: Suzie Q <suzie@shopping.example.net>\r
Subject: Is dinner ready?\r
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r
Message-ID: <20030712040037.46341.5F8J@football.example.com>\r
\r
Hi.\r
\r
We lost the game.  Are you hungry yet?\r
\r
Joe.\r
";
const SIGNATURE: &str = "v=1; a=ed25519-sha256; c=relaxed/relaxed;\r
 d=football.example.com; i=@football.example.com;\r
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r
 subject : date : message-id : from : subject : date;\r
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
 b=";

fn body_hash(body: &str) -> String {
    BASE64.encode(hash_body(body.as_bytes()).unwrap())
}

fn sha256(text: &str) -> String {
    BASE64.encode(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        text.as_bytes(),
    ))
}

#[test]
fn the_signature_of_rfc_8463_comes_out_to_the_byte() {
    let seed = BASE64.decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
    let seed: [u8; 32] = seed.unwrap().try_into().unwrap();
    let key = DkimKey::from_pem(ed25519_pem(&seed).as_bytes()).unwrap();
    assert_eq!(
        key.record(),
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    );
    let (headers, body) = split(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(
        BASE64.encode(hash_body(body).unwrap()),
        "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
    );
    let mut canonical = Vec::new();
    for header in &headers {
        header.write(&mut canonical);
    }
    write_header(&mut canonical, b"DKIM-Signature", SIGNATURE.as_bytes());
    assert_eq!(
        key.sign(&canonical).unwrap(),
        "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
    );
}

#[test]
fn the_example_of_rfc_6376_is_canonical_as_it_says() {
    let (headers, body) =
        split(b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n").unwrap();
    let mut canonical = Vec::new();
    for header in &headers {
        header.write(&mut canonical);
    }
    assert_eq!(canonical, b"a:X\r\nb:Y Z\r\n");
    assert_eq!(
        BASE64.encode(hash_body(body).unwrap()),
        sha256(" C\r\nD E\r\n")
    );
}

#[test]
fn an_empty_body_has_the_hash_of_nothing_as_rfc_6376_says() {
    for empty in ["", "\r\n", "\r\n\r\n", " \t\r\n \r\n", " "] {
        assert_eq!(
            body_hash(empty),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "{empty:?}"
        );
    }
}

#[test]
fn blank_lines_count_only_before_a_line() {
    assert_eq!(
        body_hash("a\r\n\r\n \r\nb\r\n\r\n\t\r\n"),
        sha256("a\r\n\r\n\r\nb\r\n")
    );
}

#[test]
fn a_last_line_without_an_end_gets_one() {
    assert_eq!(body_hash("a\r\nb"), sha256("a\r\nb\r\n"));
    assert_eq!(body_hash("a\r\nb \t"), sha256("a\r\nb\r\n"));
}
