//! Parcel facts. Carriers tell the same thing twice and out of order; a parcel only moves forward.

use crate::{
    facts::ParcelFact,
    ids::LocationId,
    order::{Event, ExceptionKind, Order, ShipmentStatus},
    rejection::{Rejection, RejectionCode},
};

pub(super) fn record(
    order: &Order,
    reference: &str,
    location: &LocationId,
    fact: &ParcelFact,
) -> Result<Vec<Event>, Rejection> {
    let Some(parcel) = order
        .state
        .shipments
        .iter()
        .find(|s| s.reference == reference)
    else {
        let message = "the parcel is not known; its `shipped` has not arrived";
        return Err(Rejection::new(
            RejectionCode::ParcelNotYetKnown,
            reference,
            message,
        ));
    };
    let sender = order
        .fulfillment_order(parcel.fulfillment_order)
        .map(|f| &f.location);
    if sender != Some(location) {
        let message = format!("{location} speaks of a parcel that another location sent");
        return Err(Rejection::new(
            RejectionCode::WrongLocation,
            location.as_str(),
            message,
        ));
    }
    let shipment = parcel.id;
    let name = parcel.tracking.as_deref().unwrap_or(reference);
    let moving = match parcel.status {
        ShipmentStatus::Shipped
        | ShipmentStatus::InTransit
        | ShipmentStatus::OutForDelivery
        | ShipmentStatus::Exception => true,
        ShipmentStatus::Delivered | ShipmentStatus::ReturnedToSender => false,
    };
    Ok(match fact {
        ParcelFact::InTransit
            if matches!(
                parcel.status,
                ShipmentStatus::Shipped | ShipmentStatus::Exception
            ) =>
        {
            vec![Event::ShipmentInTransit { shipment }]
        }
        ParcelFact::OutForDelivery if moving && parcel.status != ShipmentStatus::OutForDelivery => {
            vec![Event::ShipmentOutForDelivery { shipment }]
        }
        ParcelFact::Delivered if moving => vec![Event::ShipmentDelivered { shipment }],
        ParcelFact::Exception { reason }
            if moving && parcel.status != ShipmentStatus::Exception =>
        {
            let detail = format!("the carrier reports trouble with parcel {name}");
            vec![
                Event::ShipmentException {
                    shipment,
                    reason: reason.clone(),
                },
                Event::ExceptionOpened {
                    kind: ExceptionKind::DeliveryProblem,
                    detail,
                },
            ]
        }
        ParcelFact::ReturnedToSender if parcel.status != ShipmentStatus::ReturnedToSender => {
            let detail = format!("parcel {name} is coming back to the sender");
            vec![
                Event::ShipmentReturned { shipment },
                Event::ExceptionOpened {
                    kind: ExceptionKind::ReturnedToSender,
                    detail,
                },
            ]
        }
        ParcelFact::InTransit
        | ParcelFact::OutForDelivery
        | ParcelFact::Delivered
        | ParcelFact::Exception { .. }
        | ParcelFact::ReturnedToSender => vec![],
    })
}
