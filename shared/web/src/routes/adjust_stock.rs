//! Records a stock movement.

use app::{
    access::Permission,
    failure::Failure,
    ports::{Clock, IdGenerator, Store},
    usecases::adjust_stock::adjust,
};
use domain::{
    ids::{LocationId, Sku},
    inbound::StockFact,
    stock::{StockChange, StockMovement},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Map, Value};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Response, json, mark_replayed},
    route::{Body, Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::AdjustStock,
    name: "adjustStock",
    path: "/api/oms/stock/adjustments",
    permissions: &[Permission::AdjustStock],
    summary: "Record a receipt, a count, a correction or a change of the safety stock",
    body: Some(Body {
        name: "Adjustment",
        schema: schema::<Adjustment>,
        example: examples::ADJUSTMENT,
    }),
    answer: schema::<StockChange>,
    refusals: &[
        (409, &["count_too_old"]),
        (422, &["unknown_location", "invalid_adjustment"]),
    ],
    ..WRITE
};

/// A stock movement to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// The SKU.
    pub sku: Sku,
    /// The location.
    pub location: LocationId,
    /// What happened to the stock.
    #[serde(deserialize_with = "strict")]
    #[schemars(extend("unevaluatedProperties" = false))]
    pub movement: StockMovement,
}

/// Reads a movement and refuses unknown fields. The domain type ignores them, because it is also stored.
fn strict<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StockMovement, D::Error> {
    let sent = Map::deserialize(deserializer)?;
    let movement: StockMovement =
        serde_json::from_value(Value::Object(sent.clone())).map_err(D::Error::custom)?;
    let known = serde_json::to_value(&movement).map_err(D::Error::custom)?;
    if sent.keys().any(|field| known.get(field).is_none()) {
        return Err(D::Error::custom("unknown field"));
    }
    Ok(movement)
}

/// The largest correction, in units: more than that is a typing error.
const DELTA_MAX: u64 = 1_000_000_000;

impl Adjustment {
    /// The adjustment as a fact of its location.
    fn fact(&self) -> Result<StockFact, Problem> {
        if let StockMovement::Adjusted { delta } = self.movement
            && delta.unsigned_abs() > DELTA_MAX
        {
            return Err(Problem::invalid(
                "invalid_adjustment",
                "movement.delta",
                "`movement.delta` is at most a thousand million units.",
            ));
        }
        Ok(StockFact {
            sku: self.sku.clone(),
            movement: self.movement.clone(),
        })
    }
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let key = extract::key(&call.principal, call.request)?;
    let body: Adjustment = extract::document(call.request)?;
    let facts = [body.fact()?];
    let actor = call.principal.actor();
    let adjusted = adjust(call.store, call.env, &body.location, &facts, &key, &actor).await;
    if let Err(Failure::NotFound(_)) = adjusted {
        let detail = "There is no such location or supplier.";
        return Err(Problem::invalid("unknown_location", "location", detail));
    }
    let adjusted = adjusted?;
    let change = adjusted.value.first();
    let change = change
        .ok_or_else(|| Failure::Inconsistent("a stock movement without an event".to_owned()))?;
    Ok(mark_replayed(json(200, change)?, adjusted.replayed))
}
