//! Parsing JSON that others wrote, with errors that name the field and never its value.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// Why the body of an authenticated webhook cannot be read. The texts name fields and never their values: those could
/// be personal data, and the texts are logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
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
        problem: String,
    },
    /// A version of our scheme that is not supported.
    #[error("`version`: {0} is not supported, only 1 is")]
    Version(u32),
    /// An amount that is not a whole number of our minor units of its currency.
    #[error("`{path}`: not a whole number of the currency's minor units")]
    Amount { path: String },
}

impl ParseError {
    /// The stable code that the sender is answered with.
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

/// Parses a JSON object. Unknown fields are ignored.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ParseError> {
    // A derived reader would accept an array in place of an object.
    if body
        .iter()
        .find(|b| !b.is_ascii_whitespace())
        .is_some_and(|b| b"[\"-0123456789tfn".contains(b))
    {
        return Err(ParseError::field(".", "expected an object"));
    }
    let not_json = |e: &serde_json::Error| ParseError::NotJson {
        line: e.line(),
        column: e.column(),
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        match error.inner().classify() {
            Category::Data => ParseError::field(
                error.path().to_string(),
                describe(&error.inner().to_string()),
            ),
            Category::Syntax | Category::Eof | Category::Io => not_json(error.inner()),
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// The message of a serde error without the value that was sent and without line and column.
fn describe(message: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Thing {
        #[expect(dead_code, reason = "only read")]
        lines: Vec<u32>,
    }

    fn error(text: &str) -> ParseError {
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
        let text = describe(&id.unwrap_err().to_string());
        assert_eq!(text, "not a valid SKU: 1 to 64 of A-Z a-z 0-9 and -_.:/+");
    }

    #[test]
    fn malformed_json_and_non_objects_have_different_codes() {
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
}
