//! Sets how much a customer account may owe, and makes the account.

use std::collections::BTreeMap;

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::accounts::set_limits,
    views::accounts::AccountView,
};
use domain::{ids::AccountId, money::Currency};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Response, json},
    route::{Body, Operation, PUT, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::PutAccount,
    name: "putAccount",
    path: "/api/oms/accounts/{id}",
    permissions: &[Permission::WriteAccounts],
    summary: "Set how much a customer account may owe, and make the account when there is none",
    body: Some(Body {
        name: "AccountBody",
        schema: schema::<AccountBody>,
        example: examples::ACCOUNT,
    }),
    answer: schema::<AccountView>,
    refusals: &[(422, &["invalid_account", "invalid_limits"])],
    ..PUT
};

/// How much a customer account may owe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBody {
    /// By currency (ISO 4217), the most that may be open when an order is placed, in minor units: 0 to 10^12, in at most 16
    /// currencies. In a currency that is not named nothing more can be bought; what is open there stays.
    pub limits: BTreeMap<Currency, i64>,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: AccountId = call.parameter("id").parse().map_err(|_| {
        let rule = "An id is 1 to 64 of A-Z a-z 0-9 and -_.";
        Problem::invalid("invalid_account", "id", rule)
    })?;
    let body: AccountBody = extract::document(call.request)?;
    let account = set_limits(call.store, &id, &body.limits).await?;
    let by = call.principal.subject.as_str();
    tracing::info!(account = %id, by, "limits of an account written");
    Ok(json(200, &AccountView::of(&account))?)
}
