//! The forms of an order page: one for each action that the view says is legal now.

use app::{
    ports::IdGenerator,
    views::{
        actions::{Action, ActionKind},
        order_detail::OrderDetail,
    },
};
use domain::{
    ids::FulfillmentOrderId,
    order::{CancelReason, HoldKind, RefundReason, TenderKind},
};

use crate::{
    format::{amount, words},
    forms::{Field, FieldKind, Form, choices, deliberate},
};

/// The forms of an order, by what they are about.
#[derive(Default)]
pub(crate) struct Forms(Vec<(Action, Form)>);

impl Forms {
    /// The forms for what may be done with an order now.
    pub(crate) fn of(order: &OrderDetail, ids: &impl IdGenerator) -> Self {
        let actions = order.actions.iter();
        Self(
            actions
                .map(|action| (action.clone(), form(order, action, ids)))
                .collect(),
        )
    }

    fn those(&self, wanted: impl Fn(&Action) -> bool) -> Vec<&Form> {
        let forms = self.0.iter().filter(|(action, _)| wanted(action));
        forms.map(|(_, form)| form).collect()
    }

    /// Those about the order as a whole.
    pub(crate) fn of_order(&self) -> Vec<&Form> {
        self.those(|action| {
            action.handle.is_none()
                && action.fulfillment_order.is_none()
                && action.exception.is_none()
                && action.effect.is_none()
        })
    }

    pub(crate) fn of_hold(&self, handle: &str) -> Vec<&Form> {
        self.those(|action| action.handle.as_deref() == Some(handle))
    }

    pub(crate) fn of_exception(&self, id: &u32) -> Vec<&Form> {
        self.those(|action| action.exception == Some(*id))
    }

    pub(crate) fn of_effect(&self, number: &Option<u32>) -> Vec<&Form> {
        self.those(|action| action.effect.is_some() && action.effect == *number)
    }

    pub(crate) fn of_fulfillment(&self, id: &FulfillmentOrderId) -> Vec<&Form> {
        self.those(|action| action.fulfillment_order == Some(*id))
    }

    /// The form that is sent to a path, of the shipment that it is about.
    pub(crate) fn sent_to(&mut self, path: &str, reference: Option<&str>) -> Option<&mut Form> {
        let mut forms = self.0.iter_mut();
        let found = forms.find(|(action, form)| {
            let same = action.shipment.is_none() || action.shipment.as_deref() == reference;
            form.target == path && same
        });
        found.map(|(_, form)| form)
    }
}

fn form(order: &OrderDetail, action: &Action, ids: &impl IdGenerator) -> Form {
    let target = action.href.replacen("/api/oms/", "/console/", 1);
    let id = target.rsplit_once("/orders/").map_or("", |(_, rest)| rest);
    let id = id.split('/').skip(1).collect::<Vec<_>>().join("-");
    let id = match (&action.handle, &action.shipment) {
        (Some(name), _) | (None, Some(name)) => format!("{id}-{}", hex::encode(name)),
        (None, None) => id,
    };
    let (title, button) = names(action.action);
    let form = Form::new(ids, id, target, title, button)
        .hiding("version", order.version.to_string())
        .hiding("decimals", order.money.decimals.to_string());
    detailed(order, action, form)
}

/// The title and the button of an action.
fn names(action: ActionKind) -> (&'static str, &'static str) {
    match action {
        ActionKind::Cancel => ("Cancel units", "Cancel units"),
        ActionKind::Hold => ("Put on hold", "Put on hold"),
        ActionKind::Release => ("Release the hold", "Release"),
        ActionKind::TakeException => ("Take", "Take"),
        ActionKind::CloseException => ("Close", "Close exception"),
        ActionKind::Refund => ("Refund", "Refund"),
        ActionKind::RetryEffect => ("Try again", "Try again"),
        ActionKind::RecordPayment => ("Record a payment", "Record payment"),
        ActionKind::RecordRefund => ("Record the refund", "Record refund"),
        ActionKind::Accept => ("Accept", "Accept"),
        ActionKind::Pick => ("Picking", "Report picking"),
        ActionKind::Pack => ("Packed", "Report packed"),
        ActionKind::Ship => ("Ship", "Report shipped"),
        ActionKind::InTransit => ("In transit", "Report in transit"),
        ActionKind::OutForDelivery => ("Out for delivery", "Report out for delivery"),
        ActionKind::Deliver => ("Delivered", "Report delivered"),
        ActionKind::Exception => ("Delivery problem", "Report problem"),
        ActionKind::ReturnedToSender => ("Returned to sender", "Report returned"),
        ActionKind::Short => ("Units are missing", "Report missing"),
        ActionKind::Reject => ("Decline", "Decline"),
        ActionKind::CancelConsent => ("Agree to cancel", "Agree to cancel"),
        ActionKind::CancelRefuse => ("Refuse to cancel", "Refuse to cancel"),
    }
}

/// The form with its fields.
fn detailed(order: &OrderDetail, action: &Action, form: Form) -> Form {
    let decimals = order.money.decimals;
    let currency = order.money.currency;
    let shown = |minor: i64| format!("{} {currency}", amount(minor, decimals));
    let reason = || {
        Field::new("reason", "Reason code", FieldKind::Text)
            .hinted("Letters a-z, digits and _, such as out_of_stock or damaged. No personal data.")
    };
    let reference = action.shipment.clone().unwrap_or_default();
    match action.action {
        ActionKind::Cancel => {
            let mut form = form
                .hinted("Units that a location works on are asked back from it, and it decides.")
                .with(cancellable(order, action));
            form.is_final = true;
            form
        }
        ActionKind::Hold => form
            .hinted("Nothing is routed or requested until it is released.")
            .with([
                Field::new(
                    "kind",
                    "Kind",
                    choices(
                        [
                            HoldKind::Manual,
                            HoldKind::Address,
                            HoldKind::FraudReview,
                            HoldKind::PossibleDuplicate,
                        ]
                        .iter()
                        .map(HoldKind::as_str),
                    ),
                ),
                Field::new("until", "Until (UTC)", FieldKind::Time)
                    .hinted("Empty: until it is released."),
            ]),
        ActionKind::Release => {
            let handle = action.handle.clone().unwrap_or_default();
            form.hiding("handle", handle)
        }
        ActionKind::CloseException => form.with([
            Field::new(
                "outcome",
                "Outcome",
                deliberate(action.outcomes.iter().map(|outcome| outcome.as_str())),
            )
            .required(),
            Field::note(),
        ]),
        ActionKind::Refund => {
            let most = shown(action.amount.unwrap_or_default());
            let mut form = form
                .hinted(format!(
                    "At most {most}. Much goodwill waits for a second person."
                ))
                .with(refundable(order));
            form.is_final = true;
            form.has_preview = true;
            form
        }
        ActionKind::RecordPayment => {
            let missing = action.amount.unwrap_or_default();
            let mut came =
                Field::new("amount", format!("Amount in {currency}"), FieldKind::Amount).required();
            came.value = amount(missing, decimals).replace(',', "");
            form.hinted(format!("{} are missing.", shown(missing)))
                .with([
                    Field::new(
                        "kind",
                        "How it came",
                        choices(TenderKind::KNOWN.iter().copied()),
                    ),
                    Field::new("reference", "Reference", FieldKind::Text)
                        .hinted("Such as the bank's id of the transfer.")
                        .required(),
                    came,
                    Field::note(),
                ])
        }
        ActionKind::RecordRefund => {
            form.with([Field::new("reference", "Reference", FieldKind::Text)
                .hinted("Such as the bank's id of the transfer.")
                .required()])
        }
        ActionKind::Ship => form.with([
            Field::new("reference", "Name of the shipment", FieldKind::Text)
                .hinted("As the location calls it.")
                .required(),
            Field::new("carrier", "Carrier", FieldKind::Text),
            Field::new("tracking", "Tracking number", FieldKind::Text),
            Field::new("last", "Nothing more will be shipped", FieldKind::Switch),
        ]),
        ActionKind::InTransit
        | ActionKind::OutForDelivery
        | ActionKind::Deliver
        | ActionKind::ReturnedToSender => form
            .hinted(format!("Shipment {reference}."))
            .hiding("reference", reference),
        ActionKind::Exception => form
            .hinted(format!("Shipment {reference}."))
            .hiding("reference", reference)
            .with([reason()]),
        ActionKind::Reject | ActionKind::CancelRefuse => form.with([reason().required()]),
        ActionKind::TakeException
        | ActionKind::RetryEffect
        | ActionKind::Accept
        | ActionKind::Pick
        | ActionKind::Pack
        | ActionKind::Short
        | ActionKind::CancelConsent => form,
    }
}

fn title_of(order: &OrderDetail, line: &str) -> String {
    let mut lines = order.lines.iter();
    let found = lines.find(|found| found.id.as_str() == line);
    found.map_or_else(
        || line.to_owned(),
        |found| {
            if found.title.is_empty() {
                found.sku.to_string()
            } else {
                found.title.clone()
            }
        },
    )
}

fn cancellable(order: &OrderDetail, action: &Action) -> Vec<Field> {
    let mut fields = vec![
        Field::new("whole", "The whole order", FieldKind::Switch)
            .hinted("Everything that can still be cancelled."),
    ];
    for line in &action.lines {
        let most = line.now.saturating_add(line.to_request);
        let hint = match (line.now, line.to_request) {
            (now, 0) => format!("Up to {now} at once."),
            (0, asked) => format!("Up to {asked} by asking the location."),
            (now, asked) => format!("Up to {now} at once, {asked} by asking the location."),
        };
        let title = title_of(order, line.line.as_str());
        let field = Field::new(format!("line.{}", line.line), title, FieldKind::Units(most));
        fields.push(field.hinted(hint));
    }
    let reasons = deliberate(CancelReason::KNOWN.iter().copied());
    fields.push(Field::new("reason", "Reason", reasons).required());
    fields.push(Field::note());
    fields
}

fn refundable(order: &OrderDetail) -> Vec<Field> {
    let decimals = order.money.decimals;
    let mut fields = Vec::new();
    for line in &order.lines {
        let left = line.quantity.saturating_sub(line.units.credited);
        if left > 0 {
            let title = title_of(order, line.id.as_str());
            let hint = format!(
                "Up to {left}; {} are refundable.",
                amount(line.amounts.refundable, decimals)
            );
            let field = Field::new(format!("line.{}", line.id), title, FieldKind::Units(left));
            fields.push(field.hinted(hint));
        }
    }
    let shipping = order.money.refundable_shipping;
    if shipping > 0 {
        let hint = format!("Up to {}.", amount(shipping, decimals));
        fields.push(Field::new("shipping", "Of shipping", FieldKind::Amount).hinted(hint));
    }
    fields.push(
        Field::new(
            "amount",
            format!("Amount in {}", order.money.currency),
            FieldKind::Amount,
        )
        .hinted("What is owed counts first, the rest is goodwill."),
    );
    fields.push(Field::new(
        "reason",
        "Reason",
        deliberate(RefundReason::KNOWN.iter().copied()),
    ));
    fields.push(Field::note());
    fields
}

/// What trying out a refund has shown.
pub(crate) fn refund_preview(order: &OrderDetail, answer: &serde_json::Value) -> Vec<String> {
    let currency = order.money.currency;
    let shown = |name: &str| {
        let minor = answer
            .get(name)
            .and_then(serde_json::Value::as_i64)
            .unwrap_or_default();
        (minor != 0).then(|| format!("{} {currency}", amount(minor, order.money.decimals)))
    };
    let mut lines = Vec::new();
    let state = answer
        .get("state")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    lines.push(match shown("amount") {
        Some(back) if state == "awaits_approval" => {
            format!("{back} would go back when a second person has approved it.")
        }
        Some(back) => format!("{back} go back to the customer."),
        None => format!("No money goes back: {}.", words(state).to_lowercase()),
    });
    if let Some(account) = shown("on_account") {
        lines.push(format!("{account} less are owed on the account."));
    }
    if let Some(credit) = shown("credit") {
        lines.push(format!("{credit} of it are beyond what is owed."));
    }
    if let Some(fee) = shown("restocking_fee") {
        lines.push(format!("{fee} are kept."));
    }
    lines
}
