//! The template says the same as the code: rules listen for events that are sent, routes lead to handlers,
//! functions get the settings that they ask for.
//!
//! The template is read line by line, as far as its layout is ours; what cannot be found is a failure too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use app::bus::catalogue::CATALOGUE;
use web::ROUTES;

use crate::files;

fn template() -> String {
    files::read("infra/template.yaml")
}

fn without_comment(line: &str) -> &str {
    line.split_once(" #")
        .map_or(line, |(line, _)| line)
        .trim_end()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The values of every list under a key, written in brackets or as lines below.
fn lists(text: &str, key: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = text.lines().map(without_comment).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(rest) = line.trim_start().strip_prefix(&format!("{key}:")) else {
            continue;
        };
        let inline = rest
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let below = || {
            let items = lines[index + 1..]
                .iter()
                .take_while(|next| indent(next) > indent(line));
            items
                .filter_map(|item| item.trim_start().strip_prefix("- "))
                .collect::<Vec<_>>()
        };
        let items = inline.map_or_else(below, |inline| inline.split(',').collect());
        found.push(
            items
                .iter()
                .map(|item| item.trim().trim_matches(['"', '\'']).to_owned())
                .collect(),
        );
    }
    found
}

#[test]
fn no_rule_listens_for_an_event_that_nobody_sends() {
    let names: BTreeSet<&str> = CATALOGUE.iter().map(|listed| listed.name).collect();
    let rules = lists(&template(), "detail-type");
    assert!(rules.len() >= 4, "{rules:?}");
    for rule in rules {
        assert!(!rule.is_empty());
        for name in rule {
            assert!(
                names.contains(name.as_str()),
                "a rule listens for {name}, which nobody sends"
            );
        }
    }
}

/// The stories play the bus by rules of their own, which must be the template's, or they prove nothing of it.
#[test]
fn the_rules_that_the_stories_play_by_are_the_templates() {
    let set = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<String>>()
    };
    let played: BTreeSet<BTreeSet<String>> = stories::world::RULES
        .iter()
        .map(|(_, names)| set(names))
        .collect();
    let written: BTreeSet<BTreeSet<String>> = lists(&template(), "detail-type")
        .into_iter()
        .map(BTreeSet::from_iter)
        .collect();
    assert_eq!(played, written);
}

#[test]
fn every_route_of_the_api_leads_to_the_function_that_serves_it() {
    let text = template();
    let keys: BTreeSet<String> = text
        .lines()
        .map(without_comment)
        .filter_map(|line| line.trim_start().strip_prefix("RouteKey: "))
        .map(|key| key.trim_matches(['"', '\'']).replace("+}", "}"))
        .filter(|key| key.contains(" /api/"))
        .collect();
    let routes: BTreeSet<String> = ROUTES
        .iter()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(keys, routes);
}

/// The settings that the template gives each function, by the function's folder.
fn given() -> BTreeMap<String, BTreeSet<String>> {
    let text = template();
    let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut function, mut deeper) = (None, None);
    for line in text
        .lines()
        .map(without_comment)
        .filter(|line| !line.is_empty())
    {
        if indent(line) == 2 {
            function = line
                .trim()
                .strip_suffix("Function:")
                .filter(|name| !name.is_empty())
                .map(str::to_lowercase);
            deeper = None;
        } else if line.trim() == "Variables:" {
            deeper = Some(indent(line));
        } else if let (Some(function), Some(level)) = (&function, deeper) {
            if indent(line) <= level {
                deeper = None;
            } else if let Some((name, _)) = line.trim().split_once(':') {
                given
                    .entry(function.clone())
                    .or_default()
                    .insert(name.to_owned());
            }
        }
    }
    given
}

/// Words in quotes that look like settings, in the sources of a folder.
fn named_in(folder: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![files::path(folder)];
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

/// Settings that Lambda itself gives, or only the local stack; and what the build knows.
fn is_ambient(name: &str) -> bool {
    name.starts_with("AWS_") || name.starts_with("CARGO_")
}

#[test]
fn every_function_gets_the_settings_that_it_asks_for_and_no_others() {
    let given = given();
    assert_eq!(given.len(), 8, "{given:?}");
    let shared = named_in("shared/aws/src");
    for (function, given) in given {
        let asked = named_in(&format!("functions/{function}/src"));
        for name in asked.iter().filter(|name| !is_ambient(name)) {
            assert!(
                given.contains(name),
                "{function} asks for {name}, which the template does not give it"
            );
        }
        for name in &given {
            assert!(
                asked.contains(name) || shared.contains(name),
                "{function} is given {name} and never asks for it"
            );
        }
    }
}
