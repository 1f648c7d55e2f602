//! One shopper: who he is and what he will do.

use super::shop::{Article, CATALOGUE, COUNTRIES, Country};
use serde_json::{Value, json};

/// A call of the public door.
pub struct Call {
    /// Seconds after the shopper came.
    pub after: f64,
    /// Its path.
    pub path: &'static str,
    /// Its body.
    pub body: Value,
}

/// Chance that repeats itself (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// One of `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    /// Whether a chance of so many percent came true.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
    fn seconds(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * (self.below(1_000) as f64 / 1_000.0)
    }
}

/// Somebody in the shop.
struct Shopper<'d> {
    number: u64,
    country: &'static Country,
    dice: &'d mut Dice,
    clock: f64,
    calls: Vec<Call>,
    lines: Vec<Value>,
}

/// Everything the shopper with this number will do, in order.
pub fn plan(number: u64, dice: &mut Dice) -> Vec<Call> {
    let country = &COUNTRIES[dice.below(COUNTRIES.len())];
    let mut shopper = Shopper { number, country, dice, clock: 0.0, calls: Vec::new(), lines: Vec::new() };
    shopper.introduce();
    shopper.look_around();
    if shopper.dice.percent(80) {
        shopper.fill_the_cart();
        shopper.decide();
    }
    shopper.calls
}

impl Shopper<'_> {
    fn user(&self) -> String {
        format!("shopper-{}", self.number)
    }

    fn introduce(&mut self) {
        let name = self.country.names[self.dice.below(4)];
        let country = self.country.locale.split('-').nth(1).unwrap_or_default();
        let traits = json!({
            "email": format!("{}@example.com", self.user()),
            "first_name": name,
            "locale": self.country.locale,
            "timezone": self.country.zone,
            "currency": self.country.currency,
            "address": {"country": country},
            // Six in seven want the shop's news; the others see that nothing is sent to them.
            "consent": {"email": self.dice.percent(86)},
        });
        let body = json!({"userId": self.user(), "traits": traits});
        self.calls.push(Call { after: 0.0, path: "/v1/identify", body });
    }

    fn track(&mut self, event: &str, properties: Value) {
        let body = json!({"userId": self.user(), "event": event, "properties": properties});
        self.calls.push(Call { after: self.clock, path: "/v1/track", body });
    }

    fn article(&mut self) -> &'static Article {
        &CATALOGUE[self.dice.below(CATALOGUE.len())]
    }

    fn look_around(&mut self) {
        for _ in 0..=self.dice.below(2) {
            self.clock += self.dice.seconds(1.0, 3.0);
            let article = self.article();
            let properties = json!({"product_id": article.id, "name": article.name, "price": self.country.price(article.price), "currency": self.country.currency});
            self.track("Product Viewed", properties);
        }
    }

    fn fill_the_cart(&mut self) {
        for _ in 0..=self.dice.below(3) {
            self.clock += self.dice.seconds(1.0, 4.0);
            let article = self.article();
            if self.lines.iter().any(|line| line["product_id"] == article.id) {
                continue;
            }
            let quantity = 1 + self.dice.below(2) as u64;
            self.lines.push(article.line(quantity, self.country));
            let cart = self.cart();
            self.track("Cart Updated", cart);
        }
    }

    fn value(&self) -> f64 {
        let cost = |line: &Value| line["price"].as_f64().unwrap_or_default() * line["quantity"].as_f64().unwrap_or_default();
        self.country.round(self.lines.iter().map(cost).sum())
    }

    fn cart(&self) -> Value {
        let id = format!("cart-{}", self.number);
        json!({"cart_id": id, "currency": self.country.currency, "value": self.value(), "cart_url": format!("https://shop.example/cart/{id}"), "products": self.lines})
    }

    /// Half go on to the checkout and most of them buy; some of the others open the mail they get later.
    fn decide(&mut self) {
        if self.dice.percent(50) {
            self.clock += self.dice.seconds(2.0, 5.0);
            let cart = self.cart();
            self.track("Checkout Started", cart);
            if self.dice.percent(70) {
                // Well before the journey would write: who buys gets no mail.
                self.clock += self.dice.seconds(2.0, 6.0);
                let order = json!({
                    "order_id": format!("order-{}", self.number),
                    "cart_id": format!("cart-{}", self.number),
                    "currency": self.country.currency,
                    "total": self.value(),
                    "products": self.lines,
                });
                self.track("Order Completed", order);
                return;
            }
        }
        if self.dice.percent(35) {
            self.clock += self.dice.seconds(26.0, 50.0);
            self.track("Email Opened", json!({"campaign": "abandoned-cart"}));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shoppers_buy_soon_or_leave_their_cart() {
        let mut dice = Dice(1);
        let (mut bought, mut left) = (0, 0);
        for number in 0..500 {
            let calls = plan(number, &mut dice);
            let named = |name: &str| calls.iter().filter(|call| call.body["event"] == name).map(|call| call.after).next_back();
            assert!(calls.windows(2).all(|pair| pair[0].after <= pair[1].after));
            assert_eq!(calls[0].path, "/v1/identify");
            let cart = named("Checkout Started").or(named("Cart Updated"));
            match (cart, named("Order Completed")) {
                (Some(cart), Some(order)) => {
                    assert!(order - cart < 10.0);
                    bought += 1;
                }
                (Some(_), None) => left += 1,
                (None, order) => assert_eq!(order, None),
            }
        }
        assert!(bought > 80 && left > 80, "{bought} {left}");
    }
}
