//! Invites, as links and QR codes.

use access::base64url;
use anyhow::{Context as _, Result, bail};
use hub_api::Invite;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use super::arguments::{self, Invited};
use super::{Admin, Output};
use crate::domain::{entropy16, hash_code};
use crate::store::{Invitee, NewInvite};

pub(super) async fn invite(
    admin: &Admin,
    command: arguments::Invite,
    output: Output,
) -> Result<()> {
    match command {
        arguments::Invite::Resident(whom) => {
            let resident = admin.resident(&whom.building, &whom.id).await?;
            make(
                admin,
                Invitee::Resident(resident.id),
                &resident.name,
                &whom,
                output,
            )
            .await
        }
        arguments::Invite::Door(whom) => {
            let door = admin.door(&whom.building, &whom.id).await?;
            if door.keys.is_some() {
                bail!(
                    "'{}' is enrolled already. A new device is a new door: add one with `door add`.",
                    door.name
                );
            }
            make(admin, Invitee::Door(door.id), &door.name, &whom, output).await
        }
        arguments::Invite::Carrier(whom) => {
            let carrier = admin.carrier(&whom.id).await?;
            if admin
                .hub
                .standing_carrier_grant(carrier.id, None)
                .await?
                .is_none()
            {
                bail!(
                    "{} is granted no door yet, so it could not enrol. First: \
                     vestibule-hub grant carrier --carrier {} --door DOOR",
                    carrier.name,
                    carrier.id
                );
            }
            make(
                admin,
                Invitee::Carrier(carrier.id),
                &carrier.name,
                &whom,
                output,
            )
            .await
        }
    }
}

async fn make(
    admin: &Admin,
    invitee: Invitee,
    name: &str,
    options: &Invited,
    output: Output,
) -> Result<()> {
    let hub = admin.folder.client_url(admin.hub.settings())?;
    let key = admin.folder.key_hash()?;
    // 128 random bits: nobody guesses one in the time that it is good.
    let code = base64url::encode(entropy16());
    let expires_at = admin.hub.clock.now_s() + options.valid_h * 3600;
    let code_hash = hash_code(&code);
    admin
        .hub
        .store
        .add_invite(&NewInvite {
            code_hash,
            invitee,
            expires_at,
        })
        .await?;
    let link = Invite { hub, key, code }.to_string();
    let qr = options.qr.then(|| qr_code(&link)).transpose()?;
    output.answer(&json!({ "link": link, "expires_at": expires_at }), || {
        let qr = qr.map(|qr| format!("{qr}\n\n")).unwrap_or_default();
        format!(
            "An invite for {name}, good once and for {} hours. Whoever has it can enrol: show it \
             to nobody else.\n\n{qr}{link}",
            options.valid_h
        )
    })
}

/// Dark on light, whatever the terminal's colours are, needs the modules inverted.
fn qr_code(link: &str) -> Result<String> {
    let code = QrCode::new(link).context("the invite is too long for a QR code")?;
    let dense = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .build();
    Ok(dense)
}
