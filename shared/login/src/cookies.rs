//! The cookies of a session. No script can read them, and no other site and no other host of our domain can set them: the
//! prefix `__Host-` makes browsers see to it. It needs HTTPS, so on a local stack the names are without it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, HeaderValue, header};

use crate::{random::is_random, return_path};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The access token.
    Access,
    /// The refresh token.
    Refresh,
    /// The CSRF token. The browser forgets it when the session has been idle for too long, and with it the session.
    Session,
    /// Who is logged in, to be shown.
    Email,
    /// A log-in that has begun.
    Pending,
}

impl Kind {
    /// Those of somebody who is logged in.
    pub(crate) const LOGGED_IN: [Self; 4] =
        [Self::Access, Self::Refresh, Self::Session, Self::Email];

    fn name(self, is_https: bool) -> String {
        let name = match self {
            Self::Access => "oms-access",
            Self::Refresh => "oms-refresh",
            Self::Session => "oms-session",
            Self::Email => "oms-email",
            Self::Pending => "oms-login",
        };
        let prefix = if is_https { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }
}

/// A log-in that has begun: what its end must show.
pub(crate) struct Pending {
    pub(crate) state: String,
    pub(crate) verifier: String,
    /// The page that was wanted.
    pub(crate) next: String,
}

/// The cookies that came with a request.
pub(crate) struct Jar {
    cookies: Vec<(String, String)>,
    is_https: bool,
}

impl Jar {
    pub(crate) fn of(headers: &HeaderMap, is_https: bool) -> Self {
        let values = headers.get_all(header::COOKIE).iter();
        let cookies = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| Cookie::split_parse(text.to_owned()))
            .filter_map(Result::ok)
            .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
            .collect();
        Self { cookies, is_https }
    }

    /// The value of a cookie; an empty one counts as absent.
    pub(crate) fn get(&self, kind: Kind) -> Option<&str> {
        let name = kind.name(self.is_https);
        let mut all = self.cookies.iter();
        let found = all.find(|(known, value)| *known == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// The CSRF token.
    pub(crate) fn csrf(&self) -> Option<&str> {
        self.get(Kind::Session).filter(|value| is_random(value))
    }

    pub(crate) fn email(&self) -> Option<String> {
        decoded(self.get(Kind::Email)?)
    }

    pub(crate) fn pending(&self) -> Option<Pending> {
        let (state, rest) = self.get(Kind::Pending)?.split_once('.')?;
        let (verifier, next) = rest.split_once('.')?;
        let next = decoded(next)?;
        (is_random(state) && is_random(verifier)).then(|| Pending {
            state: state.to_owned(),
            verifier: verifier.to_owned(),
            next: return_path::checked(&next)
                .unwrap_or(return_path::FIRST_PAGE)
                .to_owned(),
        })
    }

    /// A header that sets a cookie for so many seconds; none for a value that no cookie may have.
    pub(crate) fn set(&self, kind: Kind, value: &str, seconds: i64) -> Option<HeaderValue> {
        let cookie = Cookie::build((kind.name(self.is_https), value))
            .path("/")
            .secure(self.is_https)
            .http_only(true)
            // Lax, because the hosted UI leads back with a link, and so does an order's address in a mail.
            .same_site(SameSite::Lax)
            .max_age(Duration::seconds(seconds));
        HeaderValue::from_str(&cookie.to_string()).ok()
    }

    pub(crate) fn set_email(&self, email: &str, seconds: i64) -> Option<HeaderValue> {
        self.set(Kind::Email, &BASE64_URL_SAFE_NO_PAD.encode(email), seconds)
    }

    pub(crate) fn set_pending(&self, pending: &Pending, seconds: i64) -> Option<HeaderValue> {
        let Pending {
            state,
            verifier,
            next,
        } = pending;
        let next = BASE64_URL_SAFE_NO_PAD.encode(next);
        self.set(
            Kind::Pending,
            &format!("{state}.{verifier}.{next}"),
            seconds,
        )
    }

    /// Headers that remove those of the cookies that came with the request.
    pub(crate) fn cleared(&self, kinds: &[Kind]) -> Vec<HeaderValue> {
        let came = |kind: &&Kind| {
            let name = kind.name(self.is_https);
            self.cookies.iter().any(|(known, _)| *known == name)
        };
        let clear = |kind: &Kind| self.set(*kind, "", 0);
        kinds.iter().filter(came).filter_map(clear).collect()
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
