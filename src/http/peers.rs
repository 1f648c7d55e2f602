//! How many connections one address may hold, so that no single one shuts everybody else out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections by address. Clones share it.
#[derive(Clone)]
pub(super) struct Peers {
    most: usize,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Peers {
    /// At most `most` connections an address.
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: Arc::default() }
    }

    /// A place for one more connection from this address, given back when it is dropped; None when it holds enough.
    ///
    /// Machines near by may be proxies, through which everybody comes: they are not counted.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Admission> {
        if super::serve::is_near(address) {
            return Some(Admission { peers: None, who: address });
        }
        let who = household(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(who).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Admission { peers: Some(self.clone()), who })
    }
}

/// An address, or the network of 64 bits that an IPv6 customer is given whole.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// A connection's place among those of its address.
pub(super) struct Admission {
    peers: Option<Peers>,
    who: IpAddr,
}

impl Drop for Admission {
    fn drop(&mut self) {
        let Some(peers) = &self.peers else { return };
        let mut held = peers.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_holds_its_share_and_a_proxy_near_by_as_many_as_come() {
        let peers = Peers::new(2);
        let admit = |address: &str| peers.admit(address.parse().unwrap());
        let first = (admit("203.0.113.9"), admit("::ffff:203.0.113.9"));
        assert!(first.0.is_some() && first.1.is_some() && admit("203.0.113.9").is_none());
        assert!(admit("203.0.113.10").is_some());
        let network = (admit("2001:db8::1"), admit("2001:db8::2"));
        assert!(network.0.is_some() && network.1.is_some() && admit("2001:db8::3").is_none() && admit("2001:db8:0:1::1").is_some());
        let proxies: Vec<_> = (0..10).map(|_| admit("10.0.0.2")).collect();
        assert!(proxies.iter().all(Option::is_some));
        drop(first);
        assert!(admit("203.0.113.9").is_some());
        drop(network);
        assert!(peers.held.lock().unwrap().is_empty());
    }
}
