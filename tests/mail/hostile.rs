//! Incoming mail that was made to do harm.

use demur::mail::{Unreadable, read_mail};

use crate::incoming::{ANSWER, BOUNCE};

/// xorshift64: the same mutations on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

fn mutate(mail: &mut Vec<u8>, dice: &mut Dice) {
    const PIECES: [&[u8]; 10] = [
        b"\r\n",
        b"\r\n\r\n",
        b"--outer\r\n",
        b"--b--",
        b"\"",
        b"=?utf-8?b?",
        b"Content-Type: multipart/mixed; boundary=\"\"\r\n",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"\xff\xfe\0",
    ];
    for _ in 0..=dice.below(8) {
        let at = dice.below(mail.len());
        match dice.below(4) {
            0 => mail.truncate(at),
            1 => {
                let end = (at + dice.below(40)).min(mail.len());
                mail.drain(at..end);
            }
            2 => {
                let piece = PIECES.get(dice.below(PIECES.len())).copied().unwrap();
                drop(mail.splice(at..at, piece.iter().copied()));
            }
            _ => {
                if let (Some(byte), Ok(new)) = (mail.get_mut(at), u8::try_from(dice.below(256))) {
                    *byte = new;
                }
            }
        }
    }
}

#[test]
fn ten_thousand_mutations_of_mails_do_no_harm() {
    let mut dice = Dice(0x2026_1123_dead_beef);
    let mut read = 0;
    for _ in 0..5_000 {
        for sample in [ANSWER, BOUNCE] {
            let mut mail = sample.as_bytes().to_vec();
            mutate(&mut mail, &mut dice);
            if let Ok(mail) = read_mail(&mail) {
                read += 1;
                assert!(mail.to.len() <= 200);
                assert!(!mail.text.contains(['\r', '\0', '\u{202e}']));
                assert!(
                    mail.attachments
                        .iter()
                        .all(|file| !file.name.contains(['/', '\\', '\n']))
                );
            }
        }
    }
    assert!(read > 1_000, "only {read} could be read");
}

#[test]
fn a_deep_nest_of_messages_does_not_overflow_the_stack() {
    let deep = "Content-Type: message/rfc822\r\n\r\n".repeat(900) + "\r\nx\r\n";
    assert!(matches!(
        read_mail(deep.as_bytes()),
        Err(Unreadable::TooComplex(_))
    ));
    // Comments hide the nest from the scan, not from the parser.
    let hidden = "Content-Type: message(x)/rfc822\r\n\r\n".repeat(100_000) + "\r\nx\r\n";
    drop(read_mail(hidden.as_bytes()));
}
