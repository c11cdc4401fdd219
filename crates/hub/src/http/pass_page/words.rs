//! The page's words, in English and Spanish.

use jiff::Zoned;

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Spanish,
}

impl Language {
    /// The first that a browser's `Accept-Language` asks for (RFC 9110, section 12.5.4); English when it asks for neither.
    pub(super) fn accepted(header: Option<&str>) -> Self {
        let liked = accept_language::parse(header.unwrap_or_default());
        let known = liked.iter().find_map(|tag| match tag.split('-').next() {
            Some("en") => Some(Self::English),
            Some("es") => Some(Self::Spanish),
            _ => None,
        });
        known.unwrap_or(Self::English)
    }

    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Spanish => &SPANISH,
        }
    }
}

/// Everything that the page says.
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) title: &'static str,
    pub(super) for_guest: &'static str,
    pub(super) for_delivery: &'static str,
    pub(super) code: &'static str,
    pub(super) copy: &'static str,
    pub(super) copied: &'static str,
    pub(super) until: &'static str,
    pub(super) ends: &'static str,
    pub(super) once: &'static str,
    pub(super) several: &'static str,
    pub(super) not_yet: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) shown_then: &'static str,
    pub(super) doors: &'static str,
    pub(super) how: &'static str,
    pub(super) steps: [&'static str; 4],
    pub(super) leave_it: &'static str,
    pub(super) zone: &'static str,
    pub(super) nothing: &'static str,
    pub(super) ask_again: &'static str,
    pub(super) too_many: &'static str,
    pub(super) wait: &'static str,
    today: &'static str,
    tomorrow: &'static str,
    /// Monday first.
    days: [&'static str; 7],
    months: [&'static str; 12],
    /// What stands between a day's number and its month.
    of: &'static str,
}

impl Words {
    /// A moment as it is said: `today, 18:00`, `Friday 27 November, 18:00`.
    pub(super) fn moment(&self, at: &Zoned, now: &Zoned) -> String {
        let day = if at.date() == now.date() {
            self.today.to_owned()
        } else if now.date().tomorrow().is_ok_and(|next| next == at.date()) {
            self.tomorrow.to_owned()
        } else {
            self.day(at)
        };
        format!("{day}, {:02}:{:02}", at.hour(), at.minute())
    }

    fn day(&self, at: &Zoned) -> String {
        let weekday = nth(&self.days, at.weekday().to_monday_zero_offset());
        let month = nth(&self.months, at.month() - 1);
        format!("{weekday} {}{}{month}", at.day(), self.of)
    }
}

fn nth(names: &[&'static str], index: i8) -> &'static str {
    let index = usize::try_from(index).ok();
    index
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
}

static ENGLISH: Words = Words {
    lang: "en",
    title: "Your pass",
    for_guest: "You are invited",
    for_delivery: "Delivery",
    code: "Your code",
    copy: "Copy the code",
    copied: "Copied",
    until: "It opens until",
    ends: "It ends",
    once: "It opens once.",
    several: "It opens as often as you need.",
    not_yet: "Not yet",
    from: "Your code opens from",
    to: "to",
    shown_then: "It is shown on this page by then.",
    doors: "Where it opens",
    how: "At the door",
    steps: [
        "Type the code on the keypad.",
        "Press # or Enter.",
        "The door is free for a few seconds: open it at once.",
        "A wrong digit? Press * and begin again.",
    ],
    leave_it: "Leave the parcel inside, and let the door fall shut behind you.",
    zone: "All times are those of the building:",
    nothing: "There is nothing here",
    ask_again: "This link shows no pass: it has ended, or is not whole. Ask whoever sent it to you.",
    too_many: "Too many tries",
    wait: "Many links were tried from where you are. Wait a minute, then open yours again.",
    today: "today",
    tomorrow: "tomorrow",
    days: [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    of: " ",
};

static SPANISH: Words = Words {
    lang: "es",
    title: "Tu pase",
    for_guest: "Te han invitado",
    for_delivery: "Entrega",
    code: "Tu código",
    copy: "Copiar el código",
    copied: "Copiado",
    until: "Abre hasta",
    ends: "Termina",
    once: "Abre una sola vez.",
    several: "Abre tantas veces como haga falta.",
    not_yet: "Todavía no",
    from: "Tu código abre desde",
    to: "hasta",
    shown_then: "Para entonces se verá en esta página.",
    doors: "Dónde abre",
    how: "En la puerta",
    steps: [
        "Escribe el código en el teclado.",
        "Pulsa # o Intro.",
        "La puerta queda libre unos segundos: ábrela enseguida.",
        "¿Una cifra equivocada? Pulsa * y empieza de nuevo.",
    ],
    leave_it: "Deja el paquete dentro y deja que la puerta se cierre al salir.",
    zone: "Todas las horas son las del edificio:",
    nothing: "Aquí no hay nada",
    ask_again: "Este enlace no muestra ningún pase: ha terminado o no está completo. Pregunta a quien te lo envió.",
    too_many: "Demasiados intentos",
    wait: "Desde donde estás se han probado muchos enlaces. Espera un minuto y vuelve a abrir el tuyo.",
    today: "hoy",
    tomorrow: "mañana",
    days: [
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ],
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    of: " de ",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    #[test]
    fn a_browser_gets_the_language_that_it_likes_best_of_the_two() {
        let of = |header| Language::accepted(Some(header));
        assert_eq!(of("es-MX,es;q=0.9,en;q=0.8"), Language::Spanish);
        assert_eq!(of("es-419"), Language::Spanish);
        assert_eq!(of("en;q=0.4, es;q=0.7"), Language::Spanish);
        assert_eq!(of("de-DE,de;q=0.9,en-GB;q=0.5"), Language::English);
        for neither in ["de", "", "*", ";;q=,"] {
            assert_eq!(of(neither), Language::English, "{neither}");
        }
        assert_eq!(Language::accepted(None), Language::English);
    }

    #[test]
    fn a_moment_is_said_as_people_say_it_in_the_buildings_time() {
        let now = at("2026-11-30T23:30[Europe/Madrid]");
        let moments = [
            "2026-11-30T23:59:59[Europe/Madrid]",
            "2026-12-01T00:10[Europe/Madrid]",
            "2026-12-04T18:05[Europe/Madrid]",
        ];
        let told = |words: &Words| moments.map(|moment| words.moment(&at(moment), &now));
        let english = [
            "today, 23:59",
            "tomorrow, 00:10",
            "Friday 4 December, 18:05",
        ];
        assert_eq!(told(&ENGLISH), english);
        let spanish = [
            "hoy, 23:59",
            "mañana, 00:10",
            "viernes 4 de diciembre, 18:05",
        ];
        assert_eq!(told(&SPANISH), spanish);
    }
}
