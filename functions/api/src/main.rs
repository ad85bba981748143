//! The HTTP API for agents and shops; routes, permissions and answers are in `web`.

use aws::{
    dead_letters::DeadLetters,
    lambda::{gateway, start},
    runtime::{
        clock::SystemClock,
        secrets::SecretsManager,
        settings::{required, required_number, required_parsed},
    },
    table::Table,
};
use lambda_runtime::Error;
use web::{Env, Scope, Settings, problem, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let connection = start()?;
    let secrets = SecretsManager::from_environment(&connection)?;
    let customer_key = secrets.text("customer-key").await?;
    let table = &Table::new(connection.dynamodb(), required("TABLE_NAME")?)
        .with_contacts(required("CONTACTS_TABLE_NAME")?)
        .with_customer_key(customer_key.into_bytes());
    let settings = &Settings::new(
        required_parsed("PAYMENT_COMMANDS", "is not a way to command payments")?,
        required_parsed("SHIPPING_REFUND", "is not a rule for shipping")?,
        required_parsed("AUTHORIZATION_MARGIN_HOURS", "is not a number of hours")?,
        required_parsed("GOODWILL_LIMITS", "is not a list of limits of roles")?,
        required_parsed("POSSIBLE_DUPLICATE_HOLD", "is neither off nor on")?,
        required_number("BANK_TRANSFER_DAYS")?,
        required_parsed("ON_ACCOUNT_DAYS", "is not a number of days")?,
    )
    .with_access_log_days(required_parsed(
        "ACCESS_LOG_DAYS",
        "is not a number of days",
    )?);
    let env = &Env {
        clock: &SystemClock,
        queues: &DeadLetters::from_environment(&connection)?,
    };
    table.warm().await;
    gateway::serve(async |request| match request {
        Ok(request) => serve(table, env, settings, &request, Scope::Api).await,
        Err(error) => problem::unreadable(&error),
    })
    .await
}
