//! Which addresses a request may go to. The address checked is the address connected to: names are checked after they are
//! resolved, in the very resolver the connection uses, so a name that answers differently the second time gains nothing.

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use ipnet::IpNet;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What may be connected to.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressRule {
    /// Everything, this machine too.
    pub(super) allow_private: bool,
    /// These, whatever they are, besides the public internet.
    pub(super) allow: Vec<IpNet>,
}

impl AddressRule {
    pub(super) fn permits(&self, address: IpAddr) -> bool {
        // `::ffff:127.0.0.1` is 127.0.0.1 to the kernel, so it is to us.
        let address = address.to_canonical();
        self.allow_private || self.allow.iter().any(|net| net.contains(&address)) || is_public(address)
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// All of IPv4 but the special-purpose registry of RFC 6890 and its successors, and Azure's metadata address.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special && address != Ipv4Addr::new(168, 63, 129, 16)
}

/// Only what IANA has given out as global unicast, less the ranges that lead back into IPv4 or nowhere.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let embedded = |high: u16, low: u16| is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match s {
        // NAT64 and 6to4 reach the IPv4 address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // IETF protocol assignments (Teredo among them) and documentation.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        _ => s[0] & 0xe000 == 0x2000,
    }
}

/// A host all of whose addresses are out of bounds.
#[derive(Debug, thiserror::Error)]
#[error("every address of the host is private, local or reserved")]
pub(super) struct Refused;

/// The system's resolver, less the addresses out of bounds. Literal addresses never come here: see
/// [`target`](super::request::target).
#[derive(Clone)]
pub(super) struct GuardedResolver {
    rule: Arc<AddressRule>,
    system: GaiResolver,
}

impl GuardedResolver {
    pub(super) fn new(rule: Arc<AddressRule>) -> Self {
        Self { rule, system: GaiResolver::new() }
    }
}

impl Service<Name> for GuardedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.system.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (rule, resolving) = (Arc::clone(&self.rule), self.system.call(name));
        Box::pin(async move {
            let found: Vec<SocketAddr> = resolving.await?.collect();
            let any = !found.is_empty();
            let permitted: Vec<SocketAddr> = found.into_iter().filter(|address| rule.permits(address.ip())).collect();
            if any && permitted.is_empty() {
                return Err(Refused.into());
            }
            Ok(permitted.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(rule: &AddressRule, address: &str) -> bool {
        rule.permits(address.parse().unwrap())
    }

    #[test]
    fn only_the_public_internet_is_reached() {
        let rule = AddressRule::default();
        for bad in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "168.63.129.16",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::1",
            "2002:a00:1::",
            "2001::1",
            "2001:db8::1",
            "100::1",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!permits(&rule, bad), "{bad}");
        }
        for good in [
            "1.1.1.1",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2001:4860:4860::8888",
            "2a00:1450::1",
            "64:ff9b::101:101",
            "2002:101:101::1",
            "::ffff:1.1.1.1",
        ] {
            assert!(permits(&rule, good), "{good}");
        }
    }

    #[test]
    fn what_is_allowed_is_reached_in_every_spelling() {
        let rule = AddressRule { allow_private: false, allow: vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()] };
        assert!(permits(&rule, "10.1.2.3") && permits(&rule, "::ffff:10.1.2.3") && permits(&rule, "fd12::1"));
        assert!(!permits(&rule, "10.2.0.1") && !permits(&rule, "127.0.0.1"));
        assert!(permits(&AddressRule { allow_private: true, allow: vec![] }, "127.0.0.1"));
    }
}
