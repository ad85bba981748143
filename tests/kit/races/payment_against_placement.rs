//! A payment is told of while its order is placed.

use std::sync::Arc;

use app::ports::{PageRequest, Store, StoredPayment, UnmatchedState};
use domain::{
    ids::{OrderId, ShopId},
    inbound::{Fact, Inbound, OrderReference, PaymentFact, PaymentKey},
    order::{RefundStatus, Status},
};

use super::{
    round::Round,
    task::{Task, run_together},
};
use crate::world::Draft;

/// A placement and up to so many facts about its payment, all at once: captured, authorized, a part given back. In one round the
/// order names the intent; in another the payment names the order, by its number or by its id, in some of its facts only.
///
/// Whoever is first, the payment is the order's in the end, each fact has its effect once, and nothing is left unmatched.
pub async fn a_payment_against_its_placement<S: Store + Send + Sync + 'static>(
    store: &Arc<S>,
    run: u64,
    rounds: u64,
    facts: usize,
) {
    for number in 0..rounds {
        let mut round = Round::new(store, "unmatched", run, number).await;
        let id = OrderId::of(&ShopId::default(), &round.name.parse().expect("a number"));
        let draft = Draft::new(&round.name).line(&round.name, 1);
        let (draft, name) = match number % 3 {
            0 => (draft, None),
            1 => (draft.without_intent(), Some(round.name.clone())),
            _ => (draft.without_intent(), Some(id.to_string())),
        };
        let applies = |fact| {
            let webhook = webhook(&round, fact, name.as_deref());
            Task::Applies(Arc::clone(&round.store), Arc::clone(&round.clock), webhook)
        };
        let places = Task::Places(
            Arc::clone(&round.store),
            Arc::clone(&round.clock),
            Box::new(draft),
            number / 3 % 5,
        );
        // The placement is begun among the facts.
        // One fact that comes while the order is placed has no other that would find what it has missed.
        let position = usize::try_from(number).unwrap_or_default();
        let facts = 1 + position / 15 % facts;
        let mut tasks: Vec<_> = (0..facts).map(applies).collect();
        let position = position % (facts + 1);
        tasks.insert(position, places);
        run_together(tasks).await;
        round.orders.push(id);
        let is_refunded = facts >= 3;
        if is_refunded {
            // It may have come before its capture, and then comes again. It names no order.
            round.applies(&webhook(&round, 2, None)).await;
        }
        let refunded = if is_refunded { REFUNDED } else { 0 };
        let after = round.order(id).await;
        let payment = &after.state.payment;
        assert_eq!(
            (payment.captured(), payment.refunded()),
            (PAID, refunded),
            "round {number}: {:?}",
            after.state
        );
        assert_ne!(after.state.status, Status::Pending, "round {number}");
        let key = PaymentKey::Intent(format!("pi_{}", round.name));
        let stored = round.store.payment(&key).await.expect("a store");
        assert_eq!(stored, StoredPayment::OfOrder(id), "round {number}");
        let page = PageRequest {
            limit: 100,
            after: None,
        };
        let open = round
            .store
            .unmatched_payments(UnmatchedState::Open, None, &page);
        assert_eq!(open.await.expect("a page").items, [], "round {number}");
        round.rules_hold().await;
    }
}

/// What an order of one unit costs.
const PAID: i64 = 1999 + 380 + 490;
const REFUNDED: i64 = 490;

fn webhook<S: Store + Send + Sync + 'static>(
    round: &Round<S>,
    number: usize,
    name: Option<&str>,
) -> Inbound {
    let currency = "EUR".parse().expect("a currency");
    let fact = match number % 3 {
        1 => PaymentFact::Authorized {
            amount: PAID,
            currency,
        },
        0 => PaymentFact::Captured {
            amount: PAID,
            currency,
        },
        _ => PaymentFact::Refund {
            id: "re_1".to_owned(),
            amount: REFUNDED,
            currency,
            status: RefundStatus::Succeeded,
            effect: None,
        },
    };
    let order = OrderReference {
        // Not every event of a payment has the name.
        order: name.filter(|_| number.is_multiple_of(2)).map(str::to_owned),
        intent: Some(format!("pi_{}", round.name)),
    };
    let id = format!("{}-{number}", round.name);
    round.webhook(&id, false, Fact::Payment { order, fact })
}
