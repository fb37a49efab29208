//! Where a request comes from, as far as limits count it: the sender's address, shortened to its network where one person has many.

use std::net::IpAddr;

use actix_web::HttpRequest;

/// The network of a request. A proxy is believed only if it is one of ours; its own entry is the last one.
pub(super) fn network(request: &HttpRequest, trusted: &[IpAddr]) -> String {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip()) else {
        return String::new();
    };
    if !trusted.contains(&peer) {
        return shortened(peer);
    }
    let header = request.headers().get("x-forwarded-for");
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let claimed = text.rsplit(',').filter_map(|one| one.trim().parse().ok());
    let sender = claimed
        .into_iter()
        .find(|one: &IpAddr| !trusted.contains(one));
    shortened(sender.unwrap_or(peer))
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
