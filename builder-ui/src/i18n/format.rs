//! Numbers, money, dates, times and lists as the language writes them: the browser's `Intl`. All follow the language when
//! called in a view. Native builds, which only tests see, write plain English.

#[cfg(target_arch = "wasm32")]
use super::language;

/// A moment as the API gives it, in milliseconds since 1970.
pub type Millis = f64;

/// How a moment is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// `23 Nov 2026`
    Date,
    /// `14:05`
    Time,
    /// `23 Nov 2026, 14:05`
    DateTime,
    /// `23 Nov 2026, 14:05:09`
    Exact,
}

/// The CLDR category of a number: `one`, `few`, `other` and so on.
#[must_use]
pub fn plural(n: f64) -> String {
    #[cfg(target_arch = "wasm32")]
    return intl::text("PluralRules", "select", &[], &[n.into()]);
    #[cfg(not(target_arch = "wasm32"))]
    return if (n - 1.0).abs() < f64::EPSILON { "one" } else { "other" }.to_owned();
}

/// `1,234.5`
#[must_use]
pub fn number(n: f64) -> String {
    #[cfg(target_arch = "wasm32")]
    return intl::text("NumberFormat", "format", &[("maximumFractionDigits", 2.into())], &[n.into()]);
    #[cfg(not(target_arch = "wasm32"))]
    return plain::number(n);
}

/// `62 %` of a share between 0 and 1.
#[must_use]
pub fn percent(share: f64) -> String {
    #[cfg(target_arch = "wasm32")]
    return intl::text(
        "NumberFormat",
        "format",
        &[("style", "percent".into()), ("maximumFractionDigits", if share > 0.0 && share < 0.01 { 1 } else { 0 }.into())],
        &[share.into()],
    );
    #[cfg(not(target_arch = "wasm32"))]
    return format!("{}%", plain::number((share * 100.0).round()));
}

/// `€41,870.00` of an amount in whole units and a currency's code.
#[must_use]
pub fn money(amount: f64, currency: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    return intl::text("NumberFormat", "format", &[("style", "currency".into()), ("currency", currency.into())], &[amount.into()]);
    #[cfg(not(target_arch = "wasm32"))]
    return format!("{currency} {}", plain::number(amount));
}

/// A number of a unit `Intl` knows (`second`, `minute`, `hour`, `day`, `week`, `month`, `year`, `byte`, …): `3 hr`.
#[must_use]
pub fn unit(n: f64, unit: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    return intl::text(
        "NumberFormat",
        "format",
        &[("style", "unit".into()), ("unit", unit.into()), ("unitDisplay", "short".into()), ("maximumFractionDigits", 2.into())],
        &[n.into()],
    );
    #[cfg(not(target_arch = "wasm32"))]
    return format!("{} {unit}", plain::number(n));
}

/// A length of time in its two largest units: `2 days, 1 hr`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    let parts: Vec<String> = in_units(seconds).into_iter().map(|(n, name)| unit(n, name)).collect();
    parts.join(" ")
}

/// The two largest units of a length of time that are not nothing; below a minute one with a fraction.
fn in_units(seconds: f64) -> Vec<(f64, &'static str)> {
    const UNITS: [(f64, &str); 4] = [(86_400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second")];
    let seconds = seconds.abs();
    if seconds < 60.0 {
        return vec![((seconds * 100.0).round() / 100.0, "second")];
    }
    let mut left = seconds.round();
    let mut parts = Vec::new();
    for (size, name) in UNITS {
        let n = (left / size).floor();
        if n > 0.0 {
            left -= n * size;
            parts.push((n, name));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    parts
}

/// `3 minutes ago`, `in 2 hours`.
#[must_use]
pub fn relative(at: Millis, now: Millis) -> String {
    let seconds = (at - now) / 1000.0;
    let (n, name) = match seconds.abs() {
        s if s < 60.0 => (seconds, "second"),
        s if s < 3600.0 => (seconds / 60.0, "minute"),
        s if s < 86_400.0 => (seconds / 3600.0, "hour"),
        s if s < 86_400.0 * 45.0 => (seconds / 86_400.0, "day"),
        s if s < 86_400.0 * 545.0 => (seconds / (86_400.0 * 30.4), "month"),
        _ => (seconds / (86_400.0 * 365.25), "year"),
    };
    #[cfg(target_arch = "wasm32")]
    return intl::text("RelativeTimeFormat", "format", &[("numeric", "auto".into())], &[n.trunc().into(), name.into()]);
    #[cfg(not(target_arch = "wasm32"))]
    return format!("{} {name}s", n.trunc());
}

/// A moment in the browser's zone, or in `zone` (an IANA name).
#[must_use]
pub fn moment(at: Millis, how: Moment, zone: Option<&str>) -> String {
    #[cfg(target_arch = "wasm32")]
    {
        let mut options: Vec<(&'static str, wasm_bindgen::JsValue)> = match how {
            Moment::Date => vec![("dateStyle", "medium".into())],
            Moment::Time => vec![("timeStyle", "short".into())],
            Moment::DateTime => vec![("dateStyle", "medium".into()), ("timeStyle", "short".into())],
            Moment::Exact => vec![("dateStyle", "medium".into()), ("timeStyle", "medium".into())],
        };
        options.extend(zone.map(|zone| ("timeZone", zone.into())));
        intl::text("DateTimeFormat", "format", &options, &[at.into()])
    }
    #[cfg(not(target_arch = "wasm32"))]
    return format!("{at} {how:?} {}", zone.unwrap_or("local"));
}

/// A day of the week, Monday being 0: `Mon`.
#[must_use]
pub fn weekday(day: u8) -> String {
    #[cfg(target_arch = "wasm32")]
    {
        // 5 January 1970 was a Monday.
        let at = (f64::from(day) + 4.0) * 86_400_000.0;
        let options = [("weekday", "short".into()), ("timeZone", "UTC".into())];
        intl::text("DateTimeFormat", "format", &options, &[at.into()])
    }
    #[cfg(not(target_arch = "wasm32"))]
    return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].get(usize::from(day)).copied().unwrap_or_default().to_owned();
}

/// A moment of the domain in the browser's zone.
#[must_use]
pub fn instant(at: tradewind_nodes::time::Timestamp, how: Moment) -> String {
    moment(at.micros() as f64 / 1000.0, how, None)
}

/// A moment as the API writes it (RFC 3339) in milliseconds; none when it is no moment.
#[must_use]
pub fn parse_moment(text: &str) -> Option<Millis> {
    #[cfg(target_arch = "wasm32")]
    return Some(js_sys::Date::parse(text)).filter(|at| !at.is_nan());
    #[cfg(not(target_arch = "wasm32"))]
    return tradewind_nodes::time::Timestamp::parse(text).map(plain::millis);
}

/// `Ada, Grace and Alan`
#[must_use]
pub fn list(items: &[String]) -> String {
    #[cfg(target_arch = "wasm32")]
    return intl::text("ListFormat", "format", &[], &[items.iter().map(wasm_bindgen::JsValue::from).collect::<js_sys::Array>().into()]);
    #[cfg(not(target_arch = "wasm32"))]
    return items.join(", ");
}

/// `Ada, Grace or Alan`
#[must_use]
pub fn either(items: &[String]) -> String {
    #[cfg(target_arch = "wasm32")]
    return intl::text(
        "ListFormat",
        "format",
        &[("type", "disjunction".into())],
        &[items.iter().map(wasm_bindgen::JsValue::from).collect::<js_sys::Array>().into()],
    );
    #[cfg(not(target_arch = "wasm32"))]
    return items.join(" or ");
}

#[cfg(target_arch = "wasm32")]
mod intl {
    use super::language;
    use js_sys::{Array, Function, Object, Reflect};
    use std::cell::RefCell;
    use std::collections::HashMap;
    use wasm_bindgen::{JsCast, JsValue};

    thread_local! {
        // Making a formatter costs a hundred times what using it does.
        static MADE: RefCell<HashMap<String, JsValue>> = RefCell::default();
    }

    /// Calls `new Intl[class](tag, options)[method](...args)`. Empty when the browser refuses (an unknown currency or zone).
    pub fn text(class: &str, method: &str, options: &[(&'static str, JsValue)], args: &[JsValue]) -> String {
        let tag = language::present().tag.clone();
        call(&tag, class, method, options, args).ok().and_then(|made| made.as_string()).unwrap_or_default()
    }

    fn call(tag: &str, class: &str, method: &str, options: &[(&'static str, JsValue)], args: &[JsValue]) -> Result<JsValue, JsValue> {
        let shown = options.iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(",");
        let key = format!("{tag} {class} {shown}");
        let made = MADE.with_borrow(|made| made.get(&key).cloned());
        let formatter = match made {
            Some(formatter) => formatter,
            None => {
                let settings = Object::new();
                for (name, value) in options {
                    Reflect::set(&settings, &(*name).into(), value)?;
                }
                let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
                let class: Function = Reflect::get(&intl, &class.into())?.dyn_into()?;
                let made = Reflect::construct(&class, &Array::of2(&tag.into(), &settings))?;
                MADE.with_borrow_mut(|known| known.insert(key, made.clone()));
                made
            }
        };
        let method: Function = Reflect::get(&formatter, &method.into())?.dyn_into()?;
        Reflect::apply(&method, &formatter, &args.iter().collect::<Array>())
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod plain {
    use tradewind_nodes::time::Timestamp;

    pub fn number(n: f64) -> String {
        let whole = format!("{:.0}", n.trunc().abs());
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let fraction = format!("{:.2}", n.fract().abs());
        let fraction = fraction.trim_start_matches('0').trim_end_matches('0').trim_end_matches('.');
        format!("{}{grouped}{fraction}", if n < 0.0 { "-" } else { "" })
    }

    pub fn millis(at: Timestamp) -> f64 {
        at.micros() as f64 / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_in_its_two_largest_units() {
        assert_eq!(in_units(0.123), [(0.12, "second")]);
        assert_eq!(in_units(3600.0), [(1.0, "hour")]);
        assert_eq!(in_units(176_400.0), [(2.0, "day"), (1.0, "hour")]);
        assert_eq!(in_units(86_405.0), [(1.0, "day")]);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!((number(1_234_567.5), number(-12.0)), ("1,234,567.5".to_owned(), "-12".to_owned()));
    }
}
