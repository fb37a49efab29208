//! Quotes, frames and signatures are not what the sender says.

use demur::domain::reading::Reply;

use crate::{reader, reply};

fn own(text: &str) -> String {
    reader().own_words(&reply(text)).trim().to_owned()
}

#[test]
fn a_marked_quote_is_left_out() {
    let text = "We have deleted it.\n\nOn 3 Feb 2026 at 10:11, Ann <case+abcdefgh@replies.example.org> wrote:\n\n> Delete my data.\n";
    assert_eq!(own(text), "We have deleted it.");
}

#[test]
fn an_attribution_over_two_lines_is_left_out() {
    let text = "Bien reçu.\n\nLe 2026-05-01 15:42, Clara <case+mzh89ctd@replies.example.org> a écrit\n:\n\n> Effacez mes données.\n";
    assert_eq!(own(text), "Bien reçu.");
}

#[test]
fn a_quote_below_a_header_block_is_left_out() {
    let text = "Erledigt, alles ist gelöscht.\n\nVon: A <a@b.example>\nGesendet: 1.2.2026\nAn: x@y.example\nBetreff: Widerspruch\n\nBitte löschen.\n";
    assert_eq!(own(text), "Erledigt, alles ist gelöscht.");
}

#[test]
fn answers_between_quoted_lines_are_kept() {
    let text = "> Delete my photos.\n\nThey are gone.\n\n> Tell the buyers.\n\nDone on Monday.\n";
    assert_eq!(own(text), "They are gone.\n\n\nDone on Monday.");
}

#[test]
fn an_answer_below_the_quote_is_kept() {
    let text = "On 3 Feb 2026 at 10:11, Ann <a@b.example> wrote:\n> Delete my data.\n\nWe have deleted it.\n";
    assert_eq!(own(text), "We have deleted it.");
}

#[test]
fn the_history_of_a_help_desk_is_left_out() {
    let text = "##- Please type your reply above this line -##\n\nYour account is closed.\n\n-----------------\n\nAnn Kaur, Wed, 15 Jul 2026 at 11:08\n\nDelete my data.\n";
    assert_eq!(own(text), "Your account is closed.");
}

#[test]
fn our_letter_without_any_mark_is_left_out_if_it_is_known() {
    let letter = "I object to the use of my data\nand ask you to refuse nothing without a reason.";
    let text = "All done.\n\nI object to the use of my data and ask\nyou to refuse nothing without a reason.\n";
    let known = Reply {
        letter: Some(letter),
        ..reply(text)
    };
    assert_eq!(reader().own_words(&known).trim(), "All done.");
}

#[test]
fn names_below_the_answer_are_left_out() {
    let text = "We have deleted it.\n\nKind regards\nErasure Team\nShop Ltd\n";
    assert_eq!(own(text), "We have deleted it.");
}
