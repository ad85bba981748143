//! The gateway's lists of payments, refunds and disputes, made of what it has told of and of what it has done.

use std::collections::BTreeMap;

use app::ports::{GatewayRecord, Made, RecordPage};
use domain::{
    inbound::{Fact, Inbound, OrderReference, PaymentFact},
    order::DisputeFunds,
    reconciliation::{GatewayObject, ObjectKind},
};
use jiff::Timestamp;

use super::ledger::{Ledger, MadeRefund};

/// Objects in a page of a list.
const PAGE_OBJECTS: usize = 3;

/// An object, when it was made, and what is told of it last.
struct Object {
    made_at: Timestamp,
    order: OrderReference,
    facts: Vec<PaymentFact>,
}

impl Ledger {
    /// A page of the objects of a kind that were made then, newest first.
    pub(super) fn list(&self, kind: ObjectKind, made: Made, after: Option<&str>) -> RecordPage {
        let objects = self.objects(kind).into_iter();
        let in_time = |object: &Object| object.made_at >= made.from && object.made_at < made.to;
        let mut listed: Vec<(Timestamp, String)> = objects
            .filter(|(_, object)| in_time(object))
            .map(|(id, object)| (object.made_at, id))
            .collect();
        listed.sort_by(|a, b| b.cmp(a));
        if let Some(after) = after {
            let position = listed.iter().position(|(_, id)| id == after);
            listed.drain(..=position.expect("an object of the list"));
        }
        let has_more = listed.len() > PAGE_OBJECTS;
        listed.truncate(PAGE_OBJECTS);
        let last = listed.last().filter(|_| has_more);
        let next = last.map(|(_, id)| id.clone());
        let records = listed.iter();
        RecordPage {
            records: records
                .filter_map(|(_, id)| self.record(&GatewayObject::new(kind, id)))
                .collect(),
            unreadable: Vec::new(),
            next,
        }
    }

    pub(super) fn record(&self, object: &GatewayObject) -> Option<GatewayRecord> {
        let found = self.objects(object.kind).remove(&object.id)?;
        let facts = found.facts.into_iter().enumerate();
        let facts = facts.map(|(number, fact)| Inbound {
            source: "stripe".to_owned(),
            id: format!("{}@{}.{number}", object.id, self.now.as_millisecond()),
            location: None,
            occurred_at: self.now,
            received_at: self.now,
            fact: Fact::Payment {
                order: found.order.clone(),
                fact,
            },
        });
        Some(GatewayRecord {
            id: object.id.clone(),
            facts: facts.collect(),
        })
    }

    fn objects(&self, kind: ObjectKind) -> BTreeMap<String, Object> {
        let mut objects = BTreeMap::new();
        for event in &self.events {
            let Fact::Payment { order, fact } = &event.fact else {
                continue;
            };
            let told = match (kind, id_of(fact)) {
                (ObjectKind::Payment, _) => order.intent.clone(),
                (kind, Some((known, id))) if kind == known => Some(id.to_owned()),
                (ObjectKind::Refund | ObjectKind::Dispute, _) => None,
            };
            let Some(id) = told else { continue };
            let object = objects.entry(id).or_insert_with(|| Object {
                made_at: event.occurred_at,
                order: order.clone(),
                facts: Vec::new(),
            });
            let before = object.facts.iter().find_map(funds_of);
            object.facts = vec![with_funds(fact.clone(), before)];
        }
        match kind {
            ObjectKind::Payment => {
                for (id, object) in &mut objects {
                    object.facts = self.facts_of(id);
                }
            }
            ObjectKind::Refund => {
                for made in &self.refunds {
                    self.add_refund(&mut objects, made);
                }
            }
            ObjectKind::Dispute => {}
        }
        let is_known = |id: &String| !self.forgotten.contains(&GatewayObject::new(kind, id));
        objects.retain(|id, _| is_known(id));
        objects
    }

    /// A refund that was made on command, of which no event may have told.
    fn add_refund(&self, objects: &mut BTreeMap<String, Object>, made: &MadeRefund) {
        let object = objects.entry(made.id.clone()).or_insert_with(|| Object {
            made_at: made.made_at,
            order: OrderReference {
                order: Some(made.effect.0.to_string()),
                intent: Some(made.intent.clone()),
            },
            facts: Vec::new(),
        });
        object.facts = vec![PaymentFact::Refund {
            id: made.id.clone(),
            amount: made.amount,
            currency: self.currency_of(&made.intent),
            status: made.status,
            effect: Some(made.effect.1),
        }];
    }
}

/// Which way the money of a dispute went last.
fn funds_of(fact: &PaymentFact) -> Option<DisputeFunds> {
    fact.dispute()?.funds
}

/// What is told of a dispute, with where its money is: an object in a list says that, whatever its last event told.
fn with_funds(mut fact: PaymentFact, before: Option<DisputeFunds>) -> PaymentFact {
    if let PaymentFact::Dispute { funds, .. } = &mut fact {
        *funds = funds.or(before);
    }
    fact
}

/// The object that a fact is about, when it is not its payment.
fn id_of(fact: &PaymentFact) -> Option<(ObjectKind, &str)> {
    if let PaymentFact::Refund { id, .. } = fact {
        return Some((ObjectKind::Refund, id));
    }
    let dispute = fact.dispute()?;
    Some((ObjectKind::Dispute, dispute.id))
}
