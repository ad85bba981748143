//! The query of a listing: every parameter is known, given at most once, and valid.

use crate::{percent::decode, problem::Problem, response::Request};

/// The default number of items per page.
const LIMIT_DEFAULT: u32 = 25;
/// The most items per page.
pub(crate) const LIMIT_MAX: u32 = 100;

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query. Only `known` parameters are accepted, because a misspelt filter would list everything.
    pub(crate) fn of(request: &Request, known: &[&str]) -> Result<Self, Problem> {
        let unreadable =
            || Problem::malformed("query", "The query string is not percent-encoded text.");
        let text = request.uri().query().unwrap_or_default();
        let parameters = parameters(text).ok_or_else(unreadable)?;
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

    /// The value of a parameter; none when it is missing or empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    /// The value of a parameter, also when it is empty; none when it is missing.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        let mut all = self.0.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The parsed value of a parameter; `rule` says what it must be.
    pub(crate) fn parsed<T: std::str::FromStr>(
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

    /// A switch: `true` or `false`, off when it is missing. An empty one is refused, because it was meant as either.
    pub(crate) fn switch(&self, name: &str) -> Result<bool, Problem> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or(Ok(false), |(_, value)| {
            let rule = || Problem::malformed(name, format!("`{name}` is `true` or `false`."));
            value.parse().map_err(|_| rule())
        })
    }

    /// The number of items per page.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        let limit = self
            .parsed("limit", "a number from 1 to 100")?
            .unwrap_or(LIMIT_DEFAULT);
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

/// The parameters of a query string, decoded, in order; none when it is not valid percent-encoding.
fn parameters(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((
                decode(&name.replace('+', " "))?,
                decode(&value.replace('+', " "))?,
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, Problem> {
        let mut request = Request::default();
        *request.uri_mut() = format!("/orders?{text}").parse().unwrap();
        Query::of(&request, &["limit", "status"])
    }

    #[test]
    fn an_unknown_or_repeated_parameter_is_refused() {
        for text in ["email=a", "status=a&status=b", "status=%f"] {
            assert_eq!(query(text).unwrap_err().status, 400, "{text}");
        }
        assert_eq!(query("status=paid&limit=").unwrap().get("limit"), None);
    }

    #[test]
    fn a_limit_is_from_1_to_100_and_25_by_default() {
        assert_eq!(query("").unwrap().limit().unwrap(), 25);
        assert_eq!(query("limit=100").unwrap().limit().unwrap(), 100);
        for text in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=1e2"] {
            assert_eq!(
                query(text).unwrap().limit().unwrap_err().field.as_deref(),
                Some("limit")
            );
        }
    }

    #[test]
    fn a_switch_is_true_or_false_and_off_when_it_is_missing() {
        let switch = |text: &str| query(text).unwrap().switch("status");
        assert!(!switch("").unwrap());
        assert!(!switch("status=false").unwrap());
        assert!(switch("status=true").unwrap());
        for text in ["status", "status=", "status=1", "status=TRUE"] {
            let problem = switch(text).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("status"), "{text}");
        }
    }

    #[test]
    fn parameters_are_decoded_in_order() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = vec![
            pair("customer_email", "a+b@c.de"),
            pair("limit", "5"),
            pair("flag", ""),
            pair("x", "a b"),
        ];
        let query = "customer_email=a%2Bb%40c.de&limit=5&flag&x=a+b";
        assert_eq!(parameters(query), Some(expected));
        assert_eq!(parameters("a=%"), None);
    }
}
