//! What the DNS says about our mail, judged record by record; and the asking itself, against a name server of this test.

use std::collections::BTreeMap;

use demur::mail::{Finding, Identity, Mx, Published, Records, State, evaluate};

const KEY: &str = "v=DKIM1; k=rsa; p=AAAA";

fn identity() -> Identity {
    Identity {
        from_domain: "example.org".to_owned(),
        reply_domain: "cases.example.org".to_owned(),
        dkim_domain: "example.org".to_owned(),
        dkim: vec![Published {
            name: "s1._domainkey.example.org".to_owned(),
            text: KEY.to_owned(),
        }],
    }
}

/// Records with which everything is well.
fn records() -> Records {
    let txt = [
        ("example.org", "v=spf1 include:relay.test -all"),
        ("cases.example.org", "v=spf1 redirect=example.org"),
        ("s1._domainkey.example.org", KEY),
        (
            "_dmarc.example.org",
            "v=DMARC1; p=quarantine; rua=mailto:d@example.org",
        ),
    ];
    let own = |(name, text): (&str, &str)| (name.to_owned(), Ok(vec![text.to_owned()]));
    Records {
        mx: Ok(vec![Mx {
            preference: 10,
            host: "mx.example.org".to_owned(),
            has_address: true,
        }]),
        txt: txt.map(own).into(),
    }
}

/// The findings after one name has other texts.
fn after(name: &str, texts: &[&str]) -> BTreeMap<String, Finding> {
    let mut records = records();
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    records.txt.insert(name.to_owned(), Ok(texts));
    by_name(evaluate(&identity(), &records))
}

fn by_name(findings: Vec<Finding>) -> BTreeMap<String, Finding> {
    findings
        .into_iter()
        .map(|finding| (format!("{} {}", finding.check, finding.name), finding))
        .collect()
}

#[test]
fn good_records_leave_nothing_to_do_but_the_relays_addresses() {
    let found = evaluate(&identity(), &records());
    let checks: Vec<&str> = found.iter().map(|finding| finding.check).collect();
    assert_eq!(checks, ["mx", "spf", "spf", "dkim", "dmarc", "dmarc"]);
    for finding in found {
        assert_eq!(finding.state, State::Good, "{finding:?}");
        assert_eq!(
            finding.to_do.is_empty(),
            finding.check != "spf",
            "{finding:?}"
        );
    }
}

#[test]
fn the_names_to_ask_for_are_each_asked_once() {
    assert_eq!(
        identity().names(),
        [
            "_dmarc.cases.example.org",
            "_dmarc.example.org",
            "cases.example.org",
            "example.org",
            "s1._domainkey.example.org",
        ]
    );
}

#[test]
fn a_reply_domain_without_a_server_is_wrong() {
    let mx = |list: Result<Vec<Mx>, String>| {
        let records = Records {
            mx: list,
            ..records()
        };
        evaluate(&identity(), &records).remove(0)
    };
    let host = |host: &str, has_address| Mx {
        preference: 0,
        host: host.to_owned(),
        has_address,
    };
    assert_eq!(mx(Ok(vec![])).state, State::Wrong);
    assert_eq!(mx(Ok(vec![host("", false)])).state, State::Wrong);
    assert_eq!(
        mx(Ok(vec![host("a", true), host("b", false)])).state,
        State::Wrong
    );
    assert_eq!(mx(Err("no answer".to_owned())).state, State::Unknown);
    let none = Identity {
        reply_domain: String::new(),
        ..identity()
    };
    assert!(
        evaluate(&none, &records())
            .iter()
            .all(|finding| finding.check != "mx")
    );
}

#[test]
fn spf_is_one_record_that_forbids_the_rest() {
    let many = format!("v=spf1 {}-all", "include:a.test ".repeat(11));
    for (texts, state) in [
        (vec!["v=spf1 a ~all"], State::Good),
        (vec!["something else", "V=SPF1 A -ALL"], State::Good),
        (vec![], State::Wrong),
        (vec!["v=spf10 -all"], State::Wrong),
        (vec!["v=spf1 -all", "v=spf1 a -all"], State::Wrong),
        (vec!["v=spf1 +all"], State::Wrong),
        (vec!["v=spf1 all"], State::Wrong),
        (vec!["v=spf1 a ?all"], State::Improve),
        (vec!["v=spf1 a"], State::Improve),
        (vec![many.as_str()], State::Wrong),
    ] {
        let found = after("example.org", &texts);
        assert_eq!(found["spf example.org"].state, state, "{texts:?}");
    }
}

#[test]
fn the_dkim_record_must_have_our_key() {
    for (texts, state) in [
        (vec!["p=AA AA"], State::Good),
        (
            vec!["v=DKIM1; h=sha1:sha256; s=email; p=AAAA;"],
            State::Good,
        ),
        (vec![], State::Wrong),
        (vec![KEY, KEY], State::Wrong),
        (vec!["v=DKIM1; k=rsa; p="], State::Wrong),
        (vec!["v=DKIM1; k=rsa; p=AAAB"], State::Wrong),
        (vec!["v=DKIM1; k=ed25519; p=AAAA"], State::Wrong),
        (vec!["v=DKIM1; h=sha1; p=AAAA"], State::Wrong),
        (vec!["v=DKIM1; s=tlsrpt; p=AAAA"], State::Wrong),
        (vec!["v=DKIM1; t=y:s; p=AAAA"], State::Improve),
    ] {
        let found = after("s1._domainkey.example.org", &texts);
        let finding = &found["dkim s1._domainkey.example.org"];
        assert_eq!(finding.state, state, "{texts:?}");
        assert_eq!(
            finding.to_do.contains(KEY),
            state == State::Wrong,
            "{texts:?}"
        );
    }
}

#[test]
fn without_a_key_of_ours_nobody_can_tell_whether_the_relay_signs() {
    let relay = Identity {
        dkim: vec![],
        dkim_domain: String::new(),
        ..identity()
    };
    let found = by_name(evaluate(&relay, &records()));
    assert_eq!(
        found["dkim <selector>._domainkey.example.org"].state,
        State::Unknown
    );
    assert!(
        found["dmarc _dmarc.example.org"]
            .found
            .contains("the relay's signature counts only")
    );
}

#[test]
fn dmarc_is_looked_for_at_the_domain_and_above() {
    for (texts, own, below) in [
        (vec![], State::Wrong, State::Wrong),
        (vec!["v=DMARC1; p=none"], State::Improve, State::Improve),
        (
            vec!["v=DMARC1; p=reject; sp=none"],
            State::Good,
            State::Improve,
        ),
        (vec!["v=DMARC1; p=perhaps"], State::Wrong, State::Wrong),
        (
            vec!["v=DMARC1; p=none", "v=DMARC1; p=reject"],
            State::Wrong,
            State::Wrong,
        ),
        (
            vec!["v=DMARC1; p=reject; adkim=s"],
            State::Good,
            State::Wrong,
        ),
    ] {
        let found = after("_dmarc.example.org", &texts);
        assert_eq!(found["dmarc _dmarc.example.org"].state, own, "{texts:?}");
        assert_eq!(
            found["dmarc _dmarc.cases.example.org"].state, below,
            "{texts:?}"
        );
    }
}

#[test]
fn a_signature_of_another_domain_does_not_count() {
    let signed = |domain: &str| {
        let identity = Identity {
            dkim_domain: domain.to_owned(),
            ..identity()
        };
        by_name(evaluate(&identity, &records()))["dmarc _dmarc.cases.example.org"].state
    };
    assert_eq!(signed("cases.example.org"), State::Good);
    assert_eq!(signed("mail.example.org"), State::Good);
    assert_eq!(signed("example.net"), State::Wrong);
    assert_eq!(signed("notexample.org"), State::Wrong);
}

#[test]
fn a_lookup_that_failed_is_unknown_and_not_wrong() {
    let mut records = records();
    for text in records.txt.values_mut() {
        *text = Err("the name server says ServerFailure".to_owned());
    }
    for finding in evaluate(&identity(), &records).iter().skip(1) {
        assert_eq!(finding.state, State::Unknown, "{finding:?}");
    }
}
