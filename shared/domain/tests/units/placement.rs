use domain::order::{Actor, Cause, Status};
use domain::{decide::*, order::*};
use jiff::Timestamp;

fn request(change: impl FnOnce(&mut serde_json::Value)) -> PlaceOrder {
    let mut json = serde_json::json!({
        "number": "1001", "currency": "EUR", "discount": 100, "shipping": 490,
        "lines": [
            { "sku": "TEE", "quantity": 3, "unit_price": 333, "tax": 7 },
            { "sku": "MUG", "quantity": 1, "unit_price": 1000, "discount": 1 }
        ],
        "customer": { "name": "Ada", "email": "ada@example.com",
            "address": { "lines": ["1 Main St"], "city": "Berlin", "country": "DE" } }
    });
    change(&mut json);
    serde_json::from_value(json).unwrap()
}

fn placed(request: &PlaceOrder) -> Result<Placement, Rejection> {
    let context = Context {
        now: Timestamp::UNIX_EPOCH,
        actor: Actor::system("test"),
        cause: Cause::new("api", "key-1"),
    };
    place(request, &context)
}

#[test]
fn every_minor_unit_of_discount_shipping_and_tax_is_in_a_cell() {
    let order = placed(&request(|_| {})).unwrap().change.order.placed;
    assert_eq!(order.total(), 3 * 333 + 7 + 999 - 100 + 490);
    let cells: i64 = order
        .lines
        .iter()
        .flat_map(|l| (0..l.quantity).map(|i| l.cell(i).total(false)))
        .sum();
    assert_eq!(cells, order.total());
    assert_eq!(order.terms.priority, 5);
}

#[test]
fn the_idempotency_key_leads_to_it_and_the_first_commit_covers_it() {
    let placement = placed(&request(|_| {})).unwrap();
    let references = &placement.change.references;
    assert!(references.contains(&Reference::IdempotencyKey("key-1".to_owned())));
    let order = &placement.change.order;
    assert!(
        placement
            .change
            .commit
            .text
            .contains(&order.placed.digest().unwrap())
    );
    assert!(
        !serde_json::to_string(&order.placed)
            .unwrap()
            .contains("Ada"),
        "no personal data"
    );
}

#[test]
fn a_free_order_is_paid_and_released_at_once() {
    let free = request(|json| {
        json["lines"] = serde_json::json!([{ "sku": "GIFT", "quantity": 1, "unit_price": 0 }]);
        json["discount"] = 0.into();
        json["shipping"] = 0.into();
    });
    let order = placed(&free).unwrap().change.order;
    assert_eq!(order.state.status, Status::Paid);
}

#[test]
fn what_cannot_be_an_order_is_refused_by_name() {
    let refused = |change: fn(&mut serde_json::Value)| placed(&request(change)).unwrap_err().found;
    assert_eq!(refused(|j| j["lines"] = serde_json::json!([])), "lines");
    assert_eq!(
        refused(|j| j["lines"][0]["quantity"] = 0.into()),
        "lines[0].quantity"
    );
    assert_eq!(
        refused(|j| j["lines"][1]["unit_price"] = (-1).into()),
        "lines[1].unit_price"
    );
    assert_eq!(
        refused(|j| j["lines"][1]["discount"] = 1001.into()),
        "lines[1].discount"
    );
    assert_eq!(refused(|j| j["discount"] = 5000.into()), "discount");
    assert_eq!(refused(|j| j["lines"][1]["id"] = "1".into()), "lines[1].id");
    assert_eq!(
        refused(|j| j["customer"]["email"] = "x".into()),
        "customer.email"
    );
    assert_eq!(
        refused(|j| j["customer"]["address"]["country"] = "de".into()),
        "customer.address.country"
    );
    assert_eq!(
        refused(|j| j["customer"]["name"] = "n".repeat(201).into()),
        "customer.name"
    );
    assert_eq!(
        refused(|j| j["customer"]["phone"] = "1".repeat(41).into()),
        "customer.phone"
    );
    assert_eq!(
        refused(|j| j["customer"]["address"]["lines"][0] = "s".repeat(201).into()),
        "customer.address.lines"
    );
    assert_eq!(
        refused(|j| j["customer"]["address"]["lines"] = vec!["s"; 6].into()),
        "customer.address.lines"
    );
    assert_eq!(
        refused(|j| j["customer"]["address"]["postal_code"] = "1".repeat(41).into()),
        "customer.address.postal_code"
    );
}

/// Dinars that are no whole steps in one field; the gateway is commanded for them.
fn odd_dinars(field: &str) -> PlaceOrder {
    request(|json| {
        *json = serde_json::json!({
            "number": "1001", "currency": "KWD", "discount": 1000, "shipping": 1510,
            "lines": [
                { "sku": "TEE", "quantity": 3, "unit_price": 5120, "tax": 770, "discount": 20 }
            ],
            "payment": { "tenders": [{ "kind": "gift_card", "reference": "CARD", "amount": 3010 }] },
            "terms": { "payment_commands": {} },
            "customer": json["customer"],
        });
        if let Some(amount) = json.pointer_mut(field) {
            *amount = (amount.as_i64().unwrap() + 5).into();
        }
    })
}

#[test]
fn what_the_gateway_cannot_move_is_not_placed_for_it() {
    assert!(placed(&odd_dinars("/none")).is_ok());
    for (field, name) in [
        ("/discount", "discount"),
        ("/shipping", "shipping"),
        ("/lines/0/unit_price", "lines[0].unit_price"),
        ("/lines/0/discount", "lines[0].discount"),
        ("/lines/0/tax", "lines[0].tax"),
        ("/payment/tenders/0/amount", "payment.tenders[0].amount"),
    ] {
        let mut order = odd_dinars(field);
        let refused = placed(&order).unwrap_err();
        assert_eq!(
            (refused.code, refused.found.as_str()),
            (RejectionCode::InvalidOrder, name)
        );
        // Where nothing is commanded, amounts are the shop's and the gateway's.
        order.terms.payment_commands = None;
        let cells = placed(&order).unwrap().change.order.placed;
        let line = &cells.lines[0];
        let cells: i64 = (0..3).map(|unit| line.cell(unit).total(false)).sum();
        assert_eq!(cells, line.value(0, 3, false), "{name}");
    }
    let mut order = odd_dinars("/lines/0/tax");
    order.terms.taxes_included = true;
    assert!(placed(&order).is_ok(), "it is not paid beside the price");
    let mut order = odd_dinars("/shipping");
    order.terms.payment = Some(PaymentTerm::BankTransfer);
    assert!(placed(&order).is_ok(), "it is not paid through the gateway");
}

#[test]
fn an_order_from_far_away_in_time_is_refused() {
    // `placed` runs at the beginning of 1970.
    let at = |time: &'static str| placed(&request(|j| j["placed_at"] = time.into()));
    for time in ["1970-01-01T00:05:00Z", "1968-12-31T00:00:00Z"] {
        assert!(at(time).is_ok(), "{time}");
    }
    for time in [
        "1970-01-01T00:05:01Z",
        "1968-12-30T23:59:59Z",
        "9999-01-01T00:00:00Z",
    ] {
        let refused = at(time).unwrap_err();
        assert_eq!(
            (refused.code, refused.found.as_str()),
            (RejectionCode::InvalidOrder, "placed_at")
        );
    }
}

#[test]
fn what_is_as_long_as_it_may_be_is_placed() {
    let longest = request(|j| {
        j["customer"]["name"] = "\u{e4}".repeat(200).into();
        j["customer"]["phone"] = "1".repeat(40).into();
        j["customer"]["address"]["lines"] = vec!["s".repeat(200); 5].into();
    });
    assert!(placed(&longest).is_ok());
}
