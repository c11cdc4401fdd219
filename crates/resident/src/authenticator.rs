use access::DoorId;
use async_trait::async_trait;

use crate::Shell;
use crate::core::Core;
use crate::ui::{AppError, ErrorCode};

/// The system's own way to make sure who sits before it: a password, a fingerprint, a face.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Asks the person to prove who they are, so that `door` opens; answers within a minute or so.
    async fn confirm(&self, door: &str) -> Result<(), NotConfirmed>;
}

/// Why the system did not confirm who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConfirmed {
    #[error("the person did not prove who they are")]
    Refused,
    #[error("the system has no way to ask")]
    Unavailable,
}

/// A system that has no way to ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAuthenticator;

#[async_trait]
impl Authenticator for NoAuthenticator {
    async fn confirm(&self, _: &str) -> Result<(), NotConfirmed> {
        Err(NotConfirmed::Unavailable)
    }
}

impl<S: Shell> Core<S> {
    /// Whether a door opens only once the system has confirmed who asks.
    pub(crate) fn is_confirmed(&self, door: &str) -> Result<bool, AppError> {
        let confirmed = self.store.preferences()?.confirmed;
        Ok(confirmed.iter().any(|id| id == door))
    }

    /// Lets the system ask who it is; anything but a clear yes is a no.
    pub(crate) async fn confirm(&self, door: &str) -> Result<(), AppError> {
        Ok(self.outside.authenticator.confirm(door).await?)
    }

    /// The same where one of these doors opens only then: a code for it would be a way around.
    pub(crate) async fn confirm_for(&self, doors: &[DoorId]) -> Result<(), AppError> {
        let confirmed = self.store.preferences()?.confirmed;
        let guarded = |door: &&DoorId| confirmed.contains(&door.to_string());
        match doors.iter().find(guarded) {
            Some(door) => self.confirm(&self.door_name(*door)).await,
            None => Ok(()),
        }
    }

    /// Has a door's unlocks confirmed from now on, or no more. Either way the system confirms that first: one that it
    /// cannot confirm would lock the person out, and whoever finds the device unlocked must not take it away.
    pub(crate) async fn set_confirmed(
        &self,
        door: &str,
        name: &str,
        confirmed: bool,
    ) -> Result<(), AppError> {
        if self.is_confirmed(door)? == confirmed {
            return Ok(());
        }
        self.confirm(name).await?;
        self.store.change_preferences(|mut preferences| {
            preferences.confirmed.retain(|id| id != door);
            if confirmed {
                preferences.confirmed.push(door.to_owned());
            }
            preferences
        })?;
        self.changed.notify_one();
        Ok(())
    }
}

impl From<NotConfirmed> for AppError {
    fn from(reason: NotConfirmed) -> Self {
        let code = match reason {
            NotConfirmed::Refused => ErrorCode::NotConfirmed,
            NotConfirmed::Unavailable => ErrorCode::CannotConfirm,
        };
        code.into()
    }
}
