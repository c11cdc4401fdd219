//! Runs a [`Site`] for a test in another language.
//!
//! `vestibule-site FOLDER [CAMERA]`: what looks at the main entrance instead of the test picture, as the
//! JSON of a [`CameraPlan`]; or `clock`, for a network camera of 1280 by 720 pixels and 30 pictures per
//! second that tell when they were taken.
//!
//! Prints one JSON line that describes the site, then answers each JSON line of standard input with
//! one of standard output, and ends with standard input.

use std::{
    io::{BufRead, Write, stdin, stdout},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use simulation::{
    Building, BuildingPlan, CameraPlan, Door, DoorPlan, NetworkCamera, Programs, Site,
};

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Request {
    /// A fresh invite for a device of the home building's resident.
    Invite,
    /// The courier stands at a door of the home building.
    CourierAt {
        door: String,
    },
    /// The courier stands at the other building's door.
    CourierElsewhere,
    /// What a strike of the home building did so far.
    Strike {
        door: String,
    },
    /// Somebody or something does this at a door of the home building.
    Play {
        door: String,
        #[serde(flatten)]
        act: Act,
    },
    /// The home building's audit log.
    Audit,
    /// The home building's manager runs a command of the hub.
    Manage {
        command: Vec<String>,
    },
    StopHub,
    ResumeHub,
    StopDoor {
        door: String,
    },
    StartDoor {
        door: String,
    },
}

/// What is done to a door's contact, button and keypad.
#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
enum Act {
    Open,
    Close,
    PressExit,
    TypeCode { code: String },
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next();
    let folder = PathBuf::from(folder.context("usage: vestibule-site FOLDER [CAMERA]")?);
    std::fs::create_dir_all(&folder)?;
    let mut home = BuildingPlan::elm_street().with_garage();
    let entrance = home.doors.first_mut().context("a building has a door")?;
    // A camera with a clock films until the end.
    let _clock = match arguments.next().as_deref() {
        None => None,
        Some("clock") => Some(watch_by_clock(entrance, &folder)?),
        Some(plan) => {
            entrance.camera = Some(serde_json::from_str(plan)?);
            None
        }
    };
    let programs = Programs::beside_this_executable()?;
    let mut site = Site::start_with(&programs, &folder, home, BuildingPlan::oak_court())?;
    print(&json!({ "folder": folder, "home": describe(&site.home) }))?;
    for line in stdin().lock().lines() {
        let answer = serde_json::from_str(&line?)
            .map_err(anyhow::Error::from)
            .and_then(|request| answer(&mut site, request));
        print(&match answer {
            Ok(value) => json!({ "ok": value }),
            Err(error) => json!({ "error": format!("{error:#}") }),
        })?;
    }
    Ok(())
}

fn watch_by_clock(door: &mut DoorPlan, folder: &Path) -> Result<NetworkCamera> {
    let (size, fps) = ((1280, 720), 30);
    let camera = NetworkCamera::with_clock(folder, size, fps)?;
    door.camera = Some(CameraPlan::network(&camera, size, fps));
    Ok(camera)
}

fn answer(site: &mut Site, request: Request) -> Result<Value> {
    let done = |()| Value::Null;
    match request {
        Request::Invite => Ok(site.home.resident_invite(&site.hub)?.into()),
        Request::CourierAt { door } => Ok(json!(site.courier_at(&door)?)),
        Request::CourierElsewhere => Ok(json!(site.courier_elsewhere()?)),
        Request::Strike { door } => {
            let moves = site.home.door(&door)?.strike_moves();
            Ok(serde_json::to_value(moves)?)
        }
        Request::Play { door, act } => play(site.home.door(&door)?, &act).map(done),
        Request::Audit => Ok(site.audit()?.into()),
        Request::Manage { command } => {
            let command: Vec<_> = command.iter().map(String::as_str).collect();
            site.manage(&command)
        }
        Request::StopHub => site.hub.stop().map(done),
        Request::ResumeHub => site.hub.resume().map(done),
        Request::StopDoor { door } => site.home.door_mut(&door)?.stop().map(done),
        Request::StartDoor { door } => site.home.door_mut(&door)?.start().map(done),
    }
}

fn play(door: &Door, act: &Act) -> Result<()> {
    match act {
        Act::Open => door.open(),
        Act::Close => door.close(),
        Act::PressExit => door.press_exit(),
        Act::TypeCode { code } => door.type_code(code),
    }
}

fn describe(building: &Building) -> Value {
    let doors = building.doors.iter();
    json!({
        "id": building.id,
        "name": building.plan.name,
        "resident": building.plan.resident,
        "carrier": building.carrier.name,
        "doors": doors.map(|door| json!({
            "id": door.id, "name": door.plan.name, "unit": door.plan.unit,
        })).collect::<Vec<_>>(),
    })
}

fn print(value: &Value) -> Result<()> {
    let mut out = stdout();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}
