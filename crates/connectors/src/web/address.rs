//! Which addresses may be connected to: public ones. Everything that could be a machine of the
//! firm, this machine, or a way around to them is not. It looks no name up.

use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not connected to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// It is not `http` or `https`.
    #[error("only http and https are fetched, not {scheme}")]
    Scheme {
        /// What it is.
        scheme: String,
    },
    /// It carries a user or a password.
    #[error("a URL with a user or a password is not fetched")]
    User,
    /// A port that is not the web's.
    #[error("port {port} is not one of the web")]
    Port {
        /// The port.
        port: u16,
    },
    /// An address that is not public.
    #[error("{address} is not a public address")]
    NotPublic {
        /// The address.
        address: IpAddr,
    },
}

/// The port of a URL that may be fetched at all.
///
/// # Errors
/// Another scheme, a user, or another port than the web's; any port where loopback is allowed.
pub fn port(url: &Url, any: bool) -> Result<u16, Barred> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Barred::Scheme { scheme: url.scheme().to_owned() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Barred::User);
    }
    let port = url.port_or_known_default().unwrap_or(443);
    if any || matches!(port, 80 | 443) { Ok(port) } else { Err(Barred::Port { port }) }
}

/// Whether an address may be connected to.
///
/// # Errors
/// `NotPublic`.
pub fn may_connect(address: IpAddr, allow_loopback: bool) -> Result<(), Barred> {
    let public = match address {
        IpAddr::V4(v4) => is_public_v4(v4) || allow_loopback && v4.is_loopback(),
        IpAddr::V6(v6) => is_public_v6(v6) || allow_loopback && v6.is_loopback(),
    };
    if public { Ok(()) } else { Err(Barred::NotPublic { address }) }
}

/// The IANA registry of special addresses, turned round
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let protocol = a == 192 && b == 0 && c == 0;
    let relay = a == 192 && b == 88 && c == 99;
    !(a == 0
        || a >= 224
        || shared
        || benchmark
        || protocol
        || relay
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

/// Global unicast only, and none that carries another address within: mapped, NAT64, 6to4, Teredo.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, ..] = segments;
    let global = first & 0xe000 == 0x2000;
    let carries = first == 0x2002 || first == 0x2001 && second < 0x0200;
    let documents = first == 0x2001 && second == 0x0db8 || first & 0xfff0 == 0x3ff0;
    global && !carries && !documents
}
