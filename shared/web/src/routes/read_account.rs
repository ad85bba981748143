//! Reads a customer account: what it may owe, and what it owes.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::accounts::read,
    views::accounts::AccountView,
};
use domain::ids::AccountId;

use crate::{
    call::Call,
    extract,
    problem::Problem,
    response::{Response, json},
    route::{Operation, READ, Route, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::ReadAccount,
    name: "readAccount",
    path: "/api/oms/accounts/{id}",
    permissions: &[Permission::ReadAccounts],
    summary: "Read a customer account: what it may owe, and what its orders owe",
    answer: schema::<AccountView>,
    refusals: &[(404, &["not_found"])],
    ..READ
};

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: AccountId = extract::id(call.parameter("id"), "account")?;
    let account = read(call.store, &id).await?;
    Ok(json(200, &AccountView::of(&account))?)
}
