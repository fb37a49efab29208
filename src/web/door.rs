//! The pages of the controller's door: what is asked, the code, and the forms by which the controller says something. Looking changes nothing; every button leads to a receipt.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::House;
use super::case::Form;
use super::door_view::{
    PageOrProblem, context, declared, declared_rows, extension_notes, in_words, problem,
};
use super::frame::{PageError, Reply, Visit, again, page, show as show_page, take, take_fields};
use super::upload;
use crate::app::case::{
    Door, DoorEntry, Refused, ask_door_code, enter_door, enter_door_code, extension_worth,
    open_door,
};
use crate::app::form::{Fields, Problem};
use crate::domain::case::Origin;
use crate::domain::door::Declared;
use crate::storage::{ReplyRow, StorageError};

/// The door behind the link of the address.
fn opened(visit: &Visit, house: &House) -> Result<Door, PageError> {
    Ok(open_door(
        &house.app,
        visit.part(2),
        visit.door_pass.as_deref(),
    )?)
}

fn url(visit: &Visit) -> String {
    format!("/door/{}", visit.part(2))
}

pub(super) async fn show(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        let door = opened(visit, house)?;
        let plan = door.plan(&house.app)?;
        let context = context(&door, &plan, visit, house, &Fields::default());
        Ok(page("door/show", context))
    })
    .await
}

/// Where a button leads that was pressed too late: back to the door.
pub(super) async fn back(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        opened(visit, house).map(|_door| Reply::To(url(visit)))
    })
    .await
}

pub(super) async fn extend(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    form_page(request, house, "door/extend").await
}

pub(super) async fn answer(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    form_page(request, house, "door/answer").await
}

/// A form of the door; where the link alone opens nothing, the page that asks for the code.
async fn form_page(
    request: HttpRequest,
    house: web::Data<House>,
    template: &'static str,
) -> HttpResponse {
    show_page(request, house, move |visit, house| {
        let door = opened(visit, house)?;
        if !door.is_open() {
            return Ok(Reply::To(url(visit)));
        }
        let plan = door.plan(&house.app)?;
        let context = context(&door, &plan, visit, house, &Fields::default());
        Ok(page(template, backed(context, visit)))
    })
    .await
}

/// With the way back to the door.
fn backed(mut context: Value, visit: &Visit) -> Value {
    if let Some(map) = context.as_object_mut() {
        map.insert("back".to_owned(), json!(url(visit)));
    }
    context
}

pub(super) async fn ask_code(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let door = opened(visit, house)?;
        let word = match ask_door_code(&house.app, &door) {
            Ok(_mailbox) => "notice.door_code_sent",
            Err(crate::app::AppError::Storage(StorageError::Limit)) => "notice.door_code_wait",
            Err(error) => return Err(error.into()),
        };
        Ok(Reply::ToWithNotice(url(visit), word.to_owned()))
    })
    .await
}

pub(super) async fn prove(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, fields| {
        let door = opened(visit, house)?;
        let pass = enter_door_code(&house.app, &door, fields.get("code"), &visit.network)?;
        if let Some(pass) = pass {
            return Ok(Reply::Passed(url(visit), pass));
        }
        let plan = door.plan(&house.app)?;
        let context = context(&door, &plan, visit, house, &Fields::default());
        let problems = [Problem::new("code", "problem.door_code")];
        Ok(again("door/show", context, visit, house, &problems))
    })
    .await
}

pub(super) async fn received(
    request: HttpRequest,
    house: web::Data<House>,
    form: Form,
) -> HttpResponse {
    take(request, house, form, |visit, house, _| {
        let door = opened(visit, house)?;
        let entry = DoorEntry {
            declared: Declared::Received,
            text: String::new(),
            files: Vec::new(),
        };
        match enter_door(&house.app, &door, &entry) {
            Ok(receipt) => Ok(to_receipt(visit, receipt.entry)),
            Err(refused) => Err(not_taken(refused)),
        }
    })
    .await
}

fn to_receipt(visit: &Visit, entry: uuid::Uuid) -> Reply {
    Reply::To(format!("{}/receipt/{entry}", url(visit)))
}

fn not_taken(refused: Refused) -> PageError {
    match refused {
        Refused::App(error) => error.into(),
        Refused::CodeNeeded | Refused::Faults(_) => PageError::LookAgain,
    }
}

/// More time or an answer, with files.
pub(super) async fn enter(
    request: HttpRequest,
    house: web::Data<House>,
    form: Multipart,
) -> HttpResponse {
    // Nobody fills the memory of this machine without a door, and few do it at once.
    let places = house.clone();
    let _place = places.uploads.acquire().await;
    let looked = back(request.clone(), house.clone()).await;
    if !looked.status().is_redirection() {
        return looked;
    }
    let upload = match upload::read(form).await {
        Ok(upload) => upload,
        Err(why) => return upload::not_read(why, request, house).await,
    };
    let (files, file_problem) = (upload.files, upload.problem);
    take_fields(request, house, upload.fields, |visit, house, fields| {
        let door = opened(visit, house)?;
        let mut problems: Vec<Problem> = file_problem.into_iter().collect();
        match said(&door, visit, house, fields) {
            Ok(declared) if problems.is_empty() => {
                let entry = DoorEntry {
                    declared,
                    text: fields.get("text").to_owned(),
                    files,
                };
                match enter_door(&house.app, &door, &entry) {
                    Ok(receipt) => return Ok(to_receipt(visit, receipt.entry)),
                    Err(Refused::Faults(faults)) => {
                        problems.extend(faults.into_iter().map(problem))
                    }
                    Err(refused) => return Err(not_taken(refused)),
                }
            }
            Ok(_declared) => {}
            Err(PageOrProblem::Problem(fault)) => problems.push(fault),
            Err(PageOrProblem::Page(error)) => return Err(error),
        }
        form_again(&door, visit, house, fields, &problems)
    })
    .await
}

fn said(
    door: &Door,
    visit: &Visit,
    house: &House,
    fields: &Fields,
) -> Result<Declared, PageOrProblem> {
    let plan = door
        .plan(&house.app)
        .map_err(|error| PageOrProblem::Page(error.into()))?;
    declared(visit.part(3), fields, &plan)
}

fn form_again(
    door: &Door,
    visit: &Visit,
    house: &House,
    fields: &Fields,
    problems: &[Problem],
) -> Result<Reply, PageError> {
    let plan = door.plan(&house.app)?;
    let context = backed(context(door, &plan, visit, house, fields), visit);
    let template = match visit.part(3) {
        "extend" => "door/extend",
        _ => "door/answer",
    };
    Ok(again(template, context, visit, house, problems))
}

/// The receipt of an entry: what came, when, and its number.
pub(super) async fn receipt(request: HttpRequest, house: web::Data<House>) -> HttpResponse {
    show_page(request, house, |visit, house| {
        let door = opened(visit, house)?;
        let wanted = visit.part(4);
        let seen = door.past();
        let entry = seen
            .iter()
            .find(|one| one.entry.to_string() == wanted)
            .ok_or(PageError::NotFound)?;
        let mut replies = door.file.replies.iter();
        let reply = replies
            .find(|reply| reply.id == entry.entry)
            .ok_or(PageError::NotFound)?;
        let own = receipt_view(&door, reply, visit, house)?;
        let plan = door.plan(&house.app)?;
        let mut context = context(&door, &plan, visit, house, &Fields::default());
        if let Some(map) = context.as_object_mut() {
            map.insert("receipt".to_owned(), own);
        }
        Ok(page("door/receipt", context))
    })
    .await
}

fn receipt_view(
    door: &Door,
    reply: &ReplyRow,
    visit: &Visit,
    house: &House,
) -> Result<Value, PageError> {
    let id = reply.id.to_string();
    let mut events = door.file.events.iter();
    let hash = events.find_map(|event| {
        let of_it = event.payload.get("reply")?.as_str()? == id;
        let hash = event.payload.get("entry_sha256")?.as_str()?;
        of_it.then(|| hash.to_owned())
    });
    let extension = extension_worth(&house.app, &door.file, reply)?;
    let declared = reply.content.declared.as_ref();
    Ok(json!({
        "what_key": declared.map(|one| format!("door.what_{}", one.as_str())), "at": in_words(reply.arrived_at), "number": id, "sha256": hash,
        "proven": reply.origin == Origin::DoorProven,
        "rows": declared.map(|one| declared_rows(one, visit, house)).unwrap_or_default(),
        "notes": extension.as_ref().map(extension_notes).unwrap_or_default(),
    }))
}
