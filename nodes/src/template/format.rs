//! Numbers, money, dates and plurals as a locale writes them.

use super::locale::{Conventions, Locale, MoneyForm, Plurals};
use crate::money::Money;
use jiff::civil::DateTime;
use rust_decimal::{Decimal, RoundingStrategy};

/// A number with at least `least` and at most `most` digits behind the decimal point.
pub(super) fn number(n: Decimal, least: u32, most: u32, locale: Locale) -> String {
    let (negative, text) = unsigned(n, least, most, locale.0);
    if negative { format!("{}{text}", locale.0.minus) } else { text }
}

/// A share as per cent: 0.12 is 12 %.
pub(super) fn percent(n: Decimal, digits: u32, locale: Locale) -> String {
    format!("{}{}", number(n.saturating_mul(Decimal::ONE_HUNDRED), digits, digits, locale), locale.0.percent)
}

/// An amount with its currency, with as many decimals as ISO 4217 gives it.
pub(super) fn money(amount: Money, locale: Locale) -> String {
    let c = locale.0;
    let digits = Money::digits(amount.currency);
    let code = amount.currency.code();
    let symbol = c.symbols.iter().find(|(known, _)| *known == code).map_or(code, |(_, symbol)| *symbol);
    let (negative, text) = unsigned(amount.major(), digits, digits, c);
    let minus = if negative { c.minus } else { "" };
    match c.money {
        MoneyForm::Before if symbol.ends_with(char::is_alphabetic) => format!("{minus}{symbol}\u{a0}{text}"),
        MoneyForm::Before => format!("{minus}{symbol}{text}"),
        MoneyForm::BeforeApart if negative => format!("{symbol}-{text}"),
        MoneyForm::BeforeApart => format!("{symbol}\u{a0}{text}"),
        MoneyForm::After => format!("{minus}{text}\u{a0}{symbol}"),
        MoneyForm::AfterRtl => format!("\u{200f}{minus}{text}\u{a0}{symbol}"),
    }
}

/// Whether it is below zero, and its digits without the sign.
fn unsigned(n: Decimal, least: u32, most: u32, c: &Conventions) -> (bool, String) {
    let rounded = n.round_dp_with_strategy(most, RoundingStrategy::MidpointAwayFromZero);
    let plain = rounded.abs().normalize().to_string();
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + 8);
    let grouped = whole.len() >= 3 + c.min_grouping;
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && grouped && (whole.len() - i).is_multiple_of(3) {
            text.push_str(c.group);
        }
        text.push(digit);
    }
    let least = least as usize;
    if !decimals.is_empty() || least > 0 {
        text.push_str(c.decimal);
        text.push_str(decimals);
        text.extend(std::iter::repeat_n('0', least.saturating_sub(decimals.len())));
    }
    (rounded.is_sign_negative() && !rounded.is_zero(), own_digits(text, c))
}

/// The digits of the script.
fn own_digits(text: String, c: &Conventions) -> String {
    if c.zero == '0' {
        return text;
    }
    let own = |d: char| d.to_digit(10).and_then(|n| char::from_u32(c.zero as u32 + n)).unwrap_or(d);
    text.chars().map(own).collect()
}

/// How a date is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DateForm {
    Short,
    Medium,
    Long,
    Time,
}

impl DateForm {
    /// By its name in a template.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "short" => Self::Short,
            "medium" => Self::Medium,
            "long" => Self::Long,
            "time" => Self::Time,
            _ => return None,
        })
    }
}

/// A date or a time of day.
pub(super) fn date(at: DateTime, form: DateForm, locale: Locale) -> String {
    let c = locale.0;
    let pattern = match form {
        DateForm::Short => c.short,
        DateForm::Medium => c.medium,
        DateForm::Long => c.long,
        DateForm::Time => c.time,
    };
    let mut text = String::new();
    let mut quoted = false;
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == '\'' {
            quoted = !quoted;
            continue;
        }
        if quoted || !letter.is_ascii_alphabetic() {
            text.push(letter);
            continue;
        }
        let mut width = 1;
        while rest.next_if_eq(&letter).is_some() {
            width += 1;
        }
        text.push_str(&part(at, letter, width, c));
    }
    own_digits(text, c)
}

/// One field of a CLDR pattern.
fn part(at: DateTime, letter: char, width: usize, c: &Conventions) -> String {
    // Months are 1 to 12, and a table of twelve has no other; the month's number stands for what cannot be.
    let month = usize::from(at.month().unsigned_abs()).saturating_sub(1);
    let named = |names: &[&str; 12]| names.get(month).copied().unwrap_or_default().to_owned();
    let hour12 = match at.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match (letter, width) {
        ('y', 2) => format!("{:02}", at.year().rem_euclid(100)),
        ('y', _) => at.year().to_string(),
        ('M', 4) => named(c.months),
        ('M', 3) => named(c.months_short),
        ('M', _) => format!("{:0width$}", at.month()),
        ('d', _) => format!("{:0width$}", at.day()),
        ('H', _) => format!("{:0width$}", at.hour()),
        ('h', _) => format!("{hour12:0width$}"),
        ('m', _) => format!("{:0width$}", at.minute()),
        _ => if at.hour() < 12 { c.am_pm.0 } else { c.am_pm.1 }.to_owned(),
    }
}

/// The CLDR cardinal category of `n`, written without needless decimals.
pub(super) fn plural(n: Decimal, locale: Locale) -> &'static str {
    let n = n.abs().normalize();
    let whole = n.trunc();
    let exact = n.scale() == 0;
    let is = |k: u32| n == Decimal::from(k);
    let millions = exact && !whole.is_zero() && (whole % Decimal::from(1_000_000)).is_zero();
    match locale.0.plurals {
        Plurals::Exact | Plurals::Spanish if is(1) => "one",
        Plurals::French if whole <= Decimal::ONE => "one",
        Plurals::Spanish | Plurals::French if millions => "many",
        Plurals::Arabic => {
            let last = n % Decimal::ONE_HUNDRED;
            match () {
                () if is(0) => "zero",
                () if is(1) => "one",
                () if is(2) => "two",
                () if exact && last >= Decimal::from(3) && last <= Decimal::TEN => "few",
                () if exact && last >= Decimal::from(11) => "many",
                () => "other",
            }
        }
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso_currency::Currency;
    use std::str::FromStr;

    fn eur(tag: &str) -> String {
        money(Money { minor: 123_456_750, currency: Currency::EUR }, Locale::of(tag))
    }

    #[test]
    fn money_as_in_the_sample_column() {
        for (tag, expected) in [
            ("en", "€1,234,567.50"),
            ("en-US", "€1,234,567.50"),
            ("en-GB", "€1,234,567.50"),
            ("es", "1.234.567,50\u{a0}€"),
            ("es-MX", "EUR\u{a0}1,234,567.50"),
            ("fr", "1\u{202f}234\u{202f}567,50\u{a0}€"),
            ("de", "1.234.567,50\u{a0}€"),
            ("de_AT", "1.234.567,50\u{a0}€"),
            ("de-CH", "EUR\u{a0}1’234’567.50"),
            ("ja-JP", "€1,234,567.50"),
            ("ko", "€1,234,567.50"),
            ("zh-Hans-CN", "€1,234,567.50"),
            ("ar", "\u{200f}1,234,567.50\u{a0}€"),
            ("ar-EG", "\u{200f}١٬٢٣٤٬٥٦٧٫٥٠\u{a0}€"),
            ("ar-SA", "\u{200f}١٬٢٣٤٬٥٦٧٫٥٠\u{a0}€"),
            ("xx", "€1,234,567.50"),
        ] {
            assert_eq!(eur(tag), expected, "{tag}");
        }
        let in_own = |minor, currency, tag| money(Money { minor, currency }, Locale::of(tag));
        assert_eq!(in_own(1_234_568, Currency::JPY, "ja"), "￥1,234,568");
        assert_eq!(in_own(1_234_568, Currency::KRW, "ko"), "₩1,234,568");
        assert_eq!(in_own(123_456_750, Currency::CNY, "zh"), "¥1,234,567.50");
        assert_eq!(in_own(1_234_500, Currency::KWD, "en"), "KWD\u{a0}1,234.500");
        assert_eq!(in_own(-500, Currency::CHF, "de-CH"), "CHF-5.00");
        assert_eq!(in_own(-500, Currency::USD, "en"), "-$5.00");
        assert_eq!(in_own(-500, Currency::EUR, "de"), "-5,00\u{a0}€");
        assert_eq!(in_own(123_400, Currency::EUR, "es"), "1234,00\u{a0}€");
        assert_eq!(in_own(1_234_500, Currency::EUR, "es"), "12.345,00\u{a0}€");
    }

    #[test]
    fn numbers_and_shares() {
        let n = |text: &str| Decimal::from_str(text).unwrap();
        for (text, tag, expected) in [
            ("1234.5", "en", "1,234.5"),
            ("1234.5678", "de", "1.234,568"),
            ("-0.0001", "en", "0"),
            ("-12", "fr", "-12"),
            ("999", "en", "999"),
            ("100", "en", "100"),
        ] {
            assert_eq!(number(n(text), 0, 3, Locale::of(tag)), expected, "{text} {tag}");
        }
        for (tag, expected) in [
            ("en", "12%"),
            ("es", "12\u{a0}%"),
            ("es-MX", "12%"),
            ("fr", "12\u{a0}%"),
            ("de", "12\u{a0}%"),
            ("de-CH", "12%"),
            ("ja", "12%"),
            ("ar", "12%"),
            ("ar-EG", "١٢٪\u{61c}"),
        ] {
            assert_eq!(percent(n("0.12"), 0, Locale::of(tag)), expected, "{tag}");
        }
        assert_eq!(percent(n("0.1234"), 1, Locale::EN), "12.3%");
    }

    #[test]
    fn dates_by_the_table() {
        let at = jiff::civil::date(2026, 3, 5).at(15, 7, 0, 0);
        for (tag, short, medium, long, time) in [
            ("en", "3/5/26", "Mar 5, 2026", "March 5, 2026", "3:07 PM"),
            ("en-GB", "05/03/2026", "5 Mar 2026", "5 March 2026", "15:07"),
            ("es", "5/3/26", "5 mar 2026", "5 de marzo de 2026", "15:07"),
            ("es-MX", "05/03/26", "5 mar 2026", "5 de marzo de 2026", "3:07 p.m."),
            ("fr", "05/03/2026", "5 mars 2026", "5 mars 2026", "15:07"),
            ("de", "05.03.26", "05.03.2026", "5. März 2026", "15:07"),
            ("de-CH", "05.03.26", "05.03.2026", "5. März 2026", "15:07"),
            ("ja", "2026/03/05", "2026/03/05", "2026年3月5日", "15:07"),
            ("ko", "26. 3. 5.", "2026. 3. 5.", "2026년 3월 5일", "오후 3:07"),
            ("zh", "2026/3/5", "2026年3月5日", "2026年3月5日", "15:07"),
            ("ar", "5\u{200f}/3\u{200f}/2026", "05/03/2026", "5 مارس 2026", "3:07 م"),
            ("ar-EG", "٥\u{200f}/٣\u{200f}/٢٠٢٦", "٠٥/٠٣/٢٠٢٦", "٥ مارس ٢٠٢٦", "٣:٠٧ م"),
        ] {
            let locale = Locale::of(tag);
            let written = [DateForm::Short, DateForm::Medium, DateForm::Long, DateForm::Time].map(|form| date(at, form, locale));
            assert_eq!(written, [short, medium, long, time], "{tag}");
        }
        let midnight = jiff::civil::date(2026, 12, 1).at(0, 5, 0, 0);
        assert_eq!(date(midnight, DateForm::Time, Locale::EN), "12:05 AM");
        assert_eq!(date(midnight, DateForm::Time, Locale::of("es")), "0:05");
    }

    #[test]
    fn plurals_by_category() {
        for (tag, n, category) in [
            ("en", "1", "one"),
            ("en", "1.0", "one"),
            ("en", "0", "other"),
            ("en", "1.5", "other"),
            ("de", "1", "one"),
            ("de", "2", "other"),
            ("es", "1", "one"),
            ("es", "1000000", "many"),
            ("es", "0", "other"),
            ("fr", "0", "one"),
            ("fr", "1.5", "one"),
            ("fr", "2", "other"),
            ("fr", "2000000", "many"),
            ("ja", "1", "other"),
            ("ko", "1", "other"),
            ("zh", "1", "other"),
            ("ar", "0", "zero"),
            ("ar", "1", "one"),
            ("ar", "2", "two"),
            ("ar", "3", "few"),
            ("ar", "103", "few"),
            ("ar", "11", "many"),
            ("ar", "99", "many"),
            ("ar", "100", "other"),
            ("ar", "102", "other"),
        ] {
            assert_eq!(plural(Decimal::from_str(n).unwrap(), Locale::of(tag)), category, "{tag} {n}");
        }
    }
}
