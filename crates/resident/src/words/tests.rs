use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;

const SOURCES: [&str; 2] = [
    include_str!("../../words/en.ftl"),
    include_str!("../../words/es.ftl"),
];

/// Each message with what its cases fill in.
fn messages(source: &str) -> BTreeMap<String, Vec<BTreeSet<String>>> {
    let resource = parser::parse(source.to_owned()).unwrap();
    let messages = resource.body.into_iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name, message.value.unwrap())),
        _ => None,
    });
    messages
        .map(|(name, pattern)| (name, cases(&pattern)))
        .collect()
}

fn cases(pattern: &Pattern<String>) -> Vec<BTreeSet<String>> {
    let mut filled_in = BTreeSet::new();
    for element in &pattern.elements {
        match element {
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => {
                filled_in.insert(id.name.clone());
            }
            PatternElement::Placeable {
                expression: Expression::Select { variants, .. },
            } => {
                return variants
                    .iter()
                    .flat_map(|variant| cases(&variant.value))
                    .collect();
            }
            _ => {}
        }
    }
    vec![filled_in]
}

#[test]
fn each_language_says_the_same_messages_and_fills_in_the_same_in_every_case() {
    let [english, spanish] = SOURCES.map(messages);
    assert_eq!(
        english.keys().collect::<Vec<_>>(),
        spanish.keys().collect::<Vec<_>>()
    );
    for (name, cases) in &english {
        let wanted = &cases[0];
        for filled_in in cases.iter().chain(&spanish[name]) {
            assert_eq!(filled_in, wanted, "{name}");
        }
    }
}

#[test]
fn every_message_is_said_somewhere_and_nothing_is_said_that_nobody_wrote() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = String::new();
    for folder in ["crates/resident/src", "src-tauri/src"] {
        gather(&repository.join(folder), &mut sources);
    }
    let [english, _] = SOURCES.map(messages);
    let unsaid = english
        .keys()
        .filter(|name| !sources.contains(&format!("\"{name}\"")));
    assert_eq!(unsaid.collect::<Vec<_>>(), Vec::<&String>::new());
    let said = sources
        .split("say(")
        .skip(1)
        .filter_map(|after| after.trim_start().strip_prefix('"')?.split('"').next());
    let unwritten = said.filter(|name| !english.contains_key(*name));
    assert_eq!(unwritten.collect::<Vec<_>>(), Vec::<&str>::new());
}

fn gather(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, into);
        } else if path.file_name().is_some_and(|name| name != "tests.rs") {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

fn on(chosen: Option<Language>, system: &[&str]) -> Words {
    let system: Vec<_> = system.iter().map(|&name| name.to_owned()).collect();
    Words::on(chosen, &system)
}

#[test]
fn the_language_is_the_chosen_one_or_else_the_systems_or_else_english() {
    let spoken = |chosen, system: &[&str]| on(chosen, system).say("tray-quit", &[]);
    assert_eq!(spoken(None, &["es-MX"]), "Salir");
    assert_eq!(spoken(None, &["eu-ES", "es-ES"]), "Salir");
    assert_eq!(spoken(None, &["eu-ES"]), "Quit");
    assert_eq!(spoken(None, &["C"]), "Quit");
    assert_eq!(spoken(None, &[]), "Quit");
    assert_eq!(spoken(Some(Language::En), &["es-ES"]), "Quit");
    assert_eq!(spoken(Some(Language::Es), &["en-GB"]), "Salir");
}

#[test]
fn times_are_written_as_in_the_persons_region_for_that_language() {
    let at = |hour, minute| {
        let time = date(2026, 5, 12).at(hour, minute, 0, 0);
        time.to_zoned(TimeZone::UTC).unwrap()
    };
    let written = |chosen, system: &[&str], hour| on(chosen, system).clock.write(&at(hour, 5));
    assert_eq!(written(None, &["en-GB"], 8), "8:05");
    assert_eq!(written(None, &["en-US"], 8), "8:05 AM");
    assert_eq!(written(None, &["en-US"], 12), "12:05 PM");
    assert_eq!(written(None, &["en-US"], 0), "12:05 AM");
    assert_eq!(written(None, &["es-ES"], 8), "8:05");
    assert_eq!(written(None, &["es-MX"], 18), "6:05\u{a0}p.\u{a0}m.");
    let spanish = Some(Language::Es);
    assert_eq!(written(spanish, &["en-US"], 18), "18:05");
    assert_eq!(
        written(spanish, &["en-US", "es-CO"], 9),
        "9:05\u{a0}a.\u{a0}m."
    );
}

#[test]
fn one_delivery_and_several_are_told_apart() {
    let count = |language, count: u32| {
        let values = [("count", count.into()), ("door", "Lobby".into())];
        on(Some(language), &[]).say("deliveries", &values)
    };
    assert_eq!(count(Language::En, 1), "1 delivery at Lobby");
    assert_eq!(count(Language::En, 3), "3 deliveries at Lobby");
    assert_eq!(count(Language::Es, 1), "1 entrega en Lobby");
    assert_eq!(count(Language::Es, 3), "3 entregas en Lobby");
}
