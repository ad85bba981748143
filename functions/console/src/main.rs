//! The console: pages for the people of the merchant. Who is logged in, `login` finds out; the pages are in `console`.

use aws::{
    dead_letters::DeadLetters,
    lambda::{gateway, start},
    runtime::{
        clock::SystemClock,
        secrets::SecretsManager,
        settings::{required, required_number, required_parsed, switched_on},
    },
    table::Table,
};
use console::Session;
use egress::HttpsExchange;
use lambda_runtime::Error;
use login::LogIn;
use web::{Env, Settings, problem};

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
    let log_in_settings = login::Settings::new(
        &required("CONSOLE_URL")?,
        &required("HOSTED_UI_URL")?,
        required("CONSOLE_CLIENT_ID")?,
        required("TOKEN_ISSUER")?,
        required("TOKEN_KEYS_URL")?,
        required_number("CONSOLE_IDLE_MINUTES")?,
        required_number("CONSOLE_SESSION_HOURS")?,
    )?;
    let https = HttpsExchange::new(switched_on("ALLOW_PRIVATE_DESTINATIONS"))?;
    let log_in = &LogIn::new(log_in_settings, https, SystemClock);
    let env = &Env {
        clock: &SystemClock,
        queues: &DeadLetters::from_environment(&connection)?,
    };
    table.warm().await;
    gateway::serve(async |request| {
        let response = match request {
            Err(error) => problem::unreadable(&error),
            Ok(request) => match console::asset(request.uri().path()) {
                Some(asset) => asset,
                None => {
                    let page = async |session: &login::Session| {
                        let session = &Session {
                            principal: session.principal.clone(),
                            email: session.email.clone(),
                            csrf: session.csrf.clone(),
                        };
                        console::serve(table, env, settings, &request, session).await
                    };
                    log_in.guard(&request, page).await
                }
            },
        };
        log_in.secured(response)
    })
    .await
}
