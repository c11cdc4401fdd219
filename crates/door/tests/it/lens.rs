//! `vestibule-door camera`, against boards that were seen through a lens that is known.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use clip::Lens;
use serde::Deserialize;
use tempfile::TempDir;

use crate::program::program;

/// A lens of 178 degrees across.
const FOCAL_LENGTH: [f64; 2] = [205.4, 204.9];
const MIDDLE: [f64; 2] = [318.2, 241.7];
const K: [f64; 4] = [-0.012, 0.004, -0.0021, 0.0003];
const SIZE: [u16; 2] = [640, 480];

/// The ground truth and what was found may differ so much anywhere up to 85 degrees from the axis, in pixels.
const TOLERANCE_PX: f64 = 0.5;

#[derive(Deserialize)]
struct Configuration {
    camera: Camera,
}

#[derive(Deserialize)]
struct Camera {
    lens: Lens,
}

fn boards(count: u8) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/boards.py");
    let lens = [FOCAL_LENGTH, MIDDLE].into_iter().flatten().chain(K);
    let rendered = Command::new("/usr/bin/python3")
        .arg(script)
        .arg(folder.path())
        .arg(count.to_string())
        .args(SIZE.map(|length| length.to_string()))
        .args(lens.map(|number| number.to_string()))
        .status()
        .unwrap();
    assert!(rendered.success());
    let board = |number| folder.path().join(format!("board-{number:02}.png"));
    let pictures = (0..count).map(board).collect();
    (folder, pictures)
}

fn calibrate(arguments: &[&str], pictures: &[PathBuf]) -> Result<String, String> {
    let Output {
        status,
        stdout,
        stderr,
    } = program()
        .args(["camera", "calibrate"])
        .args(arguments)
        .args(pictures)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if status.success() {
        Ok(text(stdout))
    } else {
        Err(text(stderr))
    }
}

/// Where a direction is seen, by the definition of the model.
fn seen([fx, fy]: [f64; 2], [cx, cy]: [f64; 2], k: [f64; 4], theta: f64, phi: f64) -> [f64; 2] {
    let squared = theta * theta;
    let growth = k
        .iter()
        .rev()
        .fold(0.0, |sum, number| (sum + number) * squared);
    let theta_d = theta * (1.0 + growth);
    [fx * theta_d * phi.cos() + cx, fy * theta_d * phi.sin() + cy]
}

#[test]
fn a_calibration_finds_the_lens_through_which_the_boards_were_seen() {
    let (_folder, pictures) = boards(14);
    let printed = calibrate(&["--mount", "ceiling", "--tilt", "90"], &pictures).unwrap();
    let Configuration { camera } = toml::from_str(&printed).unwrap();
    let lens = camera.lens;
    assert_eq!([lens.width, lens.height], SIZE);
    assert_eq!((lens.mount, lens.tilt_deg), (clip::Mount::Ceiling, 90.0));
    for theta in (0..=85)
        .step_by(5)
        .map(|degrees| f64::from(degrees).to_radians())
    {
        for phi in [0.3_f64, 1.7, 3.1, 4.9] {
            let truth = seen(FOCAL_LENGTH, MIDDLE, K, theta, phi);
            let found = seen([lens.fx, lens.fy], [lens.cx, lens.cy], lens.k, theta, phi);
            let off = (truth[0] - found[0]).hypot(truth[1] - found[1]);
            assert!(off <= TOLERANCE_PX, "{off} px at {theta}: {lens:?}");
        }
    }
    let error = printed
        .lines()
        .find_map(|line| line.strip_prefix("# Mean reprojection error: "));
    let error: f64 = error.unwrap().trim_end_matches(" pixels.").parse().unwrap();
    assert!(error < 0.2, "{error} px");
    assert!(
        (100.0..=130.0).contains(&lens.max_theta_deg),
        "{}",
        lens.max_theta_deg
    );
}

#[test]
fn a_calibration_that_cannot_be_says_what_to_do() {
    let (folder, pictures) = boards(3);
    insta::assert_snapshot!("too_few_pictures", calibrate(&[], &pictures).unwrap_err());
    insta::assert_snapshot!(
        "no_such_board",
        calibrate(&["--board", "7x7"], &pictures).unwrap_err()
    );
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no picture").unwrap();
    let unreadable = calibrate(&[], &[text]).unwrap_err();
    assert!(
        unreadable.contains("notes.txt cannot be read as a picture"),
        "{unreadable}"
    );
    let wrong = calibrate(&["--board", "9"], &pictures).unwrap_err();
    assert!(wrong.contains("9x6 for one of 10 by 7 squares"), "{wrong}");
    let tilted = calibrate(&["--tilt", "91"], &pictures).unwrap_err();
    assert!(tilted.contains("from -90 to 90"), "{tilted}");
}

#[test]
fn pictures_of_another_size_are_refused_by_name() {
    let (folder, mut pictures) = boards(2);
    let smaller = folder.path().join("smaller.png");
    let resized = Command::new("/usr/bin/python3")
        .args([
            "-c",
            "import cv2, sys; cv2.imwrite(sys.argv[2], cv2.imread(sys.argv[1])[:240])",
        ])
        .args([&pictures[0], &smaller])
        .status()
        .unwrap();
    assert!(resized.success());
    pictures.push(smaller);
    let refused = calibrate(&[], &pictures).unwrap_err();
    assert!(
        refused
            .contains("smaller.png is 640 by 240 pixels and the pictures before it are 640 by 480"),
        "{refused}"
    );
}

#[test]
fn the_lenses_that_have_a_name_are_listed() {
    let listed = program().args(["camera", "presets"]).output().unwrap();
    insta::assert_snapshot!("presets", String::from_utf8(listed.stdout).unwrap());
}
