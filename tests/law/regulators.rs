//! Who hears the complaint, for every place of this law data; and no regulator is e-mailed that takes no plain e-mail.

use demur::config::embedded_law;
use demur::domain::law::Sector;

use crate::{demur, json_lines};

/// Place of the person, regulator for a private controller.
const EXPECTED: &[(&str, &str)] = &[
    ("AT", "at-dsb"),
    ("BE", "be-apd"),
    ("BG", "bg-cpdp"),
    ("HR", "hr-azop"),
    ("CY", "cy-dpc"),
    ("CZ", "cz-uoou"),
    ("DK", "dk-datatilsynet"),
    ("EE", "ee-aki"),
    ("FI", "fi-tsv"),
    ("FR", "fr-cnil"),
    ("GR", "gr-hdpa"),
    ("HU", "hu-naih"),
    ("IE", "ie-dpc"),
    ("IT", "it-garante"),
    ("LV", "lv-dvi"),
    ("LT", "lt-vdai"),
    ("LU", "lu-cnpd"),
    ("MT", "mt-idpc"),
    ("NL", "nl-ap"),
    ("PL", "pl-uodo"),
    ("PT", "pt-cnpd"),
    ("RO", "ro-anspdcp"),
    ("SK", "sk-uoou"),
    ("SI", "si-ip"),
    ("ES", "es-aepd"),
    ("SE", "se-imy"),
    ("IS", "is-personuvernd"),
    ("LI", "li-dss"),
    ("NO", "no-datatilsynet"),
    ("DE-BW", "de-bw"),
    ("DE-BY", "de-by-lda"),
    ("DE-BE", "de-be"),
    ("DE-BB", "de-bb"),
    ("DE-HB", "de-hb"),
    ("DE-HH", "de-hh"),
    ("DE-HE", "de-he"),
    ("DE-MV", "de-mv"),
    ("DE-NI", "de-ni"),
    ("DE-NW", "de-nw"),
    ("DE-RP", "de-rp"),
    ("DE-SL", "de-sl"),
    ("DE-SN", "de-sn"),
    ("DE-ST", "de-st"),
    ("DE-SH", "de-sh"),
    ("DE-TH", "de-th"),
    ("GB", "gb-ico"),
    ("GB-ENG", "gb-ico"),
    ("GB-SCT", "gb-ico"),
    ("GB-WLS", "gb-ico"),
    ("GB-NIR", "gb-ico"),
    ("CH", "ch-fdpic"),
    ("CH-ZH", "ch-fdpic"),
    ("CH-GE", "ch-fdpic"),
    ("US-CA", "us-ca-cppa"),
    ("ES-CT", "es-aepd"),
    ("FR-IDF", "fr-cnil"),
    ("IT-25", "it-garante"),
];

#[test]
fn every_place_has_its_regulator() {
    for (place, wanted) in EXPECTED {
        let output = demur(&["regulator", "--jurisdiction", place]);
        assert!(
            output.status.success(),
            "{place}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let first = &json_lines(&output)[0];
        assert_eq!(first["id"], *wanted, "{place}");
        assert!(
            first["why"].as_str().unwrap().contains("private"),
            "{first}"
        );
    }
}

#[test]
fn every_jurisdiction_of_the_data_is_in_the_table() {
    let book = embedded_law().unwrap();
    for place in book.jurisdictions.values() {
        let codes = if place.code == "DE" {
            &place.subdivisions
        } else {
            &vec![place.code.clone()]
        };
        for code in codes {
            assert!(
                EXPECTED.iter().any(|(known, _)| known == code),
                "{code} is not in the table"
            );
        }
    }
}

#[test]
fn public_bodies_have_their_own_in_bavaria_and_catalonia() {
    for (place, wanted) in [
        ("DE-BY", "de-by-lfd"),
        ("ES-CT", "es-apdcat"),
        ("DE-BE", "de-be"),
        ("FR", "fr-cnil"),
    ] {
        let output = demur(&["regulator", "--jurisdiction", place, "--sector", "public"]);
        assert_eq!(json_lines(&output)[0]["id"], wanted, "{place}");
    }
}

#[test]
fn germany_alone_lists_the_laender_and_says_that_the_land_is_needed() {
    let output = demur(&["regulator", "--jurisdiction", "DE"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json_lines(&output).len(), 16);
    assert!(String::from_utf8_lossy(&output.stderr).contains("DE-BE"));
}

#[test]
fn no_regulator_is_emailed_that_takes_no_plain_email() {
    let book = embedded_law().unwrap();
    assert_eq!(book.regulators.len(), 71);
    let mut emailed = 0;
    for regulator in &book.regulators {
        let takes = matches!(
            regulator.email_complaint.as_str(),
            "accepted" | "form_preferred"
        );
        if regulator.takes_email() {
            assert!(
                takes && regulator.email.contains('@') && regulator.auto_send_ok,
                "{}",
                regulator.id
            );
            emailed += 1;
        } else {
            assert!(
                !takes
                    || !regulator.auto_send_ok
                    || regulator.email_checked.is_some()
                    || regulator.checked != demur::domain::law::Checked::Verified,
                "{}",
                regulator.id
            );
        }
    }
    assert!((20..71).contains(&emailed), "{emailed}");
    for (place, _) in EXPECTED {
        let place = demur::domain::place::PlaceCode::parse(place).unwrap();
        for (regulator, _) in book.competent_regulators(&place, Sector::Private).unwrap() {
            if matches!(
                regulator.id.as_str(),
                "fr-cnil"
                    | "nl-ap"
                    | "pl-uodo"
                    | "hu-naih"
                    | "es-aepd"
                    | "ch-fdpic"
                    | "us-ca-cppa"
                    | "it-garante"
                    | "bg-cpdp"
            ) {
                assert!(!regulator.takes_email(), "{}", regulator.id);
            }
        }
    }
}
