//! The controller's door over HTTP: its pages in both languages, the guards round them, and the same as JSON.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use demur::app::case::withdraw_case;
use demur::domain::case::Origin;
use demur::domain::door::{Declared, RightAnswer};
use demur::domain::letter::ReplyKind;
use demur::web::{House as WebHouse, UPLOADS, serve};
use serde_json::{Value, json};

use crate::{House, house};

/// A browser without scripts, with the one cookie jar of a visit.
struct Browser {
    server: SocketAddr,
    language: &'static str,
    cookies: Vec<(String, String)>,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl House {
    /// Serves the house on a free port; the thread ends with the process.
    fn browser(&self, language: &'static str) -> Browser {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = listener.local_addr().unwrap();
        let web = Arc::new(WebHouse {
            app: Arc::clone(&self.app),
            form_secret: [5; 32],
            demo_clock: None,
            hosts: vec!["service.example".into()],
            inbound: None,
            uploads: tokio::sync::Semaphore::new(UPLOADS),
            trusted_proxies: Vec::new(),
        });
        std::thread::spawn(move || actix_web::rt::System::new().block_on(serve(web, listener)));
        Browser {
            server,
            language,
            cookies: Vec::new(),
        }
    }

    /// Everything that a request could have changed.
    fn state(&self, link: &str) -> (usize, usize, i32, i64) {
        let file = self.file(link);
        let mails = self
            .app
            .db
            .read::<_, demur::storage::StorageError>(|tx| tx.count_mails());
        (
            file.events.len(),
            file.replies.len(),
            file.row.version,
            mails.unwrap(),
        )
    }
}

impl Browser {
    fn send(&mut self, method: &str, path: &str, more: &str, body: &[u8]) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut stream = TcpStream::connect(self.server).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: service.example\r\nConnection: close\r\nAccept-Language: {}\r\nCookie: {}\r\nContent-Length: {}\r\n{more}\r\n",
            self.language,
            cookies.join("; "),
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        for line in head.lines() {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        assert!(!body.contains("This page failed"), "{path} does not render");
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", b"")
    }

    fn csrf(&mut self, path: &str) -> String {
        let page = self.get(path).body;
        let after = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    }

    /// Presses a button of the page at `from`.
    fn press(&mut self, from: &str, to: &str, fields: &str) -> Answer {
        let csrf = self.csrf(from);
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.send("POST", to, kind, format!("csrf={csrf}&{fields}").as_bytes())
    }

    /// Sends a form with files. A name that ends with `.pdf` is that of a file.
    fn upload(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf(path);
        let mut body = String::new();
        for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            let what = if name.ends_with(".pdf") {
                format!("name=\"files\"; filename=\"{name}\"")
            } else {
                format!("name=\"{name}\"")
            };
            body.push_str(&format!(
                "--b\r\nContent-Disposition: form-data; {what}\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str("--b--\r\n");
        let kind = "Content-Type: multipart/form-data; boundary=b\r\n";
        self.send("POST", path, kind, body.as_bytes())
    }

    fn api(&mut self, method: &str, path: &str, pass: &str, body: &Value) -> (u16, Value) {
        self.cookies.clear();
        let bearer = format!("Content-Type: application/json\r\nAuthorization: Bearer {pass}\r\n");
        let body = if body.is_null() {
            Vec::new()
        } else {
            serde_json::to_vec(body).unwrap()
        };
        let answer = self.send(method, &format!("/api/v1{path}"), &bearer, &body);
        (answer.status, serde_json::from_str(&answer.body).unwrap())
    }
}

impl Answer {
    fn has(&self, words: &str) -> bool {
        self.body.contains(words)
    }

    fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        let mut lines = self.head.lines();
        lines
            .find_map(|line| line.strip_prefix("location: "))
            .unwrap()
    }
}

#[test]
fn every_page_of_the_door_renders_in_both_languages_and_looking_changes_nothing() {
    let house = house();
    let link = house.sent_case();
    let door = format!("/door/{}", house.secret("/door/"));
    let before = house.state(&link);
    for (language, asked) in [("en", "What is asked"), ("de", "Was verlangt wird")] {
        let mut browser = house.browser(language);
        for page in ["", "/extend", "/answer"] {
            let answer = browser.get(&format!("{door}{page}"));
            assert_eq!(answer.status, 200, "{page}: {}", answer.body);
            for header in [
                "noindex",
                "no-store",
                "referrer-policy: same-origin",
                "default-src 'none'",
            ] {
                assert!(answer.head.contains(header), "{header}");
            }
            for word in ["Zoë", "zoe@", "patients", "<script"] {
                assert!(!answer.has(word), "{word} on {page}");
            }
        }
        assert!(browser.get(&door).has(asked), "{language}");
        // A button of a page whose visit is over leads back here.
        assert_eq!(browser.get(&format!("{door}/received")).location(), door);
    }
    assert_eq!(house.state(&link), before, "nobody wrote anything");
}

#[test]
fn a_link_that_never_was_is_the_page_that_is_not_there() {
    let house = house();
    house.sent_case();
    let mut browser = house.browser("en");
    let plain = |answer: Answer, path: &str| (answer.status, answer.body.replace(path, "PATH"));
    let nowhere = browser.get("/nowhere");
    let nowhere = plain(nowhere, "/nowhere");
    assert_eq!(nowhere.0, 404);
    for path in [
        "/door/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/door/x/extend",
        "/door/x/receipt/y",
    ] {
        let answer = browser.get(path);
        assert_eq!(plain(answer, path), nowhere, "{path}");
    }
    let (status, said) = browser.api("GET", "/door/x", "", &Value::Null);
    assert_eq!(
        (status, said.get("error").unwrap()),
        (404, &json!("not_found"))
    );
}

#[test]
fn a_button_needs_the_hidden_field_and_a_page_of_this_house() {
    let house = house();
    let link = house.sent_case();
    let door = format!("/door/{}", house.secret("/door/"));
    let before = house.state(&link);
    let mut browser = house.browser("en");
    let csrf = browser.csrf(&door);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for path in ["received", "code", "prove"] {
        let to = format!("{door}/{path}");
        assert_eq!(
            browser.send("POST", &to, form, b"code=1").status,
            403,
            "{path}"
        );
        for origin in ["null", "https://other.example"] {
            let foreign = format!("{form}Origin: {origin}\r\n");
            let body = format!("csrf={csrf}&code=1");
            assert_eq!(
                browser.send("POST", &to, &foreign, body.as_bytes()).status,
                403
            );
        }
    }
    assert_eq!(house.state(&link), before);
}

#[test]
fn a_receipt_is_given_and_the_person_finds_the_kind_filled_in_and_decides() {
    let house = house();
    let link = house.sent_case();
    let door = format!("/door/{}", house.secret("/door/"));
    let mut browser = house.browser("en");
    let done = browser.press(&door, &format!("{door}/received"), "");
    let receipt = browser.get(done.location());
    assert!(
        receipt.has("Your receipt") && receipt.has("marked as not proven"),
        "{}",
        receipt.body
    );
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    assert_eq!((reply.kind, reply.origin), (None, Origin::Door));
    for (language, words) in [
        ("en", "Who wrote it is not proven"),
        ("de", "ist nicht bewiesen"),
    ] {
        let mut person = house.browser(language);
        let page = person.get(&format!("/case/{link}/reply/{}", reply.id));
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(
            page.has(words) && page.has("<option value=\"acknowledgement\" selected>"),
            "{}",
            page.body
        );
        let case = person.get(&format!("/case/{link}"));
        assert_eq!(case.status, 200, "{}", case.body);
    }
}

#[test]
fn an_answer_with_a_document_is_taken_and_one_with_a_gap_comes_back_as_it_was_typed() {
    let house = house();
    let link = house.sent_case();
    let door = format!("/door/{}", house.secret("/door/"));
    let path = format!("{door}/answer");
    let mut browser = house.browser("en");
    let gap = [
        ("answer_objection", "refused"),
        ("text", "Our <interest> weighs more."),
    ];
    let page = browser.upload(&path, &gap);
    assert_eq!(page.status, 422);
    for words in [
        "#answer_erasure",
        "#ground_objection",
        "Our &lt;interest&gt; weighs more.",
        "value=\"refused\" checked",
    ] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    let bad = browser.upload(
        &path,
        &[
            ("answer_objection", "fulfilled"),
            ("answer_erasure", "fulfilled"),
            ("program.pdf", "MZ"),
        ],
    );
    assert_eq!(bad.status, 422, "a file that is no PDF");
    assert!(house.file(&link).replies.is_empty());
    let whole = [
        ("answer_objection", "refused"),
        ("ground_objection", "public_data"),
        ("answer_erasure", "no_data"),
        ("text", "See the document."),
        ("decision.pdf", "%PDF-1.7 x"),
    ];
    let done = browser.upload(&path, &whole);
    let receipt = browser.get(done.location());
    assert!(
        receipt.has("refused: the data was public"),
        "{}",
        receipt.body
    );
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    let Some(Declared::Answer { rights }) = &reply.content.declared else {
        panic!("{reply:?}")
    };
    assert_eq!(rights.get(1).unwrap().answer, RightAnswer::NoData);
    let mut person = house.browser("de");
    let page = person.get(&format!("/case/{link}/reply/{}", reply.id));
    assert!(
        page.has("decision.pdf") && page.has("value=\"partial\" selected"),
        "{}",
        page.body
    );
}

#[test]
fn more_time_is_taken_and_both_sides_read_what_it_is_worth() {
    let house = house();
    let link = house.sent_case();
    let door = format!("/door/{}", house.secret("/door/"));
    let path = format!("{door}/extend");
    let mut browser = house.browser("en");
    let day = [
        ("until_day", "1"),
        ("until_month", "2"),
        ("until_year", "2031"),
    ];
    assert_eq!(browser.upload(&path, &day).status, 422, "no reasons");
    let reasons = [day.as_slice(), &[("text", "Many requests.")]].concat();
    let done = browser.upload(&path, &reasons);
    let worth = [
        "before the first period ended",
        "after the last one that the law allows",
    ];
    let receipt = browser.get(done.location());
    let id = house.file(&link).replies.first().unwrap().id;
    let page = browser.get(&format!("/case/{link}/reply/{id}"));
    for words in worth {
        assert!(receipt.has(words) && page.has(words), "{words}");
    }
    assert!(
        page.has("value=\"extension_notice\" selected")
            && page.has("name=\"until_year\" value=\"2031\"")
    );
}

#[test]
fn the_code_opens_the_letter_in_this_browser_and_a_wrong_one_says_so() {
    let house = house();
    let link = house.sent_case();
    let door = format!("/door/{}", house.secret("/door/"));
    let mut browser = house.browser("de");
    let asked = browser.press(&door, &format!("{door}/code"), "");
    assert_eq!(asked.location(), door);
    assert!(browser.get(&door).has("ist der Code unterwegs"));
    browser.press(&door, &format!("{door}/code"), "");
    assert!(
        browser
            .get(&door)
            .has("Vor Kurzem wurde ein Code verschickt")
    );
    let wrong = browser.press(&door, &format!("{door}/prove"), "code=1");
    assert!(wrong.status == 422 && wrong.has("Dieser Code stimmt nicht"));
    let code = house.mailed_code();
    browser.press(&door, &format!("{door}/prove"), &format!("code={code}"));
    let page = browser.get(&door);
    for words in ["Zoë", "I treat patients.", "class=\"letter\""] {
        assert!(page.has(words), "{words}: {}", page.body);
    }
    browser.press(&door, &format!("{door}/received"), "");
    assert_eq!(
        house.file(&link).replies.first().unwrap().origin,
        Origin::DoorProven
    );
    let mut other = house.browser("de");
    assert!(!other.get(&door).has("Zoë"), "another browser has no pass");
}

#[test]
fn a_closed_case_answers_politely_and_takes_nothing() {
    let house = house();
    let link = house.sent_case();
    let token = house.secret("/door/");
    let door = format!("/door/{token}");
    let mut browser = house.browser("en");
    let csrf = browser.csrf(&door);
    withdraw_case(&house.app, &house.file(&link)).unwrap();
    let before = house.state(&link);
    for path in ["", "/extend", "/answer"] {
        let page = browser.get(&format!("{door}{path}"));
        assert!(
            page.status == 410 && page.has("This request is closed"),
            "{path}"
        );
    }
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    for path in ["received", "code", "prove"] {
        let body = format!("csrf={csrf}&code=1");
        let page = browser.send("POST", &format!("{door}/{path}"), form, body.as_bytes());
        assert_eq!(page.status, 410, "{path}");
    }
    let said = json!({ "what": "received" });
    let (status, answer) = browser.api("POST", &format!("/door/{token}"), "", &said);
    assert_eq!(
        (status, answer.get("error").unwrap()),
        (410, &json!("closed"))
    );
    assert_eq!(house.state(&link), before);
}

#[test]
fn a_program_gets_its_pass_by_the_code_as_json() {
    let house = house();
    house.sent_case();
    let door = format!("/door/{}", house.secret("/door/"));
    let mut program = house.browser("en");
    let (status, seen) = program.api("GET", &door, "", &Value::Null);
    assert_eq!(status, 200);
    assert_eq!(
        seen.get("rights").unwrap(),
        &json!(["objection", "erasure"])
    );
    assert_eq!(seen.get("state").unwrap(), "open");
    assert!(seen.get("due").unwrap().is_string() && seen.get("request").unwrap().is_null());
    let pass = format!("{door}/pass");
    let (status, _) = program.api("POST", &format!("{door}/code"), "", &Value::Null);
    assert_eq!(status, 202);
    let (status, said) = program.api("POST", &format!("{door}/code"), "", &Value::Null);
    assert_eq!(
        (status, said.get("error").unwrap()),
        (429, &json!("too_often"))
    );
    let (status, _) = program.api("POST", &pass, "", &json!({ "code": "1" }));
    assert_eq!(status, 403);
    let code = house.mailed_code();
    let (status, said) = program.api("POST", &pass, "", &json!({ "code": code }));
    assert_eq!(status, 201);
    let pass = said.get("pass").unwrap().as_str().unwrap();
    let (_, seen) = program.api("GET", &door, pass, &Value::Null);
    assert_eq!(seen.pointer("/request/person").unwrap(), "Zoë");
    let letter = seen.pointer("/request/letter/text").unwrap();
    assert!(letter.as_str().unwrap().contains("I treat patients."));
}

#[test]
fn a_program_says_the_same_as_json() {
    let house = house();
    let link = house.sent_case();
    let token = house.secret("/door/");
    let door = format!("/door/{token}");
    let pass = house.passed(&token);
    let mut program = house.browser("en");
    let faulty = json!({ "what": "answer", "rights": { "objection": { "answer": "refused" } } });
    let (status, said) = program.api("POST", &door, &pass, &faulty);
    assert_eq!(status, 422);
    assert_eq!(
        said.pointer("/faults/0").unwrap(),
        &json!({ "fault": "right_missing", "right": "erasure" })
    );
    let program_file = json!([{ "name": "x.exe", "content": "TVo=" }]);
    for (bad, wanted) in [
        (json!({ "what": "received", "more": 1 }), 400),
        (json!({ "what": "extension", "text": "x" }), 422),
        (json!({ "what": "received", "files": program_file }), 422),
    ] {
        assert_eq!(program.api("POST", &door, &pass, &bad).0, wanted, "{bad}");
    }
    assert!(house.file(&link).replies.is_empty());
    let whole = json!({
        "what": "answer", "text": "Done.",
        "rights": { "objection": { "answer": "fulfilled" }, "erasure": { "answer": "fulfilled" } },
        "files": [{ "name": "proof.pdf", "content": "JVBERi0xLjc=" }],
    });
    let (status, receipt) = program.api("POST", &door, &pass, &whole);
    assert_eq!(
        (status, receipt.get("proven").unwrap()),
        (201, &json!(true))
    );
    let file = house.file(&link);
    let reply = file.replies.first().unwrap();
    assert_eq!((reply.origin, reply.kind), (Origin::DoorProven, None));
    let (kind, _) = reply.content.declared.as_ref().unwrap().proposed("Done.");
    assert_eq!(kind, ReplyKind::Complied);
}
