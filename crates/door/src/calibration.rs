//! Finds how the camera's lens sees, from pictures of a chessboard.
//!
//! OpenCV does it, in Debian's own Python: nothing of it is needed to run a door.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    process::Command,
    str::FromStr,
};

use clip::{Lens, Mount};
use serde::{Deserialize, Serialize};

/// Debian's own, which finds Debian's OpenCV.
const PYTHON: &str = "/usr/bin/python3";

const PROGRAM: &str = include_str!("calibration.py");

/// With fewer pictures the outer parts of the lens are guessed.
pub const FEWEST_PICTURES: usize = 8;

/// A chessboard, by its inner corners: where four squares meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Board {
    /// Inner corners along its longer side.
    pub columns: u8,
    /// Inner corners along its shorter side.
    pub rows: u8,
}

impl FromStr for Board {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sides = text.split_once('x').and_then(|(columns, rows)| {
            let (columns, rows) = (columns.parse().ok()?, rows.parse().ok()?);
            (columns >= 3 && rows >= 3).then_some(Self { columns, rows })
        });
        sides.ok_or_else(|| {
            "a board is given by its inner corners, where four squares meet, at least 3 each way: \
             9x6 for one of 10 by 7 squares"
                .to_owned()
        })
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.columns, self.rows)
    }
}

/// How a camera was put up.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// What it hangs on.
    pub mount: Mount,
    /// How far it looks down from the horizon.
    pub tilt_deg: f64,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// The lens.
    pub lens: Lens,
    /// The mean distance between a corner and where the lens should show it, in pixels.
    pub error_px: f64,
    /// How many pictures it is from.
    pub found: usize,
    /// Pictures in which no board was found, or one that does not fit the others.
    pub without: Vec<PathBuf>,
}

/// Why there is no calibration.
#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    /// The program that does it cannot be run.
    #[error("cannot run {PYTHON}: {0}. Install it with: apt install python3-opencv")]
    NoPython(io::Error),
    /// OpenCV is not there.
    #[error("OpenCV is not installed. Install it with: apt install python3-opencv")]
    NoOpencv,
    /// A file is no picture.
    #[error("{} cannot be read as a picture. Use PNG or JPEG files, as the camera takes them", .0.display())]
    Unreadable(PathBuf),
    /// Pictures of different sizes.
    #[error(
        "{} is {} by {} pixels and the pictures before it are {} by {}. Take all of them with the camera as it \
         films, in one size, and do not cut them", picture.display(), size.0, size.1, expected.0, expected.1
    )]
    Sizes {
        /// The picture that differs.
        picture: PathBuf,
        /// Its own size.
        size: (u16, u16),
        /// That of the others.
        expected: (u16, u16),
    },
    /// The board was not found once.
    #[error(
        "no picture shows a whole chessboard with {0} inner corners, where four squares meet. Count the corners and \
         give them with --board; leave a white border around the board, and light without glare"
    )]
    NoBoard(Board),
    /// The board was found too seldom.
    #[error(
        "only {found} pictures show the whole board, and {FEWEST_PICTURES} are needed. Take more: near the edges and \
         the corners of the picture too, and tilted"
    )]
    TooFew {
        /// How often it was found.
        found: usize,
    },
    /// No lens explains the pictures.
    #[error(
        "no lens explains the {found} pictures together. Take them anew with one camera whose lens nobody moves, the \
         board flat and still"
    )]
    Unsolvable {
        /// How often the board was found.
        found: usize,
    },
    /// The program failed in a way that it should not.
    #[error("the calibration failed: {0}")]
    Failed(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Problem(Problem),
    Solved(Solved),
}

#[derive(Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
enum Problem {
    NoOpencv,
    Unreadable {
        picture: PathBuf,
    },
    Sizes {
        picture: PathBuf,
        size: (u16, u16),
        expected: (u16, u16),
    },
    TooFew {
        found: usize,
    },
    Unsolvable {
        found: usize,
    },
}

#[derive(Deserialize)]
struct Solved {
    width: u16,
    height: u16,
    fx: f64,
    fy: f64,
    cx: f64,
    cy: f64,
    k: [f64; 4],
    max_theta_deg: f64,
    error_px: f64,
    found: usize,
    without: Vec<PathBuf>,
}

/// Calibrates a lens from pictures of `board`, at least [`FEWEST_PICTURES`] of which show it whole.
pub fn calibrate(
    board: Board,
    position: Position,
    pictures: &[PathBuf],
) -> Result<Calibration, CalibrationError> {
    let numbers = [board.columns.into(), board.rows.into(), FEWEST_PICTURES];
    let output = Command::new(PYTHON)
        .args(["-c", PROGRAM])
        .args(numbers.map(|number: usize| number.to_string()))
        .args(pictures)
        .output()
        .map_err(CalibrationError::NoPython)?;
    let answer = serde_json::from_slice(&output.stdout).map_err(|_| {
        let words = String::from_utf8_lossy(&output.stderr);
        CalibrationError::Failed(words.lines().last().unwrap_or_default().to_owned())
    })?;
    match answer {
        Answer::Solved(solved) => Ok(solved.at(position)),
        Answer::Problem(problem) => Err(problem.with(board)),
    }
}

impl Solved {
    fn at(self, Position { mount, tilt_deg }: Position) -> Calibration {
        let lens = Lens {
            width: self.width,
            height: self.height,
            fx: self.fx,
            fy: self.fy,
            cx: self.cx,
            cy: self.cy,
            k: self.k,
            mount,
            tilt_deg,
            max_theta_deg: self.max_theta_deg,
        };
        Calibration {
            lens,
            error_px: self.error_px,
            found: self.found,
            without: self.without,
        }
    }
}

impl Problem {
    fn with(self, board: Board) -> CalibrationError {
        match self {
            Self::NoOpencv => CalibrationError::NoOpencv,
            Self::Unreadable { picture } => CalibrationError::Unreadable(picture),
            Self::Sizes {
                picture,
                size,
                expected,
            } => CalibrationError::Sizes {
                picture,
                size,
                expected,
            },
            Self::TooFew { found: 0 } => CalibrationError::NoBoard(board),
            Self::TooFew { found } => CalibrationError::TooFew { found },
            Self::Unsolvable { found } => CalibrationError::Unsolvable { found },
        }
    }
}

/// The table for the configuration, under comments that say how good it is.
impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[derive(Serialize)]
        struct Configuration {
            camera: Camera,
        }
        #[derive(Serialize)]
        struct Camera {
            lens: Lens,
        }
        let (found, of) = (self.found, self.found + self.without.len());
        writeln!(f, "# From {found} of {of} pictures.")?;
        for picture in &self.without {
            writeln!(
                f,
                "# Left out {}: no board, or one that does not fit the others.",
                shown(picture)
            )?;
        }
        writeln!(f, "# Mean reprojection error: {:.2} pixels.", self.error_px)?;
        let camera = Camera { lens: self.lens };
        let table = toml::to_string(&Configuration { camera });
        write!(f, "{}", table.map_err(|_| fmt::Error)?)
    }
}

/// A file's name on one line.
fn shown(picture: &Path) -> String {
    picture.display().to_string().escape_debug().to_string()
}
