//! The side journal: what is on disk when a call ends, and what a start makes of it.

use std::fs;

use demur::mail::{Journal, Recovered, Trace, recover};
use uuid::Uuid;

#[tokio::test]
async fn what_a_call_has_ended_for_is_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let (journal, traces) = Journal::start(&path, Uuid::nil()).unwrap();
    assert!(traces.is_empty());
    journal.dot("a@demur", "00ff").await.unwrap();
    let named = format!("J\t{}\n", Uuid::nil());
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("{named}D\ta@demur\t00ff\n"));
    let answer = journal.reply("a@demur", 250, "ok\r\nqueued\tas 7").await;
    answer.unwrap().wait().await.unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines = "D\ta@demur\t00ff\nR\ta@demur\t250\tok  queued as 7\n";
    assert_eq!(text, format!("{named}{lines}"));
}

#[test]
fn a_journal_keeps_its_name_as_long_as_the_file_lives() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let name = |new| Journal::start(&path, new).unwrap().0.id();
    assert_eq!(name(first), first);
    assert_eq!(name(second), first);
    fs::remove_file(&path).unwrap();
    assert_eq!(name(second), second, "what it knew is gone with it");
}

#[test]
fn a_start_settles_every_letter_by_what_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let lines = [
        "D\tsent\t1\nR\tsent\t250\tok queued\n",
        "D\trefused\t1\nR\trefused\t550\tno\n",
        "D\tlater\t1\nR\tlater\t452\tfull\n",
        "D\tagain\t1\nR\tagain\t452\tfull\nD\tagain\t1\n",
        "nonsense\nX\t\t\n",
        "D\ttorn\t1\nR\ttorn\t25",
    ];
    let text = lines.concat();
    fs::write(&path, &text).unwrap();
    let (_journal, traces) = Journal::start(&path, Uuid::nil()).unwrap();
    let rows = [
        ("sent", Recovered::Sent("ok queued".to_owned())),
        ("refused", Recovered::Failed("no".to_owned())),
        ("later", Recovered::Queued),
        ("again", Recovered::Unknown),
        ("torn", Recovered::Unknown),
        ("absent", Recovered::Queued),
    ];
    for (id, expected) in rows {
        assert_eq!(recover(traces.get(id), 0), expected, "{id}");
    }
    assert_eq!(
        recover(traces.get("torn"), 1),
        Recovered::Queued,
        "a doubt that was counted before says nothing about the next attempt"
    );
    assert_eq!(traces.get("again").map(|trace| trace.dots), Some(2));
    let whole = text.strip_suffix("R\ttorn\t25").unwrap();
    let named = format!("{whole}J\t{}\n", Uuid::nil());
    assert_eq!(fs::read_to_string(&path).unwrap(), named);
}

#[test]
fn a_reply_that_is_no_answer_leaves_the_doubt() {
    for code in [None, Some(354), Some(251), Some(0), Some(999)] {
        let trace = Trace {
            dots: 1,
            answers: u32::from(code.is_some()),
            last: code,
            text: String::new(),
        };
        assert_eq!(recover(Some(&trace), 0), Recovered::Unknown, "{code:?}");
    }
}

#[tokio::test]
async fn sixteen_writers_share_the_file_and_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let (journal, _) = Journal::start(&path, Uuid::nil()).unwrap();
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for letter in 0..100 {
                    let id = format!("{writer}-{letter}");
                    journal.dot(&id, "00").await.unwrap();
                    let answer = journal.reply(&id, 250, "ok").await.unwrap();
                    answer.wait().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let (_journal, traces) = Journal::start(&path, Uuid::nil()).unwrap();
    assert_eq!(traces.len(), 1_600);
    assert!(
        traces
            .values()
            .all(|trace| (trace.dots, trace.last) == (1, Some(250)))
    );
}

#[test]
fn a_journal_that_cannot_be_written_does_not_start() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Journal::start(&dir.path().join("missing").join("journal"), Uuid::nil()).is_err());
    assert!(Journal::start(dir.path(), Uuid::nil()).is_err());
}
