//! Where a request comes from, as far as limits count it: the sender's address, shortened to its network where one person has many.

use std::net::IpAddr;

use actix_web::HttpRequest;

/// The network of a request. A proxy is believed only if it is one of ours. Each proxy adds the sender it saw at the end of the list, so the list is read from
/// its end, and what cannot be read ends it: everything before it may be invented.
pub(super) fn network(request: &HttpRequest, trusted: &[IpAddr]) -> String {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip().to_canonical()) else {
        return String::new();
    };
    let mut sender = peer;
    let lines = request.headers().get_all("x-forwarded-for");
    let list: Vec<&str> = lines
        .flat_map(|line| line.to_str().unwrap_or_default().split(','))
        .collect();
    for claimed in list.iter().rev() {
        if !trusted.contains(&sender) {
            break;
        }
        match claimed.trim().parse::<IpAddr>() {
            Ok(claimed) => sender = claimed.to_canonical(),
            Err(_unreadable) => break,
        }
    }
    shortened(sender)
}

/// One connection has many IPv6 addresses: the first 48 bits count.
fn shortened(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}
