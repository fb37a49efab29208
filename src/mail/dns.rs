//! Asks a name server for mail exchangers and texts. For `demur check --mail` alone: sending leaves names to the relay.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, Question, RCODE, TYPE, header_buffer};

use super::deliverability::{Identity, Mx, Records};
use crate::domain::random::Random;

const PATIENCE: Duration = Duration::from_secs(3);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// The name cannot be asked for.
    #[error("`{0}` is no name of the DNS")]
    Name(String),
    /// No server answered.
    #[error("no name server answers: {0}")]
    Io(#[from] std::io::Error),
    /// An answer that cannot be read, or not to this question.
    #[error("the name server's answer cannot be read")]
    Answer,
    /// The server says that it cannot tell.
    #[error("the name server says {0}")]
    Refused(String),
    /// Nobody said which server to ask.
    #[error("/etc/resolv.conf names no name server; say which with --dns")]
    NoServer,
}

/// Asks one name server after the other until one answers.
pub struct Resolver<'a> {
    servers: Vec<SocketAddr>,
    random: &'a dyn Random,
}

impl<'a> Resolver<'a> {
    /// Asks one server.
    pub fn at(server: SocketAddr, random: &'a dyn Random) -> Resolver<'a> {
        Resolver {
            servers: vec![server],
            random,
        }
    }

    /// Asks the servers of this machine.
    ///
    /// # Errors
    /// [`DnsError::NoServer`] if it names none, [`DnsError::Io`] if that cannot be read.
    pub fn of_system(random: &'a dyn Random) -> Result<Resolver<'a>, DnsError> {
        let file = std::fs::read_to_string("/etc/resolv.conf")?;
        let address = |line: &str| {
            let rest = line.trim().strip_prefix("nameserver")?;
            // An address of a link alone (`fe80::1%eth0`) is passed over.
            Some(SocketAddr::new(rest.trim().parse::<IpAddr>().ok()?, 53))
        };
        let servers: Vec<SocketAddr> = file.lines().filter_map(address).collect();
        if servers.is_empty() {
            return Err(DnsError::NoServer);
        }
        Ok(Resolver { servers, random })
    }

    /// Looks up everything that [`super::evaluate`] asks about these senders.
    #[must_use]
    pub fn look_up(&self, identity: &Identity) -> Records {
        let mx = match identity.reply_domain.as_str() {
            "" => Ok(Vec::new()),
            domain => self.mx(domain).map_err(|error| error.to_string()),
        };
        let names = identity.names().into_iter();
        let txt = names.map(|name| {
            let texts = self.txt(&name).map_err(|error| error.to_string());
            (name, texts)
        });
        Records {
            mx,
            txt: txt.collect(),
        }
    }

    fn mx(&self, domain: &str) -> Result<Vec<Mx>, DnsError> {
        let mut found = self.ask(domain, TYPE::MX, |data| match data {
            RData::MX(mx) => Some((mx.preference, mx.exchange.to_string())),
            _ => None,
        })?;
        found.sort();
        let with_address = |(preference, host): (u16, String)| {
            let has_address = !host.is_empty() && self.has_address(&host)?;
            Ok(Mx {
                preference,
                host,
                has_address,
            })
        };
        found.into_iter().map(with_address).collect()
    }

    fn has_address(&self, host: &str) -> Result<bool, DnsError> {
        let is_address =
            |data: &RData<'_>| matches!(data, RData::A(_) | RData::AAAA(_)).then_some(());
        Ok(!self.ask(host, TYPE::A, is_address)?.is_empty()
            || !self.ask(host, TYPE::AAAA, is_address)?.is_empty())
    }

    fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.ask(name, TYPE::TXT, |data| match data {
            // Its strings are one text, without anything between them.
            RData::TXT(txt) => String::try_from(txt.clone()).ok(),
            _ => None,
        })
    }

    /// What the first server that answers says; nothing for a name that does not exist.
    fn ask<T>(
        &self,
        name: &str,
        kind: TYPE,
        take: impl Fn(&RData<'_>) -> Option<T>,
    ) -> Result<Vec<T>, DnsError> {
        let mut last = DnsError::NoServer;
        for server in &self.servers {
            match self.ask_at(*server, name, kind, &take) {
                Ok(found) => return Ok(found),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn ask_at<T>(
        &self,
        server: SocketAddr,
        name: &str,
        kind: TYPE,
        take: impl Fn(&RData<'_>) -> Option<T>,
    ) -> Result<Vec<T>, DnsError> {
        let mut id = [0; 2];
        self.random.fill(&mut id);
        let id = u16::from_le_bytes(id);
        let query = query(id, name, kind)?;
        let mut bytes = over_udp(server, &query)?;
        // A long answer comes cut off; the whole of it takes a connection.
        if header_buffer::has_flags(&bytes, PacketFlag::TRUNCATION).unwrap_or(false) {
            bytes = over_tcp(server, &query)?;
        }
        let answer = Packet::parse(&bytes).map_err(|_wrong| DnsError::Answer)?;
        if answer.id() != id || !answer.has_flags(PacketFlag::RESPONSE) {
            return Err(DnsError::Answer);
        }
        match answer.rcode() {
            RCODE::NoError => Ok(answer
                .answers
                .iter()
                .filter_map(|record| take(&record.rdata))
                .collect()),
            RCODE::NameError => Ok(Vec::new()),
            code => Err(DnsError::Refused(format!("{code:?}"))),
        }
    }
}

fn query(id: u16, name: &str, kind: TYPE) -> Result<Vec<u8>, DnsError> {
    let wrong = || DnsError::Name(name.to_owned());
    let question = Name::new(name).map_err(|_wrong| wrong())?;
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet.questions.push(Question::new(
        question,
        QTYPE::TYPE(kind),
        CLASS::IN.into(),
        false,
    ));
    packet.build_bytes_vec().map_err(|_wrong| wrong())
}

fn over_udp(server: SocketAddr, query: &[u8]) -> std::io::Result<Vec<u8>> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (std::net::Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    // From now on nobody else's answer is taken.
    socket.connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut buffer = vec![0; 4096];
    socket.send(query)?;
    let length = socket.recv(&mut buffer).or_else(|_lost| {
        socket.send(query)?;
        socket.recv(&mut buffer)
    })?;
    buffer.truncate(length);
    Ok(buffer)
}

fn over_tcp(server: SocketAddr, query: &[u8]) -> Result<Vec<u8>, DnsError> {
    let mut stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = u16::try_from(query.len()).map_err(|_too_long| DnsError::Answer)?;
    stream.write_all(&[&length.to_be_bytes(), query].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}
