//! A verifier of DKIM that shares no line with the signer: slow, plain, relaxed only.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use demur::mail::DkimSigner;

pub(super) type Tags = BTreeMap<String, String>;

fn tags(text: &str) -> Tags {
    text.split(';')
        .filter_map(|tag| tag.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.split_whitespace().collect()))
        .collect()
}

fn tag<'a>(tags: &'a Tags, name: &str) -> &'a str {
    tags.get(name).unwrap()
}

/// The records that a signer wants published, by name.
pub(super) fn keys_of(signer: &DkimSigner) -> BTreeMap<String, Tags> {
    signer
        .records()
        .iter()
        .map(|record| (record.name.clone(), tags(&record.text)))
        .collect()
}

fn parts(mail: &[u8]) -> (Vec<String>, String) {
    let text = String::from_utf8(mail.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut headers: Vec<String> = Vec::new();
    for line in head.trim_end_matches("\r\n").split("\r\n") {
        match headers.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => *last += line,
            _ => headers.push(line.to_owned()),
        }
    }
    (headers, body.to_owned())
}

fn words(text: &str) -> String {
    text.split([' ', '\t'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn relaxed(header: &str) -> String {
    let (name, value) = header.split_once(':').unwrap();
    format!("{}:{}", name.trim().to_lowercase(), words(value))
}

fn relaxed_body(body: &str) -> String {
    let line = |line: &str| {
        let lead = if line.starts_with([' ', '\t']) {
            " "
        } else {
            ""
        };
        format!("{lead}{}", words(line)).trim_end().to_owned()
    };
    let lines: Vec<String> = body.split("\r\n").map(line).collect();
    let body = lines.join("\r\n");
    let body = body.trim_end_matches("\r\n");
    if body.is_empty() {
        String::new()
    } else {
        format!("{body}\r\n")
    }
}

/// The tags of each signature, from the top.
pub(super) fn signatures(mail: &[u8]) -> Vec<Tags> {
    let (headers, _) = parts(mail);
    let of_dkim = headers
        .iter()
        .filter_map(|header| header.strip_prefix("DKIM-Signature:"));
    of_dkim.map(tags).collect()
}

/// Whether each signature holds, from the top.
pub(super) fn verify(mail: &[u8], keys: &BTreeMap<String, Tags>) -> Vec<bool> {
    let (headers, body) = parts(mail);
    let body_hash = BASE64.encode(digest(&SHA256, relaxed_body(&body).as_bytes()));
    let is_ours = |header: &&String| header.starts_with("DKIM-Signature:");
    let one = |own: &String| {
        let tags = tags(own.split_once(':').unwrap().1);
        let mut left = headers.clone();
        let mut signed = String::new();
        for name in tag(&tags, "h").split(':') {
            let is_named = |header: &String| {
                header
                    .split(':')
                    .next()
                    .unwrap()
                    .trim()
                    .eq_ignore_ascii_case(name)
            };
            // The last one that was not taken yet; none adds nothing.
            if let Some(index) = left.iter().rposition(is_named) {
                signed += &relaxed(&left.remove(index));
                signed += "\r\n";
            }
        }
        signed += own
            .rsplit_once("b=")
            .map(|(before, _)| relaxed(&format!("{before}b=")))
            .unwrap()
            .as_str();
        let name = format!("{}._domainkey.{}", tag(&tags, "s"), tag(&tags, "d"));
        let record = keys.get(&name).unwrap();
        let key = BASE64.decode(tag(record, "p")).unwrap();
        let signature = BASE64.decode(tag(&tags, "b")).unwrap();
        let holds = if tag(record, "k") == "rsa" {
            // The key of PKCS#1 stands behind the 24 bytes that name the algorithm.
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.get(24..).unwrap());
            key.verify(signed.as_bytes(), &signature).is_ok()
        } else {
            let key = UnparsedPublicKey::new(&ED25519, &key);
            key.verify(digest(&SHA256, signed.as_bytes()).as_ref(), &signature)
                .is_ok()
        };
        tag(&tags, "bh") == body_hash && holds
    };
    headers.iter().filter(is_ours).map(one).collect()
}
