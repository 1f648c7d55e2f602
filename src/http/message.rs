//! One Segment message: read leniently, checked, and made into what the engine takes.
//!
//! Times: `timestamp` is corrected for the device's wrong clock, `received - (sentAt - timestamp)`. A result more than a
//! day ahead of us is a lie and becomes the time of receipt (the original is kept as `context.original_timestamp`); a
//! result in the past is taken as it is, 1970 included, because shops import their history. A time without a zone is UTC.

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::net::IpAddr;
use tradewind_engine::clock::Environment;
use tradewind_engine::incoming::{Call, IncomingEvent};
use tradewind_nodes::id::EventId;
use tradewind_nodes::time::{Duration, Timestamp};
use tradewind_nodes::{Json, JsonMap};
use utoipa::ToSchema;

/// Bytes one message may have.
pub const MAX_MESSAGE: usize = 32 * 1024;
/// Characters of an id or an event's name.
const MAX_ID: usize = 256;
/// Lists and objects inside one another. What is stored must read back, and readers stop at 128 levels in all.
const MAX_DEPTH: usize = 64;
/// Segment says fewer than 100.
const MAX_MESSAGE_ID: usize = 99;
/// How far ahead of us a clock may be.
const AHEAD: Duration = Duration::from_hours(24);

/// One call. Unknown fields are ignored, as Segment does. An id may be a number.
#[derive(Deserialize, Default, Debug, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Message {
    /// Which call; needed inside a batch, implied by the path otherwise.
    #[serde(rename = "type", deserialize_with = "id")]
    pub call: Option<String>,
    /// The source's key, when there is no header.
    #[serde(deserialize_with = "id")]
    pub write_key: Option<String>,
    /// When it was sent, by the clock of the device: with `timestamp` it tells how wrong that clock is.
    #[serde(deserialize_with = "lenient")]
    pub sent_at: Option<String>,
    /// The shop's id of the person. It or `anonymousId` is needed.
    #[serde(deserialize_with = "id")]
    user_id: Option<String>,
    /// The device's id.
    #[serde(deserialize_with = "id")]
    anonymous_id: Option<String>,
    /// Alias: the id the person had before.
    #[serde(deserialize_with = "id")]
    previous_id: Option<String>,
    /// Alias: another name of `previousId`.
    #[serde(deserialize_with = "id")]
    from: Option<String>,
    /// Alias: another name of `userId`.
    #[serde(deserialize_with = "id")]
    to: Option<String>,
    /// Group: which group.
    #[serde(deserialize_with = "id")]
    group_id: Option<String>,
    /// Below 100 characters. A message with the id of an earlier one is a repeat and counts once; one is made when it is absent.
    #[serde(deserialize_with = "id")]
    message_id: Option<String>,
    /// Track: the event's name.
    #[serde(deserialize_with = "id")]
    event: Option<String>,
    /// Page and screen: its name.
    #[serde(deserialize_with = "id")]
    name: Option<String>,
    /// Page and screen: its category.
    #[serde(deserialize_with = "id")]
    category: Option<String>,
    /// When it happened, ISO 8601; now when absent.
    timestamp: Option<String>,
    /// When it happened, where `timestamp` is absent.
    original_timestamp: Option<String>,
    /// Track, page and screen: what the event says.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Option<Object>)]
    properties: Option<JsonMap>,
    /// Identify and group: what is known of the person or group. Null removes a trait.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Option<Object>)]
    traits: Option<JsonMap>,
    /// Where it comes from: `ip`, `locale`, `timezone`, `traits`, ….
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Option<Object>)]
    context: Option<JsonMap>,
    /// Kept with the event; nothing is sent on by it.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Option<Object>)]
    integrations: Option<JsonMap>,
}

/// What a whole request says about each of its messages.
#[derive(Default, Debug)]
pub struct Surroundings {
    /// The batch's `sentAt`, for messages without their own.
    pub sent_at: Option<String>,
    /// The batch's context; a message's own keys win.
    pub context: JsonMap,
    /// The batch's integrations; a message's own keys win.
    pub integrations: JsonMap,
    /// The caller's address, for calls made by a browser.
    pub ip: Option<IpAddr>,
    /// Whether the calls come from a browser by their path.
    pub browser: bool,
    /// Whether the text holds the escape of U+0000, which PostgreSQL cannot store.
    pub has_nul: bool,
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The field at fault.
    pub field: String,
    /// What is wrong and what to do.
    pub reason: String,
}

impl Refusal {
    /// Refuses because of `field`.
    pub fn of(field: &str, reason: impl Into<String>) -> Self {
        Self { field: field.to_owned(), reason: reason.into() }
    }
}

/// The call named in a batch item.
///
/// # Errors
/// When there is no such call.
pub fn call(name: Option<&str>) -> Result<Call, Refusal> {
    match name {
        Some("track") => Ok(Call::Track),
        Some("page") => Ok(Call::Page),
        Some("screen") => Ok(Call::Screen),
        Some("identify") => Ok(Call::Identify),
        Some("group") => Ok(Call::Group),
        Some("alias") => Ok(Call::Alias),
        _ => Err(Refusal::of("type", "must be track, page, screen, identify, group or alias")),
    }
}

/// Checks a message and makes it an event.
///
/// # Errors
/// Names the first field that keeps it from being taken.
pub fn normalise(mut message: Message, call: Call, around: &Surroundings, env: &Environment) -> Result<IncomingEvent, Refusal> {
    let received_at = env.now();
    let mut user_id = short(message.user_id.take(), "userId")?;
    let anonymous_id = short(message.anonymous_id.take(), "anonymousId")?;
    let mut previous_id = None;
    if call == Call::Alias {
        user_id = user_id.or(short(message.to.take(), "to")?);
        previous_id = short(message.previous_id.take().or(message.from.take()), "previousId")?.or_else(|| anonymous_id.clone());
        check_alias(user_id.as_deref(), previous_id.as_deref())?;
    }
    if user_id.is_none() && anonymous_id.is_none() {
        return Err(Refusal::of("userId", "userId or anonymousId is needed: say whose event it is"));
    }
    let name = name(call, message.event.take())?;
    let message_id = message_id(message.message_id.take(), env)?;
    let mut context = surround(message.context.take(), &around.context);
    // The engine's own: how long a chain of journeys the event came of.
    context.remove("tradewind");
    let mut properties = properties(call, &mut message);
    for (field, map) in [("properties", &properties), ("context", &context)] {
        if map.values().any(|value| is_deeper(value, MAX_DEPTH)) {
            return Err(Refusal::of(field, format!("is nested deeper than {MAX_DEPTH} levels: flatten it")));
        }
    }
    if call == Call::Group {
        let group = short(message.group_id.take(), "groupId")?.ok_or_else(|| Refusal::of("groupId", "is needed: say which group"))?;
        context.insert("groupId".into(), group.into());
    }
    let at = happened_at(&message, around, received_at, &mut context)?;
    fill_address(&mut context, around);
    let integrations = surround(message.integrations.take(), &around.integrations);
    if !integrations.is_empty() {
        context.insert("integrations".into(), Json::Object(integrations));
    }
    if around.has_nul {
        properties = without_nul(properties);
        context = without_nul(context);
    }
    Ok(IncomingEvent {
        id: EventId(env.id()),
        // Only doors that know our own ids may name one.
        customer_id: None,
        call,
        user_id,
        anonymous_id,
        previous_id,
        name,
        properties,
        context,
        at,
        received_at,
        message_id,
    })
}

fn is_deeper(value: &Json, levels: usize) -> bool {
    match value {
        Json::Array(items) => levels == 0 || items.iter().any(|item| is_deeper(item, levels - 1)),
        Json::Object(map) => levels == 0 || map.values().any(|value| is_deeper(value, levels - 1)),
        _ => false,
    }
}

fn check_alias(user: Option<&str>, previous: Option<&str>) -> Result<(), Refusal> {
    match (user, previous) {
        (None, _) => Err(Refusal::of("userId", "is needed: the id the person has from now on")),
        (_, None) => Err(Refusal::of("previousId", "is needed: the id the person had before")),
        (Some(user), Some(previous)) if user == previous => Err(Refusal::of("previousId", "is the same as userId: nothing to join")),
        _ => Ok(()),
    }
}

/// An id without blanks around it; an empty one counts as absent.
fn short(id: Option<String>, field: &str) -> Result<Option<String>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let trimmed = id.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    if trimmed.len() > MAX_ID && trimmed.chars().count() > MAX_ID {
        return Err(Refusal::of(field, format!("is longer than {MAX_ID} characters: shorten it")));
    }
    if trimmed.contains('\0') {
        return Err(Refusal::of(field, "holds the character U+0000: take it out"));
    }
    Ok(Some(if trimmed.len() == id.len() { id } else { trimmed.to_owned() }))
}

fn name(call: Call, event: Option<String>) -> Result<String, Refusal> {
    Ok(match call {
        Call::Track | Call::Internal => {
            short(event, "event")?.ok_or_else(|| Refusal::of("event", "is needed: the event's name, such as Order Completed"))?
        }
        Call::Page => "Page Viewed".into(),
        Call::Screen => "Screen Viewed".into(),
        Call::Identify => "Identified".into(),
        Call::Group => "Group Joined".into(),
        Call::Alias => "Aliased".into(),
    })
}

fn message_id(given: Option<String>, env: &Environment) -> Result<String, Refusal> {
    match short(given, "messageId")? {
        Some(id) if id.chars().count() > MAX_MESSAGE_ID => Err(Refusal::of("messageId", "must have fewer than 100 characters: shorten it")),
        Some(id) => Ok(id),
        None => Ok(env.id().to_string()),
    }
}

fn properties(call: Call, message: &mut Message) -> JsonMap {
    let given = match call {
        Call::Identify | Call::Group => message.traits.take(),
        _ => message.properties.take(),
    };
    let mut properties = given.unwrap_or_default();
    if matches!(call, Call::Page | Call::Screen) {
        for (key, value) in [("name", message.name.take()), ("category", message.category.take())] {
            if let Some(value) = value {
                properties.entry(key).or_insert(Json::String(value));
            }
        }
    }
    properties
}

fn surround(own: Option<JsonMap>, shared: &JsonMap) -> JsonMap {
    let mut own = own.unwrap_or_default();
    for (key, value) in shared {
        own.entry(key).or_insert_with(|| value.clone());
    }
    own
}

fn happened_at(message: &Message, around: &Surroundings, received: Timestamp, context: &mut JsonMap) -> Result<Timestamp, Refusal> {
    let (field, text) = match (&message.timestamp, &message.original_timestamp) {
        (Some(text), _) => ("timestamp", text),
        (None, Some(text)) => ("originalTimestamp", text),
        (None, None) => return Ok(received),
    };
    let original = instant(text).ok_or_else(|| Refusal::of(field, "is not a time: write ISO 8601, such as 2026-11-23T09:00:00.000Z"))?;
    let sent = message.sent_at.as_deref().or(around.sent_at.as_deref()).and_then(instant);
    let at = sent.map_or(original, |sent| received.minus(sent.since(original)));
    if at.since(received) <= AHEAD {
        return Ok(at);
    }
    context.insert("original_timestamp".into(), text.as_str().into());
    Ok(received)
}

/// ISO 8601; without a zone it is UTC. What lies outside the years we can reckon with, as the 9999-12-31T23:59:59Z that many
/// programs write for "never", is the end of them.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = |text: &str| text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    Timestamp::parse(text).or_else(|| civil(text).map(|zoned| Timestamp::from_jiff(zoned.timestamp()))).or_else(|| end_of_time(text))
}

fn end_of_time(text: &str) -> Option<Timestamp> {
    let year = jiff::fmt::temporal::Pieces::parse(text).ok()?.date().year();
    match year {
        9999 => Some(Timestamp::from_jiff(jiff::Timestamp::MAX)),
        -9999 => Some(Timestamp::from_jiff(jiff::Timestamp::MIN)),
        _ => None,
    }
}

/// The address of a browser or telephone is known from its call; a server's own would say nothing about the person.
fn fill_address(context: &mut JsonMap, around: &Surroundings) {
    let Some(ip) = around.ip else { return };
    let text = |key: &str| context.get(key).and_then(Json::as_str);
    let direct = context.get("direct").and_then(Json::as_bool).unwrap_or(false);
    let client = around.browser || direct || matches!(text("channel"), Some("browser" | "mobile" | "client"));
    if client && text("ip").is_none() {
        context.insert("ip".into(), ip.to_string().into());
    }
}

fn without_nul(map: JsonMap) -> JsonMap {
    fn clean(value: Json) -> Json {
        match value {
            Json::String(text) if text.contains('\0') => Json::String(text.replace('\0', "")),
            Json::Array(items) => Json::Array(items.into_iter().map(clean).collect()),
            Json::Object(map) => Json::Object(without_nul(map)),
            other => other,
        }
    }
    map.into_iter().map(|(key, value)| (if key.contains('\0') { key.replace('\0', "") } else { key }, clean(value))).collect()
}

/// Text, or a number in its place: many shops' ids are numbers.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Id;
    impl<'de> Visitor<'de> for Id {
        type Value = Option<String>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }
        fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
            Ok(Some(text))
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Id)
}

/// An object; PHP writes an empty one as `[]`.
pub fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<JsonMap>, D::Error> {
    struct Object;
    impl<'de> Visitor<'de> for Object {
        type Value = Option<JsonMap>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            JsonMap::deserialize(de::value::MapAccessDeserializer::new(map)).map(Some)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            match items.next_element::<IgnoredAny>()? {
                None => Ok(None),
                Some(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
            }
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Object)
}

/// Text; anything else counts as absent. For fields whose loss costs nothing but precision.
pub fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Json::deserialize(deserializer)? {
        Json::String(text) => Some(text),
        _ => None,
    })
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
