//! Reverses tax at the tax service, which is Stripe Tax: with the client, the key and the clock of the payment gateway.

use app::{
    failure::Failure,
    ports::{Clock, GatewayCommand, SecretStore, TaxService},
};
use connect::vendors::stripe::commands::{
    self, ApiAnswer, ApiRequest, CommandError, NoOutcome, TAX_SERVICE, TaxCommand, TaxRecord,
};
use domain::order::{EffectOutcome, TaxReversal};

use crate::gateway::{HttpsGateway, refused};

/// What comes of reading the record.
enum Read {
    Record(TaxRecord),
    Not(EffectOutcome),
}

impl<S: SecretStore, C: Clock> TaxService for HttpsGateway<S, C> {
    async fn reverse(&self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        let GatewayCommand {
            order,
            currency,
            effect,
        } = command;
        let Some(told) = effect.action.tax_reversal() else {
            return Ok(Some(refused("not_a_reversal")));
        };
        if told.service != TAX_SERVICE {
            return Ok(Some(refused("unknown_tax_service")));
        }
        let record = match self.record(command, told).await? {
            Read::Record(record) => record,
            Read::Not(outcome) => return Ok(Some(outcome)),
        };
        let request = match commands::reverse_tax(*order, *currency, (effect, told), &record) {
            TaxCommand::Send(request) => request,
            TaxCommand::Not(outcome) => return Ok(Some(outcome)),
        };
        let answer = self.send(&request).await.map_err(of_tax_service)?;
        match answer.read(|answer| commands::reversed(*order, *currency, effect, answer)) {
            Ok(done) => Ok(Some(done)),
            Err(NoOutcome::ReplayedError) => Ok(None),
            Err(NoOutcome::Refused { code }) => Ok(Some(refused(&code))),
            Err(
                reason @ (NoOutcome::Pending
                | NoOutcome::Busy { .. }
                | NoOutcome::NotAuthorized { .. }
                | NoOutcome::KeyReused
                | NoOutcome::OtherCurrency
                | NoOutcome::Unknown { .. }),
            ) => Err(of_tax_service(self.failure(command, reason))),
        }
    }
}

impl<S: SecretStore, C: Clock> HttpsGateway<S, C> {
    /// The sale as the service has recorded it.
    async fn record(&self, command: &GatewayCommand, told: &TaxReversal) -> Result<Read, Failure> {
        let currency = command.currency;
        let found = self
            .ask(command, commands::find_tax_transaction(told), |answer| {
                commands::tax_transaction(currency, answer)
            })
            .await?;
        let Read::Record(record) = found else {
            return Ok(found);
        };
        if told.lines.is_empty() {
            return Ok(Read::Record(record));
        }
        self.ask(command, commands::find_tax_lines(told), |answer| {
            commands::tax_lines(record, currency, answer)
        })
        .await
    }

    async fn ask(
        &self,
        command: &GatewayCommand,
        request: Result<ApiRequest, CommandError>,
        read: impl FnOnce(ApiAnswer<'_>) -> Result<TaxRecord, NoOutcome>,
    ) -> Result<Read, Failure> {
        let request = match request {
            Ok(request) => request,
            Err(error) => return Ok(Read::Not(refused(error.code()))),
        };
        let answer = self.send(&request).await.map_err(of_tax_service)?;
        match answer.read(read) {
            Ok(record) => Ok(Read::Record(record)),
            Err(NoOutcome::Refused { code }) => Ok(Read::Not(refused(&code))),
            Err(NoOutcome::OtherCurrency) => Ok(Read::Not(refused("other_currency"))),
            Err(
                reason @ (NoOutcome::ReplayedError
                | NoOutcome::Pending
                | NoOutcome::Busy { .. }
                | NoOutcome::NotAuthorized { .. }
                | NoOutcome::KeyReused
                | NoOutcome::Unknown { .. }),
            ) => Err(of_tax_service(self.failure(command, reason))),
        }
    }
}

/// The failure of a request to the tax service, which the client takes for the gateway's.
fn of_tax_service(failure: Failure) -> Failure {
    if let Failure::Gateway { until, source } = failure {
        Failure::TaxService { until, source }
    } else {
        failure
    }
}
