//! How the system makes sure who sits before it.

use std::sync::Arc;

use resident::Authenticator;

#[cfg(target_os = "linux")]
mod polkit;

/// This system's way: polkit on Linux; elsewhere none yet, so that no door can be made to wait for one.
pub(crate) fn of_this_system() -> Arc<dyn Authenticator> {
    #[cfg(target_os = "linux")]
    return Arc::new(polkit::Polkit::on_the_system_bus());
    #[cfg(not(target_os = "linux"))]
    return Arc::new(resident::NoAuthenticator);
}
