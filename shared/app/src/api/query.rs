//! The query of a listing: each parameter known, at most once, and of the right form.

use super::{http::Request, problem::Problem};

/// Items of a page unless told.
const LIMIT_USUAL: u32 = 25;
/// Items of a page at most.
pub(super) const LIMIT_MAX: u32 = 100;

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query; only `known` parameters may stand in it, for a misspelt filter would list everything.
    pub(super) fn of(request: &Request, known: &[&str]) -> Result<Self, Problem> {
        let unreadable =
            || Problem::malformed("query", "The query string is not percent-encoded text.");
        let parameters = request.parameters().ok_or_else(unreadable)?;
        for (index, (name, _)) in parameters.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let detail = format!("An unknown parameter; known are: {}.", known.join(", "));
                return Err(Problem::malformed("query", detail));
            }
            if parameters
                .iter()
                .take(index)
                .any(|(earlier, _)| earlier == name)
            {
                return Err(Problem::malformed(
                    name.as_str(),
                    "Give the parameter once.",
                ));
            }
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter, if it stands there and is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    /// A parameter read as a type of ours.
    pub(super) fn parsed<T: std::str::FromStr>(
        &self,
        name: &str,
        rule: &str,
    ) -> Result<Option<T>, Problem> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|_| Problem::malformed(name, format!("`{name}` is {rule}.")))
        };
        self.get(name).map(parse).transpose()
    }

    /// How many items the page may have.
    pub(super) fn limit(&self) -> Result<u32, Problem> {
        let limit = self
            .parsed("limit", "a number from 1 to 100")?
            .unwrap_or(LIMIT_USUAL);
        if (1..=LIMIT_MAX).contains(&limit) {
            Ok(limit)
        } else {
            Err(Problem::malformed(
                "limit",
                "`limit` is a number from 1 to 100.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, Problem> {
        Query::of(
            &Request {
                query: text.into(),
                ..Request::default()
            },
            &["limit", "status"],
        )
    }

    #[test]
    fn an_unknown_or_repeated_parameter_is_refused() {
        for text in ["email=a", "status=a&status=b", "status=%f"] {
            assert_eq!(query(text).unwrap_err().status, 400, "{text}");
        }
        assert_eq!(query("status=paid&limit=").unwrap().get("limit"), None);
    }

    #[test]
    fn a_limit_is_from_1_to_100_and_25_unless_told() {
        assert_eq!(query("").unwrap().limit().unwrap(), 25);
        assert_eq!(query("limit=100").unwrap().limit().unwrap(), 100);
        for text in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=1e2"] {
            assert_eq!(
                query(text).unwrap().limit().unwrap_err().field.as_deref(),
                Some("limit")
            );
        }
    }
}
