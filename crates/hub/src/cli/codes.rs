//! Keypad codes.

use std::collections::HashMap;

use access::{BuildingId, CODE_DIGITS, GrantId};
use anyhow::{Result, bail};
use hub_api::{PassKind, PassState};
use jiff::tz::TimeZone;
use serde_json::json;

use super::arguments::{CodeClass, CodeCommand, InBuilding, NewCode};
use super::resolve::ids;
use super::rules::HEARD;
use super::{Admin, Output, times};
use crate::domain::{code_of, code_state, entropy16};
use crate::store::{Code, Door, GrantSubject, NewGrant, Revocation, StandingGrant, StandingPass};

const DAY_S: u64 = 24 * 3600;
const MOST_DAYS: u64 = 366;

pub(super) async fn code(admin: &Admin, command: CodeCommand, output: Output) -> Result<()> {
    match command {
        CodeCommand::Add(wanted) => add(admin, wanted, output).await,
        CodeCommand::List(wanted) => list(admin, &wanted, output).await,
        CodeCommand::Revoke { building, code } => revoke(admin, &building, &code, output).await,
    }
}

async fn add(admin: &Admin, wanted: NewCode, output: Output) -> Result<()> {
    if wanted.once && wanted.class == CodeClass::Resident {
        bail!(
            "a resident's entry is recorded without a name, so nobody can tell that the code was used: leave \
             out --once, or make it a guest's code"
        );
    }
    let building = admin.building(&wanted.building).await?;
    let zone = times::time_zone(&building.time_zone)?.0;
    let doors = admin.doors(&building, &wanted.doors).await?;
    let (not_before, not_after) = validity(admin, &wanted, &zone)?;
    let (code, hash) = admin.hub.draw_code(building.id, CODE_DIGITS).await?;
    let grant = NewGrant {
        id: GrantId::from_entropy(entropy16()),
        building: building.id,
        subject: GrantSubject::Code(Code {
            class: wanted.class.into(),
            name: Some(wanted.name),
            device: None,
            hash,
            single_use: wanted.once,
            used_at: None,
            endorsement: None,
        }),
        doors: ids(&doors),
        not_before,
        not_after: Some(not_after),
    };
    admin.hub.store.add_grant(&grant).await?;
    let told = json!({
        "id": grant.id, "code": *code, "doors": grant.doors,
        "not_before": not_before, "not_after": not_after, "single_use": wanted.once,
    });
    output.answer(&told, || {
        let names = names(&doors, &grant);
        let (from, until) = (
            times::told(not_before, &zone),
            times::told(not_after, &zone),
        );
        let once = if wanted.once { ", once" } else { "" };
        format!(
            "Code {}: {names}, {from} to {until}{once}.\n  id  {}\nIt is shown only now. {HEARD}",
            *code, grant.id
        )
    })
}

/// The first and last second of a new code.
fn validity(admin: &Admin, wanted: &NewCode, zone: &TimeZone) -> Result<(u64, u64)> {
    let now = admin.hub.clock.now_s();
    let from = wanted
        .from
        .as_ref()
        .map(|from| times::first_second(from, zone));
    let from = from.transpose()?.unwrap_or(now);
    let until = wanted
        .until
        .as_ref()
        .map(|until| times::last_second(until, zone));
    let until = until.transpose()?.unwrap_or(from + DAY_S);
    if until <= now {
        bail!("the code would be over already: give --until a later time than now");
    }
    if until <= from {
        bail!("the code would end before it begins: give --until a later time than --from");
    }
    if until > now.max(from) + MOST_DAYS * DAY_S {
        bail!(
            "a code lasts {MOST_DAYS} days at most, since codes get around: choose an earlier --until"
        );
    }
    Ok((from, until))
}

async fn list(admin: &Admin, wanted: &InBuilding, output: Output) -> Result<()> {
    let building = admin.building(wanted).await?;
    let zone = times::time_zone(&building.time_zone)?.0;
    let doors = admin.hub.store.doors_of(building.id).await?;
    let grants = admin.hub.store.grants_of(building.id).await?;
    let mut unnamed = pass_holders(admin, building.id).await?;
    unnamed.extend(own_holders(admin, building.id, &grants).await?);
    let now = admin.hub.clock.now_s();
    let row = |standing: &StandingGrant| {
        let (code, state) = (code_of(standing)?, code_state(standing, now)?);
        let grant = &standing.grant;
        let name = code.name.as_ref().or_else(|| unnamed.get(&grant.id));
        Some(json!({
            "id": grant.id, "name": name, "class": code.class, "doors": grant.doors,
            "opens": names(&doors, grant), "single_use": code.single_use,
            "not_before": grant.not_before, "not_after": grant.not_after,
            "until": grant.not_after.map(|until| times::told(until, &zone)),
            "state": state,
        }))
    };
    let rows: Vec<_> = grants.iter().filter_map(row).collect();
    output.table(
        &["id", "name", "class", "opens", "until", "state"],
        &rows,
        "No code yet. Make one: code add",
    )
}

/// Residents' passes, each by its unit: whom they let in is their own business.
async fn pass_holders(admin: &Admin, building: BuildingId) -> Result<HashMap<GrantId, String>> {
    let units = admin.hub.store.units().await?;
    let units: HashMap<_, _> = units.iter().map(|unit| (unit.id, &unit.name)).collect();
    let passes = admin.hub.store.passes_in(building).await?;
    let holder = |it: &StandingPass| {
        let unit = units.get(&it.unit)?;
        let name = match it.pass.kind {
            PassKind::Guest => format!("a guest of {unit}"),
            PassKind::Delivery => format!("a delivery for {unit}"),
        };
        Some((it.standing.grant.id, name))
    };
    Ok(passes.iter().filter_map(holder).collect())
}

/// Residents' own codes, each by its unit, as at a door.
async fn own_holders(
    admin: &Admin,
    building: BuildingId,
    grants: &[StandingGrant],
) -> Result<HashMap<GrantId, String>> {
    let units = admin.hub.store.units().await?;
    let units: HashMap<_, _> = units.iter().map(|unit| (unit.id, &unit.name)).collect();
    let devices = admin.hub.store.devices_of(building).await?;
    let of_device: HashMap<_, _> = devices.iter().map(|it| (it.grant, it.unit)).collect();
    let holder = |standing: &StandingGrant| {
        let device = code_of(standing)?.device?;
        let unit = units.get(of_device.get(&device)?)?;
        Some((standing.grant.id, format!("a resident of {unit}")))
    };
    Ok(grants.iter().filter_map(holder).collect())
}

async fn revoke(admin: &Admin, wanted: &InBuilding, text: &str, output: Output) -> Result<()> {
    let building = admin.building(wanted).await?;
    let now = admin.hub.clock.now_s();
    let mut found = admin.hub.store.grants_of(building.id).await?;
    found.retain(|standing| {
        let opens = code_state(standing, now).is_some_and(PassState::is_open);
        let named = code_of(standing).is_some_and(|code| code.name.as_deref() == Some(text));
        let is_it = code_of(standing).is_some() && standing.grant.id.to_string() == text;
        is_it || (named && opens)
    });
    let id = match found.as_slice() {
        [one] => one.grant.id,
        [] => bail!("there is no code '{text}' here: see `code list`"),
        several => bail!(
            "{} codes are {text}'s: say which by its id, see `code list`",
            several.len()
        ),
    };
    let (revoked_at, words) = match admin.hub.store.revoke(id, now).await? {
        Revocation::Revoked => (now, "Revoked"),
        Revocation::Already(at) => (at, "Revoked before"),
    };
    output.answer(&json!({ "id": id, "revoked_at": revoked_at }), || {
        format!("{words}: {id}. {HEARD}")
    })
}

/// The names of a grant's doors.
fn names(doors: &[Door], grant: &NewGrant) -> String {
    let granted = doors.iter().filter(|door| grant.doors.contains(&door.id));
    let names: Vec<_> = granted.map(|door| door.name.as_str()).collect();
    names.join(", ")
}
