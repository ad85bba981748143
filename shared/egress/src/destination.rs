//! Where requests may be sent.
//!
//! The address comes from a document that a person wrote, so it is not trusted: no plain HTTP, no address in a private
//! network. Both the address that a name resolves to and the address that is connected to are checked. Only the setting
//! for local use allows private destinations.

use std::net::{IpAddr, SocketAddr};

use app::failure::Failure;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// The address, if requests may be sent to it. An address written as numbers never reaches the resolver, so it is checked
/// here.
///
/// # Errors
/// [`Failure::Location`]: nothing is sent to the location until its document is corrected.
pub(crate) fn checked(url: &str, private_allowed: bool) -> Result<Url, Failure> {
    let rejected = |why: &'static str| Failure::location_unsent("invalid_address", why);
    let url = Url::parse(url).map_err(|_| rejected("it is not a URL"))?;
    if private_allowed {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(rejected("it is not https"));
    }
    let literal = url
        .host_str()
        .map(|host| host.trim_matches(['[', ']']))
        .and_then(|h| h.parse::<IpAddr>().ok());
    if literal.is_some_and(|address| !is_public(address)) {
        return Err(rejected("it is a private address"));
    }
    Ok(url)
}

/// Resolves names to public addresses only. The connection is made to the address that was checked.
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = addresses
                .filter(|address| is_public(address.ip()))
                .collect();
            if public.is_empty() {
                return Err("the name resolves to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Opens a connection to an address and closes it.
pub(crate) async fn connect(
    url: &Url,
    private_allowed: bool,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let host = url.host_str().ok_or("it has no host")?;
    let host = host.trim_matches(['[', ']']);
    let port = url.port_or_known_default().ok_or("it has no port")?;
    let addresses = tokio::net::lookup_host((host, port)).await?;
    let allowed: Vec<SocketAddr> = addresses
        .filter(|address| private_allowed || is_public(address.ip()))
        .collect();
    tokio::net::TcpStream::connect(allowed.as_slice()).await?;
    Ok(())
}

/// Whether an address is on the public internet: not this machine, not a private network, not the link-local range of
/// instance metadata, not a reserved range.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4() {
                return is_public(IpAddr::V4(v4));
            }
            let [first, second, ..] = v6.segments();
            // 64:ff9b::/96 and 2002::/16 carry IPv4 addresses inside; 2000::/3 is the range that is assigned.
            (first & 0xe000) == 0x2000
                && first != 0x2002
                && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_reserved_addresses_are_not_called() {
        for address in [
            "127.0.0.1",
            "10.0.0.8",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn private_addresses_in_any_notation_are_rejected() {
        for url in [
            "http://wms.example.com/hooks",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::ffff:169.254.169.254]/",
            "ftp://x.example/",
            "nonsense",
        ] {
            assert!(checked(url, false).is_err(), "{url}");
        }
        assert!(checked("https://wms.example.com/hooks", false).is_ok());
        assert!(checked("http://127.0.0.1:8080/", true).is_ok());
    }
}
