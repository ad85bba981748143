//! Performs effects at the payment gateway, which is Stripe.

use app::{
    failure::Failure,
    ports::{
        Clock, EventPage, GatewayCommand, GatewayRecord, Made, PaymentGateway, RecordPage,
        SecretStore,
    },
    secrets,
};
use connect::{
    Headers, Secrets,
    vendors::stripe::commands::{
        self, ApiAnswer, ApiRequest, ListedObject, Method, NoOutcome, RefundPage, SECRETS_PATH,
    },
};
use domain::{
    inbound::Inbound,
    order::{EffectAction, EffectOutcome},
    reconciliation::{GatewayObject, ObjectKind},
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;

use crate::{
    call::{Answer, Call},
    client::HttpsClient,
};

/// Pages of an intent's refunds that a look-up reads.
pub const REFUND_PAGES_MAX: u32 = 20;
/// Longest wait that the gateway may ask for, in seconds.
pub const GATEWAY_WAIT_S_MAX: u32 = 900;

/// The gateway and its secret in errors.
const GATEWAY: &str = "the payment gateway";
const SECRET: &str = "the payment gateway's secret";

/// The payment gateway over HTTPS. A command is one request; when Stripe refuses it, a look-up follows, because an earlier
/// attempt may have happened and be the reason. If the function stops after sending, the same command is sent again, with
/// the same key.
pub struct HttpsGateway<S, C> {
    client: HttpsClient,
    base: Url,
    secrets: S,
    clock: C,
}

impl<S: SecretStore, C: Clock> HttpsGateway<S, C> {
    /// `base_url`: where the API is. `private_allowed` is the setting for local use: plain HTTP and private addresses.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when the address may not be used, or the client cannot be built.
    pub fn new(
        base_url: &str,
        secrets: S,
        clock: C,
        private_allowed: bool,
    ) -> Result<Self, Failure> {
        let client = HttpsClient::new(private_allowed)
            .map_err(|error| Failure::unavailable(GATEWAY, error))?;
        let base = client.destination(base_url);
        Ok(Self {
            base: base.map_err(|error| Failure::unavailable(GATEWAY, error))?,
            client,
            secrets,
            clock,
        })
    }

    /// Sends a request, again when the account's key was replaced since it was read last.
    pub(crate) async fn send(&self, request: &ApiRequest) -> Result<Answer, Failure> {
        let key = self.key().await?;
        // As an outage: what waits for the gateway is done when there is a key.
        let key = key.ok_or_else(|| Failure::gateway("its secret key is not set up"))?;
        let answer = self.send_with(&key, request).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        match parse_key(self.secrets.refreshed(SECRETS_PATH).await?)? {
            Some(newer) if newer != key => self.send_with(&newer, request).await,
            Some(_) | None => Ok(answer),
        }
    }

    /// The key of the account; none until one is set up.
    async fn key(&self) -> Result<Option<String>, Failure> {
        parse_key(self.secrets.find(SECRETS_PATH).await?)
    }

    async fn send_with(&self, key: &str, request: &ApiRequest) -> Result<Answer, Failure> {
        let destination = self.base.join(&request.path);
        let call = Call {
            method: match request.method {
                Method::Get => reqwest::Method::GET,
                Method::Post => reqwest::Method::POST,
            },
            destination: destination.map_err(|error| Failure::unavailable(GATEWAY, error))?,
            headers: request.headers.clone(),
            token: key.to_owned(),
            body: request.body.clone(),
        };
        self.client.call(call, &ApiAnswer::HEADERS).await
    }

    /// The refund of an effect: one that is live, rather than one that has failed.
    async fn find_refund(
        &self,
        command: &GatewayCommand,
    ) -> Result<Option<EffectOutcome>, Failure> {
        let (mut after, mut ended) = (None, None);
        for _ in 0..REFUND_PAGES_MAX {
            let Ok(request) = commands::find_refunds(&command.effect, after.as_deref()) else {
                return Ok(None);
            };
            let answer = self.send(&request).await?;
            let page: RefundPage = answer
                .read(|answer| {
                    commands::refunds(command.order, command.currency, &command.effect, answer)
                })
                .map_err(|reason| self.failure(command, reason))?;
            if page.live.is_some() {
                return Ok(page.live);
            }
            ended = ended.or(page.ended);
            after = page.next;
            if after.is_none() {
                return Ok(ended);
            }
        }
        Err(Failure::unavailable(GATEWAY, "too many pages of refunds"))
    }

    async fn find_in_intent(
        &self,
        command: &GatewayCommand,
    ) -> Result<Option<EffectOutcome>, Failure> {
        let Ok(request) = commands::find_intent(&command.effect) else {
            return Ok(None);
        };
        let answer = self.send(&request).await?;
        answer
            .read(|answer| commands::intent(command.currency, &command.effect, answer))
            .map_err(|reason| self.failure(command, reason))
    }

    /// The failure that an answer without an outcome is. None of them says that nothing has happened.
    pub(crate) fn failure(&self, command: &GatewayCommand, reason: NoOutcome) -> Failure {
        let key = command.effect.key(command.order);
        self.failure_of(&format!("effect {key}"), reason)
    }

    /// The same, for a request about `subject`.
    pub(crate) fn failure_of(&self, subject: &str, reason: NoOutcome) -> Failure {
        match reason {
            NoOutcome::Busy {
                status,
                retry_after_s: Some(wait),
            } => {
                let wait = SignedDuration::from_secs(wait.min(GATEWAY_WAIT_S_MAX).into());
                let until = self.clock.now().checked_add(wait);
                Failure::Gateway {
                    until: Some(until.unwrap_or(Timestamp::MAX)),
                    source: format!("it is busy ({status})").into(),
                }
            }
            // So is a key that the gateway rejects: what waits is done when there is a new one.
            reason @ (NoOutcome::Pending
            | NoOutcome::Busy { .. }
            | NoOutcome::NotAuthorized { .. }
            | NoOutcome::Unknown { .. }) => Failure::gateway(reason),
            reason @ (NoOutcome::KeyReused | NoOutcome::OtherCurrency) => {
                Failure::Inconsistent(format!("{subject}: {reason}"))
            }
            reason @ (NoOutcome::Refused { .. } | NoOutcome::ReplayedError) => {
                Failure::unavailable(GATEWAY, reason)
            }
        }
    }
}

impl<S: SecretStore, C: Clock> PaymentGateway for HttpsGateway<S, C> {
    async fn perform(&self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        let GatewayCommand {
            order,
            currency,
            effect,
        } = command;
        let request = match commands::command(*order, *currency, effect) {
            Ok(request) => request,
            Err(error) => return Ok(Some(refused(error.code()))),
        };
        let answer = self.send(&request).await?;
        match answer.read(|answer| commands::performed(*order, *currency, effect, answer)) {
            Ok(done) => Ok(Some(done)),
            Err(NoOutcome::ReplayedError) => Ok(None),
            Err(NoOutcome::Refused { code }) => {
                let found = self.find(command).await?;
                Ok(found.or_else(|| Some(refused(&code))))
            }
            Err(NoOutcome::Pending) => {
                let found = self.find(command).await?;
                found
                    .map(Some)
                    .ok_or_else(|| self.failure(command, NoOutcome::Pending))
            }
            Err(
                reason @ (NoOutcome::Busy { .. }
                | NoOutcome::NotAuthorized { .. }
                | NoOutcome::KeyReused
                | NoOutcome::OtherCurrency
                | NoOutcome::Unknown { .. }),
            ) => Err(self.failure(command, reason)),
        }
    }

    async fn find(&self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        match &command.effect.action {
            EffectAction::Refund { .. } => self.find_refund(command).await,
            EffectAction::Capture { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::CancelIntent { .. } => self.find_in_intent(command).await,
            EffectAction::ReverseTax(_) => Ok(None),
        }
    }

    async fn payment(&self, intent: &str) -> Result<Option<Vec<Inbound>>, Failure> {
        let Ok(request) = commands::find_payment(intent) else {
            return Ok(None);
        };
        let asked_at = self.clock.now();
        let answer = self.send(&request).await?;
        answer
            .read(|answer| commands::payment(intent, answer, asked_at))
            .map_err(|reason| self.failure_of(&format!("intent {intent}"), reason))
    }

    async fn events(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Option<EventPage>, Failure> {
        if self.key().await?.is_none() {
            return Ok(None);
        }
        let answer = self.send(&commands::find_events(since, after)).await?;
        let page = answer
            .read(|answer| commands::events(answer, self.clock.now()))
            .map_err(|reason| self.failure_of("the list of events", reason))?;
        let unreadable = page.unreadable.into_iter();
        Ok(Some(EventPage {
            facts: page.facts,
            unreadable: unreadable.map(|(id, error)| (id, error.code())).collect(),
            next: page.next,
        }))
    }

    async fn list(
        &self,
        kind: ObjectKind,
        made: Made,
        after: Option<&str>,
    ) -> Result<Option<RecordPage>, Failure> {
        if self.key().await?.is_none() {
            return Ok(None);
        }
        let asked_at = self.clock.now();
        let request = commands::find_objects(kind, (made.from, made.to), after);
        let answer = self.send(&request).await?;
        let page = answer
            .read(|answer| commands::objects(kind, answer, asked_at))
            .map_err(|reason| self.failure_of(&format!("the list of {kind:?}"), reason))?;
        let unreadable = page.unreadable.into_iter();
        Ok(Some(RecordPage {
            records: page.objects.into_iter().map(record).collect(),
            unreadable: unreadable.map(|(id, error)| (id, error.code())).collect(),
            next: page.next,
        }))
    }

    async fn look_up(&self, object: &GatewayObject) -> Result<Option<GatewayRecord>, Failure> {
        let Ok(request) = commands::find_object(object) else {
            return Ok(None);
        };
        let asked_at = self.clock.now();
        let answer = self.send(&request).await?;
        let found = answer
            .read(|answer| commands::object(object, answer, asked_at))
            .map_err(|reason| self.failure_of(&format!("object {}", object.id), reason))?;
        Ok(found.map(record))
    }
}

fn record(object: ListedObject) -> GatewayRecord {
    GatewayRecord {
        id: object.id,
        facts: object.facts,
    }
}

impl Answer {
    pub(crate) fn read<T>(&self, read: impl FnOnce(ApiAnswer<'_>) -> T) -> T {
        let headers = self.headers.iter();
        let headers: Headers<'_> = headers
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        read(ApiAnswer {
            status: self.status,
            headers: &headers,
            body: &self.body,
        })
    }
}

/// The key of the account, from the stored secret.
fn parse_key(stored: Option<String>) -> Result<Option<String>, Failure> {
    let secrets: Option<Secrets> = secrets::parse(SECRET, stored)?;
    Ok(secrets.as_ref().and_then(Secrets::first).map(str::to_owned))
}

pub(crate) fn refused(code: &str) -> EffectOutcome {
    EffectOutcome::Refused {
        code: code.to_owned(),
    }
}
