//! Opening a connection: TCP, greeting, encryption, login. Nothing that fails here says anything about a letter.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::guard::Guard;
use super::verdict::{code_of, step, trouble};
use super::{Deadlines, Login, Outcome, Phase, Relay, Tls};
use crate::mail::tls;

pub(super) async fn open(
    relay: &Relay,
    deadlines: &Deadlines,
) -> Result<AsyncSmtpConnection, Outcome> {
    let dialled = within(deadlines.connect, dial(relay)).await?;
    let (stream, peer) = dialled.map_err(|why| trouble(Phase::Connect, why))?;
    let hello = ClientId::Domain(relay.hello.clone());
    let greeted = AsyncSmtpConnection::connect_with_transport(stream, &hello);
    let mut conn = step(Phase::Greeting, deadlines.greeting, greeted).await?;
    if relay.tls == Tls::Starttls {
        encrypt(&mut conn, relay, &hello, deadlines).await?;
    }
    if let Some(login) = &relay.login {
        if relay.tls == Tls::Off && !peer.ip().is_loopback() {
            let why = "no password goes to another machine without TLS";
            return Err(trouble(Phase::Greeting, why));
        }
        sign_in(&mut conn, login, deadlines).await?;
    }
    Ok(conn)
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, Outcome> {
    timeout(limit, work)
        .await
        .map_err(|_late| trouble(Phase::Connect, "deadline passed"))
}

async fn dial(relay: &Relay) -> Result<(Box<dyn AsyncTokioStream>, SocketAddr), String> {
    let opened = async {
        let tcp = TcpStream::connect((relay.host.as_str(), relay.port)).await?;
        // Body and dot are two writes: waiting to join them costs 40 ms.
        tcp.set_nodelay(true)?;
        let peer = tcp.peer_addr()?;
        Ok::<_, io::Error>((tcp, peer))
    };
    let (tcp, peer) = opened.await.map_err(|error| error.to_string())?;
    let stream: Box<dyn AsyncTokioStream> = match relay.tls {
        Tls::Off | Tls::Starttls => Box::new(Guard::new(tcp, peer)),
        Tls::Implicit => Box::new(Guard::new(tls::wrap(&relay.host, tcp).await?, peer)),
    };
    Ok((stream, peer))
}

async fn encrypt(
    conn: &mut AsyncSmtpConnection,
    relay: &Relay,
    hello: &ClientId,
    deadlines: &Deadlines,
) -> Result<(), Outcome> {
    if !conn.can_starttls() {
        return Err(trouble(Phase::Greeting, "the relay offers no STARTTLS"));
    }
    let parameters = TlsParameters::new(relay.host.clone())
        .map_err(|error| trouble(Phase::Greeting, error.to_string()))?;
    let upgraded = conn.starttls(parameters, hello);
    step(Phase::Greeting, deadlines.greeting, upgraded).await?;
    if conn.is_encrypted() {
        Ok(())
    } else {
        Err(trouble(Phase::Greeting, "the connection stayed plain"))
    }
}

async fn sign_in(
    conn: &mut AsyncSmtpConnection,
    login: &Login,
    deadlines: &Deadlines,
) -> Result<(), Outcome> {
    let credentials = Credentials::new(login.user.clone(), login.password.clone());
    let asked = conn.auth(DEFAULT_MECHANISMS, &credentials);
    let reply = step(Phase::Greeting, deadlines.greeting, asked).await?;
    if code_of(&reply) == 235 {
        Ok(())
    } else {
        let why = format!("expected 235, got {}", reply.code());
        Err(trouble(Phase::Greeting, why))
    }
}
