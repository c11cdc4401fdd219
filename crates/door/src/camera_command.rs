//! `vestibule-door camera`: what an installer finds out about a lens.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use clap::{Subcommand, ValueEnum};
use clip::Mount;
use door::{
    calibration::{Board, Position, calibrate},
    config::PRESETS,
};

#[derive(Subcommand)]
pub(crate) enum CameraCommand {
    /// Find how the lens sees, from pictures that the camera took of a chessboard, and print it for the
    /// configuration.
    ///
    /// Take 15 pictures or so in the size in which the camera films: the board whole in each, flat and
    /// still, near the edges and the corners too, and tilted. Needs Debian's python3-opencv, on any
    /// computer.
    Calibrate {
        /// The board's inner corners, where four squares meet.
        #[arg(long, value_name = "COLUMNSxROWS", default_value = "9x6")]
        board: Board,
        /// What the camera hangs on.
        #[arg(long, value_enum, default_value_t = MountedOn::Wall)]
        mount: MountedOn,
        /// How far the camera looks down from the horizon, in degrees: 0 straight ahead, 90 straight down.
        #[arg(long, value_name = "DEGREES", default_value_t = 0.0, value_parser = tilt)]
        tilt: f64,
        /// The pictures, as PNG or JPEG.
        #[arg(required = true)]
        pictures: Vec<PathBuf>,
    },
    /// List the lenses that have a name, for a camera that is not calibrated.
    Presets,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum MountedOn {
    /// It looks across.
    Wall,
    /// It looks down.
    Ceiling,
}

impl From<MountedOn> for Mount {
    fn from(mount: MountedOn) -> Self {
        match mount {
            MountedOn::Wall => Self::Wall,
            MountedOn::Ceiling => Self::Ceiling,
        }
    }
}

impl CameraCommand {
    pub(crate) fn execute(self) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        match self {
            Self::Calibrate {
                board,
                mount,
                tilt,
                pictures,
            } => {
                let position = Position {
                    mount: mount.into(),
                    tilt_deg: tilt,
                };
                write!(out, "{}", calibrate(board, position, &pictures)?)?;
            }
            Self::Presets => {
                for preset in &PRESETS {
                    writeln!(
                        out,
                        "lens = {:<14} # {}",
                        format!("{:?}", preset.name),
                        preset.about
                    )?;
                }
            }
        }
        Ok(())
    }
}

fn tilt(text: &str) -> Result<f64, String> {
    let degrees = text.parse().ok();
    let possible = degrees.filter(|degrees| (-90.0..=90.0).contains(degrees));
    possible.ok_or_else(|| "a tilt is a number of degrees from -90 to 90".to_owned())
}
