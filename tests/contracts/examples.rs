//! One true example of each published event: events as commits hold them, published by the code that publishes.

use app::bus::{
    envelope::BusEntry,
    publish::{entries_of_commit, entries_of_movement},
};
use domain::{
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, ShipmentId, ShopId, Sku},
    order::{
        Actor, ActorKind, CancelReason, Cause, CommitBody, Destination, Dispute, DisputeDetails,
        DisputeStatus, EffectAction, Event, ExceptionKind, ExceptionOutcome, FulfillmentLine,
        FulfillmentOrder, FulfillmentStatus, HoldKind, LineUnits, ReclaimedUnits, RefundLine,
        RefundReason, RefundRequest, RefundStatus, Shipment, ShipmentLine, ShipmentStatus,
        TaxReversal, Taxed, TaxedUnits, TenderKind, UnitsAt,
    },
    routing::{Assignment, Decision, ENGINE, RoutingInputs, Unplaced},
    stock::StockMovement,
    stock::{MovementOutcome, StockException, StockExceptionClosed, StockLevel, StockRecord},
};
use jiff::Timestamp;

fn at() -> Timestamp {
    "2026-11-22T09:30:00Z".parse().unwrap()
}

pub(crate) fn order_id() -> OrderId {
    OrderId::of(&ShopId::default(), &"1001".parse().unwrap())
}

fn ful() -> FulfillmentOrderId {
    FulfillmentOrderId::mint(at(), [2; 10])
}

fn shp() -> ShipmentId {
    ShipmentId::mint(at(), [3; 10])
}

fn reversal() -> TaxReversal {
    let taxed = |amount, tax| Taxed { amount, tax };
    TaxReversal {
        service: "stripe_tax".into(),
        transaction: "tax_1NaTVd2eZvKYlo2C".into(),
        lines: vec![TaxedUnits {
            line: "1".parse().unwrap(),
            units: 1,
            part: taxed(2045, 326),
            whole: taxed(4090, 653),
        }],
        shipping: None,
    }
}

fn disputed() -> Dispute {
    Dispute {
        id: "dp_1".into(),
        intent: "pi_1".into(),
        status: DisputeStatus::NeedsResponse,
        status_at: at(),
        details: Some(DisputeDetails {
            evidence_due: Some("2026-12-01T23:59:59Z".parse().unwrap()),
            amount: 2045,
            reason: Some("fraudulent".into()),
        }),
        details_at: Some(at()),
        funds_withdrawn_at: Some(at()),
        funds_reinstated_at: None,
        reinstated: None,
        credited: 0,
    }
}

fn line() -> LineId {
    "1".parse().unwrap()
}

fn sku() -> Sku {
    "TEE-RED-M".parse().unwrap()
}

fn berlin() -> LocationId {
    "berlin".parse().unwrap()
}

fn units(units: u32) -> Vec<LineUnits> {
    vec![LineUnits {
        line: line(),
        sku: sku(),
        units,
    }]
}

fn fulfillment_order(open: u32) -> FulfillmentOrder {
    FulfillmentOrder {
        id: ful(),
        location: berlin(),
        untracked: false,
        status: FulfillmentStatus::Planned,
        since: at(),
        lines: vec![FulfillmentLine::assigned(line(), open)],
        cancel_reason: None,
        closing: None,
        overdue_shown: false,
        silence_closed: None,
        stop_refused: false,
        asked_again: 0,
        repeated: false,
        taken_back: 0,
        collect: None,
    }
}

fn destination() -> Destination {
    Destination {
        country: "DE".into(),
        region: None,
    }
}

fn decision(unplaced: u32) -> Box<Decision> {
    Box::new(Decision {
        engine: ENGINE,
        inputs: RoutingInputs {
            left_out: None,
            demands: Vec::new(),
            destination: destination(),
            ship_complete: false,
            candidates: Vec::new(),
            rules_version: 1,
            now: at(),
        },
        assignments: vec![Assignment {
            location: berlin(),
            untracked: false,
            lines: Vec::new(),
        }],
        unplaced: (unplaced > 0)
            .then(|| Unplaced {
                line: line(),
                sku: sku(),
                units: unplaced,
            })
            .into_iter()
            .collect(),
        exclusions: Vec::new(),
        exclusions_unlisted: 0,
        truncated: false,
        explanation: "berlin ships 2 x TEE-RED-M: it is the nearest own warehouse that has them."
            .into(),
        attempt: 1,
    })
}

/// Every event of an order, with who and what usually cause it.
pub(crate) fn events() -> Vec<(ActorKind, &'static str, Event)> {
    use ActorKind::{Agent, Location, PaymentProvider, System};
    let intent = || "pi_3Qx".to_owned();
    let shipment = Shipment {
        id: shp(),
        reference: "SHIPMENT-1".into(),
        fulfillment_order: ful(),
        carrier: Some("DHL".into()),
        tracking: Some("00340434161094042557".into()),
        shipped_at: at(),
        status: ShipmentStatus::Shipped,
        since: at(),
        step_at: None,
        delivered_at: None,
        returned_at: None,
        lines: vec![ShipmentLine {
            line: line(),
            units: 2,
            unexpected: 0,
        }],
    };
    let routed = |unplaced| Event::OrderRouted {
        fulfillment_orders: vec![fulfillment_order(2)],
        decision: decision(unplaced),
    };
    let placed = Event::OrderPlaced {
        number: "1001".parse().unwrap(),
        shop: ShopId::default(),
        total: 5126,
        currency: "EUR".parse().unwrap(),
        digest: "ab".repeat(32),
        intent: Some(intent()),
        destination: destination(),
        contact_version: 1,
    };
    let cancellation_refused = Event::CancellationRefused {
        fulfillment_order: ful(),
        lines: units(1),
        winner: "picking".into(),
        by: "berlin".into(),
        at: at(),
        requested: false,
    };
    let rejected = Event::FulfillmentRejected {
        fulfillment_order: ful(),
        location: berlin(),
        reason: "out_of_stock".into(),
        lines: units(2),
        missing: true,
        at: None,
    };
    let cancelled = Event::UnitsCancelled {
        units: vec![UnitsAt {
            line: line(),
            sku: sku(),
            units: 1,
            fulfillment_order: Some(ful()),
            backordered: 0,
        }],
        reason: CancelReason::CustomerRequested,
        note: Some("Jane Doe called".into()),
    };
    let owed = Event::RefundOwed {
        lines: vec![RefundLine {
            line: line(),
            units: 1,
            amount: 2045,
        }],
        amount: 2045,
        shipping: 0,
    };
    let trouble = Event::ExceptionOpened {
        id: 1,
        kind: ExceptionKind::ShippedAfterCancel,
        subject: "SHIPMENT-1/1".into(),
        detail: "SHIPMENT-1 left after its units were cancelled".into(),
    };
    let fulfillment_order = ful();
    vec![
        (Agent, "api:0b3c", placed),
        (
            PaymentProvider,
            "stripe:evt_1",
            Event::PaymentLinked { intent: intent() },
        ),
        (
            PaymentProvider,
            "stripe:evt_2",
            Event::PaymentProcessing {
                intent: intent(),
                at: Some(at()),
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_3",
            Event::PaymentAuthorized {
                intent: intent(),
                amount: 5126,
                at: Some(at()),
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_4",
            Event::PaymentCaptured {
                intent: intent(),
                amount: 5126,
                capturable: 0,
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_5",
            Event::PaymentFailed {
                intent: intent(),
                code: Some("card_declined".into()),
                at: Some(at()),
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_6",
            Event::PaymentCancelled { intent: intent() },
        ),
        (
            PaymentProvider,
            "stripe:evt_7",
            Event::RefundUpdated {
                refund: "re_1".into(),
                amount: 2045,
                status: RefundStatus::Succeeded,
                intent: intent(),
                effect: Some(1),
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_8",
            Event::DisputeOpened {
                dispute: "dp_1".into(),
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_8a",
            Event::DisputeUpdated {
                dispute: Box::new(disputed()),
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_8b",
            Event::DisputeFundsWithdrawn {
                dispute: "dp_1".into(),
                amount: 2045,
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_8c",
            Event::DisputeFundsReinstated {
                dispute: "dp_1".into(),
                amount: 2045,
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_9",
            Event::DisputeClosed {
                dispute: "dp_1".into(),
                won: true,
            },
        ),
        (
            Agent,
            "api:1c4d",
            Event::HoldPlaced {
                kind: HoldKind::Manual,
                handle: "call-back".into(),
                until: Some("2026-12-01T00:00:00Z".parse().unwrap()),
                reason: None,
            },
        ),
        (
            Agent,
            "api:2d5e",
            Event::HoldReleased {
                handle: "call-back".into(),
                backordered_skus: vec![sku()],
            },
        ),
        (PaymentProvider, "stripe:evt_4", Event::OrderReleased {}),
        (
            PaymentProvider,
            "stripe:evt_14",
            Event::OrderResumed {
                backordered_skus: vec![sku()],
            },
        ),
        (System, "bus:x:2:1@2", routed(1)),
        (
            System,
            "bus:x:2:1@2",
            Event::UnitsBackordered { lines: units(1) },
        ),
        (
            System,
            "bus:y@3",
            Event::BackorderReleased {
                fulfillment_orders: vec![self::fulfillment_order(1)],
                decision: decision(0),
            },
        ),
        (
            System,
            "bus:x:3:0@3",
            Event::FulfillmentRequested {
                fulfillment_orders: vec![fulfillment_order],
            },
        ),
        (
            Location,
            "wms:berlin:m1",
            Event::FulfillmentAccepted { fulfillment_order },
        ),
        (
            Location,
            "wms:berlin:m2",
            Event::PickingStarted { fulfillment_order },
        ),
        (
            Location,
            "wms:berlin:m3",
            Event::FulfillmentPacked { fulfillment_order },
        ),
        (Location, "wms:berlin:m4", rejected),
        (
            Location,
            "wms:berlin:m5",
            Event::UnitsShortShipped {
                fulfillment_order,
                location: berlin(),
                lines: units(1),
                at: None,
            },
        ),
        (
            Agent,
            "api:6a03",
            Event::LocationAllowed {
                line: line(),
                sku: sku(),
                location: berlin(),
            },
        ),
        (
            Location,
            "wms:berlin:m5a",
            Event::FulfillmentClosing {
                fulfillment_order,
                until: at(),
                totals_known: false,
                at: None,
            },
        ),
        (
            System,
            "sweep:ord@13",
            Event::FulfillmentClosingEnded { fulfillment_order },
        ),
        (
            Location,
            "wms:berlin:m5b",
            Event::UnitsReclaimed {
                fulfillment_order,
                location: berlin(),
                units: vec![ReclaimedUnits {
                    line: line(),
                    sku: sku(),
                    unrouted: 1,
                    backordered: 0,
                    planned: vec![],
                    surplus: vec![],
                    released: 1,
                    written_off: 1,
                }],
            },
        ),
        (
            Location,
            "wms:berlin:m5c",
            Event::WriteOffReversed {
                fulfillment_order,
                location: berlin(),
                lines: units(1),
            },
        ),
        (
            Location,
            "wms:berlin:m14",
            Event::SurplusReleased {
                fulfillment_order,
                location: berlin(),
                lines: units(1),
                missing: false,
                at: None,
            },
        ),
        (
            Location,
            "wms:berlin:m6",
            Event::ShipmentShipped {
                shipment,
                location: berlin(),
                untracked: false,
            },
        ),
        (
            Location,
            "wms:berlin:m7",
            Event::ShipmentInTransit {
                shipment: shp(),
                at: Some(at()),
            },
        ),
        (
            Location,
            "wms:berlin:m8",
            Event::ShipmentOutForDelivery {
                shipment: shp(),
                at: Some(at()),
            },
        ),
        (
            Location,
            "wms:berlin:m9",
            Event::ShipmentDelivered {
                shipment: shp(),
                at: Some(at()),
            },
        ),
        (
            Location,
            "wms:berlin:m10",
            Event::ShipmentException {
                shipment: shp(),
                reason: Some("address_unknown".into()),
                at: Some(at()),
            },
        ),
        (
            Location,
            "wms:berlin:m11",
            Event::ShipmentReturned {
                shipment: shp(),
                at: Some(at()),
            },
        ),
        (
            Agent,
            "api:3e6f",
            Event::CancellationRequested {
                fulfillment_order,
                lines: units(1),
                reason: CancelReason::CustomerRequested,
            },
        ),
        (Agent, "api:4f70", cancellation_refused),
        (
            PaymentProvider,
            "stripe:evt_15",
            Event::RecallRequested {
                fulfillment_order,
                lines: units(1),
            },
        ),
        (
            Location,
            "wms:berlin:m13",
            Event::UnitsRecalled {
                fulfillment_order,
                location: berlin(),
                lines: units(1),
            },
        ),
        (
            Agent,
            "api:7b12",
            Event::CreditGranted {
                refund: "re_1".into(),
                amount: 2045,
                on_account: 0,
                reason: None,
            },
        ),
        (
            Agent,
            "api:7b12",
            Event::RefundGranted {
                lines: units(1),
                shipping: 490,
                reason: RefundReason::Damaged,
                note: Some("Jane Doe called".into()),
            },
        ),
        (Agent, "api:7b12", Event::RestockingFeeKept { amount: 300 }),
        (
            Agent,
            "api:7b12",
            Event::RefundProposed {
                number: 1,
                refund: RefundRequest {
                    amount: 2045,
                    ..RefundRequest::default()
                },
                amount: 2045,
                credit: 2045,
                note: Some("Jane Doe called".into()),
            },
        ),
        (
            Agent,
            "api:7b12",
            Event::EffectRequested {
                effect: 1,
                action: EffectAction::Refund {
                    intent: intent(),
                    amount: 2045,
                },
                by_person: true,
                surplus: 0,
                note: Some("Jane Doe called".into()),
            },
        ),
        (
            Location,
            "wms:berlin:m6",
            Event::EffectRequested {
                effect: 2,
                action: EffectAction::Capture {
                    intent: intent(),
                    amount: 5126,
                    captured_before: 0,
                    keeps_rest: false,
                },
                by_person: false,
                surplus: 0,
                note: None,
            },
        ),
        (
            Agent,
            "api:5081",
            Event::EffectRequested {
                effect: 3,
                action: EffectAction::CancelIntent { intent: intent() },
                by_person: false,
                surplus: 0,
                note: None,
            },
        ),
        (
            System,
            "bus:x:9:0@9",
            Event::EffectRefused {
                effect: 1,
                code: "charge_disputed".into(),
            },
        ),
        (
            System,
            "bus:x:9:1@9",
            Event::EffectEnded {
                effect: 1,
                dismissed: false,
                lost: false,
            },
        ),
        (Agent, "api:5081", cancelled),
        (Agent, "api:5081", owed),
        (Location, "wms:berlin:m12", trouble),
        (
            Agent,
            "api:6a01",
            Event::ExceptionTaken {
                id: 1,
                owner: "user-agent".into(),
            },
        ),
        (
            Agent,
            "api:6a02",
            Event::ExceptionClosed {
                id: 1,
                kind: ExceptionKind::ShippedAfterCancel,
                outcome: ExceptionOutcome::Resolved,
                note: None,
            },
        ),
        (
            System,
            "sweep:x@3",
            Event::PaymentAsked {
                intent: intent(),
                not_found: 0,
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_3b",
            Event::AuthorizationTermsReported {
                intent: intent(),
                capture_before: Some(at()),
                multicapture: true,
            },
        ),
        (
            System,
            "bus:x:4:0@4",
            Event::OrderExpired {
                reason: CancelReason::NotPaid,
            },
        ),
        (
            Agent,
            "api:31c0",
            Event::PaymentRecorded {
                payment: "bank_transfer#1".into(),
                kind: TenderKind::BankTransfer,
                reference: "2026-11-24/000731".into(),
                amount: 5426,
                note: Some("Jane Doe called".into()),
            },
        ),
        (
            Agent,
            "api:5081",
            Event::EffectRequested {
                effect: 4,
                action: EffectAction::ReverseTax(reversal()),
                by_person: false,
                surplus: 0,
                note: None,
            },
        ),
        (
            System,
            "bus:x:8:0@8",
            Event::TaxReversed {
                effect: 4,
                transaction: "tax_1NaTVd2eZvKYlo2C".into(),
                reversal: Some("tax_1NbSVd2eZvKYlo2C".into()),
                amount: 2045,
                tax: 326,
            },
        ),
        (
            PaymentProvider,
            "stripe:evt_8d",
            Event::CreditWithdrawn {
                dispute: "dp_1".into(),
                amount: 2045,
            },
        ),
    ]
}

fn cause(key: &str) -> Cause {
    let (source, id) = key.split_once(':').unwrap();
    Cause::new(source, id)
}

/// The example of every published event.
pub(crate) fn entries() -> Vec<BusEntry> {
    let mut entries = Vec::new();
    for (index, (kind, key, event)) in events().into_iter().enumerate() {
        let body = CommitBody {
            schema: domain::schema::VERSION,
            seq: index as u64 + 1,
            at: at(),
            actor: Actor {
                kind,
                id: "somebody".into(),
            },
            cause: cause(key),
            events: vec![event],
            prev_hash: String::new(),
        };
        entries.extend(entries_of_commit(order_id(), &body).unwrap());
    }
    let level = StockLevel {
        on_hand: 3,
        ..StockLevel::empty(sku(), berlin())
    };
    let movements = [
        (
            ActorKind::Location,
            "wms:berlin:s1",
            StockMovement::Received { quantity: 12 },
        ),
        (
            ActorKind::Location,
            "wms:berlin:s2",
            StockMovement::counted(10),
        ),
        (
            ActorKind::Agent,
            "api:6192",
            StockMovement::Adjusted { delta: -1 },
        ),
        (
            ActorKind::Agent,
            "api:72a3",
            StockMovement::SafetyStock { units: 2 },
        ),
    ];
    for (kind, key, movement) in movements {
        let actor = Actor {
            kind,
            id: "somebody".into(),
        };
        let MovementOutcome::Moved(_, event) = movement.apply_to(&level, at()) else {
            panic!("{movement:?}");
        };
        let record = StockRecord {
            events: vec![event],
            ..StockRecord::new(at(), actor, cause(key))
        };
        entries.extend(entries_of_movement(&record).unwrap());
    }
    entries.extend(stock_exceptions(&level));
    entries
}

/// A count that is refused, and the next one.
fn stock_exceptions(level: &StockLevel) -> Vec<BusEntry> {
    let record = |key| {
        let actor = Actor {
            kind: ActorKind::Location,
            id: "somebody".into(),
        };
        StockRecord::new(at(), actor, cause(key))
    };
    let (asking, opened) = StockException::count_too_old(level, 10, at(), at()).unwrap();
    let counted = StockLevel {
        count_needed: None,
        ..asking.clone()
    };
    let refused = StockRecord {
        exceptions_opened: vec![opened],
        ..record("wms:berlin:s5")
    };
    let counted = StockRecord {
        exceptions_closed: StockExceptionClosed::counted(&asking, &counted, at())
            .into_iter()
            .collect(),
        ..record("wms:berlin:s6")
    };
    let entries = [refused, counted].map(|record| entries_of_movement(&record).unwrap());
    entries.into_iter().flatten().collect()
}
