//! What a script may call beyond the language: the step's time and dice, its decisions and commands, and helpers for
//! text, JSON, decimals and dates. All pure but for what they note in [`call`].

use super::engine::MAX_STRING;
use super::run::Decision;
use super::{call, convert};
use crate::command::{RecordEvent, SetAttributes};
use crate::id::PortName;
use crate::time::{Duration, Timestamp};
use crate::{Json, JsonMap};
use rhai::{Array, Dynamic, Engine, EvalAltResult, INT, ImmutableString, Map, Position};

type Raised<T> = Result<T, Box<EvalAltResult>>;

/// A plain error of the script: it can be caught by `try`.
fn raise<T>(words: String) -> Raised<T> {
    Err(words.into())
}

/// Ends the script with `decision`. The error cannot be caught by `try`.
fn end(decision: Decision) -> Raised<Dynamic> {
    call::decide(decision);
    Err(EvalAltResult::ErrorTerminated("decided".into(), Position::NONE).into())
}

fn too_large(what: &str) -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge(what.into(), Position::NONE).into()
}

pub(super) fn register(engine: &mut Engine) {
    decisions(engine);
    commands(engine);
    text(engine);
    values(engine);
    dates(engine);
}

fn decisions(engine: &mut Engine) {
    engine.register_fn("now", || call::now().to_string());
    engine.register_fn("random", call::random);
    engine.register_fn("go", |port: &str| end(Decision::Go { port: Some(PortName::new(port)), output: None }));
    engine.register_fn("go", |port: &str, output: Map| {
        let output = Some(leaving(&output)?);
        end(Decision::Go { port: Some(PortName::new(port)), output })
    });
    engine.register_fn("exit", |why: &str| end(Decision::Exit(why.to_owned())));
    engine.register_fn("exit", || end(Decision::Exit("the script ended the run".to_owned())));
    engine.register_fn("fail", |why: &str| end(Decision::Fail(why.to_owned())));
    engine.register_fn("sleep", |length: &str| match Duration::parse(length) {
        // A sleep of nothing would wake at once and could sleep again for ever.
        Some(length) if length < Duration::from_secs(1) || length > crate::kinds::LONGEST => {
            raise(format!("sleep({length}) is too short or too long: sleep from 1s to 5 years"))
        }
        Some(length) => end(Decision::Sleep(length)),
        None => raise(format!("sleep({length:?}) is not a length of time: write sleep(\"1h30m\") or sleep(\"2d\")")),
    });
    // The language's own `sleep` blocks the thread: these stand in its way.
    engine.register_fn("sleep", |_: INT| -> Raised<Dynamic> { raise("sleep needs a unit: write sleep(\"90s\") or sleep(\"2d\")".into()) });
    engine.register_fn("sleep", |_: f64| -> Raised<Dynamic> { raise("sleep needs a unit: write sleep(\"90s\") or sleep(\"2d\")".into()) });
}

/// A map that leaves the script, its size counted.
fn leaving(map: &Map) -> Raised<JsonMap> {
    let (map, bytes) = convert::json_map(map)?;
    call::spend(bytes)?;
    Ok(map)
}

fn commands(engine: &mut Engine) {
    engine.register_fn("set", |traits: Map| -> Raised<()> {
        let traits = leaving(&traits)?;
        Ok(call::command(&SetAttributes { traits, add_tags: Vec::new(), remove_tags: Vec::new() })?)
    });
    engine.register_fn("add_tag", |tag: &str| -> Raised<()> { tags(vec![tag.to_owned()], Vec::new()) });
    engine.register_fn("remove_tag", |tag: &str| -> Raised<()> { tags(Vec::new(), vec![tag.to_owned()]) });
    engine.register_fn("record", |name: &str| record(name, &Map::new()));
    engine.register_fn("record", |name: &str, properties: Map| record(name, &properties));
}

fn tags(add_tags: Vec<String>, remove_tags: Vec<String>) -> Raised<()> {
    call::spend(add_tags.iter().chain(&remove_tags).map(String::len).sum())?;
    if add_tags.iter().chain(&remove_tags).any(|t| t.trim().is_empty()) {
        return raise("a tag is empty: name it, as add_tag(\"vip\")".into());
    }
    Ok(call::command(&SetAttributes { traits: JsonMap::new(), add_tags, remove_tags })?)
}

fn record(name: &str, properties: &Map) -> Raised<()> {
    if name.trim().is_empty() || name.len() > 200 {
        return raise("the name of an event is 1 to 200 bytes, as record(\"Tier Reached\", #{tier: \"gold\"})".into());
    }
    let properties = leaving(properties)?;
    Ok(call::command(&RecordEvent { name: name.to_owned(), properties })?)
}

/// `replace` of the standard library builds its result before anything looks at its size: one call on two texts of
/// 64 KiB asks for 4 GiB. These count first.
fn replaced(text: &str, find: &str, with: &str) -> Raised<ImmutableString> {
    let hits = text.matches(find).count();
    let size = text.len().saturating_add(hits.saturating_mul(with.len())).saturating_sub(hits.saturating_mul(find.len()));
    if size > MAX_STRING { Err(too_large("Length of string")) } else { Ok(text.replace(find, with).into()) }
}

fn text(engine: &mut Engine) {
    engine.register_fn("replace", |s: &mut ImmutableString, find: &str, with: &str| -> Raised<()> {
        *s = replaced(s, find, with)?;
        Ok(())
    });
    engine.register_fn("replace", |s: &mut ImmutableString, find: &str, with: char| -> Raised<()> {
        *s = replaced(s, find, with.encode_utf8(&mut [0; 4]))?;
        Ok(())
    });
    engine.register_fn("replace", |s: &mut ImmutableString, find: char, with: &str| -> Raised<()> {
        *s = replaced(s, find.encode_utf8(&mut [0; 4]), with)?;
        Ok(())
    });
    engine.register_fn("replaced", |s: &str, find: &str, with: &str| replaced(s, find, with));
    engine.register_fn("join", |items: Array, between: &str| -> Raised<String> {
        let mut joined = String::new();
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                joined.push_str(between);
            }
            match item.read_lock::<ImmutableString>() {
                Some(text) => joined.push_str(&text),
                None => joined.push_str(&convert::json(item)?.0.to_string()),
            }
            if joined.len() > MAX_STRING {
                return Err(too_large("Length of string"));
            }
        }
        Ok(joined)
    });
}

fn values(engine: &mut Engine) {
    engine.register_fn("parse_json", |text: &str| -> Raised<Dynamic> {
        let read: Json = serde_json::from_str(text).map_err(|e| format!("parse_json: not JSON ({e})"))?;
        Ok(convert::value(&read))
    });
    engine.register_fn("to_json", |value: Dynamic| -> Raised<String> { Ok(convert::json(&value)?.0.to_string()) });
    engine.register_fn("to_json", |value: &mut Map| -> Raised<String> {
        Ok(serde_json::Value::Object(convert::json_map(value)?.0).to_string())
    });
    engine.register_fn("decimal", |text: &str| {
        text.trim().parse().map_err(|_| -> Box<EvalAltResult> { not_decimal(text) }).map(Dynamic::from_decimal)
    });
    engine.register_fn("decimal", |n: INT| Dynamic::from_decimal(n.into()));
    engine.register_fn("decimal", |n: f64| -> Raised<Dynamic> {
        // By way of the shortest text: 19.9 is meant, not 19.89999999999999857891452847979962825775146484375.
        let text = n.to_string();
        text.parse().map(Dynamic::from_decimal).map_err(|_| not_decimal(&text))
    });
}

fn not_decimal(text: &str) -> Box<EvalAltResult> {
    let shown: String = text.chars().take(40).collect();
    format!("decimal({shown:?}) is not a decimal number: write it as \"19.90\"").into()
}

fn instant(text: &str) -> Raised<Timestamp> {
    let shown: String = text.chars().take(40).collect();
    Timestamp::parse(text).ok_or_else(|| format!("{shown:?} is not a time: use now() or RFC 3339, as \"2026-11-23T09:00:00Z\"").into())
}

fn length(text: &str) -> Raised<Duration> {
    let shown: String = text.chars().take(40).collect();
    Duration::parse(text).ok_or_else(|| format!("{shown:?} is not a length of time: write \"1h30m\" or \"2d\"").into())
}

fn dates(engine: &mut Engine) {
    engine.register_fn("time_plus", |at: &str, by: &str| -> Raised<String> { Ok(instant(at)?.plus(length(by)?).to_string()) });
    engine.register_fn("time_minus", |at: &str, by: &str| -> Raised<String> { Ok(instant(at)?.minus(length(by)?).to_string()) });
    engine.register_fn("seconds_between", |from: &str, to: &str| -> Raised<INT> {
        Ok(instant(to)?.since(instant(from)?).0.div_euclid(1_000_000))
    });
    engine.register_fn("days_between", |from: &str, to: &str| -> Raised<INT> {
        Ok(instant(to)?.since(instant(from)?).0.div_euclid(86_400_000_000))
    });
}
