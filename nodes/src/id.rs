//! Identifiers. Every id is a newtype, so a customer can never be passed where a run is meant.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> { Uuid::parse_str(s).map(Self) }
        }
        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl From<$name> for Uuid { fn from(id: $name) -> Uuid { id.0 } }
    )*};
}

uuid_id! {
    /// One seller's data; every row belongs to one.
    WorkspaceId;
    /// A journey: one draft and its published versions.
    JourneyId;
    /// One subject's way through one version. A UUIDv7, so runs sort by the moment they began.
    RunId;
    /// A person who buys. Derived from the strongest identifier known, see [`CustomerId::of`].
    CustomerId;
    /// An event. UUIDv7.
    EventId;
    /// A task for a person.
    TaskId;
    /// A run or a delivery that needs a person. UUIDv7.
    IncidentId;
}

/// Namespace of the ids derived from a shop's own identifiers (a random UUID, fixed for ever).
const NAMESPACE: Uuid = Uuid::from_u128(0x6b0e_7c5a_9d3f_4e21_8f4b_2f6d_1c9a_57e3);

/// An id made from `parts` under the workspace: the same input gives the same id in every process.
///
/// A UUIDv8 (RFC 9562 §5.8): the first 48 bits are [`place`] of the last part, the rest is the SHA-1 of UUIDv5. Shops number
/// customers and client libraries date messages, so rows that come in together have ids close together and share pages of the
/// database; with hashes alone every one of them is on a page of its own.
#[must_use]
pub fn derived(workspace: WorkspaceId, parts: &[&str]) -> Uuid {
    let mut name = Vec::with_capacity(16 + parts.iter().map(|p| p.len() + 1).sum::<usize>());
    name.extend_from_slice(workspace.0.as_bytes());
    for part in parts {
        name.push(0);
        name.extend_from_slice(part.as_bytes());
    }
    let mut bytes = Uuid::new_v5(&NAMESPACE, &name).into_bytes();
    if let Some(place) = parts.last().and_then(|last| place(last)) {
        bytes[..6].copy_from_slice(&place.to_be_bytes()[2..]);
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// Digits that surely fit into 48 bits.
const PLACE_DIGITS: usize = 14;

/// Where an identifier stands among its like, in 48 bits: the first bits of a UUID (a time, in those of version 7), else the first
/// of the longest runs of digits (`gid://shop/Customer/7432187338919`, `node-next-1763900000000-…`). None when it has no digit.
fn place(identifier: &str) -> Option<u64> {
    if let Ok(id) = Uuid::try_parse(identifier) {
        return Some((id.as_u128() >> 80) as u64);
    }
    let mut longest: &str = "";
    for digits in identifier.split(|c: char| !c.is_ascii_digit()) {
        if digits.len() > longest.len() {
            longest = digits;
        }
    }
    longest.get(..longest.len().min(PLACE_DIGITS))?.parse().ok()
}

impl CustomerId {
    /// The id of the customer a shop knows as `user_id`; no table needs to be asked.
    #[must_use]
    pub fn of_user(workspace: WorkspaceId, user_id: &str) -> Self {
        Self(derived(workspace, &["user", user_id]))
    }
    /// The id of a visitor known only by `anonymous_id`, until an identify or alias merges him.
    #[must_use]
    pub fn of_anonymous(workspace: WorkspaceId, anonymous_id: &str) -> Self {
        Self(derived(workspace, &["anonymous", anonymous_id]))
    }
}

/// The number of shards. Fixed for ever: `shard` is stored in every row.
pub const SHARDS: u16 = 256;

/// One of [`SHARDS`] slices of the work. All rows of one subject share it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shard(pub u16);

impl Shard {
    /// `hash(workspace, subject) % 256`: FNV-1a over both ids with a finaliser, stable across builds and machines.
    #[must_use]
    pub fn of(workspace: WorkspaceId, subject: Uuid) -> Self {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in workspace.0.as_bytes().iter().chain(subject.as_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        // FNV leaves the last bytes in the low bits only: this finaliser (MurmurHash3's) spreads them.
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 33;
        Self((hash % u64::from(SHARDS)) as u16)
    }
}

impl TryFrom<i64> for Shard {
    type Error = String;
    fn try_from(number: i64) -> Result<Self, String> {
        match u16::try_from(number) {
            Ok(number) if number < SHARDS => Ok(Self(number)),
            _ => Err(format!("{number} is no shard: there are {SHARDS}")),
        }
    }
}

impl From<Shard> for i64 {
    fn from(shard: Shard) -> Self {
        Self::from(shard.0)
    }
}

/// The name of a node inside its graph: 1 to 64 of `a-z A-Z 0-9 _ -`, unique in the graph, never reused by an edit.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(Arc<str>);

impl NodeId {
    /// # Errors
    /// When `name` is empty, longer than 64 or has another character than `a-z A-Z 0-9 _ -`.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
            return Err(InvalidName(name.chars().take(80).collect()));
        }
        Ok(Self(name.into()))
    }
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that is not a legal [`NodeId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("node id {0:?} is not legal: use 1 to 64 letters, digits, '_' or '-'")]
pub struct InvalidName(pub String);

impl TryFrom<String> for NodeId {
    type Error = InvalidName;
    fn try_from(name: String) -> Result<Self, InvalidName> {
        Self::new(&name)
    }
}
impl From<NodeId> for String {
    fn from(id: NodeId) -> String {
        id.0.to_string()
    }
}
impl std::borrow::Borrow<str> for NodeId {
    fn borrow(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({})", self.0)
    }
}

/// The name of a way out of a node.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PortName(Cow<'static, str>);

impl PortName {
    /// The one way on of a node that does not decide.
    pub const NEXT: Self = Self::fixed("next");
    /// The predicate held.
    pub const YES: Self = Self::fixed("yes");
    /// The predicate did not hold.
    pub const NO: Self = Self::fixed("no");
    /// The awaited event came.
    pub const EVENT: Self = Self::fixed("event");
    /// The deadline passed first.
    pub const TIMEOUT: Self = Self::fixed("timeout");
    /// The effect could not be done, after its last attempt.
    pub const FAILED: Self = Self::fixed("failed");

    /// A port whose name is known when the program is compiled.
    #[must_use]
    pub const fn fixed(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }
    /// A port named by the node's configuration.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl std::borrow::Borrow<str> for PortName {
    fn borrow(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for PortName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PortName({})", self.0)
    }
}

/// The key of an effect: run, node and visit. It is the `Message-ID` of a mail and the `Idempotency-Key` of a request,
/// and stays the same however often the effect is tried.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct EffectKey {
    /// The run that asked for the effect.
    pub run: RunId,
    /// The node it stands at.
    pub node: NodeId,
    /// How many times the run has entered the node, from 1.
    pub visit: u32,
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.run, self.node, self.visit)
    }
}

impl std::str::FromStr for EffectKey {
    type Err = InvalidName;
    /// Reads what [`Display`](fmt::Display) wrote.
    fn from_str(s: &str) -> Result<Self, InvalidName> {
        let wrong = || InvalidName(s.chars().take(120).collect());
        let mut parts = s.splitn(3, '.');
        let (run, node, visit) = (parts.next(), parts.next(), parts.next());
        Ok(Self {
            run: run.and_then(|r| r.parse().ok()).ok_or_else(wrong)?,
            node: NodeId::new(node.ok_or_else(wrong)?)?,
            visit: visit.and_then(|v| v.parse().ok()).ok_or_else(wrong)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_key_reads_back_what_it_wrote() {
        let key = EffectKey { run: RunId(Uuid::from_u128(7)), node: NodeId::new("first-mail").unwrap(), visit: 3 };
        assert_eq!(key.to_string().parse::<EffectKey>().unwrap(), key);
        assert!("nonsense".parse::<EffectKey>().is_err());
    }

    #[test]
    fn derived_ids_ascend_with_the_numbers_in_them_and_differ_by_the_rest() {
        let workspace = WorkspaceId(Uuid::from_u128(1));
        let of = |user: &str| CustomerId::of_user(workspace, user).0;
        for (earlier, later) in [
            ("9", "10"),
            ("gid://shop/Customer/7432187338919", "gid://shop/Customer/7432187338920"),
            ("node-next-1763900000000-ffff", "node-next-1763900000001-0000"),
            ("019a0000-0000-7000-8000-ffffffffffff", "019a0000-0001-7000-8000-000000000000"),
            ("customer 99999999999999", "customer 999999999999991234"),
        ] {
            assert!(of(earlier).as_u128() >> 80 <= of(later).as_u128() >> 80, "{earlier} {later}");
            assert_ne!(of(earlier), of(later));
        }
        assert_ne!(of("shop-a-7"), of("shop-b-7"));
        assert_ne!(of("7"), CustomerId::of_anonymous(workspace, "7").0);
        assert_eq!(of("anna@example.com"), of("anna@example.com"));
        assert_eq!((of("é").get_version_num(), of("7").get_version_num()), (8, 8));
        // Stored rows depend on it.
        assert_eq!(of("7432187338919").to_string(), "06c270e2-e0a7-8e45-a050-55097355031a");
    }

    #[test]
    fn node_ids_refuse_what_would_break_a_key() {
        for bad in ["", "a.b", "ü", "a b", &"x".repeat(65)] {
            assert!(NodeId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn shards_spread_evenly_and_never_move() {
        let workspace = WorkspaceId(Uuid::from_u128(1));
        let mut seen = [0u32; SHARDS as usize];
        for n in 0..25_600u128 {
            seen[Shard::of(workspace, Uuid::from_u128(n)).0 as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (50..=170).contains(&n)), "{seen:?}");
        assert_eq!(Shard::of(workspace, Uuid::from_u128(42)), Shard(PINNED));
    }
    /// Stored rows depend on it: a change of the hash would strand them.
    const PINNED: u16 = 184;
}
