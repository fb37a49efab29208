//! Only our own mail server is believed.

use demur::domain::reading::Authenticity;
use demur::mail::authenticity;

const FROM: &str = "privacy@shop.example";

fn judge(headers: &[&str]) -> Authenticity {
    let headers: Vec<String> = headers.iter().map(|one| (*one).to_owned()).collect();
    authenticity(&headers, "mx1.replies.example.org", FROM)
}

#[test]
fn a_dmarc_pass_of_our_server_proves() {
    let header =
        "mx1.replies.example.org; dkim=none; spf=none; dmarc=pass header.from=shop.example";
    assert_eq!(judge(&[header]), Authenticity::Proven);
}

#[test]
fn a_signature_of_the_senders_domain_proves() {
    let header = "mx1.replies.example.org; dkim=pass header.d=shop.example header.s=s1; spf=none";
    assert_eq!(judge(&[header]), Authenticity::Proven);
}

#[test]
fn a_signature_of_another_domain_does_not() {
    let header = "mx1.replies.example.org; dkim=pass header.d=bulk.example; spf=pass smtp.mailfrom=bounce@bulk.example";
    assert_eq!(judge(&[header]), Authenticity::NotProven);
}

#[test]
fn a_domain_that_only_ends_alike_is_another() {
    let header = "mx1.replies.example.org; dkim=pass header.d=notshop.example";
    assert_eq!(judge(&[header]), Authenticity::NotProven);
}

#[test]
fn a_dmarc_failure_contradicts_whatever_else_passes() {
    let header = "mx1.replies.example.org; dkim=pass header.d=shop.example; dmarc=fail (p=reject) header.from=shop.example";
    assert_eq!(judge(&[header]), Authenticity::Contradicted);
}

#[test]
fn a_broken_signature_with_a_soft_failure_is_only_not_proven() {
    let header = "mx1.replies.example.org; dkim=fail (body hash did not verify) header.d=shop.example; spf=softfail";
    assert_eq!(judge(&[header]), Authenticity::NotProven);
}

#[test]
fn a_result_of_another_server_is_not_believed() {
    let header =
        "mx.shop.example; dkim=pass header.d=shop.example; dmarc=pass header.from=shop.example";
    assert_eq!(judge(&[header]), Authenticity::NotProven);
}

#[test]
fn a_result_in_our_name_below_a_foreign_one_is_not_believed() {
    let ours = "mx1.replies.example.org; dkim=none; spf=none";
    let foreign = "mx.shop.example; spf=none";
    let forged = "mx1.replies.example.org; dmarc=pass header.from=shop.example";
    assert_eq!(judge(&[ours, foreign, forged]), Authenticity::NotProven);
}

#[test]
fn a_result_inside_a_comment_is_none() {
    let header = "mx1.replies.example.org; spf=none (x; dmarc=pass header.from=shop.example)";
    assert_eq!(judge(&[header]), Authenticity::NotProven);
}
