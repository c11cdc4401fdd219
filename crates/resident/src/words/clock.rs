use jiff::Zoned;

use crate::ui::Language;

/// Where English is spoken with 24 hours, says CLDR; elsewhere it has 12.
const ENGLISH_24_HOURS: &[&str] = &[
    "AT", "BE", "BI", "BW", "BZ", "CC", "CH", "CK", "CM", "CX", "CZ", "DE", "DG", "DK", "EE", "ES",
    "FI", "FK", "FR", "GB", "GG", "GI", "GS", "HU", "ID", "IE", "IL", "IM", "IO", "IT", "JE", "KE",
    "LT", "LV", "MG", "MS", "MT", "MU", "MV", "NF", "NL", "NO", "NR", "NU", "PL", "PN", "PT", "RO",
    "RW", "SC", "SE", "SH", "SI", "SK", "SX", "TK", "TV", "TZ", "UA", "UG", "ZA", "ZW",
];

/// Where Spanish is spoken with 12 hours, says CLDR; elsewhere it has 24.
const SPANISH_12_HOURS: &[&str] = &[
    "AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "GT", "HN", "MX", "NI", "PA", "PE", "PH", "PR",
    "PY", "SV", "US", "UY", "VE",
];

/// How times of day are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// As in `8:05`.
    Hours24,
    /// As in `8:05 PM`.
    Pm,
    /// As in `8:05 p. m.`, with spaces that do not break.
    PuntoM,
}

impl Clock {
    /// As the region writes them; without one, as most who speak the language do.
    pub(super) fn of(language: Language, region: Option<&str>) -> Self {
        let is_among = |regions: &[&str]| region.is_some_and(|region| regions.contains(&region));
        match language {
            Language::En if !is_among(ENGLISH_24_HOURS) => Self::Pm,
            Language::Es if is_among(SPANISH_12_HOURS) => Self::PuntoM,
            Language::En | Language::Es => Self::Hours24,
        }
    }

    pub(super) fn write(self, at: &Zoned) -> String {
        let is_morning = at.hour() < 12;
        let half = match self {
            Self::Hours24 => return at.strftime("%-H:%M").to_string(),
            Self::Pm if is_morning => " AM",
            Self::Pm => " PM",
            Self::PuntoM if is_morning => "\u{a0}a.\u{a0}m.",
            Self::PuntoM => "\u{a0}p.\u{a0}m.",
        };
        format!("{}{half}", at.strftime("%-I:%M"))
    }
}
