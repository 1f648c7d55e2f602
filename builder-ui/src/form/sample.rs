//! What an event might say that has never come: a made-up cart, so that previews of a new journey show something.

use super::person::now;
use crate::t;
use serde_json::json;
use tradewind_nodes::JsonMap;
use tradewind_nodes::fact::Event;

/// An event with the properties that shops commonly send.
#[must_use]
pub fn event(name: &str) -> Event {
    let product = json!({
        "product_id": "p-1", "sku": "SKU-1", "name": t!(form.person.product), "price": 24.5, "quantity": 2, "currency": "EUR",
        "url": "https://shop.example/p-1", "lasts_days": 30,
    });
    let order = json!({
        "cart_id": "c-1", "checkout_id": "c-1", "order_id": "o-1", "value": 49.0, "total": 49.0, "revenue": 49.0, "currency": "EUR",
        "url": "https://shop.example/cart", "checkout_url": "https://shop.example/cart", "products": [product],
    });
    let mut properties = JsonMap::new();
    for part in [product, order] {
        properties.extend(part.as_object().cloned().unwrap_or_default());
    }
    super::person::event(name, now(), properties)
}
