//! The ways a letter can go: choosing one, the web-form kit, the platform's switch, the post letter, the person's own mailbox.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::case::{Case, Form, open, or_back, shows, with_case};
use super::frame::{PageError, Reply, again, take};
use crate::app::case::{LetterMail, StoredLetter, dispatch_letter, letter_mail};
use crate::app::form::Problem;
use crate::templates::to_flowing_text;

pub(super) fn ways(case: &Case<'_>, house: &House) -> Vec<&'static str> {
    let to_regulator = case
        .file
        .unsent_letter()
        .is_some_and(|letter| letter.kind.goes_to_the_regulator());
    let entity = case.plan.controller.entity;
    let form = entity.is_some_and(|entity| !entity.form.is_empty());
    let mailbox = case.plan.controller.email.is_some();
    let mut found = Vec::new();
    if letter_mail_of(case, house).is_some() {
        found.push("email");
    }
    let regulator = case.regulator(house).filter(|_| to_regulator);
    let form = match regulator {
        Some(regulator) => !regulator.complaint_form.is_empty(),
        None => form,
    };
    let mailbox = match regulator {
        Some(regulator) => regulator.takes_email(),
        None => mailbox,
    };
    if form {
        found.push("web_form");
    }
    found.push("post");
    if mailbox {
        found.push("own_mailbox");
    }
    found
}

/// The mailbox that a letter from the person's own goes to: the company's, or the regulator's where it takes complaints by mail.
pub(super) fn mailbox_of(case: &Case<'_>, house: &House, letter: &StoredLetter) -> Option<String> {
    if !letter.kind.goes_to_the_regulator() {
        return case.plan.controller.email.clone();
    }
    let regulator = case.regulator(house).filter(|one| one.takes_email())?;
    Some(regulator.email.clone())
}

fn letter_mail_of(case: &Case<'_>, house: &House) -> Option<LetterMail> {
    let letter = case.file.unsent_letter()?;
    letter_mail(&house.app, &case.file, &case.plan, letter)
}

/// Who gets the letter that waits, and the word for what it is.
fn recipient(case: &Case<'_>) -> String {
    let letter = case.file.unsent_letter().or(case.file.letters.last());
    letter
        .and_then(|letter| letter.document.recipient.first().cloned())
        .unwrap_or_default()
}

fn what(case: &Case<'_>) -> &'static str {
    let to_regulator = case
        .file
        .unsent_letter()
        .is_some_and(|letter| letter.kind.goes_to_the_regulator());
    if to_regulator { "complaint" } else { "letter" }
}

fn channels_context(case: &Case<'_>, house: &House, chosen: &str) -> Value {
    let row = |way: &&str| json!({ "value": way, "label_key": format!("channel.{way}"), "hint_key": format!("channel.{way}_hint"), "checked": *way == chosen });
    json!({ "recipient": recipient(case), "channels": ways(case, house).iter().map(row).collect::<Vec<_>>() })
}

pub(super) async fn channels(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/send", |case, _, house| {
        Ok(channels_context(
            case,
            house,
            ways(case, house).first().copied().unwrap_or_default(),
        ))
    })
    .await
}

pub(super) async fn choose_channel(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let case = open(visit, house)?;
        let chosen = fields.get("channel");
        if !ways(&case, house).contains(&chosen) {
            let context = with_case(&case, visit, house, channels_context(&case, house, ""));
            return Ok(again(
                "case/send",
                context,
                visit,
                house,
                &[Problem::new("channel", "problem.channel")],
            ));
        }
        let next = match chosen {
            "email" => "email",
            "web_form" => "kit",
            "own_mailbox" => "own-mailbox",
            _ => "post",
        };
        Ok(Reply::To(format!("{}/{next}", case.url)))
    })
    .await
}

/// What Demur would send, before the person says yes.
pub(super) async fn email(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/email", |case, _, house| {
        let letter = case.file.unsent_letter().ok_or(PageError::NotFound)?;
        let way = letter_mail_of(case, house).ok_or(PageError::NotFound)?;
        Ok(json!({
            "to": way.to, "recipient": recipient(case), "from_name": case.file.raw.subject.name, "reply_address": way.reply_address,
            "service_line": way.service_line, "pdf_href": format!("{}/letter/{}.pdf", case.url, letter.id), "what": "letter",
            "text": to_flowing_text(&letter.document), "letter_lang": letter.document.language,
        }))
    })
    .await
}

pub(super) async fn send_email(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let case = open(visit, house)?;
        let queued = dispatch_letter(&house.app, &case.file, &case.plan);
        or_back(queued.map(|()| Reply::To(case.url.clone())), &case)
    })
    .await
}

fn host_of(url: &str) -> &str {
    url.split_once("://")
        .map_or(url, |(_, rest)| rest)
        .split('/')
        .next()
        .unwrap_or(url)
}

pub(super) async fn kit(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/kit", |case, _, house| {
        let letter = case.file.unsent_letter().or(case.file.letters.last()).ok_or(PageError::NotFound)?;
        let regulator = case.regulator(house).filter(|_| letter.kind.goes_to_the_regulator());
        let entity = case.plan.controller.entity;
        let href = regulator.map(|one| one.complaint_form.clone()).or_else(|| entity.map(|entity| entity.form.clone())).unwrap_or_default();
        let checked_on = regulator.map(|one| one.checked_on).or_else(|| entity.map(|entity| entity.checked_on));
        let text = to_flowing_text(&letter.document);
        let mut fields = vec![json!({ "label_key": "kit.field_name", "value": case.file.raw.subject.name })];
        fields.extend(case.file.raw.subject.email.iter().map(|email| json!({ "label_key": "kit.field_email", "value": email })));
        let identifiers = case.file.raw.subject.identifiers.iter();
        fields.extend(identifiers.map(|one| json!({ "label_key": format!("identifier.{}", one.kind), "value": one.value })));
        Ok(json!({
            "recipient": recipient(case), "what": what(case), "form_host": host_of(&href), "form_href": href, "checked_on": checked_on,
            "form_is_old": checked_on.is_some_and(|on| (case.today - on).num_days() > 366),
            "steps": [], "length": text.chars().count(), "text": text, "letter_lang": letter.document.language, "limit": null, "fields": fields,
        }))
    })
    .await
}

pub(super) async fn switch(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/switch", |case, _, _| {
        let training = case.plan.controller.controller.and_then(|controller| controller.ai_training.as_ref()).ok_or(PageError::NotFound)?;
        let href = (!training.switch_url.is_empty()).then(|| training.switch_url.clone());
        Ok(json!({
            "switch_name": training.switch, "switch_host": host_of(&training.switch_url), "switch_href": href, "checked_on": training.checked_on,
            "steps": training.steps, "effect": training.effect,
        }))
    })
    .await
}

pub(super) async fn post(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/post", |case, _, house| {
        let letter = case.file.unsent_letter().or(case.file.letters.last()).ok_or(PageError::NotFound)?;
        let margin = case.file.home().and_then(|home| house.app.book.jurisdiction(&home)).map_or(5, |place| place.posting_margin_days);
        let unverified = case.plan.controller.entity.is_some_and(|entity| !entity.unconfirmed().is_empty());
        let margin = if letter.kind.goes_to_the_regulator() { 0 } else { margin };
        Ok(json!({
            "recipient": recipient(case), "what": what(case), "pdf_href": format!("{}/letter/{}.pdf", case.url, letter.id), "address": letter.document.recipient, "address_unverified": unverified, "margin_days": margin,
        }))
    })
    .await
}

pub(super) async fn own_mailbox(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    shows(request, house, "case/own_mailbox", |case, _, house| {
        let letter = case.file.unsent_letter().or(case.file.letters.last()).ok_or(PageError::NotFound)?;
        Ok(json!({
            "recipient": recipient(case), "what": what(case), "email": case.file.raw.subject.email, "eml_href": format!("{}/letter/{}.eml", case.url, letter.id),
            "mailto_href": null, "to": mailbox_of(case, house, letter), "reply_address": house.app.post_office.reply_address(&case.file.row.secrets.reply_token),
        }))
    })
    .await
}
