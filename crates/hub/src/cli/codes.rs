//! Keypad codes.

use access::{Bundle, CODE_DIGITS, GrantId};
use anyhow::{Context as _, Result, bail};
use jiff::tz::TimeZone;
use rand::Rng as _;
use rand::rngs::OsRng;
use serde_json::json;
use zeroize::Zeroizing;

use super::arguments::{CodeClass, CodeCommand, InBuilding, NewCode};
use super::resolve::ids;
use super::rules::HEARD;
use super::{Admin, Output, times};
use crate::domain::entropy16;
use crate::store::{
    Building, Code, CodeHash, Door, GrantSubject, NewGrant, Revocation, StandingGrant,
};

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
    let (code, hash) = draw(admin, &building).await?;
    let grant = NewGrant {
        id: GrantId::from_entropy(entropy16()),
        building: building.id,
        subject: GrantSubject::Code(Code {
            class: wanted.class.into(),
            name: wanted.name,
            hash,
            single_use: wanted.once,
            used_at: None,
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

/// A random code that no other one of the building is.
async fn draw(admin: &Admin, building: &Building) -> Result<(Zeroizing<String>, CodeHash)> {
    let now = admin.hub.clock.now_s();
    let taken: Vec<CodeHash> = admin
        .hub
        .store
        .grants_of(building.id)
        .await?
        .iter()
        .filter(|standing| state(standing, now).is_some_and(State::opens))
        .filter_map(|standing| code_of(standing).map(|code| code.hash))
        .collect();
    if taken.len() >= Bundle::MAX_CODES {
        bail!(
            "this building has {} codes, which is all that a door reads: revoke some first, see `code list`",
            taken.len()
        );
    }
    let salt = admin.hub.code_salt(building.id).await?;
    loop {
        let digit = |_| char::from(OsRng.gen_range(b'0'..=b'9'));
        let code = Zeroizing::new((0..CODE_DIGITS).map(digit).collect::<String>());
        let hash = CodeHash(access::hash_code(&code, &salt).context("no code was made")?);
        if !taken.contains(&hash) {
            return Ok((code, hash));
        }
    }
}

async fn list(admin: &Admin, wanted: &InBuilding, output: Output) -> Result<()> {
    let building = admin.building(wanted).await?;
    let zone = times::time_zone(&building.time_zone)?.0;
    let doors = admin.hub.store.doors_of(building.id).await?;
    let grants = admin.hub.store.grants_of(building.id).await?;
    let now = admin.hub.clock.now_s();
    let row = |standing: &StandingGrant| {
        let (code, state) = (code_of(standing)?, state(standing, now)?);
        let grant = &standing.grant;
        Some(json!({
            "id": grant.id, "name": code.name, "class": code.class, "doors": grant.doors,
            "opens": names(&doors, grant), "single_use": code.single_use,
            "not_before": grant.not_before, "not_after": grant.not_after,
            "until": grant.not_after.map(|until| times::told(until, &zone)),
            "state": state.as_str(),
        }))
    };
    let rows: Vec<_> = grants.iter().filter_map(row).collect();
    output.table(
        &["id", "name", "class", "opens", "until", "state"],
        &rows,
        "No code yet. Make one: code add",
    )
}

async fn revoke(admin: &Admin, wanted: &InBuilding, text: &str, output: Output) -> Result<()> {
    let building = admin.building(wanted).await?;
    let now = admin.hub.clock.now_s();
    let mut found = admin.hub.store.grants_of(building.id).await?;
    found.retain(|standing| {
        let opens = state(standing, now).is_some_and(State::opens);
        let named = code_of(standing).is_some_and(|code| code.name == text);
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

/// What a code is good for now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Later,
    Good,
    Used,
    Over,
    Revoked,
}

impl State {
    fn opens(self) -> bool {
        matches!(self, Self::Later | Self::Good)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Later => "later",
            Self::Good => "good",
            Self::Used => "used",
            Self::Over => "over",
            Self::Revoked => "revoked",
        }
    }
}

fn state(standing: &StandingGrant, now: u64) -> Option<State> {
    let code = code_of(standing)?;
    let grant = &standing.grant;
    Some(if standing.revoked_at.is_some() {
        State::Revoked
    } else if code.used_at.is_some() {
        State::Used
    } else if grant.not_after.is_some_and(|end| end < now) {
        State::Over
    } else if now < grant.not_before {
        State::Later
    } else {
        State::Good
    })
}

fn code_of(standing: &StandingGrant) -> Option<&Code> {
    match &standing.grant.subject {
        GrantSubject::Code(code) => Some(code),
        _ => None,
    }
}

/// The names of a grant's doors.
fn names(doors: &[Door], grant: &NewGrant) -> String {
    let granted = doors.iter().filter(|door| grant.doors.contains(&door.id));
    let names: Vec<_> = granted.map(|door| door.name.as_str()).collect();
    names.join(", ")
}
