//! The people of the demo (`config/demo/people.toml`), each with a case at another point of its way. They go through the same use cases as everybody, on a clock that begins some weeks ago.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::app::case::{
    CaseFile, Report as SentReport, compose_first_letter, confirm_case, dispatch_letter, load_case,
    open_case, receive_mail, report_sent,
};
use crate::app::form::FormState;
use crate::app::{App, AppError, Report, claim_mails, settle, wake_cases};
use crate::config::{DemoPerson, DemoWay, demo_people};
use crate::domain::clock::ShiftedClock;
use crate::domain::outbox::Verdict;
use crate::storage::StorageError;
use uuid::Uuid;

/// How long ago the first of them wrote.
const DAYS_AGO: i64 = 45;

/// Lets them live through their weeks; afterwards the clock shows the present.
pub(super) fn invite(app: &App, clock: &ShiftedClock) -> Result<(), AppError> {
    let people = demo_people().map_err(StorageError::Format)?;
    let of = |way: DemoWay| people.iter().filter(move |person| person.way == way);
    clock.forward(TimeDelta::days(-DAYS_AGO));
    for person in of(DemoWay::Overdue) {
        by_form(app, &load_case(app, &open(app, person)?)?)?;
    }
    clock.forward(TimeDelta::days(30));
    let mut refused = Vec::new();
    for person in of(DemoWay::Refused) {
        let link = open(app, person)?;
        by_mail(app, &load_case(app, &link)?)?;
        refused.push(link);
    }
    clock.forward(TimeDelta::days(12));
    for link in refused {
        refusal_comes(app, &load_case(app, &link)?)?;
    }
    for person in of(DemoWay::Ready) {
        open(app, person)?;
    }
    clock.forward(TimeDelta::days(DAYS_AGO - 42));
    wake_cases(app)?;
    deliver(app)
}

/// What they answered in the form.
fn form(person: &DemoPerson) -> FormState {
    FormState {
        who: "self".to_owned(),
        name: person.name.clone(),
        email: person.email.clone(),
        country: person.country.clone(),
        region: person.region.clone(),
        company: person.company.clone(),
        scenario: "ai_training".to_owned(),
        rights: vec!["objection".to_owned(), "erasure".to_owned()],
        grounds: BTreeMap::from([(person.ground.clone(), person.text.clone())]),
        identifiers_done: true,
        screen_language: "en".to_owned(),
        ..FormState::default()
    }
}

/// Opens and confirms a case. Returns its secret link.
fn open(app: &App, person: &DemoPerson) -> Result<String, AppError> {
    let form = form(person);
    let (_, letter) = compose_first_letter(app, &form)?;
    let read = letter
        .meta
        .get("text_sha256")
        .and_then(|hash| hash.as_str());
    let opened = open_case(app, &form, read.unwrap_or_default(), "the demo")?;
    let mails = app.db.read::<_, StorageError>(|tx| tx.newest_mails(20))?;
    let of_case = mails.iter().filter(|mail| mail.case_id == opened.id);
    let secret = of_case
        .filter_map(|mail| mail.mail.text.split("/confirm/").nth(1))
        .find_map(|rest| rest.split_whitespace().next());
    let link = confirm_case(app, secret.ok_or(StorageError::NotFound)?)?;
    deliver(app)?;
    Ok(link)
}

fn by_form(app: &App, file: &CaseFile) -> Result<(), AppError> {
    let report = SentReport {
        channel: "web_form".to_owned(),
        sent_on: file.today_at_home(app),
        proof: "4711-0815".to_owned(),
        switch: false,
    };
    report_sent(app, file, &report)
}

fn by_mail(app: &App, file: &CaseFile) -> Result<(), AppError> {
    let plan = file.plan(app, file.today_at_the_controller(app))?;
    dispatch_letter(app, file, &plan)?;
    deliver(app)
}

/// Catches every mail that waits, as the mailbox of the demo does.
fn deliver(app: &App) -> Result<(), AppError> {
    loop {
        let claimed = claim_mails(app, Uuid::nil(), 10)?;
        if claimed.due == 0 {
            return Ok(());
        }
        let caught = Report {
            verdict: Verdict::Sent,
            words: "250 caught by the mailbox of the demo".to_owned(),
        };
        for mail in claimed.mails {
            settle(app, &mail.row, Some(mail.lease), &caught)?;
        }
    }
}

fn refusal_comes(app: &App, file: &CaseFile) -> Result<(), AppError> {
    let Some(to) = app.post_office.reply_address(&file.row.secrets.reply_token) else {
        return Ok(());
    };
    let text = app.pages.word("en", "demo.text_refused", &[]);
    let mail = format!(
        "From: privacy@example-data.example\r\nTo: {to}\r\nSubject: Re: Your letter\r\nDate: {}\r\nMessage-ID: <refusal@example-data.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
        app.clock.now().to_rfc2822()
    );
    receive_mail(app, mail.as_bytes(), Some(&to))?;
    Ok(())
}
