//! Asking a name server: what it says, what it does not know, a long answer, a false one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};

use demur::config::SystemRandom;
use demur::mail::{Identity, Records, Resolver};
use simple_dns::rdata::{A, MX, RData, TXT};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};

/// A name server with a few names; `id_off_by` makes its answers belong to no question.
fn server(id_off_by: u16) -> SocketAddr {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(at).unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, peer)) = udp.recv_from(&mut buffer) {
            let mut bytes = answer(buffer.get(..length).unwrap(), id_off_by);
            if bytes.len() > 512 {
                // Cut off in the middle, with the flag that says so.
                bytes.truncate(512);
                *bytes.get_mut(2).unwrap() |= 2;
            }
            udp.send_to(&bytes, peer).unwrap();
        }
    });
    std::thread::spawn(move || {
        for stream in tcp.incoming() {
            let mut stream = stream.unwrap();
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut query).unwrap();
            let bytes = answer(&query, id_off_by);
            let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
            stream
                .write_all(&[&length, bytes.as_slice()].concat())
                .unwrap();
        }
    });
    at
}

fn answer(query: &[u8], id_off_by: u16) -> Vec<u8> {
    let query = Packet::parse(query).unwrap();
    let question = query.questions.first().unwrap().clone();
    let mut reply = Packet::new_reply(query.id().wrapping_add(id_off_by));
    reply.set_flags(PacketFlag::RESPONSE);
    let name = question.qname.clone();
    let mut add = |data| {
        reply
            .answers
            .push(ResourceRecord::new(name.clone(), CLASS::IN, 60, data));
    };
    let mx = |host| {
        RData::MX(MX {
            preference: 10,
            exchange: Name::new(host).unwrap(),
        })
    };
    let long = "x".repeat(250);
    match (question.qname.to_string().as_str(), question.qtype) {
        ("cases.example.org", QTYPE::TYPE(TYPE::MX)) => add(mx("mx.example.org")),
        ("null.example.org", QTYPE::TYPE(TYPE::MX)) => add(mx(".")),
        ("mx.example.org", QTYPE::TYPE(TYPE::A)) => add(RData::A(A { address: 1 })),
        ("example.org", QTYPE::TYPE(TYPE::TXT)) => {
            add(RData::TXT(
                TXT::new()
                    .with_string("v=spf1 ")
                    .unwrap()
                    .with_string("-all")
                    .unwrap(),
            ));
        }
        ("cases.example.org", QTYPE::TYPE(TYPE::TXT)) => {
            let txt = (0..8).fold(TXT::new(), |txt, _| txt.with_string(&long).unwrap());
            add(RData::TXT(txt));
        }
        ("_dmarc.cases.example.org", _) => *reply.rcode_mut() = RCODE::ServerFailure,
        _ => *reply.rcode_mut() = RCODE::NameError,
    }
    reply.build_bytes_vec().unwrap()
}

fn look_up(server: SocketAddr, reply_domain: &str) -> Records {
    let identity = Identity {
        from_domain: "example.org".to_owned(),
        reply_domain: reply_domain.to_owned(),
        dkim_domain: String::new(),
        dkim: vec![],
    };
    Resolver::at(server, &SystemRandom).look_up(&identity)
}

#[test]
fn what_the_server_says_is_what_is_found() {
    let found = look_up(server(0), "cases.example.org");
    let mx = found.mx.unwrap();
    assert_eq!(mx.len(), 1);
    assert_eq!(
        (mx[0].host.as_str(), mx[0].has_address),
        ("mx.example.org", true)
    );
    assert_eq!(found.txt["example.org"], Ok(vec!["v=spf1 -all".to_owned()]));
    assert_eq!(found.txt["_dmarc.example.org"], Ok(vec![]), "no such name");
    let failed = found.txt["_dmarc.cases.example.org"].clone();
    assert_eq!(failed, Err("the name server says ServerFailure".to_owned()));
}

#[test]
fn a_long_answer_is_read_whole() {
    let found = look_up(server(0), "cases.example.org");
    assert_eq!(found.txt["cases.example.org"], Ok(vec!["x".repeat(2000)]));
}

#[test]
fn a_domain_that_takes_no_mail_says_so() {
    let mx = look_up(server(0), "null.example.org").mx.unwrap();
    assert_eq!(mx[0].host, "");
}

#[test]
fn an_answer_to_another_question_is_not_believed() {
    let found = look_up(server(1), "");
    assert!(found.txt.values().all(Result::is_err), "{found:?}");
}
