//! The building's log in words.

use std::collections::{HashMap, VecDeque};
use std::process::ExitCode;

use access::{CarrierId, DoorId, GrantId};
use anyhow::Result;
use audit::{Event, HubEvent, HubRecord, LinkKind, Person};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::arguments::Audit;
use super::{Admin, Output, times};
use crate::domain::{LogReport, Logged};
use crate::store::{Alarm, Building, GrantSubject};

/// Fails when the log does not hold, after showing it.
pub(super) async fn audit(admin: &Admin, command: Audit, output: Output) -> Result<ExitCode> {
    let Audit::Show { building, last } = command;
    let building = admin.building(&building).await?;
    let names = Names::read(admin, &building).await?;
    let last = last.unwrap_or(usize::MAX);
    let mut rows = VecDeque::new();
    let report = admin
        .hub
        .check_log(building.id, |logged| {
            if rows.len() >= last {
                rows.pop_front();
            }
            rows.push_back(names.row(logged));
        })
        .await?;
    let alarms = admin.hub.store.alarms(building.id).await?;
    let data = Value::from_iter(rows);
    output.answer(&data, || words(&building.name, &data, &report))?;
    warn(&names, &report, &alarms);
    let holds = report.faults.is_empty() && alarms.is_empty();
    Ok(if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn words(building: &str, rows: &Value, report: &LogReport) -> String {
    let line = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        format!(
            "{}  {:<20} #{:<5} {}",
            text("at"),
            text("door_name"),
            row["seq"],
            text("what")
        )
    };
    let lines: Vec<_> = rows.as_array().into_iter().flatten().map(line).collect();
    let verdict = if report.faults.is_empty() {
        "all verified"
    } else {
        "NOT ALL VERIFIED"
    };
    let lines = lines.join("\n");
    match report.size {
        0 => format!("{building}: no records yet"),
        size => format!(
            "{lines}\n{building}: {size} records, {verdict}, root {}",
            report.root
        ),
    }
}

fn warn(names: &Names, report: &LogReport, alarms: &[Alarm]) {
    let faults = report.faults.iter().cloned();
    let alarms = alarms.iter().map(|alarm| {
        format!(
            "TAMPER ALARM of {}: {} offered a second record {}. Its device was rolled back, \
             copied or rewritten: look at it before you trust it again.",
            names.time(alarm.at.saturating_mul(1000)),
            names.door(alarm.door),
            alarm.seq
        )
    });
    for fault in faults.chain(alarms) {
        Output::warning(&fault);
    }
}

/// What the log's ids and moments are to who reads it.
struct Names {
    zone: TimeZone,
    doors: HashMap<DoorId, String>,
    carriers: HashMap<CarrierId, String>,
    people: HashMap<GrantId, String>,
}

impl Names {
    async fn read(admin: &Admin, building: &Building) -> Result<Self> {
        let store = &admin.hub.store;
        let zone = times::time_zone(&building.time_zone)?.0;
        let building = building.id;
        let doors = store.doors_of(building).await?;
        let carriers = store.carriers().await?;
        let residents: HashMap<_, _> = store
            .residents()
            .await?
            .into_iter()
            .map(|it| (it.id, it.name))
            .collect();
        let devices = store.devices_of(building).await?.into_iter();
        let residents = devices
            .filter_map(|device| Some((device.grant, residents.get(&device.resident)?.clone())));
        let grants = store.grants_of(building).await?.into_iter();
        let visitors = grants.filter_map(|standing| match standing.grant.subject {
            GrantSubject::Person { name, .. } => Some((standing.grant.id, name)),
            GrantSubject::Code(code) => Some((standing.grant.id, code.name?)),
            _ => None,
        });
        Ok(Self {
            zone,
            doors: doors.into_iter().map(|door| (door.id, door.name)).collect(),
            carriers: carriers.into_iter().map(|it| (it.id, it.name)).collect(),
            people: residents.chain(visitors).collect(),
        })
    }

    fn door(&self, id: DoorId) -> &str {
        self.doors
            .get(&id)
            .map_or("an unknown door", String::as_str)
    }

    fn row(&self, logged: &Logged) -> Value {
        let record = match logged {
            Logged::Door(record) => record,
            Logged::Hub(record) => return self.own_row(record),
        };
        json!({
            "at_ms": record.at_ms, "at": self.time(record.at_ms),
            "door": record.door, "door_name": self.door(record.door),
            "seq": record.seq, "what": self.what(&record.event), "event": record.event,
        })
    }

    fn what(&self, event: &Event) -> String {
        match event {
            Event::Started { version } => format!("started, version {version}"),
            Event::Entry(entry) => {
                let by = if entry.link == LinkKind::Keypad {
                    " by keypad"
                } else {
                    ""
                };
                let filmed = if entry.clip.is_some() { ", filmed" } else { "" };
                format!("{} entered{by}{filmed}", self.who(&entry.person))
            }
            Event::Denied {
                reason,
                class,
                grant,
                link,
                ..
            } => {
                let class = class.map_or("somebody", access::HolderClass::as_str);
                let name = grant.and_then(|grant| self.people.get(&grant));
                let who = name.map_or(class.to_owned(), |name| format!("{class} {name}"));
                let at = if *link == LinkKind::Keypad {
                    " at the keypad"
                } else {
                    ""
                };
                format!("refused {who}{at}: {}", reason.as_str())
            }
            Event::BundleInstalled { version } => format!("took bundle {version}"),
            Event::ClipClosed {
                entry_seq,
                fragments,
                ..
            } => {
                format!("closed the clip of #{entry_seq}, {fragments} fragments")
            }
            Event::Unfilmed { entry_seq, why } => format!("did not film #{entry_seq}: {why}"),
            Event::NotMoved { entry_seq } => {
                format!("did not open after #{entry_seq}: the strike did not move")
            }
            Event::Exit => "let somebody out".to_owned(),
            Event::Forced => "was forced open".to_owned(),
            Event::HeldOpen { after_s } => format!("has been held open for {after_s} s"),
            Event::Closed => "is shut again".to_owned(),
            Event::Lockdown { lockdown } => format!("lockdown: {}", lockdown.as_str()),
            Event::FilmingRule { unfilmed } => {
                format!("couriers whom nobody films: {}", unfilmed.as_str())
            }
            Event::ClockUnknown => "does not know the time".to_owned(),
            Event::ClockKnown => "knows the time again".to_owned(),
            Event::CameraImpaired { why } => format!("has a camera that shows nothing: {why}"),
            Event::CameraWell => "has a camera that sees again".to_owned(),
            Event::LiveStarted { device } => format!("is watched live by device {device}"),
            Event::LiveEnded { started_seq } => {
                format!("is no longer watched live, as since #{started_seq}")
            }
        }
    }

    fn who(&self, person: &Person) -> String {
        let named = |grant: &GrantId| self.people.get(grant).map_or("unknown", String::as_str);
        match person {
            Person::Resident => "a resident".to_owned(),
            Person::NamedResident { grant } => format!("resident {}", named(grant)),
            Person::Guest { grant } => format!("guest {}", named(grant)),
            Person::Staff { grant } => format!("staff {}", named(grant)),
            Person::Courier {
                carrier, driver, ..
            } => {
                let carrier = self.carriers.get(carrier).map_or("unknown", String::as_str);
                format!("courier {driver} of {carrier}")
            }
        }
    }

    fn own_row(&self, record: &HubRecord) -> Value {
        let what = match &record.event {
            HubEvent::ClipHeld { clip, reason } => format!("holds the clip {clip}: {reason}"),
            HubEvent::ClipReleased { clip } => format!("no longer holds the clip {clip}"),
            HubEvent::ClipGaveWay { clip } => {
                format!("deleted the clip {clip} before its time: out of room")
            }
        };
        json!({
            "at_ms": record.at_ms, "at": self.time(record.at_ms), "door": null, "door_name": "(the hub)",
            "seq": record.seq, "what": what, "event": record.event,
        })
    }

    fn time(&self, at_ms: u64) -> String {
        times::to_the_second(at_ms, &self.zone)
    }
}
