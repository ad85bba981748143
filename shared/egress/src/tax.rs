//! Reverses and calculates tax at the tax service, which is Stripe Tax: with the client, the key and the clock of the payment gateway.

use app::{
    failure::Failure,
    ports::{Clock, GatewayCommand, SecretStore, TaxService},
};
use connect::vendors::stripe::commands::{
    self, ApiAnswer, ApiRequest, CalculationRead, CommandError, NoOutcome, TAX_SERVICE, TaxCommand,
    TaxRecord,
};
use domain::order::{EffectOutcome, TaxAnswer, TaxCalculation, TaxQuestion, TaxReversal};

use crate::gateway::{HttpsGateway, refused};

/// Pages of a calculation's lines that are read after the first lines, which come with the calculation: far more than an order has.
const LINE_PAGES_MAX: u32 = 5;

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

    async fn calculate(&self, service: &str, question: &TaxQuestion) -> Result<TaxAnswer, Failure> {
        if service != TAX_SERVICE {
            return Ok(refusal("unknown_tax_service"));
        }
        let read = match commands::calculate_tax(question) {
            Ok(Some(request)) => {
                let read = |answer: ApiAnswer<'_>| commands::calculated(question, answer);
                self.question(&request, read).await?
            }
            Ok(None) => return Ok(TaxAnswer::Calculated(TaxCalculation::of_nothing(question))),
            Err(error) => return Ok(refusal(error.code())),
        };
        let mut read = match read {
            Ok(read) => read,
            Err(refused) => return Ok(refused),
        };
        for _ in 0..LINE_PAGES_MAX {
            let request = match commands::find_calculation_lines(&read) {
                Ok(Some(request)) => request,
                Ok(None) => break,
                Err(error) => return Ok(refusal(error.code())),
            };
            let before = read;
            let page =
                |answer: ApiAnswer<'_>| commands::calculation_lines(before, question, answer);
            read = match self.question(&request, page).await? {
                Ok(read) => read,
                Err(refused) => return Ok(refused),
            };
        }
        Ok(match commands::tax_calculation(question, read) {
            Ok(calculated) => TaxAnswer::Calculated(calculated),
            Err(code) => refusal(code),
        })
    }
}

impl<S: SecretStore, C: Clock> HttpsGateway<S, C> {
    /// What the answer to a question says, or that it is refused.
    async fn question(
        &self,
        request: &ApiRequest,
        read: impl FnOnce(ApiAnswer<'_>) -> Result<CalculationRead, NoOutcome>,
    ) -> Result<Result<CalculationRead, TaxAnswer>, Failure> {
        let answer = self.send(request).await.map_err(of_tax_service)?;
        match answer.read(read).map_err(refused_for_good) {
            Ok(read) => Ok(Ok(read)),
            Err(Ok(code)) => Ok(Err(refusal(&code))),
            Err(Err(reason)) => Err(of_tax_service(self.failure_of("a tax calculation", reason))),
        }
    }

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
        match answer.read(read).map_err(refused_for_good) {
            Ok(record) => Ok(Read::Record(record)),
            Err(Ok(code)) => Ok(Read::Not(refused(&code))),
            Err(Err(reason)) => Err(of_tax_service(self.failure(command, reason))),
        }
    }
}

/// The code of what the service will never do; otherwise why there is no outcome yet.
fn refused_for_good(reason: NoOutcome) -> Result<String, NoOutcome> {
    match reason {
        NoOutcome::Refused { code } => Ok(code),
        NoOutcome::OtherCurrency => Ok("other_currency".to_owned()),
        NoOutcome::ReplayedError
        | NoOutcome::Pending
        | NoOutcome::Busy { .. }
        | NoOutcome::NotAuthorized { .. }
        | NoOutcome::KeyReused
        | NoOutcome::Unknown { .. } => Err(reason),
    }
}

fn refusal(code: &str) -> TaxAnswer {
    TaxAnswer::Refused {
        code: code.to_owned(),
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
