//! The sender alone: every mail is built, perhaps signed, and sent; each connection is kept by its own task.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::DateTime;
use demur::mail::{
    Deadlines, DkimKey, DkimSigner, Outcome, Outgoing, Relay, Tls, attempt, new_rsa_key, quit,
    to_mail,
};

use crate::reference::{Sink, attachment};
use crate::{Row, Size};

/// The mail of this number, built anew.
pub(crate) fn mail(size: Size, number: usize) -> Vec<u8> {
    let text =
        "I object to the processing of my personal data for the training of models.\n".repeat(76);
    let id = format!("{number}@cases.example");
    let file = attachment(size);
    let files = [("letter.pdf", "application/pdf", file.as_slice())];
    let mail = Outgoing {
        from_name: "Zoë Example",
        from: "case-abc@cases.example",
        to: "privacy@example.com",
        subject: "Objection to the use of personal data (DM-7K2P-9WQX)",
        text: &text,
        language: "en",
        date: DateTime::UNIX_EPOCH,
        message_id: &id,
        in_reply_to: None,
        references: &[],
        html: None,
        automatic: false,
        files: if size == Size::Text { &[] } else { &files },
    };
    to_mail(&mail).unwrap()
}

pub(crate) fn relay(sink: &Sink) -> Relay {
    Relay {
        host: "127.0.0.1".into(),
        port: sink.port,
        tls: Tls::Off,
        login: None,
        hello: "bench.example".into(),
    }
}

/// How long it takes until the sink has taken all.
pub(crate) fn send(sink: &Sink, row: Row, signed: bool) -> Duration {
    let signer: Option<Arc<DkimSigner>> = signed.then(|| {
        let key = new_rsa_key().unwrap();
        let key = DkimKey::from_pem(key.as_bytes()).unwrap();
        Arc::new(DkimSigner::new("cases.example", vec![("bench".into(), key)]).unwrap())
    });
    let relay = Arc::new(relay(sink));
    let next = Arc::new(AtomicUsize::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let start = Instant::now();
    runtime.block_on(async {
        let mut lanes = tokio::task::JoinSet::new();
        for _ in 0..row.connections {
            let (relay, signer, next) = (Arc::clone(&relay), signer.clone(), Arc::clone(&next));
            lanes.spawn(async move { lane(&relay, signer.as_ref(), &next, row).await });
        }
        let mut taken = 0;
        while let Some(done) = lanes.join_next().await {
            taken += done.unwrap();
        }
        assert_eq!(taken, row.mails, "only what was taken counts");
    });
    start.elapsed()
}

async fn lane(
    relay: &Relay,
    signer: Option<&Arc<DkimSigner>>,
    next: &AtomicUsize,
    row: Row,
) -> usize {
    let (mut kept, mut taken) = (None, 0);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= row.mails {
            break;
        }
        let mut bytes = mail(row.size, number);
        if let Some(signer) = signer {
            // Work for a processor, not for the task that waits for the relay.
            let signer = Arc::clone(signer);
            let signed =
                tokio::task::spawn_blocking(move || signer.sign(&bytes, DateTime::UNIX_EPOCH));
            bytes = signed.await.unwrap().unwrap();
        }
        let deadlines = Deadlines::for_letter(bytes.len());
        let (from, to) = ("case-abc@cases.example", "privacy@example.com");
        let dot = async { Ok(()) };
        let (outcome, back) = attempt(relay, kept, from, to, &bytes, &deadlines, dot).await;
        taken += usize::from(matches!(outcome, Outcome::Sent { .. }));
        kept = back;
    }
    if let Some(connection) = kept {
        quit(connection).await;
    }
    taken
}
