//! Writing at a JSON pointer into a node's config.

use crate::{Json, JsonMap};

/// Sets or removes what a JSON pointer names. False when the place above it is not there.
pub(super) fn set_at(config: &mut JsonMap, pointer: &str, value: Option<&Json>) -> bool {
    let Some(path) = pointer.strip_prefix('/') else { return false };
    let keys: Vec<String> = path.split('/').map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
    let Some((last, above)) = keys.split_last() else { return false };
    let Some((first, deeper)) = above.split_first() else { return set_key(config, last, value) };
    let mut place = config.get_mut(first);
    for key in deeper {
        place = match place {
            Some(Json::Object(map)) => map.get_mut(key),
            Some(Json::Array(items)) => key.parse::<usize>().ok().and_then(|n| items.get_mut(n)),
            _ => None,
        };
    }
    match (place, value) {
        (Some(Json::Object(map)), value) => set_key(map, last, value),
        (Some(Json::Array(items)), Some(value)) => match last.parse::<usize>() {
            Ok(n) if n < items.len() => {
                items[n] = value.clone();
                true
            }
            _ if last == "-" || last.parse() == Ok(items.len()) => {
                items.push(value.clone());
                true
            }
            _ => false,
        },
        (Some(Json::Array(items)), None) => match last.parse::<usize>() {
            Ok(n) if n < items.len() => {
                items.remove(n);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn set_key(map: &mut JsonMap, key: &str, value: Option<&Json>) -> bool {
    match value {
        Some(value) => {
            map.insert(key.to_owned(), value.clone());
            true
        }
        None => map.shift_remove(key).is_some(),
    }
}
