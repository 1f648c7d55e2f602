//! How languages write numbers, money and dates: CLDR as data, for the languages Tradewind speaks.

use crate::fact::Facts;

/// A language and region whose way of writing is known.
#[derive(Clone, Copy)]
pub struct Locale(pub(super) &'static Conventions);

impl PartialEq for Locale {
    fn eq(&self, other: &Self) -> bool {
        self.tag() == other.tag()
    }
}
impl Eq for Locale {}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.tag())
    }
}

impl Locale {
    /// English as in the United States: what an unknown language falls back to.
    pub const EN: Self = Self(&EN);

    /// The nearest known locale for a BCP 47 tag, `de-AT` or `de_AT`: the same region, else the language, else English.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let mut parts = tag.trim().split(['-', '_']);
        let language = parts.next().unwrap_or_default();
        let region = parts.find(|part| part.len() == 2).unwrap_or_default();
        let is = |tag: &str| {
            let (l, r) = tag.split_once('-').unwrap_or((tag, ""));
            l.eq_ignore_ascii_case(language) && r.eq_ignore_ascii_case(region)
        };
        if let Some(exact) = ALL.iter().find(|c| is(c.tag)) {
            return Self(exact);
        }
        // Outside the Americas English writes the day before the month, as in Britain.
        if language.eq_ignore_ascii_case("en")
            && ["AU", "NZ", "IE", "IN", "ZA", "SG", "HK", "MT"].iter().any(|r| r.eq_ignore_ascii_case(region))
        {
            return Self(&EN_GB);
        }
        ALL.iter().find(|c| c.tag.eq_ignore_ascii_case(language)).map_or(Self::EN, |c| Self(c))
    }

    /// Its BCP 47 tag: `de-CH`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        self.0.tag
    }

    /// Whether it is written from right to left.
    #[must_use]
    pub fn rtl(self) -> bool {
        self.0.tag.starts_with("ar")
    }
}

/// The locale of the customer these facts are about; English when he has told none.
#[must_use]
pub fn locale_of(facts: &Facts<'_>) -> Locale {
    facts.customer.and_then(|c| c.text("locale")).map_or(Locale::EN, Locale::of)
}

/// Where the currency stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MoneyForm {
    /// `€1.00`; a symbol that ends in a letter is kept apart.
    Before,
    /// `CHF 1.00`, and `CHF-1.00` below zero.
    BeforeApart,
    /// `1,00 €`.
    After,
    /// [`After`](Self::After) behind a right-to-left mark.
    AfterRtl,
}

/// How a count chooses its form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plurals {
    /// One form.
    None,
    /// One when exactly 1 and written without decimals.
    Exact,
    /// One when 1; many for whole millions.
    Spanish,
    /// One below 2; many for whole millions.
    French,
    /// Six forms.
    Arabic,
}

/// The way one locale writes.
pub(super) struct Conventions {
    pub tag: &'static str,
    pub decimal: &'static str,
    pub group: &'static str,
    /// How many digits must stand before the first separator.
    pub min_grouping: usize,
    pub minus: &'static str,
    pub money: MoneyForm,
    pub percent: &'static str,
    /// The digit zero; the other nine follow it.
    pub zero: char,
    pub plurals: Plurals,
    /// Symbols that are clear to readers here; any other currency shows its code.
    pub symbols: &'static [(&'static str, &'static str)],
    pub short: &'static str,
    pub medium: &'static str,
    pub long: &'static str,
    pub time: &'static str,
    pub months: &'static [&'static str; 12],
    pub months_short: &'static [&'static str; 12],
    pub am_pm: (&'static str, &'static str),
}

const EN_MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const EN_SHORT: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const GB_SHORT: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"];
const ES_MONTHS: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const ES_SHORT: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"];
const MX_SHORT: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"];
const FR_MONTHS: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
const FR_SHORT: [&str; 12] = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
const DE_MONTHS: [&str; 12] =
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
const DE_SHORT: [&str; 12] = ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];
const HAN_MONTHS: [&str; 12] = ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"];
const KO_MONTHS: [&str; 12] = ["1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월"];
const AR_MONTHS: [&str; 12] =
    ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"];

static EN: Conventions = Conventions {
    tag: "en",
    decimal: ".",
    group: ",",
    min_grouping: 1,
    minus: "-",
    money: MoneyForm::Before,
    percent: "%",
    zero: '0',
    plurals: Plurals::Exact,
    symbols: &[
        ("USD", "$"),
        ("EUR", "€"),
        ("GBP", "£"),
        ("JPY", "¥"),
        ("CNY", "CN¥"),
        ("KRW", "₩"),
        ("INR", "₹"),
        ("CAD", "CA$"),
        ("AUD", "A$"),
        ("MXN", "MX$"),
    ],
    short: "M/d/yy",
    medium: "MMM d, y",
    long: "MMMM d, y",
    time: "h:mm a",
    months: &EN_MONTHS,
    months_short: &EN_SHORT,
    am_pm: ("AM", "PM"),
};

static EN_GB: Conventions = Conventions {
    tag: "en-GB",
    symbols: &[
        ("GBP", "£"),
        ("EUR", "€"),
        ("USD", "US$"),
        ("JPY", "JP¥"),
        ("CNY", "CN¥"),
        ("KRW", "₩"),
        ("INR", "₹"),
        ("CAD", "CA$"),
        ("AUD", "A$"),
        ("MXN", "MX$"),
    ],
    short: "dd/MM/y",
    medium: "d MMM y",
    long: "d MMMM y",
    time: "HH:mm",
    months_short: &GB_SHORT,
    am_pm: ("am", "pm"),
    ..EN
};

static ES: Conventions = Conventions {
    tag: "es",
    decimal: ",",
    group: ".",
    min_grouping: 2,
    money: MoneyForm::After,
    percent: "\u{a0}%",
    plurals: Plurals::Spanish,
    symbols: &[("EUR", "€"), ("USD", "US$")],
    short: "d/M/yy",
    medium: "d MMM y",
    long: "d 'de' MMMM 'de' y",
    time: "H:mm",
    months: &ES_MONTHS,
    months_short: &ES_SHORT,
    am_pm: ("a.\u{a0}m.", "p.\u{a0}m."),
    ..EN
};

static ES_MX: Conventions = Conventions {
    tag: "es-MX",
    plurals: Plurals::Spanish,
    symbols: &[("MXN", "$")],
    short: "dd/MM/yy",
    medium: "d MMM y",
    long: "d 'de' MMMM 'de' y",
    months: &ES_MONTHS,
    months_short: &MX_SHORT,
    am_pm: ("a.m.", "p.m."),
    ..EN
};

static FR: Conventions = Conventions {
    tag: "fr",
    decimal: ",",
    group: "\u{202f}",
    money: MoneyForm::After,
    percent: "\u{a0}%",
    plurals: Plurals::French,
    symbols: &[("EUR", "€"), ("USD", "$US"), ("GBP", "£GB"), ("CAD", "$CA"), ("AUD", "$AU")],
    short: "dd/MM/y",
    medium: "d MMM y",
    long: "d MMMM y",
    time: "HH:mm",
    months: &FR_MONTHS,
    months_short: &FR_SHORT,
    ..EN
};

static DE: Conventions = Conventions {
    tag: "de",
    decimal: ",",
    group: ".",
    money: MoneyForm::After,
    percent: "\u{a0}%",
    symbols: &[
        ("EUR", "€"),
        ("USD", "$"),
        ("GBP", "£"),
        ("JPY", "¥"),
        ("CNY", "CN¥"),
        ("KRW", "₩"),
        ("INR", "₹"),
        ("CAD", "CA$"),
        ("AUD", "AU$"),
    ],
    short: "dd.MM.yy",
    medium: "dd.MM.y",
    long: "d. MMMM y",
    time: "HH:mm",
    months: &DE_MONTHS,
    months_short: &DE_SHORT,
    ..EN
};

static DE_CH: Conventions = Conventions {
    tag: "de-CH",
    decimal: ".",
    group: "’",
    money: MoneyForm::BeforeApart,
    percent: "%",
    symbols: &[("USD", "$"), ("GBP", "£")],
    ..DE
};

static JA: Conventions = Conventions {
    tag: "ja",
    plurals: Plurals::None,
    symbols: &[("JPY", "￥"), ("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("CNY", "元"), ("KRW", "₩")],
    short: "y/MM/dd",
    medium: "y/MM/dd",
    long: "y年M月d日",
    time: "H:mm",
    months: &HAN_MONTHS,
    months_short: &HAN_MONTHS,
    am_pm: ("午前", "午後"),
    ..EN
};

static KO: Conventions = Conventions {
    tag: "ko",
    plurals: Plurals::None,
    symbols: &[("KRW", "₩"), ("USD", "US$"), ("EUR", "€"), ("GBP", "£"), ("JPY", "JP¥"), ("CNY", "CN¥")],
    short: "yy. M. d.",
    medium: "y. M. d.",
    long: "y년 MMMM d일",
    time: "a h:mm",
    months: &KO_MONTHS,
    months_short: &KO_MONTHS,
    am_pm: ("오전", "오후"),
    ..EN
};

static ZH: Conventions = Conventions {
    tag: "zh",
    plurals: Plurals::None,
    symbols: &[("CNY", "¥"), ("USD", "US$"), ("EUR", "€"), ("GBP", "£"), ("JPY", "JP¥"), ("KRW", "￦"), ("HKD", "HK$"), ("TWD", "NT$")],
    short: "y/M/d",
    medium: "y年M月d日",
    long: "y年M月d日",
    time: "HH:mm",
    months: &HAN_MONTHS,
    months_short: &HAN_MONTHS,
    am_pm: ("上午", "下午"),
    ..EN
};

static AR: Conventions = Conventions {
    tag: "ar",
    minus: "\u{200e}-",
    money: MoneyForm::AfterRtl,
    plurals: Plurals::Arabic,
    symbols: &[
        ("EUR", "€"),
        ("USD", "US$"),
        ("GBP", "UK£"),
        ("JPY", "JP¥"),
        ("SAR", "ر.س.\u{200f}"),
        ("EGP", "ج.م.\u{200f}"),
        ("AED", "د.إ.\u{200f}"),
    ],
    short: "d\u{200f}/M\u{200f}/y",
    medium: "dd/MM/y",
    long: "d MMMM y",
    months: &AR_MONTHS,
    months_short: &AR_MONTHS,
    am_pm: ("ص", "م"),
    ..EN
};

static AR_EG: Conventions =
    Conventions { tag: "ar-EG", decimal: "\u{66b}", group: "\u{66c}", minus: "\u{61c}-", percent: "٪\u{61c}", zero: '٠', ..AR };
static AR_SA: Conventions = Conventions { tag: "ar-SA", ..AR_EG };

static ALL: [&Conventions; 13] = [&EN, &EN_GB, &ES, &ES_MX, &FR, &DE, &DE_CH, &JA, &KO, &ZH, &AR, &AR_EG, &AR_SA];
