//! How the camera sees.

use std::fmt;

use clip::{Lens, Mount};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// The name of a nominal lens, or a calibrated one's own numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LensConfig {
    /// As the lens's box describes it.
    Nominal(&'static Preset),
    /// As `vestibule-door camera calibrate` found it.
    Calibrated(Lens),
}

/// A lens as it is sold: without distortion from `r = f * theta`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// What the configuration calls it.
    pub name: &'static str,
    /// Across the picture.
    pub field_of_view_deg: f64,
    /// What the camera hangs on.
    pub mount: Mount,
    /// How far it looks down from the horizon.
    pub tilt_deg: f64,
    /// One line about it.
    pub about: &'static str,
}

/// Every nominal lens.
pub const PRESETS: [Preset; 4] = [
    Preset {
        name: "wide-120",
        field_of_view_deg: 120.0,
        mount: Mount::Wall,
        tilt_deg: 0.0,
        about: "a wide-angle camera on a wall, looking straight ahead",
    },
    Preset {
        name: "wide-160",
        field_of_view_deg: 160.0,
        mount: Mount::Wall,
        tilt_deg: 0.0,
        about: "a doorbell camera beside the door, looking straight ahead",
    },
    Preset {
        name: "wide-180",
        field_of_view_deg: 180.0,
        mount: Mount::Wall,
        tilt_deg: 0.0,
        about: "a fisheye on a wall, looking straight ahead",
    },
    Preset {
        name: "ceiling-180",
        field_of_view_deg: 180.0,
        mount: Mount::Ceiling,
        tilt_deg: 90.0,
        about: "a fisheye on the ceiling, looking straight down",
    },
];

impl LensConfig {
    /// The lens of a camera whose picture has this size.
    pub fn of_picture(&self, width: u16, height: u16) -> Lens {
        match self {
            Self::Nominal(preset) => {
                let Preset {
                    field_of_view_deg,
                    mount,
                    tilt_deg,
                    ..
                } = **preset;
                Lens::equidistant((width, height), field_of_view_deg, mount, tilt_deg)
            }
            Self::Calibrated(lens) => *lens,
        }
    }
}

impl<'de> Deserialize<'de> for LensConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrTable)
    }
}

struct NameOrTable;

impl<'de> Visitor<'de> for NameOrTable {
    type Value = LensConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a lens, or a [camera.lens] table")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let preset = PRESETS.iter().find(|preset| preset.name == name);
        preset.map(LensConfig::Nominal).ok_or_else(|| {
            let names = PRESETS.map(|preset| preset.name).join(", ");
            E::custom(format!("no lens is called {name:?}; there are {names}"))
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Self::Value, A::Error> {
        let lens = Lens::deserialize(MapAccessDeserializer::new(table))?;
        lens.check().map_err(A::Error::custom)?;
        Ok(LensConfig::Calibrated(lens))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Camera {
        lens: LensConfig,
    }

    fn read(text: &str) -> Result<LensConfig, String> {
        let camera = toml::from_str::<Camera>(text);
        camera
            .map(|camera| camera.lens)
            .map_err(|error| error.message().to_owned())
    }

    const TABLE: &str = "[lens]\nwidth = 1920\nheight = 1080\nfx = 611.5\nfy = 611.0\ncx = 959.5\ncy = 540\n\
                         k = [0.01, -0.002, 0.0, 0.0]\nmount = \"ceiling\"\ntilt_deg = 90\nmax_theta_deg = 92.5\n";

    #[test]
    fn a_calibrated_lens_is_taken_as_it_stands() {
        let lens = read(TABLE).unwrap();
        let LensConfig::Calibrated(calibrated) = lens else {
            panic!("{lens:?}");
        };
        assert_eq!(
            (calibrated.fx, calibrated.cy, calibrated.k[1]),
            (611.5, 540.0, -0.002)
        );
        assert_eq!(
            lens.of_picture(640, 360),
            calibrated,
            "whatever the video's size"
        );
    }

    #[test]
    fn a_named_lens_fits_the_picture_that_the_camera_sends() {
        let lens = read("lens = \"ceiling-180\"").unwrap().of_picture(640, 480);
        assert_eq!(
            (lens.width, lens.height, lens.mount),
            (640, 480, Mount::Ceiling)
        );
        assert_eq!((lens.tilt_deg, lens.max_theta_deg), (90.0, 90.0));
        for preset in &PRESETS {
            assert_eq!(
                LensConfig::Nominal(preset).of_picture(64, 64).check(),
                Ok(()),
                "{preset:?}"
            );
        }
    }

    #[test]
    fn a_lens_that_is_not_known_or_cannot_be_is_refused_in_words() {
        insta::assert_snapshot!(read("lens = \"wide\"").unwrap_err(),
            @r#"no lens is called "wide"; there are wide-120, wide-160, wide-180, ceiling-180"#);
        let blind = TABLE.replace("fx = 611.5", "fx = 0.0");
        insta::assert_snapshot!(read(&blind).unwrap_err(), @"the lens is described by numbers that no lens has");
        let misspelt = TABLE.replace("tilt_deg", "tilt");
        assert!(
            read(&misspelt)
                .unwrap_err()
                .contains("unknown field `tilt`")
        );
    }
}
