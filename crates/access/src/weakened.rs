//! One defence switched off, so that the attack suite can show that each of its tests fails without
//! the defence it is about. Only the feature `weakened` compiles this, and only for debugging.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::token::{Statement, Verified};
use crate::{BuildingId, BuildingKey, DoorId};

#[cfg(not(debug_assertions))]
compile_error!("the feature `weakened` is for the attack suite: it must not be in what ships");

/// The environment variable that names the defence to switch off; the programs' `main` reads it.
pub const VARIABLE: &str = "VESTIBULE_WEAKENED";

macro_rules! defences {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A defence that an attack has to overcome.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Defence {
            $($(#[$doc])* $name,)+
        }

        const ALL: &[(&str, Defence)] = &[$((stringify!($name), Defence::$name)),+];
    };
}

defences! {
    /// A credential is bound to its holder's key.
    Holder,
    /// A credential has a first and a last second.
    Validity,
    /// A credential names its doors.
    Rights,
    /// No courier opens a unit door.
    UnitDoor,
    /// A courier's code opens a unit door only with a resident's endorsement of that one entry.
    Endorsement,
    /// Only residents ask from afar.
    AtTheDoor,
    /// Where the building wants every courier filmed, none passes unfilmed.
    Filming,
    /// Revoked grants and unknown carriers are denied.
    Revocation,
    /// Only the building's own random key signs credentials.
    BuildingKey,
    /// P-256 is never accepted.
    Ed25519Only,
    /// An appended block only narrows.
    Narrowing,
    /// A visit is signed by the carrier's key.
    CarrierSignature,
    /// Who keeps being denied has to wait.
    BackOff,
    /// A wait goes on after a restart.
    KeptBackOff,
    /// A keypad at which wrong codes are typed has to wait.
    KeypadBackOff,
    /// Codes are hashed with a secret that no bundle has.
    CodeKey,
    /// Each holder waits for its own denials only.
    OwnBackOff,
    /// A bundle is signed by the building.
    BundleSignature,
    /// A bundle's version never falls.
    BundleVersion,
    /// Each connection has a fresh key of the door.
    FreshKey,
    /// Both ends agree on protocol, version and door.
    Prologue,
    /// Only known commands are carried out.
    KnownCommands,
    /// Slow messages end the connection.
    FrameLimits,
    /// The door's time never falls behind what the building signed.
    ClockFloor,
    /// While the time is unknown, nobody passes who comes for a window of it.
    KnownTime,
    /// Only who was let in carries bundles and records.
    LetInFirst,
    /// Silent connections make room for new ones.
    MakeRoom,
    /// Denials that anybody could cause are recorded up to a limit.
    RecordLimit,
    /// The strike moves only after the record is on disk.
    RecordFirst,
    /// Neither people nor keys are in the log.
    QuietLog,
    /// The hub answers enrolled clients only.
    Authentication,
    /// A proof of possession is good for one request.
    ProofOnce,
    /// A token is worthless without its client's key.
    TokenBinding,
    /// An invite is good once.
    InviteOnce,
}

static OFF: OnceLock<Defence> = OnceLock::new();

/// Switches the defence of this name off for the rest of the process.
///
/// # Panics
///
/// When there is no such defence, or another one is off already.
pub fn switch_off(name: &str) {
    let found = ALL.iter().find(|(known, _)| *known == name);
    let is_done = found.is_some_and(|(_, defence)| OFF.set(*defence).is_ok());
    assert!(is_done, "{name} is no defence that can be switched off");
}

/// Whether this defence is off.
pub fn is_off(defence: Defence) -> bool {
    OFF.get() == Some(&defence)
}

/// Opens a token that is signed with a key made from the building's public id.
pub(crate) fn open_with_guessable_key(token: &[u8], building: BuildingId) -> Option<Verified> {
    if !is_off(Defence::BuildingKey) {
        return None;
    }
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(building.as_bytes());
    seed[16..].copy_from_slice(building.as_bytes());
    Verified::open(token, &BuildingKey::from_seed(seed).public()).ok()
}

/// Takes rights from a block that anybody could have appended.
pub(crate) fn widen(rights: &mut BTreeSet<DoorId>, said: &[Statement]) {
    if is_off(Defence::Narrowing) {
        rights.extend(said.iter().filter_map(|statement| match statement {
            Statement::Right(door) => Some(*door),
            _ => None,
        }));
    }
}
