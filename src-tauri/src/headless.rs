//! Enrolment without a window.

use std::io::{Write as _, stdout};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use resident::ui::{AppError, ErrorCode, UiEvent};
use resident::{Controller, Notification, Outside, Shell};

use crate::arguments::{self, Keys};

struct NoShell;

impl Shell for NoShell {
    fn emit(&self, _: UiEvent) {}
    fn notify(&self, _: Notification) {}
    fn renew(&self, _: Notification) {}
    fn illustrate(&self, _: u64, _: Bytes) {}
}

/// Enrols this device and prints what it became a part of.
pub(crate) fn enrol(invite: &str, keys: Keys) -> anyhow::Result<()> {
    let config = arguments::config()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (building, resident) = runtime.block_on(async {
        let outside = Outside::live(&config);
        let controller = Controller::open(config, outside, NoShell)?;
        if controller.snapshot()?.enrolled.is_some() {
            bail!(
                "this device already belongs to a building; leave it in the app's settings first"
            );
        }
        controller
            .enrol(invite, keys.into())
            .await
            .map_err(explain)?;
        let enrolled = controller
            .snapshot()?
            .enrolled
            .context("the enrolment was not kept")?;
        Ok((enrolled.building_name, enrolled.resident_name))
    })?;
    writeln!(stdout(), "Enrolled in {building} as {resident}.")?;
    Ok(())
}

fn explain(error: AppError) -> anyhow::Error {
    anyhow::Error::msg(match error.code {
        ErrorCode::InviteMalformed => "this is not a valid invite; copy the whole link again",
        ErrorCode::InviteExpired => {
            "the invite has expired; ask the building's manager for a new one"
        }
        ErrorCode::InviteUsed => {
            "the invite was used before; ask the building's manager for a new one"
        }
        ErrorCode::HubUnreachable => {
            "the building's hub cannot be reached; check the network and try again"
        }
        ErrorCode::HubNotTrusted => {
            "the server at the hub's address is not the hub that the invite names; tell the building's manager"
        }
        ErrorCode::NoKeychain => {
            "this system has no unlocked keychain; unlock it, or use --keys file"
        }
        _ => return error.into(),
    })
}
