//! Enrolment without a window.

use std::io::{Write as _, stdout};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use resident::ui::{AppError, ErrorCode, UiEvent};
use resident::words::Words;
use resident::{Controller, Notification, Outside, Shell};

use crate::arguments::{self, Keys};

struct NoShell;

impl Shell for NoShell {
    fn emit(&self, _: UiEvent) {}
    fn notify(&self, _: Notification) {}
    fn renew(&self, _: Notification) {}
    fn withdraw(&self, _: u64) {}
    fn illustrate(&self, _: u64, _: Bytes) {}
}

/// Enrols this device and prints what it became a part of.
pub(crate) fn enrol(invite: &str, keys: Keys) -> anyhow::Result<()> {
    let config = arguments::config()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let words = Words::of(None);
    let (building, resident) = runtime.block_on(async {
        let outside = Outside::live(&config);
        let controller = Controller::open(config, outside, NoShell)?;
        if controller.snapshot()?.enrolled.is_some() {
            bail!(words.say("enrolled-already", &[]));
        }
        controller
            .enrol(invite, keys.into())
            .await
            .map_err(|error| explain(error, words))?;
        let enrolled = controller
            .snapshot()?
            .enrolled
            .context("the enrolment was not kept")?;
        Ok((enrolled.building_name, enrolled.resident_name))
    })?;
    let values = [("building", building.into()), ("resident", resident.into())];
    writeln!(stdout(), "{}", words.say("enrolled", &values))?;
    Ok(())
}

fn explain(error: AppError, words: Words) -> anyhow::Error {
    let message = match error.code {
        ErrorCode::InviteMalformed => "invite-malformed",
        ErrorCode::InviteUnknown => "invite-unknown",
        ErrorCode::InviteExpired => "invite-expired",
        ErrorCode::InviteUsed => "invite-used",
        ErrorCode::HubUnreachable => "hub-unreachable",
        ErrorCode::HubNotTrusted => "hub-not-trusted",
        ErrorCode::NoKeychain => "no-keychain",
        other => {
            let code = format!("{other:?}");
            return anyhow::Error::msg(words.say("enrol-failed", &[("code", code.into())]));
        }
    };
    anyhow::Error::msg(words.say(message, &[]))
}
