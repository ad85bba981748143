//! Reading a verified body: the outcomes, and the checks that all sources share.

use domain::facts::Inbound;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// What a verified webhook says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Something that we act on.
    Fact(Box<Inbound>),
    /// Something sound that we have no use for: answer 2xx and count it, or the sender will try again for days and
    /// then give up on us.
    Ignored {
        /// The sender's name for the type of event, cut to 80 harmless characters.
        kind: String,
        /// Why.
        why: Unused,
    },
}

/// Why a webhook is of no use to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// We do not use events of this type.
    Type,
    /// It is a thin event: it names an object and does not show it.
    Thin,
    /// Nothing in it can lead to an order.
    NoOrder,
}

impl Unused {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Type => "unused_type",
            Self::Thin => "thin_event",
            Self::NoOrder => "no_order",
        }
    }
}

impl Reading {
    pub(crate) fn ignored(kind: &str, why: Unused) -> Self {
        let harmless = |c: char| if c.is_ascii_graphic() { c } else { '?' };
        Self::Ignored {
            kind: kind.chars().take(80).map(harmless).collect(),
            why,
        }
    }
}

/// Why a verified webhook of a type that we use cannot be read. The texts name fields, not what is in them: that
/// could be personal data, and the texts are logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not JSON.
    #[error("the body is not JSON (line {line}, column {column})")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field is missing or has a value that it cannot have.
    #[error("`{path}`: {problem}")]
    Field {
        /// Where, e.g. `data.lines[0].quantity`.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A version of our scheme that we do not speak.
    #[error("`version`: {0} is not spoken here, only 1 is")]
    Version(u32),
    /// An amount that our minor unit of its currency cannot express.
    #[error("`{path}`: not a whole number of the currency's minor units")]
    Amount {
        /// Where.
        path: String,
    },
}

impl ReadError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "malformed_json",
            Self::Field { .. } => "invalid_field",
            Self::Version(_) => "unsupported_version",
            Self::Amount { .. } => "unrepresentable_amount",
        }
    }

    pub(crate) fn field(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Field {
            path: path.into(),
            problem: problem.into(),
        }
    }
}

/// Parses a JSON object. Unknown fields are welcome.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReadError> {
    // A derived reader would take an array for a struct without names.
    if body
        .iter()
        .find(|b| !b.is_ascii_whitespace())
        .is_some_and(|b| b"[\"-0123456789tfn".contains(b))
    {
        return Err(ReadError::field(".", "expected an object"));
    }
    let not_json = |e: &serde_json::Error| ReadError::NotJson {
        line: e.line(),
        column: e.column(),
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        match error.inner().classify() {
            Category::Data => ReadError::field(
                error.path().to_string(),
                problem(&error.inner().to_string()),
            ),
            Category::Syntax | Category::Eof | Category::Io => not_json(error.inner()),
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// What a parser says, without the value that it stumbled over and without the place, which the path tells better.
fn problem(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before);
    match message.rsplit_once(", expected ") {
        Some((found, expected)) if found.starts_with("invalid ") => {
            let kind = found.split(['`', '"']).next().unwrap_or("").trim_end();
            format!("{kind}, expected {expected}")
        }
        // Our own ids say "`what was sent` is not a valid ...".
        _ if message.starts_with('`') => {
            let rule = message
                .rsplit_once("` is not ")
                .map_or("not valid", |(_, rule)| rule);
            format!("not {rule}")
        }
        _ => message.to_owned(),
    }
}

/// A field that this type of event cannot do without.
pub(crate) fn need<T>(path: &str, value: Option<T>) -> Result<T, ReadError> {
    value.ok_or_else(|| ReadError::field(path, "missing"))
}

/// A name that others chose: 1 to `max` characters, none of them a control character.
pub(crate) fn name(path: &str, text: &str, max: usize) -> Result<String, ReadError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max || text.chars().any(char::is_control) {
        return Err(ReadError::field(
            path,
            format!("expected 1 to {max} characters on one line"),
        ));
    }
    Ok(text.to_owned())
}

/// A code made of whatever a sender calls its reason: `Out of stock` becomes `out_of_stock`. At most 64 characters.
pub(crate) fn code(text: &str) -> Option<String> {
    let mut code = String::new();
    for c in text.chars().take(64) {
        if c.is_ascii_alphanumeric() {
            code.push(c.to_ascii_lowercase());
        } else if !code.is_empty() && !code.ends_with('_') {
            code.push('_');
        }
    }
    let code = code.trim_end_matches('_');
    if code.is_empty() {
        None
    } else {
        Some(code.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Thing {
        #[expect(dead_code, reason = "only read")]
        lines: Vec<u32>,
    }

    fn error(text: &str) -> ReadError {
        parse::<Thing>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn an_error_names_the_field_and_not_its_value() {
        let wrong = error(r#"{"lines":[1,"jane@example.com"]}"#);
        assert_eq!(
            wrong.to_string(),
            "`lines[1]`: invalid type: string, expected u32"
        );
        assert_eq!(error("{}").to_string(), "`.`: missing field `lines`");
        assert_eq!(error(r#"{"lines":[-1]}"#).code(), "invalid_field");
        assert_eq!(
            error(r#"{"lines":{}}"#).to_string(),
            "`lines`: invalid type: map, expected a sequence"
        );
        let id: Result<domain::ids::Sku, _> = serde_json::from_str(r##""#secret""##);
        let text = problem(&id.unwrap_err().to_string());
        assert_eq!(text, "not a valid SKU: 1 to 64 of A-Z a-z 0-9 and -_.:/+");
    }

    #[test]
    fn what_is_not_one_json_object_is_told_apart() {
        assert_eq!(error("{\"lines\":[").code(), "malformed_json");
        assert_eq!(error("").code(), "malformed_json");
        assert_eq!(error("{\"lines\":[]} x").code(), "malformed_json");
        assert_eq!(
            error("{\"lines\":[],\"note\":\"\u{fffd}").code(),
            "malformed_json"
        );
        assert_eq!(
            parse::<Thing>(b"{\"\xff\":1}").unwrap_err().code(),
            "malformed_json"
        );
        assert_eq!(error("[[1]]").code(), "invalid_field");
        assert_eq!(error("null").code(), "invalid_field");
    }

    #[test]
    fn reasons_become_codes() {
        assert_eq!(code("Out of stock!").as_deref(), Some("out_of_stock"));
        assert_eq!(code("cannot_ship").as_deref(), Some("cannot_ship"));
        assert_eq!(code(" -- "), None);
    }
}
