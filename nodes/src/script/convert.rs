//! JSON into Rhai's values and back.

use crate::issue::Problem;
use crate::{Json, JsonMap};
use rhai::{Dynamic, EvalAltResult, INT, Map, Position};
use rust_decimal::Decimal;

/// Bytes of values that may leave one script: its output and its commands together.
const MAX_OUT: usize = 256 * 1024;
/// How deep values that leave a script may be nested; what stores and reads them recurses.
const MAX_DEPTH: usize = 32;

/// Why a value cannot leave a script, in words.
#[derive(Debug)]
pub(super) enum Unfit {
    /// It is no data.
    Shape(String),
    /// It is too much.
    Size(String),
}

impl From<Unfit> for Box<EvalAltResult> {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Shape(words) => words.into(),
            Unfit::Size(words) => EvalAltResult::ErrorDataTooLarge(words, Position::NONE).into(),
        }
    }
}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Shape(words) => Self::new("script.output", words),
            Unfit::Size(words) => Self::new("script.memory", words),
        }
    }
}

/// # Errors
/// When `bytes` are more than a step may put out.
pub(super) fn within(bytes: usize) -> Result<(), Unfit> {
    let words = || format!("a step puts out at most {} KiB: keep what later steps need", MAX_OUT / 1024);
    if bytes > MAX_OUT { Err(Unfit::Size(words())) } else { Ok(()) }
}

/// A JSON value as the script sees it.
pub(super) fn value(json: &Json) -> Dynamic {
    match json {
        Json::Null => Dynamic::UNIT,
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => match n.as_i64() {
            Some(whole) => Dynamic::from_int(whole),
            None => Dynamic::from_float(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(s) => s.as_str().into(),
        Json::Array(items) => Dynamic::from_array(items.iter().map(value).collect()),
        Json::Object(map) => Dynamic::from_map(object(map)),
    }
}

/// A JSON object as the script sees it.
pub(super) fn object(map: &JsonMap) -> Map {
    map.iter().map(|(k, v)| (k.as_str().into(), value(v))).collect()
}

/// A value of the script as JSON, with its size in bytes (about).
///
/// # Errors
/// When it is no data (a function), has no JSON form (NaN), is nested too deep or too large.
pub(super) fn json(value: &Dynamic) -> Result<(Json, usize), Unfit> {
    let mut bytes = 0;
    let json = walk(value, &mut bytes, 0)?;
    Ok((json, bytes))
}

fn walk(value: &Dynamic, bytes: &mut usize, depth: usize) -> Result<Json, Unfit> {
    *bytes += 8;
    within(*bytes)?;
    if depth > MAX_DEPTH {
        return Err(Unfit::Size(format!("values may be nested {MAX_DEPTH} deep at most")));
    }
    if value.is_unit() {
        return Ok(Json::Null);
    }
    if let Ok(b) = value.as_bool() {
        return Ok(b.into());
    }
    if let Ok(n) = value.as_int() {
        return Ok(n.into());
    }
    if let Some(d) = value.read_lock::<Decimal>() {
        return Ok(decimal(*d));
    }
    if let Ok(f) = value.as_float() {
        return serde_json::Number::from_f64(f)
            .map(Json::Number)
            .ok_or_else(|| Unfit::Shape(format!("{f} has no JSON form: check for a division by zero")));
    }
    if let Some(s) = value.read_lock::<rhai::ImmutableString>() {
        *bytes += s.len();
        return Ok(s.as_str().into());
    }
    if let Ok(c) = value.as_char() {
        return Ok(c.to_string().into());
    }
    if let Some(items) = value.read_lock::<rhai::Array>() {
        return items.iter().map(|v| walk(v, bytes, depth + 1)).collect::<Result<Vec<_>, _>>().map(Json::Array);
    }
    if let Some(map) = value.read_lock::<Map>() {
        let mut object = JsonMap::new();
        for (key, v) in map.iter() {
            *bytes += key.len();
            object.insert(key.to_string(), walk(v, bytes, depth + 1)?);
        }
        return Ok(Json::Object(object));
    }
    if value.is::<std::ops::Range<INT>>() || value.is::<std::ops::RangeInclusive<INT>>() {
        return Err(Unfit::Shape("a range is not data: make a list of it".into()));
    }
    Err(Unfit::Shape(format!("a value of type {} is not data: put out text, numbers, true, false, lists and maps", value.type_name())))
}

/// A decimal as a JSON number where that says exactly the same, else as text: money must not gain a stray cent.
fn decimal(d: Decimal) -> Json {
    let plain = d.normalize().to_string();
    match serde_json::from_str::<serde_json::Number>(&plain) {
        Ok(number) if number.to_string().trim_end_matches(".0") == plain => Json::Number(number),
        _ => plain.into(),
    }
}

/// A map of the script as a JSON object, with its size.
///
/// # Errors
/// As [`json`].
pub(super) fn json_map(map: &Map) -> Result<(JsonMap, usize), Unfit> {
    let mut bytes = 0;
    let mut object = JsonMap::new();
    for (key, v) in map {
        bytes += key.len();
        object.insert(key.to_string(), walk(v, &mut bytes, 1)?);
    }
    Ok((object, bytes))
}
