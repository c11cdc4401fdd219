//! What the program says outside its windows, in the language that the person chose or else the system's.

mod clock;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use tracing::error;
use unic_langid::LanguageIdentifier;
use unic_langid::subtags::Region;

pub use fluent_bundle::FluentValue as Value;

use crate::ui::Language;
use clock::Clock;

type Messages = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Messages> =
    LazyLock::new(|| read("en", include_str!("../../words/en.ftl")));

static SPANISH: LazyLock<Messages> =
    LazyLock::new(|| read("es", include_str!("../../words/es.ftl")));

/// The words of one language, with times as they are written in the person's region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    language: Language,
    clock: Clock,
}

impl Words {
    /// Those of the language that was chosen; with `None`, of the system's, or English where nobody translated it.
    #[must_use]
    pub fn of(chosen: Option<Language>) -> Self {
        let system: Vec<_> = sys_locale::get_locales().collect();
        Self::on(chosen, &system)
    }

    /// The same on a system with these locales, the one that is liked best first.
    fn on(chosen: Option<Language>, system: &[String]) -> Self {
        let locales = || {
            system
                .iter()
                .filter_map(|name| name.parse::<LanguageIdentifier>().ok())
        };
        let language = chosen
            .or_else(|| locales().find_map(|locale| translated(&locale)))
            .unwrap_or(Language::En);
        // As windows do: the person's own region for the language that is spoken.
        let own = locales().find(|locale| translated(locale) == Some(language));
        let region = own.and_then(|locale| locale.region);
        Self {
            language,
            clock: Clock::of(language, region.as_ref().map(Region::as_str)),
        }
    }

    /// The text of a message with what it names filled in.
    pub fn say(self, message: &str, values: &[(&'static str, Value<'_>)]) -> String {
        let messages = self.messages();
        let Some(pattern) = messages
            .get_message(message)
            .and_then(|found| found.value())
        else {
            // Tests see to it that every message is there.
            error!(name = message, "nobody wrote this message");
            return message.to_owned();
        };
        let values: FluentArgs<'_> = values.iter().cloned().collect();
        let mut errors = Vec::new();
        let text = messages.format_pattern(pattern, Some(&values), &mut errors);
        debug_assert!(errors.is_empty(), "{message}: {errors:?}");
        text.into_owned()
    }

    /// A time of day in this device's time zone, as in `14:32`.
    pub(crate) fn time_of_day(self, at_ms: u64) -> String {
        self.clock.write(&crate::clock::local(at_ms))
    }

    fn messages(self) -> &'static Messages {
        match self.language {
            Language::En => &ENGLISH,
            Language::Es => &SPANISH,
        }
    }
}

fn read(language: &str, source: &str) -> Messages {
    let language = language.parse().unwrap_or_default();
    let mut messages = FluentBundle::new_concurrent(vec![language]);
    // Both languages are written from left to right, and trays show the marks that isolate.
    messages.set_use_isolating(false);
    let parsed = FluentResource::try_new(source.to_owned());
    let resource = parsed.unwrap_or_else(|(resource, errors)| {
        error!(?errors, "messages cannot be read");
        resource
    });
    messages.add_resource_overriding(resource);
    messages
}

fn translated(locale: &LanguageIdentifier) -> Option<Language> {
    match locale.language.as_str() {
        "en" => Some(Language::En),
        "es" => Some(Language::Es),
        _ => None,
    }
}
