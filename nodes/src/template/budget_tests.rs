//! What templates may cost: the templates that once stopped every journey, and mails that shops really send.

use super::{count_copy, render, share_budget};
use crate::fact::{Customer, Event, Facts, NO_OUTPUTS, NO_SEGMENTS};
use crate::id::{CustomerId, EventId};
use crate::time::Timestamp;
use crate::{Json, JsonMap};
use serde_json::json;
use uuid::Uuid;

const WORK: &str = "template.too_much_work";

/// Renders for an event with these items.
fn with_items(source: &str, items: Json) -> Result<String, String> {
    let customer = Customer::unknown(CustomerId(Uuid::nil()), Timestamp(0));
    let mut properties = JsonMap::new();
    properties.insert("items".into(), items);
    let event = Event { id: EventId(Uuid::nil()), name: "E".into(), at: Timestamp(0), properties, context: JsonMap::new() };
    let facts = Facts {
        customer: Some(&customer),
        history: &[],
        segments: &NO_SEGMENTS,
        event: Some(&event),
        item: None,
        outputs: &NO_OUTPUTS,
        run: None,
        now: Timestamp(0),
    };
    render(source, true, &facts).map_err(|problem| problem.code)
}

fn zeros(n: usize) -> Json {
    vec![0; n].into()
}

fn each(body: &str) -> String {
    format!("{{{{#each event.properties.items}}}}{body}{{{{/each}}}}")
}

/// Templates that cost a great deal: each stops.
fn attacks() -> Vec<(String, Json)> {
    let whole_event = r#"{{#if (eq (json @root.event) "x")}}{{/if}}"#;
    let deep = (0..60).fold(zeros(9_000), |inner, _| vec![inner].into());
    let nested = format!("{}{}{}", each("").replace("{{/each}}", ""), "{{#each this}}".repeat(60), "{{#if this}}{{/if}}".repeat(500))
        + &"{{/each}}".repeat(61);
    let long_key = "k".repeat(20_000);
    let keyed: JsonMap = (0..5).map(|n| (format!("{long_key}{n}"), zeros(400))).collect();
    let large = json!({"text": "y".repeat(200_000)});
    // Paths that are written differently and lead to one list: each would be a copy of it.
    let names = (1..=200).map(|n| format!("{{{{#if event.properties.items.{:0n$}}}}}{{{{/if}}}}", 0));
    vec![
        (each(whole_event) + "x", zeros(9_000)),
        (whole_event.repeat(6_000), zeros(9_000)),
        (each(&"{{#if (eq this 1)}}{{/if}}".repeat(8_000)), zeros(9_000)),
        (each(&each("")), json!([])),
        ("{{#each event.properties.items}}{{#each @root.event.properties.items}}{{/each}}{{/each}}".to_owned(), zeros(9_000)),
        (nested, deep),
        (each(&"{{#each this}}{{@index}}{{#if this}}{{/if}}{{/each}}".repeat(50)), keyed.into()),
        ("{{#each (default event.properties.items)}}{{#if this}}{{/if}}{{/each}}".repeat(2_000), vec![large.clone(); 3].into()),
        (each("{{#each (lookup @root.event.properties \"items\")}}{{/each}}"), zeros(9_000)),
        ("{{#if (eq event.properties.items event.properties.items)}}{{/if}}".repeat(3_000), zeros(9_000)),
        ("{{#if (eq (upper event.properties.items.0.text) 1)}}{{/if}}".repeat(4_000), vec![large].into()),
        (each(&"{{this}}".repeat(3_000)), vec![""; 9_000].into()),
        (each(&"{{date \"2026-01-01T00:00:00Z\" zone=\"Europe/Berlin\"}}".repeat(100)), zeros(9_000)),
        (names.collect(), vec![zeros(9_000)].into()),
    ]
}

#[test]
fn a_template_stops_at_what_it_costs_and_not_at_what_it_writes() {
    for (source, items) in attacks() {
        if items == json!([]) {
            assert_eq!(with_items(&source, items), Ok(String::new()));
            continue;
        }
        assert_eq!(with_items(&source, items), Err(WORK.to_owned()), "{source:.80}");
    }
}

/// A row of a mail's table, as the order confirmation of a shop writes it.
const ROW: &str = r##"<tr>
    <td><a href="https://shop.example/{{url (default id "none")}}"><img src="{{default image "https://shop.example/none.png"}}" alt="{{name}}"></a></td>
    <td>{{upper (default name "article")}}{{#if (gt (default quantity 1) 1)}} × {{number quantity}}{{/if}}</td>
    <td>{{plural (default quantity 1) one="# piece" other="# pieces"}}</td>
    <td>{{money (default price 0) currency=@root.event.properties.items.0.currency}}</td>
    <td>{{money (mul price quantity) currency=currency}}{{#unless @last}}<hr>{{/unless}}</td>
</tr>"##;

#[test]
fn a_mail_about_many_products_is_rendered() {
    let product = |n: usize| json!({"id": format!("sku {n}"), "name": format!("Product {n}"), "price": 9.95, "quantity": n % 3 + 1, "currency": "EUR"});
    for rows in [200, 1_000] {
        let items: Vec<Json> = (0..rows).map(product).collect();
        let mail = with_items(&format!("<table>{}</table>", each(ROW)), items.into()).unwrap();
        assert!(mail.contains("PRODUCT 199") && mail.contains("€29.85"), "{mail:.400}");
    }
}

#[test]
fn the_templates_of_a_step_share_what_it_may_cost() {
    let source = each("{{#if (eq this 1)}}{{/if}}");
    let of_one = with_items(&source, zeros(9_000));
    assert_eq!(of_one, Ok(String::new()));
    let many = share_budget(|| (0..100).map(|_| with_items(&source, zeros(9_000))).find(Result::is_err));
    assert_eq!(many, Some(Err(WORK.to_owned())));
    // Nor may values be copied out of the facts without end, past any template.
    let list = zeros(9_000);
    let copies = share_budget(|| (0..1_000).map(|_| count_copy(&list)).find(Result::is_err));
    assert_eq!(copies.unwrap().unwrap_err().code, WORK);
    assert_eq!(with_items(&source, zeros(9_000)), of_one, "the next step has its own");
}

#[test]
fn the_problem_names_the_line_the_limit_and_the_remedy() {
    let facts = Facts::empty(Timestamp(0));
    let problem = render(&format!("\n{}", "{{#if (eq now 1)}}{{/if}}".repeat(9_000)), false, &facts);
    assert!(problem.is_ok(), "9000 short tags are not too many: {problem:?}");
    let twice = share_budget(|| {
        let source = format!("\n{{{{#if now}}}}{}{{{{/if}}}}", "{{#if (eq now 1)}}{{/if}}".repeat(9_000));
        (0..20).find_map(|_| render(&source, false, &facts).err()).unwrap()
    });
    assert_eq!(twice.code, WORK);
    assert!(twice.message.starts_with("line 2: ") && twice.message.contains("1000000 units"), "{}", twice.message);
    assert!(twice.message.contains("loop over a shorter list"), "{}", twice.message);
}
