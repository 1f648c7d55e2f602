//! What the made-up shop sells, and to whom.

use serde_json::{Value, json};

/// Somebody's country: locale, zone, currency, how many of that currency an euro is, and how it counts cents.
pub struct Country {
    pub locale: &'static str,
    pub zone: &'static str,
    pub currency: &'static str,
    pub rate: f64,
    pub digits: i32,
    pub names: [&'static str; 4],
}

const fn country(
    locale: &'static str,
    zone: &'static str,
    currency: &'static str,
    rate: f64,
    digits: i32,
    names: [&'static str; 4],
) -> Country {
    Country { locale, zone, currency, rate, digits, names }
}

/// Where people come from.
pub const COUNTRIES: [Country; 10] = [
    country("en-US", "America/New_York", "USD", 1.1, 2, ["Grace", "Henry", "Olivia", "James"]),
    country("en-GB", "Europe/London", "GBP", 0.85, 2, ["Ada", "Oscar", "Emily", "George"]),
    country("de-DE", "Europe/Berlin", "EUR", 1.0, 2, ["Emma", "Jonas", "Lena", "Paul"]),
    country("fr-FR", "Europe/Paris", "EUR", 1.0, 2, ["Chloé", "Louis", "Manon", "Hugo"]),
    country("es-ES", "Europe/Madrid", "EUR", 1.0, 2, ["Lucía", "Mateo", "Carmen", "Pablo"]),
    country("es-MX", "America/Mexico_City", "MXN", 20.0, 2, ["Sofía", "Diego", "Valeria", "Luis"]),
    country("ja-JP", "Asia/Tokyo", "JPY", 160.0, 0, ["葵", "蓮", "陽菜", "湊"]),
    country("ko-KR", "Asia/Seoul", "KRW", 1500.0, 0, ["서연", "민준", "지우", "도윤"]),
    country("zh-CN", "Asia/Shanghai", "CNY", 7.8, 2, ["伟", "芳", "娜", "敏"]),
    country("ar-AE", "Asia/Dubai", "AED", 4.0, 2, ["ليلى", "عمر", "نور", "يوسف"]),
];

/// An article and its price in euros.
pub struct Article {
    pub id: &'static str,
    pub name: &'static str,
    pub price: f64,
}

const fn article(id: &'static str, name: &'static str, price: f64) -> Article {
    Article { id, name, price }
}

/// The catalogue.
pub const CATALOGUE: [Article; 12] = [
    article("p-1001", "Linen shirt", 49.9),
    article("p-1002", "Wool socks", 12.0),
    article("p-1003", "Rain jacket", 129.0),
    article("p-1004", "Canvas bag", 24.5),
    article("p-1005", "Trail shoes", 99.0),
    article("p-1006", "Straw hat", 29.0),
    article("p-1007", "Green tea, 100 g", 8.5),
    article("p-1008", "Stoneware cup", 14.0),
    article("p-1009", "Tea pot", 39.0),
    article("p-1010", "Beeswax candle", 9.9),
    article("p-1011", "Oak board", 34.0),
    article("p-1012", "Table linen", 59.0),
];

impl Country {
    /// What something of so many euros costs here.
    pub fn price(&self, euros: f64) -> f64 {
        self.round(euros * self.rate)
    }

    /// An amount cut to what can be paid.
    pub fn round(&self, amount: f64) -> f64 {
        let unit = 10f64.powi(self.digits);
        (amount * unit).round() / unit
    }
}

impl Article {
    /// As events carry it.
    pub fn line(&self, quantity: u64, country: &Country) -> Value {
        json!({"product_id": self.id, "sku": self.id.to_uppercase(), "name": self.name, "price": country.price(self.price), "quantity": quantity})
    }
}
