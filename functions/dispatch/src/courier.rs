//! Carries signed requests to locations over HTTPS.
//!
//! The address comes from a document that a person wrote, so it is treated as hostile: no redirects, no plain
//! HTTP, no address inside a network of ours (checked on what the name resolves to, and on the very address that
//! is connected to). Only the setting for local use lifts these.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::{
    failure::Failure,
    ports::{Clock, FulfillmentProvider, ProviderRequest},
};
use aws::secrets::Vault;
use connect::{Secrets, outgoing, signature::standard};
use domain::{ids::LocationId, location::Location};
use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest wait for an answer: a location stores the request and answers, no more.
const ANSWER: Duration = Duration::from_secs(10);
/// So many failures in a row open a location's breaker.
const FAILURES_TO_OPEN: u32 = 5;
/// So long a location is left alone once its breaker is open.
const OPEN_FOR: SignedDuration = SignedDuration::from_secs(30);

/// Where the secrets are kept with which we sign to a location.
pub(crate) trait Keys: Sync {
    /// The live secrets for a location; none when nobody has set them up.
    fn secrets(
        &self,
        location: &LocationId,
    ) -> impl Future<Output = Result<Option<Secrets>, Failure>> + Send;
}

/// Secrets in Secrets Manager.
pub(crate) struct LocationKeys(pub(crate) Vault);

impl Keys for LocationKeys {
    async fn secrets(&self, location: &LocationId) -> Result<Option<Secrets>, Failure> {
        let stored = self.0.find(&format!("dispatch/{location}")).await?;
        let read = |text: String| {
            Secrets::from_json(&text)
                .map_err(|error| Failure::unavailable("the location's secret", error))
        };
        stored.map(read).transpose()
    }
}

/// Sends over HTTPS.
pub(crate) struct HttpsCourier<K, A> {
    client: Client,
    keys: K,
    ambient: A,
    private_allowed: bool,
    breakers: Mutex<BTreeMap<LocationId, Breaker>>,
}

/// Keeps a location that is down from costing the others their time. One a location, in the memory of this
/// sandbox: what it turns away stays on the queue.
#[derive(Debug, Clone, Copy, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Timestamp>,
}

impl<K: Keys, A: Clock> HttpsCourier<K, A> {
    /// A courier; `private_allowed` is the setting for local use.
    ///
    /// # Errors
    /// When the client cannot be built.
    pub(crate) fn new(keys: K, ambient: A, private_allowed: bool) -> Result<Self, reqwest::Error> {
        // The process has one provider; a second call would only say that it is set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .https_only(!private_allowed)
            .user_agent(concat!("oms-dispatch/", env!("CARGO_PKG_VERSION")))
            .no_proxy();
        if !private_allowed {
            client = client.dns_resolver(Arc::new(PublicOnly));
        }
        let client = client.build()?;
        Ok(Self {
            client,
            keys,
            ambient,
            private_allowed,
            breakers: Mutex::default(),
        })
    }

    async fn deliver(
        &self,
        location: &Location,
        id: &str,
        errand: &ProviderRequest,
    ) -> Result<(), Failure> {
        let Some(url) = &location.webhook_url else {
            return Ok(());
        };
        let url = checked(url, self.private_allowed)?;
        let Some(body) = body(errand)? else {
            return Ok(());
        };
        let secrets = self.keys.secrets(&location.id).await?;
        let secrets =
            secrets.ok_or_else(|| Failure::unavailable("the location's secret", "not set up"))?;
        let headers = standard::sign(&secrets, id, self.ambient.now(), body.as_bytes())
            .map_err(|error| Failure::unavailable("the location's secret", error))?;
        let mut request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = request
            .send()
            .await
            .map_err(|error| Failure::unavailable("the location", error.without_url()))?;
        let status = response.status();
        if status.is_success() {
            tracing::info!(location = %location.id, message.id = id, "told {} what to do", location.id);
            return Ok(());
        }
        Err(Failure::unavailable(
            "the location",
            format!("it answered {}", status.as_u16()),
        ))
    }

    fn breaker(&self, location: &LocationId, change: impl FnOnce(&mut Breaker)) -> Breaker {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = breakers.entry(location.clone()).or_default();
        change(breaker);
        *breaker
    }
}

impl<K: Keys, A: Clock> FulfillmentProvider for HttpsCourier<K, A> {
    async fn send(
        &self,
        location: &Location,
        id: &str,
        errand: &ProviderRequest,
    ) -> Result<(), Failure> {
        let now = self.ambient.now();
        if self
            .breaker(&location.id, |_| {})
            .open_until
            .is_some_and(|until| now < until)
        {
            return Err(Failure::unavailable(
                "the location",
                "it failed repeatedly and is left alone for a moment",
            ));
        }
        let outcome = self.deliver(location, id, errand).await;
        let breaker = self.breaker(&location.id, |breaker| {
            if outcome.is_ok() {
                *breaker = Breaker::default();
            } else {
                breaker.failures = breaker.failures.saturating_add(1);
                let open = breaker.failures >= FAILURES_TO_OPEN;
                breaker.open_until = open.then(|| now.checked_add(OPEN_FOR).unwrap_or(now));
            }
        });
        if breaker.open_until.is_some() {
            tracing::warn!(location = %location.id, failures = breaker.failures, "leaving {} alone", location.id);
        }
        outcome
    }
}

/// The body of an errand; none when there is nothing left to ask.
fn body(errand: &ProviderRequest) -> Result<Option<String>, Failure> {
    let written = |error: serde_json::Error| {
        Failure::Inconsistent(format!("a request cannot be written: {error}"))
    };
    match errand {
        ProviderRequest::Fulfill {
            order,
            fulfillment_order,
            contact,
        } => {
            let message = outgoing::requested(order, *fulfillment_order, contact);
            message.map(|m| m.to_json()).transpose().map_err(written)
        }
        ProviderRequest::Cancel {
            order,
            fulfillment_order,
        } => {
            let message = outgoing::cancel_requested(order, *fulfillment_order);
            message.map(|m| m.to_json()).transpose().map_err(written)
        }
    }
}

/// The address, provided that it may be called. An address written as numbers never reaches the resolver, so it is
/// checked here.
fn checked(url: &str, private_allowed: bool) -> Result<Url, Failure> {
    let refused = |why: &'static str| Failure::unavailable("the location's address", why);
    let url = Url::parse(url).map_err(|_| refused("it is not a URL"))?;
    if private_allowed {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(refused("it is not https"));
    }
    let literal = url
        .host_str()
        .map(|host| host.trim_matches(['[', ']']))
        .and_then(|h| h.parse::<IpAddr>().ok());
    if literal.is_some_and(|address| !is_public(address)) {
        return Err(refused("it is a private address"));
    }
    Ok(url)
}

/// Resolves names to public addresses only; the connection is made to the very address that was checked.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet: not this machine, not a private network, not the link-local range
/// in which clouds keep their instance metadata, nothing reserved.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4() {
                return is_public(IpAddr::V4(v4));
            }
            let [first, second, ..] = v6.segments();
            // 64:ff9b::/96 and 2002::/16 carry IPv4 addresses inside; 2000::/3 is what is handed out.
            (first & 0xe000) == 0x2000
                && first != 0x2002
                && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_reserved_addresses_are_not_called() {
        for address in [
            "127.0.0.1",
            "10.0.0.8",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_in_any_disguise_are_seen_through() {
        for url in [
            "http://wms.example.com/hooks",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::ffff:169.254.169.254]/",
            "ftp://x.example/",
            "nonsense",
        ] {
            assert!(checked(url, false).is_err(), "{url}");
        }
        assert!(checked("https://wms.example.com/hooks", false).is_ok());
        assert!(checked("http://127.0.0.1:8080/", true).is_ok());
    }
}
