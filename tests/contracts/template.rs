//! The template agrees with the code: rules match events that are published, routes lead to handlers, functions get
//! the settings that they read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use app::{
    bus::{catalogue::CATALOGUE, subscriptions::SUBSCRIPTIONS},
    goodwill::GoodwillLimits,
    usecases::placement_defaults::{DuplicateHold, PlacementDefaults},
};
use domain::order::ShippingRefund;
use web::ROUTES;
use yaml_rust2::{Yaml, YamlLoader};

use crate::deliverables;

/// The resources of a type, by name.
fn resources(kind: &str) -> Vec<(String, Yaml)> {
    let documents = YamlLoader::load_from_str(&deliverables::read("infra/template.yaml")).unwrap();
    let all = documents[0]["Resources"].as_hash().unwrap();
    let found: Vec<(String, Yaml)> = all
        .iter()
        .filter(|(_, resource)| resource["Type"].as_str() == Some(kind))
        .map(|(name, resource)| {
            (
                name.as_str().unwrap().to_owned(),
                resource["Properties"].clone(),
            )
        })
        .collect();
    assert!(!found.is_empty(), "the template has no {kind}");
    found
}

/// The event names that the rules of the bus match, by the name of the consumer whose queue they are sent to.
fn rules() -> BTreeMap<String, BTreeSet<String>> {
    let events = |rule: &Yaml| -> Option<BTreeSet<String>> {
        let listed = rule["EventPattern"]["detail-type"].as_vec()?;
        Some(listed.iter().map(text).collect())
    };
    resources("AWS::Events::Rule")
        .iter()
        .filter_map(|(_, rule)| Some((consumer(rule), events(rule)?)))
        .collect()
}

/// The consumer of the one queue that a rule sends to.
fn consumer(rule: &Yaml) -> String {
    let targets = rule["Targets"].as_vec().unwrap();
    assert_eq!(targets.len(), 1, "{rule:?}");
    let queue = text(&targets[0]["Arn"]);
    queue.strip_suffix("Queue.Arn").unwrap().to_lowercase()
}

fn text(value: &Yaml) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn every_rule_matches_published_events_only() {
    let published: BTreeSet<&str> = CATALOGUE.iter().map(|listed| listed.name).collect();
    for (consumer, events) in rules() {
        assert!(!events.is_empty(), "{consumer}");
        for name in events {
            assert!(
                published.contains(name.as_str()),
                "the rule of {consumer} matches {name}, which is not published"
            );
        }
    }
}

/// The stories route events by the subscriptions in code, which prove nothing unless the template has the same.
#[test]
fn the_subscriptions_in_code_are_those_of_the_template() {
    let in_code: BTreeMap<String, BTreeSet<String>> = SUBSCRIPTIONS
        .iter()
        .map(|(consumer, events)| {
            let events = events.iter().map(|name| (*name).to_owned()).collect();
            (consumer.name().to_owned(), events)
        })
        .collect();
    assert_eq!(in_code, rules());
}

#[test]
fn every_route_of_the_api_is_in_the_template() {
    let keys: BTreeSet<String> = resources("AWS::ApiGatewayV2::Route")
        .iter()
        .map(|(_, route)| route["RouteKey"].as_str().unwrap().replace("+}", "}"))
        .filter(|key| key.contains(" /api/"))
        .collect();
    let routes: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(keys, routes);
}

/// The settings that the template gives each function, by the function's folder.
fn settings_given() -> BTreeMap<String, BTreeSet<String>> {
    resources("AWS::Serverless::Function")
        .into_iter()
        .map(|(name, function)| {
            let folder = name.strip_suffix("Function").unwrap().to_lowercase();
            let variables = function["Environment"]["Variables"].as_hash();
            let names = variables.into_iter().flat_map(|variables| variables.keys());
            (
                folder,
                names
                    .map(|name| name.as_str().unwrap().to_owned())
                    .collect(),
            )
        })
        .collect()
}

/// Words in quotes that look like settings, in the sources of a folder.
fn settings_named_in(folder: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![deliverables::path(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let quoted = code.split('"').skip(1).step_by(2);
                let setting = |word: &&str| {
                    word.contains('_') && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
                };
                names.extend(quoted.filter(setting).map(str::to_owned));
            }
        }
    }
    names
}

#[test]
fn the_parameter_of_payment_commands_has_the_values_that_the_code_knows() {
    let documents = YamlLoader::load_from_str(&deliverables::read("infra/template.yaml")).unwrap();
    let parameter = &documents[0]["Parameters"]["PaymentCommands"];
    let allowed: Vec<String> = parameter["AllowedValues"]
        .as_vec()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    assert_eq!(allowed, PlacementDefaults::SETTINGS.map(|(name, _)| name));
    let default: PlacementDefaults = text(&parameter["Default"]).parse().unwrap();
    assert_eq!(default, PlacementDefaults::default());
}

#[test]
fn the_parameters_of_what_becomes_of_orders_have_the_values_that_the_code_knows() {
    let documents = YamlLoader::load_from_str(&deliverables::read("infra/template.yaml")).unwrap();
    let parameters = &documents[0]["Parameters"];
    let parameter = &parameters["ShippingRefund"];
    let allowed = parameter["AllowedValues"].as_vec().unwrap().iter();
    let allowed: Vec<String> = allowed.map(text).collect();
    assert_eq!(allowed, ShippingRefund::NAMES.map(|(name, _)| name));
    let default: ShippingRefund = text(&parameter["Default"]).parse().unwrap();
    assert_eq!(default, ShippingRefund::default());
    let parameter = &parameters["PossibleDuplicateHold"];
    let allowed = parameter["AllowedValues"].as_vec().unwrap().iter();
    let allowed: Vec<String> = allowed.map(text).collect();
    assert_eq!(allowed, DuplicateHold::SETTINGS.map(|(name, _)| name));
    let default: DuplicateHold = text(&parameter["Default"]).parse().unwrap();
    assert_eq!(default, DuplicateHold::default());
    let limits: GoodwillLimits = text(&parameters["GoodwillLimits"]["Default"])
        .parse()
        .unwrap();
    assert_eq!(limits, GoodwillLimits::default());
}

/// Settings that Lambda gives itself, or only the local stack; and what the build sets.
fn is_given_by_the_platform(name: &str) -> bool {
    name.starts_with("AWS_") || name.starts_with("CARGO_")
}

#[test]
fn every_function_gets_the_settings_that_it_reads_and_no_others() {
    let given = settings_given();
    assert_eq!(given.len(), 10, "{given:?}");
    let shared = settings_named_in("shared/aws/src");
    for (function, given) in given {
        let read = settings_named_in(&format!("functions/{function}/src"));
        for name in read.iter().filter(|name| !is_given_by_the_platform(name)) {
            assert!(
                given.contains(name),
                "{function} reads {name}, which the template does not give it"
            );
        }
        for name in &given {
            assert!(
                read.contains(name) || shared.contains(name),
                "{function} is given {name} and never reads it"
            );
        }
    }
}
