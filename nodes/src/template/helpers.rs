//! The helpers a template may call.

use super::format::{self, DateForm};
use super::locale::Locale;
use super::{blocks, budget};
use crate::fact::{Customer, Facts};
use crate::money::Money;
use crate::predicate::{decimal, equal, order};
use crate::time::{Timestamp, Zone};
use crate::{Json, JsonMap};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, JsonRender, JsonTruthy, PathAndJson, RenderContext, RenderError, RenderErrorReason, ScopedJson,
};
use iso_currency::Currency;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::cmp::Ordering;

/// The blocks a template may open.
pub(super) const BLOCKS: [&str; 4] = ["if", "unless", "each", "with"];
/// Longer results of one helper are refused: they would be built before the output's own limit is reached.
const LONGEST: usize = 256 * 1024;

/// Units of one call beside its tag and its arguments: an amount of money is about as much work as six values.
const CALL: usize = 6;
/// Units of finding a zone and asking its calendar.
const CALENDAR: usize = 20;

// Names no path can have, so that a template neither reads nor hides them.
const LOCALE: &str = "(locale)";
const ZONE: &str = "(zone)";

type Answer = Result<Json, RenderErrorReason>;
type Make = fn(&Call<'_, '_>) -> Answer;

const HELPERS: [(&str, Make); 25] = [
    ("default", default),
    ("money", money),
    ("number", number),
    ("percent", percent),
    ("date", date),
    ("plural", plural),
    ("upper", |c| Ok(c.text(0)?.to_uppercase().into())),
    ("lower", |c| Ok(c.text(0)?.to_lowercase().into())),
    ("trim", |c| Ok(c.text(0)?.trim().into())),
    ("eq", |c| Ok(c.equal()?.into())),
    ("ne", |c| Ok((!c.equal()?).into())),
    ("gt", |c| Ok((order(c.any(0)?, c.any(1)?) == Some(Ordering::Greater)).into())),
    ("gte", |c| Ok(matches!(order(c.any(0)?, c.any(1)?), Some(Ordering::Greater | Ordering::Equal)).into())),
    ("lt", |c| Ok((order(c.any(0)?, c.any(1)?) == Some(Ordering::Less)).into())),
    ("lte", |c| Ok(matches!(order(c.any(0)?, c.any(1)?), Some(Ordering::Less | Ordering::Equal)).into())),
    ("and", |c| Ok(c.helper.params().iter().all(|p| p.value().is_truthy(false)).into())),
    ("or", |c| Ok(c.helper.params().iter().any(|p| p.value().is_truthy(false)).into())),
    ("not", |c| Ok((!c.any(0)?.is_truthy(false)).into())),
    ("json", |c| c.json()),
    ("url", |c| Ok(percent_encoded(&c.text(0)?).into())),
    ("add", |c| c.fold(Decimal::ZERO, Decimal::checked_add)),
    ("mul", |c| c.fold(Decimal::ONE, Decimal::checked_mul)),
    ("join", join),
    ("length", length),
    ("lookup", lookup),
];

/// Whether `name` is a helper that gives a value.
pub(super) fn is_value_helper(name: &str) -> bool {
    HELPERS.iter().any(|(known, _)| *known == name)
}

/// All names, for messages.
pub(super) fn names() -> String {
    HELPERS.map(|(name, _)| name).join(", ")
}

/// Puts our helpers in the place of those that come with Handlebars: its `log` would write personal data to the log.
pub(super) fn register(registry: &mut Handlebars<'static>) {
    for name in ["log", "raw", "len"] {
        registry.unregister_helper(name);
    }
    for (name, make) in HELPERS {
        registry.register_helper(name, Box::new(Valued { name, make }));
    }
    registry.register_helper("if", Box::new(blocks::If(true)));
    registry.register_helper("unless", Box::new(blocks::If(false)));
    registry.register_helper("with", Box::new(blocks::With));
    registry.register_helper("each", Box::new(blocks::Each));
}

/// Gives helpers what they fall back to when a template names no locale or zone.
pub(super) fn give_defaults(data: &mut JsonMap, locale: Locale, facts: &Facts<'_>) {
    data.insert(LOCALE.to_owned(), locale.tag().into());
    if let Some(zone) = facts.customer.and_then(Customer::zone) {
        data.insert(ZONE.to_owned(), zone.to_string().into());
    }
}

struct Valued {
    name: &'static str,
    make: Make,
}

impl HelperDef for Valued {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let call = Call { name: self.name, helper, context };
        call.count()?;
        let value = (self.make)(&call)?;
        if let Some(text) = value.as_str() {
            budget::charge_bytes(text.len())?;
            if text.len() > LONGEST {
                return Err(failed(format!("{} makes a text longer than {} KiB: give it less", self.name, LONGEST / 1024)).into());
            }
        }
        Ok(ScopedJson::Derived(value))
    }
}

fn failed(message: impl Into<String>) -> RenderErrorReason {
    RenderErrorReason::Other(message.into())
}

/// One call: its arguments and what it falls back to.
struct Call<'h, 'rc> {
    name: &'static str,
    helper: &'h Helper<'rc>,
    context: &'h Context,
}

impl<'h, 'rc> Call<'h, 'rc> {
    fn param(&self, i: usize) -> Result<&'h PathAndJson<'rc>, RenderErrorReason> {
        self.helper.param(i).ok_or(RenderErrorReason::ParamNotFoundForIndex(self.name, i))
    }
    /// Counts the call and the texts it is given. What reads or copies the whole of a list or an object counts that itself.
    fn count(&self) -> Result<(), RenderErrorReason> {
        let arguments = self.helper.params().iter().chain(self.helper.hash().values());
        let texts = arguments.filter_map(|argument| argument.value().as_str()).map(str::len);
        budget::charge(CALL)?;
        budget::charge_bytes(texts.sum())
    }
    /// The argument, null when the value is missing.
    fn any(&self, i: usize) -> Result<&'h Json, RenderErrorReason> {
        self.param(i).map(PathAndJson::value)
    }
    /// The argument, which must be there.
    fn value(&self, i: usize) -> Result<&'h Json, RenderErrorReason> {
        let param = self.param(i)?;
        if param.is_value_missing() || param.value().is_null() {
            return Err(RenderErrorReason::MissingVariable(param.relative_path().cloned()));
        }
        Ok(param.value())
    }
    fn text(&self, i: usize) -> Result<String, RenderErrorReason> {
        let value = self.value(i)?;
        budget::charge_value(value)?;
        Ok(value.render())
    }
    /// Whether two arguments are equal.
    fn equal(&self) -> Result<bool, RenderErrorReason> {
        let (a, b) = (self.any(0)?, self.any(1)?);
        if a.is_array() && b.is_array() || a.is_object() && b.is_object() {
            budget::charge_value(a)?;
        }
        Ok(equal(a, b))
    }
    fn number(&self, i: usize) -> Result<Decimal, RenderErrorReason> {
        decimal(self.value(i)?).ok_or_else(|| self.wrong(i, "a number"))
    }
    /// Names the argument by its path, never by its value.
    fn wrong(&self, i: usize, wanted: &str) -> RenderErrorReason {
        let path = self.helper.param(i).and_then(PathAndJson::relative_path);
        let said = path.map_or_else(|| format!("value number {}", i + 1), Clone::clone);
        failed(format!("{} takes {wanted}, and {said} is none", self.name))
    }
    fn option(&self, key: &str) -> Option<&'h Json> {
        self.helper.hash_get(key).map(PathAndJson::value).filter(|v| !v.is_null())
    }
    fn option_text(&self, key: &str) -> Option<&'h str> {
        self.option(key).and_then(Json::as_str).map(str::trim).filter(|t| !t.is_empty())
    }
    fn option_digits(&self) -> Result<Option<u32>, RenderErrorReason> {
        match self.option("digits") {
            None => Ok(None),
            Some(n) => match n.as_u64() {
                Some(n @ 0..=10) => Ok(Some(n as u32)),
                _ => Err(failed(format!("digits of {} is a whole number from 0 to 10", self.name))),
            },
        }
    }
    fn locale(&self) -> Locale {
        let tag = self.option_text("locale").or_else(|| self.context.data().get(LOCALE).and_then(Json::as_str));
        tag.map_or(Locale::EN, Locale::of)
    }
    fn zone(&self) -> Result<Zone, RenderErrorReason> {
        let fallback = || self.context.data().get(ZONE).and_then(Json::as_str);
        match self.option_text("zone").or_else(fallback) {
            None => Ok(Zone::UTC),
            Some(name) => Zone::named(name)
                .ok_or_else(|| failed(format!("zone of {} is no time zone: give an IANA name, as Europe/Berlin", self.name))),
        }
    }
    fn json(&self) -> Answer {
        budget::charge_value(self.value(0)?)?;
        let text = serde_json::to_string(self.value(0)?).map_err(|_| failed("json could not write this value"))?;
        Ok(text.into())
    }
    fn fold(&self, start: Decimal, op: fn(Decimal, Decimal) -> Option<Decimal>) -> Answer {
        let mut total = start;
        for i in 0..self.helper.params().len().max(2) {
            total = op(total, self.number(i)?).ok_or_else(|| failed(format!("the result of {} is too large", self.name)))?;
        }
        Ok(json_number(total))
    }
}

/// A decimal as a JSON number: whole ones exactly.
fn json_number(n: Decimal) -> Json {
    let n = n.normalize();
    match n.to_i64() {
        Some(whole) if n.scale() == 0 => whole.into(),
        _ => n.to_f64().map_or(Json::Null, Json::from),
    }
}

fn copy(value: &Json) -> Answer {
    budget::charge_value(value)?;
    Ok(value.clone())
}

/// The first argument that has a value; empty text has none.
fn default(c: &Call<'_, '_>) -> Answer {
    let filled = |v: &Json| !v.is_null() && v.as_str().is_none_or(|t| !t.trim().is_empty());
    match c.helper.params().iter().map(PathAndJson::value).find(|v| filled(v)) {
        Some(value) => copy(value),
        // The last word may be empty text: that is how one says that nothing shall stand there.
        None => match c.helper.params().last() {
            Some(last) if c.helper.params().len() > 1 && !last.is_value_missing() => copy(last.value()),
            _ => Err(RenderErrorReason::MissingVariable(c.param(0)?.relative_path().cloned())),
        },
    }
}

fn money(c: &Call<'_, '_>) -> Answer {
    let amount = c.number(0)?;
    let Some(code) = c.option_text("currency") else {
        let path = c.helper.hash_get("currency").and_then(PathAndJson::relative_path);
        return Err(match path {
            Some(path) => RenderErrorReason::MissingVariable(Some(path.clone())),
            None => failed("money needs a currency: write currency=event.properties.currency or currency=\"EUR\""),
        });
    };
    let currency =
        Currency::from_code(&code.to_ascii_uppercase()).ok_or_else(|| failed("currency of money is no ISO 4217 code: give one, as EUR"))?;
    let too_large = || failed("the amount given to money is too large");
    let amount = if c.option("minor").is_some_and(|m| m.is_truthy(false)) {
        let minor = amount.round().to_i64().ok_or_else(too_large)?;
        Money { minor, currency }
    } else {
        Money::from_major(amount, currency).ok_or_else(too_large)?
    };
    Ok(format::money(amount, c.locale()).into())
}

fn number(c: &Call<'_, '_>) -> Answer {
    let (least, most) = c.option_digits()?.map_or((0, 3), |digits| (digits, digits));
    Ok(format::number(c.number(0)?, least, most, c.locale()).into())
}

fn percent(c: &Call<'_, '_>) -> Answer {
    let digits = c.option_digits()?.unwrap_or(0);
    Ok(format::percent(c.number(0)?, digits, c.locale()).into())
}

fn date(c: &Call<'_, '_>) -> Answer {
    budget::charge(CALENDAR)?;
    let form = match c.option_text("format") {
        None => DateForm::Medium,
        Some(name) => DateForm::named(name).ok_or_else(|| failed("format of date is one of short, medium, long, time"))?,
    };
    let value = c.value(0)?.as_str().map(str::trim);
    // A date alone is that day everywhere: no zone may move it to the day before.
    let at = match value.filter(|t| t.len() <= 10).and_then(|t| t.parse::<jiff::civil::Date>().ok()) {
        Some(day) => day.at(0, 0, 0, 0),
        None => {
            let at = value.and_then(Timestamp::parse).ok_or_else(|| c.wrong(0, "a date (RFC 3339)"))?;
            at.in_zone(&c.zone()?.0).datetime()
        }
    };
    Ok(format::date(at, form, c.locale()).into())
}

fn plural(c: &Call<'_, '_>) -> Answer {
    let n = c.number(0)?;
    let locale = c.locale();
    let form = c.option(format::plural(n, locale)).or_else(|| c.option("other"));
    let Some(form) = form.and_then(Json::as_str) else {
        return Err(failed("plural needs other=\"# items\", the form for every number without one of its own"));
    };
    Ok(form.replace('#', &format::number(n, 0, 3, locale)).into())
}

fn join(c: &Call<'_, '_>) -> Answer {
    let Json::Array(items) = c.value(0)? else {
        return Err(c.wrong(0, "a list"));
    };
    budget::charge_value(c.value(0)?)?;
    let by = if c.helper.param(1).is_some() { c.text(1)? } else { ", ".to_owned() };
    let mut text = String::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            text.push_str(&by);
        }
        text.push_str(&item.render());
        if text.len() > LONGEST {
            break;
        }
    }
    Ok(text.into())
}

fn length(c: &Call<'_, '_>) -> Answer {
    Ok(match c.any(0)? {
        Json::Array(items) => items.len(),
        Json::Object(map) => map.len(),
        Json::String(text) => text.chars().count(),
        _ => 0,
    }
    .into())
}

fn lookup(c: &Call<'_, '_>) -> Answer {
    let found = match (c.value(0)?, c.value(1)?) {
        (Json::Array(items), index) => index.as_u64().and_then(|i| items.get(usize::try_from(i).ok()?)),
        (Json::Object(map), key) => map.get(&key.render()),
        _ => None,
    };
    let missing = || RenderErrorReason::MissingVariable(c.helper.param(0).and_then(PathAndJson::relative_path).cloned());
    copy(found.ok_or_else(missing)?)
}

/// Everything but letters, digits and `-._~` as `%XX` (RFC 3986).
fn percent_encoded(text: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    out
}
