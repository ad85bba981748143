//! Reads a request: the body as a document, the id in the path, the idempotency key. Errors name the field and the rule,
//! never the value, which may be personal data.

use std::str::FromStr;

use app::{access::Principal, usecases::idempotency::IdempotencyKey};
use http::header;
use serde::de::DeserializeOwned;

use crate::{problem::Problem, response::Request};

/// The largest body, in bytes; an order with the most lines is a tenth of it.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// The longest note, in characters.
const NOTE_CHARS_MAX: usize = 1_000;

/// The body as a JSON document; unknown fields are refused by the types.
pub(crate) fn document<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let detail = "The body is JSON: send it with `content-type: application/json`.";
        return Err(Problem::new(415, "unsupported_media_type", detail).about("content-type"));
    }
    if request.body().len() > BODY_BYTES_MAX {
        return Err(Problem::new(
            413,
            "too_large",
            format!("A body has at most {BODY_BYTES_MAX} bytes."),
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(request.body());
    let mut track = serde_path_to_error::Track::new();
    let mut unknown = None;
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let read = serde_ignored::deserialize(tracked, |path| {
        unknown.get_or_insert_with(|| path.to_string());
    });
    let document = read.map_err(|cause: serde_json::Error| {
        if cause.is_data() {
            invalid_field(&track.path().to_string(), &cause.to_string())
        } else {
            not_json(&cause)
        }
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    // A misspelt field that is ignored is a wrong order, so unknown fields are refused here; the stored types ignore
    // them, because newer versions may add fields.
    match unknown {
        Some(path) => Err(unknown_field(&path)),
        None => Ok(document),
    }
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::malformed(
        "body",
        format!(
            "Not JSON: line {}, column {}.",
            error.line(),
            error.column()
        ),
    )
}

fn unknown_field(path: &str) -> Problem {
    let field = known_path(path);
    let detail = format!("`{field}` is not a known field.");
    Problem::malformed(field, detail)
}

/// The problem of a field that cannot be read. The parser's sentence may quote the value that was sent, so only the
/// parts that our types wrote are kept.
fn invalid_field(path: &str, cause: &str) -> Problem {
    let cause = cause
        .rsplit_once(" at line ")
        .map_or(cause, |(cause, _)| cause);
    if cause.starts_with("unknown field") {
        return unknown_field(path);
    }
    let rule = if let Some(missing) = cause.strip_prefix("missing field ") {
        format!("is missing {missing}")
    } else if let Some((_, allowed)) = cause.split_once(", expected ") {
        format!("is not right: expected {allowed}")
    } else if let Some((_, rule)) = cause.split_once(" is not a valid ") {
        format!("is not a valid {rule}")
    } else if let Some((_, rule)) = cause.split_once(" is not an ") {
        format!("is not an {rule}")
    } else {
        "cannot be read".to_owned()
    };
    let field = known_path(path);
    let detail = format!("`{field}` {rule}.");
    Problem::malformed(field, detail)
}

/// The path of a field, if it looks like one of ours; a sender may use any text as a field name.
fn known_path(path: &str) -> String {
    let usual = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '[' | ']');
    let ours = path.len() <= 80 && path.chars().all(usual);
    if ours && path != "." && !path.is_empty() {
        path.to_owned()
    } else {
        "body".to_owned()
    }
}

/// The parameter of the path as an id. A text that is not an id is the id of nothing: 404.
pub(crate) fn id<T: FromStr>(text: &str, what: &str) -> Result<T, Problem> {
    text.parse()
        .map_err(|_| Problem::not_found(format!("There is no such {what}.")))
}

/// The idempotency key, within the caller's subject and bound to the request: method, path and body.
pub(crate) fn key(principal: &Principal, request: &Request) -> Result<IdempotencyKey, Problem> {
    let sent = request.headers().get("idempotency-key");
    let Some(sent) = sent.filter(|key| !key.is_empty()) else {
        let detail = "Send an `Idempotency-Key` header with a new value, and the same value when you repeat the request.";
        return Err(Problem::new(400, "idempotency_key_required", detail).about("idempotency-key"));
    };
    let mut bytes = format!("{} {}\n", request.method(), request.uri().path()).into_bytes();
    bytes.extend_from_slice(request.body());
    let key = String::from_utf8_lossy(sent.as_bytes());
    IdempotencyKey::new(&principal.subject, &key, &bytes)
        .map_err(|failure| Problem::from(failure).about("idempotency-key"))
}

/// Checks that a request without a body has none; `{}` is one too, for clients that always send JSON.
pub(crate) fn no_body(request: &Request) -> Result<(), Problem> {
    match request.body().trim_ascii() {
        b"" | b"{}" => Ok(()),
        _ => Err(Problem::malformed("body", "This request takes no body.")),
    }
}

/// A person's words, of a length that fits a commit.
pub(crate) fn note(note: Option<String>) -> Result<Option<String>, Problem> {
    let length = note.as_ref().map_or(0, |note| note.chars().count());
    if length > NOTE_CHARS_MAX {
        let detail = format!("`note` has at most {NOTE_CHARS_MAX} characters.");
        return Err(Problem::invalid("invalid_note", "note", detail));
    }
    Ok(note)
}

/// A value of an open set that this build does not know. Stored documents may hold such values, requests may not.
pub(crate) fn unknown(field: &str, known: &[&str]) -> Problem {
    Problem::malformed(field, format!("`{field}` is one of {}.", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use domain::{location::Location, order::PlaceOrder};

    use super::*;

    fn sent(body: &str) -> Request {
        http::Request::builder()
            .header("content-type", "application/json; charset=utf-8")
            .body(body.as_bytes().to_vec())
            .unwrap()
    }

    fn refused<T: DeserializeOwned>(body: &str) -> (String, String) {
        let Err(problem) = document::<T>(&sent(body)) else {
            panic!("read: {body}")
        };
        assert_eq!((problem.status, problem.code), (400, "malformed"));
        assert!(!problem.detail.contains("SECRET"), "{}", problem.detail);
        (problem.field.unwrap(), problem.detail)
    }

    #[test]
    fn an_error_names_the_field_and_the_rule_and_never_the_value() {
        let order = |patch: &str| {
            format!(
                r#"{{"number":"1","currency":"EUR","lines":[{{"sku":"A","quantity":1,"unit_price":5}}],
                "customer":{{"name":"x","email":"x@y.z","address":{{"lines":[],"city":"c","country":"DE"}}}}{patch}}}"#
            )
        };
        assert!(document::<PlaceOrder>(&sent(&order(""))).is_ok());
        let (field, detail) = refused::<PlaceOrder>(&order(r#","shop":"SECRET shop""#));
        assert_eq!(field, "shop");
        assert!(
            detail.contains("is not a valid shop id: 1 to 40"),
            "{detail}"
        );
        let (field, _) = refused::<PlaceOrder>(&order(r#","coupon":1"#));
        assert_eq!(field, "coupon");
        let (field, _) = refused::<PlaceOrder>(&order(r#","SECRET@example.com":1"#));
        assert_eq!(field, "body");
        let (field, _) =
            refused::<PlaceOrder>(&order("").replace(r#""city""#, r#""town":"SECRET","city""#));
        assert_eq!(field, "customer.address.town");
        let (field, _) = refused::<PlaceOrder>(&order(r#","discount":"SECRET""#));
        assert_eq!(field, "discount");
        let (field, detail) = refused::<PlaceOrder>(r#"{"number":"1","currency":"SECRET"}"#);
        assert_eq!(
            (field.as_str(), detail.as_str()),
            ("currency", "`currency` is not an ISO 4217 currency code.")
        );
        let (field, _) = refused::<PlaceOrder>(r#"{"lines":[{"sku":"A","quantity":1.5}]}"#);
        assert_eq!(field, "lines[0].quantity");
        let (_, detail) = refused::<Location>(r#"{"id":"a","name":"b"}"#);
        assert_eq!(detail, "`body` is missing `kind`.");
        let (_, detail) = refused::<Location>(r#"{"id":"a","name":"b","kind":"SECRET"}"#);
        assert!(detail.contains("expected one of `warehouse`"), "{detail}");
    }

    #[test]
    fn a_body_that_is_not_json_names_its_position() {
        for body in ["", "{", "nonsense", r#"{"number":"1"} trailing"#, "\u{0}"] {
            refused::<PlaceOrder>(body);
        }
    }

    #[test]
    fn another_media_type_and_a_huge_body_are_refused() {
        let mut request = sent("{}");
        *request.body_mut() = vec![b' '; BODY_BYTES_MAX + 1];
        assert_eq!(document::<PlaceOrder>(&request).unwrap_err().status, 413);
        request.headers_mut().clear();
        assert_eq!(document::<PlaceOrder>(&request).unwrap_err().status, 415);
    }

    #[test]
    fn a_key_is_required_and_bound_to_the_caller_and_the_request() {
        let caller = |subject: &str| Principal {
            subject: subject.to_owned(),
            roles: [].into(),
            locations: [].into(),
        };
        let (one, other) = (caller("u-1"), caller("u-2"));
        let mut request = sent("{}");
        assert_eq!(
            key(&one, &request).unwrap_err().code,
            "idempotency_key_required"
        );
        let headers = request.headers_mut();
        headers.insert("idempotency-key", "k-1".parse().unwrap());
        let first = key(&one, &request).unwrap();
        assert_eq!(key(&one, &request).unwrap(), first);
        // Two callers may use the same key.
        assert_ne!(
            key(&other, &request).unwrap().cause().key(),
            first.cause().key()
        );
        *request.uri_mut() = "/elsewhere".parse().unwrap();
        assert_ne!(key(&one, &request).unwrap(), first);
        let headers = request.headers_mut();
        headers.insert("idempotency-key", "a b".parse().unwrap());
        assert_eq!(key(&one, &request).unwrap_err().code, "malformed");
    }
}
