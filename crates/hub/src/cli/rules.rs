//! Hours, lockdown, time zone, how long a door may stand open, and who must be filmed.

use access::{BundleDoor, DoorKind, HolderClass, Hours, Lockdown, Unfilmed};
use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::arguments::{
    DoorRules, HoursCommand, HoursOfClass, InBuilding, LockdownCommand, OneDoor, Where,
};
use super::resolve::ids;
use super::{Admin, Output, times};
use crate::store::Door;

/// How and when a change reaches doors.
pub(super) const HEARD: &str =
    "Doors that are online know within a second, others with their next bundle.";

pub(super) async fn time_zone(
    admin: &Admin,
    wanted: &InBuilding,
    name: &str,
    output: Output,
) -> Result<()> {
    let building = admin.building(wanted).await?;
    let (zone, name) = times::time_zone(name)?;
    admin.hub.store.set_time_zone(building.id, &name).await?;
    let told = json!({ "id": building.id, "time_zone": name });
    output.answer(&told, || {
        let now = times::told(admin.hub.clock.now_s(), &zone);
        format!(
            "{} keeps the time of {name}, where it is {now}.",
            building.name
        )
    })
}

pub(super) async fn set(
    admin: &Admin,
    wanted: &OneDoor,
    rules: &DoorRules,
    output: Output,
) -> Result<()> {
    let door = admin.door(&wanted.building, &wanted.door).await?;
    let held_open_s = rules.held_open_s;
    let unfilmed = rules.unfilmed.map(Unfilmed::from);
    if unfilmed.is_some() && door.kind == DoorKind::Unit {
        bail!(
            "'{}' leads into a unit: couriers never open it, filmed or not. Set this for common doors.",
            door.name
        );
    }
    let package_room = rules.package_room.map(bool::from);
    if package_room == Some(true) {
        may_be_package_room(&door.name, door.kind)?;
    }
    if let Some(held_open_s) = held_open_s {
        admin.hub.store.set_held_open(door.id, held_open_s).await?;
    }
    if let Some(unfilmed) = unfilmed {
        admin.hub.store.set_unfilmed(door.id, unfilmed).await?;
    }
    if let Some(package_room) = package_room {
        let hub = &admin.hub;
        hub.set_package_room(door.building, door.id, package_room)
            .await?;
    }
    let told = json!({
        "id": door.id, "held_open_s": held_open_s, "unfilmed": unfilmed,
        "package_room": package_room,
    });
    output.answer(&told, || {
        let held_open = held_open_s.map(|held_open_s| {
            format!(
                "{} may stand open for {held_open_s} s before that is reported.",
                door.name
            )
        });
        let unfilmed = unfilmed.map(|unfilmed| unfilmed_in_words(&door, unfilmed));
        let mut said: Vec<_> = held_open.into_iter().chain(unfilmed).collect();
        if !said.is_empty() {
            said.push(HEARD.to_owned());
        }
        said.extend(package_room.map(|it| package_room_in_words(&door.name, it)));
        said.join(" ")
    })
}

/// Deliveries are left for everybody: a door of one unit leads into no package room.
pub(super) fn may_be_package_room(name: &str, kind: DoorKind) -> Result<()> {
    if kind == DoorKind::Unit {
        bail!(
            "'{name}' leads into a unit: couriers never open it. A package room has a common door."
        );
    }
    Ok(())
}

fn package_room_in_words(name: &str, package_room: bool) -> String {
    if package_room {
        format!(
            "{name} leads into the package room: residents are told that deliveries are left there."
        )
    } else {
        format!("{name} leads into no package room.")
    }
}

fn unfilmed_in_words(door: &Door, unfilmed: Unfilmed) -> String {
    let name = &door.name;
    match (unfilmed, door.camera) {
        (Unfilmed::Flag, _) => format!(
            "{name} lets couriers in although its camera is not recording; such an entry is marked as \
             unfilmed."
        ),
        (Unfilmed::Refuse, true) => {
            format!("{name} lets couriers in only while its camera is recording.")
        }
        (Unfilmed::Refuse, false) => format!(
            "{name} lets couriers in only while its camera is recording. It has not told of a camera: \
             without one, no courier gets in."
        ),
    }
}

pub(super) async fn hours(admin: &Admin, command: HoursCommand, output: Output) -> Result<()> {
    match command {
        HoursCommand::Set(wanted) => {
            let (door, hours) = asked(admin, &wanted).await?;
            keep_hours(admin, &door, &[hours], output).await
        }
        HoursCommand::Add(wanted) => {
            let (door, hours) = asked(admin, &wanted).await?;
            let class = hours.class;
            let mut all = door.rules.hours.clone();
            all.retain(|it| it.class == class && *it != hours);
            all.push(hours);
            keep_hours(admin, &door, &all, output).await
        }
        HoursCommand::Clear { door, class } => {
            let door = admin.door(&door.building, &door.door).await?;
            let class = class.map(HolderClass::from);
            admin.hub.store.replace_hours(door.id, class, &[]).await?;
            let whom = class.map_or("Everybody", plural);
            output.answer(&json!({ "id": door.id, "class": class }), || {
                format!("{whom} may pass {} at all hours. {HEARD}", door.name)
            })
        }
        HoursCommand::List { building, door } => list_hours(admin, &building, door, output).await,
    }
}

/// The hours that are asked for, if they make sense at that door.
async fn asked(admin: &Admin, wanted: &HoursOfClass) -> Result<(Door, Hours)> {
    let door = admin.door(&wanted.door.building, &wanted.door.door).await?;
    let class = HolderClass::from(wanted.class);
    match (door.kind, class) {
        (DoorKind::Unit, HolderClass::Courier) => bail!(
            "'{}' leads into a unit: couriers never open it, at no hour. Set hours for common doors.",
            door.name
        ),
        (DoorKind::Unit, HolderClass::Resident) => bail!(
            "'{}' leads into a unit: who lives there may always go home. Set hours for guests or staff.",
            door.name
        ),
        _ => {}
    }
    let (from_min, to_min) = (wanted.from.0, wanted.to.0);
    if from_min == to_min || to_min == 0 {
        bail!(
            "hours that end when they begin never let anybody in: for whole days write --from 00:00 \
             --to 24:00; to keep people out, see `lockdown start`"
        );
    }
    let days = wanted.days.0;
    Ok((
        door,
        Hours {
            class,
            days,
            from_min,
            to_min,
        },
    ))
}

/// Replaces a class's hours, which are all in `hours`.
async fn keep_hours(admin: &Admin, door: &Door, hours: &[Hours], output: Output) -> Result<()> {
    let class = hours.first().map(|it| it.class);
    let others = door.rules.hours.iter().filter(|it| Some(it.class) != class);
    if others.count() + hours.len() > BundleDoor::MAX_HOURS {
        bail!(
            "'{}' would have more than {} hours, which is all that a door reads: clear some first with \
             `door hours clear`",
            door.name,
            BundleDoor::MAX_HOURS
        );
    }
    admin.hub.store.replace_hours(door.id, class, hours).await?;
    let zone = admin.hub.building(door.building).await?.time_zone;
    let told = json!({ "id": door.id, "hours": hours, "time_zone": zone });
    output.answer(&told, || {
        let whom = class.map_or("", plural);
        let words: Vec<_> = hours.iter().copied().map(times::in_words).collect();
        let words = words.join(" and ");
        format!(
            "{whom} may pass {} {words}, {zone} time. {HEARD}",
            door.name
        )
    })
}

async fn list_hours(
    admin: &Admin,
    wanted: &InBuilding,
    door: Option<String>,
    output: Output,
) -> Result<()> {
    let doors = match door {
        Some(door) => vec![admin.door(wanted, &door).await?],
        None => doors_of(admin, wanted).await?,
    };
    let row = |door: &Door, it: &Hours| {
        json!({
            "door": door.id, "name": door.name, "class": it.class, "hours": times::in_words(*it),
            "days": times::days_in_words(it.days), "from_min": it.from_min, "to_min": it.to_min,
        })
    };
    let rows: Vec<Value> = doors
        .iter()
        .flat_map(|door| door.rules.hours.iter().map(|it| row(door, it)))
        .collect();
    let empty = "No door has hours: whoever may pass, may at all times. Set some: door hours set";
    output.table(&["name", "class", "hours"], &rows, empty)
}

pub(super) async fn lockdown(
    admin: &Admin,
    command: LockdownCommand,
    output: Output,
) -> Result<()> {
    match command {
        LockdownCommand::Start { at, level } => {
            set_lockdown(admin, &at, level.into(), output).await
        }
        LockdownCommand::Stop { at } => set_lockdown(admin, &at, Lockdown::Off, output).await,
        LockdownCommand::Show(wanted) => {
            let row = |door: &Door| {
                let lockdown = door.rules.lockdown;
                json!({ "id": door.id, "name": door.name, "lockdown": lockdown })
            };
            let rows: Vec<_> = doors_of(admin, &wanted).await?.iter().map(row).collect();
            output.table(
                &["name", "lockdown"],
                &rows,
                "No door yet. Add one: door add",
            )
        }
    }
}

async fn set_lockdown(admin: &Admin, at: &Where, lockdown: Lockdown, output: Output) -> Result<()> {
    let doors = match at.doors.as_slice() {
        [all] if all == "all" => {
            let building = admin.building(&at.building).await?;
            admin.hub.store.doors_of(building.id).await?
        }
        named => {
            let mut doors = Vec::new();
            for name in named {
                doors.push(admin.door(&at.building, name).await?);
            }
            doors
        }
    };
    if doors.is_empty() {
        bail!("this building has no door yet: add one with `door add`");
    }
    let ids = ids(&doors);
    admin.hub.store.set_lockdown(&ids, lockdown).await?;
    let told = json!({ "doors": ids, "lockdown": lockdown });
    output.answer(&told, || {
        let names: Vec<_> = doors.iter().map(|door| door.name.as_str()).collect();
        let names = names.join(", ");
        match lockdown {
            Lockdown::Off => format!("Lockdown is over: {names}. {HEARD}"),
            Lockdown::Visitors => {
                format!("In lockdown, closed to couriers, guests and codes: {names}. {HEARD}")
            }
            Lockdown::Everyone => {
                format!("In lockdown, closed to everybody but staff: {names}. {HEARD}")
            }
        }
    })
}

async fn doors_of(admin: &Admin, wanted: &InBuilding) -> Result<Vec<Door>> {
    let building = admin.filter(wanted).await?;
    let mut doors = admin.hub.store.doors().await?;
    doors.retain(|door| building.is_none_or(|building| door.building == building));
    Ok(doors)
}

fn plural(class: HolderClass) -> &'static str {
    match class {
        HolderClass::Resident => "Residents",
        HolderClass::Guest => "Guests",
        HolderClass::Courier => "Couriers",
        HolderClass::Staff => "Staff",
    }
}
