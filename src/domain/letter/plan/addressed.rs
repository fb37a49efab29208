//! Whom a letter addresses: the entity of the directory that answers to the person's region, or a company the person described.

use super::{Addressed, Refusal};
use crate::domain::law::{Controller, Entity, LawBook, NotFound};
use crate::domain::letter::{CaseFacts, Channel, GivenController};

pub(super) fn addressed<'a>(
    book: &'a LawBook,
    facts: &CaseFacts,
) -> Result<Addressed<'a>, Refusal> {
    match &facts.controller {
        GivenController::Listed(id) => {
            let controller = book.controller(id)?;
            let entity = book
                .entity(controller, &facts.jurisdiction)
                .ok_or_else(|| NotFound {
                    what: "legal entity for this place of",
                    given: controller.id.clone(),
                    near: Vec::new(),
                })?;
            Ok(listed(controller, entity))
        }
        GivenController::Described {
            name,
            address,
            email,
        } => Ok(Addressed {
            brand: name.clone(),
            name: name.clone(),
            address: address.clone(),
            country: None,
            email: email.clone(),
            controller: None,
            entity: None,
            // Demur itself mails only addresses of the directory or approved by the operator.
            channel: if email.is_some() {
                Channel::OwnMailbox
            } else {
                Channel::Post
            },
        }),
    }
}

fn listed<'a>(controller: &'a Controller, entity: &'a Entity) -> Addressed<'a> {
    let email = (!entity.email.is_empty()).then(|| entity.email.clone());
    let channel = match (&email, entity.form.is_empty()) {
        (Some(_), _) => Channel::Email,
        (None, false) => Channel::WebForm,
        (None, true) => Channel::Post,
    };
    Addressed {
        brand: controller.name.clone(),
        name: entity.name.clone(),
        address: entity.address.clone(),
        country: Some(entity.country.clone()),
        email,
        controller: Some(controller),
        entity: Some(entity),
        channel,
    }
}
