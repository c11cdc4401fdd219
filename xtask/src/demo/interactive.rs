//! The building with the app's window open, and the terminal's keys as the courier.

use std::{
    fs::File,
    io::{BufRead, stdin},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use simulation::{CourierAnswer, Programs, Site};

use crate::{
    repo, say,
    shell::{command, read},
};

const ENTRANCE: &str = "Main entrance";

/// Who comes with a code.
const GUEST: &str = "Ines Falk";

const KEYS: &str = "
Type a letter and Enter:
  c  the courier opens the main entrance     p  the courier opens the package room
  a  the courier tries the apartment         o  the courier tries another building
  n  a guest types a new code at the keypad  f  force the main entrance open, or shut it
  k  start or stop a lockdown for visitors   t  let couriers in on other days only, or always
  h  stop or start the hub                   l  show the audit log
  q  end
";

/// Starts the building, opens the app already enrolled, and obeys the keys until the person ends it.
pub(super) fn play(folder: &Path) -> Result<()> {
    say::stage("one hub, four doors, two cameras, a resident, a driver");
    // What an earlier demo left would be another building's.
    let _ = std::fs::remove_dir_all(folder);
    let mut site = Site::start(&Programs::in_folder(repo::programs()), &folder.join("site"))?;
    let mut app = open_app(&site, &folder.join("app"))?;
    say::line(KEYS);
    let mut hub_runs = true;
    let mut ruled = Ruled::default();
    let mut stands_open = false;
    for line in stdin().lock().lines() {
        let said = match line?.trim() {
            "c" => at_door(&site, ENTRANCE),
            "p" => at_door(&site, "Package room"),
            "a" => at_door(&site, "Apartment 3B"),
            "o" => site
                .courier_elsewhere()
                .map(|answer| told("3 Oak Court", &answer)),
            "n" => type_new_code(&site),
            "f" => switch_leaf(&site, &mut stands_open),
            "k" => switch_lockdown(&site, &mut ruled),
            "t" => switch_hours(&site, &mut ruled),
            "h" => switch_hub(&mut site, &mut hub_runs),
            "l" => log(&site),
            "q" => break,
            _ => Ok(KEYS.to_owned()),
        };
        say::line(&said.unwrap_or_else(|error| format!("that did not work: {error:#}")));
    }
    // The person may have closed the app already.
    let _ = app.kill();
    app.wait()?;
    Ok(())
}

fn open_app(site: &Site, data: &Path) -> Result<Child> {
    let invite = site.home.resident_invite(&site.hub)?;
    let program = repo::programs().join("vestibule");
    let mut enrol = command(&program, &["enrol", &invite, "--keys", "file"]);
    say::line(read(enrol.env("VESTIBULE_DATA_DIR", data))?.trim());
    Command::new(program)
        .env("VESTIBULE_DATA_DIR", data)
        .stdout(Stdio::null())
        .stderr(File::create(repo::target().join("demo.log"))?)
        .spawn()
        .context("the app cannot be started")
}

fn at_door(site: &Site, door: &str) -> Result<String> {
    Ok(told(door, &site.courier_at(door)?))
}

fn told(door: &str, answer: &CourierAnswer) -> String {
    match answer {
        CourierAnswer::Unlocked { unlock_s, seq } => {
            format!("{door}: unlocked for {unlock_s} s, record {seq}")
        }
        CourierAnswer::Denied { reason } => format!("{door}: stays shut, {reason}"),
    }
}

/// The manager makes a code, and a guest types it at the main entrance.
fn type_new_code(site: &Site) -> Result<String> {
    let entrance = site.home.door(ENTRANCE)?;
    let command = [
        "code", "add", "--name", GUEST, "--class", "guest", "--once", "--door",
    ];
    let made = site.manage(&[&command[..], &[entrance.id.as_str()]].concat())?;
    let code = made["code"].as_str().context("the hub told no code")?;
    // The door takes the code up within a second.
    thread::sleep(Duration::from_secs(2));
    let seen = entrance.strike_moves().len();
    entrance.type_code(code)?;
    Ok(match entrance.wait_for_unlock(seen) {
        Ok(_) => format!("{GUEST} typed {code}: {ENTRANCE} is unlocked"),
        Err(_) => format!("{GUEST} typed {code}: {ENTRANCE} stays shut, see the log"),
    })
}

fn switch_leaf(site: &Site, stands_open: &mut bool) -> Result<String> {
    let entrance = site.home.door(ENTRANCE)?;
    if *stands_open {
        entrance.close()?;
    } else {
        entrance.open()?;
    }
    *stands_open = !*stands_open;
    Ok(if *stands_open {
        "the main entrance stands open; unless somebody was let in just now, it was forced"
    } else {
        "the main entrance is shut again"
    }
    .to_owned())
}

fn switch_hub(site: &mut Site, runs: &mut bool) -> Result<String> {
    if *runs {
        site.hub.stop()?;
    } else {
        site.hub.resume()?;
    }
    *runs = !*runs;
    Ok(if *runs {
        "the hub runs again"
    } else {
        "the hub is stopped; try the doors"
    }
    .to_owned())
}

/// What the manager has ruled.
#[derive(Debug, Default)]
struct Ruled {
    lockdown: bool,
    hours: bool,
}

fn switch_lockdown(site: &Site, ruled: &mut Ruled) -> Result<String> {
    let verb = if ruled.lockdown { "stop" } else { "start" };
    site.manage(&["lockdown", verb, "--door", "all"])?;
    ruled.lockdown = !ruled.lockdown;
    Ok(if ruled.lockdown {
        "all doors are closed to visitors; the app says so, the courier stays outside"
    } else {
        "the lockdown is over"
    }
    .to_owned())
}

fn switch_hours(site: &Site, ruled: &mut Ruled) -> Result<String> {
    if ruled.hours {
        site.manage(&["door", "hours", "clear", ENTRANCE])?;
    } else {
        let days = other_days()?;
        let command = ["door", "hours", "set", ENTRANCE, "--class", "courier"];
        let whole_days = ["--days", &days, "--from", "00:00", "--to", "24:00"];
        site.manage(&[&command[..], &whole_days].concat())?;
    }
    ruled.hours = !ruled.hours;
    Ok(if ruled.hours {
        "couriers may pass the main entrance on other days only"
    } else {
        "couriers may pass the main entrance at all times"
    }
    .to_owned())
}

/// Days of the week of which none is today, in any time zone.
fn other_days() -> Result<String> {
    // The first unix day was a Thursday.
    let mut names = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
    let today = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / (24 * 3600) % 7;
    names.rotate_left(usize::try_from(today)?);
    Ok(names[2..6].join(","))
}

fn log(site: &Site) -> Result<String> {
    let records = site.audit()?;
    let last = records.iter().rev().take(12).rev();
    let told = last.map(|record| {
        let [at, door, what] = ["at", "door_name", "what"].map(|part| record[part].as_str());
        let [at, door, what] = [at, door, what].map(Option::unwrap_or_default);
        format!("{at}  {door:<14}  {what}")
    });
    Ok(told.collect::<Vec<_>>().join("\n"))
}
