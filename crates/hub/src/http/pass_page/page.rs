//! The page's HTML.

use hub_api::{PassKind, PassUses};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use maud::{DOCTYPE, Markup, html};

use super::words::Words;
use crate::domain::{HubError, ShownPass};

pub(super) const STYLE: &str = "/pass/page.css";
pub(super) const SCRIPT: &str = "/pass/page.js";

/// The page of a pass that is open at the unix second `now`.
pub(super) fn of_pass(pass: &ShownPass, words: &Words, now: u64) -> Result<Markup, HubError> {
    let at = |second| moment(second, &pass.zone);
    let (from, until, now) = (at(pass.not_before)?, at(pass.not_after)?, at(now)?);
    let heading = match pass.kind {
        PassKind::Guest => words.for_guest,
        PassKind::Delivery => words.for_delivery,
    };
    let content = html! {
        header {
            p.building { (pass.building) }
            h1 { (heading) }
        }
        @if let Some(code) = &pass.code {
            section aria-labelledby="code-title" {
                h2 #code-title { (words.code) }
                p.code #code data-copy=(words.copy) data-copied=(words.copied) { (code.as_str()) }
                p {
                    (words.until) " " (time(&until, &now, words)) "."
                    " " span #left data-ends=(words.ends) {}
                }
                p {
                    @match pass.uses {
                        PassUses::Once => (words.once),
                        PassUses::Several => (words.several),
                    }
                }
            }
        } @else {
            section aria-labelledby="later-title" {
                h2 #later-title { (words.not_yet) }
                p {
                    (words.from) " " (time(&from, &now, words)) " "
                    (words.to) " " (time(&until, &now, words)) "."
                }
                p { (words.shown_then) }
            }
        }
        section aria-labelledby="doors-title" {
            h2 #doors-title { (words.doors) }
            ul { @for door in &pass.doors { li { (door) } } }
        }
        section aria-labelledby="how-title" {
            h2 #how-title { (words.how) }
            ol { @for step in words.steps { li { (step) } } }
            @if pass.kind == PassKind::Delivery { p { (words.leave_it) } }
        }
        footer { p { (words.zone) " " (pass.zone.iana_name().unwrap_or("UTC")) "." } }
    };
    let changes_at = if pass.code.is_some() { &until } else { &from };
    let changes_in = changes_at.timestamp().as_second() - now.timestamp().as_second();
    Ok(document(words, words.title, Some(changes_in), &content))
}

/// What everybody sees who has no link of an open pass.
pub(super) fn of_no_pass(words: &Words) -> Markup {
    let content = html! {
        h1 { (words.nothing) }
        p { (words.ask_again) }
    };
    document(words, words.nothing, None, &content)
}

/// What somebody sees who asked too often.
pub(super) fn of_too_many(words: &Words) -> Markup {
    let content = html! {
        h1 { (words.too_many) }
        p { (words.wait) }
    };
    document(words, words.too_many, None, &content)
}

/// A whole document, which shows something else after `changes_in` seconds.
fn document(words: &Words, title: &str, changes_in: Option<i64>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.lang) data-changes-in=[changes_in] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href=(STYLE);
                script src=(SCRIPT) defer {}
            }
            body { main { (content) } }
        }
    }
}

fn time(at: &Zoned, now: &Zoned, words: &Words) -> Markup {
    html! { time datetime=(at.timestamp()) { (words.moment(at, now)) } }
}

fn moment(second: u64, zone: &TimeZone) -> Result<Zoned, HubError> {
    let at = i64::try_from(second)
        .ok()
        .and_then(|at| Timestamp::from_second(at).ok());
    let at = at.ok_or_else(|| HubError::Internal(format!("{second} is no time")))?;
    Ok(at.to_zoned(zone.clone()))
}
