//! All that an order has asked the outside to do, in one list, whoever does it.

use domain::{
    inbound::FulfillmentFact,
    order::{CapturePolicy, Command, HoldKind, PaymentCommands, Performer},
};

use crate::common::{OrderFixture, shipped};

/// An order of two units, paid, one requested from each of two locations. The payment gateway is commanded.
fn requested() -> OrderFixture {
    let commands = PaymentCommands {
        capture: CapturePolicy::Manual,
        ..PaymentCommands::default()
    };
    let mut order = OrderFixture::commanded(&[(2, 1000)], commands);
    order.captured();
    order.route(&[("berlin", 1), ("hamburg", 1)]).unwrap();
    assert_eq!(ledger(&order), [], "nobody is asked for a plan");
    request(&mut order);
    order
}

fn request(order: &mut OrderFixture) {
    order
        .apply(&Command::RequestFulfillment { not_to: vec![] })
        .unwrap();
}

/// Who is to do something, and under which key.
fn ledger(order: &OrderFixture) -> Vec<(Performer, String)> {
    let entries = order.order.effects_ledger();
    entries
        .map(|entry| {
            let key = entry.key(order.order.id(), &order.commits);
            (order.order.performer(entry), key)
        })
        .collect()
}

/// How many of them are to be done now.
fn due(order: &OrderFixture) -> usize {
    order.order.due_effects(Performer::Location).count()
}

fn id(order: &OrderFixture, place: usize) -> String {
    order.order.state.fulfillment_orders[place].id.to_string()
}

fn at_location(key: impl Into<String>) -> (Performer, String) {
    (Performer::Location, key.into())
}

#[test]
fn a_request_is_in_the_ledger_until_its_location_says_something_about_it() {
    let mut order = requested();
    let (berlin, hamburg) = (id(&order, 0), id(&order, 1));
    assert_eq!(
        ledger(&order),
        [at_location(&berlin), at_location(&hamburg)]
    );
    let facts = [
        FulfillmentFact::Accepted,
        FulfillmentFact::Picking,
        FulfillmentFact::Packed,
        FulfillmentFact::Rejected {
            reason: "capacity".to_owned(),
        },
        FulfillmentFact::Cancelled { lines: vec![] },
        shipped("S1", &[("1", 1)], false),
    ];
    for fact in facts {
        let mut order = order.clone();
        order.report(0, fact.clone()).unwrap();
        assert_eq!(ledger(&order), [at_location(&hamburg)], "{fact:?}");
    }
    // What says nothing about the request leaves it there.
    order
        .report(
            0,
            FulfillmentFact::CancelRefused {
                reason: String::new(),
            },
        )
        .unwrap();
    assert_eq!(ledger(&order).len(), 2);
}

#[test]
fn units_are_asked_back_under_the_number_of_the_commit_that_asks_for_them() {
    let mut order = OrderFixture::placed(&[(3, 1000)]);
    order.captured();
    order.route(&[("berlin", 3)]).unwrap();
    request(&mut order);
    let berlin = id(&order, 0);
    order.cancel(&[("1", 1)]).unwrap();
    let asked = order.order.state.version;
    let cancel = |asked: u64| at_location(format!("{berlin}:cancel:{asked}"));
    assert_eq!(ledger(&order), [at_location(&berlin), cancel(asked)]);
    let cancelling = order.order.effects_ledger().nth(1).unwrap();
    let by = order.commits.last().unwrap();
    assert_eq!(cancelling.since(&order.commits), by.body.at);

    // The location has accepted meanwhile, and is still to answer.
    order.report(0, FulfillmentFact::Accepted).unwrap();
    assert_eq!(ledger(&order), [cancel(asked)]);
    order.cancel(&[("1", 1)]).unwrap();
    let again = order.order.state.version;
    assert!(again > asked);
    assert_eq!(ledger(&order), [cancel(again)], "it has one such request");
    order
        .report(0, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    assert_eq!(ledger(&order), []);
}

#[test]
fn an_order_that_is_held_asks_units_back_and_repeats_no_request_to_ship() {
    let mut order = requested();
    order
        .apply(&Command::PlaceHold {
            kind: HoldKind::Manual,
            handle: "h".to_owned(),
            until: None,
        })
        .unwrap();
    assert_eq!((ledger(&order).len(), due(&order)), (2, 0));
    order.cancel(&[("1", 1)]).unwrap();
    assert_eq!((ledger(&order).len(), due(&order)), (3, 1));
    let release = Command::ReleaseHold {
        handle: "h".to_owned(),
    };
    order.apply(&release).unwrap();
    assert_eq!((ledger(&order).len(), due(&order)), (3, 3));
}

#[test]
fn a_request_that_did_not_leave_is_gone_and_the_next_one_has_another_key() {
    let mut order = requested();
    order.apply(&order.take_back()).unwrap();
    assert_eq!(ledger(&order), []);
    let found = &order.order.state.fulfillment_orders[0];
    assert!(order.order.owes_request(found), "the next one");
    request(&mut order);
    let second = |place| at_location(format!("{}:request:2", id(&order, place)));
    assert_eq!(ledger(&order), [second(0), second(1)]);
}

#[test]
fn money_and_goods_are_in_the_same_list() {
    let mut order = requested();
    let (berlin, key) = (id(&order, 0), format!("{}:1", order.order.id()));
    order.report(1, FulfillmentFact::Accepted).unwrap();
    order
        .report(1, FulfillmentFact::Cancelled { lines: vec![] })
        .unwrap();
    order.cancel(&[("1", 1)]).unwrap();
    let refund = (Performer::PaymentGateway, key);
    assert_eq!(ledger(&order), [refund, at_location(berlin)]);
    let commands = order.order.due_effects(Performer::PaymentGateway);
    let amounts: Vec<_> = commands
        .filter_map(domain::order::LedgerEntry::command)
        .collect();
    assert_eq!(
        amounts,
        order.order.state.effects.iter().collect::<Vec<_>>()
    );
}
